//! REST calls. None can be built without a tenant: the only way to a [`Request`] is a [`Caller`].

use std::{fmt, time::Duration};

use crate::{
    endpoint::{AccountCall, Endpoints, Probe, SlashForm},
    ids::{ChatId, MessageId, SessionId, TenantId, VisitorId},
    json::Object,
    token::Token,
};

/// Who calls and where: the endpoints and the tenant every request carries.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where the platform lives.
    pub endpoints: Endpoints,
    /// On every call, probes included.
    pub tenant: TenantId,
}

/// What a chat is created with, identical in every repeat (section 5.1).
#[derive(Clone, Copy, Debug)]
pub struct NewChat<'a> {
    /// The idempotency key.
    pub session: &'a SessionId,
    /// The visitor.
    pub visitor: &'a VisitorId,
    /// Facts of the page: the text of a JSON object that is not empty.
    pub context: Option<&'a str>,
}

/// What a visitor types to sign in or register.
#[derive(Clone, PartialEq)]
pub struct Credentials {
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// With a name an account is made, without one the visitor signs in to theirs.
    pub account: Account,
}

/// Whether an account exists already.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Account {
    /// It does.
    Existing,
    /// It is to be made, for a person of this name; the name may be empty.
    New {
        /// The person's full name.
        full_name: String,
    },
}

impl fmt::Debug for Credentials {
    /// Leaves out what the visitor typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl Caller {
    /// One readiness probe.
    #[must_use]
    pub fn readiness(&self, probe: Probe) -> Request {
        self.request(Method::Get, self.endpoints.readiness(probe), HTTP_DEADLINE)
    }

    /// Chat creation: idempotent on the session id, so every repeat carries the same body.
    #[must_use]
    pub fn create_chat(&self, form: SlashForm, chat: &NewChat<'_>) -> Request {
        let body = Object::new()
            .text("session_id", chat.session.as_str())
            .text("visitor_id", chat.visitor.as_str())
            .text("tenant_id", self.tenant.as_str())
            .text("title", CHAT_TITLE);
        let body = match chat.context {
            Some(context) => body.raw("context", context),
            None => body,
        };
        self.request(Method::Post, self.endpoints.create_chat(form), HTTP_DEADLINE)
            .with_body(body)
    }

    /// Asks whether a chat still exists.
    #[must_use]
    pub fn chat(&self, chat: &ChatId) -> Request {
        self.request(Method::Get, self.endpoints.chat(chat), HTTP_DEADLINE)
    }

    /// Deletes a chat (capability `erase`).
    #[must_use]
    pub fn erase_chat(&self, chat: &ChatId) -> Request {
        self.request(Method::Delete, self.endpoints.chat(chat), HTTP_DEADLINE)
    }

    /// One page of earlier messages (capability `history`).
    #[must_use]
    pub fn messages(&self, chat: &ChatId, after: u64) -> Request {
        self.request(
            Method::Get,
            self.endpoints.messages(chat, after),
            HISTORY_DEADLINE,
        )
    }

    /// What the visitor thinks of an answer (capability `feedback`).
    #[must_use]
    pub fn feedback(
        &self,
        chat: &ChatId,
        message: &MessageId,
        value: Feedback,
        reason: Option<&str>,
    ) -> Request {
        let body = Object::new().text("value", value.as_str());
        let body = match reason {
            Some(reason) => body.text("reason", reason),
            None => body,
        };
        self.request(
            Method::Post,
            self.endpoints.feedback(chat, message),
            HTTP_DEADLINE,
        )
        .with_body(body)
    }

    /// Signs in, or makes an account (section 8).
    #[must_use]
    pub fn sign_in(&self, credentials: &Credentials) -> Request {
        let body = Object::new()
            .text("email", &credentials.email)
            .text("password", &credentials.password);
        let (call, body) = match &credentials.account {
            Account::Existing => (AccountCall::Login, body),
            Account::New { full_name } => (AccountCall::Register, body.text("full_name", full_name)),
        };
        self.account(call)
            .with_body(body.text("tenant_id", self.tenant.as_str()))
    }

