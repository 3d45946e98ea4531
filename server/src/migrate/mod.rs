//! MIGRATE: hand keys over to another server, each as what `DUMP` would give, with `RESTORE`.
//!
//! The server waits meanwhile: it writes to the other, reads its answers, and removes what was taken, so that no key is
//! ever on neither of them. A key can end on both, if the link breaks before the answer has come.
//!
//! | file | what it is about |
//! |---|---|
//! | `links.rs` | connections to other servers, kept for a while |
//! | `request.rs` | what is asked of them |

mod links;
mod request;

pub(crate) use links::Links;

use crate::host::ServerHost;
use links::{Fault, Link};
use request::{Login, Request};
use russet_engine::command::FoundKey;
use russet_engine::command::flags::key;
use russet_engine::prelude::*;
use std::time::Duration;

command! {
    name: "MIGRATE", group: Generic, since: "2.6.0",
    complexity: "This command actually executes a DUMP+DEL in the source instance, and a RESTORE in the target instance. See the pages of these commands for time complexity. Also an O(N) data transfer between the two instances is performed.",
    summary: "Atomically transfers a key from one Redis instance to another.",
    syntax: "host port <key | \"\"> destination-db timeout [COPY] [REPLACE] [AUTH password | AUTH2 username password] [KEYS key [key ...]]",
    notes: [
        of("key | \"\"").name("key-selector"),
        of("COPY").since("3.0.0"),
        of("REPLACE").since("3.0.0"),
        of("AUTH password ...").name("authentication"),
        of("AUTH").name("auth").since("4.0.7"),
        of("AUTH2").since("6.0.0"),
        of("KEYS").name("keys").since("3.0.6"),
    ],
    flags: WRITE,
    acl: category::DANGEROUS,
    keys: [
        at(3).read_write().access().delete(),
        after("KEYS", -2).to(-1).read_write().access().delete().incomplete(),
    ],
    find_keys: find_keys,
    secrets: secrets,
    tips: ["nondeterministic_output"],
    history: [
        ("3.0.0", "Added the `COPY` and `REPLACE` options."),
        ("3.0.6", "Added the `KEYS` option."),
        ("4.0.7", "Added the `AUTH` option."),
        ("6.0.0", "Added the `AUTH2` option."),
    ],
    run: migrate,
}

/// What stands behind `AUTH` and `AUTH2`.
fn secrets(args: Args<'_>) -> Vec<usize> {
    let mut secrets = Vec::new();
    let mut at = 6;
    while at < args.len() && !args.is(at, "KEYS") {
        let words = match () {
            () if args.is(at, "AUTH") => 1,
            () if args.is(at, "AUTH2") => 2,
            () => 0,
        };
        secrets.extend((at + 1..args.len()).take(words));
        at += 1 + words;
    }
    secrets
}

/// Word 3, or, where that is empty, all words behind `KEYS`.
fn find_keys(args: Args<'_>) -> Vec<FoundKey> {
    let found = |index| FoundKey { index, flags: key::RW | key::ACCESS | key::DELETE };
    let mut at = 6;
    while at < args.len() {
        if args.is(at, "KEYS") {
            return match (args[3].is_empty(), at + 1 < args.len()) {
                (false, _) => Vec::new(),
                (true, true) => (at + 1..args.len()).map(found).collect(),
                (true, false) => vec![found(3)],
            };
        }
        at += match () {
            () if args.is(at, "AUTH") => 2,
            () if args.is(at, "AUTH2") => 3,
            () => 1,
        };
    }
    vec![found(3)]
}

/// How long to wait for the other server where the request says 0 or less.
const USUAL_TIMEOUT_MS: u64 = 1000;

/// What the options ask for.
#[derive(Default)]
struct Options<'a> {
    copy: bool,
    replace: bool,
    login: Option<Login<'a>>,
    /// Where the keys begin, if not at word 3.
    keys: Option<usize>,
}

impl<'a> Options<'a> {
    fn parse(args: Args<'a>) -> Result<Self, Error> {
        let mut options = Options::default();
        let mut at = 6;
        let word = |at: usize| args.get(at).ok_or(Error::SYNTAX);
        while at < args.len() {
            if args.is(at, "COPY") {
                options.copy = true;
            } else if args.is(at, "REPLACE") {
                options.replace = true;
            } else if args.is(at, "AUTH") {
                // The name of an AUTH2 before it stays.
                let user = options.login.and_then(|login| login.user);
                options.login = Some(Login { user, password: word(at + 1)? });
                at += 1;
            } else if args.is(at, "AUTH2") {
                let (user, password) = (word(at + 1).map(Some), word(at + 2)?);
                options.login = Some(Login { user: user?, password });
                at += 2;
            } else if args.is(at, "KEYS") {
                if !args[3].is_empty() {
                    return Err(Error::new(
                        "ERR When using MIGRATE KEYS option, the key argument must be set to the empty string",
                    ));
                }
                options.keys = Some(at + 1);
                break;
            } else {
                return Err(Error::SYNTAX);
            }
            at += 1;
        }
        Ok(options)
    }
}

