//! What is said survives a restart.

use crate::support::{Server, instant};

#[tokio::test]
async fn a_restart_keeps_chats_and_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = instant();
    config.database = Some(folder.path().join("new/platform.sqlite"));

    let server = Server::start(config.clone()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask_as(&chat_id, "react", "m-1").await;
    socket.until("response_complete").await;
    let before = server.history(&chat_id).await;
    server.stop().await;

    let server = Server::start(config).await;
    assert_eq!(server.create_chat("session-1").await, chat_id);
    assert_eq!(server.history(&chat_id).await, before);
    let mut socket = server.join(&chat_id).await;
    socket.ask_as(&chat_id, "react", "m-1").await;
    let repeat = socket.until("message_received").await;
    assert_eq!(repeat["data"]["message_id"], before[0]["id"]);
    // The index is rebuilt, not doubled: three sources at most, each once.
    socket.ask(&chat_id, "react").await;
    let complete = socket.until("response_complete").await;
    let urls: Vec<_> = complete["data"]["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| &source["url"])
        .collect();
    assert!(
        urls.iter()
            .all(|url| urls.iter().filter(|other| other == &url).count() == 1)
    );
}
