//! Why the server does not start: the setting that could not be taken, and where it stands.

use std::fmt;
use std::path::PathBuf;

/// The version of Redis whose behaviour this is.
pub const REDIS_VERSION: &str = "7.2.4";

/// What is wrong with the configuration. Displays as the message for standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// A file could not be opened or read. Redis logs this one as a line of its log, so it displays as one
    /// line.
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A line could not be taken.
    Line {
        /// The file, `standard input` or `the command line`.
        place: String,
        /// The line's number, from 1.
        line: usize,
        /// The line, as Redis would show it.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Open { path, reason } => {
                write!(f, "Fatal error, can't open config file '{}': {reason}", path.display())
            }
            // The first four lines are Redis's; tools that start servers look for them. Redis leaves the file
            // to be guessed.
            ConfigError::Line { place, line, text, reason } => write!(
                f,
                "\n*** FATAL CONFIG FILE ERROR (Redis {REDIS_VERSION}) ***\n\
                Reading the configuration file, at line {line}\n\
                >>> '{text}'\n\
                {reason}\n\
                (in {place})",
            ),
        }
    }
}

impl std::error::Error for ConfigError {}

/// The system's words for an error, without Rust's `(os error 2)`.
pub(super) fn describe(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_string(),
        None => text,
    }
}
