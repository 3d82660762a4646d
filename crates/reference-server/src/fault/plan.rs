//! How one socket misbehaves: what becomes of each frame on its way out.
//!
//! ```text
//! frame ─ muted? ─ held back for its neighbour? ─ doubled? ─ sent ─ enough frames? ─ cut or closed
//! ```

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;

/// A way for a socket to misbehave; the default is to behave.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan {
    /// Close at once, before any frame.
    pub(crate) accept_then_close: Option<u16>,
    pub(crate) close: Option<CloseAfter>,
    /// Cut the TCP connection after so many frames.
    pub(crate) drop_after: Option<u32>,
    /// The types of frames that are swallowed.
    pub(crate) muted: Vec<&'static str>,
    /// Answer the upgrade with this status.
    pub(crate) refuse_upgrade: Option<u16>,
    /// Frames to send at once, as they are.
    pub(crate) raw: Vec<String>,
    pub(crate) doubling: Doubling,
    pub(crate) ordering: Ordering,
    /// How many frames were sent under this plan.
    pub(super) sent: u32,
    pub(super) held: Option<Utf8Bytes>,
}

/// A close after so many frames.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CloseAfter {
    pub(crate) code: u16,
    pub(crate) reason: Option<String>,
    pub(crate) after: u32,
}

/// How often a frame is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Doubling {
    #[default]
    Once,
    Twice,
}

/// In which order deltas are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Ordering {
    #[default]
    AsDecided,
    /// Neighbours change places.
    Swapped,
}

/// An end that a plan demands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PlannedEnd {
    Close { code: u16, reason: Option<String> },
    Cut,
}

impl Plan {
    /// Does what `other` says too. Its counting begins anew.
    pub(crate) fn add(&mut self, other: Self) {
        self.accept_then_close = other.accept_then_close.or(self.accept_then_close);
        self.close = other.close.or(self.close.take());
        self.drop_after = other.drop_after.or(self.drop_after);
        self.refuse_upgrade = other.refuse_upgrade.or(self.refuse_upgrade);
        self.muted.extend(other.muted);
        self.raw.extend(other.raw);
        if other.doubling == Doubling::Twice {
            self.doubling = Doubling::Twice;
        }
        if other.ordering == Ordering::Swapped {
            self.ordering = Ordering::Swapped;
        }
        self.sent = 0;
    }

    /// What is sent for a frame, in order.
    pub(crate) fn through(&mut self, frame: Utf8Bytes) -> Vec<Utf8Bytes> {
        if !self.touches_frames() {
            return vec![frame];
        }
        let kind = kind(&frame);
        if self.muted.iter().any(|muted| *muted == kind) {
            return Vec::new();
        }
        let is_delta = kind == "response_chunk";
        let mut frames = match (self.ordering, self.held.take()) {
            (Ordering::Swapped, None) if is_delta => {
                self.held = Some(frame);
                return Vec::new();
            }
            (Ordering::Swapped, Some(held)) if is_delta => vec![frame, held],
            (Ordering::AsDecided | Ordering::Swapped, Some(held)) => vec![held, frame],
            (Ordering::AsDecided | Ordering::Swapped, None) => vec![frame],
        };
        if self.doubling == Doubling::Twice {
            frames = frames
                .into_iter()
                .flat_map(|frame| [frame.clone(), frame])
                .collect();
        }
        frames
    }

    /// Behaves again; what was held back is returned.
    pub(crate) fn reset(&mut self) -> Option<Utf8Bytes> {
        std::mem::take(self).held
    }

    /// Counts a frame that was sent.
    pub(crate) fn count(&mut self) {
        self.sent = self.sent.saturating_add(1);
    }

    /// The end that is due after the frames sent so far.
    pub(crate) fn due(&self) -> Option<PlannedEnd> {
        if self.drop_after.is_some_and(|after| self.sent >= after) {
            return Some(PlannedEnd::Cut);
        }
        if let Some(code) = self.accept_then_close {
            return Some(PlannedEnd::Close { code, reason: None });
        }
        self.close
            .as_ref()
            .filter(|close| self.sent >= close.after)
            .map(|close| PlannedEnd::Close {
                code: close.code,
                reason: close.reason.clone(),
            })
    }

    fn touches_frames(&self) -> bool {
        !self.muted.is_empty()
            || self.held.is_some()
            || self.doubling == Doubling::Twice
            || self.ordering == Ordering::Swapped
    }
}

fn kind(frame: &str) -> String {
    let frame: Value = serde_json::from_str(frame).unwrap_or_default();
    frame["type"].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: &str, text: &str) -> Utf8Bytes {
        format!("{{\"type\":\"{kind}\",\"text\":\"{text}\"}}").into()
    }

    #[test]
    fn neighbouring_deltas_change_places_and_nothing_is_lost() {
        let mut plan = Plan {
            ordering: Ordering::Swapped,
            ..Plan::default()
        };
        let frames = [
            frame("response_chunk", "a"),
            frame("response_chunk", "b"),
            frame("response_chunk", "c"),
            frame("response_complete", "d"),
        ];
        let sent: Vec<_> = frames
            .iter()
            .cloned()
            .flat_map(|frame| plan.through(frame))
            .collect();
        let [a, b, c, d] = frames;
        assert_eq!(sent, [b, a, c, d]);
    }

    #[test]
    fn an_end_is_due_after_its_frames() {
        let mut plan = Plan {
            drop_after: Some(2),
            ..Plan::default()
        };
        assert_eq!(plan.due(), None);
        plan.count();
        plan.count();
        assert_eq!(plan.due(), Some(PlannedEnd::Cut));
    }
}
