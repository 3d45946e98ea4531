//! The policies: a file for each, or for two that differ in which keys may go. The folder takes in every file that stands in it.

automod::dir!(pub(super) "src/eviction/policy");
