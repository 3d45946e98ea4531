//! Parameters that hold several things: save points, addresses, percentiles, ...

use super::declare::{How, Reason, Shape};
use super::setting::{Setting, c_integer};
use super::words::{quote, split};

fn number<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

pub(super) fn join(words: impl Iterator<Item = String>) -> Vec<u8> {
    words.collect::<Vec<_>>().join(" ").into_bytes()
}

/// Save a snapshot after so many seconds if there were so many changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavePoint {
    /// At least this long after the last snapshot.
    pub seconds: i64,
    /// At least this many changes since.
    pub changes: i32,
}

/// All save points; none means that no snapshot is taken by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavePoints(Vec<SavePoint>);

impl Setting for SavePoints {
    type Rule = ();
    type View<'a> = &'a [SavePoint];

    fn assign(&mut self, _: &(), args: &[&[u8]], how: How) -> Result<(), Reason> {
        const UNREADABLE: &str = "Invalid save parameters";
        let args = if matches!(args, [b""]) { &[] } else { args };
        let mut points = Vec::with_capacity(args.len() / 2);
        let (pairs, rest) = args.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(UNREADABLE.into());
        }
        for [seconds, changes] in pairs {
            match (c_integer(seconds), c_integer(changes)) {
                // Redis lets what no C `int` holds wrap around, and after CONFIG REWRITE cannot read it.
                (Some(seconds @ 1..), Some(changes @ 0..)) => {
                    points.push(SavePoint { seconds, changes: i32::try_from(changes).unwrap_or(i32::MAX) });
                }
                _ => return Err(UNREADABLE.into()),
            }
        }
        if how == How::Replace || args.is_empty() {
            self.0.clear();
        }
        self.0.append(&mut points);
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(self.0.iter().map(|point| format!("{} {}", point.seconds, point.changes)))
    }

    fn view(&self) -> &[SavePoint] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "pairs of seconds and changes, or `\"\"`".into(), unit: "" }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        if self.0.is_empty() {
            return vec![b"\"\"".to_vec()];
        }
        self.0.iter().map(|point| format!("{} {}", point.seconds, point.changes).into_bytes()).collect()
    }
}

/// Addresses to listen on: names, IPv4 or IPv6, `*` for all of a family. A leading `-` means that it may be
/// missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(Vec<Vec<u8>>);

impl Setting for Addresses {
    type Rule = ();
    type View<'a> = &'a [Vec<u8>];

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        if args.len() > 16 {
            return Err("Too many bind addresses specified.".into());
        }
        let args = if matches!(args, [b""]) { &[] } else { args };
        self.0 = args.iter().map(|arg| arg.to_vec()).collect();
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        self.0.join(&b' ')
    }

    fn view(&self) -> &[Vec<u8>] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape {
            values: "up to 16 addresses; `*` is any, a leading `-` forgives one that is missing".into(),
            unit: "",
        }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        if self.0.is_empty() {
            return vec![b"\"\"".to_vec()];
        }
        // Redis quotes none, but then none of them is an address if it needs quotes.
        let plain = |word: &[u8]| split(word).is_some_and(|words| words == [word]);
        let written = |word: &Vec<u8>| if plain(word) { word.clone() } else { quote(word) };
        vec![self.0.iter().map(written).collect::<Vec<_>>().join(&b' ')]
    }
}

/// Directories, each a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directories(Vec<Vec<u8>>);

impl Setting for Directories {
    type Rule = ();
    type View<'a> = &'a [Vec<u8>];

    fn assign(&mut self, _: &(), args: &[&[u8]], how: How) -> Result<(), Reason> {
        let args = if matches!(args, [b""]) { &[] } else { args };
        if how == How::Replace || args.is_empty() {
            self.0.clear();
        }
        self.0.extend(args.iter().map(|arg| arg.to_vec()));
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        self.0.join(&b' ')
    }

    fn view(&self) -> &[Vec<u8>] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "paths of directories, or `\"\"`".into(), unit: "" }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        match self.0.is_empty() {
            true => vec![b"\"\"".to_vec()],
            false => self.0.iter().map(|path| quote(path)).collect(),
        }
    }
}

/// Percentiles, each from 0 to 100.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Percentiles(Vec<f64>);

impl Setting for Percentiles {
    type Rule = ();
    type View<'a> = &'a [f64];

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let args = if matches!(args, [b""]) { &[] } else { args };
        let mut percentiles = Vec::with_capacity(args.len());
        for arg in args {
            match number::<f64>(arg) {
                Some(percentile) if (0.0..=100.0).contains(&percentile) => percentiles.push(percentile),
                Some(percentile) if !percentile.is_nan() => {
                    return Err(
                        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]".into(),
                    );
                }
                _ => return Err("Invalid latency-tracking-info-percentiles parameters".into()),
            }
        }
        self.0 = percentiles;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(self.0.iter().map(|percentile| {
            let text = format!("{percentile:.6}");
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        }))
    }

    fn view(&self) -> &[f64] {
        &self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "any number of percentiles".into(), unit: "%" }
    }

    fn lines(&self, rule: &()) -> Vec<Vec<u8>> {
        if self.0.is_empty() { vec![b"\"\"".to_vec()] } else { vec![self.show(rule)] }
    }
}

/// The OOM killer's scores for the master, a replica, and a background child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OomScores(pub [i32; 3]);

impl Setting for OomScores {
    type Rule = ();
    type View<'a> = [i32; 3];

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let Ok(args) = <[&[u8]; 3]>::try_from(args) else {
            return Err("wrong number of arguments".into());
        };
        let mut scores = [0; 3];
        for (slot, arg) in scores.iter_mut().zip(args) {
            *slot = match c_integer(arg) {
                Some(score @ -2000..=2000) => score as i32,
                _ => {
                    return Err(
                        "Invalid oom-score-adj-values, elements must be between -2000 and 2000.".into()
                    );
                }
            };
        }
        self.0 = scores;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        join(self.0.iter().map(i32::to_string))
    }

    fn view(&self) -> [i32; 3] {
        self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "three scores, -2000 to 2000".into(), unit: "" }
    }
}

/// The master that this server replicates, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Master(Option<(Vec<u8>, u16)>);

impl Setting for Master {
    type Rule = ();
    type View<'a> = Option<(&'a [u8], u16)>;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        self.0 = match args {
            [] | [b""] => None,
            [host, port] if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") => None,
            [host, port] => match c_integer(port).map(u16::try_from) {
                Some(Ok(port)) => Some((host.to_vec(), port)),
                _ => return Err("Invalid master port".into()),
            },
            _ => return Err("wrong number of arguments".into()),
        };
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        match &self.0 {
            None => Vec::new(),
            Some((host, port)) => [host.as_slice(), b" ", port.to_string().as_bytes()].concat(),
        }
    }

    fn view(&self) -> Option<(&[u8], u16)> {
        self.0.as_ref().map(|(host, port)| (host.as_slice(), *port))
    }

    fn shape(_: &()) -> Shape {
        Shape { values: "host and port, or `no one`".into(), unit: "" }
    }

    fn lines(&self, _: &()) -> Vec<Vec<u8>> {
        match &self.0 {
            None => Vec::new(),
            Some((host, port)) => vec![[quote(host).as_slice(), b" ", port.to_string().as_bytes()].concat()],
        }
    }
}
