//! Users in files, and rules that outlive their commands.

use super::*;
use crate::args::OwnedArgs;
use crate::command::registry::Lookup;
use crate::command::{Command, keyspec};
use crate::hash::KeyHasher;
use proptest::prelude::*;

static COMMANDS: [Command; 6] = [
    Command {
        name: "GET",
        run: Some(|_, _| Ok(())),
        keys: &[keyspec::at(1).read_only().access()],
        ..Command::EMPTY
    },
    Command {
        name: "SET",
        run: Some(|_, _| Ok(())),
        keys: &[keyspec::at(1).overwrite().update()],
        ..Command::EMPTY
    },
    Command { name: "BOX", ..Command::EMPTY },
    Command { name: "BOX|OPEN", run: Some(|_, _| Ok(())), ..Command::EMPTY },
    Command { name: "BOX|SHUT", run: Some(|_, _| Ok(())), ..Command::EMPTY },
    Command { name: "PICK", run: Some(|_, _| Ok(())), ..Command::EMPTY },
];

static PLUGIN: [Command; 2] = [
    Command { name: "P.READ", run: Some(|_, _| Ok(())), ..Command::EMPTY },
    Command { name: "P.WRITE", run: Some(|_, _| Ok(())), ..Command::EMPTY },
];

fn registry() -> Registry {
    Registry::build(&COMMANDS).unwrap()
}

fn user(rules: &str, registry: &Registry) -> User {
    let mut user = User::new(b"a", PubsubDefault::ResetChannels);
    for rule in rules.split(' ') {
        user.apply(rule.as_bytes(), registry, PubsubDefault::ResetChannels).unwrap();
    }
    user
}

fn may(user: &User, registry: &Registry, line: &str) -> bool {
    let args = OwnedArgs::new(line.split(' ').map(str::as_bytes));
    let hasher = KeyHasher::new([1; 4]);
    let args = args.args(&hasher);
    let Lookup::Found(id) = registry.lookup(args.word(0), args.get(1)) else { panic!("{line}") };
    user.check(registry.get(id), args).is_ok()
}

#[test]
fn rules_outlive_the_commands_that_they_name() {
    let before = registry();
    let (with, ids) = before.with(&[&PLUGIN[0], &PLUGIN[1]]).unwrap();
    let mut some = user("+p.read +get", &with);
    let mut all = user("allkeys allchannels +@all", &before);
    let mut but_one = user("allkeys +@all -p.write", &with);
    assert!(all.is_unlimited() && !but_one.is_unlimited());

    let without = with.without(&ids);
    for user in [&mut some, &mut all, &mut but_one] {
        user.compile(&without);
    }
    assert_eq!(some.line(), b"user a off sanitize-payload resetchannels -@all +p.read +get");
    assert!(all.is_unlimited());

    let (again, _) = without.with(&[&PLUGIN[1], &PLUGIN[0]]).unwrap();
    for user in [&mut some, &mut all, &mut but_one] {
        user.compile(&again);
    }
    assert!(may(&some, &again, "p.read") && !may(&some, &again, "p.write"));
    assert!(may(&all, &again, "p.write") && all.is_unlimited());
    assert!(may(&but_one, &again, "p.read") && !may(&but_one, &again, "p.write"));
}

#[test]
fn what_nothing_is_kept_from_is_unlimited() {
    let registry = registry();
    for (rules, unlimited) in [
        ("+@all ~* &*", true),
        ("allcommands allkeys allchannels", true),
        ("+@all ~*", false),
        ("+@all &* %R~*", false),
        ("+@all ~* &* -get", false),
        ("+@all ~* &* -get +get", true),
        ("+get +set +box +pick ~* &*", false),
        ("+get (+@all &* ~*)", true),
    ] {
        let mut words: Vec<&str> = Vec::new();
        let (outside, inside) = rules.split_once(" (").map_or((rules, None), |(a, b)| (a, Some(b)));
        words.extend(outside.split(' '));
        let selector = inside.map(|text| format!("({text}"));
        words.extend(selector.as_deref());
        let mut user = User::new(b"a", PubsubDefault::ResetChannels);
        for rule in words {
            user.apply(rule.as_bytes(), &registry, PubsubDefault::ResetChannels).unwrap();
        }
        assert_eq!(user.is_unlimited(), unlimited, "{rules}");
    }
}

