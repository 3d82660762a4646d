//! Which sockets are joined to which chat.
//!
//! It never waits for a socket: each has a queue of its own, so a slow one delays nobody.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError, atomic::AtomicU64, atomic::Ordering},
};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::mpsc::UnboundedSender;

use crate::fault::Plan;

/// The number of a socket, counted from 1 in order of opening.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct SocketId(pub(crate) u64);

/// Something for a socket to do, after everything queued before it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outgoing {
    /// Stop misbehaving.
    Behave,
    /// Close in order, with this code and the reason that goes with it.
    Close(u16),
    /// Misbehave from here on.
    Misbehave(Box<Plan>),
    /// Drop the TCP connection without a close frame.
    Cut,
    /// Send this text.
    Frame(Utf8Bytes),
    /// Send this text past every plan to misbehave.
    Raw(Utf8Bytes),
}

/// The queue of one socket.
pub(crate) type Outbox = UnboundedSender<Outgoing>;

/// All open sockets, and those that are joined.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    last_socket: AtomicU64,
    open: Mutex<BTreeMap<SocketId, Outbox>>,
    chats: Mutex<BTreeMap<String, BTreeMap<SocketId, Outbox>>>,
}

impl Hub {
    /// Numbers a new socket, to which faults can be sent until it is closed.
    pub(crate) fn opened(&self, outbox: Outbox) -> SocketId {
        let id = SocketId(self.last_socket.fetch_add(1, Ordering::Relaxed) + 1);
        self.open().insert(id, outbox);
        id
    }

    /// Ends what `opened` began.
    pub(crate) fn closed(&self, socket: SocketId) {
        self.open().remove(&socket);
    }

    /// Queues something for every open socket.
    pub(crate) fn tell_open(&self, outgoing: &Outgoing) {
        for outbox in self.open().values() {
            let _ = outbox.send(outgoing.clone());
        }
    }

    /// Queues something for every joined socket.
    pub(crate) fn tell_joined(&self, outgoing: &Outgoing) {
        for outbox in self.chats().values().flat_map(BTreeMap::values) {
            let _ = outbox.send(outgoing.clone());
        }
    }

    /// Lets a socket hear the answers of a chat.
    pub(crate) fn join(&self, chat_id: &str, socket: SocketId, outbox: Outbox) {
        self.chats()
            .entry(chat_id.to_owned())
            .or_default()
            .insert(socket, outbox);
    }

    /// Ends what `join` began.
    pub(crate) fn leave(&self, chat_id: &str, socket: SocketId) {
        let mut chats = self.chats();
        if let Some(sockets) = chats.get_mut(chat_id) {
            sockets.remove(&socket);
            if sockets.is_empty() {
                chats.remove(chat_id);
            }
        }
    }

    /// Queues a frame for every socket joined to a chat.
    pub(crate) fn broadcast(&self, chat_id: &str, text: &Utf8Bytes) {
        for outbox in self.chats().get(chat_id).into_iter().flat_map(BTreeMap::values) {
            // A closed queue belongs to a socket that is about to leave.
            let _ = outbox.send(Outgoing::Frame(text.clone()));
        }
    }

    /// Queues something for one socket, if it is still joined to the chat.
    pub(crate) fn tell(&self, chat_id: &str, socket: SocketId, outgoing: Outgoing) {
        if let Some(outbox) = self.chats().get(chat_id).and_then(|sockets| sockets.get(&socket)) {
            let _ = outbox.send(outgoing);
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<SocketId, Outbox>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chats(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<SocketId, Outbox>>> {
        // Nothing panics while holding the lock, and a map is whole between two calls anyway.
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
