//! Functions in an engine: what libraries may, what is left of those that fail, and where their code goes.

use russet_engine::session::ClientKey;
use russet_engine::{Engine, ManualClock, Setup, effects};

struct Shell {
    engine: Engine,
    client: ClientKey,
}

impl Shell {
    fn new() -> Shell {
        russet_commands::link();
        russet_scripts::link();
        let mut engine = Engine::new(Setup::for_tests(ManualClock::at(1_700_000_000_000))).unwrap();
        let client = engine.connect();
        Shell { engine, client }
    }

    /// Runs a request, and returns the answer with spaces for the ends of lines.
    fn words(&mut self, words: &[&str]) -> String {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let reply = self.engine.run(self.client, &words);
        String::from_utf8_lossy(&reply).replace("\r\n", " ").trim_end().to_owned()
    }

    /// Loads a library of this name.
    fn load(&mut self, name: &str, code: &str) -> String {
        self.words(&["FUNCTION", "LOAD", "REPLACE", &format!("#!lua name={name}\n{code}")])
    }

    fn call(&mut self, name: &str) -> String {
        self.words(&["FCALL", name, "1", "key", "argument"])
    }

    fn journal(&mut self) -> Vec<String> {
        let mut stream = Vec::new();
        self.engine.keyspace.effects.take_into(&mut stream);
        let line = |words: Vec<&[u8]>| {
            words.iter().map(|word| String::from_utf8_lossy(word)).collect::<Vec<_>>().join(" ")
        };
        effects::commands(&stream).map(line).filter(|line| !line.starts_with("SELECT")).collect()
    }
}

const COUNT: &str = "redis.register_function('count', function(keys) return redis.call('INCR', keys[1]) end)";

#[test]
fn functions_are_called_with_their_keys_and_arguments() {
    let mut shell = Shell::new();
    assert_eq!(shell.load("lib", "redis.register_function('f', function(k, a) return {k, a} end)"), "$3 lib");
    assert_eq!(shell.call("f"), "*2 *1 $3 key *1 $8 argument");
    assert_eq!(shell.call("F"), shell.call("f"), "letters of any case");
    assert_eq!(shell.call("g"), "-ERR Function not found");
}

#[test]
fn libraries_see_nothing_while_they_are_loaded_and_change_nothing_ever() {
    let mut shell = Shell::new();
    for (code, why) in [
        ("redis.call('PING')", "nonexistent global variable 'call'"),
        ("math.random()", "nonexistent global variable 'math'"),
        ("x = 1", "Attempt to modify a readonly table"),
        ("redis.x = 1", "Attempt to modify a readonly table"),
        ("while true do end", "FUNCTION LOAD timeout"),
        ("return 1", "No functions registered"),
    ] {
        let told = shell.load("lib", code);
        assert!(told.starts_with('-') && told.contains(why), "{code}: {told}");
    }
    let late =
        "local lib = redis lib.register_function('f', function() lib.register_function('g', lib.log) end)";
    assert_eq!(shell.load("lib", late), "$3 lib");
    assert!(shell.call("f").contains("can only be called on FUNCTION LOAD"));
    assert_eq!(shell.load("lib", "redis.register_function('f', function() leak = 1 end)"), "$3 lib");
    assert!(shell.call("f").contains("Attempt to modify a readonly table"));
}

#[test]
fn a_library_that_fails_leaves_the_one_that_it_was_to_replace() {
    let mut shell = Shell::new();
    shell.load("lib", COUNT);
    for code in ["redis.register_function('other', print)", "broken("] {
        assert!(shell.load("lib", &format!("{COUNT} {code}")).starts_with('-'), "{code}");
    }
    assert!(shell.load("another", COUNT).contains("Function count already exists"));
    assert_eq!(shell.call("count"), ":1");
    assert_eq!(shell.words(&["FUNCTION", "DELETE", "another"]), "-ERR Library not found");
}

#[test]
fn libraries_are_journaled_and_what_functions_do_is() {
    let mut shell = Shell::new();
    shell.engine.keyspace.effects.attach(true);
    shell.load("lib", COUNT);
    shell.load("lib", "nonsense(");
    shell.call("count");
    shell.words(&["FUNCTION", "DELETE", "lib"]);
    let journal = shell.journal();
    assert_eq!(journal[0], format!("FUNCTION LOAD REPLACE #!lua name=lib\n{COUNT}"));
    assert_eq!(journal[1..], ["INCR key", "FUNCTION DELETE lib"]);
}

#[test]
fn what_the_keyspace_holds_is_what_is_called() {
    let mut shell = Shell::new();
    shell.load("lib", COUNT);
    assert_eq!(shell.engine.keyspace.beside.libraries.len(), 1);
    // As a file that is loaded leaves it.
    let other = "#!lua name=other\nredis.register_function('other', function() return 'from a file' end)";
    let beside = &mut shell.engine.keyspace.beside;
    beside.libraries = vec![b"no library".as_slice().into(), other.as_bytes().into()];
    beside.generation = 0;
    assert_eq!(shell.call("other"), "$11 from a file");
    assert_eq!(shell.call("count"), "-ERR Function not found");
    assert_eq!(shell.words(&["FUNCTION", "FLUSH"]), "+OK");
    assert!(shell.engine.keyspace.beside.libraries.is_empty());
    assert_eq!(shell.call("other"), "-ERR Function not found");
}

#[test]
fn an_engine_may_go_to_another_thread() {
    let mut shell = Shell::new();
    shell.load("lib", COUNT);
    assert_eq!(shell.call("count"), ":1");
    let moved = std::thread::spawn(move || {
        assert_eq!(shell.call("count"), ":2");
        shell
    });
    assert_eq!(moved.join().unwrap().call("count"), ":3");
}
