//! How large cells are, how much more than a circle or a rectangle the cells around it hold, and what that costs a
//! search.

use std::f64::consts::PI;
use std::hint::black_box;

use russet_structures::geohash::{
    Area, Cell, EARTH_RADIUS, LATITUDE_LIMIT, Point, STEPS, Search, Shape, Unit, distance,
};

use crate::chart::{Chart, Scale};
use crate::measure::{nanoseconds, sizes};
use crate::plot;

fn at(longitude: f64, latitude: f64) -> Point {
    Point::new(longitude, latitude).expect("a place on the map")
}

/// Numbers of 0 to 1, always the same.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0x9fb2_1c65_1e98_df25);
        ((mixed ^ mixed >> 29) >> 11) as f64 / (1u64 << 53) as f64
    }
}

plot! { "geohash-cell", "Width and height of a cell by step, at several latitudes", cell }

fn cell() -> Chart {
    let steps = || (1..=STEPS).map(|step| (f64::from(step), step));
    let width = |latitude: f64| {
        let measure = move |step: u8| {
            // A cell is narrower at its poleward edge: it is measured along the parallel.
            let area = Cell::of(at(0.0, latitude), step).area();
            (area.east - area.west).to_radians() * latitude.to_radians().cos() * EARTH_RADIUS
        };
        steps().map(|(x, step)| (x, measure(step))).collect()
    };
    let height = |step: u8| {
        let area = Cell::of(at(0.0, 0.0), step).area();
        (area.north - area.south).to_radians() * EARTH_RADIUS
    };
    Chart::new("How large a cell is", ("step: bits per axis", Scale::Linear), ("metres", Scale::Log))
        .line("width on the equator", width(0.0))
        .line("width at 45 degrees", width(45.0))
        .line("width at 66 degrees", width(66.0))
        .line("width at 85 degrees", width(85.0))
        .line("height everywhere", steps().map(|(x, step)| (x, height(step))).collect())
}

/// Square metres between two meridians and two parallels.
fn square_metres(area: &Area) -> f64 {
    let heights = area.north.to_radians().sin() - area.south.to_radians().sin();
    EARTH_RADIUS * EARTH_RADIUS * (area.east - area.west).to_radians() * heights
}

/// The area of the cells that a search scans, over `searched` square metres, and their number: means over centres
/// near a latitude.
fn cover(latitude: f64, shape: Shape, searched: f64) -> (f64, f64) {
    const CENTRES: usize = 4000;
    let mut random = Random(latitude.to_bits());
    let (mut ratio, mut cells) = (0.0, 0.0);
    for _ in 0..CENTRES {
        let centre = at(random.next() * 360.0 - 180.0, latitude + random.next() - 0.5);
        let search = Search { centre, shape, unit: Unit::Metre };
        for cell in search.cells() {
            ratio += square_metres(&cell.area()) / searched;
            cells += 1.0;
        }
    }
    (ratio / CENTRES as f64, cells / CENTRES as f64)
}

fn circle(radius: f64) -> f64 {
    2.0 * PI * EARTH_RADIUS * EARTH_RADIUS * (1.0 - (radius / EARTH_RADIUS).cos())
}

const LATITUDES: [(f64, &str); 4] =
    [(0.5, "on the equator"), (45.0, "at 45 degrees"), (65.0, "at 65 degrees"), (75.0, "at 75 degrees")];

/// Lengths from 10 m to 1000 km, several for each cell that is half as wide as the one before.
fn lengths() -> Vec<f64> {
    sizes(10, 1_000_000, 69).into_iter().map(|length| length as f64).collect()
}

plot! { "geohash-circle", "Area of the cells that a circle's search scans over the circle's, by radius and latitude", circles }

fn circles() -> Chart {
    let line = |latitude: f64| {
        let ratio = |radius: f64| cover(latitude, Shape::Circle { radius }, circle(radius)).0;
        lengths().into_iter().map(|radius| (radius, ratio(radius))).collect::<Vec<_>>()
    };
    LATITUDES.iter().fold(
        Chart::new(
            "Cells over circle",
            ("radius in metres", Scale::Log),
            ("area scanned / area searched", Scale::Linear),
        )
        .y_range(0.0, 26.0),
        |chart, (latitude, name)| chart.line(name, line(*latitude)),
    )
}

plot! { "geohash-box", "Area of the cells that a rectangle's search scans over the rectangle's, by form", boxes }

