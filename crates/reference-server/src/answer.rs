//! Answers: one task per chat takes its questions in order, tells the joined sockets and stores the result.
//!
//! A task never depends on a socket. An answer is generated and stored even when nobody is joined.

mod extract;
mod ledger;
mod pieces;
mod prepared;
mod upstream;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::extract::ws::Utf8Bytes;
use serde_json::Value;
use thiserror::Error;
use tokio::{sync::watch, time::Instant};
use uuid::Uuid;

use crate::{
    clock,
    config::Capability,
    fault::{self, Fault},
    frame::{self, Completion, Ending},
    hub::{Outgoing, SocketId},
    knowledge,
    platform::Platform,
    store::{FinishedAnswer, Passage, Place, Stored},
};

pub(crate) use ledger::{Ledger, Recall};
pub(crate) use upstream::UpstreamClient;
use upstream::UpstreamError;

/// How an answer reaches the joined sockets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// Delta by delta, then complete.
    Streamed,
    /// Only complete.
    Whole,
}

/// A stored question that waits for its answer.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) chat_id: String,
    pub(crate) message_id: String,
    pub(crate) text: String,
    pub(crate) delivery: Delivery,
    /// How the asking socket addressed this server; sources link back to it.
    pub(crate) host: String,
    /// The asking socket, for faults that hit only it.
    pub(crate) socket: SocketId,
    pub(crate) fault: Option<Fault>,
}

/// The waiting questions of every chat that is being answered.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    chats: Mutex<BTreeMap<String, VecDeque<Question>>>,
}

/// Whether a chat already has a task.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Task {
    Needed,
    Running,
}

impl Queues {
    fn push(&self, question: Question) -> Task {
        let mut chats = self.chats();
        if let Some(waiting) = chats.get_mut(&question.chat_id) {
            waiting.push_back(question);
            return Task::Running;
        }
        chats.insert(question.chat_id.clone(), VecDeque::from([question]));
        Task::Needed
    }

    /// The next question of a chat; `None` also ends the chat's entry, so that its task may end.
    fn next(&self, chat_id: &str) -> Option<Question> {
        let mut chats = self.chats();
        let question = chats.get_mut(chat_id).and_then(VecDeque::pop_front);
        if question.is_none() {
            chats.remove(chat_id);
        }
        question
    }

    fn forget(&self, chat_id: &str) {
        if let Some(waiting) = self.chats().get_mut(chat_id) {
            waiting.clear();
        }
    }

    fn chats(&self) -> MutexGuard<'_, BTreeMap<String, VecDeque<Question>>> {
        self.chats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has a question answered after all earlier ones of its chat.
pub(crate) fn ask(platform: &Arc<Platform>, question: Question) {
    let chat_id = question.chat_id.clone();
    if platform.queues.push(question) == Task::Running {
        return;
    }
    let alive = platform.stay_alive();
    let platform = Arc::clone(platform);
    tokio::spawn(async move {
        let _alive = alive;
        while let Some(question) = platform.queues.next(&chat_id) {
            Answer::new(&platform, &question).give().await;
        }
    });
}

/// Lets nothing more be said in a chat that is gone.
pub(crate) fn forget(platform: &Platform, chat_id: &str) {
    platform.queues.forget(chat_id);
    platform.ledger.forget(chat_id);
}

/// Why an answer could not be given.
#[derive(Debug, Error)]
enum AnswerError {
    #[error("storage failed")]
    Storage(#[from] sqlx::Error),
    #[error("upstream failed: {0}")]
    Upstream(#[from] UpstreamError),
}

/// One answer being given.
struct Answer<'a> {
    platform: &'a Platform,
    question: &'a Question,
    id: String,
    started: Instant,
    /// How many deltas were sent.
    deltas: usize,
    content: String,
    /// Turns true when the visitor has heard enough.
    stop: watch::Receiver<bool>,
}

/// What accompanies a finished text.
struct Extras {
    model: String,
    prompt_tokens: u64,
    sources: Value,
    suggestions: Vec<String>,
}

impl<'a> Answer<'a> {
    fn new(platform: &'a Platform, question: &'a Question) -> Self {
        let id = Uuid::new_v4().to_string();
        Self {
            platform,
            question,
            stop: platform.ledger.open(&id, &question.chat_id),
            id,
            started: Instant::now(),
            deltas: 0,
            content: String::new(),
        }
    }

