//! Every transition of the connection, and nothing else.
//!
//! ```text
//! Idle ──start──▶ Probing ──ready, or tries used up──▶ Creating ──chat──▶ Opening ──opened──▶ Joining ──ack──▶ Live
//!   ▲                                                    │  ▲                │ ▲                 │              │
//!   └─ 1000 from the platform                    refused │  │ due     closed │ │ due      closed │       closed │
//!                                                        ▼  │                ▼ │                 │              │
//!                                                      Waiting ◀─────────── Waiting ◀────────────┴──────────────┘
//! ```
//!
//! `Blocked` is reached from everywhere a terminal answer comes, and left only by the visitor; `Ended` is never left.
//! What is true only in a state lives inside its variant, so leaving the state forgets it.

use std::time::Duration;

use miptech_chat_protocol::{
    body::{CreatedChat, Readiness},
    capability::Capability,
    close::{CloseAction, ours},
    endpoint::{Probe, SocketQuery},
    error::{ErrorCode, Stage},
    fault::Fault,
    frame::ClientFrame,
    profile::{Creation, JoinTime, Profile},
    request::NewChat,
};

use crate::{
    backoff,
    clock::Now,
    config::TokenTransport,
    notice::ChatError,
    output::{Attempt, Effect, HttpOutcome, RequestId, SocketEvent},
    session::Session,
};

mod state;

use self::state::PROBE_TRIES;
pub(crate) use self::state::{Join, Next, Silence, State, Walk};

impl Session {
    /// From rest: to the chat if it exists, else to where the profile makes one.
    pub(crate) fn begin(&mut self, now: Now) {
        self.disturbed_since.get_or_insert(now.mono);
        if self.wants_token_first(now) {
            return;
        }
        match self.plan.rules().creation {
            Creation::Rest if self.chat.is_none() => {
                self.state = State::Probing(Walk {
                    began: now.mono,
                    tries: 0,
                    asking: None,
                    answered: None,
                });
                self.probe(now);
            }
            Creation::Rest | Creation::Socket => self.open_socket(now),
        }
    }

    /// What was put off goes on.
    pub(crate) fn go(&mut self, next: Next, now: Now) {
        match next {
            Next::Begin => self.begin(now),
            Next::Create => self.create(false, now),
            Next::Open => self.open_socket(now),
        }
    }

    /// The visitor wants the next try now.
    pub(crate) fn hasten(&mut self, now: Now) {
        match &self.state {
            State::Blocked { .. } | State::SignedOut { .. } => {
                self.joins_at_open = false;
                self.breaks = 0;
                self.trouble = None;
                self.begin(now);
            }
            State::Idle => self.begin(now),
            State::Waiting { next, .. } => {
                let next = *next;
                let delay = self.local_delay();
                self.wait(next, delay, now);
            }
            State::Creating { .. }
            | State::Ended
            | State::Joining { .. }
            | State::Live { .. }
            | State::Naming
            | State::Opening { .. }
            | State::Probing(_)
            | State::Renewing { .. } => {}
        }
    }

    /// A call came back, or was given up; the generation tells which token it was sent with.
    pub(crate) fn called_back(&mut self, id: RequestId, outcome: HttpOutcome, generation: u32, now: Now) {
        if self.history.is_reading(id) {
            return self.history_came(outcome, generation, now);
        }
        if self.auth.renewal.is_calling(id) {
            return self.refresh_came(outcome, now);
        }
        if self.auth.is_signing_in(id) {
            return self.signed_in(outcome, now);
        }
        if self.auth.is_reading_profile(id) {
            return self.profile_came(outcome, generation, now);
        }
        match &mut self.state {
            State::Probing(walk) => {
                if let Some((_, probe)) = walk.asking.take_if(|(asked, _)| *asked == id) {
                    self.probed(probe, outcome, now);
                }
            }
            State::Creating {
                request,
                has_tried_other_form,
            } if *request == id => {
                let has_tried_other_form = *has_tried_other_form;
                self.created(outcome, has_tried_other_form, generation, now);
            }
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Joining { .. }
            | State::Live { .. }
            | State::Naming
            | State::Opening { .. }
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting { .. } => {}
        }
    }

