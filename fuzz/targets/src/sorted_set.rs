//! Operations on a sorted set, against a map of the standard library that is sorted when order is asked for.

use arbitrary::Unstructured;
use russet_structures::sorted_index::compare;
use russet_structures::sorted_set::{SortedSet, window};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::sorted_index::{bound, score};

target! { run, "it agrees with a map of the standard library, dict and tree agree, SCAN keeps its promise" }

type Set = SortedSet<BuildHasherDefault<DefaultHasher>>;
type Model = BTreeMap<Vec<u8>, f64>;
type Element = (Vec<u8>, f64);

/// Members that meet often, and seldom one whose length does not fit into the word.
fn member(input: &mut Unstructured<'_>) -> Vec<u8> {
    let choice = input.arbitrary::<u8>().unwrap_or_default();
    match choice {
        0 => Vec::new(),
        1 => vec![7; 0xffff],
        2 => vec![7; 0x1_0000],
        _ => format!("member:{choice}").into_bytes(),
    }
}

fn sorted(model: &Model) -> Vec<Element> {
    let mut elements: Vec<Element> = model.iter().map(|(member, score)| (member.clone(), *score)).collect();
    elements.sort_by(|a, b| compare(a.1, &a.0, b.1, &b.0));
    elements
}

fn owned<'a>(elements: impl Iterator<Item = (&'a [u8], f64)>) -> Vec<Element> {
    elements.map(|(member, score)| (member.to_vec(), score)).collect()
}

/// Gives the member this score in both, and says whether they agree on the one it had.
fn insert(set: &mut Set, model: &mut Model, member: &[u8], score: f64) {
    let known = model.get(member).copied();
    assert_eq!(set.insert(member, score), known);
    if known != Some(score) {
        model.insert(member.to_vec(), score);
    }
}

/// A SCAN that is under way: its cursor, who has been there all the time, who was seen.
#[derive(Default)]
struct Scan {
    cursor: u64,
    due: BTreeSet<Vec<u8>>,
    seen: BTreeSet<Vec<u8>>,
}

fn advance(set: &Set, scan: &mut Scan, budget: usize) {
    let (seen, due) = (&mut scan.seen, &scan.due);
    scan.cursor = set.scan(scan.cursor, budget, |member, score| {
        assert_eq!(set.score(member), Some(score));
        assert!(seen.insert(member.to_vec()) || !due.contains(member), "visited twice");
    });
    if scan.cursor == 0 {
        assert!(due.iter().all(|member| seen.contains(member)), "a member was passed over");
        *scan = Scan::default();
    }
}

fn remove_range(set: &mut Set, model: &mut Model, ranks: std::ops::Range<usize>) {
    let mut gone = Vec::new();
    set.remove_range(ranks.clone(), |scored| gone.push((scored.member().to_vec(), scored.score())));
    let all = sorted(model);
    let expected = all.get(ranks.start..ranks.end.min(all.len())).unwrap_or_default();
    assert_eq!(gone, expected);
    gone.iter().for_each(|(member, _)| assert!(model.remove(member).is_some()));
}

/// Input: bytes that choose operations, members and scores.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let (mut set, mut model, mut scan) = (Set::default(), Model::new(), Scan::default());
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        state ^ state >> 33
    };
    for _ in 0..600 {
        let Ok(choice) = input.arbitrary::<u8>() else { break };
        if input.is_empty() {
            break;
        }
        let (member, score) = (member(&mut input), score(&mut input));
        let (operation, extra) = (choice % 16, usize::from(choice / 16));
        match operation {
            0..=3 => insert(&mut set, &mut model, &member, score),
            4 => (0..extra as u32 * 3).for_each(|n| {
                insert(&mut set, &mut model, format!("run:{}", n * 7 % 50).as_bytes(), score + f64::from(n));
            }),
            5 => {
                let sum = Some(model.get(&member).copied().unwrap_or(0.0) + score).filter(|sum| !sum.is_nan());
                assert_eq!(set.increment(&member, score), sum);
                if let Some(sum) = sum.filter(|sum| model.get(&member) != Some(sum)) {
                    model.insert(member.clone(), sum);
                }
            }
            6 | 7 => {
                let gone = set.remove(&member).map(|scored| (scored.member().to_vec(), scored.score()));
                assert_eq!(gone, model.remove_entry(&member));
            }
            8 => {
                let all = sorted(&model);
                let last = extra >= 8;
                let gone = if last { set.pop_last() } else { set.pop_first() };
                let gone = gone.map(|scored| (scored.member().to_vec(), scored.score()));
                assert_eq!(gone.as_ref(), if last { all.last() } else { all.first() });
                gone.map(|(member, _)| model.remove(&member));
            }
            9 => remove_range(&mut set, &mut model, extra..extra * 2),
            10 => {
                let ranks = set.score_range(bound(choice, score), bound(choice / 3, score + 3.0));
                remove_range(&mut set, &mut model, ranks);
            }
            11 => {
                let (min, max) = (bound(extra as u8, score), bound(choice / 3, score + 5.0));
                let mut within = sorted(&model);
                within.retain(|(_, score)| std::ops::RangeBounds::contains(&(min, max), score));
                let ranks = set.score_range(min, max);
                let (skip, take) = (extra % 4, extra / 2);
                let page = owned(set.range(window(ranks.clone(), false, skip, Some(take))));
                assert_eq!(page, within.iter().skip(skip).take(take).cloned().collect::<Vec<_>>());
                let page = owned(set.range(window(ranks, true, skip, Some(take))).rev());
                assert_eq!(page, within.iter().rev().skip(skip).take(take).cloned().collect::<Vec<_>>());
            }
            12 => {
                let mut drawn = BTreeSet::new();
                set.sample_distinct(extra * 3, &mut random, |member, _| assert!(drawn.insert(member.to_vec())));
                assert_eq!(drawn.len(), (extra * 3).min(model.len()));
                assert!(drawn.iter().all(|member| model.contains_key(member)));
                assert_eq!(set.sample(&mut random).is_some(), !model.is_empty());
            }
            13 if extra == 15 => {
                set.clear();
                model.clear();
            }
            13 => set = Set::from_sorted(sorted(&model), BuildHasherDefault::default()).expect("the model is sorted"),
            _ => {
                if scan.cursor == 0 {
                    scan.due = model.keys().cloned().collect();
                }
                advance(&set, &mut scan, extra);
            }
        }
        scan.due.retain(|member| model.contains_key(member));
        assert_eq!(set.len(), model.len());
        assert_eq!(set.score(&member), model.get(&member).copied());
        let rank = sorted(&model).iter().position(|element| element.0 == member);
        assert_eq!(set.rank(&member).map(|(rank, _)| rank), rank);
        assert_eq!(set.validate(), Ok(()));
    }
    assert_eq!(owned(set.iter()), sorted(&model));
}
