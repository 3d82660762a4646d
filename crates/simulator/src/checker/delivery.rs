//! Messages: none lost, none twice, in order, as typed, and under whom they were typed.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch};
use crate::history::{Click, Happening, Holds, Record, Setting, Who};

/// What is known of one message.
#[derive(Debug, Default)]
struct Message {
    /// Its place among all that was typed, and the tab it was typed in.
    typed: Option<(usize, Option<usize>)>,
    hash: u64,
    subject: Option<String>,
    chat: Option<String>,
    handed: u32,
    /// How often it may be handed over once more: the visitor's word, or the platform's refusal.
    pardons: u32,
    applied: u32,
    agains: u32,
    /// How often the visitor began a new conversation with what waited.
    releases: u32,
    is_kept: bool,
    /// Whom it waits for, as storage has it.
    owner: Option<String>,
    was_refused_by_storage: bool,
    /// Whose storage refused it last, and when. What belongs to somebody who is gone leaves the screen as it is written down
    /// once more (row O13), and where storage refuses that the page alone keeps it, as the visitor was told (row O20).
    refused_last: Option<(Who, u64)>,
    is_confirmed: bool,
    /// The platform acknowledged this very message.
    is_acked: bool,
    is_deleted: bool,
    was_failed: bool,
    is_stored: bool,
    is_cleared: bool,
    /// Storage was cleared while nobody had it in memory.
    is_excused: bool,
    /// Who shows it, and who as one that waits.
    shown: BTreeSet<(Who, u64)>,
    waits_on: BTreeSet<Who>,
}

/// What keeps its order: the messages of one tab and one chat; what waits for one account lets those of another pass.
#[derive(Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Queue {
    tab: Option<usize>,
    chat: String,
    owner: Option<String>,
}

#[derive(Debug)]
pub(super) struct Delivery {
    setting: Setting,
    messages: BTreeMap<String, Message>,
    typed: usize,
    /// The newest typed place applied of each queue.
    orders: BTreeMap<Queue, (usize, String)>,
    /// When anybody began a new conversation.
    new_conversations: BTreeSet<usize>,
    rows: BTreeMap<(Who, u64), String>,
    /// What storage refused each page and has not taken since: what is typed behind it stays in the page's memory too, or
    /// another tab would send it first, and the visitor was told.
    refused: BTreeMap<Who, BTreeSet<String>>,
    /// What each page handed over last.
    under_way: BTreeMap<Who, String>,
    /// What came and went on each socket.
    gates: BTreeMap<usize, BTreeSet<String>>,
}

