//! What a run of a unit says of itself.

use crate::stage::Choice;

/// The lines that count of what a run prints.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    passed: usize,
    failures: Vec<String>,
    skipped: Vec<String>,
}

impl Outcome {
    /// Reads what a run printed.
    pub(crate) fn read(text: &str) -> Outcome {
        let mut outcome = Outcome::default();
        // A failure goes on until the next line with a mark, or until the summary, which repeats them all.
        let mut in_failure = false;
        for line in text.lines() {
            let Some((mark, rest)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) else {
                if line.trim() == "The End" {
                    break;
                }
                if in_failure && let Some(failure) = outcome.failures.last_mut() {
                    failure.push('\n');
                    failure.push_str(line);
                }
                continue;
            };
            let rest = rest.strip_prefix(": ").unwrap_or(rest);
            in_failure = matches!(mark, "err" | "exception" | "TIMEOUT");
            match mark {
                "ok" => outcome.passed += 1,
                "skip" => outcome.skipped.push(rest.to_owned()),
                _ if in_failure => outcome.failures.push(format!("[{mark}] {rest}")),
                _ => {}
            }
        }
        outcome
    }

    /// Why the run is not one of a unit that passes whole, if it is not. `named` says whether the unit has tests at all: one
    /// may do nothing but assert.
    pub(crate) fn fault(&self, choice: &Choice, success: bool, named: bool) -> Option<String> {
        let stale = choice.skips.iter().filter(|skip| {
            // Of a pattern only the suite knows what it matches.
            !skip.starts_with('/') && !self.skipped.contains(skip)
        });
        let stale: Vec<String> =
            stale.map(|skip| format!("left aside, but there is no such test: {skip}")).collect();
        let mut faults = [self.failures.clone(), stale].concat();
        if faults.is_empty() && !success {
            faults.push("the suite failed without naming a test".to_owned());
        }
        if faults.is_empty() && self.passed == 0 && named {
            faults.push("no test ran".to_owned());
        }
        (!faults.is_empty()).then(|| format!("{} passed, and:\n{}", self.passed, faults.join("\n")))
    }
}
