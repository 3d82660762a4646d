//! Error bodies and error frames: one parser for all of them (`platform.md` section 6).

use std::time::Duration;

use crate::{
    error::{ErrorCode, Stage},
    json::{self, Value},
    request::Reply,
};

/// What went wrong, as far as the platform said.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The stable code.
    pub code: ErrorCode,
    /// The platform's own words: plain text, at most 300 characters, without control characters.
    pub text: String,
    /// How long the platform asks to wait, clamped to 0–120 s.
    pub wait: Option<Duration>,
    /// The whole of a wait that is longer than that: asked of the visitor, not of a timer (row N7).
    pub busy: Option<Duration>,
    /// Whether the same request may be made again.
    pub retryable: bool,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The platform's id of the request, where it gave one.
    pub request_id: Option<String>,
}

impl Fault {
    /// A fault without words of the platform.
    #[must_use]
    pub const fn bare(code: ErrorCode, retryable: bool) -> Self {
        Self {
            code,
            text: String::new(),
            wait: None,
            busy: None,
            retryable,
            status: None,
            request_id: None,
        }
    }

    /// A call that failed without a status: network or server, never proof about CORS settings.
    #[must_use]
    pub const fn unreachable() -> Self {
        Self::bare(ErrorCode::NetworkUnreachableOrCors, true)
    }

    /// Reads the body of an answer that is no success.
    ///
    /// A body of no shape the platform writes is somebody else's: a portal, a proxy, a balancer.
    /// Such an answer proves nothing about tenant or token and is always worth another try.
    #[must_use]
    pub fn from_reply(stage: Stage, reply: &Reply) -> Self {
        let header_wait = reply
            .retry_after
            .as_deref()
            .and_then(|header| wait_of_text(header).or_else(|| wait_until(header, reply.date.as_deref()?)));
        let parsed = json::parse(&reply.body).ok().filter(is_platform_shape);
        let mut fault = match parsed {
            Some(body) => Self::classify(&Words::read(&body), Some(reply.status), stage),
            None => Self::bare(foreign_code(reply.status), reply.status != 501),
        };
        if fault.text.is_empty() {
            fault.text = plain(&reply.status_text);
        }
        fault.wait = header_wait.or(fault.wait);
        fault.busy = reply.retry_after.as_deref().and_then(long_wait);
        fault.status = Some(reply.status);
        fault.request_id = reply.request_id.clone().or(fault.request_id);
        fault
    }

    /// Reads the payload of an error frame; the frame's own `type` is never a code.
    pub(crate) fn from_frame(payload: &Value) -> Self {
        let mut fault = Self::classify(&Words::read(payload), None, Stage::Socket);
        if fault.code == ErrorCode::RateLimited && fault.wait.is_none() {
            fault.wait = Some(RATE_LIMIT_WAIT);
        }
        fault
    }

    fn classify(words: &Words, status: Option<u16>, stage: Stage) -> Self {
        let code = code_by_name(words.code.as_deref())
            .or_else(|| code_by_text(&words.text, status))
            .unwrap_or_else(|| code_by_status(status, stage));
        let retryable = !names_tenant(code) && words.retryable.unwrap_or_else(|| is_retryable(code, status));
        Self {
            code,
            text: plain(&words.text),
            wait: words.wait,
            busy: None,
            retryable,
            status,
            request_id: words.request_id.clone(),
        }
    }
}

/// The parts of an error body that mean something, from whichever family it is.
struct Words {
    code: Option<String>,
    text: String,
    wait: Option<Duration>,
    retryable: Option<bool>,
    request_id: Option<String>,
}

impl Words {
    fn read(body: &Value) -> Self {
        let code = [
            &["code"][..],
            &["error_code"],
            &["errorCode"],
            &["error", "code"],
            &["detail", "code"],
            &["type"],
        ]
        .iter()
        .find_map(|path| json::text_at(body, path))
        .map(str::to_ascii_lowercase);
        let text = json::text_at(body, &["message"])
            .or_else(|| json::text_at(body, &["detail"]))
            .map(str::to_owned)
            .or_else(|| listed_details(body))
            .or_else(|| json::text_at(body, &["detail", "message"]).map(str::to_owned))
            .or_else(|| {
                body.get("errors")?
                    .as_list()?
                    .first()?
                    .as_str()
                    .map(str::to_owned)
            })
            .or_else(|| json::text_at(body, &["error"]).map(str::to_owned))
            .or_else(|| json::text_at(body, &["error", "message"]).map(str::to_owned))
            .unwrap_or_default();
        let wait = [
            &["retry_after"][..],
            &["retryAfter"],
            &["details", "retry_after"],
            &["details", "retryAfter"],
            &["data", "retry_after"],
            &["data", "retryAfter"],
        ]
        .iter()
        .find_map(|path| json::at(body, path).and_then(wait_of));
        Self {
            code,
            text,
            wait,
            retryable: body.get("retryable").and_then(Value::as_bool),
            request_id: [&["meta", "request_id"], &["meta", "requestId"]]
                .iter()
                .find_map(|path| json::text_at(body, *path))
                .map(str::to_owned),
        }
    }
}

