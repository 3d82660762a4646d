//! What the tabs of a browser keep for each other and for the next page: messages that wait, and the conversation so far.
//!
//! Storage is written by other tabs, older and newer versions of this code, and whoever else runs on the page, so it is
//! read like the wire: nothing in it is believed before it was checked.

use crate::{
    decode::{Author, Source, read_author, read_sources},
    ids::{ChatId, ClientMessageId, MessageId, SessionId},
    json::{self, Object, Value},
};

/// The version of both values.
const VERSION: u64 = 1;

/// Why a stored value is of no use here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unusable {
    /// It is not ours, or damaged: it may be written over.
    Corrupt,
    /// A newer version of this code wrote it: it is left alone.
    Newer,
}

/// A message the platform has not acknowledged, or what is left of one for the tab that wrote it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredMessage {
    /// The text as typed.
    pub text: String,
    /// Where it stands.
    pub state: StoredState,
    /// Its place among all that wait.
    pub order: u64,
    /// When it was typed, in wall milliseconds.
    pub typed_ms: u64,
    /// When its state last changed, in wall milliseconds.
    pub touched_ms: u64,
    /// The tab that wrote it last.
    pub tab: u64,
    /// The conversation it was meant for.
    pub session: SessionId,
    /// The chat it was meant for, where that had a name already.
    pub chat: Option<ChatId>,
    /// Who was signed in when it was typed.
    pub owner: Option<String>,
    /// How often it was handed over.
    pub hand_overs: u8,
    /// The last sequence number known when it was handed over: what history holds up to it is not this message.
    pub after: u64,
}

/// Where a stored message stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoredState {
    /// Deleted by a visitor.
    Deleted,
    /// Too old to go by itself.
    Expired,
    /// Refused by the platform.
    Failed,
    /// Waits for the visitor's word.
    Held,
    /// Waits for its turn.
    Queued,
    /// Handed over.
    Sending,
    /// Acknowledged.
    Sent,
    /// May or may not have arrived.
    Unconfirmed,
}

impl StoredState {
    const ALL: [Self; 8] = [
        Self::Deleted,
        Self::Expired,
        Self::Failed,
        Self::Held,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Unconfirmed,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl StoredMessage {
    /// The value for storage.
    #[must_use]
    pub fn write(&self) -> String {
        let value = Object::new()
            .whole("v", VERSION)
            .text("text", &self.text)
            .text("state", self.state.as_str())
            .whole("order", self.order)
            .whole("typed", self.typed_ms)
            .whole("touched", self.touched_ms)
            .text("tab", &self.tab.to_string())
            .text("session", self.session.as_str())
            .whole("hand_overs", self.hand_overs.into())
            .whole("after", self.after);
        value
            .maybe_text("owner", self.owner.as_deref())
            .maybe_text("chat", self.chat.as_ref().map(ChatId::as_str))
            .end()
    }

    /// Reads a value of storage.
    ///
    /// # Errors
    /// [`Unusable`]: it is none.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        let value = open(text)?;
        Self::of(&value).ok_or(Unusable::Corrupt)
    }

    fn of(value: &Value) -> Option<Self> {
        let number = |key| json::number_of(value, &[key]);
        let text = |key| json::text_of(value, &[key]);
        Some(Self {
            text: text("text")?.to_owned(),
            state: StoredState::parse(text("state")?)?,
            order: number("order")?,
            typed_ms: number("typed")?,
            touched_ms: number("touched")?,
            tab: text("tab")?.parse().ok()?,
            session: SessionId::parse(text("session")?)?,
            chat: text("chat").and_then(ChatId::parse),
            owner: text("owner").map(str::to_owned),
            hand_overs: u8::try_from(number("hand_overs")?).ok()?,
            after: number("after")?,
        })
    }
}

/// The conversation so far.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTranscript {
    /// The conversation's session id.
    pub session: SessionId,
    /// Whose conversation it is, where somebody is signed in.
    pub owner: Option<String>,
    /// The chat, once it exists.
    pub chat: Option<ChatId>,
    /// When it was last written, in wall milliseconds.
    pub written_ms: u64,
    /// The messages, oldest first.
    pub items: Vec<StoredItem>,
}

/// One message of a stored conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredItem {
    /// Who wrote it.
    pub author: Author,
    /// The text: the visitor's as typed, an answer's as Markdown.
    pub text: String,
    /// Where it stands: a `data-status` value of the JavaScript surface.
    pub status: String,
    /// The platform's id, where known.
    pub message: Option<MessageId>,
    /// Our id, for messages written in this browser.
    pub client_message: Option<ClientMessageId>,
    /// When, in wall milliseconds.
    pub created_ms: u64,
    /// Of how many chunks the text of an answer consists; the platform's number of a message of the visitor, from 1 on, 0 where
    /// it is not known.
    pub count: u64,
    /// What an answer rests on.
    pub sources: Vec<Source>,
}

impl StoredTranscript {
    /// The value for storage, without the oldest messages where all would be longer than `most_bytes`.
    #[must_use]
    pub fn write(&self, most_bytes: usize) -> String {
        let mut left = most_bytes;
        let mut kept: Vec<String> = Vec::new();
        for item in self.items.iter().rev() {
            let item = item.write();
            let Some(rest) = left.checked_sub(item.len() + 1) else {
                break;
            };
            left = rest;
            kept.push(item);
        }
        kept.reverse();
        let value = Object::new()
            .whole("v", VERSION)
            .text("session", self.session.as_str())
            .whole("written", self.written_ms)
            .maybe_text("owner", self.owner.as_deref())
            .maybe_text("chat", self.chat.as_ref().map(ChatId::as_str));
        value.raw("items", &format!("[{}]", kept.join(","))).end()
    }

