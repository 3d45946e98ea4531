//! Commands of publish and subscribe.

automod::dir!(pub "src/pubsub");