fn migrate(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let options = Options::parse(args)?;
    let timeout = match args.int(5)? {
        ..=0 => USUAL_TIMEOUT_MS,
        ms => ms as u64,
    };
    let timeout = Duration::from_millis(timeout);
    let db = args.int(4)?;
    let keys = match options.keys {
        Some(first) => first..args.len(),
        None => 3..4,
    };
    let keys: Vec<Key<'_>> = keys.map(|at| args.key(at)).filter(|&key| cx.db.read(key).is_some()).collect();
    if keys.is_empty() {
        return cx.reply.simple("NOKEY");
    }
    let mut again = true;
    loop {
        let mut link = connect(cx, args, timeout)?;
        let request = Request::new(cx, &keys, db, &options, link.selected());
        let talk = talk(cx, &request, &keys, &mut link, options.copy, timeout);
        match talk.fault {
            None => {
                link.select(talk.refusal.is_none().then_some(db));
                put_back(cx, args, link);
            }
            // An idle link may have been closed by the other side: that is worth another try, if nothing was done.
            Some(fault) if again && fault.may_pass() && talk.answers == 0 => {
                again = false;
                continue;
            }
            Some(_) => {}
        }
        if !talk.taken.is_empty() {
            let words = talk.taken.iter().map(|key| key.bytes);
            cx.journal(std::iter::once(&b"DEL"[..]).chain(words));
        }
        return match (talk.refusal, talk.fault) {
            (Some(text), _) => {
                Err(Error::owned([b"ERR Target instance replied with error: ", &text[..]].concat()))
            }
            (None, Some(fault)) => Err(fault.error()),
            (None, None) => cx.reply.ok(),
        };
    }
}

/// How far a conversation came.
#[derive(Default)]
struct Talk<'a> {
    /// Keys that the other server has and this one has no longer.
    taken: Vec<Key<'a>>,
    /// Answers about keys that have come.
    answers: usize,
    /// The first error that the other server answered, without its `-`.
    refusal: Option<Vec<u8>>,
    /// Why it ended early.
    fault: Option<Fault>,
}

/// Sends a request, reads the answers and removes the keys that were taken.
fn talk<'a>(
    cx: &mut Context<'_>,
    request: &Request,
    keys: &[Key<'a>],
    link: &mut Link,
    copy: bool,
    timeout: Duration,
) -> Talk<'a> {
    let mut talk = Talk::default();
    if let Err(fault) = listen(cx, request, keys, link, copy, timeout, &mut talk) {
        talk.fault = Some(fault);
    }
    talk
}

fn listen<'a>(
    cx: &mut Context<'_>,
    request: &Request,
    keys: &[Key<'a>],
    link: &mut Link,
    copy: bool,
    timeout: Duration,
    talk: &mut Talk<'a>,
) -> Result<(), Fault> {
    link.send(&request.bytes, timeout)?;
    let mut refused = None;
    for _ in 0..request.answers_before_keys {
        refused = refused.or(link.answer(timeout)?.err());
    }
    for &index in &request.sent {
        let answer = link.answer(timeout)?;
        talk.answers += 1;
        match refused.clone().map_or(answer, Err) {
            Err(text) => _ = talk.refusal.get_or_insert(text),
            Ok(()) if copy => {}
            Ok(()) => {
                cx.db.delete(keys[index]);
                talk.taken.push(keys[index]);
            }
        }
    }
    Ok(())
}

/// A link to the server that a request names.
fn connect(cx: &mut Context<'_>, args: Args<'_>, timeout: Duration) -> Result<Link, Error> {
    match links(cx) {
        Some(links) => links.take(&args[1], &args[2], timeout),
        None => Link::open(&args[1], &args[2], timeout),
    }
}

fn put_back(cx: &mut Context<'_>, args: Args<'_>, link: Link) {
    let draw = cx.random();
    if let Some(links) = links(cx) {
        links.put(&args[1], &args[2], link, draw);
    }
}

fn links<'a>(cx: &'a mut Context<'_>) -> Option<&'a mut Links> {
    Some(&mut cx.core.host.as_any().downcast_mut::<ServerHost>()?.links)
}
