//! Every word a person reads, in each language. A missing word does not compile.

use std::borrow::Cow;

use miptech_chat_session::{ErrorCode, SendError};

/// A language the widget speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Language {
    #[default]
    English,
    Italian,
}

impl Language {
    /// The language of a tag such as `it-IT`; nothing for one the widget does not speak.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "it" => Some(Self::Italian),
            _ => None,
        }
    }

    /// The tag for the `lang` attribute.
    pub(crate) const fn tag(self) -> &'static str {
        self.strings().tag
    }

    pub(crate) const fn strings(self) -> &'static Strings {
        match self {
            Self::English => &ENGLISH,
            Self::Italian => &ITALIAN,
        }
    }
}

/// The words of one language.
pub(crate) struct Strings {
    /// The language's own tag.
    pub(crate) tag: &'static str,
    answer_complete: &'static str,
    pub(crate) answer_cut: &'static str,
    pub(crate) answer_silent: &'static str,
    pub(crate) answer_thinking: &'static str,
    pub(crate) answer_too_long: &'static str,
    /// Followed by a time of day.
    pub(crate) busy_until: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) check: &'static str,
    pub(crate) close_chat: &'static str,
    pub(crate) code_block: &'static str,
    pub(crate) code_copy: &'static str,
    pub(crate) conversation_break: &'static str,
    pub(crate) copied: &'static str,
    pub(crate) copy: &'static str,
    pub(crate) create_account: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) disclosure: &'static str,
    pub(crate) dismiss: &'static str,
    pub(crate) email: &'static str,
    pub(crate) empty_line: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) fill_in: &'static str,
    /// After the number of messages that wait.
    pub(crate) full: &'static str,
    pub(crate) full_name: &'static str,
    pub(crate) go_on_without: &'static str,
    pub(crate) greeting: &'static str,
    pub(crate) helpful: &'static str,
    pub(crate) image: &'static str,
    /// Behind the rest of what is said of a picture.
    pub(crate) image_blocked: &'static str,
    /// Between a picture and its host.
    pub(crate) image_from: &'static str,
    pub(crate) input: &'static str,
    /// Before a host.
    pub(crate) link_leads: &'static str,
    pub(crate) new_answer: &'static str,
    pub(crate) no_account: &'static str,
    pub(crate) no_sign_in: &'static str,
    pub(crate) not_helpful: &'static str,
    pub(crate) not_sent: &'static str,
    pub(crate) open_chat: &'static str,
    pub(crate) open_link: &'static str,
    pub(crate) password: &'static str,
    pub(crate) placeholder: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) reason_send: &'static str,
    pub(crate) reason_told: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) retry_in: &'static str,
    pub(crate) retry_now: &'static str,
    pub(crate) send: &'static str,
    pub(crate) send_again: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) show_rest: &'static str,
    pub(crate) sign_in: &'static str,
    /// Before a number.
    pub(crate) source: &'static str,
    pub(crate) source_missing: &'static str,
    pub(crate) sources: &'static str,
    pub(crate) sources_all: &'static str,
    /// After any other number than one.
    sources_many: &'static str,
    sources_one: &'static str,
    pub(crate) start_new: &'static str,
    pub(crate) status_answering: &'static str,
    pub(crate) status_connecting: &'static str,
    pub(crate) status_idle: &'static str,
    pub(crate) status_offline: &'static str,
    pub(crate) status_reconnecting: &'static str,
    pub(crate) status_signed_out: &'static str,
    pub(crate) status_unavailable: &'static str,
    pub(crate) title: &'static str,
    pub(crate) transcript: &'static str,
    pub(crate) try_again: &'static str,
    pub(crate) unconfirmed: &'static str,
    pub(crate) unread: &'static str,
    pub(crate) waiting: &'static str,
    pub(crate) you: &'static str,
    error: fn(ErrorCode) -> &'static str,
    refusal: fn(&SendError) -> &'static str,
}

impl Strings {
    /// What an error means to the visitor: what happened, what is safe, what to do.
    pub(crate) fn error(&self, code: ErrorCode) -> &'static str {
        (self.error)(code)
    }

    /// That an answer is there in full, and what it rests on.
    pub(crate) fn complete(&self, sources: usize) -> String {
        let mut words = self.answer_complete.to_owned();
        if sources > 0 {
            words.push_str(", ");
            words.push_str(&sources.to_string());
            words.push(' ');
            words.push_str(if sources == 1 {
                self.sources_one
            } else {
                self.sources_many
            });
        }
        words.push('.');
        words
    }

    /// Why a message was not taken; the text stays in the composer.
    pub(crate) fn refusal(&self, error: &SendError) -> Cow<'static, str> {
        match error {
            SendError::OutboxFull { limit } => {
                let mut words = limit.to_string();
                words.push_str(self.full);
                words.into()
            }
            SendError::Empty | SendError::Ended | SendError::Repeated | SendError::TooLong { .. } => {
                (self.refusal)(error).into()
            }
        }
    }
}

mod english;
mod italian;

use self::{english::ENGLISH, italian::ITALIAN};
