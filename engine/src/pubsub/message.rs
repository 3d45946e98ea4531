//! A message on its way: written once, for any number of listeners.

use crate::output::{Blob, Output, SHARE_FROM};
use crate::reply::Protocol;

/// All of a message but its first byte, which says that it is an array (RESP2) or a push (RESP3).
pub(super) enum Message {
    /// Copied for each listener.
    Small(Vec<u8>),
    /// Shared by all.
    Large(Blob),
}

impl Message {
    /// Writes a message of these words, in `room` if it is small.
    pub(super) fn new(room: &mut Vec<u8>, words: &[&[u8]]) -> Message {
        let mut bytes = std::mem::take(room);
        bytes.clear();
        let length = |bytes: &mut Vec<u8>, length: usize| {
            bytes.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
            bytes.extend_from_slice(b"\r\n");
        };
        length(&mut bytes, words.len());
        for word in words {
            bytes.push(b'$');
            length(&mut bytes, word.len());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        if bytes.len() < SHARE_FROM { Message::Small(bytes) } else { Message::Large(Blob::new(bytes)) }
    }

    /// Appends the message to what a client is to be sent.
    pub(super) fn append_to(&self, output: &mut Output, protocol: Protocol) {
        output.write(if protocol == Protocol::Resp3 { b">" } else { b"*" });
        match self {
            Message::Small(bytes) => output.write(bytes),
            Message::Large(blob) => output.push_shared(blob.clone()),
        }
    }

    /// Gives the room back.
    pub(super) fn into_room(self) -> Vec<u8> {
        match self {
            Message::Small(bytes) => bytes,
            Message::Large(_) => Vec::new(),
        }
    }
}
