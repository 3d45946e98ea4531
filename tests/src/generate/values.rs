//! What the slots of a grammar stand for: few keys, so that commands meet, and values from the edges.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// Makes values for slots.
#[derive(Debug, Default)]
pub struct Values {
    /// Set when a value was handed out that lets a key expire within milliseconds.
    pub short_lived: bool,
}

const KEYS: &[&str] =
    &["a", "b", "c", "d", "e", "key:1", "key:2", "{t}x", "{t}y", "bin\0\u{ff}", "", "missing"];

/// The keys of each type, so that most commands meet their own.
const TYPED: &[(&str, &[&str])] = &[
    ("list", &["l:1", "l:2", "l:3"]),
    ("set", &["s:1", "s:2", "s:3", "s:4"]),
    ("zset", &["z:1", "z:2", "z:3"]),
    ("hash", &["m:1", "m:2", "m:3"]),
    ("stream", &["x:1", "x:2"]),
    ("geo", &["g:1", "g:2"]),
];

/// Fields of hashes, members of sets: few, so that they meet, and some that are kept as integers.
const NAMES: &[&str] =
    &["a", "b", "c", "d", "e", "f", "name", "1", "2", "01", "-300", "99999999", "", "x\0y", "\u{ff}\r\n"];

/// What looks like the id of an entry and is none, or an extreme one.
const EDGE_IDS: &[&str] = &[
    "0",
    "0-0",
    "18446744073709551615",
    "18446744073709551615-18446744073709551614",
    "18446744073709551616-0",
    "5-18446744073709551615",
    "007-1",
    "1-",
    "-1",
    "-",
    "x-1",
    "1-x",
    "*",
    "",
];

const INTEGERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "7",
    "10",
    "100",
    "9999",
    "10000",
    "-100",
    "2147483647",
    "2147483648",
    "-2147483649",
    "4294967295",
    "4294967296",
    "9223372036854775806",
    "9223372036854775807",
    "-9223372036854775808",
    "-9223372036854775807",
    "4611686018427387904",
];

/// What looks like an integer and is none.
const NOT_INTEGERS: &[&str] = &[
    "9223372036854775808",
    "-9223372036854775809",
    "99999999999999999999999",
    "1.0",
    "1e3",
    "0x10",
    " 1",
    "1 ",
    "01",
    "+1",
    "-",
    "",
    "-0",
    "abc",
    "1\0",
    "nan",
];

const FLOATS: &[&str] = &[
    "0",
    "1",
    "-1",
    "0.1",
    "0.2",
    "-0.5",
    "3.14",
    "1e10",
    "1E-10",
    "1e17",
    "123456789.123456789",
    "1e308",
    "-1e308",
    "5e-324",
    "3.0e3",
    "0.00000001",
    "99999999999999999",
    ".5",
    "5.",
    "+2",
    "0x1p3",
];

/// What looks like a finite number and is none, or none that all libraries read alike.
const NOT_FLOATS: &[&str] =
    &["nan", "inf", "-inf", "infinity", "1e5000", "", " 1", "1 ", "1.2.3", "abc", "--1", "1e"];

/// What `SORT` reads as a number, none of them out of range.
const SORTED_NUMBERS: &[&str] = &[
    "1.0",
    "01",
    "+1",
    "1e0",
    " 1",
    "0x10",
    "-0",
    "-0.5",
    "2.5",
    "3.14",
    "1e10",
    "1E-10",
    "123456789.123456789",
    "1e308",
    "inf",
    "-inf",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999999",
];

/// What it does not.
const SORTED_TEXTS: &[&str] = &[
    "a",
    "b",
    "B",
    "aa",
    "a b",
    "ab",
    "apple",
    "Pear",
    "1 ",
    "1.2.3",
    "nan",
    "\u{7f}",
    "x7x7x7x7x7x7x7x7x7x7x7x7x7x7",
];

const PATTERNS: &[&str] = &[
    "*", "a*", "?", "??", "[a-c]", "[^a]", "key:*", "key:[12]", "\\a", "*x", "{t}*", "", "[", "[a", "a\\",
    "*:*", "[c-a]", "b*n*",
];

