//! Every family of error bodies and every sentence about the tenant, as the visitor and the integrator get them.

#![cfg(not(target_arch = "wasm32"))]

use std::time::Duration;

use miptech_chat_protocol::{
    account::Tokens,
    body::{CreatedChat, HistoryPage},
    error::{ErrorCode, Stage},
    fault::Fault,
    request::Reply,
};

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status,
        body: body.to_owned(),
        ..Reply::default()
    }
}

fn at_creation(status: u16, body: &str) -> Fault {
    let Err(fault) = CreatedChat::read(&reply(status, body)) else {
        panic!("{status} {body}: a chat")
    };
    fault
}

/// Code, repeatability and words of an answer to `POST /chat`.
fn check(status: u16, body: &str, code: ErrorCode, retryable: bool, text: &str) {
    let fault = at_creation(status, body);
    assert_eq!(
        (fault.code, fault.retryable, fault.text.as_str(), fault.status),
        (code, retryable, text, Some(status)),
        "{status} {body}"
    );
}

#[test]
fn a_missing_tenant_header_is_named_in_every_form_it_takes() {
    let sentence = "Tenant ID not found in request";
    for status in [400, 401, 404, 422, 500, 503] {
        for body in [
            format!(r#"{{"detail":"{sentence}"}}"#),
            format!(r#"{{"error":"{sentence}"}}"#),
            format!(r#"{{"success":false,"message":"{}"}}"#, sentence.to_uppercase()),
            format!(r#"{{"success":false,"errors":["{sentence}"]}}"#),
            format!(r#"{{"error":{{"message":"{sentence}"}}}}"#),
            format!(r#"{{"detail":{{"message":"{sentence}"}}}}"#),
        ] {
            let fault = at_creation(status, &body);
            assert_eq!(
                (fault.code, fault.retryable),
                (ErrorCode::TenantMissingHeader, false),
                "{status} {body}"
            );
        }
    }
    let help = ErrorCode::TenantMissingHeader.help();
    assert!(help.starts_with(
        "Missing tenant ID in request headers. Please ensure the X-Tenant-ID header is included"
    ));
    assert!(help.contains("tenantId"));
}

#[test]
fn a_400_422_or_500_that_names_the_tenant_is_a_missing_header() {
    let list = r#"{"detail":[{"loc":["header","X-Tenant-ID"],"msg":"field required","type":"value_error.missing"}]}"#;
    let text = "header.X-Tenant-ID: field required";
    for status in [400, 422, 500] {
        check(status, list, ErrorCode::TenantMissingHeader, false, text);
        check(
            status,
            r#"{"detail":"No TENANT given"}"#,
            ErrorCode::TenantMissingHeader,
            false,
            "No TENANT given",
        );
    }
    check(
        404,
        r#"{"detail":"No tenant given"}"#,
        ErrorCode::ChatCreateFailed,
        false,
        "No tenant given",
    );
}

#[test]
fn an_unknown_tenant_is_told_by_its_code_and_by_its_sentence() {
    for (status, body) in [
        (
            404,
            r#"{"success":false,"message":"x","error_code":"TENANT_NOT_FOUND","details":{"tenant_id":"x"}}"#,
        ),
        (404, r#"{"detail":"Tenant not found"}"#),
        (
            200,
            r#"{"success":false,"message":"No","error_code":"tenant_not_found"}"#,
        ),
        (500, r#"{"error":"TENANT NOT FOUND"}"#),
        (403, r#"{"detail":{"code":"TENANT_NOT_FOUND","message":"x"}}"#),
    ] {
        let fault = at_creation(status, body);
        assert_eq!(
            (fault.code, fault.retryable),
            (ErrorCode::TenantNotFound, false),
            "{status} {body}"
        );
    }
    let help = ErrorCode::TenantNotFound.help();
    assert!(
        help.starts_with("Tenant not found in platform database. Please verify your tenant configuration")
    );
}

#[test]
fn a_tenant_without_access_is_told_by_code_sentence_and_status() {
    for (status, body) in [
        (403, r#"{"detail":"Tenant access denied"}"#),
        (401, r#"{"detail":"tenant access denied"}"#),
        (403, r#"{"code":"tenant_mismatch","message":"x"}"#),
        (403, r#"{"detail":"This origin is not the tenant's"}"#),
        (403, r#"{"code":"brand_new","message":"Tenant suspended"}"#),
    ] {
        let fault = at_creation(status, body);
        assert_eq!(
            (fault.code, fault.retryable),
            (ErrorCode::TenantDenied, false),
            "{status} {body}"
        );
    }
    assert_eq!(
        ErrorCode::TenantDenied.help(),
        "Access denied for tenant. Please check your permissions."
    );
}

#[test]
fn a_call_without_a_status_names_both_causes_and_blames_neither() {
    let fault = Fault::unreachable();
    assert_eq!(
        (fault.code, fault.retryable, fault.status),
        (ErrorCode::NetworkUnreachableOrCors, true, None)
    );
    let help = fault.code.help();
    assert!(help.contains("X-Tenant-ID") && help.contains("before it could add CORS headers"));
    assert!(help.contains("this page's origin is not in the platform's list of allowed origins"));
}

#[test]
fn each_family_of_bodies_gives_its_words() {
    use ErrorCode::{
        AuthForbidden, AuthRequired, ChatInvalidRequest, PlatformError, PlatformStarting, RateLimited,
    };
    let two = r#"{"detail":[{"loc":["body","session_id"],"msg":"too short"},{"loc":["body","context","page_url"],"msg":"no URL"},{"msg":"odd"}]}"#;
    check(
        422,
        two,
        ChatInvalidRequest,
        false,
        "session_id: too short; context.page_url: no URL; odd",
    );
    check(
        400,
        r#"{"detail":"visitor_id missing"}"#,
        ChatInvalidRequest,
        false,
        "visitor_id missing",
    );
    check(
        401,
        r#"{"success":false,"errors":["Login first","x"],"error_code":"AUTH_REQUIRED"}"#,
        AuthRequired,
        false,
        "Login first",
    );
    check(
        503,
        r#"{"code":"schema_unavailable","message":"Starting"}"#,
        PlatformStarting,
        true,
        "Starting",
    );
    check(
        500,
        r#"{"code":"DB_NOT_READY","message":"Starting"}"#,
        PlatformStarting,
        true,
        "Starting",
    );
    check(
        500,
        r#"{"detail":"Table chats does not exist"}"#,
        PlatformStarting,
        true,
        "Table chats does not exist",
    );
    check(
        500,
        r#"{"detail":"relation \"tenants\" does not exist"}"#,
        PlatformStarting,
        true,
        r#"relation "tenants" does not exist"#,
    );
    check(
        502,
        r#"{"error":"Upstream","details":{"message":"no"}}"#,
        PlatformError,
        true,
        "Upstream",
    );
    check(
        403,
        r#"{"error":{"code":"insufficient_scope","message":"No"}}"#,
        AuthForbidden,
        false,
        "No",
    );
    check(
        429,
        r#"{"error":{"message":"Slow down"}}"#,
        RateLimited,
        true,
        "Slow down",
    );
}

#[test]
fn what_a_body_says_of_repeating_beats_the_status() {
    use ErrorCode::{ChatInvalidRequest, PlatformError, PlatformStarting, TenantNotFound};
    check(
        503,
        r#"{"detail":"Busy","retryable":false}"#,
        PlatformStarting,
        false,
        "Busy",
    );
    check(
        422,
        r#"{"detail":"Later","retryable":true}"#,
        ChatInvalidRequest,
        true,
        "Later",
    );
    check(
        500,
        r#"{"detail":"x","retryable":"false"}"#,
        PlatformError,
        true,
        "x",
    );
    // Nothing helps against a wrong tenant, so not even the platform's own word does.
    check(
        503,
        r#"{"detail":"Tenant not found","retryable":true}"#,
        TenantNotFound,
        false,
        "Tenant not found",
    );
}

#[test]
fn what_is_not_the_platforms_proves_nothing() {
    use ErrorCode::{NetworkCaptivePortal, PlatformError, PlatformStarting, RateLimited};
    for body in [
        "",
        "<html><h1>Sign in to the hotel</h1></html>",
        "Bad Gateway",
        "null",
        "[]",
        "7",
        r#"{"portal":"hotel"}"#,
        r#"{"status":"blocked"}"#,
    ] {
        for status in [200, 204, 301, 400, 401, 403, 404, 410, 422, 511] {
            check(status, body, NetworkCaptivePortal, true, "");
        }
        check(429, body, RateLimited, true, "");
        for status in [500, 502, 504, 599] {
            check(status, body, PlatformError, true, "");
        }
        check(501, body, PlatformError, false, "");
        check(503, body, PlatformStarting, true, "");
    }
}

#[test]
fn words_of_the_status_line_stand_in_where_the_body_has_none() {
    let reply = Reply {
        status_text: "Bad\u{7f}Gateway".to_owned(),
        ..reply(502, "<html>")
    };
    assert_eq!(Fault::from_reply(Stage::Create, &reply).text, "Bad Gateway");
}

#[test]
fn a_success_that_says_it_is_none_is_an_error() {
    let body =
        r#"{"success":false,"message":"No","error_code":"RATE_LIMIT_EXCEEDED","details":{"retry_after":9}}"#;
    let fault = at_creation(200, body);
    assert_eq!(
        (fault.code, fault.retryable, fault.wait),
        (ErrorCode::RateLimited, true, Some(Duration::from_secs(9)))
    );
    let page = HistoryPage::read(&reply(200, body));
    assert_eq!(page.map_err(|fault| fault.code), Err(ErrorCode::RateLimited));
    let with_a_chat = r#"{"success":false,"data":{"chat_id":"c1"},"message":"No"}"#;
    check(200, with_a_chat, ErrorCode::PlatformError, false, "No");
}

#[test]
fn a_call_still_running_is_asked_again_and_what_is_not_offered_is_not() {
    check(
        409,
        r#"{"detail":"Still running"}"#,
        ErrorCode::PlatformError,
        true,
        "Still running",
    );
    check(
        501,
        r#"{"detail":"Not offered"}"#,
        ErrorCode::ChatCreateFailed,
        false,
        "Not offered",
    );
    let taken = Fault::from_reply(
        Stage::Auth,
        &reply(409, r#"{"code":"email_taken","message":"Taken"}"#),
    );
    assert_eq!(
        (taken.code, taken.retryable),
        (ErrorCode::AuthInvalidCredentials, false)
    );
}

#[test]
fn a_404_is_a_wrong_path_at_creation_and_a_gone_chat_elsewhere() {
    for status in [404, 410] {
        let gone = reply(status, r#"{"detail":"Not found"}"#);
        for (stage, code) in [
            (Stage::Create, ErrorCode::ChatCreateFailed),
            (Stage::History, ErrorCode::ChatGone),
            (Stage::Send, ErrorCode::ChatGone),
            (Stage::Join, ErrorCode::ChatGone),
            (Stage::Auth, ErrorCode::PlatformError),
            (Stage::Refresh, ErrorCode::PlatformError),
            (Stage::Probe, ErrorCode::PlatformError),
        ] {
            let fault = Fault::from_reply(stage, &gone);
            assert_eq!((fault.code, fault.retryable), (code, false), "{status} {stage:?}");
        }
    }
}

#[test]
fn the_id_of_a_request_is_the_headers_else_the_bodys() {
    let body = r#"{"success":false,"message":"No","meta":{"request_id":"r1"}}"#;
    assert_eq!(at_creation(500, body).request_id.as_deref(), Some("r1"));
    let camel = r#"{"success":false,"message":"No","meta":{"requestId":"r1"}}"#;
    assert_eq!(at_creation(500, camel).request_id.as_deref(), Some("r1"));
    let named = Reply {
        request_id: Some("r2".to_owned()),
        ..reply(500, body)
    };
    let fault = Fault::from_reply(Stage::Create, &named);
    assert_eq!(fault.request_id.as_deref(), Some("r2"));
}

#[test]
fn a_wait_hint_is_read_wherever_it_stands_and_the_header_wins() {
    for body in [
        r#"{"detail":"m","retry_after":17}"#,
        r#"{"detail":"m","retryAfter":"17"}"#,
        r#"{"detail":"m","details":{"retry_after":17}}"#,
        r#"{"detail":"m","details":{"retryAfter":17.2}}"#,
        r#"{"detail":"m","data":{"retry_after":17}}"#,
    ] {
        let wait = at_creation(429, body).wait.map(|wait| wait.as_secs());
        assert_eq!(wait, Some(17), "{body}");
        let header = Reply {
            retry_after: Some("30".to_owned()),
            ..reply(429, body)
        };
        let wait = Fault::from_reply(Stage::Create, &header).wait;
        assert_eq!(wait, Some(Duration::from_secs(30)), "{body}");
    }
    assert_eq!(
        at_creation(429, r#"{"detail":"m"}"#).wait,
        None,
        "the caller's own backoff counts"
    );
}

#[test]
fn only_the_platforms_own_word_refuses_a_refresh() {
    let refused = |status, body: &str| {
        let Err(fault) = Tokens::read(&reply(status, body)) else {
            panic!("{status} {body}: tokens")
        };
        fault.is_refusal()
    };
    for status in [400, 401, 403] {
        assert!(refused(status, r#"{"error":"invalid_grant"}"#), "{status}");
        assert!(!refused(status, "<html>"), "{status}");
        assert!(!refused(status, ""), "{status}");
    }
    for status in [200, 404, 408, 422, 429, 500, 502, 503] {
        assert!(!refused(status, r#"{"detail":"No"}"#), "{status}");
    }
}
