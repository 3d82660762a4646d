//! The platform's sockets: the handshake, the join rules, and messages (`platform.md` sections 9 to 13).

use serde_json::{Value, json};

use super::{Chore, Line, Out, Platform, Said, Socket, rest::id_of};
use crate::history::Happening;

impl Platform {
    /// A socket was accepted.
    pub(crate) fn accept(&mut self, socket: Socket, url: &str) -> Vec<Out> {
        let hint = url
            .split_once("chat_id=")
            .map(|(_, rest)| rest.split('&').next().unwrap_or_default().to_owned());
        let line = Line {
            hint,
            joined: None,
            subject: None,
            has_spoken: false,
        };
        self.lines.insert(socket, line);
        let mut out = Vec::new();
        let stamp = self.stamp();
        let data = json!({"client_id": format!("s{socket}"), "connected_at": stamp});
        self.say(
            socket,
            0,
            json!({"type": "connection_established", "data": data}),
            &mut out,
        );
        if self.manners.says_ready {
            let slow = if self.rng.percent(10) { 1700 } else { 0 };
            let delay_ms = self.rng.between(300, 600) + slow;
            let data = json!({"capabilities": self.capabilities()});
            self.say(
                socket,
                delay_ms,
                json!({"type": "connection_ready", "data": data}),
                &mut out,
            );
        }
        out.push(Out::Later {
            delay_ms: 10_000,
            chore: Chore::JoinDue { socket },
        });
        if self.manners.pings {
            out.push(Out::Later {
                delay_ms: 25_000,
                chore: Chore::Ping { socket },
            });
        }
        out
    }

    /// A socket is gone without a word, or with one.
    pub(crate) fn lost(&mut self, socket: Socket) {
        self.lines.remove(&socket);
    }

    /// A frame of a page.
    pub(crate) fn hear(&mut self, socket: Socket, text: &str) -> Vec<Out> {
        let mut out = Vec::new();
        let Ok(frame) = serde_json::from_str::<Value>(text) else {
            return self.refuse(socket, 1007, None);
        };
        let kind = frame["type"].as_str().unwrap_or_default().to_owned();
        let data = &frame["data"];
        let Some(line) = self.lines.get_mut(&socket) else {
            return out;
        };
        let is_first = !std::mem::replace(&mut line.has_spoken, true);
        if is_first != (kind == "join_chat") {
            return self.refuse(socket, 4400, None);
        }
        match kind.as_str() {
            "join_chat" => out = self.join(socket, data),
            "chat_message" | "user_message" => out = self.message(socket, data),
            "ping" if self.manners.answers_pings => {
                self.say(socket, 0, json!({"type": "pong", "data": data}), &mut out);
            }
            "stop_response" => out = self.stop(data),
            _ => {}
        }
        out
    }

    /// Says why, where there is more to say than a code, and closes.
    fn refuse(&mut self, socket: Socket, code: u16, why: Option<&str>) -> Vec<Out> {
        self.lines.remove(&socket);
        let mut out = Vec::new();
        if let Some(why) = why {
            let frame = json!({"type": "error", "data": {"code": why, "message": self.words()}});
            self.say(socket, 0, frame, &mut out);
        }
        out.push(Out::Close {
            socket,
            code,
            reason: "",
        });
        out
    }

    fn join(&mut self, socket: Socket, data: &Value) -> Vec<Out> {
        let subject = match data["token"].as_str() {
            Some(token) => match self.accounts.subject_of(token) {
                Some(subject) => Some(subject),
                None => return self.refuse(socket, 4401, Some("invalid_token")),
            },
            None if self.manners.needs_token => return self.refuse(socket, 4401, Some("auth_required")),
            None => None,
        };
        let hint = self.lines.get(&socket).and_then(|line| line.hint.clone());
        let wanted = data["chat_id"].as_str().map(str::to_owned).or(hint);
        let (place, is_new) = match wanted {
            Some(id) => match self.chat_of(&id) {
                Some(place) => (place, false),
                None => return self.refuse(socket, 4005, None),
            },
            None => (self.make_chat(None, subject.clone()), true),
        };
        let Some(chat) = self.chats.get_mut(place) else {
            return Vec::new();
        };
        if chat.is_gone {
            return self.refuse(socket, 4005, None);
        }
        if chat.owner.is_some() && chat.owner != subject {
            let code = if subject.is_none() { 4401 } else { 4403 };
            return self.refuse(socket, code, None);
        }
        chat.owner.clone_from(&subject);
        let id = chat.id.clone();
        if let Some(line) = self.lines.get_mut(&socket) {
            line.joined = Some(place);
            line.subject = subject;
        }
        let mut out = Vec::new();
        if self.manners.acks_joins {
            let frame = if is_new {
                json!({"type": "chat_created", "chat_id": id})
            } else {
                json!({"type": "chat_joined", "tenant_id": self.tenant, "data": {"chat_id": id, "success": true}})
            };
            self.say(socket, 0, frame, &mut out);
        }
        self.resume(socket, &data["resume"], &mut out);
        out
    }

