//! Where the views' wishes, the driver and the host page's listeners meet.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use js_sys::Function;
use miptech_chat_session::{
    Author, ChatError, ClientMessageId, Credentials, ErrorCode, Event, Instant, MessageId, RowId, SendError,
    SignInError, Stage, Status, User,
};
use wasm_bindgen::JsValue;

use super::{
    config::{ConfigError, Connect, Console},
    events::{By, Events},
    later, snapshot,
};
use crate::{
    browser::{clock, entropy, plain::Plain},
    driver::Driver,
    ui::{Act, ChatModel, Deed, Language, Row, SignIn},
};

/// One mounted widget, seen from inside.
pub(super) struct Room {
    pub(super) model: ChatModel,
    events: Events,
    connect: Connect,
    console: Cell<Console>,
    driver: OnceCell<Driver>,
    /// The answers that are awaited or grow.
    answers: RefCell<Vec<Awaited>>,
    /// How long the last answer took to its first words, in milliseconds; for diagnostics only.
    pub(super) first_token: Cell<Option<f64>>,
    /// Promises of `send` that wait for their message's fate.
    promises: RefCell<Vec<(ClientMessageId, Function)>>,
    /// The promise of a sign-in that is under way.
    sign_in: RefCell<Option<Function>>,
    /// Promises of `getProfile`.
    profiles: RefCell<Vec<Function>>,
}

/// An answer that has not ended.
struct Awaited {
    row: RowId,
    /// Under which id the page hears of it, whatever else becomes known meanwhile.
    id: String,
    since: Instant,
    first_text: Option<Instant>,
}

/// Resolves a promise of `send` with a failure.
pub(super) fn resolve_refused(resolve: &Function, client_id: Option<&str>, error: &JsValue) {
    let result = Plain::new()
        .flag("ok", false)
        .maybe_text("clientId", client_id)
        .value("error", error);
    settle(resolve, result);
}

fn settle(resolve: &Function, result: Plain) {
    // Resolving a promise runs nobody's code at once and cannot throw.
    let _resolved = resolve.call1(&JsValue::UNDEFINED, &result.end());
}

impl Room {
    pub(super) fn new(model: ChatModel, events: Events, connect: Connect, console: Console) -> Self {
        Self {
            model,
            events,
            connect,
            console: Cell::new(console),
            driver: OnceCell::new(),
            answers: RefCell::default(),
            first_token: Cell::default(),
            promises: RefCell::default(),
            sign_in: RefCell::default(),
            profiles: RefCell::default(),
        }
    }

    /// The driver needs the room as its listener and the room the driver, so one of them comes second.
    pub(super) fn attach(&self, driver: Driver) {
        let _attached_once = self.driver.set(driver);
    }

    /// The views stand: the page may know, and what the options ask for at the start is done.
    pub(super) fn mounted(&self, opens: Option<By>) {
        self.events.ready();
        if self.connect == Connect::Load {
            self.with_driver(Driver::start);
        }
        if let Some(by) = opens {
            self.show_for(true, by);
        }
    }

    /// An option is not what it should be.
    pub(super) fn option_refused(&self, error: &ConfigError) {
        super::report(error);
        self.events.error(&ChatError::from(error));
    }

    /// Other words, and more or less of them in the console.
    pub(super) fn configure(&self, language: Language, console: Console) {
        self.events.set_language(language);
        self.console.set(console);
    }

    /// The visitor's language.
    pub(super) fn language(&self) -> Language {
        self.events.language()
    }

    /// Asks the last question again.
    pub(super) fn regenerate(&self) {
        if let Some(question) = self.model.last_question_now() {
            // Refused only where a message of the visitor's would be, and then nothing is to be done.
            let _refused = self.take(fresh_id(), &question);
        }
    }

    /// Everything counts as read.
    pub(super) fn mark_read(&self) {
        let had_unread = self.model.unread_now() > 0;
        self.model.set_read();
        if had_unread {
            self.events.state_changed();
            self.events.unread_changed(0);
        }
        self.with_driver(Driver::mark_read);
    }

    /// Opens or closes the panel.
    pub(super) fn show_for(&self, is_open: bool, by: By) {
        if self.model.is_open_now() == is_open {
            return;
        }
        let had_unread = self.model.unread_now() > 0;
        self.model.set_open(is_open);
        if matches!(by, By::Host | By::Visitor) {
            self.model.move_focus();
        }
        self.events.state_changed();
        self.events.shown(is_open, by);
        if is_open && had_unread {
            self.events.unread_changed(0);
        }
        self.with_driver(|driver| driver.set_open(is_open));
        if is_open {
            self.with_driver(Driver::mark_read);
        }
        if is_open && self.connect == Connect::Open {
            self.with_driver(Driver::start);
        }
    }

