//! Raw: a node in one allocation, and everything about the radix tree that is unsafe.
//!
//! ```text
//!  offset 0         4         6         8
//!  +---------+---------+---------+-------+----------------+--------------+----------------+
//!  | prefix  |children | shape   | value | child pointers | first bytes  | prefix         |
//!  | length  | u16     | u16     | if any| 8 * capacity   | capacity     | prefix length  |
//!  | u32     |         |         |       |                |              |                |
//!  +---------+---------+---------+-------+----------------+--------------+----------------+
//!  shape: bit 15 = there is a value; bits 0 to 8 = capacity, children that fit
//! ```

#![expect(unsafe_code, reason = "nodes of variable size, with value, pointers and bytes in one allocation")]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::mem::{align_of, needs_drop, size_of};
use std::ops::Range;
use std::ptr::{NonNull, copy, copy_nonoverlapping};

/// What every node begins with.
#[repr(C)]
struct Header {
    prefix: u32,
    children: u16,
    shape: u16,
}

const _: () = assert!(size_of::<Header>() == 8, "the page says 8 bytes");

/// The bit of `shape` that says that there is a value; the others count the children that fit.
const VALUE: u16 = 1 << 15;

/// What becomes of a node's value while the node is built anew.
pub(super) enum Change<V> {
    /// It stays.
    Keep,
    /// It becomes this one.
    Set(V),
    /// There will be none.
    Take,
}

/// A node that owns its value and its children.
///
/// Invariant: `at` points to an allocation of `layout(..)` for the header's prefix length, capacity and value bit; the
/// value is initialised if the bit says so, the first `children` pointers and first bytes are, and the prefix is;
/// `children <= capacity`. The pointers are nodes that nobody else owns.
pub(super) struct Node<V> {
    at: NonNull<Header>,
    owns: PhantomData<V>,
}

// SAFETY: a node owns its values and nothing else that could be shared.
unsafe impl<V: Send> Send for Node<V> {}
// SAFETY: a shared node gives out shared references to values only.
unsafe impl<V: Sync> Sync for Node<V> {}

impl<V> Node<V> {
    const VALUE_AT: usize = size_of::<Header>().next_multiple_of(align_of::<V>());

    fn children_at(has_value: bool) -> usize {
        if has_value { (Self::VALUE_AT + size_of::<V>()).next_multiple_of(8) } else { size_of::<Header>() }
    }

    fn layout(prefix: usize, capacity: usize, has_value: bool) -> Layout {
        let size = Self::children_at(has_value) + 9 * capacity + prefix;
        match Layout::from_size_align(size, align_of::<V>().max(align_of::<Self>())) {
            Ok(layout) => layout,
            Err(_) => unreachable!("a prefix is shorter than 2^32 bytes"),
        }
    }

    /// A node without children; the value is not yet there even if `has_value`, and neither is the prefix.
    ///
    /// # Safety
    /// Before anything else is done with the node, the value must be written where `has_value`, and the prefix.
    unsafe fn allocate(prefix: usize, capacity: usize, has_value: bool) -> Node<V> {
        assert!(u32::try_from(prefix).is_ok() && capacity <= 256, "a prefix of {prefix} bytes");
        let layout = Self::layout(prefix, capacity, has_value);
        // SAFETY: a layout is at least a header long, so not empty.
        let Some(at) = NonNull::new(unsafe { alloc(layout) }.cast::<Header>()) else {
            handle_alloc_error(layout)
        };
        let shape = capacity as u16 | if has_value { VALUE } else { 0 };
        // SAFETY: freshly allocated with the alignment of at least 8, which is more than a header's.
        unsafe { at.write(Header { prefix: prefix as u32, children: 0, shape }) };
        Node { at, owns: PhantomData }
    }

    /// A node without children, with room for `capacity`, at most 256.
    ///
    /// # Panics
    /// From 2^32 bytes of prefix on.
    pub(super) fn new(prefix: &[u8], capacity: usize, value: Option<V>) -> Node<V> {
        // SAFETY: value and prefix are written next, without a panic in between.
        let node = unsafe { Self::allocate(prefix.len(), capacity, value.is_some()) };
        // SAFETY: the allocation has room for both where these pointers say.
        unsafe {
            if let Some(value) = value {
                node.value_at().write(value);
            }
            copy_nonoverlapping(prefix.as_ptr(), node.prefix_at(), prefix.len());
        }
        node
    }

    fn header(&self) -> &Header {
        // SAFETY: `at` points to an initialised header (invariant).
        unsafe { self.at.as_ref() }
    }

