//! The few words the rest of the house sees of the connection.

use crate::clock::Instant;

/// What the connection does now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Phase {
    /// The state.
    pub connection: Connection,
    /// When the next try comes by itself, where one is planned.
    pub retry_at: Option<Instant>,
    /// How many tries were made since the connection last proved itself.
    pub tries: u32,
}

impl Phase {
    /// Before anything was asked for.
    pub const AT_REST: Self = Self {
        connection: Connection::Idle,
        retry_at: None,
        tries: 0,
    };
}

/// The states of `connection.state` (`javascript-api.md` section 3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Connection {
    /// Not tried again until somebody acts.
    Blocked,
    /// The socket opens.
    Connecting,
    /// Nothing was asked for yet, or the platform closed normally.
    Idle,
    /// The socket is open, the chat not yet bound to it.
    Joining,
    /// Messages flow.
    Live,
    /// The browser has no network.
    Offline,
    /// Given up on purpose while nobody sees the page.
    Paused,
    /// It was live, and soon will be again.
    Reconnecting,
    /// Nothing more by itself until somebody signs in.
    SignedOut,
    /// The platform is probed or the chat is created.
    Starting,
    /// A longer pause before the next try.
    Waiting,
}

impl Connection {
    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Connecting => "connecting",
            Self::Idle => "idle",
            Self::Joining => "joining",
            Self::Live => "live",
            Self::Offline => "offline",
            Self::Paused => "paused",
            Self::Reconnecting => "reconnecting",
            Self::SignedOut => "signed-out",
            Self::Starting => "starting",
            Self::Waiting => "waiting",
        }
    }
}
