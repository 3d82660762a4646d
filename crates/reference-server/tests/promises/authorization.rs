//! Who may do what: the two JWT switches, scopes, and chats that belong to somebody.

use std::time::Duration;

use reference_server::{Config, RequireAuth, Scope};
use serde_json::{Value, json};

use crate::support::{Arrival, Server, Socket, TENANT, answer, instant, text};

const OTHER: &str = "other-company";

fn demanding(where_to: RequireAuth) -> Config {
    Config {
        require_auth: where_to,
        tenants: vec![OTHER.to_owned()],
        ..instant()
    }
}

fn new_chat(session_id: &str) -> Value {
    json!({"session_id": session_id, "visitor_id": "visitor-1", "tenant_id": TENANT})
}

/// A server with a user, and that user's access token.
async fn with_user(config: Config) -> (Server, String) {
    let server = Server::start(config).await;
    let token = text(&server.register("ada@example.com").await, "/access_token");
    (server, token)
}

async fn create(server: &Server, token: Option<&str>, session_id: &str) -> (u16, Value) {
    server.post("/api/v1/chat", token, &new_chat(session_id)).await
}

/// Joins on a fresh socket and tells the code of the refusal and of the close.
async fn refused(server: &Server, query: &str, join: Value) -> (String, Arrival) {
    let mut socket = server.open(query).await;
    socket.say("join_chat", join).await;
    let code = text(&socket.until("error").await, "/data/code");
    (code, socket.until_the_end().await.1)
}

fn query() -> String {
    format!("?tenant_id={TENANT}&chat_id=x")
}

#[tokio::test]
async fn every_chat_call_needs_a_token_where_rest_demands_one() {
    let (server, token) = with_user(demanding(RequireAuth::Rest)).await;
    let (_, chat) = create(&server, Some(&token), "session-1").await;
    let path = format!("/api/v1/chat/{}", text(&chat, "/chat_id"));
    for (method, path) in [
        ("POST", "/api/v1/chat".to_owned()),
        ("GET", path.clone()),
        ("GET", format!("{path}/messages")),
        ("POST", format!("{path}/messages/x/feedback")),
        ("DELETE", path.clone()),
    ] {
        let body = new_chat("session-2");
        let (status, refusal) = answer(server.call(method, &path, None).json(&body)).await;
        assert_eq!(
            (status, &refusal["code"]),
            (401, &json!("auth_required")),
            "{method} {path}"
        );
        let (status, refusal) = answer(server.call(method, &path, Some("forged")).json(&body)).await;
        assert_eq!(
            (status, &refusal["code"]),
            (401, &json!("invalid_token")),
            "{method} {path}"
        );
    }
    assert_eq!(answer(server.call("GET", &path, Some(&token))).await.0, 200);
    // The socket has a switch of its own.
    let (server, _) = with_user(demanding(RequireAuth::Rest)).await;
    let refusal = refused(&server, &query(), json!({"chat_id": "x"})).await;
    assert_eq!(refusal, ("chat_not_found".to_owned(), Arrival::Closed(4005)));
}

#[tokio::test]
async fn a_join_needs_a_token_where_sockets_demand_one() {
    let (server, token) = with_user(demanding(RequireAuth::Socket)).await;
    let chat_id = server.create_chat("session-1").await;
    assert_eq!(
        refused(&server, &query(), json!({"chat_id": chat_id})).await,
        ("auth_required".to_owned(), Arrival::Closed(4401))
    );
    assert_eq!(
        refused(&server, &query(), json!({"chat_id": chat_id, "token": "forged"})).await,
        ("invalid_token".to_owned(), Arrival::Closed(4401))
    );
    server.join_as(&chat_id, Some(&token)).await;
}

#[tokio::test]
async fn a_token_may_come_in_the_query_and_the_join_s_comes_first() {
    let (server, token) = with_user(demanding(RequireAuth::Socket)).await;
    let chat_id = server.create_chat("session-1").await;
    let in_query = |token: &str| format!("?tenant_id={TENANT}&chat_id={chat_id}&token={token}");
    let mut socket = server.open(&in_query(&token)).await;
    socket.say("join_chat", json!({"chat_id": chat_id})).await;
    socket.until("chat_joined").await;
    let mut socket = server.open(&in_query("forged")).await;
    socket
        .say("join_chat", json!({"chat_id": chat_id, "token": token}))
        .await;
    socket.until("chat_joined").await;
}

#[tokio::test]
async fn a_bad_token_is_refused_even_where_none_is_needed() {
    let server = Server::start(instant()).await;
    let (status, refusal) = create(&server, Some("forged"), "session-1").await;
    assert_eq!((status, &refusal["code"]), (401, &json!("invalid_token")));
    assert_eq!(
        refused(&server, &query(), json!({"chat_id": "x", "token": "forged"})).await,
        ("invalid_token".to_owned(), Arrival::Closed(4401))
    );
}

