//! What a platform may offer beyond the base contract (`platform.md` section 17).

use crate::json::Value;

/// One backward-compatible extension a platform can advertise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Capability {
    /// Every platform message says whether an AI, a person or the system wrote it.
    Author,
    /// One client message id is applied once, so a repeat is safe.
    ClientMessageId,
    /// A conversation can be deleted.
    Erase,
    /// Answers can be rated.
    Feedback,
    /// Earlier messages can be read over REST.
    History,
    /// A cut answer continues after a re-join.
    Resume,
    /// A running answer can be stopped.
    Stop,
    /// Answers carry follow-up questions.
    Suggestions,
}

impl Capability {
    /// All of them, in the order of their bits.
    pub const ALL: [Self; 8] = [
        Self::Author,
        Self::ClientMessageId,
        Self::Erase,
        Self::Feedback,
        Self::History,
        Self::Resume,
        Self::Stop,
        Self::Suggestions,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::ClientMessageId => "client_message_id",
            Self::Erase => "erase",
            Self::Feedback => "feedback",
            Self::History => "history",
            Self::Resume => "resume",
            Self::Stop => "stop",
            Self::Suggestions => "suggestions",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The set a platform advertised; names we do not know are left out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Capabilities(u8);

impl Capabilities {
    /// Whether the platform advertised it.
    #[must_use]
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & capability.bit() != 0
    }

    /// This set with one more.
    #[must_use]
    pub const fn with(self, capability: Capability) -> Self {
        Self(self.0 | capability.bit())
    }

    /// The list under `capabilities`, or nothing where the key is absent or no array:
    /// an absent list leaves an earlier one standing, an empty one does not.
    pub(crate) fn read(object: &Value) -> Option<Self> {
        let names = object.get("capabilities")?.as_list()?;
        let known = |name: &Value| {
            let name = name.as_str()?;
            Capability::ALL.into_iter().find(|c| c.as_str() == name)
        };
        Some(names.iter().filter_map(known).fold(Self::default(), Self::with))
    }
}
