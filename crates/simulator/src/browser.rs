//! What tabs share besides storage: locks that go to whoever asked first; and how the history tells a stored value.

use std::collections::VecDeque;

use miptech_chat_protocol::stored::{StoredMessage, StoredState, StoredTranscript};
use miptech_chat_session::LockName;

use crate::{history::Holds, platform::Accounts, rng::hash};

/// What is in a value, as the history tells it.
pub(crate) fn holds(key: &str, value: &str) -> Holds {
    if let (Some(family), Some(number)) = (Accounts::family_of(value), Accounts::number_of(value)) {
        return Holds::Token { family, number };
    }
    if key.ends_with(":draft") {
        return Holds::Draft(hash(value));
    }
    if key.ends_with(":failing") {
        return Holds::Failing;
    }
    if key.ends_with("session_id") {
        return Holds::Session(value.to_owned());
    }
    if key.ends_with(":transcript") {
        return transcript(value).unwrap_or(Holds::Other);
    }
    match (key.split_once(":message:"), StoredMessage::read(value)) {
        (Some((_, id)), Ok(message)) => Holds::Message {
            id: id.to_owned(),
            state: state(message.state).to_owned(),
            bytes: message.text.len(),
            owner: message.owner,
            session: message.session.as_str().to_owned(),
        },
        _ => Holds::Other,
    }
}

fn transcript(value: &str) -> Option<Holds> {
    let stored = StoredTranscript::read(value).ok()?;
    let ids = stored.items.into_iter().filter_map(|item| item.client_message);
    Some(Holds::Transcript {
        session: stored.session.as_str().to_owned(),
        owner: stored.owner,
        ids: ids.map(|id| id.as_str().to_owned()).collect(),
    })
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
