//! The list's nodes, each one allocation with its tower, and the only code that follows their pointers.
#![expect(unsafe_code, reason = "nodes of different height, linked in both directions")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::MAX_LEVEL;
use crate::sorted_index::Member;

/// What every node begins with; its tower follows, one [`Level`] for each level.
#[repr(C)]
pub(super) struct Node<M> {
    /// `None` in the header only.
    member: Option<M>,
    pub(super) score: f64,
    backward: Link<M>,
}

impl<M> Node<M> {
    #[inline]
    pub(super) fn member(&self) -> &M {
        match &self.member {
            Some(member) => member,
            None => unreachable!("only the header has none, and nothing leads to it"),
        }
    }
}

type Link<M> = Option<NonNull<Node<M>>>;

/// One floor of a tower.
#[repr(C)]
struct Level<M> {
    forward: Link<M>,
    /// Entries from this node to `forward`, or to the list's end. On the lowest level that would always be 1, and the
    /// tower's height stands here instead.
    span: usize,
}

fn layout<M>(height: usize) -> Layout {
    let tower = Layout::array::<Level<M>>(height).expect("a tower is small");
    let (layout, offset) = Layout::new::<Node<M>>().extend(tower).expect("a node is small");
    debug_assert_eq!(offset, size_of::<Node<M>>(), "members are aligned to at most 8, as towers are");
    layout
}

/// A floor of a node's tower.
///
/// # Safety
///
/// - `node` is live and was made by [`allocate`];
/// - `level` is below its height.
#[inline]
unsafe fn floor<M>(node: NonNull<Node<M>>, level: usize) -> *mut Level<M> {
    // SAFETY: the tower begins where `Node` ends, in the same allocation, and has more than `level` floors.
    unsafe { node.as_ptr().add(1).cast::<Level<M>>().add(level) }
}

fn allocate<M>(height: usize, score: f64, member: Option<M>) -> NonNull<Node<M>> {
    let layout = layout::<M>(height);
    // SAFETY: the layout is not empty.
    let Some(node) = NonNull::new(unsafe { alloc(layout) }.cast::<Node<M>>()) else {
        handle_alloc_error(layout)
    };
    // SAFETY: the allocation has room for the node and `height` floors, and is written here for the first time.
    unsafe {
        node.write(Node { member, score, backward: None });
        for level in 0..height {
            floor(node, level).write(Level { forward: None, span: if level == 0 { height } else { 0 } });
        }
    }
    node
}

/// Frees a node and returns what was in it.
///
/// # Safety
///
/// `node` was made by [`allocate`], is not freed yet, and nothing uses it afterwards.
unsafe fn free<M>(node: NonNull<Node<M>>) -> (f64, Option<M>) {
    // SAFETY: the node is live; it is moved out once, and its memory freed with the layout it was made with.
    unsafe {
        let height = (*floor(node, 0)).span;
        let Node { member, score, .. } = node.read();
        dealloc(node.as_ptr().cast(), layout::<M>(height));
        (score, member)
    }
}

/// Nodes and pointers of a skiplist.
///
/// Invariants that every block leans on:
/// - `header` is a live node of [`MAX_LEVEL`] floors; every node that is reached from it by `forward` was made by
///   [`allocate`], is live, and is owned by this list alone;
/// - a `forward` on a level leads to a node that is higher than this level; levels from `level` on are empty;
/// - `backward` leads to the node before, `None` from the first; `tail` is the last node.
pub(super) struct List<M> {
    header: NonNull<Node<M>>,
    tail: Link<M>,
    pub(super) len: usize,
    /// Levels in use, at least 1.
    pub(super) level: usize,
    pub(super) bytes: usize,
    owns: PhantomData<M>,
}

// SAFETY: a list owns its nodes and their members; nothing is shared.
unsafe impl<M: Send> Send for List<M> {}
// SAFETY: shared access only reads.
unsafe impl<M: Sync> Sync for List<M> {}

/// For each level the last node before a place, and how many entries stand up to it.
pub(super) struct Path<M> {
    nodes: [NonNull<Node<M>>; MAX_LEVEL],
    ranks: [usize; MAX_LEVEL],
}

