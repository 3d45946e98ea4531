//! Commands come and go: what clients see of them.

use super::libraries::{Libraries, text};
use super::talk::Talk;
use russet_tests::client::encode;

pub(crate) fn in_rust_and_in_c(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    for (library, name, command) in
        [(&libraries.hello, "hello", "HELLO.GREET"), (&libraries.hello_c, "hello-c", "hello.cgreet")]
    {
        let path = text(library);
        let answer = format!(
            "*1 *8 $4 name ${} {name} $3 ver :1 $4 path ${} {path} $4 args *2 $1 a $1 b",
            name.len(),
            path.len()
        );
        talk.check(&[
            "MODULE LIST => *0",
            &format!("{command} me => -ERR unknown command..."),
            &format!("MODULE LOAD {path} a b => +OK"),
            &format!("MODULE LIST => {answer}"),
            "DEL me => ...",
            &format!("{command} me => *2 +Hello $-1"),
            "SET me Ada => +OK",
            &format!("{command} me => *2 +Hello $3 Ada"),
            "SET me 12 => +OK",
            &format!("{command} me => *2 +Hello $2 12"),
            &format!("{command} => -ERR wrong number of arguments for '{}' command", command.to_lowercase()),
            "DEL me => :1",
            "LPUSH me x => :1",
            &format!("{command} me => -WRONGTYPE..."),
            &format!("MODULE UNLOAD {name} => +OK"),
            &format!("{command} me => -ERR unknown command..."),
            &format!("MODULE UNLOAD {name} => -ERR Error unloading module: no such module with that name"),
        ])?;
        if talk.mappings("memfd") != 0 {
            return Err(format!("{name} is still mapped"));
        }
    }
    Ok(())
}

pub(crate) fn first_class(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    talk.check(&[
        &format!("MODULE LOAD {} => +OK", text(&libraries.hello)),
        "COMMAND INFO hello.greet => *1 *10 $11 hello.greet :2 *3 +readonly +module +fast :1 :1 :1 *2 +@read +@fast ...",
        "COMMAND GETKEYS HELLO.GREET one => *1 $3 one",
        "COMMAND DOCS hello.greet => *2 $11 hello.greet *10 $7 summary $38 Greets the one whose name is in a key. ...",
        "COMMAND LIST FILTERBY PATTERN hello.* => *1 $11 hello.greet",
        "SET me Ada => +OK",
        "MULTI => +OK",
        "HELLO.GREET me => +QUEUED",
        "EXEC => *1 *2 +Hello $3 Ada",
        "WATCH me => +OK",
        "HELLO.GREET me => *2 +Hello $3 Ada",
        "UNWATCH => +OK",
        "HELLO.GREET => -ERR wrong number...",
    ])?;
    let stats = talk.say("INFO commandstats")?;
    if !stats.contains("cmdstat_hello.greet:calls=2,") || !stats.contains("rejected_calls=1") {
        return Err(format!("commandstats say nothing of it: {stats}"));
    }
    let modules = talk.say("INFO modules")?;
    if !modules.contains("module:name=hello,ver=1,api=1,") {
        return Err(format!("INFO says nothing of it: {modules}"));
    }
    let hello = talk.say("HELLO 3")?;
    if !hello.contains("$7 modules *1 %4 $4 name $5 hello $3 ver :1") {
        return Err(format!("HELLO says nothing of it: {hello}"));
    }
    Ok(())
}

/// What one write loads the next word of the same write may use: requests are looked up before they run.
pub(crate) fn in_one_write(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    let path = text(&libraries.hello);
    let requests: Vec<Vec<u8>> = [
        &["HELLO.GREET", "x"][..],
        &["MODULE", "LOAD", path],
        &["HELLO.GREET", "x"],
        &["MODULE", "UNLOAD", "hello"],
        &["HELLO.GREET", "x"],
        &["PING"],
    ]
    .iter()
    .map(|words| encode(words))
    .collect();
    talk.client.send_raw(&requests.concat()).map_err(|error| error.to_string())?;
    let mut said = Vec::new();
    for _ in &requests {
        said.push(talk.client.read().map_err(|error| error.to_string())?.raw);
    }
    let beginnings: Vec<&[u8]> = said.iter().map(|raw| &raw[..raw.len().min(5)]).collect();
    let expected: [&[u8]; 6] = [b"-ERR ", b"+OK\r\n", b"*2\r\n+", b"+OK\r\n", b"-ERR ", b"+PONG"];
    if beginnings != expected {
        return Err(format!("{:?}", said.iter().map(|raw| String::from_utf8_lossy(raw)).collect::<Vec<_>>()));
    }
    Ok(())
}

pub(crate) fn queued_and_gone(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    let load = format!("MODULE LOAD {}", text(&libraries.hello));
    talk.check(&[
        &format!("{load} => +OK"),
        "MULTI => +OK",
        "HELLO.GREET x => +QUEUED",
        "MODULE UNLOAD hello => +QUEUED",
        "HELLO.GREET x => +QUEUED",
        "EXEC => *3 *2 +Hello $-1 +OK -ERR the plugin that had the command 'HELLO.GREET' is not loaded any more",
    ])?;
    // Queued by one client, unloaded by another, loaded again by then: the queue has the new one.
    let mut other = talk.server.connect().map_err(|error| error.to_string())?;
    for (again, expected) in [(false, "*1 -ERR unknown command..."), (true, "*1 *2 +Hello $-1")] {
        talk.check(&[&format!("{load} => +OK"), "MULTI => +OK", "HELLO.GREET x => +QUEUED"])?;
        other.line("MODULE UNLOAD hello").map_err(|error| error.to_string())?;
        if again {
            other.line(&load).map_err(|error| error.to_string())?;
        }
        talk.check(&[&format!("EXEC => {expected}")])?;
    }
    talk.check(&["MODULE UNLOAD hello => +OK", "PING => +PONG"])
}

pub(crate) fn what_plugins_see(libraries: &Libraries) -> Result<(), String> {
    let mut talk = Talk::start(&[])?;
    talk.check(&[
        &format!("MODULE LOAD {} => +OK", text(&libraries.troubled)),
        "TROUBLED.SHAPES => *9 $3 1.5 :1 $-1 $31 -123456789012345678901234567890 $5 words *2 $3 key *1 :-9223372036854775808 \
         -ERR inside *-1 *0",
        "TROUBLED.ABOUT k => *4 :0 $-1 :0 :0",
        "TROUBLED.SET k v 100000 => +OK",
        "TROUBLED.ABOUT k => *4 :1 $6 string :1 :0",
        "SELECT 3 => +OK",
        "TROUBLED.ABOUT k => *4 :0 $-1 :0 :3",
        "TROUBLED.PUSH l c one => :1",
        "TROUBLED.PUSH l c two => :2",
        "MGET c => *1 $1 2",
        "LRANGE l 0 -1 => *2 $3 one $3 two",
        "TROUBLED.PUSH c c x => -WRONGTYPE...",
        "HELLO 3 => %7...",
        "TROUBLED.SHAPES => *9 ,1.5 #t _ (-123456789012345678901234567890 =9 txt:words %1 $3 key ~1 :-9223372036854775808 \
         -ERR inside _ *0",
    ])
}
