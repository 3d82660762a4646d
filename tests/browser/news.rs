//! News between the tabs of a site: names of keys and nothing else, heard in one go, and none of the page's own.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    keeping, neighbours, page,
    rig::{Page, Says, Widget, settled, storage, stored, tick, until},
};

#[wasm_bindgen_test]
async fn only_names_of_keys_are_told() {
    let page = Page::open();
    neighbours::join_channel(CHANNEL);
    page::answer(
        "/api/v1/auth/login",
        200,
        r#"{"access_token":"SECRET-A","refresh_token":"SECRET-R","user":{"id":"person"}}"#,
    );
    let widget = page.widget(r#"{"open": true}"#);
    let _pending = widget.handle.say_as("private words", "k1");
    widget.type_text("a thought").await;
    settled(widget.handle.sign_in(&"a@b.example".into(), &"secret".into())).await;
    page::happens("pagehide");
    until("the tokens are told of", || {
        neighbours::channel_heard()
            .iter()
            .any(|told| told.contains("miptech_access_token"))
    })
    .await;
    let heard = neighbours::channel_heard();
    assert!(
        heard
            .iter()
            .any(|told| told.contains(&format!("{}k1", keeping::MESSAGE))),
        "{heard:?}"
    );
    let keys: Vec<String> = (0..storage().length().unwrap())
        .filter_map(|index| storage().key(index).unwrap())
        .collect();
    for told in &heard {
        let names: Vec<&str> = told
            .trim_matches(['[', ']'])
            .split(',')
            .map(|name| name.trim_matches('"'))
            .collect();
        for name in names {
            let is_key = keys.iter().any(|key| key == name) || name.starts_with("miptech_");
            assert!(is_key, "{name} in {told}");
        }
        for value in ["SECRET", "private", "thought", "person"] {
            assert!(!told.contains(value), "{value} in {told}");
        }
    }
}

#[wasm_bindgen_test]
async fn another_tabs_draft_is_shown_here() {
    for forbid in [
        None,
        Some(neighbours::forbid_channels as fn()),
        Some(neighbours::refuse_channels),
    ] {
        let page = Page::open();
        forbid.into_iter().for_each(|forbid| forbid());
        keeping::returning();
        let widget = page.widget(r#"{"open": true}"#);
        tick().await;
        neighbours::other_tab_writes(keeping::DRAFT, Some("half a thought"));
        until("it is heard", || widget.input().value() == "half a thought").await;
        assert_eq!(page::faults(), [""; 0]);
    }
}

#[wasm_bindgen_test]
async fn another_widgets_message_is_shown_here() {
    let page = Page::open();
    keeping::returning();
    let one = page.widget(r#"{"open": true}"#);
    let two = page.named("two", r#"{"open": true}"#);
    // Both live in one document, where no storage event comes.
    let _pending = one.handle.say("Hello");
    until("it is heard", || two.bubbles() == ["Hello"]).await;
    two.button("Delete").click();
    until("that is heard too", || one.bubbles().is_empty()).await;
    tick().await;
    assert!(two.bubbles().is_empty());
}

#[wasm_bindgen_test]
async fn what_is_told_in_one_go_is_read_once() {
    let page = Page::open();
    keeping::returning();
    let _widget = page.widget("{}");
    neighbours::join_channel(CHANNEL);
    storage().set_item(keeping::DRAFT, "new").unwrap();
    let reads = page::reads();
    let name = keeping::DRAFT;
    neighbours::channel_says(&format!(r#"["{name}", "{name}", "{name}"]"#));
    until("it is read", || count(&reads, name) > 0).await;
    let_pass().await;
    assert_eq!(count(&reads, name), 1);
}

#[wasm_bindgen_test]
async fn news_of_the_pages_own_keys_cost_nothing() {
    let page = Page::open();
    keeping::returning();
    let _widget = page.widget("{}");
    neighbours::join_channel(CHANNEL);
    let reads = page::reads();
    for key in [
        "cart",
        "miptech_chat",
        "miptech_chat:other-tenant:draft",
        "miptech_chat:miptech-company:visitor_id",
        "",
    ] {
        neighbours::other_tab_writes(key, Some("theirs"));
        neighbours::channel_says(&format!(r#"["{key}"]"#));
    }
    let_pass().await;
    assert_eq!(reads.length(), 0, "{reads:?}");
}

#[wasm_bindgen_test]
async fn nonsense_on_the_channel_means_nothing() {
    let page = Page::open();
    let widget = page.widget(r#"{"open": true}"#);
    neighbours::join_channel(CHANNEL);
    for message in [
        "null",
        "7",
        r#""draft""#,
        "{}",
        r#"[null, 7, ["x"], {"key": "draft"}]"#,
    ] {
        neighbours::channel_says(message);
    }
    let_pass().await;
    assert_eq!(page::faults(), [""; 0]);
    assert_eq!(widget.input().value(), "");
}

#[wasm_bindgen_test]
async fn nobody_is_told_anything_after_leaving() {
    let page = Page::open();
    page::watch();
    let widget: Widget = page.widget("{}");
    assert!(page::alive_now().iter().any(|known| known == "channel"));
    widget.handle.destroy();
    assert_eq!(page::alive_now(), [""; 0]);
    neighbours::join_channel(CHANNEL);
    widget.handle.set_draft(&"Hello".into());
    let_pass().await;
    assert_eq!(neighbours::channel_heard(), [""; 0]);
    assert_eq!(stored(keeping::DRAFT), None);
}

fn count(reads: &js_sys::Array, key: &str) -> usize {
    let names = reads.iter().filter_map(|name| name.as_string());
    names.filter(|name| name == key).count()
}

async fn let_pass() {
    for _ in 0..50 {
        tick().await;
    }
}

const CHANNEL: &str = "miptech_chat:miptech-company";
