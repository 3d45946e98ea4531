//! The unsafe core of the string: a pointer to its bytes, in front of which its header stands.

#![expect(unsafe_code, reason = "a header of 1 to 17 bytes in front of the bytes that the handle points to")]

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::{AllocationError, Class};

/// The flags byte of the empty string that owns nothing: class 5, length 0. It is never written.
static EMPTY: u8 = 0;

/// A simple dynamic string; see the [module's page](super).
///
/// Invariants: the byte before `start` is a flags byte, its low three bits name a class, and the class's header ends
/// with it. Either that byte is [`EMPTY`], or header and bytes are an allocation of `size(class, capacity)` bytes
/// that this string alone owns, with `0 < capacity`, `length <= capacity <= class.longest()`, and the first
/// `length` bytes from `start` on initialised. In class 5 the capacity is `Class::room(length)`, so a length of
/// 0 there is `EMPTY`, and only there.
pub struct Sds {
    start: NonNull<u8>,
}

// SAFETY: a string owns its bytes alone, and `EMPTY` is only read.
unsafe impl Send for Sds {}
// SAFETY: a shared string can only be read.
unsafe impl Sync for Sds {}

/// Bytes of an allocation.
#[inline]
const fn size(class: Class, capacity: usize) -> usize {
    class.header() + capacity
}

impl Sds {
    /// The empty string. Allocates nothing.
    #[inline]
    pub const fn new() -> Sds {
        // SAFETY: one byte behind the start of a static of one byte is its end, which is not null.
        Sds { start: unsafe { NonNull::new_unchecked((&raw const EMPTY).cast_mut().add(1)) } }
    }

    #[inline]
    fn flags(&self) -> u8 {
        // SAFETY: there is a flags byte before `start`, which nobody writes while `self` is borrowed.
        unsafe { self.start.sub(1).read() }
    }

    /// The class of the header. O(1).
    #[inline]
    pub fn class(&self) -> Class {
        Class::of_flags(self.flags())
    }

    /// The field of this class that begins `back` bytes before the string. Read at one stroke, since it may just have been
    /// written so: bytes put together would have to wait for one another.
    ///
    /// # Safety
    /// - The string's header is of this class, and has a field of `class.width()` bytes that begins there.
    #[inline]
    unsafe fn field(&self, class: Class, back: usize) -> usize {
        // SAFETY: the caller says that the bytes from `back` on are a field as wide as is read.
        unsafe {
            let field = self.start.sub(back);
            match class {
                Class::Bits5 => 0,
                Class::Bits8 => usize::from(field.read()),
                Class::Bits16 => usize::from(u16::from_le(field.cast().read_unaligned())),
                Class::Bits32 => u32::from_le(field.cast().read_unaligned()) as usize,
                Class::Bits64 => u64::from_le(field.cast().read_unaligned()) as usize,
            }
        }
    }

    /// Writes a number into the header.
    ///
    /// # Safety
    /// - As [`field`](Sds::field), and the header is owned.
    #[inline]
    unsafe fn write_field(&mut self, class: Class, back: usize, value: usize) {
        // SAFETY: the caller says that the bytes from `back` on are a field as wide as is written.
        unsafe {
            let field = self.start.sub(back);
            match class {
                Class::Bits5 => {}
                Class::Bits8 => field.write(value as u8),
                Class::Bits16 => field.cast().write_unaligned((value as u16).to_le()),
                Class::Bits32 => field.cast().write_unaligned((value as u32).to_le()),
                Class::Bits64 => field.cast().write_unaligned((value as u64).to_le()),
            }
        }
    }

    /// Number of bytes. O(1).
    #[inline]
    pub fn len(&self) -> usize {
        let flags = self.flags();
        match Class::of_flags(flags) {
            Class::Bits5 => usize::from(flags >> 3),
            // SAFETY: the header of every other class has its length at its front.
            class => unsafe { self.field(class, class.header()) },
        }
    }

    /// Number of bytes that fit without a move. O(1).
    #[inline]
    pub fn capacity(&self) -> usize {
        let flags = self.flags();
        match Class::of_flags(flags) {
            Class::Bits5 => Class::Bits5.room(usize::from(flags >> 3)),
            // SAFETY: the header of every other class has its capacity before the flags byte.
            class => unsafe { self.field(class, 1 + class.width()) },
        }
    }

    /// Header and bytes as they lie in memory. O(1).
    #[inline]
    pub fn image(&self) -> &[u8] {
        let header = self.class().header();
        // SAFETY: header and bytes lie in one allocation (or, where there are none, the header in a static), are
        // initialised, and nobody writes them while `self` is borrowed.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().sub(header), header + self.len()) }
    }

    /// Sets the length in the header.
    ///
    /// # Safety
    /// - The string owns an allocation of this class, and the first `len` bytes are initialised.
    /// - `len` is at most the capacity; in class 5, `len` gives the same capacity as the present length.
    #[inline]
    unsafe fn set_len(&mut self, class: Class, len: usize) {
        // SAFETY: the header is owned; its length is its first field, in class 5 the high bits of the flags.
        unsafe {
            match class {
                Class::Bits5 => self.start.sub(1).write((len as u8) << 3),
                _ => self.write_field(class, class.header(), len),
            }
        }
    }

