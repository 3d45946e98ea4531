//! The base32 form: what GEOHASH replies and geohash.org understands.

use super::{Cell, Point, STEPS};

const ALPHABET: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// A point's geohash in 11 characters: ten of 5 bits and a `0`.
///
/// Others divide latitudes from -90 to 90, so the point is encoded anew with those limits. That gives 52 bits; an
/// eleventh character would need 55, and Redis writes `0` there.
pub fn text(point: Point) -> [u8; 11] {
    let bits = Cell::within(point, 90.0, STEPS).bits();
    let mut text = [b'0'; 11];
    for (n, character) in text[..10].iter_mut().enumerate() {
        *character = ALPHABET[(bits >> (52 - 5 * (n + 1)) & 31) as usize];
    }
    text
}
