//! Operations on a block, against a `Vec<u8>`.

use arbitrary::Unstructured;
use russet_structures::block::Block;
use std::ops::Range;

/// A block is not let grow beyond this, so that inputs stay quick.
const LONGEST: usize = 1 << 16;

target! { run, "it agrees with a Vec, has room for what it says, and shrinks when asked" }

/// Input: operations, each with its operands.
pub fn run(data: &[u8]) {
    // An input that ends in the middle of a step has been tried up to there.
    let _ = steps(&mut Unstructured::new(data));
}

/// A range within `len`, or now and then an end of it.
fn range(input: &mut Unstructured<'_>, len: usize) -> arbitrary::Result<Range<usize>> {
    let (a, b) = (input.int_in_range(0..=len)?, input.int_in_range(0..=len)?);
    Ok(a.min(b)..a.max(b))
}

fn steps(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let (mut block, mut model) = (Block::new(), Vec::new());
    while !input.is_empty() {
        let room = LONGEST - model.len().min(LONGEST);
        match input.arbitrary::<u8>()? % 9 {
            0 => {
                let byte = input.arbitrary()?;
                block.push(byte);
                model.push(byte);
            }
            1 => {
                let bytes = input.arbitrary::<&[u8]>()?;
                block.extend_from_slice(bytes);
                model.extend_from_slice(bytes);
            }
            2 => {
                let range = range(input, model.len())?;
                let bytes = input.arbitrary::<&[u8]>()?;
                block.splice(range.clone(), bytes);
                model.splice(range, bytes.iter().copied()).for_each(drop);
            }
            3 => {
                let range = range(input, model.len())?;
                let gap = input.int_in_range(0..=300)?.min(room);
                let fill = input.arbitrary()?;
                block.splice_gap(range.clone(), gap).fill(fill);
                model.splice(range, std::iter::repeat_n(fill, gap)).for_each(drop);
            }
            4 => {
                let more = input.int_in_range(0..=5000)?.min(room);
                let fill = input.arbitrary()?;
                block.append_gap(more).fill(fill);
                model.resize(model.len() + more, fill);
            }
            5 => {
                let len = input.int_in_range(0..=model.len() + 1)?;
                block.truncate(len);
                model.truncate(len);
            }
            6 => {
                let more = input.int_in_range(0..=10_000)?;
                block.reserve(more);
                assert!(block.capacity() >= model.len() + more, "less room than reserved");
            }
            7 => {
                block.shrink_to_fit();
                assert!(block.memory() <= model.len() + model.len() / 4 + 64, "more memory than bytes ask for");
            }
            _ => block = if input.arbitrary()? { block.clone() } else { Block::from_slice(&block) },
        }
        assert_eq!(&block[..], &model[..]);
        assert_eq!((block.len(), block.is_empty()), (model.len(), model.is_empty()));
        assert!(block.capacity() >= block.len(), "more bytes than room");
    }
    Ok(())
}
