//! Garbage: values that nobody can reach any more and that are too large to be dropped while a client waits.
//!
//! Dropping a value takes as long as it has elements, and freeing a million of them takes longer than any command should.
//! `UNLINK`, and whatever else the parameters `lazyfree-lazy-*` name, leave such a value here; when the command is done,
//! all of them go to the host, which drops them where nobody waits. A small value is dropped at once: that is less work
//! than handing it over.

use crate::output::Blob;
use crate::value::{Collection, Entry, Hash, List, Object, Set, SortedSet};
use russet_structures::record::PayloadMut;

/// Up to so many parts a value is dropped at once.
const AT_ONCE: usize = 64;

/// Values that wait for the end of the command.
#[derive(Default)]
pub struct Garbage {
    bin: Vec<Object>,
    /// What a command removes or replaces without having been asked for that is left here.
    pub(crate) removed: bool,
    /// What is removed because its time has come is left here.
    pub(crate) expired: bool,
}

impl Garbage {
    /// Keeps the value of an entry that is about to be dropped, or to be given another value, if it is a large one; what
    /// is left in the entry is dropped at once.
    pub(crate) fn keep(&mut self, entry: &mut Entry) {
        if let PayloadMut::Owned(object) = entry.payload_mut()
            && parts(object) > AT_ONCE
        {
            self.bin.push(std::mem::replace(object, Object::Blob(Blob::default())));
        }
    }

    /// As [`Garbage::keep`], for what a command removes or replaces without having been asked for that.
    pub(crate) fn replaced(&mut self, entry: &mut Entry) {
        self.leaving(entry, false);
    }

    /// As [`Garbage::keep`], if that is to be done: for what has expired, or else was replaced.
    #[inline]
    pub(crate) fn leaving(&mut self, entry: &mut Entry, expired: bool) {
        if if expired { self.expired } else { self.removed } {
            self.keep(entry);
        }
    }

    /// Keeps a value that is out of its entry already, if it is a large one.
    pub(crate) fn keep_value(&mut self, object: Object) {
        if parts(&object) > AT_ONCE {
            self.bin.push(object);
        }
    }

    /// Whether nothing waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.bin.is_empty()
    }

    /// Takes what waits.
    pub(crate) fn take(&mut self) -> Vec<Object> {
        std::mem::take(&mut self.bin)
    }
}

/// Of how many allocations a value consists, about. A string is one, however long.
fn parts(object: &Object) -> usize {
    match object {
        Object::Blob(_) | Object::Module(_) => 1,
        Object::List(List::Packed(_)) | Object::Hash(Hash::Packed(_)) => 1,
        Object::Set(Set::Ints(_) | Set::Packed(_)) | Object::SortedSet(SortedSet::Packed(_)) => 1,
        Object::List(List::Quick(list)) => list.node_count(),
        Object::Hash(hash) => hash.len(),
        Object::Set(set) => set.len(),
        Object::SortedSet(set) => set.len(),
        Object::Stream(stream) => stream.node_count(),
    }
}