    async fn give(mut self) {
        let chat_id = &self.question.chat_id;
        self.broadcast(&frame::processing(&self.id, chat_id));
        if let Err(error) = self.give_or_break().await {
            tracing::warn!(chat_id, %error, "answer failed");
            self.end(&frame::ai_processing_error(&self.question.message_id));
        }
        self.platform.ledger.close(&self.id);
    }

    async fn give_or_break(&mut self) -> Result<(), AnswerError> {
        let question = self.question;
        let pace = self.platform.config.chunk_pace;
        match &question.fault {
            None => self.answer(&question.text, pace).await,
            Some(Fault::Slow { question }) => {
                self.answer(question, Duration::from_millis(fault::SLOW_PACE_MS))
                    .await
            }
            Some(Fault::Drop | Fault::DropUnacked) => self.recite(pace).await,
            Some(Fault::MalformedFrame) => {
                self.broadcast(&Utf8Bytes::from_static("{\"type\":\"response_chunk\","));
                self.recite(pace).await
            }
            Some(Fault::OversizeFrame) => {
                self.begin();
                self.send_delta(&"x".repeat(fault::OVERSIZE_BYTES));
                Ok(())
            }
            Some(Fault::Close(code)) => {
                self.tell_asker(Outgoing::Close(*code));
                Ok(())
            }
            Some(Fault::Error) => {
                self.end(&frame::ai_processing_error(&question.message_id));
                Ok(())
            }
            Some(Fault::Silence) => Ok(()),
            Some(Fault::History { messages }) => {
                let past = prepared::conversation(*messages);
                self.platform.store.record_past(&question.chat_id, &past).await?;
                self.recite(pace).await
            }
            Some(Fault::Stream(stream)) => {
                self.begin();
                self.stream(*stream).await;
                self.finish(self.plain()).await
            }
        }
    }

    /// Answers from the knowledge folder, in its own words or in the upstream's.
    async fn answer(&mut self, text: &str, pace: Duration) -> Result<(), AnswerError> {
        let passages = knowledge::find(&self.platform.store, text, PASSAGES_LIMIT).await?;
        let folder = &self.platform.knowledge_name;
        let mut extras = Extras {
            model: EXTRACTIVE_MODEL.to_owned(),
            prompt_tokens: estimated_tokens(text),
            sources: extract::sources(folder, &self.question.host, &passages),
            suggestions: self.suggestions(&passages).await?,
        };
        self.begin();
        match &self.platform.upstream {
            None => self.speak(&extract::compose(folder, &passages), pace).await,
            Some(upstream) => {
                extras.model = upstream.model().to_owned();
                self.relay(upstream, text, &passages).await?;
            }
        }
        self.finish(extras).await
    }

    /// Says the short text that faults end in.
    async fn recite(&mut self, pace: Duration) -> Result<(), AnswerError> {
        self.begin();
        self.speak(fault::SHORT_ANSWER, pace).await;
        self.finish(self.plain()).await
    }

    /// What accompanies a text that is taken from nowhere.
    fn plain(&self) -> Extras {
        Extras {
            model: EXTRACTIVE_MODEL.to_owned(),
            prompt_tokens: estimated_tokens(&self.question.text),
            sources: Value::Array(Vec::new()),
            suggestions: Vec::new(),
        }
    }

    async fn relay(
        &mut self,
        upstream: &UpstreamClient,
        text: &str,
        passages: &[Passage],
    ) -> Result<(), AnswerError> {
        let question = self.question;
        let store = &self.platform.store;
        let earlier = store
            .messages_before(&question.chat_id, &question.message_id, EARLIER_LIMIT)
            .await?;
        let mut deltas = upstream.ask(&earlier, passages, text).await?;
        loop {
            let delta = tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return Ok(()),
                delta = deltas.next() => delta?,
            };
            let Some(delta) = delta else {
                return Ok(());
            };
            self.content.push_str(&delta);
            self.send_delta(&delta);
        }
    }

    async fn speak(&mut self, text: &str, pace: Duration) {
        for piece in pieces::split(text) {
            if *self.stop.borrow() {
                return;
            }
            self.content.push_str(piece);
            self.send_delta(piece);
            if self.question.fault == Some(Fault::Drop) && self.deltas == fault::DELTAS_BEFORE_DROP {
                self.tell_asker(Outgoing::Cut);
            }
            // During a shutdown nobody listens any more; what counts is that the answer is stored.
            if self.question.delivery == Delivery::Streamed && !self.platform.is_closing() {
                tokio::select! {
                    () = stopped(&mut self.stop) => {}
                    () = self.platform.pause(pace) => {}
                }
            }
        }
    }