impl<M> List<M> {
    pub(super) fn new() -> Self {
        let header = allocate(MAX_LEVEL, 0.0, None);
        let bytes = layout::<M>(MAX_LEVEL).size();
        List { header, tail: None, len: 0, level: 1, bytes, owns: PhantomData }
    }

    /// Walks from the highest level down, on each as long as `goes_on` is true for the next node and the number of
    /// entries up to it; tells `passed` the last node of each level and the number up to that.
    #[inline]
    fn walk(
        &self,
        goes_on: impl Fn(usize, &Node<M>) -> bool,
        mut passed: impl FnMut(usize, NonNull<Node<M>>, usize),
    ) -> (NonNull<Node<M>>, usize) {
        let (mut node, mut rank) = (self.header, 0);
        for level in (0..self.level).rev() {
            loop {
                // SAFETY: `node` is the header or was led to on this level or a higher one, so it has this floor.
                let floor = unsafe { &*floor(node, level) };
                let Some(next) = floor.forward else { break };
                let after = rank + if level == 0 { 1 } else { floor.span };
                // SAFETY: a node that a forward leads to is live.
                if !goes_on(after, unsafe { next.as_ref() }) {
                    break;
                }
                (node, rank) = (next, after);
            }
            passed(level, node, rank);
        }
        (node, rank)
    }

    /// The number of entries before the place where `goes_on` ends.
    #[inline]
    pub(super) fn rank(&self, goes_on: impl Fn(&Node<M>) -> bool) -> usize {
        self.walk(|_, node| goes_on(node), |_, _, _| ()).1
    }

    /// The way to the place where `goes_on` ends.
    pub(super) fn path(&self, goes_on: impl Fn(usize, &Node<M>) -> bool) -> Path<M> {
        let mut path = Path { nodes: [self.header; MAX_LEVEL], ranks: [0; MAX_LEVEL] };
        self.walk(goes_on, |level, node, rank| (path.nodes[level], path.ranks[level]) = (node, rank));
        path
    }

    /// The node behind a path.
    pub(super) fn behind(&self, path: &Path<M>) -> Option<&Node<M>> {
        // SAFETY: a path of this list holds live nodes, and its forward is one.
        unsafe { (*floor(path.nodes[0], 0)).forward.map(|node| node.as_ref()) }
    }

    /// Inserts behind a path, which must have been taken since the last change.
    pub(super) fn insert(&mut self, mut path: Path<M>, height: usize, score: f64, member: M) {
        let node = allocate(height, score, Some(member));
        self.bytes += layout::<M>(height).size();
        while self.level < height {
            path.nodes[self.level] = self.header;
            path.ranks[self.level] = 0;
            // SAFETY: the header has all floors.
            unsafe { (*floor(self.header, self.level)).span = self.len };
            self.level += 1;
        }
        // SAFETY: the path's node on a level has that floor; so has the new node where `level < height`.
        unsafe {
            for level in 0..self.level {
                let before = floor(path.nodes[level], level);
                let skipped = path.ranks[0] - path.ranks[level];
                if level < height {
                    let new = floor(node, level);
                    (*new).forward = (*before).forward;
                    (*before).forward = Some(node);
                    if level > 0 {
                        (*new).span = (*before).span - skipped;
                        (*before).span = skipped + 1;
                    }
                } else {
                    (*before).span += 1;
                }
            }
            (*node.as_ptr()).backward = (path.nodes[0] != self.header).then_some(path.nodes[0]);
            match (*floor(node, 0)).forward {
                Some(next) => (*next.as_ptr()).backward = Some(node),
                None => self.tail = Some(node),
            }
        }
        self.len += 1;
    }

    /// Takes out the node behind a path, which stays the path to what stood behind that.
    pub(super) fn remove(&mut self, path: &Path<M>) -> Option<(f64, M)> {
        // SAFETY: as in `insert`; `node` is live until it is freed, and then nothing leads to it.
        unsafe {
            let node = (*floor(path.nodes[0], 0)).forward?;
            let height = (*floor(node, 0)).span;
            for level in 0..self.level {
                let before = floor(path.nodes[level], level);
                if level < height {
                    (*before).forward = (*floor(node, level)).forward;
                    if level > 0 {
                        (*before).span = (*before).span + (*floor(node, level)).span - 1;
                    }
                } else {
                    (*before).span -= 1;
                }
            }
            let backward = (*node.as_ptr()).backward;
            match (*floor(node, 0)).forward {
                Some(next) => (*next.as_ptr()).backward = backward,
                None => self.tail = backward,
            }
            while self.level > 1 && (*floor(self.header, self.level - 1)).forward.is_none() {
                self.level -= 1;
            }
            self.len -= 1;
            self.bytes -= layout::<M>(height).size();
            let (score, member) = free(node);
            Some((score, member?))
        }
    }

