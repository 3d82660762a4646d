//! Who is signed in, and what waits for a token.
//!
//! Tokens are erased only by the platform's own refusal, by the visitor, by the host page, or because storage lost them
//! (invariant I18); never by a failure that may pass. The commands stand in `account`, how a pair is renewed in `renewal`.

use std::time::Duration;

use miptech_chat_protocol::{
    account::{Tokens, User},
    close::ours,
    error::{ErrorCode, Stage},
    fault::Fault,
    ids::{ChatId, SessionId},
    token::Token,
};

use crate::{
    clock::{Instant, Now},
    config::{SignInForm, StoredAccount, TokenSource},
    lifecycle::{Next, State},
    notice::ChatError,
    output::{Effect, Event, RequestId, Shelf, StoreKey, TokenReason},
    renewal::Renewal,
    session::Session,
};

/// The account side of a session.
#[derive(Debug)]
pub(crate) struct Auth {
    pub(crate) tokens: Option<Tokens>,
    /// The token whose refusal ended the sign-in; for diagnostics only.
    pub(crate) refused: Option<Token>,
    pub(crate) user: Option<User>,
    /// Whose conversation this is, where somebody was signed in during it: nobody else goes on with it (row O13).
    pub(crate) owner: Option<String>,
    /// Whether storage holds parts of an account that is none (row T15).
    pub(crate) has_leftovers: bool,
    /// Counts the pairs held on this page: a call that was sent with an earlier one proves nothing about this one.
    pub(crate) generation: u32,
    /// When the pair held was bought, where that was in the place of one the platform refused.
    fresh_since: Option<Now>,
    /// Whether the platform refused the pair held.
    pub(crate) was_refused: bool,
    /// Whether the account is gone from storage, and only the session id is waited for, which tells why.
    pub(crate) is_lost: bool,
    /// Whether somebody signed in whose name nobody here knows: who is named next may be somebody else.
    is_nameless: bool,
    pub(crate) renewal: Renewal,
    /// Whether the host page was asked for a token yet.
    pub(crate) is_host_asked: bool,
    pub(crate) sign_in: Option<RequestId>,
    pub(crate) profile: ProfileRead,
    pub(crate) shown: AuthState,
}

/// Who is signed in, as the host page and the views see it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum AuthState {
    /// Nobody, and nobody needs to.
    Anonymous,
    /// Nobody, and the platform or the host page demands it.
    Required,
    /// Somebody: a token is held.
    SignedIn,
}

impl AuthState {
    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Required => "required",
            Self::SignedIn => "signed-in",
        }
    }
}

/// Reading the user's profile.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ProfileRead {
    #[default]
    Rest,
    Calling(RequestId),
    /// The call was refused once; it is repeated with the next token.
    WaitsForToken,
}

/// Why a sign-in was not begun.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignInError {
    /// Another one is under way.
    #[error("a sign-in is under way")]
    Busy,
    /// The session is over.
    #[error("session has ended")]
    Ended,
}

impl Auth {
    /// Nobody, or who was signed in on an earlier page. A host page that owns identity gives its token itself.
    pub(crate) fn new(stored: &StoredAccount, source: TokenSource) -> Self {
        let tokens = stored.tokens().filter(|_| source == TokenSource::BuiltIn);
        let user = stored
            .user
            .as_deref()
            .filter(|_| tokens.is_some())
            .and_then(User::parse);
        let mut auth = Self {
            user,
            has_leftovers: tokens.is_none() && source == TokenSource::BuiltIn && stored.holds_anything(),
            tokens,
            owner: None,
            generation: 0,
            fresh_since: None,
            was_refused: false,
            is_lost: false,
            is_nameless: false,
            renewal: Renewal::default(),
            is_host_asked: false,
            sign_in: None,
            profile: ProfileRead::Rest,
            refused: None,
            shown: AuthState::Anonymous,
        };
        auth.owner = auth.user_id();
        auth.is_nameless = auth.tokens.is_some() && auth.owner.is_none();
        auth
    }

    pub(crate) fn access(&self) -> Option<&Token> {
        Some(&self.tokens.as_ref()?.access)
    }

    pub(crate) fn refresh(&self) -> Option<&Token> {
        self.tokens.as_ref()?.refresh.as_ref()
    }

    pub(crate) fn user_id(&self) -> Option<String> {
        let known = self.user.as_ref().map(|user| user.id.clone());
        known
            .filter(|id| !id.is_empty())
            .or_else(|| self.access()?.claims().user)
    }

    /// Whether the conversation is somebody else's than who is signed in now.
    fn is_anothers(&self) -> bool {
        match (&self.owner, &self.user_id()) {
            (Some(owner), Some(user)) => owner != user,
            (None, Some(_)) => self.is_nameless,
            (Some(_) | None, None) => false,
        }
    }

    pub(crate) fn is_signing_in(&self, id: RequestId) -> bool {
        self.sign_in == Some(id)
    }

