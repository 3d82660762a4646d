//! The dresses of REST: wrapped bodies, and the slash.

use reference_server::{Config, Shape, Slash, Spelling};
use serde_json::{Value, json};

use crate::support::{Server, TENANT, answer, instant, keys, text};

fn body() -> Value {
    json!({"session_id": "session-1", "visitor_id": "visitor-1", "tenant_id": TENANT})
}

#[tokio::test]
async fn every_success_is_wrapped_and_no_refusal_is() {
    let server = Server::start(Config {
        shape: Shape::Wrapped,
        ..instant()
    })
    .await;
    let response = server.get("/api/v1/health").await;
    let request_id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let health: Value = response.json().await.unwrap();
    assert_eq!(keys(&health), ["success", "data", "message", "meta"].into());
    assert_eq!(health["success"], true);
    assert_eq!(health["data"]["status"], "healthy");
    assert_eq!(health["meta"]["request_id"], request_id);
    assert!(health["meta"]["timestamp"].is_u64());

    let (_, chat) = server.post("/api/v1/chat", None, &body()).await;
    let chat_id = text(&chat, "/data/chat_id");
    let history = server.get_json(&format!("/api/v1/chat/{chat_id}/messages")).await;
    assert_eq!(history["data"]["items"], json!([]));
    let credentials = json!({"email": "a@b", "password": "x", "full_name": "A", "tenant_id": TENANT});
    let (_, session) = server.post("/api/v1/auth/register", None, &credentials).await;
    assert!(session["data"]["access_token"].is_string());

    let (status, refusal) = answer(server.call("GET", "/api/v1/chat/nope", None)).await;
    assert_eq!((status, &refusal["success"]), (404, &json!(false)));
    assert_eq!(refusal["data"], Value::Null);
    assert_eq!(server.get_json("/openapi.json").await["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_slash_can_be_the_other_way_round() {
    let server = Server::start(Config {
        slash: Slash::Trailing,
        ..instant()
    })
    .await;
    let (status, _) = server.post("/api/v1/chat/", None, &body()).await;
    assert_eq!(status, 200);
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = http
        .post(server.url("/api/v1/chat"))
        .header("X-Tenant-ID", TENANT)
        .json(&body());
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], "/api/v1/chat/");
}

#[tokio::test]
async fn a_conversation_can_be_held_in_every_spelling() {
    for (spelling, id, content) in [
        (Spelling::Snake, "/data/message_id", "/data/content"),
        (Spelling::Camel, "/data/messageId", "/data/content"),
        (Spelling::Flat, "/message_id", "/content"),
        (Spelling::Nested, "/data/message/id", "/data/message/content"),
    ] {
        let server = Server::start(Config {
            spelling,
            ..instant()
        })
        .await;
        let (_, chat) = server.post("/api/v1/chat", None, &body()).await;
        let field = if spelling == Spelling::Camel {
            "/chatId"
        } else {
            "/chat_id"
        };
        let chat_id = text(&chat, field);
        let mut socket = server.join(&chat_id).await;
        socket.ask(&chat_id, "react").await;
        let chunk = socket.until("response_chunk").await;
        let complete = socket.until("response_complete").await;
        assert_eq!(text(&chunk, id), text(&complete, id));
        assert!(text(&complete, content).starts_with(&text(&chunk, content)));
    }
}
