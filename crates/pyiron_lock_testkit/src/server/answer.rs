//! What is sent for a request, and the manner in which it is sent.

use std::{path::Path, time::Duration};

use super::{
    files, guard,
    request::Request,
    rule::{Behaviour, Decision},
};

/// An answer, before it is sent.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The headers besides those of the transfer.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: Vec<u8>,
    /// How it is sent.
    pub(super) manner: Manner,
}

/// How an answer is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Manner {
    /// As it should be.
    Whole,
    /// After a time.
    Late(Duration),
    /// This much of the body, then the connection ends.
    Cut(usize),
    /// This much of the body in a chunk, then the connection ends.
    CutChunked(usize),
    /// In pieces, with a time before each.
    Drip(usize, Duration),
    /// Not at all.
    HangUp,
    /// Not at all, and the server goes.
    Gone,
}

impl Answer {
    /// Makes the answer that was decided on.
    pub(super) fn new(folder: &Path, request: &Request, decision: Decision) -> Self {
        let Decision {
            path,
            behaviour,
            headers,
        } = decision;
        let serve = |manner| Self::file(folder, request, &path).sent(manner);
        let mut answer = match behaviour {
            Behaviour::Serve => serve(Manner::Whole),
            Behaviour::NoEtag => match files::read(folder, &path) {
                Some(bytes) => Self::bytes(files::content_type(&path), bytes),
                None => serve(Manner::Whole),
            },
            Behaviour::Status(status) => Self::text(status, &format!("status {status}\n")),
            Behaviour::Cut { after } => serve(Manner::Cut(after)),
            Behaviour::CutChunked { after } => serve(Manner::CutChunked(after)),
            Behaviour::HangUp => Self::text(503, "").sent(Manner::HangUp),
            Behaviour::Redirect(to) => Self::text(302, "elsewhere\n").header("Location", &to),
            Behaviour::Mirror(base) => {
                Self::text(302, "elsewhere\n").header("Location", &format!("{base}{}", request.target))
            }
            Behaviour::Page { content_type, body } => Self::bytes(&content_type, body),
            Behaviour::Body(body) => Self::tagged(request, &path, body),
            Behaviour::Stall(time) => serve(Manner::Late(time)),
            Behaviour::Drip { bytes, every } => serve(Manner::Drip(bytes.max(1), every)),
            Behaviour::Gone => Self::text(503, "").sent(Manner::Gone),
            Behaviour::RequireBasic { .. } | Behaviour::RequireBearer(_) | Behaviour::RequireTokenPath(_) => {
                let refusal = Self::text(401, "who are you?\n");
                match guard::challenge(&behaviour) {
                    Some(challenge) => refusal.header("WWW-Authenticate", challenge),
                    None => refusal,
                }
            }
        };
        answer
            .headers
            .retain(|(own, _)| headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case(own)));
        answer.headers.extend(headers);
        answer
    }

    /// Makes an answer of plain text.
    pub(super) fn text(status: u16, text: &str) -> Self {
        let mut answer = Self::bytes("text/plain; charset=utf-8", text.as_bytes().to_vec());
        answer.status = status;
        answer
    }

    /// Tells whether a header was set.
    pub(super) fn says(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// Tells whether it has neither body nor length, as its status says.
    pub(super) fn is_bare(&self) -> bool {
        matches!(self.status, 100..200 | 204 | 304)
    }

    /// Serves a file by the book.
    fn file(folder: &Path, request: &Request, path: &str) -> Self {
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            return Self::text(405, "only GET and HEAD\n").header("Allow", "GET, HEAD");
        }
        match files::read(folder, path) {
            Some(bytes) => Self::tagged(request, path, bytes),
            None => Self::text(404, "no such file\n"),
        }
    }

    /// Serves bytes with their tag, unless the client has them.
    fn tagged(request: &Request, path: &str, bytes: Vec<u8>) -> Self {
        let etag = files::etag(&bytes);
        let known = request.header("if-none-match");
        let mut answer = Self::bytes(files::content_type(path), bytes);
        if known.is_some_and(|known| files::names(known, &etag)) {
            answer.status = 304;
            answer.headers.clear();
            answer.body.clear();
        }
        answer.header("ETag", &etag)
    }

    fn bytes(content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".to_owned(), content_type.to_owned())],
            body,
            manner: Manner::Whole,
        }
    }

    fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn sent(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}
