//! Two widgets on one page know nothing of each other.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page,
    rig::{NOTHING, Page, Says, get, tick},
};

#[wasm_bindgen_test]
async fn two_widgets_are_independent() {
    let page = Page::open();
    let one = page.named("one", "{}");
    let two = page.named("two", r#"{"locale": "it", "tenantId": "another-one"}"#);
    one.handle.open(&NOTHING);
    one.handle.set_draft(&"a draft".into());
    let _pending = one.handle.say_as("Hello", "c-1");
    tick().await;
    assert!(one.is_shown_open());
    assert!(!two.is_shown_open());
    assert_eq!(one.bubbles(), ["Hello"]);
    assert_eq!(two.bubbles(), [""; 0]);
    assert_eq!(two.input().value(), "");
    assert_eq!(get(&two.handle.state(), "messages"), 0.0);
    assert!(page::heard().iter().any(|line| line.starts_with("one open")));
    assert!(!page::heard().iter().any(|line| line.starts_with("two open")));
}

#[wasm_bindgen_test]
async fn the_same_client_id_in_two_widgets_is_two_messages() {
    let page = Page::open();
    let (one, two) = (page.named("one", "{}"), page.named("two", "{}"));
    let _pending = [&one, &two].map(|widget| widget.handle.say_as("Hello", "c-1"));
    tick().await;
    assert_eq!(one.bubbles(), ["Hello"]);
    assert_eq!(two.bubbles(), ["Hello"]);
}

#[wasm_bindgen_test]
fn two_widgets_share_the_one_sheet() {
    let page = Page::open();
    let (one, two) = (page.named("one", "{}"), page.named("two", "{}"));
    let sheets = [&one, &two].map(|widget| widget.root().adopted_style_sheets());
    assert_eq!(sheets.each_ref().map(js_sys::Array::length), [1, 1]);
    assert!(
        js_sys::Object::is(&sheets[0].get(0), &sheets[1].get(0)),
        "the same object, not a copy"
    );
}

#[wasm_bindgen_test]
async fn one_that_leaves_takes_nothing_from_the_other() {
    let page = Page::open();
    let (one, two) = (page.named("one", "{}"), page.named("two", "{}"));
    one.handle.open(&NOTHING);
    two.handle.open(&NOTHING);
    tick().await;
    one.handle.destroy();
    tick().await;
    assert!(two.is_shown_open());
    two.type_text("still here").await;
    two.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(two.bubbles(), ["still here"]);
    assert_eq!(two.root().adopted_style_sheets().length(), 1);
    assert_eq!(page::faults(), [""; 0]);
}
