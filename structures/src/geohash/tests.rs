//! Geohashes beside bit-by-bit models and brute force.

use proptest::prelude::*;

use super::interleave::{deinterleave, interleave};
use super::*;

fn point() -> impl Strategy<Value = Point> {
    let longitudes = prop_oneof![
        8 => -180.0..180.0,
        1 => Just(180.0),
        1 => Just(-180.0),
        1 => Just(0.0),
        1 => 179.9..180.0,
        1 => -180.0..-179.9,
    ];
    let latitudes = prop_oneof![
        8 => -LATITUDE_LIMIT..LATITUDE_LIMIT,
        1 => Just(LATITUDE_LIMIT),
        1 => Just(-LATITUDE_LIMIT),
        1 => Just(0.0),
        1 => 84.0..LATITUDE_LIMIT,
        1 => -LATITUDE_LIMIT..-84.0,
    ];
    (longitudes, latitudes).prop_map(|(x, y)| Point { longitude: x, latitude: y })
}

/// A point that is in the grid, not on its far edges.
fn inner() -> impl Strategy<Value = Point> {
    point().prop_filter("inside", |p| p.longitude < 180.0 && p.latitude < LATITUDE_LIMIT)
}

proptest! {
    #[test]
    fn interleaving_is_bit_by_bit(even: u32, odd: u32) {
        let woven = (0..32).fold(0u64, |woven, n| {
            woven | u64::from(even >> n & 1) << (2 * n) | u64::from(odd >> n & 1) << (2 * n + 1)
        });
        prop_assert_eq!(interleave(even, odd), woven);
        prop_assert_eq!(deinterleave(woven), (even, odd));
    }

    #[test]
    fn a_cell_is_found_by_halving(point in inner(), step in 1u8..=STEPS) {
        let (mut x, mut y) = ((-180.0, 180.0), (-LATITUDE_LIMIT, LATITUDE_LIMIT));
        let mut bits = 0u64;
        let mut halve = |ends: &mut (f64, f64), value: f64| {
            let middle = (ends.0 + ends.1) / 2.0;
            let upper = value >= middle;
            *(if upper { &mut ends.0 } else { &mut ends.1 }) = middle;
            bits = bits << 1 | u64::from(upper);
        };
        for _ in 0..step {
            halve(&mut x, point.longitude);
            halve(&mut y, point.latitude);
        }
        let cell = Cell::of(point, step);
        // Rounding may differ on an edge.
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let on_edge = [x.0, x.1].iter().any(|edge| near(*edge, point.longitude))
            || [y.0, y.1].iter().any(|edge| near(*edge, point.latitude));
        prop_assert!(on_edge || cell.bits() == bits);
        let area = cell.area();
        if !on_edge {
            prop_assert!(near(area.west, x.0) && near(area.east, x.1), "{:?} {:?}", area, x);
            prop_assert!(near(area.south, y.0) && near(area.north, y.1), "{:?} {:?}", area, y);
            prop_assert!(area.contains(point));
        }
    }

    #[test]
    fn a_score_gives_its_cell_back(point in point()) {
        let cell = Cell::of(point, STEPS);
        let stored = Point::of_score(cell.score());
        prop_assert_eq!(Point::new(stored.longitude, stored.latitude), Some(stored));
        // Beyond the grid a score has more bits than a double, and the last one is rounded away.
        let inside = point.longitude < 180.0 && point.latitude < LATITUDE_LIMIT;
        prop_assert!(distance(point, stored) < if inside { 0.35 } else { 0.65 }, "{}", distance(point, stored));
        if inside {
            prop_assert_eq!(Cell::of_score(cell.score()), cell);
            prop_assert_eq!(Cell::of(stored, STEPS), cell);
            prop_assert_eq!(cell.scores(), cell.bits()..cell.bits() + 1);
        }
    }

    #[test]
    fn a_coarse_cell_holds_the_scores_of_its_points(point in inner(), step in 1u8..=STEPS) {
        let fine = Cell::of(point, STEPS).bits();
        let cell = Cell::of(point, step);
        prop_assert!(cell.scores().contains(&fine));
        prop_assert_eq!(cell.scores().end - cell.scores().start, 1 << (2 * (STEPS - step)));
    }

    #[test]
    fn neighbours_are_one_column_or_row_away_and_wrap(point in inner(), step in 1u8..=STEPS) {
        let cell = Cell::of(point, step);
        let (y, x) = deinterleave(cell.bits());
        let parts = 1i64 << step;
        for direction in Direction::ALL {
            let (east, north) = direction.offsets();
            let go = |from: u32, by: i32| (i64::from(from) + i64::from(by)).rem_euclid(parts) as u32;
            let neighbour = cell.neighbour(direction);
            prop_assert_eq!(deinterleave(neighbour.bits()), (go(y, north), go(x, east)));
            prop_assert_eq!(neighbour.step(), step);
        }
    }

    #[test]
    fn any_double_is_a_place(bits: u64) {
        let stored = Point::of_score(f64::from_bits(bits));
        prop_assert!(Point::new(stored.longitude, stored.latitude).is_some(), "{:?}", stored);
        prop_assert!(text(stored).iter().all(u8::is_ascii_alphanumeric));
    }

    #[test]
    fn distance_is_a_metric_on_a_sphere(a in point(), b in point(), c in point()) {
        prop_assert_eq!(distance(a, a), 0.0);
        prop_assert_eq!(distance(a, b), distance(b, a));
        prop_assert!(distance(a, c) <= distance(a, b) + distance(b, c) + 1e-3);
        // By the chord through the sphere.
        let place = |p: Point| {
            let (x, y) = (p.longitude.to_radians(), p.latitude.to_radians());
            [y.cos() * x.cos(), y.cos() * x.sin(), y.sin()]
        };
        let (from, to) = (place(a), place(b));
        let chord = (0..3).map(|n| (from[n] - to[n]).powi(2)).sum::<f64>().sqrt();
        let by_chord = 2.0 * EARTH_RADIUS * (chord / 2.0).min(1.0).asin();
        prop_assert!((by_chord - distance(a, b)).abs() < 1.0, "{by_chord} {}", distance(a, b));
    }

    #[test]
    fn cells_cover_the_shape(
        centre in inner(),
        size in -1.0f64..6.0,
        flat in prop::option::of(0.1f64..1.0),
        places in prop::collection::vec((-1.1f64..1.1, -1.1f64..1.1), 64),
    ) {
        let size = 10f64.powf(size);
        let shape = match flat {
            None => Shape::Circle { radius: size },
            Some(flat) => Shape::Rectangle { width: size * flat, height: size * (1.1 - flat) },
        };
        let search = Search { centre, shape, unit: Unit::Metre };
        let bounds = search.bounding_box();
        // Over a pole nothing is promised.
        prop_assume!(bounds.north < 89.0 && bounds.south > -89.0);
        let cells: Vec<Cell> = search.cells().collect();
        prop_assert!((1..=9).contains(&cells.len()));
        for (n, cell) in cells.iter().enumerate() {
            prop_assert!(!cells[..n].contains(cell), "twice: {:?}", cell);
        }
        let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
        for (x, y) in places {
            let x = centre.longitude + x * width / 2.0;
            let y = centre.latitude + y * height / 2.0;
            let x = if x >= 180.0 { x - 360.0 } else if x < -180.0 { x + 360.0 } else { x };
            let Some(place) = Point::new(x, y) else { continue };
            let score = Cell::of(place, STEPS).bits();
            let stored = Point::of_score(score as f64);
            if place.longitude < 180.0 && place.latitude < LATITUDE_LIMIT
                && search.distance_if_inside(stored).is_some()
            {
                prop_assert!(search.scores().any(|range| range.contains(&score)), "{:?} {:?}", search, stored);
                prop_assert!(y >= bounds.south - 1e-5 && y <= bounds.north + 1e-5);
            }
        }
    }

    #[test]
    fn searches_of_any_numbers_end(centre in point(), a: f64, b: f64, far in point()) {
        for unit in [Unit::Metre, Unit::Kilometre, Unit::Foot, Unit::Mile] {
            for shape in [Shape::Circle { radius: a }, Shape::Rectangle { width: a, height: b }] {
                let search = Search { centre, shape, unit };
                prop_assert!((1..=9).contains(&search.cells().count()));
                prop_assert!((1..=STEPS).contains(&step_for(a, centre.latitude)));
                let _ = search.distance_if_inside(far);
            }
        }
    }
}

