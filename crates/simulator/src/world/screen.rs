//! What the visitor sees: events of a session become lines, and lines become history.

use miptech_chat_session::{Author, Entry, ErrorCode, Event, Instant, Notice, Place, RowId};

use super::World;
use crate::{
    history::{By, Happening, Spot},
    page::Line,
    platform::MARK,
    rng::hash,
};

/// In every text that belongs to another conversation.
pub(super) const FOREIGN: &str = "FOREIGN";

impl World {
    pub(super) fn show(&mut self, page: usize, event: Event) {
        if format!("{event:?}").contains(MARK) {
            self.leak(page, "an event");
        }
        match event {
            Event::AnswerGrew { row, delta } => {
                self.answer_changed(page, row, |text| text.push_str(&delta), false)
            }
            Event::AnswerReplaced { row, text } => self.answer_changed(page, row, |old| *old = text, true),
            Event::AnswerSilent { .. } | Event::AnswerSourced { .. } | Event::FeedbackOffered(_) => {}
            // No simulated visitor erases.
            Event::ProfileRead(_) | Event::ReadElsewhere | Event::TranscriptErased => {}
            Event::AuthChanged { state, .. } => {
                self.page(page).screen.auth = state;
                self.learn_user(page);
                self.note(
                    Some(page),
                    Happening::AuthShown {
                        state: state.as_str().to_owned(),
                    },
                );
            }
            Event::ConversationEnded { .. } => {
                self.page(page).screen.chat = None;
                self.note(Some(page), Happening::Broken);
            }
            Event::ConversationStarted { chat } => {
                let chat = chat.as_str().to_owned();
                self.page(page).screen.chat = Some(chat.clone());
                self.note(Some(page), Happening::ChatShown { chat });
            }
            Event::DraftChanged(text) => {
                let what = Happening::DraftShown { hash: hash(&text) };
                self.page(page).screen.draft = text;
                self.note(Some(page), what);
            }
            Event::ErrorRaised(error) => {
                let (code, chars) = (error.code.as_str().to_owned(), error.text.chars().count());
                self.note(Some(page), Happening::ErrorTold { code, chars });
            }
            Event::HistoryOffered(is_offered) => self.page(page).screen.offers_check = is_offered,
            Event::MessageAdded { entry, place } => self.added(page, entry, place),
            Event::MessageChanged { row, status, message } => {
                if let Some(line) = self.line(page, row) {
                    line.status = status;
                }
                let what = Happening::Shown {
                    row: row.number(),
                    status: status.as_str().to_owned(),
                    message: message.map(|id| id.as_str().to_owned()),
                };
                self.note(Some(page), what);
            }
            Event::MessageMoved { row, behind } => {
                let (row, behind) = (row.number(), behind.number());
                self.note(Some(page), Happening::Moved { row, behind });
            }
            Event::MessageRemoved { row, .. } => {
                self.page(page).screen.lines.retain(|line| line.row != row);
                self.note(Some(page), Happening::Removed { row: row.number() });
            }
            Event::NoticeChanged(notice) => self.notice(page, notice.as_ref()),
            Event::PhaseChanged(phase) => {
                self.page(page).screen.connection = phase.connection;
                let now = Instant::from_start(std::time::Duration::from_millis(self.mono_ms()));
                let wait = phase.retry_at.map(|at| at.since(now));
                let what = Happening::PhaseShown {
                    connection: phase.connection.as_str().to_owned(),
                    retry_in_ms: wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
                };
                self.note(Some(page), what);
            }
            Event::SignInEnded(result) => {
                if let Ok(user) = result {
                    self.page(page).screen.user = Some(user.id);
                }
            }
        }
    }

    fn notice(&mut self, page: usize, notice: Option<&Notice>) {
        // Both bring the button that begins a new conversation.
        self.page(page).screen.has_ended = match notice {
            Some(Notice::Blocked(error)) => error.code == ErrorCode::ChatGone,
            Some(Notice::Ended(_)) => true,
            Some(Notice::Busy { .. } | Notice::Mishap { .. } | Notice::Trouble { .. }) | None => false,
        };
        self.page(page).screen.has_notice = notice.is_some();
        let told = notice.map(|notice| {
            let kind = match notice {
                Notice::Blocked(_) => "blocked",
                Notice::Busy { .. } => "busy",
                Notice::Ended(_) => "ended",
                Notice::Mishap { .. } => "mishap",
                Notice::Trouble { .. } => "trouble",
            };
            let error = notice.error();
            (
                kind.to_owned(),
                error.code.as_str().to_owned(),
                error.text.chars().count(),
            )
        });
        self.note(Some(page), Happening::NoticeShown(told));
    }

    fn added(&mut self, page: usize, entry: Entry, place: Place) {
        let by = match entry.author {
            Author::User => By::Visitor,
            Author::Ai | Author::Human | Author::System => By::Platform,
        };
        let spot = match place {
            Place::After(row) => Spot::Behind(row.number()),
            Place::End => Spot::End,
            Place::Start => Spot::Start,
        };
        let what = Happening::Added {
            row: entry.row.number(),
            spot,
            by,
            id: entry.client_message.as_ref().map(|id| id.as_str().to_owned()),
            message: entry.message.as_ref().map(|id| id.as_str().to_owned()),
            status: entry.status.as_str().to_owned(),
            hash: hash(&entry.text),
            bytes: entry.text.len(),
            is_foreign: entry.text.contains(FOREIGN),
        };
        let line = Line {
            row: entry.row,
            by,
            id: entry.client_message,
            status: entry.status,
            text: entry.text,
        };
        self.page(page).screen.lines.push(line);
        self.note(Some(page), what);
    }

    fn answer_changed(
        &mut self,
        page: usize,
        row: RowId,
        change: impl FnOnce(&mut String),
        is_replaced: bool,
    ) {
        let Some(line) = self.line(page, row) else { return };
        change(&mut line.text);
        let what = Happening::AnswerText {
            row: row.number(),
            hash: hash(&line.text),
            bytes: line.text.len(),
            is_foreign: line.text.contains(FOREIGN),
            is_replaced,
        };
        self.note(Some(page), what);
    }

    fn line(&mut self, page: usize, row: RowId) -> Option<&mut Line> {
        self.page(page)
            .screen
            .lines
            .iter_mut()
            .find(|line| line.row == row)
    }
}
