//! Every word a person reads, in the language of the page or the visitor.
//!
//! The catalogues are `strings/*.arb`. English is compiled in; a pack of any other language comes as one text, a line for
//! each word in the order of the English keys, and `build.rs` refuses a catalogue that lacks one.

use std::cell::RefCell;

use js_sys::{Array, Intl, Object};
use miptech_chat_session::{ErrorCode, SendError};

use super::{element::Words, later};

/// A language the widget speaks.
#[derive(Clone, Copy)]
pub(crate) struct Language(&'static Strings);

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.tag)
    }
}

impl Default for Language {
    fn default() -> Self {
        Self(&ENGLISH)
    }
}

impl Language {
    /// The language of a pack; English where it is no pack of this version.
    pub(crate) fn of_pack(pack: &str) -> Self {
        PACKS.with_borrow_mut(|known| {
            if let Some((_, strings)) = known.iter().find(|(known, _)| known == pack) {
                return Self(strings);
            }
            match Strings::of(pack) {
                Some(strings) => {
                    known.push((pack.to_owned(), strings));
                    Self(strings)
                }
                None => Self::default(),
            }
        })
    }

    /// The language of a tag such as `it-IT`, where all of them are compiled in; nothing for one the widget does not speak.
    #[cfg(feature = "alone")]
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let tag = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        let pack = OTHERS.iter().find(|(known, _)| *known == tag);
        match pack {
            Some((_, pack)) => Some(Self::of_pack(pack)),
            None => (tag == TAG).then(Self::default),
        }
    }

    /// The tag for the `lang` attribute.
    pub(crate) const fn tag(self) -> &'static str {
        self.0.tag
    }

    pub(crate) const fn strings(self) -> &'static Strings {
        self.0
    }
}

thread_local! {
    /// The packs that were read. They stay: every view may keep words of one, and a page has few.
    static PACKS: RefCell<Vec<(String, &'static Strings)>> = const { RefCell::new(Vec::new()) };
}

/// The words of one language.
pub(crate) struct Strings {
    /// The language's own tag.
    pub(crate) tag: &'static str,
    early: &'static [&'static str],
    /// The words of the last part of the code, where they did not come with it.
    later: Option<&'static [&'static str]>,
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

static ENGLISH: Strings = Strings {
    tag: TAG,
    early: &EARLY,
    later: None,
};

