//! What a session asks for and tells: effects for the driver, events for the model.

use std::fmt;

use miptech_chat_protocol::{
    account::User,
    decode::Source,
    error::ErrorCode,
    ids::{ChatId, ClientMessageId, MessageId, TenantId},
    request::{Reply, Request},
    token::Token,
};

use crate::{
    auth::AuthState,
    clock::Instant,
    config::{StoredAccount, StoredWaits},
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

/// What the driver must do. Printed without texts, URLs and values: they may hold a token or what the visitor wrote.
#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Give a call up; its outcome is no longer wanted.
    AbortHttp {
        /// Which.
        id: RequestId,
    },
    /// Ask the host page for a token and bring its answer to `handle_token`.
    AskHostForToken {
        /// Why.
        reason: TokenReason,
        /// The token held so far.
        current: Option<Token>,
    },
    /// Ask for a lock tabs share and bring the answer to `handle_lock`; nothing waits for it without limit.
    AskLock(LockName),
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
    /// Make a fresh session id and bring it to `handle_session_id`.
    MakeSessionId,
    /// Open a socket and bring its events to `handle_socket`.
    OpenSocket {
        /// Names the socket.
        attempt: Attempt,
        /// Where to.
        url: String,
    },
    /// Read a shelf of storage and bring it to `handle_stored`.
    Read(Shelf),
    /// Give a lock tabs share back, or the wish for it up.
    ReleaseLock(LockName),
    /// Send one text frame.
    SendFrame {
        /// On which socket.
        attempt: Attempt,
        /// The frame.
        text: String,
    },
    /// Keep a value beyond this page, or keep it no longer, and let the other tabs know that something changed.
    /// Where storage refuses, `handle_store_refused` is told.
    Store {
        /// Under which key.
        key: StoreKey,
        /// The value; none takes the key away.
        value: Option<String>,
    },
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AbortHttp { id } => f.debug_struct("AbortHttp").field("id", id).finish(),
            Self::AskHostForToken { reason, .. } => f
                .debug_struct("AskHostForToken")
                .field("reason", reason)
                .finish_non_exhaustive(),
            Self::AskLock(name) => f.debug_tuple("AskLock").field(name).finish(),
            Self::CloseSocket { attempt, code } => f
                .debug_struct("CloseSocket")
                .field("attempt", attempt)
                .field("code", code)
                .finish(),
            Self::Http { id, request } => f
                .debug_struct("Http")
                .field("id", id)
                .field("request", request)
                .finish(),
            Self::MakeSessionId => f.write_str("MakeSessionId"),
            Self::OpenSocket { attempt, .. } => f
                .debug_struct("OpenSocket")
                .field("attempt", attempt)
                .finish_non_exhaustive(),
            Self::Read(shelf) => f.debug_tuple("Read").field(shelf).finish(),
            Self::ReleaseLock(name) => f.debug_tuple("ReleaseLock").field(name).finish(),
            Self::SendFrame { attempt, .. } => f
                .debug_struct("SendFrame")
                .field("attempt", attempt)
                .finish_non_exhaustive(),
            Self::Store { key, .. } => f.debug_struct("Store").field("key", key).finish_non_exhaustive(),
        }
    }
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
    /// What an answer rests on, and what could be asked next.
    AnswerSourced {
        /// Which.
        row: RowId,
        /// In the platform's order.
        sources: Vec<Source>,
        /// The platform's words.
        suggestions: Vec<String>,
    },
    /// An answer has been silent for long; its next word or end takes that back.
    AnswerSilent {
        /// Which.
        row: RowId,
    },
    /// Who is signed in changed.
    AuthChanged {
        /// Who.
        state: AuthState,
        /// Why a sign-in is demanded, where one is.
        reason: Option<ErrorCode>,
    },
    /// The chat is over, and what follows belongs to another one.
    ConversationEnded {
        /// The chat that is over, where it had an id.
        chat: Option<ChatId>,
        /// Names the break between the two in the transcript.
        row: RowId,
    },
    /// The chat exists.
    ConversationStarted {
        /// Its id.
        chat: ChatId,
    },
    /// The draft is another: an earlier page left it, or another tab wrote it.
    DraftChanged(String),
    /// Something went wrong; for the host page.
    ErrorRaised(ChatError),
    /// Whether the platform asks what the visitor thinks of an answer.
    FeedbackOffered(bool),
    /// Whether the platform can tell what became of an unconfirmed message.
    HistoryOffered(bool),
    /// A message entered the transcript.
    MessageAdded {
        /// The message.
        entry: Entry,
        /// Where it stands.
        place: Place,
    },
    /// A message stands elsewhere: another tab has it behind what it stood before here.
    MessageMoved {
        /// Which.
        row: RowId,
        /// The message it stands right behind now.
        behind: RowId,
    },
    /// A message left the transcript.
    MessageRemoved {
        /// Which.
        row: RowId,
        /// Whether it was deleted or is somebody else's; if not, it stands in another row now or the transcript grew too long.
        is_gone: bool,
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
    /// Who is signed in was asked; nobody, where the platform does not say.
    ProfileRead(Option<User>),
    /// Everything was read in another tab.
    ReadElsewhere,
    /// A sign-in or registration ended.
    SignInEnded(Result<User, ChatError>),
    /// The visitor wanted the conversation gone: nothing that was said on this page is shown any more.
    TranscriptErased,
}

