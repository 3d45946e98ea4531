//! LZF: compression that is cheap enough to do between two commands.
//!
//! # What problem does it solve?
//!
//! The middle of a long list is rarely looked at, and much of what lies there repeats itself. A general compressor
//! would shrink it well and stop the server for a while; LZF shrinks it to a third or a half, at about a nanosecond per
//! byte one way and a third of one the other. Redis uses it in two places, and so does Russet: for inner nodes of a
//! quicklist (`list-compress-depth`), and for strings of more than 20 bytes in RDB files, `DUMP` and `RESTORE`
//! (`rdbcompression`). The format is Marc Lehmann's [liblzf](http://oldhome.schmorp.de/marc/liblzf.html), one of
//! the smallest members of the family that Lempel and Ziv founded in 1977.
//!
//! # What does it look like?
//!
//! A sequence of two kinds of instruction. One says "these bytes, as they are", the other "again what stood
//! `offset` bytes ago". No header, no length, no checksum: whoever stores it notes both lengths beside it.
//!
//! ```text
//!                    bit 7     5 4       0
//!  literal run         0 0 0 | n - 1        n bytes                         n = 1 to 32
//!                     +-----+-----------+ +------- ··· -------+
//!
//!  short reference     l - 2 | offset - 1 high | offset - 1 low             l = 3 to 8
//!                     +-----+-----------+ +-----------+
//!
//!  long reference      1 1 1 | offset - 1 high | l - 9 | offset - 1 low     l = 9 to 264
//!                     +-----+-----------+ +-------+ +-----------+
//! ```
//!
//! An offset takes 13 bits, so a reference reaches back at most [`MAX_OFFSET`] = 8192 bytes. It may reach *into what it
//! writes*: offset 1 and length 100 is one byte, a hundred times more.
//!
//! # An example in hex
//!
//! "Russet " is new, the rest is 13 bytes that stood 7 bytes ago: the last 6 of them are written by the reference
//! itself.
//!
//! ```text
//!  06 52 75 73 73 65 74 20    e0 04 06
//!  |  R  u  s  s  e  t  ' '   |  |  +-- offset 6 + 1 = 7
//!  |                          |  +----- length 4 + 9 = 13
//!  +- run of 6 + 1 = 7        +-------- 111: long reference; offset's high bits 0
//! ```
//!
//! ```
//! use russet_structures::lzf;
//!
//! let mut packed = Vec::new();
//! assert_eq!(lzf::compress(b"Russet Russet Russet", 16, &mut packed), Some(11));
//! assert_eq!(packed, b"\x06Russet \xe0\x04\x06");
//! assert_eq!(lzf::decompress(&packed, 20).as_deref(), Ok(&b"Russet Russet Russet"[..]));
//! ```
//!
//! # How does it find what stood before?
//!
//! A table remembers, for each hash of three bytes, where they stood last. At every byte the compressor hashes the next
//! three, looks at the place that the table names, and writes the new place there. If the three bytes are the same and
//! near enough, it measures how far both places agree and writes a reference; otherwise the byte joins the run of
//! literals. One candidate, no search for a better one, no second pass: that is the whole algorithm, and the same
//! input gives the same output always. Any sequence of valid instructions can be read back by anyone, so two compressors
//! may differ in what they find, and ours does differ from Redis's (see below).
//!
//! # What does it cost?
//!
//! | operation | time | memory while it runs |
//! |---|---|---|
//! | [`compress`] | O(n) | a table on the stack: 2 KiB up to 1 KiB of input, 32 KiB above |
//! | [`decompress`], [`decompress_into`] | O(n) of the original | none |
//!
//! The worst case is one byte more for every 32 ([`worst_len`]), so callers give a limit and get `None` where it is
//! not met; the best is 3 bytes for 264, a factor of [`MAX_EXPANSION`] = 88.
//!
//! ![Size after compression over size before, by size: JSON events shrink to a half at half a KiB and to a third at 8 KiB, ours and the crate's alike](../../../../docs/src/plots/structures/lzf-ratio.svg)
//!
//! ![Nanoseconds per byte, by size: ours takes about one to compress and a third of one to decompress; the crate the same for long input and up to fifty times as long for short input, and half as long again to decompress](../../../../docs/src/plots/structures/lzf-time.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots lzf
//! ```
//!
//! # May foreign bytes be trusted?
//!
//! No, and nothing is. Lengths come from a file or from a client's `RESTORE`. [`decompress`] first refuses a claimed
//! length that no input of this size can reach, so a message of ten bytes cannot ask for a gigabyte: what is allocated is at
//! most 88 times what was received. Each instruction is then checked: the run must be there, the offset must not reach
//! before the beginning, the output must end exactly where it was said to end. Anything else is [`Corrupt`].
//!
//! # What is it bad at?
//!
//! It has no entropy coder: base64 stays as long as it is, where deflate would save a quarter, and digits as good as random
//! shrink to two thirds, where deflate comes below half. Nothing further back than 8 KiB is found. A reference costs 2 or 3 bytes, so matches of 3 bytes hardly pay.
//!
//! # How does it differ from Redis's?
//!
//! The format is the same and each reads the other's (tests hand strings back and forth by `DUMP` and `RESTORE`). The bytes
//! may differ: liblzf as Redis builds it has a table of 65,536 places for any input and never lets a match reach the last
//! two bytes; ours has 8192 places at most, as many as an offset can tell apart, or 512 for small input, so that clearing it
//! costs little, and lets a match run to the end. The results are of about the same size, as the first plot shows. On
//! small input ours is several times faster, since it has less to clear; on long input that compresses well both take about the same
//! time.

