//! The only unsafe code of the SDK: calling the server's functions, and being called by it.
#![expect(unsafe_code, reason = "this is where the other side is met")]

#[doc(hidden)]
pub mod export;

use crate::declare::Command;
use crate::error::{Error, Kind};
use crate::{Args, Context};
use russet_plugin_abi as abi;
use russet_plugin_abi::{Call, Host, Plugin, Slice, Status};
use std::ffi::c_void;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicPtr, Ordering};

static HOST: AtomicPtr<Host> = AtomicPtr::new(std::ptr::null_mut());
static PLUGIN: AtomicPtr<Plugin> = AtomicPtr::new(std::ptr::null_mut());

/// The command that runs. It stands for the server's permission to be asked about it, so it is made in one place and lives
/// as long as the command.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'c> {
    call: *mut Call,
    host: &'static Host,
    _lives: PhantomData<&'c ()>,
}

/// A table of the server's functions.
macro_rules! table {
    ($($name:ident: $type:ident),* $(,)?) => {
        $(
            #[inline]
            fn $name(self) -> &'static abi::$type {
                // SAFETY: the server's tables stay where they are while the plugin is loaded, and those of its own major
                // version are at least as long as ours.
                unsafe { &*self.host.$name }
            }
        )*
    };
}

/// Turns a status into a result.
#[inline]
fn done(status: Status) -> Result<(), Error> {
    if status == abi::OK { Ok(()) } else { Err(Error(Kind::Kept(status))) }
}

/// The bytes that the server gave out.
///
/// # Safety
/// They stay as they are for as long as `'a`.
#[inline]
unsafe fn lent<'a>(slice: Slice) -> Option<&'a [u8]> {
    // SAFETY: the caller's promise; the server's slices are whole.
    (!slice.data.is_null()).then(|| unsafe { std::slice::from_raw_parts(slice.data.cast(), slice.len) })
}

// SAFETY, for all calls of this block: the pointer is that of the call that runs, for `'c` says so; the functions are the
// server's, with the signatures of the header; what is passed can be read, and what is given out is written to locals.
impl<'c> Raw<'c> {
    table! { args: Args, reply: Reply, keys: Keys, calls: Calls }

    pub(crate) fn count(self) -> usize {
        // SAFETY: see above.
        unsafe { (self.args().count)(self.call) }
    }

