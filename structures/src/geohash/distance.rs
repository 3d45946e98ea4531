//! Distances on a sphere, and the units that commands speak.

use super::Point;

/// The radius of the sphere that Redis takes the Earth for, in metres.
pub const EARTH_RADIUS: f64 = 6372797.560856;

/// Radians in a degree. Multiplied or divided by, never replaced by its reciprocal: results are to be the same doubles as
/// Redis's.
pub(super) const RADIAN: f64 = std::f64::consts::PI / 180.0;

/// Metres between two points along the surface, by the haversine formula.
///
/// The same double as Redis 7.2 gives, as long as both use the same sine, cosine and arc sine (the platform's).
#[inline]
pub fn distance(from: Point, to: Point) -> f64 {
    let (longitude1, longitude2) = (from.longitude() * RADIAN, to.longitude() * RADIAN);
    let half_longitude = ((longitude2 - longitude1) / 2.0).sin();
    if half_longitude == 0.0 {
        return meridian_distance(from, to);
    }
    let (latitude1, latitude2) = (from.latitude() * RADIAN, to.latitude() * RADIAN);
    let half_latitude = ((latitude2 - latitude1) / 2.0).sin();
    let chord =
        half_latitude * half_latitude + latitude1.cos() * latitude2.cos() * half_longitude * half_longitude;
    2.0 * EARTH_RADIUS * chord.sqrt().asin()
}

/// Metres between the parallels of two points.
#[inline]
pub(super) fn meridian_distance(from: Point, to: Point) -> f64 {
    EARTH_RADIUS * (to.latitude() * RADIAN - from.latitude() * RADIAN).abs()
}

/// A unit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// `m`
    Metre,
    /// `km`
    Kilometre,
    /// `ft`
    Foot,
    /// `mi`
    Mile,
}

impl Unit {
    /// Reads a unit as commands spell it, in either case.
    pub fn parse(text: &[u8]) -> Option<Unit> {
        let units = [Unit::Metre, Unit::Kilometre, Unit::Foot, Unit::Mile];
        units.into_iter().find(|unit| text.eq_ignore_ascii_case(unit.name().as_bytes()))
    }

    /// `m`, `km`, `ft` or `mi`.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Metre => "m",
            Unit::Kilometre => "km",
            Unit::Foot => "ft",
            Unit::Mile => "mi",
        }
    }

    /// How many metres one is. The mile is Redis's, 34 cm short of the international one.
    #[inline]
    pub fn metres(self) -> f64 {
        match self {
            Unit::Metre => 1.0,
            Unit::Kilometre => 1000.0,
            Unit::Foot => 0.3048,
            Unit::Mile => 1609.34,
        }
    }
}