impl Delivery {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            setting: setting.clone(),
            messages: BTreeMap::new(),
            typed: 0,
            orders: BTreeMap::new(),
            new_conversations: BTreeSet::new(),
            rows: BTreeMap::new(),
            refused: BTreeMap::new(),
            under_way: BTreeMap::new(),
            gates: BTreeMap::new(),
        }
    }

    fn message(&mut self, id: &str) -> &mut Message {
        self.messages.entry(id.to_owned()).or_default()
    }

    /// Whether the chat is bound to this socket, as far as both ends have said.
    fn may_speak(&self, socket: usize) -> bool {
        let said = |kind: &str| self.gates.get(&socket).is_some_and(|gates| gates.contains(kind));
        let gates = [
            "chat_joined",
            "chat_created",
            "connection_ready",
            "message_received",
        ];
        said("join_chat") && gates.into_iter().any(said)
    }

    fn handed(&mut self, record: &Record, findings: &mut Findings) {
        let Happening::Handed {
            id,
            socket,
            hash,
            tenant,
        } = &record.what
        else {
            return;
        };
        record.who.into_iter().for_each(|who| {
            self.under_way.insert(who, id.clone());
        });
        if !self.may_speak(*socket) {
            findings.add(
                "I8",
                record,
                format!("{id} left before the text gate of its socket"),
            );
        }
        if tenant
            .as_ref()
            .is_some_and(|tenant| *tenant != self.setting.tenant)
        {
            findings.add("I7", record, format!("{id} names another tenant"));
        }
        let dedup = self.setting.dedup;
        let message = self.message(id);
        message.handed += 1;
        if message.typed.is_some() && message.hash != *hash {
            findings.add("I6", record, format!("{id} was handed over with another text"));
        }
        if !message.is_kept && !message.was_refused_by_storage {
            findings.add(
                "I23",
                record,
                format!("{id} was handed over before it was stored"),
            );
        }
        // Where storage took no mark of it, the visitor was told to keep the tab open (row O20).
        if !dedup && message.handed > 1 + message.pardons && !message.was_refused_by_storage {
            findings.add(
                "I3",
                record,
                format!("{id} was handed over again without the visitor's word"),
            );
        }
    }

    fn applied(&mut self, record: &Record, findings: &mut Findings) {
        let Happening::SrvApplied {
            id,
            tenant,
            chat,
            subject,
            ..
        } = &record.what
        else {
            return;
        };
        if *tenant != self.setting.tenant {
            findings.add("I7", record, format!("{id} was applied under another tenant"));
        }
        let dedup = self.setting.dedup;
        let begun = self.new_conversations.clone();
        let message = self.message(id);
        message.applied += 1;
        if dedup && message.applied > 1 + message.agains + message.releases && !message.was_refused_by_storage
        {
            findings.add("I3", record, format!("{id} was applied twice"));
        }
        let Some((place, tab)) = message.typed else { return };
        // A socket joined before the sign-in goes on without it (row T18): nobody is not somebody else.
        // Where the visitor sends on what stands on the screen, it goes as whoever is there now.
        let has_word = message.agains > 0 || message.releases > 0;
        if message.subject.is_some() && subject.is_some() && message.subject != *subject && !has_word {
            findings.add("I7", record, format!("{id} was applied under another subject"));
        }
        let is_sent_on = message.agains > 0 || begun.range(place..).next().is_some();
        if message.chat.as_ref().is_some_and(|typed| typed != chat) && !is_sent_on {
            findings.add("I7", record, format!("{id} was applied in another chat"));
        }
        // One that a page gave up as failed, that storage refused (row O20), or that it lost when it was cleared, is out of the
        // order, whoever sends it after all: other tabs could not know that it came first.
        let is_out = message.was_failed || message.was_refused_by_storage || message.is_cleared;
        if message.agains > 0 || message.applied > 1 || is_sent_on || is_out {
            return;
        }
        let owner = message.owner.clone();
        let last = self
            .orders
            .entry(Queue {
                tab,
                chat: chat.clone(),
                owner,
            })
            .or_insert((place, id.clone()));
        if last.0 > place {
            findings.add(
                "I5",
                record,
                format!("{id} was applied behind {}, which was typed later", last.1),
            );
        } else {
            *last = (place, id.clone());
        }
    }

    /// An ack that names no message of ours is taken for the one that is on its way; the second of one changes nothing
    /// (`platform.md` section 12, rule 9). Where a refusal came twice, that is not the one it was meant for.
    fn acked(&mut self, who: Option<Who>, id: &str) {
        let message = self.message(id);
        message.is_confirmed = true;
        // One that storage refused may be handed over by two tabs, and then each acknowledgement is another's second.
        let is_second = std::mem::replace(&mut message.is_acked, true) && !message.was_refused_by_storage;
        let under_way = who.and_then(|who| self.under_way.get(&who)).cloned();
        if let Some(other) = under_way.filter(|_| !self.setting.dedup && !is_second) {
            self.message(&other).is_confirmed = true;
        }
    }

    fn shown(&mut self, who: Who, row: u64, status: &str, record: &Record, findings: &mut Findings) {
        let Some(id) = self.rows.get(&(who, row)).cloned() else {
            return;
        };
        let message = self.message(&id);
        message.was_failed |= status == "failed";
        if status == "queued" {
            message.waits_on.insert(who);
        } else {
            message.waits_on.remove(&who);
        }
        if status == "sent" && message.typed.is_some() && !message.is_confirmed {
            findings.add(
                "I27",
                record,
                format!("{id} is shown as sent, and nobody said so"),
            );
        }
    }

    fn cleared(&mut self) {
        for message in self.messages.values_mut() {
            message.is_excused |= message.is_stored && message.shown.is_empty();
            // The page whose host cleared storage hears nothing of it.
            message.is_cleared |= message.is_stored;
            message.is_stored = false;
        }
    }

    fn gone(&mut self, who: Who) {
        self.rows.retain(|(page, _), _| *page != who);
        self.refused.remove(&who);
        for message in self.messages.values_mut() {
            message.shown.retain(|(page, _)| *page != who);
            // Row O20: the visitor was told that this page alone has it.
            let is_alone = message.was_refused_by_storage || message.is_cleared && !message.is_stored;
            message.is_excused |= is_alone && message.shown.is_empty();
        }
    }

    fn end(&self, record: &Record, findings: &mut Findings) {
        for (id, message) in &self.messages {
            let is_somewhere = message.applied > 0
                || message.is_stored
                || message.is_deleted
                || message.is_excused
                || !message.shown.is_empty()
                || self.refused.values().any(|refused| refused.contains(id));
            if message.typed.is_some() && !is_somewhere {
                findings.add("I1", record, format!("{id} is lost"));
            }
        }
    }
}

