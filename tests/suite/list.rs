//! The list of the units that pass whole, and of what is left aside in them.
//!
//! A line of `units.txt` is one of
//!
//! ```text
//! unit/type/string                               the unit passes whole
//! unit/type/string skip TEST -- reason           but for this test; /REGEX names those that match
//! unit/type/string reads `THIS` as `THAT` -- reason    with other words in the unit's source
//! deny TAG -- reason                             tests with this tag of the suite are left aside in all units
//! # a remark
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::stage::{Choice, Reading};

/// What `units.txt` says.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// The units that pass, by name.
    pub(crate) units: BTreeSet<String>,
    /// Tests that are left aside: the unit and the test's name.
    skips: Vec<(String, String)>,
    /// Words that are read as others: the unit, and both.
    readings: Vec<(String, Reading)>,
    /// Tags whose tests are left aside.
    denied: Vec<String>,
}

impl List {
    /// Reads the list that lies beside this file.
    pub(crate) fn read() -> Result<List, String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/units.txt");
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        List::parse(&text)
    }

    fn parse(text: &str) -> Result<List, String> {
        let mut list = List::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let Some((what, reason)) = line.rsplit_once(" -- ") else {
                if line.contains(' ') || !line.contains('/') {
                    return Err(format!("units.txt: no unit, and no reason is given: {line}"));
                }
                list.units.insert(line.to_owned());
                continue;
            };
            if reason.trim().is_empty() {
                return Err(format!("units.txt: an empty reason: {line}"));
            }
            if let Some(tag) = what.strip_prefix("deny ") {
                list.denied.push(tag.trim().to_owned());
            } else if let Some((unit, test)) = what.split_once(" skip ") {
                list.skips.push((unit.trim().to_owned(), test.to_owned()));
            } else if let Some((unit, reading)) = reading(what) {
                list.readings.push((unit, reading));
            } else {
                return Err(format!("units.txt: neither `deny` nor `skip` nor `reads`: {line}"));
            }
        }
        Ok(list)
    }

    /// How that unit is run.
    pub(crate) fn choice(&self, unit: &str) -> Choice {
        let skips = self.skips.iter().filter(|(of, _)| of == unit).map(|(_, test)| test.clone());
        let readings = self.readings.iter().filter(|(of, _)| of == unit).map(|(_, reading)| reading.clone());
        Choice {
            unit: unit.to_owned(),
            skips: skips.collect(),
            readings: readings.collect(),
            denied: self.denied.clone(),
            only: None,
        }
    }
}

/// Reads ``UNIT reads `THIS` as `THAT` ``.
fn reading(what: &str) -> Option<(String, Reading)> {
    let (unit, words) = what.split_once(" reads `")?;
    let (this, that) = words.strip_suffix('`')?.split_once("` as `")?;
    Some((unit.trim().to_owned(), Reading { this: this.to_owned(), that: that.to_owned() }))
}
