//! The record's block: where each field stands, and the only code that touches it through a pointer.

use super::{INLINE_KEY_MAX, INLINE_MAX, Payload, PayloadMut, TAGS, Value};
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;

const ALIGN: usize = 8;
const FIXED: usize = 8;
const EXPIRY: usize = 8;
const INT: usize = 8;

// The word behind the header: the key's length, and of an inline record what else has to be known.
const KEY_LEN_BITS: u32 = 19;
const VALUE_LEN_BITS: u32 = 11;
const KEY_LEN_MASK: u32 = (1 << KEY_LEN_BITS) - 1;
const VALUE_LEN_MASK: u32 = (1 << VALUE_LEN_BITS) - 1;
const SLACK_SHIFT: u32 = KEY_LEN_BITS + VALUE_LEN_BITS;
/// The most size classes that an inline record's block may be larger than it needs.
const SLACK_MAX: u32 = (1 << (u32::BITS - SLACK_SHIFT)) - 1;
const _: () = assert!(INLINE_KEY_MAX <= KEY_LEN_MASK as usize && INLINE_MAX <= VALUE_LEN_MASK as usize);

const CLOCK_MASK: u32 = 0x00FF_FFFF;
const KIND_SHIFT: u32 = 24;
const KIND_MASK: u32 = 0b11 << KIND_SHIFT;
const VOLATILE: u32 = 1 << 26;
const TAG_SHIFT: u32 = 27;

#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
enum Kind {
    Int = 0,
    Inline = 1,
    Owned = 2,
}

/// A key with its value, as one pointer. See the [module's page](super) for the layout.
///
/// Invariants that every block below leans on:
/// - `block` points to a live allocation of [`Record::layout`], aligned to eight, owned by this value alone;
/// - header, key length and (if volatile) expiry are initialised, and so are payload, key and inline bytes;
/// - an `Owned` payload holds a valid `T`, whose alignment is at most eight.
pub struct Record<T> {
    block: NonNull<u8>,
    owns: PhantomData<T>,
}

// SAFETY: a record owns its block and its `T`; nothing is shared.
unsafe impl<T: Send> Send for Record<T> {}
// SAFETY: shared access only reads.
unsafe impl<T: Sync> Sync for Record<T> {}

/// Rounds a request up to the size classes that general-purpose allocators of today agree on: multiples of
/// sixteen up to 128, then four steps in each doubling. What would be lost to rounding becomes room to grow.
fn size_class(bytes: usize) -> usize {
    if bytes <= 128 {
        bytes.next_multiple_of(16)
    } else {
        bytes.next_multiple_of(bytes.next_power_of_two() / 8)
    }
}

/// The size class that comes that many classes after the one of `bytes`.
fn class_after(bytes: usize, steps: u32) -> usize {
    (0..steps).fold(size_class(bytes), |size, _| size_class(size + 1))
}

/// The word of an inline record.
fn inline_word(key_len: usize, value_len: usize, slack: u32) -> u32 {
    key_len as u32 | (value_len as u32) << KEY_LEN_BITS | slack << SLACK_SHIFT
}

impl<T> Record<T> {
    const FITS: () =
        assert!(align_of::<T>() <= ALIGN, "a record's value may not need more than 8-byte alignment");

