//! Inputs to lines.

use miptech_chat_protocol::{
    ids::{ChatId, ClientMessageId},
    profile::Profile,
    quoted,
    request::Reply,
    token::Token,
};

use super::veil::Veil;
use crate::{
    clock::Now,
    config::{Limits, Origin, SessionConfig, SignInForm, StoredAccount, TokenSource, TokenTransport},
    input::{Input, Rare},
    output::{HttpOutcome, Lock, LockName, PageSignal, SocketEvent, StoreKey, StoreRefusal, Stored},
};

/// The fields of one line. What is absent is null.
struct Line<'a> {
    out: String,
    veil: &'a mut Veil,
}

impl<'a> Line<'a> {
    fn new(veil: &'a mut Veil, now: Now, name: &str) -> Self {
        let micros = now.mono.since(crate::clock::Instant::default()).as_micros();
        let out = format!("[\"{micros}\",\"{}\",\"{name}\"", now.wall_ms);
        Self { out, veil }
    }

    fn text(mut self, text: &str) -> Self {
        self.out.push(',');
        quoted(&mut self.out, text);
        self
    }

    /// What somebody said.
    fn words(self, text: Option<&str>) -> Self {
        let veiled = text.map(|text| self.veil.text(text));
        self.maybe(veiled.as_deref())
    }

    /// JSON in which somebody may have said something.
    fn json(self, text: Option<&str>) -> Self {
        let veiled = text.map(|text| self.veil.json(text));
        self.maybe(veiled.as_deref())
    }

    fn token(self, token: Option<&Token>) -> Self {
        let veiled = token.map(|token| self.veil.token(token));
        self.maybe(veiled.as_deref())
    }

    /// Messages by their ids.
    fn messages(self, messages: &[(ClientMessageId, String)]) -> Self {
        let add =
            |line: Self, (id, value): &(ClientMessageId, String)| line.text(id.as_str()).json(Some(value));
        messages.iter().fold(self, add)
    }

    fn maybe(mut self, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => {
                self.out.push_str(",null");
                self
            }
        }
    }

    fn flag(self, is_on: bool) -> Self {
        self.text(if is_on { "1" } else { "0" })
    }

    fn number(self, number: u64) -> Self {
        self.text(&number.to_string())
    }

    /// Both words and tokens of a stored account; the user's JSON but for its id.
    fn account(self, account: &StoredAccount) -> Self {
        let token = |text: &Option<String>| text.as_deref().and_then(Token::parse);
        self.token(token(&account.access).as_ref())
            .token(token(&account.refresh).as_ref())
            .json(account.user.as_deref())
            .maybe(account.renewals.as_deref())
    }

    fn limits(self, limits: Limits) -> Self {
        let silence = limits.answer_silence.as_millis();
        self.number(limits.message_units as u64)
            .number(limits.outbox as u64)
            .text(&silence.to_string())
    }

    /// The whole line. Who knows the id of a chat may read it, so other UUIDs stand for those that are ids.
    fn end(mut self) -> String {
        self.out.push(']');
        self.veil.ids(&self.out)
    }
}

/// The line a trace begins with: what the session was made of.
pub(super) fn begin(veil: &mut Veil, config: &SessionConfig, seed: u64, now: Now) -> String {
    let endpoints = &config.caller.endpoints;
    let restored = &config.restored;
    Line::new(veil, now, "begin")
        .text(&seed.to_string())
        .text(&endpoints.origin())
        .text(&endpoints.socket_origin())
        .text(config.caller.tenant.as_str())
        .text(config.identity.session.as_str())
        .text(config.identity.visitor.as_str())
        .flag(config.identity.origin == Origin::Stored)
        .limits(config.limits)
        .maybe(config.profile.map(Profile::as_str))
        .flag(config.token_transport == TokenTransport::Query)
        .flag(config.token_source == TokenSource::Host)
        .text(match config.sign_in {
            SignInForm::Auto => "auto",
            SignInForm::Off => "off",
            SignInForm::Required => "required",
        })
        .json(config.context.as_deref())
        .account(&restored.account)
        .maybe(restored.chat.as_ref().map(ChatId::as_str))
        .words(restored.draft.as_deref())
        .maybe(restored.memory.as_deref())
        .json(restored.transcript.as_deref())
        .maybe(restored.waits.asked.as_deref())
        .maybe(restored.waits.failing.as_deref())
        .messages(&restored.messages)
        .end()
}

