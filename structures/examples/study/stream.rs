//! What the size of a node costs a stream, in bytes and in time, and what trimming costs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hint::black_box;

use russet_structures::stream::{Group, Id, Limits, NewId, RecordedConsumer, Stream, Threshold, Trim};

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::measure::{compare, nanoseconds, sizes, time};
use crate::plot;

/// Entries of every stream here.
const ENTRIES: usize = 100_000;

/// What one would use without streams.
type Tree = BTreeMap<(u64, u64), Vec<(Vec<u8>, Vec<u8>)>>;

/// Fields of an entry: names of seven bytes, values of up to five digits.
fn fields(n: usize, count: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let value = |field: usize| (n * 7919 + field * 104_729) % 100_000;
    (0..count).map(|field| (format!("field-{}", field % 10).into_bytes(), value(field).to_string().into_bytes())).collect()
}

fn limits(entries: usize) -> Limits {
    Limits { max_bytes: 0, max_entries: entries as u64 }
}

/// Entry `n` comes 10 ms after the one before.
fn append(stream: &mut Stream, n: usize, fields: &[(Vec<u8>, Vec<u8>)], limits: Limits) {
    let fields = fields.iter().map(|(field, value)| (&field[..], &value[..]));
    if let Err(why) = stream.append(NewId::Auto, 1_700_000_000_000 + 10 * n as u64, fields, limits) {
        unreachable!("times ascend: {why}");
    }
}

fn stream(count: usize, limits: Limits) -> Stream {
    let mut stream = Stream::new();
    (0..ENTRIES).for_each(|n| append(&mut stream, n, &fields(n, count), limits));
    stream
}

fn tree(count: usize) -> Tree {
    (0..ENTRIES).map(|n| ((1_700_000_000_000 + 10 * n as u64, 0), fields(n, count))).collect()
}

fn per_entry<T>(build: impl FnOnce() -> T) -> f64 {
    bytes_of(build).0 as f64 / ENTRIES as f64
}

plot! { "stream-memory-by-node", "Bytes of a stream's entry by entries in a node, beside a BTreeMap", memory_by_node }

fn memory_by_node() -> Chart {
    let sizes = sizes(1, 1000, 16);
    let line = |count: usize| -> Vec<(f64, f64)> {
        sizes.iter().map(|size| (*size as f64, per_entry(|| stream(count, limits(*size))))).collect()
    };
    let flat = |count: usize| {
        let bytes = per_entry(|| tree(count));
        vec![(1.0, bytes), (1000.0, bytes)]
    };
    Chart::new("Entries of short integers", ("stream-node-max-entries", Scale::Log), ("bytes per entry", Scale::Log))
        .line("stream, 2 fields", line(2))
        .line("stream, 10 fields", line(10))
        .line("BTreeMap of Vec, 2 fields", flat(2))
        .line("BTreeMap of Vec, 10 fields", flat(10))
}

plot! { "stream-memory-by-fields", "Bytes of a stream's entry by fields, with the same fields and others in every entry", memory_by_fields }

fn memory_by_fields() -> Chart {
    let counts = [1usize, 2, 3, 4, 6, 8, 12, 16];
    let line = |measure: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        counts.iter().map(|count| (*count as f64, measure(*count))).collect()
    };
    let mixed = |count: usize| {
        let mut stream = Stream::new();
        for n in 0..ENTRIES {
            let mut fields = fields(n, count);
            // Every other entry has another first field.
            if n % 2 == 1 {
                fields[0].0 = b"field-x".to_vec();
            }
            append(&mut stream, n, &fields, Limits::default());
        }
        stream
    };
    Chart::new("Entries of short integers, nodes as by default", ("fields", Scale::Linear), ("bytes per entry", Scale::Linear))
        .line("stream, the same fields", line(&|count| per_entry(|| stream(count, Limits::default()))))
        .line("stream, every other entry differs in a field", line(&|count| per_entry(|| mixed(count))))
        .line("BTreeMap of Vec", line(&|count| per_entry(|| tree(count))))
}

plot! { "stream-time-by-node", "Time of an append, of a step and of finding an entry by entries in a node", time_by_node }