/// `detail:[{loc,msg}]` as "field: message; field: message".
fn listed_details(body: &Value) -> Option<String> {
    let list = body.get("detail")?.as_list()?;
    let lines = list.iter().filter_map(|item| {
        let message = item.get("msg")?.as_str()?;
        let place: Vec<&str> = item
            .get("loc")
            .and_then(Value::as_list)
            .map(|loc| {
                loc.iter()
                    .filter_map(Value::as_str)
                    .filter(|part| *part != "body")
                    .collect()
            })
            .unwrap_or_default();
        Some(if place.is_empty() {
            message.to_owned()
        } else {
            format!("{}: {message}", place.join("."))
        })
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// Whether the body is one the platform writes.
fn is_platform_shape(body: &Value) -> bool {
    [
        "success",
        "detail",
        "code",
        "error",
        "error_code",
        "errorCode",
        "errors",
    ]
    .iter()
    .any(|key| body.get(key).is_some())
}

fn code_by_name(name: Option<&str>) -> Option<ErrorCode> {
    Some(match name? {
        "tenant_not_found" => ErrorCode::TenantNotFound,
        "tenant_mismatch" | "tenant_access_denied" => ErrorCode::TenantDenied,
        "auth_required" => ErrorCode::AuthRequired,
        "invalid_token" | "invalid_grant" | "token_expired" => ErrorCode::AuthExpired,
        "invalid_credentials" | "email_taken" => ErrorCode::AuthInvalidCredentials,
        "insufficient_scope" => ErrorCode::AuthForbidden,
        "rate_limit_exceeded" | "rate_limit_error" => ErrorCode::RateLimited,
        "schema_unavailable" | "db_not_ready" => ErrorCode::PlatformStarting,
        "ai_processing_error" => ErrorCode::PlatformError,
        "message_validation_error" | "unknown_type" => ErrorCode::MessageRejected,
        "chat_not_found" => ErrorCode::ChatGone,
        _ => return None,
    })
}

/// The brief's three tenant sentences, the tenant named by a status, and a database that is not there yet.
fn code_by_text(text: &str, status: Option<u16>) -> Option<ErrorCode> {
    let text = text.to_ascii_lowercase();
    let has = |part: &str| text.contains(part);
    if has("tenant id not found") {
        return Some(ErrorCode::TenantMissingHeader);
    }
    if has("tenant not found") {
        return Some(ErrorCode::TenantNotFound);
    }
    if has("tenant access denied") {
        return Some(ErrorCode::TenantDenied);
    }
    match status {
        // A relation may be called after tenants, but no tenant is called a relation.
        Some(500) if has("relation") => Some(ErrorCode::PlatformStarting),
        Some(400 | 422 | 500) if has("tenant") => Some(ErrorCode::TenantMissingHeader),
        Some(403) if has("tenant") => Some(ErrorCode::TenantDenied),
        Some(500) if has("does not exist") => Some(ErrorCode::PlatformStarting),
        _ => None,
    }
}

/// The status alone; every pair of status and stage is a row of `docs/PROTOCOL.md`.
fn code_by_status(status: Option<u16>, stage: Stage) -> ErrorCode {
    use Stage::{Answer, Auth, Create, History, Join, Refresh, Send, Socket};
    match (status, stage) {
        (Some(400 | 401 | 409 | 422), Auth) => ErrorCode::AuthInvalidCredentials,
        (Some(400 | 401), Refresh) => ErrorCode::AuthExpired,
        (Some(401), _) => ErrorCode::AuthRequired,
        (Some(403), _) => ErrorCode::AuthForbidden,
        (Some(404 | 405 | 410 | 501), Create) => ErrorCode::ChatCreateFailed,
        (Some(404 | 410), Answer | History | Join | Send | Socket) => ErrorCode::ChatGone,
        (Some(400 | 413 | 415 | 422), Create) => ErrorCode::ChatInvalidRequest,
        (Some(400 | 413 | 415 | 422), Answer | Join | Send | Socket) => ErrorCode::MessageRejected,
        (Some(429), _) => ErrorCode::RateLimited,
        (Some(503), _) => ErrorCode::PlatformStarting,
        (Some(_) | None, _) => ErrorCode::PlatformError,
    }
}

/// The code of an answer that is not the platform's: only a server error looks like the platform's own trouble.
const fn foreign_code(status: u16) -> ErrorCode {
    match status {
        429 => ErrorCode::RateLimited,
        511 => ErrorCode::NetworkCaptivePortal,
        503 => ErrorCode::PlatformStarting,
        500.. => ErrorCode::PlatformError,
        _ => ErrorCode::NetworkCaptivePortal,
    }
}

/// Whether a code speaks of the tenant: such an error is never repeated, whatever else the body says (section 5.3).
const fn names_tenant(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::TenantDenied | ErrorCode::TenantMissingHeader | ErrorCode::TenantNotFound
    )
}

/// Section 5.3 and `faults.md` section 3.0: any 5xx but 501, a rate limit, a platform that starts, and a 409 of a call
/// that is still running; one that refuses a sign-in is an address already taken.
const fn is_retryable(code: ErrorCode, status: Option<u16>) -> bool {
    if matches!(code, ErrorCode::PlatformStarting | ErrorCode::RateLimited) {
        return true;
    }
    let is_taken = matches!(code, ErrorCode::AuthInvalidCredentials) && matches!(status, Some(409));
    !is_taken && matches!(status, Some(408 | 409 | 425 | 500 | 502..=599))
}

/// A wait hint in seconds, as a number or a text.
fn wait_of(value: &Value) -> Option<Duration> {
    match value.as_f64() {
        Some(seconds) => Some(Duration::from_millis(
            (seconds.clamp(0.0, MAX_WAIT_SECONDS as f64) * 1000.0) as u64,
        )),
        None => wait_of_text(value.as_str()?),
    }
}

/// A wait hint is at most two minutes and never negative; what is no number is no hint (row P22).
///
/// Read by digits: the standard library's float parser brings ten kilobytes of tables into the download.
fn wait_of_text(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (is_negative, digits) = text
        .strip_prefix('-')
        .map_or((false, text), |digits| (true, digits));
    let whole = digits.split(['.', 'e', 'E']).next()?;
    let is_number = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-');
    if whole.is_empty() || !whole.bytes().all(|b| b.is_ascii_digit()) || !digits.bytes().all(is_number) {
        return None;
    }
    // More digits than fit, or an exponent, are far above the cap anyway.
    let seconds = if digits.contains(['e', 'E']) {
        MAX_WAIT_SECONDS
    } else {
        whole.parse().unwrap_or(MAX_WAIT_SECONDS)
    };
    Some(Duration::from_secs(if is_negative {
        0
    } else {
        seconds.min(MAX_WAIT_SECONDS)
    }))
}

/// A wait until a date, by the clock of whoever wrote it: the visitor's own may be hours off (row N6).
fn wait_until(end: &str, now: &str) -> Option<Duration> {
    let seconds = json::http_seconds(end)? - json::http_seconds(now)?;
    let seconds = u64::try_from(seconds).unwrap_or(0);
    Some(Duration::from_secs(seconds.min(MAX_WAIT_SECONDS)))
}

/// The wait of a header where it is longer than a timer is set for; beyond a week nobody means it.
fn long_wait(header: &str) -> Option<Duration> {
    let seconds: u64 = header.trim().parse().ok()?;
    (MAX_WAIT_SECONDS + 1..=A_WEEK)
        .contains(&seconds)
        .then(|| Duration::from_secs(seconds))
}

/// Words of the platform as they may be shown: without control characters, at most 300 characters.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(300)
        .collect()
}

/// The longest wait a timer is set for.
const MAX_WAIT_SECONDS: u64 = 120;
const A_WEEK: u64 = 7 * 24 * 3600;

/// The documented default of a rate limit without a hint (`platform.md` section 7).
const RATE_LIMIT_WAIT: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, body: &str, code: ErrorCode, retryable: bool, text: &str) {
        let reply = Reply {
            status,
            body: body.to_owned(),
            ..Reply::default()
        };
        let fault = Fault::from_reply(Stage::Create, &reply);
        assert_eq!(
            (fault.code, fault.retryable, fault.text.as_str()),
            (code, retryable, text),
            "{status} {body}"
        );
    }

    #[test]
    fn every_family_has_its_code() {
        use ErrorCode::{
            AuthForbidden, AuthRequired, ChatCreateFailed, ChatInvalidRequest, NetworkCaptivePortal,
            PlatformError, PlatformStarting, RateLimited, TenantDenied, TenantMissingHeader, TenantNotFound,
        };
        let list = r#"{"detail":[{"loc":["body","session_id"],"msg":"field required","type":"value_error.missing"}]}"#;
        check(422, list, ChatInvalidRequest, false, "session_id: field required");
        check(
            500,
            r#"{"detail":"Tenant ID not found in request"}"#,
            TenantMissingHeader,
            false,
            "Tenant ID not found in request",
        );
        check(
            500,
            r#"{"error":"Tenant ID not found in request"}"#,
            TenantMissingHeader,
            false,
            "Tenant ID not found in request",
        );
        let relation = r#"{"detail":"relation \"chats\" does not exist"}"#;
        check(
            500,
            relation,
            PlatformStarting,
            true,
            "relation \"chats\" does not exist",
        );
        check(
            401,
            r#"{"success":false,"message":"Login","error_code":"AUTH_REQUIRED"}"#,
            AuthRequired,
            false,
            "Login",
        );
        check(
            404,
            r#"{"message":"Tenant not found","error_code":"TENANT_NOT_FOUND"}"#,
            TenantNotFound,
            false,
            "Tenant not found",
        );
        check(
            403,
            r#"{"detail":"Tenant access denied"}"#,
            TenantDenied,
            false,
            "Tenant access denied",
        );
        check(
            403,
            r#"{"detail":{"code":"insufficient_scope","message":"No"}}"#,
            AuthForbidden,
            false,
            "No",
        );
        check(
            503,
            r#"{"code":"db_not_ready","message":"Starting"}"#,
            PlatformStarting,
            true,
            "Starting",
        );
        check(
            503,
            r#"{"detail":"Busy","type":"platform","code":"x","retryable":false}"#,
            PlatformStarting,
            false,
            "Busy",
        );
        check(
            404,
            r#"{"detail":"Not Found"}"#,
            ChatCreateFailed,
            false,
            "Not Found",
        );
        check(
            429,
            r#"{"success":false,"errors":["Too many"]}"#,
            RateLimited,
            true,
            "Too many",
        );
        check(
            502,
            "<html><h1>502 Bad Gateway</h1></html>",
            PlatformError,
            true,
            "",
        );
        check(200, "<html>Welcome</html>", NetworkCaptivePortal, true, "");
        check(403, "<html>Sign in</html>", NetworkCaptivePortal, true, "");
        check(500, "", PlatformError, true, "");
    }

    #[test]
    fn wait_hints_are_clamped_and_the_header_wins() {
        let wait = |header: Option<&str>, body: &str| {
            let reply = Reply {
                status: 429,
                body: body.to_owned(),
                retry_after: header.map(str::to_owned),
                ..Reply::default()
            };
            Fault::from_reply(Stage::Create, &reply).wait
        };
        let nested = r#"{"success":false,"error_code":"RATE_LIMIT_EXCEEDED","details":{"retry_after":17}}"#;
        assert_eq!(wait(None, nested), Some(Duration::from_secs(17)));
        assert_eq!(wait(Some("30"), nested), Some(Duration::from_secs(30)));
        assert_eq!(wait(Some("soon"), nested), Some(Duration::from_secs(17)));
        for (hint, seconds) in [
            ("-1", Some(0)),
            ("1e12", Some(120)),
            ("\"soon\"", None),
            ("null", None),
            ("\"5\"", Some(5)),
        ] {
            let body = format!(r#"{{"detail":"m","retry_after":{hint}}}"#);
            assert_eq!(wait(None, &body), seconds.map(Duration::from_secs), "{hint}");
        }
    }

    #[test]
    fn words_of_the_platform_are_short_and_plain() {
        let reply = Reply {
            status: 500,
            body: format!(r#"{{"detail":"a\n{}"}}"#, "b".repeat(999)),
            ..Reply::default()
        };
        let text = Fault::from_reply(Stage::Create, &reply).text;
        assert_eq!((text.chars().count(), text.starts_with("a b")), (300, true));
    }
}
