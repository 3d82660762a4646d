//! The world of one run: a queue of what happens next, ordered by time and by when it was decided.

use std::collections::BTreeMap;
use std::time::Duration;

use miptech_chat_session::{
    Caller, Endpoints, HttpOutcome, Instant, Lock, LockName, Now, PageSignal, RequestId, TenantId,
};
use serde_json::Value;

use crate::{
    browser::Locks,
    history::{Happening, History, Setting},
    page::{Existence, Page},
    plan::{Fault, Plan},
    platform::{Chore, Platform},
    replay::Trace,
    rng::Rng,
    storage::Storage,
};

mod finale;
mod lives;
mod net;
mod occasions;
mod screen;
mod strikes;
mod turns;
mod visitor;

use self::net::{Call, Down, Link};

/// The tenant of every page.
pub(crate) const TENANT: &str = "miptech-company";

/// What happens next.
#[derive(Debug)]
enum Job {
    /// Something reaches a page.
    To { page: usize, what: Incoming },
    /// A page may hear again what waited for it.
    Unpark { page: usize },
    /// A handshake reaches the platform.
    Accept { socket: usize },
    /// A call reaches the platform.
    Arrive { call: usize },
    /// The first frame under way reaches the platform.
    Up { socket: usize },
    /// The platform speaks.
    Say { socket: usize, frame: Value },
    /// The platform learns that a socket is gone.
    Gone { socket: usize },
    /// The platform's own work.
    Chore(Chore),
    /// The visitor does something.
    Act,
    /// A fault begins.
    Strike,
    /// A stalled link goes on.
    Heal { socket: usize },
    /// A tab is opened again.
    Reopen { tab: usize, is_visible: bool },
    /// A page that stood still goes on.
    Awake { page: usize },
    /// The browser tells a page something.
    Signal { page: usize, signal: PageSignal },
    /// A fault ends.
    Ease(Fault),
    /// Nothing gets through from now on.
    Cut { for_ms: u64 },
    /// A page is hidden for good.
    Forget,
    /// A page holds a lock, and something happens to it or beside it.
    AtLock { page: usize },
    /// Somebody signs out, or in, in another page than this one.
    Meanwhile { page: usize },
    /// All tokens run out at once.
    Expire,
    /// Every socket is closed with a code nobody knows, and so many times more.
    Reject { more: u32 },
    /// All faults stop.
    Calm,
    /// The visitor tries to get through.
    Pursue { step: u32 },
}

impl Job {
    /// Whether it is bytes between a page and the platform.
    const fn is_on_its_way(&self) -> bool {
        matches!(
            self,
            Self::Accept { .. }
                | Self::Arrive { .. }
                | Self::Up { .. }
                | Self::To {
                    what: Incoming::Called { .. } | Incoming::Socket { .. },
                    ..
                }
        )
    }
}

/// Something that reaches a page.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A timer fires.
    Wake { timer: u64 },
    /// A call came back.
    Called { id: RequestId, call: usize, came: Came },
    /// A lock was granted, or there is none.
    Locked { name: LockName, lock: Lock },
    /// Another tab changed a key, or the host page cleared storage.
    Heard { key: Option<String> },
    /// A socket did something.
    Socket { socket: usize, down: Down },
}

/// What a page gets for a call.
#[derive(Debug)]
pub(crate) struct Came {
    outcome: HttpOutcome,
    is_ours: bool,
    wait_ms: Option<u64>,
    history: Vec<String>,
}

/// The world.
#[derive(Debug)]
pub(crate) struct World {
    now_ms: u64,
    jobs: BTreeMap<(u64, u64), Job>,
    next_job: u64,
    rng: Rng,
    plan: Plan,
    caller: Caller,
    pub(crate) history: History,
    storage: Storage,
    locks: Locks,
    platform: Platform,
    pages: Vec<Page>,
    /// Whether what pages tell their sessions is written down.
    pub(crate) is_traced: bool,
    /// The page in each tab.
    tabs: Vec<Option<usize>>,
    links: Vec<Link>,
    calls: Vec<Call>,
    /// What hangs on the way until faults stop.
    hung: Vec<Job>,
    /// Chance of what happens on purpose.
    occasion_rng: Rng,
    /// Until when nothing gets through.
    cut_until_ms: u64,
    /// The page nobody touches.
    forgotten: Option<usize>,
    /// Until when each fault of the way lasts.
    weather: BTreeMap<Fault, u64>,
    latency_ms: u64,
    /// How long the machine has slept so far, and until when it sleeps.
    slept_ms: u64,
    asleep: Option<(u64, u64)>,
    /// How far the wall clock is off.
    wall_off_ms: i64,
    typed: u32,
    made_sessions: u32,
    expiries: u32,
    is_calm: bool,
    /// The page the liveness phase is about.
    hero: Option<usize>,
    end_ms: u64,
}

