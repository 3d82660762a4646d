//! Everything a session can be told, as one value: a driver hands it over in one place, and what was told can be written
//! down and told again.

use miptech_chat_protocol::{
    ids::{ClientMessageId, MessageId, SessionId},
    request::{Credentials, Feedback},
    token::Token,
};

use crate::{
    auth::SignInError,
    clock::Now,
    config::Limits,
    later,
    output::{
        Attempt, HttpOutcome, Lock, LockName, PageSignal, RequestId, SocketEvent, StoreKey, StoreRefusal,
        Stored,
    },
    refusal::{CheckError, RetryError, SendError},
    session::Session,
};

/// One command or input; it cannot be printed, for there may be a text or a secret in it. The methods of [`Session`] of the same names say what each of them means.
pub enum Input<'a> {
    /// [`Session::configure`].
    Configure {
        /// What is accepted from the visitor.
        limits: Limits,
        /// Facts of the page.
        context: Option<String>,
    },
    /// [`Session::dismiss_notice`].
    DismissNotice,
    /// [`Session::end`].
    End,
    /// [`Session::erase`].
    Erase,
    /// [`Session::handle_http`].
    Http {
        /// Which call.
        id: RequestId,
        /// What came of it.
        outcome: HttpOutcome,
    },
    /// [`Session::handle_lock`].
    Lock {
        /// Which lock.
        name: LockName,
        /// What became of the wish for it.
        lock: Lock,
    },
    /// [`Session::mark_read`].
    MarkRead,
    /// [`Session::new_conversation`].
    NewConversation,
    /// [`Session::handle_page`].
    Page(PageSignal),
    /// A command that a widget has later than the rest.
    Rare(Rare<'a>),
    /// [`Session::retry`].
    Retry(&'a ClientMessageId),
    /// [`Session::retry_now`].
    RetryNow,
    /// [`Session::send`].
    Send {
        /// Names the message.
        id: ClientMessageId,
        /// What it says.
        text: &'a str,
    },
    /// [`Session::handle_session_id`].
    SessionId(SessionId),
    /// [`Session::set_draft`].
    SetDraft(&'a str),
    /// [`Session::set_open`].
    SetOpen(bool),
    /// [`Session::set_token`].
    SetToken(Option<Token>),
    /// [`Session::sign_out`].
    SignOut,
    /// [`Session::handle_socket`].
    Socket {
        /// Which socket.
        attempt: Attempt,
        /// What it did.
        event: SocketEvent<'a>,
    },
    /// [`Session::start`].
    Start,
    /// [`Session::stop_answer`].
    StopAnswer,
    /// [`Session::handle_store_refused`].
    StoreRefused {
        /// Under which key nothing could be kept.
        key: &'a StoreKey,
        /// Why.
        refusal: StoreRefusal,
    },
    /// [`Session::handle_stored`].
    Stored(Stored),
    /// [`Session::handle_timeout`].
    Timeout,
    /// [`Session::handle_token`].
    Token(Option<Token>),
}

/// Commands that are called only where the code is whole.
pub enum Rare<'a> {
    /// [`Session::check`].
    Check(&'a ClientMessageId),
    /// [`Session::discard`].
    Discard(&'a ClientMessageId),
    /// [`Session::rate`].
    Rate {
        /// Which answer.
        message: &'a MessageId,
        /// What the visitor thinks of it.
        value: Feedback,
        /// Why.
        reason: Option<&'a str>,
    },
    /// [`Session::read_profile`].
    ReadProfile,
    /// [`Session::sign_in`].
    SignIn(&'a Credentials),
    /// [`Session::typed`].
    Typed {
        /// Whether anything stands in the field.
        has_text: bool,
    },
}

/// What a command was refused for.
#[derive(Debug)]
pub enum Refused {
    /// A check.
    Check(CheckError),
    /// A repetition.
    Retry(RetryError),
    /// A message.
    Send(SendError),
    /// A sign-in.
    SignIn(SignInError),
}

impl Session {
    /// Is told one thing.
    ///
    /// # Errors
    /// [`Refused`]: nothing was done; inputs are never refused.
    pub fn take(&mut self, input: Input<'_>, now: Now) -> Result<(), Refused> {
        match input {
            Input::Configure { limits, context } => self.configure(limits, context, now),
            Input::DismissNotice => self.dismiss_notice(now),
            Input::End => self.end(now),
            Input::Erase => self.erase(now),
            Input::Http { id, outcome } => self.handle_http(id, outcome, now),
            Input::Lock { name, lock } => self.handle_lock(name, lock, now),
            Input::MarkRead => self.mark_read(now),
            Input::NewConversation => self.new_conversation(now),
            Input::Page(signal) => self.handle_page(signal, now),
            Input::Rare(rare) => return later::rest::take(self, rare, now),
            Input::Retry(id) => return self.retry(id, now).map_err(Refused::Retry),
            Input::RetryNow => self.retry_now(now),
            Input::Send { id, text } => return self.send(id, text, now).map_err(Refused::Send),
            Input::SessionId(id) => self.handle_session_id(id, now),
            Input::SetDraft(text) => self.set_draft(text, now),
            Input::SetOpen(is_open) => self.set_open(is_open, now),
            Input::SetToken(token) => self.set_token(token, now),
            Input::SignOut => self.sign_out(now),
            Input::Socket { attempt, event } => self.handle_socket(attempt, event, now),
            Input::Start => self.start(now),
            Input::StopAnswer => self.stop_answer(now),
            Input::StoreRefused { key, refusal } => self.handle_store_refused(key, refusal, now),
            Input::Stored(stored) => self.handle_stored(stored, now),
            Input::Timeout => self.handle_timeout(now),
            Input::Token(token) => self.handle_token(token, now),
        }
        Ok(())
    }

    pub(crate) fn take_rare(&mut self, rare: Rare<'_>, now: Now) -> Result<(), Refused> {
        match rare {
            Rare::Check(id) => return self.check(id, now).map_err(Refused::Check),
            Rare::Discard(id) => self.discard(id, now),
            Rare::Rate {
                message,
                value,
                reason,
            } => self.rate(message, value, reason, now),
            Rare::ReadProfile => self.read_profile(now),
            Rare::SignIn(credentials) => return self.sign_in(credentials, now).map_err(Refused::SignIn),
            Rare::Typed { has_text } => self.typed(has_text, now),
        }
        Ok(())
    }
}
