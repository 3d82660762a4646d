//! Tokens: renewed once, forgotten only for a reason, never brought back, and never seen.

use std::collections::{BTreeMap, BTreeSet};

use miptech_chat_session::TokenKeys;

use super::{Findings, Watch};
use crate::history::{Click, Happening, Holds, Life, Record, Setting, Who};

#[derive(Debug)]
pub(super) struct Accounts {
    setting: Setting,
    access_key: String,
    refresh_key: String,
    /// Refresh calls under way: call, page, token.
    running: BTreeMap<usize, (Who, u64)>,
    /// Refresh calls of pages that were left meanwhile.
    parked: BTreeSet<usize>,
    renewals: Vec<(Who, u64)>,
    /// Pages whose storage refused to write down that they renew: neither they nor the others can know (promise 16).
    untold: BTreeSet<Who>,
    /// Since when pages wait for the lock.
    waiting: BTreeMap<Who, u64>,
    /// When storage last lost what was written down, or the clock it was told by was set; and since when each page opened
    /// later can know: nothing else tells one page what another did before it (row Q5, section 6.4).
    lost_ms: u64,
    known_from_ms: BTreeMap<Who, u64>,
    /// When the wall clock was set by a little.
    drifts: Vec<u64>,
    /// When it was set by much.
    jumps: Vec<u64>,
    /// Sign-ins that ended in storage.
    ended: BTreeSet<u64>,
    /// The last reason for tokens to go.
    reason_ms: Option<u64>,
    /// The last time a pair was renewed.
    renewed_ms: Option<u64>,
    /// Storage refused the refresh token.
    is_halved: bool,
    /// Until when nothing is said about locks: a machine or page stood still.
    excused_until_ms: u64,
}

impl Accounts {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            setting: setting.clone(),
            access_key: TokenKeys::default().access,
            refresh_key: TokenKeys::default().refresh,
            running: BTreeMap::new(),
            parked: BTreeSet::new(),
            renewals: Vec::new(),
            untold: BTreeSet::new(),
            waiting: BTreeMap::new(),
            lost_ms: 0,
            known_from_ms: BTreeMap::new(),
            drifts: Vec::new(),
            jumps: Vec::new(),
            ended: BTreeSet::new(),
            reason_ms: None,
            renewed_ms: None,
            is_halved: false,
            excused_until_ms: 0,
        }
    }

    /// Whether a refusal of the access token ends the sign-in: the pair is so new (row T2), or storage took only half of it,
    /// and the platform's refusal of that half is definite.
    fn is_fresh(&self, now_ms: u64) -> bool {
        self.is_halved || self.renewed_ms.is_some_and(|at| at + 60_000 >= now_ms)
    }

    fn renewed(&mut self, call: usize, who: Who, token: u64, record: &Record, findings: &mut Findings) {
        let same = self.running.values().filter(|(_, running)| *running == token);
        let same: Vec<Who> = same.map(|(page, _)| *page).collect();
        if same.contains(&who) {
            findings.add(
                "I15",
                record,
                "a page renews the same token twice at once".to_owned(),
            );
        }
        // Whoever waited for the lock as long as anybody may goes on without it (row T7).
        let has_waited = self
            .waiting
            .remove(&who)
            .is_some_and(|since_ms| record.at_ms >= since_ms + LOCK_WAIT_MS);
        let has_locks = self.setting.locks && !has_waited;
        if has_locks && !same.is_empty() && self.excused_until_ms < record.at_ms {
            findings.add("I15", record, "two pages renew the same token at once".to_owned());
        }
        self.running.insert(call, (who, token));
        let known_from_ms = self.known_from_ms.get(&who).copied().unwrap_or_default();
        let within = |span_ms: u64| {
            let moments = self.renewals.iter();
            let counts = |(page, at): &&(Who, u64)| {
                let is_known =
                    [*page, who].iter().all(|page| !self.untold.contains(page)) && *at >= known_from_ms;
                // One page tells another by the wall clock, which may have been set meanwhile, or before the word arrived.
                let is_known = is_known && !self.jumps.iter().any(|jump| (*at..at + NEWS_MS).contains(jump));
                let off_ms: u64 = self
                    .drifts
                    .iter()
                    .filter(|drift| *drift > at)
                    .map(|_| DRIFT_MS)
                    .sum();
                at + span_ms > record.at_ms && *page == who
                    || at + span_ms > record.at_ms + off_ms && is_known
            };
            moments.filter(counts).count()
        };
        if has_locks && (within(30_000) > 0 || within(600_000) > 2) {
            findings.add("I16", record, "tokens are renewed too often".to_owned());
        }
        self.renewals.push((who, record.at_ms));
    }
}