    fn take(&self, id: ClientMessageId, text: &str) -> Result<(), SendError> {
        let driver = self.driver.get().ok_or(SendError::Ended)?;
        driver.send(id, text)?;
        // Who says something wants to see it, wherever in the transcript they are; what other tabs say is no reason.
        self.model.set_follows(true);
        Ok(())
    }

    /// Takes a message for the host page; `resolve` is called once with its fate.
    pub(super) fn send_for_host(&self, text: &str, client_id: Option<&str>, resolve: Function) {
        let id = client_id
            .and_then(ClientMessageId::parse)
            .unwrap_or_else(fresh_id);
        // The promise is known before the message is taken: its fate may be told within the same turn.
        self.promises.borrow_mut().push((id.clone(), resolve));
        if let Err(refusal) = self.take(id, text) {
            let last = self.promises.borrow_mut().pop();
            let error = error_of_refusal(&refusal);
            last.iter().for_each(|(id, resolve)| {
                resolve_refused(resolve, Some(id.as_str()), &self.events.view(&error))
            });
        }
    }

    /// Signs in for the host page; `resolve` is called once with an `AuthResult`.
    pub(super) fn sign_in_for_host(&self, credentials: &Credentials, resolve: Function) {
        let begun = self
            .driver
            .get()
            .map_or(Err(SignInError::Ended), |driver| driver.sign_in(credentials));
        match begun {
            Ok(()) => drop(self.sign_in.replace(Some(resolve))),
            Err(refusal) => {
                let code = match refusal {
                    SignInError::Busy => ErrorCode::RateLimited,
                    SignInError::Ended => ErrorCode::AuthRequired,
                };
                let error = ChatError {
                    text: refusal.to_string(),
                    ..bare_error(code, Stage::Auth)
                };
                resolve_refused(&resolve, None, &self.events.view(&error));
            }
        }
    }

    /// Asks who is signed in for the host page; `resolve` is called once with a `User` or null.
    pub(super) fn profile_for_host(&self, resolve: Function) {
        self.profiles.borrow_mut().push(resolve);
        self.with_driver(Driver::read_profile);
    }

    pub(super) fn signed_in(&self, result: &Result<User, ChatError>) {
        let Some(resolve) = self.sign_in.take() else {
            return;
        };
        match result {
            Ok(user) => settle(
                &resolve,
                Plain::new().flag("ok", true).value("user", &snapshot::user(user)),
            ),
            Err(error) => resolve_refused(&resolve, None, &self.events.view(error)),
        }
    }

    pub(super) fn profile_read(&self, user: Option<&User>) {
        let user = user.map_or(JsValue::NULL, snapshot::user);
        for resolve in self.profiles.take() {
            let _resolved = resolve.call1(&JsValue::UNDEFINED, &user);
        }
    }

    /// The widget leaves the page: nothing more is told, and every promise that still waits ends.
    pub(super) fn end(&self) {
        self.events.end();
        for (id, resolve) in self.promises.take() {
            let error = bare_error(ErrorCode::MessageUnconfirmed, Stage::Send);
            resolve_refused(&resolve, Some(id.as_str()), &self.events.view(&error));
        }
        if self.sign_in.borrow().is_some() {
            later::rest::signed_in(self, &Err(bare_error(ErrorCode::AuthRequired, Stage::Auth)));
        }
        if !self.profiles.borrow().is_empty() {
            later::rest::profile_read(self, None);
        }
    }

