//! Scripts in an engine: what they see, what they may, and what is left of them.

use russet_engine::host::{Host, Usage};
use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup, effects};
use std::any::Any;

/// A machine with little memory, so that little is needed to use it up.
struct Small;

impl Host for Small {
    fn usage(&self) -> Usage {
        Usage { system_memory: 128 << 20, ..Usage::default() }
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

struct Shell {
    engine: Engine,
    client: ClientKey,
}

impl Shell {
    fn new() -> Shell {
        russet_commands::link();
        russet_scripts::link();
        let setup = Setup { host: Box::new(Small), ..Setup::for_tests(ManualClock::at(1_700_000_000_000)) };
        let mut engine = Engine::new(setup).unwrap();
        let client = engine.connect();
        Shell { engine, client }
    }

    /// Runs a request, and returns the answer with spaces for the ends of lines.
    fn words(&mut self, words: &[&str]) -> String {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let reply = self.engine.run(self.client, &words);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    fn eval(&mut self, script: &str) -> String {
        self.words(&["EVAL", script, "0"])
    }

    /// The text of an error, up to the name of the script.
    fn error(&mut self, script: &str) -> String {
        let reply = self.eval(script);
        let error = reply.strip_prefix('-').unwrap_or_else(|| panic!("{script}: {reply}"));
        error.split(" script: ").next().unwrap_or_default().to_owned()
    }
}

/// Commands of the effect stream, as lines.
fn lines(engine: &mut Engine) -> Vec<String> {
    let mut stream = Vec::new();
    engine.keyspace.effects.take_into(&mut stream);
    let line = |words: Vec<&[u8]>| {
        words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" ")
    };
    effects::commands(&stream).map(line).filter(|line| !line.starts_with("SELECT")).collect()
}

#[test]
fn values_are_answered_by_their_kinds() {
    let mut shell = Shell::new();
    for (script, answer) in [
        ("return 'text'", "$4 text"),
        ("return 3.99", ":3"),
        ("return true", ":1"),
        ("return false", "$-1"),
        ("return nil", "$-1"),
        ("return {1, 'a', nil, 2}", "*2 :1 $1 a"),
        ("return {ok = 'FINE'}", "+FINE"),
        ("return {err = 'MY error'}", "-MY error"),
        ("return {double = 1.5}", "$3 1.5"),
        ("return {map = {a = 1}}", "*2 $1 a :1"),
        ("return redis.status_reply('x')", "+x"),
        ("return redis.error_reply('x')", "-ERR x"),
        (
            "return print",
            "-ERR user_script:1: Script attempted to access nonexistent global variable 'print'",
        ),
    ] {
        let reply = shell.eval(script);
        assert!(reply.starts_with(answer), "{script}: {reply}");
    }
}

#[test]
fn keys_and_arguments_are_globals_of_one_run() {
    let mut shell = Shell::new();
    let both = "return {KEYS, ARGV}";
    assert_eq!(shell.words(&["EVAL", both, "1", "k", "a", "b"]), "*2 *1 $1 k *2 $1 a $1 b");
    assert_eq!(shell.words(&["EVAL", both, "0"]), "*2 *0 *0");
    assert_eq!(
        shell.words(&["EVAL", both, "2", "k"]),
        "-ERR Number of keys can't be greater than number of args"
    );
    assert_eq!(shell.words(&["EVAL", both, "-1"]), "-ERR Number of keys can't be negative");
}

#[test]
fn answers_of_commands_become_values() {
    let mut shell = Shell::new();
    shell.words(&["RPUSH", "list", "a", "b"]);
    shell.words(&["HSET", "hash", "f", "v"]);
    for (script, answer) in [
        ("return redis.call('SET', 'k', 1.1)", "+OK"),
        ("return redis.call('GET', 'k')", "$3 1.1"),
        ("return redis.call('GET', 'none') == false", ":1"),
        ("return redis.call('LRANGE', 'list', 0, -1)", "*2 $1 a $1 b"),
        ("return type(redis.call('STRLEN', 'k'))", "$6 number"),
        ("redis.setresp(3) return redis.call('GET', 'none') == nil", ":1"),
        ("redis.setresp(3) return redis.call('HGETALL', 'hash').map.f", "$1 v"),
        (
            "return redis.pcall('LPUSH', 'k', 1).err",
            "$65 WRONGTYPE Operation against a key holding the wrong kind of value",
        ),
        (
            "local ok, e = pcall(redis.call, 'NOSUCH') return e",
            "$44 ERR Unknown Redis command called from script",
        ),
        ("return redis.call('BLPOP', 'none', 0)", "$-1"),
    ] {
        assert_eq!(shell.eval(script), answer, "{script}");
    }
    assert_eq!(shell.error("redis.call('NOSUCH')"), "ERR Unknown Redis command called from script");
    assert_eq!(
        shell.error("redis.call('GET')"),
        "ERR Wrong number of args calling Redis command from script"
    );
    assert_eq!(
        shell.error("redis.call('EVAL', 'return 1', 0)"),
        "ERR This Redis command is not allowed from script"
    );
}

#[test]
fn errors_name_the_line() {
    let mut shell = Shell::new();
    let digest = "4cb91861d207e5689edc816618ab68f9d6de3b44";
    assert_eq!(
        shell.words(&["EVAL_RO", "return redis.call('set','x',1)", "1", "x"]),
        format!(
            "-ERR Write commands are not allowed from read-only scripts. script: {digest}, on @user_script:1."
        )
    );
    let reply = shell.eval("\n\nerror('down here')");
    assert!(reply.starts_with("-ERR user_script:3: down here script: "), "{reply}");
    assert!(reply.ends_with(", on @user_script:3."), "{reply}");
    let compiling =
        "-ERR Error compiling script (new function): user_script:1: unexpected symbol near '<eof>'";
    assert_eq!(shell.eval("return 1 +"), compiling);
}

#[test]
fn errors_of_matching_are_those_of_lua() {
    let mut shell = Shell::new();
    for (script, told) in [
        (
            "local x = string.find()",
            "user_script:1: bad argument #1 to 'find' (string expected, got no value)",
        ),
        (
            "local x = string.match('x')",
            "user_script:1: bad argument #2 to 'match' (string expected, got no value)",
        ),
        (
            "local x = string.gsub(nil, 'x', 'y')",
            "user_script:1: bad argument #1 to 'gsub' (string expected, got nil)",
        ),
        ("local x = ('x'):find({})", "user_script:1: bad argument #2 to 'find' (string expected, got table)"),
        ("return string.match('x', '[')", "malformed pattern (missing ']')"),
    ] {
        let reply = shell.error(script);
        assert!(reply.contains(told), "{script}: {reply}");
    }
    assert_eq!(shell.eval("return {string.find(12345, 34), (string.gsub(11, 1, 2))}"), "*2 :3 $2 22");
}

#[test]
fn what_is_shared_is_read_only() {
    let mut shell = Shell::new();
    for script in [
        "x = 1",
        "_G.x = 1",
        "_G['redis'] = 1",
        "redis.call = nil",
        "string.rep = 1",
        "getmetatable(_G).__index = 1",
        "getmetatable('').__index = 1",
        "getmetatable('').__index.rep = 1",
        "rawset(_G, 'x', 1)",
        "rawset(redis, 'call', 1)",
        "table.insert(redis, 1)",
        "table.insert(math, 1, 1)",
        "setmetatable(_G, {})",
        "setmetatable(string, {})",
        "for _, library in pairs(_G) do if type(library) == 'table' and library ~= KEYS and library ~= ARGV then library.x = 1 end end",
    ] {
        let error = shell.error(script);
        assert!(error.ends_with("Attempt to modify a readonly table"), "{script}: {error}");
    }
    assert_eq!(
        shell.eval("return {#redis, tostring(rawget(redis, 'x')), type(redis.call)}"),
        "*3 :0 $3 nil $8 function"
    );
}

#[test]
fn nothing_hands_out_what_is_hidden() {
    let mut shell = Shell::new();
    // Whatever walks over a shared table must give the functions, and no way to the table itself.
    for script in [
        "local f, s, k = pairs(redis) s.call = 1",
        "local f, s, k = pairs(redis) rawset(s, 'call', 1)",
        "local f = pairs(redis) local k, v = f(redis) if k == nil then error('readonly table') end redis[k] = 1",
    ] {
        assert!(shell.error(script).contains("readonly table"), "{script}");
    }
    for gone in [
        "dofile", "loadfile", "print", "require", "module", "package", "debug", "io", "newproxy", "getfenv",
        "setfenv",
    ] {
        let error = shell.error(&format!("return {gone}"));
        assert!(error.contains("nonexistent global variable"), "{gone}: {error}");
    }
    assert_eq!(
        shell.eval("return type(os.clock()) .. tostring(os.time) .. tostring(os.execute)"),
        "$12 numbernilnil"
    );
    assert_eq!(shell.eval("return {loadstring(string.dump(function() return 1 end))}"), "*0");
    assert_eq!(
        shell.eval("return loadstring('x = 1') and select(2, pcall(loadstring('x = 1')))"),
        "$54 [string \"x = 1\"]:1: Attempt to modify a readonly table"
    );
}

#[test]
fn effects_leave_as_one_transaction() {
    let mut shell = Shell::new();
    shell.engine.keyspace.effects.attach(true);
    shell.eval("redis.call('SET', 'a', 1) redis.call('GET', 'a') redis.call('INCR', 'a')");
    assert_eq!(lines(&mut shell.engine), ["MULTI", "SET a 1", "INCR a", "EXEC"]);
    shell.eval("redis.call('SET', 'a', 1)");
    assert_eq!(lines(&mut shell.engine), ["SET a 1"]);
    shell.eval("redis.set_repl(redis.REPL_NONE) redis.call('SET', 'a', 1) redis.set_repl(redis.REPL_ALL) redis.call('SET', 'b', 1)");
    assert_eq!(lines(&mut shell.engine), ["SET b 1"]);
    shell.eval("redis.call('SET', 'a', 1) redis.call('SET', 'b', 2) error('half')");
    assert_eq!(lines(&mut shell.engine), ["MULTI", "SET a 1", "SET b 2", "EXEC"], "what is done is done");
    for words in [&["MULTI"][..], &["SET", "c", "1"], &["EVAL", "redis.call('SET', 'd', 1)", "0"], &["EXEC"]]
    {
        shell.words(words);
    }
    assert_eq!(lines(&mut shell.engine), ["MULTI", "SET c 1", "SET d 1", "EXEC"]);
}

#[test]
fn a_script_leaves_the_session_as_it_was() {
    let mut shell = Shell::new();
    shell.eval("redis.setresp(3) redis.call('SELECT', 5) redis.call('SET', 'there', 1)");
    assert_eq!(shell.words(&["EXISTS", "there"]), ":0");
    shell.words(&["SELECT", "5"]);
    assert_eq!(shell.words(&["EXISTS", "there"]), ":1");
    assert_eq!(shell.eval("return redis.call('EXISTS', 'there')"), ":1", "it begins where its client is");
    assert_eq!(shell.eval("return {redis.call('GET', 'none')}"), "*1 $-1", "and in RESP2");
}

#[test]
fn first_lines_bind() {
    let mut shell = Shell::new();
    let mut told = |script: &str| shell.eval(script);
    assert_eq!(told("#!lua flags=allow-oom,no-writes\nreturn 1"), ":1");
    assert!(
        told("#!lua flags=no-writes\nreturn redis.call('SET', 'x', 1)")
            .starts_with("-ERR Write commands are not allowed from read-only scripts. script: ")
    );
    assert_eq!(told("#!lua flags=x\nreturn 1"), "-ERR Unexpected flag in script shebang: x");
    assert_eq!(told("#!lua x\nreturn 1"), "-ERR Unknown lua shebang option: x");
    assert_eq!(told("#!cobol\nreturn 1"), "-ERR Unexpected engine in script shebang: #!cobol");
    assert_eq!(told("#!lua"), "-ERR Invalid script shebang");
    let reply = shell.words(&["EVAL_RO", "#!lua\nreturn 1", "0"]);
    assert_eq!(reply, "-ERR Can not execute a script with write flag using *_ro command.");
}

#[test]
fn the_cache_is_one_for_all_clients() {
    let mut shell = Shell::new();
    let digest = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
    assert_eq!(shell.words(&["EVALSHA", digest, "0"]), "-NOSCRIPT No matching script. Please use EVAL.");
    assert_eq!(shell.words(&["SCRIPT", "LOAD", "return 1"]), format!("$40 {digest}"));
    assert_eq!(shell.words(&["EVALSHA", &digest.to_uppercase(), "0"]), ":1");
    assert_eq!(shell.words(&["SCRIPT", "EXISTS", digest, "x"]), "*2 :1 :0");
    assert_eq!(shell.words(&["SCRIPT", "SHOW", digest]), "$8 return 1");
    assert_eq!(shell.words(&["SCRIPT", "FLUSH"]), "+OK");
    assert_eq!(shell.words(&["SCRIPT", "EXISTS", digest]), "*1 :0");
    assert_eq!(shell.words(&["SCRIPT", "KILL"]), "-NOTBUSY No scripts in execution right now.");
    assert_eq!(shell.eval("return 2"), ":2", "with a new interpreter");
}

#[test]
fn a_script_that_wants_all_memory_ends_with_an_error() {
    let mut shell = Shell::new();
    for script in [
        "return #string.rep('x', 2147483647) + #string.rep('y', 2147483646)",
        "local t = {} while true do t[#t + 1] = string.rep('x', 1000000 + #t) end",
        "local s = 'x' while true do s = s .. s end",
    ] {
        let reply = shell.eval(script);
        assert!(reply.contains("not enough memory"), "{reply}");
    }
    assert_eq!(shell.eval("return 1"), ":1");
    let deep = shell.eval("local t = {} t[1] = t return t");
    assert!(deep.ends_with("-ERR reached lua stack limit"));
}

/// What scripts have broken out of Redis with, or broken it with, one line each.
#[test]
fn known_escapes_lead_nowhere() {
    let mut shell = Shell::new();
    for (script, told) in [
        // CVE-2015-4335: code that was compiled elsewhere.
        ("return loadstring(string.dump(function() end))()", "attempt to call a nil value"),
        ("return load(function() return '\\27Lua' end)()", "attempt to call a nil value"),
        // CVE-2015-8080, CVE-2018-11219, CVE-2020-14147: sizes that overflow.
        ("return struct.pack('>I2147483648', 10)", "integral size overflow"),
        ("return struct.unpack('>I99999999999', 'x')", "integral size overflow"),
        // CVE-2018-11218: more values than there is room for.
        ("return cmsgpack.pack(unpack({}, 1, 7999))", ""),
        ("return cmsgpack.unpack(string.rep('\\255', 100000))", ""),
        // CVE-2022-0543: libraries from outside.
        ("return package.loadlib('libc.so.6', 'system')", "nonexistent global variable 'package'"),
        ("return io.popen('id')", "nonexistent global variable 'io'"),
        // CVE-2022-24735, CVE-2025-46818: functions that others will call.
        ("redis.call = function() end", "Attempt to modify a readonly table"),
        ("getmetatable('').__index = function() end", "Attempt to modify a readonly table"),
        ("getmetatable('').__add = function() end", "Attempt to modify a readonly table"),
        ("getmetatable(_G).__index = function() end", "Attempt to modify a readonly table"),
        // CVE-2022-24736: a script that ends its own function.
        ("return 1 end function evil() return 2", "'<eof>' expected near 'end'"),
        // CVE-2024-31449: the least integer has no positive one.
        ("return bit.tohex(65535, -2147483648)", ""),
        // CVE-2025-46817: a range that overflows.
        ("return {unpack({}, 0, 2147483647)}", "too many results to unpack"),
        ("return {unpack({}, -2147483648, 2147483647)}", "too many results to unpack"),
        ("return {unpack({}, 0/0, 100)}", "too many results to unpack"),
        // CVE-2025-46819: brackets without an end.
        ("return loadstring('return [' .. string.rep('=', 100000))()", "attempt to call a nil value"),
        // CVE-2025-49844, CVE-2024-46981: names of sources, and the collector's moods.
        (
            "for i = 1, 300 do loadstring('return ' .. i .. '\\0' .. string.rep('x', i), 'n' .. i .. '\\0') collectgarbage('step') end",
            "",
        ),
        // Depth.
        ("local t = {} for i = 1, 20000 do t = {t} end return cjson.encode(t)", "excessive nesting"),
        ("return cjson.decode(string.rep('[', 100000))", "nested"),
        ("local function f() return f() .. 'x' end return f()", "stack overflow"),
        ("return loadstring(string.rep('(', 10000))()", "attempt to call a nil value"),
        ("local x = string.find('aaa', string.rep('a?', 1000000))", "user_script:1: pattern too complex"),
        ("local x = string.gsub('aaa', string.rep('.-', 5000), '')", "user_script:1: pattern too complex"),
        ("return string.match('aaa', string.rep('a*', 4000))", "aaa"),
        ("return {string.find(string.rep('-', 9000), string.rep('-', 5000), 2, true)}", ":2 :5001"),
    ] {
        let reply = shell.eval(script);
        assert!(reply.contains(told), "{script}: {reply}");
        assert_eq!(shell.eval("return redis.call('PING')"), "+PONG", "after {script}");
    }
}
