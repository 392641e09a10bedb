//! Whether the server still takes requests, and naps that end when it does not.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use super::lock;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Open,
    Closing,
    Closed,
}

/// Open, closing while the listener still stands, or closed.
#[derive(Debug, Default)]
pub(super) struct Gate {
    phase: Mutex<Phase>,
    bell: Condvar,
}

impl Gate {
    /// Tells whether requests are taken.
    pub(super) fn is_open(&self) -> bool {
        *lock(&self.phase) == Phase::Open
    }

    /// Asks the acceptor to close the listener, and ends every nap.
    pub(super) fn close(&self) {
        let mut phase = lock(&self.phase);
        if *phase == Phase::Open {
            *phase = Phase::Closing;
        }
        self.bell.notify_all();
    }

    /// Says that the listener is closed.
    pub(super) fn closed(&self) {
        *lock(&self.phase) = Phase::Closed;
        self.bell.notify_all();
    }

    /// Waits until the listener is closed.
    pub(super) fn wait_until_closed(&self) {
        let phase = lock(&self.phase);
        let _phase = self
            .bell
            .wait_while(phase, |phase| *phase != Phase::Closed)
            .unwrap_or_else(PoisonError::into_inner);
    }

    /// Naps, and tells whether requests are still taken.
    pub(super) fn nap(&self, time: Duration) -> bool {
        let phase = lock(&self.phase);
        let (phase, _) = self
            .bell
            .wait_timeout_while(phase, time, |phase| *phase == Phase::Open)
            .unwrap_or_else(PoisonError::into_inner);
        *phase == Phase::Open
    }
}
