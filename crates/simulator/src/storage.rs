//! One storage for all tabs, without transactions, and what each page remembers of it: as the widget keeps its values.

use std::collections::BTreeMap;

use miptech_chat_session::{
    ChatId, ClientMessageId, Restored, Shelf, StoreKey, StoreRefusal, Stored, StoredAccount, StoredWaits,
    TenantId, TokenKeys,
};

/// The tabs' storage.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    values: BTreeMap<String, String>,
    /// Pages opened from now on have none.
    pub(crate) is_blocked: bool,
    /// So many bytes are left; none where nobody has filled it.
    pub(crate) room: Option<usize>,
    /// Every access throws.
    pub(crate) throws: bool,
}

/// What a page has instead of a storage that keeps or shows nothing.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// This page has no storage at all.
    is_blocked: bool,
    known: BTreeMap<String, Known>,
}

/// What a key held when the page last read or wrote it.
#[derive(Clone, Debug, Default)]
struct Known {
    value: Option<String>,
    /// What storage held instead where it refused this very write: as long as it still does, the page's is the newer.
    refused_over: Option<Option<String>>,
}

impl Memory {
    pub(crate) fn new(is_blocked: bool) -> Self {
        Self {
            is_blocked,
            known: BTreeMap::new(),
        }
    }

    /// Another tab wrote a key after this page.
    pub(crate) fn was_written(&mut self, key: &str, names: &TokenKeys) {
        let is_older = |known: &String| known == key || names.has(key) && names.has(known);
        let known = self.known.iter_mut().filter(|(known, _)| is_older(known));
        known.for_each(|(_, known)| known.refused_over = None);
    }

    fn remember(&mut self, key: &str, value: Option<String>, refused_over: Option<Option<String>>) {
        self.known.remove(key);
        if value.is_some() || refused_over.is_some() && !self.is_blocked {
            let known = Known { value, refused_over };
            self.known.insert(key.to_owned(), known);
        }
    }
}

impl Storage {
    /// What is in storage, whoever can read it.
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        self.values.get(key).cloned()
    }

    /// Somebody writes who has always room.
    pub(crate) fn put(&mut self, key: &str, value: String) {
        self.values.insert(key.to_owned(), value);
    }

    pub(crate) fn clear(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.values).into_iter().collect()
    }

    /// The bytes of all keys of ours.
    pub(crate) fn bytes(&self) -> usize {
        self.values
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum()
    }

    /// What a page reads.
    pub(crate) fn read(&self, memory: &mut Memory, key: &str) -> Option<String> {
        let known = memory.known.get(key).cloned().unwrap_or_default();
        let value = self.get(key);
        if memory.is_blocked || self.throws || known.refused_over.as_ref() == Some(&value) {
            return known.value;
        }
        memory.remember(key, value.clone(), None);
        value
    }

    /// A page writes; what was there before comes back.
    pub(crate) fn write(
        &mut self,
        memory: &mut Memory,
        key: &str,
        value: Option<&str>,
    ) -> Result<Option<String>, StoreRefusal> {
        let kept = self.keep(memory, key, value);
        let over = kept.is_err().then(|| {
            let known = memory.known.get(key).cloned().unwrap_or_default();
            let last_seen = known.refused_over.unwrap_or(known.value);
            if self.throws { last_seen } else { self.get(key) }
        });
        memory.remember(key, value.map(str::to_owned), over);
        kept
    }

    fn keep(
        &mut self,
        memory: &Memory,
        key: &str,
        value: Option<&str>,
    ) -> Result<Option<String>, StoreRefusal> {
        if memory.is_blocked {
            return Err(StoreRefusal::Blocked);
        }
        if self.throws {
            return Err(StoreRefusal::Full);
        }
        let freed = self.values.get(key).map_or(0, |old| key.len() + old.len());
        let needed = value.map_or(0, |value| key.len() + value.len());
        if let Some(room) = &mut self.room {
            if needed > *room + freed {
                return Err(StoreRefusal::Full);
            }
            *room = *room + freed - needed;
        }
        Ok(match value {
            Some(value) => self.values.insert(key.to_owned(), value.to_owned()),
            None => self.values.remove(key),
        })
    }

    fn messages(&self, memory: &mut Memory, tenant: &TenantId) -> Vec<(ClientMessageId, String)> {
        let prefix = StoreKey::message_prefix(tenant);
        let shared = self.values.keys().filter(|_| !memory.is_blocked && !self.throws);
        let mut keys: Vec<String> = shared.chain(memory.known.keys()).cloned().collect();
        keys.retain(|key| key.starts_with(&prefix));
        keys.sort();
        keys.dedup();
        let message = |key: String| {
            let id = ClientMessageId::parse(key.strip_prefix(&prefix)?)?;
            Some((id, self.read(memory, &key)?))
        };
        keys.into_iter().filter_map(message).collect()
    }

    fn account(&self, memory: &mut Memory, names: &TokenKeys, tenant: &TenantId) -> StoredAccount {
        let mut read = |key: StoreKey| self.read(memory, &key.text(tenant, names));
        StoredAccount {
            access: read(StoreKey::AccessToken),
            refresh: read(StoreKey::RefreshToken),
            user: read(StoreKey::User),
            renewals: read(StoreKey::Renewals),
        }
    }

    fn waits(&self, memory: &mut Memory, tenant: &TenantId) -> StoredWaits {
        let names = TokenKeys::default();
        let mut read = |key: StoreKey| self.read(memory, &key.text(tenant, &names));
        StoredWaits {
            asked: read(StoreKey::Hold),
            failing: read(StoreKey::Failing),
        }
    }

    /// What a shelf holds.
    pub(crate) fn shelf(&self, memory: &mut Memory, shelf: Shelf, tenant: &TenantId) -> Stored {
        let names = TokenKeys::default();
        let mut read = |key: StoreKey| self.read(memory, &key.text(tenant, &names));
        match shelf {
            Shelf::Draft => Stored::Draft(read(StoreKey::Draft)),
            Shelf::Waits => Stored::Waits(self.waits(memory, tenant)),
            Shelf::ReadMark => Stored::ReadMark(read(StoreKey::ReadMark)),
            Shelf::Session => Stored::Session {
                session: read(StoreKey::SessionId),
                chat: read(StoreKey::ChatId),
            },
            Shelf::Transcript => Stored::Transcript(read(StoreKey::Transcript)),
            Shelf::Account => Stored::Account(self.account(memory, &names, tenant)),
            Shelf::Messages => Stored::Messages(self.messages(memory, tenant)),
        }
    }

    /// What a page finds when it is opened.
    pub(crate) fn restore(&self, memory: &mut Memory, tenant: &TenantId) -> Restored {
        let names = TokenKeys::default();
        let account = self.account(memory, &names, tenant);
        let messages = self.messages(memory, tenant);
        let waits = self.waits(memory, tenant);
        let mut read = |key: StoreKey| self.read(memory, &key.text(tenant, &names));
        Restored {
            account,
            chat: read(StoreKey::ChatId).as_deref().and_then(ChatId::parse),
            draft: read(StoreKey::Draft),
            waits,
            memory: read(StoreKey::Memory),
            messages,
            transcript: read(StoreKey::Transcript),
        }
    }
}
