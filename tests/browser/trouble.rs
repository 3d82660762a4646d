//! Trouble with the platform: the visitor reads what happened and can do something, and no text is lost.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page,
    rig::{Page, Says, Widget, elapse_until, get, is_pending, text_of, tick, word},
};

#[wasm_bindgen_test]
async fn trouble_that_lasts_is_shown_spoken_and_can_be_hurried() {
    let page = Page::open();
    let widget = troubled(&page).await;
    let notice = widget.part("notice");
    assert_eq!(
        notice.get_attribute("data-code").as_deref(),
        Some("network/unreachable-or-cors")
    );
    assert!(text_of(&notice).contains("Can't reach the chat."));
    assert_eq!(
        text_of(&widget.part("announcer")),
        "Can't reach the chat. Your text is kept, and we keep trying."
    );
    assert_eq!(
        word(&widget.handle.state(), "error.code"),
        "network/unreachable-or-cors"
    );
    assert_eq!(text_of(&widget.part("retry")), "Retry now");
    let calls = page::calls().len();
    widget.part("retry").click();
    elapse_until("it was tried again", || page::calls().len() > calls).await;
}

#[wasm_bindgen_test]
async fn a_message_waits_through_trouble() {
    let page = Page::open();
    let widget = troubled(&page).await;
    assert_eq!(widget.bubbles(), ["Hello"]);
    assert_eq!(
        widget.part("message").get_attribute("data-status").as_deref(),
        Some("queued")
    );
    widget.type_text("and more").await;
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(widget.bubbles(), ["Hello", "and more"]);
    assert_eq!(get(&widget.handle.state(), "messages"), 2.0);
}

#[wasm_bindgen_test]
async fn seconds_go_by_without_being_spoken() {
    let page = Page::open();
    let widget = troubled(&page).await;
    let countdown = &widget.all(".countdown")[0];
    assert_eq!(countdown.get_attribute("aria-hidden").as_deref(), Some("true"));
    assert!(
        text_of(countdown).starts_with(" Next try in "),
        "{}",
        text_of(countdown)
    );
    assert!(!text_of(&widget.part("announcer")).contains("Next try"));
}

#[wasm_bindgen_test]
async fn a_storage_that_refuses_harms_nobody() {
    for refuse in [page::forbid_storage as fn(), page::fill_storage] {
        let page = Page::open();
        refuse();
        let widget = page.widget(r#"{"open": true}"#);
        let promise = widget.handle.say("Hello");
        tick().await;
        assert_eq!(widget.bubbles(), ["Hello"]);
        assert!(is_pending(&promise).await);
        assert!(!page::calls().is_empty(), "it is on its way");
        assert_eq!(page::faults(), [""; 0]);
    }
}

/// A widget with one message whose calls all fail, for so long that the visitor is told.
async fn troubled(page: &Page) -> Widget {
    page::refuse_calls();
    page::stop_clock();
    let widget = page.widget(r#"{"open": true}"#);
    let _pending = widget.handle.say("Hello");
    elapse_until("the next try is announced", || {
        !widget.all(".countdown").is_empty()
    })
    .await;
    widget
}