    /// One event of the session: the views first, then the host page.
    pub(super) fn hear(&self, event: &Event) {
        let unread = self.model.unread_now();
        let leaving = if let Event::MessageRemoved { row, is_gone: true } = event {
            self.model.row(*row)
        } else {
            None
        };
        let before = if let Event::MessageChanged { row, .. } = event {
            self.model.row(*row)
        } else {
            None
        };
        let before = before.map(|row| row.status_now());
        self.model.apply(event);
        // The snapshot has no word of an answer in it.
        if !matches!(event, Event::AnswerGrew { .. }) {
            self.events.state_changed();
        }
        self.follow_answers(event);
        match event {
            Event::AuthChanged { state, reason } => self.events.auth_changed(*state, *reason),
            Event::ConversationEnded { chat, .. } => {
                chat.iter().for_each(|chat| self.events.conversation_ended(chat));
            }
            Event::ProfileRead(user) => later::rest::profile_read(self, user.as_ref()),
            Event::SignInEnded(result) => later::rest::signed_in(self, result),
            Event::ConversationStarted { chat } => self.events.conversation_started(chat),
            Event::ErrorRaised(error) => {
                if self.console.get() == Console::Debug {
                    let origin = web_sys::window().and_then(|window| window.location().origin().ok());
                    let line = format!(
                        "miptech-chat: {} on {}",
                        error.code.as_str(),
                        origin.unwrap_or_default()
                    );
                    web_sys::console::debug_1(&line.into());
                }
                self.events.error(error);
            }
            Event::MessageChanged { row, status, .. } if before != Some(*status) => {
                self.message_changed(*row, *status);
            }
            Event::MessageRemoved { .. } => {
                leaving
                    .iter()
                    .for_each(|row| self.message_failed(row, ErrorCode::MessageRejected));
            }
            Event::PhaseChanged(phase) => {
                if self.console.get() == Console::Debug {
                    web_sys::console::debug_1(&format!("miptech-chat: {}", phase.connection.as_str()).into());
                }
                self.events
                    .connection_changed(*phase, self.model.reason_now(), clock::now().mono);
            }
            Event::AnswerGrew { .. }
            | Event::AnswerReplaced { .. }
            | Event::AnswerSilent { .. }
            | Event::AnswerSourced { .. }
            | Event::DraftChanged(_)
            | Event::FeedbackOffered(_)
            | Event::HistoryOffered(_)
            | Event::MessageAdded { .. }
            | Event::MessageMoved { .. }
            | Event::MessageChanged { .. }
            | Event::NoticeChanged(_)
            | Event::ReadElsewhere
            | Event::TranscriptErased => {}
        }
        let now_unread = self.model.unread_now();
        if now_unread != unread {
            self.events.unread_changed(now_unread);
        }
    }

    /// Tells the page how an answer begins, grows and ends.
    fn follow_answers(&self, event: &Event) {
        let now = clock::now().mono;
        let mut answers = self.answers.borrow_mut();
        match event {
            Event::AnswerGrew { row, delta } => {
                let known = answers.iter_mut().find(|answer| answer.row == *row);
                if let Some(answer) = known.filter(|_| !delta.is_empty()) {
                    answer.first_text.get_or_insert(now);
                    self.events.response_grew(&answer.id, delta);
                }
            }
            Event::MessageAdded { entry, .. }
                if matches!(entry.status, Status::Thinking | Status::Streaming) =>
            {
                let id = entry.message.as_ref().map(|id| id.as_str().to_owned());
                let id = id.unwrap_or_else(|| format!("answer-{}", entry.row.number()));
                self.events.response_started(&id);
                answers.push(Awaited {
                    row: entry.row,
                    id,
                    since: now,
                    first_text: None,
                });
            }
            Event::MessageChanged { row, status, .. } => {
                let reason = match status {
                    Status::Complete => "complete",
                    Status::Interrupted => "interrupted",
                    Status::Stopped => "stopped",
                    Status::Truncated => "error",
                    Status::Expired
                    | Status::Failed
                    | Status::Queued
                    | Status::Sending
                    | Status::Sent
                    | Status::Streaming
                    | Status::Thinking
                    | Status::Unconfirmed => return,
                };
                let place = answers.iter().position(|answer| answer.row == *row);
                if let Some(place) = place {
                    let answer = answers.swap_remove(place);
                    let ms = |at: Instant| at.since(answer.since).as_millis() as f64;
                    let first_token = answer.first_text.map(ms);
                    self.first_token.set(first_token);
                    self.events
                        .response_ended(&answer.id, reason, ms(now), first_token);
                }
            }
            Event::MessageRemoved { row, .. } => answers.retain(|answer| answer.row != *row),
            Event::AnswerReplaced { .. }
            | Event::AnswerSilent { .. }
            | Event::AnswerSourced { .. }
            | Event::AuthChanged { .. }
            | Event::ConversationEnded { .. }
            | Event::ConversationStarted { .. }
            | Event::DraftChanged(_)
            | Event::ErrorRaised(_)
            | Event::FeedbackOffered(_)
            | Event::HistoryOffered(_)
            | Event::MessageAdded { .. }
            | Event::MessageMoved { .. }
            | Event::NoticeChanged(_)
            | Event::PhaseChanged(_)
            | Event::ProfileRead(_)
            | Event::ReadElsewhere
            | Event::SignInEnded(_) => {}
            Event::TranscriptErased => answers.clear(),
        }
    }

    fn message_changed(&self, id: RowId, status: Status) {
        let Some(row) = self.model.row(id) else { return };
        let shown = row.shown_id_now().unwrap_or_default();
        let chars = row.text().encode_utf16().count();
        match status {
            Status::Complete | Status::Stopped | Status::Truncated if row.author() != Author::User => {
                self.events
                    .message_received(&shown, row.author().as_str(), chars, row.sources_now().len());
                // Under the visitor's eyes it is read as it arrives, and the other tabs need not count it.
                if self.model.is_open_now() {
                    self.with_driver(Driver::mark_read);
                }
            }
            Status::Sent => self.message_sent(&row, &shown, chars),
            Status::Expired | Status::Failed => self.message_failed(&row, ErrorCode::MessageRejected),
            Status::Unconfirmed => self.message_failed(&row, ErrorCode::MessageUnconfirmed),
            Status::Complete
            | Status::Interrupted
            | Status::Queued
            | Status::Sending
            | Status::Stopped
            | Status::Streaming
            | Status::Thinking
            | Status::Truncated => {}
        }
    }

