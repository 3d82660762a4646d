//! stub
use crate::history::History;
/// v
#[derive(Debug, Clone)]
pub struct Violation {
    /// i
    pub invariant: &'static str,
    /// t
    pub at_ms: u64,
    /// x
    pub story: String,
    /// e
    pub events: Vec<String>,
}
impl Violation {
    pub(crate) fn new(invariant: &'static str, at_ms: u64, story: String, events: Vec<String>) -> Self {
        Self {
            invariant,
            at_ms,
            story,
            events,
        }
    }
}
impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at {}: {}", self.invariant, self.at_ms, self.story)
    }
}
/// c
pub fn check(_h: &History) -> Vec<Violation> {
    Vec::new()
}
