//! One message at a time: the next leaves a socket when the one before is acknowledged, refused, or known from history (I5).

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch};
use crate::history::{Happening, Record};

/// The message that left each socket last, until the page knows what became of it.
#[derive(Debug, Default)]
pub(super) struct Turns {
    pending: BTreeMap<usize, String>,
    /// Acknowledged to any page: the platform has them in their place, whoever hands them over once more.
    acknowledged: BTreeSet<String>,
}

impl Turns {
    fn done(&mut self, id: &str) {
        self.pending.retain(|_, pending| pending != id);
    }
}

impl Watch for Turns {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        match &record.what {
            Happening::Handed { id, socket, .. } => {
                let before = self.pending.remove(socket);
                if !self.acknowledged.contains(id) {
                    self.pending.insert(*socket, id.clone());
                }
                if let Some(before) = before {
                    findings.add(
                        "I5",
                        record,
                        format!("{id} leaves before {before} is acknowledged"),
                    );
                }
            }
            Happening::Acked { id } => {
                self.acknowledged.insert(id.clone());
                self.done(id);
            }
            Happening::Rejected { id } => self.done(id),
            Happening::Answered {
                history,
                is_ours: true,
                ..
            } => history.iter().for_each(|id| self.done(id)),
            Happening::Ended { socket, .. } | Happening::Abandoned { socket, .. } => {
                self.pending.remove(socket);
            }
            _ => {}
        }
    }
}
