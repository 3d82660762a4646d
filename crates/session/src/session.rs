//! The type the driver holds: commands in, inputs in, outputs out.

use std::{collections::VecDeque, time::Duration};

use miptech_chat_protocol::{
    capability::Capabilities,
    close::ours,
    endpoint::SlashForm,
    error::ErrorCode,
    ids::{ChatId, ClientMessageId, MessageId},
    profile::Creation,
    request::Request,
};

use crate::{
    assembly::Assembly,
    auth::Auth,
    backoff::{self, Backoff, Ceiling},
    breaker::Breaker,
    claim::Claim,
    clock::{Instant, Now},
    config::{Limits, SessionConfig},
    conversation::{Flood, Known, forget_oldest},
    draft::Draft,
    entry::{RowId, Rows},
    history::HistoryRead,
    journal::Journal,
    later,
    lifecycle::State,
    notice::{ChatError, Notice, WORDS_AFTER},
    outbox::{Delivery, Item, Outbox, Overdue},
    output::{Attempt, Deadline, Effect, Event, HttpOutcome, Output, Reason, RequestId, SocketEvent},
    page::Page,
    phase::Phase,
    plan::{Memory, Plan},
    random::Random,
    refusal::SendError,
    report::{Ignored, Timings},
    siblings,
    typing::Typing,
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
    /// Whether the chat was made a moment ago, and storage has still to be asked for another tab's.
    pub(crate) is_chat_new: bool,
    pub(crate) plan: Plan,
    pub(crate) auth: Auth,
    /// What the creation body advertised; a socket's own list wins over it.
    pub(crate) capabilities: Capabilities,
    pub(crate) backoff: Backoff,
    pub(crate) breaker: Breaker,
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
    /// The message storage is offered again, and whether what is read next is read too early to tell.
    pub(crate) offered: Option<(ClientMessageId, bool)>,
    pub(crate) claim: Claim,
    /// When the next message may be chosen again, where nothing could be.
    pub(crate) claim_after: Option<Instant>,
    /// Messages of the outbox that storage has lost, as far as the transcript does not explain it.
    pub(crate) missing: Vec<ClientMessageId>,
    /// Whether storage was cleared, and is being written again.
    pub(crate) is_rewriting: bool,
    /// What somebody wrote who is not here any more, as it was to be stored, until it is sure that storage has it.
    pub(crate) shelved: Vec<(ClientMessageId, String)>,
    /// Whether the outbox was read, and only the transcript is waited for.
    pub(crate) has_read_outbox: bool,
    /// The message whose fate the visitor asked about.
    pub(crate) checked: Option<ClientMessageId>,
    pub(crate) journal: Journal,
    pub(crate) draft: Draft,
    pub(crate) typing: Typing,
    /// Whether an answer became whole since everything was read.
    pub(crate) has_unread: bool,
    /// The last mark of what was read, written here or elsewhere.
    pub(crate) read_mark: Option<String>,
    pub(crate) page: Page,
    /// Names this tab in what it writes for others.
    pub(crate) tab: u64,
    /// Whether calls get through and sockets do not (row N15), and when history was last read instead.
    pub(crate) is_socket_blocked: bool,
    pub(crate) polled: Option<Instant>,
    /// When the platform wants to be asked again, in wall milliseconds, where that is too long for a timer (row N7).
    pub(crate) is_busy_until: Option<u64>,
    /// Frames of the last seconds.
    pub(crate) flood: Flood,
    /// Nothing is handed over before this instant: the platform asked for patience.
    pub(crate) held_until: Option<Instant>,
    /// The sockets opened and the chats asked for, so that no chain of events makes a flood of them.
    pub(crate) sockets: Ceiling,
    pub(crate) creations: Ceiling,
    /// The answers the visitor stopped while the platform could not be told.
    pub(crate) stops: Vec<MessageId>,
    pub(crate) assembly: Assembly,
    pub(crate) known: Known,
    /// The newest ids taken on this page and their rows, as long as the visitor keeps them: an id never carries two texts.
    pub(crate) taken: Vec<(ClientMessageId, Option<RowId>)>,
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
    /// When words about the connection last changed: they do not flicker (row N22).
    pub(crate) notice_changed: Option<Instant>,
    pub(crate) has_waiting_words: bool,
    pub(crate) shown_feedback: bool,
    pub(crate) shown_history: bool,
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
    pub fn new(mut config: SessionConfig, seed: u64, now: Now) -> Self {
        let restored = std::mem::take(&mut config.restored);
        let origin = config.caller.endpoints.origin();
        let memory = restored
            .memory
            .as_deref()
            .and_then(|text| Memory::read(text, &origin, now.wall_ms))
            .filter(|_| config.profile.is_none());
        let plan = Plan::new(config.profile, memory.map(|memory| memory.profile));
        let is_by_socket = plan.rules().creation == Creation::Socket;
        let mut session = Self {
            assembly: Assembly::new(config.limits.answer_silence),
            auth: Auth::new(&restored.account, config.token_source),
            config,
            random: Random::new(seed),
            state: State::Idle,
            chat: restored.chat.clone().filter(|_| is_by_socket),
            is_chat_new: false,
            plan,
            capabilities: Capabilities::default(),
            backoff: Backoff::default(),
            breaker: Breaker::default(),
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
            offered: None,
            claim: Claim::Rest,
            claim_after: None,
            missing: Vec::new(),
            is_rewriting: false,
            shelved: Vec::new(),
            has_read_outbox: false,
            checked: None,
            journal: Journal::default(),
            draft: Draft::default(),
            typing: Typing::default(),
            has_unread: false,
            read_mark: None,
            page: Page::default(),
            tab: Random::new(seed ^ TAB).next(),
            is_socket_blocked: false,
            polled: None,
            is_busy_until: None,
            flood: Flood::default(),
            held_until: None,
            sockets: Ceiling::default(),
            creations: Ceiling::default(),
            stops: Vec::new(),
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
            notice_changed: None,
            has_waiting_words: false,
            shown_feedback: false,
            shown_history: false,
        };
        session.note_renewals(&restored.account, now);
        session.restore(restored, now);
        session.settle(now);
        session
    }

    // Commands.

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
        self.note_ours(id.clone(), row);
        self.keep_identity();
        // What storage refuses is true for this message too, so those words stay until somebody takes them away.
        self.mishap
            .take_if(|error| !matches!(error.code, ErrorCode::StorageBlocked | ErrorCode::StorageQuota));
        let item = Item {
            id: id.clone(),
            row,
            text: text.to_owned(),
            delivery: Delivery::Queued,
            session: self.config.identity.session.clone(),
            chat: self.chat_told().cloned(),
            owner: self.auth.owner.clone(),
            order: self.outbox.next_order(now),
            typed_ms: now.wall_ms,
            typed: Some(now.mono),
            ours_from: None,
            touched_ms: None,
            is_unkept: false,
            hand_overs: 0,
            after: 0,
            is_ambiguous: false,
            was_respelled: false,
        };
        self.show_message(&item);
        self.outbox.insert(item);
        self.keep_new_message(&id, now);
        if self.outbox.get(&id).is_some_and(|item| item.is_unkept) {
            self.keep_unkept(now);
        }
        self.come_up_for_message(now);
        self.settle(now);
        Ok(())
    }

    /// The visitor wants the next try now; at most one in five seconds is granted.
    pub fn retry_now(&mut self, now: Now) {
        let is_soon = |last| now.mono.since(last) < RETRY_SPACING;
        if !defect!(RetryIgnored) && !self.last_retry.is_some_and(is_soon) {
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

    /// The page changed what is accepted, and what it tells the platform of itself: for the next message, and the next chat.
    pub fn configure(&mut self, limits: Limits, context: Option<String>, now: Now) {
        self.config.limits = limits;
        self.config.context = context;
        self.assembly.set_silence(limits.answer_silence);
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
        self.flush(now);
        self.end_claim();
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
        let is_current = |current| current == attempt || defect!(GenerationUnchecked);
        if self.state.attempt().is_some_and(is_current) {
            self.socket_did(attempt, event, now);
        }
        self.settle(now);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        if self.page.is_gone || matches!(self.state, State::Ended) {
            return;
        }
        self.page_time_passed(now);
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
            Some((attempt, Overdue::Ping)) => self.ping(attempt, now),
            Some((attempt, Overdue::Replace)) => self.give_up_socket(attempt, ours::ZOMBIE, now),
            None => {}
        }
        let (events, has_gap) = self.assembly.time_passed(now.mono);
        self.events(events);
        if has_gap {
            self.read_history(now);
        }
        self.delivery_time_passed(now);
        self.expire(now);
        self.journal_time_passed(now);
        if self.typing.deadline().is_some_and(|at| at <= now.mono) {
            later::rest::typing_time_passed(self, now);
        }
        self.poll(now);
        if self.held_until.is_some_and(|until| until <= now.mono) {
            self.held_until = None;
            self.mishap.take_if(|error| error.code == ErrorCode::RateLimited);
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
        if self.page.is_gone || matches!(self.state, State::Ended) {
            return None;
        }
        let call = self.calls.iter().map(|call| call.deadline).min();
        let notice = self
            .disturbed_since
            .filter(|_| {
                let is_said = matches!(
                    self.shown_notice,
                    Some(
                        Notice::Blocked(_) | Notice::Busy { .. } | Notice::Ended(_) | Notice::Trouble { .. }
                    )
                );
                self.trouble.is_some() && !is_said
            })
            .map(|since| since.after(WORDS_AFTER));
        let calmer = self.calm_at().filter(|_| self.has_waiting_words);
        let candidates = [
            (call, Reason::Call),
            (self.state.deadline(), Reason::Connection),
            (
                self.outbox.deadline().filter(|_| self.is_live()),
                Reason::Acknowledgement,
            ),
            (self.assembly.deadline(), Reason::Answer),
            (self.delivery_deadline(), Reason::Choice),
            (self.journal.deadline(), Reason::Transcript),
            (self.draft.deadline(), Reason::Draft),
            (self.typing.deadline(), Reason::Typing),
            (self.release_at(), Reason::Release),
            (self.poll_at(), Reason::Poll),
            (calmer, Reason::Words),
            (self.held_until, Reason::Hold),
            (self.history.retry_at(), Reason::History),
            (
                self.auth
                    .renewal
                    .deadline(self.is_live() && !self.page.is_unseen()),
                Reason::Token,
            ),
            (notice, Reason::Disturbance),
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

    /// A message of this browser has this row from here on, and no other.
    pub(crate) fn note_ours(&mut self, id: ClientMessageId, row: RowId) {
        self.taken.retain(|(taken, _)| *taken != id);
        self.taken.push((id, Some(row)));
        forget_oldest(&mut self.taken);
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
        self.has_unread |= siblings::is_answer(&event);
        self.journal.hear(&event);
        self.outputs.push_back(Output::Event(event));
    }

    pub(crate) fn events(&mut self, events: Vec<Event>) {
        events.into_iter().for_each(|event| self.event(event));
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
}

/// Makes the tab's name another than its first jitter.
const TAB: u64 = 0x7461_6273;

/// How often "Retry now" is granted (row N29).
const RETRY_SPACING: Duration = Duration::from_secs(5);
