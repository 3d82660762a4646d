//! Every transition of the connection, and nothing else.
//!
//! ```text
//! Idle ──start──▶ Probing ──ready, or tries used up──▶ Creating ──chat──▶ Opening ──opened──▶ Joining ──ack──▶ Live
//!   ▲                                                    │  ▲                │ ▲                 │              │
//!   └─ 1000 from the platform                    refused │  │ due     closed │ │ due      closed │       closed │
//!                                                        ▼  │                ▼ │                 │              │
//!                                                      Waiting ◀─────────── Waiting ◀────────────┴──────────────┘
//!
//! start, a create, or a socket ──token missing or refused──▶ Renewing ──a token──▶ where it came from
//!                                                               │  └─not now─▶ Waiting
//!                                                               └─none to be had─▶ SignedOut ──a token──▶ Probing …
//!
//! any step, where nobody sees the page ──▶ Paused ──seen──▶ where it came from
//! any pause, without a network ──▶ Offline ──network, or a probe──▶ where it came from
//! any, where nobody wants a connection any more ──▶ Idle
//!
//! any ──chat gone, or left──▶ Naming ──session id──▶ Probing …, or Idle where nothing was under way
//! ```
//!
//! `Blocked` is reached from everywhere a terminal answer comes, and left only by the visitor; `SignedOut` is left by a
//! token too; `Ended` is never left.
//! What is true only in a state lives inside its variant, so leaving the state forgets it.

use std::time::Duration;

use miptech_chat_protocol::{
    capability::Capability,
    close::ours,
    endpoint::SocketQuery,
    error::{ErrorCode, Stage},
    frame::ClientFrame,
    profile::{Creation, JoinTime},
};

use crate::{
    clock::Now,
    config::{SignInForm, TokenSource, TokenTransport},
    later,
    notice::ChatError,
    output::{Attempt, Effect, HttpOutcome, RequestId, SocketEvent, StoreKey},
    pulse::Pulse,
    report::Timings,
    session::Session,
};

mod closing;
mod creation;
mod inquiry;
mod state;

pub(crate) use self::state::{Heard, Join, Next, Silence, State, Walk};

impl Session {
    /// From rest: to the chat if it exists, else to where the profile makes one.
    pub(crate) fn begin(&mut self, now: Now) {
        if !self.admits(Next::Begin, now) {
            return;
        }
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
        self.breaker.overrule();
        match &self.state {
            State::Blocked { .. } => {
                self.joins_at_open = false;
                self.breaks = 0;
                self.trouble = None;
                self.begin(now);
            }
            State::SignedOut { .. } => self.go_on_without(now),
            State::Idle => self.begin(now),
            State::Offline { next, .. } | State::Paused { next } => {
                // Whoever presses a button sees the page, and knows better than the browser.
                let next = *next;
                self.go(next, now);
            }
            State::Waiting { next, .. } => {
                let next = *next;
                self.is_busy_until = None;
                self.go_locally(next, now);
            }
            State::Creating { .. }
            | State::Ended
            | State::Joining { .. }
            | State::Live { .. }
            | State::Naming { .. }
            | State::Opening { .. }
            | State::Probing(_)
            | State::Renewing { .. } => {}
        }
    }

    /// The visitor goes on without signing in. What belongs to somebody is not gone on with by nobody (row O13).
    fn go_on_without(&mut self, now: Now) {
        self.breaks = 0;
        self.trouble = None;
        self.auth.is_host_asked = false;
        let asks_first =
            self.config.token_source == TokenSource::Host || self.config.sign_in == SignInForm::Required;
        if self.auth.owner.is_some() && !asks_first {
            self.disown_conversation(now);
        } else {
            self.begin(now);
        }
    }

