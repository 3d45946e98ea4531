//! The first line of a script: which language it is in, and what it promises.
//!
//! ```
//! use russet_engine::scripting::{Flags, Shebang};
//!
//! let shebang = Shebang::read(b"#!lua flags=no-writes,allow-stale\nreturn 1").unwrap().unwrap();
//! assert_eq!(shebang.engine, b"lua");
//! assert_eq!(shebang.flags().unwrap(), Flags::NO_WRITES | Flags::ALLOW_STALE);
//! assert_eq!(shebang.body, b"\nreturn 1");
//! assert!(Shebang::read(b"return 1").is_none());
//! ```

use crate::error::Error;

bitflags::bitflags! {
    /// What a script or a function promises.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Flags: u8 {
        /// It does not change the data: `no-writes`.
        const NO_WRITES = 1;
        /// It may run where there is no memory left: `allow-oom`.
        const ALLOW_OOM = 1 << 1;
        /// It may run on a replica that has lost its master: `allow-stale`.
        const ALLOW_STALE = 1 << 2;
        /// It must not run in a cluster: `no-cluster`.
        const NO_CLUSTER = 1 << 3;
        /// Its keys may be of several slots: `allow-cross-slot-keys`.
        const ALLOW_CROSS_SLOT_KEYS = 1 << 4;
        /// It has no first line that says anything: what it does is looked at command by command.
        const COMPATIBLE = 1 << 7;
    }
}

impl Flags {
    /// The names that can be declared, in the order in which `FUNCTION LIST` shows them.
    pub const NAMES: [(&'static str, Flags); 5] = [
        ("no-writes", Flags::NO_WRITES),
        ("allow-oom", Flags::ALLOW_OOM),
        ("allow-stale", Flags::ALLOW_STALE),
        ("no-cluster", Flags::NO_CLUSTER),
        ("allow-cross-slot-keys", Flags::ALLOW_CROSS_SLOT_KEYS),
    ];

    /// The flag of this name.
    pub fn named(name: &[u8]) -> Option<Flags> {
        Flags::NAMES.iter().find(|(text, _)| text.as_bytes() == name).map(|&(_, flag)| flag)
    }
}

/// A first line that begins with `#!`.
#[derive(Clone, Copy, Debug)]
pub struct Shebang<'a> {
    /// The name of the language.
    pub engine: &'a [u8],
    /// What follows it on the line.
    options: &'a [u8],
    /// The script without the line, its end included, so that errors name the right line.
    pub body: &'a [u8],
}

impl<'a> Shebang<'a> {
    /// Reads the first line; `None` if it is part of the script.
    ///
    /// # Errors
    /// If it begins as such a line, but names no language.
    pub fn read(text: &'a [u8]) -> Option<Result<Self, Error>> {
        if !text.starts_with(b"#!") {
            return None;
        }
        let Some(end) = memchr::memchr(b'\n', text) else {
            return Some(Err(Error::new("ERR Invalid script shebang")));
        };
        let (line, body) = text.split_at(end);
        let (engine, options) = match line.iter().position(|&byte| byte == b' ') {
            Some(space) => line.split_at(space),
            None => (line, &line[line.len()..]),
        };
        Some(Ok(Shebang { engine: &engine[2..], options, body }))
    }

    /// The words behind the language.
    pub fn options(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.options.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty())
    }

    /// The flags that a script declares.
    ///
    /// # Errors
    /// If there is a word that declares none, or a flag that there is not.
    pub fn flags(&self) -> Result<Flags, Error> {
        let mut flags = Flags::empty();
        for word in self.options() {
            let Some(names) = word.strip_prefix(b"flags=") else {
                return Err(Error::quoting("ERR Unknown lua shebang option: ", word, ""));
            };
            for name in names.split(|&byte| byte == b',').filter(|name| !name.is_empty()) {
                flags |= Flags::named(name)
                    .ok_or_else(|| Error::quoting("ERR Unexpected flag in script shebang: ", name, ""))?;
            }
        }
        Ok(flags)
    }
}
