//! The platform's calls: readiness, chats, history and accounts.

use miptech_chat_session::{Method, Reply, Request};
use serde_json::{Value, json};

use super::{Chat, Platform};

/// What a call came to.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    pub(crate) wait_ms: Option<u64>,
    /// Our ids of the messages in it.
    pub(crate) history: Vec<String>,
}

impl Answer {
    fn of(status: u16, body: &Value) -> Self {
        Self {
            reply: Reply {
                status,
                body: body.to_string(),
                ..Reply::default()
            },
            wait_ms: None,
            history: Vec::new(),
        }
    }

    fn refusal(status: u16, code: &str) -> Self {
        Self::of(status, &json!({"code": code, "message": code.replace('_', " ")}))
    }
}

impl Platform {
    /// Answers a call.
    pub(crate) fn call(&mut self, request: &Request) -> Answer {
        let header = |wanted: &str| {
            request
                .headers()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| value)
        };
        if header("X-Tenant-ID") != Some(self.tenant.as_str()) {
            return Answer::of(403, &json!({"detail": "Tenant access denied"}));
        }
        let bearer = header("Authorization").map(|value| value.trim_start_matches("Bearer ").to_owned());
        let path = path_of(&request.url);
        let body: Value = request
            .body
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        if let Some((wait_s, is_told)) = self.asks_patience().filter(|_| !path.ends_with("/health")) {
            if !is_told {
                return Answer::of(429, &json!({"detail": "Too many requests"}));
            }
            let mut answer = Answer::of(
                429,
                &json!({"detail": "Too many requests", "retry_after": wait_s}),
            );
            answer.wait_ms = Some(wait_s * 1000);
            answer.reply.retry_after = Some(wait_s.to_string());
            return answer;
        }
        match (request.method, path) {
            (Method::Get, "/health" | "/healthz" | "/readyz") => {
                Answer::of(200, &json!({"status": "healthy"}))
            }
            (Method::Post, "/chat" | "/chat/") => self.create(&body, bearer.as_deref()),
            (Method::Post, "/auth/login" | "/auth/register") => self.login(&body),
            (Method::Post, "/auth/refresh") => self.renew(&body),
            (Method::Post, "/auth/logout") => {
                bearer.iter().for_each(|token| self.accounts.sign_out(token));
                Answer::of(200, &json!({"success": true}))
            }
            (Method::Get, "/auth/me") => match bearer.and_then(|token| self.accounts.subject_of(&token)) {
                Some(subject) => Answer::of(200, &json!({"id": subject, "email": "v@example.com"})),
                None => Answer::refusal(401, "invalid_token"),
            },
            (Method::Get, _) => self.read(path, bearer.as_deref(), &request.url),
            (Method::Delete | Method::Post, _) => Answer::of(404, &json!({"detail": "Not Found"})),
        }
    }

    /// Who calls; refused where a token is bad, or missing and needed.
    fn caller(&self, bearer: Option<&str>) -> Result<Option<String>, Box<Answer>> {
        match bearer {
            Some(token) => match self.accounts.subject_of(token) {
                Some(subject) => Ok(Some(subject)),
                None => Err(Box::new(Answer::refusal(401, "invalid_token"))),
            },
            None if self.manners.needs_token => Err(Box::new(Answer::refusal(401, "auth_required"))),
            None => Ok(None),
        }
    }

    fn create(&mut self, body: &Value, bearer: Option<&str>) -> Answer {
        let subject = match self.caller(bearer) {
            Ok(subject) => subject,
            Err(answer) => return *answer,
        };
        let Some(session) = body["session_id"].as_str().map(str::to_owned) else {
            return Answer::refusal(422, "session_id");
        };
        let known = self.sessions.get(&session).copied();
        let place = known.unwrap_or_else(|| self.make_chat(Some(session), subject.clone()));
        let Some(chat) = self.chats.get_mut(place) else {
            return Answer::refusal(500, "internal");
        };
        if chat.is_gone {
            return Answer::of(410, &json!({"code": "chat_not_found", "message": "Chat is gone"}));
        }
        if chat.owner.is_some() && chat.owner != subject {
            return Answer::refusal(403, "insufficient_scope");
        }
        chat.owner = subject;
        let id = chat.id.clone();
        Answer::of(200, &json!({"chat_id": id, "capabilities": self.capabilities()}))
    }

    /// A new chat.
    pub(super) fn make_chat(&mut self, session: Option<String>, owner: Option<String>) -> usize {
        let id = self.fresh("c");
        self.chats.push(Chat {
            id,
            owner,
            ..Chat::default()
        });
        let place = self.chats.len() - 1;
        session.into_iter().for_each(|session| {
            self.sessions.insert(session, place);
        });
        place
    }

    fn login(&mut self, body: &Value) -> Answer {
        let subject = match body["email"].as_str() {
            Some("ann@example.com") => "ann",
            Some("bob@example.com") => "bob",
            Some(_) | None => return Answer::refusal(401, "invalid_credentials"),
        };
        let (access, refresh) = self.accounts.sign_in(subject);
        Answer::of(
            200,
            &json!({"access_token": access, "refresh_token": refresh, "expires_in": self.accounts.lifetime_s(),
                    "user": {"id": subject, "email": "v@example.com"}}),
        )
    }

    fn renew(&mut self, body: &Value) -> Answer {
        match body["refresh_token"]
            .as_str()
            .and_then(|token| self.accounts.refresh(token))
        {
            Some((access, refresh)) => Answer::of(
                200,
                &json!({"access_token": access, "refresh_token": refresh,
                        "expires_in": self.accounts.lifetime_s()}),
            ),
            None => Answer::refusal(401, "invalid_grant"),
        }
    }

    fn read(&mut self, path: &str, bearer: Option<&str>, url: &str) -> Answer {
        let subject = match self.caller(bearer) {
            Ok(subject) => subject,
            Err(answer) => return *answer,
        };
        let mut words = path.trim_start_matches("/chat/").split('/');
        let chat = words
            .next()
            .and_then(|id| self.chat_of(id))
            .and_then(|place| self.chats.get(place));
        let Some(chat) = chat.filter(|chat| !chat.is_gone) else {
            return Answer::of(404, &json!({"code": "chat_not_found", "message": "No such chat"}));
        };
        if chat.owner.is_some() && chat.owner != subject {
            return Answer::refusal(403, "insufficient_scope");
        }
        if words.next() != Some("messages") {
            return Answer::of(200, &json!({"chat_id": chat.id}));
        }
        if !self.manners.history {
            return Answer::of(404, &json!({"detail": "Not Found"}));
        }
        let after: u64 = url
            .split_once("after=")
            .and_then(|(_, rest)| rest.split('&').next()?.parse().ok())
            .unwrap_or_default();
        let page: Vec<_> = chat
            .said
            .iter()
            .filter(|said| said.seq > after)
            .take(50)
            .cloned()
            .collect();
        let next = page.last().map(|said| said.seq).filter(|_| page.len() == 50);
        let created = self.stamp();
        let item = |said: &super::Said| {
            let role = if said.is_visitor { "user" } else { "assistant" };
            let mut item = json!({"id": said.id, "role": role, "content": said.text,
                                  "created_at": created, "sequence_number": said.seq});
            if let Some(client) = said.client.as_ref().filter(|_| self.manners.dedup) {
                item["client_message_id"] = json!(client);
            }
            item
        };
        let mut body = json!({"items": page.iter().map(item).collect::<Vec<_>>()});
        next.into_iter().for_each(|next| body["next"] = json!(next));
        let mut answer = Answer::of(200, &body);
        let ours = page.iter().filter(|said| said.is_visitor);
        answer.history = ours.map(|said| id_of(&said.text).to_owned()).collect();
        answer
    }
}

/// The path behind the platform's own prefix.
fn path_of(url: &str) -> &str {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.find('/').map_or("/", |slash| path.split_at(slash).1);
    let path = path.split('?').next().unwrap_or_default();
    path.strip_prefix(concat!("/api", "/v1")).unwrap_or(path)
}

/// A visitor of a run begins every text with the id of its message; whatever a page put in front of it is no part of it.
pub(crate) fn id_of(text: &str) -> &str {
    let is_id = |word: &&str| {
        let number = word.strip_prefix('m').unwrap_or_default();
        !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit())
    };
    text.split(' ').find(is_id).unwrap_or_default()
}
