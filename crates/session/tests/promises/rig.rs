//! A session, a virtual clock and a scripted platform. Only the rig knows the session's interface.
//!
//! The five verbs: [`Rig::say`], [`Rig::server`], [`Rig::drop_link`], [`Rig::advance`], [`Rig::expect`].

use std::{rc::Rc, time::Duration};

use miptech_chat_session::{
    Attempt, AuthState, Caller, ChatError, ChatId, ClientMessageId, Connection, Endpoints, ErrorCode,
    HttpOutcome, Identity, Instant, Limits, Lock, LockName, Notice, Now, Origin, PageSignal, Reply, Request,
    RequestId, Restored, RowId, SendError, Session, SessionConfig, SessionId, Shelf, SignInForm, SocketEvent,
    Status, StoreKey, StoreRefusal, Stored, TenantId, TokenReason, TokenSource, TokenTransport, User,
    VisitorId,
};
use serde_json::Value;

use crate::browser::{
    Locks, Racing, Refusing, Storage, bearer, credentials, path_of, read, shelf_of, stored_account,
    stored_messages, stored_waits,
};

mod world;

/// One line of the transcript as a person would see it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) row: RowId,
    pub(crate) text: String,
    pub(crate) status: Status,
    pub(crate) message: Option<String>,
    pub(crate) sources: usize,
    pub(crate) suggestions: Vec<String>,
}

