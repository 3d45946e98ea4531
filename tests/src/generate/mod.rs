//! Random command sequences, played to two servers in lockstep.
//!
//! A line `@oracles valkey9` names who is asked in place of the usual servers; such a file stands alone, without
//! `common.grammar`. A line `@audience` is for commands to which servers say nothing yet, or any number of things
//! to anybody (clients that wait, messages): after each command all connections tell what they were told.
//!
//! A grammar file has one command a line, in the way manuals write them:
//!
//! ```text
//! 3 SET <key> <value> [ NX | XX ] [ GET ] [ EX <secs> | KEEPTTL ]
//! @near=1 TTL <key>
//! MSET ( <key> <value> )...
//! ```
//!
//! A number in front is the weight (1 when absent). The flags are those of the case files that say how replies are
//! compared; `@redis`, `@valkey` and `@redict` name who is right. `<slot>` is a random value of that kind (see
//! [`Values`]), `[ ]` may be left out, `|` chooses, `...` repeats. Now and then what comes out is spoilt on
//! purpose: a word lost or doubled, options in the wrong company, a value of another kind. `@unspoilt` keeps a line from
//! the first two, for commands that would come to ask what nobody has promised; a line with `@skip=redis` is not played
//! where that server is asked, for commands after which it would hold other data.

mod dataset;
mod events;
mod grammar;
mod lockstep;
mod shrink;
mod values;

pub use dataset::Dataset;
pub use grammar::{Grammar, Operation};
pub use lockstep::{Failure, Pair};
pub use shrink::shrink;
pub use values::Values;
