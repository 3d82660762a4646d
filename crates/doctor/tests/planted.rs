//! Faults planted in a real platform: each is named by exactly the check that is to name it, with its fix, and whatever else
//! fails says whose consequence it is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails may panic"
)]

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doctor::{
    Question, examine,
    report::Report,
    table::{State, finding},
};
use reference_server::{Config, Profile, RequireAuth, Slash};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

const PAGE: &str = "http://localhost:3000";
const CREATE: &str = "POST /api/v1/chat";

/// A platform without any waiting.
fn quick() -> Config {
    let empty = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests");
    Config {
        warm_up: Duration::ZERO,
        chunk_pace: Duration::ZERO,
        knowledge: empty.clone(),
        pages: empty.clone(),
        dist: empty,
        faults: true,
        ..Config::default()
    }
}

/// Starts a platform, plants faults in it, and gives the question a page of it would ask.
async fn planted(config: Config, rules: Value) -> Question {
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let platform = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(reference_server::run(listener, config, std::future::pending()));
    let rules_at = format!("{platform}/__faults");
    let posted = reqwest::Client::new()
        .post(rules_at)
        .json(&rules)
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 200, "{}", posted.text().await.unwrap());
    Question {
        platform,
        sockets: None,
        tenant: "miptech-company".to_owned(),
        origin: Some(PAGE.to_owned()),
        token: None,
    }
}

/// What is to blame: the checks that failed of themselves.
fn blamed(report: &Report) -> Vec<(&'static str, &'static str)> {
    let failed = report
        .checks
        .iter()
        .filter(|outcome| outcome.state == State::Fail);
    let to_blame = failed.filter(|outcome| outcome.consequence_of.is_none());
    to_blame
        .map(|outcome| (outcome.id, outcome.finding.unwrap()))
        .collect()
}

#[track_caller]
fn expect(report: &Report, check: &'static str, what: &'static str) {
    assert_eq!(blamed(report), [(check, what)], "{report}");
    let named = report.checks.iter().find(|outcome| outcome.id == check).unwrap();
    let known = finding(check, what).unwrap();
    let fix = named.fix.as_ref().unwrap();
    // Facts stand in the place of braces; the words are those of the table.
    assert!(fix.starts_with(known.fix.split('{').next().unwrap()), "{fix}");
    let text = format!("{report}");
    assert!(!text.contains('{'), "{text}");
    assert!(report.has_failed());
}

async fn expect_rule(rules: Value, check: &'static str, what: &'static str) {
    expect(&examine(&planted(quick(), rules).await).await, check, what);
}

#[tokio::test]
async fn a_platform_that_works_passes_every_check() {
    let report = examine(&planted(quick(), json!([])).await).await;
    let states: Vec<State> = report.checks.iter().map(|outcome| outcome.state).collect();
    assert!(states.iter().all(|state| *state == State::Pass), "{report}");
    assert_eq!(report.profile, Some("two-step"));
    assert!(report.capabilities.contains(&"history"), "{report}");
}

#[tokio::test]
async fn a_platform_whose_socket_makes_the_chat_passes_too() {
    let config = Config {
        profile: Profile::Realtime,
        ..quick()
    };
    let report = examine(&planted(config, json!([])).await).await;
    assert_eq!(blamed(&report), [], "{report}");
    assert_eq!(report.profile, Some("realtime"));
}

#[tokio::test]
async fn wrong_options_are_named_before_anything_is_asked() {
    let sound = Question {
        platform: "https://api.example.com".to_owned(),
        tenant: "miptech-company".to_owned(),
        origin: Some("https://www.example.com".to_owned()),
        ..Question::default()
    };
    let with = |change: &dyn Fn(&mut Question)| {
        let mut question = sound.clone();
        change(&mut question);
        question
    };
    for (question, check, what) in [
        (
            with(&|question| question.tenant = "a b".to_owned()),
            "options",
            "tenant-shape",
        ),
        (
            with(&|question| question.origin = Some("www".to_owned())),
            "options",
            "origin-shape",
        ),
        (
            with(&|question| question.platform = "ftp://x".to_owned()),
            "address",
            "no-base",
        ),
        (
            with(&|question| question.platform = "https://api.example.com/chat".to_owned()),
            "address",
            "no-base",
        ),
        (
            with(&|question| question.platform = "http://api.example.com".to_owned()),
            "secure",
            "unencrypted",
        ),
    ] {
        expect(&examine(&question).await, check, what);
    }
}

#[tokio::test]
async fn a_doubled_prefix_is_a_warning_and_no_failure() {
    let mut question = planted(quick(), json!([])).await;
    question.platform.push_str("/api/v1/api/v1");
    let report = examine(&question).await;
    assert_eq!(blamed(&report), [], "{report}");
    let address = report
        .checks
        .iter()
        .find(|outcome| outcome.id == "address")
        .unwrap();
    assert_eq!(
        (address.state, address.finding),
        (State::Warn, Some("doubled-prefix"))
    );
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let platform = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let question = Question {
        platform,
        tenant: "miptech-company".to_owned(),
        ..Question::default()
    };
    expect(&examine(&question).await, "network", "refused");
}

