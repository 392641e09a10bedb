//! Where words go: results to stdout, talk to stderr. A closed pipe is not an error.

use std::{
    io::{ErrorKind, IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;

use crate::args::{Color, Global};

/// The two streams and how to write to them.
pub(crate) struct Streams {
    quiet: bool,
    stdout_color: bool,
    stderr_color: bool,
    /// Set when a result could not be written for another reason than that nobody reads it.
    lost: AtomicBool,
}

impl Streams {
    pub(crate) fn new(global: &Global) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let color = |terminal: bool| match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && !plain,
        };
        Self {
            quiet: global.quiet,
            stdout_color: color(std::io::stdout().is_terminal()),
            stderr_color: color(std::io::stderr().is_terminal()),
            lost: AtomicBool::new(false),
        }
    }

    /// Returns whether stdout takes colour.
    pub(crate) fn stdout_color(&self) -> bool {
        self.stdout_color
    }

    /// Returns whether stderr takes colour.
    pub(crate) fn stderr_color(&self) -> bool {
        self.stderr_color
    }

    /// Returns whether progress bars can be drawn.
    pub(crate) fn progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// Writes a result. Whoever closes the pipe has read enough; the exit code still tells the outcome.
    pub(crate) fn result(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            && error.kind() != ErrorKind::BrokenPipe
            && !self.lost.swap(true, Ordering::Relaxed)
        {
            self.complain(&format!("error: the result cannot be written: {error}\n"));
        }
    }

    /// Writes a result as JSON, keys in the order of the alphabet whatever the reader of JSON was built with.
    pub(crate) fn json(&self, mut value: Value) {
        value.sort_all_objects();
        self.result(&format!("{value:#}\n"));
    }

    /// Returns whether a result was lost.
    pub(crate) fn lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Writes a result that `--quiet` leaves out.
    pub(crate) fn detail(&self, text: &str) {
        if !self.quiet {
            self.result(text);
        }
    }

    /// Writes a line of talk, unless `--quiet`.
    pub(crate) fn talk(&self, text: &str) {
        if !self.quiet {
            self.complain(&format!("{text}\n"));
        }
    }

    /// Writes to stderr, always.
    pub(crate) fn complain(&self, text: &str) {
        drop(std::io::stderr().lock().write_all(text.as_bytes()));
    }
}
