//! The liveness phase: faults stop, one page is seen, online and open, and everything has to settle.

use miptech_chat_session::{Connection, Input, PageSignal, StoreKey, TokenKeys};

use super::{Job, World};
use crate::history::{Click, Happening};

impl World {
    /// T0.
    pub(super) fn calm(&mut self) {
        self.is_calm = true;
        self.weather.clear();
        self.cut_until_ms = 0;
        (self.storage.is_blocked, self.storage.throws) = (false, false);
        self.storage.room = None;
        for job in std::mem::take(&mut self.hung) {
            self.later(self.latency_ms, job);
        }
        self.platform.moods = crate::platform::Moods::default();
        self.wake_machine();
        self.hasten();
        for socket in 0..self.links.len() {
            if self.links.get(socket).is_some_and(|link| link.is_dead) {
                self.drop_link(socket, 500, 1006, "");
            }
            self.heal(socket);
        }
        for page in 0..self.pages.len() {
            self.page(page).busy_until_ms = 0;
            self.page(page).effects_to_crash = None;
            self.later(0, Job::Unpark { page });
        }
        let Some(page) = self.take_stage() else { return };
        let phase = self.page(page).session.phase();
        let now = self.clocks().mono;
        let wait = phase.retry_at.map_or(0, |at| at.since(now).as_millis());
        let longest_wait_ms = u64::try_from(wait).unwrap_or(u64::MAX);
        // What one tab was asked for counts for all of them (row N5); more than two minutes nobody is held (row P22), and a
        // fifth more is chance (`faults.md` section 6.2).
        let hold = StoreKey::Hold.text(&self.caller.tenant, &TokenKeys::default());
        let until_ms = self.storage.get(&hold).and_then(|text| text.parse().ok());
        let left_ms = until_ms.unwrap_or(0_u64).saturating_sub(self.clocks().wall_ms);
        let hold_ms = if left_ms <= 120_000 { left_ms * 6 / 5 } else { 0 };
        self.note(
            Some(page),
            Happening::Calm {
                longest_wait_ms,
                hold_ms,
            },
        );
        self.signal(page, PageSignal::Online);
        self.signal(page, PageSignal::Visible);
        self.page(page).is_panel_open = true;
        self.click(page, Click::Open, Input::SetOpen(true));
        self.turn(page, Input::Start);
        self.later(1000, Job::Pursue { step: 0 });
    }

    /// The way is good again: what is slowly under way arrives, in its order.
    fn hasten(&mut self) {
        let soon = self.now_ms + 2 * self.latency_ms;
        let late: Vec<(u64, u64)> = self
            .jobs
            .range((soon, 0)..)
            .filter(|(_, job)| job.is_on_its_way())
            .map(|(key, _)| *key)
            .collect();
        for key in late {
            let job = self.jobs.remove(&key);
            job.into_iter().for_each(|job| self.later_at(soon, job));
        }
        for link in &mut self.links {
            link.hasten(soon);
        }
    }

    /// The page the phase is about: one that runs, if need be one that has to be opened or to go on.
    fn take_stage(&mut self) -> Option<usize> {
        let living = self.living();
        let running = living.iter().copied().find(|page| self.pages[*page].is_running());
        let page = match running {
            Some(page) => page,
            None => match living.first().copied() {
                Some(page) => {
                    self.awake(page);
                    page
                }
                None => {
                    let tab = self.tabs.iter().position(Option::is_none)?;
                    self.open_page(tab, true);
                    self.pages.len().checked_sub(1)?
                }
            },
        };
        self.hero = Some(page);
        Some(page)
    }

    /// The visitor tries to get through, by what the screen offers.
    pub(super) fn pursue(&mut self, step: u32) {
        let Some(page) = self.hero.filter(|page| self.pages[*page].is_running()) else {
            return;
        };
        let connection = self.page(page).session.phase().connection;
        match step {
            0 if self.rng.percent(50) => self.click(page, Click::Retry, Input::RetryNow),
            0 => {}
            1 if self.page(page).screen.has_ended => {
                self.click(page, Click::NewConversation, Input::NewConversation);
            }
            1 => match connection {
                Connection::Live => self.say(page),
                Connection::SignedOut => self.sign_in(page),
                Connection::Blocked
                | Connection::Connecting
                | Connection::Idle
                | Connection::Joining
                | Connection::Offline
                | Connection::Paused
                | Connection::Reconnecting
                | Connection::Starting
                | Connection::Waiting => self.click(page, Click::Retry, Input::RetryNow),
            },
            2 if self.page(page).screen.has_ended => {
                self.click(page, Click::NewConversation, Input::NewConversation);
            }
            2 if connection != Connection::Live => {
                self.click(page, Click::Retry, Input::RetryNow);
                // The menu has it in every state.
                if connection == Connection::Blocked {
                    self.click(page, Click::NewConversation, Input::NewConversation);
                }
            }
            _ => {}
        }
        if step < 3 && self.page(page).is_alive() {
            self.signal(page, PageSignal::Visible);
            let delay_ms = if step == 0 { 180_000 } else { 60_000 };
            self.later(delay_ms, Job::Pursue { step: step + 1 });
        }
    }

    /// The last lines of the history.
    pub(super) fn conclude(&mut self) {
        let refresh = self.storage.get(&TokenKeys::default().refresh);
        let is_pair_valid = refresh.map(|refresh| self.platform.accounts.would_take(&refresh));
        self.note(self.hero, Happening::End { is_pair_valid });
    }
}