#[tokio::test]
async fn a_token_that_expires_while_joined_is_refused_at_the_next_join() {
    let mut config = demanding(RequireAuth::Socket);
    config.access_ttl = Duration::from_millis(1500);
    let (server, token) = with_user(config).await;
    let chat_id = server.create_chat("session-1").await;
    let mut socket = server.join_as(&chat_id, Some(&token)).await;
    let join = json!({"chat_id": chat_id, "token": token});
    let refusal = loop {
        socket.say("join_chat", join.clone()).await;
        let frame = socket.frame().await;
        if frame["type"] == "error" {
            break frame;
        }
    };
    assert_eq!(refusal["data"]["code"], "invalid_token");
    assert_eq!(socket.until_the_end().await.1, Arrival::Closed(4401));
}

#[tokio::test]
async fn a_token_is_good_for_its_tenant_only() {
    let (server, token) = with_user(demanding(RequireAuth::All)).await;
    let mut body = new_chat("session-1");
    body["tenant_id"] = json!(OTHER);
    let request = server
        .bare("POST", "/api/v1/chat")
        .header("X-Tenant-ID", OTHER)
        .bearer_auth(&token);
    let (status, refusal) = answer(request.json(&body)).await;
    assert_eq!((status, &refusal["code"]), (403, &json!("tenant_mismatch")));
    let elsewhere = format!("?tenant_id={OTHER}&chat_id=x");
    assert_eq!(
        refused(&server, &elsewhere, json!({"chat_id": "x", "token": token})).await,
        ("tenant_mismatch".to_owned(), Arrival::Closed(4403))
    );
}

#[tokio::test]
async fn a_missing_scope_is_refused() {
    let mut config = demanding(RequireAuth::Nowhere);
    config.token_scopes = [Scope::ChatCreate].into();
    let (server, token) = with_user(config).await;
    let (status, chat) = create(&server, Some(&token), "session-1").await;
    assert_eq!(status, 200);
    let join = json!({"chat_id": chat["chat_id"], "token": token});
    assert_eq!(
        refused(&server, &query(), join).await,
        ("insufficient_scope".to_owned(), Arrival::Closed(4403))
    );

    let mut config = demanding(RequireAuth::Nowhere);
    config.token_scopes = [Scope::ChatSend].into();
    let (server, token) = with_user(config).await;
    let (status, refusal) = create(&server, Some(&token), "session-1").await;
    assert_eq!((status, &refusal["code"]), (403, &json!("insufficient_scope")));
}

#[tokio::test]
async fn debug_lets_everybody_in_who_names_a_tenant() {
    let mut config = demanding(RequireAuth::All);
    config.debug = true;
    let server = Server::start(config).await;
    let chat_id = server.create_chat("session-1").await;
    server.join(&chat_id).await;
    let health = server.bare("GET", "/api/v1/health?tenant_id=miptech-company");
    assert_eq!(answer(health).await.0, 200);
    assert_eq!(answer(server.bare("GET", "/api/v1/health")).await.0, 500);

    let server = Server::start(demanding(RequireAuth::Nowhere)).await;
    let health = server.bare("GET", "/api/v1/health?tenant_id=miptech-company");
    assert_eq!(answer(health).await.0, 500);
}

#[tokio::test]
async fn a_signed_in_user_s_chat_is_nobody_else_s() {
    let (server, token) = with_user(instant()).await;
    let stranger = text(&server.register("bob@example.com").await, "/access_token");
    let (_, chat) = create(&server, Some(&token), "session-1").await;
    let chat_id = text(&chat, "/chat_id");
    let path = format!("/api/v1/chat/{chat_id}");
    assert_eq!(answer(server.call("GET", &path, Some(&token))).await.0, 200);
    for other in [None, Some(stranger.as_str())] {
        let (status, refusal) = answer(server.call("GET", &path, other)).await;
        assert_eq!((status, &refusal["error_code"]), (404, &json!("CHAT_NOT_FOUND")));
    }
    assert_eq!(
        refused(&server, &query(), json!({"chat_id": chat_id, "token": stranger})).await,
        ("chat_not_found".to_owned(), Arrival::Closed(4005))
    );
    let _: Socket = server.join_as(&chat_id, Some(&token)).await;
    // The same session without the user is another chat.
    let (_, anonymous) = create(&server, None, "session-1").await;
    assert_ne!(anonymous["chat_id"], chat["chat_id"]);
    assert_eq!(
        create(&server, Some(&token), "session-1").await.1["chat_id"],
        chat["chat_id"]
    );
}
