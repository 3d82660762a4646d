//! REST calls. None can be built without a tenant: the only way to a [`Request`] is a [`Caller`].

use std::time::Duration;

use crate::{
    endpoint::{Endpoints, Probe, SlashForm},
    ids::{ChatId, SessionId, TenantId, VisitorId},
    json::Object,
};

/// Who calls and where: the endpoints and the tenant every request carries.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Where the platform lives.
    pub endpoints: Endpoints,
    /// On every call, probes included.
    pub tenant: TenantId,
}

impl Caller {
    /// One readiness probe.
    #[must_use]
    pub fn readiness(&self, probe: Probe) -> Request {
        self.get(self.endpoints.readiness(probe), HTTP_DEADLINE)
    }

    /// Chat creation: idempotent on the session id, so every repeat carries the same body (section 5.1).
    #[must_use]
    pub fn create_chat(&self, form: SlashForm, session: &SessionId, visitor: &VisitorId) -> Request {
        let body = Object::new()
            .text("session_id", session.as_str())
            .text("visitor_id", visitor.as_str())
            .text("tenant_id", self.tenant.as_str())
            .text("title", CHAT_TITLE);
        Request {
            method: Method::Post,
            url: self.endpoints.create_chat(form),
            tenant: self.tenant.clone(),
            body: Some(body.end()),
            deadline: HTTP_DEADLINE,
        }
    }

    /// One page of earlier messages (capability `history`).
    #[must_use]
    pub fn messages(&self, chat: &ChatId, after: u64) -> Request {
        self.get(self.endpoints.messages(chat, after), HISTORY_DEADLINE)
    }

    fn get(&self, url: String, deadline: Duration) -> Request {
        Request {
            method: Method::Get,
            url,
            tenant: self.tenant.clone(),
            body: None,
            deadline,
        }
    }
}

/// One call as the browser should make it: no cookies, no cache, no redirect followed.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The HTTP method.
    pub method: Method,
    /// The full URL.
    pub url: String,
    /// The body, always JSON.
    pub body: Option<String>,
    /// How long the whole call may take, from its start to the last byte of the answer.
    pub deadline: Duration,
    tenant: TenantId,
}

impl Request {
    /// The headers: the tenant always, the content type only with a body (on a GET it costs a preflight).
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let content_type = self.body.as_ref().map(|_| ("Content-Type", "application/json"));
        std::iter::once(("X-Tenant-ID", self.tenant.as_str())).chain(content_type)
    }
}

/// The HTTP methods in use.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
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

    #[test]
    fn every_call_carries_the_tenant_and_only_bodies_a_content_type() {
        let caller = Caller {
            endpoints: Endpoints::new(None, None).unwrap(),
            tenant: TenantId::parse("miptech-company").unwrap(),
        };
        let session = SessionId::parse("test_session_123").unwrap();
        let visitor = VisitorId::parse("test_visitor_123").unwrap();
        let chat = ChatId::parse("c1").unwrap();
        let create = caller.create_chat(SlashForm::Bare, &session, &visitor);
        let tenant = ("X-Tenant-ID", "miptech-company");
        assert_eq!(
            create.headers().collect::<Vec<_>>(),
            [tenant, ("Content-Type", "application/json")]
        );
        for probe in Probe::ORDER {
            assert_eq!(caller.readiness(probe).headers().collect::<Vec<_>>(), [tenant]);
        }
        assert_eq!(caller.messages(&chat, 0).headers().collect::<Vec<_>>(), [tenant]);
        let body: serde_json::Value = serde_json::from_str(&create.body.unwrap()).unwrap();
        assert_eq!(
            body,
            json!({"session_id": "test_session_123", "visitor_id": "test_visitor_123",
                   "tenant_id": "miptech-company", "title": "Website Chat Session"})
        );
    }
}
