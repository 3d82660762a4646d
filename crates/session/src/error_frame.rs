//! Error frames: what each concerns, and what follows from it (`platform.md` section 11, row P26).

use std::time::Duration;

use miptech_chat_protocol::{
    close::ours,
    error::{ErrorCode, Stage},
    fault::Fault,
    ids::ClientMessageId,
    profile::Creation,
};

use crate::{
    clock::{Instant, Now},
    config::Origin,
    lifecycle::{Heard, State},
    notice::ChatError,
    outbox::Delivery,
    output::{Attempt, Effect, StoreKey, TokenReason},
    session::Session,
};

/// What an error frame concerns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Concern {
    /// The answer that is being made, or the join that is being asked for.
    Answer,
    /// The chat: it is gone.
    Chat,
    /// The message handed over.
    Message,
    /// How much is asked of the platform.
    Rate,
    /// Whether this tenant, or this token, may do this at all.
    Right,
    /// The token: missing, void or run out.
    Token,
}

impl Concern {
    const fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::AuthExpired | ErrorCode::AuthRequired => Self::Token,
            ErrorCode::AuthForbidden
            | ErrorCode::TenantDenied
            | ErrorCode::TenantMissingHeader
            | ErrorCode::TenantNotFound => Self::Right,
            ErrorCode::ChatGone => Self::Chat,
            ErrorCode::MessageRejected => Self::Message,
            ErrorCode::RateLimited => Self::Rate,
            ErrorCode::AnswerInterrupted
            | ErrorCode::AnswerTimeout
            | ErrorCode::AnswerTooLarge
            | ErrorCode::AuthInvalidCredentials
            | ErrorCode::ChatCreateFailed
            | ErrorCode::ChatInvalidRequest
            | ErrorCode::ConfigInsecureUrl
            | ErrorCode::ConfigInvalid
            | ErrorCode::ConfigTenantMissing
            | ErrorCode::HostCallbackThrew
            | ErrorCode::InternalPanic
            | ErrorCode::LoadCspWasm
            | ErrorCode::LoadNetwork
            | ErrorCode::LoadNoWasm
            | ErrorCode::LoadNotWasm
            | ErrorCode::MessageEmpty
            | ErrorCode::MessageTooLong
            | ErrorCode::MessageUnconfirmed
            | ErrorCode::NetworkBlockedByCsp
            | ErrorCode::NetworkCaptivePortal
            | ErrorCode::NetworkOffline
            | ErrorCode::NetworkUnreachableOrCors
            | ErrorCode::PlatformError
            | ErrorCode::PlatformStarting
            | ErrorCode::SocketDropped
            | ErrorCode::SocketJoinTimeout
            | ErrorCode::SocketNeverOpened
            | ErrorCode::SocketRejected
            | ErrorCode::StorageBlocked
            | ErrorCode::StorageQuota => Self::Answer,
        }
    }
}

impl Session {
    /// An error frame: before the join it concerns the join, afterwards a message or an answer.
    pub(crate) fn faulted(
        &mut self,
        attempt: Attempt,
        fault: Fault,
        client_message: Option<&ClientMessageId>,
        now: Now,
    ) {
        let is_live = self.is_live();
        let stage = if is_live { Stage::Socket } else { Stage::Join };
        if let Some(wait) = fault.wait {
            self.hold_until(now.mono.after(wait.max(RATE_FLOOR)), now);
        }
        match Concern::of(fault.code) {
            Concern::Right => self.right_refused(attempt, ChatError::of_fault(fault, stage), now),
            Concern::Chat => self.chat_gone(ChatError::of_fault(fault, stage), now),
            // The next call or join needs a new token; the socket stands until the platform closes it.
            Concern::Token if is_live && fault.code == ErrorCode::AuthExpired && self.may_renew() => {
                self.renew(TokenReason::Rejected, now);
            }
            Concern::Token => self.token_wanted(attempt, fault, now),
            Concern::Rate => self.rate_limited(fault, now),
            Concern::Answer | Concern::Message if !is_live => self.join_troubled(fault, now),
            Concern::Message => self.message_refused(fault, client_message, now),
            Concern::Answer => {
                self.cut_answers();
                self.mishap(ChatError::of_fault(fault, Stage::Answer));
            }
        }
    }

