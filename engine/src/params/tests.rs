//! Tests of the table as a whole: that every row holds together, and what clients see of it.

use proptest::prelude::*;

use super::amount::Share;
use super::load::{Directive, Loader};
use super::*;

fn get(params: &Params, patterns: &[&str]) -> Vec<(String, String)> {
    let patterns: Vec<&[u8]> = patterns.iter().map(|pattern| pattern.as_bytes()).collect();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    params.get(&patterns).into_iter().map(|(name, value)| (text(name), text(value))).collect()
}

fn set(params: &mut Params, pairs: &[(&str, &str)]) -> Result<(), String> {
    let pairs: Vec<(&[u8], &[u8])> =
        pairs.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    params.set_many(&pairs, false, &mut |_, _| Ok(())).map_err(|error| error.to_string())
}

#[test]
fn every_default_passes_its_own_check() {
    let mut params = Params::default();
    for parameter in all() {
        let outcome = params.assign_text(parameter, parameter.default.as_bytes());
        assert_eq!(outcome, Ok(()), "{}", parameter.name);
        assert!(params.is_default(parameter), "{}", parameter.name);
    }
}

#[test]
fn no_two_rows_share_a_name() {
    let mut names: Vec<&str> = all().flat_map(Parameter::names).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(
        names.iter().all(|name| name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'-' | b'_'))),
        "{names:?}"
    );
}

#[test]
fn what_config_get_shows_config_set_takes() {
    for parameter in all() {
        let mut params = Params::default();
        let shown = params.show(parameter);
        assert_eq!(params.assign_text(parameter, &shown), Ok(()), "{}", parameter.name);
        assert_eq!(params.show(parameter), shown, "{}", parameter.name);
    }
}

#[test]
fn what_a_file_is_given_the_file_reader_takes() {
    let mut loader = Loader::new();
    let params = Params::default();
    for parameter in all() {
        for line in params.lines(parameter) {
            let line = [parameter.name.as_bytes(), b" ", &line].concat();
            assert_eq!(loader.line(&line), Ok(Directive::Done), "{}", String::from_utf8_lossy(&line));
        }
        assert_eq!(loader.params().show(parameter), params.show(parameter), "{}", parameter.name);
    }
}

#[test]
fn get_takes_names_patterns_and_aliases() {
    let params = Params::default();
    assert_eq!(get(&params, &["HZ"]), [("HZ".to_string(), "10".to_string())]);
    assert_eq!(get(&params, &["hz", "H?"]).len(), 1);
    assert_eq!(get(&params, &["*lazy-flush"]).len(), 2);
    assert_eq!(get(&params, &["slaveof"]), [("slaveof".to_string(), String::new())]);
    assert_eq!(get(&params, &["key-load*"]), []);
    assert_eq!(get(&params, &["key-load-delay"]).len(), 1);
    assert_eq!(get(&params, &["nothing"]), []);
}

#[test]
fn one_bad_value_keeps_all_as_they_were() {
    let mut params = Params::default();
    let error = set(&mut params, &[("maxmemory", "1gb"), ("hz", "abc")]).unwrap_err();
    assert_eq!(
        error,
        "ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed into an integer"
    );
    assert_eq!(params.maxmemory(), Share::Bytes(0));
}

#[test]
fn a_refusal_leaves_the_old_values() {
    let mut params = Params::default();
    let mut asked = Vec::new();
    let outcome = params.set_many(&[(b"port", b"7000"), (b"hz", b"20")], false, &mut |changed, params| {
        asked.push((changed.len(), params.port()));
        Err(("port", "Unable to listen on this port. Check server logs.".into()))
    });
    assert_eq!(
        outcome.unwrap_err().to_string(),
        "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port. Check server logs."
    );
    assert_eq!(asked, [(2, 7000)]);
    assert_eq!((params.port(), params.hz()), (6379, 10));
}

#[test]
fn errors_are_those_of_redis() {
    let failed = |name: &str, reason: &str| {
        format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {reason}")
    };
    for (pairs, expected) in [
        (
            vec![("foo", "bar")],
            "ERR Unknown option or number of arguments for CONFIG SET - 'foo'".to_string(),
        ),
        (vec![("hz", "1"), ("HZ", "2"), ("foo", "3")], failed("HZ", "duplicate parameter")),
        (vec![("hz", "abc"), ("databases", "3")], failed("databases", "can't set immutable config")),
        (vec![("dir", "/"), ("foo", "1")], failed("dir", "can't set protected config")),
        (vec![("port", "65536")], failed("port", "argument must be between 0 and 65535 inclusive")),
        (vec![("maxmemory", "1tb")], failed("maxmemory", "argument must be a memory value")),
        (
            vec![("maxmemory", "101%")],
            failed("maxmemory", "percentage argument must be less or equal to 100"),
        ),
        (
            vec![("maxmemory-clients", "101%")],
            failed("maxmemory-clients", "percentage argument must be less or equal to 100"),
        ),
        (vec![("appendonly", "y")], failed("appendonly", "argument must be 'yes' or 'no'")),
        (
            vec![("appendfsync", "y")],
            failed("appendfsync", "argument(s) must be one of the following: everysec, always, no"),
        ),
    ] {
        assert_eq!(set(&mut Params::default(), &pairs), Err(expected));
    }
}

#[test]
fn values_are_shown_as_redis_shows_them() {
    for (name, value, shown) in [
        ("maxmemory", "1kb", "1024"),
        ("maxmemory", "1k", "1000"),
        ("maxmemory", "", "0"),
        ("maxmemory", "18446744073709551616", "18446744073709551615"),
        ("maxmemory", "50%", "50%"),
        ("maxmemory-clients", "5%", "5%"),
        ("maxmemory-clients", "0%", "0"),
        ("hz", "0", "1"),
        ("hz", "1000", "500"),
        ("repl-backlog-size", "1", "16384"),
        ("save", "900 1 300 10", "900 1 300 10"),
        ("save", "1 99999999999", "1 2147483647"),
        ("save", "", ""),
        ("notify-keyspace-events", "KEA", "AKE"),
        ("notify-keyspace-events", "g$lszhxedtKEmn", "AKEm"),
        ("notify-keyspace-events", "gKEnmd", "gdnKEm"),
        ("oom-score-adj", "relative", "yes"),
        ("shutdown-on-sigint", "now save force", "save now force"),
        ("latency-tracking-info-percentiles", "50.123456789 1e1", "50.123457 10"),
        (
            "client-output-buffer-limit",
            "replica 1mb 2mb 3",
            "normal 0 0 0 slave 1048576 2097152 3 pubsub 33554432 8388608 60",
        ),
    ] {
        let mut params = Params::default();
        set(&mut params, &[(name, value)]).unwrap();
        assert_eq!(get(&params, &[name])[0].1, shown, "{name} {value}");
    }
}

proptest! {
    #[test]
    fn any_line_is_taken_or_refused(line: Vec<u8>) {
        let _ = Loader::new().line(&line);
    }

    #[test]
    fn any_value_is_taken_or_refused(index in 0..all().count(), value: Vec<u8>) {
        let parameter = all().nth(index).unwrap();
        let mut params = Params::default();
        if params.assign_text(parameter, &value).is_ok() {
            let shown = params.show(parameter);
            prop_assert_eq!(params.assign_text(parameter, &shown), Ok(()));
            prop_assert_eq!(params.show(parameter), shown);
        }
    }
}
