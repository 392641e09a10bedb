//! The bytes of an answer. Every pause ends when the server stops, and what is given to the socket is noted before
//! the client can see it.

use std::{
    io::{self, Write},
    net::TcpStream,
    time::Duration,
};

use super::{
    Shared,
    answer::{Answer, Manner},
    request::Request,
};

/// The most that is given to the socket at once.
const PIECE: usize = 1 << 16;

/// The sending of one answer.
pub(super) struct Sending<'a> {
    stream: &'a TcpStream,
    shared: &'a Shared,
    number: u64,
}

impl<'a> Sending<'a> {
    /// Sends over a connection, for the request with this number in the journal.
    pub(super) fn new(stream: &'a TcpStream, shared: &'a Shared, number: u64) -> Self {
        Self {
            stream,
            shared,
            number,
        }
    }

    /// Sends an answer, and tells whether the connection goes on.
    pub(super) fn send(&self, request: &Request, answer: &Answer) -> io::Result<bool> {
        match answer.manner {
            Manner::HangUp => return Ok(false),
            Manner::Gone => {
                self.shared.close();
                self.shared.hang_up();
                return Ok(false);
            }
            Manner::Late(time) if !self.shared.gate.nap(time) => return Ok(false),
            _ => {}
        }
        self.head(request, answer)?;
        if request.method == "HEAD" || answer.is_bare() {
            return Ok(request.keep_alive);
        }
        let body = &answer.body[..];
        let start = |end: usize| &body[..end.min(body.len())];
        match answer.manner {
            Manner::Cut(after) => {
                self.body(start(after), PIECE, None)?;
                return Ok(false);
            }
            Manner::CutChunked(after) => {
                let chunk = start(after);
                if !chunk.is_empty() {
                    self.give(format!("{:x}\r\n", chunk.len()).as_bytes())?;
                    self.body(chunk, PIECE, None)?;
                    self.give(b"\r\n")?;
                }
                return Ok(false);
            }
            Manner::Drip(bytes, every) => self.body(body, bytes, Some(every))?,
            _ => self.body(body, PIECE, None)?,
        }
        Ok(request.keep_alive)
    }

    fn head(&self, request: &Request, answer: &Answer) -> io::Result<()> {
        let mut lines = vec![format!("HTTP/1.1 {} {}", answer.status, reason(answer.status))];
        lines.extend(
            answer
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        if matches!(answer.manner, Manner::CutChunked(_)) && !answer.is_bare() {
            lines.push("Transfer-Encoding: chunked".to_owned());
        } else if !answer.is_bare() && !answer.says("content-length") {
            lines.push(format!("Content-Length: {}", answer.body.len()));
        }
        if !request.keep_alive {
            lines.push("Connection: close".to_owned());
        }
        let head = format!("{}\r\n\r\n", lines.join("\r\n"));
        let journal = &self.shared.journal;
        journal.note(self.number, |exchange| exchange.status = Some(answer.status));
        self.give(head.as_bytes())
    }

    /// Sends a body in pieces, and stops early when the server does.
    fn body(&self, body: &[u8], piece: usize, pause: Option<Duration>) -> io::Result<()> {
        for piece in body.chunks(piece) {
            if pause.is_some_and(|pause| !self.shared.gate.nap(pause)) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let bytes = piece.len() as u64;
            let journal = &self.shared.journal;
            journal.note(self.number, |exchange| exchange.bytes += bytes);
            if let Err(error) = self.give(piece) {
                journal.note(self.number, |exchange| exchange.bytes -= bytes);
                return Err(error);
            }
        }
        Ok(())
    }

    fn give(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.stream;
        stream.write_all(bytes)
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
