//! Sockets that fail one after the other: a browser hides why, so the chat is asked for over REST (rows N14 and P20).

use miptech_chat_protocol::{
    error::{ErrorCode, Stage},
    fault::Fault,
    profile::Creation,
};

use super::{Next, State};
use crate::{clock::Now, notice::ChatError, output::HttpOutcome, session::Session};

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
        if reply.is_success() || !self.awaits_socket() {
            return;
        }
        let fault = Fault::from_reply(Stage::Join, &reply);
        let error = ChatError::of_fault(fault.clone(), Stage::Join);
        if fault.code == ErrorCode::ChatGone {
            self.chat_gone(error, now);
        } else if matches!(fault.code, ErrorCode::AuthExpired | ErrorCode::AuthRequired) {
            self.close_socket();
            self.lost(now);
            self.join_needs_token(fault, error, generation, now);
        }
        // Whatever else it is, sockets go on to be tried: the read may fail for a reason of its own.
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

/// `faults.md` rows N14 and P20.
const ASKED_AFTER: u32 = 3;
