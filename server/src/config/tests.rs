//! Tests of reading and writing configuration: files, RON, the command line, and what a mistake in each looks
//! like.

use std::ffi::OsString;
use std::path::Path;

use proptest::prelude::*;
use russet_engine::params;
use russet_engine::params::amount::Share;

use super::cli::{Invocation, Request, parse};
use super::read::Reader;
use super::rewrite::rewrite_ron_text;
use super::*;

/// A directory of its own that goes away with the value.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("russet-config-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Dir(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> Result<(Params, Vec<Rename>), ConfigError> {
    let mut reader = Reader::new(path.parent().unwrap().to_path_buf());
    reader.file(path)?;
    let Gathered { params, renames, .. } = reader.finish();
    Ok((params, renames))
}

fn ron(text: &str) -> Result<Params, ConfigError> {
    let mut reader = Reader::new(PathBuf::new());
    let dir = Dir::new(&format!("ron-{:?}", std::thread::current().id()));
    reader.file(&dir.write("x.ron", text))?;
    Ok(reader.finish().params)
}

fn show(params: &Params, name: &str) -> String {
    String::from_utf8(params.show(params::find(name.as_bytes()).unwrap())).unwrap()
}

fn run(args: &[&str]) -> Invocation {
    match parse(args.iter().map(OsString::from)) {
        Request::Run(invocation) => invocation,
        other => panic!("{other:?}"),
    }
}

fn overridden(args: &[&str]) -> Result<Params, ConfigError> {
    let mut reader = Reader::new(PathBuf::new());
    reader.command_line(&run(args).overrides)?;
    Ok(reader.finish().params)
}

#[test]
fn the_redis_conf_that_debian_ships_is_taken_whole() {
    let Ok(text) = std::fs::read("/etc/redis/redis.conf") else {
        eprintln!("SKIPPED: no /etc/redis/redis.conf on this machine (package redis-server)");
        return;
    };
    let mut reader = Reader::new(PathBuf::from("/"));
    // The directory it names belongs to the packaged service and may be missing.
    let text = String::from_utf8(text).unwrap();
    let lines: String =
        text.lines().filter(|line| !line.starts_with("dir ")).map(|line| format!("{line}\n")).collect();
    reader.text(lines.as_bytes(), "redis.conf").unwrap();
    let params = reader.finish().params;
    assert_eq!(show(&params, "bind"), "127.0.0.1 -::1");
    assert_eq!(show(&params, "logfile"), "/var/log/redis/redis-server.log");
    assert!(params.daemonize());
}

#[test]
fn a_line_without_a_value_empties_what_may_hold_several_things() {
    let dir = Dir::new("bare");
    let path = dir.write(
        "a.conf",
        "save 60 1\nsave \nlatency-tracking-info-percentiles\nclient-output-buffer-limit\nbind\n",
    );
    let (params, _) = read(&path).unwrap();
    for name in ["save", "latency-tracking-info-percentiles", "bind"] {
        assert_eq!(show(&params, name), "", "{name}");
    }
}

