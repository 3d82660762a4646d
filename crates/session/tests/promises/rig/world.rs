//! What the rig does with the session's outputs: the browser that performs them, and the person who looks at the screen.

use miptech_chat_session::{Effect, Event, Lock, LockName, Output, Place, RowId, SessionId, StoreKey};

use super::{Line, Rig};
use crate::browser::{Locks, Refusing, name, read, shelf_of};

impl Rig {
    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.session.poll_output() {
            self.printed.push(format!("{output:?}"));
            match output {
                Output::Effect(effect) => self.perform(effect),
                Output::Event(event) => self.show(event),
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::AskHostForToken { reason, .. } => self.token_wishes.push(reason),
            Effect::AskLock(LockName::Outbox) => {
                let lock = match &self.outbox_locks {
                    _ if self.locks == Locks::Absent => Lock::Absent,
                    Locks::Absent => Lock::Absent,
                    Locks::Free => {
                        self.outbox_locks = Locks::Held;
                        Lock::Held
                    }
                    Locks::Queued(queue, tab) => return queue.borrow_mut().push_back(*tab),
                    Locks::Held | Locks::Taken => return,
                };
                self.act(|session, now| session.handle_lock(LockName::Outbox, lock, now));
            }
            Effect::ReleaseLock(LockName::Outbox) => match &self.outbox_locks {
                Locks::Held => self.outbox_locks = Locks::Free,
                Locks::Queued(queue, tab) => queue.borrow_mut().retain(|waiting| waiting != tab),
                Locks::Absent | Locks::Free | Locks::Taken => {}
            },
            Effect::AskLock(LockName::Renewal) => {
                let lock = match &self.locks {
                    Locks::Absent => Lock::Absent,
                    Locks::Free => {
                        self.locks = Locks::Held;
                        Lock::Held
                    }
                    Locks::Queued(queue, tab) => return queue.borrow_mut().push_back(*tab),
                    Locks::Held | Locks::Taken => return,
                };
                self.answer_lock(lock);
            }
            Effect::MakeSessionId => {
                self.next_session += 1;
                let id = SessionId::parse(&format!("next_session_{}", self.next_session)).unwrap();
                let now = self.now();
                self.session.handle_session_id(id, now);
            }
            Effect::Read(shelf) => {
                let stored = shelf_of(&self.storage, shelf);
                self.act(|session, now| session.handle_stored(stored, now));
            }
            Effect::ReleaseLock(LockName::Renewal) => match &self.locks {
                Locks::Held => self.locks = Locks::Free,
                Locks::Queued(queue, tab) => queue.borrow_mut().retain(|waiting| waiting != tab),
                Locks::Absent | Locks::Free | Locks::Taken => {}
            },
            Effect::AbortHttp { id } => self.calls.retain(|(known, _)| *known != id),
            Effect::CloseSocket { attempt, code } => {
                self.closes.push((attempt, code));
                self.socket.take_if(|current| *current == attempt);
            }
            Effect::Http { id, request } => {
                self.call_log.push((self.clock_ms, request.clone()));
                self.calls.push((id, request));
            }
            Effect::OpenSocket { attempt, url } => {
                self.sockets.push((attempt, self.clock_ms, url));
                self.socket = Some(attempt);
            }
            Effect::SendFrame { attempt, text } => {
                assert_eq!(
                    Some(attempt),
                    self.socket,
                    "a frame for a socket that is gone: {text}"
                );
                self.frames.push((attempt, serde_json::from_str(&text).unwrap()));
            }
            Effect::Store { key, value } => {
                let is_refused = |refusing: &Refusing| value.is_some() && (refusing.what)(&key);
                if let Some(Refusing { why, .. }) = self.refusing.clone().filter(is_refused) {
                    return self.act(|session, now| session.handle_store_refused(&key, why, now));
                }
                let name = name(&key);
                let racing = self.racing.clone().zip(value.as_ref());
                let value = racing.and_then(|(racing, value)| racing(&key, value)).or(value);
                match &value {
                    Some(value) => self.storage.borrow_mut().insert(name, value.clone()),
                    None => self.storage.borrow_mut().remove(&name),
                };
                self.stored.push((key, value));
            }
        }
    }

    fn show(&mut self, event: Event) {
        match event {
            Event::AnswerGrew { row, delta } => self.line(row).text.push_str(&delta),
            Event::AnswerReplaced { row, text } => self.line(row).text = text,
            Event::AnswerSourced {
                row,
                sources,
                suggestions,
            } => {
                self.line(row).sources = sources.len();
                self.line(row).suggestions = suggestions;
            }
            Event::AuthChanged { state, .. } => self.auth = state,
            Event::ConversationEnded { chat, .. } => {
                self.breaks.push(chat.map(|chat| chat.as_str().to_owned()));
            }
            Event::AnswerSilent { row } => self.silent.push(row),
            Event::ConversationStarted { .. } | Event::PhaseChanged(_) => {}
            Event::FeedbackOffered(is_offered) => self.offers_feedback = is_offered,
            Event::HistoryOffered(is_offered) => self.offers_history = is_offered,
            Event::ReadElsewhere => self.reads_elsewhere += 1,
            Event::TranscriptErased => self.transcript.clear(),
            Event::DraftChanged(text) => self.draft = text,
            Event::ProfileRead(user) => self.profiles.push(user),
            Event::SignInEnded(result) => self.sign_ins.push(result),
            Event::ErrorRaised(error) => self.errors.push(error),
            Event::MessageAdded { entry, place } => {
                let line = Line {
                    row: entry.row,
                    text: entry.text,
                    status: entry.status,
                    message: entry.message.map(|id| id.as_str().to_owned()),
                    sources: entry.sources.len(),
                    suggestions: Vec::new(),
                };
                let index = match place {
                    Place::After(row) => self.transcript.iter().position(|line| line.row == row).unwrap() + 1,
                    Place::End => self.transcript.len(),
                    Place::Start => 0,
                };
                self.transcript.insert(index, line);
            }
            Event::MessageMoved { row, behind } => {
                let at = |rig: &Self, row| rig.transcript.iter().position(|line| line.row == row).unwrap();
                let line = self.transcript.remove(at(self, row));
                self.transcript.insert(at(self, behind) + 1, line);
            }
            Event::MessageRemoved { row, .. } => self.transcript.retain(|line| line.row != row),
            Event::MessageChanged { row, status, message } => {
                let line = self.line(row);
                line.status = status;
                line.message = message.map(|id| id.as_str().to_owned()).or(line.message.take());
            }
            Event::NoticeChanged(notice) => {
                self.notices.push((self.clock_ms, notice.clone()));
                self.notice = notice;
            }
        }
    }

    /// What storage holds under a key.
    pub(crate) fn kept(&self, key: StoreKey) -> Option<String> {
        read(&self.storage, key)
    }

    fn line(&mut self, row: RowId) -> &mut Line {
        self.transcript
            .iter_mut()
            .find(|line| line.row == row)
            .expect("an event about a row nobody added")
    }
}
