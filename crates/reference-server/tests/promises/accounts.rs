//! Registering, signing in, refreshing and signing out.

use std::time::Duration;

use reference_server::{Accounts, Config};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Server, TENANT, answer, instant, keys, text};

const REGISTER: &str = "/api/v1/auth/register";
const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password, "tenant_id": TENANT})
}

async fn refresh(server: &Server, token: &str) -> (u16, Value) {
    server.post(REFRESH, None, &json!({"refresh_token": token})).await
}

async fn me(server: &Server, token: &str) -> (u16, Value) {
    answer(server.call("GET", "/api/v1/auth/me", Some(token))).await
}

#[tokio::test]
async fn registering_signs_in_and_the_token_leads_to_the_user() {
    let server = Server::start(instant()).await;
    let session = server.register("Ada@Example.com").await;
    assert_eq!(
        keys(&session),
        [
            "access_token",
            "refresh_token",
            "expires_in",
            "token_type",
            "user"
        ]
        .into()
    );
    assert_eq!(session["token_type"], "Bearer");
    assert_eq!(session["expires_in"], 600);
    assert_eq!(session["user"]["email"], "ada@example.com");
    assert_eq!(session["user"]["full_name"], "Ada Lovelace");
    assert_eq!(session["user"]["name"], "Ada Lovelace");

    let (status, user) = me(&server, &text(&session, "/access_token")).await;
    assert_eq!(status, 200);
    assert_eq!(user, session["user"]);
}

#[tokio::test]
async fn an_access_token_names_tenant_user_scopes_and_end() {
    let server = Server::start(instant()).await;
    let session = server.register("ada@example.com").await;
    let mut unchecked = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    unchecked.insecure_disable_signature_validation();
    let key = jsonwebtoken::DecodingKey::from_secret(&[]);
    let claims = jsonwebtoken::decode::<Value>(&text(&session, "/access_token"), &key, &unchecked)
        .unwrap()
        .claims;
    assert_eq!(
        keys(&claims),
        ["tenant_id", "user_id", "scope", "exp", "iat", "jti"].into()
    );
    assert_eq!(claims["tenant_id"], TENANT);
    assert_eq!(claims["user_id"], session["user"]["id"]);
    assert_eq!(claims["scope"], json!(["chat:create", "chat:send"]));
    assert_eq!(
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(),
        600
    );
}

#[tokio::test]
async fn a_password_signs_in_and_another_does_not() {
    let server = Server::start(instant()).await;
    let registered = server.register("ada@example.com").await;
    let right = credentials(" ADA@example.com ", "correct horse");
    let (status, session) = server.post(LOGIN, None, &right).await;
    assert_eq!(status, 200);
    assert_eq!(session["user"], registered["user"]);
    for wrong in [
        credentials("ada@example.com", "battery staple"),
        credentials("bob@example.com", "correct horse"),
    ] {
        let (status, body) = server.post(LOGIN, None, &wrong).await;
        assert_eq!((status, &body["code"]), (401, &json!("invalid_credentials")));
    }
}

#[tokio::test]
async fn an_address_is_taken_once_for_each_tenant() {
    let mut config = instant();
    config.tenants = vec!["other-company".to_owned()];
    let server = Server::start(config).await;
    server.register("ada@example.com").await;
    let mut body = credentials("ada@example.com", "x");
    body["full_name"] = json!("Ada");
    let (status, refusal) = server.post(REGISTER, None, &body).await;
    assert_eq!((status, &refusal["code"]), (409, &json!("email_taken")));
    assert!(refusal["message"].is_string());

    body["tenant_id"] = json!("other-company");
    let elsewhere = server
        .bare("POST", REGISTER)
        .header("X-Tenant-ID", "other-company");
    assert_eq!(answer(elsewhere.json(&body)).await.0, 201);
    let (status, refusal) = server.post(REGISTER, None, &body).await;
    assert_eq!((status, &refusal["error_code"]), (403, &json!("tenant_mismatch")));
}

#[tokio::test]
async fn missing_fields_are_named() {
    let server = Server::start(instant()).await;
    for (path, expected) in [
        (REGISTER, vec!["email", "password", "full_name", "tenant_id"]),
        (LOGIN, vec!["email", "password", "tenant_id"]),
        (REFRESH, vec!["refresh_token"]),
    ] {
        let (status, body) = server.post(path, None, &json!({})).await;
        assert_eq!(status, 422);
        let named: Vec<&str> = body["detail"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["loc"][1].as_str().unwrap())
            .collect();
        assert_eq!(named, expected);
    }
}

#[tokio::test]
async fn refreshing_rotates_both_tokens_and_leaves_the_user_out() {
    let server = Server::start(instant()).await;
    let first = server.register("ada@example.com").await;
    let (status, second) = refresh(&server, &text(&first, "/refresh_token")).await;
    assert_eq!(status, 200);
    assert_eq!(
        keys(&second),
        ["access_token", "refresh_token", "expires_in", "token_type"].into()
    );
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(me(&server, &text(&second, "/access_token")).await.0, 200);
}

