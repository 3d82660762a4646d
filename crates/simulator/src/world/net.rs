//! The way between pages and the platform: ordered within a socket, and as bad as the weather of the moment.

use std::collections::VecDeque;

use miptech_chat_session::{Attempt, HttpOutcome, Reply, Request, RequestId};
use serde_json::Value;

use super::{Came, Incoming, Job, World, occasions::Disturbance};
use crate::{
    history::Happening,
    plan::Fault,
    platform::{Accounts, Answer, MARK, Out},
    rng::hash,
};

/// A socket of a page.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) page: usize,
    attempt: Attempt,
    url: String,
    /// The platform accepted it and knows of no end yet.
    pub(super) is_open: bool,
    /// The page closed it.
    is_abandoned: bool,
    /// The page heard its end.
    is_ended: bool,
    /// The platform is gone for it although nobody said so: the next byte is answered with a reset.
    pub(super) is_dead: bool,
    pub(super) stalls_up: bool,
    pub(super) stalls_down: bool,
    under_way: VecDeque<String>,
    waiting_down: VecDeque<Down>,
    up_free_ms: u64,
    down_free_ms: u64,
}

impl Link {
    /// Nothing more takes longer than until then.
    pub(super) fn hasten(&mut self, soon_ms: u64) {
        self.up_free_ms = self.up_free_ms.min(soon_ms);
        self.down_free_ms = self.down_free_ms.min(soon_ms);
    }
}

/// What a page hears of a socket.
#[derive(Clone, Debug)]
pub(crate) enum Down {
    /// A frame that is none of ours.
    Binary,
    /// The end.
    Closed {
        code: u16,
        reason: &'static str,
        wait_ms: Option<u64>,
    },
    /// It opened.
    Opened,
    /// A frame; with what it says, where it arrives as it was sent.
    Text(String, Option<Value>),
    /// A frame nobody reads.
    TooLarge,
}

/// A call of a page.
#[derive(Debug)]
pub(super) struct Call {
    page: usize,
    id: RequestId,
    request: Request,
}

impl World {
    pub(super) fn is_abandoned(&self, socket: usize) -> bool {
        self.links.get(socket).is_some_and(|link| link.is_abandoned)
    }

    fn latency(&mut self) -> u64 {
        let jitter = self.rng.between(0, self.latency_ms / 2);
        let slow = if self.is_on(Fault::Delay) {
            self.rng.between(500, 8000)
        } else {
            0
        };
        let drip = if self.is_on(Fault::Drip) && self.rng.percent(50) {
            self.rng.between(100, 6000)
        } else {
            0
        };
        self.latency_ms + jitter + slow + drip
    }

    // Calls.

    pub(super) fn call(&mut self, page: usize, id: RequestId, request: Request) {
        let call = self.calls.len();
        if request.url.contains(MARK) {
            self.leak(page, "the URL of a call");
        }
        let tenant = request.headers().find(|(name, _)| *name == "X-Tenant-ID");
        let body: Option<Value> = request
            .body
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        let refresh = body
            .as_ref()
            .and_then(|body| body["refresh_token"].as_str())
            .and_then(Accounts::number_of);
        let is_account = request.url.contains("/auth/");
        if !is_account && request.body.as_deref().is_some_and(|body| body.contains(MARK)) {
            self.leak(page, "the body of a call");
        }
        let what = Happening::Called {
            call,
            method: request.method.as_str().to_owned(),
            url: request.url.clone(),
            tenant: tenant.map(|(_, tenant)| tenant.to_owned()).unwrap_or_default(),
            refresh,
        };
        self.note(Some(page), what);
        self.page(page).calls.insert(id, call);
        self.calls.push(Call { page, id, request });
        let mut delay_ms = self.latency();
        if refresh.is_some() {
            match self.disturb_renewal() {
                Disturbance::Late(more_ms) => delay_ms += more_ms,
                Disturbance::None => {}
                Disturbance::Portal => {
                    return self.come_back(call, delay_ms, HttpOutcome::Reply(html(401, 200)), None);
                }
            }
        }
        if self.is_on(Fault::Hang) && self.rng.percent(70) {
            return self.hung.push(Job::Arrive { call });
        }
        if self.is_cut() || self.is_on(Fault::Refuse) && self.rng.percent(90) {
            return self.come_back(call, delay_ms, HttpOutcome::Failed, None);
        }
        if self.is_on(Fault::Html) && self.rng.percent(80) {
            // A redirect to a login page is refused by the browser.
            let status = self.rng.pick(&[200, 302, 401, 403, 404]).unwrap_or(200);
            let reply = Some(html(status, 200)).filter(|_| status != 302);
            let outcome = reply.map_or(HttpOutcome::Failed, HttpOutcome::Reply);
            return self.come_back(call, delay_ms, outcome, None);
        }
        if self.is_on(Fault::ServerError) && self.rng.percent(70) {
            let status = self.rng.pick(&[500, 502, 503, 504]).unwrap_or(500);
            return self.come_back(call, delay_ms, HttpOutcome::Reply(html(status, 2000)), None);
        }
        self.later(delay_ms, Job::Arrive { call });
    }

