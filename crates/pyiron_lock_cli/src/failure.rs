//! Why a command could not do its job, with the exit code that goes with it.

use pyiron_lock_core::{Exit, SourceError};
use serde_json::json;

use crate::streams::Streams;

/// Why a command could not do its job.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    help: Option<String>,
}

impl Failure {
    /// The input is wrong.
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Exit::BadInput, message)
    }

    /// Something that is needed cannot be had.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Exit::Unavailable, message)
    }

    /// The user interrupted.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted, nothing was written")
    }

    /// The user interrupted, and something of what was done stays.
    pub(crate) fn stopped(message: impl Into<String>) -> Self {
        Self::new(Exit::Interrupted, message)
    }

    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns whether the input is at fault, not the machine.
    pub(crate) fn is_bad_input(&self) -> bool {
        self.exit == Exit::BadInput
    }

    /// Returns what went wrong.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to do about it.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Tells what went wrong and returns the exit.
    pub(crate) fn report(&self, streams: &Streams, json: bool) -> Exit {
        if json {
            let error =
                json!({"error": {"message": self.message, "help": self.help, "exit": self.exit.code()}});
            streams.json(error);
        }
        let (bold, red, off) = if streams.stderr_color() {
            ("\u{1b}[1m", "\u{1b}[31m", "\u{1b}[0m")
        } else {
            ("", "", "")
        };
        streams.complain(&format!("{bold}{red}error{off}{bold}:{off} {}\n", self.message));
        if let Some(help) = &self.help {
            streams.complain(&format!("  help: {help}\n"));
        }
        self.exit
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self {
            exit: Exit::Unavailable,
            message: error.message,
            help: error.help,
        }
    }
}