    /// Buys the next pair of tokens; the refresh token goes in the body and nowhere else.
    #[must_use]
    pub fn refresh(&self, token: &Token) -> Request {
        let body = Object::new().text("refresh_token", token.as_str());
        self.account(AccountCall::Refresh).with_body(body)
    }

    /// Signs out on the platform.
    #[must_use]
    pub fn sign_out(&self, token: &Token) -> Request {
        self.account(AccountCall::Logout).with_token(Some(token))
    }

    /// Asks who is signed in.
    #[must_use]
    pub fn me(&self, token: &Token) -> Request {
        self.account(AccountCall::Me).with_token(Some(token))
    }

    fn account(&self, call: AccountCall) -> Request {
        let method = match call {
            AccountCall::Me => Method::Get,
            AccountCall::Login | AccountCall::Logout | AccountCall::Refresh | AccountCall::Register => {
                Method::Post
            }
        };
        self.request(method, self.endpoints.account(call), HTTP_DEADLINE)
    }

    fn request(&self, method: Method, url: String, deadline: Duration) -> Request {
        Request {
            method,
            url,
            tenant: self.tenant.clone(),
            bearer: None,
            body: None,
            deadline,
        }
    }
}

/// What the visitor thinks of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Feedback {
    /// Not helpful.
    Down,
    /// Helpful.
    Up,
}

impl Feedback {
    /// The value on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::Up => "up",
        }
    }
}

/// One call as the browser should make it: no cookies, no cache, no redirect followed.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The full URL; never holds a token.
    pub url: String,
    /// The body, always JSON.
    pub body: Option<String>,
    /// How long the whole call may take, from its start to the last byte of the answer.
    pub deadline: Duration,
    tenant: TenantId,
    bearer: Option<String>,
}

impl Request {
    /// The same call in the name of whoever holds the token.
    #[must_use]
    pub fn with_token(mut self, token: Option<&Token>) -> Self {
        self.bearer = token.map(|token| format!("Bearer {}", token.as_str()));
        self
    }

    fn with_body(mut self, body: Object) -> Self {
        self.body = Some(body.end());
        self
    }

    /// The headers: the tenant always, the content type only with a body (on a GET it costs a preflight),
    /// the authorization only where a token is held.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let content_type = self.body.as_ref().map(|_| ("Content-Type", "application/json"));
        let authorization = self.bearer.as_deref().map(|bearer| ("Authorization", bearer));
        std::iter::once(("X-Tenant-ID", self.tenant.as_str()))
            .chain(content_type)
            .chain(authorization)
    }
}

impl fmt::Debug for Request {
    /// Leaves out the body and the token: the first may hold a password or what the visitor wrote.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// The HTTP methods in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Removes.
    Delete,
    /// Reads.
    Get,
    /// Creates.
    Post,
}

impl Method {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What came back: a status and the text of the body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The words of the status line; empty over HTTP/2.
    pub status_text: String,
    /// The body as text; empty where it could not be read.
    pub body: String,
    /// `Retry-After`, where the browser lets us read it.
    pub retry_after: Option<String>,
    /// `Date`, where the browser lets us read it: the clock a `Retry-After` with a date is measured by.
    pub date: Option<String>,
    /// `X-Request-ID`, where the browser lets us read it.
    pub request_id: Option<String>,
}

impl Reply {
    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

/// The title of every chat we create (section 5.1).
const CHAT_TITLE: &str = "Website Chat Session";

/// Wall total of a create or probe call (`faults.md` section 6.2).
const HTTP_DEADLINE: Duration = Duration::from_secs(10);

/// Wall total of a history read (`faults.md` section 6.2).
const HISTORY_DEADLINE: Duration = Duration::from_secs(15);

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use serde_json::json;

    use super::*;

    fn caller() -> Caller {
        Caller {
            endpoints: Endpoints::new(None, None).unwrap(),
            tenant: TenantId::parse("miptech-company").unwrap(),
        }
    }

    fn sent(request: &Request) -> serde_json::Value {
        serde_json::from_str(request.body.as_deref().unwrap()).unwrap()
    }