    /// A string of this class and capacity that holds a copy of `bytes`.
    ///
    /// # Panics
    /// When the bytes do not fit, the class does not count that far, or (class 5) the capacity is not that of the length.
    pub(super) fn allocate(class: Class, capacity: usize, bytes: &[u8]) -> Result<Sds, AllocationError> {
        assert!(bytes.len() <= capacity && capacity <= class.longest(), "{} bytes, {class:?}", bytes.len());
        assert!(class != Class::Bits5 || capacity == class.room(bytes.len()), "class 5 of another capacity");
        if capacity == 0 {
            return Ok(Sds::new());
        }
        let error = AllocationError { bytes: size(class, capacity) };
        let layout = Layout::from_size_align(size(class, capacity), 1).map_err(|_| error)?;
        // SAFETY: the size is not 0.
        let Some(base) = NonNull::new(unsafe { alloc(layout) }) else { return Err(error) };
        // SAFETY: header and capacity fit into the fresh allocation, so the bytes, which are at most `capacity`, do too;
        // it cannot overlap with a slice that lives. All invariants hold once the header is written.
        unsafe {
            let mut fresh = Sds { start: base.add(class.header()) };
            fresh.start.as_ptr().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            fresh.start.sub(1).write(class as u8);
            fresh.write_field(class, 1 + class.width(), capacity);
            fresh.set_len(class, bytes.len());
            Ok(fresh)
        }
    }

    /// Moves to an allocation of this class and capacity. Changes nothing on failure.
    ///
    /// # Panics
    /// As [`Sds::allocate`].
    pub(super) fn set_room(&mut self, class: Class, capacity: usize) -> Result<(), AllocationError> {
        if class != self.class() || class == Class::Bits5 {
            *self = Sds::allocate(class, capacity, self)?;
            return Ok(());
        }
        assert!(
            self.len() <= capacity && 0 < capacity && capacity <= class.longest(),
            "{class:?} of {capacity}"
        );
        let error = AllocationError { bytes: size(class, capacity) };
        let fresh = Layout::from_size_align(size(class, capacity), 1).map_err(|_| error)?;
        let old = self.layout();
        // SAFETY: only class 5 may own nothing, so there is an allocation, which was made with this layout; the new size is
        // not 0 and no more than a layout allows. The header keeps its place, as do the bytes up to the length.
        unsafe {
            let base = self.start.sub(class.header());
            let Some(base) = NonNull::new(realloc(base.as_ptr(), old, fresh.size())) else {
                return Err(error);
            };
            self.start = base.add(class.header());
            self.write_field(class, 1 + class.width(), capacity);
        }
        Ok(())
    }

    /// The layout of the allocation. Of the empty string that owns nothing it means nothing.
    #[inline]
    fn layout(&self) -> Layout {
        // SAFETY: an allocation of this size was made, with this alignment.
        unsafe { Layout::from_size_align_unchecked(size(self.class(), self.capacity()), 1) }
    }

    /// Appends bytes if there is room; says whether there was. O(their number).
    #[inline]
    pub(super) fn append_within(&mut self, bytes: &[u8]) -> bool {
        let (class, len) = (self.class(), self.len());
        if self.capacity() - len < bytes.len() {
            return false;
        }
        if !bytes.is_empty() {
            // SAFETY: there is a capacity above 0, hence an owned allocation, and room in it behind the length; `bytes`
            // cannot be part of what is borrowed mutably. In class 5 a length up to the capacity gives the same capacity.
            unsafe {
                self.start.as_ptr().add(len).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
                self.set_len(class, len + bytes.len());
            }
        }
        true
    }

    /// Appends zeros for which there is room, and returns them. O(their number).
    ///
    /// # Panics
    /// Where there is not.
    #[inline]
    pub(super) fn gap_within(&mut self, more: usize) -> &mut [u8] {
        let (class, len) = (self.class(), self.len());
        assert!(more <= self.capacity() - len, "no room");
        if more == 0 {
            return &mut [];
        }
        // SAFETY: as in `append_within`; the bytes are initialised before the length covers them.
        unsafe {
            self.start.add(len).write_bytes(0, more);
            self.set_len(class, len + more);
        }
        &mut self[len..]
    }

    /// Sets the length to `len`, which is below the present one. O(1), in class 5 O(length).
    #[inline]
    pub(super) fn shorten(&mut self, len: usize) {
        let class = self.class();
        assert!(len < self.len(), "not shorter");
        if class == Class::Bits5 && class.room(len) != self.capacity() {
            *self = Sds::from(&self[..len]);
            return;
        }
        // SAFETY: the length is above 0, so an allocation is owned; the first `len` bytes stay initialised. In class 5 the
        // capacity was compared.
        unsafe { self.set_len(class, len) };
    }

    /// Whether nothing is owned. O(1).
    #[inline]
    pub(super) fn is_unallocated(&self) -> bool {
        self.flags() == 0
    }
}

impl Deref for Sds {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        // SAFETY: the first `len` bytes are initialised, and nobody writes them while `self` is borrowed.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len()) }
    }
}

impl DerefMut for Sds {
    #[inline]
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: the first `len` bytes are initialised and this borrow is the only one; an empty slice allows no write.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len()) }
    }
}

impl Drop for Sds {
    #[inline]
    fn drop(&mut self) {
        if !self.is_unallocated() {
            // SAFETY: the allocation begins where the header does, was made with this layout, is ours, and is not used
            // again.
            unsafe { dealloc(self.start.sub(self.class().header()).as_ptr(), self.layout()) };
        }
    }
}
