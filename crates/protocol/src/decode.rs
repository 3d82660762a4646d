//! The frames we receive: one tolerant decoder for every documented spelling (`platform.md` sections 11 and 12).
//!
//! It never guesses across frames: what an id-less delta belongs to is the session's business.

mod fields;

pub(crate) use self::fields::{read_author, read_sources};
use crate::{
    capability::Capabilities,
    fault::Fault,
    ids::{ChatId, ClientMessageId, MessageId},
    json::{self, JsonError, Value},
};

/// One frame of the platform.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    /// Part of an answer.
    Answer(Box<AnswerFrame>),
    /// A chat exists; its id.
    ChatCreated(ChatId),
    /// The socket was accepted; nothing may be sent yet but the join.
    Established {
        /// The platform's name of this socket; for diagnostics only.
        client: Option<String>,
    },
    /// Something went wrong; `message` is the platform's id of the message concerned, if it named one.
    Fault {
        /// What went wrong.
        fault: Fault,
        /// The message it concerns, ours or an answer.
        message: Option<MessageId>,
        /// Our id of the message it concerns.
        client_message: Option<ClientMessageId>,
    },
    /// A visitor's message as the platform has it: ours, or one of another tab.
    Echo {
        /// The platform's id of it.
        message: MessageId,
        /// Its text.
        text: String,
        /// The chat it was said in.
        chat: Option<ChatId>,
        /// The id it was sent under, where the platform kept it.
        client_message: Option<ClientMessageId>,
    },
    /// Somebody types or works; `true` while it lasts.
    Indicator(bool),
    /// The chat is bound to this socket.
    Joined {
        /// The chat, where the frame names one.
        chat: Option<ChatId>,
        /// The tenant, where the frame names one.
        tenant: Option<String>,
    },
    /// The join was refused without an error frame.
    JoinRefused,
    /// A chat was left.
    Left {
        /// The chat, where the frame names one.
        chat: Option<ChatId>,
    },
    /// Asks for proof of life.
    Ping {
        /// The value to echo.
        echo: Option<i64>,
    },
    /// Proof of life.
    Pong,
    /// The platform starts up; nothing follows from it.
    Progress {
        /// What it says it does; for diagnostics only.
        phase: Option<String>,
    },
    /// The platform is ready for a join.
    Ready {
        /// What it advertises; nothing where it is silent about it.
        capabilities: Option<Capabilities>,
    },
    /// One of our messages arrived.
    Received {
        /// The platform's id of it.
        message: Option<MessageId>,
        /// The chat it arrived in.
        chat: Option<ChatId>,
        /// Our id of it, where the platform echoes it.
        client_message: Option<ClientMessageId>,
    },
    /// The token is refused for good: nothing but a new sign-in helps.
    Unauthorized(Fault),
    /// A type we do not know, to be counted and ignored.
    Unknown,
}

/// Part of an answer, or a whole one.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerFrame {
    /// Which answer, as far as the frame says.
    pub id: Option<AnswerId>,
    /// Which chat, as far as the frame says.
    pub chat: Option<ChatId>,
    /// Who answers.
    pub author: Author,
    /// The part.
    pub part: AnswerPart,
}

/// The id of an answer and where in the frame it stood.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerId {
    /// The id.
    pub id: MessageId,
    /// Whether it stood inside the payload. One at the top of the frame may name the frame instead of the answer.
    pub in_payload: bool,
}

/// What an answer frame brings.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerPart {
    /// More text.
    Chunk {
        /// What is new; may be empty.
        delta: Delta,
        /// Its place in the answer, from 0, where the platform counts.
        index: Option<u64>,
    },
    /// The end.
    Complete(Completion),
    /// Work has begun; an id here is a hint only.
    Processing,
    /// The answer begins; its id binds.
    Start,
}

/// New text of an answer. A platform that slices UTF-16 may cut a character in two (row P2).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delta {
    /// The second half of a surrogate pair before the text.
    pub low: Option<u16>,
    /// The whole characters.
    pub text: String,
    /// The first half of a surrogate pair behind the text.
    pub high: Option<u16>,
}

