//! The sparse form: runs of equal registers, an opcode of one or two bytes each.

use super::dense::{self, Dense, Unpacked};
use super::{Error, HEADER, REGISTERS};

/// The highest value that a VAL opcode holds.
pub(super) const MAX_SPARSE_VALUE: u8 = 32;
const MAX_ZERO: usize = 64;
const MAX_VAL_RUN: usize = 4;

/// A run of equal registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// `00xxxxxx`: 1 to 64 registers of 0.
    Zero(usize),
    /// `01xxxxxx yyyyyyyy`: 1 to 16384 registers of 0.
    XZero(usize),
    /// `1vvvvvxx`: 1 to 4 registers of a value of 1 to 32.
    Val {
        /// What each of them holds.
        value: u8,
        /// How many they are.
        run: usize,
    },
}

impl Opcode {
    /// The opcode in front of `bytes`. `None` where they end within it.
    #[inline]
    fn read(bytes: &[u8]) -> Option<Opcode> {
        Some(match *bytes {
            [first @ 0x80..=0xff, ..] => {
                Opcode::Val { value: (first >> 2 & 31) + 1, run: usize::from(first & 3) + 1 }
            }
            [first @ 0x40..=0x7f, second, ..] => {
                Opcode::XZero((usize::from(first & 63) << 8 | usize::from(second)) + 1)
            }
            [first @ 0..=0x3f, ..] => Opcode::Zero(usize::from(first) + 1),
            _ => return None,
        })
    }

    /// How many registers it stands for.
    #[inline]
    pub fn run(self) -> usize {
        match self {
            Opcode::Zero(run) | Opcode::XZero(run) | Opcode::Val { run, .. } => run,
        }
    }

    /// What they hold.
    #[inline]
    pub fn value(self) -> u8 {
        match self {
            Opcode::Zero(_) | Opcode::XZero(_) => 0,
            Opcode::Val { value, .. } => value,
        }
    }

    /// Its bytes.
    #[inline]
    fn size(self) -> usize {
        if matches!(self, Opcode::XZero(_)) { 2 } else { 1 }
    }
}

/// The opcodes of a run of bytes; the last item is an error if they end within one. See [`super::opcodes`].
#[derive(Clone, Debug)]
pub struct Opcodes<'a> {
    pub(super) rest: &'a [u8],
}

impl Iterator for Opcodes<'_> {
    type Item = Result<Opcode, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some(opcode) = Opcode::read(self.rest) else {
            self.rest = &[];
            return Some(Err(Error::Corrupted));
        };
        self.rest = &self.rest[opcode.size()..];
        Some(Ok(opcode))
    }
}

/// Calls `run(first, length, value)` for each run. O(opcodes).
///
/// # Errors
/// [`Error::Corrupted`] where the runs are not 16384 registers together; `run` saw none beyond them.
pub(super) fn runs(opcodes: &[u8], mut run: impl FnMut(usize, usize, u8)) -> Result<(), Error> {
    let mut first = 0;
    for opcode in (Opcodes { rest: opcodes }) {
        let opcode = opcode?;
        if opcode.run() > REGISTERS - first {
            return Err(Error::Corrupted);
        }
        run(first, opcode.run(), opcode.value());
        first += opcode.run();
    }
    if first == REGISTERS { Ok(()) } else { Err(Error::Corrupted) }
}

/// The dense registers of sparse bytes. O(opcodes + values).
pub(super) fn unpack(opcodes: &[u8], dense: &mut Dense) -> Result<(), Error> {
    runs(opcodes, |first, run, value| {
        if value != 0 {
            (first..first + run).for_each(|index| {
                dense::raise(dense, index, value);
            });
        }
    })
}

/// What became of a register that should be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raised {
    /// It was as high already.
    Kept,
    Changed,
    /// The sparse form cannot hold the value, or would become too long. Nothing was changed.
    NeedsDense,
}

/// The bytes that stand in the place of one opcode.
struct Sequence {
    bytes: [u8; 5],
    len: usize,
}

