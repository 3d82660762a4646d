//! Tenants with a list of their own pages.

use reference_server::Config;
use serde_json::Value;

use crate::support::{Server, TENANT, instant, upgrade_status};

const SHOP: &str = "https://shop.example";
const LISTED: &str = "http://localhost:3000";

async fn listing() -> Server {
    Server::start(Config {
        tenants: vec!["shop".to_owned()],
        tenant_origins: [("Shop".to_owned(), vec![format!("{SHOP}/")])].into(),
        ..instant()
    })
    .await
}

async fn health(server: &Server, tenant: &str, origin: &str) -> reqwest::Response {
    let request = server.bare("GET", "/api/v1/health").header("X-Tenant-ID", tenant);
    request.header("Origin", origin).send().await.unwrap()
}

#[tokio::test]
async fn a_tenant_s_list_is_the_only_one_that_counts_for_it() {
    let server = listing().await;
    let own = health(&server, "shop", SHOP).await;
    assert_eq!(own.status(), 200);
    assert_eq!(own.headers()["access-control-allow-origin"], SHOP);

    let other = health(&server, "shop", LISTED).await;
    assert_eq!(other.status(), 403);
    // The page may read why.
    assert_eq!(other.headers()["access-control-allow-origin"], LISTED);
    let body: Value = other.json().await.unwrap();
    assert_eq!(body["error_code"], "tenant_denied");
    assert_eq!(body["message"], "Tenant access denied");

    let by_program = server.bare("GET", "/api/v1/health").header("X-Tenant-ID", "shop");
    assert_eq!(by_program.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn other_tenants_keep_the_list_of_all() {
    let server = listing().await;
    assert_eq!(health(&server, TENANT, LISTED).await.status(), 200);
    let stranger = health(&server, TENANT, SHOP).await;
    assert!(!stranger.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_preflight_from_a_tenant_s_page_is_allowed() {
    let server = listing().await;
    let request = server
        .bare("OPTIONS", "/api/v1/chat")
        .header("Origin", SHOP)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "x-tenant-id");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], SHOP);
}

#[tokio::test]
async fn sockets_follow_the_same_lists() {
    let server = listing().await;
    for (tenant, origin, expected) in [
        ("shop", SHOP, 101),
        ("shop", LISTED, 403),
        (TENANT, LISTED, 101),
        (TENANT, SHOP, 403),
    ] {
        let query = format!("?tenant_id={tenant}");
        assert_eq!(upgrade_status(&server, &query, Some(origin)).await, expected);
    }
    assert_eq!(upgrade_status(&server, "?tenant_id=shop", None).await, 101);
}
