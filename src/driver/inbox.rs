//! What the socket did and the session has not heard yet.
//!
//! The first frame is heard at once. What follows within the next moments waits for their end and is heard in one go, for
//! at most a slice at a time: between two slices the page draws and hears keys, and what a hearing costs beside its frames
//! is spent once for all of them. The order is that of the socket. While nobody sees the page there is nothing to draw, and
//! nothing waits.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use miptech_chat_session::{Attempt, SocketEvent};

use super::Inner;
use crate::browser::{clock, page::Page, socket::Happened, timer::Timer};

/// The events that wait.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: RefCell<VecDeque<(Attempt, Happened)>>,
    /// Ends the pause. What is left of one that ended unused goes with the next.
    pause: RefCell<Option<Timer>>,
    is_pausing: Cell<bool>,
}

impl Inbox {
    /// Nothing of it is heard any more.
    pub(super) fn clear(&self) {
        self.waiting.borrow_mut().clear();
        drop(self.pause.take());
        self.is_pausing.set(false);
    }
}

impl Inner {
    /// The socket did something.
    pub(super) fn socket_did(self: &Rc<Self>, attempt: Attempt, happened: Happened) {
        self.inbox.waiting.borrow_mut().push_back((attempt, happened));
        // Whoever is at work takes it in its turn.
        if !self.is_hearing.get() && (!self.inbox.is_pausing.get() || Page::is_hidden()) {
            self.hear_socket();
        }
    }

    /// Hears what waits, as far as the slice goes.
    fn hear_socket(self: &Rc<Self>) {
        let until = clock::millis() + SLICE_MS;
        self.is_hearing.set(true);
        let mut is_over = false;
        while !is_over && let Some((attempt, happened)) = self.next_of_socket() {
            self.hear(attempt, &happened);
            is_over = clock::millis() >= until && !Page::is_hidden();
        }
        self.is_hearing.set(false);
        self.end_turn();
        let inner = Rc::downgrade(self);
        let pause = Timer::after(PAUSE, move || {
            if let Some(inner) = inner.upgrade() {
                drop(inner.inbox.pause.take());
                inner.inbox.is_pausing.set(false);
                if !inner.inbox.waiting.borrow().is_empty() {
                    inner.hear_socket();
                }
            }
        });
        self.inbox.is_pausing.set(true);
        drop(self.inbox.pause.replace(Some(pause)));
    }

    /// Taken by itself, so that the queue is free while an event is heard.
    fn next_of_socket(&self) -> Option<(Attempt, Happened)> {
        self.inbox.waiting.borrow_mut().pop_front()
    }

    fn hear(self: &Rc<Self>, attempt: Attempt, happened: &Happened) {
        let event = match happened {
            Happened::Binary => SocketEvent::Binary,
            Happened::Closed { code, reason } => SocketEvent::Closed { code: *code, reason },
            Happened::Opened => SocketEvent::Opened,
            Happened::Text(text) => SocketEvent::Text(text),
            Happened::TooLarge => SocketEvent::TooLarge,
        };
        self.turn(|session, now| session.handle_socket(attempt, event, now));
    }
}

/// How long is heard before the page gets its turn (`faults.md` section 6.3, row "render"), and how long that turn is.
const SLICE_MS: f64 = 8.0;
const PAUSE: Duration = Duration::from_millis(8);