    pub(crate) fn is_reading_profile(&self, id: RequestId) -> bool {
        self.profile == ProfileRead::Calling(id)
    }

    /// Whether the pair held came so recently that a refusal of it is no matter of its age (row T2).
    /// A machine that slept may have let only the wall clock go on.
    fn is_fresh(&self, now: Now) -> bool {
        self.fresh_since.is_some_and(|since| {
            now.mono.since(since.mono) < FRESH && now.wall_ms.abs_diff(since.wall_ms) < FRESH_MS
        })
    }
}

impl Session {
    /// Whether a token is to be waited for before anything is asked of the platform.
    pub(crate) fn wants_token_first(&mut self, now: Now) -> bool {
        if self.auth.has_leftovers {
            // Another tab may have signed somebody in since they were seen.
            self.effect(Effect::Read(Shelf::Account));
        }
        if self.auth.tokens.is_some() {
            return false;
        }
        if self.config.token_source == TokenSource::Host && !self.auth.is_host_asked {
            self.auth.is_host_asked = true;
            self.state = State::Renewing { next: Next::Begin };
            self.ask_host(TokenReason::Initial, now);
            return true;
        }
        let is_demanded = self.config.sign_in == SignInForm::Required;
        if is_demanded {
            self.demand_sign_in(ChatError::bare(ErrorCode::AuthRequired, Stage::Auth, false), now);
        }
        is_demanded
    }

    /// The platform refused the token of a call or join sent with this generation of it: renews it, unless it is
    /// another one already, or so fresh that renewing it cannot help.
    pub(crate) fn token_refused(&mut self, fault: Fault, generation: u32, now: Now) {
        if generation != self.auth.generation {
            return self.token_came(now);
        }
        if self.auth.is_fresh(now) {
            return self.sign_in_expired(ChatError::of_fault(fault, Stage::Auth), now);
        }
        self.auth.was_refused = true;
        self.renew(TokenReason::Rejected, now);
    }

    /// Whether a token could be had without asking the visitor.
    pub(crate) fn may_renew(&self) -> bool {
        self.auth.refresh().is_some() || self.config.token_source == TokenSource::Host
    }

    /// A pair is held from here on; what waited for one goes on with [`Session::token_came`].
    pub(crate) fn hold(&mut self, tokens: Tokens, now: Now) {
        let lifetime = tokens.lifetime;
        self.auth.tokens = Some(tokens);
        self.auth.is_lost = false;
        self.auth.generation += 1;
        let was_refused = std::mem::take(&mut self.auth.was_refused);
        self.auth.fresh_since = was_refused.then_some(now);
        self.schedule_renewal(lifetime, now);
    }

    /// The conversation belongs to who is signed in now; where it was somebody else's, it ends here.
    pub(crate) fn own_conversation(&mut self, now: Now) {
        let is_anothers = self.auth.is_anothers();
        let user = self.auth.user_id();
        self.auth.is_nameless = user.is_none();
        if user.is_some() {
            self.auth.owner = user;
        }
        self.shelve_queue(now);
        if is_anothers {
            self.leave_conversation(now);
        }
        // What waits for this user may have been written on another day.
        self.effect(Effect::Read(Shelf::Messages));
    }

    /// Nobody is signed in any more, by somebody's wish: what follows is another conversation.
    pub(crate) fn disown_conversation(&mut self, now: Now) {
        self.auth.owner = None;
        self.auth.is_nameless = false;
        self.leave_conversation(now);
    }

