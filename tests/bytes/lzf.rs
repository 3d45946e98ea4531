//! LZF: what servers compress, we read; what we compress, servers read.

use russet_structures::lzf::{compress, decompress};
use russet_tests::dump::{Reader, Writer, dump, restore};
use russet_tests::launch::Running;
use russet_tests::peers::Server;
use russet_tests::resp::Value;

/// RDB's type of a string.
const RDB_STRING: u8 = 0;

/// Announces a compressed string: two bits of ones, then 3.
const COMPRESSED: u8 = 0xc3;

/// Strings that LZF makes shorter: short and long references, near and far ones, all byte values.
fn texts() -> Vec<Vec<u8>> {
    let events =
        (0..2000u32).flat_map(|n| format!("{{\"user\":{},\"page\":{}}}", n * n % 997, n % 31).into_bytes());
    let far = [&b"a long way back"[..], &[1; 8000], b"a long way back, and on"].concat();
    let all: Vec<u8> = (0..=255).cycle().take(1000).collect();
    vec![
        vec![b'a'; 21],
        vec![0; 100_000],
        b"Russet Russet Russet Russet".to_vec(),
        far,
        all,
        events.collect(),
    ]
}

#[test]
fn strings_go_both_ways() -> Result<(), String> {
    for server in [Server::Redis, Server::Valkey, Server::Redis6] {
        let running = Running::start(server, &[])?;
        let mut client = running.connect().map_err(|e| e.to_string())?;
        for text in texts() {
            client.call(&[b"SET", &b"theirs"[..], &text]).map_err(|e| e.to_string())?;
            let dumped = dump(&mut client, "theirs")?;
            let (packed, len) =
                Reader::new(&dumped.body).compressed()?.ok_or("the server compressed nothing")?;
            assert_eq!(decompress(packed, len).as_ref(), Ok(&text), "{server:?}");

            let mut ours = Vec::new();
            let short = compress(&text, text.len() - 4, &mut ours).ok_or("we compressed nothing")?;
            assert!(
                short <= packed.len() + packed.len() / 10 + 2,
                "{short} bytes, the server's are {}",
                packed.len()
            );
            let mut body = Writer::default();
            body.0.push(COMPRESSED);
            body.length(short as u64).length(text.len() as u64).0.extend_from_slice(&ours);
            restore(&mut client, "ours", RDB_STRING, &body.0)?;
            let read = client.call(&["GET", "ours"]).map_err(|e| e.to_string())?.value;
            assert_eq!(read, Value::Bulk(text), "{server:?}");
        }
    }
    Ok(())
}
