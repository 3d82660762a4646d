//! Every control has a name, and one live region speaks.

use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, ShadowRoot};

use crate::rig::{Page, Says, tick};

#[wasm_bindgen_test]
async fn the_launcher_says_what_it_does_and_whether_it_did() {
    let page = Page::open();
    let widget = page.widget("{}");
    let launcher = widget.part("launcher");
    let says = || {
        (
            name_of(&widget.root(), &launcher),
            launcher.get_attribute("aria-expanded").unwrap(),
        )
    };
    assert_eq!(launcher.tag_name(), "BUTTON");
    assert_eq!(says(), ("Open chat".to_owned(), "false".to_owned()));
    launcher.click();
    tick().await;
    assert_eq!(says(), ("Close chat".to_owned(), "true".to_owned()));
    launcher.click();
    tick().await;
    assert_eq!(says(), ("Open chat".to_owned(), "false".to_owned()));
}

#[wasm_bindgen_test]
fn the_panel_is_a_dialog_named_by_its_title_and_holds_nobody_captive() {
    let page = Page::open();
    let widget = page.widget(r#"{"title": "Ask us"}"#);
    let panel = widget.part("panel");
    assert_eq!(panel.get_attribute("role").as_deref(), Some("dialog"));
    assert_eq!(panel.get_attribute("aria-modal"), None);
    assert!(
        panel.has_attribute("aria-labelledby"),
        "named by an element that is seen"
    );
    assert_eq!(name_of(&widget.root(), &panel), "Ask us");
}

#[wasm_bindgen_test]
async fn every_control_has_its_name() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true, "suggestions": ["Prices?"]}"#);
    tick().await;
    let root = widget.root();
    let name = |part| name_of(&root, &widget.part(part));
    assert_eq!(name("input"), "Message");
    assert_eq!(name("send"), "Send");
    assert_eq!(name("close"), "Close chat");
    assert_eq!(name("suggestion"), "Prices?");
    assert!(!name("transcript").is_empty());
    for control in widget.all("button, textarea, input, a, [role=region], [tabindex]") {
        assert!(
            !name_of(&root, &control).is_empty(),
            "{}",
            control.get_attribute("class").unwrap_or_default()
        );
    }
}

#[wasm_bindgen_test]
async fn what_the_visitor_can_do_with_a_waiting_message_has_a_name() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let _pending = widget.handle.say("Hello");
    tick().await;
    let buttons = widget.all("[part~=message] button");
    assert_eq!(buttons.len(), 1);
    assert_eq!(name_of(&widget.root(), &buttons[0]), "Delete");
    assert_eq!(widget.part("message").tag_name(), "ARTICLE");
    assert!(
        widget.part("message").closest("ol, ul").unwrap().is_some(),
        "a list of articles"
    );
}

#[wasm_bindgen_test]
fn the_announcer_is_the_one_live_region_and_polite() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    let live = widget.all("[aria-live], [role=status], [role=alert], [role=log], output");
    assert_eq!(live.len(), 1);
    assert_eq!(live[0].get_attribute("part").as_deref(), Some("announcer"));
    assert_eq!(live[0].get_attribute("aria-live").as_deref(), Some("polite"));
}

#[wasm_bindgen_test]
fn the_visitor_is_told_of_the_ai_unless_the_page_says_so_itself() {
    let page = Page::open();
    assert_eq!(page.widget("{}").parts("disclosure").len(), 1);
    assert_eq!(
        page.widget(r#"{"disclosure": false}"#).parts("disclosure").len(),
        0
    );
}

/// The accessible name, by the three rules that are used here.
fn name_of(root: &ShadowRoot, element: &Element) -> String {
    if let Some(id) = element.get_attribute("aria-labelledby") {
        let namer = root.get_element_by_id(&id).expect("the naming element is there");
        return namer.text_content().unwrap_or_default();
    }
    element
        .get_attribute("aria-label")
        .or_else(|| element.text_content())
        .unwrap_or_default()
}
