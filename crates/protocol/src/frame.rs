//! The frames we send. Only what is listed here can be built (`platform.md` section 10).

use crate::{
    ids::{ChatId, ClientMessageId, MessageId, TenantId},
    json::Object,
    token::Token,
};

/// One frame of ours.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientFrame<'a> {
    /// The visitor's text, exactly as typed and trimmed, at most 4000 UTF-16 units.
    ChatMessage {
        /// The text.
        text: &'a str,
        /// Our tenant, where the profile names it.
        tenant: Option<&'a TenantId>,
        /// The joined chat; left out before it is known.
        chat: Option<&'a ChatId>,
        /// The idempotency key, only where the platform advertised it.
        client_message: Option<&'a ClientMessageId>,
    },
    /// Binds the chat to the socket; the first frame of every socket.
    JoinChat {
        /// The chat to bind.
        chat: &'a ChatId,
        /// Our tenant.
        tenant: &'a TenantId,
        /// Whenever one is held.
        token: Option<&'a Token>,
        /// Where an answer was cut (capability `resume`).
        resume: Option<ResumePoint<'a>>,
    },
    /// Asks the socket for a chat, or binds a known one; the first frame of every socket in `realtime`.
    JoinChannel {
        /// The chat to bind; without one a chat is made.
        chat: Option<&'a ChatId>,
        /// Where an answer was cut (capability `resume`).
        resume: Option<ResumePoint<'a>>,
    },
    /// Leaves a chat before another is joined on the same socket.
    LeaveChat {
        /// The chat to leave.
        chat: &'a ChatId,
    },
    /// Asks for proof of life.
    Ping,
    /// Answers a ping with the value it carried.
    Pong {
        /// The ping's own value; milliseconds or whatever the platform wrote.
        echo: Option<i64>,
    },
    /// Stops a running answer (capability `stop`).
    StopResponse {
        /// The chat.
        chat: &'a ChatId,
        /// The answer.
        message: &'a MessageId,
    },
    /// The visitor types, or no longer does.
    Typing {
        /// Whether it begins or ends.
        typing: Typing,
        /// Our tenant.
        tenant: &'a TenantId,
        /// The chat, once known.
        chat: Option<&'a ChatId>,
    },
    /// The visitor's text in the profile `join-token`.
    UserMessage {
        /// The text.
        text: &'a str,
        /// The joined chat.
        chat: &'a ChatId,
        /// The idempotency key, only where the platform advertised it.
        client_message: Option<&'a ClientMessageId>,
    },
}

/// Up to where an answer is held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ResumePoint<'a> {
    /// The answer.
    pub message: &'a MessageId,
    /// The index of the first chunk that is missing.
    pub next_index: u64,
}

/// Whether the visitor begins to type or stops.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Typing {
    /// Begins.
    Start,
    /// Stops.
    Stop,
}

impl ClientFrame<'_> {
    /// The frame as text; `wall_ms` is the wall clock in milliseconds since 1970.
    #[must_use]
    pub fn encode(&self, wall_ms: u64) -> String {
        let wall_ms = i64::try_from(wall_ms).unwrap_or(i64::MAX);
        let data = Object::new();
        let (kind, data) = match self {
            Self::ChatMessage {
                text,
                tenant,
                chat,
                client_message,
            } => {
                let data = data.text("message", text).raw("stream", "true");
                let data = maybe(data, "tenant_id", tenant.map(TenantId::as_str));
                let data = maybe(data, "chat_id", chat.map(ChatId::as_str));
                ("chat_message", keyed(data, *client_message))
            }
            Self::JoinChat {
                chat,
                tenant,
                token,
                resume,
            } => {
                let data = data
                    .text("chat_id", chat.as_str())
                    .text("tenant_id", tenant.as_str());
                let data = maybe(data, "token", token.map(Token::as_str));
                ("join_chat", resumed(data, *resume))
            }
            Self::JoinChannel { chat, resume } => {
                let data = data.text("channel", "website");
                let data = match chat {
                    Some(chat) => data.text("chat_id", chat.as_str()),
                    None => data.raw("create", "true"),
                };
                ("join_chat", resumed(data, *resume))
            }
            Self::LeaveChat { chat } => ("leave_chat", data.text("chat_id", chat.as_str())),
            Self::Ping => ("ping", data.number("timestamp", wall_ms)),
            Self::Pong { echo } => {
                let value = echo.unwrap_or(wall_ms);
                ("pong", data.number("ts", value).number("timestamp", value))
            }
            Self::StopResponse { chat, message } => (
                "stop_response",
                data.text("chat_id", chat.as_str())
                    .text("message_id", message.as_str()),
            ),
            Self::Typing { typing, tenant, chat } => (
                match typing {
                    Typing::Start => "typing_start",
                    Typing::Stop => "typing_stop",
                },
                maybe(
                    data.text("tenant_id", tenant.as_str()),
                    "chat_id",
                    chat.map(ChatId::as_str),
                ),
            ),
            Self::UserMessage {
                text,
                chat,
                client_message,
            } => (
                "user_message",
                keyed(
                    data.text("text", text).text("chat_id", chat.as_str()),
                    *client_message,
                ),
            ),
        };
        Object::new()
            .text("type", kind)
            .raw("data", &data.end())
            .number("timestamp", wall_ms)
            .end()
    }
}

fn maybe(data: Object, key: &str, value: Option<&str>) -> Object {
    match value {
        Some(value) => data.text(key, value),
        None => data,
    }
}

fn keyed(data: Object, id: Option<&ClientMessageId>) -> Object {
    maybe(data, "client_message_id", id.map(ClientMessageId::as_str))
}

fn resumed(data: Object, resume: Option<ResumePoint<'_>>) -> Object {
    let Some(point) = resume else { return data };
    let next_index = i64::try_from(point.next_index).unwrap_or(i64::MAX);
    let point = Object::new()
        .text("message_id", point.message.as_str())
        .number("next_index", next_index);
    data.raw("resume", &point.end())
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_or_not_advertised_is_left_out_not_null() {
        let frame = ClientFrame::ChatMessage {
            text: "a < b && \"<b>\"",
            tenant: None,
            chat: None,
            client_message: None,
        };
        assert_eq!(
            frame.encode(1),
            r#"{"type":"chat_message","data":{"message":"a < b && \"<b>\"","stream":true},"timestamp":1}"#
        );
    }

    #[test]
    fn frames_without_a_fixture_are_as_the_contract_lists_them() {
        let chat = ChatId::parse("c1").unwrap();
        let tenant = TenantId::parse("miptech-company").unwrap();
        let typing = |typing, chat| {
            let tenant = &tenant;
            ClientFrame::Typing { typing, tenant, chat }.encode(1)
        };
        assert_eq!(
            typing(Typing::Start, None),
            r#"{"type":"typing_start","data":{"tenant_id":"miptech-company"},"timestamp":1}"#
        );
        assert_eq!(
            typing(Typing::Stop, Some(&chat)),
            r#"{"type":"typing_stop","data":{"tenant_id":"miptech-company","chat_id":"c1"},"timestamp":1}"#
        );
        assert_eq!(
            ClientFrame::LeaveChat { chat: &chat }.encode(1),
            r#"{"type":"leave_chat","data":{"chat_id":"c1"},"timestamp":1}"#
        );
        assert_eq!(
            ClientFrame::Ping.encode(7),
            r#"{"type":"ping","data":{"timestamp":7},"timestamp":7}"#
        );
    }
}
