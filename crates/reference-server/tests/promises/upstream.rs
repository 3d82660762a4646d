//! Answers from an OpenAI-compatible endpoint, here a tiny one of our own.

use axum::{Json, Router, http::HeaderMap, http::StatusCode, routing::post};
use reference_server::{Config, Upstream};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Server, instant, text};

/// Serves a fixed stream after checking what it was asked; returns the base URL.
async fn endpoint(stream: &'static str) -> String {
    let answer = move |headers: HeaderMap, Json(asked): Json<Value>| async move {
        assert_eq!(headers["authorization"], "Bearer key-1");
        assert_eq!(asked["model"], "small");
        assert_eq!(asked["stream"], true);
        assert!(text(&asked, "/messages/0/content").contains("Mount the widget in an effect"));
        let last = asked["messages"].as_array().unwrap().last().unwrap();
        assert_eq!(last, &json!({"role": "user", "content": "react"}));
        (StatusCode::OK, stream)
    };
    serve(Router::new().route("/v1/chat/completions", post(answer))).await
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn asking(url: String) -> Config {
    let upstream = Upstream {
        url,
        model: "small".to_owned(),
        key: Some("key-1".to_owned()),
    };
    Config {
        upstream: Some(upstream),
        ..instant()
    }
}

#[tokio::test]
async fn an_upstream_s_deltas_become_the_answer() {
    let url = endpoint(concat!(
        ": comment\n\n",
        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Perch\u{e9} \"}}]}\r\n\r\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"no?\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: [DONE]\n\n",
    ))
    .await;
    let server = Server::start(asking(url)).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.ask(&chat_id, "react").await;
    assert_eq!(
        text(&socket.until("response_chunk").await, "/data/content"),
        "Perché "
    );
    assert_eq!(
        text(&socket.until("response_chunk").await, "/data/content"),
        "no?"
    );
    let complete = socket.until("response_complete").await;
    assert_eq!(complete["data"]["content"], "Perché no?");
    assert_eq!(complete["data"]["llm_model"], "small");
    assert_eq!(
        complete["data"]["sources"][0]["title"],
        "docs/INTEGRATION.md › React"
    );
    assert_eq!(server.history(&chat_id).await[1]["content"], "Perché no?");
}

#[tokio::test]
async fn an_upstream_that_fails_fails_the_answer() {
    let early_end = endpoint("data: {\"choices\":[{\"delta\":{\"content\":\"Hal\"}}]}\n\n").await;
    let refusal = Router::new().route(
        "/v1/chat/completions",
        post(|| async { StatusCode::UNAUTHORIZED }),
    );
    for url in [
        early_end,
        serve(refusal).await,
        "http://127.0.0.1:9/v1".to_owned(),
    ] {
        let server = Server::start(asking(url)).await;
        let chat_id = server.create_chat("session-1").await;
        let mut socket = server.join(&chat_id).await;
        socket.ask(&chat_id, "react").await;
        let received = socket.until("message_received").await;
        let error = socket.until("error").await;
        assert_eq!(error["data"]["type"], "ai_processing_error");
        assert_eq!(error["data"]["messageId"], received["data"]["message_id"]);
        assert_eq!(server.history(&chat_id).await.len(), 1);
    }
}