impl Values {
    /// A value for `slot`.
    ///
    /// # Panics
    /// When no slot has that name: the grammar has a typing error.
    pub fn pick(&mut self, slot: &str, rng: &mut StdRng) -> Vec<u8> {
        // Now and then a value of quite another kind.
        let strays = match slot {
            // Where 100 would make a race.
            "secs" | "ms" | "later" | "ms-later" => false,
            // Where 4294967295 would make half a gigabyte.
            "bit" | "place" => false,
            // What nothing else may come to, or come between.
            "hll" | "client" | "own-list" | "own-zset" | "number" | "member" | "element" => false,
            _ => true,
        };
        if strays && rng.random_bool(0.02) {
            let other =
                ["text", "integer", "float", "pattern", "key", "word"].choose(rng).expect("not empty");
            return self.kind(other, rng);
        }
        self.kind(slot, rng)
    }

    fn kind(&mut self, slot: &str, rng: &mut StdRng) -> Vec<u8> {
        let one = |list: &[&str], rng: &mut StdRng| list.choose(rng).expect("not empty").as_bytes().to_vec();
        match slot {
            "key" => latin1(KEYS.choose(rng).expect("not empty")),
            "any" if rng.random_bool(0.5) => self.kind("key", rng),
            "any" => {
                let (_, keys) = TYPED.choose(rng).expect("not empty");
                one(keys, rng)
            }
            "list" | "set" | "zset" | "hash" | "stream" | "geo" if rng.random_bool(0.03) => {
                self.kind("any", rng)
            }
            "list" | "set" | "zset" | "hash" | "stream" | "geo" => {
                let (_, keys) = TYPED.iter().find(|(kind, _)| *kind == slot).expect("one of them");
                one(keys, rng)
            }
            // What DUMP says of a key: who plays a sequence asks for it.
            "payload" => {
                let kind = if rng.random_bool(0.05) { b"{cut ".to_vec() } else { b"{dump ".to_vec() };
                [kind, self.kind("any", rng), b"}".to_vec()].concat()
            }
            // Keys whose bytes nothing else touches: of a damaged one Redis reads past the end.
            "hll" => one(&["h:1", "h:2", "h:3", "h:4"], rng),
            // Keys of one type that no other comes to.
            "own-list" => one(&["o:1", "o:2", "o:3"], rng),
            "own-zset" => one(&["q:1", "q:2"], rng),
            // Connections: who plays a sequence knows their ids.
            "client" => one(&["{id1}", "{id2}", "{id3}", "{id4}", "{id5}"], rng),
            // What is sorted: numbers, in sets now and then a text, in lists also one with a NUL.
            "number" => match rng.random_range(0..8) {
                0 => one(SORTED_NUMBERS, rng),
                _ => rng.random_range(-12..12).to_string().into_bytes(),
            },
            "member" => match rng.random_range(0..3) {
                0 => self.kind("number", rng),
                _ => one(SORTED_TEXTS, rng),
            },
            "element" => match rng.random_range(0..6) {
                0 => one(&["", "\0", "a\0", "a\0b", "1\0"], rng),
                _ => self.kind("member", rng),
            },
            "name" => latin1(NAMES.choose(rng).expect("not empty")),
            // Ids of entries: those that are asked for meet those that were given.
            "sid" => match rng.random_range(0..12) {
                0 => one(EDGE_IDS, rng),
                1 => rng.random_range(0..10).to_string().into_bytes(),
                _ => format!("{}-{}", rng.random_range(1..5), rng.random_range(0..9)).into_bytes(),
            },
            "new-id" => match rng.random_range(0..60) {
                0 => one(&["18446744073709551615-18446744073709551614", "0-0", "0-*", "x-*", "", "-*"], rng),
                1..10 => self.kind("sid", rng).into_iter().filter(|byte| *byte != b'*').collect(),
                n => format!("{}-*", 1 + n % 4).into_bytes(),
            },
            "bound" => match rng.random_range(0..4) {
                0 => b"-".to_vec(),
                1 => b"+".to_vec(),
                2 => [b"(".to_vec(), self.kind("sid", rng)].concat(),
                _ => self.kind("sid", rng),
            },
            "group" => one(&["g", "g", "g", "h", "", "i\0j"], rng),
            "consumer" => one(&["ada", "ada", "bob", "cyd", ""], rng),
            // Never what time itself may come to.
            "idle" => one(&["0", "0", "0", "-1", "100000", "50000000", "9223372036854775807", "x"], rng),
            // Sorted sets whose members all have one score.
            "lex" => one(&["y:1", "y:2", "y:3"], rng),
            "score" => match rng.random_range(0..20) {
                0 => one(&["inf", "-inf", "+INF", "-Infinity"], rng),
                1 => self.kind("float", rng),
                2..8 => (f64::from(rng.random_range(-40..40)) / 8.0).to_string().into_bytes(),
                _ => rng.random_range(-3..8).to_string().into_bytes(),
            },
            // An end of a range of scores.
            "end" => match rng.random_range(0..10) {
                0 => {
                    one(&["nan", "(", "((1", "[1", "", "1 ", " 1", "(inf", "(-inf", "0x2", "1e400", "x"], rng)
                }
                1..3 => one(&["-inf", "+inf", "inf"], rng),
                3..6 => [&b"("[..], &self.kind("score", rng)].concat(),
                _ => self.kind("score", rng),
            },
            // An end of a range of members.
            "lex-end" => match rng.random_range(0..10) {
                0 => one(&["", "a", "[", "(", "--", "+a", "[z", "(\0"], rng),
                1..4 => one(&["-", "+"], rng),
                4..7 => [&b"["[..], &self.kind("name", rng)].concat(),
                _ => [&b"("[..], &self.kind("name", rng)].concat(),
            },
            "weight" => match rng.random_range(0..10) {
                0 => one(&["inf", "-inf", "nan", "x", ""], rng),
                _ => one(&["0", "1", "2", "-1", "0.5", "-0.25", "3"], rng),
            },
            // How many are passed over. What fewer than none means changed after 7.2.
            "place-in" => match rng.random_range(0..20) {
                0 => one(&["100", "9223372036854775807", "x", "1.5"], rng),
                _ => rng.random_range(0..5).to_string().into_bytes(),
            },
            "value" => {
                let kind = ["text", "integer", "integer", "float", "long"].choose(rng).expect("not empty");
                self.kind(kind, rng)
            }
            // Elements of lists: few, so that they are found, and now and then one that a node has hardly room for.
            "item" => match rng.random_range(0..24) {
                0 => vec![*b"x7".choose(rng).expect("not empty"); rng.random_range(2000..4200)],
                1 => self.kind("value", rng),
                2..8 => self.kind("text", rng),
                8..14 => one(INTEGERS, rng),
                _ => rng.random_range(0..7).to_string().into_bytes(),
            },
            "text" => {
                one(&["v", "", "hello", "Hello World", "ohmytext", "mynewtext", "a\r\nb", "\0", "OK"], rng)
            }
            "long" => {
                // Around the limits of the encodings: 20 digits, 44 bytes.
                let length = *[19, 20, 21, 43, 44, 45, 63, 64, 200, 1024].choose(rng).expect("not empty");
                let letter = *b"x7\xff".choose(rng).expect("not empty");
                vec![letter; length]
            }
            "integer" => match rng.random_range(0..10) {
                0 => one(NOT_INTEGERS, rng),
                1..5 => rng.random_range(-20..20).to_string().into_bytes(),
                _ => one(INTEGERS, rng),
            },
            "float" => match rng.random_range(0..10) {
                0 => one(NOT_FLOATS, rng),
                1 => one(NOT_INTEGERS, rng),
                2..5 => (f64::from(rng.random_range(-1000..1000)) / 8.0).to_string().into_bytes(),
                _ => one(FLOATS, rng),
            },
            "index" => match rng.random_range(0..8) {
                0 => self.kind("integer", rng),
                _ => rng.random_range(-12..12).to_string().into_bytes(),
            },
            "bit" => match rng.random_range(0..20) {
                0 => one(
                    &["-1", "x", "#1", "4294967296", "9223372036854775808", "1.5", "", "+1", "-0", " 1"],
                    rng,
                ),
                _ => rng.random_range(0..300).to_string().into_bytes(),
            },
            // What BITFIELD calls types and offsets.
            "field" => match rng.random_range(0..20) {
                0 => one(&["u64", "i65", "u0", "i0", "x8", "U8", "", "8", "u-1", "i08"], rng),
                1..12 => one(&["u1", "u2", "u8", "u63", "i1", "i8", "i16", "i63", "i64"], rng),
                n => {
                    format!("{}{}", if n % 2 == 0 { 'i' } else { 'u' }, rng.random_range(1..64)).into_bytes()
                }
            },
            "place" => match rng.random_range(0..3) {
                0 => format!("#{}", rng.random_range(0..9)).into_bytes(),
                _ => self.kind("bit", rng),
            },
            // Growing a string to half a gigabyte on both servers would only test patience.
            "offset" => one(
                &["0", "1", "5", "19", "44", "300", "5000", "-1", "536870912", "9223372036854775807", "x"],
                rng,
            ),
            "count" => one(&["0", "1", "2", "3", "10", "1000", "-1", "-3", "x"], rng),
            "db" => one(&["0", "0", "1", "2", "3", "3", "15", "16", "-1", "x"], rng),
            "secs" => self.time(1, rng),
            "ms" => self.time(1000, rng),
            "at" => self.moment(1, rng),
            "ms-at" => self.moment(1000, rng),
            "later" => self.later(1, rng),
            "ms-later" => self.later(1000, rng),
            "pattern" => one(PATTERNS, rng),
            // Places all over the map, rarely at its edges; two in one spot would be equally far from everything.
            "longitude" | "latitude" => match rng.random_range(0..100) {
                0 => one(&["-180", "180", "-85.05112878", "85.05112878", "0", "-0"], rng),
                1 => one(&["181", "-85.06", "inf", "1e400", "nan", "x", "", "0x10"], rng),
                n => {
                    let degrees = if n < 40 {
                        1.5
                    } else if slot == "longitude" {
                        180.0
                    } else {
                        85.0
                    };
                    rng.random_range(-degrees..degrees).to_string().into_bytes()
                }
            },
            "length" => match rng.random_range(0..30) {
                0 => one(&["0", "-1", "inf", "1e300", "x", "-0", "nan", "5e-324"], rng),
                n => (10f64.powi(n % 8) * rng.random_range(0.5..5.0)).to_string().into_bytes(),
            },
            "unit" => one(&["m", "km", "m", "km", "m", "km", "ft", "mi", "FT", "KM", "Mi", "cm"], rng),
            "city" => match rng.random_range(0..60) {
                0 => self.kind("value", rng),
                n => format!("city:{}", n % 24).into_bytes(),
            },
            "type" => one(&["string", "STRING", "list", "hash", "nonsense"], rng),
            "word" => one(
                &["NX", "XX", "GT", "LT", "EX", "PX", "GET", "foo", "MATCH", "COUNT", "KEEPTTL", "REPLACE"],
                rng,
            ),
            other => panic!("the grammar speaks of <{other}>, which is no slot"),
        }
    }

