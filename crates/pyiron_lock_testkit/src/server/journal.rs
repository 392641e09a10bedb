//! What was asked and what was answered.

use std::{collections::BTreeMap, sync::Mutex};

use super::{lock, request::Request};

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The method, such as `GET`.
    pub method: String,
    /// The path as it was sent, with its query.
    pub path: String,
    /// The status sent; none as long as, or if, nothing was sent.
    pub status: Option<u16>,
    /// The bytes of the body given to the socket.
    pub bytes: u64,
    /// The headers of the request by name in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Exchange {
    /// Returns a header of the request.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_lowercase()).map(String::as_str)
    }
}

/// The exchanges in the order of the requests.
#[derive(Debug, Default)]
pub(super) struct Journal(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    next: u64,
    pages: BTreeMap<u64, Exchange>,
}

impl Journal {
    /// Notes a request and returns its number.
    pub(super) fn begin(&self, request: &Request) -> u64 {
        let mut journal = lock(&self.0);
        let number = journal.next;
        journal.next += 1;
        let exchange = Exchange {
            method: request.method.clone(),
            path: request.target.clone(),
            status: None,
            bytes: 0,
            headers: request.headers.clone(),
        };
        journal.pages.insert(number, exchange);
        number
    }

    /// Changes what is known of a request, unless it was forgotten since.
    pub(super) fn note(&self, number: u64, change: impl FnOnce(&mut Exchange)) {
        if let Some(exchange) = lock(&self.0).pages.get_mut(&number) {
            change(exchange);
        }
    }

    /// Returns all exchanges.
    pub(super) fn all(&self) -> Vec<Exchange> {
        lock(&self.0).pages.values().cloned().collect()
    }

    /// Forgets all exchanges.
    pub(super) fn clear(&self) {
        lock(&self.0).pages.clear();
    }
}
