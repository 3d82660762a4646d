//! Questions and their answers.

use reference_server::Capability;
use serde_json::{Value, json};

use crate::support::{Server, instant, keys, text};

#[tokio::test]
async fn a_question_is_acknowledged_streamed_completed_and_kept() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket
        .ask_as(&chat_id, "How do I use it with React?", "m-1")
        .await;

    let received = socket.frame().await;
    assert_eq!(received["type"], "message_received");
    assert_eq!(received["data"]["client_message_id"], "m-1");
    assert_eq!(received["data"]["chat_id"], *chat_id);
    assert!(received["data"]["timestamp"].is_u64());
    let processing = socket.frame().await;
    assert_eq!(processing["type"], "processing");
    let answer_id = text(&processing, "/data/message_id");
    let start = socket.frame().await;
    assert_eq!(start["type"], "response_start");
    assert_eq!(start["data"]["message_id"], *answer_id);

    let mut streamed = String::new();
    let mut index = 0;
    let complete = loop {
        let frame = socket.frame().await;
        if frame["type"] != "response_chunk" {
            break frame;
        }
        assert_eq!(frame["data"]["message_id"], *answer_id);
        assert_eq!(frame["data"]["index"], index);
        index += 1;
        streamed.push_str(&text(&frame, "/data/content"));
    };
    assert!(index > 20, "{index}");
    assert_eq!(complete["type"], "response_complete");
    let body = &complete["data"];
    assert_eq!(body["content"], *streamed);
    assert_eq!(body["message_id"], *answer_id);
    assert_eq!(body["role"], "assistant");
    let tokens = |name: &str| body[name].as_u64().unwrap();
    assert_eq!(
        tokens("total_tokens"),
        tokens("prompt_tokens") + tokens("completion_tokens")
    );
    for name in [
        "llm_model",
        "response_time_ms",
        "created_at",
        "sources",
        "suggestions",
    ] {
        assert!(keys(body).contains(name), "{name}");
    }

    let items = server.history(&chat_id).await;
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["id"], received["data"]["message_id"]);
    assert_eq!(items[0]["client_message_id"], "m-1");
    assert_eq!(items[0]["content"], "How do I use it with React?");
    assert_eq!(items[1]["id"], *answer_id);
    assert_eq!(items[1]["content"], *streamed);
    assert_eq!(items[1]["sources"], body["sources"]);
}

#[tokio::test]
async fn an_answer_quotes_the_documents_and_names_real_files() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask(&chat_id, "How do I mount it in React?").await;
    let complete = socket.until("response_complete").await;
    let content = text(&complete, "/data/content");
    assert!(content.contains("docs/INTEGRATION.md › React"), "{content}");
    assert!(
        content.contains("  // # not a heading\n  return () => handle.unmount();\n}, []);\n```"),
        "{content}"
    );

    let source = &complete["data"]["sources"][0];
    assert_eq!(source["title"], "docs/INTEGRATION.md › React");
    let url = text(source, "/url");
    assert_eq!(
        url,
        format!("http://{}/knowledge/INTEGRATION.md#react", server.host)
    );
    let file = reqwest::get(&url).await.unwrap();
    assert_eq!(file.headers()["content-type"], "text/markdown; charset=utf-8");
    assert!(file.text().await.unwrap().contains("## React"));
    assert!(!text(source, "/snippet").is_empty());
    assert_eq!(complete["data"]["suggestions"][0], "What about Vue?");
}

#[tokio::test]
async fn finding_nothing_is_said_without_sources() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    for question in ["xylophone?", "\" OR body:* --", "???", "ciao"] {
        socket.ask(&chat_id, question).await;
        let complete = socket.until("response_complete").await;
        assert!(
            text(&complete, "/data/content").contains("could not find"),
            "{question}"
        );
        assert_eq!(complete["data"]["sources"], json!([]));
    }
}

#[tokio::test]
async fn an_answer_is_generated_and_kept_although_nobody_is_joined() {
    let mut config = instant();
    config.chunk_pace = std::time::Duration::from_millis(1);
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask(&chat_id, "react").await;
    socket.until("response_chunk").await;
    drop(socket);
    let items = server.history_of(&chat_id, 2).await;
    assert!(text(&items[1], "/content").contains("React"));
}

#[tokio::test]
async fn only_sockets_joined_to_the_chat_hear_its_answers() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let other_id = server.create_chat("session-2").await;
    let mut asking = server.join(&chat_id).await;
    let mut second_tab = server.join(&chat_id).await;
    let mut stranger = server.join(&other_id).await;
    asking.ask(&chat_id, "react").await;
    let heard = asking.until("response_complete").await;
    assert_eq!(second_tab.until("response_complete").await, heard);
    stranger.say("ping", json!({})).await;
    assert_eq!(stranger.frame().await["type"], "pong");
}

#[tokio::test]
async fn questions_of_a_chat_are_answered_one_after_the_other() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    for question in ["react", "vue"] {
        socket.ask(&chat_id, question).await;
    }
    let mut open = None;
    let mut contents = Vec::new();
    while contents.len() < 2 {
        let frame = socket.frame().await;
        match frame["type"].as_str().unwrap() {
            "processing" => {
                assert_eq!(open, None);
                open = Some(text(&frame, "/data/message_id"));
            }
            "response_complete" => {
                assert_eq!(open.take(), Some(text(&frame, "/data/message_id")));
                contents.push(text(&frame, "/data/content"));
            }
            _ => {}
        }
    }
    assert!(contents[0].contains("› React") && contents[1].contains("› Vue"));
}

#[tokio::test]
async fn an_answer_can_come_whole() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket
        .say(
            "chat_message",
            json!({"message": "react", "chat_id": chat_id, "stream": false}),
        )
        .await;
    for kind in ["message_received", "processing", "response_complete"] {
        assert_eq!(socket.frame().await["type"], kind);
    }
}

#[tokio::test]
async fn text_may_come_as_a_user_message() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket
        .say(
            "user_message",
            json!({"text": "tenant header", "chat_id": chat_id}),
        )
        .await;
    let complete = socket.until("response_complete").await;
    assert!(text(&complete, "/data/content").contains("X-Tenant-ID"));
}

#[tokio::test]
async fn suggestions_can_be_switched_off() {
    let mut config = instant();
    config.without = [Capability::Suggestions].into();
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask(&chat_id, "react").await;
    let complete: Value = socket.until("response_complete").await;
    assert!(!keys(&complete["data"]).contains("suggestions"));
    assert_eq!(complete["data"]["chat_id"], *chat_id);
}