    /// A time span: past, at once, or long after the test. What lies between would be a race, and so would two spans
    /// of one length be for `EXPIRE key seconds GT`, which tells whether a millisecond has passed.
    fn time(&mut self, per_second: i64, rng: &mut StdRng) -> Vec<u8> {
        let unlike = rng.random_range(0..1_000_000);
        let seconds = |n: i64| (n * per_second).to_string().into_bytes();
        match rng.random_range(0..16) {
            0 => b"0".to_vec(),
            1 => b"-1".to_vec(),
            2 => seconds(-100),
            3 => NOT_INTEGERS.choose(rng).expect("not empty").as_bytes().to_vec(),
            4 if per_second == 1000 => {
                self.short_lived = true;
                b"1".to_vec()
            }
            5 => (9_223_372_036_854_775 - unlike).to_string().into_bytes(),
            6 => seconds(10_000_000_000 + unlike),
            7 => seconds(2_000 + unlike),
            8 => b"9223372036854775807".to_vec(),
            n => seconds(1_000_000 * i64::from(n) + unlike),
        }
    }

    /// A point in time: long past or long after the test.
    fn moment(&mut self, per_second: i64, rng: &mut StdRng) -> Vec<u8> {
        let seconds = |n: i64| (n * per_second).to_string().into_bytes();
        match rng.random_range(0..10) {
            0 => seconds(1),
            1 => seconds(1_500_000_000),
            2 => self.kind("integer", rng),
            _ => self.later(per_second, rng),
        }
    }

    /// A point in time long after the test, or none that counts as one.
    fn later(&mut self, per_second: i64, rng: &mut StdRng) -> Vec<u8> {
        match rng.random_range(0..12) {
            0 => b"0".to_vec(),
            1 => b"-1".to_vec(),
            2 => b"x".to_vec(),
            3 => b"9223372036854775807".to_vec(),
            n => ((4_000_000_000 + 1_000 * i64::from(n)) * per_second).to_string().into_bytes(),
        }
    }
}

/// Characters up to U+00FF as the bytes of the same number.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("below U+0100")).collect()
}