    /// Makes a record. `tag` is the owner's (below [`TAGS`]), `expiry` in milliseconds of whatever clock the
    /// owner uses. O(key + value).
    ///
    /// # Panics
    /// If the key is 4 GiB or longer, the tag is out of range, or an inline value does not
    /// [fit](super::fits_inline).
    pub fn new(key: &[u8], tag: u8, expiry: Option<i64>, value: Value<'_, T>) -> Self {
        let () = Self::FITS;
        assert!(tag < TAGS, "tag out of range");
        let key_len = u32::try_from(key.len()).expect("a key is shorter than 4 GiB");
        let (kind, behind) = match &value {
            Value::Int(_) => (Kind::Int, 0),
            Value::Inline(bytes) => {
                assert!(bytes.len() <= INLINE_MAX && key.len() <= INLINE_KEY_MAX, "does not fit inline");
                (Kind::Inline, bytes.len())
            }
            Value::Owned(_) => (Kind::Owned, 0),
        };
        let mut header = (tag as u32) << TAG_SHIFT | (kind as u32) << KIND_SHIFT;
        if expiry.is_some() {
            header |= VOLATILE;
        }
        let front = Self::key_offset(header);
        let exact = front + key.len() + behind;
        let size = if kind == Kind::Inline { size_class(exact) } else { exact };
        let layout =
            Layout::from_size_align(size, ALIGN).expect("a record is smaller than the address space");
        // SAFETY: the size is at least the eight bytes of header and key length.
        let Some(block) = NonNull::new(unsafe { alloc(layout) }) else { handle_alloc_error(layout) };
        let record = Record { block, owns: PhantomData };
        // SAFETY: all offsets stay below `size`, computed from the same parts; the block is fresh, so nothing
        // overlaps and nothing is dropped. Words are at multiples of their size from an 8-aligned base.
        unsafe {
            record.at::<u32>(0).write(header);
            record.at::<u32>(4).write(key_len);
            if let Some(at) = expiry {
                record.at::<i64>(FIXED).write(at);
            }
            let payload = Self::payload_offset(header);
            match value {
                Value::Int(value) => record.at::<i64>(payload).write(value),
                Value::Inline(bytes) => {
                    record.at::<u32>(4).write(inline_word(key.len(), bytes.len(), 0));
                    ptr::copy_nonoverlapping(bytes.as_ptr(), record.at(front + key.len()), bytes.len());
                }
                Value::Owned(value) => record.at::<T>(payload).write(value),
            }
            ptr::copy_nonoverlapping(key.as_ptr(), record.at(front), key.len());
        }
        record
    }

    #[inline]
    fn payload_offset(header: u32) -> usize {
        FIXED + if header & VOLATILE != 0 { EXPIRY } else { 0 }
    }

    #[inline]
    fn key_offset(header: u32) -> usize {
        Self::payload_offset(header)
            + match header & KIND_MASK {
                k if k == (Kind::Int as u32) << KIND_SHIFT => INT,
                k if k == (Kind::Inline as u32) << KIND_SHIFT => 0,
                _ => size_of::<T>(),
            }
    }

    /// A typed pointer `offset` bytes into the block.
    #[inline]
    fn at<U>(&self, offset: usize) -> *mut U {
        self.block.as_ptr().wrapping_add(offset).cast()
    }

    #[inline]
    fn header(&self) -> u32 {
        // SAFETY: the header is initialised (invariant).
        unsafe { *self.at::<u32>(0) }
    }

    #[inline]
    fn set_header(&mut self, header: u32) {
        // SAFETY: as above; `&mut self` makes the write exclusive.
        unsafe { *self.at::<u32>(0) = header }
    }

    #[inline]
    fn kind(&self) -> Kind {
        match (self.header() & KIND_MASK) >> KIND_SHIFT {
            0 => Kind::Int,
            1 => Kind::Inline,
            _ => Kind::Owned,
        }
    }

    /// The word behind the header.
    #[inline]
    fn word(&self) -> u32 {
        // SAFETY: the key length is initialised (invariant).
        unsafe { *self.at::<u32>(4) }
    }

    #[inline]
    fn key_len(&self) -> usize {
        let inline = self.header() & KIND_MASK == (Kind::Inline as u32) << KIND_SHIFT;
        (self.word() & if inline { KEY_LEN_MASK } else { u32::MAX }) as usize
    }

    /// The length of an inline record's value.
    #[inline]
    fn value_len(&self) -> usize {
        (self.word() >> KEY_LEN_BITS & VALUE_LEN_MASK) as usize
    }

    fn layout(&self) -> Layout {
        let size = if self.kind() == Kind::Inline {
            let exact = Self::key_offset(self.header()) + self.key_len() + self.value_len();
            class_after(exact, self.word() >> SLACK_SHIFT)
        } else {
            Self::key_offset(self.header()) + self.key_len()
        };
        Layout::from_size_align(size, ALIGN).expect("the block was allocated with this layout")
    }

