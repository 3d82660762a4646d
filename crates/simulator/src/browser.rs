//! What tabs share: one storage without transactions, and locks that go to whoever asked first.

use std::collections::{BTreeMap, VecDeque};

use miptech_chat_protocol::stored::{StoredMessage, StoredState};
use miptech_chat_session::{
    ChatId, ClientMessageId, LockName, Restored, Shelf, StoreKey, StoreRefusal, Stored, StoredAccount,
    TenantId, TokenKeys,
};

use crate::{
    history::Holds,
    platform::Accounts,
    rng::hash,
};

/// The tabs' storage.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    values: BTreeMap<String, String>,
    /// The getter throws.
    pub(crate) is_blocked: bool,
    /// So many writes succeed before it is full; none where it is not about to be.
    pub(crate) room: Option<u32>,
}

impl Storage {
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.values.get(key).filter(|_| !self.is_blocked).cloned()
    }

    /// Writes, unless the browser refuses.
    pub(crate) fn set(&mut self, key: &str, value: String) -> Result<(), StoreRefusal> {
        if self.is_blocked {
            return Err(StoreRefusal::Blocked);
        }
        match &mut self.room {
            Some(0) => return Err(StoreRefusal::Full),
            Some(left) => *left -= 1,
            None => {}
        }
        self.values.insert(key.to_owned(), value);
        Ok(())
    }

    /// Takes a value away.
    pub(crate) fn remove(&mut self, key: &str) -> Option<String> {
        if self.is_blocked { None } else { self.values.remove(key) }
    }

    pub(crate) fn clear(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.values).into_iter().collect()
    }

    /// The bytes of all keys of ours.
    pub(crate) fn bytes(&self) -> usize {
        self.values.iter().map(|(key, value)| key.len() + value.len()).sum()
    }

    /// Every key, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    fn messages(&self, tenant: &TenantId) -> Vec<(ClientMessageId, String)> {
        let prefix = StoreKey::message_prefix(tenant);
        let values = self.values.iter().filter(|_| !self.is_blocked);
        values
            .filter_map(|(key, value)| {
                Some((ClientMessageId::parse(key.strip_prefix(&prefix)?)?, value.clone()))
            })
            .collect()
    }

    fn account(&self, names: &TokenKeys, tenant: &TenantId) -> StoredAccount {
        let read = |key: StoreKey| self.get(&key.text(tenant, names));
        StoredAccount {
            access: read(StoreKey::AccessToken),
            refresh: read(StoreKey::RefreshToken),
            user: read(StoreKey::User),
            lease: read(StoreKey::RenewalLease),
        }
    }

    /// What a shelf holds.
    pub(crate) fn shelf(&self, shelf: Shelf, tenant: &TenantId) -> Stored {
        let names = TokenKeys::default();
        let read = |key: StoreKey| self.get(&key.text(tenant, &names));
        match shelf {
            Shelf::Account => Stored::Account(self.account(&names, tenant)),
            Shelf::Draft => Stored::Draft(read(StoreKey::Draft)),
            Shelf::Hold => Stored::Hold(read(StoreKey::Hold)),
            Shelf::Messages => Stored::Messages(self.messages(tenant)),
            Shelf::ReadMark => Stored::ReadMark(read(StoreKey::ReadMark)),
            Shelf::Session => Stored::Session(read(StoreKey::SessionId)),
            Shelf::Transcript => Stored::Transcript(read(StoreKey::Transcript)),
        }
    }

    /// What a page finds when it is opened.
    pub(crate) fn restore(&self, tenant: &TenantId) -> Restored {
        let names = TokenKeys::default();
        let read = |key: StoreKey| self.get(&key.text(tenant, &names));
        Restored {
            account: self.account(&names, tenant),
            chat: read(StoreKey::ChatId).as_deref().and_then(ChatId::parse),
            draft: read(StoreKey::Draft),
            hold: read(StoreKey::Hold),
            memory: read(StoreKey::Memory),
            messages: self.messages(tenant),
            transcript: read(StoreKey::Transcript),
        }
    }
}

/// What is in a value, as the history tells it.
pub(crate) fn holds(key: &str, value: &str) -> Holds {
    if let Some(family) = Accounts::family_of(value) {
        return Holds::Token(family);
    }
    if key.ends_with(":draft") {
        return Holds::Draft(hash(value));
    }
    match (key.split_once(":message:"), StoredMessage::read(value)) {
        (Some((_, id)), Ok(message)) => Holds::Message {
            id: id.to_owned(),
            state: state(message.state).to_owned(),
            bytes: message.text.len(),
        },
        _ => Holds::Other,
    }
}

const fn state(state: StoredState) -> &'static str {
    match state {
        StoredState::Deleted => "deleted",
        StoredState::Expired => "expired",
        StoredState::Failed => "failed",
        StoredState::Held => "held",
        StoredState::Queued => "queued",
        StoredState::Sending => "sending",
        StoredState::Sent => "sent",
        StoredState::Unconfirmed => "unconfirmed",
    }
}

/// Who waits for each lock; the first of them holds it.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    outbox: VecDeque<usize>,
    renewal: VecDeque<usize>,
}

impl Locks {
    fn queue(&mut self, name: LockName) -> &mut VecDeque<usize> {
        match name {
            LockName::Outbox => &mut self.outbox,
            LockName::Renewal => &mut self.renewal,
        }
    }

    /// A page asks; tells whether it holds the lock at once.
    pub(crate) fn ask(&mut self, name: LockName, page: usize) -> bool {
        let queue = self.queue(name);
        if !queue.contains(&page) {
            queue.push_back(page);
        }
        queue.front() == Some(&page)
    }

    /// A page gives a lock, or its wish, up; tells who holds it in its place.
    pub(crate) fn free(&mut self, name: LockName, page: usize) -> Option<usize> {
        let queue = self.queue(name);
        let was_held = queue.front() == Some(&page);
        queue.retain(|waiting| *waiting != page);
        queue.front().copied().filter(|_| was_held)
    }

    pub(crate) fn is_held_by(&mut self, name: LockName, page: usize) -> bool {
        self.queue(name).front() == Some(&page)
    }

    /// Whether a page holds or wants any lock.
    pub(crate) fn concerns(&self, page: usize) -> bool {
        self.outbox.contains(&page) || self.renewal.contains(&page)
    }
}

pub(crate) const LOCKS: [LockName; 2] = [LockName::Outbox, LockName::Renewal];

/// What a lock is called in the history.
pub(crate) const fn lock_name(name: LockName) -> &'static str {
    match name {
        LockName::Outbox => "outbox",
        LockName::Renewal => "renewal",
    }
}
