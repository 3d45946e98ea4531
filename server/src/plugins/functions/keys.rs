//! `russet_keys`: keys of the selected database.

use crate::plugins::call::{self, Running};
use crate::plugins::slices;
use russet_engine::event::Event;
use russet_engine::keyspace::Expiry;
use russet_engine::value::{New, Text};
use russet_plugin_abi::{self as abi, Call, KEEP_EXPIRY, NO_EXPIRY, Slice, Status};

pub(super) static TABLE: abi::Keys = abi::Keys {
    size: size_of::<abi::Keys>(),
    get_string,
    set_string,
    remove,
    exists,
    type_name,
    get_expiry,
    set_expiry,
    database,
    now,
};

impl Running<'_, '_> {
    /// Whether the command may change keys; otherwise the status that says that it may not.
    fn may_write(&mut self) -> Result<(), Status> {
        let registry = self.cx.registry;
        if registry.get(self.cx.command).has(russet_engine::command::flags::command::WRITE) {
            return Ok(());
        }
        Err(self.misused("a key to change, but is declared without WRITE"))
    }

    /// Journals what has been done, where that is done piece by piece.
    fn did(&mut self, words: &[&[u8]]) {
        if self.effects {
            let db = self.cx.db.index();
            self.cx.db.keyspace().effects.push(db, words.iter().copied());
        }
    }
}

unsafe extern "C" fn get_string(call: *mut Call, key: Slice, value: *mut Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let Ok(Some(key)) = (unsafe { slices::bytes(key) }) else {
            return running.misused("a key that is NULL");
        };
        let place = running.args.as_key(key);
        let found = match running.cx.db.string(place) {
            Ok(None) => Slice::NONE,
            Ok(Some(Text::Bytes(bytes))) => Slice::of(bytes),
            Ok(Some(Text::Blob(blob))) => Slice::of(blob),
            Ok(Some(Text::Int(value))) => {
                running.scratch.clear();
                running.scratch.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
                Slice::of(&running.scratch)
            }
            Err(error) => return running.failed(error),
        };
        // SAFETY: a plugin passes a place that can be written, or NULL.
        unsafe { running.give(value, found) }
    })
}

unsafe extern "C" fn set_string(call: *mut Call, key: Slice, value: Slice, expire_at: i64) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let (Ok(Some(key)), Ok(Some(value))) = (unsafe { (slices::bytes(key), slices::bytes(value)) }) else {
            return running.misused("a key or a value that is NULL");
        };
        if let Err(status) = running.may_write() {
            return status;
        }
        if value.len() as u64 > running.cx.core.params.proto_max_bulk_len() {
            return running.misused("a value that is longer than proto-max-bulk-len");
        }
        let expiry = match expire_at {
            NO_EXPIRY => Expiry::Clear,
            KEEP_EXPIRY => Expiry::Keep,
            at => Expiry::At(at),
        };
        let place = running.args.as_key(key);
        let db = &mut running.cx.db;
        db.set(place, New::Text(value), expiry);
        db.changed(place, Event::Set);
        if matches!(expiry, Expiry::At(_)) {
            db.note(place, Event::Expire);
        }
        match expire_at {
            NO_EXPIRY => running.did(&[b"SET", key, value]),
            KEEP_EXPIRY => running.did(&[b"SET", key, value, b"KEEPTTL"]),
            at => running.did(&[b"SET", key, value, b"PXAT", itoa::Buffer::new().format(at).as_bytes()]),
        }
        abi::OK
    })
}

unsafe extern "C" fn remove(call: *mut Call, key: Slice, removed: *mut i32) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let Ok(Some(key)) = (unsafe { slices::bytes(key) }) else {
            return running.misused("a key that is NULL");
        };
        if let Err(status) = running.may_write() {
            return status;
        }
        let place = running.args.as_key(key);
        let db = &mut running.cx.db;
        let was_there = db.delete(place);
        if was_there {
            running.did(&[b"DEL", key]);
        }
        // SAFETY: a plugin passes a place that can be written, or NULL.
        unsafe { running.give(removed, i32::from(was_there)) }
    })
}

unsafe extern "C" fn exists(call: *mut Call, key: Slice, exists: *mut i32) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let Ok(Some(key)) = (unsafe { slices::bytes(key) }) else {
            return running.misused("a key that is NULL");
        };
        let found = running.cx.db.exists(running.args.as_key(key));
        // SAFETY: a plugin passes a place that can be written, or NULL.
        unsafe { running.give(exists, i32::from(found)) }
    })
}

unsafe extern "C" fn type_name(call: *mut Call, key: Slice, name: *mut Slice) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let Ok(Some(key)) = (unsafe { slices::bytes(key) }) else {
            return running.misused("a key that is NULL");
        };
        let found = match running.cx.db.type_of(running.args.as_key(key)) {
            None => Slice::NONE,
            Some(name) => {
                running.scratch.clear();
                running.scratch.extend_from_slice(name.as_bytes());
                Slice::of(&running.scratch)
            }
        };
        // SAFETY: a plugin passes a place that can be written, or NULL.
        unsafe { running.give(name, found) }
    })
}

unsafe extern "C" fn get_expiry(call: *mut Call, key: Slice, expire_at: *mut i64) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let Ok(Some(key)) = (unsafe { slices::bytes(key) }) else {
            return running.misused("a key that is NULL");
        };
        let found = running.cx.db.inspect(running.args.as_key(key)).and_then(|entry| entry.expiry());
        // SAFETY: a plugin passes a place that can be written, or NULL.
        unsafe { running.give(expire_at, found.unwrap_or(NO_EXPIRY)) }
    })
}

unsafe extern "C" fn set_expiry(call: *mut Call, key: Slice, expire_at: i64) -> Status {
    call::with(call, abi::MISUSED, |running| {
        // SAFETY: a plugin passes bytes that can be read.
        let Ok(Some(key)) = (unsafe { slices::bytes(key) }) else {
            return running.misused("a key that is NULL");
        };
        if let Err(status) = running.may_write() {
            return status;
        }
        let place = running.args.as_key(key);
        let db = &mut running.cx.db;
        if expire_at == KEEP_EXPIRY || !db.exists(place) {
            return abi::OK;
        }
        if expire_at != NO_EXPIRY && expire_at <= db.now_ms() {
            db.delete(place);
            running.did(&[b"DEL", key]);
            return abi::OK;
        }
        let (after, event) = match expire_at {
            NO_EXPIRY => (None, Event::Persist),
            at => (Some(at), Event::Expire),
        };
        if db.set_expiry(place, after) || after.is_some() {
            db.changed(place, event);
            match after {
                None => running.did(&[b"PERSIST", key]),
                Some(at) => running.did(&[b"PEXPIREAT", key, itoa::Buffer::new().format(at).as_bytes()]),
            }
        }
        abi::OK
    })
}

extern "C" fn database(call: *const Call) -> u32 {
    call::with(call, 0, |running| running.cx.db.index() as u32)
}

extern "C" fn now(call: *const Call) -> i64 {
    call::with(call, 0, |running| running.cx.db.now_ms())
}
