//! DEBUG DIGEST, DEBUG DIGEST-VALUE: a fingerprint of the dataset, or of values, to compare servers by.
//!
//! It is Redis's own, so that it also compares this server with a real one. Two operations on 20 bytes build
//! it: *xor* adds the SHA-1 of something, and so does not care for order; *mix* does that and then takes the
//! SHA-1 of the result, and so does.

use russet_engine::debug_subcommand;
use russet_engine::number;
use russet_engine::prelude::*;
use russet_engine::value::{Encoding, Entry, List, Object, Set, Type};
use russet_structures::element::Element;
use sha1::{Digest, Sha1};

debug_subcommand! {
    name: "DIGEST", words: 2..=2,
    help: &["DIGEST", "    Output a hex signature representing the current DB content."],
    run: digest,
}

debug_subcommand! {
    name: "DIGEST-VALUE", words: 2..=usize::MAX,
    help: &["DIGEST-VALUE <key> [<key> ...]", "    Output a hex signature of the values of all the specified keys."],
    run: digest_value,
}

/// O(dataset).
fn digest(cx: &mut Context<'_>, _: Args<'_>) -> Outcome {
    let mut all = Fingerprint::default();
    let now_ms = cx.db.now_ms();
    let databases = cx.db.keyspace().databases().iter().zip(0u32..);
    for (database, index) in databases.filter(|(database, _)| !database.is_empty()) {
        all.mix(&index.to_be_bytes());
        for entry in database.table().iter() {
            let mut one = Fingerprint::default();
            one.mix(entry.key());
            one.add_value(entry, now_ms);
            all.xor(&one.0);
        }
    }
    cx.reply.simple(&all.hexadecimal())
}

fn digest_value(cx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    cx.reply.array(args.len() - 2)?;
    let now_ms = cx.db.now_ms();
    for index in 2..args.len() {
        let mut one = Fingerprint::default();
        if let Some(entry) = cx.db.inspect(args.key(index)) {
            one.add_value(entry, now_ms);
        }
        cx.reply.simple(&one.hexadecimal())?;
    }
    Ok(())
}

#[derive(Default)]
struct Fingerprint([u8; 20]);

impl Fingerprint {
    /// Adds `bytes` without regard to order.
    fn xor(&mut self, bytes: &[u8]) {
        self.0.iter_mut().zip(Sha1::digest(bytes)).for_each(|(own, other)| *own ^= other);
    }

    /// Adds `bytes` behind what has been added before.
    fn mix(&mut self, bytes: &[u8]) {
        self.xor(bytes);
        self.0 = Sha1::digest(self.0).into();
    }

    /// Adds a value and whether it expires; when does not matter.
    fn add_value(&mut self, entry: &Entry, now_ms: i64) {
        let kind = Encoding::of(entry).kind();
        self.mix(&type_number(kind).to_be_bytes());
        match (Text::of(entry), Object::of(entry)) {
            (Some(text), _) => self.mix(text.bytes(&mut itoa::Buffer::new())),
            (None, Some(object)) => self.add_object(object, now_ms),
            (None, None) => {}
        }
        if entry.expiry().is_some() {
            self.xor(b"!!expire!!");
        }
    }

    /// Lists and streams care for the order of their elements, the others do not.
    fn add_object(&mut self, object: &Object, now_ms: i64) {
        match object {
            Object::Blob(blob) => self.mix(blob),
            Object::List(List::Packed(pack)) => pack.iter().for_each(|element| self.mix_element(element)),
            Object::List(List::Quick(list)) => {
                let mut elements = list.iter();
                while let Some(element) = elements.next() {
                    self.mix_element(element);
                }
            }
            Object::Set(Set::Ints(ints)) => ints.iter().for_each(|value| self.xor(&Element::Int(value).to_vec())),
            Object::Set(Set::Packed(pack)) => pack.iter().for_each(|element| self.xor(&element.to_vec())),
            Object::Set(Set::Table(table)) => table.iter().for_each(|member| self.xor(member)),
            Object::Hash(hash) => {
                hash.at(now_ms).iter().for_each(|(field, value)| self.xor_pair(&field.to_vec(), &value.to_vec()));
            }
            Object::SortedSet(set) => {
                set.for_each(|member, score| self.xor_pair(member, &number::double::shortest(score)));
            }
            Object::Stream(stream) => {
                for entry in stream.iter() {
                    self.mix(format!("{}.{}", entry.id().ms, entry.id().seq).as_bytes());
                    entry.fields().for_each(|(field, value)| {
                        self.mix_element(field);
                        self.mix_element(value);
                    });
                }
            }
            Object::Module(value) => self.mix(value.parts()),
        }
    }

    fn mix_element(&mut self, element: Element<'_>) {
        element.with_text(|text| self.mix(text));
    }

    /// Adds two things that belong together, without regard to the order of such pairs.
    fn xor_pair(&mut self, first: &[u8], second: &[u8]) {
        let mut pair = Fingerprint::default();
        pair.mix(first);
        pair.mix(second);
        self.xor(&pair.0);
    }

    fn hexadecimal(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Redis's number of a type.
fn type_number(kind: Type) -> u32 {
    match kind {
        Type::String => 0,
        Type::List => 1,
        Type::Set => 2,
        Type::SortedSet => 3,
        Type::Hash => 4,
        Type::Module => 5,
        Type::Stream => 6,
    }
}

#[cfg(test)]
mod tests {
    use crate::server::debug::tests::shell;

    /// What a real server answered.
    #[test]
    fn values() {
        let mut shell = shell();
        shell.run("SET foo bar");
        shell.run("SET i 12345");
        assert_eq!(
            shell.run("DEBUG DIGEST-VALUE foo nosuch i"),
            "*3 +68467c70ae30376e7ce005bcc8827f5ba7fd67dc +0000000000000000000000000000000000000000 \
             +e1cf90774e995ae03de66e8109dc5cb9d9c2dc83"
        );
        assert_eq!(shell.run("DEBUG DIGEST-VALUE"), "*0");
    }

    #[test]
    fn the_order_of_keys_does_not_matter_and_all_else_does() {
        let digest = |requests: &[&str]| {
            let mut shell = shell();
            requests.iter().for_each(|request| assert_eq!(shell.run(request), "+OK"));
            shell.run("DEBUG DIGEST")
        };
        assert_eq!(digest(&[]), format!("+{:040}", 0));
        let one = digest(&["SET a 1", "SET b 2"]);
        assert_eq!(one, digest(&["SET b 2", "SET a 1"]));
        assert_ne!(one, digest(&["SET a 2", "SET b 1"]));
        assert_ne!(one, digest(&["SELECT 1", "SET a 1", "SET b 2"]));
        let expiring = digest(&["SET a 1", "SET b 2 EX 10"]);
        assert_ne!(one, expiring);
        assert_eq!(expiring, digest(&["SET a 1", "SET b 2 EX 500"]));
    }
}
