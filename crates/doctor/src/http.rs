//! Calls as a browser makes them: no cookies, no redirect followed, the page's origin on each.

use std::{
    error::Error as _,
    io,
    time::{Duration, Instant},
};

use miptech_chat_protocol::request::{Reply, Request};
use reqwest::{
    Client, Method, RequestBuilder, Response,
    header::{HeaderMap, HeaderName},
    redirect,
};

/// Why there was no answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Silence {
    /// The connection broke.
    Broken(String),
    /// The certificate is none for this host.
    Certificate(String),
    /// The host has no address.
    NoName(String),
    /// Nobody listens.
    Refused(String),
    /// Nothing came in this time.
    Timeout(Duration),
}

/// An answer, with what the protocol does not look at.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    pub(crate) headers: HeaderMap,
    pub(crate) took: Duration,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The status, and the platform's id of the request where it gave one.
    pub(crate) fn evidence(&self) -> String {
        let id = self.reply.request_id.as_deref();
        let id = id.map(|id| format!(", request {id}")).unwrap_or_default();
        format!("{} in {} ms{id}", self.reply.status, self.took.as_millis())
    }
}

/// Who calls.
#[derive(Debug)]
pub(crate) struct Http {
    client: Client,
    origin: Option<String>,
}

impl Http {
    /// # Errors
    /// There is no TLS on this machine.
    pub(crate) fn new(origin: Option<String>) -> Result<Self, reqwest::Error> {
        // A second one is refused and does no harm.
        let _is_first = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .http1_only()
            .connect_timeout(CONNECT_WITHIN)
            .user_agent(concat!("miptech-chat-doctor/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, origin })
    }

    /// Makes a call of the protocol.
    pub(crate) async fn call(&self, request: &Request) -> Result<Answer, Silence> {
        let method = Method::from_bytes(request.method.as_str().as_bytes()).unwrap_or(Method::GET);
        let call = request
            .headers()
            .fold(self.begin(method, &request.url), |call, (name, value)| {
                call.header(name, value)
            });
        let call = match &request.body {
            Some(body) => call.body(body.clone()),
            None => call,
        };
        self.finish(call.timeout(request.deadline), request.deadline)
            .await
    }

    /// Makes a call without any header of ours, as a browser does that asks nobody for permission first.
    pub(crate) async fn simple(&self, url: &str) -> Result<Answer, Silence> {
        self.finish(self.begin(Method::GET, url).timeout(WITHIN), WITHIN)
            .await
    }

    /// Asks for permission, as a browser does before a call with headers of ours.
    pub(crate) async fn preflight(&self, url: &str, headers: &str) -> Result<Answer, Silence> {
        let call = self
            .begin(Method::OPTIONS, url)
            .header("Access-Control-Request-Method", "POST")
            .header("Access-Control-Request-Headers", headers)
            .timeout(WITHIN);
        self.finish(call, WITHIN).await
    }

    /// Asks for a socket.
    pub(crate) async fn upgrade(&self, url: &str) -> Result<Response, Silence> {
        // What is asked for is a call; only what follows is a socket.
        let url = url.replacen("ws", "http", 1);
        let call = self
            .begin(Method::GET, &url)
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header(
                "Sec-WebSocket-Key",
                tokio_tungstenite::tungstenite::handshake::client::generate_key(),
            );
        match tokio::time::timeout(WITHIN, call.send()).await {
            Ok(answer) => answer.map_err(|error| silence(&error, WITHIN)),
            Err(_) => Err(Silence::Timeout(WITHIN)),
        }
    }

    fn begin(&self, method: Method, url: &str) -> RequestBuilder {
        let call = self.client.request(method, url);
        match &self.origin {
            Some(origin) => call.header("Origin", origin),
            None => call,
        }
    }

    async fn finish(&self, call: RequestBuilder, within: Duration) -> Result<Answer, Silence> {
        let begun = Instant::now();
        let answer = call.send().await.map_err(|error| silence(&error, within))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::to_owned);
        let reply = Reply {
            status: status.as_u16(),
            status_text: status.canonical_reason().unwrap_or_default().to_owned(),
            retry_after: text(reqwest::header::RETRY_AFTER),
            date: text(reqwest::header::DATE),
            request_id: text(HeaderName::from_static("x-request-id")),
            body: answer.text().await.map_err(|error| silence(&error, within))?,
        };
        Ok(Answer {
            reply,
            headers,
            took: begun.elapsed(),
        })
    }
}

/// What kind of error it is: the first cause that says, from the outside in.
fn silence(error: &reqwest::Error, within: Duration) -> Silence {
    if error.is_timeout() {
        return Silence::Timeout(within);
    }
    let mut cause = error.source();
    let mut innermost = error.to_string();
    while let Some(inner) = cause {
        innermost = inner.to_string();
        let kind = inner.downcast_ref::<io::Error>().map(io::Error::kind);
        if kind == Some(io::ErrorKind::ConnectionRefused) {
            return Silence::Refused(innermost);
        }
        if inner.downcast_ref::<rustls::Error>().is_some() || innermost.contains("certificate") {
            return Silence::Certificate(innermost);
        }
        if innermost.contains("dns error") || innermost.contains("lookup address") {
            return Silence::NoName(innermost);
        }
        cause = inner.source();
    }
    Silence::Broken(innermost)
}

/// How long a connection may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How long an answer may take, as in the widget (`faults.md` section 6.2).
const WITHIN: Duration = Duration::from_secs(10);
