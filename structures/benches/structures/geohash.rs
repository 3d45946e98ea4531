//! Geohash beside the `geohash` crate, whose cells are base32 texts, and searches beside measuring every distance.

use std::hint::black_box;
use std::time::Duration;

use ::geohash::{Coord, decode, encode, neighbors};
use criterion::{BenchmarkId, Criterion};
use russet_structures::geohash::{Cell, Direction, Point, STEPS, Search, Shape, Unit, distance, text};

use crate::bench;

bench!(cells);
bench!(searches);

fn point(longitude: f64, latitude: f64) -> Point {
    Point::new(longitude, latitude).expect("a place on the map")
}

/// One place's score, text and neighbours. The crate has 50 bits in ten characters, we have 52 in a number.
fn cells(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("geohash");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    let palermo = point(13.361389, 38.115556);
    let theirs = Coord { x: 13.361389, y: 38.115556 };
    let score = Cell::of(palermo, STEPS).score();
    let name = encode(theirs, 10).expect("a place on the map");
    group.bench_function("encode/russet-score", |bencher| {
        bencher.iter(|| Cell::of(black_box(palermo), STEPS).score());
    });
    group.bench_function("encode/russet-text", |bencher| bencher.iter(|| text(black_box(palermo))));
    group.bench_function("encode/geohash-text", |bencher| bencher.iter(|| encode(black_box(theirs), 10)));
    group.bench_function("decode/russet-score", |bencher| bencher.iter(|| Point::of_score(black_box(score))));
    group.bench_function("decode/geohash-text", |bencher| bencher.iter(|| decode(black_box(&name))));
    let cell = Cell::of(palermo, 25);
    group.bench_function("neighbours/russet-bits", |bencher| {
        bencher.iter(|| Direction::ALL.map(|direction| black_box(cell).neighbour(direction)));
    });
    group.bench_function("neighbours/geohash-text", |bencher| bencher.iter(|| neighbors(black_box(&name))));
    group.finish();
}

/// Places within 10 km and 100 km, among so many in a square of ten degrees.
fn searches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("geohash");
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1)).sample_size(20);
    for count in [1000u32, 100_000] {
        let mut state = 1u64;
        let mut degrees = || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            (state >> 33) as f64 / f64::from(1u32 << 31) * 10.0
        };
        let mut scores: Vec<u64> =
            (0..count).map(|_| Cell::of(point(8.0 + degrees(), 33.0 + degrees()), STEPS).bits()).collect();
        scores.sort_unstable();
        let points: Vec<Point> = scores.iter().map(|score| Point::of_score(*score as f64)).collect();
        let centre = point(13.361389, 38.115556);
        for radius in [10u32, 100] {
            let shape = Shape::Circle { radius: f64::from(radius) };
            let search = Search { centre, shape, unit: Unit::Kilometre };
            let found = |search: &Search| {
                let within = |range: std::ops::Range<u64>| {
                    let first = scores.partition_point(|score| *score < range.start);
                    let candidates = scores[first..].iter().take_while(move |score| **score < range.end);
                    let inside = |score: &&u64| search.distance_if_inside(Point::of_score(**score as f64)).is_some();
                    candidates.filter(inside).count()
                };
                search.scores().map(within).sum::<usize>()
            };
            let metres = f64::from(radius) * 1000.0;
            let naive = || points.iter().filter(|point| distance(centre, **point) <= metres).count();
            assert_eq!(found(&search), naive());
            let size = format!("{count}-{radius}km");
            group.bench_function(BenchmarkId::new("search/cells", &size), |bencher| {
                bencher.iter(|| found(black_box(&search)));
            });
            group.bench_function(BenchmarkId::new("search/every-distance", &size), |bencher| {
                bencher.iter(|| black_box(naive()));
            });
        }
    }
    group.finish();
}
