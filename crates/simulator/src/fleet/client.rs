//! One client of a fleet: a real session, the little of a browser it needs, and its way through an outage.

use std::time::Duration;

use miptech_chat_session::{
    Attempt, Caller, Connection, Effect, Endpoints, HttpOutcome, Identity, Instant, Limits, Lock, LockName,
    Now, Origin, Output, Reply, Request, RequestId, Restored, Session, SessionConfig, SessionId, Shelf,
    SignInForm, SocketEvent, Stored, StoredAccount, StoredWaits, TenantId, TokenSource, TokenTransport,
    VisitorId,
};

use super::Scenario;

/// What one client did after it was cut. Times count from that instant, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Journey {
    /// When it opened a socket.
    pub(super) attempts: Vec<u64>,
    /// When it made a REST call.
    pub(super) calls: Vec<u64>,
    /// How long after the platform was back it was live; none if it never was, or was not before either.
    pub(super) live_after: Option<u64>,
}

/// Brings a client live, cuts it, and follows it until it is live again.
pub(super) fn travel(scenario: Scenario, seed: u64) -> Journey {
    let Some(mut client) = Client::new(scenario, seed) else {
        return Journey::default();
    };
    client.run_until(CUT_MS, |_| false);
    if !client.is_live() {
        return Journey::default();
    }
    client.journey = Journey::default();
    client.cut(scenario.close_code());
    client.run_until(client.back_ms + PATIENCE_MS, Client::is_live);
    if client.is_live() {
        client.journey.live_after = Some(client.clock_ms.saturating_sub(client.back_ms));
    }
    client.journey
}

/// Something that happens to the session.
enum Happening {
    Called(RequestId, HttpOutcome),
    Closed(Attempt),
    Heard(Attempt, &'static str),
    Locked(LockName),
    Opened(Attempt),
    Read(Shelf),
}

struct Client {
    session: Session,
    clock_ms: u64,
    /// When the platform can be reached again.
    back_ms: u64,
    /// The way to the platform and back.
    round_trip_ms: u64,
    pending: Vec<(u64, Happening)>,
    socket: Option<Attempt>,
    journey: Journey,
}

impl Client {
    fn new(scenario: Scenario, seed: u64) -> Option<Self> {
        let seed = scattered(seed);
        let mut client = Self {
            session: Session::new(config()?, seed, now(0)),
            clock_ms: 0,
            back_ms: CUT_MS + scenario.outage_ms(),
            round_trip_ms: FASTEST_MS + scattered(seed) % (SLOWEST_MS - FASTEST_MS + 1),
            pending: Vec::new(),
            socket: None,
            journey: Journey::default(),
        };
        client.turn(|session, now| session.set_open(true, now));
        client.turn(Session::start);
        Some(client)
    }

    fn is_live(&self) -> bool {
        self.session.phase().connection == Connection::Live
    }

    /// The platform goes away.
    fn cut(&mut self, code: u16) {
        self.pending.clear();
        if let Some(attempt) = self.socket.take() {
            let closed = SocketEvent::Closed { code, reason: "" };
            self.turn(|session, now| session.handle_socket(attempt, closed, now));
        }
    }