/// What is found out about an address, without a page in particular.
async fn examined_at(platform: String) -> Report {
    let question = Question {
        platform,
        tenant: "miptech-company".to_owned(),
        ..Question::default()
    };
    examine(&question).await
}

#[tokio::test]
async fn nobody_knows_the_name() {
    let report = examined_at("http://nobody.invalid".to_owned()).await;
    expect(&report, "network", "no-name");
}

#[tokio::test]
async fn the_certificate_is_from_nobody_one_trusts() {
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let encrypted = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let platform = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _refused = encrypted.accept(stream).await;
        }
    });
    expect(&examined_at(platform).await, "network", "certificate");
}

#[tokio::test]
async fn the_connection_is_swallowed_or_cut() {
    for (is_cut, what) in [(false, "timeout"), (true, "broken")] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let platform = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                if !is_cut {
                    held.push(stream);
                }
            }
        });
        expect(&examined_at(platform).await, "network", what);
    }
}

#[tokio::test]
async fn a_hotspot_answers_in_the_platforms_place() {
    let config = Config {
        html: true,
        ..quick()
    };
    let question = planted(config, json!([])).await;
    expect(&examine(&question).await, "health", "not-the-platform");
}

#[tokio::test]
async fn a_proxy_took_the_prefix_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let platform = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = vec![0; 4096];
            let length = stream.read(&mut read).await.unwrap_or_default();
            let is_root = read
                .get(..length)
                .is_some_and(|asked| asked.starts_with(b"GET /health "));
            let (status, body) = if is_root {
                ("200 OK", r#"{"status":"healthy"}"#)
            } else {
                ("404 Not Found", r#"{"detail":"Not Found"}"#)
            };
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            let _gone = stream.write_all(answer.as_bytes()).await;
        }
    });
    let question = Question {
        platform,
        tenant: "miptech-company".to_owned(),
        ..Question::default()
    };
    expect(&examine(&question).await, "health", "prefix-missing");
}

#[tokio::test]
async fn every_probe_fails() {
    let on = ["GET /api/v1/health", "GET /healthz", "GET /readyz"];
    let rules: Vec<Value> = on.iter().map(|on| json!({"on": on, "status": 500})).collect();
    expect_rule(json!(rules), "health", "failing").await;
}

#[tokio::test]
async fn model_services_that_do_not_start_are_named_after_five_questions() {
    let config = Config {
        warm_up: Duration::from_secs(3600),
        ..quick()
    };
    let question = planted(config, json!([])).await;
    expect(&examine(&question).await, "warm-up", "starting");
}

#[tokio::test]
async fn a_clock_two_hours_off() {
    let off = httpdate::fmt_http_date(SystemTime::now() - Duration::from_secs(2 * 60 * 60));
    let rule = json!({"on": "GET /api/v1/health", "headers": {"date": off}});
    expect_rule(rule, "clock", "apart").await;
}

#[tokio::test]
async fn an_origin_that_is_not_allowed_is_told_from_a_platform_that_failed() {
    let mut question = planted(quick(), json!([])).await;
    question.origin = Some("http://elsewhere.example".to_owned());
    let report = examine(&question).await;
    expect(&report, "cors", "origin-not-allowed");
    let fix = report
        .checks
        .iter()
        .find_map(|outcome| outcome.fix.as_deref())
        .unwrap();
    assert!(fix.contains("http://elsewhere.example"), "{fix}");

    // Two faults at once: neither hides the other.
    question.tenant = "nobody-knows-me".to_owned();
    let both = [("cors", "origin-not-allowed"), ("tenant", "unknown")];
    assert_eq!(blamed(&examine(&question).await), both);

    let rule = json!({"on": CREATE, "status": 500, "cors": false, "body": {"detail": "database fault"}});
    expect_rule(rule, "cors", "failed-before-headers").await;
}

#[tokio::test]
async fn a_header_that_is_not_allowed() {
    let headers =
        json!({"access-control-allow-origin": PAGE, "access-control-allow-headers": "content-type"});
    let rule = json!({"on": "OPTIONS /api/v1/chat", "status": 204, "cors": false, "headers": headers});
    expect_rule(rule, "cors", "header-not-allowed").await;
}

