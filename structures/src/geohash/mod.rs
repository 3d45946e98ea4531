//! Geohash: a place on Earth as one number, so that what is near has numbers that are mostly near.
//!
//! # What problem does it solve?
//!
//! "Who is within 5 km of here?" asks about two coordinates at once, but an index sorts by one key. Sorted by longitude
//! alone, the answer is a strip from pole to pole. A geohash halves the world again and again, now by longitude, now by
//! latitude, and writes down a bit each time. Numbers that begin with the same bits lie in the same rectangle, so a
//! rectangle is one range of numbers, and any ordered index finds it.
//!
//! Redis keeps places in a sorted set: the member is a name, the score a geohash of 52 bits. A double holds
//! integers of up to 53 bits exactly, so no bit is lost. That is why `GEOADD` makes a sorted set that `ZRANGE`
//! reads and `ZREM` deletes from, and why there is no `GEODEL`.
//!
//! # What was there before?
//!
//! G. M. Morton wove coordinates in 1966 to file maps on tape: his order is the Z-order curve. Gustavo Niemeyer's
//! geohash.org (2008) wrote the woven bits as base32 for links. R-trees and quadtrees answer the same question with a tree
//! of their own; a geohash needs nothing but the sorted index that is there already.
//!
//! # What does it look like?
//!
//! 26 bits for each axis, the cell's column and row in a grid of 2^26 by 2^26. Longitude takes the odd bits, so the
//! first question is always "east or west":
//!
//! ```text
//!  bit   51  50  49  48  47  46          5   4   3   2   1   0
//!       +---+---+---+---+---+---+- ··· -+---+---+---+---+---+---+
//!       |x25|y25|x24|y24|x23|y23|       |x2 |y2 |x1 |y1 |x0 |y0 |
//!       +---+---+---+---+---+---+- ··· -+---+---+---+---+---+---+
//!       x = (longitude + 180)         / 360          * 2^26, rounded down
//!       y = (latitude  + 85.05112878) / 170.10225756 * 2^26, rounded down
//! ```
//!
//! Latitude ends at 85.05112878 degrees, where the square map of web Mercator ends. With two bits the world is four cells,
//! with four bits sixteen; each cell keeps its bits and gains two:
//!
//! ```text
//!        west   east                                       Z
//!       +------+------+          +----+----+----+----+
//!  north|  01  |  11  |          |0101|0111|1101|1111|    0101 ──> 0111   1101 ──> 1111
//!       |      |      |          +----+----+----+----+       ╲   ╱    ╲       ╲   ╱
//!       +------+------+          |0100|0110|1100|1110|    0100 ──> 0110   1100 ──> 1110
//!  south|  00  |  10  |          +----+----+----+----+
//!       |      |      |          |0001|0011|1001|1011|
//!       +------+------+          +----+----+----+----+
//!          step 1                |0000|0010|1000|1010|    step 2
//!                                +----+----+----+----+
//! ```
//!
//! # What is Palermo?
//!
//! 13.361389 degrees east, 38.115556 north:
//!
//! ```text
//!  x = 0x2260177 = 10 0010 0110 0000 0001 0111 0111
//!  y = 0x2e573c0 = 10 1110 0101 0111 0011 1100 0000
//!
//!  x    1 0 0 0  1 0 0 1  1 0 0 0  0 0 0 0  0 1 0 1  1 1 0 1  1 1
//!  y     1 0 1 1  1 0 0 1  0 1 0 1  1 1 0 0  1 1 1 1  0 0 0 0  0 0
//!       11000101 11000011 10010001 01010000 01110111 10100010 1010
//!        c   5    c   3    9   1    5   0    7   7    a   2    a
//! ```
//!
//! ```
//! use russet_structures::geohash::{Cell, Direction, Point, STEPS, distance, text};
//!
//! let palermo = Point::new(13.361389, 38.115556).ok_or("not on the map")?;
//! let cell = Cell::of(palermo, STEPS);
//! assert_eq!(cell.bits(), 0xc5c3915077a2a);
//! assert_eq!(cell.score(), 3479099956230698.0);
//!
//! // What GEOPOS answers is the middle of the cell, not what was added.
//! let stored = Point::of_score(cell.score());
//! assert_eq!((stored.longitude(), stored.latitude()), (13.361389338970184, 38.1155563954963));
//! assert_eq!(&text(stored), b"sqc8b49rny0");
//!
//! let catania = Point::of_score(3479447370796909.0);
//! assert_eq!(format!("{:.4}", distance(stored, catania)), "166274.1516");
//!
//! // Six steps: the first twelve bits, a range of scores, and the cell to the east of it.
//! let coarse = Cell::of(palermo, 6);
//! assert_eq!(coarse.bits(), 0xc5c);
//! assert_eq!(coarse.scores(), 0xc5c0000000000..0xc5d0000000000);
//! assert_eq!(coarse.neighbour(Direction::East).bits(), 0xc5e);
//! # Ok::<(), &str>(())
//! ```
//!
//! # How large is a cell?
//!
//! Each step halves both sides. On the equator:
//!
//! | step | bits | width | height | |
//! |---|---|---|---|---|
//! | 1 | 2 | 20,021 km | 9,460 km | a quarter of the map |
//! | 6 | 12 | 626 km | 296 km | a country |
//! | 12 | 24 | 9.8 km | 4.6 km | a town |
//! | 18 | 36 | 153 m | 72 m | a block of houses |
//! | 26 | 52 | 0.60 m | 0.28 m | what a score stores |
//!
//! So a stored place is at most 0.33 m off. Widths shrink with the cosine of the latitude; heights do not. On the
//! equator a cell is about twice as wide as high, at 62 degrees it is a square, and at 85 degrees a thin slice.
//!
//! ![Width of a cell at four latitudes and its height, by step, on a logarithmic axis: all halve with each step](../../../../docs/src/plots/structures/geohash-cell.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots geohash-cell
//! ```
//!
//! # How does a bit find its place?
//!
//! Bit n of a coordinate moves to bit 2n. All of them move at once, in five steps that each open gaps half as
//! wide as the step before:
//!
//! ```text
//!  0000 0000 hgfe dcba
//!  0000 hgfe 0000 dcba      x = (x | x << 4) & 0x0f0f
//!  00hg 00fe 00dc 00ba      x = (x | x << 2) & 0x3333
//!  0h0g 0f0e 0d0c 0b0a      x = (x | x << 1) & 0x5555
//! ```
//!
//! A neighbour is found without taking them apart. To go east, set all latitude bits, add 1 and let the carry run through
//! them to the next longitude bit; then put the latitude bits back.
//!
//! # How does a search go?
//!
//! A circle is not a rectangle, and a circle around the corner of four cells has no small common prefix. So a search
//! takes cells as large as the radius, and looks at the one in the middle and its eight neighbours:
//!
//! ```text
//!  +--------+--------+--------+     1. a step from the radius, one or two less near the poles;
//!  |        |  .--.  |        |     2. one less again if the nine cells end inside the bounding box;
//!  +--------+-/----\-+--------+     3. leave out the sides on which the middle cell already
//!  |        |(  *   )|        |        reaches beyond the box;
//!  +--------+-\----/-+--------+     4. scan each cell's range of scores, decode every member's
//!  |        |  '--'  |        |        score and keep it if its distance is right.
//!  +--------+--------+--------+
//! ```
//!
//! ```
//! use russet_structures::geohash::{Point, Search, Shape, Unit};
//!
//! let centre = Point::new(15.0, 37.0).ok_or("not on the map")?;
//! let search = Search { centre, shape: Shape::Circle { radius: 200.0 }, unit: Unit::Kilometre };
//! let catania = Point::of_score(3479447370796909.0);
//! assert_eq!(search.distance_if_inside(catania).map(f64::round), Some(56441.0));
//! assert!(search.scores().any(|range| range.contains(&3479447370796909)));
//! # Ok::<(), &str>(())
//! ```
//!
//! # How much does a search look at in vain?
//!
//! Nine cells, each at least about as high as the radius, hold more than the circle. How much more depends on where the
//! radius lies between one step and the next: from three to eight times the circle's area, and about five times
//! in the mean, nearly everywhere on Earth, until cells are so large that they feel the poles.
//!
//! ![Area of the scanned cells over the area of the circle, by radius, at four latitudes: a saw between 3 and 8 that rises at 75 degrees for hundreds of kilometres](../../../../docs/src/plots/structures/geohash-circle.svg)
//!
//! That is the same as to say that some four of five places whose scores are decoded are thrown away again:
//!
//! ![Percent of the places met that lie outside the circle, by radius, at four latitudes](../../../../docs/src/plots/structures/geohash-rejected.svg)
//!
//! A rectangle that is much wider than high is worse off, since the cells have to reach its corners: at sixteen to
//! one, its cells hold some 15 to 45 times its area.
//!
//! ![Area of the scanned cells over the area of the rectangle, by its size, for four forms](../../../../docs/src/plots/structures/geohash-box.svg)
//!
//! Nevertheless a search of a hundred kilometres among a million places takes some ten microseconds, where measuring
//! every distance takes some thirty milliseconds:
//!
//! ![Time of a search among a million places by radius, and of measuring the distance to every place](../../../../docs/src/plots/structures/geohash-search.svg)
//!
//! ```text
//! cargo run --release -p russet-structures --example study -- plots geohash
//! ```
//!
//! # Which operations are there?
//!
//! | operation | complexity | for |
//! |---|---|---|
//! | [`Cell::of`], [`Cell::score`] | O(1) | `GEOADD` |
//! | [`Point::of_score`] | O(1) | `GEOPOS`, every member a search meets |
//! | [`text()`] | O(1) | `GEOHASH` |
//! | [`distance()`] | O(1): five calls of trigonometry and a root | `GEODIST` |
//! | [`Cell::neighbour`], [`Cell::area`] | O(1) | searches |
//! | [`Search::cells`], [`Search::scores`] | O(1), at most nine | `GEOSEARCH`, `GEORADIUS` |
//! | [`Search::distance_if_inside`] | O(1) | for each member in those ranges |
//!
//! A search takes O(log n) for each of its ranges and O(1) for each member in them.
//!
//! # What does it cost?
//!
//! Nothing beside the sorted set: 8 bytes of score, which are there anyway. A [`Cell`] takes 16 bytes, a [`Point`] 16.
//!
//! # What is it bad at?
//!
//! The curve jumps: two places a metre apart on both sides of the prime meridian differ in the first bit. That is
//! what the neighbours are for. Sides double from step to step, with nothing between, and every member in up to nine
//! cells is decoded and measured. With a radius of thousands of kilometres that is no quicker than to measure every
//! distance. There is no north of 85 degrees: Redis refuses such points.
//!
//! Searches that reach over a pole are incomplete, here as in Redis, since the bounding box is taken from the cosine of a
//! latitude that does not exist. So may be rectangles many thousand kilometres wide far from the equator. A point
//! at exactly 180 degrees east is not found from across that meridian, and a search around one sees its western side
//! only. The same members are found as Redis finds.
//!
//! # How does it differ from Redis's?
//!
//! In nothing that can be seen: scores, positions, distances, texts and the order in which a search meets its
//! members are the same. Any double can be asked for its place, as in Redis, since `ZADD` stores any: a
//! negative one or one above 2^63 is converted as Redis's x86-64 code converts it.

