//! SORT with STORE: the result becomes a list.

use super::pattern::Pattern;
use super::words::Words;
use russet_engine::prelude::*;
use russet_engine::value::{Collection, End, List, ListLimits};
use russet_structures::element::Element;
use std::ops::ControlFlow;

/// Elements in one command of the journal, at most.
const JOURNALED: usize = 1000;

/// Puts what the patterns find for each element into a list at `destination`, whatever that held, and answers with the
/// list's length. `fields` says that the result depends on fields of hashes: those expire without a trace in the
/// journal, so that it has to be journaled itself.
pub(super) fn store(
    cx: &mut Context<'_>,
    elements: &Words,
    wanted: &[usize],
    get: &[Pattern<'_>],
    destination: Key<'_>,
    fields: bool,
) -> Outcome {
    let len = wanted.len() * get.len();
    if len == 0 {
        cx.db.delete(destination);
        return cx.reply.count(0);
    }
    let limits = ListLimits::of(cx.core);
    let mut list = List::long(limits);
    let mut name = Vec::new();
    for &index in wanted {
        for pattern in get {
            match pattern.find(&mut cx.db, elements.get(index), &mut name) {
                Some(found) => found.with_element(|element| element.with_text(|text| list.push(End::Tail, text))),
                None => list.push(End::Tail, Element::Bytes(b"")),
            }
        }
    }
    list.settle(limits);
    if fields {
        journal(cx, destination, &list);
    }
    cx.db.replace(destination, list);
    cx.db.changed(destination, Event::SortStore);
    cx.db.count_changes(len - 1);
    cx.reply.count(len)
}

/// Journals commands that make this list.
fn journal(cx: &mut Context<'_>, key: Key<'_>, list: &List) {
    cx.journal([&b"DEL"[..], key.bytes]);
    for start in (0..list.len()).step_by(JOURNALED) {
        let mut words = vec![b"RPUSH".to_vec(), key.bytes.to_vec()];
        list.walk(start, JOURNALED, End::Tail, |element| {
            words.push(element.to_vec());
            ControlFlow::Continue(())
        });
        cx.journal(words.iter().map(Vec::as_slice));
    }
}
