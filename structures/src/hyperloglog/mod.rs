//! HyperLogLog: how many different elements were seen, in 12 KiB, whatever their number.
//!
//! # What problem does it solve?
//!
//! A site wants to know how many different visitors it had today, this week, this month. A set answers exactly and
//! keeps every visitor: a hundred million of them take gigabytes, per day. A HyperLogLog answers with a standard
//! error of 0.81%, takes 12304 bytes at most, and two of them give the number of their union, so that days add up to
//! weeks. It cannot list its elements, and forgets none.
//!
//! ![Heap bytes by number of different elements, both logarithmic: exact sets grow in proportion, both kinds of HyperLogLog level off](../../../../docs/src/plots/structures/hyperloglog-memory.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots hyperloglog-memory
//! ```
//!
//! Redis keeps it in an ordinary string (`PFADD`, `PFCOUNT`, `PFMERGE`; PF is for Philippe Flajolet): `GET` and
//! `SET` copy it from one server to another, and that is why these bytes have to be Redis's to the last bit.
//!
//! # What was there before?
//!
//! Flajolet and Martin (1985) saw that among n random numbers the longest run of trailing zeros is about log2(n)
//! long, and that one byte remembers it. One run is a wild guess; Durand and Flajolet (LogLog, 2003) split the
//! elements among m registers and averaged; Flajolet, Fusy, Gandouet and Meunier (HyperLogLog, 2007) took the
//! harmonic mean, which outliers disturb less: a standard error of 1.04/√m. It was still biased for small numbers.
//! Google's HyperLogLog++ (2013) corrected that with tables of measured bias; Ertl (2017) with a formula that needs
//! none, and is right at every size. Redis uses it since 5.0, and so does this.
//!
//! # How does an element go in?
//!
//! It is hashed to 64 bits with MurmurHash64A and the seed `0xadc83b19`:
//!
//! ```text
//!   63                                              14 13             0
//!  ┌──────────────────────────────────────────────────┬────────────────┐
//!  │ 50 bits: trailing zeros + 1 is the value, 1..=51 │ register       │
//!  └──────────────────────────────────────────────────┴────────────────┘
//! ```
//!
//! The register becomes the value if it was lower. The same element asks for the same again, so duplicates
//! change nothing. As an example, `hello` (a doctest below makes these bytes):
//!
//! ```text
//!  hash  ... 0 10 0100 0000 0000   register 0x2400 = 9216, and the bit above is 1: value 1
//! ```
//!
//! # What does it look like?
//!
//! ```text
//!  byte 0    4     5           8                      16
//!      ┌─────┬─────┬───────────┬──────────────────────┬──── ··· ────┐
//!      │HYLL │ enc │ unused, 0 │ cached count, LE     │ registers   │
//!      └─────┴─────┴───────────┴──────────────────────┴──── ··· ────┘
//!        4   + 1   + 3         + 8 = 16                 dense: 12288, sparse: 2 and more
//! ```
//!
//! `enc` is 0 for dense and 1 for sparse. The highest bit of byte 15 says that the cached count is stale: counting
//! reads 16384 registers, and most counts follow no change.
//!
//! **Dense.** 16384 registers of 6 bits, the lowest bits first, so that three bytes are four registers:
//!
//! ```text
//!       byte 0             byte 1             byte 2
//!  ┌────┬─────────────┬────────┬─────────┬─────────────┬────┐
//!  │ 1 1│ 0 0 0 0 0 0 │ 2 2 2 2│ 1 1 1 1 │ 3 3 3 3 3 3 │ 2 2│     16384 * 6 / 8 = 12288 bytes
//!  └────┴─────────────┴────────┴─────────┴─────────────┴────┘
//! ```
//!
//! **Sparse.** While most registers are 0, runs of equal registers take an opcode each:
//!
//! | bits | name | stands for |
//! |---|---|---|
//! | `00xxxxxx` | ZERO | x + 1 registers of 0: 1 to 64 |
//! | `01xxxxxx yyyyyyyy` | XZERO | xy + 1 registers of 0: 1 to 16384 |
//! | `1vvvvvxx` | VAL | x + 1 registers, 1 to 4, of value v + 1, 1 to 32 |
//!
//! # An example, byte by byte?
//!
//! ```
//! use russet_structures::hyperloglog::{self, SPARSE_MAX_BYTES};
//!
//! let mut hll = hyperloglog::new();
//! assert_eq!(hll[..5], *b"HYLL\x01"); // sparse
//! assert_eq!(hll[5..8], [0, 0, 0]); // unused
//! assert_eq!(hll[8..16], [0, 0, 0, 0, 0, 0, 0, 0]); // the cached count: 0, and not stale
//! assert_eq!(hll[16..], [0x7f, 0xff]); // XZERO of 0x3fff + 1 = 16384 registers
//!
//! assert!(hyperloglog::add(&mut hll, b"hello", SPARSE_MAX_BYTES)?);
//! assert_eq!(hll[15], 0x80); // the count is stale
//! assert_eq!(hll[16..], [
//!     0x63, 0xff, // XZERO of 0x23ff + 1 = 9216
//!     0x80,       // VAL: one register of 1
//!     0x5b, 0xfe, // XZERO of 0x1bfe + 1 = 7167, and 9216 + 1 + 7167 = 16384
//! ]);
//! assert!(!hyperloglog::add(&mut hll, b"hello", SPARSE_MAX_BYTES)?); // seen before
//!
//! assert_eq!(hyperloglog::count_cached(&mut hll)?, 1);
//! assert_eq!(hll[8..16], [1, 0, 0, 0, 0, 0, 0, 0]);
//! # Ok::<(), hyperloglog::Error>(())
//! ```
//!
//! # How does a sparse one change?
//!
//! The opcode of the register is replaced by up to three: what is left before, a VAL of one register, what is left
//! after. Then VALs of the same value that stand side by side are joined, at most four registers in each, within
//! five opcodes from the one before the change; which joins happen decides the bytes, so they are Redis's.
//!
//! Where the string would be longer than `hll-sparse-max-bytes` (3000, header included), or a value is above 32, it
//! becomes dense, and stays so.
//!
//! # How does a count come out?
//!
//! Only the number of registers of each value matters. With those counts `c` and m = 16384, the estimate is
//! `m² / (2 ln 2) / (c[0]·σ + Σ c[k]/2^k + c[51]·τ)`, roughly: the harmonic mean, with series in the place of the
//! two ends where registers are empty or full (see `estimate.rs`). Redis's floating point operations are done in
//! Redis's order, so that the integer is the same, not just near.
//!
//! # How large is the error?
//!
//! The count is a random number around the right one, with a standard deviation of 1.04/√16384 = 0.81% of it: about
//! two of three counts are nearer than that, and one in three hundred is off by more than 2.4%. While there are few
//! elements most of them have a register of their own, and the count is exact or off by one or two. Which elements
//! they are makes no difference, nor does the order, and a second count of the same elements has the same error.
//!
//! ![Relative error of three HyperLogLogs from 1 to 100 million elements, the root mean square of forty, and the theoretical band](../../../../docs/src/plots/structures/hyperloglog-error.svg)
//!
//! The crate `hyperloglogplus` (Google's HyperLogLog++) does better while it is sparse: it keeps 25 bits of each hash
//! then, where Redis's sparse form keeps what the 16384 registers would. It pays with about three times the memory.
//! Once both are dense they are equally right.
//!
//! ![Root mean square error by number of elements, of Russet and the crate hyperloglogplus](../../../../docs/src/plots/structures/hyperloglog-crate.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots hyperloglog-error hyperloglog-crate
//! ```
//!
//! # What does which operation cost?
//!
//! | operation | for | complexity |
//! |---|---|---|
//! | [`add`], [`add_all`] | PFADD | O(element) dense, O(element + length) sparse |
//! | [`count_cached`] | PFCOUNT of one key | O(1) if nothing changed, else O(16384) |
//! | [`Union::add`], [`Union::count`] | PFCOUNT of several keys | O(16384) each |
//! | [`Union::write`] | PFMERGE | O(16384) |
//! | [`encoding`] | "is it one?" before each command | O(1) |
//! | [`validate`] | bytes from outside | O(opcodes) |
//! | [`to_dense`], [`registers`], [`decode`], [`self_test`] | PFDEBUG, PFSELFTEST | O(16384) |
//!
//! Memory is `16 + 12288` bytes dense; sparse it is `16 + opcodes`: at most 5 bytes for a lone element (two XZERO
//! around a VAL), and less for each that follows, since a VAL splits one XZERO and the pieces grow short: about 2
//! bytes per element when there are hundreds. At 3000 bytes and some 1650 elements it becomes dense.
//!
//! ![Bytes of the string by number of elements: a line up to 3000 bytes, and a jump to 12304](../../../../docs/src/plots/structures/hyperloglog-promotion.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots hyperloglog-promotion
//! ```
//!
//! # What does an addition cost?
//!
//! One or two nanoseconds more than its hash. A register of `r` is lower than what an element asks for if the lowest `r` of the 50
//! bits are zeros; that is a shift and a test, and as long as the answer is no, which it is nearly always, nothing is
//! counted or written. [`add_all`] hashes 32 elements before it looks at registers: a change is a branch
//! that the processor guesses wrong, and then it has less to throw away.
//!
//! ![Nanoseconds per element by its length: the hash alone, and a nearly constant distance above it add and add_all](../../../../docs/src/plots/structures/hyperloglog-add.svg)
//!
//! # How are 16384 registers read at once?
//!
//! Six bits never lie well in a machine's word. For a count or a union the registers are spread to a byte each, 32 at
//! a time in a vector of 256 bits (`raw.rs`; eight at a time in a word of 64 bits on processors without AVX2):
//!
//! ```text
//!   three packed bytes in a lane of 32 bits      00000000 ddddddcc ccccbbbb bbaaaaaa
//!   shifted left by 0, 2, 4, 6, and masked       00dddddd 00cccccc 00bbbbbb 00aaaaaa
//! ```
//!
//! The maximum of two vectors is one instruction then. To count registers by value, the lowest is looked for, and
//! vectors are compared with that value, the next, and so on: registers lie close together, so that a dozen
//! values are nearly all of them, and the few above are counted one by one.
//!
//! ![Time of PFCOUNT by number of dense keys, both logarithmic: one register at a time, Union, and copying the same bytes](../../../../docs/src/plots/structures/hyperloglog-union.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots hyperloglog-add hyperloglog-union
//! ```
//!
//! Against one register at a time, a single count is about ten times as fast, and a union of many about thirty times.
//!
//! # What does it not check?
//!
//! [`encoding`] looks at the header, as Redis does for each command: anybody can SET a string that begins like a
//! HyperLogLog. The rest is found out on the way. No bytes lead outside the string or to a panic; where runs do not
//! add up to 16384 registers, the operation fails with [`Error::Corrupted`]. In the dense form every string of the
//! right length is taken, even with registers of 52 to 63, which no hash makes; they count for nothing.
//!
//! # What is it bad at?
//!
//! - **Small differences.** The union of two is estimated well, the intersection by subtraction is not: the
//!   standard error is 0.81% of the union, however small the intersection is.
//! - **Taking away.** A register does not know who raised it.
//! - **Elements chosen by an enemy.** The seed is known, so that elements can be made that share one register, or
//!   that raise it to 51.
//! - **Many small ones, sparse, with many additions.** An addition walks the opcodes: up to 3000 bytes.
//!
//! # How does it differ from Redis's?
//!
//! Bytes and counts are the same. An XZERO whose second byte is missing at the very end of the string is corrupted
//! here; Redis reads the zero byte that ends every string there.

