//! Renewing a pair of tokens: once for all calls of this page, and for all tabs that share a storage.
//!
//! ```text
//! Rest ──renew──▶ Locking ──held, or waited long enough──▶ Checking ──the pair in storage is ours──▶ Calling
//!                    │                                        │                                       │   │
//!                    └─no locks here──▶ Spreading ─▶ Checking ├─another tab renewed it─▶ adopted      │   │ refused
//!                                                      │      └─gone─▶ signed out                     │   ▼
//!                            begun a moment ago elsewhere ─▶ Watching                  Committing ◀───┘ Adopting
//! ```
//!
//! Storage tells when the last renewals were begun, in whichever tab: no browser asks more often than invariant I16 allows.
//! The lock only saves useless calls. What makes two tabs harmless is the commit guard: a new pair is written only while
//! storage still holds the pair it was bought with (rows T4 to T10).

use std::time::Duration;

use miptech_chat_protocol::{
    account::Tokens,
    error::{ErrorCode, Stage},
    fault::Fault,
    token::Token,
};

use crate::{
    auth::ProfileRead,
    backoff::part,
    clock::{Instant, Now},
    config::{StoredAccount, TokenSource},
    lifecycle::State,
    notice::ChatError,
    output::{Effect, HttpOutcome, Lock, LockName, RequestId, Shelf, StoreKey, TokenReason},
    session::Session,
};

/// Where a renewal stands, and when the next one may be.
#[derive(Debug, Default)]
pub(crate) struct Renewal {
    step: Step,
    has_lock: bool,
    /// Whether a renewal that another tab may be at was waited for once.
    has_watched: bool,
    /// The last renewals of this browser: the wall time each is known by, and when it is ten minutes old.
    begun: Vec<(u64, Instant)>,
    failures: u32,
    /// Not before this instant: the last one failed.
    cool_until: Option<Instant>,
    /// When the pair should be renewed before anybody asks.
    ahead_at: Option<Instant>,
}

#[derive(Debug, Default)]
enum Step {
    /// Nothing is under way.
    #[default]
    Rest,
    /// The call was refused; a sibling may just have renewed the pair. Without an end, storage is read for the last time.
    Adopting { until: Option<Instant>, fault: Fault },
    /// The host page was asked.
    Asking { until: Instant },
    /// The call is under way.
    Calling { request: RequestId, with: Token },
    /// Storage is read before the call.
    Checking,
    /// Storage is read before the new pair is written.
    Committing { pair: Tokens, with: Token },
    /// The lock is waited for.
    Locking { until: Instant },
    /// Without locks tabs take turns by chance.
    Spreading { until: Instant },
    /// Another tab may be at it, and there is no lock to tell.
    Watching { until: Instant },
}

impl Renewal {
    /// When the next step comes by itself; the one ahead of time only while the pair is in use.
    pub(crate) fn deadline(&self, is_live: bool) -> Option<Instant> {
        match &self.step {
            Step::Adopting { until, .. } => *until,
            Step::Asking { until }
            | Step::Locking { until }
            | Step::Spreading { until }
            | Step::Watching { until } => Some(*until),
            Step::Rest if is_live => self.ahead_at,
            Step::Calling { .. } | Step::Checking | Step::Committing { .. } | Step::Rest => None,
        }
    }

    pub(crate) fn is_calling(&self, id: RequestId) -> bool {
        matches!(&self.step, Step::Calling { request, .. } if *request == id)
    }

    /// Until when no renewal may begin (invariant I16).
    fn barred_until(&self, now: Instant) -> Option<Instant> {
        if defect!(RefreshUnspaced) {
            return None;
        }
        let left = |place: usize| self.begun.get(place).map(|(_, old)| old.since(now));
        let spaced = left(0).map(|left| left.saturating_sub(WINDOW.saturating_sub(SPACING)));
        let bars = [spaced, left(MOST_PER_WINDOW - 1)].map(|left| left.map(|left| now.after(left)));
        let bars = bars.into_iter().chain([self.cool_until]);
        bars.flatten().max().filter(|until| *until > now)
    }

    /// A renewal was begun, here or in another tab. It is told by its wall time, but ages by our own clock from when it was
    /// first heard of: the other one may jump.
    fn note(&mut self, wall_ms: u64, now: Now) {
        let is_known = self.begun.iter().any(|(known, _)| *known == wall_ms);
        let age = Duration::from_millis(now.wall_ms.saturating_sub(wall_ms));
        // Of a time that is nowhere near, nobody can tell what it says.
        if !is_known && now.wall_ms.abs_diff(wall_ms) < WINDOW_MS {
            let old = now.mono.after(WINDOW.saturating_sub(age));
            // The newest first. A sort weighs two kilobytes.
            let place = self.begun.iter().position(|(_, known)| *known <= old);
            self.begun
                .insert(place.unwrap_or(self.begun.len()), (wall_ms, old));
            self.begun.truncate(MOST_PER_WINDOW);
        }
    }
}

