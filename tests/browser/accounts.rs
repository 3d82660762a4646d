//! Accounts by the handle: promises that say how it ended, and three values in storage or none.

use js_sys::Promise;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page,
    rig::{Page, Widget, fields, get, is_pending, object, settled, storage, stored, tick, until, word},
};

#[wasm_bindgen_test]
async fn a_sign_in_resolves_to_the_user_with_every_claim() {
    let page = Page::open();
    page::answer("/api/v1/auth/login", 200, SIGNED_IN);
    let widget = page.widget("{}");
    let result = settled(sign_in(&widget)).await;
    assert_eq!(get(&result, "ok"), true);
    assert_eq!(word(&result, "user.id"), "p1");
    assert_eq!(word(&result, "user.name"), "Ada");
    assert_eq!(get(&result, "user.plan.seats"), 3.0);
    assert!(widget.handle.is_authenticated());
    assert_eq!(word(&widget.handle.state(), "auth"), "signed-in");
}

#[wasm_bindgen_test]
async fn a_refused_sign_in_resolves_to_the_error() {
    let page = Page::open();
    page::answer("/api/v1/auth/login", 401, r#"{"detail":"Invalid credentials"}"#);
    let widget = page.widget("{}");
    let result = settled(sign_in(&widget)).await;
    assert_eq!(fields(&result), ["error", "ok"]);
    assert_eq!(word(&result, "error.code"), "auth/invalid-credentials");
    assert_eq!(word(&result, "error.stage"), "auth");
    assert_eq!(word(&result, "error.message"), "Email or password is wrong.");
    assert!(!widget.handle.is_authenticated());
    assert_eq!(storage().length().unwrap(), 0);
}

#[wasm_bindgen_test]
async fn a_second_sign_in_waits_for_nobody_and_spoils_nothing() {
    let page = Page::open();
    let widget = page.widget("{}");
    let first = sign_in(&widget);
    let second = settled(sign_in(&widget)).await;
    assert_eq!(word(&second, "error.code"), "rate/limited");
    assert!(is_pending(&first).await);
    assert_eq!(page::calls().len(), 1);
}

#[wasm_bindgen_test]
async fn who_signed_in_on_an_earlier_page_is_signed_in() {
    let page = Page::open();
    keep(&["miptech_access_token", "miptech_refresh_token", "miptech_user"]);
    let widget = page.widget("{}");
    assert!(widget.handle.is_authenticated());
    assert_eq!(word(&widget.handle.state(), "auth"), "signed-in");
}

#[wasm_bindgen_test]
async fn signing_out_leaves_nothing_here_whatever_the_platform_says() {
    let page = Page::open();
    page::refuse_calls();
    keep(&["miptech_access_token", "miptech_refresh_token", "miptech_user"]);
    let widget = page.widget("{}");
    widget.handle.logout();
    assert!(!widget.handle.is_authenticated());
    for key in ["miptech_access_token", "miptech_refresh_token", "miptech_user"] {
        assert_eq!(stored(key), None, "{key}");
    }
    tick().await;
    assert!(
        page::settings_of_calls()[0].contains("authorization Bearer A"),
        "{:?}",
        page::settings_of_calls()
    );
}

#[wasm_bindgen_test]
async fn the_names_of_the_keys_may_be_the_pages_own() {
    let page = Page::open();
    page::answer("/api/v1/auth/login", 200, SIGNED_IN);
    let options = r#"{"tokenKeys": {"access": "shop_a", "refresh": "shop_r", "user": "shop_u"}}"#;
    let widget = page.widget(options);
    settled(sign_in(&widget)).await;
    assert_eq!(stored("shop_a").as_deref(), Some("A"));
    assert_eq!(stored("shop_r").as_deref(), Some("R"));
    assert!(stored("shop_u").is_some());
    assert_eq!(stored("miptech_access_token"), None);
    drop(widget);
    assert!(page.widget(options).handle.is_authenticated());
    assert!(!page.widget("{}").handle.is_authenticated());
}

#[wasm_bindgen_test]
async fn the_profile_of_nobody_is_null_without_a_call() {
    let page = Page::open();
    let widget = page.widget("{}");
    assert!(settled(widget.handle.profile()).await.is_null());
    assert_eq!(page::calls(), [""; 0]);
}

#[wasm_bindgen_test]
async fn one_call_answers_everybody_who_asks_for_the_profile() {
    let page = Page::open();
    page::answer("/api/v1/auth/me", 200, r#"{"id":"p1","email":"ada@example.com"}"#);
    keep(&["miptech_access_token", "miptech_refresh_token", "miptech_user"]);
    let widget = page.widget("{}");
    let asked = [widget.handle.profile(), widget.handle.profile()];
    for promise in asked {
        assert_eq!(word(&settled(promise).await, "email"), "ada@example.com");
    }
    assert_eq!(page::calls().len(), 1);
}

#[wasm_bindgen_test]
async fn a_registration_takes_its_object_apart() {
    let page = Page::open();
    page::answer("/api/v1/auth/register", 200, SIGNED_IN);
    let widget = page.widget("{}");
    let data = object(&[
        ("email", "ada@example.com".into()),
        ("password", "secret".into()),
        ("fullName", "Ada".into()),
    ]);
    assert_eq!(get(&settled(widget.handle.register(&data)).await, "ok"), true);
    assert_eq!(
        page::body_of("/api/v1/auth/register").as_deref(),
        Some(concat!(
            r#"{"email":"ada@example.com","password":"secret","full_name":"Ada","#,
            r#""tenant_id":"miptech-company"}"#
        ))
    );
}

/// What an interrupted sign-in or another program left is no account, and none of it stays.
#[wasm_bindgen_test]
async fn parts_of_an_account_are_none() {
    let page = Page::open();
    keep(&["miptech_refresh_token", "miptech_user"]);
    let widget = page.widget(r#"{"connect": "load"}"#);
    until("the connection begins", || !page::calls().is_empty()).await;
    assert!(!widget.handle.is_authenticated());
    assert_eq!(stored("miptech_refresh_token"), None);
    assert_eq!(stored("miptech_user"), None);
}

fn sign_in(widget: &Widget) -> Promise {
    widget.handle.sign_in(&"ada@example.com".into(), &"secret".into())
}

/// Puts values of an account where an earlier page would have left them.
fn keep(keys: &[&str]) {
    for (key, value) in [
        ("miptech_access_token", "A"),
        ("miptech_refresh_token", "R"),
        ("miptech_user", r#"{"id":"p1"}"#),
    ] {
        if keys.contains(&key) {
            storage().set_item(key, value).unwrap();
        }
    }
}

const SIGNED_IN: &str = concat!(
    r#"{"access_token":"A","refresh_token":"R","user":{"id":"p1","email":"ada@example.com","#,
    r#""full_name":"Ada","plan":{"seats":3}}}"#
);
