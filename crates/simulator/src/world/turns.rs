//! A turn of a page: one input, then everything the session wants done, as the widget's driver does it.

use miptech_chat_session::{
    Effect, Input, Lock, LockName, Output, Refused, SessionId, Shelf, SocketEvent, StoreKey, StoreRefusal,
    Stored, TenantId, TokenKeys,
};

use super::{Came, Incoming, Job, World, net::Down};
use crate::{
    browser::{holds, lock_name},
    history::{Doom, Happening, Holds},
    plan::Fault,
    platform::{Accounts, MARK},
};

impl World {
    /// One input and what follows from it.
    pub(super) fn turn(&mut self, page: usize, input: Input<'_>) {
        self.tell(page, input);
        self.deliver(page);
    }

    /// One input; a command that is refused does nothing.
    pub(super) fn tell(&mut self, page: usize, input: Input<'_>) {
        let _done_or_refused = self.told(page, input);
    }

    /// One input, and whether it was refused.
    pub(super) fn told(&mut self, page: usize, input: Input<'_>) -> Result<(), Refused> {
        let now = self.clocks();
        let page = self.page(page);
        page.trace.iter_mut().for_each(|trace| trace.note(&input, now));
        page.session.take(input, now)
    }

    /// Does and shows everything the session put out; tells how much it was.
    pub(super) fn deliver(&mut self, page: usize) -> usize {
        let mut count = 0;
        while self.page(page).is_alive() {
            let Some(output) = self.page(page).session.poll_output() else {
                break;
            };
            count += 1;
            match output {
                Output::Effect(effect) => {
                    if self.crashes_now(page) {
                        self.doom(page, Doom::Crashed);
                        break;
                    }
                    self.perform(page, effect);
                }
                Output::Event(event) => {
                    let trace = &mut self.page(page).trace;
                    trace.iter_mut().for_each(|trace| trace.changed(&event));
                    self.show(page, event);
                }
            }
        }
        if self.page(page).is_alive() {
            self.tell_tabs(page);
            self.arm(page);
        }
        count
    }