    /// A call reaches the platform; what it does there stands, whatever becomes of the answer.
    pub(super) fn arrive(&mut self, call: usize) {
        let Some(request) = self.calls.get(call).map(|call| call.request.clone()) else {
            return;
        };
        let answer = self.platform.call(&request);
        let delay_ms = self.latency();
        let lost = self.is_on(Fault::LostResponse) && self.rng.percent(60);
        if lost || self.is_on(Fault::Reset) && self.rng.percent(30) {
            return self.come_back(call, delay_ms, HttpOutcome::Failed, None);
        }
        let mut reply = answer.reply.clone();
        let mut is_sound = true;
        for (fault, change) in [
            (Fault::Truncate, cut as fn(&str) -> String),
            (Fault::Corrupt, garble),
            (Fault::Oversize, |_| "x".repeat(64 * 1024)),
        ] {
            if self.is_on(fault) && self.rng.percent(50) {
                reply.body = change(&reply.body);
                is_sound = false;
            }
        }
        self.come_back(
            call,
            delay_ms,
            HttpOutcome::Reply(reply),
            Some(answer).filter(|_| is_sound),
        );
    }

    /// With the platform's answer only where it arrives as it was given.
    fn come_back(&mut self, call: usize, delay_ms: u64, outcome: HttpOutcome, answer: Option<Answer>) {
        let Some((page, id)) = self.calls.get(call).map(|call| (call.page, call.id)) else {
            return;
        };
        let came = Came {
            outcome,
            is_ours: answer.is_some(),
            wait_ms: answer.as_ref().and_then(|answer| answer.wait_ms),
            history: answer.map(|answer| answer.history).unwrap_or_default(),
        };
        self.later(
            delay_ms,
            Job::To {
                page,
                what: Incoming::Called { id, call, came },
            },
        );
    }

    pub(super) fn abort(&mut self, page: usize, id: RequestId) {
        if let Some(call) = self.page(page).calls.remove(&id) {
            self.note(Some(page), Happening::Aborted { call });
            // What hangs on the way goes no further once nobody holds its connection.
            self.hung
                .retain(|job| !matches!(job, Job::Arrive { call: hung } if *hung == call));
        }
    }

    // Sockets.

    pub(super) fn dial(&mut self, page: usize, attempt: Attempt, url: &str) {
        let socket = self.links.len();
        if url.contains(MARK) {
            self.leak(page, "the URL of a socket");
        }
        let tenant = url
            .split_once("tenant_id=")
            .map(|(_, rest)| rest.split('&').next().unwrap_or_default());
        let tenant = tenant.unwrap_or_default().to_owned();
        self.note(Some(page), Happening::Dialled { socket, tenant });
        self.page(page).sockets.insert(attempt, socket);
        self.links.push(Link {
            page,
            attempt,
            url: url.to_owned(),
            is_open: false,
            is_abandoned: false,
            is_ended: false,
            is_dead: false,
            stalls_up: false,
            stalls_down: false,
            under_way: VecDeque::new(),
            waiting_down: VecDeque::new(),
            up_free_ms: 0,
            down_free_ms: 0,
        });
        let delay_ms = self.latency() + self.latency();
        if self.is_on(Fault::Hang) && self.rng.percent(70) {
            return self.hung.push(Job::Accept { socket });
        }
        let fails = [Fault::Refuse, Fault::ServerError, Fault::Html];
        if self.is_cut() || fails.into_iter().any(|fault| self.is_on(fault)) && self.rng.percent(85) {
            return self.drop_link(socket, delay_ms, 1006, "");
        }
        self.later(delay_ms, Job::Accept { socket });
    }

    pub(super) fn accept(&mut self, socket: usize) {
        let Some(link) = self
            .links
            .get_mut(socket)
            .filter(|link| !link.is_abandoned && !link.is_ended)
        else {
            return;
        };
        link.is_open = true;
        let url = link.url.clone();
        self.down(socket, Down::Opened);
        let out = self.platform.accept(socket, &url);
        self.carry(out);
    }

