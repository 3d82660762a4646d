//! What came of an examination: for people in lines, for programs as JSON in the shape of the widget's own report.

use std::fmt;

use serde::Serialize;

use crate::table::{State, checks};

/// What came of all checks. Holds no token and no id of a chat; those of requests are there to be found in logs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this program.
    pub version: &'static str,
    /// The platform's origin, or what was given for it.
    pub platform: String,
    /// The tenant that was asked for.
    pub tenant: String,
    /// The page's origin, where one was given.
    pub origin: Option<String>,
    /// The way the conversation runs, as far as it was found out.
    pub profile: Option<&'static str>,
    /// What the platform advertises.
    pub capabilities: Vec<&'static str>,
    /// Every check, in the order of the table.
    pub checks: Vec<Outcome>,
}

/// What came of one check.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The check.
    pub id: &'static str,
    /// What came of it.
    pub state: State,
    /// What was found, where something was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<&'static str>,
    /// What was seen.
    pub evidence: String,
    /// What is behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// The check without whose failure this one might have passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consequence_of: Option<&'static str>,
}

impl Report {
    /// Whether any check failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.checks.iter().any(|outcome| outcome.state == State::Fail)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.origin.as_deref().unwrap_or("no page in particular");
        writeln!(f, "{} as {}, from {origin}\n", self.platform, self.tenant)?;
        for outcome in &self.checks {
            let word = match outcome.state {
                State::Pass => "pass",
                State::Warn => "WARN",
                State::Fail => "FAIL",
                State::Skipped => "–",
            };
            let title = checks().iter().find(|check| check.id == outcome.id);
            let title = title.map_or(outcome.id, |check| &check.title);
            writeln!(f, "{word:<4}  {title}: {}", outcome.evidence)?;
            for (name, text) in [("why", &outcome.cause), ("fix", &outcome.fix)] {
                if let Some(text) = text {
                    writeln!(f, "      {name}: {text}")?;
                }
            }
            if let Some(check) = outcome.consequence_of.filter(|_| outcome.state != State::Skipped) {
                writeln!(f, "      probably only because of: {check}")?;
            }
        }
        Ok(())
    }
}
