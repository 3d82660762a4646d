//! From nothing to a chat over REST: the readiness probe, which never decides more than when to go on, and creation.

use std::time::Duration;

use miptech_chat_protocol::{
    body::{CreatedChat, Readiness},
    endpoint::Probe,
    error::{ErrorCode, Stage},
    fault::Fault,
    profile::{Creation, Profile},
    request::NewChat,
};

use super::{Next, State, state::PROBE_TRIES};
use crate::{backoff, clock::Now, notice::ChatError, output::HttpOutcome, session::Session};

impl Session {
    pub(super) fn probe(&mut self, now: Now) {
        if !self.page.is_wanted() || self.page.is_unseen() {
            return self.wait(Next::Begin, Duration::ZERO, now);
        }
        let State::Probing(walk) = &mut self.state else {
            return;
        };
        walk.tries += 1;
        let probe = walk.answered.unwrap_or(Probe::Health);
        self.ask(probe, now);
    }

    fn ask(&mut self, probe: Probe, now: Now) {
        let request = self.config.caller.readiness(probe);
        let id = self.call(request, now);
        if let State::Probing(walk) = &mut self.state {
            walk.asking = Some((id, probe));
        }
    }

    pub(super) fn probed(&mut self, probe: Probe, outcome: HttpOutcome, now: Now) {
        let readiness = match &outcome {
            HttpOutcome::Reply(reply) => Readiness::read(probe, reply),
            HttpOutcome::Failed => Readiness::Unclear,
        };
        let State::Probing(walk) = &mut self.state else {
            return;
        };
        match readiness {
            Readiness::Ready => return self.create(false, now),
            Readiness::Warming => walk.answered = Some(probe),
            Readiness::Unclear => {
                let later = Probe::ORDER
                    .into_iter()
                    .skip_while(|known| *known != probe)
                    .nth(1);
                if let Some(next) = later.filter(|_| walk.answered.is_none()) {
                    return self.ask(next, now);
                }
            }
        }
        let is_last = walk.tries >= PROBE_TRIES;
        let is_due = walk.next_try_at() <= now.mono;
        if outcome == HttpOutcome::Failed {
            self.troubled(ChatError::of_fault(Fault::unreachable(), Stage::Probe));
        }
        if is_last {
            self.create(false, now);
        } else if is_due {
            self.probe(now);
        }
    }

    pub(super) fn create(&mut self, has_tried_other_form: bool, now: Now) {
        if !self.admits(Next::Create, now) {
            return;
        }
        if let Some(at) = self.creations.free_at(now.mono) {
            return self.wait(Next::Create, at.since(now.mono), now);
        }
        self.creations.note(now.mono);
        let identity = &self.config.identity;
        let chat = NewChat {
            session: &identity.session,
            visitor: &identity.visitor,
            context: self.config.context.as_deref(),
        };
        let request = self
            .config
            .caller
            .create_chat(self.create_form, &chat)
            .with_token(self.auth.access());
        let request = self.call(request, now);
        self.state = State::Creating {
            request,
            has_tried_other_form,
        };
    }

    pub(super) fn created(
        &mut self,
        outcome: HttpOutcome,
        has_tried_other_form: bool,
        generation: u32,
        now: Now,
    ) {
        let fault = match outcome {
            HttpOutcome::Reply(reply) => match CreatedChat::read(&reply) {
                Ok(created) => return self.chat_exists(created, now),
                Err(fault) => fault,
            },
            HttpOutcome::Failed => Fault::unreachable(),
        };
        let is_wrong_path = fault.status.is_none() || matches!(fault.status, Some(307 | 308 | 404 | 405));
        if is_wrong_path && fault.code != ErrorCode::TenantNotFound {
            self.create_form = self.create_form.other();
            if !has_tried_other_form {
                return self.create(true, now);
            }
            // Neither form worked, so the first one stays the first.
        }
        let asks_for_token = matches!(fault.code, ErrorCode::AuthExpired | ErrorCode::AuthRequired);
        if asks_for_token && self.is_signed_in() {
            self.state = State::Renewing { next: Next::Create };
            return self.token_refused(fault, generation, now);
        }
        let (wait, is_busy) = (fault.wait, fault.busy);
        let error = ChatError::of_fault(fault, Stage::Create);
        let is_not_offered =
            error.code == ErrorCode::ChatCreateFailed && !error.retryable || error.status == Some(501);
        if is_not_offered && self.plan.is_open() {
            return self.create_by_socket(error, now);
        }
        if asks_for_token || error.code == ErrorCode::AuthForbidden && !self.is_signed_in() {
            return self.no_token(Next::Create, error, now);
        }
        if !error.retryable {
            return self.block(error, now);
        }
        let delay = self.creation_delay(error.code, wait, now);
        self.troubled(error);
        self.create_tries += 1;
        if let Some(long) = is_busy {
            // No timer is set for hours: the visitor is told when it is worth another try (row N7).
            let until_ms = now
                .wall_ms
                .saturating_add(u64::try_from(long.as_millis()).unwrap_or(0));
            self.is_busy_until = Some(until_ms);
            self.state = State::Waiting {
                until: None,
                next: Next::Create,
                delay: long,
            };
            return;
        }
        self.wait(Next::Create, delay, now);
        if wait.is_none() {
            self.try_failed(now);
        }
    }

