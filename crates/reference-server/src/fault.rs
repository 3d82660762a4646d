//! Ways to break on purpose, for tests and for people who type.
//!
//! Under `--faults` a message `/fault WORD` acts instead of being answered from the knowledge
//! folder. It is stored, acknowledged and announced by `processing` first, unless said otherwise.
//!
//! | word | what happens |
//! |---|---|
//! | `malformed-frame` | a text frame that is not JSON, then a short answer |
//! | `oversize-frame` | one delta of 5 MiB, and nothing after it |
//! | `drop` | a few deltas, then the TCP connection ends without a close frame; the answer is still finished and stored |
//! | `drop-unacked` | the TCP connection ends before the acknowledgement; the answer is still finished and stored |
//! | `close CODE` | the socket is closed with that code |
//! | `silence` | nothing after `processing` |
//! | `error` | an error frame `ai_processing_error` instead of an answer |
//! | `slow QUESTION` | the real answer to the question, one delta every 200 ms |
//! | `stream COUNTxSIZE [RATE]` | a prepared answer of so many deltas of so many characters, RATE of them a second |
//! | `history COUNT` | so many messages are stored as said before, then a short answer |
//!
//! [`rules`] break calls and sockets from outside a conversation.
//!
//! A text that is no fault word is answered like any other. Under `--html` the whole REST surface
//! answers with a hotspot's page.

mod call;
mod plan;
mod rules;

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};

pub(crate) use self::{
    call::{Lost, meddle},
    plan::{Plan, PlannedEnd},
    rules::{PATH as RULES_PATH, Rules, endpoint as rules_endpoint},
};
use crate::platform::Platform;

/// A way to break.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// Close the asking socket with this code.
    Close(u16),
    /// Cut the asking socket in the middle of the answer.
    Drop,
    /// Cut the asking socket before the acknowledgement.
    DropUnacked,
    /// Fail instead of answering.
    Error,
    /// Store so many messages as if they had been said before.
    History { messages: usize },
    /// Send something that is not JSON first.
    MalformedFrame,
    /// Send one huge delta.
    OversizeFrame,
    /// Never answer.
    Silence,
    /// Answer this question slowly.
    Slow { question: String },
    /// Answer with a prepared text, at a pace to be measured by.
    Stream(Stream),
}

/// A prepared answer, as it was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Stream {
    /// How many deltas.
    pub(crate) pieces: usize,
    /// How many characters each has.
    pub(crate) size: usize,
    /// How many deltas a second; without it, as many as the connection takes.
    pub(crate) per_second: Option<NonZeroU32>,
}

impl Stream {
    /// Reads `2000x4` or `2000x4 200`.
    fn parse(argument: &str) -> Option<Self> {
        let mut words = argument.split_whitespace();
        let (pieces, size) = words.next()?.split_once('x')?;
        let (pieces, size) = (pieces.parse().ok()?, size.parse().ok()?);
        let per_second = words.next().map(str::parse).transpose().ok()?;
        let length = usize::checked_mul(pieces, size)?;
        ((1..=STREAM_LIMIT).contains(&length) && words.next().is_none()).then_some(Self {
            pieces,
            size,
            per_second,
        })
    }
}

impl Fault {
    /// Reads a message text; `None` is an ordinary message.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.trim().strip_prefix("/fault ")?.trim();
        let (word, argument) = rest.split_once(' ').unwrap_or((rest, ""));
        match word {
            "close" => argument
                .trim()
                .parse()
                .ok()
                .filter(|code| is_sendable(*code))
                .map(Self::Close),
            "drop" => Some(Self::Drop),
            "drop-unacked" => Some(Self::DropUnacked),
            "error" => Some(Self::Error),
            "history" => {
                let messages = argument.trim().parse().ok()?;
                (messages <= HISTORY_LIMIT).then_some(Self::History { messages })
            }
            "malformed-frame" => Some(Self::MalformedFrame),
            "oversize-frame" => Some(Self::OversizeFrame),
            "silence" => Some(Self::Silence),
            "slow" => {
                let argument = argument.trim();
                let question = if argument.is_empty() {
                    SLOW_QUESTION
                } else {
                    argument
                };
                Some(Self::Slow {
                    question: question.to_owned(),
                })
            }
            "stream" => Stream::parse(argument).map(Self::Stream),
            _ => None,
        }
    }
}

