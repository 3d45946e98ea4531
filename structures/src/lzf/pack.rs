//! The compressor: one table, one candidate per byte, one pass.

use super::{MAX_MATCH, MAX_OFFSET, MAX_RUN, MIN_MATCH};

/// Input up to this length is compressed with the small table, which is cleared in a fraction of the time.
const SMALL: usize = 1024;

/// Appends the compressed form of `input` to `out` and returns its length, if that is at most `most` bytes. Otherwise
/// `None`, and `out` is as it was. O(length of `input`).
///
/// An empty input is compressed to nothing. The limit is what makes compression worth it: Redis asks for 4 bytes less
/// than the original in RDB files, for 9 less in a quicklist's nodes.
///
/// # Panics
/// With an input of 4 GiB or more.
pub fn compress(input: &[u8], most: usize, out: &mut Vec<u8>) -> Option<usize> {
    assert!(u32::try_from(input.len()).is_ok(), "LZF of {} bytes", input.len());
    let before = out.len();
    let mut packer = Packer { input, from: 0, room: most, out };
    let fits = if input.len() <= SMALL {
        packer.run::<512, false>()
    } else if input.len() <= MAX_OFFSET {
        packer.run::<8192, false>()
    } else {
        packer.run::<8192, true>()
    };
    if fits.is_none() {
        out.truncate(before);
    }
    fits.map(|()| out.len() - before)
}

struct Packer<'a> {
    input: &'a [u8],
    /// Where the literals begin that are not written yet.
    from: usize,
    /// How many bytes may still be written.
    room: usize,
    out: &'a mut Vec<u8>,
}

impl Packer<'_> {
    /// Compresses everything with a table of `PLACES`, a power of two. `None` where the room does not do. Without `FAR`
    /// the input is short enough for a reference to reach from its end to its beginning.
    fn run<const PLACES: usize, const FAR: bool>(&mut self) -> Option<()> {
        let input = self.input;
        // Where three bytes of this hash stood last. What was never set names place 0, where the comparison tells.
        let mut table = [0u32; PLACES];
        let slot = |word: u32| {
            // Fibonacci hashing of three bytes: the upper bits of a product with 2^32 / golden ratio.
            ((word << 8).wrapping_mul(0x9e37_79b1) >> (32 - PLACES.trailing_zeros())) as usize % PLACES
        };
        let mut at = 1;
        if let Some(word) = word_at(input, 0) {
            table[slot(word)] = 0;
        }
        while let Some(word) = word_at(input, at) {
            let place = &mut table[slot(word)];
            let candidate = std::mem::replace(place, at as u32) as usize;
            let other = word_at(input, candidate).unwrap_or(!word);
            // In long input without repetitions it is a coin's toss whether a place is near, and nearly sure that it holds
            // other bytes. So there is one branch for both, by arithmetic: of two conditions with an `|` between them the
            // compiler makes two branches.
            let far = if FAR {
                ((MAX_OFFSET as u64).wrapping_sub((at - candidate) as u64) >> 32) as u32
            } else {
                0
            };
            if (other ^ word) << 8 | far != 0 {
                at += 1;
                continue;
            }
            let most = (input.len() - at).min(MAX_MATCH);
            let len =
                MIN_MATCH + agreement(&input[candidate + MIN_MATCH..], &input[at + MIN_MATCH..at + most]);
            self.literals(at)?;
            self.reference(at - candidate, len)?;
            self.from = at + len;
            // Of the bytes inside the match only the last two places are noted: the next one most often begins there.
            for inside in at + len - 2..at + len {
                if let Some(word) = word_at(input, inside) {
                    table[slot(word)] = inside as u32;
                }
            }
            at += len;
        }
        self.literals(input.len())
    }

    /// Writes what was not written yet, up to `end`.
    fn literals(&mut self, end: usize) -> Option<()> {
        for run in self.input[self.from..end].chunks(MAX_RUN) {
            self.room = self.room.checked_sub(1 + run.len())?;
            self.out.push((run.len() - 1) as u8);
            self.out.extend_from_slice(run);
        }
        Some(())
    }

    /// Writes a reference.
    fn reference(&mut self, offset: usize, len: usize) -> Option<()> {
        let (high, low) = (((offset - 1) >> 8) as u8, (offset - 1) as u8);
        if len < 9 {
            self.room = self.room.checked_sub(2)?;
            self.out.extend_from_slice(&[((len - 2) << 5) as u8 | high, low]);
        } else {
            self.room = self.room.checked_sub(3)?;
            self.out.extend_from_slice(&[0xe0 | high, (len - 9) as u8, low]);
        }
        Some(())
    }
}

/// Four bytes, of which the first three are the lower ones. `None` where there are not as many.
#[inline]
fn word_at(input: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*input.get(at..)?.first_chunk()?))
}

/// How many bytes are the same at the front of both. `left` is at least as long as `right`.
#[inline]
fn agreement(left: &[u8], right: &[u8]) -> usize {
    let mut same = 0;
    while let (Some(a), Some(b)) = (left[same..].first_chunk(), right[same..].first_chunk()) {
        let difference = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if difference != 0 {
            return same + difference.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    same + left[same..].iter().zip(&right[same..]).take_while(|(a, b)| a == b).count()
}
