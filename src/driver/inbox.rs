//! What the socket did and the session has not heard yet.
//!
//! A burst of frames is heard in slices, each followed by a pause: between two slices the page draws and hears keys. The
//! order is that of the socket. While nobody sees the page there is nothing to draw, and nothing waits.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use miptech_chat_session::{Attempt, SocketEvent};

use super::Inner;
use crate::browser::{clock, page::Page, socket::Happened, timer::Timer};

/// The events that wait, and the slice. Times are milliseconds.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: RefCell<VecDeque<(Attempt, Happened)>>,
    /// When this slice began, and how long of it was spent on hearing.
    began: Cell<f64>,
    spent: Cell<f64>,
    /// Ends the pause.
    pause: RefCell<Option<Timer>>,
}

impl Inbox {
    /// Nothing of it is heard any more.
    pub(super) fn clear(&self) {
        self.waiting.borrow_mut().clear();
        drop(self.pause.take());
    }
}

impl Inner {
    /// The socket did something.
    pub(super) fn socket_did(self: &Rc<Self>, attempt: Attempt, happened: Happened) {
        self.inbox.waiting.borrow_mut().push_back((attempt, happened));
        // Whoever is at work takes it in its turn, and a pause is waited for.
        if !self.is_hearing.get() && self.inbox.pause.borrow().is_none() {
            self.hear_socket();
        }
    }

    /// Hears what waits, as far as the slice goes.
    fn hear_socket(self: &Rc<Self>) {
        let inbox = &self.inbox;
        let began = clock::millis();
        if began - inbox.began.get() >= FRAME_MS {
            inbox.began.set(began);
            inbox.spent.set(0.0);
        }
        let spent = inbox.spent.get();
        self.is_hearing.set(true);
        let mut is_over = false;
        while !is_over && let Some((attempt, happened)) = self.next_of_socket() {
            self.hear(attempt, &happened);
            inbox.spent.set(spent + clock::millis() - began);
            is_over = inbox.spent.get() >= SLICE_MS && !Page::is_hidden();
        }
        self.is_hearing.set(false);
        self.end_turn();
        if is_over {
            let inner = Rc::downgrade(self);
            let pause = Timer::after(PAUSE, move || {
                if let Some(inner) = inner.upgrade() {
                    drop(inner.inbox.pause.take());
                    inner.inbox.began.set(0.0);
                    inner.hear_socket();
                }
            });
            inbox.pause.replace(Some(pause));
        }
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

/// How long a burst is heard before the page gets its turn (`faults.md` section 6.3, row "render"), how long that turn is,
/// and both together: a frame of a screen with 60 of them a second.
const SLICE_MS: f64 = 8.0;
const PAUSE: Duration = Duration::from_millis(8);
const FRAME_MS: f64 = 16.0;