fn time_by_node() -> Chart {
    let (mut appended, mut found, mut stepped) = (Vec::new(), Vec::new(), Vec::new());
    let entries: Vec<_> = (0..ENTRIES).map(|n| fields(n, 2)).collect();
    for size in sizes(1, 1000, 13) {
        let work = || {
            time(|| {
                let mut stream = Stream::new();
                entries.iter().enumerate().for_each(|(n, fields)| append(&mut stream, n, fields, limits(size)));
                stream
            })
        };
        appended.push((size as f64, compare(3, ENTRIES, vec![Box::new(work)])[0]));
        let stream = stream(2, limits(size));
        let mut n = 0usize;
        let find = || {
            n = (n + 61_803) % ENTRIES;
            black_box(stream.get(Id::new(1_700_000_000_000 + 10 * n as u64, 0)).is_some());
        };
        found.push((size as f64, nanoseconds(find)));
        let walk = || {
            time(|| {
                stream.iter().flat_map(|entry| entry.fields()).map(|(field, value)| field.text_len() + value.text_len()).sum::<usize>()
            })
        };
        stepped.push((size as f64, compare(5, ENTRIES, vec![Box::new(walk)])[0]));
    }
    Chart::new("Entries with 2 fields, 100,000 in all", ("stream-node-max-entries", Scale::Log), ("ns per entry", Scale::Log))
        .line("append", appended)
        .line("find one", found)
        .line("read all, each", stepped)
}

plot! { "stream-trim", "Time to append an entry and trim to a length, exactly and approximately", trim }

fn trim() -> Chart {
    // An exact trim with large nodes takes its time.
    const ENTRIES: usize = 20_000;
    let entries: Vec<_> = (0..ENTRIES).map(|n| fields(n, 2)).collect();
    let (mut exact, mut near, mut never, mut deque) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for size in sizes(2, 1000, 11) {
        let trimmed = |approximate: bool, len: u64| {
            time(|| {
                let mut stream = Stream::new();
                for (n, fields) in entries.iter().enumerate() {
                    append(&mut stream, n, fields, limits(size));
                    stream.trim(Trim { threshold: Threshold::MaxLen(len), approximate, limit: 0 });
                }
                stream
            })
        };
        let ring = || {
            time(|| {
                let mut ring = VecDeque::new();
                for entry in &entries {
                    ring.push_back(entry.clone());
                    if ring.len() > 5000 {
                        ring.pop_front();
                    }
                }
                ring
            })
        };
        let times = compare(
            3,
            ENTRIES,
            vec![
                Box::new(|| trimmed(false, 5000)),
                Box::new(|| trimmed(true, 5000)),
                Box::new(|| trimmed(true, u64::MAX)),
                Box::new(ring),
            ],
        );
        for (line, time) in [&mut exact, &mut near, &mut never, &mut deque].into_iter().zip(times) {
            line.push((size as f64, time));
        }
    }
    Chart::new("XADD with MAXLEN 5000, entries with 2 fields", ("stream-node-max-entries", Scale::Log), ("ns per entry", Scale::Log))
        .line("MAXLEN = 5000", exact)
        .line("MAXLEN ~ 5000", near)
        .line("no trimming", never)
        .line("VecDeque of Vec, 5000", deque)
}

plot! { "stream-pending", "Bytes per pending entry of a consumer, by their number, beside the standard library's trees", pending }

fn pending() -> Chart {
    let sizes = sizes(10, ENTRIES, 13);
    let ids: Vec<(u64, u64)> = (0..ENTRIES as u64).map(|n| (1_700_000_000_000 + 10 * n, 0)).collect();
    let ours = |count: usize| {
        let (bytes, _) = bytes_of(|| {
            let group = Group::from_parts(
                Id::MIN,
                None,
                ids[..count].iter().map(|(ms, seq)| (Id::new(*ms, *seq), 1_700_000_000_000, 1)),
                [RecordedConsumer { name: b"ada", pending: ids[..count].iter().map(|(ms, seq)| Id::new(*ms, *seq)).collect(), ..RecordedConsumer::default() }],
            );
            group.ok()
        });
        (count as f64, bytes as f64 / count as f64)
    };
    let theirs = |count: usize| {
        let (bytes, _) = bytes_of(|| {
            // One by one, as they come; `collect` would pack them.
            let (mut all, mut own) = (BTreeMap::new(), BTreeSet::new());
            for id in &ids[..count] {
                all.insert(*id, (1_700_000_000_000i64, 1u64, 0u32));
                own.insert(*id);
            }
            (all, own)
        });
        (count as f64, bytes as f64 / count as f64)
    };
    Chart::new("Entries pending for one consumer", ("pending entries", Scale::Log), ("bytes per pending entry", Scale::Linear))
        .y_range(0.0, 200.0)
        .line("group of a stream", sizes.iter().map(|count| ours(*count)).collect())
        .line("BTreeMap and BTreeSet", sizes.iter().map(|count| theirs(*count)).collect())
}
