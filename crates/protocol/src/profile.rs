//! The three ways to run a conversation, as data (`platform.md` section 15). They choose requests and frames,
//! and add no states.

/// A way to run the conversation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Profile {
    /// As `TwoStep`, but a token is expected in the join and text goes as `user_message`.
    JoinToken,
    /// The socket makes the chat: no probe, no REST creation.
    Realtime,
    /// The chat is created over REST, then joined over a socket.
    TwoStep,
}

/// What a profile chooses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rules {
    /// Where a chat comes from.
    pub creation: Creation,
    /// When the join goes.
    pub join: JoinTime,
    /// How the visitor's text is written.
    pub text: TextFrame,
}

/// Where a chat comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Creation {
    /// `POST /chat`, after the readiness probe.
    Rest,
    /// The join, or the first message.
    Socket,
}

/// When the join goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JoinTime {
    /// As soon as the socket is open.
    AtOpen,
    /// When the platform is ready, or one second after the socket opened.
    WhenReady,
}

/// How the visitor's text is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TextFrame {
    /// `chat_message` with `message`: the one production is known to take.
    ChatMessage,
    /// `user_message` with `text`.
    UserMessage,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::TwoStep, Self::JoinToken, Self::Realtime];

    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JoinToken => "join-token",
            Self::Realtime => "realtime",
            Self::TwoStep => "two-step",
        }
    }

    /// The profile of a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.as_str() == text)
    }

    /// What it chooses.
    #[must_use]
    pub const fn rules(self) -> Rules {
        match self {
            Self::JoinToken => Rules {
                creation: Creation::Rest,
                join: JoinTime::WhenReady,
                text: TextFrame::UserMessage,
            },
            Self::Realtime => Rules {
                creation: Creation::Socket,
                join: JoinTime::AtOpen,
                text: TextFrame::ChatMessage,
            },
            Self::TwoStep => Rules {
                creation: Creation::Rest,
                join: JoinTime::WhenReady,
                text: TextFrame::ChatMessage,
            },
        }
    }
}