impl Session {
    /// Renews the pair, or asks the host page for a token; one renewal answers for everybody who wants one.
    pub(crate) fn renew(&mut self, reason: TokenReason, now: Now) {
        if !matches!(self.auth.renewal.step, Step::Rest) {
            return;
        }
        if self.config.token_source == TokenSource::Host {
            return self.ask_host(reason, now);
        }
        if self.auth.refresh().is_none() {
            let error = ChatError::bare(ErrorCode::AuthExpired, Stage::Refresh, false);
            return self.sign_in_expired(error, now);
        }
        if defect!(RefreshUnlocked) {
            return self.check_storage();
        }
        self.auth.renewal.step = Step::Locking {
            until: now.mono.after(LOCK_WAIT),
        };
        self.effect(Effect::AskLock(LockName::Renewal));
    }

    /// The browser's answer to a wish for a lock.
    pub fn handle_lock(&mut self, name: LockName, lock: Lock, now: Now) {
        match name {
            LockName::Outbox => self.outbox_lock_came(lock, now),
            LockName::Renewal => self.renewal_lock_came(lock, now),
        }
        self.settle(now);
    }

    fn renewal_lock_came(&mut self, lock: Lock, now: Now) {
        match (&self.auth.renewal.step, lock) {
            (Step::Locking { .. }, Lock::Held) => {
                self.auth.renewal.has_lock = true;
                self.check_storage();
            }
            (Step::Locking { .. }, Lock::Absent) => {
                let until = now.mono.after(self.random.up_to(SPREAD));
                self.auth.renewal.step = Step::Spreading { until };
            }
            // Granted too late: nobody waits for it any more.
            (_, Lock::Held) if !self.auth.renewal.has_lock => {
                self.effect(Effect::ReleaseLock(LockName::Renewal))
            }
            (_, Lock::Held | Lock::Absent) => {}
        }
    }

    /// What storage holds of the account: asked for, or changed by another tab.
    pub(crate) fn account_came(&mut self, stored: &StoredAccount, now: Now) {
        let tokens = stored.tokens();
        let has_leftovers = std::mem::take(&mut self.auth.has_leftovers);
        let is_ours = tokens.as_ref().map(|tokens| &tokens.access) == self.auth.access()
            && tokens.as_ref().and_then(|tokens| tokens.refresh.as_ref()) == self.auth.refresh();
        if self.config.token_source == TokenSource::Host {
            return;
        }
        self.note_renewals(stored, now);
        match (std::mem::take(&mut self.auth.renewal.step), tokens) {
            (Step::Committing { pair, with }, Some(tokens))
                if tokens.refresh.as_ref() == Some(&with) || defect!(CommitUnguarded) =>
            {
                self.commit(pair, with, now);
            }
            (Step::Committing { pair, with }, None) if defect!(SignOutUndone) => self.commit(pair, with, now),
            (Step::Checking, _) if is_ours => self.call_refresh(now),
            (Step::Adopting { until: None, fault }, _) if is_ours => {
                self.stop_renewal();
                self.sign_in_expired(ChatError::of_fault(fault, Stage::Refresh), now);
            }
            (step, _) if is_ours => {
                // Nothing new: whatever was waited for is still waited for.
                self.auth.renewal.step = step;
                if has_leftovers && !self.is_signed_in() && stored.holds_anything() {
                    self.erase_account();
                }
            }
            (step, Some(tokens)) => {
                self.auth.renewal.step = step;
                self.stop_renewal();
                self.end_renewal();
                self.adopt(stored, tokens, now);
            }
            (step, None) => {
                self.auth.renewal.step = step;
                self.account_gone(stored, now);
            }
        }
    }

    /// What storage tells of the last renewals is read as soon as it can be: a clock that is set later cannot hide them then.
    pub(crate) fn note_renewals(&mut self, stored: &StoredAccount, now: Now) {
        if !defect!(RefreshUnlocked) {
            let told = stored.renewals.as_deref().unwrap_or_default();
            let told = told.split(' ').filter_map(|text| text.parse().ok());
            told.take(MOST_PER_WINDOW)
                .for_each(|wall_ms| self.auth.renewal.note(wall_ms, now));
        }
    }

    /// The page is left: a lock that is held would keep it from the back-forward cache. What waits for one begins anew.
    pub(crate) fn release_renewal_lock(&mut self) {
        match &self.auth.renewal.step {
            Step::Checking | Step::Locking { .. } | Step::Spreading { .. } | Step::Watching { .. } => {
                self.stop_renewal();
                if let State::Renewing { next } = self.state {
                    self.pause(next);
                }
            }
            Step::Adopting { .. }
            | Step::Asking { .. }
            | Step::Calling { .. }
            | Step::Committing { .. }
            | Step::Rest => {
                if std::mem::take(&mut self.auth.renewal.has_lock) {
                    self.effect(Effect::ReleaseLock(LockName::Renewal));
                }
            }
        }
    }