    /// Changes the score of the node behind a path if it stays between its neighbours.
    pub(super) fn rescore(&mut self, path: &Path<M>, score: f64) -> bool {
        // SAFETY: as in `remove`; nothing else refers to a node while the list is borrowed mutably.
        unsafe {
            let Some(node) = (*floor(path.nodes[0], 0)).forward else { return false };
            let above = (*node.as_ptr()).backward.is_none_or(|before| before.as_ref().score < score);
            let below = (*floor(node, 0)).forward.is_none_or(|next| score < next.as_ref().score);
            if above && below {
                (*node.as_ptr()).score = score;
            }
            above && below
        }
    }

    /// The node of this rank.
    pub(super) fn at(&self, rank: usize) -> Option<Place<'_, M>> {
        if rank >= self.len {
            return None;
        }
        if rank + 1 == self.len {
            return self.tail.map(|node| Place { node, list: PhantomData });
        }
        let (node, _) = self.walk(|after, _| after <= rank + 1, |_, _, _| ());
        Some(Place { node, list: PhantomData })
    }

    /// The nodes of one level in order, each with the number of entries up to it.
    pub(super) fn level(&self, level: usize) -> impl Iterator<Item = (usize, Place<'_, M>)> {
        let (mut node, mut rank) = (self.header, 0);
        std::iter::from_fn(move || {
            // SAFETY: the header has all floors, and a node that was led to on a level has that one.
            let floor = unsafe { &*floor(node, level) };
            rank += if level == 0 { 1 } else { floor.span };
            node = floor.forward?;
            Some((rank, Place { node, list: PhantomData }))
        })
    }

    /// What the last floor of a level says it skips to the list's end, and at which rank it stands.
    pub(super) fn rest(&self, level: usize) -> (usize, usize) {
        let (mut node, mut rank) = (self.header, 0);
        loop {
            // SAFETY: as in `level`.
            let floor = unsafe { &*floor(node, level) };
            let Some(next) = floor.forward else { return (rank, floor.span) };
            rank += floor.span;
            node = next;
        }
    }
}

/// A node of a list that stays as it is meanwhile.
pub(super) struct Place<'a, M> {
    node: NonNull<Node<M>>,
    list: PhantomData<&'a List<M>>,
}

impl<M> Clone for Place<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Place<'_, M> {}

impl<M> PartialEq for Place<'_, M> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl<'a, M> Place<'a, M> {
    #[inline]
    pub(super) fn node(self) -> &'a Node<M> {
        // SAFETY: the node is live as long as its list is borrowed.
        unsafe { self.node.as_ref() }
    }

    /// Floors of the tower.
    pub(super) fn height(self) -> usize {
        // SAFETY: every node has a lowest floor.
        unsafe { (*floor(self.node, 0)).span }
    }

    #[inline]
    pub(super) fn next(self) -> Option<Self> {
        // SAFETY: every node has a lowest floor.
        unsafe { (*floor(self.node, 0)).forward }.map(|node| Place { node, list: PhantomData })
    }

    #[inline]
    pub(super) fn previous(self) -> Option<Self> {
        self.node().backward.map(|node| Place { node, list: PhantomData })
    }
}

impl<M> Drop for List<M> {
    fn drop(&mut self) {
        let mut next = Some(self.header);
        while let Some(node) = next {
            // SAFETY: each node is led to once on the lowest level, and freed after its forward was read.
            unsafe {
                next = (*floor(node, 0)).forward;
                free(node);
            }
        }
    }
}

impl<M: Member> Node<M> {
    /// The order of this entry and another.
    #[inline]
    pub(super) fn compare(&self, score: f64, member: &[u8]) -> std::cmp::Ordering {
        crate::sorted_index::compare(self.score, self.member().bytes(), score, member)
    }
}

const _: () = assert!(size_of::<Node<Box<u8>>>() == 24 && size_of::<Level<Box<u8>>>() == 16);
