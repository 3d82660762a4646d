//! The end of every turn: the outbox moves if it may, and what changed is told once.

use std::time::Duration;

use miptech_chat_protocol::error::{ErrorCode, Stage};

use crate::{
    clock::{Instant, Now},
    lifecycle::State,
    notice::{ChatError, Notice, WORDS_AFTER},
    output::Event,
    session::Session,
};

impl Session {
    /// The end of every turn: the outbox moves if it may, and changed words are told once.
    pub(crate) fn settle(&mut self, now: Now) {
        self.release_unwanted(now);
        self.claim_next(now);
        self.trim_transcript();
        self.plan_journal(now);
        self.tell_auth();
        let offers_history = self.offers_history();
        if offers_history != self.shown_history {
            self.shown_history = offers_history;
            self.event(Event::HistoryOffered(offers_history));
        }
        let offers_feedback = self.offers_feedback();
        if offers_feedback != self.shown_feedback {
            self.shown_feedback = offers_feedback;
            self.event(Event::FeedbackOffered(offers_feedback));
        }
        let phase = self.phase();
        if phase != self.shown_phase {
            self.shown_phase = phase;
            self.event(Event::PhaseChanged(phase));
        }
        let notice = self.notice(now.mono);
        let is_of_connection = |notice: &Option<Notice>| matches!(notice, Some(Notice::Trouble { .. }));
        let is_restless = is_of_connection(&notice)
            && is_of_connection(&self.shown_notice)
            && self.calm_at().is_some_and(|at| at > now.mono);
        self.has_waiting_words = notice != self.shown_notice && is_restless;
        if notice != self.shown_notice && !is_restless {
            self.notice_changed = Some(now.mono);
            self.shown_notice.clone_from(&notice);
            self.event(Event::NoticeChanged(notice));
        }
        self.note_turn(now);
    }

    /// When words about the connection may change again: not more than once a second.
    pub(crate) fn calm_at(&self) -> Option<Instant> {
        self.notice_changed.map(|at| at.after(CALM))
    }

    fn notice(&self, now: Instant) -> Option<Notice> {
        if let State::Blocked { error } | State::SignedOut { error } = &self.state {
            return Some(Notice::Blocked(error.clone()));
        }
        if self.outbox.has_held() {
            let error = ChatError::bare(ErrorCode::ChatGone, Stage::Send, false);
            return Some(Notice::Ended(error));
        }
        if let (Some(until_ms), State::Waiting { until: None, .. }, Some(error)) =
            (self.is_busy_until, &self.state, &self.trouble)
        {
            let error = error.clone();
            return Some(Notice::Busy { error, until_ms });
        }
        let has_lasted = self
            .disturbed_since
            .is_some_and(|since| now.since(since) >= WORDS_AFTER);
        match (&self.trouble, &self.mishap) {
            (Some(error), _) if has_lasted => Some(Notice::Trouble {
                error: error.clone(),
                retry_at: self.phase().retry_at,
            }),
            (_, Some(error)) => Some(Notice::Mishap {
                error: error.clone(),
                retry_at: self.held_until,
            }),
            (_, None) => None,
        }
    }
}

/// Row N22: a banner changes at most once a second.
const CALM: Duration = Duration::from_secs(1);