    /// Brings what the platform says on its way.
    pub(super) fn carry(&mut self, out: Vec<Out>) {
        for out in out {
            match out {
                Out::Say {
                    socket,
                    delay_ms: 0,
                    frame,
                } => {
                    self.down(socket, Down::Text(frame.to_string(), Some(frame)));
                }
                Out::Say {
                    socket,
                    delay_ms,
                    frame,
                } => self.later(delay_ms, Job::Say { socket, frame }),
                Out::Close { socket, code, reason } => {
                    let wait_ms = None;
                    self.down(
                        socket,
                        Down::Closed {
                            code,
                            reason,
                            wait_ms,
                        },
                    );
                }
                Out::Later { delay_ms, chore } => self.later(delay_ms, Job::Chore(chore)),
                Out::Fact(what) => self.note(None, what),
            }
        }
    }

    /// The platform's side of a socket says something.
    pub(super) fn down(&mut self, socket: usize, down: Down) {
        let delay_ms = self.latency();
        let now_ms = self.now_ms;
        let down = self.spoil(down);
        let Some(link) = self
            .links
            .get_mut(socket)
            .filter(|link| link.is_open && !link.is_dead)
        else {
            return;
        };
        if matches!(down, Down::Closed { .. }) {
            link.is_open = false;
        }
        if link.stalls_down {
            return link.waiting_down.push_back(down);
        }
        link.down_free_ms = link.down_free_ms.max(now_ms + delay_ms);
        let (at_ms, page) = (link.down_free_ms, link.page);
        self.later_at(
            at_ms,
            Job::To {
                page,
                what: Incoming::Socket { socket, down },
            },
        );
    }

    /// What somebody on the way makes of a frame.
    fn spoil(&mut self, down: Down) -> Down {
        let Down::Text(text, value) = down else {
            return down;
        };
        if self.is_on(Fault::Truncate) && self.rng.percent(15) {
            return Down::Text(cut(&text), None);
        }
        if self.is_on(Fault::Corrupt) && self.rng.percent(15) {
            return Down::Text(garble(&text), None);
        }
        if self.is_on(Fault::Oversize) && self.rng.percent(10) {
            return Down::TooLarge;
        }
        Down::Text(text, value)
    }

    /// The end of a socket without the platform's word.
    pub(super) fn drop_link(&mut self, socket: usize, delay_ms: u64, code: u16, reason: &'static str) {
        let now_ms = self.now_ms;
        let arrives = self.rng.percent(50);
        let Some(link) = self.links.get_mut(socket).filter(|link| !link.is_ended) else {
            return;
        };
        let is_heard = arrives && link.is_open && !link.is_dead && !link.stalls_up;
        let rest: Vec<String> = link.under_way.drain(..).filter(|_| is_heard).collect();
        // What the platform still says to it is lost with the way.
        link.is_open = false;
        for text in rest {
            let out = self.platform.hear(socket, &text);
            self.carry(out);
        }
        let Some(link) = self.links.get_mut(socket) else {
            return;
        };
        link.waiting_down.clear();
        link.down_free_ms = link.down_free_ms.max(now_ms + delay_ms);
        let (at_ms, page) = (link.down_free_ms, link.page);
        self.platform.lost(socket);
        let down = Down::Closed {
            code,
            reason,
            wait_ms: None,
        };
        self.later_at(
            at_ms,
            Job::To {
                page,
                what: Incoming::Socket { socket, down },
            },
        );
    }

    pub(super) fn send(&mut self, page: usize, attempt: Attempt, text: &str) {
        let Some(socket) = self.page(page).sockets.get(&attempt).copied() else {
            return;
        };
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        self.note_frame(page, socket, &frame);
        if !text.contains(r#""type":"join_chat""#) && text.contains(MARK) {
            self.leak(page, "a frame that is no join");
        }
        let delay_ms = self.latency();
        let now_ms = self.now_ms;
        let Some(link) = self
            .links
            .get_mut(socket)
            .filter(|link| !link.is_abandoned && !link.is_ended)
        else {
            return;
        };
        if link.is_dead {
            return self.drop_link(socket, delay_ms, 1006, "");
        }
        link.under_way.push_back(text.to_owned());
        if !link.stalls_up {
            link.up_free_ms = link.up_free_ms.max(now_ms + delay_ms);
            let at_ms = link.up_free_ms;
            self.later_at(at_ms, Job::Up { socket });
        }
    }

    fn note_frame(&mut self, page: usize, socket: usize, frame: &Value) {
        let data = &frame["data"];
        let kind = frame["type"].as_str().unwrap_or_default().to_owned();
        let tenant = data["tenant_id"].as_str().map(str::to_owned);
        let text = match kind.as_str() {
            "chat_message" => data["message"].as_str(),
            "user_message" => data["text"].as_str(),
            _ => None,
        };
        let what = match text {
            Some(text) => Happening::Handed {
                id: crate::platform::id_of(text).to_owned(),
                socket,
                hash: hash(text),
                tenant,
            },
            None => Happening::FrameSent { socket, kind, tenant },
        };
        self.note(Some(page), what);
    }

