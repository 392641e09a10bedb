//! A small HTTP/1.1 server for tests that serves a folder, and misbehaves exactly as told.
//!
//! It speaks over raw sockets, because no framework cuts a body short at a given byte. It knows no channel: what it
//! serves are files. Nothing in it looks at a clock, so it sends neither `Date` nor, unless a rule says so,
//! `Last-Modified` or `Cache-Control`; every answer has to be asked for anew, with its `ETag`.

mod answer;
mod connection;
mod files;
mod gate;
mod guard;
mod journal;
mod request;
mod rule;
mod sending;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use self::{gate::Gate, journal::Journal, rule::Rules};
pub use self::{
    journal::Exchange,
    rule::{Behaviour, Rule},
};

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Mutex<Option<JoinHandle<Vec<JoinHandle<()>>>>>,
}

/// What all connections have in common.
#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    address: SocketAddr,
    gate: Gate,
    rules: Mutex<Rules>,
    journal: Journal,
    open: Mutex<HashMap<u64, TcpStream>>,
}

impl Server {
    /// Serves the files below a folder at a free port of this machine.
    ///
    /// # Panics
    ///
    /// When the machine has no port to give.
    pub fn start(folder: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port of this machine is free");
        let address = listener.local_addr().expect("a bound listener has an address");
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            address,
            gate: Gate::default(),
            rules: Mutex::default(),
            journal: Journal::default(),
            open: Mutex::default(),
        });
        let acceptor = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || connection::accept(listener, &shared))
        };
        Self {
            address,
            shared,
            acceptor: Mutex::new(Some(acceptor)),
        }
    }

    /// Returns `http://127.0.0.1:PORT`, without a slash at the end. It stays the same after a stop.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a rule. The first one that fits a request and is not used up decides.
    pub fn rule(&self, rule: Rule) {
        lock(&self.shared.rules).add(rule);
    }

    /// Takes all rules away.
    pub fn clear_rules(&self) {
        lock(&self.shared.rules).clear();
    }

    /// Returns what was asked and answered, in the order of the requests. One that is still being answered is there
    /// too, with what was sent so far.
    pub fn log(&self) -> Vec<Exchange> {
        self.shared.journal.all()
    }

    /// Returns the bytes of all bodies sent.
    pub fn bytes(&self) -> u64 {
        self.log().iter().map(|exchange| exchange.bytes).sum()
    }

    /// Forgets what was asked so far.
    pub fn clear_log(&self) {
        self.shared.journal.clear();
    }

    /// Ends every connection and refuses new ones. A second stop does nothing.
    pub fn stop(&self) {
        self.shared.close();
        self.shared.hang_up();
        let acceptor = lock(&self.acceptor).take();
        let workers = acceptor.and_then(|acceptor| acceptor.join().ok());
        for worker in workers.into_iter().flatten() {
            // A worker that panicked has said so on its own.
            let _ = worker.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// Closes the listener, and returns when it is closed.
    fn close(&self) {
        self.gate.close();
        // Wakes the acceptor; if that is refused, it is gone already.
        let _ = TcpStream::connect(self.address);
        self.gate.wait_until_closed();
    }

    /// Ends every connection, whatever it is doing.
    fn hang_up(&self) {
        for stream in lock(&self.open).values() {
            // The other end may have closed it before.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Locks, whatever a thread that held the lock has come to.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
