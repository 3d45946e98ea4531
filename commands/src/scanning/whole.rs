//! Whole iterations, for tests: what is there from the first call to the last comes exactly once, whatever else comes
//! and goes between the calls.

use crate::shell::Shell;
use std::collections::BTreeMap;

/// A cursor command, and those that change what it iterates over.
pub(crate) struct Iterated {
    /// With `CURSOR` where the cursor stands.
    pub(crate) scan: &'static str,
    /// How many words belong to an element: 1, or 2 with what stands beside it.
    pub(crate) words: usize,
    /// Adds an element, or changes what stands beside it to this number.
    pub(crate) add: fn(&str, usize) -> String,
    /// Begins a command that takes the elements away that follow.
    pub(crate) remove: &'static str,
}

impl Iterated {
    /// Calls the command until its cursor is 0, and `between` after each call with the number of calls so far. Returns
    /// how often each element came.
    pub(crate) fn run(
        &self,
        shell: &mut Shell,
        mut between: impl FnMut(&mut Shell, usize),
    ) -> BTreeMap<String, usize> {
        let (mut seen, mut cursor, mut calls) = (BTreeMap::new(), "0".to_owned(), 0);
        loop {
            let reply = shell.run(&self.scan.replace("CURSOR", &cursor));
            // *2 $1 CURSOR *N $1 NAME $1 NAME
            let mut words = reply.split(' ').skip(2);
            cursor = words.next().expect("a cursor").to_owned();
            for name in words.skip(2).step_by(2 * self.words) {
                *seen.entry(name.to_owned()).or_default() += 1;
            }
            calls += 1;
            assert!(calls < 10_000, "it ends");
            if cursor == "0" {
                return seen;
            }
            between(shell, calls);
        }
    }

    /// Fails unless 600 elements that stay come exactly once in each of several iterations, in which others come and go by
    /// the thousand and those that stay are changed.
    pub(crate) fn assert_what_stays_comes_once(&self) {
        for (at_first, every) in [(0, 3), (12_000, 3), (0, 8), (12_000, 8)] {
            let mut shell = Shell::new();
            (0..600).for_each(|n| drop(shell.run(&(self.add)(&format!("stays{n}"), n))));
            let mut others = Others { of: self, first: 0, end: 0 };
            others.come(&mut shell, at_first);
            let (mut least, mut most) = (usize::MAX, 0);
            let seen = self.run(&mut shell, |shell, calls| {
                drop(shell.run(&(self.add)(&format!("stays{}", calls % 600), 600 + calls)));
                // They come and go for a while, then what is left is iterated over.
                if calls % every == 0 && calls < 8 * every {
                    if calls / every % 2 == 0 {
                        others.go(shell)
                    } else {
                        others.come(shell, 6_000)
                    }
                    least = least.min(others.len());
                    most = most.max(others.len());
                }
            });
            assert!(least < 100 && most > 5_000, "the table shrank to {least} and grew to {most}");
            for n in 0..600 {
                let times = seen.get(&format!("stays{n}"));
                assert_eq!(times, Some(&1), "stays{n}, with {at_first} at first, a change every {every}");
            }
            assert!(seen.keys().all(|name| name.starts_with("stays") || name.starts_with("other")));
        }
    }
}

/// Elements that come and go in the order of their numbers.
struct Others<'a> {
    of: &'a Iterated,
    first: usize,
    end: usize,
}

impl Others<'_> {
    fn len(&self) -> usize {
        self.end - self.first
    }

    fn come(&mut self, shell: &mut Shell, count: usize) {
        (self.end..self.end + count).for_each(|n| drop(shell.run(&(self.of.add)(&format!("other{n}"), n))));
        self.end += count;
    }

    /// All but ten.
    fn go(&mut self, shell: &mut Shell) {
        let last = self.end.saturating_sub(10).max(self.first);
        let names: Vec<String> = (self.first..last).map(|n| format!("other{n}")).collect();
        if !names.is_empty() {
            drop(shell.run(&format!("{} {}", self.of.remove, names.join(" "))));
        }
        self.first = last;
    }
}
