//! What is drawn: one root of five parts in an open shadow root, with one sheet, and nothing ever parsed as markup.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CssStyleSheet, HtmlElement, ShadowRootInit, ShadowRootMode};

use crate::{
    page,
    rig::{NOTHING, Page, Says, document, frame, settings, settled, text_of, tick},
};

#[wasm_bindgen_test]
fn mounting_puts_one_root_with_its_parts_into_an_open_shadow_root() {
    let page = Page::open();
    let widget = page.widget("{}");
    assert_eq!(widget.root().mode(), ShadowRootMode::Open);
    assert_eq!(widget.root().child_nodes().length(), 1, "one root");
    assert_eq!(
        widget.host.child_nodes().length(),
        0,
        "nothing outside the shadow root"
    );
    for name in ["launcher", "panel", "transcript", "composer", "announcer"] {
        assert_eq!(widget.parts(name).len(), 1, "part {name}");
    }
}

#[wasm_bindgen_test]
fn one_sheet_is_adopted_and_no_style_element_made() {
    let page = Page::open();
    let widget = page.widget("{}");
    let sheets = widget.root().adopted_style_sheets();
    assert_eq!(sheets.length(), 1);
    assert!(sheets.get(0).is_instance_of::<CssStyleSheet>());
    assert_eq!(widget.all("style, link").len(), 0);
}

/// The content security policy of a page may forbid the attribute, but not the object model. Where the browser makes
/// the field grow by itself, it is told so once; elsewhere the height is written.
#[wasm_bindgen_test]
async fn no_style_attribute_is_written_but_what_makes_the_composer_grow_through_the_object_model() {
    let page = Page::open();
    page::forbid_markup();
    let widget = page.widget(r#"{"open": true}"#);
    tick().await;
    assert_eq!(page::markup(), [""; 0]);
    for styled in widget.all("[style]") {
        assert_eq!(styled.get_attribute("part").as_deref(), Some("input"));
        assert_eq!(styled.style().length(), 1);
        let property = styled.style().item(0);
        assert!(
            ["field-sizing", "height"].contains(&property.as_str()),
            "{property}"
        );
    }
}

#[wasm_bindgen_test]
async fn nothing_is_ever_parsed_as_markup() {
    let page = Page::open();
    page::forbid_markup();
    let widget = page.widget(
        r#"{"title": "<i>T</i>", "welcome": "<i>W</i>", "suggestions": ["<i>S</i>"], "placeholder": "<i>P</i>"}"#,
    );
    widget.handle.open(&NOTHING);
    tick().await;
    let _pending = widget.handle.say("<img src=x onerror=alert(1)>");
    widget.type_text("").await;
    widget.press(r#"{"key": "Enter"}"#);
    widget.handle.close();
    frame().await;
    assert_eq!(widget.bubbles(), ["<img src=x onerror=alert(1)>"]);
    widget.handle.destroy();
    assert_eq!(page::markup(), [""; 0]);
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
fn texts_of_the_options_stay_text() {
    let page = Page::open();
    let widget = page.widget(
        r#"{"title": "<i>T</i>", "welcome": "<i>W</i>", "suggestions": ["<i>S</i>"], "placeholder": "<i>P</i>"}"#,
    );
    assert_eq!(text_of(&widget.part("title")), "<i>T</i>");
    assert_eq!(text_of(&widget.part("suggestion")), "<i>S</i>");
    assert!(text_of(&widget.part("transcript")).contains("<i>W</i>"));
    assert_eq!(widget.input().placeholder(), "<i>P</i>");
    assert_eq!(widget.all("i").len(), 0);
}

#[wasm_bindgen_test]
fn icons_are_drawings_and_no_unknown_elements() {
    let page = Page::open();
    let widget = page.widget("{}");
    let drawings = widget.all("svg, path");
    assert!(!drawings.is_empty());
    for drawing in drawings {
        assert_eq!(
            drawing.namespace_uri().as_deref(),
            Some("http://www.w3.org/2000/svg")
        );
    }
}

#[wasm_bindgen_test]
async fn an_open_shadow_root_that_is_there_already_is_used() {
    let page = Page::open();
    let host = page.host("one");
    let root = host
        .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
        .unwrap();
    let theirs = document().create_element("b").unwrap();
    root.append_child(&theirs).unwrap();
    let widget = page.mount_on(host, &settings("{}"));
    assert_eq!(widget.root(), root);
    assert_eq!(widget.parts("launcher").len(), 1);
    assert!(theirs.is_connected(), "what was there stays");
    widget.handle.destroy();
    tick().await;
    assert_eq!(root.child_nodes().length(), 1);
    assert!(theirs.is_connected(), "what was there still stays");
}

#[wasm_bindgen_test]
async fn a_host_can_be_used_again() {
    let page = Page::open();
    let host = page.host("one");
    let first = miptech_chat::mount(host.clone(), &settings("{}"));
    first.destroy();
    let widget = page.mount_on(host, &settings("{}"));
    assert_eq!(widget.root().child_nodes().length(), 1);
    assert_eq!(widget.root().adopted_style_sheets().length(), 1);
    widget.handle.open(&NOTHING);
    tick().await;
    assert!(widget.is_shown_open());
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn an_element_that_takes_no_shadow_root_raises_nothing() {
    let page = Page::open();
    let host: HtmlElement = page.add("a").unchecked_into();
    let handle = miptech_chat::mount(host.clone(), &settings("{}"));
    handle.open(&NOTHING);
    settled(handle.say("")).await;
    handle.destroy();
    tick().await;
    assert_eq!(host.child_nodes().length(), 0);
    assert_eq!(page::faults(), [""; 0]);
}

/// The worst sheet a page can have: it unsets and hides everything it can reach.
#[wasm_bindgen_test]
async fn a_sheet_of_the_page_reaches_neither_the_host_nor_what_is_inside() {
    let page = Page::open();
    let sheet = CssStyleSheet::new().unwrap();
    sheet
        .replace_sync("main * { all: unset !important; display: none !important; z-index: 1 !important }")
        .unwrap();
    let widget = page.widget(r#"{"open": true, "zIndex": 77}"#);
    tick().await;
    let before = sheets_of_the_page();
    set_sheets_of_the_page(&Array::of1(&sheet));
    let host = computed(&widget.host, &["display", "position", "z-index"]);
    let inside = computed(&widget.part("launcher"), &["visibility"]);
    let box_width = widget.part("launcher").client_width();
    set_sheets_of_the_page(&before);
    assert_eq!(host, ["block", "fixed", "77"]);
    assert_eq!(inside, ["visible"]);
    assert!(box_width > 0, "the launcher takes room");
}

fn computed(element: &HtmlElement, names: &[&str]) -> Vec<String> {
    let style = web_sys::window()
        .unwrap()
        .get_computed_style(element)
        .unwrap()
        .unwrap();
    names
        .iter()
        .map(|name| style.get_property_value(name).unwrap())
        .collect()
}

fn sheets_of_the_page() -> Array {
    Array::from(&document().adopted_style_sheets())
}

fn set_sheets_of_the_page(sheets: &Array) {
    document().set_adopted_style_sheets(sheets);
}