/// Why the host page is asked for a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenReason {
    /// The token held runs out soon.
    Expiring,
    /// None is held yet.
    Initial,
    /// The platform refused the token held.
    Rejected,
}

impl TokenReason {
    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Expiring => "expiring",
            Self::Initial => "initial",
            Self::Rejected => "rejected",
        }
    }
}

/// A lock that the tabs of a browser share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum LockName {
    /// Whoever holds it chooses the next message that is handed over.
    Outbox,
    /// Whoever holds it renews the tokens.
    Renewal,
}

/// What became of the wish for a lock.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lock {
    /// The browser has no such locks here, or refused.
    Absent,
    /// It is held, until it is released.
    Held,
}

/// Keys of storage that are read together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shelf {
    /// The tokens, their user, and when they were renewed.
    Account,
    /// The text in the composer.
    Draft,
    /// The messages that wait.
    Messages,
    /// What was read.
    ReadMark,
    /// Which conversation it is: the session id, and the chat.
    Session,
    /// The conversation so far.
    Transcript,
    /// Until when the platform asked for patience, and until when one page is left to try alone.
    Waits,
}

/// What a shelf of storage holds; anything in it may be missing, corrupt or somebody else's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stored {
    /// The tokens, their user, and when they were renewed.
    Account(StoredAccount),
    /// The text in the composer.
    Draft(Option<String>),
    /// Every message that waits: its id and the value under its key.
    Messages(Vec<(ClientMessageId, String)>),
    /// What was read.
    ReadMark(Option<String>),
    /// The session id, and the chat the socket made for it.
    Session {
        /// The session id; where it is gone, so is everything else.
        session: Option<String>,
        /// The chat, which no session id finds again where the socket makes it.
        chat: Option<String>,
    },
    /// The conversation so far.
    Transcript(Option<String>),
    /// Until when nothing is to be tried.
    Waits(StoredWaits),
}

/// Why storage kept nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoreRefusal {
    /// There is none on this page.
    Blocked,
    /// It is full.
    Full,
}

/// What the page went through, as the browser tells it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PageSignal {
    /// Nobody sees it any more.
    Hidden,
    /// It is left, for good or for the back-forward cache.
    Leaving,
    /// The browser believes to have no network.
    Offline,
    /// The browser believes to have a network.
    Online,
    /// The page's own policy forbids calls to the platform (row N12).
    PolicyRefused,
    /// It came back from the back-forward cache.
    Returned,
    /// It is seen: told at every change, focus and thaw, and for every touch of the widget.
    Visible,
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
    pub reason: Reason,
}

/// Why a session wants to be woken.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// A message is not acknowledged.
    Acknowledgement,
    /// An answer is silent.
    Answer,
    /// A call is overdue.
    Call,
    /// The next message is chosen.
    Choice,
    /// The connection's next step.
    Connection,
    /// A disturbance lasts.
    Disturbance,
    /// The draft is written.
    Draft,
    /// History is to be read again.
    History,
    /// The platform asked for patience.
    Hold,
    /// History stands in for a socket.
    Poll,
    /// Nobody sees the page.
    Release,
    /// The token's next step.
    Token,
    /// The transcript is written.
    Transcript,
    /// The visitor types, or has paused.
    Typing,
    /// Words that changed a moment ago.
    Words,
}

impl Reason {
    /// The same in words, which nobody downloads who does not ask for them.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgement => "a message is not acknowledged",
            Self::Answer => "an answer is silent",
            Self::Call => "a call is overdue",
            Self::Choice => "the next message is chosen",
            Self::Connection => "the connection's next step",
            Self::Disturbance => "a disturbance lasts",
            Self::Draft => "the draft is written",
            Self::History => "history is to be read again",
            Self::Hold => "the platform asked for patience",
            Self::Poll => "history stands in for a socket",
            Self::Release => "nobody sees the page",
            Self::Token => "the token's next step",
            Self::Transcript => "the transcript is written",
            Self::Typing => "the visitor types, or has paused",
            Self::Words => "words that changed a moment ago",
        }
    }
}

