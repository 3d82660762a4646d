//! What the session asks for, done; and what came of it, told.

use std::rc::{Rc, Weak};

use miptech_chat_session::{Attempt, Effect, HttpOutcome, Input, RequestId, SessionId};

use super::Inner;
use crate::browser::{
    entropy,
    http::Call,
    socket::{Happened, Socket},
};

impl Inner {
    pub(super) fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::AbortHttp { id } => drop(self.take_call(id)),
            Effect::AskHostForToken { reason, current } => {
                let inner = Rc::downgrade(self);
                let answered = move |token| {
                    if let Some(inner) = inner.upgrade() {
                        inner.tell(Input::Token(token));
                    }
                };
                (self.ask_host)(reason, current.as_ref(), Box::new(answered));
            }
            Effect::AskLock(name) => self.ask_lock(name),
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
                    self.tell(Input::SessionId(id));
                }
            }
            Effect::OpenSocket { attempt, url } => {
                let inner = Rc::downgrade(self);
                let opened = Socket::open(&url, move |happened| socket_did(&inner, attempt, happened));
                let is_refused = opened.is_none();
                let former = self.socket.replace(opened.map(|socket| (attempt, socket)));
                drop(former);
                if is_refused {
                    let inner = Rc::downgrade(self);
                    let refused = Happened::Closed {
                        code: NEVER_OPENED,
                        reason: String::new(),
                    };
                    wasm_bindgen_futures::spawn_local(async move { socket_did(&inner, attempt, refused) });
                }
            }
            Effect::Read(shelf) => self.read(shelf),
            Effect::ReleaseLock(name) => drop(self.lock(name).take()),
            Effect::SendFrame { attempt, text } => {
                if let Some((current, socket)) = &*self.socket.borrow()
                    && *current == attempt
                {
                    socket.send(&text);
                }
            }
            Effect::Store { key, value } => self.store(key, value.as_deref()),
        }
    }

    fn take_call(&self, id: RequestId) -> Option<Call> {
        let mut calls = self.calls.borrow_mut();
        let place = calls.iter().position(|(known, _)| *known == id)?;
        Some(calls.swap_remove(place).1)
    }
}

fn http_done(inner: &Weak<Inner>, id: RequestId, outcome: HttpOutcome) {
    let Some(inner) = inner.upgrade() else { return };
    let done = inner.take_call(id);
    inner.tell(Input::Http { id, outcome });
    drop(done);
}

fn socket_did(inner: &Weak<Inner>, attempt: Attempt, happened: Happened) {
    if let Some(inner) = inner.upgrade() {
        inner.socket_did(attempt, happened);
    }
}

/// What a browser reports for a socket that never opened.
const NEVER_OPENED: u16 = 1006;
