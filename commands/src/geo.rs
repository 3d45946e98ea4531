//! Places: sorted sets whose scores are geohashes.

automod::dir!(pub "src/geo");
