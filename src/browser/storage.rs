//! Values beyond this page; every call may throw, and then the page goes on with what it remembers by itself.

use std::cell::RefCell;

use miptech_chat_session::{StoreKey, StoredAccount, TenantId, TokenKeys};

/// The page's `localStorage`, where the browser grants it; what it refuses is kept in memory.
pub(crate) struct Storage {
    real: Option<web_sys::Storage>,
    refused: RefCell<Vec<(String, String)>>,
}

impl Storage {
    /// Asks the browser; a sandboxed frame or blocked cookies give a storage that lasts as long as the page.
    pub(crate) fn local() -> Self {
        Self {
            real: web_sys::window().and_then(|window| window.local_storage().ok().flatten()),
            refused: RefCell::default(),
        }
    }

    /// The value under a key.
    pub(crate) fn read(&self, key: &str) -> Option<String> {
        let remembered = || {
            let refused = self.refused.borrow();
            Some(refused.iter().find(|(known, _)| known == key)?.1.clone())
        };
        remembered().or_else(|| self.real.as_ref()?.get_item(key).ok().flatten())
    }

    /// Keeps a value, or keeps it no longer; a full or forbidden storage is stood in for by memory.
    pub(crate) fn write(&self, key: &str, value: Option<&str>) {
        self.refused.borrow_mut().retain(|(known, _)| known != key);
        let kept = self.real.as_ref().is_some_and(|real| match value {
            Some(value) => real.set_item(key, value).is_ok(),
            None => real.remove_item(key).is_ok(),
        });
        if let Some(value) = value.filter(|_| !kept) {
            let remembered = (key.to_owned(), value.to_owned());
            self.refused.borrow_mut().push(remembered);
        }
    }

    /// What stands under the account's keys.
    pub(crate) fn account(&self, tenant: &TenantId, names: &TokenKeys) -> StoredAccount {
        let read = |key: StoreKey| self.read(&key.text(tenant, names));
        StoredAccount {
            access: read(StoreKey::AccessToken),
            refresh: read(StoreKey::RefreshToken),
            user: read(StoreKey::User),
            lease: read(StoreKey::RenewalLease),
        }
    }
}
