//! Cells: the rectangles that prefixes of interleaved bits stand for.

use std::ops::Range;

use super::interleave::{EVEN, ODD, deinterleave, interleave};
use super::{LATITUDE_LIMIT, LONGITUDE_LIMIT, Point, STEPS};

/// A rectangle of degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// The smallest longitude.
    pub west: f64,
    /// The smallest latitude.
    pub south: f64,
    /// The largest longitude.
    pub east: f64,
    /// The largest latitude.
    pub north: f64,
}

impl Area {
    /// The point in its middle, moved into what a [`Point`] may be where it lies outside.
    #[inline]
    pub fn centre(&self) -> Point {
        let clamp = |value: f64, limit: f64| if value > limit { limit } else { value.max(-limit) };
        Point {
            longitude: clamp((self.west + self.east) / 2.0, LONGITUDE_LIMIT),
            latitude: clamp((self.south + self.north) / 2.0, LATITUDE_LIMIT),
        }
    }

    /// Whether a point lies inside or on the edge.
    pub fn contains(&self, point: Point) -> bool {
        (self.west..=self.east).contains(&point.longitude)
            && (self.south..=self.north).contains(&point.latitude)
    }
}

/// Where a neighbour lies, in the order in which Redis scans them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the directions")]
pub enum Direction {
    North,
    South,
    East,
    West,
    NorthEast,
    NorthWest,
    SouthEast,
    SouthWest,
}

impl Direction {
    /// All of them.
    pub const ALL: [Direction; 8] = {
        use Direction::*;
        [North, South, East, West, NorthEast, NorthWest, SouthEast, SouthWest]
    };

    /// Cells to the east and to the north: -1, 0 or 1.
    #[inline]
    pub fn offsets(self) -> (i32, i32) {
        match self {
            Direction::North => (0, 1),
            Direction::South => (0, -1),
            Direction::East => (1, 0),
            Direction::West => (-1, 0),
            Direction::NorthEast => (1, 1),
            Direction::NorthWest => (-1, 1),
            Direction::SouthEast => (1, -1),
            Direction::SouthWest => (-1, -1),
        }
    }
}

/// One cell of the grid that divides each axis into `2^step` parts.
///
/// Its bits number it along the Z-order curve. A point on the eastern or northern limit itself lies one cell beyond the grid,
/// as it does in Redis, so bits may be as large as `3 << 2 * step`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    bits: u64,
    step: u8,
}

impl Cell {
    /// The cell that holds a point. O(1).
    ///
    /// # Panics
    /// When `step` is not between 1 and [`STEPS`].
    #[inline]
    pub fn of(point: Point, step: u8) -> Cell {
        assert!((1..=STEPS).contains(&step), "step {step}");
        Cell::within(point, LATITUDE_LIMIT, step)
    }

    /// The cell in a grid whose latitudes end at `limit`.
    #[inline]
    pub(super) fn within(point: Point, limit: f64, step: u8) -> Cell {
        let part = |value: f64, limit: f64| (value + limit) / (limit + limit) * (1u64 << step) as f64;
        let latitude = part(point.latitude, limit) as u32;
        let longitude = part(point.longitude, LONGITUDE_LIMIT) as u32;
        Cell { bits: interleave(latitude, longitude), step }
    }

    /// The smallest cell that a score stands for, whatever the score is: sorted sets hold any double.
    ///
    /// A score outside 0 to 2^64 is brought into it as x86-64 converts it for Redis.
    #[inline]
    pub fn of_score(score: f64) -> Cell {
        let bits = if score < (1u64 << 63) as f64 { signed(score) as u64 } else { beyond(score) };
        Cell { bits, step: STEPS }
    }

    /// The number of the cell.
    #[inline]
    pub fn bits(self) -> u64 {
        self.bits
    }

    /// Bits per axis.
    #[inline]
    pub fn step(self) -> u8 {
        self.step
    }

    /// The score of a member in this cell of [`STEPS`] bits per axis: its bits as a double. Exact inside the grid; beyond
    /// its edges (see [`Cell`]) the last bit may be rounded away, as in Redis.
    #[inline]
    pub fn score(self) -> f64 {
        self.bits as f64
    }

    /// The scores of all points in this cell: from the start, up to and without the end.
    #[inline]
    pub fn scores(self) -> Range<u64> {
        let align = 2 * (STEPS - self.step);
        self.bits << align..self.bits.wrapping_add(1) << align
    }

    /// Its edges.
    #[inline]
    pub fn area(self) -> Area {
        let (latitude, longitude) = deinterleave(self.bits);
        let parts = (1u64 << self.step) as f64;
        let edge = |part: u32, limit: f64| -limit + f64::from(part) / parts * (limit + limit);
        Area {
            west: edge(longitude, LONGITUDE_LIMIT),
            south: edge(latitude, LATITUDE_LIMIT),
            east: edge(longitude.wrapping_add(1), LONGITUDE_LIMIT),
            north: edge(latitude.wrapping_add(1), LATITUDE_LIMIT),
        }
    }

    /// The cell next to it. Beyond an end of an axis the grid goes on at its other end: right at the antimeridian,
    /// and harmless at the poles, where searches scan a cell too many.
    #[inline]
    pub fn neighbour(self, direction: Direction) -> Cell {
        let (east, north) = direction.offsets();
        let unused = 64 - 2 * u32::from(self.step);
        let along = |mine: u64, other: u64, by: i32| {
            // The other axis's bits, all set or all clear, carry an addition or a subtraction across.
            let (bits, gaps) = (self.bits & mine, other >> unused);
            let moved = match by {
                0 => return bits,
                1 => bits.wrapping_add(gaps + 1),
                _ => (bits | gaps).wrapping_sub(gaps + 1),
            };
            moved & (mine >> unused)
        };
        Cell { bits: along(ODD, EVEN, east) | along(EVEN, ODD, north), step: self.step }
    }
}

/// A double as a signed integer, as the x86-64 instruction has it: out of range is the smallest.
fn signed(value: f64) -> i64 {
    if value >= -(2f64.powi(63)) { value as i64 } else { i64::MIN }
}

/// A double of 2^63 or more (or no number) as an unsigned integer: what is above 2^63, and 2^63.
fn beyond(value: f64) -> u64 {
    let above = value - 2f64.powi(63);
    let above = if above < 2f64.powi(63) { above as i64 } else { i64::MIN };
    (above as u64) ^ (1 << 63)
}
