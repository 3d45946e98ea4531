//! INFO: a report made of sections, each of which registers itself.
//!
//! ```
//! use russet_engine::Context;
//! use russet_engine::info::{Fields, Shown};
//!
//! russet_engine::info_section! {
//!     name: "Teapot", order: 2000, shown: Shown::ByDefault,
//!     write: teapot,
//! }
//!
//! fn teapot(_: &mut Context<'_>, fields: &mut Fields) {
//!     fields.put("teapot_cups", 3);
//!     fields.put_bytes("teapot_volume", 1536);
//! }
//! # fn main() {}
//! ```
//!
//! adds this to the report of every program that links the file:
//!
//! ```text
//! # Teapot
//! teapot_cups:3
//! teapot_volume:1536
//! teapot_volume_human:1.50K
//! ```
//!
//! A subsystem's section stands beside the subsystem; nothing lists them.

use crate::context::Context;
use std::fmt::{Display, Write};

/// When a section is part of the report, beside when it is asked for by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// Never: it is for those who know that it exists.
    ByName,
    /// When everything is asked for (`all`, `everything`).
    InAll,
    /// That, and when nothing in particular is asked for (no name, `default`).
    ByDefault,
}

/// A part of the report.
pub struct Section {
    /// Its title; also the word by which it is asked for, in any case.
    pub name: &'static str,
    /// Where it stands: sections are sorted by this, then by name. Redis's own sections stand at multiples of
    /// a hundred, from `Server` at 100 to `Debug` at 1400.
    pub order: u32,
    /// When it is part of the report.
    pub shown: Shown,
    /// Writes its fields.
    pub write: fn(&mut Context<'_>, &mut Fields),
}

inventory::collect!(Section);

/// Declares a section of `INFO` and registers it: see [`Section`] for the fields and the
/// [module's page](crate::info) for an example.
#[macro_export]
macro_rules! info_section {
    ($($field:ident : $value:expr),* $(,)?) => {
        const _: () = {
            use $crate::command::declare::inventory;
            inventory::submit! { $crate::info::Section { $($field: $value),* } }
        };
    };
}

/// The text of a report while it is written: lines of `name:value`.
#[derive(Default)]
pub struct Fields(String);

impl Fields {
    /// Writes a field.
    pub fn put(&mut self, name: impl Display, value: impl Display) {
        // Writing into a String does not fail.
        let _ = write!(self.0, "{name}:{value}\r\n");
    }

    /// Writes a number of bytes, and a second field with `_human` at the end of its name for people.
    pub fn put_bytes(&mut self, name: &str, bytes: u64) {
        self.put(name, bytes);
        self.put(format_args!("{name}_human"), human(bytes));
    }

    /// Writes a yes or no, as `1` or `0`.
    pub fn put_flag(&mut self, name: &str, value: bool) {
        self.put(name, u8::from(value));
    }

    /// Writes several fields that are zero.
    pub fn put_zeros(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.put(name, 0));
    }
}

/// A number of bytes in the largest unit of which there is at least one: `0B`, `1.50K`, `23.54G`.
pub fn human(bytes: u64) -> String {
    const UNITS: [char; 5] = ['K', 'M', 'G', 'T', 'P'];
    let unit = (bytes.max(1).ilog2() / 10) as usize;
    match unit.checked_sub(1).and_then(|unit| UNITS.get(unit)) {
        Some(letter) => format!("{:.2}{letter}", bytes as f64 / (1u64 << (10 * unit)) as f64),
        None => format!("{bytes}B"),
    }
}

/// A name that a client made up, with what would break a line of the report replaced.
pub fn harmless(name: &[u8]) -> String {
    String::from_utf8_lossy(name).replace(['#', ':', '\n', '\r'], "_")
}

/// The report for `wanted`: names of sections, or `default`, `all`, `everything`; nothing means `default`.
/// Each section comes once, in its own order; names of sections that do not exist are passed over.
pub fn report<'w>(cx: &mut Context<'_>, wanted: impl Iterator<Item = &'w [u8]> + Clone) -> Vec<u8> {
    let asked = |word: &str| wanted.clone().any(|name| name.eq_ignore_ascii_case(word.as_bytes()));
    let least = if asked("all") || asked("everything") {
        Some(Shown::InAll)
    } else if asked("default") || wanted.clone().next().is_none() {
        Some(Shown::ByDefault)
    } else {
        None
    };
    let mut sections: Vec<&Section> = inventory::iter::<Section>()
        .filter(|section| least.is_some_and(|least| section.shown >= least) || asked(section.name))
        .collect();
    sections.sort_by_key(|section| (section.order, section.name));
    let mut fields = Fields::default();
    for section in sections {
        if !fields.0.is_empty() {
            fields.0.push_str("\r\n");
        }
        let _ = write!(fields.0, "# {}\r\n", section.name);
        (section.write)(cx, &mut fields);
    }
    fields.0.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_for_people() {
        for (bytes, text) in [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1.00K"),
            (970_928, "948.17K"),
            (1 << 20, "1.00M"),
            (25_276_510_208, "23.54G"),
            (1 << 40, "1.00T"),
            (1 << 50, "1.00P"),
            (u64::MAX, "18446744073709551615B"),
        ] {
            assert_eq!(human(bytes), text);
        }
    }

    #[test]
    fn a_made_up_name_stays_on_its_line() {
        assert_eq!(harmless(b"a:b#c\r\nd\xff"), "a_b_c__d\u{fffd}");
    }
}
