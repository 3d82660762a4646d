//! The corridor between the session and the browser: stamps time, feeds the session, drains it, arms one timer.
//!
//! It decides nothing. A turn is: borrow the session, one input, move all outputs to a queue, release.
//! A listener may call back into the driver while outputs are delivered; only the outermost turn delivers,
//! so effects and events keep the order the session gave them.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use miptech_chat_session::{
    Attempt, AuthState, ChatId, ClientMessageId, Credentials, Effect, Event, HttpOutcome, Now, Output, Phase,
    Report, RequestId, RetryError, SendError, Session, SessionConfig, SessionId, SignInError, SocketEvent,
    StoreKey, TenantId, Token, TokenKeys, TokenReason,
};

use crate::browser::{
    clock, entropy,
    http::Call,
    socket::{Happened, Socket},
    storage::Storage,
    tabs::{LockWish, StorageWatch},
    timer::Timer,
};

/// A running session with its browser. Dropping the last handle ends everything it holds.
#[derive(Clone)]
pub(crate) struct Driver(Rc<Inner>);

struct Inner {
    session: RefCell<Session>,
    tenant: TenantId,
    outputs: RefCell<VecDeque<Output>>,
    is_delivering: Cell<bool>,
    calls: RefCell<Vec<(RequestId, Call)>>,
    socket: RefCell<Option<(Attempt, Socket)>>,
    timer: RefCell<Option<Timer>>,
    lock: RefCell<Option<LockWish>>,
    watch: RefCell<Option<StorageWatch>>,
    storage: Storage,
    token_keys: TokenKeys,
    ask_host: AskHost,
    listener: Box<dyn Fn(Event)>,
}

/// Asks the host page for a token; its answer comes later, or never.
pub(crate) type AskHost = Box<dyn Fn(TokenReason, Option<&Token>, Box<dyn FnOnce(Option<Token>)>)>;

/// What a session keeps values with.
pub(crate) struct Keeping {
    pub(crate) storage: Storage,
    pub(crate) token_keys: TokenKeys,
}

impl Driver {
    /// A session at rest; `listener` hears every event, in order.
    pub(crate) fn new(
        config: SessionConfig,
        keeping: Keeping,
        ask_host: AskHost,
        listener: impl Fn(Event) + 'static,
    ) -> Self {
        let Keeping { storage, token_keys } = keeping;
        let tenant = config.caller.tenant.clone();
        let session = Session::new(config, entropy::seed(), clock::now().wall_ms);
        let driver = Self(Rc::new(Inner {
            session: RefCell::new(session),
            tenant,
            outputs: RefCell::default(),
            is_delivering: Cell::new(false),
            calls: RefCell::default(),
            socket: RefCell::default(),
            timer: RefCell::default(),
            lock: RefCell::default(),
            watch: RefCell::default(),
            storage,
            token_keys,
            ask_host,
            listener: Box::new(listener),
        }));
        let inner = Rc::downgrade(&driver.0);
        let watch = StorageWatch::new(move |key| {
            if let Some(inner) = inner.upgrade()
                && inner.is_of_account(key.as_deref())
            {
                inner.read_account();
            }
        });
        driver.0.watch.replace(Some(watch));
        driver
    }

    /// Brings the conversation up.
    pub(crate) fn start(&self) {
        self.0.turn(Session::start);
    }

    /// Takes a message.
    ///
    /// # Errors
    /// [`SendError`]: the text stays with the caller.
    pub(crate) fn send(&self, id: ClientMessageId, text: &str) -> Result<(), SendError> {
        self.0.turn(|session, now| session.send(id, text, now))
    }

    /// Sends a parked message again.
    ///
    /// # Errors
    /// [`RetryError`]: the message does not wait for a decision.
    pub(crate) fn retry(&self, id: &ClientMessageId) -> Result<(), RetryError> {
        self.0.turn(|session, now| session.retry(id, now))
    }

    /// Deletes a message that is not on its way.
    pub(crate) fn discard(&self, id: &ClientMessageId) {
        self.0.turn(|session, now| session.discard(id, now));
    }

    /// Makes the next try now.
    pub(crate) fn retry_now(&self) {
        self.0.turn(Session::retry_now);
    }

    /// The visitor has read what went wrong.
    pub(crate) fn dismiss_notice(&self) {
        self.0.turn(Session::dismiss_notice);
    }

    /// Stops the running answer.
    pub(crate) fn stop_answer(&self) {
        self.0.turn(Session::stop_answer);
    }

    /// Begins a new conversation.
    pub(crate) fn new_conversation(&self) {
        self.0.turn(Session::new_conversation);
    }

    /// Signs in, or makes an account; an event tells how it ended.
    ///
    /// # Errors
    /// [`SignInError`]: nothing was begun.
    pub(crate) fn sign_in(&self, credentials: &Credentials) -> Result<(), SignInError> {
        self.0.turn(|session, now| session.sign_in(credentials, now))
    }

    /// Signs out.
    pub(crate) fn sign_out(&self) {
        self.0.turn(Session::sign_out);
    }

    /// Takes a token of the host page.
    pub(crate) fn set_token(&self, token: Option<Token>) {
        self.0.turn(|session, now| session.set_token(token, now));
    }

    /// Asks who is signed in; an event tells.
    pub(crate) fn read_profile(&self) {
        self.0.turn(Session::read_profile);
    }

    /// Whether a token is held.
    pub(crate) fn is_signed_in(&self) -> bool {
        self.0.session.borrow().is_signed_in()
    }

    /// What the session knows of itself.
    pub(crate) fn report(&self) -> Report {
        self.0.session.borrow().report()
    }

    /// Who is signed in.
    pub(crate) fn auth_state(&self) -> AuthState {
        self.0.session.borrow().auth_state()
    }

