//! Sockets that fail one after the other: a browser hides why, so the chat is asked for over REST (rows N14 and P20).

use miptech_chat_protocol::{
    error::{ErrorCode, Stage},
    fault::Fault,
    profile::Creation,
};

use std::time::Duration;

use super::{Next, State};
use crate::{
    clock::{Instant, Now},
    notice::ChatError,
    output::HttpOutcome,
    session::Session,
};

impl Session {
    /// A socket ended before the chat was bound to it. Every third in a row asks what is wrong.
    pub(super) fn socket_failed(&mut self, now: Now) {
        self.failed_sockets = self.failed_sockets.saturating_add(1);
        let is_by_rest = self.plan.rules().creation == Creation::Rest;
        if let Some(chat) = self.chat.as_ref().filter(|_| {
            is_by_rest && self.inquiry.is_none() && self.failed_sockets.is_multiple_of(ASKED_AFTER)
        }) {
            let request = self.config.caller.chat(chat).with_token(self.auth.access());
            self.inquiry = Some(self.call(request, now));
        }
    }

    /// The chat was asked for: only what explains the sockets changes anything.
    pub(super) fn inquired(&mut self, outcome: HttpOutcome, generation: u32, now: Now) {
        self.inquiry = None;
        let HttpOutcome::Reply(reply) = outcome else {
            return;
        };
        if !self.awaits_socket() {
            return;
        }
        if reply.is_success() {
            return self.socket_blocked(now);
        }
        let fault = Fault::from_reply(Stage::Join, &reply);
        let error = ChatError::of_fault(fault.clone(), Stage::Join);
        if fault.code == ErrorCode::ChatGone {
            self.chat_gone(error, now);
        } else if matches!(fault.code, ErrorCode::AuthExpired | ErrorCode::AuthRequired) {
            self.close_socket(now);
            self.lost(now);
            self.join_needs_token(fault, error, generation, now);
        }
        // Whatever else it is, sockets go on to be tried: the read may fail for a reason of its own.
    }

    /// Calls get through and sockets do not: something between here and the platform takes them away (row N15).
    /// Tries go on at a slower pace, and history is read instead while an answer is awaited.
    fn socket_blocked(&mut self, now: Now) {
        self.is_socket_blocked = true;
        self.troubled(ChatError::bare(ErrorCode::SocketNeverOpened, Stage::Socket, true));
        if let State::Waiting { next, .. } = self.state {
            let delay = self.blocked_delay();
            self.wait(next, delay, now);
        }
    }

    /// When history is next read for want of a socket.
    pub(crate) fn poll_at(&self) -> Option<Instant> {
        let is_polling = self.is_socket_blocked
            && self.awaits_socket()
            && !self.page.is_unseen()
            && (self.is_awaiting_answer() || self.outbox.has_unacknowledged());
        is_polling.then(|| self.polled.map_or(Instant::default(), |last| last.after(POLL)))
    }

    /// Reads history for want of a socket.
    pub(crate) fn poll(&mut self, now: Now) {
        if self.poll_at().is_some_and(|at| at <= now.mono) {
            self.polled = Some(now.mono);
            self.read_history(now);
        }
    }

    /// The read is of no use any more.
    pub(crate) fn end_inquiry(&mut self) {
        self.failed_sockets = 0;
        self.inquiry.take().into_iter().for_each(|id| self.abort_call(id));
    }

    const fn awaits_socket(&self) -> bool {
        match &self.state {
            State::Joining { .. } | State::Opening { .. } | State::Waiting { next: Next::Open, .. } => true,
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Ended
            | State::Idle
            | State::Live { .. }
            | State::Naming { .. }
            | State::Offline { .. }
            | State::Paused { .. }
            | State::Probing(_)
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting {
                next: Next::Begin | Next::Create,
                ..
            } => false,
        }
    }
}

/// Row N15: a minute and a little by chance between two sockets, a quarter of one between two reads.
pub(super) const BLOCKED: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_secs(15);

/// `faults.md` rows N14 and P20.
const ASKED_AFTER: u32 = 3;
