//! Which scores a search has to look at, and which of the points found there are inside.

use std::ops::Range;

use super::distance::{EARTH_RADIUS, RADIAN, Unit, distance, meridian_distance};
use super::{Area, Cell, Direction, Point, STEPS};

/// What is searched, around a centre. Lengths are in the search's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// All points not farther away than this.
    Circle {
        /// The radius.
        radius: f64,
    },
    /// All points inside a rectangle that lies along the meridian and the parallels.
    Rectangle {
        /// From west to east.
        width: f64,
        /// From south to north.
        height: f64,
    },
}

/// A search by distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Its middle.
    pub centre: Point,
    /// What is around it.
    pub shape: Shape,
    /// The unit of the shape's lengths.
    pub unit: Unit,
}

/// Half of the equator on the Mercator map, in metres, as Redis has it: a cell of step 0 is twice as wide.
const HALF_EQUATOR: f64 = 20037726.37;

/// The step whose cells are so large that a cell and its neighbours cover `radius` metres around a point at this
/// latitude: 1 to [`STEPS`].
///
/// Cells grow narrower towards the poles, so there the step is one or two less. [`Search::cells`] corrects what this
/// estimate misses.
pub fn step_for(radius: f64, latitude: f64) -> u8 {
    if radius == 0.0 {
        return STEPS;
    }
    let mut step = 1;
    let mut reach = radius;
    // Beyond 30 no correction leads back below the largest step: also the end for what never grows.
    while reach < HALF_EQUATOR && step < 30 {
        reach *= 2.0;
        step += 1;
    }
    // Two less, so that the circle is covered in most of the basic cases.
    step -= 2;
    if latitude.abs() > 66.0 {
        step -= 1;
    }
    if latitude.abs() > 80.0 {
        step -= 1;
    }
    step.clamp(1, i32::from(STEPS)) as u8
}

impl Search {
    /// The rectangle of degrees around the shape. Not cut at the poles or the antimeridian: a side may lie beyond.
    pub fn bounding_box(&self) -> Area {
        let (x, y) = (self.centre.longitude(), self.centre.latitude());
        let metres = self.unit.metres();
        let (half_width, half_height) = match self.shape {
            Shape::Circle { radius } => (metres * radius, metres * radius),
            Shape::Rectangle { width, height } => (metres * (width / 2.0), metres * (height / 2.0)),
        };
        let latitudes = half_height / EARTH_RADIUS / RADIAN;
        // A degree of longitude is shortest at the edge that lies nearer to a pole.
        let edge = if y < 0.0 { y - latitudes } else { y + latitudes };
        let longitudes = half_width / EARTH_RADIUS / (edge * RADIAN).cos() / RADIAN;
        Area { west: x - longitudes, south: y - latitudes, east: x + longitudes, north: y + latitudes }
    }

    /// The cells that together hold every point of the shape, in the order in which Redis scans them: the centre's
    /// and up to eight neighbours, of one size. None twice. O(1).
    pub fn cells(&self) -> Cells {
        let wanted = self.bounding_box();
        let reach = self.unit.metres()
            * match self.shape {
                Shape::Circle { radius } => radius,
                Shape::Rectangle { width, height } => {
                    ((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0)).sqrt()
                }
            };
        let mut step = step_for(reach, self.centre.latitude());
        let mut centre = Cell::of(self.centre, step);
        let area = |direction| centre.neighbour(direction).area();
        let too_small = area(Direction::North).north < wanted.north
            || area(Direction::South).south > wanted.south
            || area(Direction::East).east < wanted.east
            || area(Direction::West).west > wanted.west;
        if step > 1 && too_small {
            step -= 1;
            centre = Cell::of(self.centre, step);
        }
        let mut cells = Cells { cells: [centre; 9], len: 1, next: 0 };
        let middle = centre.area();
        for direction in Direction::ALL {
            let (east, north) = direction.offsets();
            // Where the centre's cell reaches beyond the shape, the neighbours on that side hold none of it.
            let useless = step >= 2
                && (north < 0 && middle.south < wanted.south
                    || north > 0 && middle.north > wanted.north
                    || east < 0 && middle.west < wanted.west
                    || east > 0 && middle.east > wanted.east);
            // In the coarsest grid a neighbour on one side is the neighbour on the other side too.
            let cell = centre.neighbour(direction);
            if !useless && (cells.len == 1 || cells.cells[cells.len - 1] != cell) {
                cells.cells[cells.len] = cell;
                cells.len += 1;
            }
        }
        cells
    }

    /// The ranges of scores to scan: [`Search::cells`] as [`Cell::scores`].
    pub fn scores(&self) -> impl Iterator<Item = Range<u64>> {
        self.cells().map(Cell::scores)
    }

    /// How far a point is from the centre, in metres, if it is inside the shape.
    #[inline]
    pub fn distance_if_inside(&self, point: Point) -> Option<f64> {
        let metres = self.unit.metres();
        match self.shape {
            Shape::Circle { radius } => {
                let away = distance(self.centre, point);
                (away <= radius * metres).then_some(away)
            }
            Shape::Rectangle { width, height } => {
                let (width, height) = (width * metres, height * metres);
                // Latitudes first: they cost no sine.
                if meridian_distance(point, self.centre) > height / 2.0 {
                    return None;
                }
                let beside = Point { longitude: self.centre.longitude(), latitude: point.latitude() };
                if distance(point, beside) > width / 2.0 {
                    return None;
                }
                Some(distance(self.centre, point))
            }
        }
    }
}

/// The cells of a search: an iterator over at most nine.
#[derive(Clone, Debug)]
pub struct Cells {
    cells: [Cell; 9],
    len: usize,
    next: usize,
}

impl Iterator for Cells {
    type Item = Cell;

    fn next(&mut self) -> Option<Cell> {
        let cell = self.cells[..self.len].get(self.next).copied();
        self.next += 1;
        cell
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.len.saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Cells {}
