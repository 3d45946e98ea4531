//! The pool against a list that is sorted anew each time.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Offer(u64),
    Pop,
    PopIf(u64),
    Forget(u64),
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    // Few scores, so that equals are frequent; all of them, so that the ends are met.
    let score = prop_oneof![4 => 0u64..20, 1 => any::<u64>(), 1 => Just(u64::MAX)];
    prop_oneof![
        20 => score.prop_map(Step::Offer),
        3 => Just(Step::Pop),
        1 => (1u64..5).prop_map(Step::PopIf),
        1 => (1u64..9).prop_map(Step::Forget),
        1 => Just(Step::Clear),
    ]
}

proptest! {
    #[test]
    fn the_sixteen_best_stay(steps in prop::collection::vec(step(), 0..200)) {
        // The model: the best first; of equals, the one that came first.
        let (mut pool, mut model) = (Pool::new(), Vec::<(u64, u64)>::new());
        for (number, step) in (0u64..).zip(steps) {
            match step {
                Step::Offer(score) => {
                    let mut made = false;
                    pool.offer(score, || { made = true; number });
                    model.push((score, number));
                    model.sort_by_key(|candidate| (std::cmp::Reverse(candidate.0), candidate.1));
                    let dropped = (model.len() > CAPACITY).then(|| model.remove(CAPACITY));
                    prop_assert_eq!(made, dropped != Some((score, number)));
                }
                Step::Pop => {
                    let best = (!model.is_empty()).then(|| model.remove(0));
                    prop_assert_eq!(pool.pop(), best);
                }
                Step::PopIf(divisor) => {
                    let mut best = None;
                    while best.is_none() && !model.is_empty() {
                        best = Some(model.remove(0)).filter(|candidate| candidate.1 % divisor == 0);
                    }
                    prop_assert_eq!(pool.pop_if(|key| key % divisor == 0), best);
                }
                Step::Forget(divisor) => {
                    pool.forget(|key| key % divisor == 0);
                    model.retain(|candidate| candidate.1 % divisor != 0);
                }
                Step::Clear => {
                    pool.clear();
                    model.clear();
                }
            }
            prop_assert_eq!(pool.validate(), Ok(()));
            prop_assert_eq!((pool.len(), pool.is_empty()), (model.len(), model.is_empty()));
            prop_assert!(pool.iter().rev().map(|(score, key)| (score, *key)).eq(model.iter().copied()));
        }
    }

    #[test]
    fn sooner_and_rarer_and_longer_idle_score_higher(a: i64, b: i64, c: u8, d: u8, e: u32, f: u32) {
        prop_assert_eq!(by_expiry(a).cmp(&by_expiry(b)), b.cmp(&a));
        prop_assert_eq!(by_frequency(c).cmp(&by_frequency(d)), d.cmp(&c));
        prop_assert_eq!(by_idle_time(e).cmp(&by_idle_time(f)), e.cmp(&f));
    }
}

#[test]
fn keys_are_made_only_for_what_is_admitted() {
    let mut pool = Pool::new();
    (0..16).for_each(|score| pool.offer(score + 100, || score));
    pool.offer(100, || unreachable!("as bad as the worst"));
    pool.offer(0, || unreachable!("worse than the worst"));
    assert!(!pool.admits(100) && pool.admits(101));
    pool.offer(101, || 99);
    assert_eq!(pool.iter().map(|(_, key)| *key).take(3).collect::<Vec<_>>(), [99, 1, 2]);
}

#[test]
fn a_broken_order_is_noticed() {
    let pool = Pool { candidates: vec![(2, ()), (1, ())] };
    assert!(pool.validate().is_err());
    assert!(Pool { candidates: vec![(0, ()); 17] }.validate().is_err());
}
