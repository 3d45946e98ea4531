//! Lists: a listpack while small, a quicklist of listpacks beyond.
//!
//! A list changes its encoding where Redis changes it: before it grows, if the listpack would become too large with
//! what is added ([`List::make_room`]), and after it has shrunk, if the only node left is at most half as large as a
//! listpack may be ([`List::shrunk`]). The half is there so that a list whose length goes up and down at the limit
//! does not change its encoding each time.

use super::{Collection, Encoding, stands_in};
use crate::core::Core;
use crate::params::Params;
use russet_structures::element::{Element, Text};
use russet_structures::listpack::Listpack;
use russet_structures::quicklist::{Bytes, Quicklist, Rules};
use std::ops::ControlFlow;

/// Elements in the order in which they were put.
#[derive(Debug)]
pub enum List {
    /// All elements in one listpack.
    Packed(Listpack),
    /// Nodes of listpacks.
    Quick(Quicklist),
}

/// One of the two ends of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where index 0 is: `LEFT`.
    Head,
    /// Where index -1 is: `RIGHT`.
    Tail,
}

/// How large listpacks become, and which nodes are compressed.
#[derive(Clone, Copy, Debug)]
pub struct ListLimits {
    size: i32,
    depth: u16,
    plain: u32,
}

impl ListLimits {
    /// An element of so many bytes or more gets a node of its own, unless a developer asks for another limit.
    pub const LARGE: u32 = 1 << 30;

    /// Those that are in force.
    pub fn of(core: &Core) -> Self {
        ListLimits { plain: core.large_element, ..ListLimits::new(&core.params) }
    }

    /// What the parameters say.
    pub fn new(params: &Params) -> Self {
        ListLimits {
            size: params.list_max_listpack_size() as i32,
            depth: params.list_compress_depth().min(u16::MAX.into()) as u16,
            plain: ListLimits::LARGE,
        }
    }

    /// What a quicklist that is made now follows for as long as it lives.
    fn rules(self) -> Rules {
        // Nodes are limited to 8 KiB besides: more elements than an i16 can count do not fit in one.
        let fill = self.size.clamp(-5, i16::MAX.into()) as i16;
        Rules { fill, depth: self.depth, plain: self.plain }
    }

    /// Whether a node of so many bytes and elements may be the listpack of a whole list again; `share` of what a
    /// listpack may take is what it may take then.
    fn suits(self, bytes: usize, elements: usize, share: usize) -> bool {
        match self.size {
            ..0 => bytes <= (4096 << (-1 - self.size.max(-5))) / share,
            size => elements <= (size as usize).max(1) / share,
        }
    }
}

impl Default for List {
    fn default() -> Self {
        List::Packed(Listpack::new())
    }
}

impl List {
    /// An empty list that is going to be made as a whole and then [settled](List::settle).
    pub fn long(limits: ListLimits) -> Self {
        List::Quick(Quicklist::new(limits.rules()))
    }

    /// Prepares for `elements` more, of `bytes` together: a listpack that would become too large becomes a quicklist.
    /// O(1).
    pub fn make_room(&mut self, bytes: usize, elements: usize, limits: ListLimits) {
        match self {
            List::Packed(pack) => {
                let rules = limits.rules();
                if rules.exceeded(pack.bytes() + bytes, pack.len() + elements) {
                    let mut list = Quicklist::new(rules);
                    list.append_listpack(std::mem::take(pack));
                    *self = List::Quick(list);
                }
            }
            List::Quick(list) => list.set_plain(limits.plain),
        }
    }

    /// After elements were removed or replaced: a quicklist of which one small node is left becomes a listpack. O(1).
    pub fn shrunk(&mut self, limits: ListLimits) {
        self.become_listpack(limits, 2);
    }

    /// Takes the encoding that fits a list that was made as a whole (`SORT` with `STORE`). O(1).
    pub fn settle(&mut self, limits: ListLimits) {
        self.make_room(0, 0, limits);
        self.become_listpack(limits, 1);
    }

    fn become_listpack(&mut self, limits: ListLimits, share: usize) {
        let List::Quick(list) = &*self else { return };
        if list.node_count() > 1 {
            return;
        }
        let small = list.stored().next().is_some_and(|node| {
            let Bytes::Raw(bytes) = node.bytes else { return false };
            node.packed && limits.suits(bytes.len(), list.len(), share)
        });
        if small && let List::Quick(list) = std::mem::take(self) {
            *self = match list.into_listpack() {
                Ok(pack) => List::Packed(pack),
                Err(list) => List::Quick(list),
            };
        }
    }

