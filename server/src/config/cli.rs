//! The command line: `[FILE] [-] [--name value ...]`, `--help`, `--version`.
//!
//! Parsed by hand: the options are the names of the parameter table, each takes as many values as follow, a
//! value may begin with `--` where it stands right after its option, and what comes of it is a line of a
//! redis.conf. A parser of declared options would have to be told to leave all of that alone.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use russet_engine::params::words::quote;

use super::error::REDIS_VERSION;

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Run the server.
    Run(Invocation),
    /// Print [`HELP`] and end.
    Help,
    /// Print [`version`] and end.
    Version,
}

/// Where the settings of this run come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// Read more of it from standard input.
    pub stdin: bool,
    /// Lines of a redis.conf made from the options.
    pub overrides: Vec<Vec<u8>>,
}

/// What `--help` prints.
pub const HELP: &str = "\
Usage: russet-server [FILE] [-] [--name value ...]

  FILE             a russet.ron (a name that ends in .ron) or a redis.conf
  -                read more settings, in redis.conf form, from standard input
  --name value     set a parameter; what stands here wins over any file
  -h, --help       print this help and end
  -v, --version    print the version and end

Examples:
  russet-server                                run with the defaults on port 6379
  russet-server /etc/redis/redis.conf          run with a redis.conf as it is
  russet-server russet.ron --port 7777         run with a RON file, on another port
  russet-server --maxmemory 100mb --save \"\"
  echo 'maxmemory 100mb' | russet-server -

A russet.ron looks like this:
  (port: 6379, bind: [\"127.0.0.1\", \"::1\"], save: [(900, 1), (300, 10)], maxmemory: \"100mb\")

All parameters, with their defaults and units, are in the book: docs/src/parameters.md.
`redis-cli CONFIG GET '*'` shows those of a running server.";

/// What `--version` prints.
pub fn version() -> String {
    format!(
        "Russet server v={} (Redis {REDIS_VERSION} compatible) malloc=mimalloc bits={}",
        env!("CARGO_PKG_VERSION"),
        usize::BITS
    )
}

/// Reads the arguments, the program's name not among them. Whether a name and its values make sense is for
/// the table to say.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Request {
    let args: Vec<Vec<u8>> = args.into_iter().map(OsString::into_vec).collect();
    if let Some(first) = args.first() {
        match first.as_slice() {
            b"-v" | b"--version" => return Request::Version,
            b"-h" | b"--help" => return Request::Help,
            _ => {}
        }
    }
    let mut invocation = Invocation::default();
    let mut rest = args.into_iter().peekable();
    if let Some(file) = rest.next_if(|first| !first.starts_with(b"-")) {
        invocation.file = Some(PathBuf::from(OsString::from_vec(file)));
    }
    if rest.next_if(|arg| arg.as_slice() == b"-").is_some() {
        invocation.stdin = true;
    }
    let mut awaits_value = false;
    while let Some(arg) = rest.next() {
        if arg == b"-" && rest.peek().is_none() {
            // Redis looks for it at the end as well.
            invocation.stdin = true;
            break;
        }
        match arg.strip_prefix(b"--") {
            Some(name) if !awaits_value => {
                invocation.overrides.push(name.to_vec());
                // `save` alone means "no save points" and takes no following option for a value.
                let alone = name.eq_ignore_ascii_case(b"save")
                    && rest.peek().is_none_or(|next| next.starts_with(b"--"));
                if alone {
                    append(&mut invocation.overrides, b"");
                }
                // An option that came with its value in one argument (`"--hz 5"`) has it already.
                awaits_value = !alone && !name.contains(&b' ');
            }
            _ => {
                append(&mut invocation.overrides, &arg);
                awaits_value = false;
            }
        }
    }
    Request::Run(invocation)
}

/// Adds a value to the last line; one that no option precedes makes a line of its own, which the table will
/// refuse.
fn append(lines: &mut Vec<Vec<u8>>, value: &[u8]) {
    match lines.last_mut() {
        Some(line) => {
            if !line.is_empty() {
                line.push(b' ');
            }
            line.extend(quote(value));
        }
        None => lines.push(quote(value)),
    }
}