#[test]
fn steps_follow_the_radius() {
    assert_eq!(step_for(0.0, 0.0), 26);
    assert_eq!(step_for(0.3, 0.0), 25);
    assert_eq!(step_for(1000.0, 0.0), 14);
    assert_eq!(step_for(1000.0, 66.5), 13);
    assert_eq!(step_for(1000.0, -80.5), 12);
    assert_eq!(step_for(5e7, 0.0), 1);
    assert_eq!(step_for(f64::NAN, 0.0), 1);
    assert_eq!(step_for(f64::INFINITY, 85.0), 1);
    assert_eq!(step_for(-1.0, 0.0), 26);
}

#[test]
fn an_edge_of_the_map_is_beyond_the_grid() {
    let corner = Point::new(180.0, LATITUDE_LIMIT).unwrap();
    assert_eq!(Cell::of(corner, STEPS).bits(), 3 << 52);
    assert_eq!(Point::of_score((3u64 << 52) as f64), corner);
    let other = Point::new(-180.0, -LATITUDE_LIMIT).unwrap();
    assert_eq!(Cell::of(other, STEPS).bits(), 0);
    assert!(Point::new(180.1, 0.0).is_none() && Point::new(0.0, -85.06).is_none());
    assert!(Point::new(f64::NAN, 0.0).is_none() && Point::new(0.0, f64::NAN).is_none());
}

