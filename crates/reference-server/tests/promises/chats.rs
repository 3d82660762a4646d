//! Creating and reading chats.

use reference_server::{Capability, CreatedStatus};
use serde_json::{Value, json};

use crate::support::{ALL_CAPABILITIES, Server, TENANT, instant, text};

fn body() -> Value {
    json!({"session_id": "session-1", "visitor_id": "visitor-1", "tenant_id": TENANT})
}

#[tokio::test]
async fn a_chat_object_names_itself_and_the_capabilities() {
    let server = Server::start(instant()).await;
    let chat: Value = server.post_chat(&body()).await.json().await.unwrap();
    assert_eq!(chat["session_id"], "session-1");
    assert_eq!(chat["tenant_id"], TENANT);
    assert_eq!(chat["status"], "active");
    assert!(chat["created_at"].is_f64());
    assert_eq!(chat["capabilities"], json!(ALL_CAPABILITIES));
    let read = server
        .get_json(&format!("/api/v1/chat/{}", text(&chat, "/chat_id")))
        .await;
    assert_eq!(read, chat);
}

#[tokio::test]
async fn another_session_is_another_chat() {
    let server = Server::start(instant()).await;
    assert_ne!(
        server.create_chat("session-1").await,
        server.create_chat("session-2").await
    );
}

#[tokio::test]
async fn new_chats_can_be_answered_with_201() {
    let mut config = instant();
    config.created_status = CreatedStatus::Created;
    let server = Server::start(config).await;
    assert_eq!(server.post_chat(&body()).await.status(), 201);
    assert_eq!(server.post_chat(&body()).await.status(), 200);
}

#[tokio::test]
async fn an_unknown_chat_is_404() {
    let server = Server::start(instant()).await;
    for path in ["/api/v1/chat/nope", "/api/v1/chat/nope/messages"] {
        let response = server.get(path).await;
        assert_eq!(response.status(), 404);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error_code"], "CHAT_NOT_FOUND");
        assert_eq!(body["success"], false);
    }
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let server = Server::start(instant()).await;
    let response = server
        .post_chat(
            &json!({"session_id": "short", "visitor_id": "no spaces please", "title": 7, "context": []}),
        )
        .await;
    assert_eq!(response.status(), 422);
    let body: Value = response.json().await.unwrap();
    let named: Vec<(&str, &str)> = body["detail"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| (field["loc"][1].as_str().unwrap(), field["type"].as_str().unwrap()))
        .collect();
    let expected = [
        ("session_id", "value_error.any_str.min_length"),
        ("visitor_id", "value_error.str.regex"),
        ("tenant_id", "value_error.missing"),
        ("title", "type_error.str"),
        ("context", "type_error.dict"),
    ];
    assert_eq!(named, expected);
    assert!(body["detail"][0]["msg"].is_string());
    assert_eq!(body["detail"][0]["loc"][0], "body");
}

#[tokio::test]
async fn a_body_that_is_no_object_is_422_and_a_huge_one_413() {
    let server = Server::start(instant()).await;
    let post = |text: String| {
        server
            .bare("POST", "/api/v1/chat")
            .header("X-Tenant-ID", TENANT)
            .body(text)
            .send()
    };
    let response = post("{".to_owned()).await.unwrap();
    assert_eq!(response.status(), 422);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["detail"][0]["loc"], json!(["body"]));
    assert_eq!(post("x".repeat(65 * 1024)).await.unwrap().status(), 413);
}

#[tokio::test]
async fn a_tenant_in_the_body_must_be_the_header_s() {
    let server = Server::start(instant()).await;
    let mut wrong = body();
    wrong["tenant_id"] = json!("other-company");
    let response = server.post_chat(&wrong).await;
    assert_eq!(response.status(), 403);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error_code"], "tenant_mismatch");
}

#[tokio::test]
async fn a_trailing_slash_is_redirected_without_losing_the_method() {
    let server = Server::start(instant()).await;
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let request = http
        .post(server.url("/api/v1/chat/"))
        .header("X-Tenant-ID", TENANT)
        .json(&body());
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 307);
    assert_eq!(response.headers()["location"], "/api/v1/chat");
}

#[tokio::test]
async fn history_comes_in_pages() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    for number in 0..3 {
        socket.ask(&chat_id, &format!("react {number}")).await;
        socket.until("response_complete").await;
    }
    let path = format!("/api/v1/chat/{chat_id}/messages");
    let first = server.get_json(&format!("{path}?limit=4")).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 4);
    assert_eq!(first["next"], 4);
    let second = server.get_json(&format!("{path}?limit=4&after=4")).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert!(second.get("next").is_none());
    assert_eq!(second["items"][0]["sequence_number"], 5);
    assert_eq!(second["items"][1]["role"], "assistant");
    let clamped = server.get_json(&format!("{path}?limit=0")).await;
    assert_eq!(clamped["items"].as_array().unwrap().len(), 1);
    assert_eq!(server.get(&format!("{path}?after=x")).await.status(), 422);
}

#[tokio::test]
async fn a_capability_switched_off_is_neither_advertised_nor_there() {
    let mut config = instant();
    config.without = [Capability::History].into();
    let server = Server::start(config).await;
    let chat: Value = server.post_chat(&body()).await.json().await.unwrap();
    assert_eq!(
        chat["capabilities"],
        json!([
            "client_message_id",
            "resume",
            "stop",
            "feedback",
            "erase",
            "suggestions",
            "author"
        ])
    );
    let path = format!("/api/v1/chat/{}/messages", text(&chat, "/chat_id"));
    assert_eq!(server.get(&path).await.status(), 404);
}
