//! Several tabs of one browser: one storage, one lock, one virtual clock.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use miptech_chat_session::Lock;

use crate::{
    browser::{LockQueue, Locks, Storage},
    rig::Rig,
};

/// Whether the browser of some tabs has locks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum WithLocks {
    No,
    Yes,
}

pub(crate) struct Tabs {
    pub(crate) rigs: Vec<Rig>,
    queue: LockQueue,
    granted: Option<usize>,
    /// What each tab last heard of the account.
    heard: Vec<[Option<String>; 3]>,
}

impl Tabs {
    /// Tabs that are live, on a storage somebody signed in to.
    pub(crate) fn live(count: usize, storage: &Storage, locks: WithLocks) -> Self {
        let queue: LockQueue = Rc::new(RefCell::new(VecDeque::new()));
        let open = |tab: usize| {
            let mut rig = Rig::with(u64::try_from(tab).unwrap() * 31 + 5, storage.clone(), |_| {});
            rig.locks = match locks {
                WithLocks::Yes => Locks::Queued(queue.clone(), tab),
                WithLocks::No => Locks::Absent,
            };
            rig.start();
            rig.go_live("");
            rig
        };
        let rigs: Vec<Rig> = (0..count).map(open).collect();
        let heard = rigs.iter().map(Rig::account).collect();
        Self {
            rigs,
            queue,
            granted: None,
            heard,
        }
    }

    /// Locks are granted in turn and storage events delivered, until nothing moves any more.
    pub(crate) fn settle(&mut self) {
        loop {
            let first = self.queue.borrow().front().copied();
            if first != self.granted {
                self.granted = first;
                if let Some(tab) = first {
                    self.rigs[tab].answer_lock(Lock::Held);
                }
                continue;
            }
            let stale = (0..self.rigs.len()).find(|tab| self.heard[*tab] != self.rigs[*tab].account());
            let Some(tab) = stale else { return };
            self.heard[tab] = self.rigs[tab].account();
            self.rigs[tab].storage_changed();
        }
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

    /// How many refresh requests all tabs made.
    pub(crate) fn refreshes(&self) -> usize {
        self.rigs.iter().map(|rig| rig.count("/auth/refresh")).sum()
    }

    /// The tab whose refresh is open.
    pub(crate) fn calling(&self) -> usize {
        let calls = |rig: &Rig| {
            rig.calls
                .iter()
                .any(|(_, call)| call.url.ends_with("/auth/refresh"))
        };
        self.rigs.iter().position(calls).expect("nobody refreshes")
    }
}

const STEP: Duration = Duration::from_millis(10);
