//! A stack as addresses: taken inside of a handler, read outside.

use std::ffi::CStr;
use std::fmt::Write as _;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};

/// The most frames that are kept.
const DEPTH: usize = 100;
/// A stack that has been asked for and was not taken yet.
const PENDING: usize = usize::MAX;

/// Room for the stack of one thread.
pub(super) struct Slot {
    /// The thread that is to fill it, 0 if none.
    pub(super) thread: AtomicI32,
    /// The instruction that the handler has interrupted, 0 if none is known.
    interrupted: AtomicUsize,
    length: AtomicUsize,
    frames: [AtomicUsize; DEPTH],
}

/// The stack of the thread that has faulted.
pub(super) static OWN: Slot = Slot::new();

/// The frames of a thread, the innermost first, those of the handler among them: see `interrupted`.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    /// The kernel's number of the thread.
    pub thread: i32,
    /// The instruction that it ran when it was interrupted, if it was: what comes before it are the frames of the handler.
    pub interrupted: Option<usize>,
    /// Where each frame goes on.
    pub frames: Vec<usize>,
}

impl Slot {
    pub(super) const fn new() -> Self {
        Slot {
            thread: AtomicI32::new(0),
            interrupted: AtomicUsize::new(0),
            length: AtomicUsize::new(0),
            frames: [const { AtomicUsize::new(0) }; DEPTH],
        }
    }

    /// Makes it ready for that thread.
    pub(super) fn reserve(&self, thread: i32) {
        self.length.store(PENDING, SeqCst);
        self.thread.store(thread, SeqCst);
    }

    /// Nobody is to fill it any more.
    pub(super) fn release(&self) {
        self.thread.store(0, SeqCst);
    }

    /// Takes the stack of the thread that calls. Async-signal-safe, as far as the system's unwinder is: it reads tables that
    /// are mapped, and takes no lock since glibc 2.35.
    #[inline(never)]
    pub(super) fn capture(&self, interrupted: Option<usize>) {
        let mut length = 0;
        self.interrupted.store(interrupted.unwrap_or(0), SeqCst);
        // SAFETY: what may not run at the same time is the crate's cache for symbols; walking a stack does not touch it.
        unsafe {
            backtrace::trace_unsynchronized(|frame| {
                self.frames[length].store(frame.ip() as usize, SeqCst);
                length += 1;
                length < DEPTH
            });
        }
        self.length.store(length, SeqCst);
    }

    /// Whether the stack was taken.
    pub(super) fn is_full(&self) -> bool {
        self.length.load(SeqCst) != PENDING
    }

    /// The stack of that thread, once it was taken.
    pub(super) fn stack(&self, thread: i32) -> Option<Stack> {
        let length = self.length.load(SeqCst);
        let interrupted = Some(self.interrupted.load(SeqCst)).filter(|&address| address != 0);
        let frames = self.frames.get(..length)?.iter().map(|frame| frame.load(SeqCst)).collect();
        Some(Stack { thread, interrupted, frames })
    }

    /// Writes the addresses, one a line. Async-signal-safe if `say` is.
    pub(super) fn write_addresses(&self, say: fn(&str)) {
        let length = self.length.load(SeqCst).min(DEPTH);
        for frame in &self.frames[..length] {
            let mut line = Line::default();
            let _ = write!(line, "[{:#x}]", frame.load(SeqCst));
            say(line.text());
        }
    }
}

/// The stack that stands in [`OWN`].
pub(super) fn own(thread: i32) -> Stack {
    OWN.stack(thread).unwrap_or(Stack { thread, interrupted: None, frames: Vec::new() })
}

/// A short text without an allocation.
#[derive(Default)]
struct Line {
    bytes: [u8; 32],
    length: usize,
}

impl Line {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

impl std::fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = self.bytes.get_mut(self.length..self.length + text.len()).ok_or(std::fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}

/// A program or a library that is mapped into the process.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    /// Its file.
    pub path: PathBuf,
    /// Where it begins.
    pub base: usize,
}

/// What is mapped at an address. Not for handlers.
pub(crate) fn module_of(address: usize) -> Option<Module> {
    let mut info = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: any address may be asked for; the answer is written if there is one, and then its name is a C string that lives
    // as long as the module is mapped, which is for ever: nothing unmaps one.
    unsafe {
        if libc::dladdr(address as *const libc::c_void, info.as_mut_ptr()) == 0 {
            return None;
        }
        let info = info.assume_init();
        if info.dli_fname.is_null() {
            return None;
        }
        let name = std::ffi::OsStr::from_bytes(CStr::from_ptr(info.dli_fname).to_bytes());
        Some(Module { path: name.into(), base: info.dli_fbase as usize })
    }
}
