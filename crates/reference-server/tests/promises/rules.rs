//! Rules posted to `/__faults` break calls and sockets.

use std::time::{Duration, Instant};

use reference_server::{Config, CreatedStatus};
use serde_json::{Value, json};

use crate::support::{Arrival, Server, Socket, TENANT, answer, instant, kinds, text, upgrade_status};

const PAGE: &str = "http://localhost:3000";
const HEALTH: &str = "GET /api/v1/health";

async fn faulty() -> Server {
    Server::start(Config {
        faults: true,
        inspect: true,
        ..instant()
    })
    .await
}

async fn health(server: &Server) -> reqwest::Response {
    let request = server.call("GET", "/api/v1/health", None);
    request.header("Origin", PAGE).send().await.unwrap()
}

/// Opens a socket under rules, joins and asks; tells what was heard and how it ended.
async fn conversation(server: &Server, chat_id: &str) -> Socket {
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}"))
        .await;
    socket.say("join_chat", json!({"chat_id": chat_id})).await;
    socket.ask(chat_id, "react").await;
    socket
}

/// The frames up to one of a type.
async fn heard_until(socket: &mut Socket, kind: &str) -> Vec<Value> {
    let mut heard = Vec::new();
    loop {
        let frame = socket.frame().await;
        heard.push(frame.clone());
        if frame["type"] == kind {
            return heard;
        }
    }
}

#[tokio::test]
async fn a_status_replaces_the_answer_as_often_as_asked() {
    let server = faulty().await;
    let rule = json!({
        "on": HEALTH,
        "times": 2,
        "status": 503,
        "body": {"code": "db_not_ready", "message": "Starting"},
        "headers": {"Retry-After": "3"},
    });
    server.break_with(&rule).await;
    for _ in 0..2 {
        let response = health(&server).await;
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "3");
        assert_eq!(response.headers()["access-control-allow-origin"], PAGE);
        let exposed = response.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed.contains("retry-after"));
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["code"], "db_not_ready");
    }
    assert_eq!(health(&server).await.status(), 200);
}

