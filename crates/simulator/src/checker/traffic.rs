//! Sockets and calls: how many, how often, and when none at all.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch};
use crate::history::{Click, Happening, Life, Record, Setting, Who};

/// What a page does on the network.
#[derive(Debug, Default)]
struct Page {
    is_hidden: bool,
    is_left: bool,
    is_open: bool,
    /// Sockets it neither closed nor heard the end of.
    sockets: BTreeSet<usize>,
    dials: Vec<u64>,
    creations: Vec<u64>,
    calls: BTreeMap<usize, bool>,
    /// The platform asked for patience until then.
    held_until_ms: u64,
    is_terminal: bool,
    /// The platform let this page in, and later closed its socket for good.
    was_live: bool,
    is_closed_for_good: bool,
}

#[derive(Debug)]
pub(super) struct Traffic {
    setting: Setting,
    pages: BTreeMap<Who, Page>,
}

impl Traffic {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            setting: setting.clone(),
            pages: BTreeMap::new(),
        }
    }
}

/// How many of these moments lie within a span before now.
fn within(moments: &[u64], now_ms: u64, span_ms: u64) -> usize {
    moments.iter().filter(|at| **at + span_ms > now_ms).count()
}

impl Watch for Traffic {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        let Some(who) = record.who else { return };
        let now_ms = record.at_ms;
        let connects_closed = self.setting.connects_closed;
        let tenant = self.setting.tenant.clone();
        let page = self.pages.entry(who).or_default();
        match &record.what {
            Happening::Opened { is_visible, .. } => page.is_hidden = !is_visible,
            Happening::Page(life) => match life {
                Life::Hidden => page.is_hidden = true,
                Life::Left => page.is_left = true,
                Life::Returned => (page.is_left, page.is_hidden) = (false, false),
                Life::Visible => page.is_hidden = false,
                Life::Frozen | Life::Offline | Life::Online | Life::Thawed => {}
            },
            Happening::Clicked(click) => {
                (page.is_terminal, page.is_closed_for_good) = (false, false);
                match click {
                    Click::Open => page.is_open = true,
                    Click::Close => page.is_open = false,
                    Click::Dismiss
                    | Click::NewConversation
                    | Click::Retry
                    | Click::SignIn
                    | Click::SignOut
                    | Click::Stop => {}
                }
            }
            Happening::Dialled {
                socket,
                tenant: named,
            } => {
                if *named != tenant {
                    findings.add("I7", record, "a socket names another tenant".to_owned());
                }
                if page.is_hidden || page.is_left {
                    findings.add("I31", record, "a page nobody sees opens a socket".to_owned());
                }
                if !page.is_open && !connects_closed {
                    findings.add("I31", record, "a closed widget opens a socket".to_owned());
                }
                if !page.sockets.is_empty() {
                    findings.add("I10", record, "a second socket is opened".to_owned());
                }
                if page.held_until_ms > now_ms {
                    findings.add(
                        "I12",
                        record,
                        "a socket is opened before the wait that was asked for".to_owned(),
                    );
                }
                if page.is_terminal || page.is_closed_for_good {
                    findings.add(
                        "I13",
                        record,
                        "a socket is opened after a terminal answer".to_owned(),
                    );
                }
                page.sockets.insert(*socket);
                page.dials.push(now_ms);
                if within(&page.dials, now_ms, 60_000) > 8 || within(&page.dials, now_ms, 300_000) > 25 {
                    findings.add("I11", record, "too many sockets".to_owned());
                }
            }
            Happening::Ended { socket, code, .. } => {
                page.sockets.remove(socket);
                // Whoever was never let in may look for another way in once (`platform.md` section 16.6).
                page.is_closed_for_good = page.was_live && matches!(code, 4004 | 4403);
            }
            Happening::Abandoned { socket, .. } => {
                page.sockets.remove(socket);
            }
            // What another tab did may be the visitor's word.
            Happening::Heard { .. } => page.is_closed_for_good = false,
            Happening::Late { outputs, .. } if *outputs > 0 => {
                findings.add("I9", record, "a closed socket still has a say".to_owned());
            }
            Happening::Called {
                call, tenant: named, ..
            } => {
                if *named != tenant {
                    findings.add("I7", record, "a call names another tenant".to_owned());
                }
                let is_creation = record.what.asks_for_chat();
                page.calls.insert(*call, is_creation);
                if is_creation {
                    page.creations.push(now_ms);
                    if within(&page.creations, now_ms, 60_000) > 8 {
                        findings.add("I11", record, "too many calls for a chat".to_owned());
                    }
                    if page.held_until_ms > now_ms {
                        findings.add(
                            "I12",
                            record,
                            "a chat is asked for before the wait that was asked for".to_owned(),
                        );
                    }
                    if page.is_hidden || page.is_left {
                        findings.add("I31", record, "a page nobody sees asks for a chat".to_owned());
                    }
                }
            }
            Happening::Answered {
                call,
                wait_ms: Some(wait_ms),
                is_ours: true,
                ..
            } if page.calls.get(call) == Some(&true) => {
                page.held_until_ms = page.held_until_ms.max(now_ms + (*wait_ms).min(120_000));
            }
            Happening::FrameCame {
                wait_ms: Some(wait_ms),
                ..
            } => {
                page.held_until_ms = page.held_until_ms.max(now_ms + (*wait_ms).min(120_000));
            }
            Happening::Handed { id, .. } if page.held_until_ms > now_ms => {
                findings.add(
                    "I12",
                    record,
                    format!("{id} is handed over before the wait that was asked for"),
                );
            }
            Happening::PhaseShown { connection, .. } => {
                page.is_terminal = connection == "blocked";
                page.was_live |= connection == "live";
            }
            Happening::Stored {
                tenant: Some(named), ..
            } if *named != tenant => {
                findings.add("I7", record, "a key of storage names another tenant".to_owned());
            }
            Happening::Gone(_) => {
                self.pages.remove(&who);
            }
            _ => {}
        }
    }
}