mod adding;
mod counting;
mod dense;
mod estimate;
mod hash;
mod inspect;
mod portable;
mod raw;
mod sparse;
#[cfg(test)]
mod tests;
mod union;

pub use adding::{add, add_all, add_hash, to_dense};
pub use counting::{cached, count, count_cached, histogram, register, registers};
pub use estimate::{Histogram, estimate};
pub use hash::{hash, murmur_hash_64a, place};
pub use inspect::{decode, opcodes, self_test};
pub use sparse::{Opcode, Opcodes};
pub use union::Union;

use dense::Dense;

/// Bits of a hash that choose the register.
const INDEX_BITS: u32 = 14;
/// How many registers there are.
pub const REGISTERS: usize = 1 << INDEX_BITS;
/// The highest value that a hash asks for.
pub const MAX_REGISTER: u8 = (u64::BITS - INDEX_BITS) as u8 + 1;
/// What 6 bits hold.
const MAX_VALUE: u8 = 63;
/// Bytes in front of the registers.
pub const HEADER: usize = 16;
/// Bytes of the dense registers.
pub const DENSE_BYTES: usize = 12288;
/// Bytes of a dense HyperLogLog.
pub const DENSE_LEN: usize = HEADER + DENSE_BYTES;
/// How long a sparse one gets by default, in bytes: Redis's `hll-sparse-max-bytes`.
pub const SPARSE_MAX_BYTES: usize = 3000;
/// The standard error of an estimate: 1.04 / sqrt(16384).
pub const STANDARD_ERROR: f64 = 1.04 / 128.0;

