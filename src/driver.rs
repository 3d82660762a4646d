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
    Attempt, ChatId, ClientMessageId, Effect, Event, HttpOutcome, Now, Output, Phase, RequestId, RetryError,
    SendError, Session, SessionConfig, SocketEvent, TenantId,
};

use crate::browser::{
    clock, entropy,
    http::Call,
    socket::{Happened, Socket},
    storage::Storage,
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
    storage: Storage,
    listener: Box<dyn Fn(Event)>,
}

impl Driver {
    /// A session at rest; `listener` hears every event, in order.
    pub(crate) fn new(config: SessionConfig, storage: Storage, listener: impl Fn(Event) + 'static) -> Self {
        let tenant = config.caller.tenant.clone();
        Self(Rc::new(Inner {
            session: RefCell::new(Session::new(config, entropy::seed())),
            tenant,
            outputs: RefCell::default(),
            is_delivering: Cell::new(false),
            calls: RefCell::default(),
            socket: RefCell::default(),
            timer: RefCell::default(),
            storage,
            listener: Box::new(listener),
        }))
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

    /// Ends the session: no call, socket or timer is left.
    pub(crate) fn end(&self) {
        self.0.turn(Session::end);
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
            Effect::SendFrame { attempt, text } => {
                if let Some((current, socket)) = &*self.socket.borrow()
                    && *current == attempt
                {
                    socket.send(&text);
                }
            }
            Effect::Store { key, value } => self.storage.write(&key.text(&self.tenant), &value),
        }
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
