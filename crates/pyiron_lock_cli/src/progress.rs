//! Progress on a terminal: one bar for all jobs, with the names of those at work. Never part of the result.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use pyiron_lock_solve::{Event, Observer};

use crate::streams::Streams;

/// Shows how far a run is.
pub(crate) struct Progress {
    bar: ProgressBar,
    labels: Vec<String>,
    running: Mutex<BTreeSet<usize>>,
}

impl Progress {
    /// Starts to show a run; `labels` name its jobs, `solves` is how many of them take time.
    pub(crate) fn new(streams: &Streams, labels: Vec<String>, solves: usize) -> Self {
        let bar = if streams.progress() {
            ProgressBar::new(solves as u64)
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
            labels,
            running: Mutex::new(BTreeSet::new()),
        }
    }

    /// Returns the bar, for those who show what goes on before the solves.
    pub(crate) fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    /// Clears the line.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, change: impl FnOnce(&mut BTreeSet<usize>)) {
        if let Ok(mut running) = self.running.lock() {
            change(&mut running);
            let names: Vec<&str> = running
                .iter()
                .filter_map(|job| self.labels.get(*job))
                .map(String::as_str)
                .collect();
            self.bar.set_message(format!("solving {}", names.join(", ")));
        }
    }
}

impl Observer for Progress {
    fn notice(&self, event: Event) {
        match event {
            Event::Loading(subdirs) => {
                let plural = if subdirs == 1 { "" } else { "s" };
                self.bar
                    .set_message(format!("reading the records of {subdirs} subdir{plural}"));
            }
            Event::Loaded => self.bar.set_message("solving"),
            Event::Started(job) => self.show(|running| {
                running.insert(job);
            }),
            Event::Finished(job) => {
                self.show(|running| {
                    running.remove(&job);
                });
                self.bar.inc(1);
            }
        }
    }
}

/// Returns a bar that counts bytes.
pub(crate) fn byte_bar(streams: &Streams) -> ProgressBar {
    if !streams.progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:24} {bytes}/{total_bytes} {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
