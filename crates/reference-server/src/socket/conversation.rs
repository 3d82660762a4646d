//! What a client says on its socket, and what is said back.
//!
//! Answers are not generated here: a question is stored, acknowledged and handed over.

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::handshake;
use crate::{
    answer::{self, Delivery, Question},
    config::{Capability, Profile},
    fault::Fault,
    frame,
    hub::{Outbox, Outgoing, SocketId},
    platform::Platform,
    rate::{Allowance, Verdict},
    store::{Recorded, UserMessage},
    tenant,
};

/// One socket's place in the conversation.
pub(super) struct Seat {
    pub(super) platform: Arc<Platform>,
    pub(super) tenant: String,
    /// The chat this socket is joined to.
    pub(super) chat: Option<String>,
    /// A token in the socket's query.
    pub(super) token: Option<String>,
    /// The user the last join was admitted as.
    pub(super) user: Option<String>,
    socket: SocketId,
    host: String,
    outbox: Outbox,
    first_join: FirstJoin,
    channel: Channel,
    allowance: Allowance,
}

/// Where this socket's chats come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Channel {
    /// From the socket itself.
    Realtime,
    /// From `POST /api/v1/chat`.
    Rest,
}

/// Whether the socket has ever joined; leaving does not undo it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum FirstJoin {
    Done,
    Owed,
    /// The socket is being closed for not joining; nothing it says counts.
    Refused,
}

impl Seat {
    pub(super) fn new(
        platform: Arc<Platform>,
        socket: SocketId,
        tenant: String,
        host: String,
        token: Option<String>,
        outbox: Outbox,
    ) -> Self {
        Self {
            allowance: Allowance::new(platform.config.socket_limit),
            platform,
            tenant,
            chat: None,
            token,
            user: None,
            socket,
            host,
            outbox,
            first_join: FirstJoin::Owed,
            channel: Channel::Rest,
        }
    }

    /// Whether the join deadline no longer applies.
    pub(super) fn has_joined(&self) -> bool {
        self.first_join == FirstJoin::Done
    }

    /// Queues a frame for this socket.
    pub(super) fn say(&self, text: Utf8Bytes) {
        self.queue(Outgoing::Frame(text));
    }

    /// Queues the end of this socket.
    pub(super) fn close(&self, code: u16) {
        self.queue(Outgoing::Close(code));
    }

    fn queue(&self, outgoing: Outgoing) {
        // A closed queue belongs to a socket that has ended; nobody is left to be told.
        let _ = self.outbox.send(outgoing);
    }

    /// Takes the seat in a chat.
    pub(super) fn take(&mut self, chat_id: String) {
        self.platform.hub.join(&chat_id, self.socket, self.outbox.clone());
        tracing::info!(socket = self.socket.0, chat_id, "joined");
        self.chat = Some(chat_id);
        self.first_join = FirstJoin::Done;
    }

    /// Notes a join of the realtime client. Even one that finds no chat has been the first frame, and
    /// the next text then begins a new chat.
    pub(super) fn begin_realtime(&mut self) {
        self.channel = Channel::Realtime;
        self.first_join = FirstJoin::Done;
    }

    /// Reports a storage failure to the log and, without details, to the client.
    pub(super) fn fail(&self, error: &sqlx::Error) {
        tracing::error!(%error, "storage failed");
        self.say(frame::error_code("internal_error", "Internal error"));
    }

    /// Takes one text frame; what is not a JSON object is ignored.
    pub(super) async fn hear(&mut self, text: &str) {
        let Some(frame) = Frame::parse(text) else {
            return;
        };
        if self.first_join == FirstJoin::Refused {
            return;
        }
        if self.first_join == FirstJoin::Owed && frame.kind != "join_chat" {
            self.first_join = FirstJoin::Refused;
            handshake::refuse_first_frame(self);
            return;
        }
        let profile = self.platform.config.profile;
        match frame.kind.as_str() {
            "join_chat" => handshake::join(self, &frame).await,
            "chat_message" if profile != Profile::JoinToken => {
                if self.may_speak() {
                    self.ask(&frame, "message").await;
                }
            }
            "user_message" if matches!(profile, Profile::Any | Profile::JoinToken) => {
                if self.may_speak() {
                    self.ask(&frame, "text").await;
                }
            }
            "stop_response" if self.platform.config.offers(Capability::Stop) => self.stop(&frame),
            "ping" => self.say(frame::pong(frame.fields.get("data"))),
            "typing_start" | "typing_stop" => {
                self.may_speak();
            }
            "pong" => {}
            "leave_chat" => self.leave(),
            _ => self.say(frame::validation_error(
                "Unknown type",
                frame.text("client_message_id"),
            )),
        }
    }

    /// Counts a message against the socket's limit; whoever is over it is told, and finally closed.
    fn may_speak(&mut self) -> bool {
        match self.allowance.spend(Instant::now()) {
            Verdict::Heard => return true,
            Verdict::Refused { retry_after } => self.say(frame::rate_limit_exceeded(retry_after)),
            Verdict::TooMany => self.close(RATE_LIMITED),
        }
        false
    }