#[tokio::test]
async fn a_token_is_read_before_it_is_sent() {
    let later = now() + 600;
    for (claims, what) in [
        (json!({"tenant_id": "another-one", "exp": later}), "other-tenant"),
        (
            json!({"tenant_id": "miptech-company", "exp": now() - 60}),
            "expired",
        ),
        (
            json!({"tenant_id": "miptech-company", "exp": later, "scope": ["chat:create"]}),
            "scope-missing",
        ),
        // Signed by nobody, so the platform refuses it.
        (
            json!({"tenant_id": "miptech-company", "user_id": "u", "exp": later, "scope": ["chat:create", "chat:send"]}),
            "refused",
        ),
    ] {
        let mut question = planted(quick(), json!([])).await;
        question.token = Some(jwt(&claims));
        let report = examine(&question).await;
        expect(&report, "token", what);
        let all = format!("{report}{}", serde_json::to_string(&report).unwrap());
        let token = question.token.unwrap();
        for at in 0..token.len() - 8 {
            assert!(!all.contains(token.get(at..at + 8).unwrap()), "{all}");
        }
    }
    let mut question = planted(quick(), json!([])).await;
    question.token = Some("two words".to_owned());
    expect(&examine(&question).await, "token", "unreadable");
}

#[tokio::test]
async fn a_platform_that_demands_a_token() {
    for demand in [RequireAuth::All, RequireAuth::Socket] {
        let config = Config {
            require_auth: demand,
            ..quick()
        };
        let report = examine(&planted(config, json!([])).await).await;
        let named = blamed(&report);
        // A socket that wants one says so only once it is open.
        assert!(
            named == [("token", "required")] || named == [("join", "refused")],
            "{report}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_tenant() {
    let mut question = planted(quick(), json!([])).await;
    question.tenant = "nobody-knows-me".to_owned();
    expect(&examine(&question).await, "tenant", "unknown");

    let missing = json!({"on": CREATE, "status": 500, "body": {"error": "Tenant ID not found in headers"}});
    expect_rule(missing, "tenant", "header-missing").await;
    let denied = json!({"on": CREATE, "status": 403, "body": {"error": "Tenant access denied"}});
    expect_rule(denied, "tenant", "denied").await;
}

#[tokio::test]
async fn what_is_wrong_with_creation() {
    let fields =
        json!({"detail": [{"loc": ["body", "visitor_id"], "msg": "field required", "type": "missing"}]});
    let rule = json!({"on": CREATE, "status": 422, "body": fields});
    let report = examine(&planted(quick(), rule).await).await;
    expect(&report, "create", "fields");
    let cause = report
        .checks
        .iter()
        .find(|outcome| outcome.id == "create")
        .unwrap();
    assert!(
        cause
            .cause
            .as_ref()
            .unwrap()
            .contains("visitor_id: field required"),
        "{report}"
    );

    let starting = json!({"code": "schema_unavailable", "message": "relation does not exist"});
    expect_rule(
        json!({"on": CREATE, "status": 503, "body": starting}),
        "create",
        "database",
    )
    .await;
    let patience = json!({"on": CREATE, "status": 429, "headers": {"retry-after": "30"}, "body": {"code": "RATE_LIMIT_EXCEEDED", "message": "Slow down"}});
    expect_rule(patience, "create", "rate-limited").await;
    let failing = json!({"on": CREATE, "status": 502, "body": {"detail": "upstream"}});
    expect_rule(failing, "create", "failing").await;
    expect_rule(
        json!({"on": CREATE, "status": 200, "html": true}),
        "create",
        "not-the-platform",
    )
    .await;
}

#[tokio::test]
async fn a_path_that_nobody_has() {
    let config = Config {
        profile: Profile::TwoStep,
        ..quick()
    };
    let rules = json!([{"on": CREATE, "status": 404, "body": {"detail": "Not Found"}}, {"on": "socket", "refuse_upgrade": 404}]);
    let report = examine(&planted(config, rules).await).await;
    expect(&report, "create", "wrong-path");
}

#[tokio::test]
async fn the_other_spelling_of_the_path_is_a_warning() {
    let config = Config {
        slash: Slash::Trailing,
        ..quick()
    };
    let report = examine(&planted(config, json!([])).await).await;
    assert_eq!(blamed(&report), [], "{report}");
    let create = report
        .checks
        .iter()
        .find(|outcome| outcome.id == "create")
        .unwrap();
    assert_eq!(
        (create.state, create.finding),
        (State::Warn, Some("slash-redirect"))
    );
}

#[tokio::test]
async fn an_upgrade_that_is_refused() {
    for (status, check, what) in [
        (401, "token", "required"),
        (403, "socket", "forbidden"),
        (404, "socket", "not-found"),
        (426, "socket", "no-upgrade"),
        (502, "socket", "no-upgrade"),
    ] {
        expect_rule(json!({"on": "socket", "refuse_upgrade": status}), check, what).await;
    }
}

#[tokio::test]
async fn a_join_that_is_refused_says_the_close_code() {
    let report = examine(&planted(quick(), json!({"on": "socket", "accept_then_close": 4403})).await).await;
    expect(&report, "join", "refused");
    assert!(format!("{report}").contains("4403"), "{report}");
}

#[tokio::test]
async fn a_join_that_is_not_answered() {
    expect_rule(json!({"on": "socket", "silent_join": true}), "join", "silent").await;
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "HS256"})), part(claims))
}
