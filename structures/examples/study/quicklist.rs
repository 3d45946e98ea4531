//! Quicklists: what the fill factor and the compression depth do to memory and time, and what finding an index costs.

use std::collections::{LinkedList, VecDeque};
use std::hint::black_box;

use russet_structures::listpack::Listpack;
use russet_structures::quicklist::{Bytes, Quicklist, Rules};

use crate::chart::{Chart, Scale};
use crate::heap::bytes_of;
use crate::lzf::events;
use crate::measure::{Work, compare, nanoseconds, sizes, time};
use crate::plot;

/// Elements of a list whose fill is varied.
const MANY: usize = 100_000;

/// Insertions into it.
const CHANGES: usize = 10_000;

const COUNTS: [i16; 10] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];
const LIMITS: [i16; 5] = [-1, -2, -3, -4, -5];

/// Numbers as good as random, the same in every run.
fn random() -> impl FnMut(usize) -> usize {
    let mut state = 7u64;
    move |below| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 33) as usize % below
    }
}

/// A text of this length that is no integer.
fn text(len: usize, n: usize) -> Vec<u8> {
    let mut text = format!("{n:x}_").into_bytes();
    text.resize(len, b'x');
    text
}

/// A length from half to one and a half of this one: equal ones would hit or miss a size class of the allocator all
/// together.
fn about(len: usize, n: usize) -> usize {
    len / 2 + n.wrapping_mul(0x9e37_79b9) % (len + 1)
}

fn filled(rules: Rules, len: usize) -> Quicklist {
    let mut list = Quicklist::new(rules);
    (0..MANY).for_each(|n| list.push_back(&text(about(len, n), n)[..]));
    list
}

fn per_node(list: &Quicklist) -> f64 {
    list.len() as f64 / list.node_count() as f64
}

/// A figure for each fill factor of both kinds and elements of 10 and 100 bytes, over the elements in a node.
fn by_fill(chart: Chart, figure: impl Fn(Rules, usize) -> f64) -> Chart {
    let mut chart = chart;
    for len in [10, 100] {
        for (kind, fills) in [("1, 2, 4 to 512", &COUNTS[..]), ("-1 to -5", &LIMITS)] {
            let point = |&fill: &i16| {
                let rules = Rules { fill, ..Rules::default() };
                (per_node(&filled(rules, len)), figure(rules, len))
            };
            let mut points: Vec<(f64, f64)> = fills.iter().map(point).collect();
            // Counts beyond what 8 KiB hold make no difference.
            points.dedup_by(|a, b| a.0 == b.0);
            chart = chart.line(&format!("fill {kind}, about {len} bytes each"), points);
        }
    }
    chart
}

plot! { "quicklist-fill-memory", "Bytes per element beside its text, by fill factor", fill_memory }

fn fill_memory() -> Chart {
    let axes = (("elements in a node", Scale::Log), ("bytes per element beside its text", Scale::Log));
    by_fill(Chart::new("A list of 100,000 elements", axes.0, axes.1), |rules, len| {
        let (bytes, list) = bytes_of(|| filled(rules, len));
        let texts: usize = (0..MANY).map(|n| about(len, n)).sum();
        (bytes - texts) as f64 / list.len() as f64
    })
    .y_range(1.0, 200.0)
}

plot! { "quicklist-fill-time", "Time of an insertion at a random place, by fill factor", fill_time }

fn fill_time() -> Chart {
    let axes = (("elements in a node", Scale::Log), ("ns per insertion", Scale::Log));
    by_fill(Chart::new("Inserting at a random place among 100,000", axes.0, axes.1), |rules, len| {
        let full = filled(rules, len);
        compare(3, CHANGES, vec![inserting(&full, CHANGES, len)])[0]
    })
    .y_range(100.0, 40_000.0)
}

/// Inserts so many texts at random places of a copy.
fn inserting(list: &Quicklist, count: usize, len: usize) -> Work<'_> {
    let text = text(len, 7);
    Box::new(move || {
        let (mut list, mut random) = (list.clone(), random());
        time(|| {
            for _ in 0..count {
                list.insert_before(random(list.len()), &text[..]);
            }
            list
        })
    })
}

/// Nodes of the list whose depth is varied, at least.
const NODES: usize = 128;

/// A list of events in JSON that came in at random places, so that most nodes have room.
fn events_list() -> Quicklist {
    let (mut list, mut random) = (Quicklist::default(), random());
    let text = events(2 * NODES * 8192);
    for event in text.split_inclusive(|byte| *byte == b'}') {
        if list.node_count() == NODES {
            break;
        }
        if !list.insert_before(random(list.len().max(1)), event) {
            list.push_back(event);
        }
    }
    list
}

/// From the last depth on nothing is compressed, even when some nodes split.
const DEPTHS: [u16; 13] = [1, 2, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 72];

fn with_depth(list: &Quicklist, depth: u16) -> Quicklist {
    let mut list = list.clone();
    list.set_rules(Rules { depth, ..list.rules() });
    list
}

plot! { "quicklist-depth-memory", "Bytes per element by compression depth", depth_memory }

fn depth_memory() -> Chart {
    let list = events_list();
    let bytes = |depth: u16| bytes_of(|| with_depth(&list, depth)).0 as f64 / list.len() as f64;
    let plain = bytes(0);
    let line = |figure: &dyn Fn(u16) -> f64| DEPTHS.iter().map(|depth| (f64::from(*depth), figure(*depth))).collect();
    Chart::new(
        "128 nodes of JSON events of about 80 bytes",
        ("nodes not compressed at each end", Scale::Linear),
        ("bytes per element", Scale::Linear),
    )
    .line("with that depth", line(&bytes))
    .line("depth 0: nothing is compressed", line(&|_| plain))
}

