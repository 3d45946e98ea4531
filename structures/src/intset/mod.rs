//! Intset: a small set of integers as one sorted array.
//!
//! # What problem does it solve?
//!
//! Many sets are small and hold nothing but integers: the ids of friends, of tags, of open tickets. A hash table
//! spends on each member an entry, a hash tag and the room that it keeps free, and a member that was written as text
//! takes a byte per digit. An array of integers needs 2, 4 or 8 bytes per member and nothing else. Kept sorted, it
//! answers "is it there?" by binary search, and its smallest and largest member at once.
//!
//! # Where does Redis use it?
//!
//! For sets (`SADD`, `SISMEMBER`, `SINTER`, ...) in which every member looks like an integer and of which there are at
//! most `set-max-intset-entries` (512). `OBJECT ENCODING` says `intset`. The first member that is no integer, or the
//! 513th, makes it a listpack or a table. The same bytes stand in RDB files and in the payload of `DUMP`.
//!
//! # What does it look like?
//!
//! ```text
//!  offset 0            4            8           8 + w       8 + 2w                 8 + n·w
//!         +------------+------------+-----------+-----------+------ ··· -----------+
//!         | width w    | count n    | smallest  | next      |          largest     |
//!         | u32: 2,4,8 | u32        | w bytes   | w bytes   |          w bytes     |
//!         +------------+------------+-----------+-----------+------ ··· -----------+
//!          everything little endian; members are signed, strictly ascending
//! ```
//!
//! All members have one width: the narrowest into which every member fits that was ever added. These bytes live in a
//! [`Block`], which puts its length and capacity in front, so that the handle is one pointer.
//!
//! ```
//! use russet_structures::intset::Intset;
//!
//! let mut set: Intset = [3, 1, 2].into_iter().collect();
//! assert_eq!(set.as_bytes(), b"\x02\0\0\0\x03\0\0\0\x01\0\x02\0\x03\0");
//!
//! // 70,000 is 0x11170 and takes 4 bytes, and so does now every other member.
//! assert!(set.insert(70_000));
//! assert_eq!(set.as_bytes(), b"\x04\0\0\0\x04\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x70\x11\x01\0");
//!
//! // The width stays when the member goes.
//! assert!(set.remove(70_000));
//! assert_eq!(set.as_bytes(), b"\x04\0\0\0\x03\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0");
//! assert_eq!(set.iter().rev().collect::<Vec<_>>(), [3, 2, 1]);
//! ```
//!
//! # How does a search go?
//!
//! By halves. A value that needs more bytes than the width is not there, without a look at any member. Otherwise the
//! middle of what is left is compared with the value until one place is left: 9 comparisons for 512 members, over
//! 1 KiB if they have 2 bytes. That fits into the processor's first cache, and no comparison of text is needed.
//!
//! # How does an insertion go?
//!
//! The search gives the place, the members behind it move up by one, the value is written. A value that is too wide
//! comes before all others if it is negative and behind them if it is not, since it lies outside of what the old width
//! can say. So an upgrade needs no search: the array is lengthened, the members are widened from the last to the first,
//! each into a place that nobody has to read any more, and the value takes the end that is free.
//!
//! ```text
//!   width 2:   | 1 | 2 | 3 |                        insert 70,000
//!   longer:    | 1 | 2 | 3 | .   .   .   .   .  |
//!   3 moves:   | 1 | 2 | 3 | .   |   3   | .   .|
//!   2 moves:   | 1 | 2 |   2   |   3   | .   .  |   where 3 was, half of 2 stands: it was read already
//!   1 moves:   |   1   |   2   |   3   | .   .  |
//!   width 4:   |   1   |   2   |   3   | 70,000 |
//! ```
//!
//! # Which operations are there?
//!
//! | operation | time |
//! |---|---|
//! | [`contains`](Intset::contains), [`index_of`](Intset::index_of) | O(log n) |
//! | [`get`](Intset::get), [`min`](Intset::min), [`max`](Intset::max), [`random`](Intset::random), [`len`](Intset::len) | O(1) |
//! | [`insert`](Intset::insert), [`remove`](Intset::remove), [`remove_at`](Intset::remove_at) | O(n): a search, then a move of the members behind; O(1) at the end |
//! | [`iter`](Intset::iter), both ways | O(1) a step |
//! | [`from_bytes`](Intset::from_bytes) | O(n), checks everything |
//! | `collect()` from integers | O(n log n) |
//!
//! # What does it cost?
//!
//! `w·n + 8` bytes of content and 8 bytes in front of them for the block: `w + 16/n` bytes per member, where `w` is 2, 4
//! or 8. The [block](crate::block) rounds that up so that members can be added, to the next multiple of 16 below 128
//! bytes and above by less than a quarter.
//!
//! ![Bytes per member by number of members: intsets of the three widths come down to 2, 4 and 8 bytes, a dict of the same
//! numbers to five or six times as many](../../../../docs/src/plots/structures/intset-bytes.svg)
//!
//! ```sh
//! cargo run --release -p russet-structures --example study -- plots intset
//! ```
//!
//! # Why does Redis stop at 512 members?
//!
//! Not because a search would take long: it grows by one comparison per doubling.
//!
//! ![Time to find a member by number of members: a dict is nearly flat, an intset begins below it and crosses it at about
//! ten members, then stays within twice](../../../../docs/src/plots/structures/intset-find.svg)
//!
//! Insertion grows with n, since the members behind have to move. But to move a kilobyte takes less time than a dict
//! needs to allocate a block and hash its text:
//!
//! ![Time per member to fill a set by number of members: an intset is not above the dict up to some thousand
//! members](../../../../docs/src/plots/structures/intset-insert.svg)
//!
//! So 512 is on the safe side: an intset is smaller and fills faster than a dict up to some thousand members on the
//! machine that made these plots, and it is `set-max-intset-entries` for whoever wants to go there. Members that come
//! in ascending order, such as ids that a counter gives out, cost the same at any size: nothing moves.
//!
//! # What is it bad at?
//!
//! Insertion moves half of the array on average, which at a hundred thousand members is what one waits for. And one wide
//! member widens all: a set of 500 small numbers and one timestamp in milliseconds takes 8 bytes for each of them, and
//! goes on to do so after the timestamp has left.
//!
//! # How does it differ from Redis's?
//!
//! The bytes are the same. Redis reallocates with every insertion and removal; here capacity goes in steps and
//! shrinks when less than half is used. Redis looks at the members of a set from outside only when `sanitize-dump-payload`
//! asks for it; [`Intset::from_bytes`] always checks that they ascend, and accepts a set without members.

