//! What a person can ask for. The views call this and never the session itself.

use std::{rc::Rc, sync::Arc};

use miptech_chat_session::{ClientMessageId, Credentials, Feedback, Instant, SendError};
use send_wrapper::SendWrapper;

/// The other side of the views: the embed room implements it with the driver.
pub(crate) trait Act {
    /// Opens or closes the panel, on behalf of the visitor.
    fn show(&self, is_open: bool);
    /// Takes a message; on success the composer empties.
    fn send(&self, text: &str) -> Result<(), SendError>;
    /// Puts a text into the composer, where it waits to be sent.
    fn set_draft(&self, text: String);
    /// Makes the next connection attempt now.
    fn retry_now(&self);
    /// Takes the notice away.
    fn dismiss_notice(&self);
    /// Begins a new conversation, with the messages that wait for one.
    fn new_conversation(&self);
    /// Does what only the views of the last part ask for.
    fn perform(&self, deed: Deed<'_>);
    /// The session's clock, for countdowns.
    fn now(&self) -> Instant;
}

/// What comes with the last part of the code: one way to all of it, so that none of it comes earlier.
pub(crate) enum Deed<'a> {
    /// Asks what became of an unconfirmed message.
    Check(&'a ClientMessageId),
    /// Deletes a message that is not on its way.
    Discard(&'a ClientMessageId),
    /// Tells what the visitor thinks of the answer with this id of the platform's, and why where they say so.
    Rate {
        message: &'a str,
        value: Feedback,
        reason: Option<&'a str>,
    },
    /// Sends a failed, unconfirmed or expired message again.
    SendAgain(&'a ClientMessageId),
    /// Signs in, or makes an account.
    SignIn(&'a Credentials),
    /// Stops the answer that grows.
    Stop,
    /// The visitor types, or left nothing of it.
    Typed { has_text: bool },
    /// Asks for what the code outside does.
    Wish(Wish, &'static str),
}

/// What the menu offers that is done outside of the wasm (`www/src/wishes.ts`).
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    /// The page's own people want to know why the chat does not work.
    Diagnostics,
    /// The conversation is erased.
    Erase,
    /// The conversation is saved as a file: `markdown` or `json`.
    Export,
    /// Another language is spoken: its tag.
    Locale,
    /// The browser tells of answers while nobody looks: `on` or `off`.
    Notifications,
    /// Whoever is signed in is so no longer.
    SignOut,
    /// An answer is heard as it comes: `on` or `off`.
    Sound,
    /// The colours are others: `auto`, `light` or `dark`.
    Theme,
}

impl Wish {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Diagnostics => "diagnostics",
            Self::Erase => "erase",
            Self::Export => "export",
            Self::Locale => "locale",
            Self::Notifications => "notifications",
            Self::SignOut => "sign-out",
            Self::Sound => "sound",
            Self::Theme => "theme",
        }
    }
}

/// A cheap handle to the actions; one thread is all a page has, so the wrapper never bites.
#[derive(Clone)]
pub(crate) struct Actions(Arc<SendWrapper<Rc<dyn Act>>>);

impl Actions {
    pub(crate) fn new(act: Rc<dyn Act>) -> Self {
        Self(Arc::new(SendWrapper::new(act)))
    }
}

impl std::ops::Deref for Actions {
    type Target = dyn Act;

    fn deref(&self) -> &Self::Target {
        &***self.0
    }
}
