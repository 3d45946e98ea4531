//! The unsafe core of the map: a field and its value behind one word.

#![expect(
    unsafe_code,
    reason = "a word that is either a pointer with lengths in its spare bits or the bytes themselves"
)]

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::{self, NonNull};
use std::slice;

use crate::dict::{Slot, prefetch_line};

/// Field and value stand in the word itself.
const INLINE: usize = 1;
/// The lengths stand in front of the bytes, since they do not fit into the word.
const LONG: usize = 2;
/// An expiry stands in front of the bytes.
const VOLATILE: usize = 4;

/// Field and value together, in bytes, that fit into the word.
pub const INLINE_MAX: usize = 7;
/// Length of a field, and of a value, that fits into a pointer's upper bits.
pub const SHORT_MAX: usize = 255;

const ALIGN: usize = 8;
const FIELD_SHIFT: u32 = 48;
const VALUE_SHIFT: u32 = 56;
const ADDRESS_BITS: usize = (1 << FIELD_SHIFT) - 1;
/// Where an inline pair's bytes begin in memory: after the byte that has the lowest bits, or before it.
const INLINE_START: usize = if cfg!(target_endian = "little") { 1 } else { 0 };
/// Where the byte that has the lowest bits is in memory.
const LOW_BYTE: usize = if cfg!(target_endian = "little") { 0 } else { 7 };

const LENGTHS: usize = 8;
const EXPIRY: usize = 8;

/// A field with its value and perhaps an expiry, as one word; see the [module's page](super).
///
/// Invariants that every block below leans on:
/// - with [`INLINE`], the word has no provenance and holds two lengths whose sum is at most [`INLINE_MAX`];
/// - otherwise [`Pair::block`] points to a live allocation of [`Pair::layout`], owned by this value alone, in which
///   the expiry (if volatile), the lengths (if long), and as many bytes as the lengths say are initialised.
pub struct Pair {
    word: *mut u8,
}

const _: () = assert!(size_of::<Pair>() == 8);

// SAFETY: a pair owns its block; nothing is shared.
unsafe impl Send for Pair {}
// SAFETY: shared access only reads.
unsafe impl Sync for Pair {}

/// What an allocation of this many bytes is rounded up to: the size classes that general-purpose allocators of today
/// agree on. Values of one class replace each other in place.
fn size_class(bytes: usize) -> usize {
    if bytes <= 128 {
        bytes.next_multiple_of(16)
    } else {
        bytes.next_multiple_of(bytes.next_power_of_two() / 8)
    }
}

/// Bytes of a block's fixed part.
#[inline]
fn front(bits: usize) -> usize {
    (if bits & LONG != 0 { LENGTHS } else { 0 }) + (if bits & VOLATILE != 0 { EXPIRY } else { 0 })
}

/// Bytes allocated for a pair that is not inline.
fn block_size(bits: usize, field: usize, value: usize) -> usize {
    size_class(front(bits) + field + value)
}

/// What kind of pair holds so much.
fn bits_for(field: usize, value: usize, volatile: bool) -> usize {
    match (volatile, field <= SHORT_MAX && value <= SHORT_MAX) {
        (false, _) if field + value <= INLINE_MAX => INLINE,
        (_, short) => (if short { 0 } else { LONG }) | (if volatile { VOLATILE } else { 0 }),
    }
}

impl Pair {
    /// A pair of these bytes; `expiry` in milliseconds of the owner's clock. O(field + value).
    ///
    /// # Panics
    /// If field or value is 4 GiB or longer.
    pub fn new(field: &[u8], value: &[u8], expiry: Option<i64>) -> Pair {
        let bits = bits_for(field.len(), value.len(), expiry.is_some());
        if bits & INLINE != 0 {
            return Pair::inline(field, value);
        }
        let pair = Pair::allocate(bits, field.len(), value.len());
        // SAFETY: the block is fresh, so nothing overlaps it, and has room for the fixed part and the bytes; the
        // expiry is at offset 0 of an 8-aligned block.
        unsafe {
            if let Some(expiry) = expiry {
                pair.block().cast::<i64>().write(expiry);
            }
            let bytes = pair.block().add(front(pair.bits()));
            ptr::copy_nonoverlapping(field.as_ptr(), bytes, field.len());
            ptr::copy_nonoverlapping(value.as_ptr(), bytes.add(field.len()), value.len());
        }
        pair
    }

