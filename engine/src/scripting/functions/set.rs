//! Libraries that stand together: no two of the same name, and no two functions.

use super::library::{Function, Library};
use crate::error::Error;
use ahash::AHashMap;
use std::sync::Arc;

/// Libraries, and their functions by name.
#[derive(Default)]
pub struct Set {
    /// In the order in which they came.
    libraries: Vec<Arc<Library>>,
    /// Names in lower case: functions are called in letters of any case.
    functions: AHashMap<Box<[u8]>, Arc<Function>>,
}

/// Why libraries cannot stand together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collision {
    /// There is a library of this name.
    Library(Arc<str>),
    /// Another library has a function of this name.
    Function(Arc<str>),
}

impl Collision {
    /// What a client is told of it.
    pub fn error(&self) -> Error {
        Error::owned(match self {
            Collision::Library(name) => format!("ERR Library {name} already exists"),
            Collision::Function(name) => format!("ERR Function {name} already exists"),
        })
    }
}

impl Set {
    /// Its libraries, in the order in which they came.
    pub fn libraries(&self) -> impl ExactSizeIterator<Item = &Arc<Library>> {
        self.libraries.iter()
    }

    /// The number of functions of all libraries.
    pub fn function_count(&self) -> usize {
        self.functions.len()
    }

    /// The library of this name.
    pub fn library(&self, name: &str) -> Option<&Arc<Library>> {
        self.libraries.iter().find(|library| *library.name == *name)
    }

    /// The function that is called so, in letters of any case. O(1).
    pub fn function(&self, name: &[u8]) -> Option<Arc<Function>> {
        match self.functions.get(name) {
            Some(function) => Some(function.clone()),
            None => self.functions.get(&*name.to_ascii_lowercase()).cloned(),
        }
    }

    /// Adds libraries, all of them or none; with `replace` those of the same names go, and are returned. O(functions).
    ///
    /// # Errors
    /// What is there already.
    pub fn join(&mut self, new: Vec<Arc<Library>>, replace: bool) -> Result<Vec<Arc<Library>>, Collision> {
        let has =
            |libraries: &[Arc<Library>], name: &str| libraries.iter().any(|library| *library.name == *name);
        if !replace && let Some(library) = new.iter().find(|library| has(&self.libraries, &library.name)) {
            return Err(Collision::Library(library.name.clone()));
        }
        let (replaced, kept): (Vec<_>, Vec<_>) =
            self.libraries.iter().cloned().partition(|library| has(&new, &library.name));
        let joined = Set::of(kept.into_iter().chain(new))?;
        *self = joined;
        Ok(replaced)
    }

    fn of(libraries: impl Iterator<Item = Arc<Library>>) -> Result<Set, Collision> {
        let mut set = Set { libraries: libraries.collect(), functions: AHashMap::new() };
        for library in &set.libraries {
            let mut own = AHashMap::new();
            for function in &library.functions {
                let name = function.name.to_ascii_lowercase().into_bytes().into_boxed_slice();
                if set.functions.contains_key(&name) {
                    return Err(Collision::Function(function.name.clone()));
                }
                // Of two in one library whose names differ in their letters' case only the first is called.
                own.entry(name).or_insert_with(|| function.clone());
            }
            set.functions.extend(own);
        }
        Ok(set)
    }

    /// Takes a library away.
    pub fn remove(&mut self, name: &[u8]) -> Option<Arc<Library>> {
        let place = self.libraries.iter().position(|library| library.name.as_bytes() == name)?;
        let library = self.libraries.remove(place);
        self.functions.retain(|_, function| !library.functions.iter().any(|gone| gone.id == function.id));
        Some(library)
    }

    /// Bytes that it takes, what its engine keeps left aside. O(functions).
    pub fn memory(&self) -> usize {
        let libraries: usize = self.libraries.iter().map(|library| library.memory()).sum();
        libraries + self.functions.capacity() * size_of::<(Box<[u8]>, Arc<Function>)>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Registered;
    use super::*;
    use crate::scripting::Flags;

    fn library(name: &str, functions: &[&str], first: u64) -> Arc<Library> {
        let functions = functions.iter().zip(first..).map(|(name, id)| Registered {
            name: (*name).into(),
            description: None,
            flags: Flags::empty(),
            id,
        });
        Arc::new(Library::new(name.into(), "LUA", b"", functions.collect()))
    }

    #[test]
    fn collisions_change_nothing() {
        let mut set = Set::default();
        assert_eq!(set.join(vec![library("a", &["f", "g"], 1)], false).unwrap().len(), 0);
        assert_eq!(
            set.join(vec![library("a", &["x"], 3)], false).unwrap_err(),
            Collision::Library("a".into())
        );
        let taken = set.join(vec![library("c", &["y"], 4), library("b", &["F"], 5)], true);
        assert_eq!(taken.unwrap_err(), Collision::Function("F".into()));
        assert_eq!((set.libraries().len(), set.function_count()), (1, 2));
        assert_eq!(set.function(b"G").unwrap().id, 2);
        assert!(set.function(b"x").is_none() && set.function(b"y").is_none());
    }

    #[test]
    fn what_is_replaced_or_removed_takes_its_functions_along() {
        let mut set = Set::default();
        set.join(vec![library("a", &["f", "g"], 1), library("b", &["h"], 3)], false).unwrap();
        let replaced = set.join(vec![library("a", &["g", "i"], 4)], true).unwrap();
        assert_eq!(replaced.len(), 1);
        assert_eq!(set.function(b"g").unwrap().id, 4);
        assert!(set.function(b"f").is_none());
        assert_eq!(&*set.remove(b"a").unwrap().name, "a");
        assert!(set.remove(b"a").is_none());
        assert_eq!((set.libraries().len(), set.function_count()), (1, 1));
    }
}