#[test]
fn a_file_is_taken_as_a_whole_or_not_at_all() {
    let registry = registry();
    let read = |text: &str| read_users(text.as_bytes(), "f", &registry, PubsubDefault::ResetChannels);
    let users = read("\n  user a on nopass ~a* (+set ~b)  \r\nuser b off\n\n").unwrap();
    assert_eq!(users.len(), 2);
    assert_eq!(
        users[0].line(),
        b"user a on nopass sanitize-payload ~a* resetchannels -@all (~b resetchannels -@all +set)"
    );
    let told = |text: &str| String::from_utf8(read(text).unwrap_err().0).unwrap();
    assert_eq!(
        told("a b\nuser"),
        "f:1 should start with user keyword followed by the username. f:2 should start with user keyword followed by the username. "
    );
    assert_eq!(told("user a\nuser a on"), "WARNING: Duplicate user 'a' found on line 2. ");
    assert_eq!(told("user a\tb on"), "'f:1: username 'a\tb' contains invalid characters. ");
    assert_eq!(told("user a (on"), "f:1: Unmatched parenthesis in selector definition.");
    assert_eq!(
        told("user a foo +nosuch bar\nuser b #1"),
        "f:1: Syntax error. f:1: Error in applying operation '+nosuch': Unknown command or category name in ACL. f:2: The \
         password hash must be exactly 64 characters and contain only lowercase hexadecimal characters. "
    );
}

#[test]
fn a_password_opens_only_the_users_that_have_it() {
    let registry = registry();
    let mut acl = Acl::default();
    for (name, rules) in [("a", "on >x >y"), ("b", "off >x"), ("c", "on nopass"), ("d", "on")] {
        let rules: Vec<&[u8]> = rules.split(' ').map(str::as_bytes).collect();
        let user = acl.stage(&registry, PubsubDefault::ResetChannels, name.as_bytes(), &rules).unwrap();
        acl.put(Arc::new(user));
    }
    let opens = |name: &str, password: &str| acl.authenticate(name.as_bytes(), password.as_bytes()).is_some();
    assert!(opens("a", "x") && opens("a", "y") && !opens("a", "z") && !opens("a", ""));
    assert!(!opens("b", "x") && opens("c", "") && opens("c", "x") && !opens("d", "x") && !opens("none", "x"));
}

const RULES: &[&str] = &[
    "+get",
    "-get",
    "+set",
    "-set",
    "+box",
    "-box",
    "+box|open",
    "-box|shut",
    "+pick|1",
    "+pick|2",
    "+pick",
    "-pick",
    "+@all",
    "-@all",
    "+@slow",
    "-@slow",
    "~a*",
    "%R~b",
    "%W~c*",
    "~*",
    "resetkeys",
    "&a",
    "&*",
    "resetchannels",
    "on",
    "off",
    ">p",
    "nopass",
    "resetpass",
    "(~a +get)",
    "(+@all -set ~b*)",
    "(allkeys &* +pick|3)",
    "clearselectors",
    "reset",
    "skip-sanitize-payload",
    "sanitize-payload",
];

const REQUESTS: &[&str] =
    &["get a", "get b", "set a 1", "set c 1", "box open", "box shut", "pick 1", "pick 3", "pick x"];

proptest! {
    /// What `ACL LIST` shows of a user makes the same user again, which shows the same and may do the same.
    #[test]
    fn a_user_is_what_is_shown_of_it(rules in prop::collection::vec(prop::sample::select(RULES), 0..20)) {
        let registry = registry();
        let mut first = User::new(b"a", PubsubDefault::ResetChannels);
        for rule in rules {
            // One that is refused changes nothing.
            let before = first.clone();
            if first.apply(rule.as_bytes(), &registry, PubsubDefault::ResetChannels).is_err() {
                prop_assert_eq!(&first, &before);
            }
        }
        let line = [&*first.line(), b"\n"].concat();
        let second = read_users(&line, "f", &registry, PubsubDefault::AllChannels);
        // New users get all channels there, but for those whose rules say otherwise.
        let second = second.unwrap().remove(0);
        prop_assert_eq!(second.line(), first.line());
        for request in REQUESTS {
            prop_assert_eq!(may(&first, &registry, request), may(&second, &registry, request), "{}", request);
        }
        prop_assert_eq!(first.is_unlimited(), second.is_unlimited());
        if first.is_unlimited() {
            prop_assert!(REQUESTS.iter().all(|request| may(&first, &registry, request)));
        }
        let mut compiled = first.clone();
        compiled.compile(&registry);
        prop_assert_eq!(compiled.line(), first.line());
        for request in REQUESTS {
            prop_assert_eq!(may(&first, &registry, request), may(&compiled, &registry, request), "{}", request);
        }
    }
}
