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
    close::{CloseAction, ours},
    endpoint::Probe,
    error::{ErrorCode, Stage},
    fault::Fault,
    frame::ClientFrame,
};

use crate::{
    backoff,
    clock::Now,
    notice::ChatError,
    output::{Attempt, Effect, Event, HttpOutcome, RequestId, SocketEvent},
    session::Session,
};

mod state;

use self::state::PROBE_TRIES;
pub(crate) use self::state::{Join, Next, State, Walk};

impl Session {
    /// From rest: to the chat if it exists, else by way of the probe.
    pub(crate) fn begin(&mut self, now: Now) {
        self.disturbed_since = Some(now.mono);
        if self.chat.is_some() {
            self.open_socket(now);
        } else {
            self.state = State::Probing(Walk {
                began: now.mono,
                tries: 0,
                asking: None,
                answered: None,
            });
            self.probe(now);
        }
    }

    /// The visitor wants the next try now.
    pub(crate) fn hasten(&mut self, now: Now) {
        match &self.state {
            State::Blocked { .. } => {
                self.joins_at_open = false;
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
            | State::Opening { .. }
            | State::Probing(_) => {}
        }
    }

    /// A call came back, or was given up.
    pub(crate) fn called_back(&mut self, id: RequestId, outcome: HttpOutcome, now: Now) {
        if self.history.is_reading(id) {
            self.history_came(outcome, now);
            return;
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
                self.created(outcome, has_tried_other_form, now);
            }
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Joining { .. }
            | State::Live { .. }
            | State::Opening { .. }
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
                join: Join::Sent { .. },
                ..
            } => self.joined(*attempt, now),
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
            State::Waiting {
                next: Next::Create, ..
            } => self.create(false, now),
            State::Waiting { next: Next::Open, .. } => self.open_socket(now),
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Live { .. } => {}
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
        let request = self
            .config
            .caller
            .create_chat(self.create_form, &identity.session, &identity.visitor);
        let request = self.call(request, now);
        self.state = State::Creating {
            request,
            has_tried_other_form,
        };
    }

    fn created(&mut self, outcome: HttpOutcome, has_tried_other_form: bool, now: Now) {
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
        let wait = fault.wait;
        let error = ChatError::of_fault(fault, Stage::Create);
        if !error.retryable {
            return self.block(error);
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

    fn chat_exists(&mut self, created: CreatedChat, now: Now) {
        self.create_tries = 0;
        self.capabilities = created.capabilities.unwrap_or_default();
        self.event(Event::ConversationStarted {
            chat: created.chat.clone(),
        });
        self.chat = Some(created.chat);
        self.read_history(now);
        self.open_socket(now);
    }

    // Sockets.

    fn open_socket(&mut self, now: Now) {
        let Some(chat) = &self.chat else { return };
        let url = self
            .config
            .caller
            .endpoints
            .socket(&self.config.caller.tenant, chat);
        let attempt = self.fresh_attempt();
        self.state = State::Opening {
            attempt,
            deadline: now.mono.after(OPEN_DEADLINE),
        };
        self.effect(Effect::OpenSocket { attempt, url });
    }

    fn opened(&mut self, attempt: Attempt, now: Now) {
        let join_by = if self.joins_at_open {
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
        if self.joins_at_open {
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
        if matches!(join, Join::Due(_)) {
            let attempt = *attempt;
            self.join(attempt, now);
        }
    }

    /// Sends the join, once per socket and before anything else on it.
    pub(crate) fn join(&mut self, attempt: Attempt, now: Now) {
        let (State::Joining { join, .. }, Some(chat)) = (&mut self.state, &self.chat) else {
            return;
        };
        if matches!(join, Join::Sent { .. }) {
            return;
        }
        *join = Join::Sent {
            silent_ack_at: now.mono.after(SILENT_ACK),
        };
        let frame = ClientFrame::JoinChat {
            chat,
            tenant: &self.config.caller.tenant,
        };
        let text = frame.encode(now.wall_ms);
        self.effect(Effect::SendFrame { attempt, text });
    }

    /// The chat is bound to the socket.
    pub(crate) fn joined(&mut self, attempt: Attempt, now: Now) {
        if !matches!(self.state, State::Joining { .. }) {
            return;
        }
        self.state = State::Live {
            attempt,
            joined: now.mono,
        };
        self.disturbed_since = None;
        self.trouble = None;
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
        self.block(error);
    }

    fn closed(&mut self, code: u16, reason: &str, now: Now) {
        let never_opened = matches!(self.state, State::Opening { .. });
        let was_live = self.is_live();
        self.lost(now);
        let trouble = if never_opened {
            ErrorCode::SocketNeverOpened
        } else {
            ErrorCode::SocketDropped
        };
        match CloseAction::of(code, reason) {
            CloseAction::Block(cause) => self.block(self.cause_of_close(cause, code)),
            CloseAction::JoinAtOnce(cause) if self.joins_at_open => {
                self.block(self.cause_of_close(cause, code))
            }
            CloseAction::JoinAtOnce(cause) => {
                self.joins_at_open = true;
                self.reconnect(cause, code, Duration::ZERO, now);
            }
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
        self.wait(Next::Open, delay.max(floor), now);
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
            return self.block(ChatError::of_close(cause, code, false));
        }
        self.protocol_closes.push_back(now.mono);
        self.backoff.at_least(2);
        self.reconnect(cause, code, Duration::ZERO, now);
    }

    /// A socket is gone, whoever ended it: what depended on it is told.
    fn lost(&mut self, now: Now) {
        self.disturbed_since.get_or_insert(now.mono);
        self.socket_lost();
    }

    fn wait(&mut self, next: Next, delay: Duration, now: Now) {
        self.state = State::Waiting {
            until: Some(now.mono.after(delay)),
            next,
            delay,
        };
    }

    fn block(&mut self, error: ChatError) {
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

/// `faults.md` section 3.0: protocol trouble at most five times in ten minutes.
const PROTOCOL_CLOSES: usize = 5;
const PROTOCOL_WINDOW: Duration = Duration::from_secs(600);
