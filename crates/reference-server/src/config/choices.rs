//! The settings that are a choice between a few things.
//!
//! Their names on the command line are their variants in kebab-case, unless they say otherwise.

use std::{num::NonZeroU32, str::FromStr};

use axum::http::StatusCode;
use clap::ValueEnum;

/// The status of a successful creation of a chat that did not exist before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CreatedStatus {
    /// 201.
    Created,
    /// 200, as the product brief's test expects.
    Ok,
}

impl From<CreatedStatus> for StatusCode {
    fn from(status: CreatedStatus) -> Self {
        match status {
            CreatedStatus::Created => Self::CREATED,
            CreatedStatus::Ok => Self::OK,
        }
    }
}

impl FromStr for CreatedStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "200" => Ok(Self::Ok),
            "201" => Ok(Self::Created),
            other => Err(format!("expected 200 or 201, got {other}")),
        }
    }
}

/// Whether people can register and sign in.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Accounts {
    /// `/api/v1/auth/…` is an unknown path.
    Off,
    /// They can.
    On,
}

/// One of the two things a client talks to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Surface {
    /// `/api/v1/chat…`.
    Rest,
    /// `/api/v1/ws/chat`.
    Socket,
}

/// Where a token is demanded: the platform's `WIDGET_JWT_REQUIRED` and `WS_JWT_REQUIRED`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum RequireAuth {
    /// By REST and on sockets.
    All,
    /// Nowhere; a token that is presented is still checked.
    #[value(skip)]
    Nowhere,
    /// Only by REST.
    Rest,
    /// Only on sockets.
    Socket,
}

impl RequireAuth {
    pub(super) fn covers(self, surface: Surface) -> bool {
        match (self, surface) {
            (Self::All, Surface::Rest | Surface::Socket)
            | (Self::Rest, Surface::Rest)
            | (Self::Socket, Surface::Socket) => true,
            (Self::Nowhere, Surface::Rest | Surface::Socket)
            | (Self::Rest, Surface::Socket)
            | (Self::Socket, Surface::Rest) => false,
        }
    }
}

/// What a token permits.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub enum Scope {
    /// Creating chats.
    #[value(name = "chat:create")]
    ChatCreate,
    /// Joining a chat on a socket, to send in it.
    #[value(name = "chat:send")]
    ChatSend,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::ChatCreate, Self::ChatSend];

    /// The name in the claim `scope`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ChatCreate => "chat:create",
            Self::ChatSend => "chat:send",
        }
    }
}

/// Which generation of clients the conversation is held with.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Profile {
    /// Every generation.
    Any,
    /// A chat by REST, a token in every join, text as `user_message`.
    JoinToken,
    /// A chat by socket, text as `chat_message`; chats cannot be created by REST.
    Realtime,
    /// A chat by REST, text as `chat_message`: the product brief.
    TwoStep,
}

/// What a socket hears after it joined in the realtime way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum RealtimeAck {
    /// `chat_created` for a new chat, then `chat_joined`.
    Created,
    /// `chat_joined`.
    Joined,
    /// Nothing; the id first appears in `message_received`.
    Silent,
}

/// How REST successes are dressed.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Shape {
    /// As they are.
    Bare,
    /// Below `data`, with `success`, `message` and `meta` beside it.
    Wrapped,
}

/// Which spelling of the creation path is the real one; the other redirects to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Slash {
    /// `/api/v1/chat`.
    Bare,
    /// `/api/v1/chat/`.
    Trailing,
}

/// How frames and REST successes are spelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Spelling {
    /// `messageId`, in frames and bodies.
    Camel,
    /// Frames without `data`: its fields beside `type`.
    Flat,
    /// Answers below `data.message`.
    Nested,
    /// `message_id` below `data`.
    Snake,
}

/// How many REST calls one caller may make.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RestLimit {
    /// How many are given back each minute.
    pub per_minute: NonZeroU32,
    /// How many may be made at once.
    pub burst: NonZeroU32,
}

impl RestLimit {
    /// Ten times what the platform documents, so that no demonstration meets it.
    pub const GENEROUS: Self = Self {
        per_minute: NonZeroU32::MIN.saturating_add(599),
        burst: NonZeroU32::MIN.saturating_add(99),
    };
}

impl FromStr for RestLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| {
            text.parse::<NonZeroU32>()
                .map_err(|_| format!("expected a number above 0, got {text:?}"))
        };
        match text.split_once(':') {
            Some((per_minute, burst)) => Ok(Self {
                per_minute: number(per_minute)?,
                burst: number(burst)?,
            }),
            // The burst the platform documents beside its 60 a minute.
            None => Ok(Self {
                per_minute: number(text)?,
                burst: NonZeroU32::MIN.saturating_add(9),
            }),
        }
    }
}
