//! Every check and everything it can find, in the order of the examination. The words are in `checks.json`.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};

/// One thing that is looked at.
#[derive(Debug, Deserialize)]
pub struct Check {
    /// Its name in reports, and the anchor of its section in `docs/TROUBLESHOOTING.md`.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// Who alone can look at it, where that is not everybody.
    #[serde(default)]
    pub only: Option<Examiner>,
    /// What it can find.
    pub findings: Vec<Finding>,
}

/// Who looks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Examiner {
    /// The widget's `diagnose()`, in the browser.
    Page,
}

/// One way a check can go wrong. Texts may name facts in braces.
#[derive(Debug, Deserialize)]
pub struct Finding {
    /// Its name, one of its kind within the check.
    pub id: String,
    /// How bad it is.
    pub state: State,
    /// What a visitor or a developer sees.
    pub symptom: String,
    /// What is behind it.
    pub cause: String,
    /// What mends it.
    pub fix: String,
    /// The widget's error codes it may show as.
    pub codes: Vec<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Pass,
    /// The chat works, and this is not as it should be.
    Warn,
    /// The chat does not work because of this.
    Fail,
    /// Not looked at.
    Skipped,
}

/// All checks; none where the table cannot be read, which a test rules out.
pub fn checks() -> &'static [Check] {
    static TABLE: LazyLock<Vec<Check>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../checks.json")).unwrap_or_default());
    &TABLE
}

/// What a close code means.
#[must_use]
pub fn close_words(code: u16) -> &'static str {
    static TABLE: LazyLock<BTreeMap<u16, String>> =
        LazyLock::new(|| serde_json::from_str(include_str!("../closes.json")).unwrap_or_default());
    TABLE.get(&code).map_or("nobody knows this code", String::as_str)
}

/// What a check can find, by its name.
#[must_use]
pub fn finding(check: &str, finding: &str) -> Option<&'static Finding> {
    let check = checks().iter().find(|known| known.id == check)?;
    check.findings.iter().find(|known| known.id == finding)
}

/// A text of the table with its facts.
#[must_use]
pub fn filled(text: &str, facts: &[(&str, &str)]) -> String {
    facts.iter().fold(text.to_owned(), |text, (name, fact)| {
        text.replace(&format!("{{{name}}}"), fact)
    })
}