#[test]
fn units_are_read_in_either_case() {
    for (text, metres) in [("m", 1.0), ("KM", 1000.0), ("Ft", 0.3048), ("mI", 1609.34)] {
        assert_eq!(Unit::parse(text.as_bytes()).map(Unit::metres), Some(metres));
    }
    assert_eq!(Unit::parse(b"cm"), None);
    assert_eq!(Unit::parse(b""), None);
}

#[test]
fn the_antimeridian_is_no_border() {
    let centre = Point::new(179.99, 10.0).unwrap();
    let search = Search { centre, shape: Shape::Circle { radius: 5.0 }, unit: Unit::Kilometre };
    let over = Point::new(-179.99, 10.0).unwrap();
    assert!(search.distance_if_inside(over).is_some());
    let score = Cell::of(over, STEPS).bits();
    assert!(search.scores().any(|range| range.contains(&score)));
}

/// The map's last meridian lies in a column beyond the grid, whose neighbours are none of the grid's first. Redis 7.0
/// finds the same: a search around it sees what lies west of it, and a search around -180 both sides.
#[test]
fn the_last_meridian_sees_one_side_only() {
    let finds = |centre: f64, longitude: f64| {
        let centre = Point::new(centre, -1e-8).unwrap();
        let search = Search { centre, shape: Shape::Circle { radius: 1000.0 }, unit: Unit::Kilometre };
        let place = Point::new(longitude, 0.0).unwrap();
        assert!(search.distance_if_inside(place).is_some());
        let score = Cell::of(place, STEPS).bits();
        search.scores().any(|range| range.contains(&score))
    };
    assert_eq!([finds(180.0, 179.99), finds(180.0, -179.99)], [true, false]);
    assert_eq!([finds(-180.0, 179.99), finds(-180.0, -179.99)], [true, true]);
}