    /// Storage still holds the pair the new one was bought with.
    fn commit(&mut self, pair: Tokens, with: Token, now: Now) {
        let tokens = Tokens {
            // A platform that names no new refresh token keeps the old one valid.
            refresh: pair.refresh.or(Some(with)),
            ..pair
        };
        self.hold(tokens, now);
        // Who waits for the lock reads storage next, so the pair is there before the lock is given back.
        self.keep_account();
        self.end_renewal();
        self.token_came(now);
    }

    /// The host page's answer to a wish for a token.
    pub fn handle_token(&mut self, token: Option<Token>, now: Now) {
        if matches!(self.auth.renewal.step, Step::Asking { .. }) {
            self.auth.renewal.step = Step::Rest;
            match token.filter(|token| Some(token) != self.auth.access()) {
                Some(token) => self.host_gave(token, now),
                None => self.host_has_none(now),
            }
        }
        self.settle(now);
    }

    pub(crate) fn ask_host(&mut self, reason: TokenReason, now: Now) {
        let current = self.auth.access().cloned();
        self.auth.renewal.step = Step::Asking {
            until: now.mono.after(HOST_WAIT),
        };
        self.effect(Effect::AskHostForToken { reason, current });
    }

    /// Without a token of the host page: as an anonymous visitor where that is possible.
    fn host_has_none(&mut self, now: Now) {
        let was_signed_in = self.is_signed_in();
        let was_refused = self.history.waits_for_token() || self.auth.profile == ProfileRead::WaitsForToken;
        let State::Renewing { next } = &self.state else {
            if was_refused {
                self.sign_in_expired(
                    ChatError::bare(ErrorCode::AuthExpired, Stage::Refresh, false),
                    now,
                );
            }
            return;
        };
        let next = *next;
        self.forget_account();
        if was_signed_in {
            let error = ChatError::bare(ErrorCode::AuthRequired, Stage::Refresh, false);
            self.no_token(next, error, now);
        } else if self.auth.owner.is_some() {
            // Nobody goes on with what belongs to somebody.
            self.disown_conversation(now);
        } else {
            self.go(next, now);
        }
    }

    /// The answer to a refresh.
    pub(crate) fn refresh_came(&mut self, outcome: HttpOutcome, now: Now) {
        let Step::Calling { with, .. } = std::mem::take(&mut self.auth.renewal.step) else {
            return;
        };
        let read = match outcome {
            HttpOutcome::Reply(reply) => Tokens::read(&reply),
            HttpOutcome::Failed => Err(Fault::unreachable()),
        };
        match read {
            Ok(pair) => {
                self.auth.renewal.step = Step::Committing { pair, with };
                self.effect(Effect::Read(Shelf::Account));
            }
            Err(fault) if fault.is_refusal() || fault.status == Some(401) && defect!(SignOutOnAny401) => {
                let until = Some(now.mono.after(SIBLING_WAIT));
                self.auth.renewal.step = Step::Adopting { until, fault };
                self.effect(Effect::Read(Shelf::Account));
            }
            Err(fault) => self.cool_down(fault, now),
        }
    }

