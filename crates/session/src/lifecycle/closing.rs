//! A socket closed: what each code asks for (`platform.md` section 13).

use std::time::Duration;

use miptech_chat_protocol::{
    close::CloseAction,
    error::{ErrorCode, Stage},
    fault::Fault,
    profile::Creation,
};

use super::{Next, State, inquiry::BLOCKED};
use crate::{clock::Now, notice::ChatError, session::Session};

impl Session {
    pub(super) fn closed(&mut self, code: u16, reason: &str, now: Now) {
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
            CloseAction::Block(cause) if defect!(TerminalCloseRetried) => {
                self.reconnect(cause, code, Duration::ZERO, now);
            }
            CloseAction::Block(cause) => {
                let error = self.cause_of_close(cause, code);
                if code == 4403 && error.code != ErrorCode::AuthForbidden {
                    // The token belongs to another tenant (row T16); one that allows too little is kept (row T17).
                    self.forget_account();
                }
                self.block(error, now);
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
            CloseAction::Reconnect { floor } => {
                self.reconnect(trouble, code, floor, now);
                if never_opened {
                    self.socket_failed(now);
                }
            }
            CloseAction::ReconnectSlowly(cause) => self.reconnect_slowly(cause, code, now),
            // With a message still here the visitor has acted already.
            CloseAction::Rest if was_live && !self.outbox.has_queued() => {
                self.cut_answers();
                self.rest();
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
        let fault = Fault {
            text: error.text.clone(),
            ..Fault::bare(ErrorCode::AuthExpired, false)
        };
        self.join_needs_token(fault, error, generation, now);
    }

    /// The socket is gone because its join had no token, or one that was refused.
    pub(crate) fn join_needs_token(&mut self, fault: Fault, error: ChatError, generation: u32, now: Now) {
        if !self.is_signed_in() {
            return self.demand_sign_in(error, now);
        }
        if self.plan.rules().creation == Creation::Socket && self.plan.token_found() {
            // The token held was never shown: only the other profiles join with it (section 16.3).
            return self.begin(now);
        }
        self.state = State::Renewing { next: Next::Open };
        self.token_refused(fault, generation, now);
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
        let step = self.backoff.step(now.mono, &mut self.random);
        let delay = if self.is_socket_blocked {
            self.blocked_delay()
        } else {
            step
        };
        let asked = self
            .held_until
            .map(|until| self.spread_hint(until.since(now.mono)));
        self.wait(Next::Open, delay.max(floor).max(asked.unwrap_or_default()), now);
        self.try_failed(now);
    }

    /// Sockets are taken away on this network: a try a minute.
    pub(super) fn blocked_delay(&mut self) -> Duration {
        self.spread_hint(BLOCKED)
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
}

/// `platform.md` section 13: a close for a rate limit.
const RATE_CLOSE_FLOOR: Duration = Duration::from_secs(5);

/// `faults.md` section 3.0: protocol trouble at most five times in ten minutes.
const PROTOCOL_CLOSES: usize = 5;
const PROTOCOL_WINDOW: Duration = Duration::from_secs(600);