    /// A pair whose bytes stand in the word.
    fn inline(field: &[u8], value: &[u8]) -> Pair {
        let mut bytes = [0; 8];
        bytes[LOW_BYTE] = (INLINE | field.len() << 1 | value.len() << 4) as u8;
        let room = &mut bytes[INLINE_START..INLINE_START + INLINE_MAX];
        room[..field.len()].copy_from_slice(field);
        room[field.len()..field.len() + value.len()].copy_from_slice(value);
        Pair { word: ptr::without_provenance_mut(usize::from_ne_bytes(bytes)) }
    }

    /// A block whose lengths are written and whose other parts are not initialised yet.
    fn allocate(bits: usize, field: usize, value: usize) -> Pair {
        let lengths = (u32::try_from(field), u32::try_from(value));
        let (Ok(field_len), Ok(value_len)) = lengths else { panic!("a field or value of 4 GiB or more") };
        let size = block_size(bits, field, value);
        let Ok(layout) = Layout::from_size_align(size, ALIGN) else { panic!("a pair of {size} bytes") };
        // SAFETY: the size is above 0: at least an expiry, the lengths, or more bytes than an inline pair holds.
        let Some(block) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        let block = block.as_ptr();
        if bits & LONG != 0 {
            // SAFETY: the lengths stand behind the expiry, inside the block and aligned to eight.
            unsafe { block.add(front(bits) - LENGTHS).cast::<[u32; 2]>().write([field_len, value_len]) };
            return Pair { word: block.map_addr(|address| address | bits) };
        }
        if block.addr() & !ADDRESS_BITS != 0 {
            // An address that needs the upper bits itself: no system gives one unasked, but none promises it.
            // SAFETY: just allocated with this layout.
            unsafe { dealloc(block, layout) };
            return Pair::allocate(bits | LONG, field, value);
        }
        Pair { word: block.map_addr(|address| address | bits | field << FIELD_SHIFT | value << VALUE_SHIFT) }
    }

    /// What kind of pair it is; an inline one has lengths where the other two bits would be.
    #[inline]
    fn bits(&self) -> usize {
        let word = self.word.addr();
        if word & INLINE != 0 { INLINE } else { word & (LONG | VOLATILE) }
    }

    #[inline]
    fn is_inline(&self) -> bool {
        self.word.addr() & INLINE != 0
    }

    /// The block of a pair that is not inline.
    #[inline]
    fn block(&self) -> *mut u8 {
        let mask = if self.bits() & LONG != 0 { !(ALIGN - 1) } else { ADDRESS_BITS & !(ALIGN - 1) };
        self.word.map_addr(|address| address & mask)
    }

    /// Lengths of field and value.
    #[inline]
    fn lengths(&self) -> (usize, usize) {
        let word = self.word.addr();
        if word & INLINE != 0 {
            return (word >> 1 & 7, word >> 4 & 7);
        }
        if word & LONG != 0 {
            // SAFETY: a long pair's lengths are initialised, behind the expiry.
            let [field, value] = unsafe { *self.block().add(front(word) - LENGTHS).cast::<[u32; 2]>() };
            return (field as usize, value as usize);
        }
        (word >> FIELD_SHIFT & 0xff, word >> VALUE_SHIFT & 0xff)
    }

    /// Where field and value stand, one after the other.
    #[inline]
    fn bytes(&self) -> *const u8 {
        if self.is_inline() {
            return ptr::from_ref(self).cast::<u8>().wrapping_add(INLINE_START);
        }
        self.block().wrapping_add(front(self.bits()))
    }

    /// Field and value. O(1).
    #[inline]
    pub fn parts(&self) -> (&[u8], &[u8]) {
        let (field, value) = self.lengths();
        let bytes = self.bytes();
        // SAFETY: that many bytes are initialised, in the block or in the word, and live as long as the pair, which
        // is borrowed.
        unsafe { (slice::from_raw_parts(bytes, field), slice::from_raw_parts(bytes.add(field), value)) }
    }

