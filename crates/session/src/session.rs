//! The type the driver holds: commands in, inputs in, outputs out.

use std::{collections::VecDeque, time::Duration};

use miptech_chat_protocol::{
    capability::Capabilities,
    close::ours,
    decode::Author,
    endpoint::SlashForm,
    frame::ClientFrame,
    ids::{ChatId, ClientMessageId, MessageId},
    profile::Creation,
    request::Request,
};

use crate::{
    assembly::Assembly,
    auth::Auth,
    backoff::{self, Backoff, Ceiling},
    clock::{Instant, Now},
    config::{Origin, SessionConfig},
    conversation::Known,
    entry::{Entry, RowId, Rows, Status},
    history::HistoryRead,
    lifecycle::State,
    notice::{ChatError, Notice, WORDS_AFTER},
    outbox::{Outbox, Overdue},
    output::{
        Attempt, Deadline, Effect, Event, HttpOutcome, Output, Place, RequestId, SocketEvent, StoreKey,
    },
    phase::Phase,
    plan::{Memory, Plan},
    random::Random,
    refusal::{RetryError, SendError},
    report::{Ignored, Timings},
};

/// One conversation on one page, across all its sockets.
///
/// Every mutation is followed by a full drain of [`Session::poll_output`] before the next.
#[derive(Debug)]
pub struct Session {
    pub(crate) config: SessionConfig,
    pub(crate) random: Random,
    pub(crate) state: State,
    pub(crate) chat: Option<ChatId>,
    pub(crate) plan: Plan,
    pub(crate) auth: Auth,
    /// What the creation body advertised; a socket's own list wins over it.
    pub(crate) capabilities: Capabilities,
    pub(crate) backoff: Backoff,
    pub(crate) create_form: SlashForm,
    pub(crate) create_tries: u32,
    /// Joins at open instead of waiting for the platform to be ready; set by a guarded retry.
    pub(crate) joins_at_open: bool,
    /// How often an unknown private close code was met since the connection last proved itself.
    pub(crate) odd_closes: u32,
    /// Sockets that ended before the chat was bound to one, in a row; and the read that asks why.
    pub(crate) failed_sockets: u32,
    pub(crate) inquiry: Option<RequestId>,
    /// Chats lost since the connection was last live.
    pub(crate) breaks: u32,
    /// When the platform last spoke of a rate limit.
    pub(crate) rate_told: Option<Instant>,
    /// What the platform calls the current socket; for diagnostics only.
    pub(crate) client: Option<String>,
    /// Frames that changed nothing.
    pub(crate) ignored: Ignored,
    pub(crate) timings: Timings,
    /// The last thing that failed on this page; for diagnostics only.
    pub(crate) last_error: Option<ChatError>,
    /// Closes for protocol trouble, kept for ten minutes.
    pub(crate) protocol_closes: VecDeque<Instant>,
    /// Unreadable frames, kept for a minute.
    pub(crate) bad_frames: VecDeque<Instant>,
    pub(crate) outbox: Outbox,
    /// Nothing is handed over before this instant: the platform asked for patience.
    pub(crate) held_until: Option<Instant>,
    /// The sockets opened and the chats asked for, so that no chain of events makes a flood of them.
    pub(crate) sockets: Ceiling,
    pub(crate) creations: Ceiling,
    /// The answers the visitor stopped while the platform could not be told.
    pub(crate) stops: Vec<MessageId>,
    pub(crate) assembly: Assembly,
    pub(crate) known: Known,
    /// Every id ever taken on this page and its row, as long as the visitor keeps it: an id never carries two texts.
    taken: Vec<(ClientMessageId, Option<RowId>)>,
    pub(crate) history: HistoryRead,
    pub(crate) rows: Rows,
    /// Since when the visitor has no live connection.
    pub(crate) disturbed_since: Option<Instant>,
    /// The last thing that failed since the connection was live.
    pub(crate) trouble: Option<ChatError>,
    pub(crate) mishap: Option<ChatError>,
    last_retry: Option<Instant>,
    calls: Vec<Call>,
    next_request: u64,
    next_attempt: u64,
    outputs: VecDeque<Output>,
    pub(crate) shown_phase: Phase,
    pub(crate) shown_notice: Option<Notice>,
}