    const TENANT: (&str, &str) = ("X-Tenant-ID", "miptech-company");
    const JSON: (&str, &str) = ("Content-Type", "application/json");
    const BEARER: (&str, &str) = ("Authorization", "Bearer A");

    #[test]
    fn every_call_carries_the_tenant_and_only_bodies_a_content_type() {
        let session = SessionId::parse("test_session_123").unwrap();
        let visitor = VisitorId::parse("test_visitor_123").unwrap();
        let (chat, message) = (ChatId::parse("c1").unwrap(), MessageId::parse("a1").unwrap());
        let token = Token::parse("A").unwrap();
        let caller = caller();
        let new = NewChat {
            session: &session,
            visitor: &visitor,
            context: Some(r#"{"page_url":"https://a.example/"}"#),
        };
        let create = caller.create_chat(SlashForm::Bare, &new);
        let body = sent(&create);
        assert_eq!(
            body,
            json!({"session_id": "test_session_123", "visitor_id": "test_visitor_123",
                   "tenant_id": "miptech-company", "title": "Website Chat Session",
                   "context": {"page_url": "https://a.example/"}})
        );
        for probe in Probe::ORDER {
            assert_eq!(caller.readiness(probe).headers().collect::<Vec<_>>(), [TENANT]);
        }
        for call in [
            caller.messages(&chat, 0),
            caller.chat(&chat),
            caller.erase_chat(&chat),
        ] {
            assert_eq!(call.headers().collect::<Vec<_>>(), [TENANT]);
            let call = call.with_token(Some(&token));
            assert_eq!(call.headers().collect::<Vec<_>>(), [TENANT, BEARER]);
        }
        let feedback = caller.feedback(&chat, &message, Feedback::Up, Some("clear"));
        assert_eq!(sent(&feedback), json!({"value": "up", "reason": "clear"}));
        for call in [create, feedback] {
            assert_eq!(call.headers().collect::<Vec<_>>(), [TENANT, JSON]);
        }
    }

    #[test]
    fn account_calls_are_as_the_contract_writes_them() {
        let caller = caller();
        let token = Token::parse("A").unwrap();
        let mut credentials = Credentials {
            email: "a@b.c".to_owned(),
            password: "pä\"ss".to_owned(),
            account: Account::Existing,
        };
        let login = caller.sign_in(&credentials);
        assert!(login.url.ends_with("/api/v1/auth/login"));
        assert_eq!(
            sent(&login),
            json!({"email": "a@b.c", "password": "pä\"ss", "tenant_id": "miptech-company"})
        );
        credentials.account = Account::New {
            full_name: "Ann".to_owned(),
        };
        let register = caller.sign_in(&credentials);
        assert!(register.url.ends_with("/api/v1/auth/register"));
        assert_eq!(
            sent(&register),
            json!({"email": "a@b.c", "password": "pä\"ss", "full_name": "Ann", "tenant_id": "miptech-company"})
        );
        let refresh = caller.refresh(&token);
        assert_eq!(sent(&refresh), json!({"refresh_token": "A"}));
        assert_eq!(refresh.headers().collect::<Vec<_>>(), [TENANT, JSON]);
        for (call, method) in [
            (caller.sign_out(&token), Method::Post),
            (caller.me(&token), Method::Get),
        ] {
            assert_eq!((call.method, call.body.clone()), (method, None));
            assert_eq!(call.headers().collect::<Vec<_>>(), [TENANT, BEARER]);
        }
    }

    #[test]
    fn what_is_secret_is_never_printed() {
        let token = Token::parse("canary-token").unwrap();
        let credentials = Credentials {
            email: "canary@b.c".to_owned(),
            password: "canary-word".to_owned(),
            account: Account::Existing,
        };
        let caller = caller();
        for call in [
            caller.refresh(&token),
            caller.me(&token),
            caller.sign_in(&credentials),
        ] {
            assert!(
                !format!("{call:?} {credentials:?}").contains("canary"),
                "{}",
                call.url
            );
        }
    }
}
