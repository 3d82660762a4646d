//! What a browser has besides sockets: a storage and a lock tabs share, and a visitor who types a password.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    rc::Rc,
};

use miptech_chat_session::{
    Account, ClientMessageId, Credentials, Request, Shelf, StoreKey, StoreRefusal, Stored, StoredAccount,
    StoredWaits, TenantId, TokenKeys,
};

/// The storage tabs share.
pub(crate) type Storage = Rc<RefCell<BTreeMap<String, String>>>;

/// The lock tabs share.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Locks {
    /// The browser has none.
    Absent,
    /// Granted at once.
    Free,
    /// Held by this session.
    Held,
    /// Granted in turn, to the tab of this number when it stands first; see `tabs`.
    Queued(LockQueue, usize),
    /// Held by another tab; the wish is neither granted nor refused.
    Taken,
}

/// What storage refuses to write.
#[derive(Clone)]
pub(crate) struct Refusing {
    pub(crate) why: StoreRefusal,
    pub(crate) what: Rc<dyn Fn(&StoreKey) -> bool>,
}

/// The value another tab gives a key in the moment after we have written it, where it does.
pub(crate) type Racing = Rc<dyn Fn(&StoreKey, &str) -> Option<String>>;

/// The tabs that wish for the lock, the first of them holding it.
pub(crate) type LockQueue = Rc<RefCell<VecDeque<usize>>>;

pub(crate) fn name(key: &StoreKey) -> String {
    key.text(
        &TenantId::parse("miptech-company").unwrap(),
        &TokenKeys::default(),
    )
}

pub(crate) fn read(storage: &Storage, key: StoreKey) -> Option<String> {
    storage.borrow().get(&name(&key)).cloned()
}

pub(crate) fn stored_account(storage: &Storage) -> StoredAccount {
    StoredAccount {
        access: read(storage, StoreKey::AccessToken),
        refresh: read(storage, StoreKey::RefreshToken),
        user: read(storage, StoreKey::User),
        renewals: read(storage, StoreKey::Renewals),
    }
}

pub(crate) fn stored_waits(storage: &Storage) -> StoredWaits {
    StoredWaits {
        asked: read(storage, StoreKey::Hold),
        failing: read(storage, StoreKey::Failing),
    }
}

/// Every message that waits.
pub(crate) fn stored_messages(storage: &Storage) -> Vec<(ClientMessageId, String)> {
    let prefix = StoreKey::message_prefix(&TenantId::parse("miptech-company").unwrap());
    let storage = storage.borrow();
    let messages = storage.iter().filter_map(|(key, value)| {
        let id = ClientMessageId::parse(key.strip_prefix(&prefix)?)?;
        Some((id, value.clone()))
    });
    messages.collect()
}

/// What a shelf holds.
pub(crate) fn shelf_of(storage: &Storage, shelf: Shelf) -> Stored {
    match shelf {
        Shelf::Account => Stored::Account(stored_account(storage)),
        Shelf::Draft => Stored::Draft(read(storage, StoreKey::Draft)),
        Shelf::Waits => Stored::Waits(stored_waits(storage)),
        Shelf::Messages => Stored::Messages(stored_messages(storage)),
        Shelf::ReadMark => Stored::ReadMark(read(storage, StoreKey::ReadMark)),
        Shelf::Session => Stored::Session {
            session: read(storage, StoreKey::SessionId),
            chat: read(storage, StoreKey::ChatId),
        },
        Shelf::Transcript => Stored::Transcript(read(storage, StoreKey::Transcript)),
    }
}

/// A storage somebody signed in to on an earlier page.
pub(crate) fn signed_in_storage() -> Storage {
    let storage = Storage::default();
    let values = [
        (StoreKey::AccessToken, "A1"),
        (StoreKey::RefreshToken, "R1"),
        (StoreKey::User, r#"{"id":"p1"}"#),
        (StoreKey::SessionId, "test_session_123"),
    ];
    for (key, value) in values {
        storage.borrow_mut().insert(name(&key), value.to_owned());
    }
    storage
}

pub(crate) fn credentials() -> Credentials {
    Credentials {
        email: "ann@example.com".to_owned(),
        password: "secret-password".to_owned(),
        account: Account::Existing,
    }
}

pub(crate) fn path_of(call: &Request) -> &str {
    let path = call.url.trim_start_matches("http://localhost:8000");
    path.split('?').next().unwrap().trim_start_matches("/api/v1")
}

pub(crate) fn bearer(call: &Request) -> Option<String> {
    let header = call.headers().find(|(name, _)| *name == "Authorization")?;
    Some(header.1.trim_start_matches("Bearer ").to_owned())
}
