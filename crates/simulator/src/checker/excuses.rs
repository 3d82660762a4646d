//! When nobody can be blamed: a machine or page stood still, or storage kept nothing.

use crate::history::{Happening, Life, Record};

/// Until when something excuses what is late or missing.
#[derive(Debug, Default)]
pub(super) struct Excuses {
    still_until_ms: u64,
    storage_until_ms: u64,
    clock_until_ms: u64,
}

impl Excuses {
    pub(super) fn see(&mut self, record: &Record) {
        let until_ms = record.at_ms + LONGEST_MS;
        match &record.what {
            Happening::Page(Life::Frozen | Life::Thawed) => self.still_until_ms = until_ms,
            Happening::Fault(name) => match name.as_str() {
                "Sleep" | "Busy" | "NoLock" | "Freeze" => self.still_until_ms = until_ms,
                "Blocked" | "Quota" | "Clear" | "Meddle" => self.storage_until_ms = until_ms,
                "ClockDrift" | "ClockJump" => self.clock_until_ms = until_ms,
                _ => {}
            },
            Happening::StoreRefused { .. } | Happening::Cleared => self.storage_until_ms = until_ms,
            _ => {}
        }
    }

    /// A page, or the whole machine, may stand still, or locks may be refused.
    pub(super) const fn of_standing_still(&self, now_ms: u64) -> bool {
        self.still_until_ms > now_ms
    }

    /// Storage may keep nothing, or something else than what was written.
    pub(super) const fn of_storage(&self, now_ms: u64) -> bool {
        self.storage_until_ms > now_ms
    }

    /// The wall clock may have jumped since something was written.
    pub(super) const fn of_clocks(&self, now_ms: u64) -> bool {
        self.clock_until_ms > now_ms
    }
}

/// No fault of this kind lasts longer.
const LONGEST_MS: u64 = 220_000;