    /// The first frame under way reaches the platform.
    pub(super) fn arrive_up(&mut self, socket: usize) {
        let link = self
            .links
            .get_mut(socket)
            .filter(|link| !link.stalls_up && link.is_open);
        if let Some(text) = link.and_then(|link| link.under_way.pop_front()) {
            let out = self.platform.hear(socket, &text);
            self.carry(out);
        }
    }

    pub(super) fn hang_up(&mut self, page: usize, attempt: Attempt, code: u16) {
        if let Some(socket) = self.page(page).sockets.get(&attempt).copied() {
            self.note(Some(page), Happening::Abandoned { socket, code });
            self.abandon(socket);
        }
    }

    /// A page is done with a socket. What it had sent arrives before anything it sends later, or never.
    pub(super) fn abandon(&mut self, socket: usize) {
        let arrives = self.rng.percent(50);
        let Some(link) = self.links.get_mut(socket).filter(|link| !link.is_abandoned) else {
            return;
        };
        link.is_abandoned = true;
        let rest: Vec<String> = link.under_way.drain(..).collect();
        let (is_open, is_stalled) = (link.is_open && !link.is_dead, link.stalls_up);
        if !is_open {
            return;
        }
        for text in rest.into_iter().filter(|_| arrives) {
            let out = self.platform.hear(socket, &text);
            self.carry(out);
        }
        let delay_ms = if is_stalled { 60_000 } else { self.latency_ms };
        self.later(delay_ms, Job::Gone { socket });
    }

    /// Stalled bytes go on, in order.
    pub(super) fn heal(&mut self, socket: usize) {
        let Some(link) = self.links.get_mut(socket) else {
            return;
        };
        (link.stalls_up, link.stalls_down) = (false, false);
        let down: Vec<Down> = link.waiting_down.drain(..).collect();
        let count = link.under_way.len();
        // Frames that were under way before the stall have jobs of their own; superfluous ones find nothing.
        for _ in 0..count {
            self.later(self.latency_ms, Job::Up { socket });
        }
        let (page, now_ms, latency_ms) = match self.links.get_mut(socket) {
            Some(link) => (link.page, self.now_ms, self.latency_ms),
            None => return,
        };
        for down in down {
            if let Some(link) = self.links.get_mut(socket) {
                link.down_free_ms = link.down_free_ms.max(now_ms + latency_ms);
                let at_ms = link.down_free_ms;
                self.later_at(
                    at_ms,
                    Job::To {
                        page,
                        what: Incoming::Socket { socket, down },
                    },
                );
            }
        }
    }

    /// Writes down what a page hears of a socket; none where it has heard its end before.
    pub(super) fn note_down(&mut self, page: usize, socket: usize, down: &Down) -> Option<Attempt> {
        let link = self.links.get_mut(socket).filter(|link| !link.is_ended)?;
        let (attempt, is_abandoned) = (link.attempt, link.is_abandoned);
        if matches!(down, Down::Closed { .. }) {
            link.is_ended = true;
        }
        if is_abandoned {
            return Some(attempt);
        }
        match down {
            Down::Opened => self.note(Some(page), Happening::Connected { socket }),
            Down::Closed { code, wait_ms, .. } => {
                self.note(
                    Some(page),
                    Happening::Ended {
                        socket,
                        code: *code,
                        wait_ms: *wait_ms,
                    },
                );
            }
            Down::Text(_, Some(frame)) => self.note_heard(page, socket, frame),
            Down::Text(_, None) | Down::Binary | Down::TooLarge => {
                let kind = "unreadable".to_owned();
                self.note(
                    Some(page),
                    Happening::FrameCame {
                        socket,
                        kind,
                        wait_ms: None,
                    },
                );
            }
        }
        Some(attempt)
    }

    fn note_heard(&mut self, page: usize, socket: usize, frame: &Value) {
        let kind = frame["type"].as_str().unwrap_or_default().to_owned();
        let data = &frame["data"];
        let wait_ms = data["retry_after"].as_u64().map(|wait_s| wait_s * 1000);
        self.note(
            Some(page),
            Happening::FrameCame {
                socket,
                kind,
                wait_ms,
            },
        );
        let id = |name: &str| data[name].as_str().map(str::to_owned);
        if let Some(id) = id("sim_acks") {
            self.note(Some(page), Happening::Acked { id });
        }
        if let Some(id) = id("sim_rejects") {
            self.note(Some(page), Happening::Rejected { id });
        }
    }
}

fn html(status: u16, bytes: usize) -> Reply {
    Reply {
        status,
        body: format!("<html>{}</html>", "x".repeat(bytes)),
        ..Reply::default()
    }
}

/// The first half of a text.
fn cut(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}

/// A text with its structure broken.
fn garble(text: &str) -> String {
    text.chars()
        .map(|c| if c == '"' { '\u{fffd}' } else { c })
        .collect()
}
