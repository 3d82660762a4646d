//! What a session shares with the other tabs: storage, the news of it, and locks; and the page they all come and go with.

use std::{cell::RefCell, rc::Rc};

use miptech_chat_session::{Input, LockName, PageSignal, Shelf, StoreKey};
use wasm_bindgen_futures::spawn_local;

use super::Inner;
use crate::browser::{news::News, page::Page, tabs::LockWish};

impl Inner {
    /// Begins to hear the other tabs and the page.
    pub(super) fn listen(self: &Rc<Self>, channel: String, page: Page) {
        let inner = Rc::downgrade(self);
        let news = News::new(channel, move |key| {
            inner.upgrade().into_iter().for_each(|inner| inner.heard_of(key));
        });
        self.news.replace(Some(news));
        let inner = Rc::downgrade(self);
        let watch = page.watch(move |signal| {
            inner
                .upgrade()
                .into_iter()
                .for_each(|inner| inner.page_did(signal));
        });
        self.page.replace(Some(watch));
    }

    /// The page went through something. While it is away it holds no channel, and what was written meanwhile is read
    /// when it is back.
    pub(super) fn page_did(self: &Rc<Self>, signal: PageSignal) {
        if signal == PageSignal::Returned {
            self.news.borrow().iter().for_each(News::open);
            self.heard_of(None);
        }
        self.tell(Input::Page(signal));
        if signal == PageSignal::Leaving {
            self.news.borrow().iter().for_each(News::close);
        }
    }

    /// Another tab wrote a key, or cleared everything. However much is heard in one go, each shelf is read once.
    fn heard_of(self: &Rc<Self>, key: Option<&str>) {
        let news = match key {
            Some(key) => match Shelf::of(key, &self.tenant, &self.token_keys) {
                Some(shelf) => {
                    self.storage.was_written(key, &self.token_keys);
                    bit(shelf)
                }
                None => return,
            },
            None => u8::MAX,
        };
        if self.unread.replace(self.unread.get() | news) != 0 {
            return;
        }
        let inner = Rc::downgrade(self);
        spawn_local(async move {
            let Some(inner) = inner.upgrade() else { return };
            let unread = inner.unread.take();
            let shelves = Shelf::ALL.into_iter().filter(|shelf| unread & bit(*shelf) != 0);
            shelves.for_each(|shelf| inner.read(shelf));
        });
    }

    /// Reads a shelf of storage for the session.
    pub(super) fn read(self: &Rc<Self>, shelf: Shelf) {
        let stored = self.storage.shelf(shelf, &self.tenant, &self.token_keys);
        self.tell(Input::Stored(stored));
    }

    /// Keeps a value of the session, or keeps it no longer.
    pub(super) fn store(self: &Rc<Self>, key: StoreKey, value: Option<&str>) {
        let name = key.text(&self.tenant, &self.token_keys);
        match self.storage.write(&name, value) {
            Ok(()) => {
                let mut written = self.written.borrow_mut();
                if !written.contains(&name) {
                    written.push(name);
                }
            }
            Err(refusal) if value.is_some() => {
                self.tell(Input::StoreRefused { key: &key, refusal });
            }
            // What could not be taken away is hidden by memory; nobody has to be told.
            Err(_) => {}
        }
    }

    /// Tells the other tabs what was written in this turn: the names of the keys, and nothing of what they hold.
    pub(super) fn tell_tabs(&self) {
        let written = self.written.take();
        if !written.is_empty() {
            self.news.borrow().iter().for_each(|news| news.tell(&written));
        }
    }

    pub(super) fn ask_lock(self: &Rc<Self>, name: LockName) {
        // Tabs share the keys, so they share locks that are named after keys.
        let shared = match name {
            LockName::Outbox => {
                let mut text = StoreKey::prefix(&self.tenant);
                text.push_str("outbox");
                text
            }
            LockName::Renewal => self.token_keys.refresh.clone(),
        };
        let inner = Rc::downgrade(self);
        let wish = LockWish::ask(&shared, move |lock| {
            if let Some(inner) = inner.upgrade() {
                inner.tell(Input::Lock { name, lock });
            }
        });
        let former = self.lock(name).replace(Some(wish));
        drop(former);
    }

    pub(super) const fn lock(&self, name: LockName) -> &RefCell<Option<LockWish>> {
        match name {
            LockName::Outbox => &self.locks.outbox,
            LockName::Renewal => &self.locks.renewal,
        }
    }
}

const fn bit(shelf: Shelf) -> u8 {
    1 << shelf as u8
}