impl World {
    /// What every page told its session, as far as that was written down.
    pub(crate) fn traces(&mut self) -> Vec<Trace> {
        self.pages
            .iter_mut()
            .filter_map(|page| page.trace.take())
            .collect()
    }

    pub(crate) fn new(seed: u64, plan: Plan) -> Option<Self> {
        let mut rng = Rng::new(seed);
        let platform = Platform::new(TENANT, plan.manners.clone(), rng.next());
        let caller = Caller {
            endpoints: Endpoints::new(Some("https://platform.example"), None).ok()?,
            tenant: TenantId::parse(TENANT)?,
        };
        let end_ms = plan.unrest_ms + LIVENESS_MS;
        let latency_ms = rng.between(10, 120);
        let mut world = Self {
            now_ms: 0,
            jobs: BTreeMap::new(),
            next_job: 0,
            rng,
            caller,
            history: History::default(),
            storage: Storage::default(),
            locks: Locks::default(),
            platform,
            pages: Vec::new(),
            is_traced: false,
            tabs: Vec::new(),
            links: Vec::new(),
            calls: Vec::new(),
            hung: Vec::new(),
            occasion_rng: Rng::new(seed ^ 0x0cca),
            cut_until_ms: 0,
            forgotten: None,
            weather: BTreeMap::new(),
            latency_ms,
            slept_ms: 0,
            asleep: None,
            wall_off_ms: 0,
            typed: 0,
            made_sessions: 0,
            expiries: 0,
            is_calm: false,
            hero: None,
            end_ms,
            plan,
        };
        world.begin();
        Some(world)
    }

    fn begin(&mut self) {
        let manners = &self.plan.manners;
        let setting = Setting {
            tenant: TENANT.to_owned(),
            dedup: manners.dedup,
            history: manners.history,
            locks: self.plan.locks,
            grace_ms: manners.grace_ms,
            connects_closed: self.plan.connects_closed,
        };
        self.note(None, Happening::Begin(setting));
        if self.plan.signed_in {
            self.sign_in_before();
        }
        for tab in 0..self.plan.tabs {
            self.tabs.push(None);
            let is_visible = tab == 0 || self.rng.percent(40);
            let delay_ms = if self.rng.percent(50) {
                self.rng.between(0, 5)
            } else {
                self.rng.between(0, 60_000)
            };
            self.later(delay_ms, Job::Reopen { tab, is_visible });
        }
        self.later(1000, Job::Act);
        let first = self.rng.between(1000, 2 * self.plan.strike_every_ms);
        self.later(first, Job::Strike);
        self.later(self.plan.unrest_ms, Job::Calm);
        if let Some((from_ms, for_ms)) = self.plan.occasions.outage {
            self.later(from_ms, Job::Cut { for_ms });
        }
        if let Some(at_ms) = self.plan.occasions.forgets_at_ms {
            self.later(at_ms, Job::Forget);
        }
        if let Some(at_ms) = self.plan.occasions.rejects_at_ms {
            self.later(at_ms, Job::Reject { more: 3 });
        }
        if let Some(at_ms) = self.plan.occasions.expires_at_ms.filter(|_| self.plan.accounts) {
            self.later(at_ms, Job::Expire);
        }
    }

    /// Runs to the end.
    pub(crate) fn run(&mut self) {
        while let Some(((at_ms, _), job)) = self.jobs.pop_first() {
            if at_ms >= self.end_ms || self.history.records.len() > MOST_RECORDS {
                break;
            }
            self.now_ms = self.now_ms.max(at_ms);
            self.platform.clock(self.now_ms);
            self.wake_machine();
            self.happen(job);
        }
        self.now_ms = self.end_ms;
        self.conclude();
    }

    fn happen(&mut self, job: Job) {
        let needs_machine = matches!(
            job,
            Job::Awake { .. } | Job::Ease(_) | Job::Pursue { .. } | Job::Reopen { .. } | Job::Signal { .. }
        );
        if let Some((_, until_ms)) = self.asleep.filter(|_| needs_machine) {
            return self.later_at(until_ms, job);
        }
        match job {
            Job::To { page, what } => self.reach(page, what),
            Job::Unpark { page } => self.unpark(page),
            Job::Accept { socket } => self.accept(socket),
            Job::Arrive { call } => self.arrive(call),
            Job::Up { socket } => self.arrive_up(socket),
            Job::Say { socket, frame } => self.down(socket, Down::Text(frame.to_string(), Some(frame))),
            Job::Gone { socket } => self.platform.lost(socket),
            Job::Chore(chore) => {
                let out = self.platform.do_chore(&chore);
                self.carry(out);
            }
            Job::Act => self.act(),
            Job::Strike => self.strike(),
            Job::Heal { socket } => self.heal(socket),
            Job::Reopen { tab, is_visible } => self.open_page(tab, is_visible),
            Job::Awake { page } => self.awake(page),
            Job::Signal { page, signal } => {
                if self.awake_pages().contains(&page) && (!self.is_calm || signal == PageSignal::Online) {
                    self.signal(page, signal);
                }
            }
            Job::Ease(fault) => self.ease(fault),
            Job::Cut { for_ms } => self.cut(for_ms),
            Job::Forget => self.forget(),
            Job::AtLock { page } => self.at_lock(page),
            Job::Meanwhile { page } => self.meanwhile(page),
            Job::Expire => self.expire_all(),
            Job::Reject { more } => self.reject(more),
            Job::Calm => self.calm(),
            Job::Pursue { step } => self.pursue(step),
        }
    }

