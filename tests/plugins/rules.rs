//! Plugins that break the rules of the interface: what the server can see it tells, and it goes on.

use super::libraries::{Libraries, text};
use super::talk::Talk;

pub(crate) fn answers_and_arguments(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    talk.check(&[&format!("MODULE LOAD {} => +OK", text(&libraries.contrary)), "SET key value => +OK"])?;
    let is_wrong = "-ERR plugin 'contrary': 'contrary.wrong' is wrong: ";
    let passed = "-ERR the plugin's command 'contrary.wrong' passed ";
    for (what, begins, says) in [
        ("silent", is_wrong, "it did not answer"),
        ("twice", is_wrong, "it answered with 2 replies instead of one"),
        ("too-few", is_wrong, "its answer ends 2 elements too early"),
        ("too-many", is_wrong, "it answered with 2 replies instead of one"),
        ("endless", is_wrong, "its answer ends 18446744073709551615 elements too early"),
        ("odd-map", is_wrong, "its answer ends 1 elements too early"),
        ("null", passed, "bytes that are NULL"),
        ("nothing", passed, "bytes that are NULL"),
        ("lines", passed, "a line that is no text, or more than one"),
        ("bytes", passed, "a line that is no text, or more than one"),
        ("format", passed, "a format that is not three letters, or a text that is NULL"),
        ("digits", passed, "a big number that is none"),
        ("null-key", passed, "a key that is NULL"),
        ("write", passed, "a key to change, but is declared without WRITE"),
        ("delete", passed, "a key to change, but is declared without WRITE"),
        ("null-words", passed, "words that are NULL, or too many"),
        ("no-words", passed, "a word that is NULL, or none at all"),
        ("no-answer", passed, "no place for an answer"),
        ("strange-flags", passed, "a flag that this server does not know"),
        ("no-call", "-ERR plugin 'contrary': 'contrary.wrong' failed and does not say why", ""),
        ("speechless", "-ERR plugin 'contrary': 'contrary.wrong' failed and does not say why", ""),
        ("other", "-ERR which?", ""),
        ("keep", "+kept", ""),
        ("kept", "+fine", ""),
    ] {
        talk.check(&[&format!("CONTRARY.WRONG {what} => {begins}{says}"), "GET key => $5 value"])?;
        // Inside a transaction the others' answers stay where they belong.
        talk.check(&[
            "MULTI => +OK",
            "GET key => +QUEUED",
            &format!("CONTRARY.WRONG {what} => +QUEUED"),
            "PING => +QUEUED",
        ])?;
        let said = talk.say("EXEC")?;
        if said != format!("*3 $5 value {begins}{says} +PONG") {
            return Err(format!("{what} in a transaction: {said}"));
        }
    }
    Ok(())
}

pub(crate) fn running_commands(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    talk.check(&[
        &format!("MODULE LOAD {} => +OK", text(&libraries.contrary)),
        "CONTRARY.RUN SET k v => *3 :1 :0 $2 OK",
        "CONTRARY.READ GET k => *3 :4 :0 $1 v",
        "CONTRARY.READ GET none => *3 :0 :0 $-1",
        "CONTRARY.RUN INCR n => *3 :3 :0 $1 1",
        "CONTRARY.RUN RPUSH l a b c => *3 :3 :0 $1 3",
        "CONTRARY.READ LRANGE l 0 -1 => *3 :5 :3 $-1",
        "CONTRARY.RUN HSET h f v => *3 :3 :0 $1 1",
        "CONTRARY.READ HGETALL h => *3 :6 :2 $-1",
        "CONTRARY.RUN SADD s a b => *3 :3 :0 $1 2",
        "CONTRARY.READ SMEMBERS s => *3 :7 :2 $-1",
        "CONTRARY.RUN ZADD z 1.5 m => *3 :3 :0 $1 1",
        "CONTRARY.READ ZSCORE z m => *3 :8 :0 $3 1.5",
        // Errors are answers.
        "CONTRARY.READ LLEN k => *3 :2 :0 $65 WRONGTYPE Operation against a key holding the wrong kind of value",
        "CONTRARY.READ GET => *3 :2 :0 $47 ERR wrong number of arguments for 'get' command",
        "CONTRARY.READ NOSUCH a => *3 :2 :0 ...",
        "CONTRARY.READ CLIENT NOSUCH => *3 :2 :0 $49 ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP.",
        // A reader must not write, and nobody may do what changes the session or the process.
        "CONTRARY.READ SET k w => *3 :2 :0 $79 ERR 'set' writes, but 'contrary.read', which runs it, is declared without WRITE",
        "CONTRARY.RUN MULTI => *3 :2 :0 $38 ERR 'multi' can be run by clients only",
        "CONTRARY.RUN SUBSCRIBE c => *3 :2 :0 $42 ERR 'subscribe' can be run by clients only",
        "CONTRARY.RUN SHUTDOWN => *3 :2 :0 $41 ERR 'shutdown' can be run by clients only",
        "CONTRARY.RUN MODULE UNLOAD contrary => *3 :2 :0 $46 ERR 'module|unload' can be run by clients only",
        // One that would wait does not.
        "CONTRARY.RUN BLPOP nothing 0 => *3 :0 :0 $-1",
        // One runs another, and that the next.
        "CONTRARY.RUN CONTRARY.RUN CONTRARY.READ GET k => *3 :5 :3 $-1",
        "GET k => $1 v",
        "PING => +PONG",
    ])
}