plot! { "quicklist-depth-time", "Time of an operation by compression depth", depth_time }

fn depth_time() -> Chart {
    let plain = events_list();
    let mut lines = [const { Vec::new() }; 3];
    for depth in DEPTHS {
        let list = with_depth(&plain, depth);
        let ends = || -> Work<'_> {
            let mut list = list.clone();
            Box::new(move || {
                time(|| {
                    for _ in 0..1000 {
                        list.push_back(&b"{\"event\":\"login\",\"user\":1}"[..]);
                        black_box(list.pop_front(|element| element.text_len()));
                    }
                })
            })
        };
        let reading = || -> Work<'_> {
            Box::new(|| {
                let mut random = random();
                time(|| (0..300).filter_map(|_| list.get(random(list.len()), |e| e.text_len())).sum::<usize>())
            })
        };
        let times = compare(9, 1, vec![inserting(&list, 300, 80), reading(), ends()]);
        let per = [300.0, 300.0, 1000.0];
        for (line, (time, per)) in lines.iter_mut().zip(times.iter().zip(per)) {
            line.push((f64::from(depth), time / per));
        }
    }
    let [insert, read, ends] = lines;
    Chart::new(
        "128 nodes of JSON events of about 80 bytes",
        ("nodes not compressed at each end", Scale::Linear),
        ("ns per operation", Scale::Log),
    )
    .line("insert at a random place", insert)
    .line("read at a random place", read)
    .line("push at one end, pop at the other", ends)
    .y_range(50.0, 200_000.0)
}

plot! { "quicklist-index", "Time of reading a random index, by length", index }

/// A list of nodes with their counts and links only, as Redis has it.
type Linked = LinkedList<(usize, Listpack)>;

fn linked(list: &Quicklist) -> Linked {
    let node = |bytes| match bytes {
        Bytes::Raw(bytes) => Listpack::from_bytes(bytes).ok().map(|pack| (pack.len(), pack)),
        Bytes::Lzf(..) => None,
    };
    list.stored().filter_map(|stored| node(stored.bytes)).collect()
}

fn index_linked(list: &Linked, len: usize, index: usize) -> Option<usize> {
    let see = |pack: &Listpack, offset: usize| pack.seek(offset as i64).map(|position| pack.get(position).text_len());
    if index <= len / 2 {
        let mut offset = index;
        for (count, pack) in list {
            if offset < *count {
                return see(pack, offset);
            }
            offset -= count;
        }
    } else {
        let mut behind = len - index;
        for (count, pack) in list.iter().rev() {
            if behind <= *count {
                return see(pack, count - behind);
            }
            behind -= count;
        }
    }
    None
}

fn index() -> Chart {
    let mut lines = [const { Vec::new() }; 4];
    for len in sizes(1000, 10_000_000, 9) {
        let mut list = Quicklist::default();
        (0..len).for_each(|n| list.push_back(&text(10, n)[..]));
        let nodes = linked(&list);
        let mut random = random();
        lines[0].push((len as f64, nanoseconds(|| _ = black_box(list.get(random(len), |e| e.text_len())))));
        lines[1].push((len as f64, nanoseconds(|| _ = black_box(index_linked(&nodes, len, random(len))))));
        drop((list, nodes));
        let deque: VecDeque<Vec<u8>> = (0..len).map(|n| text(10, n)).collect();
        lines[2].push((len as f64, nanoseconds(|| _ = black_box(deque[random(len)].len()))));
        drop(deque);
        if len < 200_000 {
            let list: LinkedList<Vec<u8>> = (0..len).map(|n| text(10, n)).collect();
            let walk = |index: usize| {
                if index <= len / 2 { list.iter().nth(index) } else { list.iter().rev().nth(len - 1 - index) }
            };
            lines[3].push((len as f64, nanoseconds(|| _ = black_box(walk(random(len)).map(Vec::len)))));
        }
    }
    let [ours, nodes, deque, list] = lines;
    Chart::new("Reading a random index", ("elements of 10 bytes", Scale::Log), ("ns", Scale::Log))
        .line("quicklist, 8 KiB nodes in counted chunks", ours)
        .line("the same nodes, linked", nodes)
        .line("VecDeque<Vec<u8>>", deque)
        .line("LinkedList<Vec<u8>>", list)
        .y_range(1.0, 200_000.0)
}

plot! { "quicklist-memory", "Bytes per element of a list of integers, by how large they are", memory }

fn memory() -> Chart {
    let mut lines = [const { Vec::new() }; 3];
    for digits in 1..=9 {
        let low = 10usize.pow(digits - 1);
        let texts = || {
            let mut random = random();
            (0..MANY).map(move |_| (low + random(9 * low)).to_string().into_bytes())
        };
        let ours = || {
            let mut list = Quicklist::default();
            texts().for_each(|text| list.push_back(&text[..]));
            list
        };
        let bytes = [
            bytes_of(ours).0,
            bytes_of(|| texts().collect::<VecDeque<Vec<u8>>>()).0,
            bytes_of(|| texts().collect::<LinkedList<Vec<u8>>>()).0,
        ];
        for (line, bytes) in lines.iter_mut().zip(bytes) {
            line.push((f64::from(digits), bytes as f64 / MANY as f64));
        }
    }
    let [ours, deque, list] = lines;
    Chart::new("A list of 100,000 integers", ("digits", Scale::Linear), ("bytes per element", Scale::Linear))
        .line("quicklist", ours)
        .line("VecDeque<Vec<u8>>", deque)
        .line("LinkedList<Vec<u8>>", list)
}