mod cell;
mod distance;
mod interleave;
mod search;
#[cfg(test)]
mod tests;
mod text;

pub use cell::{Area, Cell, Direction};
pub use distance::{EARTH_RADIUS, Unit, distance};
pub use search::{Cells, Search, Shape, step_for};
pub use text::text;

/// The largest longitude, and negated the smallest, in degrees.
pub const LONGITUDE_LIMIT: f64 = 180.0;

/// The largest latitude, and negated the smallest, in degrees: where a square Mercator map ends.
pub const LATITUDE_LIMIT: f64 = 85.05112878;

/// The bits per axis of a score: twice as many still fit a double's 53.
pub const STEPS: u8 = 26;

const _: () = assert!(2 * (STEPS as u32) < f64::MANTISSA_DIGITS);
const _: () = assert!(size_of::<Cell>() == 16 && size_of::<Point>() == 16);

/// A place, in degrees, inside the limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    longitude: f64,
    latitude: f64,
}

impl Point {
    /// A point; `None` where a coordinate is outside its limits or not a number.
    pub fn new(longitude: f64, latitude: f64) -> Option<Point> {
        let inside = longitude.abs() <= LONGITUDE_LIMIT && latitude.abs() <= LATITUDE_LIMIT;
        inside.then_some(Point { longitude, latitude })
    }

    /// The point that a member with this score stands for: the middle of its smallest cell. Any double will do. O(1).
    #[inline]
    pub fn of_score(score: f64) -> Point {
        Cell::of_score(score).area().centre()
    }

    /// Degrees to the east.
    #[inline]
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// Degrees to the north.
    #[inline]
    pub fn latitude(self) -> f64 {
        self.latitude
    }
}
