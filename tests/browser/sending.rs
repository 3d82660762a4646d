//! A text that is sent shows at once, exactly as typed.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Text;

use crate::{
    page,
    rig::{Page, Says, Widget, is_pending, settled, text_of, tick, word},
};

const TYPED: &str = "a <b>bold</b> &amp; 1 < 2\n  second line \u{1f600}";

#[wasm_bindgen_test]
async fn a_text_sent_by_the_page_shows_at_once_as_typed() {
    let page = Page::open();
    let widget = page.widget("{}");
    let promise = widget.handle.say_as(TYPED, "c-1");
    tick().await;
    assert_waits(&widget);
    assert_eq!(
        widget.part("message").get_attribute("data-message-id").as_deref(),
        Some("c-1")
    );
    assert!(
        is_pending(&promise).await,
        "the fate of the message is not known yet"
    );
}

#[wasm_bindgen_test]
async fn a_text_typed_and_submitted_shows_at_once_and_leaves_the_composer() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text(TYPED).await;
    widget.part("send").click();
    tick().await;
    assert_waits(&widget);
    assert_eq!(widget.input().value(), "");
    assert!(
        widget.part("send").has_attribute("disabled"),
        "there is nothing to send any more"
    );
}

#[wasm_bindgen_test]
async fn a_text_typed_and_entered_shows_at_once_and_leaves_the_composer() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text(TYPED).await;
    assert!(
        widget.press(r#"{"key": "Enter"}"#),
        "no line break is left behind"
    );
    tick().await;
    assert_waits(&widget);
    assert_eq!(widget.input().value(), "");
}

#[wasm_bindgen_test]
async fn messages_stand_in_the_order_they_were_sent() {
    let page = Page::open();
    let widget = page.widget("{}");
    let texts = ["one", "two", "three"];
    let _pending = texts.map(|text| widget.handle.say(text));
    tick().await;
    assert_eq!(widget.bubbles(), texts);
}

#[wasm_bindgen_test]
async fn a_further_message_leaves_the_nodes_of_the_others_alone() {
    let page = Page::open();
    let widget = page.widget("{}");
    let _pending = widget.handle.say("one");
    tick().await;
    let first = widget.part("message");
    let _pending = widget.handle.say("two");
    tick().await;
    assert_eq!(widget.parts("message")[0], first);
}

#[wasm_bindgen_test]
async fn a_starter_prompt_is_sent_when_it_is_chosen_and_then_gone() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true, "suggestions": ["Prices?", "Hours?"]}"#);
    widget.parts("suggestion")[1].click();
    tick().await;
    assert_eq!(widget.bubbles(), ["Hours?"]);
    assert_eq!(widget.parts("suggestion").len(), 0);
}

#[wasm_bindgen_test]
async fn a_deleted_message_is_gone_and_its_promise_ends() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let promise = widget.handle.say_as("Hello", "c-1");
    tick().await;
    widget.all("[part~=message] button")[0].click();
    let result = settled(promise).await;
    assert_eq!(word(&result, "clientId"), "c-1");
    assert_eq!(word(&result, "error.code"), "message/rejected");
    tick().await;
    assert_eq!(widget.parts("message").len(), 0);
    assert!(
        page::heard()
            .iter()
            .any(|line| line.starts_with("one message:failed"))
    );
}

#[wasm_bindgen_test]
async fn a_draft_survives_a_message_of_the_page() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    widget.type_text("half a thought").await;
    let _pending = widget.handle.say("from the page");
    tick().await;
    assert_eq!(widget.input().value(), "half a thought");
}

#[wasm_bindgen_test]
async fn too_many_that_wait_keep_the_next_one_in_the_composer() {
    for (language, words) in [
        (
            "en",
            "2 messages are waiting. Yours stays here until one of them is gone.",
        ),
        (
            "it",
            "2 messaggi sono in attesa. Il tuo resta qui finché non ne parte uno.",
        ),
    ] {
        let page = Page::open();
        let widget = page.widget(&format!(
            r#"{{"open": true, "locale": "{language}", "limits": {{"outbox": 2}}}}"#
        ));
        for text in ["one", "two", "three"] {
            widget.type_text(text).await;
            widget.press(r#"{"key": "Enter"}"#);
            tick().await;
        }
        assert_eq!(widget.bubbles(), ["one", "two"]);
        assert_eq!(widget.input().value(), "three", "nothing is lost");
        assert!(widget.part("send").has_attribute("disabled"));
        assert_eq!(text_of(&widget.all("[role=alert]")[0]), words);
        widget.all("[part~=message] button")[0].click();
        tick().await;
        assert!(widget.all("[role=alert]").is_empty(), "one of them is gone");
        assert!(!widget.part("send").has_attribute("disabled"));
        widget.press(r#"{"key": "Enter"}"#);
        tick().await;
        assert_eq!(widget.bubbles(), ["two", "three"]);
    }
}

/// One message of the visitor's, waiting, with the typed text in text nodes alone.
fn assert_waits(widget: &Widget) {
    let message = widget.part("message");
    assert_eq!(message.get_attribute("data-author").as_deref(), Some("user"));
    assert_eq!(message.get_attribute("data-status").as_deref(), Some("queued"));
    assert_eq!(text_of(&widget.part("bubble")), TYPED);
    let typed = widget.all("[part~=bubble] > *");
    assert_eq!(typed.len(), 1);
    assert_eq!(
        typed[0].child_element_count(),
        0,
        "the typed text makes no element"
    );
    let nodes = typed[0].child_nodes();
    let texts: Vec<_> = (0..nodes.length())
        .filter_map(|index| nodes.item(index)?.dyn_into::<Text>().ok())
        .map(|text| text.data())
        .collect();
    assert_eq!(texts, [TYPED]);
}
