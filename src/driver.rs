//! The corridor between the session and the browser: stamps time, feeds the session, drains it, arms one timer.
//!
//! It decides nothing. A turn is: borrow the session, one input, move all outputs to a queue, release.
//! A listener may call back into the driver while outputs are delivered; only the outermost turn delivers,
//! so effects and events keep the order the session gave them.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use miptech_chat_session::{
    Attempt, AuthState, ChatId, CheckError, ClientMessageId, Credentials, Event, Feedback, Input, Instant,
    Limits, MessageId, Now, Output, Phase, Rare, Refused, Report, RequestId, RetryError, SendError, Session,
    SessionConfig, SignInError, StoreKey, TenantId, Token, TokenKeys, TokenReason,
};

use crate::browser::{
    clock, entropy,
    http::Call,
    news::News,
    page::{Page, PageWatch},
    socket::Socket,
    storage::Storage,
    tabs::LockWish,
    timer::Timer,
};

mod effects;
mod inbox;
mod later;
mod neighbours;

use self::inbox::Inbox;

/// A running session with its browser. Dropping the last handle ends everything it holds.
#[derive(Clone)]
pub(crate) struct Driver(Rc<Inner>);

struct Inner {
    session: RefCell<Session>,
    tenant: TenantId,
    outputs: RefCell<VecDeque<Output>>,
    is_delivering: Cell<bool>,
    inbox: Inbox,
    /// Whether the socket is being heard: what ends a turn is done once for all that is heard in one go.
    is_hearing: Cell<bool>,
    calls: RefCell<Vec<(RequestId, Call)>>,
    socket: RefCell<Option<(Attempt, Socket)>>,
    /// The wake-up that waits, and the moment it is for.
    timer: RefCell<Option<(Instant, Timer)>>,
    locks: Locks,
    news: RefCell<Option<News>>,
    page: RefCell<Option<PageWatch>>,
    storage: Storage,
    token_keys: TokenKeys,
    /// The keys written in this turn, which the other tabs are still to be told.
    written: RefCell<Vec<String>>,
    /// The shelves of storage there is news of, a bit each, until they are read.
    unread: Cell<u8>,
    ask_host: AskHost,
    listener: Box<dyn Fn(Event)>,
    /// What the session was told, where that is written down.
    recorder: Option<Box<dyn Recorder>>,
}

/// Writes down what a session is told, so that it can be told again. What does so comes later, and this side of the wall
/// knows no more of it.
trait Recorder {
    fn note(&self, input: &Input<'_>, now: Now);

    /// The lines of `miptech_chat_session::trace`, with commas between them.
    fn lines(&self) -> String;
}

/// Asks the host page for a token; its answer comes later, or never.
pub(crate) type AskHost = Box<dyn Fn(TokenReason, Option<&Token>, Box<dyn FnOnce(Option<Token>)>)>;

/// The locks shared with other tabs, or the wishes for them.
#[derive(Default)]
struct Locks {
    outbox: RefCell<Option<LockWish>>,
    renewal: RefCell<Option<LockWish>>,
}

/// What a session keeps values with, and the page it runs on.
pub(crate) struct Surroundings {
    pub(crate) storage: Storage,
    pub(crate) token_keys: TokenKeys,
    pub(crate) page: Page,
    /// Whether what the session is told is written down; only where that part of the code is there.
    pub(crate) is_traced: bool,
}

impl Driver {
    /// A session at rest, which hears page and tabs from here on; `listener` is told every event, in order, once it
    /// [begins](Self::begin).
    pub(crate) fn new(
        config: SessionConfig,
        surroundings: Surroundings,
        ask_host: AskHost,
        listener: impl Fn(Event) + 'static,
    ) -> Self {
        let Surroundings {
            storage,
            token_keys,
            page,
            is_traced,
        } = surroundings;
        let tenant = config.caller.tenant.clone();
        // Tabs share a tenant's keys, so the channel on which they speak of them is named alike.
        let mut channel = StoreKey::prefix(&tenant);
        channel.pop();
        let (seed, now) = (entropy::seed(), clock::now());
        let mut recorder = None;
        if is_traced {
            later::trace::begin(&mut recorder, &config, seed, now);
        }
        let session = Session::new(config, seed, now);
        let driver = Self(Rc::new(Inner {
            session: RefCell::new(session),
            tenant,
            outputs: RefCell::default(),
            // Until it begins, what comes of what is heard waits.
            is_delivering: Cell::new(true),
            inbox: Inbox::default(),
            is_hearing: Cell::new(false),
            calls: RefCell::default(),
            socket: RefCell::default(),
            timer: RefCell::default(),
            locks: Locks::default(),
            news: RefCell::default(),
            page: RefCell::default(),
            storage,
            token_keys,
            written: RefCell::default(),
            unread: Cell::new(0),
            ask_host,
            listener: Box::new(listener),
            recorder,
        }));
        driver.0.listen(channel, page);
        driver
    }

