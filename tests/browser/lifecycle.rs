//! The page's own life: hidden, left, come back to, without a network. The widget follows, and is never stuck.

use wasm_bindgen_test::wasm_bindgen_test;

use crate::{
    neighbours, page, platform,
    rig::{Page, Says, Widget, get, stored, text_of, tick, until, word},
};

#[wasm_bindgen_test]
async fn a_page_that_is_left_holds_no_socket_and_one_that_is_back_opens_another() {
    let page = Page::open();
    page::watch();
    let widget = live(&page).await;
    assert_eq!(platform::open_sockets(), 1);
    assert!(channels() > 0);
    page::happens("pagehide");
    assert_eq!(platform::open_sockets(), 0, "at once");
    assert_eq!(
        channels(),
        0,
        "a channel keeps a page out of the back-forward cache"
    );
    page::happens("pageshow");
    until("it is live again", || connection(&widget) == "live").await;
    assert_eq!(platform::open_sockets(), 1);
    assert!(channels() > 0);
    assert_eq!(widget.bubbles(), ["Hello"]);
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn what_was_written_while_the_page_was_away_is_read_when_it_is_back() {
    let page = Page::open();
    let widget = live(&page).await;
    page::happens("pagehide");
    // In this very page no storage event tells of it, as if the page had been frozen.
    crate::rig::storage()
        .set_item(crate::keeping::DRAFT, "from elsewhere")
        .unwrap();
    page::happens("pageshow");
    until("it is read", || widget.input().value() == "from elsewhere").await;
}

#[wasm_bindgen_test]
async fn what_storage_refused_is_older_than_what_another_tab_wrote_while_the_page_was_away() {
    let page = Page::open();
    let widget = live(&page).await;
    page::fill_storage();
    widget.type_text("ours").await;
    page::happens("pagehide");
    neighbours::other_tab_writes(crate::keeping::DRAFT, Some("theirs"));
    // Nobody listens while the page is away, so the event that tells of it must be over.
    let is_over = || crate::rig::stored(crate::keeping::DRAFT).as_deref() == Some("theirs");
    until("it is written", is_over).await;
    for _ in 0..20 {
        tick().await;
    }
    page::happens("pageshow");
    until("it is read", || widget.input().value() == "theirs").await;
}

#[wasm_bindgen_test]
async fn any_sign_that_somebody_is_there_wakes_a_hidden_widget() {
    for sign in [
        "visibilitychange",
        "focus",
        "resume",
        "pageshow",
        "pageshow at first",
        "a touch",
        "a key",
    ] {
        let page = Page::open();
        page::hide(true);
        let widget = page.widget(r#"{"connect": "load"}"#);
        tick().await;
        assert_eq!(page::calls(), [""; 0], "{sign}: nobody looks");
        page::hide(false);
        match sign {
            "a touch" => page::touch(&widget.part("launcher")),
            "a key" => drop(page::key(
                &widget.part("launcher"),
                "keydown",
                r#"{"key": "Tab"}"#,
            )),
            event => page::happens(event),
        }
        until("it connects", || !page::calls().is_empty()).await;
    }
}

#[wasm_bindgen_test]
async fn a_page_that_stays_hidden_wakes_nobody() {
    let page = Page::open();
    page::hide(true);
    let _widget = page.widget(r#"{"connect": "load"}"#);
    for sign in [
        "visibilitychange",
        "focus",
        "resume",
        "freeze",
        "pageshow at first",
    ] {
        page::happens(sign);
        tick().await;
        assert_eq!(page::calls(), [""; 0], "{sign}");
    }
}

#[wasm_bindgen_test]
async fn without_a_network_the_visitor_reads_so() {
    for (language, status, notice) in [
        (
            "en",
            "Offline",
            "You're offline. Your message is kept and will be sent when you're back.",
        ),
        (
            "it",
            "Offline",
            "Sei offline. Il messaggio resta qui e parte appena torni in rete.",
        ),
    ] {
        let page = Page::open();
        page::refuse_calls();
        let options = format!(r#"{{"open": true, "connect": "open", "locale": "{language}"}}"#);
        let widget = page.widget(&options);
        page::happens("offline");
        let _pending = widget.handle.say("Hello");
        until("it is offline", || connection(&widget) == "offline").await;
        tick().await;
        assert_eq!(text_of(&widget.part("status")), status);
        until("it is said", || !widget.parts("notice").is_empty()).await;
        assert!(text_of(&widget.part("notice")).contains(notice));
        assert_eq!(word(&widget.handle.state(), "error.code"), "network/offline");
        platform::begin("[]");
        page::happens("online");
        until("it is sent", || platform::sent().len() > 1).await;
        until("nothing is to be said", || widget.parts("notice").is_empty()).await;
    }
}

#[wasm_bindgen_test]
async fn a_policy_that_forbids_the_platform_is_said_once_and_for_all() {
    for blocked in [
        "http://127.0.0.1:9",
        "http://127.0.0.1:9/api/v1/health",
        "ws://127.0.0.1:9/api/v1/ws/chat",
    ] {
        let page = Page::open();
        let widget = page.widget(r#"{"connect": "load", "open": true}"#);
        page::forbids("connect-src", blocked, "enforce");
        until("it is said", || !widget.parts("notice").is_empty()).await;
        let code = widget.part("notice").get_attribute("data-code");
        assert_eq!(code.as_deref(), Some("network/blocked-by-csp"), "{blocked}");
        assert_eq!(connection(&widget), "blocked");
    }
}

#[wasm_bindgen_test]
async fn what_else_a_policy_forbids_is_nobodys_business() {
    let page = Page::open();
    let widget = page.widget(r#"{"connect": "load", "open": true}"#);
    for (directive, blocked, disposition) in [
        ("connect-src", "http://127.0.0.1:9/api/v1/health", "report"),
        ("img-src", "http://127.0.0.1:9/logo.png", "enforce"),
        ("connect-src", "http://127.0.0.1:90/", "enforce"),
        (
            "connect-src",
            "https://elsewhere.example/?http://127.0.0.1:9/",
            "enforce",
        ),
        ("connect-src", "inline", "enforce"),
        ("connect-src", "", "enforce"),
    ] {
        page::forbids(directive, blocked, disposition);
        tick().await;
        assert_ne!(
            connection(&widget),
            "blocked",
            "{directive} {blocked} {disposition}"
        );
    }
    // Not even an event of the right name that is none.
    page::happens("securitypolicyviolation");
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn nothing_that_keeps_a_page_from_being_gone_back_to_is_listened_for() {
    let page = Page::open();
    page::watch();
    let _widget = live(&page).await;
    let alive = page::alive_now();
    for what in [
        "listener pagehide",
        "listener visibilitychange",
        "listener freeze",
        "listener online",
    ] {
        assert!(alive.iter().any(|known| known == what), "{what}: {alive:?}");
    }
    for what in ["listener unload", "listener beforeunload"] {
        assert!(!alive.iter().any(|known| known == what), "{what}");
    }
}

#[wasm_bindgen_test]
async fn a_platform_that_asks_for_much_patience_is_said_to_be_busy() {
    for (language, begins) in [
        ("en", "The chat is busy. Try again after "),
        (
            "it",
            "In questo momento la chat è molto occupata. Riprova dopo le ",
        ),
    ] {
        let page = Page::open();
        page::answer("/api/v1/health", 200, r#"{"status":"healthy"}"#);
        page::answer_busy("/api/v1/chat", 1800);
        let widget = page.widget(&format!(r#"{{"open": true, "locale": "{language}"}}"#));
        let _pending = widget.handle.say("Hello");
        until("it is said", || !widget.parts("notice").is_empty()).await;
        let notice = widget.part("notice");
        assert_eq!(notice.get_attribute("data-kind").as_deref(), Some("busy"));
        let words = text_of(&widget.all(".notice-words")[0]);
        let time = words.strip_prefix(begins).unwrap_or_else(|| panic!("{words}"));
        assert!(time.starts_with(|first: char| first.is_ascii_digit()), "{words}");
        assert!(time.contains(':') && time.contains('.'), "{words}");
        assert!(text_of(&widget.part("announcer")).contains(begins));
        assert_eq!(widget.parts("retry").len(), 1);
    }
}

/// A widget with one message that arrived.
async fn live(page: &Page) -> Widget {
    platform::begin("[]");
    let widget = page.widget(r#"{"open": true, "connect": "open"}"#);
    let _pending = widget.handle.say("Hello");
    until("it is sent", || {
        let message = widget.parts("message");
        message
            .first()
            .and_then(|row| row.get_attribute("data-status"))
            .as_deref()
            == Some("sent")
    })
    .await;
    assert!(stored("miptech_session_id").is_some());
    widget
}

fn channels() -> usize {
    page::alive_now()
        .iter()
        .filter(|known| *known == "channel")
        .count()
}

fn connection(widget: &Widget) -> String {
    let state = widget.handle.state();
    get(&state, "connection.state").as_string().unwrap_or_default()
}