    fn stop(&self, frame: &Frame) {
        if let Some(chat_id) = &self.chat {
            self.platform.ledger.stop(chat_id, frame.text("message_id"));
        }
    }

    fn leave(&mut self) {
        if let Some(chat_id) = self.chat.take() {
            self.platform.hub.leave(&chat_id, self.socket);
            self.say(frame::chat_left(&chat_id, &self.tenant));
        }
    }

    /// Stores a question, acknowledges it and has it answered.
    async fn ask(&mut self, frame: &Frame, text_field: &str) {
        if self.chat.is_none() && self.channel == Channel::Realtime && frame.text("chat_id").is_none() {
            let Some(chat_id) = handshake::create(self).await else {
                return;
            };
            self.take(chat_id);
        }
        let offers_ids = self.platform.config.offers(Capability::ClientMessageId);
        let client_message_id = frame.text("client_message_id").filter(|_| offers_ids);
        let accepted = self
            .chat
            .as_deref()
            .ok_or("Join a chat first")
            .and_then(|chat_id| self.check(frame, text_field, chat_id).map(|text| (chat_id, text)));
        let (chat_id, text) = match accepted {
            Ok(accepted) => accepted,
            Err(reason) => {
                self.say(frame::validation_error(reason, client_message_id));
                return;
            }
        };
        let message = UserMessage {
            chat_id,
            content: text,
            client_message_id,
        };
        let message_id = match self.platform.store.record(message).await {
            Ok(Recorded::New { message_id }) => message_id,
            Ok(Recorded::Repeat { message_id }) => {
                self.say(frame::message_received(&message_id, chat_id, client_message_id));
                return;
            }
            Ok(Recorded::Conflict) => {
                let reason = "client_message_id was used for another text";
                self.say(frame::validation_error(reason, client_message_id));
                return;
            }
            Ok(Recorded::ChatErased) => {
                self.say(frame::error_code("chat_not_found", "Chat not found"));
                self.close(handshake::CHAT_INVALID);
                return;
            }
            Err(error) => {
                self.fail(&error);
                return;
            }
        };
        let fault = self.platform.config.faults.then(|| Fault::parse(text)).flatten();
        if fault == Some(Fault::DropUnacked) {
            self.queue(Outgoing::Cut);
        } else {
            self.say(frame::message_received(&message_id, chat_id, client_message_id));
        }
        let delivery = match frame.field("stream") {
            Some(Value::Bool(false)) => Delivery::Whole,
            _ => Delivery::Streamed,
        };
        let question = Question {
            chat_id: chat_id.to_owned(),
            message_id,
            text: text.to_owned(),
            delivery,
            host: self.host.clone(),
            socket: self.socket,
            fault,
        };
        answer::ask(&self.platform, question);
    }

    /// The text of a message, or why it is refused.
    fn check<'a>(&self, frame: &'a Frame, text_field: &str, chat_id: &str) -> Result<&'a str, &'static str> {
        if frame.text("chat_id").is_some_and(|named| named != chat_id) {
            return Err("chat_id is not the joined chat");
        }
        if frame
            .text("tenant_id")
            .is_some_and(|named| tenant::canonical(named) != self.tenant)
        {
            return Err("tenant_id is not the socket's tenant");
        }
        if frame
            .text("client_message_id")
            .is_some_and(|id| id.is_empty() || id.len() > CLIENT_ID_LIMIT_BYTES)
        {
            return Err("client_message_id is empty or too long");
        }
        let text = frame.text(text_field).ok_or("Message is missing")?;
        if text.trim().is_empty() {
            return Err("Message is empty");
        }
        if text.encode_utf16().count() > TEXT_LIMIT_UTF16 {
            return Err("Message is longer than 4000 characters");
        }
        Ok(text)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(chat_id) = &self.chat {
            self.platform.hub.leave(chat_id, self.socket);
        }
    }
}

/// A frame of the client: its type and everything else.
pub(super) struct Frame {
    kind: String,
    fields: Map<String, Value>,
}

impl Frame {
    fn parse(text: &str) -> Option<Self> {
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return None;
        };
        let kind = fields
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Some(Self { kind, fields })
    }

    /// A field of `data`.
    fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get("data")?.get(name)
    }

    /// A text field of `data`.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.field(name)?.as_str()
    }

    /// The answer a join continues, and the first delta that is missing.
    pub(super) fn resume(&self) -> Option<(&str, usize)> {
        let resume = self.field("resume")?;
        let next_index = resume.get("next_index")?.as_u64()?;
        let answer_id = resume.get("message_id")?.as_str()?;
        Some((answer_id, usize::try_from(next_index).unwrap_or(usize::MAX)))
    }
}

/// The client goes on sending although it was told to wait.
pub(super) const RATE_LIMITED: u16 = 4003;

/// The longest text, in UTF-16 units as the contract counts.
const TEXT_LIMIT_UTF16: usize = 4000;

/// The longest client message id; our choice, room for any UUID with a prefix.
const CLIENT_ID_LIMIT_BYTES: usize = 200;
