//! The union of many: registers of a byte each, raised by one HyperLogLog after the other.

use super::dense::Unpacked;
use super::estimate::estimate;
use super::sparse;
use super::{Encoding, Error, Form, REGISTERS, dense_mut, encoding, form, invalidate, raw, to_dense};

/// Collects HyperLogLogs, to count their union or to write it: PFCOUNT of several keys, PFMERGE.
///
/// 16 KiB on the heap.
///
/// ```
/// use russet_structures::hyperloglog::{self, Union, SPARSE_MAX_BYTES};
///
/// let (mut left, mut right) = (hyperloglog::new(), hyperloglog::new());
/// for element in ["a", "b", "c"] {
///     hyperloglog::add(&mut left, element.as_bytes(), SPARSE_MAX_BYTES)?;
/// }
/// for element in ["c", "d"] {
///     hyperloglog::add(&mut right, element.as_bytes(), SPARSE_MAX_BYTES)?;
/// }
/// let mut union = Union::new();
/// union.add(&left)?;
/// union.add(&right)?;
/// assert_eq!(union.count(), 4);
/// union.write(&mut left, SPARSE_MAX_BYTES)?;
/// assert_eq!(hyperloglog::count(&left)?, 4);
/// # Ok::<(), hyperloglog::Error>(())
/// ```
#[derive(Clone)]
pub struct Union {
    registers: Box<Unpacked>,
    dense: bool,
}

impl Default for Union {
    fn default() -> Self {
        Union::new()
    }
}

impl Union {
    /// The union of nothing.
    pub fn new() -> Union {
        Union { registers: Box::new([0; REGISTERS]), dense: false }
    }

    /// Adds a HyperLogLog. O(16384), 32 registers at a time where the processor has AVX2, for a dense one; O(length) for a sparse one.
    ///
    /// # Errors
    /// As [`super::validate`]. The registers in front of the fault may have been added then.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match form(bytes)? {
            Form::Dense(dense) => {
                self.dense = true;
                raw::merge(dense, &mut self.registers);
                Ok(())
            }
            Form::Sparse(opcodes) => sparse::runs(opcodes, |first, run, value| {
                if value != 0 {
                    self.registers[first..first + run].iter_mut().for_each(|at| *at = (*at).max(value));
                }
            }),
        }
    }

    /// The estimated cardinality of the union. O(16384).
    pub fn count(&self) -> u64 {
        estimate(&raw::tally(&self.registers))
    }

    /// The registers.
    pub fn registers(&self) -> &[u8; REGISTERS] {
        &self.registers
    }

    /// Gives the registers away.
    pub fn into_registers(self) -> Box<[u8; REGISTERS]> {
        self.registers
    }

    /// Raises the registers of `target`, which is a HyperLogLog, to those of the union, as PFMERGE does: it becomes
    /// dense if one that was added was dense, or if it must; its cached count becomes stale.
    ///
    /// The target itself has to be among those that were added if it was not empty (PFMERGE does so), or the result
    /// is the union with it nevertheless, in sparse bytes that may differ from Redis's.
    ///
    /// O(16384).
    ///
    /// # Errors
    /// As [`super::validate`]; then nothing was changed.
    pub fn write(&self, target: &mut Vec<u8>, max_len: usize) -> Result<(), Error> {
        if !self.dense
            && encoding(target)? == Encoding::Sparse
            && let Some(raised) = sparse::raise_all(target, &self.registers, max_len)?
        {
            *target = raised;
            invalidate(target);
            return Ok(());
        }
        to_dense(target)?;
        if let Some(dense) = dense_mut(target) {
            let mut registers = self.registers.clone();
            raw::merge(dense, &mut registers);
            raw::pack(&registers, dense);
        }
        invalidate(target);
        Ok(())
    }
}

impl std::fmt::Debug for Union {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Union").field("count", &self.count()).field("dense", &self.dense).finish()
    }
}