    /// Headings near the best passage, as questions.
    async fn suggestions(&self, passages: &[Passage]) -> Result<Vec<String>, sqlx::Error> {
        let offered = self.platform.config.offers(Capability::Suggestions);
        let Some(best) = passages.first().filter(|_| offered) else {
            return Ok(Vec::new());
        };
        let place = Place {
            file: &best.file,
            position: best.position,
        };
        let headings = self
            .platform
            .store
            .neighbouring_headings(place, SUGGESTIONS_LIMIT)
            .await?;
        Ok(headings
            .iter()
            .map(|heading| format!("What about {heading}?"))
            .collect())
    }

    async fn finish(&self, extras: Extras) -> Result<(), AnswerError> {
        let chat_id = &self.question.chat_id;
        let created_at = clock::seconds();
        // Stored before it is announced, so that whoever hears of the answer can also read it.
        let ending = if *self.stop.borrow() {
            Ending::Stopped
        } else {
            Ending::Finished
        };
        let answer = FinishedAnswer {
            chat_id,
            id: &self.id,
            content: &self.content,
            sources: &extras.sources,
            created_at,
            stopped: ending == Ending::Stopped,
        };
        match self.platform.store.record_answer(answer).await? {
            Stored::Kept => {}
            Stored::ChatErased => return Ok(()),
        }
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let offers_suggestions = self.platform.config.offers(Capability::Suggestions);
        self.end(&frame::response_complete(&Completion {
            answer_id: &self.id,
            chat_id,
            content: &self.content,
            llm_model: &extras.model,
            prompt_tokens: extras.prompt_tokens,
            completion_tokens: estimated_tokens(&self.content),
            response_time_ms: elapsed_ms,
            created_at,
            sources: &extras.sources,
            suggestions: offers_suggestions.then_some(extras.suggestions.as_slice()),
            author_kind: author_kind(self.platform),
            ending,
        }));
        tracing::info!(chat_id, answer_id = self.id, elapsed_ms, "answered");
        Ok(())
    }

    fn begin(&self) {
        if self.question.delivery == Delivery::Streamed {
            let author_kind = author_kind(self.platform);
            self.broadcast(&frame::response_start(
                &self.id,
                &self.question.chat_id,
                author_kind,
            ));
        }
    }

    fn send_delta(&mut self, text: &str) {
        if self.question.delivery == Delivery::Streamed {
            let index = self
                .platform
                .config
                .offers(Capability::Resume)
                .then_some(self.deltas);
            let frame = frame::response_chunk(&self.id, index, text);
            self.platform
                .ledger
                .delta(&self.id, &frame, || self.broadcast(&frame));
        }
        self.deltas += 1;
    }

    /// Says the last word on this answer.
    fn end(&self, frame: &Utf8Bytes) {
        self.platform
            .ledger
            .end(&self.id, frame, || self.broadcast(frame));
    }

    fn broadcast(&self, text: &Utf8Bytes) {
        self.platform.hub.broadcast(&self.question.chat_id, text);
    }

    fn tell_asker(&self, outgoing: Outgoing) {
        self.platform
            .hub
            .tell(&self.question.chat_id, self.question.socket, outgoing);
    }
}

/// Resolves when an answer is to be stopped.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        // The note is gone, and with it everybody who could stop this.
        std::future::pending::<()>().await;
    }
}

/// Who speaks, where clients are told.
pub(crate) fn author_kind(platform: &Platform) -> Option<&'static str> {
    platform.config.offers(Capability::Author).then_some("ai")
}

/// Four letters to a token, the usual rule of thumb; nothing is billed by it.
fn estimated_tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count().div_ceil(4)).unwrap_or(u64::MAX)
}

/// What `llm_model` says when no model was asked.
const EXTRACTIVE_MODEL: &str = "reference-extractive";

/// How many passages an answer is made from and names as sources.
const PASSAGES_LIMIT: i64 = 3;

/// How many follow-up questions are offered.
const SUGGESTIONS_LIMIT: i64 = 3;

/// How many earlier messages an upstream is told.
const EARLIER_LIMIT: i64 = 10;