    pub(crate) fn word(self, index: usize) -> Option<&'c [u8]> {
        // SAFETY: see above; words stay while the command runs.
        unsafe { lent((self.args().get)(self.call, index)) }
    }

    /// Runs one of the reply functions.
    #[inline]
    pub(crate) fn answer(self, with: impl FnOnce(&'static abi::Reply) -> Answering) -> Result<(), Error> {
        let answering = with(self.reply());
        // SAFETY: see above.
        done(unsafe {
            match answering {
                Answering::Nothing(write) => write(self.call),
                Answering::Int(write, value) => write(self.call, value),
                Answering::Real(write, value) => write(self.call, value),
                Answering::Flag(write, value) => write(self.call, value),
                Answering::Count(write, value) => write(self.call, value),
                Answering::Bytes(write, value) => write(self.call, value),
                Answering::Two(write, one, other) => write(self.call, one, other),
            }
        })
    }

    pub(crate) fn protocol(self) -> u32 {
        // SAFETY: see above.
        unsafe { (self.reply().protocol)(self.call) }
    }

    /// The result is good until a key is changed or a command is run, which its borrower sees to.
    pub(crate) fn get_string<'k>(self, key: &[u8]) -> Result<Option<&'k [u8]>, Error> {
        let mut value = Slice::NONE;
        // SAFETY: see above.
        done(unsafe { (self.keys().get_string)(self.call, Slice::of(key), &mut value) })?;
        // SAFETY: as the method says.
        Ok(unsafe { lent(value) })
    }

    pub(crate) fn set_string(self, key: &[u8], value: &[u8], expire_at: i64) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.keys().set_string)(self.call, Slice::of(key), Slice::of(value), expire_at) })
    }

    pub(crate) fn remove(self, key: &[u8]) -> Result<bool, Error> {
        let mut removed = 0;
        // SAFETY: see above.
        done(unsafe { (self.keys().remove)(self.call, Slice::of(key), &mut removed) })?;
        Ok(removed != 0)
    }

    pub(crate) fn exists(self, key: &[u8]) -> Result<bool, Error> {
        let mut exists = 0;
        // SAFETY: see above.
        done(unsafe { (self.keys().exists)(self.call, Slice::of(key), &mut exists) })?;
        Ok(exists != 0)
    }

    pub(crate) fn type_name(self, key: &[u8]) -> Result<Option<String>, Error> {
        let mut name = Slice::NONE;
        // SAFETY: see above.
        done(unsafe { (self.keys().type_name)(self.call, Slice::of(key), &mut name) })?;
        // SAFETY: nothing happens before it is copied.
        Ok(unsafe { lent(name) }.map(|name| String::from_utf8_lossy(name).into_owned()))
    }

    pub(crate) fn get_expiry(self, key: &[u8]) -> Result<i64, Error> {
        let mut at = abi::NO_EXPIRY;
        // SAFETY: see above.
        done(unsafe { (self.keys().get_expiry)(self.call, Slice::of(key), &mut at) })?;
        Ok(at)
    }

    pub(crate) fn set_expiry(self, key: &[u8], at: i64) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.keys().set_expiry)(self.call, Slice::of(key), at) })
    }

    pub(crate) fn database(self) -> u32 {
        // SAFETY: see above.
        unsafe { (self.keys().database)(self.call) }
    }

    pub(crate) fn now_ms(self) -> i64 {
        // SAFETY: see above.
        unsafe { (self.keys().now)(self.call) }
    }

    pub(crate) fn call(self, words: &[&[u8]], flags: u32) -> Result<RawAnswer, Error> {
        let slices: Vec<Slice> = words.iter().map(|word| Slice::of(word)).collect();
        let mut answer = std::ptr::null_mut();
        // SAFETY: see above.
        let status =
            unsafe { (self.calls().call)(self.call, slices.as_ptr(), slices.len(), flags, &mut answer) };
        done(status)?;
        Ok(RawAnswer { answer, calls: self.calls() })
    }

    pub(crate) fn journal_effects(self) -> Result<(), Error> {
        // SAFETY: see above.
        done(unsafe { (self.calls().journal_effects)(self.call) })
    }

    /// Has the server keep an error.
    fn fail(self, text: &[u8]) -> Status {
        // SAFETY: see above.
        unsafe { (self.reply().fail)(self.call, Slice::of(text)) }
    }
}

/// A function that writes a reply, with what it writes.
pub(crate) enum Answering {
    Nothing(unsafe extern "C" fn(*mut Call) -> Status),
    Int(unsafe extern "C" fn(*mut Call, i64) -> Status, i64),
    Real(unsafe extern "C" fn(*mut Call, f64) -> Status, f64),
    Flag(unsafe extern "C" fn(*mut Call, i32) -> Status, i32),
    Count(unsafe extern "C" fn(*mut Call, usize) -> Status, usize),
    Bytes(unsafe extern "C" fn(*mut Call, Slice) -> Status, Slice),
    Two(unsafe extern "C" fn(*mut Call, Slice, Slice) -> Status, Slice, Slice),
}

/// An answer that the server keeps until this is dropped.
pub(crate) struct RawAnswer {
    answer: *mut abi::Answer,
    calls: &'static abi::Calls,
}

// SAFETY, for all calls of this block: the answer came from the server and has not been released.
impl RawAnswer {
    pub(crate) fn kind(&self, part: usize) -> u32 {
        // SAFETY: see above.
        unsafe { (self.calls.kind)(self.answer, part) }
    }

    pub(crate) fn bytes(&self, part: usize) -> &[u8] {
        // SAFETY: see above; its bytes stay until it is released.
        unsafe { lent((self.calls.bytes)(self.answer, part)) }.unwrap_or_default()
    }

    pub(crate) fn integer(&self, part: usize) -> i64 {
        // SAFETY: see above.
        unsafe { (self.calls.integer)(self.answer, part) }
    }

    pub(crate) fn real(&self, part: usize) -> f64 {
        // SAFETY: see above.
        unsafe { (self.calls.real)(self.answer, part) }
    }

