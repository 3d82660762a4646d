//! Asks an OpenAI-compatible endpoint and reads its answer as a stream of deltas.
//!
//! It never decides what an answer is made of beyond handing over the passages that were found.

use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};
use thiserror::Error;

use crate::{
    config::Upstream,
    error::ServerError,
    store::{Message, Passage, Role},
};

/// A ready client for one upstream.
#[derive(Debug)]
pub(crate) struct UpstreamClient {
    http: Client,
    upstream: Upstream,
}

/// Why an upstream's answer is not usable.
#[derive(Debug, Error)]
pub(crate) enum UpstreamError {
    #[error("stream ended early")]
    EndedEarly,
    #[error("frame is not valid")]
    Malformed,
    #[error("answered with status {0}")]
    Status(u16),
    #[error("not reachable")]
    Unreachable(#[from] reqwest::Error),
}

impl UpstreamClient {
    pub(crate) fn new(upstream: Upstream) -> Result<Self, ServerError> {
        // Only the first caller of a program can install a provider; any provider will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(SILENCE_LIMIT)
            .build()
            .map_err(ServerError::Upstream)?;
        Ok(Self { http, upstream })
    }

    /// The model's name.
    pub(crate) fn model(&self) -> &str {
        &self.upstream.model
    }

    /// Asks a question after what was said before, with the passages as the model's only knowledge.
    pub(crate) async fn ask(
        &self,
        earlier: &[Message],
        passages: &[Passage],
        question: &str,
    ) -> Result<Deltas, UpstreamError> {
        let base = self.upstream.url.trim_end_matches('/');
        let base = base.strip_suffix("/chat/completions").unwrap_or(base);
        let body = json!({
            "model": self.upstream.model,
            "stream": true,
            "messages": conversation(earlier, passages, question),
        });
        let mut request = self.http.post(format!("{base}/chat/completions")).json(&body);
        if let Some(key) = &self.upstream.key {
            request = request.bearer_auth(key);
        }
        let response = request.send().await?;
        if !response.status().is_success() {
            return Err(UpstreamError::Status(response.status().as_u16()));
        }
        Ok(Deltas {
            response,
            buffer: Vec::new(),
        })
    }
}

fn conversation(earlier: &[Message], passages: &[Passage], question: &str) -> Vec<Value> {
    let mut context = INSTRUCTIONS.to_owned();
    for passage in passages {
        context.push_str(&format!(
            "\n\n## {} ({})\n\n{}",
            passage.heading, passage.file, passage.body
        ));
    }
    let mut messages = vec![json!({"role": "system", "content": context})];
    messages.extend(
        earlier
            .iter()
            .map(|message| json!({"role": message.role, "content": message.content})),
    );
    messages.push(json!({"role": Role::User.name(), "content": question}));
    messages
}

/// The growing answer of an upstream.
#[derive(Debug)]
pub(crate) struct Deltas {
    response: Response,
    buffer: Vec<u8>,
}

impl Deltas {
    /// Waits for the next delta; `None` is a proper end.
    pub(crate) async fn next(&mut self) -> Result<Option<String>, UpstreamError> {
        loop {
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = String::from_utf8(line).map_err(|_| UpstreamError::Malformed)?;
                // Comments and the other fields of server-sent events carry no text.
                let Some(event) = line.strip_prefix("data:").map(str::trim) else {
                    continue;
                };
                if event == "[DONE]" {
                    return Ok(None);
                }
                if let Some(delta) = delta(event)? {
                    return Ok(Some(delta));
                }
            }
            match self.response.chunk().await? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => return Err(UpstreamError::EndedEarly),
            }
        }
    }
}

/// The text of one event; the first and the last event of a stream have none.
fn delta(event: &str) -> Result<Option<String>, UpstreamError> {
    let event: Value = serde_json::from_str(event).map_err(|_| UpstreamError::Malformed)?;
    if event.get("error").is_some() {
        return Err(UpstreamError::Malformed);
    }
    let text = event.pointer("/choices/0/delta/content").and_then(Value::as_str);
    Ok(text.filter(|text| !text.is_empty()).map(str::to_owned))
}

const INSTRUCTIONS: &str = "You answer questions of a website's visitors in short Markdown, in the \
    language of the question. Use only the passages below. If they do not contain the answer, say so.";

/// How long connecting may take; a guess for a remote endpoint.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// How long a stream may be silent; a guess that leaves room for a model that thinks first.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);
