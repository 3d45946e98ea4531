//! Quicklist beside `VecDeque<Vec<u8>>` and `LinkedList<Vec<u8>>`: ends, an index, insertion in the middle, a pass over
//! all. (What they take in bytes is a plot of the study.)

use std::collections::{LinkedList, VecDeque};
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion};
use russet_structures::quicklist::{Quicklist, Rules};

use crate::bench;

bench!(run);

fn text(n: usize) -> Vec<u8> {
    format!("element:{n}").into_bytes()
}

/// Places as good as random, the same in every run.
fn places() -> impl FnMut(usize) -> usize {
    let mut state = 7u64;
    move |below| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 33) as usize % below
    }
}

fn quicklist(len: usize, depth: u16) -> Quicklist {
    let mut list = Quicklist::new(Rules { depth, ..Rules::default() });
    (0..len).for_each(|n| list.push_back(&text(n)[..]));
    list
}

fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("quicklist");
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(700)).sample_size(20);
    for len in [1000usize, 100_000] {
        let name = |name: &str| BenchmarkId::new(name, len);
        let new = &b"element:new"[..];
        let (mut plain, mut compressed) = (quicklist(len, 0), quicklist(len, 1));
        let mut deque: VecDeque<Vec<u8>> = (0..len).map(text).collect();
        let mut linked: LinkedList<Vec<u8>> = (0..len).map(text).collect();

        // A queue keeps its length.
        for (kind, list) in [("quicklist", &mut plain), ("compressed", &mut compressed)] {
            group.bench_function(name(&format!("queue/{kind}")), |b| {
                b.iter(|| {
                    list.push_back(new);
                    list.pop_front(|element| element.text_len())
                });
            });
        }
        group.bench_function(name("queue/vecdeque"), |b| {
            b.iter(|| {
                deque.push_back(new.to_vec());
                deque.pop_front()
            });
        });
        group.bench_function(name("queue/linked"), |b| {
            b.iter(|| {
                linked.push_back(new.to_vec());
                linked.pop_front()
            });
        });

        let mut place = places();
        for (kind, list) in [("quicklist", &plain), ("compressed", &compressed)] {
            group.bench_function(name(&format!("index/{kind}")), |b| {
                b.iter(|| list.get(place(len), |element| element.text_len()));
            });
        }
        group.bench_function(name("index/vecdeque"), |b| b.iter(|| deque[place(len)].len()));
        group.bench_function(name("index/linked"), |b| b.iter(|| linked.iter().nth(place(len)).map(Vec::len)));

        let sum = |list: &Quicklist| {
            let (mut iter, mut sum) = (list.iter(), 0);
            while let Some(element) = iter.next() {
                sum += element.text_len();
            }
            sum
        };
        for (kind, list) in [("quicklist", &plain), ("compressed", &compressed)] {
            group.bench_function(name(&format!("iterate/{kind}")), |b| b.iter(|| sum(list)));
        }
        group.bench_function(name("iterate/vecdeque"), |b| b.iter(|| deque.iter().map(Vec::len).sum::<usize>()));
        group.bench_function(name("iterate/linked"), |b| b.iter(|| linked.iter().map(Vec::len).sum::<usize>()));

        // An insertion and a removal, so that the length stays.
        for (kind, list) in [("quicklist", &mut plain), ("compressed", &mut compressed)] {
            group.bench_function(name(&format!("insert_remove/{kind}")), |b| {
                b.iter(|| {
                    list.insert_before(place(len), new);
                    list.remove(place(len))
                });
            });
        }
        group.bench_function(name("insert_remove/vecdeque"), |b| {
            b.iter(|| {
                deque.insert(place(len), new.to_vec());
                deque.remove(place(len))
            });
        });
        group.bench_function(name("insert_remove/linked"), |b| {
            b.iter(|| {
                let mut tail = linked.split_off(place(len));
                linked.push_back(new.to_vec());
                linked.append(&mut tail);
                let mut tail = linked.split_off(place(len));
                black_box(tail.pop_front());
                linked.append(&mut tail);
            });
        });
    }
    group.finish();
}