impl Strings {
    fn of(pack: &str) -> Option<&'static Self> {
        let words: Vec<&'static str> = pack.lines().map(|line| &*line.to_owned().leak()).collect();
        let words: &'static [&'static str] = words.leak();
        let (tag, words) = words.split_first()?;
        let early = words.get(..EARLY.len())?;
        let later = words.get(EARLY.len()..)?;
        Some(Box::leak(Box::new(Self {
            tag,
            early,
            later: Some(later),
        })))
    }

    #[inline(never)]
    fn early(&self, place: usize) -> &'static str {
        self.early.get(place).copied().unwrap_or_default()
    }

    #[inline(never)]
    fn later(&self, place: usize) -> &'static str {
        let mut words = self.later.unwrap_or_default();
        if self.later.is_none() {
            later::rest::speak_english(&mut words);
        }
        words.get(place).copied().unwrap_or_default()
    }

    /// What an error means to the visitor: what happened, what is safe, what to do.
    pub(crate) fn error(&self, code: ErrorCode) -> &'static str {
        // Which word it is comes out of a table; a call for each would be longer.
        self.early(match code {
            ErrorCode::AnswerInterrupted => ERROR_ANSWER_INTERRUPTED,
            ErrorCode::AnswerTimeout => ERROR_ANSWER_TIMEOUT,
            ErrorCode::AnswerTooLarge => ERROR_ANSWER_TOO_LARGE,
            ErrorCode::AuthExpired => ERROR_AUTH_EXPIRED,
            ErrorCode::AuthForbidden => ERROR_AUTH_FORBIDDEN,
            ErrorCode::AuthInvalidCredentials => ERROR_AUTH_INVALID_CREDENTIALS,
            ErrorCode::AuthRequired => ERROR_AUTH_REQUIRED,
            ErrorCode::ChatCreateFailed => ERROR_CHAT_CREATE_FAILED,
            ErrorCode::ChatGone => ERROR_CHAT_GONE,
            ErrorCode::ChatInvalidRequest => ERROR_CHAT_INVALID_REQUEST,
            ErrorCode::ConfigInsecureUrl | ErrorCode::ConfigInvalid | ErrorCode::ConfigTenantMissing => {
                ERROR_CONFIG
            }
            ErrorCode::HostCallbackThrew => ERROR_HOST_CALLBACK_THREW,
            // The loader says in its own words why nothing could be loaded.
            ErrorCode::InternalPanic
            | ErrorCode::LoadCspWasm
            | ErrorCode::LoadNetwork
            | ErrorCode::LoadNoWasm
            | ErrorCode::LoadNotWasm => ERROR_LOAD,
            ErrorCode::MessageEmpty => ERROR_MESSAGE_EMPTY,
            ErrorCode::MessageRejected => ERROR_MESSAGE_REJECTED,
            ErrorCode::MessageTooLong => ERROR_MESSAGE_TOO_LONG,
            ErrorCode::MessageUnconfirmed => ERROR_MESSAGE_UNCONFIRMED,
            ErrorCode::NetworkBlockedByCsp => ERROR_NETWORK_BLOCKED_BY_CSP,
            ErrorCode::NetworkCaptivePortal => ERROR_NETWORK_CAPTIVE_PORTAL,
            ErrorCode::NetworkOffline => ERROR_NETWORK_OFFLINE,
            ErrorCode::NetworkUnreachableOrCors => ERROR_NETWORK_UNREACHABLE_OR_CORS,
            ErrorCode::PlatformError => ERROR_PLATFORM_ERROR,
            ErrorCode::PlatformStarting => ERROR_PLATFORM_STARTING,
            ErrorCode::RateLimited => ERROR_RATE_LIMITED,
            ErrorCode::SocketDropped => ERROR_SOCKET_DROPPED,
            ErrorCode::SocketJoinTimeout => ERROR_SOCKET_JOIN_TIMEOUT,
            ErrorCode::SocketNeverOpened => ERROR_SOCKET_NEVER_OPENED,
            ErrorCode::SocketRejected => ERROR_SOCKET_REJECTED,
            ErrorCode::StorageBlocked => ERROR_STORAGE_BLOCKED,
            ErrorCode::StorageQuota => ERROR_STORAGE_QUOTA,
            ErrorCode::TenantDenied => ERROR_TENANT_DENIED,
            ErrorCode::TenantMissingHeader | ErrorCode::TenantNotFound => ERROR_TENANT,
        })
    }

    /// Why a message was not taken; the text stays in the composer.
    pub(crate) fn refusal(&self, error: &SendError) -> Words {
        match error {
            SendError::OutboxFull { limit } if later::is_whole() => later::rest::full(self, *limit).into(),
            SendError::OutboxFull { .. } => self.error(ErrorCode::MessageRejected).into(),
            SendError::Empty => self.error(ErrorCode::MessageEmpty).into(),
            SendError::Ended => self.refusal_ended().into(),
            SendError::Repeated => self.refusal_repeated().into(),
            SendError::TooLong { .. } => self.error(ErrorCode::MessageTooLong).into(),
        }
    }

    /// The form of `{count, plural, one{# word} other{# words}}` that the language has for this number, with the number as it
    /// is written there.
    pub(super) fn counted(&self, forms: &str, count: usize) -> String {
        let count = count as f64;
        let rules = Intl::PluralRules::new(&Array::of1(&self.tag.into()), &Object::new());
        let category: String = rules.select(count).into();
        let number: String = js_sys::Number::from(count).to_locale_string(self.tag).into();
        let of = |category: &str| {
            let (_, rest) = forms.split_once(&[" ", category, "{"].concat())?;
            Some(rest.split_once('}')?.0)
        };
        let form = of(&category).or_else(|| of("other"));
        form.unwrap_or(forms).replace('#', &number)
    }
}

/// The words that come with the last part of the code. If they were given back, the optimiser would know them outside.
pub(super) fn speak_english(words: &mut &'static [&'static str]) {
    *words = &LATER;
}

/// Puts a value in the place a text has for one.
pub(super) fn filled(text: &str, value: &str) -> String {
    let (before, rest) = text.split_once('{').unwrap_or((text, ""));
    let (_, after) = rest.split_once('}').unwrap_or_default();
    [before, value, after].concat()
}
