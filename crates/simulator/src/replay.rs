//! What a page told its session, written down, and told to another session again: the same state changes follow.

use std::fmt;

use miptech_chat_session::{
    Event, Input, Instant, Now, Output, Session, SessionConfig,
    trace::{self, Fields},
};
use serde_json::Value;

/// One page's inputs and what its session made of them.
#[derive(Debug)]
pub struct Trace {
    /// What it was told.
    pub told: trace::Trace,
    /// What changed, a line each.
    pub changes: Vec<String>,
}

impl Trace {
    /// A trace of a session that is about to be made of this.
    pub(crate) fn begin(config: &SessionConfig, seed: u64, now: Now) -> Self {
        Self {
            told: trace::Trace::begin(config, seed, now),
            changes: Vec::new(),
        }
    }

    pub(crate) fn note(&mut self, input: &Input<'_>, now: Now) {
        self.told.note(input, now);
    }

    pub(crate) fn changed(&mut self, event: &Event) {
        self.changes.extend(change(event));
    }
}

impl fmt::Display for Trace {
    /// As a file that [`replay`] reads: an object with the lines.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{\"lines\":[\n{}\n]}}", self.told.lines.join(",\n"))
    }
}

/// Why a text cannot be replayed.
#[derive(Debug)]
pub enum ReplayError {
    /// There is no line that a session begins with.
    NoBeginning,
    /// It is no JSON with lines in it.
    NoTrace(serde_json::Error),
    /// Nobody knows what this line says, counted from one.
    Unreadable(usize),
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBeginning => f.write_str("the trace does not begin with what its session was made of"),
            Self::NoTrace(error) => write!(f, "this is no trace: {error}"),
            Self::Unreadable(line) => write!(f, "nobody knows what line {line} says"),
        }
    }
}

impl std::error::Error for ReplayError {}

/// The fields of a line.
type Line = Vec<Option<String>>;

/// Tells a fresh session what a trace says; gives what changed, and when, in milliseconds of the page's clock.
///
/// # Errors
/// [`ReplayError`]: the text is no trace.
pub fn replay(text: &str) -> Result<Vec<(u64, String)>, ReplayError> {
    let mut whole: Value = serde_json::from_str(text).map_err(ReplayError::NoTrace)?;
    let lines: Vec<Line> = serde_json::from_value(whole["lines"].take()).map_err(ReplayError::NoTrace)?;
    let mut lines = lines.iter().map(|line| Fields(line)).enumerate();
    let (_, begun) = lines.next().ok_or(ReplayError::NoBeginning)?;
    let mut session = trace::begun(begun).ok_or(ReplayError::NoBeginning)?;
    let mut changes = Vec::new();
    drain(&mut session, begun, &mut changes);
    for (place, line) in lines {
        // Whether a command was refused, the session says again by itself.
        let _told = trace::tell(&mut session, line).ok_or(ReplayError::Unreadable(place + 1))?;
        drain(&mut session, line, &mut changes);
    }
    Ok(changes)
}

fn drain(session: &mut Session, line: Fields<'_>, changes: &mut Vec<(u64, String)>) {
    let at = line
        .now()
        .map_or(0, |now| now.mono.since(Instant::default()).as_millis());
    let at = u64::try_from(at).unwrap_or(u64::MAX);
    while let Some(output) = session.poll_output() {
        if let Output::Event(event) = output {
            changes.extend(change(&event).map(|change| (at, change)));
        }
    }
}

/// What an event says of the state, without a word of anybody; nothing where it says only what somebody said.
fn change(event: &Event) -> Option<String> {
    match event {
        Event::AuthChanged { state, .. } => Some(format!("auth {}", state.as_str())),
        Event::ConversationEnded { .. } => Some("conversation ended".to_owned()),
        Event::ConversationStarted { .. } => Some("conversation begun".to_owned()),
        Event::ErrorRaised(error) => Some(format!(
            "error {} at {}",
            error.code.as_str(),
            error.stage.as_str()
        )),
        Event::MessageAdded { entry, .. } => Some(format!("message {:?} {:?}", entry.author, entry.status)),
        Event::MessageChanged { status, .. } => Some(format!("message is {status:?}")),
        Event::MessageRemoved { .. } => Some("message removed".to_owned()),
        Event::NoticeChanged(notice) => Some(match notice {
            Some(notice) => format!("notice {}", notice.error().code.as_str()),
            None => "no notice".to_owned(),
        }),
        Event::PhaseChanged(phase) => Some(format!("connection {}", phase.connection.as_str())),
        Event::AnswerGrew { .. }
        | Event::AnswerReplaced { .. }
        | Event::AnswerSilent { .. }
        | Event::AnswerSourced { .. }
        | Event::DraftChanged(_)
        | Event::FeedbackOffered(_)
        | Event::HistoryOffered(_)
        | Event::MessageMoved { .. }
        | Event::ProfileRead(_)
        | Event::ReadElsewhere
        | Event::SignInEnded(_)
        | Event::TranscriptErased => None,
    }
}
