//! Amounts of memory: `100mb`, `2G`, `5%`.

use super::declare::{How, Reason, Shape};
use super::setting::{Setting, decimal, out_of_range, single};

/// The bounds of an amount of memory.
pub struct Bytes {
    min: u64,
    max: u64,
    floor: u64,
}

impl Bytes {
    pub(super) const fn new(min: u64, max: u64) -> Self {
        Bytes { min, max, floor: 0 }
    }

    /// Anything that a signed 64-bit count can hold.
    pub(super) const fn any() -> Self {
        Self::new(0, i64::MAX as u64)
    }

    /// Smaller values are taken, and silently raised to this.
    pub(super) const fn floor(self, floor: u64) -> Self {
        Bytes { floor, ..self }
    }
}

/// Reads an amount such as `100`, `1k` (1000), `1kb` (1024), `64mb`, `2G`; no digits at all is 0.
///
/// A number too large for 64 bits saturates and then wraps with its unit, as it does in Redis: the range
/// check sees the result.
pub fn amount(word: &[u8]) -> Option<u64> {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = word.split_at(digits);
    let scale: u64 = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    let number = number
        .iter()
        .try_fold(0u64, |sum, digit| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
        .unwrap_or(u64::MAX);
    Some(number.wrapping_mul(scale))
}

/// An amount in the largest unit that holds it exactly, as a rewritten file shows it.
fn in_units(bytes: u64) -> Vec<u8> {
    let text = match bytes {
        0 => "0".to_string(),
        n if n.is_multiple_of(1 << 30) => format!("{}gb", n >> 30),
        n if n.is_multiple_of(1 << 20) => format!("{}mb", n >> 20),
        n if n.is_multiple_of(1 << 10) => format!("{}kb", n >> 10),
        n => n.to_string(),
    };
    text.into_bytes()
}

impl Setting for u64 {
    type Rule = Bytes;
    type View<'a> = u64;

    fn assign(&mut self, rule: &Bytes, args: &[&[u8]], _: How) -> Result<(), Reason> {
        let bytes = amount(single(args)?).ok_or("argument must be a memory value")?;
        if !(rule.min..=rule.max).contains(&bytes) {
            return Err(out_of_range(rule.min, rule.max));
        }
        *self = bytes.max(rule.floor);
        Ok(())
    }

    fn show(&self, _: &Bytes) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn view(&self) -> u64 {
        *self
    }

    fn shape(rule: &Bytes) -> Shape {
        let values = if rule.min == 0 { "an amount".into() } else { format!("an amount from {}", rule.min) };
        Shape { values, unit: "bytes" }
    }

    fn lines(&self, _: &Bytes) -> Vec<Vec<u8>> {
        vec![in_units(*self)]
    }
}

/// An amount of memory, given outright or as a part of `maxmemory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// That many bytes.
    Bytes(u64),
    /// That many hundredths of `maxmemory`; never 0.
    Percent(u8),
}

impl Default for Share {
    fn default() -> Self {
        Share::Bytes(0)
    }
}

impl Share {
    /// The amount in bytes where `maxmemory` is `whole` bytes. A percentage of no limit is no limit, 0.
    pub fn of(self, whole: u64) -> u64 {
        match self {
            Share::Bytes(bytes) => bytes,
            Share::Percent(percent) => (u128::from(whole) * u128::from(percent) / 100) as u64,
        }
    }
}

impl Setting for Share {
    type Rule = ();
    type View<'a> = Share;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        const UNREADABLE: &str = "argument must be a memory or percent value";
        let word = single(args)?;
        *self = match word.strip_suffix(b"%") {
            Some(number) => match decimal(number).ok_or(UNREADABLE)? {
                ..0 => return Err(UNREADABLE.into()),
                0 => Share::Bytes(0),
                percent @ 1..=100 => Share::Percent(percent as u8),
                _ => return Err("percentage argument must be less or equal to 100".into()),
            },
            None => Share::Bytes(amount(word).ok_or(UNREADABLE)?),
        };
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        match self {
            Share::Bytes(bytes) => bytes.to_string().into_bytes(),
            Share::Percent(percent) => format!("{percent}%").into_bytes(),
        }
    }

    fn view(&self) -> Share {
        *self
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "an amount, or a percentage of `maxmemory`".into(), unit: "bytes or %" }
    }

    fn lines(&self, rule: &()) -> Vec<Vec<u8>> {
        match self {
            Share::Bytes(bytes) => vec![in_units(*bytes)],
            Share::Percent(_) => vec![self.show(rule)],
        }
    }
}

/// A limit of memory: an amount, or a part of what the machine has. Redis takes amounts alone, and its words for what is
/// neither are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limit(Share);

impl Setting for Limit {
    type Rule = ();
    type View<'a> = Share;

    fn assign(&mut self, _: &(), args: &[&[u8]], how: How) -> Result<(), Reason> {
        if single(args)?.ends_with(b"%") {
            return self.0.assign(&(), args, how);
        }
        let mut bytes = 0u64;
        bytes.assign(&Bytes::new(0, u64::MAX), args, how)?;
        self.0 = Share::Bytes(bytes);
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        self.0.show(&())
    }

    fn view(&self) -> Share {
        self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "an amount, or a percentage of the machine's memory".into(), unit: "bytes or %" }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        self.0.lines(&())
    }
}
