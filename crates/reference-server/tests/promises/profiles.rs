//! The generations of clients that can be insisted on.

use reference_server::{Config, Profile, RealtimeAck};
use serde_json::json;

use crate::support::{Arrival, Server, Socket, TENANT, answer, instant, kinds, text};

async fn speaking(profile: Profile) -> Server {
    Server::start(Config { profile, ..instant() }).await
}

async fn realtime(realtime_ack: RealtimeAck) -> Server {
    Server::start(Config {
        profile: Profile::Realtime,
        realtime_ack,
        ..instant()
    })
    .await
}

async fn open(server: &Server) -> Socket {
    server.open(&format!("?tenant_id={TENANT}")).await
}

/// The frames from the first one that is no greeting to one of a type.
async fn heard_until(socket: &mut Socket, kind: &str) -> Vec<String> {
    let greeting = [
        "connection_established",
        "initialization_progress",
        "connection_ready",
    ];
    let mut heard = Vec::new();
    loop {
        let frame = text(&socket.frame().await, "/type");
        let is_last = frame == kind;
        if !greeting.contains(&frame.as_str()) {
            heard.push(frame);
        }
        if is_last {
            return heard;
        }
    }
}

async fn unknown_type(socket: &mut Socket, kind: &str, field: &str) {
    socket.say(kind, json!({field: "hello"})).await;
    let error = socket.until("error").await;
    assert_eq!(error["data"]["type"], "message_validation_error");
    assert_eq!(error["data"]["message"], "Unknown type");
}

#[tokio::test]
async fn two_step_does_not_know_user_message() {
    let server = speaking(Profile::TwoStep).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    unknown_type(&mut socket, "user_message", "text").await;
    socket.ask(&chat_id, "react").await;
    socket.until("response_complete").await;
}

#[tokio::test]
async fn join_token_wants_a_token_everywhere_and_does_not_know_chat_message() {
    let server = speaking(Profile::JoinToken).await;
    let body = json!({"session_id": "session-1", "visitor_id": "visitor-1", "tenant_id": TENANT});
    assert_eq!(server.post("/api/v1/chat", None, &body).await.0, 401);
    let token = text(&server.register("ada@example.com").await, "/access_token");
    let (_, chat) = server.post("/api/v1/chat", Some(&token), &body).await;
    let chat_id = text(&chat, "/chat_id");

    let mut socket = open(&server).await;
    socket.say("join_chat", json!({"chat_id": chat_id})).await;
    assert_eq!(socket.until("error").await["data"]["code"], "auth_required");
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4401));

    let mut socket = server.join_as(&chat_id, Some(&token)).await;
    unknown_type(&mut socket, "chat_message", "message").await;
    socket
        .say("user_message", json!({"text": "react", "chat_id": chat_id}))
        .await;
    socket.until("response_complete").await;
}

#[tokio::test]
async fn any_understands_both_kinds_of_text_and_a_realtime_join() {
    let server = speaking(Profile::Any).await;
    let mut socket = open(&server).await;
    socket
        .say("join_chat", json!({"channel": "website", "create": true}))
        .await;
    let created = socket.until("chat_created").await;
    assert_eq!(created["chat_id"], created["data"]["chat_id"]);
    for (kind, field) in [("chat_message", "message"), ("user_message", "text")] {
        socket.say(kind, json!({field: "react"})).await;
        socket.until("response_complete").await;
    }
}

#[tokio::test]
async fn realtime_has_no_chats_by_rest() {
    let server = realtime(RealtimeAck::Created).await;
    let body = json!({"session_id": "session-1", "visitor_id": "visitor-1", "tenant_id": TENANT});
    for path in ["/api/v1/chat", "/api/v1/chat/"] {
        assert_eq!(
            server.post(path, None, &body).await,
            (404, json!({"detail": "Not Found"}))
        );
    }
}

#[tokio::test]
async fn a_realtime_join_is_confirmed_in_three_ways() {
    for (ack, expected) in [
        (
            RealtimeAck::Created,
            vec!["chat_created", "chat_joined", "message_received"],
        ),
        (RealtimeAck::Joined, vec!["chat_joined", "message_received"]),
        (RealtimeAck::Silent, vec!["message_received"]),
    ] {
        let server = realtime(ack).await;
        let mut socket = open(&server).await;
        socket
            .say("join_chat", json!({"channel": "website", "create": true}))
            .await;
        socket.say("chat_message", json!({"message": "react"})).await;
        assert_eq!(heard_until(&mut socket, "message_received").await, expected);
    }
}

#[tokio::test]
async fn a_realtime_chat_is_found_again_and_an_unknown_one_leaves_the_socket_open() {
    let server = realtime(RealtimeAck::Joined).await;
    let mut socket = open(&server).await;
    let create = json!({"channel": "website", "create": true});
    socket.say("join_chat", create.clone()).await;
    let chat_id = text(&socket.until("chat_joined").await, "/data/chat_id");

    let mut again = open(&server).await;
    again
        .say("join_chat", json!({"channel": "website", "chat_id": "nope"}))
        .await;
    assert_eq!(again.until("error").await["data"]["code"], "chat_not_found");
    again
        .say("join_chat", json!({"channel": "website", "chat_id": chat_id}))
        .await;
    assert_eq!(text(&again.until("chat_joined").await, "/data/chat_id"), chat_id);
    again
        .say("chat_message", json!({"message": "react", "chat_id": chat_id}))
        .await;
    again.until("response_complete").await;
    unknown_type(&mut again, "user_message", "text").await;
}

#[tokio::test]
async fn a_first_text_begins_a_chat_after_a_join_that_found_none() {
    let server = realtime(RealtimeAck::Silent).await;
    let mut socket = open(&server).await;
    socket
        .say("join_chat", json!({"channel": "website", "chat_id": "nope"}))
        .await;
    socket.until("error").await;
    socket.say("chat_message", json!({"message": "react"})).await;
    let received = socket.until("message_received").await;
    let path = format!("/api/v1/chat/{}", text(&received, "/data/chat_id"));
    assert_eq!(answer(server.call("GET", &path, None)).await.0, 200);
}

#[tokio::test]
async fn a_realtime_socket_still_has_to_join_first() {
    let server = realtime(RealtimeAck::Created).await;
    let mut socket = open(&server).await;
    socket.say("chat_message", json!({"message": "react"})).await;
    let (texts, end) = socket.until_the_end().await;
    assert_eq!(kinds(&texts).last().unwrap(), "error");
    assert_eq!(end, Arrival::Closed(4400));
}
