//! The experiments behind the pages: every plot of the structures, and the bars they have to clear.
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- list
//! cargo run --release -p russet-structures --example study -- plots [NAME ...]
//! cargo run --release -p russet-structures --example study -- bars [NAME ...]
//! ```
//!
//! A plot measures its data, writes it to `docs/src/plots/structures/NAME.tsv` and draws it in the `.svg` beside it.
//! A bar measures one figure, in one run with what it is compared to, and says whether it is met. `NAME` may be
//! any part of a name. Each structure has one file here, which registers what it shows with `plot!` and `bar!`.
//! Do nothing else with the machine meanwhile.

use std::process::ExitCode;
use std::time::Instant;

automod::dir!("examples/study");

#[global_allocator]
static HEAP: heap::Heap = heap::Heap;

/// An experiment that ends in a plot.
struct Plot {
    /// Name of the files, beginning with the structure's.
    name: &'static str,
    /// The question that the plot answers.
    about: &'static str,
    /// Measures and returns the chart.
    draw: fn() -> chart::Chart,
}

inventory::collect!(Plot);

/// A figure that has to be reached.
struct Bar {
    /// The structure and the figure.
    name: &'static str,
    /// What is divided by what, or the unit.
    about: &'static str,
    /// The figure must not be above this.
    at_most: f64,
    /// Measures the figure.
    measure: fn() -> f64,
}

inventory::collect!(Bar);

/// `plot! { "dict-fill", "Bytes per entry by size", draw }`
macro_rules! plot {
    ($name:literal, $about:literal, $draw:path) => {
        inventory::submit! { crate::Plot { name: $name, about: $about, draw: $draw } }
    };
}
use plot;

/// `bar! { "dict-insert", "time to insert 10M entries, over hashbrown's", 1.2, measure }`
macro_rules! bar {
    ($name:literal, $about:literal, $at_most:literal, $measure:path) => {
        inventory::submit! { crate::Bar { name: $name, about: $about, at_most: $at_most, measure: $measure } }
    };
}
use bar;

/// Those whose name contains one of the words, or all if there are none, in the order of their names.
fn chosen<T: inventory::Collect>(words: &[String], name: fn(&T) -> &str) -> Vec<&'static T> {
    let wanted = |item: &&T| words.is_empty() || words.iter().any(|word| name(item).contains(word.as_str()));
    let mut items: Vec<&'static T> = inventory::iter::<T>().filter(wanted).collect();
    items.sort_by_key(|item| name(item));
    items
}

fn plots(words: &[String]) -> ExitCode {
    let plots = chosen::<Plot>(words, |plot| plot.name);
    for (done, plot) in plots.iter().enumerate() {
        eprintln!("[{}/{}] {}: {}", done + 1, plots.len(), plot.name, plot.about);
        let begun = Instant::now();
        match (plot.draw)().save(plot.name) {
            Ok(path) => eprintln!("      {} after {:.1} s", path.display(), begun.elapsed().as_secs_f64()),
            Err(error) => {
                eprintln!("{}: {error}", plot.name);
                return ExitCode::FAILURE;
            }
        }
    }
    if plots.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn bars(words: &[String]) -> ExitCode {
    let bars = chosen::<Bar>(words, |bar| bar.name);
    let mut all_met = !bars.is_empty();
    println!("{:<28} {:>8} {:>8}  met  what is measured", "bar", "figure", "at most");
    for bar in bars {
        let figure = (bar.measure)();
        let met = figure <= bar.at_most;
        all_met &= met;
        let word = if met { "yes" } else { "NO" };
        println!("{:<28} {figure:>8.3} {:>8} {word:>4}  {}", bar.name, bar.at_most, bar.about);
    }
    if all_met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let command = if words.is_empty() { String::new() } else { words.remove(0) };
    match command.as_str() {
        "list" => {
            for plot in chosen::<Plot>(&words, |plot| plot.name) {
                println!("plot  {:<28} {}", plot.name, plot.about);
            }
            for bar in chosen::<Bar>(&words, |bar| bar.name) {
                println!("bar   {:<28} {} (at most {})", bar.name, bar.about, bar.at_most);
            }
            ExitCode::SUCCESS
        }
        "plots" => plots(&words),
        "bars" => bars(&words),
        _ => {
            eprintln!("study list | plots [NAME ...] | bars [NAME ...]");
            ExitCode::from(2)
        }
    }
}
