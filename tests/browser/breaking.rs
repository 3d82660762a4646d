//! From one conversation to the next: a line between the two that is no message, and messages that wait for a word.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    page, platform,
    rig::{Page, Says, Widget, get, stored, text_of, tick, until, word},
};

#[wasm_bindgen_test]
async fn a_line_stands_between_two_conversations_and_is_no_message() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let _pending = widget.handle.say_as("one", "c-1");
    widget.handle.new_conversation();
    tick().await;
    let breaks = widget.all("[role=separator]");
    assert_eq!(breaks.len(), 1);
    assert_eq!(text_of(&breaks[0]), "A new conversation begins here");
    assert_eq!(widget.parts("message").len(), 1);
    let messages: Array = widget.handle.messages().unchecked_into();
    assert_eq!(messages.length(), 1);
    assert_eq!(get(&widget.handle.state(), "messages"), 1.0);
}

#[wasm_bindgen_test]
async fn there_is_no_line_before_the_first_message() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true, "connect": "load"}"#);
    widget.handle.new_conversation();
    tick().await;
    assert_eq!(widget.all("[role=separator]").len(), 0);
    assert_eq!(widget.all(".empty").len(), 1, "the greeting stands");
    let _pending = widget.handle.say("one");
    // What waits is held above the line; at the next word it goes into the new conversation, and stands in it.
    for lines in [1, 0, 1, 0] {
        widget.handle.new_conversation();
        tick().await;
        assert_eq!(widget.all("[role=separator]").len(), lines);
        assert_eq!(widget.bubbles(), ["one"]);
    }
}

#[wasm_bindgen_test]
async fn there_is_never_one_line_after_another() {
    let page = Page::open();
    platform::begin("[]");
    let widget = page.widget(r#"{"open": true, "connect": "open"}"#);
    let _pending = widget.handle.say("one");
    until("it is sent", || {
        let message = widget.parts("message");
        let status = message.first().and_then(|row| row.get_attribute("data-status"));
        status.as_deref() == Some("sent")
    })
    .await;
    for _ in 0..3 {
        widget.handle.new_conversation();
        tick().await;
        assert_eq!(widget.all("[role=separator]").len(), 1);
    }
}

#[wasm_bindgen_test]
async fn a_message_for_the_old_conversation_waits_for_the_visitors_word() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let _pending = widget.handle.say("one");
    widget.handle.new_conversation();
    tick().await;
    let notice = widget.part("notice");
    assert_eq!(notice.get_attribute("data-kind").as_deref(), Some("ended"));
    assert_eq!(notice.get_attribute("data-code").as_deref(), Some("chat/gone"));
    assert!(
        text_of(&notice).contains("This conversation ended. Your text is kept."),
        "{}",
        text_of(&notice)
    );
    assert_eq!(word(&widget.handle.state(), "error.code"), "chat/gone");
    widget.button("Start a new conversation").click();
    tick().await;
    assert_eq!(widget.parts("notice").len(), 0);
    assert_eq!(
        widget.part("message").get_attribute("data-status").as_deref(),
        Some("queued")
    );
}

#[wasm_bindgen_test]
async fn the_line_and_the_notice_speak_italian() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true, "locale": "it"}"#);
    let _pending = widget.handle.say("uno");
    widget.handle.new_conversation();
    tick().await;
    assert_eq!(
        text_of(&widget.all("[role=separator]")[0]),
        "Qui inizia una nuova conversazione"
    );
    assert_eq!(
        widget.button("Inizia una nuova conversazione").tag_name(),
        "BUTTON"
    );
}

#[wasm_bindgen_test]
async fn a_chat_that_is_over_is_told_and_the_next_one_has_another_session() {
    let page = Page::open();
    page::answer("/api/v1/health", 200, r#"{"status":"healthy"}"#);
    page::answer("/api/v1/chat", 200, r#"{"chat_id":"c1"}"#);
    let widget = page.widget(r#"{"open": true}"#);
    let _pending = widget.handle.say("one");
    until("the chat exists", || chat(&widget).is_some()).await;
    let session = stored("miptech_session_id").expect("kept with the first message");
    widget.handle.new_conversation();
    until("the page is told", || {
        page::heard().contains(&r#"one conversation:end {"chatId":"c1"}"#.to_owned())
    })
    .await;
    assert_ne!(stored("miptech_session_id"), Some(session));
}

fn chat(widget: &Widget) -> Option<String> {
    get(&widget.handle.state(), "chatId").as_string()
}