const _: () = assert!(REGISTERS == 16384 && DENSE_BYTES == REGISTERS * 6 / 8 && DENSE_LEN == 12304);
const _: () = assert!(MAX_REGISTER == 51 && MAX_REGISTER <= MAX_VALUE);
const _: () = assert!(SPARSE_MAX_BYTES > HEADER + 2);

const MAGIC: [u8; 4] = *b"HYLL";
/// The bit of the header's last byte that says that the cached count is stale.
const STALE: u8 = 0x80;
/// Where the cached count is.
const COUNT: std::ops::Range<usize> = 8..HEADER;

/// The form of the registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// 6 bits each.
    Dense,
    /// Runs.
    Sparse,
}

impl Encoding {
    /// The name that PFDEBUG ENCODING gives.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Dense => "dense",
            Encoding::Sparse => "sparse",
        }
    }
}

/// Why bytes are not a HyperLogLog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The header is none, or the length is not that of the dense form: WRONGTYPE.
    NotHyperLogLog,
    /// The header is right and the runs behind it do not make 16384 registers: INVALIDOBJ.
    Corrupted,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Error::NotHyperLogLog => "not a HyperLogLog",
            Error::Corrupted => "a HyperLogLog whose runs do not make 16384 registers",
        })
    }
}

impl std::error::Error for Error {}

