//! What is written comes out, in order, whatever pieces it stands in.

use super::*;

fn drain(output: &mut Output, step: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while !output.is_empty() {
        let mut slices = [IoSlice::new(&[]); 3];
        let filled = output.slices(&mut slices);
        let first: Vec<u8> = slices[..filled].iter().flat_map(|s| s.to_vec()).take(step).collect();
        all.extend_from_slice(&first);
        output.advance(first.len());
    }
    all
}

#[test]
fn bytes_leave_in_order_whatever_is_written_at_a_time() {
    for step in 1..12 {
        let mut output = Output::default();
        output.write(b"abc");
        output.push_shared(Arc::new(b"defgh".to_vec()));
        output.push_shared(Arc::new(b"ij".to_vec()));
        output.write(b"kl");
        assert_eq!(output.len(), 12);
        assert_eq!(drain(&mut output, step), b"abcdefghijkl");
        assert_eq!(output.chunks(), 0);
    }
}

#[test]
fn what_has_been_read_is_not_kept() {
    let mut output = Output::default();
    for round in 0..100u8 {
        output.write(&[round; 100 * 1024]);
        let sent = output.len().saturating_sub(1);
        output.advance(sent);
        assert_eq!(output.as_single(), Some(&[round][..]));
        assert!(output.memory() < 8 * KEEP, "{}", output.memory());
    }
}

#[test]
fn a_queue_that_is_never_empty_gives_its_memory_back() {
    let mut output = Output::default();
    for _ in 0..10_000 {
        output.write(&[b'x'; 1000]);
        output.seal();
        if output.len() > 100_000 {
            output.advance(1000);
        }
    }
    assert!(output.len() > 50_000);
    assert!(output.memory() < 400_000, "{} bytes for {}", output.memory(), output.len());
    let left = output.len();
    assert_eq!(drain(&mut output, 4000).len(), left);
    assert!(output.held == 0 && output.queued == 0);
}

#[test]
fn a_queue_follows_another() {
    let (mut output, mut other) = (Output::default(), Output::default());
    for round in 0..3 {
        output.write(b"a");
        other.write(b"b");
        if round > 0 {
            other.push_shared(Arc::new(b"c".to_vec()));
        }
        other.write(b"d");
        output.append(&mut other);
        assert!(other.is_empty() && other.held == 0 && other.chunks() == 0);
    }
    output.write(b"e");
    assert_eq!(drain(&mut output, 2), b"abdabcdabcde");
    assert_eq!((output.held, output.queued), (0, 0));
}

/// What was written is what leaves, and as many bytes are held, however many pieces they came in.
#[test]
fn a_long_reply_takes_no_more_memory_than_it_has_bytes() {
    for size in [1, 10, 1000, 30_000, PIECE - 1, PIECE, PIECE + 1, 300_000] {
        let (mut output, mut expected) = (Output::default(), Vec::new());
        while expected.len() < 20 * PIECE {
            let word = vec![expected.len() as u8; size];
            output.write(&word);
            output.room(2).extend_from_slice(b"\r\n");
            expected.extend_from_slice(&word);
            expected.extend_from_slice(b"\r\n");
        }
        let beyond = output.memory() - output.len();
        assert!(beyond < 2 * PIECE + 60 * output.chunks(), "{beyond} bytes more than {}", output.len());
        assert!(drain(&mut output, 50_000) == expected, "pieces of {size} bytes");
        assert_eq!((output.held, output.queued), (0, 0));
    }
}

#[test]
fn truncate_takes_back_across_chunks() {
    let mut output = Output::default();
    output.write(b"keep");
    let mark = output.mark();
    output.write(b"-gone");
    output.push_shared(Arc::new(b"gone".to_vec()));
    output.write(b"gone");
    assert!(output.grew_since(mark));
    output.truncate(mark);
    assert!(!output.grew_since(mark));
    assert_eq!(drain(&mut output, 100), b"keep");
}