    /// From here on events are told and effects carried out, the first of them before this returns.
    pub(crate) fn begin(&self) {
        self.0.is_delivering.set(false);
        self.0.deliver();
        Page::at_start().for_each(|signal| self.0.page_did(signal));
    }

    /// Brings the conversation up.
    pub(crate) fn start(&self) {
        self.0.tell(Input::Start);
    }

    /// The panel was opened or closed.
    pub(crate) fn set_open(&self, is_open: bool) {
        self.0.tell(Input::SetOpen(is_open));
    }

    /// What stands in the composer.
    pub(crate) fn set_draft(&self, text: &str) {
        self.0.tell(Input::SetDraft(text));
    }

    /// The visitor types, or left nothing of it.
    pub(crate) fn typed(&self, has_text: bool) {
        self.0.tell(Input::Rare(Rare::Typed { has_text }));
    }

    /// Everything was read here.
    pub(crate) fn mark_read(&self) {
        self.0.tell(Input::MarkRead);
    }

    /// Takes a message.
    ///
    /// # Errors
    /// [`SendError`]: the text stays with the caller.
    pub(crate) fn send(&self, id: ClientMessageId, text: &str) -> Result<(), SendError> {
        match self.0.turn(Input::Send { id, text }) {
            Err(Refused::Send(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends a parked message again.
    ///
    /// # Errors
    /// [`RetryError`]: the message does not wait for a decision.
    pub(crate) fn retry(&self, id: &ClientMessageId) -> Result<(), RetryError> {
        match self.0.turn(Input::Retry(id)) {
            Err(Refused::Retry(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Asks what became of an unconfirmed message.
    ///
    /// # Errors
    /// [`CheckError`]: nobody can be asked, or there is nothing to ask.
    pub(crate) fn check(&self, id: &ClientMessageId) -> Result<(), CheckError> {
        match self.0.turn(Input::Rare(Rare::Check(id))) {
            Err(Refused::Check(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Tells the platform what the visitor thinks of an answer, and why where they say so.
    pub(crate) fn rate(&self, message: &MessageId, value: Feedback, reason: Option<&str>) {
        self.0.tell(Input::Rare(Rare::Rate {
            message,
            value,
            reason,
        }));
    }

    /// Deletes a message that is not on its way.
    pub(crate) fn discard(&self, id: &ClientMessageId) {
        self.0.tell(Input::Rare(Rare::Discard(id)));
    }

    /// Makes the next try now.
    pub(crate) fn retry_now(&self) {
        self.0.tell(Input::RetryNow);
    }

    /// The visitor has read what went wrong.
    pub(crate) fn dismiss_notice(&self) {
        self.0.tell(Input::DismissNotice);
    }

    /// Stops the running answer.
    pub(crate) fn stop_answer(&self) {
        self.0.tell(Input::StopAnswer);
    }

    /// Begins a new conversation.
    pub(crate) fn new_conversation(&self) {
        self.0.tell(Input::NewConversation);
    }

    /// Deletes the conversation.
    pub(crate) fn erase(&self) {
        self.0.tell(Input::Erase);
    }

    /// Other limits, and other facts of the page.
    pub(crate) fn configure(&self, limits: Limits, context: Option<String>) {
        self.0.tell(Input::Configure { limits, context });
    }

    /// What a session keeps values with.
    pub(crate) fn storage(&self) -> &Storage {
        &self.0.storage
    }

    /// Signs in, or makes an account; an event tells how it ended.
    ///
    /// # Errors
    /// [`SignInError`]: nothing was begun.
    pub(crate) fn sign_in(&self, credentials: &Credentials) -> Result<(), SignInError> {
        match self.0.turn(Input::Rare(Rare::SignIn(credentials))) {
            Err(Refused::SignIn(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// Signs out.
    pub(crate) fn sign_out(&self) {
        self.0.tell(Input::SignOut);
    }

    /// Takes a token of the host page.
    pub(crate) fn set_token(&self, token: Option<Token>) {
        self.0.tell(Input::SetToken(token));
    }

    /// Asks who is signed in; an event tells.
    pub(crate) fn read_profile(&self) {
        self.0.tell(Input::Rare(Rare::ReadProfile));
    }

    /// Whether a token is held.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.0.session.borrow().is_signed_in()
    }

    /// What the session knows of itself.
    pub(crate) fn report(&self) -> Report {
        self.0.session.borrow().report()
    }

    /// The lines of what the session was told, where that is written down.
    pub(crate) fn trace(&self) -> Option<String> {
        self.0.recorder.as_ref().map(|recorder| recorder.lines())
    }

    /// Who is signed in.
    pub(crate) fn auth_state(&self) -> AuthState {
        self.0.session.borrow().auth_state()
    }

    /// Ends the session: no call, socket or timer is left.
    pub(crate) fn end(&self) {
        self.0.tell(Input::End);
        self.0.inbox.clear();
        drop(self.0.locks.outbox.take());
        drop(self.0.locks.renewal.take());
        drop(self.0.news.take());
        drop(self.0.page.take());
    }

    /// Looks at the chat, where it exists.
    pub(crate) fn with_chat<R>(&self, look: impl FnOnce(Option<&ChatId>) -> R) -> R {
        look(self.0.session.borrow().chat())
    }

    /// The connection's phase.
    pub(crate) fn phase(&self) -> Phase {
        self.0.session.borrow().phase()
    }
}

impl Inner {
    /// One turn: the session is told one thing, and what it asks for and tells is delivered.
    #[inline(never)]
    fn turn(self: &Rc<Self>, input: Input<'_>) -> Result<(), Refused> {
        let now = clock::now();
        if let Some(recorder) = &self.recorder {
            recorder.note(&input, now);
        }
        let result = self.session.borrow_mut().take(input, now);
        self.deliver();
        result
    }

    /// A turn with what is never refused.
    fn tell(self: &Rc<Self>, input: Input<'_>) {
        let _never_refused = self.turn(input);
    }

    fn deliver(self: &Rc<Self>) {
        {
            let mut session = self.session.borrow_mut();
            self.outputs
                .borrow_mut()
                .extend(std::iter::from_fn(|| session.poll_output()));
        }
        if !self.is_delivering.replace(true) {
            while let Some(output) = self.next_output() {
                match output {
                    Output::Effect(effect) => self.perform(effect),
                    Output::Event(event) => {
                        if !matches!(event, Event::AnswerGrew { .. }) {
                            self.inbox.has_news.set(true);
                        }
                        (self.listener)(event);
                    }
                }
            }
            self.is_delivering.set(false);
            if !self.is_hearing.get() {
                self.end_turn();
            }
        }
    }

    fn end_turn(self: &Rc<Self>) {
        self.tell_tabs();
        self.arm();
    }

    /// Taken by itself, so that the queue is free while its output is delivered.
    fn next_output(&self) -> Option<Output> {
        self.outputs.borrow_mut().pop_front()
    }

    /// One timer, for the session's next deadline or earlier. Every frame of an answer puts the deadline off, and to wake
    /// once for nothing costs less than a new timer for each of them.
    fn arm(self: &Rc<Self>) {
        let Some(deadline) = self.session.borrow().deadline() else {
            drop(self.timer.take());
            return;
        };
        let is_armed = matches!(&*self.timer.borrow(), Some((at, _)) if *at <= deadline.at);
        if is_armed {
            return;
        }
        let inner = Rc::downgrade(self);
        let timer = Timer::after(deadline.at.since(clock::now().mono), move || {
            if let Some(inner) = inner.upgrade() {
                drop(inner.timer.take());
                inner.tell(Input::Timeout);
            }
        });
        drop(self.timer.replace(Some((deadline.at, timer))));
    }
}
