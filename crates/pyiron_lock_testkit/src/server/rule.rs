//! Rules: which requests are treated otherwise, how, and how often.

use std::time::Duration;

use super::{
    guard::{self, Verdict},
    request::Request,
};

/// What the server does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// Serves the file; useful with [`Rule::header`], and to let some requests pass before a later rule.
    Serve,
    /// Serves the file without `ETag`, whatever the client already has.
    NoEtag,
    /// Answers with a status and a line of text.
    Status(u16),
    /// Sends the head with the whole length, `after` bytes of the body, and closes the connection.
    Cut {
        /// The bytes of the body that are sent.
        after: usize,
    },
    /// Sends a chunked body without its end: `after` bytes in one chunk, and closes the connection.
    CutChunked {
        /// The bytes of the body that are sent.
        after: usize,
    },
    /// Closes the connection without an answer.
    HangUp,
    /// Redirects (302) to a URL or path. To the path asked for, it is a loop.
    Redirect(String),
    /// Redirects (302) to the same path and query below another URL, which has no slash at the end.
    Mirror(String),
    /// Answers 200 with another type and other bytes, such as the page of a login.
    Page {
        /// The content type.
        content_type: String,
        /// The body.
        body: Vec<u8>,
    },
    /// Answers 200 as if the file held other bytes.
    Body(Vec<u8>),
    /// Stays silent for a time before the head, then serves the file.
    Stall(Duration),
    /// Serves the file in small pieces.
    Drip {
        /// The bytes of a piece.
        bytes: usize,
        /// The time before each piece.
        every: Duration,
    },
    /// Closes the listener, then every connection: this request gets no answer, and those after it are refused.
    Gone,
    /// Refuses (401) what does not carry these credentials; the rest goes on to later rules.
    RequireBasic {
        /// The name.
        user: String,
        /// The password.
        password: String,
    },
    /// Refuses (401) what does not carry this token; the rest goes on to later rules.
    RequireBearer(String),
    /// Refuses (401) paths that do not begin with `/t/TOKEN/`; the rest goes on to later rules, which see, as the
    /// folder does, the path without it.
    RequireTokenPath(String),
}

/// A behaviour, the requests it is for, and how often it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    paths: Paths,
    behaviour: Behaviour,
    method: Option<String>,
    left: Option<usize>,
    headers: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Paths {
    All,
    Ending(String),
    Holding(String),
}

impl Rule {
    /// Makes a rule for every path.
    pub fn all(behaviour: Behaviour) -> Self {
        Self::new(Paths::All, behaviour)
    }

    /// Makes a rule for decoded paths with this end.
    pub fn ending(end: impl Into<String>, behaviour: Behaviour) -> Self {
        Self::new(Paths::Ending(end.into()), behaviour)
    }

    /// Makes a rule for decoded paths with this part.
    pub fn holding(part: impl Into<String>, behaviour: Behaviour) -> Self {
        Self::new(Paths::Holding(part.into()), behaviour)
    }

    fn new(paths: Paths, behaviour: Behaviour) -> Self {
        Self {
            paths,
            behaviour,
            method: None,
            left: None,
            headers: Vec::new(),
        }
    }

    /// Ends it after a number of uses. Rules that require something are used when they refuse.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.left = Some(times);
        self
    }

    /// Restricts it to one method; without this a `HEAD` uses it up like a `GET`.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Adds a header to the answer, such as `Retry-After` or `Cache-Control`. One that the server would send itself
    /// is replaced, even a length.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let path_fits = match &self.paths {
            Paths::All => true,
            Paths::Ending(end) => path.ends_with(end),
            Paths::Holding(part) => path.contains(part),
        };
        path_fits && self.left != Some(0) && self.method.as_ref().is_none_or(|own| own == method)
    }
}

/// What the rules say of one request.
#[derive(Debug)]
pub(super) struct Decision {
    /// The path to serve.
    pub(super) path: String,
    /// What to do.
    pub(super) behaviour: Behaviour,
    /// The headers to add.
    pub(super) headers: Vec<(String, String)>,
}

/// The rules of a server, in the order added.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    /// Adds a rule after the others.
    pub(super) fn add(&mut self, rule: Rule) {
        self.0.push(rule);
    }

    /// Takes all rules away.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Finds and uses the first rule that fits.
    pub(super) fn decide(&mut self, request: &Request) -> Decision {
        let mut path = request.path.clone();
        for rule in &mut self.0 {
            if !rule.fits(&request.method, &path) {
                continue;
            }
            if let Verdict::Passes(rest) = guard::check(&rule.behaviour, request, &path) {
                path = rest;
                continue;
            }
            if let Some(left) = &mut rule.left {
                *left -= 1;
            }
            return Decision {
                path,
                behaviour: rule.behaviour.clone(),
                headers: rule.headers.clone(),
            };
        }
        Decision {
            path,
            behaviour: Behaviour::Serve,
            headers: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(rules: &mut Rules, method: &str, path: &str) -> Behaviour {
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            ..Request::default()
        };
        rules.decide(&request).behaviour
    }

    #[test]
    fn the_first_rule_that_fits_and_is_left_decides() {
        let mut rules = Rules::default();
        rules.add(
            Rule::ending("/a.json", Behaviour::Status(503))
                .method("GET")
                .times(2),
        );
        rules.add(Rule::holding("/x/", Behaviour::HangUp));
        rules.add(Rule::ending(".json", Behaviour::NoEtag).times(1));
        assert_eq!(ask(&mut rules, "GET", "/x/a.json"), Behaviour::Status(503));
        assert_eq!(ask(&mut rules, "HEAD", "/x/a.json"), Behaviour::HangUp);
        assert_eq!(ask(&mut rules, "GET", "/a.json"), Behaviour::Status(503));
        assert_eq!(ask(&mut rules, "GET", "/a.json"), Behaviour::NoEtag);
        assert_eq!(ask(&mut rules, "GET", "/a.json"), Behaviour::Serve);
        assert_eq!(ask(&mut rules, "GET", "/x/b"), Behaviour::HangUp);
        rules.clear();
        assert_eq!(ask(&mut rules, "GET", "/x/b"), Behaviour::Serve);
    }
}
