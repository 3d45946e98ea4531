//! Case files: command lines played to the server under test and to the real servers, reply against reply.
//!
//! A case is one line. The expected reply is what the real servers answer, byte for byte:
//!
//! ```text
//! # a remark
//! == a title starts a section: fresh connections, an empty keyspace
//! SET k "binary \x00 value"
//! GET k
//! 2> GET k                      # no: a remark stands on a line of its own
//! ```
//!
//! Every section is played in RESP2 and again in RESP3, unless its title ends in `@resp2` or `@resp3`. Words
//! are quoted as in `redis-cli`. `N> ` in front sends the line on connection N (1 when absent). Between them and
//! the command may stand any of:
//!
//! | flag | meaning |
//! |---|---|
//! | `@redis` | Redis and Redict are right here; Valkey came to do otherwise after 7.2 |
//! | `@valkey` | Valkey and Redict are right here; Redis 7.0 did otherwise before 7.2 |
//! | `@redict` | only Redict is, which stands between the two |
//! | `@by=redis,valkey` | these are; the others say their own name, for example |
//! | `@is="-ERR text"` | none is: the reply must be this line (`\r\n` is added) |
//! | `@sort` | the elements of arrays, sets and maps may come in any order |
//! | `@pairs` | arrays are name and value pairs, in any order (`CONFIG GET a*` in RESP2) |
//! | `@near=N` | integers may differ by N |
//! | `@ignore=a,b` | the values of these fields (`a=1`, `a:1`, or map keys) are not compared; `*` means all values |
//! | `@without=a,b` | these fields are taken out of all replies, name and value (a later version added them) |
//! | `@shape` | only types and sizes of aggregates are compared |
//! | `@any` | not compared, but must be a well-formed reply |
//! | `@times=N` | N times; `{i}` in the line counts from 0 |
//! | `@scan` | a cursor command whose cursor is written `0`: repeated until it ends, the union is compared |
//! | `@send` | sent, no reply read |
//! | `@read` | nothing sent, one reply read (a delayed one, or a push) |
//! | `@silent` | nothing may arrive for 50 ms |
//! | `@raw` | the one word that follows is sent as it is; all that comes back, and whether the server closed, is compared |
//! | `@closed` | the server closes this connection |
//! | `@reconnect` | this connection is opened anew |
//! | `@wait=MS` | a pause |
//!
//! In any word `{text*N}` stands for N copies of the text, `{now+S}` and `{nowms-MS}` for the time in Unix seconds
//! or milliseconds, `{idN}` and `{addrN}` for the client id and address of connection N. A line `@server --name value`
//! before the first section gives the servers more arguments; `@oracles valkey9` asks these servers in place of the usual
//! ones: for what came after Redis 7.2.

mod compare;
mod expand;
mod parse;
mod play;

pub use compare::Rule;
pub use parse::{Action, File, Judge, Section, Step};
pub(crate) use play::iterate;
pub use play::{Difference, Protocol, play};