/// One line for one input.
pub(super) fn line(veil: &mut Veil, input: &Input<'_>, now: Now) -> String {
    // Each input is one line, so the veil goes with it.
    let line = move |name: &'static str| {
        let veil = veil;
        Line::new(veil, now, name)
    };
    match input {
        Input::Configure { limits, context } => line("configure").limits(*limits).json(context.as_deref()),
        Input::DismissNotice => line("dismiss-notice"),
        Input::End => line("end"),
        Input::Erase => line("erase"),
        Input::Http { id, outcome } => {
            let line = line("http").number(id.0);
            match outcome {
                HttpOutcome::Failed => line,
                HttpOutcome::Reply(reply) => with_reply(line, reply),
            }
        }
        Input::Lock { name, lock } => line("lock")
            .text(match name {
                LockName::Outbox => "outbox",
                LockName::Renewal => "renewal",
            })
            .flag(*lock == Lock::Held),
        Input::MarkRead => line("mark-read"),
        Input::NewConversation => line("new-conversation"),
        Input::Page(signal) => line("page").text(match signal {
            PageSignal::Hidden => "hidden",
            PageSignal::Leaving => "leaving",
            PageSignal::Offline => "offline",
            PageSignal::Online => "online",
            PageSignal::PolicyRefused => "policy-refused",
            PageSignal::Returned => "returned",
            PageSignal::Visible => "visible",
        }),
        Input::Rare(rare) => rare_line(rare, line),
        Input::Retry(id) => line("retry").text(id.as_str()),
        Input::RetryNow => line("retry-now"),
        Input::Send { id, text } => line("send").text(id.as_str()).words(Some(text)),
        Input::SessionId(id) => line("session-id").text(id.as_str()),
        Input::SetDraft(text) => line("set-draft").words(Some(text)),
        Input::SetOpen(is_open) => line("set-open").flag(*is_open),
        Input::SetToken(given) => line("set-token").token(given.as_ref()),
        Input::SignOut => line("sign-out"),
        Input::Socket { attempt, event } => {
            let line = line("socket").number(attempt.0);
            match event {
                SocketEvent::Binary => line.text("binary"),
                SocketEvent::Closed { code, reason } => {
                    line.text("closed").number((*code).into()).text(reason)
                }
                SocketEvent::Opened => line.text("opened"),
                SocketEvent::Text(text) => line.text("text").json(Some(text)),
                SocketEvent::TooLarge => line.text("too-large"),
            }
        }
        Input::Start => line("start"),
        Input::StopAnswer => line("stop-answer"),
        Input::StoreRefused { key, refusal } => {
            let (name, id) = match key {
                StoreKey::AccessToken | StoreKey::RefreshToken => ("account", None),
                StoreKey::Message(id) => ("message", Some(id.as_str())),
                StoreKey::Transcript => ("transcript", None),
                StoreKey::ChatId
                | StoreKey::Draft
                | StoreKey::Failing
                | StoreKey::Hold
                | StoreKey::Memory
                | StoreKey::ReadMark
                | StoreKey::Renewals
                | StoreKey::SessionId
                | StoreKey::User
                | StoreKey::VisitorId => ("other", None),
            };
            line("store-refused")
                .text(name)
                .flag(*refusal == StoreRefusal::Full)
                .maybe(id)
        }
        Input::Stored(stored) => stored_line(stored, line("stored")),
        Input::Timeout => line("timeout"),
        Input::Token(given) => line("token").token(given.as_ref()),
    }
    .end()
}

fn rare_line<'a>(rare: &Rare<'_>, line: impl FnOnce(&'static str) -> Line<'a>) -> Line<'a> {
    match rare {
        Rare::Check(id) => line("check").text(id.as_str()),
        Rare::Discard(id) => line("discard").text(id.as_str()),
        Rare::Rate {
            message,
            value,
            reason,
        } => line("rate")
            .text(message.as_str())
            .text(value.as_str())
            .words(*reason),
        Rare::ReadProfile => line("read-profile"),
        // What a session is told of a password it only passes on, so nothing of it is written down.
        Rare::SignIn(_) => line("sign-in"),
        Rare::Typed { has_text } => line("typed").flag(*has_text),
    }
}

fn with_reply<'a>(line: Line<'a>, reply: &Reply) -> Line<'a> {
    line.number(reply.status.into())
        .text(&reply.status_text)
        .json(Some(&reply.body))
        .maybe(reply.retry_after.as_deref())
        .maybe(reply.date.as_deref())
        .maybe(reply.request_id.as_deref())
}

fn stored_line<'a>(stored: &Stored, line: Line<'a>) -> Line<'a> {
    match stored {
        Stored::Account(account) => line.text("account").account(account),
        Stored::Draft(text) => line.text("draft").words(text.as_deref()),
        Stored::Messages(messages) => line.text("messages").messages(messages),
        Stored::ReadMark(mark) => line.text("read-mark").maybe(mark.as_deref()),
        Stored::Session { session, chat } => line
            .text("session")
            .maybe(session.as_deref())
            .maybe(chat.as_deref()),
        Stored::Transcript(text) => line.text("transcript").json(text.as_deref()),
        Stored::Waits(waits) => line
            .text("waits")
            .maybe(waits.asked.as_deref())
            .maybe(waits.failing.as_deref()),
    }
}