    /// A refresh failed for a reason that may pass: the pair is kept, and bought again later.
    fn cool_down(&mut self, fault: Fault, now: Now) {
        let failures = self.auth.renewal.failures;
        let pause = COOLDOWN
            .saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX))
            .min(MOST_COOLDOWN);
        let asked = fault.wait.map(|wait| self.spread_hint(wait));
        let until = now.mono.after(pause.max(asked.unwrap_or_default()));
        self.stop_renewal();
        self.auth.renewal.failures = failures.saturating_add(1);
        self.auth.renewal.cool_until = Some(until);
        self.auth.renewal.ahead_at = Some(until);
        self.token_delayed(until, Some(ChatError::of_fault(fault, Stage::Refresh)), now);
    }

    /// The renewal's own deadline may have come.
    pub(crate) fn renewal_time_passed(&mut self, now: Now) {
        let is_due = self
            .auth
            .renewal
            .deadline(self.is_live())
            .is_some_and(|at| at <= now.mono);
        if !is_due {
            return;
        }
        match std::mem::take(&mut self.auth.renewal.step) {
            // A sibling's pair may stand in storage although nobody has told us yet.
            Step::Adopting { fault, .. } => {
                self.auth.renewal.step = Step::Adopting { until: None, fault };
                self.effect(Effect::Read(Shelf::Account));
            }
            Step::Asking { .. } => self.host_has_none(now),
            Step::Locking { .. } => {
                self.effect(Effect::ReleaseLock(LockName::Renewal));
                self.check_storage();
            }
            Step::Spreading { .. } | Step::Watching { .. } => self.check_storage(),
            Step::Rest => {
                self.auth.renewal.ahead_at = None;
                self.renew(TokenReason::Expiring, now);
            }
            step @ (Step::Calling { .. } | Step::Checking | Step::Committing { .. }) => {
                self.auth.renewal.step = step;
            }
        }
    }

    /// Plans the renewal before the pair runs out.
    pub(crate) fn schedule_renewal(&mut self, lifetime: Option<Duration>, now: Now) {
        let spread = self.random.up_to(AHEAD_SPREAD);
        self.auth.renewal.ahead_at = lifetime.filter(|_| self.may_renew()).map(|lifetime| {
            let ahead = part(lifetime, 10)
                .clamp(LEAST_AHEAD, MOST_AHEAD)
                .saturating_sub(spread);
            now.mono.after(lifetime.saturating_sub(ahead))
        });
    }

    /// A lifetime a token claims, within what can be believed (row T13).
    pub(crate) fn sound_lifetime(claimed: Duration) -> Duration {
        claimed.clamp(LEAST_LIFETIME, MOST_LIFETIME)
    }

    /// Nothing of a renewal is left, whatever it came to.
    pub(crate) fn stop_renewal(&mut self) {
        match std::mem::take(&mut self.auth.renewal.step) {
            Step::Calling { request, .. } => self.abort_call(request),
            // The wish for the lock is given up.
            Step::Locking { .. } => self.effect(Effect::ReleaseLock(LockName::Renewal)),
            Step::Adopting { .. }
            | Step::Asking { .. }
            | Step::Checking
            | Step::Committing { .. }
            | Step::Rest
            | Step::Spreading { .. }
            | Step::Watching { .. } => {}
        }
        self.auth.renewal.ahead_at = None;
        self.release();
    }

    fn end_renewal(&mut self) {
        self.release();
        self.auth.renewal.failures = 0;
        self.auth.renewal.cool_until = None;
    }

    fn release(&mut self) {
        self.auth.renewal.has_watched = false;
        if std::mem::take(&mut self.auth.renewal.has_lock) {
            self.effect(Effect::ReleaseLock(LockName::Renewal));
        }
    }

    fn check_storage(&mut self) {
        self.auth.renewal.step = Step::Checking;
        self.effect(Effect::Read(Shelf::Account));
    }

    /// Storage holds our pair: it is renewed, unless that was begun too often already.
    fn call_refresh(&mut self, now: Now) {
        let Some(with) = self.auth.refresh().cloned() else {
            let error = ChatError::bare(ErrorCode::AuthExpired, Stage::Refresh, false);
            return self.sign_in_expired(error, now);
        };
        let renewal = &mut self.auth.renewal;
        if let Some(until) = renewal.barred_until(now.mono) {
            if !renewal.has_lock && !std::mem::replace(&mut renewal.has_watched, true) {
                let until = until.min(now.mono.after(LOCK_WAIT));
                renewal.step = Step::Watching { until };
                return;
            }
            self.stop_renewal();
            self.auth.renewal.ahead_at = Some(until);
            return self.token_delayed(until, None, now);
        }
        renewal.note(now.wall_ms, now);
        if !defect!(RefreshUnlocked) {
            let begun = renewal.begun.iter().map(|(wall_ms, _)| wall_ms.to_string());
            let begun: Vec<String> = begun.collect();
            self.store(StoreKey::Renewals, Some(begun.join(" ")));
        }
        let request = self.config.caller.refresh(&with);
        let request = self.call(request, now);
        self.auth.renewal.step = Step::Calling { request, with };
    }
}

/// `faults.md` section 6.4.
const LOCK_WAIT: Duration = Duration::from_secs(5);
const SIBLING_WAIT: Duration = Duration::from_secs(2);
const SPACING: Duration = Duration::from_secs(30);
const WINDOW_MS: u64 = 600_000;
const WINDOW: Duration = Duration::from_millis(WINDOW_MS);
const MOST_PER_WINDOW: usize = 3;
const COOLDOWN: Duration = Duration::from_secs(30);
const MOST_COOLDOWN: Duration = Duration::from_secs(300);
const LEAST_AHEAD: Duration = Duration::from_secs(30);
const MOST_AHEAD: Duration = Duration::from_secs(90);
const LEAST_LIFETIME: Duration = Duration::from_secs(30);
const MOST_LIFETIME: Duration = Duration::from_secs(24 * 3600);
const AHEAD_SPREAD: Duration = Duration::from_secs(10);

/// Row T8: how far tabs without locks spread.
const SPREAD: Duration = Duration::from_millis(300);

/// How long the host page may take to give a token; our choice, as long as a call may take.
const HOST_WAIT: Duration = Duration::from_secs(10);
