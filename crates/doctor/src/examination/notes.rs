//! What came of each check so far.

use crate::{
    report::Outcome,
    table::{State, checks, filled, finding},
};

/// Nothing after this check can be looked at.
#[derive(Debug)]
pub(super) struct Stop(pub(super) &'static str);

/// What came of each check so far, at most once each.
#[derive(Debug, Default)]
pub(super) struct Notes {
    outcomes: Vec<Outcome>,
    /// A check whose failure may be behind what fails later, and what it found.
    suspect: Option<(&'static str, &'static str)>,
    /// Where it ended before the end.
    stop: Option<&'static str>,
}

impl Notes {
    pub(super) fn pass(&mut self, check: &'static str, evidence: impl Into<String>) {
        self.note(check, State::Pass, evidence.into());
    }

    pub(super) fn skip(&mut self, check: &'static str, evidence: impl Into<String>) {
        self.note(check, State::Skipped, evidence.into());
    }

    /// Something is wrong. What fails later may follow from it.
    pub(super) fn found(
        &mut self,
        check: &'static str,
        what: &'static str,
        evidence: impl Into<String>,
        facts: &[(&str, &str)],
    ) -> Stop {
        let known = finding(check, what);
        let state = known.map_or(State::Fail, |known| known.state);
        self.outcomes.retain(|outcome| outcome.id != check);
        self.outcomes.push(Outcome {
            id: check,
            state,
            finding: Some(what),
            evidence: evidence.into(),
            cause: known.map(|known| filled(&known.cause, facts)),
            fix: known.map(|known| filled(&known.fix, facts)),
            consequence_of: self.suspect_of(check),
        });
        if state == State::Fail && self.suspect.is_none() {
            self.suspect = Some((check, what));
        }
        Stop(check)
    }

    /// What may be behind a failure of this check. A terminal asks for nobody's permission: only a socket, which is refused
    /// by its origin, and an answer that was an error already can follow from what is wrong with that.
    fn suspect_of(&self, check: &str) -> Option<&'static str> {
        let (suspect, what) = self.suspect?;
        let follows = match (suspect, what) {
            ("cors", "failed-before-headers") => check == "create" || check == "socket",
            ("cors", _) => check == "socket",
            _ => true,
        };
        (follows && suspect != check).then_some(suspect)
    }

    pub(super) fn stop(&mut self, stop: &Stop) {
        self.stop = Some(self.suspect_of(stop.0).unwrap_or(stop.0));
    }

    /// Every check that a terminal can look at, in the order of the table.
    pub(super) fn finish(mut self) -> Vec<Outcome> {
        let own = checks().iter().filter(|check| check.only.is_none());
        let all = own.map(|check| {
            let noted = self.outcomes.iter().position(|outcome| outcome.id == check.id);
            match noted {
                Some(at) => self.outcomes.swap_remove(at),
                None => Outcome {
                    id: &check.id,
                    state: State::Skipped,
                    finding: None,
                    evidence: "not looked at".to_owned(),
                    cause: None,
                    fix: None,
                    consequence_of: self.stop,
                },
            }
        });
        all.collect()
    }

    fn note(&mut self, check: &'static str, state: State, evidence: String) {
        if self.outcomes.iter().any(|outcome| outcome.id == check) {
            return;
        }
        self.outcomes.push(Outcome {
            id: check,
            state,
            finding: None,
            evidence,
            cause: None,
            fix: None,
            consequence_of: None,
        });
    }
}
