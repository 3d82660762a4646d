//! How a server ends.

use std::time::Duration;

use crate::support::{Arrival, Server, instant};

#[tokio::test]
async fn every_socket_is_closed_with_1001() {
    let mut server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut joined = server.join(&chat_id).await;
    let mut idle = server.open("?tenant_id=miptech-company").await;
    server.begin_stop();
    assert_eq!(joined.until_the_end().await.1, Arrival::Closed(1001));
    assert_eq!(idle.until_the_end().await.1, Arrival::Closed(1001));
    server.stopped().await;
}

#[tokio::test]
async fn an_answer_in_progress_is_finished_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = instant();
    config.database = Some(folder.path().join("platform.sqlite"));
    config.chunk_pace = Duration::from_secs(3600);
    let server = Server::start(config.clone()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask(&chat_id, "react").await;
    socket.until("response_chunk").await;
    server.stop().await;

    let server = Server::start(config).await;
    assert_eq!(server.history(&chat_id).await.len(), 2);
}
