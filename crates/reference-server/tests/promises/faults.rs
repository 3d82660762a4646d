//! Every fault word does what its table says.

use std::time::{Duration, Instant};

use reference_server::Config;
use serde_json::Value;

use crate::support::{Arrival, Server, Socket, instant, kinds, text};

fn faulty() -> Config {
    let mut config = instant();
    config.faults = true;
    config
}

/// A server with a joined socket.
async fn joined(config: Config) -> (Server, String, Socket) {
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let socket = server.join(&chat_id).await;
    (server, chat_id, socket)
}

/// Expects the two frames that come before most faults.
async fn acknowledged(socket: &mut Socket) {
    assert_eq!(socket.frame().await["type"], "message_received");
    assert_eq!(socket.frame().await["type"], "processing");
}

#[tokio::test]
async fn malformed_frame_sends_one_and_answers() {
    let (_server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault malformed-frame").await;
    acknowledged(&mut socket).await;
    assert_eq!(
        socket.arrival().await,
        Arrival::Text("{\"type\":\"response_chunk\",".to_owned())
    );
    assert!(!text(&socket.until("response_complete").await, "/data/content").is_empty());
}

#[tokio::test]
async fn oversize_frame_sends_five_mebibytes_and_nothing_more() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault oversize-frame").await;
    acknowledged(&mut socket).await;
    assert_eq!(socket.frame().await["type"], "response_start");
    let Arrival::Text(huge) = socket.arrival().await else {
        panic!("no frame")
    };
    assert!(huge.len() > 5 * 1024 * 1024);
    socket.say("ping", Value::Null).await;
    assert_eq!(socket.frame().await["type"], "pong");
    assert_eq!(server.history(&chat_id).await.len(), 1);
}

#[tokio::test]
async fn drop_cuts_in_the_middle_and_keeps_the_answer() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault drop").await;
    let (texts, end) = socket.until_the_end().await;
    assert_eq!(end, Arrival::Cut);
    let chunk = "response_chunk";
    assert_eq!(
        kinds(&texts),
        [
            "message_received",
            "processing",
            "response_start",
            chunk,
            chunk,
            chunk
        ]
    );
    let items = server.history_of(&chat_id, 2).await;
    assert!(text(&items[1], "/content").ends_with("cut in the middle."));
}

#[tokio::test]
async fn drop_unacked_stores_and_answers_without_a_word() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask_as(&chat_id, "/fault drop-unacked", "m-1").await;
    assert_eq!(socket.until_the_end().await, (Vec::new(), Arrival::Cut));
    let items = server.history_of(&chat_id, 2).await;
    assert_eq!(items[0]["client_message_id"], "m-1");
}

#[tokio::test]
async fn close_closes_with_its_code() {
    let (_server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault close 4006").await;
    let (texts, end) = socket.until_the_end().await;
    assert_eq!(kinds(&texts), ["message_received", "processing"]);
    assert_eq!(end, Arrival::Closed(4006));
}

#[tokio::test]
async fn silence_says_nothing_after_processing() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault silence").await;
    acknowledged(&mut socket).await;
    // The next question of the chat is answered, so the silent one has had its turn.
    socket.ask(&chat_id, "react").await;
    acknowledged(&mut socket).await;
    socket.until("response_complete").await;
    assert_eq!(server.history(&chat_id).await.len(), 3);
}

#[tokio::test]
async fn error_fails_under_the_question_s_id() {
    let (_server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault error").await;
    let received = socket.frame().await;
    assert_eq!(socket.frame().await["type"], "processing");
    let error = socket.frame().await;
    assert_eq!(error["data"]["type"], "ai_processing_error");
    assert_eq!(error["data"]["messageId"], received["data"]["message_id"]);
}

#[tokio::test]
async fn slow_gives_the_real_answer_at_its_own_pace() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault slow tenant header").await;
    acknowledged(&mut socket).await;
    socket.until("response_chunk").await;
    socket.until("response_chunk").await;
    // A shutdown lets the answer finish at once, so nobody has to wait for the rest.
    server.stop().await;
}

#[tokio::test]
async fn stream_says_so_many_pieces_of_one_size() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault stream 250x4").await;
    acknowledged(&mut socket).await;
    assert_eq!(socket.frame().await["type"], "response_start");
    let mut said = String::new();
    for _ in 0..250 {
        let piece = text(&socket.until("response_chunk").await, "/data/content");
        assert_eq!(piece.chars().count(), 4);
        said.push_str(&piece);
    }
    assert_eq!(text(&socket.frame().await, "/data/content"), said);
    assert_eq!(text(&server.history(&chat_id).await[1], "/content"), said);
}

#[tokio::test]
async fn stream_is_never_ahead_of_its_timetable() {
    let (_server, chat_id, mut socket) = joined(faulty()).await;
    let asked = Instant::now();
    socket.ask(&chat_id, "/fault stream 20x1 100").await;
    socket.until("response_complete").await;
    // From the first of twenty to the last there are nineteen steps.
    assert!(asked.elapsed() >= Duration::from_millis(190));
}

#[tokio::test]
async fn history_stores_what_was_said_before() {
    let (server, chat_id, mut socket) = joined(faulty()).await;
    socket.ask(&chat_id, "/fault history 30").await;
    socket.until("response_complete").await;
    let items = server.history(&chat_id).await;
    let numbers: Vec<_> = items
        .iter()
        .map(|item| item["sequence_number"].as_u64())
        .collect();
    assert_eq!(numbers, (1..=32).map(Some).collect::<Vec<_>>());
    let roles: Vec<_> = items[1..31].iter().map(|item| text(item, "/role")).collect();
    assert_eq!(roles, ["user", "assistant"].repeat(15));
    assert!(items[1]["created_at"].as_f64() < items[30]["created_at"].as_f64());
}

#[tokio::test]
async fn without_the_switch_fault_words_are_ordinary_text() {
    let (_server, chat_id, mut socket) = joined(instant()).await;
    socket.ask(&chat_id, "/fault drop").await;
    socket.until("response_complete").await;
}

#[tokio::test]
async fn a_hotspot_answers_the_whole_rest_surface() {
    let mut config = instant();
    config.html = true;
    let server = Server::start(config).await;
    for (method, path) in [
        ("GET", "/api/v1/health"),
        ("POST", "/api/v1/chat"),
        ("OPTIONS", "/api/v1/chat"),
    ] {
        let request = server
            .bare(method, path)
            .header("Origin", "https://anywhere.example");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert_eq!(
            response.headers()["access-control-allow-origin"],
            "https://anywhere.example"
        );
        assert_eq!(
            response.text().await.unwrap(),
            "<html><body>Welcome to Hotel WiFi</body></html>"
        );
    }
}
