//! A real terminal: a program under a tmux of its own, typed to and looked at as a person would.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::peers::on_path;

/// A program that runs in a terminal of 120 columns and 40 rows. The terminal ends when this is dropped.
#[derive(Debug)]
pub struct Terminal {
    socket: String,
    tmux: PathBuf,
}

impl Terminal {
    /// Runs a shell command line in a new terminal.
    ///
    /// # Errors
    /// When there is no tmux, or it does not start.
    pub fn run(command: &str) -> Result<Terminal, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let tmux = on_path("tmux").ok_or("no tmux: run `tests/run --only tools`")?;
        let terminal = Terminal { socket: format!("russet-test-{}-{number}", std::process::id()), tmux };
        // The shell stays after the program, so that its last words stay on the screen.
        let command = format!("env HOME=/nonexistent TERM=xterm {command}; echo; echo '[ended]'; sleep 60");
        terminal.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", &command])?;
        Ok(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> Result<Output, String> {
        let output = Command::new(&self.tmux)
            .args(["-L", &self.socket])
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .map_err(|e| format!("tmux: {e}"))?;
        if output.status.success() {
            Ok(output)
        } else {
            Err(format!("tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
        }
    }

    /// Types text as it is.
    ///
    /// # Errors
    /// Those of tmux.
    pub fn type_text(&self, text: &str) -> Result<(), String> {
        self.tmux(&["send-keys", "-l", text]).map(|_| ())
    }

    /// Presses a key by its tmux name: `Enter`, `Tab`, `C-c`.
    ///
    /// # Errors
    /// Those of tmux.
    pub fn press(&self, key: &str) -> Result<(), String> {
        self.tmux(&["send-keys", key]).map(|_| ())
    }

    /// What stands on the screen and above it, without blanks at line ends and empty lines at the end.
    ///
    /// # Errors
    /// Those of tmux.
    pub fn screen(&self) -> Result<String, String> {
        let output = self.tmux(&["capture-pane", "-p", "-S", "-2000"])?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        Ok(lines.join("\n").trim_end().to_string())
    }

    /// Waits until the screen satisfies `good`; returns it.
    ///
    /// # Errors
    /// The last screen, when that takes more than ten seconds.
    pub fn wait(&self, what: &str, good: impl Fn(&str) -> bool) -> Result<String, String> {
        let end = Instant::now() + Duration::from_secs(10);
        loop {
            let screen = self.screen()?;
            if good(&screen) {
                return Ok(screen);
            }
            if Instant::now() > end {
                return Err(format!("{what} did not show:\n{screen}"));
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The screen once it has not changed for a moment.
    ///
    /// # Errors
    /// Those of tmux.
    pub fn settled(&self) -> Result<String, String> {
        let mut last = self.screen()?;
        let mut same = 0;
        while same < 4 {
            std::thread::sleep(Duration::from_millis(40));
            let now = self.screen()?;
            same = if now == last { same + 1 } else { 0 };
            last = now;
        }
        Ok(last)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}