pub(crate) struct Rig {
    pub(crate) session: Session,
    pub(crate) clock_ms: u64,
    /// Calls nobody has answered yet.
    pub(crate) calls: Vec<(RequestId, Request)>,
    /// Every call ever made, with its time.
    pub(crate) call_log: Vec<(u64, Request)>,
    /// The socket the session holds now.
    pub(crate) socket: Option<Attempt>,
    /// Every socket ever opened: its number, time and URL.
    pub(crate) sockets: Vec<(Attempt, u64, String)>,
    /// Every frame sent, with the socket it went to.
    pub(crate) frames: Vec<(Attempt, Value)>,
    pub(crate) closes: Vec<(Attempt, u16)>,
    /// Every write, in order.
    pub(crate) stored: Vec<(StoreKey, Option<String>)>,
    /// What storage holds: shared by every tab of the browser.
    pub(crate) storage: Storage,
    /// Whether the browser grants locks, and what became of the wish for one.
    pub(crate) locks: Locks,
    /// What the host page was asked for a token for.
    pub(crate) token_wishes: Vec<TokenReason>,
    pub(crate) auth: AuthState,
    pub(crate) sign_ins: Vec<Result<User, ChatError>>,
    pub(crate) profiles: Vec<Option<User>>,
    /// The chats that ended, in order.
    pub(crate) breaks: Vec<Option<String>>,
    pub(crate) transcript: Vec<Line>,
    pub(crate) errors: Vec<ChatError>,
    pub(crate) notice: Option<Notice>,
    /// Every effect and event as a person would print it.
    pub(crate) printed: Vec<String>,
    /// What the composer was given.
    pub(crate) draft: String,
    /// Whether the browser grants the lock for choosing a message.
    pub(crate) outbox_locks: Locks,
    /// What storage refuses to write.
    pub(crate) refusing: Option<Refusing>,
    /// What another tab writes right behind a write of ours.
    pub(crate) racing: Option<Racing>,
    /// The answers the visitor was told are silent, in order.
    pub(crate) silent: Vec<RowId>,
    /// How often everything was read in another tab.
    pub(crate) reads_elsewhere: usize,
    /// Whether unconfirmed messages can be checked.
    pub(crate) offers_history: bool,
    /// Whether answers can be judged.
    pub(crate) offers_feedback: bool,
    /// Every change of the notice bar, with its time.
    pub(crate) notices: Vec<(u64, Option<Notice>)>,
    /// Where the wall clock stood when the page was opened.
    opened_ms: u64,
    /// How far somebody has set the wall clock since.
    pub(crate) wall_shift_ms: i64,
    next_id: u32,
    next_session: u32,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with_seed(7)
    }

    pub(crate) fn with_seed(seed: u64) -> Self {
        Self::with(seed, Storage::default(), |_| {})
    }

    /// A session with other settings.
    pub(crate) fn configured(change: impl FnOnce(&mut SessionConfig)) -> Self {
        Self::with(7, Storage::default(), change)
    }

    /// A session of a browser whose storage holds this, as a page that is opened reads it.
    pub(crate) fn with(seed: u64, storage: Storage, change: impl FnOnce(&mut SessionConfig)) -> Self {
        Self::at(WALL_MS, seed, storage, change)
    }

    /// The page is gone, and the same browser opens another one this much later.
    pub(crate) fn reload(&self, later: Duration) -> Self {
        let later_ms = u64::try_from(later.as_millis()).unwrap();
        let opened_ms = self.now().wall_ms + later_ms;
        let seed = opened_ms + 1;
        let mut rig = Self::at(opened_ms, seed, self.storage.clone(), |_| {});
        rig.next_id = self.next_id + 100;
        rig
    }

    fn at(opened_ms: u64, seed: u64, storage: Storage, change: impl FnOnce(&mut SessionConfig)) -> Self {
        let caller = Caller {
            endpoints: Endpoints::new(None, None).unwrap(),
            tenant: TenantId::parse("miptech-company").unwrap(),
        };
        let read = |key: StoreKey| read(&storage, key);
        let kept = read(StoreKey::SessionId);
        let identity = Identity {
            session: SessionId::parse(kept.as_deref().unwrap_or("test_session_123")).unwrap(),
            visitor: VisitorId::parse("test_visitor_123").unwrap(),
            origin: if kept.is_some() {
                Origin::Stored
            } else {
                Origin::Fresh
            },
        };
        let mut config = SessionConfig {
            caller,
            identity,
            limits: Limits::default(),
            profile: None,
            token_transport: TokenTransport::Frame,
            token_source: TokenSource::BuiltIn,
            sign_in: SignInForm::Auto,
            context: None,
            restored: Restored {
                account: stored_account(&storage),
                chat: read(StoreKey::ChatId).as_deref().and_then(ChatId::parse),
                draft: read(StoreKey::Draft),
                waits: stored_waits(&storage),
                memory: read(StoreKey::Memory),
                messages: stored_messages(&storage),
                transcript: read(StoreKey::Transcript),
            },
        };
        // Ids of an earlier page are never used again.
        let has_past = !config.restored.messages.is_empty() || config.restored.transcript.is_some();
        change(&mut config);
        let mut rig = Self {
            session: Session::new(
                config,
                seed,
                Now {
                    mono: Instant::default(),
                    wall_ms: opened_ms,
                },
            ),
            clock_ms: 0,
            calls: Vec::new(),
            call_log: Vec::new(),
            socket: None,
            sockets: Vec::new(),
            frames: Vec::new(),
            closes: Vec::new(),
            stored: Vec::new(),
            storage,
            locks: Locks::Free,
            token_wishes: Vec::new(),
            auth: AuthState::Anonymous,
            sign_ins: Vec::new(),
            profiles: Vec::new(),
            breaks: Vec::new(),
            transcript: Vec::new(),
            errors: Vec::new(),
            notice: None,
            printed: Vec::new(),
            draft: String::new(),
            outbox_locks: Locks::Free,
            refusing: None,
            racing: None,
            silent: Vec::new(),
            reads_elsewhere: 0,
            offers_history: false,
            offers_feedback: false,
            notices: Vec::new(),
            opened_ms,
            wall_shift_ms: 0,
            next_id: if has_past { 100 } else { 0 },
            next_session: 0,
        };
        rig.drain();
        // The visitor looks at the panel; nothing follows from that before somebody asks for the chat.
        rig.act(|session, now| session.set_open(true, now));
        rig
    }

    /// A session whose chat exists and whose socket is about to open, on a platform that advertises nothing.
    pub(crate) fn created() -> Self {
        let mut rig = Self::new();
        rig.start();
        rig.reply("/health", 200, r#"{"status":"healthy"}"#);
        rig.reply("/chat", 200, r#"{"chat_id":"c1"}"#);
        rig
    }

    /// A session that is live, on a platform with these capabilities.
    pub(crate) fn live(capabilities: &str) -> Self {
        let mut rig = Self::new();
        rig.start();
        rig.go_live(capabilities);
        rig
    }

    /// Answers whatever is asked until the chat is joined.
    pub(crate) fn go_live(&mut self, capabilities: &str) {
        if self.calls.iter().any(|(_, call)| call.url.ends_with("/health")) {
            self.reply("/health", 200, r#"{"status":"healthy"}"#);
        }
        let creation = ["/chat", "/chat/"]
            .into_iter()
            .find(|form| self.calls.iter().any(|(_, call)| call.url.ends_with(form)));
        if let Some(form) = creation {
            self.reply(
                form,
                200,
                &format!(r#"{{"chat_id":"c1","capabilities":[{capabilities}]}}"#),
            );
        }
        if self.calls.iter().any(|(_, call)| call.url.contains("/messages")) {
            self.reply("/messages", 200, r#"{"items":[]}"#);
        }
        self.join(capabilities);
    }

    /// Opens the pending socket and acknowledges its join.
    pub(crate) fn join(&mut self, capabilities: &str) {
        self.open();
        self.server(&format!(
            r#"{{"type":"connection_ready","data":{{"capabilities":[{capabilities}]}}}}"#
        ));
        self.server(r#"{"type":"chat_joined","data":{"chat_id":"c1","success":true}}"#);
        self.expect(Connection::Live);
        while self.calls.iter().any(|(_, call)| call.url.contains("/messages")) {
            self.reply("/messages", 200, r#"{"items":[]}"#);
        }
    }

    /// The pending socket opens and is joined; whatever history is then asked for stays open.
    pub(crate) fn rejoin(&mut self) {
        self.open();
        self.server(r#"{"type":"connection_ready"}"#);
        self.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    }

    pub(crate) fn start(&mut self) {
        let now = self.now();
        self.session.start(now);
        self.drain();
    }

    /// The visitor sends a text.
    pub(crate) fn say(&mut self, text: &str) -> Result<ClientMessageId, SendError> {
        self.next_id += 1;
        let id = ClientMessageId::parse(&format!("m-{}", self.next_id)).unwrap();
        let now = self.now();
        self.session.send(id.clone(), text, now)?;
        self.drain();
        Ok(id)
    }

    /// The platform sends a frame on the current socket.
    pub(crate) fn server(&mut self, frame: &str) {
        self.socket_event(SocketEvent::Text(frame));
    }

    /// The link drops without a word.
    pub(crate) fn drop_link(&mut self) {
        self.close(1006, "");
    }

    pub(crate) fn close(&mut self, code: u16, reason: &str) {
        self.socket_event(SocketEvent::Closed { code, reason });
    }

    pub(crate) fn open(&mut self) {
        self.socket_event(SocketEvent::Opened);
    }

    pub(crate) fn socket_event(&mut self, event: SocketEvent<'_>) {
        let attempt = self.socket.expect("no socket was opened");
        self.socket_event_of(attempt, event);
    }

    pub(crate) fn socket_event_of(&mut self, attempt: Attempt, event: SocketEvent<'_>) {
        let now = self.now();
        self.session.handle_socket(attempt, event, now);
        self.drain();
    }

    /// Answers the oldest open call whose URL ends with, or contains, this path.
    pub(crate) fn reply(&mut self, path: &str, status: u16, body: &str) {
        self.outcome(
            path,
            HttpOutcome::Reply(Reply {
                status,
                body: body.to_owned(),
                ..Reply::default()
            }),
        );
    }

    pub(crate) fn fail(&mut self, path: &str) {
        self.outcome(path, HttpOutcome::Failed);
    }

    fn outcome(&mut self, path: &str, outcome: HttpOutcome) {
        let is_it = |(_, call): &(RequestId, Request)| {
            call.url.ends_with(path) || call.url.contains(&format!("{path}?"))
        };
        let position = self
            .calls
            .iter()
            .position(is_it)
            .unwrap_or_else(|| panic!("no open call to {path}: {:?}", self.calls));
        let (id, _) = self.calls.remove(position);
        let now = self.now();
        self.session.handle_http(id, outcome, now);
        self.drain();
    }

    /// A command or input that has no verb of its own.
    pub(crate) fn act<T>(&mut self, what: impl FnOnce(&mut Session, Now) -> T) -> T {
        let now = self.now();
        let result = what(&mut self.session, now);
        self.drain();
        result
    }

    /// The page goes through something.
    pub(crate) fn page(&mut self, signal: PageSignal) {
        self.act(|session, now| session.handle_page(signal, now));
    }

    /// No two tabs give out one id.
    pub(crate) const fn count_ids_from(&mut self, first: u32) {
        self.next_id = first;
        self.next_session = first;
    }

    /// Storage refuses what this tells, or nothing more.
    pub(crate) fn refuse(&mut self, why: StoreRefusal, what: impl Fn(&StoreKey) -> bool + 'static) {
        let what = Rc::new(what);
        self.refusing = Some(Refusing { why, what });
    }

    /// Another tab changed something on this shelf.
    pub(crate) fn news(&mut self, shelf: Shelf) {
        let stored = shelf_of(&self.storage, shelf);
        self.act(|session, now| session.handle_stored(stored, now));
    }

    /// The platform acknowledges the message handed over.
    pub(crate) fn acknowledge(&mut self, message: &str) {
        self.server(&format!(
            r#"{{"type":"message_received","data":{{"message_id":"{message}"}}}}"#
        ));
    }

    /// The browser answers the wish for the lock.
    pub(crate) fn answer_lock(&mut self, lock: Lock) {
        self.act(|session, now| session.handle_lock(LockName::Renewal, lock, now));
    }

    /// The visitor signs in as `user`; the platform gives the tokens `access` and `refresh`.
    pub(crate) fn sign_in_as(&mut self, user: &str, access: &str, refresh: &str) {
        self.act(|session, now| session.sign_in(&credentials(), now))
            .unwrap();
        self.reply(
            "/auth/login",
            200,
            &format!(r#"{{"access_token":"{access}","refresh_token":"{refresh}","user":{{"id":"{user}"}}}}"#),
        );
    }

    /// Answers the open refresh with a new pair.
    pub(crate) fn refreshed(&mut self, access: &str, refresh: &str) {
        self.reply(
            "/auth/refresh",
            200,
            &format!(r#"{{"access_token":"{access}","refresh_token":"{refresh}"}}"#),
        );
    }

    /// The three values of the account in storage.
    pub(crate) fn account(&self) -> [Option<String>; 3] {
        [StoreKey::AccessToken, StoreKey::RefreshToken, StoreKey::User].map(|key| self.kept(key))
    }

    /// How many calls went to a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.call_log
            .iter()
            .filter(|(_, call)| path_of(call) == path)
            .count()
    }

    /// Every path called, in order.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.call_log.iter().map(|(_, call)| path_of(call)).collect()
    }

    /// The token every call to a path carried.
    pub(crate) fn bearers(&self, path: &str) -> Vec<Option<String>> {
        let calls = self.call_log.iter().filter(|(_, call)| path_of(call) == path);
        calls.map(|(_, call)| bearer(call)).collect()
    }

    /// The payload of the join on the newest socket.
    pub(crate) fn last_join(&self) -> &Value {
        let mut joins = self
            .frames
            .iter()
            .rev()
            .filter(|(_, frame)| frame["type"] == "join_chat");
        &joins.next().expect("no join was sent").1["data"]
    }

    /// Another tab changed the account in storage, or the session asked for it.
    pub(crate) fn storage_changed(&mut self) {
        let now = self.now();
        let stored = stored_account(&self.storage);
        self.session.handle_stored(Stored::Account(stored), now);
        self.drain();
    }

    /// Lets time pass, waking the session at each of its deadlines.
    pub(crate) fn advance(&mut self, span: Duration) {
        let end = self.clock_ms + u64::try_from(span.as_millis()).unwrap();
        let mut wakes = 0;
        while let Some(deadline) = self.session.deadline() {
            let at = u64::try_from(deadline.at.since(Instant::default()).as_millis()).unwrap();
            if at > end {
                break;
            }
            wakes += 1;
            assert!(
                wakes < 10_000,
                "the session never rests: {}",
                deadline.reason.as_str()
            );
            self.clock_ms = self.clock_ms.max(at);
            let now = self.now();
            self.session.handle_timeout(now);
            self.drain();
        }
        self.clock_ms = end;
    }

    /// Lets time pass until the session opens another socket.
    pub(crate) fn advance_to_next_socket(&mut self) {
        self.advance_to_next_socket_within(Duration::from_secs(60));
    }

    pub(crate) fn advance_to_next_socket_within(&mut self, most: Duration) {
        let before = self.sockets.len();
        for _ in 0..most.as_millis() / 100 {
            self.advance(Duration::from_millis(100));
            if self.sockets.len() > before {
                return;
            }
        }
        panic!("no socket in time in {:?}", self.session.phase());
    }

    #[track_caller]
    pub(crate) fn expect(&self, connection: Connection) {
        assert_eq!(self.session.phase().connection, connection);
    }

    #[track_caller]
    pub(crate) fn expect_lines(&self, lines: &[(&str, Status)]) {
        let seen: Vec<_> = self
            .transcript
            .iter()
            .map(|line| (line.text.as_str(), line.status))
            .collect();
        assert_eq!(seen, lines);
    }

    /// The code the notice bar speaks of.
    pub(crate) fn notice_code(&self) -> Option<ErrorCode> {
        self.notice.as_ref().map(|notice| notice.error().code)
    }

    /// The texts handed over, in order.
    pub(crate) fn sent_texts(&self) -> Vec<String> {
        let texts = self
            .frames
            .iter()
            .filter(|(_, frame)| frame["type"] == "chat_message");
        texts
            .map(|(_, frame)| frame["data"]["message"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The types of the frames sent on one socket.
    pub(crate) fn frame_types(&self, attempt: Attempt) -> Vec<&str> {
        let frames = self.frames.iter().filter(|(socket, _)| *socket == attempt);
        frames.map(|(_, frame)| frame["type"].as_str().unwrap()).collect()
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            mono: Instant::from_start(Duration::from_millis(self.clock_ms)),
            wall_ms: (self.opened_ms + self.clock_ms).saturating_add_signed(self.wall_shift_ms),
        }
    }
}

/// Where the wall clock stands when a page is opened.
const WALL_MS: u64 = 1_754_060_400_000;