mod iter;
mod lanes;
mod sample;
#[cfg(test)]
mod tests;

use crate::block::Block;
pub use iter::Iter;
use lanes::Lanes;

/// Bytes in front of the members: width and count.
const HEADER: usize = 8;

// What the page says an intset costs: the handle is one word.
const _: () = assert!(size_of::<Intset>() == size_of::<usize>());

/// A sorted set of integers in one run of bytes; see the [module's page](self).
///
/// Invariants, which [`validate`](Intset::validate) checks: the block holds a header and as many members of its width as
/// the header says, strictly ascending.
#[derive(Clone, PartialEq, Eq)]
pub struct Intset(Block);

/// What is wrong with bytes that should be an intset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Fewer bytes than a header has.
    Short,
    /// The width, given here, is none of 2, 4 and 8.
    Width(u32),
    /// There are more or fewer bytes than the header says.
    Length,
    /// The member at this index is not above the one before it.
    Order(usize),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Short => write!(f, "an intset of less than {HEADER} bytes"),
            Error::Width(width) => write!(f, "an intset of width {width}"),
            Error::Length => write!(f, "an intset that is not as long as its header says"),
            Error::Order(index) => write!(f, "an intset whose member {index} is not above the one before it"),
        }
    }
}

impl std::error::Error for Error {}