#[test]
fn a_mistake_is_shown_as_redis_shows_it_with_its_file() {
    let dir = Dir::new("mistake");
    let path = dir.write("a.conf", "# c\nport 0\n  foo   bar # x\n");
    let error = read(&path).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "\n*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\nReading the configuration file, at line 3\n\
            >>> 'foo   bar # x'\nBad directive or wrong number of arguments\n(in {})",
            path.display()
        )
    );
    for (line, reason) in [
        ("port 1 2", "wrong number of arguments"),
        ("port", "wrong number of arguments"),
        ("replicaof", "wrong number of arguments"),
        ("oom-score-adj-values", "wrong number of arguments"),
        ("port \"1", "Unbalanced quotes in configuration line"),
        ("port abc", "argument couldn't be parsed into an integer"),
        ("\"\" x", "Bad directive or wrong number of arguments"),
        ("rename-command", "Bad directive or wrong number of arguments"),
        ("loadmodule", "Bad directive or wrong number of arguments"),
        ("dir /no/such/place", "No such file or directory"),
        ("dir \"\"", "No such file or directory"),
        ("unixsocketperm 800", "argument couldn't be parsed as an octal number"),
        ("appendfilename a/b", "appendfilename can't be a path, just a filename"),
        ("replicaof a 70000", "Invalid master port"),
    ] {
        match Reader::new(PathBuf::from("/")).text(line.as_bytes(), "x").unwrap_err() {
            ConfigError::Line { line: 1, text, reason: given, .. } => {
                assert_eq!((text.as_str(), given.as_str()), (line, reason))
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn included_files_are_read_in_place_and_in_order() {
    let dir = Dir::new("include");
    dir.write("d/1.conf", "hz 20\ntimeout 1\n");
    dir.write("d/2.conf", "hz 30\n");
    dir.write("d/.hidden.conf", "hz 40\n");
    dir.write("more.ron", "(timeout: 9)");
    let path =
        dir.write("a.conf", "hz 1\ninclude d/*.conf\ninclude none/*.conf\ninclude more.ron\nport 7000\n");
    let (params, _) = read(&path).unwrap();
    assert_eq!((params.hz(), params.timeout(), params.port()), (30, 9, 7000));

    dir.write("d/3.conf", "port 1\nbad x\n");
    match read(&path).unwrap_err() {
        ConfigError::Line { place, line: 2, .. } => assert!(place.ends_with("d/3.conf"), "{place}"),
        other => panic!("{other:?}"),
    }
    let circle = dir.write("circle.conf", "include circle.conf\n");
    assert!(read(&circle).unwrap_err().to_string().contains("include is nested too deeply"));
    let missing = dir.write("missing.conf", "include nothing.conf\n");
    let error = read(&missing).unwrap_err().to_string();
    assert!(
        error.starts_with("Fatal error, can't open config file '")
            && error.ends_with("No such file or directory"),
        "{error}"
    );
}

#[test]
fn renamed_commands_are_kept_with_their_place() {
    let dir = Dir::new("renames");
    let path =
        dir.write("a.conf", "save 1 2\nrename-command FLUSHALL \"\"\nsave 3 4\nrename-command get fetch\n");
    let (params, renames) = read(&path).unwrap();
    assert_eq!(show(&params, "save"), "1 2 3 4");
    let names: Vec<(&[u8], &[u8])> =
        renames.iter().map(|rename| (&rename.from[..], &rename.to[..])).collect();
    assert_eq!(names, [(&b"FLUSHALL"[..], &b""[..]), (b"get", b"fetch")]);
    match renames[1].clone().refused("Target command name already exists") {
        ConfigError::Line { line: 4, text, .. } => assert_eq!(text, "rename-command get fetch"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn users_are_declared_in_either_kind_of_file() {
    let dir = Dir::new("users");
    for (name, text) in [
        ("a.conf", "user a on >p (~x +get)\nuser default off +nosuch\n"),
        ("a.ron", "(user: [[\"a\", \"on\", \">p\", \"(~x +get)\"], [\"default\", \"off\", \"+nosuch\"]])"),
    ] {
        let mut reader = Reader::new(PathBuf::new());
        reader.file(&dir.write(name, text)).unwrap();
        let users = reader.finish().users;
        assert_eq!(
            users.iter().map(|user| user.name()).collect::<Vec<_>>(),
            [&b"a"[..], b"default"],
            "{name}"
        );
    }
    assert!(ron("(user: [])").is_ok());
}

#[test]
fn a_mistake_in_a_user_stops_the_start() {
    for (lines, reason) in [
        ("user a on\nuser a off", "Error in user declaration 'a': Duplicate user found."),
        ("\nuser a foo", "Error in user declaration 'foo': Syntax error"),
        ("\nuser a (~x", "Error in user declaration '(~x': Syntax error"),
        ("\nuser a ~* ~b", "Error in user declaration '~b': Adding a pattern after the * pattern"),
        ("\nuser a #123", "Error in user declaration '#123': The password hash must be exactly 64"),
    ] {
        match Reader::new(PathBuf::from("/")).text(lines.as_bytes(), "x") {
            Err(ConfigError::Line { line: 2, reason: told, .. }) => {
                assert!(told.starts_with(reason), "{told}")
            }
            other => panic!("{lines}: {:?}", other.err()),
        }
    }
}

#[test]
fn users_are_written_where_they_stood() {
    let users = [b"a on sanitize-payload ~x* resetchannels -@all +get".to_vec(), b"default off".to_vec()];
    let old = "# mine\nuser b on\nport 1\nUSER c on\nuser d on\n";
    let params = Params::default();
    let text = params::rewrite::rewrite(old.as_bytes(), &params, &users);
    let new =
        "# mine\nuser a on sanitize-payload ~x* resetchannels -@all +get\nport 6379\nuser default off\n\n";
    assert_eq!(String::from_utf8(text).unwrap().trim_end(), new.trim_end());

    let old = "(\n    // mine\n    port: 6379, // its port\n    user: [[\"b\", \"on\"]],\n)\n";
    let new = rewrite_ron_text(old, &params, &users);
    let list = "[[\"a\", \"on\", \"sanitize-payload\", \"~x*\", \"resetchannels\", \"-@all\", \"+get\"], [\"default\", \"off\"]]";
    assert_eq!(new, old.replace("[[\"b\", \"on\"]]", list));
    assert_eq!(rewrite_ron_text(&new, &params, &users), new, "a second time changes nothing");
    assert_eq!(
        rewrite_ron_text("(port: 6379)", &params, &russet_engine::acl::Acl::default().lines()),
        "(port: 6379)"
    );
    assert_eq!(
        rewrite_ron_text("(port: 6379)", &params, &users),
        format!("(port: 6379,\n    user: {list},\n)")
    );
}

#[test]
fn plugins_are_named_in_either_kind_of_file() {
    let dir = Dir::new("plugins");
    for (name, text) in [
        ("a.conf", "loadmodule /x.so a \"b c\"\nloadmodule /y.so\n"),
        ("a.ron", "(plugins: [[\"/x.so\", \"a\", \"b c\"], \"/y.so\"])"),
        ("b.ron", "(loadmodule: [[\"/x.so\", \"a\", \"b c\"], [\"/y.so\"]])"),
    ] {
        let path = dir.write(name, text);
        let mut reader = Reader::new(PathBuf::from("/"));
        reader.file(&path).unwrap();
        let plugins = reader.finish().plugins;
        let shown: Vec<String> = plugins
            .iter()
            .map(|line| [&[line.path.clone()][..], &line.args].concat().join(&b'|'))
            .map(|line| String::from_utf8(line).unwrap())
            .collect();
        assert_eq!(shown, ["/x.so|a|b c", "/y.so"], "{name}");
    }
}

#[test]
fn the_directory_is_shown_as_the_system_knows_it() {
    let dir = Dir::new("dir");
    let path = dir.write("sub/a.conf", "dir ..\n");
    let settings =
        load(&run(&[path.to_str().unwrap(), "--dir", dir.0.to_str().unwrap(), "--dir", "sub/../sub"]))
            .unwrap();
    let wanted = dir.0.canonicalize().unwrap().join("sub");
    assert_eq!(show(&settings.params, "dir"), wanted.to_str().unwrap());
}

#[test]
fn the_command_line_is_read_as_redis_reads_it() {
    assert_eq!(parse(["--version".into()]), Request::Version);
    assert_eq!(parse(["-h".into()]), Request::Help);
    let invocation = run(&["a.conf", "-", "--port", "7"]);
    assert_eq!((invocation.file, invocation.stdin), (Some("a.conf".into()), true));
    assert!(run(&["-"]).stdin && run(&["--port", "0", "-"]).stdin);
    let params = overridden(&[
        "--save",
        "--port",
        "7",
        "--bind",
        "a",
        "b",
        "--hz 20",
        "--timeout",
        "3",
        "--",
        "maxclients",
        "9",
    ])
    .unwrap();
    assert_eq!((show(&params, "save").as_str(), show(&params, "bind").as_str()), ("", "a b"));
    assert_eq!((params.port(), params.hz(), params.timeout(), params.maxclients()), (7, 20, 3, 9));
    assert_eq!(show(&overridden(&["--save", "1 2", "--save", "3", "4"]).unwrap(), "save"), "1 2 3 4");
    for (args, number, text, reason) in [
        (vec!["--port", "abc"], 2, "port \"abc\"", "argument couldn't be parsed into an integer"),
        (vec!["--port", "0", "--foo"], 3, "foo", "Bad directive or wrong number of arguments"),
        (vec!["--hz", "--port", "3"], 2, "hz \"--port\" \"3\"", "wrong number of arguments"),
        (vec!["--port=7"], 2, "port=7", "Bad directive or wrong number of arguments"),
        (vec!["-p", "7"], 2, "\"-p\" \"7\"", "Bad directive or wrong number of arguments"),
    ] {
        let expected = ConfigError::Line {
            place: "the command line".into(),
            line: number,
            text: text.into(),
            reason: reason.into(),
        };
        assert_eq!(overridden(&args).unwrap_err(), expected);
    }
}

#[test]
fn the_command_line_wins_over_the_file() {
    let dir = Dir::new("order");
    let path = dir.write("a.conf", "hz 5\nsave 5 5\ntimeout 7\n");
    let path = path.to_str().unwrap();
    let settings = load(&run(&[path, "--hz", "6", "--save", ""])).unwrap();
    assert_eq!((settings.params.hz(), settings.params.timeout()), (6, 7));
    assert_eq!(show(&settings.params, "save"), "");
    assert_eq!(settings.file.as_deref(), Some(Path::new(path)));
}

#[test]
fn ron_says_what_a_redis_conf_says() {
    let params = ron(r#"
        #![enable(implicit_some)]
        // where
        Russet(
            port: 7000,
            bind: ["127.0.0.1", "::1"],
            save: [(900, 1), (300, 10)],
            maxmemory: "100mb",
            appendonly: true, /* a , ) */
            client_output_buffer_limit: { "normal": (0, 0, 0), "pubsub": ("1mb", 2, 3) },
            "latency-tracking-info-percentiles": [50, 99.9],
        )"#);
    // A struct's names are identifiers; a map's are strings. One file is one of the two.
    assert!(params.is_err());
    let params = ron(r#"
        // where
        (
            port: 7000,
            bind: ["127.0.0.1", "::1"],
            save: [(900, 1), (300, 10)],
            maxmemory: "100mb",
            appendonly: true, /* a , ) */
            client_output_buffer_limit: { "pubsub": ("1mb", 2, 3) },
            latency_tracking_info_percentiles: [50, 99.9],
            requirepass: None,
        )"#)
    .unwrap();
    assert_eq!(
        (params.port(), params.maxmemory(), params.appendonly()),
        (7000, Share::Bytes(100 << 20), true)
    );
    assert_eq!(show(&params, "save"), "900 1 300 10");
    assert_eq!(show(&params, "bind"), "127.0.0.1 ::1");
    assert_eq!(show(&params, "latency-tracking-info-percentiles"), "50 99.9");
    assert_eq!(params.client_output_buffer_limit().pubsub.hard, 1 << 20);
    let params = ron(r#"{"max-clients": 3}"#);
    assert!(params.is_err());
    let params = ron(r#"{"maxclients": 3, "save": [], "repl-backlog-size": "2mb"}"#).unwrap();
    assert_eq!((params.maxclients(), show(&params, "save").as_str()), (3, ""));
    assert_eq!(show(&ron("").unwrap(), "hz"), "10");
    assert_eq!(show(&ron("()").unwrap(), "hz"), "10");
}

#[test]
fn a_mistake_in_ron_is_shown_with_its_line() {
    for (text, number, shown, reason) in [
        ("(\n  // port\n  port: 1,\n  foo: 3,\n)", 4, "foo: 3", "Bad directive or wrong number of arguments"),
        ("(port: 1,\nhz: \"abc\")", 2, "hz: \"abc\"", "argument couldn't be parsed into an integer"),
        ("(hz: 1,\n\n port: [1, 2])", 3, "port: [1, 2]", "wrong number of arguments"),
        ("(hz: 1,\n hz: 2)", 2, "hz: 2", "hz is given twice"),
        ("(save: [[[1]]])", 1, "save: [[[1]]]", "lists are nested too deeply"),
    ] {
        match ron(text).unwrap_err() {
            ConfigError::Line { line, text: given, reason: why, .. } => {
                assert_eq!((line, given.as_str(), why.as_str()), (number, shown, reason));
            }
            other => panic!("{other:?}"),
        }
    }
    for (text, number) in
        [("(\n port: 1\n hz: 2)", 3), ("(port: 1", 1), ("[1]", 1), ("\"x\"", 1), ("(port: 1)\n x", 2)]
    {
        match ron(text).unwrap_err() {
            ConfigError::Line { line, .. } => assert_eq!(line, number, "{text}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn rewriting_ron_keeps_comments_and_what_did_not_change() {
    let old = "// mine\n(\n    port: 7000, // the port\n    hz: 20,\n    save: [(1, 2)],\n    maxmemory: \"1gb\" // all\n)\n";
    let mut params = ron(old).unwrap();
    assert_eq!(rewrite_ron_text(old, &params, &[]), old);
    let set = |params: &mut Params, name: &str, words: &[&[u8]]| {
        params.assign(params::find(name.as_bytes()).unwrap(), words).unwrap();
    };
    set(&mut params, "hz", &[b"30"]);
    set(&mut params, "save", &[b"3", b"4", b"5", b"6"]);
    set(&mut params, "requirepass", &[b"a\"b"]);
    set(&mut params, "appendonly", &[b"yes"]);
    let new = rewrite_ron_text(old, &params, &[]);
    assert_eq!(
        new,
        "// mine\n(\n    port: 7000, // the port\n    hz: 30,\n    save: [[3, 4], [5, 6]],\n    maxmemory: \"1gb\", // all\n    \
        appendonly: true,\n    requirepass: \"a\\\"b\",\n)\n"
    );
    assert_eq!(rewrite_ron_text(&new, &params, &[]), new);
    for old in ["", "()", "{}", "{\"hz\": 30}", "(hz: 30,)", "// a (b)\n{\n}"] {
        let text = rewrite_ron_text(old, &params, &[]);
        let read = ron(&text).unwrap_or_else(|error| panic!("{text}\n{error}"));
        for parameter in
            params::all().filter(|parameter| parameter.name != "port" && parameter.name != "maxmemory")
        {
            assert_eq!(read.show(parameter), params.show(parameter), "{old} {}", parameter.name);
        }
    }
}

#[test]
fn rewriting_replaces_the_file_and_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = Dir::new("rewrite");
    for (name, text) in [("a.conf", "# mine\nhz 20\n"), ("a.ron", "// mine\n(hz: 20)\n")] {
        let path = dir.write(name, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let (mut params, _) = read(&path).unwrap();
        params.assign(params::find(b"timeout").unwrap(), &[b"5"]).unwrap();
        rewrite(&path, &params, &[]).unwrap();
        let (again, _) = read(&path).unwrap();
        assert_eq!((again.hz(), again.timeout()), (20, 5));
        assert!(std::fs::read_to_string(&path).unwrap().contains(" mine\n"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
    assert_eq!(std::fs::read_dir(&dir.0).unwrap().count(), 2, "no temporary file stays");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text: Vec<u8>) {
        let _ = Reader::new(PathBuf::new()).text(&text, "x");
        let _ = ron_file::parse(&text, "x");
    }

    #[test]
    fn anything_that_looks_like_ron_is_read_or_refused(text in "[(){}\\[\\]:,\"'/*#!br\\\\a1 \n]{0,40}") {
        let _ = ron_file::parse(text.as_bytes(), "x");
        let _ = ron_layout::entries(&text);
        let _ = ron_layout::end(&text);
    }
}
