//! Who is signed in: commands, and what the answers of the account calls mean.
//!
//! How a pair of tokens is renewed stands in `renewal`. Tokens are erased only by the platform's own refusal, by the
//! visitor, by the host page, or because storage lost them (invariant I18); never by a failure that may pass.

use std::time::Duration;

use miptech_chat_protocol::{
    account::{SignedIn, Tokens, User},
    close::ours,
    error::{ErrorCode, Stage},
    fault::Fault,
    request::Credentials,
    token::Token,
};

use crate::{
    clock::{Instant, Now},
    config::{SignInForm, StoredAccount, TokenSource},
    lifecycle::{Next, State},
    notice::ChatError,
    output::{Effect, Event, HttpOutcome, RequestId, StoreKey},
    renewal::Renewal,
    session::Session,
};

/// The account side of a session.
#[derive(Debug)]
pub(crate) struct Auth {
    tokens: Option<Tokens>,
    user: Option<User>,
    /// Counts the pairs held on this page: a call that was sent with an earlier one proves nothing about this one.
    pub(crate) generation: u32,
    /// When the pair held came, where it came on this page.
    fresh_since: Option<Instant>,
    pub(crate) renewal: Renewal,
    /// Whether the host page was asked for a token yet.
    is_host_asked: bool,
    sign_in: Option<RequestId>,
    profile: ProfileRead,
    shown: AuthState,
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
enum ProfileRead {
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
        Self {
            user: stored
                .user
                .as_deref()
                .filter(|_| tokens.is_some())
                .and_then(User::parse),
            tokens,
            generation: 0,
            fresh_since: None,
            renewal: Renewal::default(),
            is_host_asked: false,
            sign_in: None,
            profile: ProfileRead::Rest,
            shown: AuthState::Anonymous,
        }
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

    pub(crate) fn is_signing_in(&self, id: RequestId) -> bool {
        self.sign_in == Some(id)
    }

    pub(crate) fn is_reading_profile(&self, id: RequestId) -> bool {
        self.profile == ProfileRead::Calling(id)
    }

    /// Whether the pair held came so recently that a refusal of it is no matter of its age (row T2).
    fn is_fresh(&self, now: Instant) -> bool {
        self.fresh_since.is_some_and(|since| now.since(since) < FRESH)
    }
}

impl Session {
    /// Signs in, or makes an account. [`Event::SignInEnded`] tells how it ended.
    ///
    /// # Errors
    /// [`SignInError`]: nothing was begun.
    pub fn sign_in(&mut self, credentials: &Credentials, now: Now) -> Result<(), SignInError> {
        if matches!(self.state, State::Ended) {
            return Err(SignInError::Ended);
        }
        if self.auth.sign_in.is_some() {
            return Err(SignInError::Busy);
        }
        let request = self.config.caller.sign_in(credentials);
        self.auth.sign_in = Some(self.call(request, now));
        self.settle(now);
        Ok(())
    }

    /// Signs out here at once, and on the platform where it can be reached.
    pub fn sign_out(&mut self, now: Now) {
        if let Some(token) = self.auth.access() {
            let request = self.config.caller.sign_out(token);
            // Whatever it answers, nobody is signed in here any more.
            self.call(request, now);
            self.forget_account();
            self.leave_conversation(now);
        }
        self.settle(now);
    }

    /// The host page hands a token over, or takes it away.
    pub fn set_token(&mut self, token: Option<Token>, now: Now) {
        match token {
            Some(access) => self.hold(
                Tokens {
                    access,
                    refresh: None,
                    lifetime: None,
                },
                now,
            ),
            None => self.auth.tokens = None,
        }
        self.settle(now);
    }

    /// Asks the platform who is signed in. [`Event::ProfileRead`] tells.
    pub fn read_profile(&mut self, now: Now) {
        match (self.auth.access(), self.auth.profile) {
            (Some(token), ProfileRead::Rest) => {
                let request = self.config.caller.me(token);
                self.auth.profile = ProfileRead::Calling(self.call(request, now));
            }
            // The one call under way answers for all.
            (Some(_), ProfileRead::Calling(_) | ProfileRead::WaitsForToken) => {}
            (None, _) => self.event(Event::ProfileRead(None)),
        }
        self.settle(now);
    }

    /// Whether a token is held.
    #[must_use]
    pub const fn is_signed_in(&self) -> bool {
        self.auth.tokens.is_some()
    }

    /// Who is signed in.
    #[must_use]
    pub const fn auth_state(&self) -> AuthState {
        match (&self.auth.tokens, &self.state) {
            (Some(_), _) => AuthState::SignedIn,
            (None, State::SignedOut { .. }) => AuthState::Required,
            (None, _) => AuthState::Anonymous,
        }
    }

    /// Tells who is signed in where that changed.
    pub(crate) fn tell_auth(&mut self) {
        let state = self.auth_state();
        if state != self.auth.shown {
            self.auth.shown = state;
            let reason = match &self.state {
                State::SignedOut { error } => Some(error.code),
                _ => None,
            };
            self.event(Event::AuthChanged { state, reason });
        }
    }

    /// A sign-in or registration came back.
    pub(crate) fn signed_in(&mut self, outcome: HttpOutcome, now: Now) {
        self.auth.sign_in = None;
        let read = match outcome {
            HttpOutcome::Reply(reply) => SignedIn::read(&reply),
            HttpOutcome::Failed => Err(Fault::unreachable()),
        };
        match read {
            Ok(SignedIn { tokens, user }) => {
                self.keep_identity();
                self.auth.user = Some(user.clone());
                self.hold(tokens, now);
                self.keep_account();
                self.event(Event::SignInEnded(Ok(user)));
            }
            // What fails here is told to who asked, not to the whole page.
            Err(fault) => self.event(Event::SignInEnded(Err(ChatError::of_fault(fault, Stage::Auth)))),
        }
    }

