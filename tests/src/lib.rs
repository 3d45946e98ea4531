//! Black-box tests: a server under test, the real servers it is compared with, and what both need.
//!
//! | module | what it knows |
//! |---|---|
//! | [`resp`] | the framing of RESP2 and RESP3 replies; every reply keeps its raw bytes |
//! | [`quoting`] | command lines as typed in `redis-cli`, and bytes as `redis-cli` prints them |
//! | [`client`] | one blocking connection |
//! | [`peers`] | where the server binaries are |
//! | [`launch`] | a server in a temporary directory on a port of its own |
//! | [`case`] | the case files of the differential tester: parsing, playing, comparing |
//! | [`command_table`] | what `COMMAND` and `COMMAND DOCS` say, flattened for comparison |
//! | [`terminal`] | a program in a real terminal, typed to and looked at |
//! | [`markdown`] | fenced blocks, links and headings of the documents |
//! | [`header`] | module headers as parts of the book |
//! | [`session`] | sessions in documents, typed again |
//! | [`generate`] | random command sequences from a grammar, played in lockstep and shrunk when they fail |
//!
//! Nothing here depends on the other crates of the workspace: the tests see what a client sees.

pub mod case;
pub mod client;
pub mod command_table;
pub mod dump;
pub mod generate;
pub mod header;
pub mod launch;
pub mod markdown;
pub mod peers;
pub mod quoting;
pub mod resp;
pub mod session;
pub mod terminal;
