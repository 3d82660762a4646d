//! Every REST call names a tenant that exists.

use serde_json::{Value, json};

use crate::support::{Server, instant};

const PAGE: &str = "http://localhost:3000";

#[tokio::test]
async fn a_missing_tenant_is_answered_with_500_and_without_cors_headers() {
    let server = Server::start(instant()).await;
    for path in ["/api/v1/health", "/api/v1/chat/x", "/api/v1/nowhere"] {
        let response = server
            .bare("GET", path)
            .header("Origin", PAGE)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 500);
        assert!(!response.headers().contains_key("access-control-allow-origin"));
        assert!(response.headers().contains_key("x-request-id"));
        let body: Value = response.json().await.unwrap();
        assert_eq!(body, json!({"error": "Tenant ID not found in request"}));
    }
}

#[tokio::test]
async fn an_unknown_tenant_is_answered_with_404_and_with_cors_headers() {
    let server = Server::start(instant()).await;
    let request = server
        .bare("GET", "/api/v1/health")
        .header("X-Tenant-ID", "Nobody");
    let response = request.header("Origin", PAGE).send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(response.headers()["access-control-allow-origin"], PAGE);
    let body: Value = response.json().await.unwrap();
    let expected = json!({
        "success": false,
        "message": "Tenant not found",
        "errors": [],
        "error_code": "TENANT_NOT_FOUND",
        "details": {"tenant_id": "nobody"},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn tenants_are_compared_in_lower_case_and_more_can_be_seeded() {
    let mut config = instant();
    config.tenants = vec!["Other-Company".to_owned()];
    let server = Server::start(config).await;
    for tenant in ["MIPTECH-Company", "other-company"] {
        let request = server.bare("GET", "/api/v1/health").header("X-Tenant-ID", tenant);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn probes_at_the_root_need_no_tenant() {
    let server = Server::start(instant()).await;
    for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/health", 404)] {
        assert_eq!(server.bare("GET", path).send().await.unwrap().status(), status);
    }
}

#[tokio::test]
async fn a_preflight_needs_no_tenant_and_names_the_contract() {
    let server = Server::start(instant()).await;
    let request = server
        .bare("OPTIONS", "/api/v1/chat")
        .header("Origin", PAGE)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "x-tenant-id,content-type");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers();
    assert_eq!(headers["access-control-allow-origin"], PAGE);
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["access-control-max-age"], "600");
    assert_eq!(
        headers["access-control-allow-methods"],
        "GET,POST,PUT,DELETE,OPTIONS"
    );
    let allowed = headers["access-control-allow-headers"].to_str().unwrap();
    for name in [
        "content-type",
        "authorization",
        "x-tenant-id",
        "x-request-id",
        "x-user-session",
    ] {
        assert!(allowed.contains(name), "{name}");
    }
}

#[tokio::test]
async fn only_pages_on_the_list_or_of_this_server_may_read() {
    let mut config = instant();
    config.allow_origins = vec!["https://shop.example".to_owned()];
    let server = Server::start(config).await;
    let own = format!("http://{}", server.host);
    for origin in ["http://127.0.0.1:8080", "https://shop.example", &own] {
        let response = server
            .bare("GET", "/healthz")
            .header("Origin", origin)
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["access-control-allow-origin"], *origin);
        let exposed = response.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed.contains("retry-after") && exposed.contains("x-request-id"));
    }
    let stranger = server
        .bare("GET", "/healthz")
        .header("Origin", "https://evil.example");
    let response = stranger.send().await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}
