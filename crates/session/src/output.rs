//! What a session asks for and tells: effects for the driver, events for the model.

use std::fmt;

use miptech_chat_protocol::{
    account::User,
    decode::Source,
    error::ErrorCode,
    ids::{ChatId, MessageId, TenantId},
    request::{Reply, Request},
    token::Token,
};

use crate::{
    auth::AuthState,
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
    /// Ask for the lock tabs share and bring the answer to `handle_lock`; nothing waits for it without limit.
    AskLock,
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
    /// Read the account's keys of storage and bring them to `handle_account`.
    ReadAccount,
    /// Give the lock tabs share back, or the wish for it up.
    ReleaseLock,
    /// Send one text frame.
    SendFrame {
        /// On which socket.
        attempt: Attempt,
        /// The frame.
        text: String,
    },
    /// Keep a value beyond this page, or keep it no longer.
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
            Self::AskLock => f.write_str("AskLock"),
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
            Self::ReadAccount => f.write_str("ReadAccount"),
            Self::ReleaseLock => f.write_str("ReleaseLock"),
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
    /// What an answer rests on.
    AnswerSourced {
        /// Which.
        row: RowId,
        /// In the platform's order.
        sources: Vec<Source>,
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
    /// Who is signed in was asked; nobody, where the platform does not say.
    ProfileRead(Option<User>),
    /// A sign-in or registration ended.
    SignInEnded(Result<User, ChatError>),
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

/// What became of the wish for the lock tabs share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lock {
    /// The browser has no such locks here, or refused.
    Absent,
    /// It is held, until it is released.
    Held,
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
    /// The access token, under the brief's own name or the configured one.
    AccessToken,
    /// The chat, where the socket made it.
    ChatId,
    /// What was found out about the platform.
    Memory,
    /// The refresh token, under the brief's own name or the configured one.
    RefreshToken,
    /// Which tab renews the tokens, where there are no locks.
    RenewalLease,
    /// The session id, under the brief's own name.
    SessionId,
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

impl StoreKey {
    /// The key as storage knows it.
    #[must_use]
    pub fn text(self, tenant: &TenantId, names: &TokenKeys) -> String {
        let of_tenant = |name: &str| format!("miptech_chat:{}:{name}", tenant.as_str());
        match self {
            Self::AccessToken => names.access.clone(),
            Self::ChatId => of_tenant("chat_id"),
            Self::Memory => of_tenant("profile"),
            Self::RefreshToken => names.refresh.clone(),
            Self::RenewalLease => of_tenant("renewal"),
            Self::SessionId => "miptech_session_id".to_owned(),
            Self::User => names.user.clone(),
            Self::VisitorId => of_tenant("visitor_id"),
        }
    }
}
