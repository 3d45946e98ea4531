//! What PFDEBUG and PFSELFTEST look at.

use std::fmt::Write;

use super::dense::{self, Dense};
use super::sparse::{Opcode, Opcodes};
use super::{DENSE_LEN, Error, Form, MAX_VALUE, REGISTERS, add, count, form, new, register, to_dense};

/// The opcodes of a sparse HyperLogLog, or `None` of a dense one.
///
/// # Errors
/// [`Error::NotHyperLogLog`]; an item is an error where the bytes end within an opcode.
pub fn opcodes(bytes: &[u8]) -> Result<Option<Opcodes<'_>>, Error> {
    Ok(match form(bytes)? {
        Form::Dense(_) => None,
        Form::Sparse(rest) => Some(Opcodes { rest }),
    })
}

/// The opcodes of a sparse HyperLogLog as PFDEBUG DECODE shows them: `z:` and the length of a ZERO, `Z:` of an
/// XZERO, `v:` with value and length of a VAL. `None` of a dense one.
///
/// ```
/// use russet_structures::hyperloglog::{add, decode, new, SPARSE_MAX_BYTES};
///
/// let mut hll = new();
/// add(&mut hll, b"hello", SPARSE_MAX_BYTES)?;
/// assert_eq!(decode(&hll)?.unwrap(), "Z:9216 v:1,1 Z:7167");
/// # Ok::<(), russet_structures::hyperloglog::Error>(())
/// ```
///
/// The runs need not make 16384 registers: whoever debugs wants to see what there is.
///
/// # Errors
/// As [`opcodes`].
pub fn decode(bytes: &[u8]) -> Result<Option<String>, Error> {
    let Some(opcodes) = opcodes(bytes)? else { return Ok(None) };
    let mut text = String::new();
    for opcode in opcodes {
        let separator = if text.is_empty() { "" } else { " " };
        // A string takes whatever is written.
        let _ = match opcode? {
            Opcode::Zero(run) => write!(text, "{separator}z:{run}"),
            Opcode::XZero(run) => write!(text, "{separator}Z:{run}"),
            Opcode::Val { value, run } => write!(text, "{separator}v:{value},{run}"),
        };
    }
    Ok(Some(text))
}

/// What PFSELFTEST does: registers that are written at random read back, and estimates at powers of ten within four
/// standard errors. `random` gives 64 random bits. Takes some tenths of a second.
///
/// # Errors
/// A text that says what went wrong.
pub fn self_test(mut random: impl FnMut() -> u64) -> Result<(), String> {
    let mut packed: Dense = [0; DENSE_LEN];
    let mut bytes = [0u8; REGISTERS];
    for _ in 0..16 {
        for (index, byte) in bytes.iter_mut().enumerate() {
            let value = random() as u8 & MAX_VALUE;
            if dense::raise(&mut packed, index, value) != (value > *byte) {
                return Err(format!("register {index} of {byte} raised to {value}"));
            }
            *byte = (*byte).max(value);
        }
        if let Some(index) = (0..REGISTERS).find(|index| dense::get(&packed, *index) != bytes[*index]) {
            return Err(format!("register {index} should be {}", bytes[index]));
        }
    }
    let error = |error: Error| error.to_string();
    let (mut sparse, mut dense) = (new(), new());
    to_dense(&mut dense).map_err(error)?;
    let seed = random();
    let mut checkpoint = 10;
    for number in 1..=1_000_000u64 {
        let element = (number ^ seed).to_le_bytes();
        add(&mut sparse, &element, super::SPARSE_MAX_BYTES).map_err(error)?;
        add(&mut dense, &element, 0).map_err(error)?;
        if number == checkpoint {
            let counted = count(&dense).map_err(error)?;
            if count(&sparse).map_err(error)? != counted {
                return Err(format!("at {number} sparse and dense count differently"));
            }
            let allowed = (number as f64 * 4.0 * super::STANDARD_ERROR).ceil();
            if counted.abs_diff(number) as f64 > allowed {
                return Err(format!("{number} counted as {counted}"));
            }
            checkpoint *= 10;
        }
    }
    let differs = (0..REGISTERS).find(|index| register(&sparse, *index) != register(&dense, *index));
    differs.map_or(Ok(()), |index| Err(format!("register {index} differs")))
}