mod pack;
#[cfg(test)]
mod tests;

pub use pack::compress;

/// How far back a reference can reach, in bytes.
pub const MAX_OFFSET: usize = 1 << 13;

/// The longest reference, in bytes: 7 + 255 + 2.
pub const MAX_MATCH: usize = 264;

/// The shortest reference, in bytes.
const MIN_MATCH: usize = 3;

/// The longest run of literals, in bytes.
const MAX_RUN: usize = 32;

/// How many bytes one compressed byte can stand for, at most.
pub const MAX_EXPANSION: usize = MAX_MATCH / 3;

const _: () = assert!(MAX_EXPANSION == 88 && MAX_MATCH == 3 * MAX_EXPANSION);

/// These bytes were not made by a compressor, or their length is another one than was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt;

impl std::fmt::Display for Corrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("corrupt LZF data")
    }
}

impl std::error::Error for Corrupt {}

/// The greatest length that [`compress`] can give for `len` bytes: that of literal runs alone.
pub const fn worst_len(len: usize) -> usize {
    len + len.div_ceil(MAX_RUN)
}

/// Decompresses into a new vector of `len` bytes, which is what the compressed bytes are said to hold.
///
/// O(`len`). Allocates at most [`MAX_EXPANSION`] times the length of `packed`, whatever `len` claims.
///
/// # Errors
/// [`Corrupt`], where `packed` is no LZF data or does not give exactly `len` bytes.
pub fn decompress(packed: &[u8], len: usize) -> Result<Vec<u8>, Corrupt> {
    if len > packed.len().saturating_mul(MAX_EXPANSION) {
        return Err(Corrupt);
    }
    let mut out = vec![0; len];
    decompress_into(packed, &mut out)?;
    Ok(out)
}

/// Decompresses into `out`, which must be as long as the original. O(its length).
///
/// # Errors
/// [`Corrupt`], where `packed` is no LZF data or does not give exactly as many bytes; `out` then holds anything.
pub fn decompress_into(packed: &[u8], out: &mut [u8]) -> Result<(), Corrupt> {
    let (mut from, mut at) = (0, 0);
    while let Some(&control) = packed.get(from) {
        from += 1;
        if usize::from(control) < MAX_RUN {
            let run = usize::from(control) + 1;
            let bytes = packed.get(from..from + run).ok_or(Corrupt)?;
            out.get_mut(at..at + run).ok_or(Corrupt)?.copy_from_slice(bytes);
            (from, at) = (from + run, at + run);
            continue;
        }
        let mut len = usize::from(control >> 5) + 2;
        if control >= 0xe0 {
            len += usize::from(*packed.get(from).ok_or(Corrupt)?);
            from += 1;
        }
        let low = *packed.get(from).ok_or(Corrupt)?;
        from += 1;
        let offset = (usize::from(control & 0x1f) << 8 | usize::from(low)) + 1;
        let start = at.checked_sub(offset).ok_or(Corrupt)?;
        if out.len() - at < len {
            return Err(Corrupt);
        }
        repeat(out, start, at, len);
        at += len;
    }
    if at == out.len() { Ok(()) } else { Err(Corrupt) }
}

/// Continues at `at`, for `len` bytes, the pattern that begins at `start` and ends before `at`.
#[inline]
fn repeat(out: &mut [u8], start: usize, at: usize, len: usize) {
    let mut written = 0;
    while written < len {
        // Each copy may take all that stands by then, so a pattern of one byte doubles and does not crawl.
        let count = (at + written - start).min(len - written);
        out.copy_within(start..start + count, at + written);
        written += count;
    }
}
