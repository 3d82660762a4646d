//! Faults: drawn from the kinds of this run, for a moment or for a while.

use miptech_chat_session::{PageSignal, StoreKey, TokenKeys};
use serde_json::json;

use super::{Incoming, Job, World, net::Down, screen::FOREIGN};
use crate::{
    history::{Doom, Happening},
    plan::Fault,
};

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
            Fault::Close | Fault::Foreign | Fault::OddFrame | Fault::Reset => self.strike_link(fault),
            Fault::StallDown | Fault::StallUp | Fault::Swizzle => self.stall(fault),
            Fault::Blocked | Fault::Clear | Fault::Meddle | Fault::Quota => self.strike_storage(fault),
            Fault::ClockDrift | Fault::ClockJump => self.strike_clock(fault),
            Fault::Sleep => self.sleep(),
            Fault::BackForward
            | Fault::Busy
            | Fault::Crash
            | Fault::Discard
            | Fault::Freeze
            | Fault::Hide
            | Fault::Kill
            | Fault::LieOffline
            | Fault::Reload => self.strike_page(fault),
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
        match fault {
            Fault::Blocked => (self.storage.is_blocked, self.storage.throws) = (false, false),
            Fault::Duplicate => self.platform.moods.stutters = false,
            Fault::Quota => self.storage.room = None,
            _ => {}
        }
    }

    /// The sockets that are open.
    fn open_links(&self) -> Vec<usize> {
        let links = self.links.iter().enumerate();
        links
            .filter(|(_, link)| link.is_open && !link.is_dead)
            .map(|(socket, _)| socket)
            .collect()
    }

    fn strike_link(&mut self, fault: Fault) {
        let links = self.open_links();
        let Some(socket) = self.rng.pick(&links) else {
            return;
        };
        match fault {
            Fault::Close => {
                let codes = [
                    1000, 1001, 1002, 1005, 1007, 1008, 1009, 1011, 1012, 1013, 4003, 4005, 4006, 4400, 4401,
                    4408, 4429, 4999,
                ];
                // A verdict that ends everything is rare, or nothing else would be seen.
                let verdicts = [(4403, ""), (4004, ""), (1008, "tenant_id required")];
                let verdict = self.rng.pick(&verdicts).filter(|_| self.rng.percent(4));
                let (code, reason) = verdict.unwrap_or_else(|| {
                    let code = self.rng.pick(&codes).unwrap_or(1001);
                    (code, if code == 1008 { "Rate limited" } else { "" })
                });
                self.drop_link(socket, self.latency_ms, code, reason);
            }
            Fault::Foreign => {
                let text = format!("{FOREIGN} text of another chat");
                let frames = [
                    json!({"type": "chat_response", "data": {"message": text, "chat_id": "other", "message_id": "x1"}}),
                    json!({"type": "response_chunk",
                           "data": {"message_id": "x2", "chat_id": "other", "content": text, "index": 0}}),
                    json!({"type": "chat_message", "chat_id": "other",
                           "message": {"id": "x3", "content": text, "role": "user"}}),
                    json!({"type": "chat_joined", "data": {"chat_id": "other", "success": true}}),
                    json!({"type": "message_received", "data": {"chat_id": "other", "message_id": "x4"}}),
                    json!({"type": "chat_response", "tenant_id": "other-tenant",
                           "data": {"message": text, "chat_id": "other", "message_id": "x5"}}),
                ];
                let place = self.rng.below(frames.len());
                if let Some(frame) = frames.get(place) {
                    self.down(socket, Down::Text(frame.to_string(), Some(frame.clone())));
                }
            }
            Fault::OddFrame => {
                let texts = [
                    "",
                    "null",
                    "17",
                    "[]",
                    "{",
                    "\u{feff}{}",
                    r#"{"type":"no_such_type","data":{}}"#,
                    r#"{"type":"ping"}"#,
                    r#"{"type":"typing_start"}"#,
                    r#"{"type":"response_complete"}"#,
                ];
                let text = self.rng.pick(&texts).unwrap_or_default();
                let down = if text.is_empty() {
                    Down::Binary
                } else {
                    Down::Text(text.to_owned(), None)
                };
                self.down(socket, down);
            }
            _ => self.drop_link(socket, 0, 1006, ""),
        }
    }

    /// Bytes stop on one link, or on several one by one, and go on in another order.
    fn stall(&mut self, fault: Fault) {
        let links = self.open_links();
        let count = if fault == Fault::Swizzle { links.len() } else { 1 };
        for _ in 0..count {
            let Some(socket) = self.rng.pick(&links) else {
                return;
            };
            let both = fault == Fault::Swizzle || self.rng.percent(40);
            if let Some(link) = self.links.get_mut(socket) {
                link.stalls_up |= both || fault == Fault::StallUp;
                link.stalls_down |= both || fault == Fault::StallDown;
            }
            let for_ms = if self.rng.percent(70) { 30_000 } else { 180_000 };
            let delay_ms = self.rng.between(1000, for_ms);
            self.later(delay_ms, Job::Heal { socket });
        }
    }

    fn strike_storage(&mut self, fault: Fault) {
        match fault {
            // A page has storage or has none, for as long as it lives; single accesses may throw.
            Fault::Blocked if self.rng.percent(50) => {
                self.storage.is_blocked = true;
                self.ease_later(fault, 200_000);
            }
            Fault::Blocked => {
                self.storage.throws = true;
                self.ease_later(fault, 20_000);
            }
            // The host page filled it, nearly.
            Fault::Quota => {
                let most = if self.rng.percent(50) { 300 } else { 2000 };
                self.storage.room = Some(self.rng.below(most));
                self.ease_later(fault, 120_000);
            }
            Fault::Clear => {
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
            _ => self.meddle(),
        }
    }

    /// Somebody else writes under a key of ours.
    fn meddle(&mut self) {
        let names = TokenKeys::default();
        let keys = [
            StoreKey::Draft,
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

    fn strike_clock(&mut self, fault: Fault) {
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

    fn sleep(&mut self) {
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

    fn strike_page(&mut self, fault: Fault) {
        let pages: Vec<usize> = self.awake_pages();
        let Some(page) = self.rng.pick(&pages).filter(|_| self.asleep.is_none()) else {
            return;
        };
        match fault {
            Fault::BackForward => self.leave(page, None),
            Fault::Busy => {
                let for_ms = self.rng.between(500, 10_000);
                self.page(page).busy_until_ms = self.now_ms + for_ms;
            }
            Fault::Crash => {
                let effects = u32::try_from(self.rng.below(30)).unwrap_or_default();
                self.page(page).effects_to_crash = Some(effects);
            }
            Fault::Discard => self.doom(page, Doom::Discarded),
            Fault::Freeze => {
                let for_ms = self.rng.between(1000, 180_000);
                self.freeze(page, for_ms);
            }
            Fault::Hide => {
                let signal = if self.page(page).is_visible {
                    PageSignal::Hidden
                } else {
                    PageSignal::Visible
                };
                self.signal(page, signal);
            }
            Fault::LieOffline => {
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
            Fault::Reload => self.leave(page, Some(Doom::Reloaded)),
            _ => self.doom(page, Doom::Killed),
        }
    }
}
