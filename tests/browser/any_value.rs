//! A page may give any method anything: what is no value of the right kind is nothing, and no method throws.

use js_sys::{Array, Date, Object, Symbol};
use miptech_chat::ChatHandle;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Event;

use crate::{
    neighbours, page,
    rig::{NOTHING, Page, Says, fields, get, object, settled, tick, word},
};

#[wasm_bindgen_test]
async fn no_method_minds_what_it_is_given() {
    let page = Page::open();
    let widget = page.widget("{}");
    for value in strange_values() {
        for method in METHODS {
            method(&widget.handle, &value);
        }
        tick().await;
    }
    assert_eq!(widget.parts("launcher").len(), 1);
    assert_eq!(page::faults(), [""; 0]);
}

/// A page writes `button.onclick = chat.open`, and the event arrives as the first argument.
#[wasm_bindgen_test]
async fn an_event_given_to_open_makes_nobody_a_visitor() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.open(&Event::new("click").unwrap());
    tick().await;
    assert!(widget.handle.is_open());
    assert!(page::heard().contains(&r#"one open {"by":"host"}"#.to_owned()));
}

#[wasm_bindgen_test]
async fn what_is_no_text_is_an_empty_message() {
    let page = Page::open();
    let widget = page.widget("{}");
    for value in [NOTHING, JsValue::NULL, 7.into(), Object::new().into()] {
        let result = settled(widget.handle.send(&value, &NOTHING)).await;
        assert_eq!(get(&result, "ok"), false);
        assert_eq!(word(&result, "error.code"), "message/empty", "{value:?}");
    }
    assert_eq!(widget.parts("message").len(), 0);
}

#[wasm_bindgen_test]
async fn a_client_id_that_is_no_text_is_none() {
    let page = Page::open();
    let widget = page.widget("{}");
    for (number, options) in [
        NOTHING,
        JsValue::NULL,
        "c-1".into(),
        object(&[("clientId", 7.into())]),
        object(&[("clientId", "".into())]),
    ]
    .into_iter()
    .enumerate()
    {
        let _pending = widget.handle.send(&"Hello".into(), &options);
        tick().await;
        assert_eq!(widget.parts("message").len(), number + 1, "{options:?}");
    }
}

#[wasm_bindgen_test]
async fn a_draft_that_is_no_text_changes_nothing() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.set_draft(&"half a thought".into());
    for value in [NOTHING, JsValue::NULL, 7.into()] {
        widget.handle.set_draft(&value);
    }
    tick().await;
    assert_eq!(widget.input().value(), "half a thought");
}

#[wasm_bindgen_test]
async fn what_is_no_token_takes_the_token_away() {
    let page = Page::open();
    let widget = page.widget("{}");
    for value in [
        NOTHING,
        JsValue::NULL,
        7.into(),
        "".into(),
        "two words".into(),
        "null".into(),
    ] {
        widget.handle.set_token(&"token".into());
        assert!(widget.handle.is_authenticated());
        widget.handle.set_token(&value);
        assert!(!widget.handle.is_authenticated(), "{value:?}");
    }
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_sign_in_without_a_text_is_a_sign_in_with_an_empty_one() {
    let page = Page::open();
    page::answer(
        "/api/v1/auth/login",
        422,
        r#"{"detail":[{"loc":["body","email"],"msg":"field required","type":"missing"}]}"#,
    );
    let widget = page.widget("{}");
    let result = settled(widget.handle.sign_in(&NOTHING, &7.into())).await;
    assert_eq!(fields(&result), ["error", "ok"]);
    assert_eq!(word(&result, "error.code"), "auth/invalid-credentials");
}

#[wasm_bindgen_test]
async fn a_message_that_does_not_wait_is_not_sent_again() {
    let page = Page::open();
    let widget = page.widget("{}");
    let _pending = widget.handle.say_as("Hello", "c-1");
    for value in [NOTHING, JsValue::NULL, "c-1".into(), "unknown".into()] {
        widget.handle.retry(&value);
    }
    tick().await;
    assert_eq!(widget.parts("message").len(), 1);
}

/// Every method that takes something.
const METHODS: [fn(&ChatHandle, &JsValue); 8] = [
    |handle, value| handle.open(value),
    |handle, value| handle.retry(value),
    |handle, value| handle.set_draft(value),
    |handle, value| handle.set_token(value),
    |handle, value| drop(handle.send(value, value)),
    |handle, value| drop(handle.send(&"Hello".into(), value)),
    |handle, value| drop(handle.sign_in(value, value)),
    |handle, value| drop(handle.register(value)),
];

fn strange_values() -> [JsValue; 12] {
    [
        JsValue::UNDEFINED,
        JsValue::NULL,
        JsValue::TRUE,
        7.into(),
        f64::NAN.into(),
        "".into(),
        Array::new().into(),
        Object::new().into(),
        neighbours::facts_that_throw().into(),
        Symbol::iterator().into(),
        Date::new_0().into(),
        neighbours::thorny(),
    ]
}
