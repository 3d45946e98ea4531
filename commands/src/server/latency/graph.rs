//! LATENCY GRAPH: the samples of an event, drawn with letters.

use russet_engine::observe::{Sample, Series};
use russet_engine::prelude::*;

command! {
    name: "LATENCY|GRAPH", group: Server, since: "2.8.13", complexity: "O(1)",
    summary: "Returns a latency graph for an event.",
    syntax: "event",
    flags: ADMIN | NOSCRIPT | LOADING | STALE,
    tips: ["nondeterministic_output", "request_policy:all_nodes", "response_policy:special"],
    run: graph,
}

/// Columns of a graph; what is longer is drawn below.
const COLUMNS: usize = 80;
/// Lines of a graph without its labels.
const LINES: usize = 4;
/// What fills the uppermost place of a column, by how full that is.
const LEVELS: [u8; 3] = *b"_o#";

fn graph(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let event = args.word(2);
    let Some(series) = cx.core.observation.latency.series(event) else {
        return Err(Error::quoting("ERR No samples available for event '", event, "'"));
    };
    let text = drawn(event, series, cx.db.now_ms().div_euclid(1000));
    cx.reply.verbatim("txt", &text)
}

fn drawn(event: &[u8], series: &Series, now_s: i64) -> Vec<u8> {
    let samples: Vec<Sample> = series.iter().collect();
    let low = samples.iter().map(|sample| sample.ms).min().unwrap_or_default();
    let high = samples.iter().map(|sample| sample.ms).max().unwrap_or_default();
    let mut text = event.to_vec();
    let longest = series.longest_ms();
    text.extend(format!(" - high {high} ms, low {low} ms (all time high {longest} ms)\n").bytes());
    text.extend([b'-'; COLUMNS]);
    text.push(b'\n');
    for (index, part) in samples.chunks(COLUMNS).enumerate() {
        if index > 0 {
            text.push(b'\n');
        }
        draw(&mut text, part, (low, high), now_s);
    }
    text
}

/// Draws samples between `low` and `high` beside each other, and below each how long ago it was.
fn draw(text: &mut Vec<u8>, samples: &[Sample], (low, high): (u32, u32), now_s: i64) {
    let steps = LEVELS.len() * LINES;
    let height = |sample: &Sample| {
        let share = u64::from(sample.ms - low) * steps as u64 / u64::from((high - low).max(1));
        (share as usize).min(steps - 1)
    };
    for line in (0..LINES).rev() {
        let below = line * LEVELS.len();
        text.extend(samples.iter().map(|sample| match height(sample).checked_sub(below) {
            None => b' ',
            Some(level) => LEVELS.get(level).copied().unwrap_or(b'|'),
        }));
        text.push(b'\n');
    }
    let labels: Vec<Vec<u8>> = samples.iter().map(|sample| ago(now_s - sample.unix_s)).collect();
    let longest = labels.iter().map(Vec::len).max().unwrap_or_default();
    for line in 0..=longest {
        let letter = |label: &Vec<u8>| line.checked_sub(1).and_then(|at| label.get(at)).copied();
        text.extend(labels.iter().map(|label| letter(label).unwrap_or(b' ')));
        text.push(b'\n');
    }
}

/// A time in its largest unit.
fn ago(seconds: i64) -> Vec<u8> {
    match seconds {
        ..60 => format!("{seconds}s"),
        60..3600 => format!("{}m", seconds / 60),
        3600..86_400 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(samples: impl IntoIterator<Item = (u64, i64)>) -> Series {
        let mut shell = crate::shell::Shell::new();
        shell.run("CONFIG SET latency-monitor-threshold 1");
        let latency = &mut shell.engine.core.observation.latency;
        samples.into_iter().for_each(|(ms, unix_s)| latency.note("fork", ms, unix_s));
        latency.series(b"fork").unwrap().clone()
    }

    /// Redict 7.3 drew this of the same waits.
    #[test]
    fn a_column_for_each_sample() {
        let drawn = drawn(b"fork", &series([(100, 33), (350, 35), (34, 36), (200, 37)]), 41);
        let rule = "-".repeat(80);
        let expected = format!(
            "fork - high 350 ms, low 34 ms (all time high 350 ms)\n{rule}\n #  \n | _\n | |\n#|_|\n    \n8654\nssss\n"
        );
        assert_eq!(String::from_utf8(drawn).unwrap(), expected);
    }

    #[test]
    fn what_is_longer_than_a_line_goes_on_below() {
        let drawn = drawn(b"fork", &series((0..100).map(|second| (5, second))), 100_000);
        let text = String::from_utf8(drawn).unwrap();
        let widths: Vec<usize> = text.lines().skip(2).map(str::len).collect();
        assert_eq!(widths, [[80; 7].as_slice(), &[0], &[20; 7]].concat());
        assert!(text.lines().nth(5).unwrap().bytes().all(|byte| byte == b'_'));
    }

    #[test]
    fn times_have_the_largest_unit() {
        let shown = [0, 59, 60, 3599, 3600, 86_399, 86_400].map(|s| String::from_utf8(ago(s)).unwrap());
        assert_eq!(shown, ["0s", "59s", "1m", "59m", "1h", "23h", "1d"]);
    }
}
