//! What a session asks for and tells: effects for the driver, events for the model.

use miptech_chat_protocol::{
    decode::Source,
    ids::{ChatId, MessageId, TenantId},
    request::{Reply, Request},
};

use crate::{
    clock::Instant,
    entry::{Entry, RowId, Status},
    notice::{ChatError, Notice},
    phase::Phase,
};

/// One thing to take out after a command or input.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// The driver must do it.
    Effect(Effect),
    /// The model should know it.
    Event(Event),
}

/// What the driver must do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Give a call up; its outcome is no longer wanted.
    AbortHttp {
        /// Which.
        id: RequestId,
    },
    /// Close a socket; its late events are dropped.
    CloseSocket {
        /// Which.
        attempt: Attempt,
        /// 1000 or 3000–4999.
        code: u16,
    },
    /// Make a call and bring its outcome to `handle_http`.
    Http {
        /// Names the call.
        id: RequestId,
        /// The call.
        request: Request,
    },
    /// Open a socket and bring its events to `handle_socket`.
    OpenSocket {
        /// Names the socket.
        attempt: Attempt,
        /// Where to.
        url: String,
    },
    /// Send one text frame.
    SendFrame {
        /// On which socket.
        attempt: Attempt,
        /// The frame.
        text: String,
    },
    /// Keep a value beyond this page.
    Store {
        /// Under which key.
        key: StoreKey,
        /// The value.
        value: String,
    },
}

/// What the model should know.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// An answer got longer.
    AnswerGrew {
        /// Which.
        row: RowId,
        /// The new end of it.
        delta: String,
    },
    /// An answer's text is another: the platform's final word differs from what was streamed.
    AnswerReplaced {
        /// Which.
        row: RowId,
        /// The whole text.
        text: String,
    },
    /// What an answer rests on.
    AnswerSourced {
        /// Which.
        row: RowId,
        /// In the platform's order.
        sources: Vec<Source>,
    },
    /// The chat exists.
    ConversationStarted {
        /// Its id.
        chat: ChatId,
    },
    /// Something went wrong; for the host page.
    ErrorRaised(ChatError),
    /// A message entered the transcript.
    MessageAdded {
        /// The message.
        entry: Entry,
        /// Where it stands.
        place: Place,
    },
    /// A message left the transcript.
    MessageRemoved {
        /// Which.
        row: RowId,
    },
    /// A message's state changed, and perhaps its platform id became known.
    MessageChanged {
        /// Which.
        row: RowId,
        /// Its state.
        status: Status,
        /// Its platform id, where known.
        message: Option<MessageId>,
    },
    /// The notice bar says something else, or nothing.
    NoticeChanged(Option<Notice>),
    /// The connection's phase changed.
    PhaseChanged(Phase),
}

/// Where a message enters the transcript.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// Right behind this row.
    After(RowId),
    /// Behind everything.
    End,
    /// In front of everything.
    Start,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpOutcome {
    /// An answer with a status.
    Reply(Reply),
    /// No status: unreachable, refused by CORS, redirected, or aborted.
    Failed,
}

/// What a socket did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SocketEvent<'a> {
    /// A binary frame arrived; the protocol has none.
    Binary,
    /// It is over, whether or not it ever opened.
    Closed {
        /// The close code; 1006 where there was none.
        code: u16,
        /// The platform's reason; may be empty.
        reason: &'a str,
    },
    /// It is open.
    Opened,
    /// A text frame arrived.
    Text(&'a str),
    /// A text frame above the limit arrived and was not read.
    TooLarge,
}

/// Names one call.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub(crate) u64);

/// Names one socket from opening to closed; late events of an older one are dropped.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Attempt(pub(crate) u64);

/// The next instant the session wants to be woken at, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deadline {
    /// When.
    pub at: Instant,
    /// Why; for people reading a trace.
    pub reason: &'static str,
}

/// The places a session keeps values in (`platform.md` section 14).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoreKey {
    /// The session id, under the brief's own name.
    SessionId,
    /// The visitor id.
    VisitorId,
}

impl StoreKey {
    /// The key as storage knows it.
    #[must_use]
    pub fn text(self, tenant: &TenantId) -> String {
        match self {
            Self::SessionId => "miptech_session_id".to_owned(),
            Self::VisitorId => format!("miptech_chat:{}:visitor_id", tenant.as_str()),
        }
    }
}