    /// The key. O(1).
    #[inline]
    pub fn key(&self) -> &[u8] {
        // SAFETY: `key_len` bytes at the key's offset are initialised (invariant).
        unsafe { slice::from_raw_parts(self.at(Self::key_offset(self.header())), self.key_len()) }
    }

    /// The owner's tag.
    #[inline]
    pub fn tag(&self) -> u8 {
        (self.header() >> TAG_SHIFT) as u8
    }

    /// Changes the tag alone.
    #[inline]
    pub fn set_tag(&mut self, tag: u8) {
        assert!(tag < TAGS, "tag out of range");
        self.set_header(self.header() & !(u32::MAX << TAG_SHIFT) | (tag as u32) << TAG_SHIFT);
    }

    /// The 24-bit access clock.
    #[inline]
    pub fn clock(&self) -> u32 {
        self.header() & CLOCK_MASK
    }

    /// Sets the access clock; bits above the 24th are ignored.
    #[inline]
    pub fn set_clock(&mut self, clock: u32) {
        self.set_header(self.header() & !CLOCK_MASK | clock & CLOCK_MASK);
    }

    /// When the record expires, in the owner's milliseconds.
    #[inline]
    pub fn expiry(&self) -> Option<i64> {
        // SAFETY: a volatile record has an initialised expiry (invariant).
        (self.header() & VOLATILE != 0).then(|| unsafe { *self.at::<i64>(FIXED) })
    }

