//! What a session says of itself when somebody asks why.

use std::time::Duration;

use miptech_chat_session::{ErrorCode, Profile};

use crate::rig::Rig;

#[test]
fn the_report_names_socket_capabilities_and_how_long_connecting_took() {
    let mut rig = Rig::created();
    rig.advance(Duration::from_millis(120));
    rig.open();
    rig.advance(Duration::from_millis(300));
    rig.server(r#"{"type":"connection_established","data":{"client_id":"k1"}}"#);
    rig.server(r#"{"type":"connection_ready","data":{"capabilities":["stop","history","x"]}}"#);
    rig.advance(Duration::from_millis(80));
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#);
    let report = rig.session.report();
    assert_eq!(report.client.as_deref(), Some("k1"));
    assert_eq!(report.profile, Profile::TwoStep);
    assert_eq!(report.platform, "http://localhost:8000");
    assert_eq!(report.capability_names().collect::<Vec<_>>(), ["history", "stop"]);
    assert_eq!(report.timings.opened, Some(Duration::from_millis(120)));
    assert_eq!(report.timings.joined, Some(Duration::from_millis(380)));
    assert_eq!(report.last_error, None);
}

#[test]
fn the_report_keeps_the_cause_of_the_last_error() {
    let mut rig = Rig::new();
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 403, r#"{"detail":"Tenant suspended since May"}"#);
    let error = rig.session.report().last_error.unwrap();
    assert_eq!(error.code, ErrorCode::TenantDenied);
    assert_eq!(error.text, "Tenant suspended since May");
    assert_eq!(error.status, Some(403));
}
