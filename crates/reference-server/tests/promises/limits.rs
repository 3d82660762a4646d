//! Rate limits, by REST and on sockets.

use reference_server::Config;
use serde_json::{Value, json};

use crate::support::{Arrival, Server, TENANT, answer, instant, text};

fn number(response: &reqwest::Response, name: &str) -> u64 {
    response.headers()[name].to_str().unwrap().parse().unwrap()
}

async fn strict() -> Server {
    Server::start(Config {
        rest_limit: "6:2".parse().unwrap(),
        ..instant()
    })
    .await
}

#[tokio::test]
async fn a_caller_over_the_limit_is_told_when_to_come_back() {
    let server = strict().await;
    let first = server.get("/api/v1/health").await;
    assert_eq!(number(&first, "x-ratelimit-limit"), 2);
    assert_eq!(number(&first, "x-ratelimit-remaining"), 1);
    assert!(number(&first, "x-ratelimit-reset") > 1_700_000_000);
    server.get("/api/v1/health").await;

    let request = server.call("GET", "/api/v1/health", None);
    let refused = request
        .header("Origin", "http://localhost:3000")
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 429);
    let wait = number(&refused, "retry-after");
    assert!((5..=10).contains(&wait), "{wait}");
    assert_eq!(number(&refused, "x-ratelimit-remaining"), 0);
    assert!(number(&refused, "x-ratelimit-reset") > 1_700_000_000);
    let exposed = refused.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap();
    for name in ["retry-after", "x-ratelimit-limit", "x-ratelimit-reset", "date"] {
        assert!(exposed.contains(name), "{name}");
    }
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error_code"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(body["success"], false);
    assert_eq!(
        body["details"],
        json!({"limit": 6, "window": 60, "retry_after": wait, "current_usage": 3})
    );
}

#[tokio::test]
async fn users_and_tenants_are_counted_apart_and_probes_are_not() {
    let server = strict().await;
    let token = text(&server.register("ada@example.com").await, "/access_token");
    while server.get("/api/v1/health").await.status() == 200 {}
    let me = || answer(server.call("GET", "/api/v1/auth/me", Some(&token)));
    assert_eq!(me().await.0, 200);
    for _ in 0..5 {
        assert_eq!(server.get("/healthz").await.status(), 200);
    }
}

#[tokio::test]
async fn a_socket_over_the_limit_is_told_and_finally_closed() {
    let server = Server::start(Config {
        socket_limit: std::num::NonZeroU32::MIN,
        ..instant()
    })
    .await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask(&chat_id, "react").await;
    socket.until("response_complete").await;
    for _ in 0..5 {
        socket.ask(&chat_id, "react").await;
        let refusal = socket.until("rate_limit_exceeded").await;
        assert!(refusal["data"]["message"].is_string());
        let wait = refusal["data"]["retry_after"].as_u64().unwrap();
        assert!((50..=60).contains(&wait), "{wait}");
    }
    // A heartbeat is no message.
    socket.say("ping", json!({})).await;
    socket.until("pong").await;
    socket.say("typing_start", json!({"tenant_id": TENANT})).await;
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4003));
    assert_eq!(server.history(&chat_id).await.len(), 2);
}
