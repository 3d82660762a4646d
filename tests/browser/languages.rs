//! The widget speaks the page's language: the option first, then the site's choice, then the page's.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::rig::{Page, Says, Widget, document, settled, text_of, tick, word};

#[wasm_bindgen_test]
async fn an_italian_locale_speaks_italian() {
    let page = Page::open();
    let widget = page.widget(r#"{"locale": "it-IT", "open": true}"#);
    tick().await;
    assert_eq!(label(&widget, "launcher"), "Chiudi la chat");
    assert_eq!(label(&widget, "input"), "Messaggio");
    assert_eq!(label(&widget, "send"), "Invia");
    assert_eq!(text_of(&widget.part("title")), "Assistente IA MIP");
    assert_eq!(widget.all("[lang=it]").len(), 1);
    let refused = settled(widget.handle.say("")).await;
    assert_eq!(word(&refused, "error.message"), "Prima scrivi qualcosa.");
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    assert_eq!(text_of(&widget.all("[role=alert]")[0]), "Prima scrivi qualcosa.");
}

#[wasm_bindgen_test]
fn auto_follows_the_language_of_the_page() {
    let page = Page::open();
    for (tag, name) in [
        ("it", "Apri la chat"),
        ("it-CH", "Apri la chat"),
        ("IT", "Apri la chat"),
        ("en-GB", "Open chat"),
    ] {
        set_page_language(tag);
        for options in ["{}", r#"{"locale": "auto"}"#] {
            assert_eq!(label(&page.widget(options), "launcher"), name, "{tag} {options}");
        }
    }
}

#[wasm_bindgen_test]
fn the_option_wins_over_the_page() {
    let page = Page::open();
    set_page_language("it");
    let widget = page.widget(r#"{"locale": "en"}"#);
    assert_eq!(label(&widget, "launcher"), "Open chat");
}

#[wasm_bindgen_test]
fn the_choice_the_site_keeps_wins_over_the_page() {
    let page = Page::open();
    web_sys::window()
        .unwrap()
        .local_storage()
        .unwrap()
        .unwrap()
        .set_item("mip-language", "it")
        .unwrap();
    assert_eq!(label(&page.widget("{}"), "launcher"), "Apri la chat");
    assert_eq!(
        label(&page.widget(r#"{"locale": "en"}"#), "launcher"),
        "Open chat"
    );
}

#[wasm_bindgen_test]
fn a_language_the_widget_does_not_speak_is_passed_over() {
    let page = Page::open();
    set_page_language("it");
    for locale in ["tlh", "", "x"] {
        let widget = page.widget(&format!(r#"{{"locale": "{locale}"}}"#));
        assert_eq!(label(&widget, "launcher"), "Apri la chat", "{locale}");
    }
}

#[wasm_bindgen_test]
fn a_page_in_a_language_the_widget_does_not_speak_gets_the_browsers() {
    let page = Page::open();
    set_page_language("tlh");
    let browser = web_sys::window().unwrap().navigator().language().unwrap();
    let name = if browser.starts_with("it") {
        "Apri la chat"
    } else {
        "Open chat"
    };
    assert_eq!(label(&page.widget("{}"), "launcher"), name);
}

#[wasm_bindgen_test]
fn the_pages_own_words_are_used_as_they_are() {
    let page = Page::open();
    let widget = page.widget(r#"{"locale": "it", "title": "Aiuto", "placeholder": "Scrivi qui"}"#);
    assert_eq!(text_of(&widget.part("title")), "Aiuto");
    assert_eq!(widget.input().placeholder(), "Scrivi qui");
}

fn label(widget: &Widget, part: &str) -> String {
    widget.part(part).get_attribute("aria-label").unwrap_or_default()
}

fn set_page_language(tag: &str) {
    document()
        .document_element()
        .unwrap()
        .set_attribute("lang", tag)
        .unwrap();
}
