//! What a session was told, written down line by line, so that a report of a fault can be told to another session again.
//!
//! A line is a JSON array of texts: both clocks, the name of the input, and what came with it. Neither a token nor what
//! anybody said is in it: of words only their shape is left (`veil.rs`), of tokens what they say they allow.

mod read;
mod veil;
mod write;

pub use self::read::{Fields, begun, tell};

use self::veil::Veil;
use crate::{clock::Now, config::SessionConfig, input::Input};

/// What one session was told.
#[derive(Debug)]
pub struct Trace {
    /// A line for each input, the beginning first.
    pub lines: Vec<String>,
    veil: Veil,
}

impl Trace {
    /// Begins with what a session is about to be made of.
    #[must_use]
    pub fn begin(config: &SessionConfig, seed: u64, now: Now) -> Self {
        let mut veil = Veil::default();
        Self {
            lines: vec![write::begin(&mut veil, config, seed, now)],
            veil,
        }
    }

    /// Writes down what the session is told next.
    pub fn note(&mut self, input: &Input<'_>, now: Now) {
        self.lines.push(write::line(&mut self.veil, input, now));
    }
}
