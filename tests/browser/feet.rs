//! Under a message stands what became of it and what can be done, in the visitor's language.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    keeping, page, platform,
    rig::{NOTHING, Page, Says, Widget, text_of, tick, until},
};

#[wasm_bindgen_test]
async fn every_state_has_its_words_and_buttons() {
    for (state, english, italian) in [
        (
            "queued",
            "Waiting to be sent|Delete",
            "In attesa di invio|Elimina",
        ),
        (
            "failed",
            "Not sent.|Retry|Copy|Delete",
            "Non inviato.|Riprova|Copia|Elimina",
        ),
        (
            "unconfirmed",
            "We could not confirm this was delivered.|Send again|Copy|Delete",
            "Non sappiamo se il messaggio è arrivato.|Invia di nuovo|Copia|Elimina",
        ),
        (
            "expired",
            "Too old to be sent by itself.|Send|Copy|Delete",
            "È passato troppo tempo: non parte da solo.|Invia|Copia|Elimina",
        ),
    ] {
        for (language, words) in [("en", english), ("it", italian)] {
            let page = Page::open();
            page::take_copies();
            let widget = kept(&page, state, language).await;
            assert_eq!(foot(&widget), words, "{state}");
            assert_eq!(status(&widget), state);
            assert_eq!(widget.bubbles(), ["Hello"]);
        }
    }
}

#[wasm_bindgen_test]
async fn what_was_typed_can_be_copied() {
    let page = Page::open();
    page::take_copies();
    let widget = kept(&page, "failed", "en").await;
    widget.button("Copy").click();
    until("it is said", || foot(&widget) == "Not sent.|Retry|Copied|Delete").await;
    assert_eq!(page::copies(), ["Hello"]);
}

#[wasm_bindgen_test]
async fn a_page_without_a_clipboard_has_no_button_for_it() {
    let page = Page::open();
    page::forbid_clipboard();
    let widget = kept(&page, "failed", "en").await;
    assert_eq!(foot(&widget), "Not sent.|Retry|Delete");
}

#[wasm_bindgen_test]
async fn what_waits_for_the_visitor_is_sent_again_on_their_word() {
    for (state, button) in [
        ("failed", "Retry"),
        ("unconfirmed", "Send again"),
        ("expired", "Send"),
    ] {
        let page = Page::open();
        platform::begin("[]");
        let widget = kept(&page, state, "en").await;
        assert_eq!(platform::sent(), [""; 0], "{state}: not by itself");
        widget.button(button).click();
        until("it is sent", || status(&widget) == "sent").await;
        assert!(widget.all(".foot").is_empty(), "{state}: there is nothing to say");
    }
}

#[wasm_bindgen_test]
async fn what_waits_for_the_visitor_can_be_deleted() {
    for state in ["queued", "failed", "unconfirmed", "expired"] {
        let page = Page::open();
        let widget = kept(&page, state, "en").await;
        widget.button("Delete").click();
        until("it is gone", || widget.parts("message").is_empty()).await;
    }
}

#[wasm_bindgen_test]
async fn checking_is_offered_where_the_platform_keeps_a_history() {
    for (capabilities, is_offered) in [("[]", false), (r#"["history"]"#, true)] {
        let page = Page::open();
        platform::begin(capabilities);
        page::answer("/api/v1/chat/c1/messages", 200, r#"{"messages":[]}"#);
        let widget = kept(&page, "unconfirmed", "en").await;
        widget.handle.open(&NOTHING);
        let _pending = widget.handle.say("More");
        until("the chat is live", || platform::sent().len() > 1).await;
        tick().await;
        let buttons = widget.all(".foot button");
        let offers = buttons.iter().any(|button| text_of(button) == "Check");
        assert_eq!(offers, is_offered, "{capabilities}");
    }
}

#[wasm_bindgen_test]
async fn a_cut_answer_can_be_asked_for_again() {
    for (language, words, button) in [
        ("en", "The answer was cut off.|Try again", "Try again"),
        ("it", "La risposta si è interrotta.|Riprova", "Riprova"),
    ] {
        let page = Page::open();
        keeping::returning();
        keeping::conversation("How much?", "It costs", "interrupted");
        let widget = page.widget(&format!(r#"{{"open": true, "locale": "{language}"}}"#));
        until("it is there", || widget.parts("message").len() == 2).await;
        assert_eq!(foot(&widget), words);
        widget.button(button).click();
        until("it is asked", || widget.parts("message").len() == 3).await;
        assert_eq!(widget.bubbles(), ["How much?", "It costs", "How much?"]);
    }
}

#[wasm_bindgen_test]
async fn a_restored_conversation_looks_like_any_other() {
    let page = Page::open();
    keeping::returning();
    keeping::conversation("How **much**?", "It costs **7** euros.", "complete");
    let widget = page.widget(r#"{"open": true}"#);
    until("it is there", || {
        widget.bubbles() == ["How **much**?", "It costs 7 euros."]
    })
    .await;
    assert_eq!(text_of(&widget.all(".answer strong")[0]), "7");
    assert!(widget.all(".foot").is_empty());
    assert!(widget.parts("badge").is_empty(), "it was read before");
}

#[wasm_bindgen_test]
async fn a_silent_answer_is_said_to_be_worked_on_until_it_speaks() {
    for (language, words) in [("en", "Still working…"), ("it", "Ci sto ancora lavorando…")] {
        let page = Page::open();
        platform::begin("[]");
        let options = format!(
            r#"{{"open": true, "connect": "open", "locale": "{language}", "limits": {{"answerSilenceMs": 300}}}}"#
        );
        let widget = page.widget(&options);
        let _pending = widget.handle.say("Hello");
        until("it is sent", || status(&widget) == "sent").await;
        platform::says(r#"{"type":"processing","data":{"message_id":"a1"}}"#);
        until("the silence is noticed", || foot(&widget) == words).await;
        assert_eq!(widget.all(".dots").len(), 1, "beside the dots");
        platform::says(r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Ciao"}}"#);
        until("it speaks", || widget.all(".foot").is_empty()).await;
        until("it is silent again", || foot(&widget) == words).await;
        assert!(widget.all(".dots").is_empty(), "under the growing text");
        platform::says(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#);
        until("it is whole", || widget.all(".foot").is_empty()).await;
        assert_eq!(page::faults(), [""; 0]);
    }
}

/// A widget that finds one message of an earlier page, in this state.
async fn kept(page: &Page, state: &str, language: &str) -> Widget {
    keeping::returning();
    keeping::message("k1", "Hello", state);
    let widget = page.widget(&format!(r#"{{"open": true, "locale": "{language}"}}"#));
    until("the message is there", || widget.parts("message").len() == 1).await;
    tick().await;
    widget
}

/// What stands under the messages: the words, then the buttons.
fn foot(widget: &Widget) -> String {
    let pieces = widget.all(".foot > *");
    pieces.iter().map(text_of).collect::<Vec<_>>().join("|")
}

fn status(widget: &Widget) -> String {
    let messages = widget.parts("message");
    let first = messages.first();
    first
        .and_then(|message| message.get_attribute("data-status"))
        .unwrap_or_default()
}
