//! The extensions of the contract: resuming, stopping, rating, erasing, authors, limits.

use std::{collections::BTreeSet, time::Duration};

use reference_server::{Capability, Config};
use serde_json::{Value, json};

use crate::support::{Arrival, Server, Socket, TENANT, answer, instant, text};

/// Slow enough that an answer does not end before somebody acts.
fn slow() -> Config {
    Config {
        chunk_pace: Duration::from_millis(20),
        ..instant()
    }
}

async fn joined(config: Config) -> (Server, String, Socket) {
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let socket = server.join(&chat_id).await;
    (server, chat_id, socket)
}

/// Joins a chat to continue an answer.
async fn resume(server: &Server, chat_id: &str, answer_id: &str, next_index: u64) -> Socket {
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}"))
        .await;
    let resume = json!({"message_id": answer_id, "next_index": next_index});
    socket
        .say(
            "join_chat",
            json!({"chat_id": chat_id, "tenant_id": TENANT, "resume": resume}),
        )
        .await;
    socket.until("chat_joined").await;
    socket
}

/// Everything up to the end of an answer: the indices of its deltas, and the text they and the end tell.
async fn rest(socket: &mut Socket) -> (Vec<u64>, String, String) {
    let (mut indices, mut streamed) = (Vec::new(), String::new());
    loop {
        let frame = socket.frame().await;
        if frame["type"] == "response_chunk" {
            indices.push(frame["data"]["index"].as_u64().unwrap());
            streamed.push_str(&text(&frame, "/data/content"));
        }
        if frame["type"] == "response_complete" {
            return (indices, streamed, text(&frame, "/data/content"));
        }
    }
}

#[tokio::test]
async fn a_running_answer_continues_where_the_client_was_cut_off() {
    let (server, chat_id, mut socket) = joined(slow()).await;
    socket.ask(&chat_id, "react").await;
    let first = socket.until("response_chunk").await;
    let answer_id = text(&first, "/data/message_id");
    drop(socket);
    let mut socket = resume(&server, &chat_id, &answer_id, 1).await;
    let (indices, streamed, content) = rest(&mut socket).await;
    assert_eq!(
        indices,
        (1..=u64::try_from(indices.len()).unwrap()).collect::<Vec<_>>()
    );
    assert_eq!(text(&first, "/data/content") + &streamed, content);
}

#[tokio::test]
async fn a_finished_answer_is_told_to_its_end() {
    let (server, chat_id, mut socket) = joined(instant()).await;
    socket.ask(&chat_id, "react").await;
    let (indices, _, content) = rest(&mut socket).await;
    let items = server.history_of(&chat_id, 2).await;
    let answer_id = text(&items[1], "/id");
    let mut socket = resume(&server, &chat_id, &answer_id, 3).await;
    let (missed, _, again) = rest(&mut socket).await;
    assert_eq!(missed, indices[3..]);
    assert_eq!(again, content);
}

#[tokio::test]
async fn an_answer_from_before_a_restart_is_told_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = instant();
    config.database = Some(folder.path().join("platform.sqlite"));
    let (server, chat_id, mut socket) = joined(config.clone()).await;
    socket.ask(&chat_id, "react").await;
    let complete = socket.until("response_complete").await;
    server.stop().await;
    let server = Server::start(config).await;
    let mut socket = resume(&server, &chat_id, &text(&complete, "/data/message_id"), 2).await;
    let again = socket.until("response_complete").await;
    for field in ["message_id", "content", "sources", "author_kind"] {
        assert_eq!(again["data"][field], complete["data"][field], "{field}");
    }
}

#[tokio::test]
async fn stopping_ends_an_answer_with_what_was_said_and_keeps_it() {
    let (server, chat_id, mut socket) = joined(slow()).await;
    socket.ask(&chat_id, "react").await;
    let first = socket.until("response_chunk").await;
    let answer_id = text(&first, "/data/message_id");
    let stop = json!({"chat_id": chat_id, "message_id": answer_id});
    socket.say("stop_response", stop.clone()).await;
    let complete = socket.until("response_complete").await;
    assert_eq!(complete["data"]["stopped"], true);
    let content = text(&complete, "/data/content");
    assert!(content.starts_with(&text(&first, "/data/content")));

    socket.say("stop_response", stop).await;
    socket.say("ping", json!({})).await;
    assert_eq!(socket.frame().await["type"], "pong");
    let items = server.history(&chat_id).await;
    assert_eq!(items[1]["content"], content);
    assert_eq!(items[1]["stopped"], true);
    // The next question is answered as ever.
    socket.ask(&chat_id, "react").await;
    let complete = socket.until("response_complete").await;
    assert_eq!(complete["data"]["stopped"], Value::Null);
}

