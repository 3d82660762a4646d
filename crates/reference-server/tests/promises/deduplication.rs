//! The capability `client_message_id`: one id is applied once.

use reference_server::Capability;

use crate::support::{Server, instant, keys, text};

#[tokio::test]
async fn a_repeat_is_acknowledged_with_the_first_id_and_not_answered_again() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask_as(&chat_id, "react", "m-1").await;
    let first = socket.until("message_received").await;
    socket.until("response_complete").await;

    let mut other_socket = server.join(&chat_id).await;
    other_socket.ask_as(&chat_id, "react", "m-1").await;
    let second = other_socket.until("message_received").await;
    assert_eq!(
        text(&first, "/data/message_id"),
        text(&second, "/data/message_id")
    );

    // Questions are answered in order, so an answer to the repeat would have come before this one.
    other_socket.ask_as(&chat_id, "vue", "m-2").await;
    assert!(text(&other_socket.until("response_complete").await, "/data/content").contains("› Vue"));
    assert_eq!(server.history(&chat_id).await.len(), 4);
}

#[tokio::test]
async fn the_same_id_with_another_text_is_refused() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask_as(&chat_id, "react", "m-1").await;
    socket.until("response_complete").await;
    socket.ask_as(&chat_id, "vue", "m-1").await;
    let error = socket.until("error").await;
    assert_eq!(error["data"]["type"], "message_validation_error");
    assert_eq!(error["data"]["messageId"], "m-1");
    assert_eq!(error["data"]["client_message_id"], "m-1");
    assert_eq!(server.history(&chat_id).await.len(), 2);
}

#[tokio::test]
async fn the_same_id_in_another_chat_is_another_message() {
    let server = Server::start(instant()).await;
    for session in ["session-1", "session-2"] {
        let chat_id = server.create_chat(session).await;
        let mut socket = server.join(&chat_id).await;
        socket.ask_as(&chat_id, "react", "m-1").await;
        socket.until("response_complete").await;
        assert_eq!(server.history(&chat_id).await.len(), 2);
    }
}

#[tokio::test]
async fn without_the_capability_ids_are_ignored() {
    let mut config = instant();
    config.without = [Capability::ClientMessageId].into();
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    for _ in 0..2 {
        socket.ask_as(&chat_id, "react", "m-1").await;
        let received = socket.until("message_received").await;
        assert!(!keys(&received["data"]).contains("client_message_id"));
        socket.until("response_complete").await;
    }
    assert_eq!(server.history(&chat_id).await.len(), 4);
}
