//! Plugins that panic.

use super::libraries::{Libraries, text};
use super::talk::Talk;

const PANICKED: &str = "-ERR plugin 'troubled': 'troubled.panic' panicked: ";

pub(crate) fn are_answers(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&["--plugin-panic-limit", "0"])?;
    talk.check(&[&format!("MODULE LOAD {} => +OK", text(&libraries.troubled))])?;
    for (how, message) in [
        ("this", "because of this"),
        ("late", "in the middle of an answer"),
        ("index", "the command's syntax promises this word"),
        ("value", "it does not say why"),
    ] {
        for _ in 0..10 {
            talk.check(&[&format!("TROUBLED.PANIC {how} => {PANICKED}{message}"), "PING => +PONG"])?;
        }
        talk.check(&["MULTI => +OK", &format!("TROUBLED.PANIC {how} => +QUEUED"), "PING => +QUEUED"])?;
        talk.check(&[&format!("EXEC => *2 {PANICKED}{message} +PONG")])?;
    }
    let log = talk.server.log_tail(200);
    for line in ["<troubled> told 0 things", "because of this", "Plugin 'troubled' has panicked"] {
        if !log.contains(line) {
            return Err(format!("the log does not say '{line}':\n{log}"));
        }
    }
    talk.check(&["MODULE UNLOAD troubled => +OK", "PING => +PONG"])?;
    match talk.mappings("memfd") {
        0 => Ok(()),
        left => Err(format!("after panics {left} mappings are left")),
    }
}

pub(crate) fn quarantine(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&["--plugin-panic-limit", "2"])?;
    let load = format!("MODULE LOAD {} => +OK", text(&libraries.troubled));
    let refused =
        "-ERR plugin 'troubled' is quarantined after 2 panics; MODULE UNLOAD troubled and load a better one";
    talk.check(&[
        &load,
        "TROUBLED.ABOUT k => *4 :0 $-1 :0 :0",
        &format!("TROUBLED.PANIC a => {PANICKED}because of a"),
        "TROUBLED.ABOUT k => *4 :0 $-1 :0 :0",
        &format!("TROUBLED.PANIC b => {PANICKED}because of b"),
        &format!("TROUBLED.PANIC c => {refused}"),
        &format!("TROUBLED.ABOUT k => {refused}"),
        "CONFIG SET plugin-panic-limit 3 => +OK",
        "TROUBLED.ABOUT k => *4 :0 $-1 :0 :0",
        "CONFIG SET plugin-panic-limit 2 => +OK",
        &format!("TROUBLED.ABOUT k => {refused}"),
        "MODULE UNLOAD troubled => +OK",
        &load,
        "TROUBLED.ABOUT k => *4 :0 $-1 :0 :0",
        "PING => +PONG",
    ])
}
