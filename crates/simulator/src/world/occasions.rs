//! What happens on purpose in some runs: chance alone would hardly ever bring it about.

use miptech_chat_session::{Input, LockName, PageSignal};

use super::{Job, World};
use crate::history::{Click, Doom, Happening};

/// What becomes of a renewal on its way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Disturbance {
    /// It takes so many milliseconds more.
    Late(u64),
    /// Nothing.
    None,
    /// A network that wants a sign-in of its own answers (row N10).
    Portal,
}

impl World {
    /// Nothing gets through for a while (row N29).
    pub(super) fn cut(&mut self, for_ms: u64) {
        self.note(None, Happening::Fault("Outage".to_owned()));
        self.cut_until_ms = self.now_ms + for_ms;
        for socket in 0..self.links.len() {
            self.drop_link(socket, 0, 1006, "");
        }
    }

    pub(super) const fn is_cut(&self) -> bool {
        self.cut_until_ms > self.now_ms
    }

    /// A page is hidden, and from then on nobody touches it and nothing befalls it (row L6).
    pub(super) fn forget(&mut self) {
        let pages = self.awake_pages();
        if let Some(page) = self.occasion_rng.pick(&pages) {
            self.note(None, Happening::Fault("Forget".to_owned()));
            self.forgotten = Some(page);
            self.signal(page, PageSignal::Hidden);
        }
    }

    /// A page got a lock: something may happen to it while it holds it.
    pub(super) fn got_lock(&mut self, page: usize, name: LockName) {
        let share = if name == LockName::Renewal { 70 } else { 3 };
        if self.plan.occasions.strikes_at_locks && !self.is_calm && self.occasion_rng.percent(share) {
            let delay_ms = self.occasion_rng.between(0, 2 * self.latency_ms);
            self.later(delay_ms, Job::AtLock { page });
        }
    }

    /// The page of a lock is left, stands still or dies; or a visitor signs out, or in, meanwhile (rows T7 and T10).
    pub(super) fn at_lock(&mut self, page: usize) {
        let pages = self.minded_pages();
        if self.is_calm || !pages.contains(&page) {
            return;
        }
        self.note(Some(page), Happening::Fault("AtLock".to_owned()));
        match self.occasion_rng.below(8) {
            0 => self.leave(page, None),
            1 => self.leave(page, Some(Doom::Reloaded)),
            2 => self.doom(page, Doom::Killed),
            3..6 => {
                self.freeze(page, 20_000);
                let delay_ms = self.occasion_rng.between(500, 12_000);
                self.later(delay_ms, Job::Meanwhile { page });
            }
            _ => self.meanwhile(usize::MAX),
        }
    }

    /// Somebody signs out, or in, wherever they are but in this page.
    pub(super) fn meanwhile(&mut self, but: usize) {
        let mut pages = self.minded_pages();
        pages.retain(|page| *page != but);
        if let Some(page) = self.occasion_rng.pick(&pages).filter(|_| !self.is_calm) {
            self.signal(page, PageSignal::Visible);
            if self.occasion_rng.percent(50) {
                self.click(page, Click::SignOut, Input::SignOut);
            } else {
                self.sign_in(page);
            }
        }
    }

    /// Every access token runs out, and all are told at once; once more soon afterwards, where no other tab is concerned.
    pub(super) fn expire_all(&mut self) {
        let out = self.platform.expire_all();
        self.carry(out);
        self.expiries += 1;
        if self.tabs.len() == 1 && self.expiries < 2 {
            self.later(12_000, Job::Expire);
        }
    }

    /// Every socket is closed with a code nobody knows: after the second the visitor has to decide (`platform.md` section 13).
    pub(super) fn reject(&mut self, more: u32) {
        if self.is_calm {
            return;
        }
        for socket in self.open_links() {
            self.drop_link(socket, 0, 4999, "");
        }
        if more > 0 {
            self.later(15_000, Job::Reject { more: more - 1 });
        }
    }

    /// What somebody else makes of a renewal: its answer comes late, or a page of the network's own comes instead of it.
    pub(super) fn disturb_renewal(&mut self) -> Disturbance {
        if self.is_calm || !self.plan.occasions.strikes_at_locks {
            return Disturbance::None;
        }
        match self.occasion_rng.below(10) {
            0..2 => Disturbance::Portal,
            2..6 => Disturbance::Late(self.occasion_rng.between(500, 3000)),
            _ => Disturbance::None,
        }
    }

    /// Much more than may wait, said in a row (row O2).
    pub(super) fn chatter(&mut self, page: usize) {
        for _ in 0..25 {
            self.say(page);
        }
    }
}
