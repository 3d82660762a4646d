//! What the socket did and the session has not heard yet.
//!
//! The first frame is heard at once. What comes within the next moment waits for its end and is heard in one go, for at most
//! a slice at a time: between two slices the page draws and hears keys, and what a hearing costs beside its frames is spent
//! once for all of them. A frame that did more than lengthen an answer is seen in the views before another is heard. The
//! order is that of the socket. While nobody sees the page there is nothing to draw, and nothing waits.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

use miptech_chat_session::{Attempt, Input, SocketEvent};
use wasm_bindgen_futures::spawn_local;

use super::Inner;
use crate::browser::{clock, page::Page, socket::Happened, timer::Timer};

/// The events that wait, and what for.
#[derive(Default)]
pub(super) struct Inbox {
    waiting: RefCell<VecDeque<(Attempt, Happened)>>,
    wait: RefCell<Wait>,
    /// Whether something was heard that the views show before more is heard.
    pub(super) has_news: Cell<bool>,
}

/// What comes before more is heard.
#[derive(Default)]
enum Wait {
    #[default]
    Nothing,
    /// The page's turn, until the timer fires.
    Pause { _timer: Timer },
    /// The views, which are at work in the same microtask queue.
    Views,
}

impl Inbox {
    /// Nothing of it is heard any more.
    pub(super) fn clear(&self) {
        self.waiting.borrow_mut().clear();
        drop(self.wait.take());
    }
}

impl Inner {
    /// The socket did something.
    pub(super) fn socket_did(self: &Rc<Self>, attempt: Attempt, happened: Happened) {
        self.inbox.waiting.borrow_mut().push_back((attempt, happened));
        let is_free = match &*self.inbox.wait.borrow() {
            Wait::Nothing => true,
            Wait::Pause { .. } => Page::is_hidden(),
            Wait::Views => false,
        };
        // Whoever is at work takes it in its turn.
        if is_free && !self.is_hearing.get() {
            self.hear_socket(clock::millis() + SLICE_MS);
        }
    }

    /// Hears what waits, as far as the slice goes.
    fn hear_socket(self: &Rc<Self>, until: f64) {
        let inbox = &self.inbox;
        self.is_hearing.set(true);
        inbox.has_news.set(false);
        let mut is_over = false;
        while !is_over
            && !inbox.has_news.get()
            && let Some((attempt, happened)) = self.next_of_socket()
        {
            self.hear(attempt, &happened);
            is_over = clock::millis() >= until && !Page::is_hidden();
        }
        self.is_hearing.set(false);
        self.end_turn();
        let inner = Rc::downgrade(self);
        let is_empty = inbox.waiting.borrow().is_empty();
        let former = inbox.wait.replace(if is_over || is_empty {
            Wait::Pause {
                _timer: Timer::after(PAUSE, move || {
                    inner
                        .upgrade()
                        .iter()
                        .for_each(|inner| inner.hear_on(clock::millis() + SLICE_MS));
                }),
            }
        } else {
            spawn_local(async move { inner.upgrade().iter().for_each(|inner| inner.hear_on(until)) });
            Wait::Views
        });
        drop(former);
    }

    /// What was waited for is over.
    fn hear_on(self: &Rc<Self>, until: f64) {
        drop(self.inbox.wait.take());
        if !self.inbox.waiting.borrow().is_empty() {
            self.hear_socket(until);
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
        self.tell(Input::Socket { attempt, event });
    }
}

/// How long is heard before the page gets its turn (`faults.md` section 6.3, row "render"), and how long that turn is.
const SLICE_MS: f64 = 8.0;
const PAUSE: Duration = Duration::from_millis(8);