/// The bytes that a member of this value needs: 2, 4 or 8.
#[inline]
fn width_of(value: i64) -> usize {
    if i16::try_from(value).is_ok() {
        2
    } else if i32::try_from(value).is_ok() {
        4
    } else {
        8
    }
}

/// Checks everything that an intset promises. O(n).
fn check(bytes: &[u8]) -> Result<(), Error> {
    let (Some((width, rest)), true) = (bytes.split_first_chunk::<4>(), bytes.len() >= HEADER) else {
        return Err(Error::Short);
    };
    let (count, members) = rest.split_at(4);
    let width = u32::from_le_bytes(*width);
    let lanes = match width {
        2 | 4 | 8 => Lanes::new(width as usize, members),
        _ => return Err(Error::Width(width)),
    };
    let count = count.iter().rev().fold(0u64, |count, byte| count << 8 | u64::from(*byte));
    if count * u64::from(width) != members.len() as u64 {
        return Err(Error::Length);
    }
    lanes.first_disorder().map_or(Ok(()), |index| Err(Error::Order(index)))
}

impl Intset {
    /// An empty set: 16 bytes on the heap.
    pub fn new() -> Intset {
        Intset::with_width(2, 0)
    }

    /// An empty set with room for `members` of `width` bytes.
    fn with_width(width: usize, members: usize) -> Intset {
        let mut block = Block::with_capacity(HEADER + width * members);
        block.extend_from_slice(&[width as u8, 0, 0, 0, 0, 0, 0, 0]);
        Intset(block)
    }

    /// The set that `bytes` are, as [`as_bytes`](Intset::as_bytes) gave them or a Redis server wrote them. O(n).
    ///
    /// An empty set is accepted. Members that would fit into fewer bytes are, too: a wider member may have left.
    ///
    /// # Errors
    /// Where the bytes are no intset. Whatever they are, nothing outside of them is read, and no memory is taken
    /// before they were found sound.
    pub fn from_bytes(bytes: &[u8]) -> Result<Intset, Error> {
        check(bytes)?;
        Ok(Intset(Block::from_slice(bytes)))
    }

    /// The set in Redis's format. O(1).
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Checks every invariant. O(n).
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn validate(&self) -> Result<(), Error> {
        check(&self.0)
    }

    /// Bytes per member: 2, 4 or 8. O(1).
    #[inline]
    pub fn width(&self) -> usize {
        usize::from(self.0[0])
    }