/// One call under way.
#[derive(Debug)]
struct Call {
    id: RequestId,
    deadline: Instant,
    /// Which token it was sent with.
    generation: u32,
}

impl Session {
    /// A session that does nothing until it is started or given a message.
    #[must_use]
    pub fn new(mut config: SessionConfig, seed: u64, wall_ms: u64) -> Self {
        let restored = std::mem::take(&mut config.restored);
        let origin = config.caller.endpoints.origin();
        let memory = restored
            .memory
            .and_then(|text| Memory::read(&text, &origin, wall_ms))
            .filter(|_| config.profile.is_none());
        let plan = Plan::new(config.profile, memory.map(|memory| memory.profile));
        let is_by_socket = plan.rules().creation == Creation::Socket;
        Self {
            auth: Auth::new(&restored.account, config.token_source),
            config,
            random: Random::new(seed),
            state: State::Idle,
            chat: restored.chat.filter(|_| is_by_socket),
            plan,
            capabilities: Capabilities::default(),
            backoff: Backoff::default(),
            create_form: memory.map_or(SlashForm::Bare, |memory| memory.form),
            create_tries: 0,
            joins_at_open: false,
            odd_closes: 0,
            failed_sockets: 0,
            inquiry: None,
            breaks: 0,
            rate_told: None,
            client: None,
            ignored: Ignored::default(),
            timings: Timings::default(),
            last_error: None,
            protocol_closes: VecDeque::new(),
            bad_frames: VecDeque::new(),
            outbox: Outbox::default(),
            held_until: None,
            sockets: Ceiling::default(),
            creations: Ceiling::default(),
            stops: Vec::new(),
            assembly: Assembly::default(),
            known: Known::default(),
            taken: Vec::new(),
            history: HistoryRead::default(),
            rows: Rows::default(),
            disturbed_since: None,
            trouble: None,
            mishap: None,
            last_retry: None,
            calls: Vec::new(),
            next_request: 0,
            next_attempt: 0,
            outputs: VecDeque::new(),
            shown_phase: Phase::AT_REST,
            shown_notice: None,
        }
    }

    // Commands.

    /// Brings the conversation up, if it is not up or on its way already.
    pub fn start(&mut self, now: Now) {
        if matches!(self.state, State::Idle) {
            self.begin(now);
        }
        self.settle(now);
    }

    /// Takes a message of the visitor. It is shown at once and leaves when its turn comes.
    ///
    /// # Errors
    /// [`SendError`]: nothing was taken, the text stays with the caller.
    pub fn send(&mut self, id: ClientMessageId, text: &str, now: Now) -> Result<(), SendError> {
        let text = text.trim();
        self.check_message(text)?;
        if self.taken.iter().any(|(taken, _)| *taken == id) {
            return Err(SendError::Repeated);
        }
        let row = self.rows.fresh();
        self.taken.push((id.clone(), Some(row)));
        self.keep_identity();
        self.outbox.push(id.clone(), row, text.to_owned());
        self.mishap = None;
        self.event(Event::MessageAdded {
            entry: Entry {
                row,
                author: Author::User,
                text: text.to_owned(),
                status: Status::Queued,
                message: None,
                client_message: Some(id),
                created_ms: now.wall_ms,
                sources: Vec::new(),
            },
            place: Place::End,
        });
        if matches!(self.state, State::Idle) {
            self.begin(now);
        }
        self.settle(now);
        Ok(())
    }

    /// Sends a failed or unconfirmed message again, under the same id.
    ///
    /// # Errors
    /// [`RetryError::NotParked`]: the message is unknown, already sent, or on its way.
    pub fn retry(&mut self, id: &ClientMessageId, now: Now) -> Result<(), RetryError> {
        if matches!(self.state, State::Ended) {
            return Err(RetryError::NotParked);
        }
        let row = self.outbox.revive(id).ok_or(RetryError::NotParked)?;
        self.event(Event::MessageChanged {
            row,
            status: Status::Queued,
            message: None,
        });
        if matches!(self.state, State::Idle) {
            self.begin(now);
        }
        self.settle(now);
        Ok(())
    }

