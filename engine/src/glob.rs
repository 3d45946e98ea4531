//! Glob patterns as Redis matches them: KEYS, SCAN MATCH, PSUBSCRIBE, CONFIG GET, ACL key patterns.
//!
//! # What a pattern is made of
//!
//! | piece | matches |
//! |---|---|
//! | `*` | any run of bytes, also none |
//! | `?` | one byte |
//! | `[abc]`, `[a-z]`, `[^a-z]` | one byte of the class, or not of it |
//! | `\x` | the byte `x`, whatever it means elsewhere |
//! | anything else | itself |
//!
//! Every piece but `*` consumes exactly one byte. So only the *last* star met ever needs to be retried: if a
//! piece after it fails, giving more bytes to an earlier star could not help. That makes the walk a loop with
//! one remembered position, at most `pattern length × text length` steps; nothing grows exponentially.
//!
//! A pattern in which more than a thousand stars stand before something else matches nothing, as in Redis, where stars
//! nest.
//!
//! # Corners that are behaviour (each is a case in the tests below)
//!
//! - Nothing but the empty pattern matches the empty text, not even `*`. The commands that treat a lone `*`
//!   as "no filter" (KEYS, SCAN) ask [`is_everything`] first.
//! - A class that is never closed ends with the pattern: `[ab` is `[ab]`.
//! - `]` closes a class wherever it stands, so `[]` matches nothing and `[^]` any byte; `[a-]` is an unclosed
//!   range from `a` to `]`.
//! - The ends of a range may be reversed; they are put in order as *signed* bytes, before case is folded.
//! - In a class, a byte after a backslash is compared with its case.
//! - A backslash at the very end stands for itself.

/// More stars than this, each before something else, and a pattern matches nothing.
const STARS_MAX: usize = 1000;

/// True when `pattern` matches the whole of `text`.
///
/// `ignore_case` folds ASCII letters. At most `pattern.len() * text.len()` steps; no allocation. To test many
/// texts against one pattern, build a [`Glob`] once.
pub fn matches(pattern: &[u8], text: &[u8], ignore_case: bool) -> bool {
    walk(pattern, text, ignore_case)
}

/// True for the pattern `*`, which KEYS and SCAN take as "no filter": it then matches the empty key too,
/// which [`matches()`] refuses.
pub fn is_everything(pattern: &[u8]) -> bool {
    pattern == b"*"
}

/// A pattern looked at once, so that the common shapes cost one comparison per text.
#[derive(Clone, Copy, Debug)]
pub struct Glob<'a> {
    pattern: &'a [u8],
    ignore_case: bool,
    shape: Shape<'a>,
}

/// The shapes that need no walk. Their literal parts hold none of `* ? [ \`.
#[derive(Clone, Copy, Debug)]
enum Shape<'a> {
    /// `text`
    Exact(&'a [u8]),
    /// `prefix*`, also `*`
    Prefix(&'a [u8]),
    /// `*suffix`
    Suffix(&'a [u8]),
    /// Everything else, and every pattern that folds case.
    Walked,
}

impl<'a> Glob<'a> {
    /// Classifies `pattern`; one pass over it, no allocation.
    pub fn new(pattern: &'a [u8], ignore_case: bool) -> Self {
        let shape = if ignore_case { Shape::Walked } else { Shape::of(pattern) };
        Glob { pattern, ignore_case, shape }
    }

    /// True when the pattern matches the whole of `text`; the same answer as [`matches()`].
    pub fn is_match(&self, text: &[u8]) -> bool {
        match self.shape {
            Shape::Exact(literal) => literal == text,
            Shape::Prefix(prefix) => text.starts_with(prefix) && !text.is_empty(),
            Shape::Suffix(suffix) => text.ends_with(suffix),
            Shape::Walked => walk(self.pattern, text, self.ignore_case),
        }
    }

    /// The one text that this pattern can match, if it holds no special byte.
    pub fn literal(&self) -> Option<&'a [u8]> {
        match self.shape {
            Shape::Exact(literal) => Some(literal),
            _ => None,
        }
    }
}

impl<'a> Shape<'a> {
    fn of(pattern: &'a [u8]) -> Self {
        let special = |byte: &u8| matches!(byte, b'*' | b'?' | b'[' | b'\\');
        let Some(first) = pattern.iter().position(special) else { return Shape::Exact(pattern) };
        if first + 1 == pattern.len() && pattern[first] == b'*' {
            return Shape::Prefix(&pattern[..first]);
        }
        if first == 0 && pattern[0] == b'*' && !pattern[1..].iter().any(special) {
            return Shape::Suffix(&pattern[1..]);
        }
        Shape::Walked
    }
}

fn walk(pattern: &[u8], text: &[u8], ignore_case: bool) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let mut at = 0; // in text
    let mut piece = 0; // in pattern
    // Where to go on when a piece fails: the piece behind the last star, and the text position it is tried at
    // next.
    let mut retry: Option<(usize, usize)> = None;
    let mut stars = 0;
    while at < text.len() {
        if pattern.get(piece) == Some(&b'*') {
            while pattern.get(piece) == Some(&b'*') {
                piece += 1;
            }
            let Some(&next) = pattern.get(piece) else { return true };
            stars += 1;
            if stars > STARS_MAX {
                return false;
            }
            match seek(next, &text[at..], ignore_case) {
                Some(skipped) => at += skipped,
                None => return false,
            }
            retry = Some((piece, at + 1));
            continue;
        }
        match one(&pattern[piece..], text[at], ignore_case) {
            Some(length) => {
                piece += length;
                at += 1;
            }
            None => {
                let Some((behind_star, from)) = retry else { return false };
                let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) else { return false };
                let Some(skipped) = seek(pattern[behind_star], rest, ignore_case) else { return false };
                piece = behind_star;
                at = from + skipped;
                retry = Some((behind_star, at + 1));
            }
        }
    }
    // The text is used up. A piece that still waits for its byte would find even fewer bytes at a later
    // retry.
    pattern[piece..].iter().all(|&byte| byte == b'*')
}