    /// Ends the session: no call, socket or timer is left.
    pub(crate) fn end(&self) {
        self.0.turn(Session::end);
        drop(self.0.lock.take());
        drop(self.0.watch.take());
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
    fn turn<R>(self: &Rc<Self>, input: impl FnOnce(&mut Session, Now) -> R) -> R {
        let result = input(&mut self.session.borrow_mut(), clock::now());
        self.deliver();
        result
    }

    /// The part of a turn that is the same for every input; kept out of line, for there are a dozen of them.
    #[inline(never)]
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
                    Output::Event(event) => (self.listener)(event),
                }
            }
            self.is_delivering.set(false);
            self.arm();
        }
    }

    /// Taken by itself, so that the queue is free while its output is delivered.
    fn next_output(&self) -> Option<Output> {
        self.outputs.borrow_mut().pop_front()
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::AbortHttp { id } => drop(self.take_call(id)),
            Effect::AskHostForToken { reason, current } => {
                let inner = Rc::downgrade(self);
                let answered = move |token| {
                    if let Some(inner) = inner.upgrade() {
                        inner.turn(|session, now| session.handle_token(token, now));
                    }
                };
                (self.ask_host)(reason, current.as_ref(), Box::new(answered));
            }
            Effect::AskLock => {
                let inner = Rc::downgrade(self);
                // Tabs share the keys, so they share the lock that is named after one.
                let wish = LockWish::ask(&self.token_keys.refresh, move |lock| {
                    if let Some(inner) = inner.upgrade() {
                        inner.turn(|session, now| session.handle_lock(lock, now));
                    }
                });
                let former = self.lock.replace(Some(wish));
                drop(former);
            }
            Effect::CloseSocket { attempt, code } => {
                let current = self
                    .socket
                    .borrow_mut()
                    .take_if(|(current, _)| *current == attempt);
                current.into_iter().for_each(|(_, socket)| socket.close(code));
            }
            Effect::Http { id, request } => {
                let inner = Rc::downgrade(self);
                let call = Call::start(request, move |outcome| http_done(&inner, id, outcome));
                self.calls.borrow_mut().push((id, call));
            }
            Effect::MakeSessionId => {
                if let Some(id) = SessionId::parse(&entropy::uuid()) {
                    self.turn(|session, now| session.handle_session_id(id, now));
                }
            }
            Effect::OpenSocket { attempt, url } => {
                let inner = Rc::downgrade(self);
                let opened = Socket::open(&url, move |happened| socket_did(&inner, attempt, &happened));
                let is_refused = opened.is_none();
                let former = self.socket.replace(opened.map(|socket| (attempt, socket)));
                drop(former);
                if is_refused {
                    let inner = Rc::downgrade(self);
                    let refused = Happened::Closed {
                        code: NEVER_OPENED,
                        reason: String::new(),
                    };
                    wasm_bindgen_futures::spawn_local(async move { socket_did(&inner, attempt, &refused) });
                }
            }
            Effect::ReadAccount => self.read_account(),
            Effect::ReleaseLock => drop(self.lock.take()),
            Effect::SendFrame { attempt, text } => {
                if let Some((current, socket)) = &*self.socket.borrow()
                    && *current == attempt
                {
                    socket.send(&text);
                }
            }
            Effect::Store { key, value } => {
                let name = key.text(&self.tenant, &self.token_keys);
                self.storage.write(&name, value.as_deref());
            }
        }
    }

    fn read_account(self: &Rc<Self>) {
        let stored = self.storage.account(&self.tenant, &self.token_keys);
        self.turn(|session, now| session.handle_account(&stored, now));
    }

    /// Whether another tab's write concerns the account; a storage that was cleared does.
    fn is_of_account(&self, key: Option<&str>) -> bool {
        let refresh = StoreKey::RefreshToken.text(&self.tenant, &self.token_keys);
        let access = StoreKey::AccessToken.text(&self.tenant, &self.token_keys);
        key.is_none_or(|key| key == refresh || key == access)
    }

    fn take_call(&self, id: RequestId) -> Option<Call> {
        let mut calls = self.calls.borrow_mut();
        let place = calls.iter().position(|(known, _)| *known == id)?;
        Some(calls.swap_remove(place).1)
    }

    /// One timer for the session's next deadline; a new one cancels the old.
    fn arm(self: &Rc<Self>) {
        let deadline = self.session.borrow().deadline();
        let timer = deadline.map(|deadline| {
            let inner = Rc::downgrade(self);
            Timer::after(deadline.at.since(clock::now().mono), move || {
                inner
                    .upgrade()
                    .into_iter()
                    .for_each(|inner| inner.turn(Session::handle_timeout));
            })
        });
        drop(self.timer.replace(timer));
    }
}

fn http_done(inner: &Weak<Inner>, id: RequestId, outcome: HttpOutcome) {
    let Some(inner) = inner.upgrade() else { return };
    let done = inner.take_call(id);
    inner.turn(|session, now| session.handle_http(id, outcome, now));
    drop(done);
}

fn socket_did(inner: &Weak<Inner>, attempt: Attempt, happened: &Happened) {
    let Some(inner) = inner.upgrade() else { return };
    let event = match happened {
        Happened::Binary => SocketEvent::Binary,
        Happened::Closed { code, reason } => SocketEvent::Closed { code: *code, reason },
        Happened::Opened => SocketEvent::Opened,
        Happened::Text(text) => SocketEvent::Text(text),
        Happened::TooLarge => SocketEvent::TooLarge,
    };
    inner.turn(|session, now| session.handle_socket(attempt, event, now));
}

/// What a browser reports for a socket that never opened.
const NEVER_OPENED: u16 = 1006;
