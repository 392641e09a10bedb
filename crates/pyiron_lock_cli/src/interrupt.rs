//! Ctrl-C: the first one ends the run in good order, the second one at once.

use std::sync::atomic::{AtomicBool, Ordering};

use pyiron_lock_core::Exit;
use pyiron_lock_solve::CancellationToken;

/// Returns a token that Ctrl-C cancels.
pub(crate) fn token() -> CancellationToken {
    let token = CancellationToken::new();
    let handle = token.clone();
    let asked = AtomicBool::new(false);
    let handler = move || {
        if asked.swap(true, Ordering::SeqCst) {
            std::process::exit(Exit::Interrupted.code().into());
        }
        handle.cancel();
    };
    // Without a handler Ctrl-C ends the program at once, which is safe too.
    drop(ctrlc::set_handler(handler));
    token
}
