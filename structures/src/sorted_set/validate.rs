//! Checks that dict and tree tell the same.

use std::hash::BuildHasher;

use super::SortedSet;

impl<S: BuildHasher> SortedSet<S> {
    /// Checks all invariants. O(n).
    ///
    /// # Errors
    ///
    /// Says which invariant of the set or of its tree is broken.
    ///
    /// # Panics
    ///
    /// Where an invariant of the dict is broken, saying which.
    pub fn validate(&self) -> Result<(), String> {
        let (dict, index) = (self.core.dict(), self.core.index());
        dict.validate(|handle| self.hasher.hash_one(handle.member()));
        index.validate()?;
        if dict.len() != index.len() {
            return Err(format!("{} members in the dict, {} in the tree", dict.len(), index.len()));
        }
        let mut blocks = 0;
        for (score, handle) in index.iter() {
            let member = handle.member();
            let hash = self.hasher.hash_one(member);
            let Some(found) = dict.find(hash, |found| found.is(member)) else {
                return Err(format!("{:?} is only in the tree", member.escape_ascii().to_string()));
            };
            if found != handle {
                return Err(format!("{:?} is in two blocks", member.escape_ascii().to_string()));
            }
            if handle.score().to_bits() != score.to_bits() {
                return Err(format!(
                    "{:?} has the score {} in its block and {score} in the tree",
                    member.escape_ascii().to_string(),
                    handle.score()
                ));
            }
            blocks += handle.allocated();
        }
        if blocks != self.core.blocks() {
            return Err(format!("{blocks} bytes in blocks, but {} were counted", self.core.blocks()));
        }
        Ok(())
    }
}