/// Under `--html`, answers every REST call as a hotspot's login page would.
pub(crate) async fn hotspot(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    if !platform.config.html || !request.uri().path().starts_with("/api/v1/") {
        return next.run(request).await;
    }
    let mut response = Html(HOTSPOT_PAGE).into_response();
    let asked = request.headers();
    let any = HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    permit(
        headers,
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        asked.get(header::ORIGIN).unwrap_or(&any),
    );
    permit(
        headers,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).unwrap_or(&any),
    );
    permit(
        headers,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        &HeaderValue::from_static("GET, POST, PUT, DELETE, OPTIONS"),
    );
    permit(
        headers,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        &HeaderValue::from_static("true"),
    );
    response
}

fn permit(headers: &mut HeaderMap, name: HeaderName, value: &HeaderValue) {
    headers.insert(name, value.clone());
}

/// Whether a close code may appear in a close frame; 1005, 1006 and 1015 only ever exist locally.
fn is_sendable(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// What a hotspot says to everything.
const HOTSPOT_PAGE: &str = "<html><body>Welcome to Hotel WiFi</body></html>";

/// What `/fault slow` answers when no question follows it.
const SLOW_QUESTION: &str = "embed the chat widget in a page";

/// What the faults that still answer say: long enough to be cut in the middle.
pub(crate) const SHORT_ANSWER: &str = "This is the answer after a fault that was asked for. \
    It is short, but it has enough words to be cut in the middle.";

/// How many deltas arrive before `drop` cuts.
pub(crate) const DELTAS_BEFORE_DROP: usize = 3;

/// The size of the delta of `oversize-frame`.
pub(crate) const OVERSIZE_BYTES: usize = 5 * 1024 * 1024;

/// The pause between two deltas of `slow`, in milliseconds.
pub(crate) const SLOW_PACE_MS: u64 = 200;

/// The longest prepared answer, in characters.
const STREAM_LIMIT: usize = 4 * 1024 * 1024;

/// The longest prepared conversation, in messages.
const HISTORY_LIMIT: usize = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_are_faults() {
        assert_eq!(Fault::parse("/fault drop"), Some(Fault::Drop));
        assert_eq!(Fault::parse("/fault close 4005"), Some(Fault::Close(4005)));
        assert_eq!(Fault::parse("/fault close 1006"), None);
        assert_eq!(Fault::parse("/fault tea"), None);
        assert_eq!(Fault::parse("what is /fault drop"), None);
    }

    #[test]
    fn a_stream_is_pieces_of_a_size_at_a_rate() {
        let stream = |text: &str| match Fault::parse(text) {
            Some(Fault::Stream(stream)) => Some((
                stream.pieces,
                stream.size,
                stream.per_second.map_or(0, NonZeroU32::get),
            )),
            _ => None,
        };
        assert_eq!(stream("/fault stream 2000x4"), Some((2000, 4, 0)));
        assert_eq!(stream("/fault stream 16000x4 200"), Some((16_000, 4, 200)));
        for wrong in [
            "",
            "4",
            "x",
            "2000x",
            "0x4",
            "2000x4 0",
            "2000x4 fast",
            "2000x4 200 1",
            "5000000x1",
        ] {
            assert_eq!(stream(&format!("/fault stream {wrong}")), None, "{wrong}");
        }
        assert_eq!(
            Fault::parse("/fault history 10000"),
            Some(Fault::History { messages: 10_000 })
        );
        assert_eq!(Fault::parse("/fault history all"), None);
    }
}