    /// Reads a value of storage; an item that is none is left out.
    ///
    /// # Errors
    /// [`Unusable`]: it is none.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        let value = open(text)?;
        Self::of(&value).ok_or(Unusable::Corrupt)
    }

    fn of(value: &Value) -> Option<Self> {
        let items = value.get("items").and_then(Value::as_list)?;
        Some(Self {
            session: SessionId::parse(json::text_of(value, &["session"])?)?,
            owner: json::text_of(value, &["owner"]).map(str::to_owned),
            chat: json::text_of(value, &["chat"]).and_then(ChatId::parse),
            written_ms: json::number_of(value, &["written"])?,
            items: items.iter().filter_map(StoredItem::of).collect(),
        })
    }
}

impl StoredItem {
    fn write(&self) -> String {
        let (role, kind) = match self.author {
            Author::User => ("user", None),
            Author::Ai => ("assistant", None),
            Author::Human => ("assistant", Some("human")),
            Author::System => ("assistant", Some("system")),
        };
        let source = |source: &Source| {
            Object::new()
                .text("title", &source.title)
                .maybe_text("url", source.url.as_deref())
                .maybe_text("snippet", source.snippet.as_deref())
                .end()
        };
        let value = Object::new()
            .text("role", role)
            .maybe_text("author_kind", kind)
            .text("content", &self.text)
            .text("status", &self.status)
            .maybe_text("id", self.message.as_ref().map(MessageId::as_str))
            .maybe_text(
                "client",
                self.client_message.as_ref().map(ClientMessageId::as_str),
            )
            .whole("created", self.created_ms)
            .whole("chunks", self.count);
        if self.sources.is_empty() {
            return value.end();
        }
        let sources: Vec<String> = self.sources.iter().map(source).collect();
        value.raw("sources", &format!("[{}]", sources.join(","))).end()
    }

    fn of(value: &Value) -> Option<Self> {
        let text = |key| json::text_of(value, &[key]);
        Some(Self {
            author: match text("role")? {
                "user" => Author::User,
                _ => read_author(value),
            },
            text: text("content")?.to_owned(),
            status: text("status")?.to_owned(),
            message: text("id").and_then(MessageId::parse),
            client_message: text("client").and_then(ClientMessageId::parse),
            created_ms: json::number_of(value, &["created"])?,
            count: json::number_of(value, &["chunks"])?,
            sources: read_sources(value),
        })
    }
}

/// A JSON object of a version we know.
fn open(text: &str) -> Result<Value, Unusable> {
    let value = json::parse(text).map_err(|_| Unusable::Corrupt)?;
    match json::number_of(&value, &["v"]) {
        Some(VERSION) => Ok(value),
        Some(newer) if newer > VERSION => Err(Unusable::Newer),
        Some(_) | None => Err(Unusable::Corrupt),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> StoredMessage {
        StoredMessage {
            text: "Grüße \"du\"\n\u{1f600}".to_owned(),
            state: StoredState::Queued,
            order: 3,
            typed_ms: 1_754_060_400_123,
            touched_ms: 1_754_060_400_456,
            tab: u64::MAX,
            session: SessionId::parse("test_session_123").unwrap(),
            chat: ChatId::parse("c1"),
            owner: Some("p1".to_owned()),
            hand_overs: 2,
            after: 7,
        }
    }

    fn item(text: &str) -> StoredItem {
        StoredItem {
            author: Author::Human,
            text: text.to_owned(),
            status: "complete".to_owned(),
            message: MessageId::parse("a1"),
            client_message: None,
            created_ms: 5,
            count: 9,
            sources: vec![Source {
                title: "T".to_owned(),
                url: Some("https://e.x/".to_owned()),
                snippet: None,
            }],
        }
    }

    fn transcript(items: Vec<StoredItem>) -> StoredTranscript {
        StoredTranscript {
            session: SessionId::parse("test_session_123").unwrap(),
            owner: None,
            chat: ChatId::parse("c1"),
            written_ms: 4,
            items,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for state in StoredState::ALL {
            let message = StoredMessage { state, ..message() };
            assert_eq!(StoredMessage::read(&message.write()), Ok(message));
        }
        let transcript = transcript(vec![item("**A**"), item("")]);
        assert_eq!(StoredTranscript::read(&transcript.write(10_000)), Ok(transcript));
    }

    #[test]
    fn the_oldest_messages_give_way() {
        let all = transcript((0..10).map(|n| item(&format!("answer {n}"))).collect());
        let one = item("answer 0").write().len() + 1;
        let read = StoredTranscript::read(&all.write(3 * one)).unwrap();
        assert_eq!(read.items, all.items[7..]);
        assert_eq!(StoredTranscript::read(&all.write(0)).unwrap().items, []);
    }

    #[test]
    fn what_is_not_ours_is_told_apart_from_what_is_newer() {
        for text in [
            "",
            "null",
            "[]",
            "{}",
            "{\"v\":0}",
            "{\"v\":\"1\"}",
            "{\"v\":1}",
            "\u{0}",
            "{\"v\":1,",
        ] {
            assert_eq!(StoredMessage::read(text), Err(Unusable::Corrupt), "{text}");
            assert_eq!(StoredTranscript::read(text), Err(Unusable::Corrupt), "{text}");
        }
        assert_eq!(StoredMessage::read("{\"v\":2}"), Err(Unusable::Newer));
        assert_eq!(StoredTranscript::read("{\"v\":2,\"x\":[]}"), Err(Unusable::Newer));
        let damaged = message().write().replace("queued", "lost");
        assert_eq!(StoredMessage::read(&damaged), Err(Unusable::Corrupt));
    }
}