    fn header_mut(&mut self) -> &mut Header {
        // SAFETY: as in `header`, and the node is borrowed mutably.
        unsafe { self.at.as_mut() }
    }

    fn capacity(&self) -> usize {
        usize::from(self.header().shape & !VALUE)
    }

    /// Number of children, 0 to 256.
    #[inline]
    pub(super) fn count(&self) -> usize {
        usize::from(self.header().children)
    }

    /// Whether a key ends here.
    #[inline]
    pub(super) fn has_value(&self) -> bool {
        self.header().shape & VALUE != 0
    }

    fn value_at(&self) -> *mut V {
        self.offset(Self::VALUE_AT).cast()
    }

    fn children_start(&self) -> *mut Node<V> {
        self.offset(Self::children_at(self.has_value())).cast()
    }

    fn edges_at(&self) -> *mut u8 {
        self.offset(Self::children_at(self.has_value()) + 8 * self.capacity())
    }

    fn prefix_at(&self) -> *mut u8 {
        self.offset(Self::children_at(self.has_value()) + 9 * self.capacity())
    }

    fn offset(&self, bytes: usize) -> *mut u8 {
        debug_assert!(bytes <= self.memory());
        // SAFETY: the offsets that are asked for are those of parts of the layout, so inside the allocation or at its end.
        unsafe { self.at.as_ptr().cast::<u8>().add(bytes) }
    }

    /// Bytes of the allocation.
    pub(super) fn memory(&self) -> usize {
        Self::children_at(self.has_value()) + 9 * self.capacity() + self.header().prefix as usize
    }

    /// The bytes between the parent's edge and this node.
    #[inline]
    pub(super) fn prefix(&self) -> &[u8] {
        // SAFETY: the prefix is initialised and as long as the header says (invariant).
        unsafe { std::slice::from_raw_parts(self.prefix_at(), self.header().prefix as usize) }
    }

    /// The byte that leads to each child, ascending.
    #[inline]
    pub(super) fn edges(&self) -> &[u8] {
        // SAFETY: as many first bytes as children are initialised (invariant).
        unsafe { std::slice::from_raw_parts(self.edges_at(), self.count()) }
    }

    /// The children, in the order of their bytes.
    #[inline]
    pub(super) fn children(&self) -> &[Node<V>] {
        // SAFETY: as many pointers as `count` says are initialised nodes (invariant), and `Node` is a pointer.
        unsafe { std::slice::from_raw_parts(self.children_start(), self.count()) }
    }

    /// The children, to be changed or replaced.
    #[inline]
    pub(super) fn children_mut(&mut self) -> &mut [Node<V>] {
        // SAFETY: as in `children`, and the node is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.children_start(), self.count()) }
    }

    /// The value, if a key ends here.
    #[inline]
    pub(super) fn value(&self) -> Option<&V> {
        // SAFETY: the value is initialised where the bit says so (invariant).
        self.has_value().then(|| unsafe { &*self.value_at() })
    }

    /// The value, to be changed.
    #[inline]
    pub(super) fn value_mut(&mut self) -> Option<&mut V> {
        // SAFETY: as in `value`, and the node is borrowed mutably.
        self.has_value().then(|| unsafe { &mut *self.value_at() })
    }

    /// Makes this node another one with the same children: its prefix becomes `before` and then `range` of its own,
    /// there is room for `capacity` children, and the value is changed as told. Returns the value that left.
    ///
    /// # Panics
    /// When `range` is not inside the prefix, the children do not fit, or the prefix has 2^32 bytes or more.
    pub(super) fn rebuild(
        &mut self,
        before: [&[u8]; 2],
        range: Range<usize>,
        capacity: usize,
        change: Change<V>,
    ) -> Option<V> {
        let count = self.count();
        assert!(count <= capacity, "{count} children in a node for {capacity}");
        let own = &self.prefix()[range];
        let has_value = match change {
            Change::Keep => self.has_value(),
            Change::Set(_) => true,
            Change::Take => false,
        };
        let len = before[0].len() + before[1].len() + own.len();
        // SAFETY: prefix and value are written below, and nothing there can panic.
        let mut fresh = unsafe { Self::allocate(len, capacity, has_value) };
        // SAFETY: `fresh` has room for the parts of the prefix, one after another, and for a value. The old value is
        // copied or read out exactly once, and the old memory is freed without dropping it.
        let old = unsafe {
            let mut to = fresh.prefix_at();
            for part in [before[0], before[1], own] {
                copy_nonoverlapping(part.as_ptr(), to, part.len());
                to = to.add(part.len());
            }
            match change {
                Change::Keep if has_value => {
                    copy_nonoverlapping(self.value_at(), fresh.value_at(), 1);
                    None
                }
                Change::Keep => None,
                Change::Set(value) => {
                    fresh.value_at().write(value);
                    self.has_value().then(|| self.value_at().read())
                }
                Change::Take => self.has_value().then(|| self.value_at().read()),
            }
        };
        // SAFETY: `count` children are initialised here and fit there; they move, since the old memory is freed and
        // its children are forgotten.
        unsafe {
            copy_nonoverlapping(self.children_start(), fresh.children_start(), count);
            copy_nonoverlapping(self.edges_at(), fresh.edges_at(), count);
        }
        fresh.header_mut().children = count as u16;
        std::mem::swap(self, &mut fresh);
        fresh.free();
        old
    }

