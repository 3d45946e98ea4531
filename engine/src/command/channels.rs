//! Which words of a request are channels that it publishes to or subscribes to.

/// Where channels stand. Built by [`channel`] and [`channels_from`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channels {
    first: usize,
    /// All words from there on, not that one alone.
    all: bool,
    /// They are patterns of channels.
    pub patterns: bool,
}

/// One channel, at word `index`.
pub const fn channel(index: usize) -> Channels {
    Channels { first: index, all: false, patterns: false }
}

/// Channels from word `index` to the end.
pub const fn channels_from(index: usize) -> Channels {
    Channels { first: index, all: true, patterns: false }
}

impl Channels {
    /// They are patterns.
    #[must_use]
    pub const fn patterns(self) -> Self {
        Channels { patterns: true, ..self }
    }

    /// Which of `len` words they are.
    pub fn positions(&self, len: usize) -> std::ops::Range<usize> {
        let end = if self.all { len } else { (self.first + 1).min(len) };
        self.first.min(end)..end
    }
}