impl Watch for Accounts {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        match &record.what {
            Happening::LockAsked { lock } if lock == "renewal" => {
                record.who.into_iter().for_each(|who| {
                    self.waiting.insert(who, record.at_ms);
                });
            }
            // A page in the back-forward cache is nobody's rival, and holds no lock either; what it was answered it hears when
            // it comes back.
            Happening::Page(Life::Left) => {
                let left = self
                    .running
                    .extract_if(.., |_, (page, _)| Some(*page) == record.who);
                self.parked.extend(left.map(|(call, _)| call));
            }
            Happening::LockHeld { lock } if lock == "renewal" => {
                record.who.iter().for_each(|who| {
                    self.waiting.remove(who);
                });
            }
            Happening::TokenSeen { place } => findings.add("I20", record, format!("a token in {place}")),
            Happening::Called {
                call,
                refresh: Some(token),
                ..
            } => {
                if let Some(who) = record.who {
                    self.renewed(*call, who, *token, record, findings);
                }
            }
            Happening::Answered {
                call,
                status,
                is_ours,
                ..
            } => {
                let was_renewal = self.running.remove(call).is_some() || self.parked.remove(call);
                let is_refusal = matches!(status, Some(400 | 401 | 403));
                if *is_ours && is_refusal && (was_renewal || self.is_fresh(record.at_ms)) {
                    self.reason_ms = Some(record.at_ms);
                }
                if *is_ours && was_renewal && *status == Some(200) {
                    self.renewed_ms = Some(record.at_ms);
                }
            }
            Happening::FrameCame { kind, .. }
                if (kind == "error" || kind == "token_expired") && self.is_fresh(record.at_ms) =>
            {
                self.reason_ms = Some(record.at_ms);
            }
            Happening::Ended { code: 4401, .. } if self.is_fresh(record.at_ms) => {
                self.reason_ms = Some(record.at_ms);
            }
            // A token of another tenant is refused for good (row T16).
            Happening::Ended { code: 4403, .. } => self.reason_ms = Some(record.at_ms),
            Happening::Aborted { call } => {
                self.running.remove(call);
            }
            Happening::Clicked(Click::SignOut | Click::SignIn) => self.reason_ms = Some(record.at_ms),
            Happening::Cleared => {
                self.reason_ms = Some(record.at_ms);
                self.lost_ms = record.at_ms;
            }
            Happening::Fault(name) if name == "ClockDrift" => self.drifts.push(record.at_ms),
            Happening::Fault(name) if name == "ClockJump" => {
                self.lost_ms = record.at_ms;
                self.jumps.push(record.at_ms);
            }
            Happening::Meddled { key } if key.ends_with(":renewal") => self.lost_ms = record.at_ms,
            Happening::Unstored {
                held: Holds::Token { family, .. },
                ..
            } => {
                self.ended.insert(*family);
                if self.reason_ms.is_none_or(|at| at + 60_000 < record.at_ms) {
                    findings.add("I18", record, "tokens are erased without a reason".to_owned());
                }
            }
            Happening::Stored {
                holds: Holds::Token { family, .. },
                ..
            } if self.ended.contains(family) => {
                findings.add(
                    "I17",
                    record,
                    format!("a token of sign-in {family} is back after its end"),
                );
            }
            Happening::StoreRefused { key, .. } if key.ends_with(":renewal") => {
                self.untold.extend(record.who)
            }
            Happening::Stored { key, .. } if key.ends_with(":renewal") => {
                record.who.into_iter().for_each(|who| {
                    self.untold.remove(&who);
                });
            }
            // The page may be no more before it writes the other half.
            Happening::Stored { key, .. } if *key == self.access_key => self.is_halved = true,
            Happening::Stored { key, .. } if *key == self.refresh_key => self.is_halved = false,
            Happening::StoreRefused { key, .. } if *key == self.refresh_key => self.is_halved = true,
            Happening::Opened { .. } => {
                let from_ms = self.lost_ms;
                record.who.into_iter().for_each(|who| {
                    self.known_from_ms.insert(who, from_ms);
                });
            }
            Happening::Page(Life::Frozen | Life::Thawed) => {
                self.excused_until_ms = self.excused_until_ms.max(record.at_ms + 180_000);
            }
            Happening::Fault(name) if name == "Sleep" || name == "Busy" || name == "NoLock" => {
                self.excused_until_ms = self.excused_until_ms.max(record.at_ms + 180_000);
            }
            Happening::Gone(_) => {
                if let Some(who) = record.who {
                    self.running.retain(|_, (page, _)| *page != who);
                }
            }
            _ => {}
        }
    }
}

/// By how much a drifting clock is set at most.
const DRIFT_MS: u64 = 5000;

/// How long news take at most.
const NEWS_MS: u64 = 3000;

/// How long a lock is waited for.
const LOCK_WAIT_MS: u64 = 5000;
