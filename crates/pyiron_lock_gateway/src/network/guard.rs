//! Stands between the gateway and the network: repeats what may work the next time, refuses answers that are no
//! index or too large before they reach the cache, and remembers what went wrong in words.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use http::{
    Extensions, HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE},
};
use reqwest::{Body, Request, Response, ResponseBuilderExt};
use reqwest_middleware::{Error, Middleware, Next};
use url::Url;

use super::{
    client::DOWNGRADE,
    meter::{Asked, Meter, not_an_index},
    settings::Watch,
    trouble::{Trouble, TroubleKind, Troubles, innermost, io_error},
};

/// The first wait before a request is repeated; each further one is twice as long.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(250);

/// The middleware.
pub(super) struct Guard {
    pub(super) timeout: Duration,
    pub(super) retries: u32,
    pub(super) troubles: Arc<Troubles>,
    pub(super) watch: Arc<dyn Watch>,
}

#[async_trait::async_trait]
impl Middleware for Guard {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let address = request.url().clone();
        let asked = Asked::of(address.path());
        if request.method() == Method::HEAD {
            // The gateway asks whether there is a packed index; asking for it tells as well, in one request less.
            return Ok(answer(&address, StatusCode::OK, Body::default()));
        }
        if let Some(trouble) = self.troubles.lasting(&address) {
            return Err(Error::middleware(trouble));
        }
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            let again = request.try_clone().ok_or_else(|| {
                Error::middleware(Trouble::new(
                    &address,
                    TroubleKind::Other("it has a body".to_owned()),
                ))
            })?;
            let mut trouble = match self.once(again, asked, extensions, next.clone()).await {
                Ok(response) => {
                    self.troubles.forget(&address);
                    // As an answer, the gateway would believe for ever that there are no shards.
                    return match asked {
                        Asked::ShardIndex => response.error_for_status().map_err(Error::Reqwest),
                        _ => Ok(response),
                    };
                }
                Err(kind) => Trouble::new(&address, kind),
            };
            trouble.attempts = attempt;
            if !trouble.may_pass() || attempt > self.retries || self.watch.cancelled() {
                self.troubles.note(trouble.clone());
                return Err(Error::middleware(trouble));
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
            attempt += 1;
        }
    }
}

impl Guard {
    async fn once(
        &self,
        request: Request,
        asked: Asked,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response, TroubleKind> {
        let address = request.url().clone();
        self.watch.asked();
        let mut response = next
            .run(request, extensions)
            .await
            .map_err(|error| self.kind_of(&error))?;
        // What was fetched is never taken for fresh: each run asks whether it changed, which costs one short answer.
        let revalidate = HeaderValue::from_static("no-cache");
        response.headers_mut().insert(CACHE_CONTROL, revalidate);
        match response.status() {
            StatusCode::NOT_MODIFIED => return Ok(response),
            StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED if asked != Asked::Shard => {
                return Ok(response);
            }
            status if status.is_success() => {}
            status => return Err(TroubleKind::Status(status.as_u16())),
        }
        let header = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_ascii_lowercase()
        };
        if header(CONTENT_TYPE).starts_with("text/html") {
            return Err(not_an_index("it is a web page"));
        }
        let gzip = match header(CONTENT_ENCODING).as_str() {
            "" | "identity" => false,
            "gzip" => true,
            other => return Err(not_an_index(&format!("it is packed with `{other}`"))),
        };
        let mut meter = Meter::new(asked, gzip)?;
        if asked.is_small() {
            let mut body = Vec::new();
            let status = response.status();
            let headers = response.headers().clone();
            let mut parts = response.bytes_stream();
            while let Some(part) = parts.next().await {
                let part = part.map_err(|error| self.kind_of(&error.into()))?;
                self.watch.received(part.len() as u64);
                meter.pass(&part)?;
                body.extend_from_slice(&part);
            }
            let mut whole = answer(&address, status, Body::from(body));
            *whole.headers_mut() = headers;
            return Ok(whole);
        }
        Ok(self.passed_on(response, &address, meter))
    }

    /// Returns a response whose body is watched while the gateway writes it to its cache.
    fn passed_on(&self, response: Response, address: &Url, mut meter: Meter) -> Response {
        let status = response.status();
        let headers = response.headers().clone();
        let troubles = self.troubles.clone();
        let watch = self.watch.clone();
        let timeout = self.timeout;
        let at = address.clone();
        let noted = move |kind: TroubleKind| {
            let trouble = Trouble::new(&at, kind);
            troubles.note(trouble.clone());
            trouble
        };
        let failed = noted.clone();
        let body = parts(response, timeout)
            .map_err(failed)
            .and_then(move |part: Bytes| {
                watch.received(part.len() as u64);
                let passed = meter.pass(&part).map(|()| part).map_err(&noted);
                futures_util::future::ready(passed)
            });
        let mut whole = answer(address, status, Body::wrap_stream(body));
        *whole.headers_mut() = headers;
        whole
    }

    fn kind_of(&self, error: &Error) -> TroubleKind {
        match error {
            Error::Reqwest(error) => kind_of(error, self.timeout),
            Error::Middleware(error) => TroubleKind::Other(error.to_string()),
        }
    }
}

fn parts(
    response: Response,
    timeout: Duration,
) -> impl Stream<Item = Result<Bytes, TroubleKind>> + Send + 'static {
    response
        .bytes_stream()
        .map_err(move |error| kind_of(&error, timeout))
}

/// Returns a response as if a server had sent it.
fn answer(address: &Url, status: StatusCode, body: Body) -> Response {
    let mut response = http::Response::builder().url(address.clone()).body(body);
    if let Ok(response) = &mut response {
        *response.status_mut() = status;
    }
    Response::from(response.unwrap_or_default())
}

/// Returns what an error of the HTTP library means.
pub(super) fn kind_of(error: &reqwest::Error, timeout: Duration) -> TroubleKind {
    let cause = innermost(error);
    if error.is_timeout() {
        return TroubleKind::Silent(timeout);
    }
    if error.is_redirect() {
        return if cause == DOWNGRADE {
            TroubleKind::Downgrade
        } else {
            TroubleKind::Redirects
        };
    }
    if cause.contains("certificate") {
        return TroubleKind::Untrusted(cause);
    }
    if error.is_connect() {
        return TroubleKind::Unreachable(cause);
    }
    if error.is_body() || error.is_decode() || error.is_request() {
        // A connection that ends early, on either side of the head.
        return match io_error(error).map(std::io::Error::kind) {
            Some(std::io::ErrorKind::TimedOut) => TroubleKind::Silent(timeout),
            _ => TroubleKind::Cut,
        };
    }
    TroubleKind::Other(cause)
}