    #[inline]
    fn lanes(&self) -> Lanes<'_> {
        Lanes::new(self.width(), &self.0[HEADER..])
    }

    /// Number of members. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        self.lanes().len()
    }

    /// Whether there are no members. O(1).
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.0.len() == HEADER
    }

    /// Bytes on the heap. O(1).
    pub fn memory(&self) -> usize {
        self.0.memory()
    }

    /// The member's index, or else the index at which it would be put. O(log n).
    #[inline]
    pub fn index_of(&self, value: i64) -> Result<usize, usize> {
        self.lanes().search(value)
    }

    /// Whether the value is a member. O(log n).
    #[inline]
    pub fn contains(&self, value: i64) -> bool {
        width_of(value) <= self.width() && self.index_of(value).is_ok()
    }

    /// The member at an index, from the smallest. O(1).
    #[inline]
    pub fn get(&self, index: usize) -> Option<i64> {
        self.lanes().get(index)
    }

    /// The smallest member. O(1).
    pub fn min(&self) -> Option<i64> {
        self.get(0)
    }

    /// The largest member. O(1).
    pub fn max(&self) -> Option<i64> {
        self.get(self.len().checked_sub(1)?)
    }

    /// One member by chance, all alike likely if `random` gives all `u64` alike likely; it is called once. O(1).
    pub fn random(&self, random: impl FnOnce() -> u64) -> Option<i64> {
        // The high half of the product is spread as evenly as the random number, and below the length.
        self.get(((u128::from(random()) * self.len() as u128) >> 64) as usize)
    }

    /// All members, ascending; from the other end, descending.
    pub fn iter(&self) -> Iter<'_> {
        Iter::new(self.lanes())
    }

    /// Adds a value. Says whether it was not there before. O(n).
    ///
    /// # Panics
    /// Above 3 GiB of members, see [`block::MAX_LEN`](crate::block::MAX_LEN).
    pub fn insert(&mut self, value: i64) -> bool {
        let width = self.width();
        if width_of(value) > width {
            self.upgrade(value);
            return true;
        }
        let lanes = self.lanes();
        // Values often come in ascending order, and then nothing has to be searched or moved.
        let index = match lanes.last() {
            Some(last) if value <= last => match lanes.search(value) {
                Ok(_) => return false,
                Err(index) => index,
            },
            _ => lanes.len(),
        };
        let at = HEADER + index * width;
        self.0.splice(at..at, &value.to_le_bytes()[..width]);
        self.write_len();
        true
    }

    /// Adds a value that is wider than the members, and widens those. O(n).
    fn upgrade(&mut self, value: i64) {
        let (old, new, len) = (self.width(), width_of(value), self.len());
        let first = usize::from(value < 0);
        self.0.append_gap((len + 1) * new - len * old);
        // From the end, since each member then goes where only itself and those behind it have been.
        for index in (0..len).rev() {
            let from = HEADER + index * old;
            let mut wide = [0; 8];
            wide[8 - old..].copy_from_slice(&self.0[from..from + old]);
            let member = i64::from_le_bytes(wide) >> (64 - 8 * old);
            self.write(new, index + first, member);
        }
        self.write(new, if value < 0 { 0 } else { len }, value);
        self.0[0] = new as u8;
        self.write_len();
    }

    fn write(&mut self, width: usize, index: usize, value: i64) {
        let at = HEADER + index * width;
        self.0[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    }

    /// Removes a value. Says whether it was there. O(n). The width stays.
    pub fn remove(&mut self, value: i64) -> bool {
        let found = if width_of(value) > self.width() { None } else { self.index_of(value).ok() };
        found.and_then(|index| self.remove_at(index)).is_some()
    }

    /// Removes the member at an index, from the smallest, and returns it. O(n).
    pub fn remove_at(&mut self, index: usize) -> Option<i64> {
        let value = self.get(index)?;
        let (width, at) = (self.width(), HEADER + index * self.width());
        self.0.splice(at..at + width, b"");
        self.write_len();
        if self.0.len() < self.0.capacity() / 2 {
            self.0.shrink_to_fit();
        }
        Some(value)
    }

    /// Writes the count into the header: what the block's length says.
    fn write_len(&mut self) {
        let len = (self.0.len() - HEADER) / self.width();
        self.0[4..HEADER].copy_from_slice(&(len as u32).to_le_bytes());
    }
}

impl Default for Intset {
    fn default() -> Intset {
        Intset::new()
    }
}

impl FromIterator<i64> for Intset {
    /// The set of these values, in any order, repeated or not; the bytes are those that insertion one by one gives.
    fn from_iter<I: IntoIterator<Item = i64>>(values: I) -> Intset {
        let mut values: Vec<i64> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        let ends = [values.first(), values.last()];
        let width = ends.into_iter().flatten().map(|value| width_of(*value)).max().unwrap_or(2);
        let mut set = Intset::with_width(width, values.len());
        for value in values {
            set.0.extend_from_slice(&value.to_le_bytes()[..width]);
        }
        set.write_len();
        set
    }
}

impl Extend<i64> for Intset {
    fn extend<I: IntoIterator<Item = i64>>(&mut self, values: I) {
        for value in values {
            self.insert(value);
        }
    }
}

impl<'a> IntoIterator for &'a Intset {
    type Item = i64;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl std::fmt::Debug for Intset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self).finish()
    }
}
