//! Panics in the caller's closures, and who drops what.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use russet_structures::dict::{Dict, Slot};

use super::mixed;

/// An entry that counts how many of its kind are alive. `Rc` catches a double drop by itself.
struct Counted(Rc<(u64, Rc<Cell<usize>>)>);

impl Counted {
    fn new(key: u64, alive: &Rc<Cell<usize>>) -> Self {
        alive.set(alive.get() + 1);
        Counted(Rc::new((key, alive.clone())))
    }

    fn key(&self) -> u64 {
        self.0.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.1.set(self.0.1.get() - 1);
    }
}

impl Slot for Counted {}

fn hash(entry: &Counted) -> u64 {
    mixed(&entry.key())
}

fn filled(size: u64, alive: &Rc<Cell<usize>>) -> Dict<Counted> {
    let mut dict = Dict::new();
    for key in 0..size {
        dict.insert_unique(mixed(&key), Counted::new(key, alive), hash);
    }
    dict
}

const SIZE: u64 = if cfg!(miri) { 300 } else { 3000 };

#[test]
fn every_entry_is_dropped_once() {
    let alive = Rc::new(Cell::new(0));
    let mut dict = filled(SIZE, &alive);
    assert_eq!(alive.get(), SIZE as usize);
    for key in 0..SIZE / 2 {
        drop(dict.remove(mixed(&key), |entry| entry.key() == key, hash));
        assert_eq!(alive.get(), dict.len());
    }
    dict.validate(hash);
    let mut draining = dict.drain();
    drop(draining.next());
    drop(draining.nth(10));
    assert_eq!(alive.get(), draining.len());
    drop(draining);
    assert_eq!(alive.get(), 0);

    let mut dict = filled(SIZE, &alive);
    dict.clear();
    assert_eq!(alive.get(), 0);
    dict.insert_unique(mixed(&1), Counted::new(1, &alive), hash);
    *dict.find_mut(mixed(&1), |_| true).unwrap() = Counted::new(1, &alive);
    assert_eq!(alive.get(), 1);
    drop(dict);
    assert_eq!(alive.get(), 0);
}

/// The bug class: a table that is half moved when the hasher panics frees or reads an entry twice.
/// Here every call of the hasher panics once, at every growth of the table, and at every shrinking.
#[test]
fn hasher_unwind() {
    let alive = Rc::new(Cell::new(0));
    let fuse = Cell::new(usize::MAX);
    let fused = |entry: &Counted| {
        fuse.set(fuse.get().checked_sub(1).unwrap_or_else(|| std::panic::resume_unwind(Box::new(()))));
        hash(entry)
    };
    let mut dict = Dict::new();
    let sizes = if cfg!(miri) { 20 } else { 1000 };
    for key in 0..sizes {
        // Only some of the fuse lengths in large tables, or this would be quadratic.
        for length in (0..dict.len()).step_by(1 + dict.len() / 7) {
            fuse.set(length);
            let entry = Counted::new(key, &alive);
            let before = dict.len();
            let grown = catch_unwind(AssertUnwindSafe(|| {
                dict.insert_unique(mixed(&key), entry, fused);
            }));
            fuse.set(usize::MAX);
            dict.validate(hash);
            if grown.is_ok() {
                assert!(dict.remove(mixed(&key), |entry| entry.key() == key, hash).is_some());
            }
            assert_eq!(dict.len(), before);
            assert_eq!(alive.get(), before);
        }
        dict.insert_unique(mixed(&key), Counted::new(key, &alive), hash);
    }
    for key in 0..sizes {
        fuse.set(key as usize % 9);
        let before = dict.len();
        let removed = catch_unwind(AssertUnwindSafe(|| {
            drop(dict.remove(mixed(&key), |entry| entry.key() == key, fused));
        }));
        fuse.set(usize::MAX);
        // The entry is gone in either case; only the shrinking did not happen.
        assert!(removed.is_ok() || before > 1);
        assert_eq!(dict.len(), before - 1);
        assert_eq!(alive.get(), before - 1);
        dict.validate(hash);
    }
}

fn boom<R>() -> R {
    std::panic::resume_unwind(Box::new(()))
}

#[test]
fn eq_and_visitor_unwind() {
    let alive = Rc::new(Cell::new(0));
    let mut dict = filled(SIZE, &alive);
    for key in 0..20 {
        assert!(catch_unwind(AssertUnwindSafe(|| dict.find(mixed(&key), |_| boom()).is_some())).is_err());
        assert!(
            catch_unwind(AssertUnwindSafe(|| dict.remove(mixed(&key), |_| boom(), hash).is_some())).is_err()
        );
        assert!(catch_unwind(AssertUnwindSafe(|| dict.scan(0, 10, hash, |_| boom()))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| dict.scan(0, 10, |_| boom(), |_| {}))).is_err());
    }
    assert_eq!((dict.len(), alive.get()), (SIZE as usize, SIZE as usize));
    dict.validate(hash);
}

#[test]
fn the_dict_may_move_to_another_thread() {
    let dict = super::filled(0..1000);
    let sum = std::thread::spawn(move || dict.iter().sum::<u64>()).join().unwrap();
    assert_eq!(sum, 999 * 1000 / 2);
}
