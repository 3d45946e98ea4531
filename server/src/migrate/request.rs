//! What is asked of the other server: `AUTH`, `SELECT`, and `RESTORE` for each key, in one piece.

use super::Options;
use russet_engine::prelude::*;
use russet_engine::rdb;

/// Who to be there.
#[derive(Clone, Copy)]
pub(super) struct Login<'a> {
    pub(super) user: Option<&'a [u8]>,
    pub(super) password: &'a [u8],
}

/// A request and what is known of its answers.
pub(super) struct Request {
    /// What to send.
    pub(super) bytes: Vec<u8>,
    /// Answers that come before those about keys.
    pub(super) answers_before_keys: usize,
    /// The keys that it carries, by their place among those that it was made of.
    pub(super) sent: Vec<usize>,
}

impl Request {
    /// A request to take `keys` into database `db`, where `selected` is selected at present.
    pub(super) fn new(
        cx: &mut Context<'_>,
        keys: &[Key<'_>],
        db: i64,
        options: &Options<'_>,
        selected: Option<i64>,
    ) -> Self {
        let mut request = Request { bytes: Vec::new(), answers_before_keys: 0, sent: Vec::new() };
        if let Some(Login { user, password }) = options.login {
            match user {
                Some(user) => request.words(&[b"AUTH", user, password]),
                None => request.words(&[b"AUTH", password]),
            }
            request.answers_before_keys += 1;
        }
        if selected != Some(db) {
            request.words(&[b"SELECT", db.to_string().as_bytes()]);
            request.answers_before_keys += 1;
        }
        let (now_ms, compress) = (cx.db.now_ms(), cx.core.params.rdbcompression());
        for (index, &key) in keys.iter().enumerate() {
            let Some(entry) = cx.db.peek(key) else { continue };
            // 0 would be for ever.
            let life = entry.expiry().map_or(0, |at| (at - now_ms).max(1));
            let life = life.to_string();
            let mut payload = Vec::new();
            // A vector takes everything.
            let _ = rdb::dump(entry, compress, &mut payload);
            let words: [&[u8]; 5] = [b"RESTORE", key.bytes, life.as_bytes(), &payload, b"REPLACE"];
            request.words(if options.replace { &words } else { &words[..4] });
            request.sent.push(index);
        }
        request
    }

    fn words(&mut self, words: &[&[u8]]) {
        self.bytes.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
        for word in words {
            self.bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            self.bytes.extend_from_slice(word);
            self.bytes.extend_from_slice(b"\r\n");
        }
    }
}
