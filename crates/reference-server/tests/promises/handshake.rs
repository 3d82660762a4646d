//! The way from an upgrade to a joined socket.

use std::time::Duration;

use serde_json::json;

use crate::support::{ALL_CAPABILITIES, Arrival, Server, TENANT, instant, keys, text, upgrade_status};

#[tokio::test]
async fn an_upgrade_needs_a_known_tenant_and_an_allowed_page() {
    let server = Server::start(instant()).await;
    let query = format!("?tenant_id={TENANT}&chat_id=x");
    let own = format!("http://{}", server.host);
    assert_eq!(upgrade_status(&server, &query, None).await, 101);
    assert_eq!(
        upgrade_status(&server, &query, Some("http://localhost:3000")).await,
        101
    );
    assert_eq!(upgrade_status(&server, &query, Some(&own)).await, 101);
    assert_eq!(
        upgrade_status(&server, &query, Some("https://evil.example")).await,
        403
    );
    assert_eq!(upgrade_status(&server, "?tenant_id=nobody", None).await, 403);
    assert_eq!(upgrade_status(&server, "", None).await, 403);
}

#[tokio::test]
async fn a_socket_is_greeted_made_ready_and_joined_in_order() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}"))
        .await;

    let established = socket.frame().await;
    assert_eq!(established["type"], "connection_established");
    assert_eq!(
        keys(&established["data"]),
        ["client_id", "connected_at", "tenant_id"].into()
    );
    for phase in ["starting", "services", "complete"] {
        let progress = socket.frame().await;
        assert_eq!(progress["type"], "initialization_progress");
        assert_eq!(progress["data"]["phase"], phase);
    }
    let ready = socket.frame().await;
    assert_eq!(ready["type"], "connection_ready");
    assert_eq!(ready["data"]["client_id"], established["data"]["client_id"]);
    assert_eq!(ready["data"]["capabilities"], json!(ALL_CAPABILITIES));
    assert!(ready["data"]["ready_at"].is_f64());

    socket
        .say("join_chat", json!({"chat_id": chat_id, "tenant_id": TENANT}))
        .await;
    let joined = socket.frame().await;
    assert_eq!(joined["type"], "chat_joined");
    assert_eq!(
        keys(&joined),
        ["type", "message_id", "chat_id", "tenant_id", "event_ts", "data"].into()
    );
    assert_eq!(joined["data"], json!({"chat_id": chat_id, "success": true}));
}

#[tokio::test]
async fn a_join_may_come_before_ready() {
    let mut config = instant();
    config.warm_up = Duration::from_secs(3600);
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}"))
        .await;
    socket
        .say("join_chat", json!({"chat_id": chat_id, "tenant_id": TENANT}))
        .await;
    // Nothing is ready within the hour.
    socket.until("chat_joined").await;
}

#[tokio::test]
async fn a_second_join_is_confirmed_again() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket
        .say("join_chat", json!({"chat_id": chat_id, "tenant_id": TENANT}))
        .await;
    assert_eq!(socket.until("chat_joined").await["data"]["success"], true);
}

#[tokio::test]
async fn another_first_frame_is_refused_with_4400() {
    let server = Server::start(instant()).await;
    let mut socket = server.open(&format!("?tenant_id={TENANT}&chat_id=x")).await;
    socket.say("ping", json!({})).await;
    assert_eq!(socket.until("error").await["data"]["code"], "join_required");
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4400));
}

#[tokio::test]
async fn a_chat_that_is_unknown_or_another_tenant_s_is_refused_with_4005() {
    let mut config = instant();
    config.tenants = vec!["other-company".to_owned()];
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    for (tenant, chat_id) in [(TENANT, "nope"), ("other-company", &chat_id)] {
        let mut socket = server
            .open(&format!("?tenant_id={tenant}&chat_id={chat_id}"))
            .await;
        socket
            .say("join_chat", json!({"chat_id": chat_id, "tenant_id": tenant}))
            .await;
        assert_eq!(socket.until("error").await["data"]["code"], "chat_not_found");
        assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4005));
    }
}

#[tokio::test]
async fn another_tenant_in_the_join_is_refused_with_4403() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}"))
        .await;
    socket
        .say(
            "join_chat",
            json!({"chat_id": chat_id, "tenant_id": "other-company"}),
        )
        .await;
    assert_eq!(socket.until("error").await["data"]["code"], "tenant_mismatch");
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4403));
}

#[tokio::test]
async fn a_join_in_time_lifts_the_deadline() {
    let mut config = instant();
    config.join_deadline = Duration::from_secs(1);
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    let mut idle = server
        .open(&format!("?tenant_id={TENANT}&chat_id={chat_id}"))
        .await;
    let mut joined = server.join(&chat_id).await;
    assert_eq!(idle.until_the_end().await.1, Arrival::Closed(4408));
    joined.say("ping", json!({"timestamp": 7})).await;
    assert_eq!(joined.until("pong").await["data"], json!({"timestamp": 7}));
}

#[tokio::test]
async fn leaving_is_confirmed_and_ends_the_hearing() {
    let server = Server::start(instant()).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join(&chat_id).await;
    socket.say("leave_chat", json!({"chat_id": chat_id})).await;
    assert_eq!(text(&socket.until("chat_left").await, "/data/chat_id"), chat_id);
    socket.ask(&chat_id, "hello").await;
    assert_eq!(
        socket.until("error").await["data"]["type"],
        "message_validation_error"
    );
}
