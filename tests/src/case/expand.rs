//! What `{...}` in a case line stands for.

use std::time::{SystemTime, UNIX_EPOCH};

/// What a name means at the moment a line is sent; `None` leaves the braces as they are.
pub(super) trait Names {
    /// The text for `name`, such as `id2`.
    fn look_up(&self, name: &str) -> Option<String>;
}

/// Seconds and milliseconds since 1970, read once per line so that every server gets the same time.
pub(super) fn now_millis() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    now.as_millis() as i64
}

/// Replaces every known `{...}` of a word.
pub(super) fn expand(word: &[u8], turn: usize, now: i64, names: &dyn Names) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some(open) = rest.iter().position(|&b| b == b'{') {
        out.extend_from_slice(&rest[..open]);
        let inside = &rest[open + 1..];
        let meaning = inside.iter().position(|&b| b == b'}').and_then(|close| {
            let text = meaning(&inside[..close], turn, now, names)?;
            Some((text, &inside[close + 1..]))
        });
        if let Some((text, after)) = meaning {
            out.extend_from_slice(&text);
            rest = after;
        } else {
            out.push(b'{');
            rest = inside;
        }
    }
    out.extend_from_slice(rest);
    out
}

fn meaning(inside: &[u8], turn: usize, now: i64, names: &dyn Names) -> Option<Vec<u8>> {
    if inside == b"i" {
        return Some(turn.to_string().into_bytes());
    }
    if let Some(star) = inside.iter().rposition(|&b| b == b'*') {
        let count: usize = std::str::from_utf8(&inside[star + 1..]).ok()?.parse().ok()?;
        return Some(inside[..star].repeat(count));
    }
    let name = std::str::from_utf8(inside).ok()?;
    // "nowms" first: "now" is its prefix.
    for (prefix, unit) in [("nowms", 1), ("now", 1000)] {
        if let Some(offset) = name.strip_prefix(prefix) {
            let offset: i64 = if offset.is_empty() { 0 } else { offset.parse().ok()? };
            return Some((now / unit + offset).to_string().into_bytes());
        }
    }
    names.look_up(name).map(String::into_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One;
    impl Names for One {
        fn look_up(&self, name: &str) -> Option<String> {
            (name == "id1").then(|| "77".into())
        }
    }

    #[test]
    fn known_names_are_replaced_and_others_left() {
        let text = |word: &str| String::from_utf8(expand(word.as_bytes(), 3, 5_000, &One)).unwrap();
        assert_eq!(text("k{i}-{id1}-{tag}"), "k3-77-{tag}");
        assert_eq!(text("{ab*3}{x*0}"), "ababab");
        assert_eq!(text("{now+10} {now} {nowms-1}"), "15 5 4999");
        assert_eq!(text("{a*}{*}{"), "{a*}{*}{");
    }
}
