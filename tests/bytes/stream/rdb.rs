//! A stream as RDB files hold it, types 19 and 21.

use russet_structures::stream::{Group, Id, Recorded, RecordedConsumer, Stream};
use russet_tests::dump::{RDB_STREAM_LISTPACKS_3, Reader, Writer};

/// The value of RDB's type `kind`.
pub(super) fn write(stream: &Stream, kind: u8) -> Vec<u8> {
    let mut out = Writer::default();
    let id = |out: &mut Writer, id: Id| {
        out.length(id.ms).length(id.seq);
    };
    out.length(stream.node_count() as u64);
    for (key, node) in stream.nodes() {
        out.string(&key.to_bytes()).string(node);
    }
    out.length(stream.len());
    id(&mut out, stream.last_id());
    id(&mut out, stream.first_id());
    id(&mut out, stream.max_deleted_id());
    out.length(stream.entries_added());
    out.length(stream.groups().len() as u64);
    for (name, group) in stream.groups() {
        out.string(name);
        id(&mut out, group.last_id());
        out.length(group.entries_read().unwrap_or(u64::MAX));
        out.length(group.pending_len() as u64);
        for pending in group.pending(Id::MIN, Id::MAX, None) {
            out.0.extend(pending.id.to_bytes());
            out.0.extend(pending.delivery_time.to_le_bytes());
            out.length(pending.delivery_count);
        }
        out.length(group.consumers().len() as u64);
        for (index, consumer) in group.consumers() {
            out.string(consumer.name());
            out.0.extend(consumer.seen_time.to_le_bytes());
            if kind == RDB_STREAM_LISTPACKS_3 {
                out.0.extend(consumer.active_time.unwrap_or(-1).to_le_bytes());
            }
            out.length(consumer.pending_len() as u64);
            for pending in group.pending(Id::MIN, Id::MAX, Some(index)) {
                out.0.extend(pending.id.to_bytes());
            }
        }
    }
    out.0
}

/// Reads what [`write`] writes, or a server.
pub(super) fn read(kind: u8, body: &[u8]) -> Result<Stream, String> {
    let mut from = Reader::new(body);
    let raw_id = |from: &mut Reader<'_>| -> Result<Id, String> {
        Ok(Id::from_bytes(from.take(16)?.try_into().map_err(|_| "16 bytes")?))
    };
    let id = |from: &mut Reader<'_>| -> Result<Id, String> { Ok(Id::new(from.number()?, from.number()?)) };
    let time = |from: &mut Reader<'_>| -> Result<i64, String> {
        Ok(i64::from_le_bytes(from.take(8)?.try_into().map_err(|_| "8 bytes")?))
    };
    let nodes: Vec<(Vec<u8>, Vec<u8>)> =
        (0..from.count()?).map(|_| Ok((from.string()?, from.string()?))).collect::<Result<_, String>>()?;
    let (length, last_id, _first) = (from.number()?, id(&mut from)?, id(&mut from)?);
    let history = Some((id(&mut from)?, from.number()?));
    let nodes = nodes.iter().map(|(key, node)| (&key[..], &node[..]));
    let mut stream =
        Stream::from_parts(nodes, Recorded { length, last_id, history }).map_err(|e| e.to_string())?;
    for _ in 0..from.count()? {
        let name = from.string()?;
        let (last_id, read) = (id(&mut from)?, from.number()?);
        let pending: Vec<(Id, i64, u64)> = (0..from.count()?)
            .map(|_| Ok((raw_id(&mut from)?, time(&mut from)?, from.number()?)))
            .collect::<Result<_, String>>()?;
        let mut consumers = Vec::new();
        for _ in 0..from.count()? {
            let (name, seen_time) = (from.string()?, time(&mut from)?);
            let active_time = match kind {
                RDB_STREAM_LISTPACKS_3 => Some(time(&mut from)?).filter(|time| *time >= 0),
                _ => Some(seen_time),
            };
            let pending = (0..from.count()?).map(|_| raw_id(&mut from)).collect::<Result<_, _>>()?;
            consumers.push((name, seen_time, active_time, pending));
        }
        let consumers =
            consumers.iter().map(|(name, seen_time, active_time, pending): &(_, _, _, Vec<Id>)| {
                let (name, pending): (&Vec<u8>, _) = (name, pending.clone());
                RecordedConsumer { name, seen_time: *seen_time, active_time: *active_time, pending }
            });
        let read = Some(read).filter(|read| *read != u64::MAX);
        let group = Group::from_parts(last_id, read, pending, consumers).map_err(|e| e.to_string())?;
        stream.add_group(&name, group);
    }
    if from.rest().is_empty() { Ok(stream) } else { Err("bytes are left over".into()) }
}
