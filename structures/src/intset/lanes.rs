//! The members of an intset as an array of 2, 4 or 8 bytes each, so that a loop is compiled for each width.

/// Members, by their width.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lanes<'a> {
    /// 16 bits each.
    Two(&'a [[u8; 2]]),
    /// 32 bits each.
    Four(&'a [[u8; 4]]),
    /// 64 bits each.
    Eight(&'a [[u8; 8]]),
}

/// The same expression for each width.
macro_rules! each {
    ($lanes:expr, $members:ident => $body:expr) => {
        match $lanes {
            Lanes::Two($members) => $body,
            Lanes::Four($members) => $body,
            Lanes::Eight($members) => $body,
        }
    };
}

/// The value of a member. Compiled to one load that extends the sign.
#[inline]
pub(super) fn decode<const W: usize>(bytes: [u8; W]) -> i64 {
    let mut wide = [0; 8];
    wide[8 - W..].copy_from_slice(&bytes);
    i64::from_le_bytes(wide) >> (64 - 8 * W)
}

#[inline]
fn search<const W: usize>(members: &[[u8; W]], value: i64) -> Result<usize, usize> {
    members.binary_search_by_key(&value, |bytes| decode(*bytes))
}

#[inline]
fn get<const W: usize>(members: &[[u8; W]], index: usize) -> Option<i64> {
    members.get(index).map(|bytes| decode(*bytes))
}

fn first_disorder<const W: usize>(members: &[[u8; W]]) -> Option<usize> {
    let unordered = |pair: &[[u8; W]]| decode(pair[0]) >= decode(pair[1]);
    members.windows(2).position(unordered).map(|index| index + 1)
}

impl<'a> Lanes<'a> {
    /// Members of `width` bytes: 2, 4, and 8 for anything else. Bytes that make no whole member are left out.
    #[inline]
    pub(super) fn new(width: usize, bytes: &'a [u8]) -> Lanes<'a> {
        match width {
            2 => Lanes::Two(bytes.as_chunks().0),
            4 => Lanes::Four(bytes.as_chunks().0),
            _ => Lanes::Eight(bytes.as_chunks().0),
        }
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        each!(self, members => members.len())
    }

    #[inline]
    pub(super) fn get(self, index: usize) -> Option<i64> {
        each!(self, members => get(members, index))
    }

    #[inline]
    pub(super) fn last(self) -> Option<i64> {
        each!(self, members => members.last().map(|bytes| decode(*bytes)))
    }

    /// The index of `value`, or else where it belongs.
    #[inline]
    pub(super) fn search(self, value: i64) -> Result<usize, usize> {
        each!(self, members => search(members, value))
    }

    /// The index of the first member that is not above the one before it.
    pub(super) fn first_disorder(self) -> Option<usize> {
        each!(self, members => first_disorder(members))
    }
}