    /// The field. O(1).
    #[inline]
    pub fn field(&self) -> &[u8] {
        self.parts().0
    }

    /// The value. O(1).
    #[inline]
    pub fn value(&self) -> &[u8] {
        self.parts().1
    }

    /// Whether the field is this one. Where the lengths differ, the block of most pairs is not read.
    #[inline]
    pub(super) fn is(&self, field: &[u8]) -> bool {
        self.lengths().0 == field.len() && self.field() == field
    }

    /// Whether the two are one and the same pair: equal only if they share their block, or are equal inline.
    #[inline]
    pub(super) fn same(&self, word: usize) -> bool {
        self.word.addr() == word
    }

    /// What [`same`](Self::same) compares with.
    #[inline]
    pub(super) fn word(&self) -> usize {
        self.word.addr()
    }

    /// When the field expires, in the owner's milliseconds. O(1).
    #[inline]
    pub fn expiry(&self) -> Option<i64> {
        // SAFETY: a volatile pair's block begins with an initialised expiry.
        (self.bits() & VOLATILE != 0).then(|| unsafe { self.block().cast::<i64>().read() })
    }

    fn layout(&self) -> Layout {
        let (field, value) = self.lengths();
        match Layout::from_size_align(block_size(self.bits(), field, value), ALIGN) {
            Ok(layout) => layout,
            Err(_) => unreachable!("the block was allocated with this layout"),
        }
    }

    /// Bytes allocated for the pair beside its word. O(1).
    #[inline]
    pub fn allocated(&self) -> usize {
        if self.is_inline() { 0 } else { self.layout().size() }
    }

    /// Replaces the value and keeps field and expiry: in place where the block stays as large as it is, else the pair
    /// moves. O(value), or O(field + value).
    ///
    /// # Panics
    /// If the value is 4 GiB or longer.
    pub(super) fn set_value(&mut self, value: &[u8]) {
        let bits = self.bits();
        let (field, old) = self.lengths();
        let stays = bits & INLINE == 0
            && bits_for(field, value.len(), bits & VOLATILE != 0) == bits
            && block_size(bits, field, value.len()) == block_size(bits, field, old);
        if !stays {
            *self = Pair::new(self.field(), value, self.expiry());
            return;
        }
        // SAFETY: the block has room for the new value behind the field, since its size is that of the new lengths;
        // `value` cannot be part of this pair, which is borrowed mutably.
        unsafe {
            ptr::copy_nonoverlapping(value.as_ptr(), self.block().add(front(bits) + field), value.len())
        };
        if bits & LONG != 0 {
            // SAFETY: as in `lengths`; the kind was chosen for the new lengths, which hence fit.
            unsafe {
                let lengths = self.block().add(front(bits) - LENGTHS).cast::<[u32; 2]>();
                (*lengths)[1] = value.len() as u32;
            }
        } else {
            self.word = self.word.map_addr(|word| word & !(0xff << VALUE_SHIFT) | value.len() << VALUE_SHIFT);
        }
    }

    /// Sets or clears the expiry: in place if there was one and is one, else the pair moves, O(field + value).
    pub(super) fn set_expiry(&mut self, expiry: Option<i64>) {
        match expiry {
            // SAFETY: a volatile pair's block begins with the expiry; `&mut self` makes the write exclusive.
            Some(expiry) if self.bits() & VOLATILE != 0 => unsafe {
                self.block().cast::<i64>().write(expiry)
            },
            _ if expiry == self.expiry() => {}
            _ => {
                let (field, value) = self.parts();
                *self = Pair::new(field, value, expiry);
            }
        }
    }
}

impl Drop for Pair {
    #[inline]
    fn drop(&mut self) {
        if !self.is_inline() {
            // SAFETY: the block was allocated with this layout, is ours, and is not used again.
            unsafe { dealloc(self.block(), self.layout()) };
        }
    }
}

impl Slot for Pair {
    #[inline]
    fn prefetch(&self) {
        if !self.is_inline() {
            prefetch_line(self.block());
        }
    }
}
