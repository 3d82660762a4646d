//! The platform as its contract describes it: chats, accounts, sockets and answers, without a network.
//!
//! It knows neither tabs nor faults of the way: what it says and when it says it comes out as [`Out`], and the world
//! carries it. Its own faults (refused messages, lost answers, foreign frames) are switches the world throws.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::{
    history::Happening,
    plan::Manners,
    rng::{Rng, hash},
};

mod accounts;
mod rest;
mod sockets;
mod streams;

pub(crate) use self::{
    accounts::{Accounts, MARK},
    rest::{Answer, id_of},
};

/// Names a socket for the whole run.
pub(crate) type Socket = usize;

/// Something the platform says, does later, or did.
#[derive(Clone, Debug)]
pub(crate) enum Out {
    /// A frame for a socket.
    Say {
        socket: Socket,
        delay_ms: u64,
        frame: Value,
    },
    /// The end of a socket.
    Close {
        socket: Socket,
        code: u16,
        reason: &'static str,
    },
    /// Work of its own.
    Later { delay_ms: u64, chore: Chore },
    /// Something for the history.
    Fact(Happening),
}

/// Work the platform gives itself.
#[derive(Clone, Debug)]
pub(crate) enum Chore {
    /// The next piece of an answer.
    Chunk { answer: usize },
    /// A socket has had its time to join.
    JoinDue { socket: Socket },
    /// A socket is pinged.
    Ping { socket: Socket },
}

/// A message of a chat.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) id: String,
    pub(super) is_visitor: bool,
    pub(super) text: String,
    pub(super) client: Option<String>,
    pub(super) seq: u64,
}

/// A chat.
#[derive(Debug, Default)]
pub(super) struct Chat {
    pub(super) id: String,
    pub(super) owner: Option<String>,
    pub(super) said: Vec<Said>,
    pub(super) is_gone: bool,
}

/// A socket that is open.
#[derive(Debug)]
pub(super) struct Line {
    /// The chat in its URL.
    pub(super) hint: Option<String>,
    pub(super) joined: Option<usize>,
    pub(super) subject: Option<String>,
    pub(super) has_spoken: bool,
}

/// An answer that grows.
#[derive(Debug)]
pub(super) struct Growing {
    pub(super) chat: usize,
    pub(super) id: String,
    pub(super) pieces: Vec<String>,
    pub(super) next: usize,
    pub(super) is_over: bool,
}

/// What the platform does wrong by itself, while the world wants it to.
#[derive(Debug, Default)]
pub(crate) struct Moods {
    /// It asks for patience until then.
    pub(crate) busy_until_ms: u64,
    /// It says for how long.
    pub(crate) tells_wait: bool,
    /// It says every frame twice.
    pub(crate) stutters: bool,
    /// It refuses the next message.
    pub(crate) refuses_next: bool,
    /// It fails the next answer.
    pub(crate) fails_next: bool,
}

#[derive(Debug)]
pub(crate) struct Platform {
    pub(super) tenant: String,
    pub(super) manners: Manners,
    pub(super) rng: Rng,
    pub(crate) accounts: Accounts,
    pub(super) chats: Vec<Chat>,
    /// The chat of each session id.
    pub(super) sessions: BTreeMap<String, usize>,
    pub(super) lines: BTreeMap<Socket, Line>,
    pub(super) growing: Vec<Growing>,
    pub(crate) moods: Moods,
    pub(super) now_ms: u64,
    next_id: u64,
    /// Messages refused by name, so that a repeat is refused the same way.
    pub(super) refused: BTreeSet<String>,
}

impl Platform {
    pub(crate) fn new(tenant: &str, manners: Manners, seed: u64) -> Self {
        Self {
            tenant: tenant.to_owned(),
            accounts: Accounts::new(manners.lifetime_ms, manners.grace_ms),
            manners,
            rng: Rng::new(seed),
            chats: Vec::new(),
            sessions: BTreeMap::new(),
            lines: BTreeMap::new(),
            growing: Vec::new(),
            moods: Moods::default(),
            now_ms: 0,
            next_id: 0,
            refused: BTreeSet::new(),
        }
    }

    /// The platform's clock goes on.
    pub(crate) fn clock(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
        self.accounts.clock(now_ms);
    }

    /// Every chat is gone.
    pub(crate) fn forget_chats(&mut self) -> Vec<Out> {
        self.chats.iter_mut().for_each(|chat| chat.is_gone = true);
        self.growing.iter_mut().for_each(|answer| answer.is_over = true);
        self.close_all(4005)
    }

