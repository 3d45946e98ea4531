//! Commands that run scripts, and those that look after them.

automod::dir!(pub "src/scripting");
