//! What a Morris counter says, against how often it was really raised, and how it fades.

use rand::rngs::SmallRng;
use rand::{RngCore, SeedableRng};
use russet_structures::morris::{Counter, Rules, expected_uses};

use crate::chart::{Chart, Scale};
use crate::measure::sizes;
use crate::plot;

plot! { "morris-uses", "Counter value against true number of uses, by log factor", uses }

const FACTORS: [u32; 4] = [0, 1, 10, 100];
/// Counters of each factor.
const COUNTERS: usize = 300;

/// What each of many counters shows after each of these numbers of uses, sorted.
fn values(factor: u32, uses: &[usize]) -> Vec<Vec<u8>> {
    let rules = Rules { log_factor: factor, decay_minutes: 0 };
    let mut random = SmallRng::seed_from_u64(u64::from(factor));
    let mut values = vec![Vec::with_capacity(COUNTERS); uses.len()];
    for _ in 0..COUNTERS {
        let (mut counter, mut done) = (Counter::new(0), 0);
        for (uses, values) in uses.iter().zip(&mut values) {
            // A counter at its end stays there.
            while done < *uses && counter.value() < u8::MAX {
                counter = counter.touch(rules, 0, || random.next_u64());
                done += 1;
            }
            values.push(counter.value());
        }
    }
    values.iter_mut().for_each(|values| values.sort_unstable());
    values
}

fn uses() -> Chart {
    let uses = sizes(1, 10_000_000, 100);
    let mut chart = Chart::new(
        "Counters of 8 bits, and what they count",
        ("uses", Scale::Log),
        ("counter value", Scale::Linear),
    )
    // The legend stands above the curves.
    .y_range(0.0, 430.0);
    let all: Vec<_> = FACTORS.iter().map(|factor| (*factor, values(*factor, &uses))).collect();
    for (factor, values) in &all {
        let spread = |values: &Vec<u8>| (f64::from(values[COUNTERS / 20]), f64::from(values[COUNTERS - COUNTERS / 20 - 1]));
        let band = uses.iter().zip(values).map(|(uses, values)| (*uses as f64, spread(values).0, spread(values).1));
        // One line in the legend for all four.
        chart = chart.band(if *factor == 0 { "nine counters in ten" } else { "" }, band.collect());
    }
    for (factor, values) in &all {
        let mean = |values: &Vec<u8>| values.iter().map(|value| f64::from(*value)).sum::<f64>() / COUNTERS as f64;
        let line = uses.iter().zip(values).map(|(uses, values)| (*uses as f64, mean(values))).collect();
        chart = chart.line(&format!("factor {factor}: mean"), line);
    }
    let expected = FACTORS.iter().flat_map(|factor| {
        (1..=10).map(move |n| (expected_uses(n * 25 + 5, *factor) as f64, f64::from(n * 25 + 5)))
    });
    chart.points("uses that the formula expects", expected.collect())
}

plot! { "morris-decay", "Counter value against idle minutes, by decay time", decay }

fn decay() -> Chart {
    let chart = Chart::new(
        "What is left of a counter that stood at 200",
        ("minutes without a use", Scale::Linear),
        ("counter value", Scale::Linear),
    );
    let names = [(0, "0: no decay"), (1, "1 minute"), (3, "3 minutes"), (10, "10 minutes")];
    names.into_iter().fold(chart.y_range(0.0, 255.0), |chart, (decay_minutes, name)| {
        let (rules, counter) = (Rules { decay_minutes, ..Rules::default() }, Counter::with_value(200, 0));
        let left = (0..=720u16).map(|passed| (f64::from(passed), f64::from(counter.read(rules, passed))));
        chart.line(name, left.collect())
    })
}
