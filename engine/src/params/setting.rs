//! The plain kinds of value: switches, numbers, permissions, text. Each knows how to read, show and describe
//! itself.

use std::ops::Deref;
use std::path::Path;

use super::declare::{How, Reason, Shape};

/// The largest value of a C `int`, which bounds most of Redis's counts.
pub(super) const I32_MAX: i64 = i32::MAX as i64;

/// A kind of value that a parameter can have.
pub trait Setting: Sized + Clone {
    /// What a row says to narrow the kind: a range, whether empty text is allowed, ...
    type Rule: 'static;
    /// What the accessor of `Params` hands out: the value itself where that is cheap, else a reference.
    type View<'a>
    where
        Self: 'a;

    /// Reads the words of one line, or refuses them in Redis's words and leaves the value as it was.
    fn assign(&mut self, rule: &Self::Rule, args: &[&[u8]], how: How) -> Result<(), Reason>;
    /// The value as `CONFIG GET` shows it.
    fn show(&self, rule: &Self::Rule) -> Vec<u8>;
    /// The value for code that uses it.
    fn view(&self) -> Self::View<'_>;
    /// What may be written, for the book.
    fn shape(rule: &Self::Rule) -> Shape;
    /// What a configuration file says after the name, one entry for each line.
    fn lines(&self, rule: &Self::Rule) -> Vec<Vec<u8>> {
        vec![self.show(rule)]
    }
}

/// The only word of a line that takes exactly one.
pub(super) fn single<'a>(args: &[&'a [u8]]) -> Result<&'a [u8], Reason> {
    match args {
        [one] => Ok(one),
        _ => Err("wrong number of arguments".into()),
    }
}

impl Setting for bool {
    type Rule = ();
    type View<'a> = bool;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let word = single(args)?;
        *self = match () {
            () if word.eq_ignore_ascii_case(b"yes") => true,
            () if word.eq_ignore_ascii_case(b"no") => false,
            () => return Err("argument must be 'yes' or 'no'".into()),
        };
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        if *self { b"yes".to_vec() } else { b"no".to_vec() }
    }

    fn view(&self) -> bool {
        *self
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "yes or no".into(), unit: "" }
    }
}

/// The bounds and the unit of a whole number.
pub struct Range {
    min: i64,
    max: i64,
    unit: &'static str,
    clamp: Option<(i64, i64)>,
}

impl Range {
    pub(super) const fn new(min: i64, max: i64) -> Self {
        Range { min, max, unit: "", clamp: None }
    }

    pub(super) const fn unit(self, unit: &'static str) -> Self {
        Range { unit, ..self }
    }

    /// Values outside are taken, and brought silently to the nearest bound.
    pub(super) const fn clamp(self, low: i64, high: i64) -> Self {
        Range { clamp: Some((low, high)), ..self }
    }
}

pub(super) fn out_of_range(min: impl std::fmt::Display, max: impl std::fmt::Display) -> Reason {
    format!("argument must be between {min} and {max} inclusive").into()
}

/// Reads a decimal in the one way that Redis writes it: no blanks, no `+`, no leading zeros.
pub(super) fn decimal(word: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(word).ok()?.parse().ok()?;
    (number.to_string().as_bytes() == word).then_some(number)
}

/// Reads a whole number as C's `strtoll` would: blanks and a `+` before it are fine, nothing at all is 0, too
/// much saturates.
pub(super) fn c_integer(word: &[u8]) -> Option<i64> {
    let word = word.trim_ascii_start();
    let (negative, digits) = match word {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0i64, |sum, digit| {
        let digit = i64::from(digit - b'0');
        sum.saturating_mul(10).saturating_add(if negative { -digit } else { digit })
    }))
}

impl Setting for i64 {
    type Rule = Range;
    type View<'a> = i64;

    fn assign(&mut self, rule: &Range, args: &[&[u8]], _: How) -> Result<(), Reason> {
        let number = decimal(single(args)?).ok_or("argument couldn't be parsed into an integer")?;
        if !(rule.min..=rule.max).contains(&number) {
            return Err(out_of_range(rule.min, rule.max));
        }
        *self = rule.clamp.map_or(number, |(low, high)| number.clamp(low, high));
        Ok(())
    }

    fn show(&self, _: &Range) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn view(&self) -> i64 {
        *self
    }

    fn shape(rule: &Range) -> Shape {
        let values = match (rule.min, rule.max) {
            (i64::MIN | -2147483648, i64::MAX | I32_MAX) => "any whole number".into(),
            (min, i64::MAX | I32_MAX) => format!("{min} or more"),
            (min, max) => format!("{min} to {max}"),
        };
        Shape { values, unit: rule.unit }
    }
}

/// File permissions, written in octal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Setting for Permissions {
    type Rule = ();
    type View<'a> = u32;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let bits = std::str::from_utf8(single(args)?)
            .ok()
            .and_then(|word| if word.is_empty() { Some(0) } else { i64::from_str_radix(word, 8).ok() })
            .ok_or("argument couldn't be parsed as an octal number")?;
        self.0 = match u32::try_from(bits) {
            Ok(bits) if bits <= 0o777 => bits,
            _ => return Err(out_of_range(0, "777")),
        };
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        format!("{:o}", self.0).into_bytes()
    }

    fn view(&self) -> u32 {
        self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "0 to 777".into(), unit: "octal" }
    }
}

/// Any bytes. Empty means "not set" wherever a row allows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<u8>);

impl Text {
    /// The text as a path.
    pub fn as_path(&self) -> &Path {
        use std::os::unix::ffi::OsStrExt as _;
        Path::new(std::ffi::OsStr::from_bytes(&self.0))
    }

    /// The text with anything that is not UTF-8 replaced.
    pub fn to_str_lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

impl Deref for Text {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Which texts a row takes.
pub struct TextRule {
    values: &'static str,
    check: fn(&[u8]) -> Result<(), &'static str>,
}

impl TextRule {
    /// Anything goes; `values` says what is meant.
    pub(super) const fn any(values: &'static str) -> Self {
        TextRule { values, check: |_| Ok(()) }
    }

    /// Only what `check` lets pass.
    pub(super) const fn checked(values: &'static str, check: fn(&[u8]) -> Result<(), &'static str>) -> Self {
        TextRule { values, check }
    }
}

impl Setting for Text {
    type Rule = TextRule;
    type View<'a> = &'a Text;

    fn assign(&mut self, rule: &TextRule, args: &[&[u8]], _: How) -> Result<(), Reason> {
        let word = single(args)?;
        (rule.check)(word)?;
        self.0 = word.to_vec();
        Ok(())
    }

    fn show(&self, _: &TextRule) -> Vec<u8> {
        self.0.clone()
    }

    fn view(&self) -> &Text {
        self
    }

    fn shape(rule: &TextRule) -> Shape {
        Shape { values: rule.values.into(), unit: "" }
    }

    fn lines(&self, _: &TextRule) -> Vec<Vec<u8>> {
        vec![super::words::quote(&self.0)]
    }
}