    /// What the record holds.
    #[inline]
    pub fn payload(&self) -> Payload<'_, T> {
        let offset = Self::payload_offset(self.header());
        // SAFETY: the payload of this kind is initialised, inline bytes stand behind the key (invariant).
        unsafe {
            match self.kind() {
                Kind::Int => Payload::Int(*self.at::<i64>(offset)),
                Kind::Inline => {
                    Payload::Inline(slice::from_raw_parts(self.at(offset + self.key_len()), self.value_len()))
                }
                Kind::Owned => Payload::Owned(&*self.at::<T>(offset)),
            }
        }
    }

    /// What the record holds, to be changed in place.
    #[inline]
    pub fn payload_mut(&mut self) -> PayloadMut<'_, T> {
        let offset = Self::payload_offset(self.header());
        // SAFETY: as in `payload`, and `&mut self` makes the access exclusive.
        unsafe {
            match self.kind() {
                Kind::Int => PayloadMut::Int(&mut *self.at::<i64>(offset)),
                Kind::Inline => {
                    let start = self.at(offset + self.key_len());
                    PayloadMut::Inline(slice::from_raw_parts_mut(start, self.value_len()))
                }
                Kind::Owned => PayloadMut::Owned(&mut *self.at::<T>(offset)),
            }
        }
    }

    /// Replaces tag and value, keeping key, expiry and clock. In place where kind and allocation allow it,
    /// else the record moves. O(value), or O(key + value) if it moves.
    pub fn set(&mut self, tag: u8, value: Value<'_, T>) {
        let slack = match &value {
            Value::Inline(new) => self.slack_with(new.len()),
            _ => None,
        };
        match (self.payload_mut(), value) {
            (PayloadMut::Int(old), Value::Int(new)) => *old = new,
            (PayloadMut::Owned(old), Value::Owned(new)) => *old = new,
            (PayloadMut::Inline(_), Value::Inline(new)) if slack.is_some() => {
                let slack = slack.unwrap_or_default();
                let (offset, key_len) = (Self::key_offset(self.header()), self.key_len());
                // SAFETY: the allocation has room for `new` behind the key (`slack_with`), and `new` cannot be
                // part of this record, which is borrowed mutably.
                unsafe {
                    *self.at::<u32>(4) = inline_word(key_len, new.len(), slack);
                    ptr::copy_nonoverlapping(new.as_ptr(), self.at(offset + key_len), new.len());
                }
            }
            (_, value) => {
                let clock = self.clock();
                *self = Record::new(self.key(), tag, self.expiry(), value);
                self.set_clock(clock);
                return;
            }
        }
        self.set_tag(tag);
    }

    /// By how many size classes the block is larger than it has to be with an inline value of that length; `None` if it is
    /// too small, too large to be remembered, or not of an inline record.
    fn slack_with(&self, value_len: usize) -> Option<u32> {
        if self.kind() != Kind::Inline || value_len > INLINE_MAX {
            return None;
        }
        let (allocated, front) = (self.allocated(), Self::key_offset(self.header()) + self.key_len());
        (0..=SLACK_MAX).find(|steps| class_after(front + value_len, *steps) == allocated)
    }

    /// Sets or clears the expiry. In place if the record already has one and keeps one, else it moves:
    /// O(key + inline value).
    pub fn set_expiry(&mut self, expiry: Option<i64>) {
        match (self.header() & VOLATILE != 0, expiry) {
            // SAFETY: a volatile record has the eight bytes of an expiry (invariant).
            (true, Some(at)) => unsafe { *self.at::<i64>(FIXED) = at },
            (false, None) => {}
            _ => {
                let old = std::mem::ManuallyDrop::new(self.moved(self.key(), expiry));
                // `moved` took the payload out of the old block, which is now freed without dropping it.
                let new = Record { block: old.block, owns: PhantomData };
                let stale = std::mem::replace(self, new);
                stale.free_block();
            }
        }
    }

    /// The same value under another key, keeping tag and clock; the expiry is `expiry`. O(key + inline value).
    pub fn with_key(self, key: &[u8], expiry: Option<i64>) -> Self {
        let new = self.moved(key, expiry);
        self.free_block();
        new
    }

    /// Moves the record into another block, which the allocator chooses anew. O(key + inline value).
    pub fn relocate(&mut self) {
        let new = self.moved(self.key(), self.expiry());
        std::mem::replace(self, new).free_block();
    }

    /// A new record with this one's payload moved into it. The caller must free this record's block without
    /// dropping the payload.
    fn moved(&self, key: &[u8], expiry: Option<i64>) -> Self {
        let value = match self.payload() {
            Payload::Int(value) => Value::Int(value),
            Payload::Inline(bytes) => Value::Inline(bytes),
            // SAFETY: the payload is a valid `T`; the caller gives up the original.
            Payload::Owned(value) => Value::Owned(unsafe { ptr::read(value) }),
        };
        let mut new = Record::new(key, self.tag(), expiry, value);
        new.set_clock(self.clock());
        new
    }

    /// Frees the block and forgets the payload.
    fn free_block(self) {
        let layout = self.layout();
        let block = self.block;
        std::mem::forget(self);
        // SAFETY: the block was allocated with this layout and `self` is forgotten.
        unsafe { dealloc(block.as_ptr(), layout) }
    }

    /// Takes an owned payload out of the record, which ends with it; `None` for the other kinds. This is how
    /// a large value leaves for another thread to be freed.
    pub fn into_owned(self) -> Option<T> {
        let value = match self.payload() {
            // SAFETY: the payload is a valid `T`, read once: the block is then freed without dropping it.
            Payload::Owned(value) => unsafe { ptr::read(value) },
            _ => return None,
        };
        self.free_block();
        Some(value)
    }

    /// Bytes allocated for the record itself, without what an owned value holds elsewhere.
    #[inline]
    pub fn allocated(&self) -> usize {
        self.layout().size()
    }

    /// Asks the processor to fetch the record's first cache line. A hint: it changes nothing else.
    #[inline]
    pub fn prefetch(&self) {
        crate::dict::prefetch_line(self.at(0));
    }
}

impl<T> Drop for Record<T> {
    fn drop(&mut self) {
        let layout = self.layout();
        // SAFETY: an owned payload is a valid `T`, dropped once; the block was allocated with this layout.
        unsafe {
            if self.kind() == Kind::Owned {
                self.at::<T>(Self::payload_offset(self.header())).drop_in_place();
            }
            dealloc(self.block.as_ptr(), layout);
        }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("key", &String::from_utf8_lossy(self.key()))
            .field("tag", &self.tag())
            .field("expiry", &self.expiry())
            .field("payload", &self.payload())
            .finish()
    }
}
