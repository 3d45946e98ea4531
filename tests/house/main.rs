//! The rules of the house that no compiler checks: who may reach whom, what sources may say, how files are kept.

mod dependencies;
mod files;
mod sources;