    fn message(&mut self, socket: Socket, data: &Value) -> Vec<Out> {
        let text = data["message"]
            .as_str()
            .or_else(|| data["text"].as_str())
            .unwrap_or_default();
        let id = id_of(text).to_owned();
        let mut out = vec![Out::Fact(Happening::SrvReceived { id: id.clone() })];
        let line = self.lines.get(&socket);
        let Some((place, subject)) = line.and_then(|line| Some((line.joined?, line.subject.clone()))) else {
            return self.refuse(socket, 4400, None);
        };
        if let Some((wait_s, is_told)) = self.asks_patience() {
            let wait_s = is_told.then_some(wait_s);
            let frame = json!({"type": "rate_limit_exceeded",
                               "data": {"message": self.words(), "retry_after": wait_s, "sim_rejects": id}});
            self.say(socket, 0, frame, &mut out);
            return out;
        }
        if std::mem::take(&mut self.moods.refuses_next) {
            self.refused.insert(id.clone());
        }
        let client = data["client_message_id"].as_str().filter(|_| self.manners.dedup);
        let known = self
            .chats
            .get(place)
            .and_then(|chat| {
                chat.said
                    .iter()
                    .find(|said| client.is_some() && said.client.as_deref() == client)
            })
            .cloned();
        let is_bad = known.as_ref().is_some_and(|known| known.text != text);
        if is_bad || self.refused.contains(&id) {
            let frame = json!({"type": "error",
                               "data": {"type": "message_validation_error", "message": self.words(), "sim_rejects": id,
                                        "client_message_id": client}});
            self.say(socket, 0, frame, &mut out);
            return out;
        }
        let is_repeat = known.is_some();
        let said = known.unwrap_or_else(|| self.apply(place, text, client, subject, &mut out));
        let chat = self
            .chats
            .get(place)
            .map(|chat| chat.id.clone())
            .unwrap_or_default();
        let mut data =
            json!({"message_id": said.id, "chat_id": chat, "timestamp": self.stamp(), "sim_acks": id});
        if let Some(client) = client {
            data["client_message_id"] = json!(client);
        }
        self.say(
            socket,
            0,
            json!({"type": "message_received", "data": data}),
            &mut out,
        );
        if is_repeat {
            return out;
        }
        if self.manners.echoes {
            let frame = json!({"type": "chat_message", "chat_id": chat, "data": {"sim_acks": id},
                               "message": {"id": said.id, "content": text, "role": "user",
                                           "client_message_id": client, "timestamp": self.stamp()}});
            let others = self.audience(place).into_iter().filter(|other| *other != socket);
            others.for_each(|other| self.say(other, 0, frame.clone(), &mut out));
        }
        self.answer(place, &mut out);
        out
    }

    fn apply(
        &mut self,
        place: usize,
        text: &str,
        client: Option<&str>,
        subject: Option<String>,
        out: &mut Vec<Out>,
    ) -> Said {
        let id = self.fresh("u");
        let seq = self.next_seq(place);
        let said = Said {
            id,
            is_visitor: true,
            text: text.to_owned(),
            client: client.map(str::to_owned),
            seq,
        };
        if let Some(chat) = self.chats.get_mut(place) {
            chat.said.push(said.clone());
            out.push(Out::Fact(Happening::SrvApplied {
                id: id_of(text).to_owned(),
                seq,
                tenant: self.tenant.clone(),
                chat: chat.id.clone(),
                subject,
            }));
        }
        said
    }

    pub(super) fn next_seq(&self, place: usize) -> u64 {
        let last = self.chats.get(place).and_then(|chat| chat.said.last());
        last.map_or(1, |said| said.seq + 1)
    }

    /// Its own work is due.
    pub(crate) fn do_chore(&mut self, chore: &Chore) -> Vec<Out> {
        match *chore {
            Chore::Chunk { answer } => self.grow(answer),
            Chore::JoinDue { socket } => {
                let is_late = self.lines.get(&socket).is_some_and(|line| line.joined.is_none());
                if is_late {
                    self.refuse(socket, 4408, None)
                } else {
                    Vec::new()
                }
            }
            Chore::Ping { socket } => {
                let mut out = Vec::new();
                if self.lines.contains_key(&socket) {
                    self.say(
                        socket,
                        0,
                        json!({"type": "ping", "data": {"ts": self.now_ms}}),
                        &mut out,
                    );
                    out.push(Out::Later {
                        delay_ms: 25_000,
                        chore: Chore::Ping { socket },
                    });
                }
                out
            }
        }
    }
}
