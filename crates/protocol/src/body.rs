//! REST success bodies: bare, wrapped in `data`, or one level under `chat` (`platform.md` section 5.2).

use crate::{
    capability::Capabilities,
    decode::{Author, Source, read_author, read_sources},
    endpoint::Probe,
    error::Stage,
    fault::Fault,
    ids::{ChatId, ClientMessageId, MessageId},
    json::{self, Value},
    request::Reply,
};

/// What one readiness probe said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Readiness {
    /// Answered as something that is no health answer; the next probe of the walk may know more.
    Unclear,
    /// Ready for a chat.
    Ready,
    /// Alive, but the model services are still starting.
    Warming,
}

impl Readiness {
    /// Reads the answer of a probe (section 4).
    #[must_use]
    pub fn read(probe: Probe, reply: &Reply) -> Self {
        if !reply.is_success() {
            return Self::Unclear;
        }
        if probe == Probe::Readyz {
            return Self::Ready;
        }
        let Ok(body) = json::parse(&reply.body) else {
            return Self::Unclear;
        };
        let body = unwrap(&body);
        match body
            .get("ai_services_ready")
            .or_else(|| body.get("aiServicesReady"))
            .and_then(Value::as_bool)
        {
            Some(true) => Self::Ready,
            Some(false) => Self::Warming,
            None => match body.get("status").and_then(Value::as_str) {
                Some("healthy" | "ok" | "ready") => Self::Ready,
                Some(_) => Self::Warming,
                None => Self::Unclear,
            },
        }
    }
}

/// A chat that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct CreatedChat {
    /// Its id.
    pub chat: ChatId,
    /// What the platform advertised in the creation body, if it did.
    pub capabilities: Option<Capabilities>,
    /// The platform's id of the request, where it gave one.
    pub request_id: Option<String>,
}

impl CreatedChat {
    /// Reads the answer of chat creation.
    ///
    /// # Errors
    /// The [`Fault`] of the answer: an error status, `success:false` under a 200, or a body that is not the platform's.
    pub fn read(reply: &Reply) -> Result<Self, Fault> {
        let body = open(Stage::Create, reply)?;
        let inner = unwrap(&body);
        let candidates = [inner.get("chat"), Some(inner), Some(&body)];
        let chat = candidates
            .into_iter()
            .flatten()
            .find_map(|level| json::text_of(level, &["chat_id", "id", "chatId"]).and_then(ChatId::parse));
        match chat {
            Some(chat) => {
                let capabilities = candidates.into_iter().flatten().find_map(Capabilities::read);
                let meta = body.get("meta").unwrap_or(&Value::Null);
                let request_id = json::text_of(meta, &["request_id", "requestId"]).map(str::to_owned);
                Ok(Self {
                    chat,
                    capabilities,
                    request_id: reply.request_id.clone().or(request_id),
                })
            }
            None => Err(Fault::foreign(reply)),
        }
    }
}

/// One page of earlier messages, in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// The messages.
    pub items: Vec<HistoryItem>,
    /// The cursor of the following page, if there is one.
    pub next: Option<u64>,
}

/// One earlier message.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryItem {
    /// The platform's id.
    pub id: MessageId,
    /// Who wrote it.
    pub author: Author,
    /// The text: the visitor's as typed, an answer's as Markdown.
    pub text: String,
    /// When, in milliseconds since 1970; for display only. What is no time of this century is none (row P23).
    pub created_ms: Option<u64>,
    /// The platform's order, where it has one.
    pub sequence: Option<u64>,
    /// Our idempotency key, where the platform kept it.
    pub client_message: Option<ClientMessageId>,
    /// What the answer rests on.
    pub sources: Vec<Source>,
}

impl HistoryPage {
    /// Reads a page.
    ///
    /// # Errors
    /// The [`Fault`] of an answer that is no page.
    pub fn read(reply: &Reply) -> Result<Self, Fault> {
        let body = open(Stage::History, reply)?;
        let body = unwrap(&body);
        let Some(items) = body.get("items").and_then(Value::as_list) else {
            return Err(Fault::from_reply(Stage::History, reply));
        };
        Ok(Self {
            items: items.iter().filter_map(HistoryItem::read).collect(),
            next: json::number_of(body, &["next"]),
        })
    }
}

/// What a message posted over REST brings: no more than that it arrived, or the answer itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Posted {
    /// The platform's id of the message.
    Acknowledged(MessageId),
    /// The answer.
    Answer(HistoryItem),
}

impl Posted {
    /// Reads the answer to a posted message.
    ///
    /// # Errors
    /// The [`Fault`] of an answer that is neither.
    pub fn read(reply: &Reply) -> Result<Self, Fault> {
        let body = open(Stage::Send, reply)?;
        let inner = unwrap(&body);
        let acknowledged = || {
            let id = json::text_of(inner, &["message_id", "messageId", "id"])?;
            Some(Self::Acknowledged(MessageId::parse(id)?))
        };
        HistoryItem::read(inner)
            .filter(|item| item.author != Author::User)
            .map(Self::Answer)
            .or_else(acknowledged)
            .ok_or_else(|| Fault::foreign(reply))
    }
}

