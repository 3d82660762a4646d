//! Faults: drawn from the kinds of this run, for a moment or for a while.

use super::{Job, World};
use crate::{
    history::{Doom, Happening},
    plan::Fault,
};

mod links;
mod machine;

impl World {
    /// One fault, and the next one planned.
    pub(super) fn strike(&mut self) {
        if self.is_calm {
            return;
        }
        let pause_ms = self.rng.between(500, 2 * self.plan.strike_every_ms);
        self.later(pause_ms, Job::Strike);
        let faults = self.plan.faults.clone();
        if let Some(fault) = self.rng.pick(&faults) {
            self.note(None, Happening::Fault(format!("{fault:?}")));
            self.begin_fault(fault);
        }
    }

    fn begin_fault(&mut self, fault: Fault) {
        match fault {
            Fault::Corrupt
            | Fault::Delay
            | Fault::Drip
            | Fault::Hang
            | Fault::Html
            | Fault::LostResponse
            | Fault::NoLock
            | Fault::Oversize
            | Fault::Refuse
            | Fault::ServerError
            | Fault::SlowNews
            | Fault::Truncate => self.weather_for(fault),
            Fault::AnswerError => self.platform.moods.fails_next = true,
            Fault::ChatGone => {
                if self.rng.percent(25) {
                    let out = self.platform.forget_chats();
                    self.carry(out);
                }
            }
            Fault::Deploy => {
                let code = self.rng.pick(&[1001, 1001, 1012]).unwrap_or(1001);
                let keeps_answers = self.rng.percent(50);
                let out = self.platform.deploy(keeps_answers, code);
                self.carry(out);
            }
            Fault::Duplicate => {
                self.platform.moods.stutters = true;
                self.ease_later(fault, 60_000);
            }
            // More often than this the policy of three refreshes in ten minutes is what a run would be about.
            Fault::Expire if self.expiries < 2 => {
                self.expiries += 1;
                self.platform.accounts.expire();
            }
            Fault::Expire => {}
            Fault::RateLimit => {
                let wait_s = self.rng.pick(&[1, 5, 20, 45]).unwrap_or(5);
                self.platform.moods.busy_until_ms = self.now_ms + 1000 * wait_s;
                self.platform.moods.tells_wait = self.rng.percent(80);
            }
            Fault::RefuseMessage => self.platform.moods.refuses_next = true,
            // Nothing on the machine runs while it sleeps.
            Fault::Blocked | Fault::Clear | Fault::Meddle | Fault::Quota if self.asleep.is_some() => {}
            Fault::Close => self.on_link(Self::close_link),
            Fault::Foreign => self.on_link(Self::say_foreign),
            Fault::OddFrame => self.on_link(Self::say_odd),
            Fault::Reset => self.on_link(|world, socket| world.drop_link(socket, 0, 1006, "")),
            Fault::StallDown | Fault::StallUp | Fault::Swizzle => self.stall(fault),
            Fault::Blocked => self.block_storage(),
            Fault::Clear => self.clear_storage(),
            Fault::Meddle => self.meddle(),
            Fault::Quota => self.fill_storage(),
            Fault::ClockDrift | Fault::ClockJump => self.strike_clock(fault),
            Fault::Sleep => self.sleep(),
            Fault::BackForward => self.on_page(|world, page| world.leave(page, None)),
            Fault::Busy => self.on_page(Self::keep_busy),
            Fault::Crash => self.on_page(Self::crash_later),
            Fault::Discard => self.on_page(|world, page| world.doom(page, Doom::Discarded)),
            Fault::Freeze => self.on_page(|world, page| {
                let for_ms = world.rng.between(1000, 180_000);
                world.freeze(page, for_ms);
            }),
            Fault::Hide => self.on_page(Self::hide_or_show),
            Fault::Kill => self.on_page(|world, page| world.doom(page, Doom::Killed)),
            Fault::LieOffline => self.on_page(Self::lie_offline),
            Fault::Reload => self.on_page(|world, page| world.leave(page, Some(Doom::Reloaded))),
        }
    }

    fn weather_for(&mut self, fault: Fault) {
        let for_ms = if self.rng.percent(20) { 120_000 } else { 20_000 };
        let until_ms = self.now_ms + self.rng.between(500, for_ms);
        self.weather.insert(fault, until_ms);
    }

    /// A fault that is no weather ends after a while.
    fn ease_later(&mut self, fault: Fault, most_ms: u64) {
        let delay_ms = self.rng.between(1000, most_ms);
        self.later(delay_ms, Job::Ease(fault));
    }

    /// A fault ends.
    pub(super) fn ease(&mut self, fault: Fault) {
        if fault == Fault::Blocked {
            (self.storage.is_blocked, self.storage.throws) = (false, false);
        } else if fault == Fault::Quota {
            self.storage.room = None;
        } else {
            self.platform.moods.stutters = false;
        }
    }

    /// The sockets that are open.
    pub(super) fn open_links(&self) -> Vec<usize> {
        let links = self.links.iter().enumerate();
        links
            .filter(|(_, link)| link.is_open && !link.is_dead)
            .map(|(socket, _)| socket)
            .collect()
    }
}