#[tokio::test]
async fn an_answer_can_be_rated_and_rated_again() {
    let (server, chat_id, mut socket) = joined(instant()).await;
    socket.ask(&chat_id, "react").await;
    socket.until("response_complete").await;
    let items = server.history(&chat_id).await;
    let path = |item: &Value| format!("/api/v1/chat/{chat_id}/messages/{}/feedback", text(item, "/id"));
    for body in [
        json!({"value": "up"}),
        json!({"value": "down", "reason": "wrong"}),
    ] {
        assert_eq!(server.post(&path(&items[1]), None, &body).await.0, 204);
    }
    let (status, refusal) = server
        .post(&path(&items[1]), None, &json!({"value": "meh"}))
        .await;
    assert_eq!(status, 422);
    assert_eq!(refusal["detail"][0]["loc"], json!(["body", "value"]));
    // A question is no answer.
    let (status, refusal) = server.post(&path(&items[0]), None, &json!({"value": "up"})).await;
    assert_eq!(
        (status, &refusal["error_code"]),
        (404, &json!("MESSAGE_NOT_FOUND"))
    );
}

#[tokio::test]
async fn an_erased_chat_is_gone_with_everything_in_it() {
    let (server, chat_id, mut socket) = joined(slow()).await;
    socket.ask(&chat_id, "react").await;
    socket.until("response_chunk").await;
    let path = format!("/api/v1/chat/{chat_id}");
    assert_eq!(answer(server.call("DELETE", &path, None)).await.0, 204);
    for (method, path) in [
        ("DELETE", path.clone()),
        ("GET", path.clone()),
        ("GET", format!("{path}/messages")),
    ] {
        assert_eq!(answer(server.call(method, &path, None)).await.0, 404);
    }
    socket.ask(&chat_id, "still there?").await;
    assert_eq!(socket.until("error").await["data"]["code"], "chat_not_found");
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4005));
    assert_ne!(server.create_chat("session-1").await, chat_id);
}

#[tokio::test]
async fn every_message_has_an_author() {
    let (server, chat_id, mut socket) = joined(instant()).await;
    socket.ask(&chat_id, "react").await;
    assert_eq!(socket.until("response_start").await["data"]["author_kind"], "ai");
    assert_eq!(
        socket.until("response_complete").await["data"]["author_kind"],
        "ai"
    );
    let items = server.history(&chat_id).await;
    assert_eq!(items[0]["author_kind"], "human");
    assert_eq!(items[1]["author_kind"], "ai");
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let mut config = slow();
    config.without = BTreeSet::from(Capability::ALL);
    let (server, chat_id, mut socket) = joined(config).await;
    let chat = server.get_json(&format!("/api/v1/chat/{chat_id}")).await;
    assert_eq!(chat["capabilities"], json!([]));
    socket.ask_as(&chat_id, "react", "m-1").await;
    assert_eq!(
        socket.until("message_received").await["data"]["client_message_id"],
        Value::Null
    );
    let chunk = socket.until("response_chunk").await;
    assert_eq!(chunk["data"]["index"], Value::Null);
    socket.say("stop_response", json!({"chat_id": chat_id})).await;
    assert_eq!(
        socket.until("error").await["data"]["type"],
        "message_validation_error"
    );
    let path = format!("/api/v1/chat/{chat_id}");
    assert_eq!(answer(server.call("DELETE", &path, None)).await.0, 405);
    let feedback = format!("{path}/messages/x/feedback");
    assert_eq!(server.post(&feedback, None, &json!({"value": "up"})).await.0, 404);
    let mut again = resume(&server, &chat_id, &text(&chunk, "/data/message_id"), 0).await;
    let complete = again.until("response_complete").await;
    assert_eq!(complete["data"]["author_kind"], Value::Null);
    assert_eq!(complete["data"]["suggestions"], Value::Null);
}

#[tokio::test]
async fn the_limits_of_a_tenant_can_be_read() {
    let mut config = instant();
    config.tenants = vec!["other-company".to_owned()];
    let server = Server::start(config).await;
    for (tenant, limits) in [(TENANT, (60, 4000, 10)), ("other-company", (20, 2000, 5))] {
        let request = server
            .bare("GET", "/api/v1/chat/config")
            .header("X-Tenant-ID", tenant);
        let (status, body) = answer(request).await;
        assert_eq!(status, 200);
        assert_eq!(body["tenant_id"], tenant);
        assert!(body["features"]["rag_enabled"].is_boolean() && body["ui"]["title"].is_string());
        let expected = json!({
            "messages_per_minute": limits.0,
            "max_message_length": limits.1,
            "concurrent_connections": limits.2,
        });
        assert_eq!(body["limits"], expected);
    }
}
