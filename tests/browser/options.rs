//! Options are checked at the door: a wrong one draws nothing and is told once, a strange one harms nobody.

use std::collections::HashMap;

use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlElement;

use crate::{
    neighbours, page,
    rig::{NOTHING, Page, Says, Widget, fields, get, object, settings, settings_with, storage, tick, until},
    snapshots::AT_REST,
};

#[wasm_bindgen_test]
async fn a_wrong_option_draws_nothing_and_is_told_once_in_a_later_microtask() {
    for (options, field) in [
        (r#"{"tenantId": "x"}"#, "tenantId"),
        (r#"{"tenantId": "white space"}"#, "tenantId"),
        (r#"{"tenantId": 42}"#, "tenantId"),
        (r#"{"apiUrl": "ftp://x"}"#, "apiUrl"),
        (r#"{"apiUrl": "nonsense"}"#, "apiUrl"),
        (r#"{"apiUrl": false}"#, "apiUrl"),
        (r#"{"wsUrl": "gopher://x"}"#, "wsUrl"),
        (r#"{"theme": "blue"}"#, "theme"),
        (r#"{"theme": 1}"#, "theme"),
        (r#"{"position": "middle"}"#, "position"),
        (r#"{"size": "huge"}"#, "size"),
        (r#"{"connect": "never"}"#, "connect"),
        (r#"{"zIndex": 1.5}"#, "zIndex"),
        (r#"{"zIndex": "top"}"#, "zIndex"),
        (r#"{"limits": {"messageChars": "many"}}"#, "messageChars"),
        (r#"{"limits": {"messageChars": 0}}"#, "messageChars"),
        (r#"{"limits": {"messageChars": 4001}}"#, "messageChars"),
        (r#"{"limits": {"outbox": 0}}"#, "outbox"),
        (r#"{"limits": {"outbox": 21}}"#, "outbox"),
        (r#"{"limits": {"outbox": "many"}}"#, "outbox"),
        (r#"{"limits": {"answerSilenceMs": 0}}"#, "answerSilenceMs"),
        (r#"{"limits": {"answerSilenceMs": 1.5}}"#, "answerSilenceMs"),
        (r#"{"limits": {"answerSilenceMs": "30s"}}"#, "answerSilenceMs"),
        (r#"{"limits": "none"}"#, "limits"),
        (r#"{"suggestions": "one"}"#, "suggestions"),
        (r#"{"suggestions": ["one", 2]}"#, "suggestions"),
        (r#"{"title": {}}"#, "title"),
        (r#"{"locale": 7}"#, "locale"),
        (r#"{"profile": "fast"}"#, "profile"),
        (
            r#"{"profile": null, "tokenTransport": "cookie"}"#,
            "tokenTransport",
        ),
        (r#"{"signIn": true}"#, "signIn"),
        (r#"{"signIn": "always"}"#, "signIn"),
        (r#"{"getToken": "token"}"#, "getToken"),
        (r#"{"tokenKeys": "key"}"#, "tokenKeys"),
        (r#"{"tokenKeys": ["key"]}"#, "tokenKeys"),
        (r#"{"tokenKeys": {"access": 7}}"#, "access"),
        (r#"{"tokenKeys": {"refresh": false}}"#, "refresh"),
        (r#"{"tokenKeys": {"user": {}}}"#, "user"),
        (r#"{"context": "page"}"#, "context"),
        (r#"{"context": ["page"]}"#, "context"),
        (r#"{"context": 7}"#, "context"),
    ] {
        let page = Page::open();
        let widget = page.widget(options);
        assert_eq!(page::heard(), [""; 0], "{options}: not yet");
        tick().await;
        assert_refused(&widget, options, "config/invalid");
        assert!(page::heard()[0].contains(field), "the help names {field}");
    }
}

#[wasm_bindgen_test]
async fn facts_of_the_page_go_with_the_chats_creation() {
    let facts = object(&[("page", "/prices".into()), ("plan", JsValue::NULL)]);
    for context in [facts.clone(), neighbours::giving(&facts).into()] {
        assert_eq!(
            body_of_creation(&context).await["context"],
            r#"{"page":"/prices","plan":null}"#
        );
    }
}

#[wasm_bindgen_test]
async fn a_page_without_facts_sends_none() {
    for context in [
        object(&[]),
        neighbours::giving(&object(&[])).into(),
        neighbours::giving(&NOTHING).into(),
        neighbours::giving(&JsValue::NULL).into(),
        neighbours::facts_that_throw().into(),
    ] {
        let body = body_of_creation(&context).await;
        assert!(!body.contains_key("context"), "{context:?}: {body:?}");
    }
}

#[wasm_bindgen_test]
async fn facts_of_a_wrong_shape_are_a_wrong_option() {
    for facts in [Array::new().into(), JsValue::from(7), "page".into()] {
        let page = Page::open();
        let options = settings_with("{}", "context", &neighbours::giving(&facts));
        let widget = page.mount_on(page.host("one"), &options);
        tick().await;
        assert_refused(&widget, &format!("{facts:?}"), "config/invalid");
    }
}

/// An empty name would be no key.
#[wasm_bindgen_test]
async fn an_empty_name_of_a_key_is_none() {
    let page = Page::open();
    storage().set_item("miptech_access_token", "A").unwrap();
    storage().set_item("", "B").unwrap();
    let widget = page.widget(r#"{"tokenKeys": {"access": "", "user": null}}"#);
    assert!(widget.handle.is_authenticated());
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_profile_that_was_chosen_is_the_one_that_is_spoken() {
    for (profile, first) in [("two-step", "/api/v1/health"), ("join-token", "/api/v1/health")] {
        let page = Page::open();
        let _widget = page.widget(&format!(r#"{{"connect": "load", "profile": "{profile}"}}"#));
        until("a call is made", || !page::calls().is_empty()).await;
        assert!(
            page::calls()[0].ends_with(first),
            "{profile}: {:?}",
            page::calls()
        );
    }
    let page = Page::open();
    page::watch();
    let _widget = page.widget(r#"{"connect": "load", "profile": "realtime"}"#);
    assert!(page::alive_now().iter().any(|known| known == "socket"));
    tick().await;
    assert_eq!(page::calls(), [""; 0], "the socket makes the chat");
}

#[wasm_bindgen_test]
async fn several_wrong_options_are_one_error() {
    let page = Page::open();
    let widget = page.widget(r#"{"tenantId": "x", "apiUrl": "ftp://x", "theme": "blue"}"#);
    tick().await;
    assert_refused(&widget, "three wrong ones", "config/invalid");
}

#[wasm_bindgen_test]
async fn an_empty_tenant_is_a_missing_one() {
    let page = Page::open();
    let widget = page.widget(r#"{"tenantId": ""}"#);
    tick().await;
    assert_refused(&widget, "empty tenant", "config/tenant-missing");
}

#[wasm_bindgen_test]
async fn options_that_are_no_object_are_refused() {
    for options in [
        JsValue::from("text"),
        JsValue::from(7),
        JsValue::TRUE,
        Array::new().into(),
        get(&js_sys::global(), "fetch"),
    ] {
        let page = Page::open();
        let widget = page.mount_on(page.host("one"), &options);
        tick().await;
        assert_refused(&widget, &format!("{options:?}"), "config/invalid");
    }
}

#[wasm_bindgen_test]
fn no_options_are_the_defaults() {
    let page = Page::open();
    for options in [
        JsValue::UNDEFINED,
        JsValue::NULL,
        JSON::parse("{}").unwrap(),
        JSON::parse(r#"{"tenantId": null, "theme": null, "limits": null, "suggestions": null}"#).unwrap(),
    ] {
        let widget = page.mount_on(page.host("one"), &options);
        assert_eq!(widget.parts("launcher").len(), 1, "{options:?}");
        assert_eq!(widget.input().max_length(), -1, "what is too long is not cut");
        let shown = |name| widget.host.get_attribute(name).unwrap_or_default();
        assert_eq!(shown("data-theme"), "auto");
        assert_eq!(shown("data-position"), "bottom-right");
        assert_eq!(shown("data-size"), "medium");
        assert_eq!(pinned(&widget.host, "z-index"), "2147483000");
    }
}

#[wasm_bindgen_test]
fn the_look_is_as_the_options_say() {
    let page = Page::open();
    let widget = page.widget(r#"{"theme": "dark", "position": "top-left", "size": "large", "zIndex": 5}"#);
    let shown = |name| widget.host.get_attribute(name).unwrap_or_default();
    assert_eq!(shown("data-theme"), "dark");
    assert_eq!(shown("data-position"), "top-left");
    assert_eq!(shown("data-size"), "large");
    assert_eq!(pinned(&widget.host, "z-index"), "5");
    assert_eq!(pinned(&widget.host, "inset-block-start"), "16px");
    assert_eq!(pinned(&widget.host, "inset-inline-start"), "16px");
}

/// A page whose scripts extend `Object.prototype` has not thereby chosen options (row H17).
#[wasm_bindgen_test]
async fn what_an_options_object_inherits_does_not_count() {
    let page = Page::open();
    page::pollute("tenantId", &"x".into());
    page::pollute("theme", &"blue".into());
    page::pollute("title", &"Inherited".into());
    page::pollute("open", &JsValue::TRUE);
    page::pollute("messageChars", &5.into());
    let widget = page.widget(r#"{"limits": {}}"#);
    assert!(!widget.handle.is_open());
    let _pending = widget.handle.say("more than five");
    tick().await;
    assert_eq!(widget.bubbles(), ["more than five"]);
    assert_eq!(
        widget.part("title").text_content().as_deref(),
        Some("MIP AI Assistant")
    );
    tick().await;
    let errors: Vec<_> = page::heard()
        .into_iter()
        .filter(|line| line.contains("error"))
        .collect();
    assert_eq!(errors, [""; 0]);
}

#[wasm_bindgen_test]
async fn an_option_that_throws_when_read_harms_nobody() {
    let page = Page::open();
    let widget = page.mount_on(page.host("one"), &page::options_that_throw());
    tick().await;
    assert_eq!(widget.parts("launcher").len(), 1);
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
fn the_options_are_left_as_they_were() {
    let page = Page::open();
    let options = settings(r#"{"limits": {"messageChars": 7}, "suggestions": ["a"]}"#);
    let before = page::json(&options);
    js_sys::Object::freeze(&options.clone().into());
    let _widget = page.mount_on(page.host("one"), &options);
    assert_eq!(page::json(&options), before);
}

/// The fields of the creation's body, each as JSON.
async fn body_of_creation(context: &JsValue) -> HashMap<String, String> {
    let page = Page::open();
    page::answer("/api/v1/health", 200, r#"{"status":"healthy"}"#);
    let options = settings_with(r#"{"connect": "load"}"#, "context", context);
    let _widget = page.mount_on(page.host("one"), &options);
    until("the chat is created", || page::body_of("/api/v1/chat").is_some()).await;
    let body = JSON::parse(&page::body_of("/api/v1/chat").unwrap()).unwrap();
    let members = fields(&body).into_iter().map(|name| {
        let value = page::json(&get(&body, &name)).unwrap();
        (name, value)
    });
    members.collect()
}

/// Nothing is drawn, one error is told, and the handle does nothing.
fn assert_refused(widget: &Widget, case: &str, code: &str) {
    let host = &widget.host;
    assert!(host.shadow_root().is_none(), "{case}");
    assert_eq!(host.child_nodes().length(), 0, "{case}");
    assert_eq!(host.get_attribute_names().length(), 1, "{case}: only its id");
    let heard = page::heard();
    assert_eq!(heard.len(), 1, "{case}: {heard:?}");
    assert!(heard[0].starts_with("one error "), "{case}: {}", heard[0]);
    assert!(
        heard[0].contains(&format!(r#""code":"{code}""#)),
        "{case}: {}",
        heard[0]
    );
    assert_eq!(page::faults(), [""; 0], "{case}");
    widget.handle.open(&NOTHING);
    assert!(!widget.handle.is_open());
    assert_eq!(page::json(&widget.handle.state()).unwrap(), AT_REST);
}

fn pinned(host: &HtmlElement, name: &str) -> String {
    assert_eq!(host.style().get_property_priority(name), "important", "{name}");
    host.style().get_property_value(name).unwrap()
}