    /// Something reaches a page, unless it cannot run.
    fn reach(&mut self, page: usize, what: Incoming) {
        match self.page(page).life {
            Existence::Dead => {}
            Existence::Frozen | Existence::Left => self.page(page).parked.push_back(what),
            Existence::Running => {
                self.page(page).parked.push_back(what);
                self.unpark(page);
            }
        }
    }

    /// Until when a page hears nothing: the machine sleeps, or the page is at work with something else.
    fn deaf_until_ms(&mut self, page: usize) -> Option<u64> {
        let asleep_until_ms = self.asleep.map_or(0, |(_, until_ms)| until_ms);
        let until_ms = self.page(page).busy_until_ms.max(asleep_until_ms);
        (until_ms > self.now_ms).then_some(until_ms)
    }

    /// What waited for a page reaches it, in the order it came.
    fn unpark(&mut self, page: usize) {
        while self.page(page).life == Existence::Running && !self.page(page).parked.is_empty() {
            if let Some(until_ms) = self.deaf_until_ms(page) {
                return self.later_at(until_ms, Job::Unpark { page });
            }
            if let Some(what) = self.page(page).parked.pop_front() {
                self.receive(page, what);
            }
        }
    }

    /// The machine sleeps no longer.
    fn wake_machine(&mut self) {
        if let Some((from_ms, until_ms)) = self.asleep.filter(|(_, until_ms)| *until_ms <= self.now_ms) {
            self.asleep = None;
            self.slept_ms += until_ms - from_ms;
            self.wake_pages();
        }
    }

    fn later(&mut self, delay_ms: u64, job: Job) {
        self.later_at(self.now_ms + delay_ms, job);
    }

    fn later_at(&mut self, at_ms: u64, job: Job) {
        self.next_job += 1;
        self.jobs.insert((at_ms.max(self.now_ms), self.next_job), job);
    }

    fn note(&mut self, page: Option<usize>, what: Happening) {
        let who = page.and_then(|page| self.pages.get(page)).map(|page| page.who);
        self.history.add(self.now_ms, who, what);
    }

    /// Page numbers are given out here and pages never removed, so that every number has its page.
    fn page(&mut self, page: usize) -> &mut Page {
        &mut self.pages[page]
    }

    /// The machine's monotonic clock, which may stand still while it sleeps.
    fn mono_ms(&self) -> u64 {
        if self.plan.counts_sleep {
            return self.now_ms;
        }
        let sleeping = self
            .asleep
            .map_or(0, |(from_ms, _)| self.now_ms.saturating_sub(from_ms));
        self.now_ms - self.slept_ms - sleeping
    }

    /// How far the monotonic clock is behind.
    fn behind_ms(&self) -> u64 {
        if self.plan.counts_sleep { 0 } else { self.slept_ms }
    }

    fn clocks(&self) -> Now {
        let wall_ms = (self.plan.wall_ms + self.now_ms).saturating_add_signed(self.wall_off_ms);
        Now {
            mono: Instant::from_start(Duration::from_millis(self.mono_ms())),
            wall_ms,
        }
    }

    fn is_on(&self, fault: Fault) -> bool {
        !self.is_calm
            && self
                .weather
                .get(&fault)
                .is_some_and(|until_ms| *until_ms > self.now_ms)
    }

    /// The pages whose script can run now.
    fn awake_pages(&self) -> Vec<usize> {
        let can =
            |page: &usize| self.pages[*page].is_running() && self.pages[*page].busy_until_ms <= self.now_ms;
        if self.asleep.is_some() {
            Vec::new()
        } else {
            self.living().into_iter().filter(can).collect()
        }
    }

    /// Those of them that anything happens to.
    fn minded_pages(&self) -> Vec<usize> {
        let mut pages = self.awake_pages();
        pages.retain(|page| self.forgotten != Some(*page));
        pages
    }

    /// The living pages.
    fn living(&self) -> Vec<usize> {
        let pages = self.pages.iter().enumerate();
        pages
            .filter(|(_, page)| page.is_alive())
            .map(|(number, _)| number)
            .collect()
    }
}

/// How long the liveness phase lasts.
const LIVENESS_MS: u64 = 330_000;

/// A run with more than this was caught in a loop.
const MOST_RECORDS: usize = 400_000;
