//! Lists: the number of nodes, then for each how it is kept (1: an element of its own, 2: a listpack) and its bytes. A
//! list that is one listpack is written as a list of one node. Before Redis 7.0 nodes were ziplists, before 3.2 a list
//! was one ziplist or just elements.

use super::{Rules, ancient, broken, element, packed};
use crate::rdb::{Error, Kind, Reader, Writer};
use crate::value::{Collection, End, List, ListLimits};
use russet_structures::quicklist::Bytes;
use russet_structures::ziplist;
use std::io::{Read, Write};

/// A node that is an element.
const PLAIN: u64 = 1;
/// A node that is a listpack.
const PACKED: u64 = 2;

pub(super) fn write<W: Write>(writer: &mut Writer<W>, list: &List) {
    let list = match list {
        List::Packed(pack) => {
            writer.length(1);
            writer.length(PACKED);
            return writer.string(pack.as_bytes());
        }
        List::Quick(list) => list,
    };
    writer.length(list.node_count() as u64);
    for node in list.stored() {
        writer.length(if node.packed { PACKED } else { PLAIN });
        match node.bytes {
            Bytes::Raw(bytes) => writer.string(bytes),
            Bytes::Lzf(packed, length) => writer.packed(packed, length),
        }
    }
}

pub(super) fn read<R: Read>(
    reader: &mut Reader<R>,
    kind: Kind,
    rules: &Rules<'_>,
) -> Result<Option<List>, Error> {
    let limits = ListLimits::new(rules.params);
    let mut list = List::long(limits);
    if kind == Kind::LIST_ZIPLIST {
        let pack = ziplist::to_listpack(ancient(reader)?).map_err(broken("List ziplist"))?;
        pack.iter().for_each(|element| list.push(End::Tail, element));
        // It stays a quicklist, however short it is.
        return Ok(Some(list).filter(|list| list.len() > 0));
    }
    for _ in 0..reader.length()? {
        match kind {
            Kind::LIST => list.push(End::Tail, element(reader)?),
            Kind::LIST_QUICKLIST_1 => {
                let pack = ziplist::to_listpack(ancient(reader)?).map_err(broken("Ziplist"))?;
                if let List::Quick(list) = &mut list {
                    list.append_listpack(pack);
                }
            }
            _ => read_node(reader, &mut list)?,
        }
    }
    if list.len() == 0 {
        return Ok(None);
    }
    list.settle(limits);
    Ok(Some(list))
}

/// Reads a node and appends it. An empty one is passed over.
fn read_node<R: Read>(reader: &mut Reader<R>, list: &mut List) -> Result<(), Error> {
    let List::Quick(list) = list else { return Ok(()) };
    match reader.length()? {
        PACKED => list.append_packed(packed(reader)?).map_err(broken("Listpack")),
        PLAIN => {
            let element = element(reader)?;
            if element.text_len() == 0 {
                return Err(Error::corrupt("Quicklist integrity check failed: a node without bytes"));
            }
            element.with_text(|text| list.append_plain(text));
            Ok(())
        }
        _ => Err(Error::corrupt("Quicklist integrity check failed: a node of an unknown form")),
    }
}
