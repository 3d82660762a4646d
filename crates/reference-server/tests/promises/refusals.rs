//! What a joined socket is not allowed to say.

use serde_json::json;

use crate::support::{Arrival, Server, TENANT, instant, text};

#[tokio::test]
async fn texts_that_are_empty_or_too_long_are_refused_by_name() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    // Each of these letters is two UTF-16 units.
    for message in ["", " \n", &"𝄞".repeat(2001)] {
        socket.ask_as(&chat_id, message, "m-1").await;
        let error = socket.until("error").await;
        assert_eq!(error["data"]["type"], "message_validation_error");
        assert_eq!(error["data"]["messageId"], "m-1");
    }
    socket.ask_as(&chat_id, &"𝄞".repeat(2000), "m-1").await;
    socket.until("message_received").await;
}

#[tokio::test]
async fn a_message_for_another_chat_or_tenant_is_refused() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    for body in [
        json!({"message": "hi", "chat_id": "other", "tenant_id": TENANT}),
        json!({"message": "hi", "chat_id": chat_id, "tenant_id": "other-company"}),
        json!({"chat_id": chat_id}),
    ] {
        socket.say("chat_message", body).await;
        assert_eq!(
            socket.until("error").await["data"]["type"],
            "message_validation_error"
        );
    }
    assert!(server.history(&chat_id).await.is_empty());
}

#[tokio::test]
async fn an_unknown_type_is_named_and_noise_is_ignored() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    for noise in [
        "not json",
        "[1,2]",
        "{",
        "{\"type\":\"typing_start\"}",
        "{\"type\":\"pong\"}",
    ] {
        socket.say_raw(noise).await;
    }
    socket.say("brand_new", json!({})).await;
    let error = socket.until("error").await;
    assert_eq!(error["data"]["type"], "message_validation_error");
    assert_eq!(text(&error, "/data/message"), "Unknown type");
}

#[tokio::test]
async fn a_frame_too_large_is_refused_with_1009() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.say_raw(&"x".repeat(65 * 1024)).await;
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(1009));
}
