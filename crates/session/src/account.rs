//! Signing in and out, the host page's token, and who the user is: commands, and what the account calls answer.

use miptech_chat_protocol::{
    account::{SignedIn, Tokens, User},
    error::{ErrorCode, Stage},
    fault::Fault,
    request::Credentials,
    token::Token,
};

use crate::{
    auth::{AuthState, ProfileRead, SignInError},
    clock::Now,
    config::TokenSource,
    later,
    lifecycle::State,
    notice::ChatError,
    output::{Effect, Event, HttpOutcome, Shelf},
    session::Session,
};

impl Session {
    /// Signs in, or makes an account. [`Event::SignInEnded`] tells how it ended.
    ///
    /// # Errors
    /// [`SignInError`]: nothing was begun.
    pub fn sign_in(&mut self, credentials: &Credentials, now: Now) -> Result<(), SignInError> {
        later::rest::sign_in(self, credentials, now)
    }

    pub(crate) fn begin_sign_in(&mut self, credentials: &Credentials, now: Now) -> Result<(), SignInError> {
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

    /// Signs out here at once, and on the platform where it can be reached. A sign-in under way is given up.
    pub fn sign_out(&mut self, now: Now) {
        if matches!(self.state, State::Ended) {
            return;
        }
        if let Some(id) = self.auth.sign_in.take() {
            self.abort_call(id);
            let error = ChatError::bare(ErrorCode::AuthRequired, Stage::Auth, false);
            self.event(Event::SignInEnded(Err(error)));
        }
        if let Some(token) = self.auth.access() {
            let request = self.config.caller.sign_out(token);
            // Whatever it answers, nobody is signed in here any more.
            self.call(request, now);
            self.forget_account();
            self.shelve_queue(now);
            self.disown_conversation(now);
            self.effect(Effect::Read(Shelf::Messages));
        }
        self.settle(now);
    }

    /// The host page hands a token over, or takes it away. From its first token on it owns identity:
    /// an account of our own is forgotten, and nothing is renewed or stored here.
    pub fn set_token(&mut self, token: Option<Token>, now: Now) {
        if matches!(self.state, State::Ended) {
            return;
        }
        match token {
            Some(access) => {
                let is_first = self.config.token_source == TokenSource::BuiltIn;
                if is_first && self.is_signed_in() {
                    self.forget_account();
                }
                self.config.token_source = TokenSource::Host;
                self.host_gave(access, now);
            }
            None if self.is_signed_in() => {
                self.forget_account();
                self.shelve_queue(now);
                self.disown_conversation(now);
                self.effect(Effect::Read(Shelf::Messages));
            }
            None => {}
        }
        self.settle(now);
    }

    /// The host page gave a token.
    pub(crate) fn host_gave(&mut self, access: Token, now: Now) {
        let lifetime = access.claims().lifetime.map(Self::sound_lifetime);
        let user = access.claims().user;
        if user.is_some() {
            self.auth.user.take_if(|known| Some(&known.id) != user.as_ref());
        }
        let tokens = Tokens {
            access,
            refresh: None,
            lifetime,
        };
        self.stop_renewal();
        self.hold(tokens, now);
        self.own_conversation(now);
        self.token_came(now);
    }

    /// Asks the platform who is signed in. [`Event::ProfileRead`] tells.
    pub fn read_profile(&mut self, now: Now) {
        if matches!(self.state, State::Ended) {
            return;
        }
        match (self.auth.access(), self.auth.profile) {
            (Some(token), ProfileRead::Rest) => {
                let request = self.config.caller.me(token);
                self.auth.profile = ProfileRead::Calling(self.call(request, now));
            }
            // The one call under way answers for all.
            (Some(_), ProfileRead::Calling(_) | ProfileRead::WaitsForToken) => {}
            (None, ProfileRead::Calling(_) | ProfileRead::Rest | ProfileRead::WaitsForToken) => {
                self.event(Event::ProfileRead(None));
            }
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
        match (&self.auth.tokens, self.state.demands_sign_in()) {
            (Some(_), Some(_) | None) => AuthState::SignedIn,
            (None, Some(_)) => AuthState::Required,
            (None, None) => AuthState::Anonymous,
        }
    }

    /// Tells who is signed in where that changed.
    pub(crate) fn tell_auth(&mut self) {
        let state = self.auth_state();
        if state != self.auth.shown {
            self.auth.shown = state;
            let reason = self.state.demands_sign_in().map(|error| error.code);
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
                // What was under way for the former user is none of the next one's business.
                self.stop_renewal();
                self.end_profile_read();
                self.keep_identity();
                self.auth.user = Some(user.clone());
                self.hold(tokens, now);
                self.keep_account();
                self.event(Event::SignInEnded(Ok(user)));
                self.own_conversation(now);
                self.token_came(now);
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
}