impl Delta {
    /// The character the end of one delta and the beginning of the next make together.
    /// Where only one half is there it is none, and U+FFFD stands for it.
    #[must_use]
    pub fn join(high: Option<u16>, low: Option<u16>) -> Option<char> {
        match (high, low) {
            (Some(high), Some(low)) => {
                let joined = char::decode_utf16([high, low]).next()?;
                Some(joined.unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            (Some(_), None) | (None, Some(_)) => Some(char::REPLACEMENT_CHARACTER),
            (None, None) => None,
        }
    }
}

impl From<&str> for Delta {
    fn from(text: &str) -> Self {
        Self {
            low: None,
            text: text.to_owned(),
            high: None,
        }
    }
}

/// How an answer ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// The whole text where the frame carries it; it replaces what was streamed.
    pub text: Option<String>,
    /// What the answer rests on.
    pub sources: Vec<Source>,
    /// Whether it was stopped by the visitor.
    pub stopped: bool,
    /// Follow-up questions.
    pub suggestions: Vec<String>,
    /// How many chunks the platform sent.
    pub total_chunks: Option<u64>,
    /// The platform's order.
    pub sequence: Option<u64>,
    /// What it cost.
    pub usage: Usage,
}

/// What an answer cost, as far as the platform says.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Usage {
    /// The model that wrote it.
    pub model: Option<String>,
    /// How long the platform took, in milliseconds.
    pub response_ms: Option<u64>,
    /// How many tokens question and answer were.
    pub total_tokens: Option<u64>,
}

/// One thing an answer rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// What it is called.
    pub title: String,
    /// Where it is; unchecked text.
    pub url: Option<String>,
    /// What it says.
    pub snippet: Option<String>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Author {
    /// A model.
    Ai,
    /// A person of the site.
    Human,
    /// The platform itself.
    System,
    /// The visitor.
    User,
}

impl Author {
    /// The stable text, as `data-author` and the JavaScript surface have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ai => "ai",
            Self::Human => "human",
            Self::System => "system",
            Self::User => "user",
        }
    }
}

/// Why a text is no frame; never quotes the text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DecodeError {
    /// Not JSON, or JSON that names its type twice.
    Malformed,
    /// JSON, but no object, or one without a type: ignored and counted.
    NotAFrame,
    /// Nested too deep to be read safely.
    TooDeep,
}

