//! What a session knows of itself, for whoever asks why the chat does not work. Holds no text, no token and no secret.

use std::time::Duration;

use miptech_chat_protocol::{
    capability::{Capabilities, Capability},
    profile::Profile,
    token::{Grant, Token},
};

use crate::{notice::ChatError, session::Session};

/// How long the steps to the last live connection took.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timings {
    /// From asking for the socket until it was open.
    pub opened: Option<Duration>,
    /// From then until the chat was bound to it.
    pub joined: Option<Duration>,
}

/// Frames that changed nothing, counted since the page was opened; for diagnostics only.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Ignored {
    /// Frames of another chat.
    pub foreign: u32,
    /// JSON that is no frame, and binary frames.
    pub not_frames: u32,
    /// Frames of a type we do not know.
    pub unknown_types: u32,
}

/// What a session knows of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The profile in use.
    pub profile: Profile,
    /// What the platform calls the current socket.
    pub client: Option<String>,
    /// Where REST calls go.
    pub platform: String,
    /// What the platform advertises.
    pub capabilities: Capabilities,
    /// What the token in use says it allows, or the one whose refusal ended the sign-in.
    pub grant: Option<Grant>,
    /// How long the last connection took.
    pub timings: Timings,
    /// The last thing that failed on this page, with the platform's own words.
    pub last_error: Option<ChatError>,
}

impl Report {
    /// The names of the advertised capabilities.
    pub fn capability_names(&self) -> impl Iterator<Item = &'static str> {
        let advertised = self.capabilities;
        let known = Capability::ALL.into_iter();
        known
            .filter(move |capability| advertised.has(*capability))
            .map(Capability::as_str)
    }
}

impl Session {
    /// The profile in use.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.plan.profile()
    }

    /// Frames that changed nothing.
    #[must_use]
    pub const fn ignored(&self) -> Ignored {
        self.ignored
    }

    /// What the session knows of itself now.
    #[must_use]
    pub fn report(&self) -> Report {
        let token = self.auth.access().or(self.auth.refused.as_ref());
        Report {
            profile: self.plan.profile(),
            client: self.client.clone(),
            platform: self.config.caller.endpoints.origin(),
            capabilities: self.capabilities,
            grant: token.map(Token::grant),
            timings: self.timings,
            last_error: self.last_error.clone(),
        }
    }
}
