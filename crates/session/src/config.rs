//! What a session is told once: where, as whom, and within which limits.

use std::{fmt, time::Duration};

use miptech_chat_protocol::{
    account::Tokens,
    ids::{ChatId, ClientMessageId, SessionId, VisitorId},
    profile::Profile,
    request::Caller,
    token::Token,
};

use crate::session::Session;

/// Everything a session needs to know before it starts.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Where the platform lives and the tenant of every request.
    pub caller: Caller,
    /// The ids of this browser.
    pub identity: Identity,
    /// What is accepted from the visitor.
    pub limits: Limits,
    /// The way to run the conversation; without one it is found out.
    pub profile: Option<Profile>,
    /// How a token travels with the socket.
    pub token_transport: TokenTransport,
    /// Where tokens come from.
    pub token_source: TokenSource,
    /// When the visitor is asked to sign in.
    pub sign_in: SignInForm,
    /// Facts of the page for the platform: the text of a JSON object that is not empty.
    pub context: Option<String>,
    /// What an earlier page of this browser left.
    pub restored: Restored,
}

/// How a token travels with the socket; with REST it is always a header.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TokenTransport {
    /// In the join.
    #[default]
    Frame,
    /// In the join and in the socket's URL, which ends up in logs: only where the host page asks for it.
    Query,
}

/// Where tokens come from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TokenSource {
    /// From the platform's own account calls.
    #[default]
    BuiltIn,
    /// From the host page, which owns identity; nothing is renewed or stored here.
    Host,
}

/// When the visitor is asked to sign in.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum SignInForm {
    /// When the platform demands it and no anonymous way is left.
    #[default]
    Auto,
    /// Never.
    Off,
    /// Before the chat.
    Required,
}

/// What an earlier page of this browser left.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// Who was signed in.
    pub account: StoredAccount,
    /// The chat, where the socket made it.
    pub chat: Option<ChatId>,
    /// The text in the composer.
    pub draft: Option<String>,
    /// What was found out about the platform.
    pub memory: Option<String>,
    /// The messages that wait: each id and the value under its key.
    pub messages: Vec<(ClientMessageId, String)>,
    /// The conversation so far.
    pub transcript: Option<String>,
    /// Until when nothing is to be tried.
    pub waits: StoredWaits,
}

/// Until when nothing is to be tried, as storage holds it: wall milliseconds, or anything else.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StoredWaits {
    /// The platform asked for patience.
    pub asked: Option<String>,
    /// Nothing works for another page, which tries alone.
    pub failing: Option<String>,
}

/// The account as storage holds it; anything in it may be missing, corrupt or somebody else's.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct StoredAccount {
    /// The access token.
    pub access: Option<String>,
    /// The refresh token.
    pub refresh: Option<String>,
    /// The user, as JSON.
    pub user: Option<String>,
    /// When the last renewals were begun, in whichever tab: wall milliseconds, with a blank between.
    pub renewals: Option<String>,
}

impl StoredAccount {
    /// The tokens, where the access token is one.
    pub(crate) fn tokens(&self) -> Option<Tokens> {
        let token = |text: &Option<String>| text.as_deref().and_then(Token::parse);
        let access = token(&self.access)?;
        Some(Tokens {
            lifetime: access.claims().lifetime.map(Session::sound_lifetime),
            access,
            refresh: token(&self.refresh),
        })
    }

    /// Whether any of the three keys holds anything, sound or not.
    pub(crate) const fn holds_anything(&self) -> bool {
        self.access.is_some() || self.refresh.is_some() || self.user.is_some()
    }
}

impl fmt::Debug for StoredAccount {
    /// Leaves out what it holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredAccount").finish_non_exhaustive()
    }
}

/// The ids chat creation rests on; identical in every retry and after every reload.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The idempotency key of the chat.
    pub session: SessionId,
    /// The visitor.
    pub visitor: VisitorId,
    /// Whether they are in storage already.
    pub origin: Origin,
}

/// Where the ids came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Made for this page; stored with the first message, not before (option `consent`).
    Fresh,
    /// Read from storage.
    Stored,
}

/// What is accepted from the visitor (`faults.md` section 6.3).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest message, in UTF-16 units as JavaScript counts.
    pub message_units: usize,
    /// The most messages that may wait.
    pub outbox: usize,
    /// How long an answer may be silent before the visitor is told; four times that, and it counts as cut off.
    pub answer_silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_units: 4000,
            outbox: 20,
            answer_silence: Duration::from_secs(30),
        }
    }
}