    /// The answer to who is signed in came; a refusal renews the token and asks once more.
    pub(crate) fn profile_came(&mut self, outcome: HttpOutcome, generation: u32, now: Now) {
        self.auth.profile = ProfileRead::Rest;
        let read = match outcome {
            HttpOutcome::Reply(reply) => User::read(&reply),
            HttpOutcome::Failed => Err(Fault::unreachable()),
        };
        match read {
            Ok(user) => {
                self.auth.user = Some(user.clone());
                self.keep_account();
                self.event(Event::ProfileRead(Some(user)));
            }
            Err(fault) if fault.status == Some(401) && fault.is_refusal() => {
                self.auth.profile = ProfileRead::WaitsForToken;
                self.token_refused(fault, generation, now);
            }
            Err(_) => self.event(Event::ProfileRead(None)),
        }
    }

    // Tokens.

    /// Whether a token is to be waited for before anything is asked of the platform.
    pub(crate) fn wants_token_first(&mut self, now: Now) -> bool {
        if self.auth.tokens.is_some() {
            return false;
        }
        if self.config.token_source == TokenSource::Host && !self.auth.is_host_asked {
            self.auth.is_host_asked = true;
            self.state = State::Renewing { next: Next::Begin };
            self.ask_host(now);
            return true;
        }
        let is_demanded = self.config.sign_in == SignInForm::Required;
        if is_demanded {
            self.demand_sign_in(ChatError::bare(ErrorCode::AuthRequired, Stage::Auth, false));
        }
        is_demanded
    }

    /// The platform refused the token of a call or join sent with this generation of it: renews it, unless it is
    /// another one already, or so fresh that renewing it cannot help.
    pub(crate) fn token_refused(&mut self, fault: Fault, generation: u32, now: Now) {
        if generation != self.auth.generation {
            return self.token_came(now);
        }
        if self.auth.is_fresh(now.mono) {
            return self.sign_in_expired(ChatError::of_fault(fault, Stage::Auth));
        }
        self.renew(now);
    }

    /// Whether a token could be had without asking the visitor.
    pub(crate) fn may_renew(&self) -> bool {
        self.auth.refresh().is_some() || self.config.token_source == TokenSource::Host
    }

    /// A pair is held from here on; what waited for one goes on.
    pub(crate) fn hold(&mut self, tokens: Tokens, now: Now) {
        let lifetime = tokens.lifetime;
        // A platform that names no new refresh token keeps the old one valid.
        let refresh = tokens.refresh.or_else(|| self.auth.refresh().cloned());
        self.auth.tokens = Some(Tokens {
            access: tokens.access,
            refresh,
            lifetime,
        });
        self.auth.generation += 1;
        self.auth.fresh_since = Some(now.mono);
        self.plan.token_found();
        self.schedule_renewal(lifetime, now);
        self.token_came(now);
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
                self.begin(now);
            }
            _ => {}
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
    pub(crate) fn sign_in_expired(&mut self, cause: ChatError) {
        self.forget_account();
        let error = ChatError {
            code: ErrorCode::AuthExpired,
            retryable: false,
            ..cause
        };
        self.demand_sign_in(error);
    }

    /// Nothing more by itself until somebody signs in.
    pub(crate) fn demand_sign_in(&mut self, error: ChatError) {
        if let Some(attempt) = self.state.attempt() {
            self.effect(Effect::CloseSocket {
                attempt,
                code: ours::ZOMBIE,
            });
            self.socket_lost();
        }
        self.cut_answers();
        self.history.end();
        self.troubled(error.clone());
        self.state = State::SignedOut { error };
        self.end_profile_read();
    }

    fn end_profile_read(&mut self) {
        if self.auth.profile != ProfileRead::Rest {
            self.auth.profile = ProfileRead::Rest;
            self.event(Event::ProfileRead(None));
        }
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
        self.store(StoreKey::AccessToken, Some(text(tokens.access)));
        self.store(StoreKey::RefreshToken, tokens.refresh.map(text));
        let user = self.auth.user.as_ref().map(|user| user.json.clone());
        self.store(StoreKey::User, user);
    }

    /// Nobody is signed in here any more; the three values go together.
    pub(crate) fn forget_account(&mut self) {
        self.stop_renewal();
        self.auth.user = None;
        self.auth.generation += 1;
        if self.auth.tokens.take().is_some() && self.config.token_source == TokenSource::BuiltIn {
            for key in [StoreKey::AccessToken, StoreKey::RefreshToken, StoreKey::User] {
                self.store(key, None);
            }
        }
    }

    /// Another tab signed out: the values are gone from storage already.
    pub(crate) fn account_gone(&mut self, now: Now) {
        self.stop_renewal();
        self.auth.user = None;
        self.auth.tokens = None;
        self.auth.generation += 1;
        self.leave_conversation(now);
    }

    /// Another tab signed in, or renewed the pair.
    pub(crate) fn adopt(&mut self, stored: &StoredAccount, tokens: Tokens, now: Now) {
        self.auth.user = stored.user.as_deref().and_then(User::parse);
        self.hold(tokens, now);
    }
}

/// A pair refused within a minute of its coming is refused for another reason than its age (row T2).
const FRESH: Duration = Duration::from_secs(60);
