//! Which profile the conversation runs by: the configured one, or the one found out (`platform.md` section 16).

use miptech_chat_protocol::{
    endpoint::SlashForm,
    error::ErrorCode,
    profile::{Profile, Rules},
};

use crate::notice::ChatError;

/// The profile in use and how it came to be.
#[derive(Debug)]
pub(crate) struct Plan {
    profile: Profile,
    choice: Choice,
    /// Why REST creation was given up, where the profile follows from that.
    pub(crate) cause: Option<ChatError>,
}

/// Who chose the profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Choice {
    /// The host page: it never changes by itself.
    Configured,
    /// Found out on this page, or being found out.
    Detected,
    /// Found out on an earlier page; forgotten if the platform contradicts it.
    Remembered,
}

impl Plan {
    /// The configured profile, else the remembered one, else `two-step`.
    pub(crate) fn new(configured: Option<Profile>, remembered: Option<Profile>) -> Self {
        let (profile, choice) = match (configured, remembered) {
            (Some(profile), _) => (profile, Choice::Configured),
            (None, Some(profile)) => (profile, Choice::Remembered),
            (None, None) => (Profile::TwoStep, Choice::Detected),
        };
        Self {
            profile,
            choice,
            cause: None,
        }
    }

    pub(crate) const fn profile(&self) -> Profile {
        self.profile
    }

    pub(crate) const fn rules(&self) -> Rules {
        self.profile.rules()
    }

    /// Whether the profile may be changed by what the platform does.
    pub(crate) const fn is_open(&self) -> bool {
        !matches!(self.choice, Choice::Configured)
    }

    /// The platform showed that it speaks another profile.
    pub(crate) const fn turn_to(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// Whether the visitor's text may be written in the other spelling.
    pub(crate) const fn may_respell(&self) -> bool {
        self.is_open() && !matches!(self.profile, Profile::Realtime)
    }

    /// Writes the visitor's text in the other spelling from here on (section 16.5).
    pub(crate) const fn respell(&mut self) {
        self.profile = match self.profile {
            Profile::JoinToken => Profile::TwoStep,
            Profile::TwoStep => Profile::JoinToken,
            Profile::Realtime => Profile::Realtime,
        };
    }

    /// What was remembered proved wrong: begins anew, once. Tells whether it does.
    pub(crate) fn start_over(&mut self) -> bool {
        let does = self.choice == Choice::Remembered;
        if does {
            self.choice = Choice::Detected;
            self.profile = Profile::TwoStep;
        }
        does
    }

    /// A token can be presented now, which only creation over REST does: it is worth another try, unless the platform
    /// does not offer it. Tells whether the profile changed.
    pub(crate) fn token_found(&mut self) -> bool {
        let is_offered = self
            .cause
            .as_ref()
            .is_none_or(|cause| matches!(cause.code, ErrorCode::AuthForbidden | ErrorCode::AuthRequired));
        let does = self.is_open() && self.profile == Profile::Realtime && is_offered;
        if does {
            self.cause = None;
            self.profile = Profile::TwoStep;
        }
        does
    }

    /// The platform proved the profile.
    pub(crate) fn prove(&mut self) {
        if self.choice == Choice::Remembered {
            self.choice = Choice::Detected;
        }
    }
}

/// What is remembered of a platform, so that the next page need not find it out again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Memory {
    pub(crate) profile: Profile,
    pub(crate) form: SlashForm,
}

impl Memory {
    /// The value for storage: profile, slash form, end of validity in wall milliseconds, origin.
    pub(crate) fn write(self, origin: &str, wall_ms: u64) -> String {
        let form = match self.form {
            SlashForm::Bare => "bare",
            SlashForm::Trailing => "trailing",
        };
        let until_ms = wall_ms.saturating_add(REMEMBERED_MS);
        format!("{} {form} {until_ms} {origin}", self.profile.as_str())
    }

    /// Reads a value of storage; one of another origin, too old, or of a wall clock that jumped, is none.
    pub(crate) fn read(text: &str, origin: &str, wall_ms: u64) -> Option<Self> {
        let mut words = text.split(' ');
        let profile = Profile::parse(words.next()?)?;
        let form = match words.next()? {
            "bare" => SlashForm::Bare,
            "trailing" => SlashForm::Trailing,
            _ => return None,
        };
        let until_ms: u64 = words.next()?.parse().ok()?;
        let is_valid =
            until_ms > wall_ms && until_ms - wall_ms <= REMEMBERED_MS && words.next() == Some(origin);
        is_valid.then_some(Self { profile, form })
    }
}

/// A day.
const REMEMBERED_MS: u64 = 24 * 3600 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_is_good_for_a_day_and_for_one_origin() {
        let memory = Memory {
            profile: Profile::Realtime,
            form: SlashForm::Trailing,
        };
        let text = memory.write("https://a.example", 1000);
        assert_eq!(Memory::read(&text, "https://a.example", 2000), Some(memory));
        assert_eq!(Memory::read(&text, "https://b.example", 2000), None);
        assert_eq!(
            Memory::read(&text, "https://a.example", 1000 + REMEMBERED_MS),
            None
        );
        assert_eq!(
            Memory::read(&text, "https://a.example", 999),
            None,
            "the wall clock jumped back"
        );
        for text in ["", "realtime", "fast bare 5000 x", "realtime bare soon x"] {
            assert_eq!(Memory::read(text, "x", 1), None, "{text}");
        }
    }

    #[test]
    fn only_what_was_remembered_is_begun_anew_and_only_once() {
        let mut plan = Plan::new(None, Some(Profile::Realtime));
        assert!(plan.start_over());
        assert_eq!(plan.profile(), Profile::TwoStep);
        assert!(!plan.start_over());
        let mut plan = Plan::new(Some(Profile::Realtime), Some(Profile::TwoStep));
        assert!(!plan.start_over());
        assert_eq!((plan.profile(), plan.is_open()), (Profile::Realtime, false));
    }
}