/// The places a session keeps values in (`platform.md` section 14).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StoreKey {
    /// The access token, under the brief's own name or the configured one.
    AccessToken,
    /// The chat, where the socket made it.
    ChatId,
    /// The text in the composer.
    Draft,
    /// Until when another page is left to try alone, in wall milliseconds.
    Failing,
    /// Until when the platform asked for patience, in wall milliseconds.
    Hold,
    /// What was found out about the platform.
    Memory,
    /// A message that waits: one key each, so that two tabs never write over each other's.
    Message(ClientMessageId),
    /// What was read.
    ReadMark,
    /// The refresh token, under the brief's own name or the configured one.
    RefreshToken,
    /// When the tokens were last renewed, in wall milliseconds.
    Renewals,
    /// The session id, under the brief's own name.
    SessionId,
    /// The conversation so far.
    Transcript,
    /// The user, under the brief's own name or the configured one.
    User,
    /// The visitor id.
    VisitorId,
}

/// The names of the account's keys (option `tokenKeys`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TokenKeys {
    /// Of the access token.
    pub access: String,
    /// Of the refresh token.
    pub refresh: String,
    /// Of the user.
    pub user: String,
}

impl Default for TokenKeys {
    fn default() -> Self {
        Self {
            access: "miptech_access_token".to_owned(),
            refresh: "miptech_refresh_token".to_owned(),
            user: "miptech_user".to_owned(),
        }
    }
}

impl TokenKeys {
    /// Whether a key of storage is one of the account's three. They are written together: once another tab has written one,
    /// whatever this tab could not write of the others is older, and of another account perhaps.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        [&self.access, &self.refresh, &self.user]
            .into_iter()
            .any(|name| name == key)
    }
}

impl StoreKey {
    /// The key as storage knows it.
    #[must_use]
    pub fn text(&self, tenant: &TenantId, names: &TokenKeys) -> String {
        let name = match self {
            Self::AccessToken => return names.access.clone(),
            Self::RefreshToken => return names.refresh.clone(),
            Self::SessionId => return SESSION_ID.to_owned(),
            Self::User => return names.user.clone(),
            Self::ChatId => "chat_id",
            Self::Draft => "draft",
            Self::Failing => "failing",
            Self::Hold => "hold",
            Self::Memory => "profile",
            Self::Message(id) => return format!("{}{}", Self::message_prefix(tenant), id.as_str()),
            Self::ReadMark => "read",
            Self::Renewals => "renewal",
            Self::Transcript => "transcript",
            Self::VisitorId => "visitor_id",
        };
        format!("{}{name}", Self::prefix(tenant))
    }

    /// What every key of a tenant begins with.
    #[must_use]
    pub fn prefix(tenant: &TenantId) -> String {
        format!("miptech_chat:{}:", tenant.as_str())
    }

    /// What the key of every message begins with; its id follows.
    #[must_use]
    pub fn message_prefix(tenant: &TenantId) -> String {
        format!("miptech_chat:{}:message:", tenant.as_str())
    }
}

impl Shelf {
    /// Every shelf: what is read when everything may have changed.
    pub const ALL: [Self; 7] = [
        Self::Account,
        Self::Draft,
        Self::Messages,
        Self::ReadMark,
        Self::Session,
        Self::Transcript,
        Self::Waits,
    ];

    /// The shelf a key of storage stands on, where its change is news to other tabs.
    #[must_use]
    pub fn of(key: &str, tenant: &TenantId, names: &TokenKeys) -> Option<Self> {
        if key == names.access || key == names.refresh {
            return Some(Self::Account);
        }
        if key == SESSION_ID {
            return Some(Self::Session);
        }
        match key.strip_prefix(StoreKey::prefix(tenant).as_str())? {
            "chat_id" => Some(Self::Session),
            "draft" => Some(Self::Draft),
            "failing" | "hold" => Some(Self::Waits),
            "read" => Some(Self::ReadMark),
            "renewal" => Some(Self::Account),
            "transcript" => Some(Self::Transcript),
            name => name.starts_with("message:").then_some(Self::Messages),
        }
    }
}

/// The brief's own name of the session id.
const SESSION_ID: &str = "miptech_session_id";