    /// The state's own deadline may have come.
    pub(crate) fn time_passed(&mut self, now: Now) {
        if self.state.deadline().is_none_or(|at| at > now.mono) {
            return;
        }
        match &self.state {
            State::Joining {
                attempt, deadline, ..
            } if *deadline <= now.mono => {
                let attempt = *attempt;
                self.troubled(ChatError::bare(ErrorCode::SocketJoinTimeout, Stage::Join, true));
                self.give_up_socket(attempt, ours::ZOMBIE, now);
            }
            State::Joining {
                attempt,
                join: Join::Due(_),
                ..
            } => self.join(*attempt, now),
            State::Joining {
                attempt,
                join: Join::Sent { silence, .. },
                ..
            } => match silence {
                Silence::Consent => self.joined(*attempt, now),
                Silence::Refusal => {
                    self.chat_gone(ChatError::bare(ErrorCode::ChatGone, Stage::Join, false), now);
                }
            },
            State::Opening { attempt, .. } => {
                let attempt = *attempt;
                self.troubled(ChatError::bare(ErrorCode::SocketNeverOpened, Stage::Socket, true));
                self.give_up_socket(attempt, ours::ZOMBIE, now);
            }
            State::Probing(walk) if walk.gives_up_at() <= now.mono => {
                let open = walk.asking.map(|(id, _)| id);
                open.into_iter().for_each(|id| self.abort_call(id));
                self.create(false, now);
            }
            State::Probing(_) => self.probe(now),
            State::Waiting { next, .. } => self.go(*next, now),
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Live { .. }
            | State::Naming
            | State::Renewing { .. }
            | State::SignedOut { .. } => {}
        }
    }

    /// The current socket did something.
    pub(crate) fn socket_did(&mut self, attempt: Attempt, event: SocketEvent<'_>, now: Now) {
        match event {
            SocketEvent::Opened => self.opened(attempt, now),
            SocketEvent::Closed { code, reason } => self.closed(code, reason, now),
            SocketEvent::Text(text) => self.frame_came(attempt, text, now),
            SocketEvent::TooLarge => self.frame_too_large(attempt, now),
            SocketEvent::Binary => {}
        }
    }

    // Probing.