#[tokio::test]
async fn a_rule_without_times_lasts_until_it_is_cleared() {
    let server = faulty().await;
    server
        .break_with(&json!([{"on": "* /api/v1/", "status": 500, "cors": false}]))
        .await;
    for _ in 0..3 {
        let response = health(&server).await;
        assert_eq!(response.status(), 500);
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
    let waiting = answer(server.bare("GET", "/__faults")).await.1;
    assert_eq!(waiting["waiting"][0]["rule"]["status"], 500);
    assert_eq!(answer(server.bare("DELETE", "/__faults")).await.0, 204);
    assert_eq!(health(&server).await.status(), 200);
}

#[tokio::test]
async fn concealing_works_on_real_answers_too() {
    let server = faulty().await;
    server.break_with(&json!({"on": HEALTH, "cors": false})).await;
    let response = health(&server).await;
    assert_eq!(response.status(), 200);
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn portals_redirects_and_delays_can_be_played() {
    let server = faulty().await;
    let rules = json!([
        {"on": HEALTH, "times": 1, "html": true},
        {"on": HEALTH, "times": 1, "redirect": "https://elsewhere.example/"},
        {"on": HEALTH, "times": 1, "delay_ms": 60},
    ]);
    server.break_with(&rules).await;
    let portal = health(&server).await;
    assert_eq!(portal.status(), 200);
    assert_eq!(portal.headers()["content-type"], "text/html");
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = http.get(server.url("/api/v1/health"));
    let redirect = request.send().await.unwrap();
    assert_eq!(redirect.status(), 307);
    assert_eq!(redirect.headers()["location"], "https://elsewhere.example/");
    let before = Instant::now();
    assert_eq!(health(&server).await.status(), 200);
    assert!(before.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn a_dropped_answer_never_arrives_and_an_applied_call_took_effect() {
    let server = Server::start(Config {
        faults: true,
        inspect: true,
        created_status: CreatedStatus::Created,
        ..instant()
    })
    .await;
    let creation = |session_id: &str| {
        let body = json!({"session_id": session_id, "visitor_id": "visitor-1", "tenant_id": TENANT});
        server.call("POST", "/api/v1/chat", None).json(&body)
    };
    let rules = json!([
        {"on": "POST /api/v1/chat", "times": 1, "drop": true},
        {"on": "POST /api/v1/chat", "times": 1, "drop": true, "apply": true},
    ]);
    server.break_with(&rules).await;
    assert!(creation("session-1").send().await.is_err());
    assert!(creation("session-2").send().await.is_err());
    let log = answer(server.bare("GET", "/_inspect/log")).await.1;
    let statuses: Vec<&Value> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["status"])
        .collect();
    assert_eq!(statuses, [&Value::Null, &Value::Null]);

    assert_eq!(answer(creation("session-1")).await.0, 201);
    assert_eq!(answer(creation("session-2")).await.0, 200);
}

#[tokio::test]
async fn a_lost_refresh_has_happened() {
    let server = faulty().await;
    let session = server.register("ada@example.com").await;
    let old = json!({"refresh_token": session["refresh_token"]});
    let path = "/api/v1/auth/refresh";
    let rule = json!({"on": format!("POST {path}"), "times": 1, "status": 502, "html": true, "apply": true});
    server.break_with(&rule).await;
    assert_eq!(server.post(path, None, &old).await.0, 502);
    // The grace returns what was lost.
    let (status, pair) = server.post(path, None, &old).await;
    assert_eq!(status, 200);
    let token = text(&pair, "/access_token");
    assert_eq!(
        answer(server.call("GET", "/api/v1/auth/me", Some(&token)))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn a_wrong_rule_is_refused_with_its_reason() {
    let server = faulty().await;
    for (rule, reason) in [
        (json!({"status": 503}), "\"on\" is missing"),
        (json!({"on": HEALTH, "statsu": 503}), "statsu"),
        (json!({"on": "socket", "status": 503}), "status"),
        (json!({"on": HEALTH, "times": 0}), "times"),
        (json!({"on": HEALTH, "status": 42}), "42"),
        (json!({"on": "socket", "accept_then_close": 1006}), "1006"),
    ] {
        let (status, body) = answer(server.bare("POST", "/__faults").json(&rule)).await;
        assert_eq!(status, 422);
        assert!(text(&body, "/detail/0/msg").contains(reason), "{body}");
    }
}

#[tokio::test]
async fn without_the_switch_there_are_no_rules() {
    let server = Server::start(instant()).await;
    assert_eq!(
        answer(server.bare("POST", "/__faults").json(&json!([]))).await.0,
        404
    );
}

#[tokio::test]
async fn a_socket_can_be_refused_closed_at_once_or_cut() {
    let server = faulty().await;
    let query = format!("?tenant_id={TENANT}");
    let rules = json!({"on": "socket", "times": 1, "refuse_upgrade": 429});
    server.break_with(&rules).await;
    assert_eq!(upgrade_status(&server, &query, None).await, 429);

    server
        .break_with(&json!({"on": "socket", "times": 1, "accept_then_close": 1011}))
        .await;
    let end = server.open(&query).await.until_the_end().await;
    assert_eq!(end, (Vec::new(), Arrival::Closed(1011)));

    server
        .break_with(&json!({"on": "socket", "times": 1, "drop_after": 2}))
        .await;
    let (texts, end) = server.open(&query).await.until_the_end().await;
    assert_eq!((texts.len(), end), (2, Arrival::Cut));

    let close = json!({"code": 4401, "reason": "because", "after": 3});
    server
        .break_with(&json!({"on": "socket", "times": 1, "close": close}))
        .await;
    let (texts, end) = server.open(&query).await.until_the_end().await;
    assert_eq!((texts.len(), end), (3, Arrival::Closed(4401)));
    assert_eq!(upgrade_status(&server, &query, None).await, 101);
}

#[tokio::test]
async fn frames_can_be_swallowed() {
    let server = faulty().await;
    let chat_id = server.create_chat("session-1").await;
    let silent =
        json!({"on": "socket", "no_ready": true, "silent_join": true, "no_ack": true, "mute_pings": true});
    server.break_with(&silent).await;
    let mut socket = conversation(&server, &chat_id).await;
    socket.say("ping", json!({})).await;
    let mut heard = heard_until(&mut socket, "response_complete").await;
    // Whatever the ping was answered with has come before the answer to a question asked after it.
    socket.ask(&chat_id, "vue").await;
    heard.extend(heard_until(&mut socket, "response_complete").await);
    let texts: Vec<String> = heard.iter().map(Value::to_string).collect();
    let heard = kinds(&texts);
    for kind in ["connection_ready", "chat_joined", "message_received", "pong"] {
        assert!(!heard.iter().any(|heard| heard == kind), "{kind}");
    }
}

#[tokio::test]
async fn frames_can_be_doubled_and_swapped() {
    let server = faulty().await;
    let chat_id = server.create_chat("session-1").await;
    server
        .break_with(&json!({"on": "socket", "times": 1, "duplicate": true}))
        .await;
    let mut socket = conversation(&server, &chat_id).await;
    let heard = heard_until(&mut socket, "response_complete").await;
    for pair in heard.chunks_exact(2) {
        assert_eq!(pair[0], pair[1]);
    }

    server
        .break_with(&json!({"on": "socket", "times": 1, "reorder": true}))
        .await;
    let mut socket = conversation(&server, &chat_id).await;
    let heard = heard_until(&mut socket, "response_complete").await;
    let indices: Vec<u64> = heard
        .iter()
        .filter_map(|frame| frame["data"]["index"].as_u64())
        .collect();
    assert_eq!(indices[..4], [1, 0, 3, 2]);
    let mut sorted = indices.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        (0..u64::try_from(indices.len()).unwrap()).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn now_concerns_the_sockets_that_are_open() {
    let server = faulty().await;
    let chat_id = server.create_chat("session-1").await;
    let mut joined = server.join(&chat_id).await;
    let mut idle = server.open(&format!("?tenant_id={TENANT}")).await;
    idle.until("connection_ready").await;

    server
        .break_with(&json!({"on": "socket", "now": true, "send": "not json"}))
        .await;
    assert_eq!(joined.arrival().await, Arrival::Text("not json".to_owned()));

    let close = json!({"code": 1012, "after": 0});
    server
        .break_with(&json!({"on": "socket", "now": true, "close": close}))
        .await;
    assert_eq!(joined.until_the_end().await, (Vec::new(), Arrival::Closed(1012)));
    assert_eq!(idle.until_the_end().await, (Vec::new(), Arrival::Closed(1012)));
    server.join(&chat_id).await;
}

#[tokio::test]
async fn clearing_calms_open_sockets_too() {
    let server = faulty().await;
    let chat_id = server.create_chat("session-1").await;
    server
        .break_with(&json!({"on": "socket", "mute_pings": true}))
        .await;
    let mut socket = server.join(&chat_id).await;
    socket.say("ping", json!({"timestamp": 1})).await;
    // The answer to a second join shows that the ping before it was heard.
    socket.say("join_chat", json!({"chat_id": chat_id})).await;
    socket.until("chat_joined").await;
    assert_eq!(answer(server.bare("DELETE", "/__faults")).await.0, 204);
    socket.say("ping", json!({"timestamp": 2})).await;
    assert_eq!(socket.until("pong").await["data"]["timestamp"], 2);
}
