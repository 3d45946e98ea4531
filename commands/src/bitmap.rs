//! Bitmaps: strings whose bits are counted, sought and combined, and integers of any width among them.

automod::dir!(pub "src/bitmap");
