//! Streams: one encoding, which stays when no entry is left.

use super::{Collection, Encoding, stands_in};

pub use russet_structures::stream::Stream;

impl Collection for Stream {
    stands_in!(Stream);

    fn encoding(&self) -> Encoding {
        Encoding::Stream
    }

    fn len(&self) -> usize {
        usize::try_from(Stream::len(self)).unwrap_or(usize::MAX)
    }

    /// A stream remembers its last id and its groups without any entry.
    fn vanishes(&self) -> bool {
        false
    }

    fn duplicate(&self) -> Self {
        self.clone()
    }
}
