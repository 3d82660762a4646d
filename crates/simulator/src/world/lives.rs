//! How pages begin, stand still, go on and end.

use std::collections::VecDeque;

use miptech_chat_session::{
    Identity, Input, Limits, Origin, PageSignal, Session, SessionConfig, SessionId, Shelf, SignInForm,
    StoreKey, TokenKeys, TokenSource, TokenTransport, VisitorId,
};

use super::{Job, World};
use crate::{
    browser::LOCKS,
    history::{Doom, Happening, Life, Who},
    page::{Existence, Page, Screen},
    platform::MARK,
    replay::Trace,
    storage::Memory,
};

impl World {
    /// Opens a page in a tab, unless there is one.
    pub(super) fn open_page(&mut self, tab: usize, is_visible: bool) {
        if self.tabs.get(tab).is_none_or(Option::is_some) {
            return;
        }
        let mut memory = Memory::new(self.storage.is_blocked);
        let Some(config) = self.config(&mut memory) else {
            return;
        };
        let now = self.clocks();
        let number = self.pages.len();
        let seed = self.rng.next();
        let trace = self.is_traced.then(|| Trace::begin(&config, seed, now));
        let session = Session::new(config, seed, now);
        self.pages.push(Page {
            who: Who { tab, page: number },
            session,
            trace,
            life: Existence::Running,
            is_visible,
            hidden_ms: self.now_ms,
            is_panel_open: false,
            busy_until_ms: 0,
            timer: 0,
            wakes: (0, 0),
            effects_to_crash: None,
            calls: std::collections::BTreeMap::new(),
            sockets: std::collections::BTreeMap::new(),
            parked: VecDeque::new(),
            written: Vec::new(),
            memory,
            accepting: None,
            screen: Screen::default(),
        });
        if let Some(place) = self.tabs.get_mut(tab) {
            *place = Some(number);
        }
        let reads_storage = !self.storage.is_blocked && !self.storage.throws;
        self.note(
            Some(number),
            Happening::Opened {
                is_visible,
                reads_storage,
            },
        );
        self.page(number).screen.auth = self.pages[number].session.auth_state();
        self.deliver(number);
        self.learn_user(number);
        if !is_visible {
            self.signal(number, PageSignal::Hidden);
        }
        let user = self.page(number).screen.user.clone();
        self.note(Some(number), Happening::Booted { user });
        if self.plan.connects_closed {
            self.turn(number, Input::Start);
        }
    }

    fn config(&mut self, memory: &mut Memory) -> Option<SessionConfig> {
        let mut read = |key: StoreKey| {
            self.storage
                .read(memory, &key.text(&self.caller.tenant, &TokenKeys::default()))
        };
        let kept = read(StoreKey::SessionId).and_then(|text| SessionId::parse(&text));
        let visitor = read(StoreKey::VisitorId).and_then(|text| VisitorId::parse(&text));
        let origin = if kept.is_some() {
            Origin::Stored
        } else {
            Origin::Fresh
        };
        self.made_sessions += 1;
        let made = format!("page-session-{}", self.made_sessions);
        let session = match kept {
            Some(session) => session,
            None => SessionId::parse(&made)?,
        };
        let visitor = match visitor {
            Some(visitor) => visitor,
            None => VisitorId::parse("visitor-1")?,
        };
        Some(SessionConfig {
            caller: self.caller.clone(),
            identity: Identity {
                session,
                visitor,
                origin,
            },
            limits: Limits::default(),
            profile: self.plan.profile,
            token_transport: TokenTransport::Frame,
            token_source: TokenSource::BuiltIn,
            sign_in: SignInForm::Auto,
            context: None,
            restored: self.storage.restore(memory, &self.caller.tenant),
        })
    }

    /// Tells the session what the page went through, and the history with it.
    pub(super) fn signal(&mut self, page: usize, signal: PageSignal) {
        // The signal before it may have been its last.
        if !self.page(page).is_alive() {
            return;
        }
        let life = match signal {
            PageSignal::Hidden => Some(Life::Hidden),
            PageSignal::Leaving => Some(Life::Left),
            PageSignal::Offline => Some(Life::Offline),
            PageSignal::Online => Some(Life::Online),
            PageSignal::PolicyRefused => None,
            PageSignal::Returned => Some(Life::Returned),
            PageSignal::Visible => Some(Life::Visible),
        };
        if signal == PageSignal::Visible {
            self.page(page).is_visible = true;
        }
        if signal == PageSignal::Hidden {
            if self.page(page).is_visible {
                self.page(page).hidden_ms = self.now_ms;
            }
            self.page(page).is_visible = false;
        }
        life.into_iter()
            .for_each(|life| self.note(Some(page), Happening::Page(life)));
        self.turn(page, Input::Page(signal));
    }