/// Decodes one text frame.
///
/// # Errors
/// [`DecodeError`]: the frame is dropped, and the session counts it.
pub fn decode(text: &str) -> Result<ServerFrame, DecodeError> {
    let frame = json::parse(text).map_err(|error| match error {
        JsonError::Malformed => DecodeError::Malformed,
        JsonError::TooDeep => DecodeError::TooDeep,
    })?;
    // Which of two types is meant nobody can say (row P1).
    if frame.members().filter(|(key, _)| key == "type").count() > 1 {
        return Err(DecodeError::Malformed);
    }
    let kind = json::text_of(&frame, &["type", "event_type", "eventType"]).ok_or(DecodeError::NotAFrame)?;
    let payload = fields::payload(&frame);
    Ok(match kind {
        "connection_established" => ServerFrame::Established {
            client: json::text_of(payload, &["client_id", "clientId"]).map(str::to_owned),
        },
        "initialization_progress"
        | "platform_initializing"
        | "platform_ready"
        | "ai_services_loading"
        | "ai_services_ready" => ServerFrame::Progress {
            phase: json::text_of(payload, &["phase"]).map(str::to_owned),
        },
        "connection_ready" => ServerFrame::Ready {
            capabilities: Capabilities::read(payload),
        },
        "chat_created" => match fields::created_chat(&frame) {
            Some(chat) => ServerFrame::ChatCreated(chat),
            None => ServerFrame::Unknown,
        },
        "chat_joined" if payload.get("success").and_then(Value::as_bool) == Some(false) => {
            ServerFrame::JoinRefused
        }
        "chat_joined" => ServerFrame::Joined {
            chat: fields::chat(&frame),
            tenant: json::text_of(payload, &["tenant_id", "tenantId"])
                .or_else(|| json::text_of(&frame, &["tenant_id", "tenantId"]))
                .map(str::to_owned),
        },
        "chat_left" => ServerFrame::Left {
            chat: fields::chat(&frame),
        },
        "message_received" => ServerFrame::Received {
            message: fields::message(&frame).map(|found| found.id),
            chat: fields::chat(&frame),
            client_message: fields::client_message(payload),
        },
        "processing" | "ai_processing_started" => answer(&frame, AnswerPart::Processing),
        "response_start" => answer(&frame, AnswerPart::Start),
        "response_chunk" | "chat_response_streaming" => {
            let delta = fields::text(&frame).map(fields::delta).unwrap_or_default();
            let index = json::number_of(payload, &["index"]);
            answer(&frame, AnswerPart::Chunk { delta, index })
        }
        "response_complete" | "ai_response_complete" | "chat_response" | "assistant_message" => {
            answer(&frame, AnswerPart::Complete(fields::completion(&frame)))
        }
        "chat_message" if fields::role(&frame) == Some("user") => echo(&frame, payload),
        "chat_message" => {
            let part = AnswerPart::Complete(fields::completion(&frame));
            match fields::role(&frame) {
                Some("system") => spoken(&frame, Author::System, part),
                _ => answer(&frame, part),
            }
        }
        "status" => match json::text_of(payload, &["status"]) {
            Some("typing" | "processing") => ServerFrame::Indicator(true),
            Some("complete") => ServerFrame::Indicator(false),
            _ => ServerFrame::Unknown,
        },
        "typing_start" | "typing" | "typing_indicator" => {
            let flag = ["is_typing", "isTyping", "typing"]
                .iter()
                .find_map(|key| payload.get(key)?.as_bool());
            ServerFrame::Indicator(flag.unwrap_or(true))
        }
        "typing_stop" | "stop_typing" => ServerFrame::Indicator(false),
        "ping" => ServerFrame::Ping {
            echo: fields::ping_value(&frame),
        },
        "pong" => ServerFrame::Pong,
        "error" | "rate_limit_exceeded" | "authentication_required" | "token_expired" | "unauthorized" => {
            fault(kind, payload)
        }
        _ => ServerFrame::Unknown,
    })
}

fn answer(frame: &Value, part: AnswerPart) -> ServerFrame {
    spoken(frame, fields::author(frame), part)
}

fn spoken(frame: &Value, author: Author, part: AnswerPart) -> ServerFrame {
    ServerFrame::Answer(Box::new(AnswerFrame {
        id: fields::message(frame),
        chat: fields::chat(frame),
        author,
        part,
    }))
}

/// A visitor's message without id or text says nothing.
fn echo(frame: &Value, payload: &Value) -> ServerFrame {
    let text = fields::completion(frame).text;
    match (fields::message(frame), text) {
        (Some(found), Some(text)) => ServerFrame::Echo {
            message: found.id,
            text,
            chat: fields::chat(frame),
            client_message: fields::client_message(payload).or_else(|| fields::client_message_inside(frame)),
        },
        (Some(_) | None, _) => ServerFrame::Unknown,
    }
}

/// Frames other than `error` carry their meaning in their type, so it is read as the code.
fn fault(kind: &str, payload: &Value) -> ServerFrame {
    let named = match kind {
        "authentication_required" | "unauthorized" => Some("auth_required"),
        "rate_limit_exceeded" | "token_expired" => Some(kind),
        _ => None,
    };
    let mut words = payload.clone();
    if let Some(code) = named {
        let code = ("code".to_owned(), Value::Text(code.to_owned().into()));
        if let Value::Object(members) = &mut words {
            members.push(code);
        } else {
            words = Value::Object(vec![code]);
        }
    }
    let fault = Fault::from_frame(&words);
    if kind == "unauthorized" {
        return ServerFrame::Unauthorized(fault);
    }
    ServerFrame::Fault {
        fault,
        message: json::text_of(payload, &["message_id", "messageId"]).and_then(MessageId::parse),
        client_message: fields::client_message(payload),
    }
}

#[cfg(test)]
mod tests;