    /// The pause before the next creation: the platform's own wish, else by what failed.
    fn creation_delay(&mut self, code: ErrorCode, wait: Option<Duration>, now: Now) -> Duration {
        let tries = self.create_tries;
        let is_starting = code == ErrorCode::PlatformStarting;
        let delay = if code == ErrorCode::RateLimited && wait.is_none() {
            backoff::limited(tries, &mut self.random)
        } else if code == ErrorCode::NetworkCaptivePortal {
            backoff::hinted(PORTAL, &mut self.random)
        } else if tries < HTTP_TRIES {
            backoff::http(tries, is_starting, &mut self.random)
        } else {
            backoff::nth(tries - HTTP_TRIES + 1, &mut self.random)
        };
        let Some(wait) = wait.filter(|_| !defect!(HintIgnored)) else {
            return delay;
        };
        let asked = self.spread_hint(wait);
        self.hold_until(now.mono.after(wait), now);
        delay.max(asked)
    }

    /// The platform demands a token, and none can be had without asking the visitor. Where creation over REST was
    /// refused, and the profile is not fixed, the socket may still make a chat without one (section 16.2).
    pub(crate) fn no_token(&mut self, next: Next, error: ChatError, now: Now) {
        match (next, self.plan.rules().creation) {
            (Next::Begin | Next::Create, Creation::Rest) if self.plan.is_open() => {
                self.create_by_socket(error, now);
            }
            (Next::Begin | Next::Create | Next::Open, Creation::Rest | Creation::Socket) => {
                self.demand_sign_in(error, now);
            }
        }
    }

    /// REST creation is not to be had here: the socket makes the chat.
    fn create_by_socket(&mut self, cause: ChatError, now: Now) {
        self.plan.turn_to(Profile::Realtime);
        self.plan.cause = Some(cause);
        self.create_tries = 0;
        self.open_socket(now);
    }

    /// The probe or creation under way is of no use any more.
    pub(crate) fn end_creation(&mut self) {
        let open = match &self.state {
            State::Creating { request, .. } => Some(*request),
            State::Probing(walk) => walk.asking.map(|(id, _)| id),
            State::Blocked { .. }
            | State::Ended
            | State::Idle
            | State::Joining { .. }
            | State::Live { .. }
            | State::Naming { .. }
            | State::Offline { .. }
            | State::Opening { .. }
            | State::Paused { .. }
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting { .. } => None,
        };
        open.into_iter().for_each(|id| self.abort_call(id));
        self.create_tries = 0;
    }

    fn chat_exists(&mut self, created: CreatedChat, now: Now) {
        self.create_tries = 0;
        self.breaker.overrule();
        self.capabilities = created.capabilities.unwrap_or_default();
        self.adopt_chat(created.chat);
        self.read_history(now);
        self.open_socket(now);
    }
}

/// Row N10: behind a sign-in page of the network.
const PORTAL: Duration = Duration::from_secs(30);

/// `Whttp` has four tries, then the socket's schedule goes on (`faults.md` section 6.2).
const HTTP_TRIES: u32 = 4;
