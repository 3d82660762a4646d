//! Values beyond this page; every call may throw, and then the page goes on with what it remembers by itself.

use std::cell::RefCell;

use miptech_chat_session::{
    ClientMessageId, Shelf, StoreKey, StoreRefusal, Stored, StoredAccount, StoredWaits, TenantId, TokenKeys,
};

/// The page's `localStorage`, where the browser grants it, and in memory what it refuses to keep or to show.
pub(crate) struct Storage {
    real: Option<web_sys::Storage>,
    known: RefCell<Vec<Known>>,
}

/// What a key held when this page last read or wrote it.
#[derive(Default)]
struct Known {
    key: String,
    value: Option<String>,
    /// What storage held instead where it refused this very write: as long as it still does, ours is the newer.
    refused_over: Option<Option<String>>,
}

impl Storage {
    /// Asks the browser; a sandboxed frame or blocked cookies give a storage that lasts as long as the page.
    pub(crate) fn local() -> Self {
        Self::over(web_sys::window().and_then(|window| window.local_storage().ok().flatten()))
    }

    /// One that somebody chose, or the memory of the page where there is none.
    pub(crate) fn over(real: Option<web_sys::Storage>) -> Self {
        Self {
            real,
            known: RefCell::default(),
        }
    }

    /// The value under a key. Where storage throws it is the one last seen: a failure that may pass is no loss.
    pub(crate) fn read(&self, key: &str) -> Option<String> {
        let real = self.real_value(key);
        if let Some(known) = self.known.borrow().iter().find(|known| known.key == key)
            && (real.is_none() || known.refused_over == real)
        {
            return known.value.clone();
        }
        let value = real?;
        self.remember(key, value.as_deref(), false);
        value
    }

    /// What the browser's storage itself holds, unless it throws.
    fn real_value(&self, key: &str) -> Option<Option<String>> {
        self.real.as_ref()?.get_item(key).ok()
    }

    /// Keeps a value, or keeps it no longer; a full or forbidden storage is stood in for by memory.
    ///
    /// # Errors
    /// [`StoreRefusal`]: it is kept in memory only.
    pub(crate) fn write(&self, key: &str, value: Option<&str>) -> Result<(), StoreRefusal> {
        let kept = match (&self.real, value) {
            (None, _) => Err(StoreRefusal::Blocked),
            (Some(real), Some(value)) => real.set_item(key, value).or(Err(StoreRefusal::Full)),
            (Some(real), None) => real.remove_item(key).or(Err(StoreRefusal::Full)),
        };
        self.remember(key, value, kept.is_err());
        kept
    }

    /// Another tab wrote a key after us: what storage refused to take from here is older.
    pub(crate) fn was_written(&self, key: &str, names: &TokenKeys) {
        let mut known = self.known.borrow_mut();
        let is_older = |known: &&mut Known| known.key == key || names.has(key) && names.has(&known.key);
        let known = known.iter_mut().filter(is_older);
        known.for_each(|known| known.refused_over = None);
    }

    fn remember(&self, key: &str, value: Option<&str>, is_refused: bool) {
        let mut known = self.known.borrow_mut();
        let place = known.iter().position(|known| known.key == key);
        let before = place.map(|place| known.swap_remove(place)).unwrap_or_default();
        // A removal is remembered only where storage still holds what it should hide.
        if value.is_some() || is_refused && self.real.is_some() {
            let last_seen = before.refused_over.unwrap_or(before.value);
            known.push(Known {
                key: key.to_owned(),
                value: value.map(ToOwned::to_owned),
                refused_over: is_refused.then(|| self.real_value(key).unwrap_or(last_seen)),
            });
        }
    }

    /// What stands under the account's keys.
    pub(crate) fn account(&self, tenant: &TenantId, names: &TokenKeys) -> StoredAccount {
        let read = |key: StoreKey| self.read(&key.text(tenant, names));
        StoredAccount {
            access: read(StoreKey::AccessToken),
            refresh: read(StoreKey::RefreshToken),
            user: read(StoreKey::User),
            renewals: read(StoreKey::Renewals),
        }
    }

    /// Until when nothing is to be tried.
    pub(crate) fn waits(&self, tenant: &TenantId, names: &TokenKeys) -> StoredWaits {
        let read = |key: StoreKey| self.read(&key.text(tenant, names));
        StoredWaits {
            asked: read(StoreKey::Hold),
            failing: read(StoreKey::Failing),
        }
    }

    /// What stands under the keys of one shelf.
    pub(crate) fn shelf(&self, shelf: Shelf, tenant: &TenantId, names: &TokenKeys) -> Stored {
        let read = |key: StoreKey| self.read(&key.text(tenant, names));
        match shelf {
            Shelf::Account => Stored::Account(self.account(tenant, names)),
            Shelf::Draft => Stored::Draft(read(StoreKey::Draft)),
            Shelf::Waits => Stored::Waits(self.waits(tenant, names)),
            Shelf::Messages => Stored::Messages(self.messages(tenant)),
            Shelf::ReadMark => Stored::ReadMark(read(StoreKey::ReadMark)),
            Shelf::Session => Stored::Session {
                session: read(StoreKey::SessionId),
                chat: read(StoreKey::ChatId),
            },
            Shelf::Transcript => Stored::Transcript(read(StoreKey::Transcript)),
        }
    }

    /// Every message that waits, in no order; those known here also where storage does not name them any more.
    pub(crate) fn messages(&self, tenant: &TenantId) -> Vec<(ClientMessageId, String)> {
        let prefix = StoreKey::message_prefix(tenant);
        let mut keys = self.keys_with(&prefix);
        for known in &*self.known.borrow() {
            if known.key.starts_with(&prefix) && !keys.contains(&known.key) {
                keys.push(known.key.clone());
            }
        }
        let message = |key: String| {
            let id = ClientMessageId::parse(key.get(prefix.len()..)?)?;
            Some((id, self.read(&key)?))
        };
        keys.into_iter().filter_map(message).collect()
    }

    /// The keys that begin so, up to the first the browser does not name: how many it says there are is not trusted.
    fn keys_with(&self, prefix: &str) -> Vec<String> {
        let mut keys = Vec::new();
        if let Some(real) = &self.real {
            for index in 0..MOST_KEYS {
                match real.key(index) {
                    Ok(Some(key)) if key.starts_with(prefix) => keys.push(key),
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => break,
                }
            }
        }
        keys
    }
}

/// More keys than any site has; a storage that names keys without end is no storage.
const MOST_KEYS: u32 = 1 << 16;