    /// Deletes a message that is not on its way; anything else stays as it is.
    pub fn discard(&mut self, id: &ClientMessageId, now: Now) {
        if let Some(row) = self.outbox.discard(id) {
            self.taken
                .iter_mut()
                .filter(|(taken, _)| taken == id)
                .for_each(|(_, row)| *row = None);
            self.event(Event::MessageRemoved { row });
        }
        self.settle(now);
    }

    /// The visitor wants the next try now; at most one in five seconds is granted.
    pub fn retry_now(&mut self, now: Now) {
        let is_too_soon = self
            .last_retry
            .is_some_and(|last| now.mono.since(last) < RETRY_SPACING);
        if !is_too_soon {
            self.last_retry = Some(now.mono);
            self.hasten(now);
        }
        self.settle(now);
    }

    /// The visitor wants the running answer to stop: at once here, and on the platform where it can.
    pub fn stop_answer(&mut self, now: Now) {
        let (ids, events) = self.assembly.stop_open();
        self.events(events);
        self.stops.extend(ids);
        self.send_stops(now);
        self.settle(now);
    }

    /// The visitor has read what went wrong.
    pub fn dismiss_notice(&mut self, now: Now) {
        self.mishap = None;
        self.settle(now);
    }

    /// Ends everything: no call, socket or timer is left. Only getters are of use afterwards.
    pub fn end(&mut self, now: Now) {
        if let Some(attempt) = self.state.attempt() {
            self.effect(Effect::CloseSocket {
                attempt,
                code: ours::DONE,
            });
        }
        self.stop_renewal();
        self.abort_calls();
        self.history.end();
        self.held_until = None;
        self.disturbed_since = None;
        self.trouble = None;
        self.state = State::Ended;
        self.settle(now);
    }

    // Inputs.

    /// A call came back.
    pub fn handle_http(&mut self, id: RequestId, outcome: HttpOutcome, now: Now) {
        if let Some(place) = self.calls.iter().position(|call| call.id == id) {
            let call = self.calls.swap_remove(place);
            self.called_back(id, outcome, call.generation, now);
        }
        self.settle(now);
    }

    /// A socket did something; events of any but the current one are dropped.
    pub fn handle_socket(&mut self, attempt: Attempt, event: SocketEvent<'_>, now: Now) {
        if self.state.attempt() == Some(attempt) {
            self.socket_did(attempt, event, now);
        }
        self.settle(now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        let late: Vec<Call> = self
            .calls
            .extract_if(.., |call| call.deadline <= now.mono)
            .collect();
        for Call { id, generation, .. } in late {
            self.effect(Effect::AbortHttp { id });
            self.called_back(id, HttpOutcome::Failed, generation, now);
        }
        self.renewal_time_passed(now);
        self.time_passed(now);
        match self.outbox.overdue(now.mono) {
            Some((attempt, Overdue::Ping)) => {
                let text = ClientFrame::Ping.encode(now.wall_ms);
                self.effect(Effect::SendFrame { attempt, text });
            }
            Some((attempt, Overdue::Replace)) => self.give_up_socket(attempt, ours::ZOMBIE, now),
            None => {}
        }
        let cut = self.assembly.cut_silent(now.mono);
        self.events(cut);
        if self.held_until.is_some_and(|until| until <= now.mono) {
            self.held_until = None;
        }
        self.read_more_history(now);
        self.settle(now);
    }

    // Outputs.

    /// Takes the next output; drained until `None` after every command and input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The next instant at which [`Session::handle_timeout`] has something to do.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let call = self.calls.iter().map(|call| call.deadline).min();
        let notice = self
            .disturbed_since
            .filter(|_| {
                let is_said = matches!(
                    self.shown_notice,
                    Some(Notice::Blocked(_) | Notice::Ended(_) | Notice::Trouble { .. })
                );
                self.trouble.is_some() && !is_said
            })
            .map(|since| since.after(WORDS_AFTER));
        let candidates = [
            (call, "a call is overdue"),
            (self.state.deadline(), "the connection's next step"),
            (
                self.outbox.deadline().filter(|_| self.is_live()),
                "a message is not acknowledged",
            ),
            (
                self.assembly.deadline().filter(|_| self.is_live()),
                "an answer is silent",
            ),
            (self.held_until, "the platform asked for patience"),
            (self.history.retry_at(), "history is to be read again"),
            (
                self.auth.renewal.deadline(self.is_live()),
                "the token's next step",
            ),
            (notice, "a disturbance lasts"),
        ];
        let due = candidates
            .into_iter()
            .filter_map(|(at, reason)| Some(Deadline { at: at?, reason }));
        due.min_by_key(|deadline| deadline.at)
    }

