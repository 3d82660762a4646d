//! Several tabs of one conversation: one storage, one lock for choosing messages, news of every write.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use miptech_chat_session::{Lock, LockName, Shelf, StoreKey, TenantId, TokenKeys};

use crate::{
    browser::{LockQueue, Locks, Storage, name},
    rig::Rig,
    tabs::WithLocks,
};

pub(crate) struct Family {
    pub(crate) rigs: Vec<Rig>,
    queue: LockQueue,
    granted: Option<usize>,
    /// How many writes of each tab the others have heard of.
    told: Vec<usize>,
}

impl Family {
    /// Tabs nobody asked for a chat in yet, in a browser that was here before.
    pub(crate) fn new(count: usize, locks: WithLocks) -> Self {
        let storage = Storage::default();
        storage
            .borrow_mut()
            .insert(name(&StoreKey::SessionId), "test_session_123".to_owned());
        let queue: LockQueue = Rc::new(RefCell::new(VecDeque::new()));
        let open = |tab: usize| {
            let mut rig = Rig::with(u64::try_from(tab).unwrap() * 31 + 5, storage.clone(), |_| {});
            rig.outbox_locks = match locks {
                WithLocks::Yes => Locks::Queued(queue.clone(), tab),
                WithLocks::No => Locks::Absent,
            };
            rig.count_ids_from(u32::try_from(tab).unwrap() * 1000);
            rig
        };
        let rigs: Vec<Rig> = (0..count).map(open).collect();
        let told = rigs.iter().map(|rig| rig.stored.len()).collect();
        Self {
            rigs,
            queue,
            granted: None,
            told,
        }
    }

    /// Tabs that are live on a platform with these capabilities.
    pub(crate) fn live(count: usize, locks: WithLocks, capabilities: &str) -> Self {
        let mut family = Self::new(count, locks);
        for tab in 0..count {
            family.rigs[tab].start();
            family.rigs[tab].go_live(capabilities);
        }
        family.settle();
        family
    }

    /// The lock is granted in turn and every write is told to the other tabs, until nothing moves any more.
    pub(crate) fn settle(&mut self) {
        while self.grant() || self.tell() {}
    }

    /// Grants the lock to who waits longest, without any news. Tells whether anything moved.
    pub(crate) fn grant(&mut self) -> bool {
        let first = self.queue.borrow().front().copied();
        let is_news = first != self.granted;
        self.granted = first;
        if let Some(tab) = first.filter(|_| is_news) {
            self.rigs[tab].act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
        }
        is_news
    }

    fn tell(&mut self) -> bool {
        let Some(writer) = (0..self.rigs.len()).find(|tab| self.told[*tab] < self.rigs[*tab].stored.len())
        else {
            return false;
        };
        let (key, _) = &self.rigs[writer].stored[self.told[writer]];
        let tenant = TenantId::parse("miptech-company").unwrap();
        let shelf = Shelf::of(&name(key), &tenant, &TokenKeys::default());
        self.told[writer] += 1;
        for tab in (0..self.rigs.len()).filter(|tab| *tab != writer) {
            if let Some(shelf) = shelf {
                self.rigs[tab].news(shelf);
            }
        }
        true
    }

    /// Lets time pass in every tab, in steps so small that they take turns.
    pub(crate) fn advance(&mut self, span: Duration) {
        let steps = span.as_millis() / STEP.as_millis();
        for _ in 0..steps {
            for tab in 0..self.rigs.len() {
                self.rigs[tab].advance(STEP);
                self.settle();
            }
        }
    }

    /// A visitor types in one tab, and everybody hears of it.
    pub(crate) fn say(&mut self, tab: usize, text: &str) {
        self.rigs[tab].say(text).unwrap();
        self.settle();
    }

    /// The texts each tab handed over.
    pub(crate) fn sent(&self) -> Vec<Vec<String>> {
        self.rigs.iter().map(Rig::sent_texts).collect()
    }
}

const STEP: Duration = Duration::from_millis(50);
