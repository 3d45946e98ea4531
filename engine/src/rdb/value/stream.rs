//! Streams: nodes as they are, counters, then groups: what is pending in each, and its consumers with their part of it.
//!
//! | type | since | counters | consumers |
//! |---|---|---|---|
//! | 15 | 5.0 | length, last id | when seen |
//! | 19 | 7.0 | and first id, greatest deleted id, entries added; `entries-read` of groups | when seen |
//! | 21 | 7.2 | the same | when seen, when active |
//!
//! Type 19 is written where type 21 would say nothing more: all consumers were active when they were last seen.

use super::broken;
use crate::rdb::{Error, Kind, Reader, Writer};
use crate::value::Stream;
use russet_structures::stream::{Consumer, Group, GroupLoader, Id, Recorded, StreamLoader};
use std::io::{Read, Write};

/// The `entries-read` of a group that does not know it.
const UNKNOWN: u64 = u64::MAX;
/// The active time of a consumer that never got anything.
const NEVER: i64 = -1;

pub(super) fn kind(stream: &Stream) -> Kind {
    let one_time = |(_, consumer): (_, &Consumer)| consumer.active_time == Some(consumer.seen_time);
    if stream.groups().all(|(_, group)| group.consumers().all(one_time)) {
        Kind::STREAM_2
    } else {
        Kind::STREAM
    }
}

pub(super) fn write<W: Write>(writer: &mut Writer<W>, stream: &Stream) {
    writer.length(stream.node_count() as u64);
    for (key, node) in stream.nodes() {
        writer.string(&key.to_bytes());
        writer.string(node);
    }
    writer.length(stream.len());
    for id in [stream.last_id(), stream.first_id(), stream.max_deleted_id()] {
        write_id(writer, id);
    }
    writer.length(stream.entries_added());
    let two_times = kind(stream) == Kind::STREAM;
    writer.length(stream.groups().len() as u64);
    for (name, group) in stream.groups() {
        writer.string(name);
        write_group(writer, group, two_times);
    }
}

fn write_id<W: Write>(writer: &mut Writer<W>, id: Id) {
    writer.length(id.ms);
    writer.length(id.seq);
}

fn write_group<W: Write>(writer: &mut Writer<W>, group: &Group, two_times: bool) {
    write_id(writer, group.last_id());
    writer.length(group.entries_read().unwrap_or(UNKNOWN));
    writer.length(group.pending_len() as u64);
    for pending in group.pending(Id::MIN, Id::MAX, None) {
        writer.put(&pending.id.to_bytes());
        writer.time_ms(pending.delivery_time);
        writer.length(pending.delivery_count);
    }
    writer.length(group.consumers().len() as u64);
    for (index, consumer) in group.consumers() {
        writer.string(consumer.name());
        writer.time_ms(consumer.seen_time);
        if two_times {
            writer.time_ms(consumer.active_time.unwrap_or(NEVER));
        }
        writer.length(consumer.pending_len() as u64);
        for pending in group.pending(Id::MIN, Id::MAX, Some(index)) {
            writer.put(&pending.id.to_bytes());
        }
    }
}

pub(super) fn read<R: Read>(reader: &mut Reader<R>, kind: Kind) -> Result<Stream, Error> {
    let mut loader = StreamLoader::new();
    for _ in 0..reader.length()? {
        let key = reader.bytes()?;
        loader.node(&key, super::packed(reader)?).map_err(broken("Stream listpack"))?;
    }
    let (length, last_id) = (reader.length()?, read_id(reader)?);
    let history = match kind {
        Kind::STREAM_1 => None,
        _ => {
            let _first_id = read_id(reader)?;
            Some((read_id(reader)?, reader.length()?))
        }
    };
    let mut stream =
        loader.finish(Recorded { length, last_id, history }).map_err(broken("Stream listpack"))?;
    for _ in 0..reader.length()? {
        let name = super::element(reader)?.to_vec();
        let group = read_group(reader, kind, &stream)?;
        if !stream.add_group(&name, group) {
            return Err(Error::corrupt("Duplicated consumer group name"));
        }
    }
    Ok(stream)
}

fn read_id<R: Read>(reader: &mut Reader<R>) -> Result<Id, Error> {
    Ok(Id::new(reader.length()?, reader.length()?))
}

fn read_group<R: Read>(reader: &mut Reader<R>, kind: Kind, stream: &Stream) -> Result<Group, Error> {
    let last_id = read_id(reader)?;
    let entries_read = match kind {
        Kind::STREAM_1 => stream.added_up_to(last_id),
        _ => Some(reader.length()?).filter(|read| *read != UNKNOWN),
    };
    let mut loader = GroupLoader::new(last_id, entries_read);
    for _ in 0..reader.length()? {
        let id = Id::from_bytes(reader.array()?);
        let (time, count) = (reader.time_ms()?, reader.length()?);
        loader.pending(id, time, count).map_err(broken("Stream global PEL"))?;
    }
    for _ in 0..reader.length()? {
        let name = super::element(reader)?.to_vec();
        let seen = reader.time_ms()?;
        let active = match kind {
            Kind::STREAM => Some(reader.time_ms()?).filter(|active| *active != NEVER),
            _ => Some(seen),
        };
        let consumer = loader
            .consumer(&name, seen, active)
            .map_err(|_| Error::corrupt("Duplicate stream consumer detected"))?;
        for _ in 0..reader.length()? {
            loader
                .assign(Id::from_bytes(reader.array()?), consumer)
                .map_err(broken("Stream consumer PEL"))?;
        }
    }
    loader.finish().map_err(broken("Stream global PEL"))
}
