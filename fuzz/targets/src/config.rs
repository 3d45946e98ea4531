//! Configuration texts, redis.conf and RON.

use russet_engine::params::load::{Directive, Loader};
use russet_engine::params::rewrite::rewrite;
use russet_engine::params::{self, Params, words};
use russet_server::config::ron_file;

target! { run, "no panic; what was accepted is accepted again as it is shown" }

/// Input: a byte that chooses the form, then the text.
pub fn run(data: &[u8]) {
    let Some((form, text)) = data.split_first() else { return };
    if form % 2 == 0 {
        conf(text);
    } else if let Ok(entries) = ron_file::parse(text, "x.ron") {
        let mut loader = Loader::new();
        for line in entries.iter().flat_map(|entry| &entry.lines) {
            let line: Vec<&[u8]> = line.iter().map(Vec::as_slice).collect();
            let _ = loader.words(&line);
        }
        loader.finish();
    }
}

/// Line by line, as a file is read; what is included is not followed.
fn conf(text: &[u8]) {
    let mut loader = Loader::new();
    let mut accepted = true;
    for line in text.split(|&byte| byte == b'\n') {
        if let Some(split) = words::split(line) {
            let quoted: Vec<Vec<u8>> = split.iter().map(|word| words::quote(word)).collect();
            assert_eq!(words::split(&quoted.join(&b' ')), Some(split), "quoting keeps the words");
        }
        accepted &= matches!(loader.line(line), Ok(Directive::Done));
    }
    if accepted {
        rewriting_keeps(text, &loader.finish().0);
    }
}

/// What `CONFIG REWRITE` makes of a file that was accepted is accepted and means the same.
fn rewriting_keeps(text: &[u8], params: &Params) {
    let rewritten = rewrite(text, params, &[]);
    let mut again = Loader::new();
    for line in rewritten.split(|&byte| byte == b'\n') {
        let outcome = again.line(line);
        assert!(outcome == Ok(Directive::Done), "{:?} is refused", String::from_utf8_lossy(line));
    }
    for parameter in params::all() {
        let (before, after) = (params.show(parameter), again.params().show(parameter));
        assert_eq!(before, after, "{} changes:\n{}", parameter.name, String::from_utf8_lossy(&rewritten));
    }
}
