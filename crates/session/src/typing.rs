//! That the visitor types, for the people who may be answering (`platform.md` section 9.4).
//!
//! Only a platform that tells who speaks has people behind it, so no other is told, and never before the join. Frames of
//! this kind count against the limit of messages, so they are few: messages must not wait for them.

use std::time::Duration;

use miptech_chat_protocol::{
    capability::Capability,
    frame::{self, ClientFrame},
};

use crate::{
    clock::{Instant, Now},
    lifecycle::State,
    output::{Attempt, Effect},
    session::Session,
};

/// What the platform was told of the visitor's typing.
#[derive(Debug, Default)]
pub(crate) struct Typing {
    /// The socket on which it was told that they type, and when that ends unless they go on.
    told: Option<(Attempt, Instant)>,
    /// When another beginning may be told: soon after the last, or never where the platform knows no such frames.
    free_at: Instant,
    /// Up to when the beginnings told so far are enough: each counts for [`COST`] (a leaky bucket).
    spent: Instant,
    /// How many errors may still be meant for frames about typing: none is answered otherwise.
    doubted: u8,
}

impl Typing {
    /// When the visitor has paused for so long that they no longer type.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.told.map(|(_, until)| until)
    }

    /// Takes an error about a message where there is none for one about typing, if any was told.
    pub(crate) fn refuse(&mut self) -> bool {
        if self.doubted == 0 {
            return false;
        }
        self.doubted -= 1;
        self.free_at = NEVER;
        self.told = None;
        true
    }

    /// Tells whether a beginning may be told now, and counts it where it may.
    fn starts(&mut self, now: Instant) -> bool {
        let may = self.free_at <= now && self.spent.since(now) <= MOST_SPENT;
        if may {
            self.free_at = now.after(SPACING);
            self.spent = self.spent.max(now).after(COST);
        }
        may
    }
}

impl Session {
    /// The visitor typed just now, or left nothing of what they typed. Told to a platform on which people answer: the
    /// beginning at most once in two seconds, the end after a pause of five.
    pub fn typed(&mut self, has_text: bool, now: Now) {
        if !has_text {
            self.end_typing(now);
        } else if let State::Live { attempt, .. } = &self.state
            && self.held_until.is_none()
            && self.capabilities.has(Capability::Author)
        {
            let attempt = *attempt;
            let is_told = self.typing.told.is_some_and(|(told, _)| told == attempt);
            let starts = !is_told && self.typing.starts(now.mono);
            if is_told || starts {
                self.typing.told = Some((attempt, now.mono.after(PAUSE)));
            }
            if starts {
                self.tell_typing(frame::Typing::Start, attempt, now);
            }
        }
        self.settle(now);
    }

    /// The visitor no longer types; told where it was told that they do.
    pub(crate) fn end_typing(&mut self, now: Now) {
        let Some((told, _)) = self.typing.told.take() else {
            return;
        };
        if matches!(&self.state, State::Live { attempt, .. } if *attempt == told) {
            self.tell_typing(frame::Typing::Stop, told, now);
        }
    }

    fn tell_typing(&mut self, typing: frame::Typing, attempt: Attempt, now: Now) {
        let frame = ClientFrame::Typing {
            typing,
            tenant: &self.config.caller.tenant,
            chat: self.chat.as_ref(),
        };
        let text = frame.encode(now.wall_ms);
        // What was told long ago was taken.
        self.typing.doubted = 2.min(self.typing.doubted + 1);
        self.effect(Effect::SendFrame { attempt, text });
    }
}

/// Between two beginnings (`platform.md` section 9.4).
const SPACING: Duration = Duration::from_secs(2);

/// Five beginnings at once and one in twelve seconds, so ten in a minute: with as many ends a third of what the platform
/// allows; our choice.
const COST: Duration = Duration::from_secs(12);
const MOST_SPENT: Duration = Duration::from_secs(48);

/// How long a pause is no end; our choice.
const PAUSE: Duration = Duration::from_secs(5);

const NEVER: Instant = Instant::from_start(Duration::MAX);