    /// Frees the memory, without dropping what is in it.
    fn free(self) {
        let layout = Self::layout(self.header().prefix as usize, self.capacity(), self.has_value());
        let at = self.at;
        std::mem::forget(self);
        // SAFETY: the node was allocated with the layout of the same three numbers (invariant), and is gone now.
        unsafe { dealloc(at.as_ptr().cast(), layout) };
    }

    /// Adds a child as number `at`. O(children).
    ///
    /// # Panics
    /// When there are fewer than `at` children, or 256.
    pub(super) fn insert_child(&mut self, at: usize, byte: u8, child: Node<V>) {
        let count = self.count();
        assert!(at <= count && count < 256, "child {at} of {count}");
        if count == self.capacity() {
            self.rebuild([&[], &[]], 0..self.prefix().len(), grown(count + 1), Change::Keep);
        }
        // SAFETY: there is room for one more child, and `at <= count`.
        unsafe {
            let (nodes, edges) = (self.children_start().add(at), self.edges_at().add(at));
            copy(nodes, nodes.add(1), count - at);
            copy(edges, edges.add(1), count - at);
            nodes.write(child);
            edges.write(byte);
        }
        self.header_mut().children = count as u16 + 1;
    }

    /// Takes child number `at` out, with its byte. Gives memory back when half of the places are empty. O(children).
    ///
    /// # Panics
    /// When there is no such child.
    pub(super) fn remove_child(&mut self, at: usize) -> (u8, Node<V>) {
        let count = self.count();
        assert!(at < count, "child {at} of {count}");
        // SAFETY: child `at` is initialised; it is read once, and those behind it close the gap.
        let child = unsafe {
            let (nodes, edges) = (self.children_start().add(at), self.edges_at().add(at));
            let child = (edges.read(), nodes.read());
            copy(nodes.add(1), nodes, count - at - 1);
            copy(edges.add(1), edges, count - at - 1);
            child
        };
        self.header_mut().children = count as u16 - 1;
        if (count - 1) * 2 <= self.capacity() {
            self.rebuild([&[], &[]], 0..self.prefix().len(), count - 1, Change::Keep);
        }
        child
    }

    /// Moves all children out, so that they are dropped one by one rather than inside each other.
    fn move_children(&mut self, to: &mut Vec<Node<V>>) {
        let count = self.count();
        to.reserve(count);
        self.header_mut().children = 0;
        for n in 0..count {
            // SAFETY: the first `count` children are initialised, and since the header says that there are none,
            // nobody reads them again.
            to.push(unsafe { self.children_start().add(n).read() });
        }
    }
}

/// The capacity of a node that comes to have `count` children: exact for few, then four steps between powers of two.
fn grown(count: usize) -> usize {
    let step = (count.next_power_of_two() / 8).max(1);
    count.next_multiple_of(step).min(256)
}

impl<V> Drop for Node<V> {
    /// Children are dropped from a list, never from inside their parent: a tree may be as deep as a key is long.
    fn drop(&mut self) {
        if self.count() > 0 {
            let mut waiting = Vec::new();
            self.move_children(&mut waiting);
            while let Some(mut node) = waiting.pop() {
                node.move_children(&mut waiting);
            }
        }
        if needs_drop::<V>() && self.has_value() {
            // SAFETY: the value is initialised, and nobody reads it after this.
            unsafe { self.value_at().drop_in_place() };
        }
        let layout = Self::layout(self.header().prefix as usize, self.capacity(), self.has_value());
        // SAFETY: the node was allocated with the layout of the same three numbers (invariant), and is never used again.
        unsafe { dealloc(self.at.as_ptr().cast(), layout) };
    }
}