impl Watch for Delivery {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        match &record.what {
            Happening::Typed {
                id,
                hash,
                subject,
                chat,
            } => {
                self.typed += 1;
                let typed = Some((self.typed, record.who.map(|who| who.tab)));
                let is_refused = record
                    .who
                    .and_then(|who| self.refused.get(&who))
                    .is_some_and(|refused| !refused.is_empty());
                let message = self.message(id);
                message.was_refused_by_storage |= is_refused;
                message.typed = typed;
                message.hash = *hash;
                message.subject.clone_from(subject);
                message.chat.clone_from(chat);
            }
            Happening::Again { id } => {
                let message = self.message(id);
                message.agains += 1;
                message.pardons += 1;
            }
            Happening::Deleted { id } => self.message(id).is_deleted = true,
            Happening::Rejected { id } => self.message(id).pardons += 1,
            // Whoever goes takes along what the page alone still has of theirs.
            Happening::Clicked(Click::SignIn | Click::SignOut) => {
                for message in self.messages.values_mut() {
                    message.is_excused |= message.is_cleared && !message.is_stored;
                }
            }
            Happening::Clicked(Click::NewConversation) => {
                self.new_conversations.insert(self.typed);
                // What was held goes by the visitor's word, and what their page shows as waiting, whoever was told of it.
                for message in self.messages.values_mut() {
                    let is_waiting = record.who.is_some_and(|who| message.waits_on.contains(&who));
                    if !message.is_confirmed || is_waiting {
                        message.pardons += 1;
                        message.releases += 1;
                    }
                }
            }
            Happening::Stored {
                holds: Holds::Message { id, owner, .. },
                ..
            } => {
                if let Some(refused) = record.who.and_then(|who| self.refused.get_mut(&who)) {
                    refused.remove(id);
                }
                let message = self.message(id);
                (message.is_kept, message.is_stored) = (true, true);
                message.owner.clone_from(owner);
            }
            Happening::Unstored {
                held: Holds::Message { id, .. },
                ..
            } => self.message(id).is_stored = false,
            Happening::StoreRefused {
                holds: Holds::Message { id, .. },
                ..
            } => {
                if let Some(who) = record.who {
                    self.refused.entry(who).or_default().insert(id.clone());
                }
                let message = self.message(id);
                message.was_refused_by_storage = true;
                message.refused_last = record.who.map(|who| (who, record.at_ms));
            }
            Happening::Cleared => self.cleared(),
            Happening::FrameSent { socket, kind, .. } | Happening::FrameCame { socket, kind, .. } => {
                let is_ours = matches!(record.what, Happening::FrameSent { .. });
                if is_ours && kind.starts_with("typing_") && !self.may_speak(*socket) {
                    findings.add(
                        "I8",
                        record,
                        format!("{kind} left before the text gate of its socket"),
                    );
                }
                self.gates.entry(*socket).or_default().insert(kind.clone());
            }
            Happening::Acked { id } => self.acked(record.who, id),
            Happening::Answered {
                history,
                is_ours: true,
                ..
            } => {
                history.iter().for_each(|id| self.message(id).is_confirmed = true);
            }
            Happening::Handed { .. } => self.handed(record, findings),
            Happening::SrvApplied { .. } => self.applied(record, findings),
            Happening::Added {
                row,
                id: Some(id),
                status,
                ..
            } => {
                if let Some(who) = record.who {
                    self.rows.insert((who, *row), id.clone());
                    self.message(id).shown.insert((who, *row));
                    self.shown(who, *row, status, record, findings);
                }
            }
            Happening::Shown { row, status, .. } => {
                if let Some(who) = record.who {
                    self.shown(who, *row, status, record, findings);
                }
            }
            Happening::Removed { row } => {
                if let Some(who) = record.who
                    && let Some(id) = self.rows.remove(&(who, *row))
                {
                    let message = self.message(&id);
                    message.shown.remove(&(who, *row));
                    let was_just_refused = message.refused_last == Some((who, record.at_ms));
                    message.is_excused |= message.subject.is_some() && was_just_refused;
                }
            }
            Happening::Gone(_) => record.who.into_iter().for_each(|who| self.gone(who)),
            Happening::End { .. } => self.end(record, findings),
            _ => {}
        }
    }
}