impl HistoryItem {
    /// An item without id or text says nothing and is left out.
    fn read(item: &Value) -> Option<Self> {
        Some(Self {
            id: MessageId::parse(json::text_of(item, &["id", "message_id", "messageId"])?)?,
            author: match json::text_of(item, &["role"])? {
                "user" => Author::User,
                "system" => Author::System,
                _ => read_author(item),
            },
            text: json::text_of(item, &["content", "text"])?.to_owned(),
            created_ms: json::time_of(item, &["created_at", "createdAt", "timestamp"])
                .filter(|ms| (EARLIEST_MS..LATEST_MS).contains(ms)),
            sequence: json::number_of(item, &["sequence_number", "sequenceNumber"]),
            client_message: json::text_of(item, &["client_message_id", "clientMessageId"])
                .and_then(ClientMessageId::parse),
            sources: read_sources(item),
        })
    }
}

/// The JSON of a success: a success status, and no `success:false` under it.
pub(crate) fn open(stage: Stage, reply: &Reply) -> Result<Value, Fault> {
    let body = json::parse(&reply.body)
        .ok()
        .filter(|body| reply.is_success() && body.get("success").and_then(Value::as_bool) != Some(false));
    body.ok_or_else(|| Fault::from_reply(stage, reply))
}

/// The body itself, or what is wrapped in its `data`.
pub(crate) fn unwrap(body: &Value) -> &Value {
    body.get("data").filter(|inner| inner.is_object()).unwrap_or(body)
}

/// September 2001 and January 2100: a zero and a counter are no times, and neither is a clock that ran away.
const EARLIEST_MS: u64 = 1_000_000_000_000;
const LATEST_MS: u64 = 4_102_444_800_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{capability::Capability, error::ErrorCode};

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            body: body.to_owned(),
            ..Reply::default()
        }
    }

    #[test]
    fn readiness_is_stricter_than_either() {
        let read = |probe, body: &str| Readiness::read(probe, &reply(200, body));
        assert_eq!(read(Probe::Health, r#"{"status":"healthy"}"#), Readiness::Ready);
        assert_eq!(
            read(Probe::Healthz, r#"{"status":"healthy","version":"0.1.0"}"#),
            Readiness::Ready
        );
        assert_eq!(
            read(
                Probe::Health,
                r#"{"data":{"status":"healthy","ai_services_ready":false}}"#
            ),
            Readiness::Warming
        );
        assert_eq!(
            read(Probe::Health, r#"{"ai_services_ready":true}"#),
            Readiness::Ready
        );
        assert_eq!(read(Probe::Health, "<html>"), Readiness::Unclear);
        assert_eq!(read(Probe::Readyz, "anything"), Readiness::Ready);
        assert_eq!(
            Readiness::read(Probe::Health, &reply(500, r#"{"status":"healthy"}"#)),
            Readiness::Unclear
        );
    }

    #[test]
    fn a_chat_is_found_in_every_wrapping() {
        let bodies = [
            r#"{"chat_id":"c1","session_id":"test_session_123"}"#,
            r#"{"id":"c1","session_id":"test_session_123","status":"active"}"#,
            r#"{"chatId":"c1"}"#,
            r#"{"data":{"id":"c1","capabilities":["history"]}}"#,
            r#"{"success":true,"data":{"chat_id":"c1"},"message":"ok","meta":{"request_id":"r1"}}"#,
            r#"{"chat":{"id":"c1"}}"#,
        ];
        for body in bodies {
            assert_eq!(
                CreatedChat::read(&reply(200, body)).unwrap().chat.as_str(),
                "c1",
                "{body}"
            );
        }
        let capabilities = CreatedChat::read(&reply(201, bodies[3]))
            .unwrap()
            .capabilities
            .unwrap();
        assert!(capabilities.has(Capability::History) && !capabilities.has(Capability::Stop));
    }

    #[test]
    fn a_refusal_under_a_200_is_an_error() {
        let refused = CreatedChat::read(&reply(
            200,
            r#"{"success":false,"message":"No","error_code":"TENANT_NOT_FOUND"}"#,
        ));
        assert_eq!(refused.unwrap_err().code, ErrorCode::TenantNotFound);
        let portal = CreatedChat::read(&reply(200, "<html>Hotel</html>")).unwrap_err();
        assert_eq!(
            (portal.code, portal.retryable),
            (ErrorCode::NetworkCaptivePortal, true)
        );
        let foreign = CreatedChat::read(&reply(200, r#"{"hello":"world"}"#)).unwrap_err();
        assert_eq!(
            (foreign.code, foreign.retryable),
            (ErrorCode::NetworkCaptivePortal, true)
        );
        assert_eq!(
            CreatedChat::read(&reply(200, r#"{"chat_id":"null"}"#))
                .unwrap_err()
                .status,
            Some(200)
        );
    }

    #[test]
    fn both_generations_of_history_are_read() {
        let old = r#"{"items":[{"id":"u1","content":"Hi","role":"user","timestamp":"2025-08-01T15:00:00Z"},{"role":"user"}]}"#;
        let page = HistoryPage::read(&reply(200, old)).unwrap();
        assert_eq!(
            (page.items.len(), page.next, page.items[0].author),
            (1, None, Author::User)
        );
        let new = r#"{"items":[{"id":"u1","role":"user","content":"Hi","created_at":1754060400.5,"sequence_number":1,"client_message_id":"m-7"}],"next":1}"#;
        let page = HistoryPage::read(&reply(200, new)).unwrap();
        assert_eq!(
            page.items[0].client_message.as_ref().map(ClientMessageId::as_str),
            Some("m-7")
        );
        assert_eq!(
            (page.items[0].sequence, page.items[0].created_ms, page.next),
            (Some(1), Some(1_754_060_400_500), Some(1))
        );
    }
}
