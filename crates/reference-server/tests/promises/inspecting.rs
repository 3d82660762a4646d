//! The log of everything said and heard.

use serde_json::{Value, json};

use crate::support::{Server, TENANT, instant};

async fn log(server: &Server) -> Vec<Value> {
    let response = server.bare("GET", "/_inspect/log").send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "*");
    response.json().await.unwrap()
}

#[tokio::test]
async fn calls_and_frames_are_logged_in_order() {
    let mut config = instant();
    config.inspect = true;
    let server = Server::start(config).await;
    let request = server
        .call("GET", "/api/v1/health?x=1", Some("secret"))
        .header("Origin", "http://localhost:3000");
    request.send().await.unwrap();
    server.get("/index.html").await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}&token=secret"))
        .await;
    socket.say("join_chat", json!({"chat_id": chat_id})).await;
    assert_eq!(socket.until("error").await["data"]["code"], "invalid_token");

    let entries = log(&server).await;
    let health = &entries[0];
    assert_eq!(health["kind"], "http");
    assert_eq!(health["method"], "GET");
    assert_eq!(health["path_and_query"], "/api/v1/health?x=1");
    assert_eq!(health["headers"]["x-tenant-id"], TENANT);
    assert_eq!(health["headers"]["authorization"], "redacted");
    assert_eq!(health["authorization"], "Bearer secret");
    assert_eq!(health["tenant_id"], TENANT);
    assert_eq!(health["origin"], "http://localhost:3000");
    assert_eq!(health["status"], 200);
    let create = &entries[1];
    assert_eq!(create["path_and_query"], "/api/v1/chat");
    assert_eq!(create["authorization"], Value::Null);
    let body: Value = serde_json::from_str(create["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["session_id"], "session-1");
    let open = &entries[2];
    assert_eq!(open["kind"], "socket");
    assert_eq!(open["event"], "open");
    assert_eq!(open["socket"], 1);
    assert_eq!(
        open["query"],
        format!("tenant_id={TENANT}&chat_id={chat_id}&token=redacted")
    );
    let place = |event: &str, part: &str| {
        entries.iter().position(|entry| {
            entry["event"] == event && entry["text"].as_str().unwrap_or_default().contains(part)
        })
    };
    let joining = place("frame_in", "join_chat").unwrap();
    assert!(joining < place("frame_out", "invalid_token").unwrap());

    assert_eq!(
        server
            .bare("DELETE", "/_inspect/log")
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert!(log(&server).await.is_empty());
}

#[tokio::test]
async fn refused_upgrades_are_calls_and_ends_have_codes() {
    let mut config = instant();
    config.inspect = true;
    let server = Server::start(config).await;
    assert!(server.try_open("?tenant_id=nobody", None).await.is_err());
    let mut socket = server.open(&format!("?tenant_id={TENANT}")).await;
    socket.say("ping", json!({})).await;
    socket.until_the_end().await;
    drop(socket);
    let entries = loop {
        let entries = log(&server).await;
        if entries.last().is_some_and(|entry| entry["event"] == "close") {
            break entries;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(entries[0]["status"], 403);
    assert_eq!(entries[1]["event"], "open");
    assert_eq!(entries.last().unwrap()["code"], 4400);
    assert_eq!(entries.last().unwrap()["sent"], 4400);
}

#[tokio::test]
async fn without_the_switch_there_is_no_log() {
    let server = Server::start(instant()).await;
    assert_eq!(
        server.bare("GET", "/_inspect/log").send().await.unwrap().status(),
        404
    );
}
