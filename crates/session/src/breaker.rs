//! The breaker (`faults.md` section 6.2): where nothing has worked for a while, one page of this browser tries, and the
//! others leave the platform alone until it has tried, unless somebody asks them not to.
//!
//! The page that tries keeps to its own delays and tells anew each time. Those are no longer than the pause for the first five
//! minutes; in a longer outage whoever is free first after a pause tries next. Probes count for nothing here: they can neither
//! begin a pause nor end one.

use std::time::Duration;

use miptech_chat_protocol::error::{ErrorCode, Stage};

use crate::{
    clock::{Instant, Now},
    config::Origin,
    lifecycle::{Next, State},
    notice::ChatError,
    output::StoreKey,
    session::Session,
};

/// What this page and the others have been through.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    /// How many tries of this page came to nothing since its connection last proved itself.
    failures: u8,
    /// The pause told of last, here or by another page, by the wall clock; only to know one from the next.
    told_ms: u64,
    /// Until when another page tries, and this one does not.
    until: Option<Instant>,
}

impl Breaker {
    /// The connection proved itself.
    pub(crate) const fn close(&mut self) {
        self.failures = 0;
        self.until = None;
    }

    /// Somebody asks for a try, the page has a reason of its own to make one, or one of its tries came to something.
    pub(crate) const fn overrule(&mut self) {
        self.until = None;
    }
}

impl Session {
    /// A try came to nothing, and the next one is planned: the others are told where that has gone on for too long. Where the
    /// platform has asked for patience, they know already.
    pub(crate) fn try_failed(&mut self, now: Now) {
        let breaker = &mut self.breaker;
        breaker.failures = breaker.failures.saturating_add(1);
        let is_kept = self.config.identity.origin == Origin::Stored && self.held_until.is_none();
        let goes_on = matches!(self.state, State::Waiting { until: Some(_), .. });
        if is_kept && goes_on && breaker.failures >= MOST_FAILURES {
            breaker.told_ms = now.wall_ms.saturating_add(PAUSE_MS);
            let told = breaker.told_ms.to_string();
            self.store(StoreKey::Failing, Some(told));
        }
    }

    /// Another page says until when it is left to try alone.
    pub(crate) fn failures_told(&mut self, until_ms: u64, now: Now) {
        let left_ms = until_ms.saturating_sub(now.wall_ms);
        if until_ms == self.breaker.told_ms || left_ms > PAUSE_MS || defect!(FailuresIgnored) {
            return;
        }
        self.breaker.told_ms = until_ms;
        let planned = if let State::Waiting {
            next,
            until: Some(at),
            ..
        } = self.state
        {
            Some((next, at))
        } else {
            None
        };
        // A try that somebody asked for is theirs; any other that comes too early is planned anew.
        if planned.is_some_and(|(_, at)| self.page.is_local(at)) {
            return;
        }
        let until = now.mono.after(Duration::from_millis(left_ms));
        self.breaker.until = Some(until);
        if let Some((next, _)) = planned.filter(|(_, at)| *at < until) {
            self.leaves_to_others(next, now);
        }
    }

    /// Whether another page is left to try. Where it is, the state says how long.
    pub(crate) fn leaves_to_others(&mut self, next: Next, now: Now) -> bool {
        let Some(until) = self.breaker.until.filter(|until| *until > now.mono) else {
            return false;
        };
        self.disturbed_since.get_or_insert(now.mono);
        if self.trouble.is_none() {
            self.troubled(ChatError::bare(
                ErrorCode::NetworkUnreachableOrCors,
                Stage::Socket,
                true,
            ));
        }
        let delay = until.since(now.mono).saturating_add(self.local_delay());
        self.wait(next, delay, now);
        true
    }
}

/// `faults.md` section 6.2.
const MOST_FAILURES: u8 = 5;
const PAUSE_MS: u64 = 30_000;