    /// Lets time pass until an instant, or until the client has come as far as wanted.
    fn run_until(&mut self, end_ms: u64, has_arrived: impl Fn(&Self) -> bool) {
        while !has_arrived(self) {
            let happens = self.pending.iter().map(|(at, _)| *at).min();
            // A timer of a browser fires no earlier than it was armed for, and never within the turn that armed it.
            let wakes = self.session.deadline().map(|deadline| {
                let due = deadline.at.since(Instant::default());
                u64::try_from(due.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
            });
            let wakes = wakes.map(|at| at.max(self.clock_ms + 1));
            let Some(next) = happens.into_iter().chain(wakes).min().filter(|at| *at < end_ms) else {
                self.clock_ms = end_ms;
                return;
            };
            self.clock_ms = next;
            match self.pending.iter().position(|(at, _)| *at == next) {
                Some(place) => {
                    let (_, happening) = self.pending.remove(place);
                    self.happen(happening);
                }
                None => self.turn(Session::handle_timeout),
            }
        }
    }

    fn happen(&mut self, happening: Happening) {
        let (attempt, event) = match happening {
            Happening::Called(id, outcome) => {
                return self.turn(|session, now| session.handle_http(id, outcome, now));
            }
            Happening::Locked(name) => {
                return self.turn(|session, now| session.handle_lock(name, Lock::Held, now));
            }
            Happening::Read(shelf) => {
                return self.turn(|session, now| session.handle_stored(nothing(shelf), now));
            }
            Happening::Closed(attempt) => {
                let unreachable = SocketEvent::Closed {
                    code: 1006,
                    reason: "",
                };
                (attempt, unreachable)
            }
            Happening::Heard(attempt, frame) => (attempt, SocketEvent::Text(frame)),
            Happening::Opened(attempt) => (attempt, SocketEvent::Opened),
        };
        if self.socket == Some(attempt) {
            self.turn(|session, now| session.handle_socket(attempt, event, now));
        }
    }

    fn turn(&mut self, act: impl FnOnce(&mut Session, Now)) {
        act(&mut self.session, now(self.clock_ms));
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Effect(effect) => self.perform(effect),
                Output::Event(_) => {}
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        let is_away = (CUT_MS..self.back_ms).contains(&self.clock_ms);
        match effect {
            Effect::AskLock(name) => self.later(0, Happening::Locked(name)),
            Effect::CloseSocket { attempt, .. } => self.socket = self.socket.filter(|held| *held != attempt),
            Effect::Http { id, request } => {
                self.journey.calls.push(self.clock_ms.saturating_sub(CUT_MS));
                let outcome = if is_away {
                    HttpOutcome::Failed
                } else {
                    HttpOutcome::Reply(answer(&request))
                };
                self.later(self.round_trip_ms, Happening::Called(id, outcome));
            }
            Effect::OpenSocket { attempt, .. } => {
                self.journey.attempts.push(self.clock_ms.saturating_sub(CUT_MS));
                self.socket = Some(attempt);
                if is_away {
                    self.later(self.round_trip_ms, Happening::Closed(attempt));
                } else {
                    let opened = HANDSHAKES * self.round_trip_ms;
                    self.later(opened, Happening::Opened(attempt));
                    self.later(opened, Happening::Heard(attempt, READY));
                }
            }
            Effect::Read(shelf) => self.later(0, Happening::Read(shelf)),
            Effect::SendFrame { attempt, text } => {
                let kinds = [(r#""type":"join_chat""#, JOINED), (r#""type":"ping""#, PONG)];
                let answer = kinds.into_iter().find(|(kind, _)| text.contains(kind));
                if let Some((_, frame)) = answer {
                    self.later(self.round_trip_ms, Happening::Heard(attempt, frame));
                }
            }
            Effect::AbortHttp { .. }
            | Effect::AskHostForToken { .. }
            | Effect::MakeSessionId
            | Effect::ReleaseLock(_)
            | Effect::Store { .. } => {}
        }
    }

    fn later(&mut self, delay_ms: u64, happening: Happening) {
        self.pending.push((self.clock_ms + delay_ms, happening));
    }
}

/// Long enough for the heartbeat to have been answered several times: a proven connection is cut.
const CUT_MS: u64 = 120_000;

/// How long after the platform's return a client may still be on its way before it counts as stranded.
const PATIENCE_MS: u64 = 900_000;

/// Round trips of a good network: our choice, as the promises of `faults.md` name none.
const FASTEST_MS: u64 = 20;
const SLOWEST_MS: u64 = 80;

/// TCP, TLS 1.3 and the upgrade.
const HANDSHAKES: u64 = 3;

const READY: &str = r#"{"type":"connection_ready"}"#;
const JOINED: &str = r#"{"type":"chat_joined","data":{"chat_id":"c1","success":true}}"#;
const PONG: &str = r#"{"type":"pong"}"#;

/// 2025-08-01; nothing depends on it.
const WALL_MS: u64 = 1_754_060_400_000;

fn now(clock_ms: u64) -> Now {
    Now {
        mono: Instant::from_start(Duration::from_millis(clock_ms)),
        wall_ms: WALL_MS + clock_ms,
    }
}

/// Neighbouring clients are no neighbours in the space of seeds, as real ones are not: a step of SplitMix64.
const fn scattered(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn config() -> Option<SessionConfig> {
    Some(SessionConfig {
        caller: Caller {
            endpoints: Endpoints::new(None, None).ok()?,
            tenant: TenantId::parse("miptech-company")?,
        },
        identity: Identity {
            session: SessionId::parse("test_session_123")?,
            visitor: VisitorId::parse("test_visitor_123")?,
            origin: Origin::Stored,
        },
        limits: Limits::default(),
        profile: None,
        token_transport: TokenTransport::Frame,
        token_source: TokenSource::BuiltIn,
        sign_in: SignInForm::Auto,
        context: None,
        restored: Restored::default(),
    })
}

fn answer(request: &Request) -> Reply {
    let body = if request.url.ends_with("/health") {
        r#"{"status":"healthy"}"#
    } else {
        r#"{"chat_id":"c1"}"#
    };
    Reply {
        status: 200,
        body: body.to_owned(),
        ..Reply::default()
    }
}

/// A browser that keeps nothing: nobody of the fleet writes or signs in.
fn nothing(shelf: Shelf) -> Stored {
    match shelf {
        Shelf::Account => Stored::Account(StoredAccount::default()),
        Shelf::Draft => Stored::Draft(None),
        Shelf::Waits => Stored::Waits(StoredWaits::default()),
        Shelf::Messages => Stored::Messages(Vec::new()),
        Shelf::ReadMark => Stored::ReadMark(None),
        Shelf::Session => Stored::Session {
            session: None,
            chat: None,
        },
        Shelf::Transcript => Stored::Transcript(None),
    }
}