    fn crashes_now(&mut self, page: usize) -> bool {
        // Until a message is kept, its text still stands in the composer.
        if self.page(page).accepting.is_some() {
            return false;
        }
        match &mut self.page(page).effects_to_crash {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn perform(&mut self, page: usize, effect: Effect) {
        match effect {
            Effect::AbortHttp { id } => self.abort(page, id),
            Effect::AskHostForToken { .. } => self.tell(page, Input::Token(None)),
            Effect::AskLock(name) => self.ask_lock(page, name),
            Effect::CloseSocket { attempt, code } => self.hang_up(page, attempt, code),
            Effect::Http { id, request } => self.call(page, id, request),
            Effect::MakeSessionId => {
                self.made_sessions += 1;
                let id = SessionId::parse(&format!("made-session-{}", self.made_sessions));
                id.into_iter()
                    .for_each(|id| self.tell(page, Input::SessionId(id)));
            }
            Effect::OpenSocket { attempt, url } => self.dial(page, attempt, &url),
            Effect::Read(shelf) => self.read(page, shelf),
            Effect::ReleaseLock(name) => self.free_lock(page, name),
            Effect::SendFrame { attempt, text } => self.send(page, attempt, &text),
            Effect::Store { key, value } => self.store(page, &key, value),
        }
    }

    fn read(&mut self, page: usize, shelf: Shelf) {
        let stored = self.shelf(page, shelf);
        self.tell(page, Input::Stored(stored));
        if shelf == Shelf::Account {
            self.learn_user(page);
        }
    }

    fn shelf(&mut self, page: usize, shelf: Shelf) -> Stored {
        let memory = &mut self.pages[page].memory;
        self.storage.shelf(memory, shelf, &self.caller.tenant)
    }

    fn store(&mut self, page: usize, key: &StoreKey, value: Option<String>) {
        let name = key.text(&self.caller.tenant, &TokenKeys::default());
        if name.contains(MARK) {
            self.leak(page, "a storage key");
        }
        if let StoreKey::Message(id) = key {
            self.page(page).accepting.take_if(|accepting| accepting == id);
        }
        let memory = &mut self.pages[page].memory;
        let Some(value) = value else {
            // What could not be taken away is hidden by memory; nobody has to be told.
            match self.storage.write(memory, &name, None) {
                Ok(Some(was)) => {
                    let held = holds(&name, &was);
                    self.note(
                        Some(page),
                        Happening::Unstored {
                            key: name.clone(),
                            held,
                        },
                    );
                    self.page(page).written.push(name);
                }
                Err(_) if matches!(key, StoreKey::RefreshToken) => {
                    let holds = Holds::Other;
                    self.note(Some(page), Happening::StoreRefused { key: name, holds });
                }
                Ok(None) | Err(_) => {}
            }
            return;
        };
        let holds = holds(&name, &value);
        let is_token = matches!(key, StoreKey::AccessToken | StoreKey::RefreshToken);
        if !is_token && value.contains(MARK) {
            self.leak(page, "a value of storage");
        }
        let memory = &mut self.pages[page].memory;
        match self.storage.write(memory, &name, Some(&value)) {
            Ok(_) => {
                let total = self.storage.bytes();
                let tenant = tenant_of(&name, &self.caller.tenant);
                self.note(
                    Some(page),
                    Happening::Stored {
                        key: name.clone(),
                        bytes: name.len() + value.len(),
                        tenant,
                        total,
                        holds,
                    },
                );
                self.page(page).written.push(name);
            }
            Err(refusal) => self.refuse_store(page, key, name, refusal, holds),
        }
    }

    fn refuse_store(
        &mut self,
        page: usize,
        key: &StoreKey,
        name: String,
        refusal: StoreRefusal,
        holds: Holds,
    ) {
        self.note(Some(page), Happening::StoreRefused { key: name, holds });
        self.tell(page, Input::StoreRefused { key, refusal });
    }

    fn ask_lock(&mut self, page: usize, name: LockName) {
        self.note(
            Some(page),
            Happening::LockAsked {
                lock: lock_name(name).to_owned(),
            },
        );
        if !self.plan.locks || self.is_on(Fault::NoLock) && self.rng.percent(50) {
            let what = Incoming::Locked {
                name,
                lock: Lock::Absent,
            };
            return self.later(0, Job::To { page, what });
        }
        if self.locks.ask(name, page) {
            self.grant(page, name);
        }
    }

    pub(super) fn grant(&mut self, page: usize, name: LockName) {
        let delay_ms = self.rng.between(0, 3);
        let what = Incoming::Locked {
            name,
            lock: Lock::Held,
        };
        self.later(delay_ms, Job::To { page, what });
    }

    pub(super) fn free_lock(&mut self, page: usize, name: LockName) {
        self.note(
            Some(page),
            Happening::LockFreed {
                lock: lock_name(name).to_owned(),
            },
        );
        if let Some(next) = self.locks.free(name, page) {
            self.grant(next, name);
        }
    }

    /// Something reaches a page that runs.
    pub(super) fn receive(&mut self, page: usize, what: Incoming) {
        match what {
            Incoming::Wake { timer } => {
                if self.page(page).timer != timer || self.spins(page) {
                    return;
                }
                let (now, deadline) = (self.clocks().mono, self.page(page).session.deadline());
                if deadline.is_some_and(|deadline| deadline.at > now) {
                    // A timer counts the time the monotonic clock counts.
                    self.arm(page);
                } else {
                    self.turn(page, Input::Timeout);
                }
            }
            Incoming::Called { id, call, came } => self.called_back(page, id, call, came),
            Incoming::Locked { name, lock } => self.locked(page, name, lock),
            Incoming::Heard { key } => self.heard(page, key),
            Incoming::Socket { socket, down } => self.came_down(page, socket, down),
        }
    }

    fn locked(&mut self, page: usize, name: LockName, lock: Lock) {
        let lock_text = lock_name(name).to_owned();
        match lock {
            // Given up before it was granted.
            Lock::Held if !self.locks.is_held_by(name, page) => return,
            Lock::Held => self.note(Some(page), Happening::LockHeld { lock: lock_text }),
            Lock::Absent => self.note(Some(page), Happening::LockFreed { lock: lock_text }),
        }
        self.turn(page, Input::Lock { name, lock });
        if lock == Lock::Held {
            self.got_lock(page, name);
        }
    }

    fn called_back(&mut self, page: usize, id: miptech_chat_session::RequestId, call: usize, came: Came) {
        if self.page(page).calls.remove(&id).is_none() {
            return;
        }
        let status = match &came.outcome {
            miptech_chat_session::HttpOutcome::Reply(reply) => Some(reply.status),
            miptech_chat_session::HttpOutcome::Failed => None,
        };
        self.note(
            Some(page),
            Happening::Answered {
                call,
                status,
                is_ours: came.is_ours,
                wait_ms: came.wait_ms,
                history: came.history,
            },
        );
        self.turn(
            page,
            Input::Http {
                id,
                outcome: came.outcome,
            },
        );
    }

    fn heard(&mut self, page: usize, key: Option<String>) {
        let names = TokenKeys::default();
        let shelves = match &key {
            None => Shelf::ALL.to_vec(),
            Some(key) => {
                self.page(page).memory.was_written(key, &names);
                Shelf::of(key, &self.caller.tenant, &names).into_iter().collect()
            }
        };
        self.note(Some(page), Happening::Heard { key });
        self.read_shelves(page, shelves);
    }

    /// Reads shelves of storage, as the widget does where something changed while it did not listen.
    pub(super) fn read_shelves(&mut self, page: usize, shelves: Vec<Shelf>) {
        for shelf in shelves {
            if self.page(page).is_alive() {
                let stored = self.shelf(page, shelf);
                self.turn(page, Input::Stored(stored));
                if shelf == Shelf::Account {
                    self.learn_user(page);
                }
            }
        }
    }

    fn came_down(&mut self, page: usize, socket: usize, down: Down) {
        let Some(attempt) = self.note_down(page, socket, &down) else {
            return;
        };
        if self.is_abandoned(socket) {
            // What is due anyway comes first, so that whatever follows is this event's doing.
            self.turn(page, Input::Timeout);
            if !self.page(page).is_alive() {
                return;
            }
            self.tell(
                page,
                Input::Socket {
                    attempt,
                    event: down.event(),
                },
            );
            let outputs = self.deliver(page);
            return self.note(Some(page), Happening::Late { socket, outputs });
        }
        self.turn(
            page,
            Input::Socket {
                attempt,
                event: down.event(),
            },
        );
    }

    /// News of what this page wrote, to the other pages: delayed, and in no order across keys.
    fn tell_tabs(&mut self, page: usize) {
        let keys = std::mem::take(&mut self.page(page).written);
        let others: Vec<usize> = self.living().into_iter().filter(|other| *other != page).collect();
        for key in keys {
            for other in &others {
                // A storage event and a word on the channel.
                let copies = if self.rng.percent(30) { 2 } else { 1 };
                for _ in 0..copies {
                    let most = if self.is_on(Fault::SlowNews) { 3000 } else { 8 };
                    let delay_ms = self.rng.between(1, most);
                    let what = Incoming::Heard {
                        key: Some(key.clone()),
                    };
                    self.later(delay_ms, Job::To { page: *other, what });
                }
            }
        }
    }

    /// One timer for the session's next deadline, late in a page nobody sees.
    fn arm(&mut self, page: usize) {
        let deadline = self.page(page).session.deadline();
        self.page(page).timer += 1;
        let timer = self.page(page).timer;
        let Some(deadline) = deadline else { return };
        let due = deadline.at.since(miptech_chat_session::Instant::default());
        let due_ms = u64::try_from(due.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX / 4);
        let mut at_ms = (due_ms + self.behind_ms()).max(self.now_ms + 1) + self.rng.between(0, 4);
        if !self.page(page).is_visible {
            let hidden_for = self.now_ms.saturating_sub(self.page(page).hidden_ms);
            let grain = if hidden_for > 300_000 { 60_000 } else { 1000 };
            at_ms = at_ms.div_ceil(grain) * grain;
        }
        self.later_at(
            at_ms,
            Job::To {
                page,
                what: Incoming::Wake { timer },
            },
        );
    }

    /// Whether a session wants to be woken more often than anything needs.
    fn spins(&mut self, page: usize) -> bool {
        let second = self.now_ms / 1000;
        let reason = self
            .page(page)
            .session
            .deadline()
            .map_or("nothing", |deadline| deadline.reason.as_str());
        let wakes = &mut self.page(page).wakes;
        *wakes = if wakes.0 == second {
            (second, wakes.1 + 1)
        } else {
            (second, 1)
        };
        if wakes.1 == MOST_WAKES {
            self.note(
                Some(page),
                Happening::Spinning {
                    reason: reason.to_owned(),
                },
            );
            self.doom(page, Doom::Killed);
        }
        !self.page(page).is_alive()
    }

    pub(super) fn leak(&mut self, page: usize, place: &str) {
        self.note(
            Some(page),
            Happening::TokenSeen {
                place: place.to_owned(),
            },
        );
    }

    /// Who the screen says is signed in follows what the page read.
    pub(super) fn learn_user(&mut self, page: usize) {
        let is_signed_in = self.page(page).session.is_signed_in();
        let memory = &mut self.pages[page].memory;
        let access = self.storage.read(memory, &TokenKeys::default().access);
        let family = access.as_deref().and_then(Accounts::family_of);
        let user = access.filter(|_| is_signed_in && family.is_some()).and_then(|_| {
            let text = self.storage.read(memory, &TokenKeys::default().user)?;
            let user: serde_json::Value = serde_json::from_str(&text).ok()?;
            user["id"].as_str().map(str::to_owned)
        });
        // Whose it is may be unknown, but nobody takes another's pair for the one they had.
        let is_new = std::mem::replace(&mut self.page(page).screen.family, family) != family;
        if user.is_some() || is_new || !is_signed_in {
            self.page(page).screen.user = user;
        }
    }
}

/// The tenant a key names, where it is no key of the brief's own.
fn tenant_of(key: &str, tenant: &TenantId) -> Option<String> {
    let rest = key.strip_prefix("miptech_chat:")?;
    let named = rest.split(':').next().unwrap_or_default();
    Some(if named.is_empty() { tenant.as_str() } else { named }.to_owned())
}

impl Down {
    /// As the session hears it.
    pub(super) fn event(&self) -> SocketEvent<'_> {
        match self {
            Self::Opened => SocketEvent::Opened,
            Self::Text(text, _) => SocketEvent::Text(text),
            Self::Binary => SocketEvent::Binary,
            Self::TooLarge => SocketEvent::TooLarge,
            Self::Closed { code, reason, .. } => SocketEvent::Closed { code: *code, reason },
        }
    }
}

/// More than this many wakes within a second: a session that never rests.
const MOST_WAKES: u32 = 200;
