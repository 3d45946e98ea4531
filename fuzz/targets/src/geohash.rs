//! Places, cells and searches from any numbers, and searches beside a scan of all places.

use arbitrary::Unstructured;
use russet_structures::geohash::{
    Cell, Direction, LATITUDE_LIMIT, LONGITUDE_LIMIT, Point, STEPS, Search, Shape, Unit, distance, step_for, text,
};

target! { run, "any number has an answer, and no place inside a search is missed" }

/// Input: doubles and choices, taken one after the other.
pub fn run(data: &[u8]) {
    let mut input = Unstructured::new(data);
    if let Some(unit) = Unit::parse(&data[..data.len().min(2)]) {
        assert!(unit.name().as_bytes().eq_ignore_ascii_case(&data[..unit.name().len()]));
    }
    for _ in 0..16 {
        if input.is_empty() {
            break;
        }
        any_double(number(&mut input));
        let centre = point(&mut input);
        grid(centre, input.arbitrary::<u8>().unwrap_or_default() % STEPS + 1);
        any_search(centre, &mut input);
    }
    let centre = point(&mut input);
    beside_a_scan(centre, &mut input);
}

/// Any double at all.
fn number(input: &mut Unstructured<'_>) -> f64 {
    f64::from_bits(input.arbitrary().unwrap_or_default())
}

/// A place, seldom on an edge: 32 bits for each axis.
fn point(input: &mut Unstructured<'_>) -> Point {
    let mut axis = |limit: f64| {
        let part: u32 = input.arbitrary().unwrap_or_default();
        (f64::from(part) / f64::from(u32::MAX) * 2.0 - 1.0) * limit
    };
    let (longitude, latitude) = (axis(LONGITUDE_LIMIT), axis(LATITUDE_LIMIT));
    Point::new(longitude, latitude).expect("inside the limits")
}

/// A place from outside is refused or kept as it is; a score from outside is a place.
fn any_double(number: f64) {
    if let Some(point) = Point::new(number, number) {
        assert!(number.abs() <= LATITUDE_LIMIT);
        assert_eq!((point.longitude(), point.latitude()), (number, number));
        grid(point, STEPS);
    }
    let stored = Point::of_score(number);
    assert!(Point::new(stored.longitude(), stored.latitude()).is_some(), "{stored:?}");
    assert!(text(stored).iter().all(u8::is_ascii_alphanumeric));
    let cell = Cell::of_score(number);
    Direction::ALL.iter().for_each(|direction| {
        let _ = cell.neighbour(*direction).area();
    });
}

/// A cell holds its point, and a way there and back leads home.
fn grid(point: Point, step: u8) {
    let cell = Cell::of(point, step);
    let inside = point.longitude() < LONGITUDE_LIMIT && point.latitude() < LATITUDE_LIMIT;
    if !inside {
        return;
    }
    let back = |direction: Direction| {
        let (east, north) = direction.offsets();
        let other = Direction::ALL.into_iter().find(|other| other.offsets() == (-east, -north));
        other.expect("every direction has an opposite")
    };
    for direction in Direction::ALL {
        assert_eq!(cell.neighbour(direction).neighbour(back(direction)), cell);
    }
    assert!(cell.scores().contains(&Cell::of(point, STEPS).bits()));
    assert_eq!(Cell::of(cell.area().centre(), step), cell);
    let stored = Point::of_score(Cell::of(point, STEPS).score());
    assert!(distance(point, stored) < 0.35);
    assert_eq!(distance(point, stored), distance(stored, point));
}

/// A search of any numbers ends, with one to nine cells, none twice.
fn any_search(centre: Point, input: &mut Unstructured<'_>) {
    let (a, b) = (number(input), number(input));
    assert!((1..=STEPS).contains(&step_for(a, centre.latitude())));
    for shape in [Shape::Circle { radius: a }, Shape::Rectangle { width: a, height: b }] {
        let search = Search { centre, shape, unit: Unit::Mile };
        let cells: Vec<Cell> = search.cells().collect();
        assert!((1..=9).contains(&cells.len()));
        assert!(cells.iter().enumerate().all(|(nth, cell)| !cells[..nth].contains(cell)), "{search:?}");
        let _ = search.distance_if_inside(point(input));
    }
}

/// Every place that a scan of all finds is in a range of the search, as long as it keeps away from the poles.
fn beside_a_scan(centre: Point, input: &mut Unstructured<'_>) {
    let exponent = f64::from(input.arbitrary::<u8>().unwrap_or_default()) / 255.0 * 7.0 - 1.0;
    let flat = f64::from(input.arbitrary::<u8>().unwrap_or_default()) / 255.0;
    let size = 10f64.powf(exponent);
    let circle = Shape::Circle { radius: size };
    let rectangle = Shape::Rectangle { width: size * (0.1 + flat), height: size * (1.1 - flat) };
    let shape = if input.arbitrary().unwrap_or_default() { circle } else { rectangle };
    let search = Search { centre, shape, unit: Unit::Metre };
    let bounds = search.bounding_box();
    // The last meridian and the last parallel lie beyond the grid, as in Redis, and see one side only.
    let edge = centre.longitude() >= LONGITUDE_LIMIT || centre.latitude() >= LATITUDE_LIMIT;
    if edge || bounds.north >= 89.0 || bounds.south <= -89.0 {
        return;
    }
    let (width, height) = (bounds.east - bounds.west, bounds.north - bounds.south);
    for _ in 0..256 {
        let Ok(place) = input.arbitrary::<u32>() else { break };
        // Within the bounding box, or a little beside it.
        let (x, y) = (f64::from(place & 0xffff) / 65536.0, f64::from(place >> 16) / 65536.0);
        let x = centre.longitude() + (x - 0.5) * width * 1.1;
        let x = (x + 180.0).rem_euclid(360.0) - 180.0;
        let Some(place) = Point::new(x, centre.latitude() + (y - 0.5) * height * 1.1) else { continue };
        if place.longitude() >= LONGITUDE_LIMIT || place.latitude() >= LATITUDE_LIMIT {
            continue;
        }
        let score = Cell::of(place, STEPS).bits();
        let stored = Point::of_score(score as f64);
        let away = search.distance_if_inside(stored);
        if let Some(away) = away {
            assert_eq!(away, distance(centre, stored));
            assert!(search.scores().any(|range| range.contains(&score)), "{search:?} misses {stored:?}");
        }
        if let Shape::Circle { radius } = shape {
            assert_eq!(away.is_some(), distance(centre, stored) <= radius);
        }
        if input.is_empty() {
            break;
        }
    }
}