    // Getters.

    /// The few words of the connection.
    #[must_use]
    pub fn phase(&self) -> Phase {
        let tries = self.create_tries.saturating_add(self.backoff.tries());
        self.state.phase(tries, self.known.was_live())
    }

    /// The chat, once it exists.
    #[must_use]
    pub const fn chat(&self) -> Option<&ChatId> {
        self.chat.as_ref()
    }

    /// Whether an answer is awaited.
    #[must_use]
    pub fn is_awaiting_answer(&self) -> bool {
        self.assembly.is_awaiting()
    }

    // What the other rooms of this crate share.

    /// The row of a message written here.
    pub(crate) fn row_of_ours(&self, id: &ClientMessageId) -> Option<RowId> {
        self.taken
            .iter()
            .find(|(taken, _)| taken == id)
            .and_then(|(_, row)| *row)
    }

    pub(crate) const fn is_live(&self) -> bool {
        matches!(self.state, State::Live { .. })
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.outputs.push_back(Output::Effect(effect));
    }

    pub(crate) fn event(&mut self, event: Event) {
        if let Event::ErrorRaised(error) = &event {
            self.last_error = Some(error.clone());
        }
        self.outputs.push_back(Output::Event(event));
    }

    pub(crate) fn events(&mut self, events: Vec<Event>) {
        self.outputs.extend(events.into_iter().map(Output::Event));
    }

    pub(crate) fn call(&mut self, request: Request, now: Now) -> RequestId {
        self.next_request += 1;
        let id = RequestId(self.next_request);
        self.calls.push(Call {
            id,
            deadline: now.mono.after(request.deadline),
            generation: self.auth.generation,
        });
        self.effect(Effect::Http { id, request });
        id
    }

    pub(crate) fn abort_call(&mut self, id: RequestId) {
        if self.calls.iter().any(|call| call.id == id) {
            self.calls.retain(|call| call.id != id);
            self.effect(Effect::AbortHttp { id });
        }
    }

    fn abort_calls(&mut self) {
        let ids: Vec<RequestId> = self.calls.iter().map(|call| call.id).collect();
        for id in ids {
            self.abort_call(id);
        }
    }

    pub(crate) const fn fresh_attempt(&mut self) -> Attempt {
        self.next_attempt += 1;
        Attempt(self.next_attempt)
    }

    /// Something failed on the way to a live connection; told once per kind.
    pub(crate) fn troubled(&mut self, error: ChatError) {
        if self.trouble.as_ref().map(|known| known.code) != Some(error.code) {
            self.event(Event::ErrorRaised(error.clone()));
        }
        self.trouble = Some(error);
    }

    /// One thing went wrong, the conversation goes on.
    pub(crate) fn mishap(&mut self, error: ChatError) {
        self.event(Event::ErrorRaised(error.clone()));
        self.mishap = Some(error);
    }

    /// A wait the platform asked for, and a little more by chance.
    pub(crate) fn spread_hint(&mut self, wait: Duration) -> Duration {
        backoff::hinted(wait, &mut self.random)
    }

    pub(crate) fn local_delay(&mut self) -> Duration {
        backoff::local(&mut self.random)
    }

    /// The ids are kept with the first message, not before: until then the visitor has asked for nothing.
    pub(crate) fn keep_identity(&mut self) {
        if self.config.identity.origin == Origin::Stored {
            return;
        }
        self.config.identity.origin = Origin::Stored;
        let session = self.config.identity.session.as_str().to_owned();
        let visitor = self.config.identity.visitor.as_str().to_owned();
        self.store(StoreKey::SessionId, Some(session));
        self.store(StoreKey::VisitorId, Some(visitor));
        self.keep_chat();
    }

    pub(crate) fn store(&mut self, key: StoreKey, value: Option<String>) {
        self.effect(Effect::Store { key, value });
    }
}

/// How often "Retry now" is granted (row N29).
const RETRY_SPACING: Duration = Duration::from_secs(5);