fn boxes() -> Chart {
    let line = |ratio: f64| {
        let over = |width: f64| {
            let height = width * ratio;
            cover(45.0, Shape::Rectangle { width, height }, width * height).0
        };
        // The same area for each form.
        lengths().into_iter().map(|side| (side, over(side / ratio.sqrt()))).collect::<Vec<_>>()
    };
    Chart::new(
        "Cells over rectangle, at 45 degrees",
        ("root of the area in metres", Scale::Log),
        ("area scanned / area searched", Scale::Log),
    )
    .line("a square", line(1.0))
    .line("four times as wide as high", line(0.25))
    .line("four times as high as wide", line(4.0))
    .line("sixteen times as wide as high", line(1.0 / 16.0))
}

/// Places spread evenly over the map, by score.
fn places(count: usize) -> Vec<u64> {
    let mut random = Random(1);
    let highest = LATITUDE_LIMIT.to_radians().sin();
    let mut scores: Vec<u64> = (0..count)
        .map(|_| {
            let latitude = ((random.next() * 2.0 - 1.0) * highest).asin().to_degrees();
            let latitude = latitude.clamp(-LATITUDE_LIMIT, LATITUDE_LIMIT);
            Cell::of(at(random.next() * 360.0 - 180.0, latitude), STEPS).bits()
        })
        .collect();
    scores.sort_unstable();
    scores
}

/// How many of the scores a search decodes, and how many of those are inside.
fn candidates(scores: &[u64], search: &Search) -> (usize, usize) {
    let (mut met, mut inside) = (0, 0);
    for range in search.scores() {
        let first = scores.partition_point(|score| *score < range.start);
        for score in scores[first..].iter().take_while(|score| **score < range.end) {
            met += 1;
            inside += usize::from(search.distance_if_inside(Point::of_score(*score as f64)).is_some());
        }
    }
    (met, inside)
}

plot! { "geohash-rejected", "Share of the places met by a search that lie outside its circle, among a million", rejected }

fn rejected() -> Chart {
    let scores = places(1_000_000);
    let share = |latitude: f64, radius: f64| {
        let mut random = Random(radius.to_bits());
        let (mut met, mut inside) = (0, 0);
        while met < 20_000 {
            let centre = at(random.next() * 360.0 - 180.0, latitude + random.next() - 0.5);
            let search = Search { centre, shape: Shape::Circle { radius }, unit: Unit::Metre };
            let more = candidates(&scores, &search);
            (met, inside) = (met + more.0, inside + more.1);
        }
        (1.0 - inside as f64 / met as f64) * 100.0
    };
    let radii = || sizes(10_000, 1_000_000, 40).into_iter().map(|radius| radius as f64);
    let line = |latitude: f64| radii().map(|radius| (radius, share(latitude, radius))).collect::<Vec<_>>();
    LATITUDES.iter().fold(
        Chart::new(
            "Places met in vain, among a million",
            ("radius in metres", Scale::Log),
            ("percent of those met", Scale::Linear),
        )
        .x_range(10_000.0, 1_000_000.0)
        .y_range(0.0, 100.0),
        |chart, (latitude, name)| chart.line(name, line(*latitude)),
    )
}

plot! { "geohash-search", "Time of a search among a million places by radius, beside measuring all distances", search }

fn search() -> Chart {
    let scores = places(1_000_000);
    let points: Vec<Point> = scores.iter().map(|score| Point::of_score(*score as f64)).collect();
    let centre = at(13.361389, 38.115556);
    let (mut cells, mut all) = (Vec::new(), Vec::new());
    for radius in sizes(1_000, 5_000_000, 13).into_iter().map(|radius| radius as f64) {
        let search = Search { centre, shape: Shape::Circle { radius }, unit: Unit::Metre };
        let naive = || points.iter().filter(|point| distance(centre, **point) <= radius).count();
        assert_eq!(candidates(&scores, &search).1, naive());
        cells.push((radius, nanoseconds(|| assert!(candidates(&scores, black_box(&search)).0 < usize::MAX)) / 1000.0));
        if all.is_empty() {
            let once = nanoseconds(|| assert!(black_box(naive()) < usize::MAX)) / 1000.0;
            all = vec![(1_000.0, once), (5_000_000.0, once)];
        }
    }
    Chart::new(
        "Searching among a million places",
        ("radius in metres", Scale::Log),
        ("microseconds", Scale::Log),
    )
    .line("cells, then distances", cells)
    .line("the distance to every place", all)
}
