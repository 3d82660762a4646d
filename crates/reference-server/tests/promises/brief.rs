//! The three checks of the product brief.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Arrival, Server, TENANT, instant, kinds, text};

#[tokio::test]
async fn health_answers_with_the_tenant_header() {
    let server = Server::start(instant()).await;
    let response = server.get("/api/v1/health").await;
    assert_eq!(response.status(), 200);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["status"], "healthy");
    assert_eq!(body["ai_services_ready"], true);
    assert!(body["version"].is_string());
}

#[tokio::test]
async fn a_chat_is_created_and_found_again() {
    let server = Server::start(instant()).await;
    let body = json!({
        "session_id": "test_session_123",
        "visitor_id": "test_visitor_123",
        "title": "Test Chat",
        "tenant_id": TENANT,
    });
    let first = server.post_chat(&body).await;
    assert_eq!(first.status(), 200);
    let second = server.post_chat(&body).await;
    assert_eq!(second.status(), 200);
    let first: Value = first.json().await.unwrap();
    let second: Value = second.json().await.unwrap();
    assert_eq!(text(&first, "/chat_id"), text(&second, "/chat_id"));
}

#[tokio::test]
async fn a_socket_opens_for_a_chat_that_does_not_exist_and_ends_without_a_join() {
    let mut config = instant();
    config.join_deadline = Duration::from_millis(50);
    let server = Server::start(config).await;
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id=test-chat-id"))
        .await;
    let (texts, end) = socket.until_the_end().await;
    assert_eq!(end, Arrival::Closed(4408));
    let expected = [
        "connection_established",
        "initialization_progress",
        "initialization_progress",
        "initialization_progress",
        "connection_ready",
    ];
    assert_eq!(kinds(&texts), expected);
}

#[tokio::test]
async fn services_are_not_ready_while_warming() {
    let mut config = instant();
    config.warm_up = Duration::from_secs(3600);
    let server = Server::start(config).await;
    let body = server.get_json("/api/v1/health").await;
    assert_eq!(body["status"], "healthy");
    assert_eq!(body["ai_services_ready"], false);
    assert_eq!(server.get("/readyz").await.status(), 200);
}
