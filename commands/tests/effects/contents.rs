//! What a key holds, written out: two values are the same if and only if this is.

use russet_engine::value::{Collection, Entry, Hash, List, Object, Set, Text};
use russet_structures::stream::Id;
use std::fmt::Write;

/// The value of an entry. Elements without order are sorted; encodings do not count.
pub(crate) fn of(entry: &Entry) -> String {
    if let Some(text) = Text::of(entry) {
        return shown(text.bytes(&mut itoa::Buffer::new()));
    }
    let object = Object::of(entry).expect("what is no string is an object");
    let kind = object.encoding().kind().name();
    let mut elements = Vec::new();
    match object {
        Object::Blob(blob) => elements.push(shown(blob)),
        Object::Module(value) => elements.push(shown(value.parts())),
        Object::List(List::Packed(pack)) => {
            elements.extend(pack.iter().map(|element| shown(&element.to_vec())))
        }
        Object::List(List::Quick(list)) => {
            let mut each = list.iter();
            while let Some(element) = each.next() {
                elements.push(shown(&element.to_vec()));
            }
        }
        Object::Set(set) => {
            match set {
                Set::Ints(ints) => {
                    elements.extend(ints.iter().map(|value| shown(value.to_string().as_bytes())))
                }
                Set::Packed(pack) => elements.extend(pack.iter().map(|member| shown(&member.to_vec()))),
                Set::Table(table) => elements.extend(table.iter().map(shown)),
            }
            elements.sort();
        }
        Object::Hash(hash) => {
            match hash {
                Hash::Packed(pack) => elements.extend(
                    pack.pairs().map(|(field, value)| shown(&field.to_vec()) + "=" + &shown(&value.to_vec())),
                ),
                Hash::Table(map) => elements.extend(map.iter().map(|pair| {
                    let (field, value) = (shown(pair.field()), shown(pair.value()));
                    format!("{field}={value} until {:?}", pair.expiry()).replace(" until None", "")
                })),
            }
            elements.sort();
        }
        Object::SortedSet(set) => {
            // A listpack holds -0 as the integer 0, a tree as it is; and SORT makes a tree of a listpack without a word in
            // the journal. All of it as in Redis, so the sign of nothing is not compared.
            set.for_each(|member, score| elements.push(format!("{}={:?}", shown(member), score + 0.0)));
        }
        Object::Stream(stream) => {
            elements.push(format!(
                "last {:?}, added {}, deleted up to {:?}, length {}",
                stream.last_id(),
                stream.entries_added(),
                stream.max_deleted_id(),
                Collection::len(&**stream)
            ));
            for entry in stream.iter() {
                let mut line = format!("{:?}", entry.id());
                entry.fields().for_each(|(field, value)| {
                    let _ = write!(line, " {}={}", shown(&field.to_vec()), shown(&value.to_vec()));
                });
                elements.push(line);
            }
            for (name, group) in stream.groups() {
                elements.push(format!(
                    "group {} at {:?} read {:?}",
                    shown(name),
                    group.last_id(),
                    group.entries_read()
                ));
                for (index, consumer) in group.consumers() {
                    // When it tried last is known to nobody else, and when it got something last is so by and by.
                    let got_something = consumer.active_time.is_some();
                    elements.push(format!("consumer {} {got_something}", shown(consumer.name())));
                    elements.extend(group.pending(Id::MIN, Id::MAX, Some(index)).map(|pending| {
                        let (at, times) = (pending.delivery_time, pending.delivery_count);
                        format!("{:?} delivered at {at}, {times} times", pending.id)
                    }));
                }
                elements.push(format!("{} pending", group.pending_len()));
            }
        }
    }
    format!("{kind} {}", elements.join(" "))
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
