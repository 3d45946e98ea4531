//! Files: what stands around the values of a snapshot.
//!
//! ```text
//!  REDIS0010                            magic and version; VALKEY080 where fields of hashes expire
//!  AUX redis-ver 7.2.4 ...              about the file; unknown ones are passed over
//!  MODULE_AUX id when parts ...         data of modules that belongs to no key, kept as it is
//!  FUNCTION code ...                    the code of libraries of functions
//!  SELECT 0  RESIZE keys volatile       then, for each key of the database:
//!    [EXPIRY_MS at] [IDLE seconds | FREQUENCY counter]  type key value
//!  END checksum
//! ```
//!
//! [`save()`] writes a keyspace as one, [`Loader`] puts one into a keyspace, some of it at a time.

mod load;
mod module_aux;
mod save;
#[cfg(test)]
mod tests;

pub use load::{LoadRules, Loaded, Loader};
pub use module_aux::ModuleAux;
pub use save::{SaveRules, save, version};

/// What every file begins with that a Redis can read.
const REDIS: &[u8; 5] = b"REDIS";
/// The same for versions of Valkey's own.
const VALKEY: &[u8; 6] = b"VALKEY";
/// The first version of Valkey's own; below are Redis's, and 12 to 79 belong to nobody whom we could ask.
const FIRST_OF_VALKEY: u16 = 80;

/// What a dataset has besides keys: it is read so that it can be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The code of each library of functions.
    pub libraries: Vec<Box<[u8]>>,
    /// Data of modules that belongs to no key.
    pub module_aux: Vec<ModuleAux>,
    /// By what those know `libraries` who have compiled them; 0 where nobody has.
    pub generation: u64,
}