    /// Nothing is handed over, and nothing tried again, before the platform is ready for it.
    /// The other tabs of this browser are told (row N5).
    pub(crate) fn hold_until(&mut self, until: Instant, now: Now) {
        if defect!(HintIgnored) {
            return;
        }
        self.held_until = self.held_until.max(Some(until));
        let left = u64::try_from(until.since(now.mono).as_millis()).unwrap_or(0);
        if left > 0 && self.config.identity.origin == Origin::Stored && !defect!(HintUnshared) {
            self.store(StoreKey::Hold, Some((now.wall_ms + left).to_string()));
        }
    }

    /// Whether the platform spoke of a rate limit a moment ago.
    pub(crate) fn was_told_of_rate(&self, now: Instant) -> bool {
        self.rate_told.is_some_and(|told| now.since(told) < RATE_MEMORY)
    }

    /// Nothing more by itself. A token of another tenant is of no use either (row T16).
    fn right_refused(&mut self, attempt: Attempt, error: ChatError, now: Now) {
        if error.code == ErrorCode::TenantDenied {
            self.forget_account();
        }
        self.refuse_socket(attempt, error, now);
    }

    /// Something is wrong before the join was acknowledged: silence is no consent any more (section 9.3), and a known
    /// chat asked for over the socket is gone (section 15).
    fn join_troubled(&mut self, fault: Fault, now: Now) {
        let error = ChatError::of_fault(fault, Stage::Join);
        if self.plan.rules().creation == Creation::Socket && self.chat.is_some() {
            return self.chat_gone(error, now);
        }
        self.doubt_join();
        self.troubled(error);
    }

    fn doubt_join(&mut self) {
        if let State::Joining { heard, .. } = &mut self.state {
            *heard = Heard::Trouble;
        }
    }

    fn rate_limited(&mut self, fault: Fault, now: Now) {
        self.rate_told = Some(now.mono);
        if !self.is_live() {
            self.doubt_join();
            return self.troubled(ChatError::of_fault(fault, Stage::Join));
        }
        if !std::mem::take(&mut self.outbox.is_word_owed) {
            self.take_back(now);
        }
        self.mishap(ChatError::of_fault(fault, Stage::Send));
    }

    fn message_refused(&mut self, fault: Fault, client_message: Option<&ClientMessageId>, now: Now) {
        let refused = match client_message {
            Some(id) => Some(id.clone()),
            None if std::mem::take(&mut self.outbox.is_word_owed) => None,
            None => match self.outbox.sending() {
                Some(item) => Some(item.id.clone()),
                // A platform that does not know frames about typing says so once, and no visitor need hear of it.
                None if self.typing.refuse() => return,
                None => None,
            },
        };
        let item = refused.and_then(|id| self.outbox.get_mut(&id));
        let Some(item) = item else {
            return self.mishap(ChatError::of_fault(fault, Stage::Send));
        };
        let id = item.id.clone();
        let is_unread = matches!(item.delivery, Delivery::Sending { is_seen: false, .. });
        let was_respelled = item.was_respelled;
        if is_unread && !was_respelled && self.plan.may_respell() {
            // A platform that knows the other spelling of a message gets that, once, and never for a message it has
            // shown to have read (section 16.5).
            item.was_respelled = true;
            self.plan.respell();
            return self.deliver_as(&id, Delivery::Queued, now);
        }
        if was_respelled {
            // Neither spelling is to blame, so the one in use before stays.
            item.was_respelled = false;
            self.plan.respell();
        }
        self.message_failed(&id, now);
        self.mishap(ChatError::of_fault(fault, Stage::Send));
    }

    /// The platform wants a token on this socket, or another one: a new one joins with it.
    fn token_wanted(&mut self, attempt: Attempt, fault: Fault, now: Now) {
        let generation = self.state.token_generation().unwrap_or(self.auth.generation);
        self.effect(Effect::CloseSocket {
            attempt,
            code: ours::ZOMBIE,
        });
        self.lost(now);
        let error = ChatError::of_fault(fault.clone(), Stage::Join);
        self.join_needs_token(fault, error, generation, now);
    }
}

/// A hint of zero would make every round trip a resend.
const RATE_FLOOR: Duration = Duration::from_secs(1);

/// How long a word about a rate limit explains a close that names none.
const RATE_MEMORY: Duration = Duration::from_secs(60);