    /// Adds an element, for which there is [room](List::make_room), at an end.
    pub fn push<'e>(&mut self, end: End, element: impl Into<Element<'e>>) {
        match (self, end) {
            (List::Packed(pack), End::Head) => drop(pack.push_front(element)),
            (List::Packed(pack), End::Tail) => drop(pack.push_back(element)),
            (List::Quick(list), End::Head) => list.push_front(element),
            (List::Quick(list), End::Tail) => list.push_back(element),
        }
    }

    /// Removes the element at an end after showing it to `see`.
    pub fn pop<R>(&mut self, end: End, see: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        match (self, end) {
            (List::Packed(pack), end) => {
                let position = if end == End::Head { pack.first() } else { pack.last() }?;
                let seen = see(pack.get(position));
                pack.remove(position);
                Some(seen)
            }
            (List::Quick(list), End::Head) => list.pop_front(see),
            (List::Quick(list), End::Tail) => list.pop_back(see),
        }
    }

    /// The index that a client means by a number, which counts from the tail if it is negative.
    pub fn index(&self, number: i64) -> Option<usize> {
        let len = self.len();
        let index = if number < 0 { number.checked_add(len as i64)? } else { number };
        usize::try_from(index).ok().filter(|&index| index < len)
    }

    /// Shows the element with this index.
    pub fn get<R>(&self, index: usize, see: impl FnOnce(Element<'_>) -> R) -> Option<R> {
        match self {
            List::Packed(pack) => pack.seek(index as i64).map(|position| see(pack.get(position))),
            List::Quick(list) => list.get(index, see),
        }
    }

    /// Shows `count` elements, of which the one with index `start` is the first, in the direction of `end`.
    pub fn walk(
        &self,
        start: usize,
        count: usize,
        end: End,
        mut see: impl FnMut(Element<'_>) -> ControlFlow<()>,
    ) {
        match self {
            List::Packed(pack) => {
                let mut next = pack.seek(start as i64);
                for _ in 0..count {
                    let Some(position) = next else { return };
                    if see(pack.get(position)).is_break() {
                        return;
                    }
                    next = if end == End::Tail { pack.next(position) } else { pack.prev(position) };
                }
            }
            List::Quick(list) if end == End::Tail => list.range(start, count, see),
            List::Quick(list) => {
                let mut elements = list.rev_from(start);
                for _ in 0..count {
                    let Some(element) = elements.next() else { return };
                    if see(element).is_break() {
                        return;
                    }
                }
            }
        }
    }

    /// Searches for a text, and calls `found` with the index of each element that has it, until it breaks. A `rank`
    /// of 1 begins with the first match from the head, -1 with the first from the tail, 2 and -2 with the second.
    /// At most `most` elements are looked at.
    pub fn find(&self, text: &[u8], rank: i64, most: usize, mut found: impl FnMut(usize) -> ControlFlow<()>) {
        let pack = match self {
            List::Packed(pack) => pack,
            List::Quick(list) => return list.find(text, rank, most, found),
        };
        let text = Text::new(text);
        let mut skip = rank.unsigned_abs().saturating_sub(1);
        let mut look = |(index, element): (usize, Element<'_>)| {
            if !text.is(element) {
                ControlFlow::Continue(())
            } else if skip > 0 {
                skip -= 1;
                ControlFlow::Continue(())
            } else {
                found(index)
            }
        };
        let _ = if rank < 0 {
            (0..pack.len()).rev().zip(pack.iter().rev()).take(most).try_for_each(&mut look)
        } else {
            pack.iter().enumerate().take(most).try_for_each(&mut look)
        };
    }

    /// The index of the first element with this text.
    pub fn position(&self, text: &[u8]) -> Option<usize> {
        let mut position = None;
        self.find(text, 1, usize::MAX, |index| {
            position = Some(index);
            ControlFlow::Break(())
        });
        position
    }

    /// Inserts an element, for which there is [room](List::make_room), before or behind the one with this index.
    pub fn insert(&mut self, index: usize, element: &[u8], behind: bool) {
        match (self, behind) {
            (List::Packed(pack), behind) => {
                let Some(position) = pack.seek(index as i64) else { return };
                if behind {
                    pack.insert_after(position, element)
                } else {
                    pack.insert_before(position, element)
                };
            }
            (List::Quick(list), true) => drop(list.insert_after(index, element)),
            (List::Quick(list), false) => drop(list.insert_before(index, element)),
        }
    }

    /// Replaces the element with this index by one for which there is [room](List::make_room).
    pub fn replace(&mut self, index: usize, element: &[u8]) {
        match self {
            List::Packed(pack) => {
                if let Some(position) = pack.seek(index as i64) {
                    pack.replace(position, element);
                }
            }
            List::Quick(list) => drop(list.replace(index, element)),
        }
    }

    /// Removes up to `count` elements from `start` on.
    pub fn remove_range(&mut self, start: usize, count: usize) {
        match self {
            List::Packed(pack) => pack.remove_range(start as i64, count),
            List::Quick(list) => drop(list.remove_range(start, count)),
        }
    }

    /// Removes elements with this text: the first `count` of them, or with a negative `count` the last, or all of
    /// them with 0. Returns how many.
    pub fn remove_value(&mut self, text: &[u8], count: i64) -> usize {
        let pack = match self {
            List::Packed(pack) => pack,
            List::Quick(list) => return list.remove_value(text, count),
        };
        let text = Text::new(text);
        let all = pack.iter().filter(|element| text.is(*element)).count();
        let most = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        let gone = if count == 0 { all } else { all.min(most) };
        let mut seen = 0;
        let doomed = if count < 0 { all - gone..all } else { 0..gone };
        pack.retain(|element| {
            let matches = text.is(element);
            seen += usize::from(matches);
            !(matches && doomed.contains(&(seen - 1)))
        });
        gone
    }
}

impl Collection for List {
    stands_in!(List);

    fn encoding(&self) -> Encoding {
        match self {
            List::Packed(_) => Encoding::ListPacked,
            List::Quick(_) => Encoding::ListQuick,
        }
    }

    fn len(&self) -> usize {
        match self {
            List::Packed(pack) => pack.len(),
            List::Quick(list) => list.len(),
        }
    }

    fn duplicate(&self) -> Self {
        match self {
            List::Packed(pack) => List::Packed(pack.clone()),
            List::Quick(list) => List::Quick(list.clone()),
        }
    }
}