    /// A call came back, or was given up; the generation tells which token it was sent with.
    pub(crate) fn called_back(&mut self, id: RequestId, outcome: HttpOutcome, generation: u32, now: Now) {
        if self.history.is_reading(id) {
            return self.history_came(outcome, generation, now);
        }
        if self.inquiry == Some(id) {
            return self.inquired(outcome, generation, now);
        }
        if self.auth.renewal.is_calling(id) {
            return self.refresh_came(outcome, now);
        }
        if self.auth.is_signing_in(id) {
            return later::rest::signed_in(self, outcome, now);
        }
        if self.auth.is_reading_profile(id) {
            return later::rest::profile_came(self, outcome, generation, now);
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
            | State::Naming { .. }
            | State::Offline { .. }
            | State::Opening { .. }
            | State::Paused { .. }
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
                if self.backoff.tries() >= CONTRADICTED_AFTER && self.starts_over() {
                    self.close_socket(now);
                    return self.begin(now);
                }
                self.troubled(ChatError::bare(ErrorCode::SocketJoinTimeout, Stage::Join, true));
                self.give_up_socket(attempt, ours::ZOMBIE, now);
                self.socket_failed(now);
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
                self.socket_failed(now);
            }
            State::Probing(walk) if walk.gives_up_at() <= now.mono => {
                let open = walk.asking.map(|(id, _)| id);
                open.into_iter().for_each(|id| self.abort_call(id));
                self.create(false, now);
            }
            State::Probing(_) => self.probe(now),
            State::Live { .. } => self.pulse_time_passed(now),
            State::Offline { next, .. } | State::Waiting { next, .. } => self.go(*next, now),
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Naming { .. }
            | State::Paused { .. }
            | State::Renewing { .. }
            | State::SignedOut { .. } => {}
        }
    }

    /// The current socket did something.
    pub(crate) fn socket_did(&mut self, attempt: Attempt, event: SocketEvent<'_>, now: Now) {
        let is_opening = matches!(self.state, State::Opening { .. });
        match event {
            SocketEvent::Opened if is_opening => self.opened(attempt, now),
            SocketEvent::Closed { code, reason } => self.closed(code, reason, now),
            // A socket opens once, and nothing can have come through it before.
            SocketEvent::Opened => {}
            SocketEvent::Binary | SocketEvent::Text(_) | SocketEvent::TooLarge if is_opening => {}
            SocketEvent::Text(text) => self.frame_came(attempt, text, now),
            SocketEvent::TooLarge => self.frame_too_large(attempt, now),
            SocketEvent::Binary => self.ignored.not_frames += 1,
        }
    }

    // Sockets.

    fn open_socket(&mut self, now: Now) {
        let is_by_rest = self.plan.rules().creation == Creation::Rest;
        if is_by_rest && self.chat.is_none() {
            return self.begin(now);
        }
        if !self.admits(Next::Open, now) {
            return;
        }
        if let Some(at) = self.sockets.free_at(now.mono) {
            return self.wait(Next::Open, at.since(now.mono), now);
        }
        self.sockets.note(now.mono);
        let tenant = &self.config.caller.tenant;
        let is_asked_to = self.config.token_transport == TokenTransport::Query;
        let says_token = is_by_rest && (is_asked_to || defect!(TokenInUrl));
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
            began: now.mono,
            deadline: now.mono.after(if self.page.is_just_woken(now.mono) {
                OPEN_DEADLINE_WOKEN
            } else {
                OPEN_DEADLINE
            }),
        };
        self.effect(Effect::OpenSocket { attempt, url });
    }

    fn opened(&mut self, attempt: Attempt, now: Now) {
        let State::Opening { began, .. } = self.state else {
            return;
        };
        self.timings = Timings {
            opened: Some(now.mono.since(began)),
            joined: None,
        };
        if defect!(ResetOnOpen) {
            (self.backoff, self.sockets) = Default::default();
        }
        let joins_at_open = self.joins_at_open || self.plan.rules().join == JoinTime::AtOpen;
        let join_by = if joins_at_open {
            now.mono
        } else {
            now.mono.after(JOIN_DELAY)
        };
        self.state = State::Joining {
            attempt,
            join: Join::Due(join_by),
            heard: Heard::Nothing,
            deadline: now.mono.after(JOIN_DEADLINE),
        };
        if joins_at_open || defect!(TextBeforeGate) {
            self.join(attempt, now);
        }
        if defect!(TextBeforeGate) {
            self.joined(attempt, now);
        }
    }

    /// The platform says it is ready for the join.
    pub(crate) fn platform_ready(&mut self, now: Now) {
        let State::Joining {
            attempt, join, heard, ..
        } = &mut self.state
        else {
            return;
        };
        if *heard == Heard::Nothing {
            *heard = Heard::Ready;
        }
        let (attempt, is_well) = (*attempt, *heard == Heard::Ready);
        let is_due = matches!(join, Join::Due(_));
        if is_due {
            self.join(attempt, now);
        } else if is_well && self.plan.rules().creation == Creation::Socket && self.chat.is_none() {
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
        let State::Joining { join, deadline, .. } = &self.state else {
            return;
        };
        self.timings.joined = Some(JOIN_DEADLINE.saturating_sub(deadline.since(now.mono)));
        let generation = match join {
            Join::Due(_) => self.auth.generation,
            Join::Sent { generation, .. } => *generation,
        };
        self.state = State::Live {
            attempt,
            joined: now.mono,
            generation,
            pulse: Pulse::new(now.mono, &mut self.random),
        };
        self.is_socket_blocked = false;
        self.breaker.overrule();
        self.disturbed_since = None;
        self.trouble = None;
        self.end_inquiry();
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
            self.breaker.close();
            self.odd_closes = 0;
            self.breaks = 0;
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
        let delay = self.backoff.step(now.mono, &mut self.random);
        self.wait(Next::Open, delay, now);
        self.try_failed(now);
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

    /// A socket is gone, whoever ended it: what depended on it is told.
    pub(crate) fn lost(&mut self, now: Now) {
        self.disturbed_since.get_or_insert(now.mono);
        self.socket_lost(now);
        // No socket is held from here on; whoever calls this says what comes instead.
        self.state = State::Idle;
    }

    pub(crate) fn wait(&mut self, next: Next, delay: Duration, now: Now) {
        if !self.page.is_wanted() {
            self.rest();
        } else if self.page.is_unseen() && !defect!(HiddenConnects) {
            self.pause(next);
        } else if self.page.is_offline {
            self.troubled(ChatError::bare(ErrorCode::NetworkOffline, Stage::Socket, true));
            self.state = State::Offline {
                next,
                until: now.mono.after(OFFLINE_PROBE),
            };
        } else {
            self.state = State::Waiting {
                until: Some(now.mono.after(delay)).filter(|_| !defect!(GivesUp) || self.backoff.tries() < 10),
                next,
                delay,
            };
        }
    }

    /// What was remembered of the platform is no longer true: it is forgotten and found out again, once (section 16.6).
    fn starts_over(&mut self) -> bool {
        let does = !self.known.was_live() && self.plan.start_over();
        if does {
            self.chat = None;
            self.store(StoreKey::Memory, None);
        }
        does
    }

    pub(crate) fn block(&mut self, error: ChatError, now: Now) {
        if self.starts_over() {
            return self.begin(now);
        }
        // Where the socket was only the second choice, the reason of the first says more.
        let error = self.plan.cause.clone().unwrap_or(error);
        self.cut_answers();
        self.troubled(error.clone());
        self.state = State::Blocked { error };
    }
}

/// `faults.md` section 6.1: connect, join and proof.
const OPEN_DEADLINE: Duration = Duration::from_secs(10);
const OPEN_DEADLINE_WOKEN: Duration = Duration::from_secs(8);
const JOIN_DELAY: Duration = Duration::from_secs(1);
const JOIN_DEADLINE: Duration = Duration::from_secs(10);
const PROOF_AFTER: Duration = Duration::from_secs(10);

/// Row N19: the browser may be wrong about the network.
const OFFLINE_PROBE: Duration = Duration::from_secs(60);

/// From how many failed sockets on a platform that never binds the remembered chat contradicts what is remembered.
/// Our choice, as `faults.md` row P20 counts.
const CONTRADICTED_AFTER: u32 = 3;

/// `platform.md` section 9.3: a platform silent about joins.
const SILENT_ACK: Duration = Duration::from_secs(5);