    /// What waited for a token goes on.
    pub(crate) fn token_came(&mut self, now: Now) {
        match &self.state {
            State::Renewing { next } => {
                let next = *next;
                self.go(next, now);
            }
            State::SignedOut { .. } => {
                self.trouble = None;
                self.plan.token_found();
                self.begin(now);
            }
            // Its token was refused, and when the next may be asked for is no matter any more.
            State::Waiting { next, .. }
                if self.auth.fresh_since.is_some_and(|since| since.mono == now.mono) =>
            {
                let next = *next;
                self.go(next, now);
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
            | State::Probing(_)
            | State::Waiting { .. } => {}
        }
        self.history.token_came();
        self.read_more_history(now);
        if self.auth.profile == ProfileRead::WaitsForToken {
            self.auth.profile = ProfileRead::Rest;
            self.read_profile(now);
        }
    }

    /// No token can be had now, but perhaps later: what waited for one is tried again then.
    pub(crate) fn token_delayed(&mut self, until: Instant, error: Option<ChatError>, now: Now) {
        if let State::Renewing { next } = &self.state {
            let next = *next;
            error.into_iter().for_each(|error| self.troubled(error));
            self.wait(next, until.since(now.mono), now);
        }
        self.history.token_delayed(until);
        self.end_profile_read();
    }

    /// The platform itself ended the sign-in: everybody here is signed out (rows T2 and T5).
    pub(crate) fn sign_in_expired(&mut self, cause: ChatError, now: Now) {
        let refused = self.auth.access().cloned();
        self.forget_account();
        self.auth.refused = refused;
        let error = ChatError {
            code: ErrorCode::AuthExpired,
            retryable: false,
            ..cause
        };
        self.demand_sign_in(error, now);
    }

    /// Nothing more by itself until somebody signs in.
    pub(crate) fn demand_sign_in(&mut self, error: ChatError, now: Now) {
        if let Some(attempt) = self.state.attempt() {
            self.effect(Effect::CloseSocket {
                attempt,
                code: ours::ZOMBIE,
            });
            self.socket_lost(now);
        }
        self.cut_answers();
        self.end_history();
        self.troubled(error.clone());
        self.state = State::SignedOut { error };
        self.end_profile_read();
    }

    /// Nobody waits for the profile any more.
    pub(crate) fn end_profile_read(&mut self) {
        match std::mem::take(&mut self.auth.profile) {
            ProfileRead::Rest => return,
            ProfileRead::Calling(id) => self.abort_call(id),
            ProfileRead::WaitsForToken => {}
        }
        self.event(Event::ProfileRead(None));
    }

    /// The three values are kept together; a host page that owns identity keeps its token itself.
    pub(crate) fn keep_account(&mut self) {
        let Some(tokens) = self
            .auth
            .tokens
            .clone()
            .filter(|_| self.config.token_source == TokenSource::BuiltIn)
        else {
            return;
        };
        let text = |token: Token| token.as_str().to_owned();
        // Other tabs may hear of one before the other, and go on with the access token.
        self.store(StoreKey::AccessToken, Some(text(tokens.access)));
        self.store(StoreKey::RefreshToken, tokens.refresh.map(text));
        let user = self.auth.user.as_ref().map(|user| user.json.clone());
        self.store(StoreKey::User, user);
    }

    /// Nobody is signed in here any more; the three values go together.
    pub(crate) fn forget_account(&mut self) {
        self.auth.was_refused = false;
        let was_signed_in = self.is_signed_in();
        self.drop_account();
        if was_signed_in && self.config.token_source == TokenSource::BuiltIn {
            self.erase_account();
        }
    }

    /// Another tab signed out, or storage was cleared: the values are gone already, or none of them is of use.
    pub(crate) fn account_gone(&mut self, stored: &StoredAccount, now: Now) {
        self.drop_account();
        if stored.holds_anything() {
            self.erase_account();
        }
        if matches!(self.state, State::Renewing { .. }) {
            // The platform refused our token, and nobody can renew it any more.
            self.demand_sign_in(
                ChatError::bare(ErrorCode::AuthExpired, Stage::Refresh, false),
                now,
            );
        } else {
            self.auth.is_lost = true;
        }
        // Whether the tokens only, or everything is gone from storage.
        self.effect(Effect::Read(Shelf::Session));
    }

    /// Nobody is signed in any more, and this is the session id in storage, which tells why: whoever signs out names
    /// the next conversation, and what one user wrote leaves every screen (row O13); where the conversation is the same,
    /// the platform ended the sign-in, and all stays where it is (row T5); a storage that was cleared names none, and what
    /// stood on the screen stays there too (row Q5).
    pub(crate) fn account_lost(&mut self, session: Option<SessionId>, chat: Option<ChatId>, now: Now) {
        match session {
            Some(same) if same == self.config.identity.session => {
                let error = ChatError::bare(ErrorCode::AuthExpired, Stage::Refresh, false);
                self.demand_sign_in(error, now);
            }
            Some(next) => {
                self.auth.owner = None;
                self.follow_conversation(next, chat, now);
            }
            None => {
                self.disown_conversation(now);
                // What was on its way went from storage with everything else.
                for id in self.outbox.ids() {
                    self.keep_message(&id, now);
                }
            }
        }
    }

    fn drop_account(&mut self) {
        self.stop_renewal();
        self.end_profile_read();
        self.auth.user = None;
        self.auth.tokens = None;
        self.auth.refused = None;
        self.auth.generation += 1;
    }

    pub(crate) fn erase_account(&mut self) {
        for key in [StoreKey::AccessToken, StoreKey::RefreshToken, StoreKey::User] {
            self.store(key, None);
        }
    }

    /// Another tab signed in, or renewed the pair.
    pub(crate) fn adopt(&mut self, stored: &StoredAccount, tokens: Tokens, now: Now) {
        self.auth.user = stored.user.as_deref().and_then(User::parse);
        self.hold(tokens, now);
        if self.auth.is_anothers() {
            // The tab that signed them in has told storage what becomes of the queue.
            self.hold_queue_quietly();
        }
        self.own_conversation(now);
        self.token_came(now);
        // It is new here, and may be as old as the one it replaces: a refusal of it is no end yet (row T4).
        self.auth.fresh_since = None;
    }
}

/// A pair refused within a minute of its coming is refused for another reason than its age (row T2).
const FRESH_MS: u64 = 60_000;
const FRESH: Duration = Duration::from_millis(FRESH_MS);
