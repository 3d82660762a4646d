//! Calls to the platform: what goes along with them, and how much of an answer is read.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page,
    rig::{Page, elapse_until, until},
};

#[wasm_bindgen_test]
async fn a_call_takes_the_tenant_along_and_nothing_of_the_page() {
    let page = Page::open();
    let _widget = page.widget(r#"{"connect": "load", "tenantId": "acme"}"#);
    until("a call is made", || !page::calls().is_empty()).await;
    assert_eq!(
        page::settings_of_calls()[0],
        "GET omit no-store error no-referrer x-tenant-id acme"
    );
}

#[wasm_bindgen_test]
async fn a_call_with_a_body_says_that_it_is_json() {
    let page = Page::open();
    page::refuse_calls();
    page::stop_clock();
    let _widget = page.widget(r#"{"connect": "load", "tenantId": "acme"}"#);
    let posted = || {
        page::settings_of_calls()
            .into_iter()
            .find(|call| call.starts_with("POST"))
    };
    elapse_until("the chat is created", || posted().is_some()).await;
    assert_eq!(
        posted().as_deref(),
        Some("POST omit no-store error no-referrer content-type application/json x-tenant-id acme")
    );
}

#[wasm_bindgen_test]
async fn an_error_without_end_is_read_to_64_kib_only() {
    let page = Page::open();
    page::answer_without_end();
    let _widget = page.widget(r#"{"connect": "load"}"#);
    until("the first call is done with", || page::calls().len() > 1).await;
    let most = page::calls().len() * 64 * 1024;
    assert!(
        (64 * 1024..=most).contains(&page::bytes_read()),
        "{}",
        page::bytes_read()
    );
}