/// A fresh, empty HyperLogLog: sparse, 18 bytes, with a cached count of 0.
pub fn new() -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes[..4].copy_from_slice(&MAGIC);
    bytes[4] = 1;
    bytes.extend_from_slice(&[0x7f, 0xff]);
    bytes
}

/// The registers, by form.
enum Form<'a> {
    Dense(&'a Dense),
    Sparse(&'a [u8]),
}

/// Reads the header. O(1).
#[inline]
fn form(bytes: &[u8]) -> Result<Form<'_>, Error> {
    let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(Error::NotHyperLogLog)?;
    if header[..4] != MAGIC {
        return Err(Error::NotHyperLogLog);
    }
    match header[4] {
        0 => bytes.try_into().map(Form::Dense).map_err(|_| Error::NotHyperLogLog),
        1 => Ok(Form::Sparse(rest)),
        _ => Err(Error::NotHyperLogLog),
    }
}

/// A dense HyperLogLog, to be written; `None` of anything else.
#[inline]
fn dense_mut(bytes: &mut [u8]) -> Option<&mut Dense> {
    let dense: &mut Dense = bytes.try_into().ok()?;
    (dense[..4] == MAGIC && dense[4] == 0).then_some(dense)
}

/// What the header says, checked as Redis checks it before each command. O(1).
///
/// # Errors
/// [`Error::NotHyperLogLog`].
#[inline]
pub fn encoding(bytes: &[u8]) -> Result<Encoding, Error> {
    Ok(match form(bytes)? {
        Form::Dense(_) => Encoding::Dense,
        Form::Sparse(_) => Encoding::Sparse,
    })
}

/// Checks header and registers, all of what any operation may complain about. O(opcodes).
///
/// # Errors
/// [`Error::NotHyperLogLog`] for the header or the length, [`Error::Corrupted`] for what stands behind.
pub fn validate(bytes: &[u8]) -> Result<(), Error> {
    match form(bytes)? {
        Form::Dense(_) => Ok(()),
        Form::Sparse(opcodes) => sparse::runs(opcodes, |_, _, _| ()),
    }
}

/// Makes the cached count of a HyperLogLog stale, as PFADD does for a key that it has created and PFMERGE always.
/// Does nothing to bytes without a whole header. O(1).
#[inline]
pub fn invalidate(bytes: &mut [u8]) {
    if let Some(last) = bytes.get_mut(HEADER - 1) {
        *last |= STALE;
    }
}
