//! The frames we send. Only what is listed here can be built (`platform.md` section 10).

use crate::{
    ids::{ChatId, ClientMessageId, TenantId},
    json::Object,
};

/// One frame of ours.
#[derive(Clone, Debug, PartialEq)]
pub enum ClientFrame<'a> {
    /// The visitor's text, exactly as typed and trimmed.
    ChatMessage {
        /// The joined chat.
        chat: &'a ChatId,
        /// The idempotency key, only where the platform advertised it.
        client_message: Option<&'a ClientMessageId>,
        /// Our tenant.
        tenant: &'a TenantId,
        /// At most 4000 UTF-16 units.
        text: &'a str,
    },
    /// Binds the chat to the socket; the first frame of every socket.
    JoinChat {
        /// The chat to bind.
        chat: &'a ChatId,
        /// Our tenant.
        tenant: &'a TenantId,
    },
    /// Asks for proof of life.
    Ping,
    /// Answers a ping with the value it carried.
    Pong {
        /// The ping's own value; milliseconds or whatever the platform wrote.
        echo: Option<i64>,
    },
}

impl ClientFrame<'_> {
    /// The frame as text; `wall_ms` is the wall clock in milliseconds since 1970.
    #[must_use]
    pub fn encode(&self, wall_ms: u64) -> String {
        let wall_ms = i64::try_from(wall_ms).unwrap_or(i64::MAX);
        let (kind, payload) = match self {
            Self::ChatMessage {
                chat,
                client_message,
                tenant,
                text,
            } => {
                let payload = Object::new()
                    .text("message", text)
                    .raw("stream", "true")
                    .text("tenant_id", tenant.as_str())
                    .text("chat_id", chat.as_str());
                let payload = match client_message {
                    Some(id) => payload.text("client_message_id", id.as_str()),
                    None => payload,
                };
                ("chat_message", payload)
            }
            Self::JoinChat { chat, tenant } => (
                "join_chat",
                Object::new()
                    .text("chat_id", chat.as_str())
                    .text("tenant_id", tenant.as_str()),
            ),
            Self::Ping => ("ping", Object::new().number("timestamp", wall_ms)),
            Self::Pong { echo } => {
                let value = echo.unwrap_or(wall_ms);
                (
                    "pong",
                    Object::new().number("ts", value).number("timestamp", value),
                )
            }
        };
        Object::new()
            .text("type", kind)
            .raw("data", &payload.end())
            .number("timestamp", wall_ms)
            .end()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use serde_json::Value;

    use super::*;

    /// Compares with a fixture of section 18, which leaves the envelope's timestamp out.
    fn check(frame: &ClientFrame<'_>, fixture: &str) {
        let mut sent: Value = serde_json::from_str(&frame.encode(1_754_060_400_123)).unwrap();
        let stamp = sent.as_object_mut().unwrap().remove("timestamp");
        assert_eq!(stamp, Some(1_754_060_400_123_u64.into()));
        assert_eq!(sent, serde_json::from_str::<Value>(fixture).unwrap());
    }

    #[test]
    fn frames_equal_their_fixtures() {
        let chat = ChatId::parse("c1").unwrap();
        let tenant = TenantId::parse("miptech-company").unwrap();
        let id = ClientMessageId::parse("m-7").unwrap();
        check(
            &ClientFrame::JoinChat {
                chat: &chat,
                tenant: &tenant,
            },
            r#"{"type":"join_chat","data":{"chat_id":"c1","tenant_id":"miptech-company"}}"#,
        );
        check(
            &ClientFrame::ChatMessage {
                chat: &chat,
                client_message: Some(&id),
                tenant: &tenant,
                text: "Hi <b>",
            },
            r#"{"type":"chat_message","data":{"message":"Hi <b>","stream":true,"tenant_id":"miptech-company","chat_id":"c1","client_message_id":"m-7"}}"#,
        );
        check(
            &ClientFrame::Pong {
                echo: Some(1_754_060_400_123),
            },
            r#"{"type":"pong","data":{"ts":1754060400123,"timestamp":1754060400123}}"#,
        );
    }

    #[test]
    fn a_key_that_was_not_advertised_is_left_out_not_null() {
        let chat = ChatId::parse("c1").unwrap();
        let tenant = TenantId::parse("miptech-company").unwrap();
        let frame = ClientFrame::ChatMessage {
            chat: &chat,
            client_message: None,
            tenant: &tenant,
            text: "a < b && \"<b>\"",
        };
        let text = frame.encode(1);
        assert!(!text.contains("client_message_id"));
        assert!(text.contains(r#"a < b && \"<b>\""#));
    }
}