    /// A page is no more: what it had sent may still arrive, what it wanted to do is never done.
    pub(super) fn doom(&mut self, page: usize, doom: Doom) {
        if !self.page(page).is_alive() {
            return;
        }
        let report = format!("{:?}", self.page(page).session.report());
        if report.contains(MARK) {
            self.leak(page, "a report");
        }
        self.note(Some(page), Happening::Gone(doom));
        self.page(page).life = Existence::Dead;
        self.page(page).parked.clear();
        for name in LOCKS {
            if let Some(next) = self.locks.free(name, page) {
                self.grant(next, name);
            }
        }
        let sockets: Vec<usize> = self.page(page).sockets.values().copied().collect();
        sockets.into_iter().for_each(|socket| self.abandon(socket));
        self.page(page).calls.clear();
        let who = self.page(page).who;
        let is_visible = self.page(page).is_visible;
        // What a turn wrote before it broke off is news to the others.
        let written = std::mem::take(&mut self.page(page).written);
        if !written.is_empty() {
            for other in self.living() {
                for key in &written {
                    let what = super::Incoming::Heard {
                        key: Some(key.clone()),
                    };
                    self.later(5, Job::To { page: other, what });
                }
            }
        }
        if let Some(place) = self.tabs.get_mut(who.tab) {
            *place = None;
        }
        let delay_ms = match doom {
            Doom::Crashed => self.rng.between(100, 1900),
            Doom::Reloaded => self.rng.between(50, 500),
            Doom::Closed | Doom::Discarded | Doom::Killed => self.rng.between(1000, 120_000),
        };
        self.later(
            delay_ms,
            Job::Reopen {
                tab: who.tab,
                is_visible,
            },
        );
    }

    /// The page is left: for a reload, for good, or for the back-forward cache.
    pub(super) fn leave(&mut self, page: usize, doom: Option<Doom>) {
        self.signal(page, PageSignal::Leaving);
        if !self.page(page).is_alive() {
            return;
        }
        match doom {
            Some(doom) => self.doom(page, doom),
            None if self.locks.concerns(page) => self.doom(page, Doom::Discarded),
            None => {
                self.page(page).life = Existence::Left;
                let delay_ms = self.rng.between(500, 120_000);
                self.later(delay_ms, Job::Awake { page });
            }
        }
    }

    pub(super) fn freeze(&mut self, page: usize, for_ms: u64) {
        if self.rng.percent(70) {
            self.signal(page, PageSignal::Hidden);
        }
        if self.page(page).is_running() {
            self.page(page).life = Existence::Frozen;
            self.note(Some(page), Happening::Page(Life::Frozen));
            self.later(for_ms, Job::Awake { page });
        }
    }

    /// A page that stood still goes on, with some of the signals a browser has for it, or none.
    pub(super) fn awake(&mut self, page: usize) {
        let was = self.page(page).life;
        if matches!(was, Existence::Dead | Existence::Running) {
            return;
        }
        self.page(page).life = Existence::Running;
        self.note(Some(page), Happening::Page(Life::Thawed));
        if was == Existence::Left {
            // It had no ears: no news reached it, and it reads everything once it is back.
            let parked = &mut self.page(page).parked;
            parked.retain(|what| !matches!(what, super::Incoming::Heard { .. }));
            self.signal(page, PageSignal::Returned);
            // The widget says what the document says at that moment.
            let is_seen = self.rng.percent(85);
            self.signal(
                page,
                if is_seen {
                    PageSignal::Visible
                } else {
                    PageSignal::Hidden
                },
            );
            self.read_shelves(page, Shelf::ALL.to_vec());
        }
        // What waited comes before the signs of life, or after them.
        let signs = if was == Existence::Frozen && self.rng.percent(70) {
            1 + self.rng.below(3)
        } else {
            0
        };
        let is_first = self.rng.percent(50);
        for _ in 0..signs {
            if is_first {
                self.signal(page, PageSignal::Visible);
            } else {
                self.later(
                    1,
                    Job::Signal {
                        page,
                        signal: PageSignal::Visible,
                    },
                );
            }
        }
        self.later(0, Job::Unpark { page });
        self.rearm(page);
    }

    /// A timer that was due while the page stood still.
    fn rearm(&mut self, page: usize) {
        if self.page(page).is_alive() {
            let timer = self.page(page).timer;
            self.later(
                1,
                Job::To {
                    page,
                    what: super::Incoming::Wake { timer },
                },
            );
        }
    }

    /// The machine wakes: some pages hear of it, others only have late timers.
    pub(super) fn wake_pages(&mut self) {
        for page in self.living() {
            if self.page(page).is_running() {
                if self.page(page).is_visible && self.rng.percent(70) {
                    self.signal(page, PageSignal::Visible);
                }
                if self.rng.percent(50) {
                    self.rearm(page);
                }
            }
        }
    }
}