    /// Whether any answer grows.
    pub(crate) fn is_answering(&self) -> bool {
        self.growing.iter().any(|answer| !answer.is_over)
    }

    /// A new version is rolled out; whether answers survive that depends on the platform.
    pub(crate) fn deploy(&mut self, keeps_answers: bool, code: u16) -> Vec<Out> {
        if !keeps_answers {
            self.growing.iter_mut().for_each(|answer| answer.is_over = true);
        }
        self.close_all(code)
    }

    /// Every access token runs out, and everybody who came with one is told.
    pub(crate) fn expire_all(&mut self) -> Vec<Out> {
        self.accounts.expire();
        let mut out = Vec::new();
        for (socket, _) in self.lines.iter().filter(|(_, line)| line.subject.is_some()) {
            self.say(*socket, 0, json!({"type": "token_expired"}), &mut out);
        }
        out
    }

    fn close_all(&mut self, code: u16) -> Vec<Out> {
        let sockets: Vec<Socket> = std::mem::take(&mut self.lines).into_keys().collect();
        let close = |socket| Out::Close {
            socket,
            code,
            reason: "",
        };
        sockets.into_iter().map(close).collect()
    }

    /// For how many seconds it asks for patience, while it does, and whether it says so.
    pub(super) fn asks_patience(&self) -> Option<(u64, bool)> {
        let left_ms = self.moods.busy_until_ms.saturating_sub(self.now_ms);
        (left_ms > 0).then(|| (left_ms.div_ceil(1000), self.moods.tells_wait))
    }

    pub(super) fn fresh(&mut self, kind: &str) -> String {
        self.next_id += 1;
        format!("{kind}{}", self.next_id)
    }

    /// The capabilities as they are advertised.
    pub(super) fn capabilities(&self) -> Value {
        let manners = &self.manners;
        let all = [
            ("client_message_id", manners.dedup),
            ("history", manners.history),
            ("resume", manners.resume),
            ("stop", manners.stop),
            ("author", manners.has_people),
        ];
        let offered = all.iter().filter(|(_, is_offered)| *is_offered);
        offered.map(|(name, _)| *name).collect()
    }

    /// A time as this platform writes it.
    pub(super) fn stamp(&mut self) -> Value {
        if !self.manners.has_absurd_clock {
            return json!(1_754_060_400_000_u64 + self.now_ms);
        }
        // Nobody may depend on what it says.
        let odd = [
            json!(0),
            json!("yesterday"),
            json!(9_007_199_254_740_992_u64),
            json!("2036-01-01T00:00:00Z"),
        ];
        let place = usize::try_from(self.now_ms % 4).unwrap_or_default();
        odd.get(place).cloned().unwrap_or_default()
    }

    pub(super) fn chat_of(&self, id: &str) -> Option<usize> {
        self.chats.iter().position(|chat| chat.id == id)
    }

    /// The sockets that joined a chat.
    pub(super) fn audience(&self, chat: usize) -> Vec<Socket> {
        let here = |(socket, line): (&Socket, &Line)| (line.joined == Some(chat)).then_some(*socket);
        self.lines.iter().filter_map(here).collect()
    }

    pub(super) fn say_to_all(&self, chat: usize, frame: &Value, out: &mut Vec<Out>) {
        for socket in self.audience(chat) {
            self.say(socket, 0, frame.clone(), out);
        }
    }

    pub(super) fn say(&self, socket: Socket, delay_ms: u64, frame: Value, out: &mut Vec<Out>) {
        if self.moods.stutters && self.may_stutter(&frame) {
            out.push(Out::Say {
                socket,
                delay_ms,
                frame: frame.clone(),
            });
        }
        out.push(Out::Say {
            socket,
            delay_ms,
            frame,
        });
    }

    /// Whether anybody could see that a frame is the one before: a refusal names no message, and a piece that is not counted
    /// may be meant twice (row P15).
    fn may_stutter(&self, frame: &Value) -> bool {
        match frame["type"].as_str() {
            Some("error" | "rate_limit_exceeded") => false,
            Some("response_chunk") => {
                self.manners.resume || self.manners.counts_pieces || self.manners.repeats_text
            }
            Some(_) | None => true,
        }
    }

    /// What it says about an error.
    pub(super) fn words(&self) -> String {
        "No ".repeat(if self.manners.is_wordy { 1000 } else { 1 })
    }

    /// The last word on an answer, as history will tell it.
    pub(super) fn fact_of(id: &str, text: &str) -> Out {
        Out::Fact(Happening::SrvAnswer {
            message: id.to_owned(),
            hash: hash(text),
        })
    }
}
