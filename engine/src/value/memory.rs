//! What a value takes beside its record.

use super::{Hash, List, Object, Set, SortedSet, Stream};

impl Object {
    /// Bytes that were asked of the allocator for it, without what stands in the record. O(1), but for lists and streams
    /// O(nodes).
    pub fn memory(&self) -> usize {
        match self {
            Object::Blob(blob) => size_of::<[usize; 2]>() + size_of::<Vec<u8>>() + blob.capacity(),
            Object::List(List::Packed(pack)) | Object::Hash(Hash::Packed(pack)) => pack.memory(),
            Object::Set(Set::Packed(pack)) | Object::SortedSet(SortedSet::Packed(pack)) => pack.memory(),
            Object::List(List::Quick(list)) => list.memory(),
            Object::Hash(Hash::Table(table)) => size_of_val(&**table) + table.map().memory(),
            Object::Set(Set::Ints(ints)) => ints.memory(),
            Object::Set(Set::Table(set)) => size_of_val(&**set) + set.memory(),
            Object::SortedSet(SortedSet::Sorted(set)) => size_of_val(&**set) + set.memory(),
            Object::Stream(stream) => size_of::<Stream>() + stream.memory(),
            Object::Module(value) => size_of_val(&**value) + value.parts().len(),
        }
    }
}
