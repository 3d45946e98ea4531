//! The parameters of sets: where the small forms end.

use crate::hash::KeyHasher;
use crate::params::Params;

/// Up to where a set keeps a small form, and what a large one is made with.
#[derive(Clone)]
pub struct SetLimits {
    /// Most members of an intset.
    pub ints: usize,
    /// Most members of a listpack.
    pub packed: usize,
    /// Longest member of a listpack.
    pub packed_value: usize,
    /// The hasher of new tables.
    pub hasher: KeyHasher,
}

impl SetLimits {
    /// What the parameters say.
    pub fn new(params: &Params, hasher: &KeyHasher) -> SetLimits {
        let limit = |value: i64| usize::try_from(value).unwrap_or(0);
        SetLimits {
            ints: limit(params.set_max_intset_entries()),
            packed: limit(params.set_max_listpack_entries()),
            packed_value: limit(params.set_max_listpack_value()),
            hasher: hasher.clone(),
        }
    }
}