    pub(crate) fn count(&self, part: usize) -> usize {
        // SAFETY: see above.
        unsafe { (self.calls.count)(self.answer, part) }
    }

    pub(crate) fn child(&self, part: usize, index: usize) -> usize {
        // SAFETY: see above.
        unsafe { (self.calls.child)(self.answer, part, index) }
    }
}

impl Drop for RawAnswer {
    fn drop(&mut self) {
        // SAFETY: it is released here alone.
        unsafe { (self.calls.release)(self.answer) }
    }
}

/// Begins a plugin: registers the commands of `crate_name`.
///
/// # Safety
/// To be called by the server alone, as `russet_plugin_load`.
unsafe fn load(
    (host, plugin): (*const Host, *mut Plugin),
    (args, count): (*const Slice, usize),
    commands: impl Iterator<Item = &'static Command>,
    begin: impl FnOnce(&[&[u8]]) -> Result<(), String>,
    is_linked: bool,
) -> Status {
    HOST.store(host.cast_mut(), Ordering::Release);
    PLUGIN.store(plugin, Ordering::Release);
    if !is_linked {
        // The library has a panic hook of its own. The one that is there by default asks which thread it is, and what
        // that leaves behind would keep the library mapped for as long as the thread lives.
        std::panic::set_hook(Box::new(|info| log(abi::log_level::WARNING, &info.to_string())));
    }
    // SAFETY: the server passes tables that stay.
    let core = unsafe { &*(*host).core };
    for command in commands {
        // SAFETY: the declaration and what it points to live until this returns.
        let status = command.with_abi(run, |declared| unsafe { (core.register_command)(plugin, declared) });
        if status != abi::OK {
            return status;
        }
    }
    // SAFETY: the server passes as many slices as it says.
    let words: Vec<&[u8]> = match count {
        0 => Vec::new(),
        // SAFETY: and their bytes stay until this returns.
        count => unsafe { std::slice::from_raw_parts(args, count) }
            .iter()
            .map(|slice| unsafe { lent(*slice) }.unwrap_or_default())
            .collect(),
    };
    let refused = match catch_unwind(AssertUnwindSafe(|| begin(&words))) {
        Ok(Ok(())) => return abi::OK,
        Ok(Err(why)) => why,
        Err(panic) => format!("it panicked: {}", message(&*panic)),
    };
    // SAFETY: the text is read before this returns.
    unsafe { (core.refuse)(plugin, Slice::of(refused.as_bytes())) }
}

/// Ends a plugin.
fn unload(end: impl FnOnce(), is_linked: bool) {
    let _ = catch_unwind(AssertUnwindSafe(end));
    if !is_linked {
        drop(std::panic::take_hook());
    }
}

/// Runs a command: what the server calls for all of them, with the declaration as the data.
unsafe extern "C" fn run(call: *mut Call, data: *mut c_void) -> Status {
    // SAFETY: `with_abi` has put a declaration there, which is static.
    let command = unsafe { &*data.cast::<Command>() };
    // SAFETY: the server has given its table before it called anything, and it stays.
    let raw = Raw { call, host: unsafe { &*HOST.load(Ordering::Acquire) }, _lives: PhantomData };
    let Some(run) = command.run else { return raw.fail(b"ERR the command is a container of subcommands") };
    let outcome = catch_unwind(AssertUnwindSafe(|| run(&mut Context::new(raw), Args::new(raw))));
    match outcome {
        Ok(Ok(())) => abi::OK,
        Ok(Err(Error(Kind::Kept(status)))) => status,
        Ok(Err(Error(Kind::Text(text)))) => raw.fail(&text),
        Err(panic) => {
            raw.fail(message(&*panic).as_bytes());
            abi::PANICKED
        }
    }
}

/// What a panic says.
fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it does not say why")
}

/// Writes a line to the server's log.
pub(crate) fn log(level: u32, line: &str) {
    let host = HOST.load(Ordering::Acquire);
    if host.is_null() {
        return;
    }
    // SAFETY: the server's tables stay while the plugin is loaded; it may be asked to log on any thread.
    unsafe { ((*(*host).core).log)(PLUGIN.load(Ordering::Acquire), level, Slice::of(line.as_bytes())) }
}