impl Sequence {
    fn push(&mut self, byte: u8) {
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    fn zeros(&mut self, run: usize) {
        match run {
            0 => (),
            1..=MAX_ZERO => self.push(run as u8 - 1),
            _ => {
                self.push(0x40 | ((run - 1) >> 8) as u8);
                self.push((run - 1) as u8);
            }
        }
    }

    fn values(&mut self, value: u8, run: usize) {
        if run > 0 {
            self.push(val(value, run));
        }
    }
}

fn val(value: u8, run: usize) -> u8 {
    0x80 | (value - 1) << 2 | (run as u8 - 1)
}

/// An opcode on the way to a register.
struct Place {
    opcode: Opcode,
    /// Where it begins.
    at: usize,
    /// Where the opcode before it begins, or itself if there is none.
    previous: usize,
    /// Its first register.
    first: usize,
}

/// Finds the opcode of a register among those from `at` on, whose first register is `first`. O(opcodes before it).
fn find(buffer: &[u8], mut at: usize, mut first: usize, index: usize) -> Result<Place, Error> {
    let mut previous = at;
    loop {
        let opcode = Opcode::read(&buffer[at..]).ok_or(Error::Corrupted)?;
        if index < first + opcode.run() {
            return Ok(Place { opcode, at, previous, first });
        }
        previous = at;
        at += opcode.size();
        first += opcode.run();
    }
}

/// Raises a register of a sparse HyperLogLog (header included) to `value`, 1 to 51. O(length).
///
/// # Errors
/// [`Error::Corrupted`] where the opcodes do not reach the register.
pub(super) fn raise(buffer: &mut Vec<u8>, index: usize, value: u8, max_len: usize) -> Result<Raised, Error> {
    if value > MAX_SPARSE_VALUE {
        return Ok(Raised::NeedsDense);
    }
    let place = find(buffer, HEADER, 0, index)?;
    Ok(raise_at(buffer, place, index, value, max_len))
}

/// Raises a register whose opcode is found; `buffer` may hold a part of the opcodes, and `max_len` is that part's.
fn raise_at(buffer: &mut Vec<u8>, place: Place, index: usize, value: u8, max_len: usize) -> Raised {
    let Place { opcode, at, previous, first } = place;
    if opcode.value() >= value {
        return Raised::Kept;
    }
    let (before, after) = (index - first, first + opcode.run() - 1 - index);
    let mut sequence = Sequence { bytes: [0; 5], len: 0 };
    match opcode {
        Opcode::Zero(_) | Opcode::XZero(_) => {
            sequence.zeros(before);
            sequence.values(value, 1);
            sequence.zeros(after);
        }
        Opcode::Val { value: old, .. } => {
            sequence.values(old, before);
            sequence.values(value, 1);
            sequence.values(old, after);
        }
    }
    let (old, new) = (opcode.size(), sequence.len);
    if new > old && buffer.len() + (new - old) > max_len {
        return Raised::NeedsDense;
    }
    if new == old {
        buffer[at..at + new].copy_from_slice(&sequence.bytes[..new]);
    } else {
        buffer.splice(at..at + old, sequence.bytes[..new].iter().copied());
    }
    join(buffer, previous);
    Raised::Changed
}

/// Raises all registers of a sparse HyperLogLog (header included) to these, from the first to the last, with the bytes
/// that [`raise`] of one after the other would make. `None` if it has to be dense for that. O(length + 16384).
///
/// A raise touches the opcode before the register's and five from there on. So it is done in a window over a few
/// opcodes, which runs along: those in front are final, and those behind are taken in as they are needed.
///
/// # Errors
/// [`Error::Corrupted`] where the opcodes are not 16384 registers.
pub(super) fn raise_all(
    bytes: &[u8],
    registers: &Unpacked,
    max_len: usize,
) -> Result<Option<Vec<u8>>, Error> {
    /// What may still change stays in the window: an opcode that a raise has joined begins at most three registers
    /// before that one, and the next raise may join it with the one before.
    const BEHIND: usize = 4;
    /// From the opcode before the register's on, the last that a raise may look at, and one more.
    const AHEAD: usize = 7;
    let (header, mut rest) = bytes.split_at(HEADER);
    runs(rest, |_, _, _| ())?;
    let mut done = header.to_vec();
    let mut window: Vec<u8> = Vec::with_capacity(64);
    // The window's first register.
    let mut first = 0;
    for (index, &value) in registers.iter().enumerate() {
        if value == 0 {
            continue;
        }
        if value > MAX_SPARSE_VALUE {
            return Ok(None);
        }
        // Where the opcodes in front of the register's begin, and behind it those up to the window's end.
        let (mut at, mut end, mut front, mut ahead) = (0, first, 0, 0);
        while ahead < AHEAD {
            if at == window.len() {
                let Some(opcode) = Opcode::read(rest) else { break };
                let (taken, left) = rest.split_at(opcode.size());
                window.extend_from_slice(taken);
                rest = left;
            }
            let Some(opcode) = Opcode::read(&window[at..]) else { break };
            at += opcode.size();
            end += opcode.run();
            if end > index {
                ahead += 1;
            } else if front < BEHIND {
                front += 1;
            } else if let Some(final_one) = Opcode::read(&window) {
                done.extend(window.drain(..final_one.size()));
                at -= final_one.size();
                first += final_one.run();
            }
        }
        let place = find(&window, 0, first, index)?;
        let elsewhere = done.len() + rest.len();
        if raise_at(&mut window, place, index, value, max_len.saturating_sub(elsewhere)) == Raised::NeedsDense
        {
            return Ok(None);
        }
    }
    done.extend_from_slice(&window);
    done.extend_from_slice(rest);
    Ok(Some(done))
}

/// Joins neighbours that are equal values and fit one opcode, within five steps from `at`.
///
/// Five opcodes are what one raise can have touched. Redis stops there too, and a sequence that was joined further
/// would have other bytes.
fn join(buffer: &mut Vec<u8>, mut at: usize) {
    for _ in 0..5 {
        let Some(rest) = buffer.get(at..) else { return };
        let Some(opcode) = Opcode::read(rest) else { return };
        let next = rest.get(1..).and_then(Opcode::read);
        match (opcode, next) {
            (Opcode::Val { value, run }, Some(Opcode::Val { value: same, run: more }))
                if value == same && run + more <= MAX_VAL_RUN =>
            {
                buffer[at + 1] = val(value, run + more);
                buffer.remove(at);
            }
            _ => at += opcode.size(),
        }
    }
}