    fn message_sent(&self, row: &Row, id: &str, chars: usize) {
        let Some(client) = row.client_message() else {
            return;
        };
        self.events.message_sent(id, client.as_str(), chars);
        if let Some(resolve) = self.take_promise(client) {
            let result = Plain::new()
                .flag("ok", true)
                .text("id", id)
                .text("clientId", client.as_str());
            settle(&resolve, result);
        }
    }

    fn message_failed(&self, row: &Row, code: ErrorCode) {
        let Some(client) = row.client_message() else {
            return;
        };
        let error = bare_error(code, Stage::Send);
        self.events.message_failed(client.as_str(), &error);
        if let Some(resolve) = self.take_promise(client) {
            resolve_refused(&resolve, Some(client.as_str()), &self.events.view(&error));
        }
    }

    fn take_promise(&self, id: &ClientMessageId) -> Option<Function> {
        let mut promises = self.promises.borrow_mut();
        let place = promises.iter().position(|(known, _)| known == id)?;
        Some(promises.swap_remove(place).1)
    }

    /// What comes with the last part of the code. A refusal means that what was asked for happened meanwhile, or that it
    /// no longer can, and the words where it was asked say so already.
    pub(super) fn perform_later(&self, deed: Deed<'_>) {
        let Some(driver) = self.driver.get() else { return };
        match deed {
            Deed::Check(id) => drop(driver.check(id)),
            Deed::Discard(id) => driver.discard(id),
            Deed::Rate {
                message,
                value,
                reason,
            } => {
                if let Some(id) = MessageId::parse(message) {
                    driver.rate(&id, value, reason);
                    self.events.feedback_given(message, value.as_str(), reason);
                }
            }
            Deed::SendAgain(id) => drop(driver.retry(id)),
            Deed::SignIn(credentials) => {
                self.model.set_sign_in(SignIn::Busy);
                // Refused only while another sign-in is under way, and its end is shown for both.
                drop(driver.sign_in(credentials));
            }
            Deed::Stop => driver.stop_answer(),
            Deed::Typed { has_text } => driver.typed(has_text),
            Deed::Wish(wish, value) => self.events.wished(wish, value),
        }
    }

    pub(super) fn with_driver(&self, act: impl FnOnce(&Driver)) {
        if let Some(driver) = self.driver.get() {
            act(driver);
        }
    }
}

impl Act for Room {
    fn show(&self, is_open: bool) {
        self.show_for(is_open, By::Visitor);
    }

    fn send(&self, text: &str) -> Result<(), SendError> {
        self.take(fresh_id(), text)
    }

    fn set_draft(&self, text: String) {
        self.with_driver(|driver| driver.set_draft(&text));
        self.model.set_draft(text);
    }

    fn retry_now(&self) {
        self.with_driver(Driver::retry_now);
    }

    fn dismiss_notice(&self) {
        self.with_driver(Driver::dismiss_notice);
    }

    fn new_conversation(&self) {
        self.with_driver(Driver::new_conversation);
    }

    fn perform(&self, deed: Deed<'_>) {
        later::rest::perform(self, deed);
    }

    fn now(&self) -> Instant {
        clock::now().mono
    }
}

/// A room is shared by the views, the handle and the driver's listener.
pub(super) type SharedRoom = Rc<Room>;

fn fresh_id() -> ClientMessageId {
    loop {
        // A UUID is never empty, so the first turn is the last.
        if let Some(id) = ClientMessageId::parse(&entropy::uuid()) {
            return id;
        }
    }
}

pub(super) fn bare_error(code: ErrorCode, stage: Stage) -> ChatError {
    ChatError {
        code,
        stage,
        text: String::new(),
        retryable: false,
        status: None,
        close_code: None,
        request_id: None,
    }
}

fn error_of_refusal(refusal: &SendError) -> ChatError {
    let code = match refusal {
        SendError::Empty => ErrorCode::MessageEmpty,
        SendError::TooLong { .. } => ErrorCode::MessageTooLong,
        SendError::Ended | SendError::OutboxFull { .. } | SendError::Repeated => ErrorCode::MessageRejected,
    };
    ChatError {
        text: refusal.to_string(),
        ..bare_error(code, Stage::Send)
    }
}
