//! One page: a real session, and what a browser and a visitor know of it.

use std::collections::{BTreeMap, VecDeque};

use miptech_chat_session::{
    Attempt, AuthState, ClientMessageId, Connection, RequestId, RowId, Session, Status,
};

use crate::{
    history::{By, Who},
    replay::Trace,
    storage::Memory,
    world::Incoming,
};

/// A page, living or not; its number is its place among all pages of the run.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) who: Who,
    pub(crate) session: Session,
    /// What it was told, where that is written down.
    pub(crate) trace: Option<Trace>,
    pub(crate) life: Existence,
    pub(crate) is_visible: bool,
    /// Since when it is hidden.
    pub(crate) hidden_ms: u64,
    pub(crate) is_panel_open: bool,
    /// Its main thread does something else until then.
    pub(crate) busy_until_ms: u64,
    /// The number of its newest timer: older ones are cancelled.
    pub(crate) timer: u64,
    /// When it was woken within the last second, to find a session that never rests.
    pub(crate) wakes: (u64, u32),
    /// The widget panics after so many effects.
    pub(crate) effects_to_crash: Option<u32>,
    pub(crate) calls: BTreeMap<RequestId, usize>,
    pub(crate) sockets: BTreeMap<Attempt, usize>,
    /// What came while it could not run.
    pub(crate) parked: VecDeque<Incoming>,
    /// The keys written in this turn.
    pub(crate) written: Vec<String>,
    /// What it has instead of storage.
    pub(crate) memory: Memory,
    /// A message of the visitor is on its way into storage: the widget has not let go of it yet.
    pub(crate) accepting: Option<ClientMessageId>,
    pub(crate) screen: Screen,
}

/// Whether a page runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Existence {
    /// It is no more.
    Dead,
    /// It stands still.
    Frozen,
    /// It waits in the back-forward cache.
    Left,
    /// It runs.
    Running,
}

/// What the visitor sees.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) lines: Vec<Line>,
    pub(crate) connection: Connection,
    pub(crate) auth: AuthState,
    /// Who the screen says is signed in.
    pub(crate) user: Option<String>,
    /// The sign-in the pair of tokens it read last is of.
    pub(crate) family: Option<u64>,
    pub(crate) chat: Option<String>,
    pub(crate) draft: String,
    pub(crate) offers_check: bool,
    pub(crate) has_ended: bool,
    pub(crate) has_notice: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            lines: Vec::new(),
            connection: Connection::Idle,
            auth: AuthState::Anonymous,
            user: None,
            family: None,
            chat: None,
            draft: String::new(),
            offers_check: false,
            has_ended: false,
            has_notice: false,
        }
    }
}

/// One message on the screen.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) row: RowId,
    pub(crate) by: By,
    pub(crate) id: Option<ClientMessageId>,
    pub(crate) status: Status,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn is_alive(&self) -> bool {
        self.life != Existence::Dead
    }

    pub(crate) fn is_running(&self) -> bool {
        self.life == Existence::Running
    }

    /// Whether a visitor can use the panel.
    pub(crate) fn is_usable(&self) -> bool {
        self.is_running() && self.is_visible
    }
}
