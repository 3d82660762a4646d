//! The static side.

use reference_server::STRICT_POLICY;

use crate::support::{Server, instant};

async fn header(server: &Server, path: &str, name: &str) -> String {
    let response = server.bare("GET", path).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let value = response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap().to_owned());
    value.unwrap_or_default()
}

#[tokio::test]
async fn files_have_their_types_and_only_hashed_names_are_cached() {
    let server = Server::start(instant()).await;
    for (path, kind, caching) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/demo.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/strict/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/dist/chat.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/dist/chat-0123456789ab.wasm",
            "application/wasm",
            "public, max-age=31536000, immutable",
        ),
        (
            "/knowledge/guide/tenants.md",
            "text/markdown; charset=utf-8",
            "no-cache",
        ),
    ] {
        assert_eq!(header(&server, path, "content-type").await, kind, "{path}");
        assert_eq!(header(&server, path, "cache-control").await, caching, "{path}");
    }
}

#[tokio::test]
async fn strict_pages_have_the_strict_policy_and_others_none() {
    let server = Server::start(instant()).await;
    assert_eq!(
        header(&server, "/strict/index.html", "content-security-policy").await,
        STRICT_POLICY
    );
    assert_eq!(
        header(&server, "/strict/", "content-security-policy").await,
        STRICT_POLICY
    );
    assert_eq!(
        header(&server, "/index.html", "content-security-policy").await,
        ""
    );
    assert!(STRICT_POLICY.contains("trusted-types 'none'; style-src 'self'; script-src 'self'"));
}

#[tokio::test]
async fn missing_files_and_ways_out_of_a_folder_are_404() {
    let server = Server::start(instant()).await;
    for path in [
        "/nope.html",
        "/dist/nope.js",
        "/knowledge/..%2f..%2fpromises.rs",
        "/knowledge/%2e%2e/pages/index.html",
    ] {
        assert_eq!(
            server.bare("GET", path).send().await.unwrap().status(),
            404,
            "{path}"
        );
    }
}
