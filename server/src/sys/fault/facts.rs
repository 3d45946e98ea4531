//! What the kernel says of a fault: stored by the handler, read by whoever reports it.

use std::ffi::c_int;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering::SeqCst};

/// The most registers of an architecture.
const REGISTERS: usize = 33;

static SIGNAL: AtomicI32 = AtomicI32::new(0);
static CODE: AtomicI32 = AtomicI32::new(0);
static ADDRESS: AtomicUsize = AtomicUsize::new(0);
static SENDER: AtomicI32 = AtomicI32::new(0);
static SENDER_USER: AtomicI32 = AtomicI32::new(0);
static VALUES: [AtomicU64; REGISTERS] = [const { AtomicU64::new(0) }; REGISTERS];

/// A fault, as the kernel has described it.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The signal.
    pub signal: i32,
    /// Why it was sent: a code of the kernel's.
    pub code: i32,
    /// The address that could not be used, where one is to blame.
    pub address: Option<usize>,
    /// The process that has sent the signal, and its user, if one has.
    pub sender: Option<(i32, i32)>,
    /// The instruction that ran.
    pub instruction: usize,
    /// Where the stack stood.
    pub stack: usize,
    /// Registers, by name.
    pub registers: Vec<(&'static str, u64)>,
}

/// The fault that is being reported; none if the process ends for another reason.
pub(crate) fn fault() -> Option<Fault> {
    let signal = SIGNAL.load(SeqCst);
    if signal == 0 {
        return None;
    }
    let values: Vec<u64> = VALUES.iter().map(|value| value.load(SeqCst)).collect();
    let code = CODE.load(SeqCst);
    let blames = [libc::SIGSEGV, libc::SIGBUS].contains(&signal);
    Some(Fault {
        signal,
        code,
        address: blames.then(|| ADDRESS.load(SeqCst)),
        sender: (code == libc::SI_USER).then(|| (SENDER.load(SeqCst), SENDER_USER.load(SeqCst))),
        instruction: values.get(machine::INSTRUCTION).map_or(0, |&value| value as usize),
        stack: values.get(machine::STACK).map_or(0, |&value| value as usize),
        registers: machine::NAMES.into_iter().zip(values).collect(),
    })
}

/// The instruction that ran, where the machine is known. Async-signal-safe.
pub(super) fn instruction() -> Option<usize> {
    VALUES.get(machine::INSTRUCTION).map(|value| value.load(SeqCst) as usize)
}

/// The instruction that the thread ran which a handler has interrupted. Async-signal-safe.
///
/// # Safety
/// `context` is what the kernel has handed to a handler that was installed with SA_SIGINFO.
pub(super) unsafe fn interrupted(context: *const libc::c_void) -> Option<usize> {
    // SAFETY: the caller's promise.
    let values = unsafe { machine::values(context.cast()) };
    values.get(machine::INSTRUCTION).map(|&value| value as usize)
}

/// Keeps what a handler was given. Async-signal-safe.
///
/// # Safety
/// Both are what the kernel has handed to a handler that was installed with SA_SIGINFO.
pub(super) unsafe fn note(signal: c_int, info: *const libc::siginfo_t, context: *const libc::c_void) {
    // SAFETY: `info` is whole; which of its fields mean something is judged by who reads them.
    unsafe {
        CODE.store((*info).si_code, SeqCst);
        ADDRESS.store((*info).si_addr() as usize, SeqCst);
        SENDER.store((*info).si_pid(), SeqCst);
        SENDER_USER.store((*info).si_uid() as i32, SeqCst);
    }
    // SAFETY: `context` is that of the interrupted thread.
    let values = unsafe { machine::values(context.cast()) };
    for (place, value) in VALUES.iter().zip(values) {
        place.store(value, SeqCst);
    }
    SIGNAL.store(signal, SeqCst);
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod machine {
    //! The registers of this machine, in the order in which a report shows them.
    pub(super) const NAMES: [&str; 19] = [
        "RAX", "RBX", "RCX", "RDX", "RDI", "RSI", "RBP", "RSP", "R8 ", "R9 ", "R10", "R11", "R12", "R13",
        "R14", "R15", "RIP", "EFL", "CSGSFS",
    ];
    pub(super) const STACK: usize = 7;
    pub(super) const INSTRUCTION: usize = 16;
    const PLACES: [libc::c_int; 19] = [
        libc::REG_RAX,
        libc::REG_RBX,
        libc::REG_RCX,
        libc::REG_RDX,
        libc::REG_RDI,
        libc::REG_RSI,
        libc::REG_RBP,
        libc::REG_RSP,
        libc::REG_R8,
        libc::REG_R9,
        libc::REG_R10,
        libc::REG_R11,
        libc::REG_R12,
        libc::REG_R13,
        libc::REG_R14,
        libc::REG_R15,
        libc::REG_RIP,
        libc::REG_EFL,
        libc::REG_CSGSFS,
    ];

    /// # Safety
    /// `context` is what the kernel has handed to a handler.
    pub(super) unsafe fn values(context: *const libc::ucontext_t) -> [u64; 19] {
        // SAFETY: the caller's promise.
        let registers = unsafe { &(*context).uc_mcontext.gregs };
        PLACES.map(|place| registers[place as usize] as u64)
    }
}

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
mod machine {
    //! The registers of this machine, in the order in which a report shows them.
    pub(super) const NAMES: [&str; 33] = [
        "X0 ", "X1 ", "X2 ", "X3 ", "X4 ", "X5 ", "X6 ", "X7 ", "X8 ", "X9 ", "X10", "X11", "X12", "X13",
        "X14", "X15", "X16", "X17", "X18", "X19", "X20", "X21", "X22", "X23", "X24", "X25", "X26", "X27",
        "X28", "X29", "X30", "SP ", "PC ",
    ];
    pub(super) const STACK: usize = 31;
    pub(super) const INSTRUCTION: usize = 32;

    /// # Safety
    /// `context` is what the kernel has handed to a handler.
    pub(super) unsafe fn values(context: *const libc::ucontext_t) -> [u64; 33] {
        // SAFETY: the caller's promise.
        let machine = unsafe { &(*context).uc_mcontext };
        std::array::from_fn(|index| match index {
            STACK => machine.sp,
            INSTRUCTION => machine.pc,
            general => machine.regs[general],
        })
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod machine {
    //! A machine whose registers are not shown.
    pub(super) const NAMES: [&str; 0] = [];
    pub(super) const STACK: usize = usize::MAX;
    pub(super) const INSTRUCTION: usize = usize::MAX;

    /// # Safety
    /// None: it reads nothing.
    pub(super) unsafe fn values(_: *const libc::ucontext_t) -> [u64; 0] {
        []
    }
}
