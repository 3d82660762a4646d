//! What a run is: drawn first, before anything happens, so that a seed names a whole world.
//!
//! Swarm testing: every run switches a random half of the fault kinds off, because faults hide each other.

use miptech_chat_session::Profile;

use crate::rng::Rng;

/// One letter of the fault alphabet (`faults.md` section 4.1).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Fault {
    /// An answer of the platform fails in the model.
    AnswerError,
    /// The page goes to the back-forward cache and comes back.
    BackForward,
    /// Storage throws on every access.
    Blocked,
    /// The main thread of a page is blocked.
    Busy,
    /// The platform's chat is gone.
    ChatGone,
    /// The host page clears storage.
    Clear,
    /// The wall clock jumps.
    ClockJump,
    /// The wall clock drifts.
    ClockDrift,
    /// The platform closes a socket with some code.
    Close,
    /// Bytes on the way are changed.
    Corrupt,
    /// The widget panics between two effects.
    Crash,
    /// Everything takes seconds.
    Delay,
    /// Every socket is closed with 1001.
    Deploy,
    /// The browser discards a page.
    Discard,
    /// A body or frame drips slowly.
    Drip,
    /// The platform sends frames twice.
    Duplicate,
    /// Access tokens run out at once.
    Expire,
    /// A frame of another chat or tenant.
    Foreign,
    /// A page is frozen.
    Freeze,
    /// Calls and handshakes never end.
    Hang,
    /// A page is hidden.
    Hide,
    /// Somebody on the way answers with HTML.
    Html,
    /// A page's process dies.
    Kill,
    /// The browser tells of a network that is gone, or back, rightly or not.
    LieOffline,
    /// The platform applies a call and its answer is lost.
    LostResponse,
    /// Somebody writes rubbish, or a newer version its values, under our keys.
    Meddle,
    /// Frames of no known kind, and frames that are none.
    OddFrame,
    /// More than anybody reads.
    Oversize,
    /// A lock request is refused by the browser.
    NoLock,
    /// Storage is full.
    Quota,
    /// The platform asks for patience.
    RateLimit,
    /// Connections are refused.
    Refuse,
    /// The platform refuses a message.
    RefuseMessage,
    /// A page is reloaded.
    Reload,
    /// Sockets are reset.
    Reset,
    /// The platform fails.
    ServerError,
    /// The machine sleeps.
    Sleep,
    /// News between tabs come late and out of order.
    SlowNews,
    /// What the platform sends does not arrive.
    StallDown,
    /// What the page sends does not arrive.
    StallUp,
    /// Some links stop one after the other and go on in another order.
    Swizzle,
    /// Bodies and frames end early.
    Truncate,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 42] = [
        Self::AnswerError,
        Self::BackForward,
        Self::Blocked,
        Self::Busy,
        Self::ChatGone,
        Self::Clear,
        Self::ClockJump,
        Self::ClockDrift,
        Self::Close,
        Self::Corrupt,
        Self::Crash,
        Self::Delay,
        Self::Deploy,
        Self::Discard,
        Self::Drip,
        Self::Duplicate,
        Self::Expire,
        Self::Foreign,
        Self::Freeze,
        Self::Hang,
        Self::Hide,
        Self::Html,
        Self::Kill,
        Self::LieOffline,
        Self::LostResponse,
        Self::Meddle,
        Self::OddFrame,
        Self::Oversize,
        Self::NoLock,
        Self::Quota,
        Self::RateLimit,
        Self::Refuse,
        Self::RefuseMessage,
        Self::Reload,
        Self::Reset,
        Self::ServerError,
        Self::Sleep,
        Self::SlowNews,
        Self::StallDown,
        Self::StallUp,
        Self::Swizzle,
        Self::Truncate,
    ];
}

/// What the platform of a run is like.
#[derive(Clone, Debug)]
pub struct Manners {
    /// It applies one client message id once, and says so.
    pub dedup: bool,
    /// It lets earlier messages be read.
    pub history: bool,
    /// It numbers chunks and sends missing ones again.
    pub resume: bool,
    /// It stops answers.
    pub stop: bool,
    /// It says when it is ready.
    pub says_ready: bool,
    /// It acknowledges a join.
    pub acks_joins: bool,
    /// It answers pings.
    pub answers_pings: bool,
    /// It pings.
    pub pings: bool,
    /// It tells every socket of a chat what one of them said.
    pub echoes: bool,
    /// It sends answers in chunks.
    pub streams: bool,
    /// It repeats the whole text when an answer is complete.
    pub repeats_text: bool,
    /// It wants a token.
    pub needs_token: bool,
    /// For how long an access token is good.
    pub lifetime_ms: u64,
    /// For how long a rotated refresh token still gets its successor.
    pub grace_ms: u64,
    /// It writes timestamps no clock would show.
    pub has_absurd_clock: bool,
    /// It says of how many pieces an answer was.
    pub counts_pieces: bool,
    /// Pieces of answers come once more when the answer is whole.
    pub repeats_late: bool,
    /// Its answers are longer than anybody keeps, and so is what it says about errors.
    pub is_wordy: bool,
    /// People may answer, who are told when the visitor types.
    pub has_people: bool,
}

