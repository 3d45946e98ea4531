//! Streams: logs of entries, read by anybody or shared by the consumers of a group.

automod::dir!(pub "src/stream");