/// How many bytes of `text` cannot match a piece that begins with `first`; `None` if none of them can. 0 when
/// `first` needs a look.
fn seek(first: u8, text: &[u8], ignore_case: bool) -> Option<usize> {
    match first {
        b'?' | b'[' | b'\\' => Some(0),
        _ if ignore_case => Some(0),
        literal => memchr::memchr(literal, text),
    }
}

/// The length of the piece at the start of `pattern` if it matches `byte`; `None` if it does not, or if the
/// pattern is used up.
fn one(pattern: &[u8], byte: u8, ignore_case: bool) -> Option<usize> {
    let (literal, length) = match pattern {
        [] => return None,
        [b'?', ..] => return Some(1),
        [b'[', class @ ..] => {
            let (hit, length) = in_class(class, byte, ignore_case);
            return hit.then_some(1 + length);
        }
        [b'\\', escaped, ..] => (*escaped, 2),
        [literal, ..] => (*literal, 1),
    };
    let same = if ignore_case { literal.eq_ignore_ascii_case(&byte) } else { literal == byte };
    same.then_some(length)
}

/// Whether `byte` is in the class whose text (behind the `[`) starts `class`, and the length of that text
/// with its `]`.
fn in_class(class: &[u8], byte: u8, ignore_case: bool) -> (bool, usize) {
    let fold = |b: u8| if ignore_case { b.to_ascii_lowercase() } else { b };
    let negated = class.first() == Some(&b'^');
    let mut at = usize::from(negated);
    let mut hit = false;
    loop {
        match &class[at..] {
            [] => break,
            [b'\\', escaped, ..] => {
                hit |= *escaped == byte;
                at += 2;
            }
            [b']', ..] => {
                at += 1;
                break;
            }
            [start, b'-', end, ..] => {
                let (mut low, mut high) = (start.cast_signed(), end.cast_signed());
                if low > high {
                    std::mem::swap(&mut low, &mut high);
                }
                let folded = |b: i8| fold(b.cast_unsigned()).cast_signed();
                hit |= (folded(low)..=folded(high)).contains(&folded(byte.cast_signed()));
                at += 3;
            }
            [literal, ..] => {
                hit |= fold(*literal) == fold(byte);
                at += 1;
            }
        }
    }
    (hit != negated, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of redis-server 7.0.15 and valkey-server 8.0.1 on x86-64 (both agree), got with `PSUBSCRIBE
    /// pattern` on one connection and `PUBLISH text x` on another: its reply, 1 or 0, is the answer.
    #[rustfmt::skip]
    const SEEN: &[(&[u8], &[u8], bool)] = &[
        (b"*", b"", false), (b"**", b"", false), (b"", b"", true), (b"", b"a", false), (b"a", b"", false),
        (b"a**", b"a", true), (b"?*", b"a", true), (b"*?", b"a", true), (b"*a*", b"a", true), (b"a*b*c", b"aXbYc", true),
        (b"[a-]", b"a", true), (b"[a-]", b"-", false), (b"[a-]x", b"ax", false), (b"[", b"a", false), (b"[^", b"a", true),
        (b"[^", b"", false), (b"[]a]", b"a", false), (b"[]", b"a", false), (b"[^]", b"a", true), (b"[\\]]", b"]", true),
        (b"[a-\xff]", b"b", false), (b"[a-\xff]", b"\xff", true), (b"[a-\xff]", b"A", true), (b"[\x80-\x90]", b"\x85", true),
        (b"a\\", b"a\\", true), (b"[z-a]", b"m", true), (b"[a", b"a", true), (b"[ab", b"b", true), (b"[a-z", b"q", true),
        (b"[\\", b"\\", true), (b"[^\\", b"\\", false), (b"\\*", b"*", true), (b"\\*", b"a", false), (b"[a-\\]]", b"b", false),
        (b"[a-\\]]", b"b]", false), (b"*[", b"a", false), (b"[^a]*", b"b", true), (b"[a\\-z]", b"-", true),
        (b"[a\\-z]", b"m", false), (b"[--9]", b"5", true), (b"a\0b", b"a\0b", true), (b"a\0*", b"a\0b", true),
        (b"[]-a]", b"^", false), (b"[!a]", b"b", false), (b"[!a]", b"!", true), (b"a[", b"a", false), (b"a[^", b"ab", true),
        (b"*\\", b"x\\", true), (b"[^-z]", b"a", true), (b"[^-z]", b"A", true), (b"[\\a-z]", b"q", false), (b"[\\a-z]", b"a", true),
    ];

    #[test]
    fn answers_as_the_real_servers_did() {
        for &(pattern, text, answer) in SEEN {
            let case =
                format!("{:?} on {:?}", pattern.escape_ascii().to_string(), text.escape_ascii().to_string());
            assert_eq!(matches(pattern, text, false), answer, "{case}");
            assert_eq!(Glob::new(pattern, false).is_match(text), answer, "{case}, classified");
        }
    }

    /// Seen with `CONFIG GET pattern` (which folds case) against the parameter `port`.
    #[test]
    fn case_is_folded_after_the_ends_of_a_range_are_put_in_order() {
        for (pattern, answer) in [
            ("PORT", true),
            ("[P]ort", true),
            ("[p-P]ort", true),
            ("[O-r]ort", true),
            ("[Z-a]ort", false),
            ("[a-Z]ort", false),
            ("[_-Q]ort", false),
            ("[\\P]ort", false),
            ("\\Port", true),
            ("[^P]ort", false),
            ("*T", true),
            ("P*", true),
        ] {
            assert_eq!(matches(pattern.as_bytes(), b"port", true), answer, "{pattern}");
            assert_eq!(
                Glob::new(pattern.as_bytes(), true).is_match(b"port"),
                answer,
                "{pattern}, classified"
            );
        }
    }

    #[test]
    fn a_pattern_of_many_stars_stays_cheap() {
        let pattern = "a*".repeat(900) + "b";
        let text = "a".repeat(20_000);
        let started = std::time::Instant::now();
        assert!(!matches(pattern.as_bytes(), text.as_bytes(), false));
        assert!(!matches(pattern.as_bytes(), text.as_bytes(), true));
        // Measured in milliseconds; a walk that retries every star would not end in a lifetime.
        assert!(started.elapsed() < std::time::Duration::from_secs(20));
    }

    /// Seen with KEYS on Redis 7.0.15, Redict 7.3.6 and Valkey 8.0.1.
    #[test]
    fn a_thousand_stars_are_enough() {
        for (pattern, stars, answer) in [
            ("*?", 1000, true),
            ("*?", 1001, false),
            ("**?", 1000, true),
            ("**?", 1001, false),
            ("?", 2000, true),
        ] {
            let text = "a".repeat(stars);
            let pattern = pattern.repeat(stars);
            assert_eq!(matches(pattern.as_bytes(), text.as_bytes(), false), answer, "{stars}");
            let open = pattern + "*";
            assert_eq!(
                matches(open.as_bytes(), text.as_bytes(), false),
                answer,
                "{stars}, and one at the end"
            );
        }
        let classes = "[*]".repeat(2000);
        assert!(matches(classes.as_bytes(), &[b'*'; 2000], false));
    }

    #[test]
    fn only_a_pattern_without_special_bytes_is_a_literal() {
        assert_eq!(Glob::new(b"user:1", false).literal(), Some(&b"user:1"[..]));
        for pattern in ["user:*", "user:?", "user:[1]", "user\\:1"] {
            assert_eq!(Glob::new(pattern.as_bytes(), false).literal(), None, "{pattern}");
        }
    }

    /// The obvious matcher: tries every split of the text at every star. Slow, and short enough to be checked
    /// by eye.
    fn naive(pattern: &[u8], text: &[u8], ignore_case: bool) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', rest @ ..] => (0..=text.len()).any(|n| naive(rest, &text[n..], ignore_case)),
            _ => match text {
                [] => false,
                [byte, rest @ ..] => {
                    one(pattern, *byte, ignore_case).is_some_and(|n| naive(&pattern[n..], rest, ignore_case))
                }
            },
        }
    }

    proptest::proptest! {
        #[test]
        fn one_remembered_star_is_enough(
            pattern in proptest::collection::vec(proptest::sample::select(&b"aabB*?[]^-\\"[..]), 0..10),
            text in proptest::collection::vec(proptest::sample::select(&b"aabB]-"[..]), 1..10),
            ignore_case: bool,
        ) {
            let expected = naive(&pattern, &text, ignore_case);
            proptest::prop_assert_eq!(matches(&pattern, &text, ignore_case), expected);
            proptest::prop_assert_eq!(Glob::new(&pattern, ignore_case).is_match(&text), expected);
        }
    }
}