/// What happens on purpose in some runs, because chance alone would hardly ever bring it about.
#[derive(Clone, Debug, Default)]
pub struct Occasions {
    /// Nothing gets through: from when, and for how long.
    pub outage: Option<(u64, u64)>,
    /// When a page is hidden for good, and nobody touches it any more.
    pub forgets_at_ms: Option<u64>,
    /// Whoever holds a lock is struck, or somebody signs out meanwhile (rows T7 and T10), and renewals are slow.
    pub strikes_at_locks: bool,
    /// When the platform begins to close every socket with a code nobody knows, a few times over.
    pub rejects_at_ms: Option<u64>,
    /// When all access tokens run out, and the platform tells everybody at once (row T6).
    pub expires_at_ms: Option<u64>,
    /// The visitor says much more in a row than may wait.
    pub chatters: bool,
}

/// Everything drawn before a run begins.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The fault kinds that may strike.
    pub faults: Vec<Fault>,
    /// How many tabs are opened at the start.
    pub tabs: usize,
    /// Whether the browser has locks.
    pub locks: bool,
    /// Whether the machine's monotonic clock goes on while it sleeps.
    pub counts_sleep: bool,
    /// Whether there are accounts: visitors sign in and out.
    pub accounts: bool,
    /// Whether somebody was signed in before.
    pub signed_in: bool,
    /// Whether a closed widget connects as well.
    pub connects_closed: bool,
    /// The configured profile; without one it is found out.
    pub profile: Option<Profile>,
    /// The platform.
    pub manners: Manners,
    /// What happens on purpose.
    pub occasions: Occasions,
    /// Where the wall clock stands when the run begins, in milliseconds since 1970.
    pub wall_ms: u64,
    /// How long faults strike.
    pub unrest_ms: u64,
    /// The mean pause between two strikes.
    pub strike_every_ms: u64,
    /// The mean pause between two deeds of the visitor.
    pub act_every_ms: u64,
}

impl Plan {
    /// Draws the plan of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut plan = Self::draw(&mut Rng::new(seed ^ 0x5eed));
        // Drawn apart, so that what is added here leaves all other runs as they were.
        let mut rng = Rng::new(seed ^ 0x000c_ca51);
        plan.occasions = Occasions {
            outage: rng
                .percent(10)
                .then(|| (rng.between(20_000, 200_000), rng.between(150_000, 390_000))),
            forgets_at_ms: rng.percent(15).then(|| rng.between(20_000, 150_000)),
            strikes_at_locks: rng.percent(if plan.accounts { 50 } else { 10 }),
            chatters: rng.percent(8),
            expires_at_ms: rng.percent(50).then(|| rng.between(30_000, 400_000)),
            rejects_at_ms: None,
        };
        // A tab that joins in the middle of an answer cannot tell that it does.
        plan.manners.counts_pieces = rng.percent(50) || plan.tabs > 1;
        plan.manners.repeats_late = rng.percent(15);
        plan.manners.is_wordy = rng.percent(5);
        plan.occasions.rejects_at_ms = rng.percent(10).then(|| rng.between(60_000, 590_000));
        plan.manners.has_people = rng.percent(15);
        plan
    }

    fn draw(rng: &mut Rng) -> Self {
        let faults = Fault::ALL.into_iter().filter(|_| rng.percent(50)).collect();
        let accounts = rng.percent(40);
        let profiles = [
            None,
            Some(Profile::TwoStep),
            Some(Profile::JoinToken),
            Some(Profile::Realtime),
        ];
        let needs_token = accounts && rng.percent(30);
        let says_ready = rng.percent(85);
        Self {
            faults,
            tabs: 1 + rng.below(6).min(rng.below(6)),
            locks: rng.percent(75),
            counts_sleep: rng.percent(40),
            accounts,
            signed_in: needs_token || accounts && rng.percent(60),
            connects_closed: rng.percent(15),
            profile: if needs_token {
                Some(Profile::TwoStep)
            } else {
                rng.pick(&profiles).flatten()
            },
            manners: Manners {
                dedup: rng.percent(60),
                history: rng.percent(60),
                resume: rng.percent(40),
                stop: rng.percent(50),
                says_ready,
                // A platform that says neither can never be joined (`platform.md` section 9.3).
                acks_joins: rng.percent(90) || !says_ready,
                answers_pings: rng.percent(75),
                pings: rng.percent(40),
                echoes: rng.percent(30),
                streams: rng.percent(85),
                repeats_text: rng.percent(70),
                needs_token,
                lifetime_ms: rng.pick(&[300_000, 600_000, 3_600_000]).unwrap_or(300_000),
                grace_ms: rng.pick(&[0, 30_000, 60_000]).unwrap_or_default(),
                has_absurd_clock: rng.percent(15),
                counts_pieces: true,
                repeats_late: false,
                is_wordy: false,
                has_people: false,
            },
            occasions: Occasions::default(),
            wall_ms: 1_754_060_400_000,
            unrest_ms: 600_000,
            strike_every_ms: rng.between(3_000, 30_000),
            act_every_ms: rng.between(3_000, 20_000),
        }
    }
}