    fn probe(&mut self, now: Now) {
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

    fn probed(&mut self, probe: Probe, outcome: HttpOutcome, now: Now) {
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

    // Creating.

    fn create(&mut self, has_tried_other_form: bool, now: Now) {
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

    fn created(&mut self, outcome: HttpOutcome, has_tried_other_form: bool, generation: u32, now: Now) {
        let fault = match outcome {
            HttpOutcome::Reply(reply) => match CreatedChat::read(&reply) {
                Ok(created) => return self.chat_exists(created, now),
                Err(fault) => fault,
            },
            HttpOutcome::Failed => Fault::unreachable(),
        };
        let is_wrong_path = fault.status.is_none() || matches!(fault.status, Some(307 | 308 | 404 | 405));
        if is_wrong_path && fault.code != ErrorCode::TenantNotFound && !has_tried_other_form {
            self.create_form = self.create_form.other();
            return self.create(true, now);
        }
        let asks_for_token = matches!(fault.code, ErrorCode::AuthExpired | ErrorCode::AuthRequired);
        if asks_for_token && fault.is_refusal() && self.is_signed_in() {
            self.state = State::Renewing { next: Next::Create };
            return self.token_refused(fault, generation, now);
        }
        let wait = fault.wait;
        let is_refusal = fault.is_refusal();
        let error = ChatError::of_fault(fault, Stage::Create);
        let is_not_offered = error.code == ErrorCode::ChatCreateFailed && !error.retryable;
        if is_not_offered && self.plan.is_open() {
            return self.create_by_socket(error, now);
        }
        if asks_for_token || is_refusal && error.code == ErrorCode::AuthForbidden && !self.is_signed_in() {
            return self.no_token(Next::Create, error, now);
        }
        if !error.retryable {
            return self.block(error, now);
        }
        let is_starting = error.code == ErrorCode::PlatformStarting;
        self.troubled(error);
        let delay = if self.create_tries < HTTP_TRIES {
            backoff::http(self.create_tries, is_starting, &mut self.random)
        } else {
            backoff::nth(self.create_tries - HTTP_TRIES + 1, &mut self.random)
        };
        self.create_tries += 1;
        self.wait(Next::Create, delay.max(wait.unwrap_or_default()), now);
    }

    /// The platform demands a token, and none can be had without asking the visitor. Where creation over REST was
    /// refused, and the profile is not fixed, the socket may still make a chat without one (section 16.2).
    pub(crate) fn no_token(&mut self, next: Next, error: ChatError, now: Now) {
        match (next, self.plan.rules().creation) {
            (Next::Begin | Next::Create, Creation::Rest) if self.plan.is_open() => {
                self.create_by_socket(error, now);
            }
            (Next::Begin | Next::Create | Next::Open, Creation::Rest | Creation::Socket) => {
                self.demand_sign_in(error);
            }
        }
    }

    /// REST creation is not to be had here: the socket makes the chat.
    fn create_by_socket(&mut self, cause: ChatError, now: Now) {
        self.plan.turn_to(Profile::Realtime);
        self.plan.cause = Some(cause);
        self.open_socket(now);
    }

    fn chat_exists(&mut self, created: CreatedChat, now: Now) {
        self.create_tries = 0;
        self.capabilities = created.capabilities.unwrap_or_default();
        self.adopt_chat(created.chat);
        self.read_history(now);
        self.open_socket(now);
    }

    // Sockets.

    fn open_socket(&mut self, now: Now) {
        let (is_by_rest, tenant) = (
            self.plan.rules().creation == Creation::Rest,
            &self.config.caller.tenant,
        );
        let says_token = is_by_rest && self.config.token_transport == TokenTransport::Query;
        let user = says_token.then(|| self.auth.user_id()).flatten();
        let url = self.config.caller.endpoints.socket(&SocketQuery {
            tenant,
            chat: self.chat.as_ref().filter(|_| is_by_rest),
            token: self.auth.access().filter(|_| says_token),
            user: user.as_deref(),
        });
        let attempt = self.fresh_attempt();
        self.state = State::Opening {
            attempt,
            deadline: now.mono.after(OPEN_DEADLINE),
        };
        self.effect(Effect::OpenSocket { attempt, url });
    }

    fn opened(&mut self, attempt: Attempt, now: Now) {
        let joins_at_open = self.joins_at_open || self.plan.rules().join == JoinTime::AtOpen;
        let join_by = if joins_at_open {
            now.mono
        } else {
            now.mono.after(JOIN_DELAY)
        };
        self.state = State::Joining {
            attempt,
            join: Join::Due(join_by),
            is_ready: false,
            deadline: now.mono.after(JOIN_DEADLINE),
        };
        if joins_at_open {
            self.join(attempt, now);
        }
    }

    /// The platform says it is ready for the join.
    pub(crate) fn platform_ready(&mut self, now: Now) {
        let State::Joining {
            attempt,
            join,
            is_ready,
            ..
        } = &mut self.state
        else {
            return;
        };
        *is_ready = true;
        let attempt = *attempt;
        let is_due = matches!(join, Join::Due(_));
        if is_due {
            self.join(attempt, now);
        } else if self.plan.rules().creation == Creation::Socket && self.chat.is_none() {
            // The chat may be made without a word; its id then comes with the first acknowledgement (section 9.2).
            self.joined(attempt, now);
        }
    }

    /// Sends the join, once per socket and before anything else on it.
    pub(crate) fn join(&mut self, attempt: Attempt, now: Now) {
        let State::Joining { join, .. } = &mut self.state else {
            return;
        };
        if matches!(join, Join::Sent { .. }) {
            return;
        }
        let resume = self
            .assembly
            .resume_point()
            .filter(|_| self.capabilities.has(Capability::Resume));
        let resumes_channel = self.plan.rules().creation == Creation::Socket && self.chat.is_some();
        *join = Join::Sent {
            silent_at: now.mono.after(SILENT_ACK),
            silence: if resumes_channel {
                Silence::Refusal
            } else {
                Silence::Consent
            },
            generation: self.auth.generation,
        };
        let frame = match (self.plan.rules().creation, &self.chat) {
            (Creation::Socket, chat) => ClientFrame::JoinChannel {
                chat: chat.as_ref(),
                resume,
            },
            (Creation::Rest, Some(chat)) => ClientFrame::JoinChat {
                chat,
                tenant: &self.config.caller.tenant,
                token: self.auth.access(),
                resume,
            },
            (Creation::Rest, None) => return,
        };
        let text = frame.encode(now.wall_ms);
        self.effect(Effect::SendFrame { attempt, text });
    }

    /// The chat is bound to the socket.
    pub(crate) fn joined(&mut self, attempt: Attempt, now: Now) {
        let State::Joining { join, .. } = &self.state else {
            return;
        };
        let generation = match join {
            Join::Due(_) => self.auth.generation,
            Join::Sent { generation, .. } => *generation,
        };
        self.state = State::Live {
            attempt,
            joined: now.mono,
            generation,
        };
        self.disturbed_since = None;
        self.trouble = None;
        self.breaks = 0;
        self.plan.prove();
        self.remember(now);
        self.now_live(now);
    }

    /// A frame after the join: ten joined seconds and one of these prove the connection.
    pub(crate) fn prove(&mut self, now: Now) {
        if let State::Live { joined, .. } = &self.state
            && now.mono.since(*joined) >= PROOF_AFTER
        {
            self.backoff.reset();
            self.odd_closes = 0;
            self.joins_at_open = false;
        }
    }

    /// We close the socket ourselves; its own close event, which may come late or never, is not waited for.
    pub(crate) fn give_up_socket(&mut self, attempt: Attempt, code: u16, now: Now) {
        self.effect(Effect::CloseSocket { attempt, code });
        self.lost(now);
        if self.trouble.is_none() {
            self.troubled(ChatError::of_close(ErrorCode::SocketDropped, code, true));
        }
        self.backoff.at_least(1);
        let delay = self.backoff.step(&mut self.random);
        self.wait(Next::Open, delay, now);
    }

    /// The join was refused, or a frame named another tenant: nothing more by itself.
    pub(crate) fn refuse_socket(&mut self, attempt: Attempt, error: ChatError, now: Now) {
        self.effect(Effect::CloseSocket {
            attempt,
            code: ours::ZOMBIE,
        });
        self.lost(now);
        self.block(error, now);
    }

    fn closed(&mut self, code: u16, reason: &str, now: Now) {
        let never_opened = matches!(self.state, State::Opening { .. });
        let was_live = self.is_live();
        let generation = self.state.token_generation().unwrap_or(self.auth.generation);
        self.lost(now);
        let trouble = if never_opened {
            ErrorCode::SocketNeverOpened
        } else {
            ErrorCode::SocketDropped
        };
        match CloseAction::of(code, reason) {
            // The same code means a rate limit where the platform has just spoken of one (section 13).
            CloseAction::Block(_) if code == 1008 && self.was_told_of_rate(now.mono) => {
                self.reconnect(ErrorCode::RateLimited, code, RATE_CLOSE_FLOOR, now);
            }
            CloseAction::Block(cause) => {
                if code == 4403 {
                    // The token belongs to another tenant, or allows too little (row T16).
                    self.forget_account();
                }
                self.block(self.cause_of_close(cause, code), now);
            }
            CloseAction::JoinAtOnce(cause) if self.joins_at_open => {
                self.block(self.cause_of_close(cause, code), now)
            }
            CloseAction::JoinAtOnce(cause) => {
                self.joins_at_open = true;
                self.reconnect(cause, code, Duration::ZERO, now);
            }
            CloseAction::NewChat => {
                self.chat_gone(ChatError::of_close(ErrorCode::ChatGone, code, false), now)
            }
            CloseAction::RenewToken => self.token_closed(code, generation, now),
            CloseAction::Reconnect { floor } => self.reconnect(trouble, code, floor, now),
            CloseAction::ReconnectSlowly(cause) => self.reconnect_slowly(cause, code, now),
            // With a message still here the visitor has acted already.
            CloseAction::Rest if was_live && self.outbox.waiting() == 0 => {
                self.disturbed_since = None;
                self.trouble = None;
                self.cut_answers();
                self.state = State::Idle;
            }
            CloseAction::Rest => self.reconnect(trouble, code, Duration::ZERO, now),
            CloseAction::TryOnce if self.odd_closes > 0 => {
                self.troubled(ChatError::of_close(ErrorCode::SocketRejected, code, false));
                self.state = State::Waiting {
                    until: None,
                    next: Next::Open,
                    delay: Duration::ZERO,
                };
            }
            CloseAction::TryOnce => {
                self.odd_closes += 1;
                self.reconnect(ErrorCode::SocketRejected, code, Duration::ZERO, now);
            }
        }
    }

    /// The platform closed for want of a good token: one that can be renewed is, else only the visitor can help.
    fn token_closed(&mut self, code: u16, generation: u32, now: Now) {
        let error = self.cause_of_close(ErrorCode::AuthRequired, code);
        if self.is_signed_in() {
            self.state = State::Renewing { next: Next::Open };
            let fault = Fault {
                text: error.text,
                ..Fault::bare(ErrorCode::AuthExpired, false)
            };
            self.token_refused(fault, generation, now);
        } else {
            self.demand_sign_in(error);
        }
    }

    /// An error frame before the close says more than the code does.
    fn cause_of_close(&self, cause: ErrorCode, code: u16) -> ChatError {
        let told = self
            .trouble
            .clone()
            .filter(|error| error.stage == Stage::Join && !error.text.is_empty());
        match told {
            Some(error) => ChatError {
                retryable: false,
                close_code: Some(code),
                ..error
            },
            None => ChatError::of_close(cause, code, false),
        }
    }

    fn reconnect(&mut self, cause: ErrorCode, code: u16, floor: Duration, now: Now) {
        self.troubled(ChatError::of_close(cause, code, true));
        let delay = self.backoff.step(&mut self.random);
        let asked = self.held_until.map(|until| until.since(now.mono));
        self.wait(Next::Open, delay.max(floor).max(asked.unwrap_or_default()), now);
    }

    fn reconnect_slowly(&mut self, cause: ErrorCode, code: u16, now: Now) {
        while self
            .protocol_closes
            .front()
            .is_some_and(|first| now.mono.since(*first) > PROTOCOL_WINDOW)
        {
            self.protocol_closes.pop_front();
        }
        if self.protocol_closes.len() >= PROTOCOL_CLOSES {
            return self.block(ChatError::of_close(cause, code, false), now);
        }
        self.protocol_closes.push_back(now.mono);
        self.backoff.at_least(2);
        self.reconnect(cause, code, Duration::ZERO, now);
    }

    /// A socket is gone, whoever ended it: what depended on it is told.
    pub(crate) fn lost(&mut self, now: Now) {
        self.disturbed_since.get_or_insert(now.mono);
        self.socket_lost();
    }

    pub(crate) fn wait(&mut self, next: Next, delay: Duration, now: Now) {
        self.state = State::Waiting {
            until: Some(now.mono.after(delay)),
            next,
            delay,
        };
    }

    pub(crate) fn block(&mut self, error: ChatError, now: Now) {
        if !self.known.was_live() && self.plan.start_over() {
            // What was remembered of the platform is no longer true (section 16.6).
            self.chat = None;
            return self.begin(now);
        }
        // Where the socket was only the second choice, the reason of the first says more.
        let error = self.plan.cause.clone().unwrap_or(error);
        self.cut_answers();
        self.troubled(error.clone());
        self.state = State::Blocked { error };
    }
}

/// `Whttp` has four tries, then the socket's schedule goes on (`faults.md` section 6.2).
const HTTP_TRIES: u32 = 4;

/// `faults.md` section 6.1: connect, join and proof.
const OPEN_DEADLINE: Duration = Duration::from_secs(10);
const JOIN_DELAY: Duration = Duration::from_secs(1);
const JOIN_DEADLINE: Duration = Duration::from_secs(10);
const PROOF_AFTER: Duration = Duration::from_secs(10);

/// `platform.md` section 9.3: a platform silent about joins.
const SILENT_ACK: Duration = Duration::from_secs(5);

/// `platform.md` section 13: a close for a rate limit.
const RATE_CLOSE_FLOOR: Duration = Duration::from_secs(5);

/// `faults.md` section 3.0: protocol trouble at most five times in ten minutes.
const PROTOCOL_CLOSES: usize = 5;
const PROTOCOL_WINDOW: Duration = Duration::from_secs(600);
