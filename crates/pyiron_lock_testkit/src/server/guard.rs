//! Rules that require a credential: whether a request carries it. Knows one spelling of each, the one it was given.

use super::{request::Request, rule::Behaviour};

/// What a behaviour says of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It requires nothing, or it refuses the request.
    Applies,
    /// It has what is required; this path is left.
    Passes(String),
}

/// Checks a request against a behaviour that may require something.
pub(super) fn check(behaviour: &Behaviour, request: &Request, path: &str) -> Verdict {
    let authorized = |expected: String| {
        let same = request.header("authorization") == Some(expected.as_str());
        same.then(|| path.to_owned())
    };
    let passes = match behaviour {
        Behaviour::RequireBasic { user, password } => authorized(format!(
            "Basic {}",
            base64(format!("{user}:{password}").as_bytes())
        )),
        Behaviour::RequireBearer(token) => authorized(format!("Bearer {token}")),
        Behaviour::RequireTokenPath(token) => {
            let rest = path
                .strip_prefix("/t/")
                .and_then(|rest| rest.strip_prefix(token.as_str()));
            rest.filter(|rest| rest.starts_with('/')).map(str::to_owned)
        }
        _ => None,
    };
    passes.map_or(Verdict::Applies, Verdict::Passes)
}

/// Returns the header that asks for a credential; a token in a path cannot be asked for.
pub(super) fn challenge(behaviour: &Behaviour) -> Option<&'static str> {
    match behaviour {
        Behaviour::RequireBasic { .. } => Some("Basic realm=\"test\""),
        Behaviour::RequireBearer(_) => Some("Bearer"),
        _ => None,
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |index: usize| group.get(index).copied().map_or(0, usize::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= group.len() {
                text.push(char::from(DIGITS[bits >> (18 - 6 * place) & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(value: &str) -> Request {
        let mut request = Request::default();
        request
            .headers
            .insert("authorization".to_owned(), value.to_owned());
        request
    }

    #[test]
    fn basic_credentials_are_packed_as_everybody_does() {
        for (plain, packed) in [
            ("", ""),
            ("f", "Zg=="),
            ("ab", "YWI="),
            ("foo", "Zm9v"),
            ("a:b?~\u{ff}", "YTpiP37Dvw=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), packed);
        }
        let behaviour = Behaviour::RequireBasic {
            user: "me".to_owned(),
            password: "pass".to_owned(),
        };
        let passes = Verdict::Passes("/a".to_owned());
        assert_eq!(check(&behaviour, &with("Basic bWU6cGFzcw=="), "/a"), passes);
        assert_eq!(
            check(&behaviour, &with("Basic bWU6cGFzczE="), "/a"),
            Verdict::Applies
        );
        assert_eq!(check(&behaviour, &Request::default(), "/a"), Verdict::Applies);
    }

    #[test]
    fn tokens_are_compared_as_a_whole() {
        let bearer = Behaviour::RequireBearer("abc".to_owned());
        assert_eq!(
            check(&bearer, &with("Bearer abc"), "/a"),
            Verdict::Passes("/a".to_owned())
        );
        assert_eq!(check(&bearer, &with("Bearer abcd"), "/a"), Verdict::Applies);
        let path = Behaviour::RequireTokenPath("abc".to_owned());
        let request = Request::default();
        assert_eq!(
            check(&path, &request, "/t/abc/x/y"),
            Verdict::Passes("/x/y".to_owned())
        );
        for refused in ["/x/y", "/t/abcd/x", "/t/abc", "/x/t/abc/y"] {
            assert_eq!(check(&path, &request, refused), Verdict::Applies, "{refused}");
        }
    }
}
