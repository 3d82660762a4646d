//! That the visitor types, for the people who may be answering (`platform.md` section 9.4).
//!
//! Only a platform that tells who speaks has people behind it, so no other is told, and never before the join. Frames of
//! this kind count against the limit of messages, so they are few: messages must not wait for them, and what is sent
//! within a second was hardly typed.

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
    stage: Stage,
    /// When another beginning may be told.
    free_at: Instant,
    /// Up to when the beginnings told so far are enough: each counts for [`COST`] (a leaky bucket).
    spent: Instant,
    /// How many errors may still be meant for frames about typing: none is answered otherwise.
    doubted: u8,
    /// Whether the platform knows no such frames.
    is_refused: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Rest,
    /// The visitor types, and it is told then.
    Begun { due: Instant },
    /// It was told on this socket, and ends then unless they go on.
    Told { attempt: Attempt, until: Instant },
}

impl Typing {
    /// When there is something to tell.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Rest => None,
            Stage::Begun { due: at } | Stage::Told { until: at, .. } => Some(at),
        }
    }

    /// Takes an error about a message where there is none for one about typing, if any was told.
    pub(crate) fn refuse(&mut self) -> bool {
        if self.doubted == 0 {
            return false;
        }
        self.doubted -= 1;
        self.is_refused = true;
        self.stage = Stage::Rest;
        true
    }
}

impl Session {
    /// The visitor typed just now, or left nothing of what they typed.
    pub fn typed(&mut self, has_text: bool, now: Now) {
        if has_text {
            self.go_on_typing(now);
        } else {
            self.end_typing(now);
        }
        self.settle(now);
    }

    fn go_on_typing(&mut self, now: Now) {
        let live = self.socket_of_people();
        self.typing.stage = match (live, self.typing.stage) {
            (None, _) => Stage::Rest,
            (Some(live), Stage::Told { attempt, .. }) if attempt == live => Stage::Told {
                attempt,
                until: now.mono.after(PAUSE),
            },
            (Some(_), begun @ Stage::Begun { .. }) => begun,
            (Some(_), Stage::Rest | Stage::Told { .. }) => Stage::Begun {
                due: now.mono.after(SETTLED).max(self.typing.free_at),
            },
        };
    }

    /// The beginning is told, or the end of what was told: they paused.
    pub(crate) fn typing_time_passed(&mut self, now: Now) {
        match (self.socket_of_people(), self.typing.stage) {
            (Some(attempt), Stage::Begun { .. }) => {
                let typing = &mut self.typing;
                typing.spent = typing.spent.max(now.mono).after(COST);
                let wait = typing.spent.since(now.mono).saturating_sub(MOST_SPENT);
                typing.free_at = now.mono.after(wait.max(SPACING));
                typing.stage = Stage::Told {
                    attempt,
                    until: now.mono.after(PAUSE),
                };
                self.tell_typing(frame::Typing::Start, attempt, now);
            }
            _ => self.end_typing(now),
        }
    }

    /// The visitor no longer types; told where it was told that they do.
    fn end_typing(&mut self, now: Now) {
        let stage = std::mem::take(&mut self.typing.stage);
        if let Stage::Told { attempt: told, .. } = stage
            && matches!(&self.state, State::Live { attempt, .. } if *attempt == told)
        {
            self.tell_typing(frame::Typing::Stop, told, now);
        }
    }

    /// The socket on which it may be told.
    fn socket_of_people(&self) -> Option<Attempt> {
        let State::Live { attempt, .. } = &self.state else {
            return None;
        };
        let may =
            self.held_until.is_none() && !self.typing.is_refused && self.capabilities.has(Capability::Author);
        may.then_some(*attempt)
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

/// How long they have typed before it is told; our choice.
const SETTLED: Duration = Duration::from_secs(1);

/// How long a pause is no end; our choice.
const PAUSE: Duration = Duration::from_secs(5);

/// Between two beginnings (`platform.md` section 9.4).
const SPACING: Duration = Duration::from_secs(2);

/// Five beginnings soon after each other and one in twelve seconds, so ten in a minute: with as many ends a third of what
/// the platform allows; our choice.
const COST: Duration = Duration::from_secs(12);
const MOST_SPENT: Duration = Duration::from_secs(48);
