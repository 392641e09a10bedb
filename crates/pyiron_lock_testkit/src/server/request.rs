//! The head of a request.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, Read},
};

/// The longest head and the longest body that are read.
const LIMIT: u64 = 1 << 16;

/// What a client asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Request {
    /// The method.
    pub(super) method: String,
    /// The path and query as sent; of an absolute target, what follows the host.
    pub(super) target: String,
    /// The decoded path without its query; empty if it does not decode to text.
    pub(super) path: String,
    /// The headers by name in lower case; of one that comes twice, the last.
    pub(super) headers: BTreeMap<String, String>,
    /// Whether the client wants to ask more over the same connection.
    pub(super) keep_alive: bool,
}

impl Request {
    /// Reads the next request; none if the client has closed the connection.
    pub(super) fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = reader.by_ref().take(LIMIT);
        let Some(first) = line(&mut head)? else {
            return Ok(None);
        };
        let mut words = first.split(' ');
        let (Some(method), Some(target), Some(version), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(malformed());
        };
        let mut request = Self {
            method: method.to_owned(),
            target: origin_form(target).to_owned(),
            ..Self::default()
        };
        loop {
            let header = line(&mut head)?.ok_or_else(malformed)?;
            if header.is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').ok_or_else(malformed)?;
            request
                .headers
                .insert(name.to_lowercase(), value.trim().to_owned());
        }
        let path = request.target.split(['?', '#']).next().unwrap_or_default();
        request.path = decode(path).unwrap_or_default();
        let connection = request.header("connection").unwrap_or_default().to_lowercase();
        request.keep_alive = version == "HTTP/1.1" && !connection.contains("close");
        let length = request.header("content-length").map_or(Ok(0), str::parse);
        let length: u64 = length.map_err(|_| malformed())?;
        io::copy(&mut reader.take(length.min(LIMIT)), &mut io::sink())?;
        Ok(Some(request))
    }

    /// Returns a header by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Reads a line without its end; none at the end of the stream.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    reader.read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let text = text.strip_suffix('\n').ok_or_else(malformed)?;
    Ok(Some(text.strip_suffix('\r').unwrap_or(text).to_owned()))
}

/// Returns the path of a target that may name scheme and host, as those sent to a proxy do.
fn origin_form(target: &str) -> &str {
    let Some(rest) = target.strip_prefix("http://") else {
        return target;
    };
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

/// Resolves `%XX`.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a request")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Option<Request>> {
        Request::read(&mut text.as_bytes())
    }

    #[test]
    fn a_head_is_read_and_its_path_decoded() {
        let text = "GET /a%20b/c?x=%31 HTTP/1.1\r\nHost: h\r\nIf-None-Match:  \"x\" \r\n\r\n";
        let request = read(text).unwrap().unwrap();
        assert_eq!(
            (request.method.as_str(), request.path.as_str()),
            ("GET", "/a b/c")
        );
        assert_eq!(request.target, "/a%20b/c?x=%31");
        assert_eq!(request.header("if-none-match"), Some("\"x\""));
        assert!(request.keep_alive);
        let old = read("GET http://host:1/a HTTP/1.0\n\n").unwrap().unwrap();
        assert_eq!((old.path.as_str(), old.keep_alive), ("/a", false));
    }

    #[test]
    fn the_end_is_no_request_and_half_a_head_is_an_error() {
        assert!(read("").unwrap().is_none());
        for text in [
            "GET /",
            "GET / HTTP/1.1\r\nHost: h\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/1.1\r\nx\r\n\r\n",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
        assert_eq!(decode("/%zz"), None);
        assert_eq!(decode("/%f"), None);
        assert_eq!(decode("/%ff"), None);
    }
}
