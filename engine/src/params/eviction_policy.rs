//! `maxmemory-policy`: one of the policies that are linked into the program.

use super::choice::unknown_word;
use super::declare::{How, Reason, Shape};
use super::setting::{Setting, single};
use crate::eviction::{Declaration, NOEVICTION, all};

/// The value of `maxmemory-policy`.
#[derive(Clone, Copy, Debug)]
pub struct EvictionPolicy(&'static Declaration);

impl Default for EvictionPolicy {
    fn default() -> Self {
        EvictionPolicy(&NOEVICTION)
    }
}

/// The words of all policies, in their order.
fn words() -> Vec<&'static str> {
    all().iter().map(|policy| policy.name).collect()
}

impl Setting for EvictionPolicy {
    type Rule = ();
    type View<'a> = &'static Declaration;

    fn assign(&mut self, _: &(), args: &[&[u8]], _: How) -> Result<(), Reason> {
        let word = single(args)?;
        let found = all().iter().find(|policy| policy.name.as_bytes().eq_ignore_ascii_case(word));
        self.0 = found.ok_or_else(|| unknown_word(&words()))?;
        Ok(())
    }

    fn show(&self, _: &()) -> Vec<u8> {
        self.0.name.as_bytes().to_vec()
    }

    fn view(&self) -> &'static Declaration {
        self.0
    }

    fn shape(_: &()) -> Shape {
        Shape { values: words().join(", "), unit: "" }
    }
}
