//! The document of the REST surface; that it is complete is tested beside the routes.

use crate::support::{Server, answer, instant};

#[tokio::test]
async fn every_documented_call_is_answered_and_needs_no_tenant_to_be_read() {
    let server = Server::start(instant()).await;
    let (status, document) = answer(server.bare("GET", "/openapi.json")).await;
    assert_eq!(status, 200);
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{id}", "x").replace("{message_id}", "y");
        for method in methods.as_object().unwrap().keys() {
            let (status, body) = answer(server.call(&method.to_uppercase(), &path, None)).await;
            assert_ne!(status, 405, "{method} {path}");
            // A path that is not routed says exactly this.
            assert_ne!(body["detail"], "Not Found", "{method} {path}");
        }
    }
}