#[tokio::test]
async fn within_the_grace_the_token_before_returns_the_same_successor() {
    let server = Server::start(instant()).await;
    let first = text(&server.register("ada@example.com").await, "/refresh_token");
    let (_, second) = refresh(&server, &first).await;
    let (status, again) = refresh(&server, &first).await;
    assert_eq!(status, 200);
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    assert_eq!(again["access_token"], second["access_token"]);

    // Once the successor is used, the first is no longer the one before the newest.
    let (status, third) = refresh(&server, &text(&second, "/refresh_token")).await;
    assert_eq!(status, 200);
    let (status, body) = refresh(&server, &first).await;
    assert_eq!((status, &body["code"]), (401, &json!("invalid_grant")));
    assert_eq!(refresh(&server, &text(&third, "/refresh_token")).await.0, 401);
}

#[tokio::test]
async fn simultaneous_refreshes_get_one_successor() {
    let server = Server::start(instant()).await;
    let first = text(&server.register("ada@example.com").await, "/refresh_token");
    let (one, two, three) = tokio::join!(
        refresh(&server, &first),
        refresh(&server, &first),
        refresh(&server, &first)
    );
    assert_eq!(one.0, 200);
    assert_eq!(one.1["refresh_token"], two.1["refresh_token"]);
    assert_eq!(one.1["refresh_token"], three.1["refresh_token"]);
}

#[tokio::test]
async fn after_the_grace_a_reused_token_ends_the_sign_in() {
    let mut config = instant();
    config.refresh_grace = Duration::ZERO;
    let server = Server::start(config).await;
    let first = server.register("ada@example.com").await;
    let old = text(&first, "/refresh_token");
    let (_, second) = refresh(&server, &old).await;
    let (status, body) = refresh(&server, &old).await;
    assert_eq!((status, &body["code"]), (401, &json!("invalid_grant")));
    assert_eq!(refresh(&server, &text(&second, "/refresh_token")).await.0, 401);
    assert_eq!(me(&server, &text(&second, "/access_token")).await.0, 401);
    // Another sign-in of the same user is none of its business.
    let right = credentials("ada@example.com", "correct horse");
    assert_eq!(server.post(LOGIN, None, &right).await.0, 200);
}

#[tokio::test]
async fn a_sign_in_ends_when_it_was_to_end_however_often_it_is_refreshed() {
    let mut config = instant();
    config.refresh_ttl = Duration::from_secs(2);
    let server = Server::start(config).await;
    let mut token = text(&server.register("ada@example.com").await, "/refresh_token");
    let refusal = loop {
        let (status, body) = refresh(&server, &token).await;
        if status != 200 {
            break body;
        }
        token = text(&body, "/refresh_token");
    };
    assert_eq!(refusal["code"], "invalid_grant");
}

#[tokio::test]
async fn an_expired_access_token_is_refused_and_refreshed() {
    let mut config = instant();
    config.access_ttl = Duration::from_millis(1500);
    let server = Server::start(config).await;
    let session = server.register("ada@example.com").await;
    let token = text(&session, "/access_token");
    let refusal = loop {
        let (status, body) = me(&server, &token).await;
        if status != 200 {
            break (status, body);
        }
    };
    assert_eq!((refusal.0, &refusal.1["code"]), (401, &json!("invalid_token")));
    let (_, second) = refresh(&server, &text(&session, "/refresh_token")).await;
    assert_eq!(me(&server, &text(&second, "/access_token")).await.0, 200);
}

#[tokio::test]
async fn signing_out_ends_both_tokens() {
    let server = Server::start(instant()).await;
    let session = server.register("ada@example.com").await;
    let token = text(&session, "/access_token");
    let logout = |token| answer(server.call("POST", "/api/v1/auth/logout", token));
    let (status, body) = logout(None).await;
    assert_eq!((status, &body["code"]), (401, &json!("auth_required")));
    assert_eq!(logout(Some(&token)).await.0, 204);
    assert_eq!(me(&server, &token).await.0, 401);
    assert_eq!(refresh(&server, &text(&session, "/refresh_token")).await.0, 401);
}

#[tokio::test]
async fn a_token_of_another_database_is_nothing() {
    let (server, other) = (Server::start(instant()).await, Server::start(instant()).await);
    let session = other.register("ada@example.com").await;
    assert_eq!(me(&server, &text(&session, "/access_token")).await.0, 401);
    assert_eq!(refresh(&server, &text(&session, "/refresh_token")).await.0, 401);
}

#[tokio::test]
async fn a_restart_keeps_people_signed_in() {
    let folder = TempDir::new().unwrap();
    let mut config: Config = instant();
    config.database = Some(folder.path().join("platform.sqlite"));
    let server = Server::start(config.clone()).await;
    let session = server.register("ada@example.com").await;
    server.stop().await;
    let server = Server::start(config).await;
    assert_eq!(me(&server, &text(&session, "/access_token")).await.0, 200);
    assert_eq!(refresh(&server, &text(&session, "/refresh_token")).await.0, 200);
}

#[tokio::test]
async fn without_accounts_their_paths_are_unknown() {
    let mut config = instant();
    config.accounts = Accounts::Off;
    let server = Server::start(config).await;
    for (method, path) in [
        ("POST", REGISTER),
        ("POST", LOGIN),
        ("POST", REFRESH),
        ("GET", "/api/v1/auth/me"),
    ] {
        let (status, body) = answer(server.call(method, path, None)).await;
        assert_eq!((status, body), (404, json!({"detail": "Not Found"})));
    }
}
