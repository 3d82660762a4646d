//! Faults of the machine: storage, clocks, sleep, and what becomes of pages.

use miptech_chat_session::{PageSignal, StoreKey, TokenKeys};

use crate::{
    history::Happening,
    plan::Fault,
    world::{Incoming, Job, World},
};

impl World {
    /// A page has storage or has none, for as long as it lives; single accesses may throw.
    pub(super) fn block_storage(&mut self) {
        if self.rng.percent(50) {
            self.storage.is_blocked = true;
            self.ease_later(Fault::Blocked, 200_000);
        } else {
            self.storage.throws = true;
            self.ease_later(Fault::Blocked, 20_000);
        }
    }

    /// The host page filled it, nearly.
    pub(super) fn fill_storage(&mut self) {
        let most = if self.rng.percent(50) { 300 } else { 2000 };
        self.storage.room = Some(self.rng.below(most));
        self.ease_later(Fault::Quota, 120_000);
    }

    pub(super) fn clear_storage(&mut self) {
        let gone = self.storage.clear();
        self.note(None, Happening::Cleared);
        if gone.is_empty() {
            return;
        }
        let pages = self.living();
        // The page that cleared hears nothing.
        let silent = self.rng.pick(&pages);
        for page in pages.into_iter().filter(|page| Some(*page) != silent) {
            let delay_ms = self.rng.between(0, 10);
            self.later(
                delay_ms,
                Job::To {
                    page,
                    what: Incoming::Heard { key: None },
                },
            );
        }
    }

    /// Somebody else writes under a key of ours.
    pub(super) fn meddle(&mut self) {
        let names = TokenKeys::default();
        let keys = [
            StoreKey::Draft,
            StoreKey::Failing,
            StoreKey::Hold,
            StoreKey::Transcript,
            StoreKey::Memory,
            StoreKey::ReadMark,
        ];
        let place = self.rng.below(keys.len());
        let Some(key) = keys.get(place) else { return };
        let mut name = key.text(&self.caller.tenant, &names);
        if self.rng.percent(30) {
            name = format!(
                "{}zz{}",
                StoreKey::message_prefix(&self.caller.tenant),
                self.rng.below(1000)
            );
        }
        let values = [
            "garbage",
            "",
            "{\"v\":99,\"x\":[]}",
            "[[[[",
            "99999999999999999999",
            "{\"v\":1,\"text\":\"FOREIGN\"}",
        ];
        let value = self.rng.pick(&values).unwrap_or_default().to_owned();
        let value = if name.ends_with(":draft") {
            "somebody else's draft".to_owned()
        } else {
            value
        };
        self.note(None, Happening::Meddled { key: name.clone() });
        self.storage.put(&name, value);
        for page in self.living() {
            self.later(
                2,
                Job::To {
                    page,
                    what: Incoming::Heard {
                        key: Some(name.clone()),
                    },
                },
            );
        }
    }

    pub(super) fn strike_clock(&mut self, fault: Fault) {
        let most_ms: i64 = if fault == Fault::ClockJump {
            86_400_000
        } else {
            5000
        };
        let size = i64::try_from(self.rng.below(usize::try_from(most_ms).unwrap_or(1))).unwrap_or_default();
        self.wall_off_ms += if self.rng.percent(50) { size } else { -size };
        // Never so far that messages of this run would be a day old by it.
        self.wall_off_ms = self.wall_off_ms.clamp(-40_000_000, 40_000_000);
    }

    pub(super) fn sleep(&mut self) {
        if self.asleep.is_some() {
            return;
        }
        let for_ms = self.rng.between(5000, 150_000);
        let left_ms = self.plan.unrest_ms.saturating_sub(self.now_ms + 1000);
        let until_ms = self.now_ms + for_ms.min(left_ms);
        self.asleep = Some((self.now_ms, until_ms));
        if for_ms > 60_000 {
            // The platform and whatever stands between have long forgotten.
            for socket in self.open_links() {
                self.platform.lost(socket);
                if let Some(link) = self.links.get_mut(socket) {
                    link.is_dead = true;
                }
            }
        }
        // Something has to happen when the machine wakes.
        self.later_at(until_ms, Job::Heal { socket: usize::MAX });
    }

    /// Something happens to a page that runs.
    pub(super) fn on_page(&mut self, act: impl FnOnce(&mut Self, usize)) {
        let pages = self.minded_pages();
        if let Some(page) = self.rng.pick(&pages) {
            act(self, page);
        }
    }

    pub(super) fn keep_busy(&mut self, page: usize) {
        let for_ms = self.rng.between(500, 10_000);
        self.page(page).busy_until_ms = self.now_ms + for_ms;
    }

    pub(super) fn crash_later(&mut self, page: usize) {
        let effects = u32::try_from(self.rng.below(30)).unwrap_or_default();
        self.page(page).effects_to_crash = Some(effects);
    }

    pub(super) fn hide_or_show(&mut self, page: usize) {
        let signal = if self.page(page).is_visible {
            PageSignal::Hidden
        } else {
            PageSignal::Visible
        };
        self.signal(page, signal);
    }

    pub(super) fn lie_offline(&mut self, page: usize) {
        let flips = if self.rng.percent(10) { 20 } else { 1 };
        for flip in 0..flips {
            let off = 500 * flip + self.rng.between(0, 300);
            let on = off
                + if flips == 1 {
                    self.rng.between(100, 150_000)
                } else {
                    250
                };
            self.later(
                off,
                Job::Signal {
                    page,
                    signal: PageSignal::Offline,
                },
            );
            self.later(
                on,
                Job::Signal {
                    page,
                    signal: PageSignal::Online,
                },
            );
        }
    }
}
