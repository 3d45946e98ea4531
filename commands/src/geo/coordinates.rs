//! Places and lengths as arguments say them.

use russet_engine::number;
use russet_engine::prelude::*;
use russet_structures::geohash::{Point, Shape, Unit};

/// The longitude in word `at` and the latitude behind it.
///
/// # Errors
/// For what is no number, and for what is not on the map.
pub(super) fn point(args: Args<'_>, at: usize) -> Result<Point, Error> {
    let number = |at: usize| number::parse_double(args.word(at)).ok_or(Error::NOT_A_FLOAT);
    let (longitude, latitude) = (number(at)?, number(at + 1)?);
    Point::new(longitude, latitude)
        .ok_or_else(|| Error::owned(format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}")))
}

/// The radius in word `at` and its unit behind it.
pub(super) fn circle(args: Args<'_>, at: usize) -> Result<(Shape, Unit), Error> {
    let radius = length(args, at, "ERR need numeric radius")?;
    if radius < 0.0 {
        return Err(Error::new("ERR radius cannot be negative"));
    }
    Ok((Shape::Circle { radius }, unit(args, at + 1)?))
}

/// The width in word `at`, the height and their unit behind it.
pub(super) fn rectangle(args: Args<'_>, at: usize) -> Result<(Shape, Unit), Error> {
    let width = length(args, at, "ERR need numeric width")?;
    let height = length(args, at + 1, "ERR need numeric height")?;
    if width < 0.0 || height < 0.0 {
        return Err(Error::new("ERR height or width cannot be negative"));
    }
    Ok((Shape::Rectangle { width, height }, unit(args, at + 2)?))
}

fn length(args: Args<'_>, at: usize, otherwise: &'static str) -> Result<f64, Error> {
    number::parse_double(args.word(at)).ok_or(Error::new(otherwise))
}

/// The unit in word `at`.
pub(super) fn unit(args: Args<'_>, at: usize) -> Result<Unit, Error> {
    const UNKNOWN: Error = Error::new("ERR unsupported unit provided. please use M, KM, FT, MI");
    Unit::parse(args.word(at)).ok_or(UNKNOWN)
}
