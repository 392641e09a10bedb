//! How an install shows how far it is: a bar on a terminal, a line for each step in a log.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use pyiron_lock_host::install::{Step, Watch};
use pyiron_lock_solve::CancellationToken;

use crate::{render::counted, streams::Streams};

/// Shows how far an install is.
pub(super) struct Progress<'p> {
    bar: ProgressBar,
    streams: &'p Streams,
    cancel: &'p CancellationToken,
    began: Instant,
}

impl<'p> Progress<'p> {
    pub(super) fn new(streams: &'p Streams, cancel: &'p CancellationToken) -> Self {
        let bar = if streams.progress() {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:24} {pos}/{len} {wide_msg}") {
            bar.set_style(style);
        }
        if streams.progress() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self {
            bar,
            streams,
            cancel,
            began: Instant::now(),
        }
    }

    /// Clears the line.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress<'_> {
    fn begins(&self, step: Step) {
        let (text, count) = match step {
            Step::Packages(count) => (
                format!("fetching and unpacking {}", counted(count, "package")),
                count,
            ),
            Step::Linking(count) => (format!("linking {}", counted(count, "package")), count),
            Step::Scripts => ("running the scripts of packages".to_owned(), 0),
            Step::Compiling => ("compiling Python modules".to_owned(), 0),
            Step::Testing(count) => (format!("running {}", counted(count, "test")), count),
            Step::Finishing => ("setting permissions".to_owned(), 0),
        };
        self.bar.set_position(0);
        self.bar.set_length(count as u64);
        self.bar.set_message(text.clone());
        if !self.streams.progress() {
            let seconds = self.began.elapsed().as_secs();
            self.streams.talk(&format!("[{seconds:>4} s] {text}"));
        }
    }

    fn done(&self, name: &str, _: bool) {
        self.bar.inc(1);
        self.bar.set_message(name.to_owned());
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
