//! What runs consisted of: a simulator that never lets something happen finds nothing there.

use std::{collections::BTreeMap, fmt};

use crate::history::{Happening, History};

/// How often each thing happened, and in how many runs.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    runs: u64,
    counts: BTreeMap<String, (u64, u64)>,
}

impl Coverage {
    /// Adds a run.
    pub fn add(&mut self, history: &History) {
        let mut seen = BTreeMap::new();
        for name in history.records.iter().map(|record| name_of(&record.what)) {
            *seen.entry(name).or_insert(0) += 1;
        }
        self.runs += 1;
        for (name, count) in seen {
            let total = self.counts.entry(name).or_default();
            *total = (total.0 + count, total.1 + 1);
        }
    }

    /// How often something happened.
    #[must_use]
    pub fn count_of(&self, name: &str) -> u64 {
        self.counts.get(name).map_or(0, |(count, _)| *count)
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} runs; how often, and in how many of them:", self.runs)?;
        for (name, (count, runs)) in &self.counts {
            writeln!(f, "{count:>9} {runs:>6}  {name}")?;
        }
        Ok(())
    }
}

/// What an event is counted as.
fn name_of(what: &Happening) -> String {
    let all = format!("{what:?}");
    let kind = all.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    let detail = match what {
        Happening::Fault(name) => name.clone(),
        Happening::Clicked(click) => format!("{click:?}"),
        Happening::Page(life) => format!("{life:?}"),
        Happening::Gone(doom) => format!("{doom:?}"),
        Happening::Added { by, status, .. } => format!("{by:?} {status}"),
        Happening::Shown { status, .. } => status.clone(),
        Happening::PhaseShown { connection, .. } => connection.clone(),
        Happening::AuthShown { state } => state.clone(),
        Happening::ErrorTold { code, .. } => code.clone(),
        Happening::NoticeShown(Some((notice, code, _))) => format!("{notice} {code}"),
        Happening::FrameSent { kind, .. } | Happening::FrameCame { kind, .. } => kind.clone(),
        Happening::Ended { code, .. } | Happening::Abandoned { code, .. } => code.to_string(),
        Happening::Answered { status, is_ours, .. } => format!("{status:?} ours: {is_ours}"),
        Happening::Called {
            method, url, refresh, ..
        } => {
            let path = url
                .rsplit("v1/")
                .next()
                .unwrap_or_default()
                .split(['?', '/'])
                .take(2);
            let path: Vec<&str> = path
                .map(|word| {
                    if word.starts_with('c') && word != "chat" {
                        "*"
                    } else {
                        word
                    }
                })
                .collect();
            format!(
                "{method} {} {}",
                path.join("/"),
                if refresh.is_some() { "refresh" } else { "" }
            )
        }
        Happening::LockAsked { lock } | Happening::LockHeld { lock } => lock.clone(),
        Happening::End { is_pair_valid } => format!("{is_pair_valid:?}"),
        Happening::Begin(_)
        | Happening::Typed { .. }
        | Happening::Drafted { .. }
        | Happening::Deleted { .. }
        | Happening::Again { .. }
        | Happening::Checked { .. }
        | Happening::Opened { .. }
        | Happening::Booted { .. }
        | Happening::AnswerText { .. }
        | Happening::Moved { .. }
        | Happening::Removed { .. }
        | Happening::Broken
        | Happening::ChatShown { .. }
        | Happening::DraftShown { .. }
        | Happening::NoticeShown(None)
        | Happening::Stored { .. }
        | Happening::Unstored { .. }
        | Happening::StoreRefused { .. }
        | Happening::Cleared
        | Happening::Meddled { .. }
        | Happening::Heard { .. }
        | Happening::LockFreed { .. }
        | Happening::Aborted { .. }
        | Happening::Dialled { .. }
        | Happening::Connected { .. }
        | Happening::Late { .. }
        | Happening::Handed { .. }
        | Happening::Acked { .. }
        | Happening::Rejected { .. }
        | Happening::SrvReceived { .. }
        | Happening::SrvApplied { .. }
        | Happening::SrvAnswer { .. }
        | Happening::TokenSeen { .. }
        | Happening::Spinning { .. }
        | Happening::Calm { .. } => String::new(),
    };
    format!("{kind} {detail}").trim_end().to_owned()
}
