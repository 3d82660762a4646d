//! News for the page: DOM events on the host, in microtasks of their own, without any message text.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, ShadowRootInit, ShadowRootMode};

use crate::{
    page,
    rig::{NOTHING, Page, Says, Widget, document, settings, tick, until},
};

#[wasm_bindgen_test]
async fn opening_twice_tells_one_open() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.open(&NOTHING);
    widget.handle.open(&NOTHING);
    tick().await;
    widget.handle.open(&NOTHING);
    tick().await;
    assert_eq!(told(&widget, "open"), [r#"{"by":"host"}"#]);
    widget.handle.close();
    widget.handle.close();
    tick().await;
    assert_eq!(told(&widget, "close"), [r#"{"by":"host"}"#]);
}

#[wasm_bindgen_test]
async fn the_event_says_who_opened() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.part("launcher").click();
    tick().await;
    widget.part("close").click();
    tick().await;
    widget.handle.open(&"visitor".into());
    tick().await;
    assert_eq!(
        told(&widget, "open"),
        [r#"{"by":"visitor"}"#, r#"{"by":"visitor"}"#]
    );
    assert_eq!(told(&widget, "close"), [r#"{"by":"visitor"}"#]);
}

#[wasm_bindgen_test]
async fn readiness_is_told_once_and_after_mounting_returned() {
    let page = Page::open();
    let widget = page.widget("{}");
    assert_eq!(told(&widget, "ready"), [""; 0]);
    tick().await;
    assert_eq!(
        told(&widget, "ready"),
        [format!(r#"{{"version":"{}"}}"#, miptech_chat::version())]
    );
}

#[wasm_bindgen_test]
async fn events_start_at_the_host_bubble_and_leave_shadow_roots() {
    let page = Page::open();
    let outer = page.host("outer");
    let root = outer
        .attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open))
        .unwrap();
    let host = page.host("inner");
    root.append_child(&host).unwrap();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let listener = {
        let (seen, host) = (seen.clone(), host.clone());
        Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            let starts_here = event.target().as_ref() == Some(host.as_ref());
            seen.borrow_mut()
                .push((starts_here, event.bubbles(), event.composed()));
        })
    };
    host.add_event_listener_with_callback("miptech-chat:open", listener.as_ref().unchecked_ref())
        .unwrap();
    let widget = page.mount_on(host, &settings("{}"));
    widget.handle.open(&NOTHING);
    tick().await;
    assert_eq!(*seen.borrow(), [(true, true, true)]);
    // Heard on the document, where the host inside another shadow root shows as that root's own host.
    assert!(page::heard().contains(&r#"outer open {"by":"host"}"#.to_owned()));
}

#[wasm_bindgen_test]
async fn no_event_carries_the_text_of_a_message() {
    let page = Page::open();
    page::refuse_calls();
    let widget = page.widget(r#"{"open": true, "connect": "load", "suggestions": ["secret prompt"]}"#);
    widget.handle.set_draft(&"secret draft".into());
    let _pending = widget.handle.say_as("secret message", "c-1");
    let _pending = widget.handle.say_as("secret repetition", "c-1");
    widget.type_text("secret typing").await;
    widget.press(r#"{"key": "Enter"}"#);
    tick().await;
    widget.all("[part~=message] button")[0].click();
    until("the failure was told", || {
        !told(&widget, "message:failed").is_empty()
    })
    .await;
    until("the connection was told", || {
        !told(&widget, "connection:change").is_empty()
    })
    .await;
    for line in page::heard() {
        assert!(!line.contains("secret"), "{line}");
    }
}

#[wasm_bindgen_test]
async fn what_changed_in_one_turn_is_told_to_subscribers_once() {
    let page = Page::open();
    let widget = page.widget("{}");
    tick().await;
    let before = told(&widget, "state").len();
    widget.handle.open(&NOTHING);
    widget.handle.close();
    widget.handle.open(&NOTHING);
    tick().await;
    assert_eq!(told(&widget, "state").len(), before + 1);
}

#[wasm_bindgen_test]
async fn a_listener_that_throws_harms_nobody() {
    let page = Page::open();
    let widget = page.widget("{}");
    let listener = Closure::<dyn FnMut(Event) -> Result<(), wasm_bindgen::JsValue>>::new(|_| {
        Err(js_sys::Error::new("the page broke").into())
    });
    for name in ["open", "state", "ready"] {
        widget
            .host
            .add_event_listener_with_callback(
                &format!("miptech-chat:{name}"),
                listener.as_ref().unchecked_ref(),
            )
            .unwrap();
    }
    widget.handle.open(&NOTHING);
    tick().await;
    assert!(widget.is_shown_open());
    let _pending = widget.handle.say("Hello");
    tick().await;
    assert_eq!(widget.bubbles(), ["Hello"]);
    assert!(
        page::faults()
            .iter()
            .all(|fault| fault.contains("the page broke")),
        "{:?}",
        page::faults()
    );
}

#[wasm_bindgen_test]
async fn the_events_of_a_host_off_the_page_reach_its_own_listeners() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.host.remove();
    widget.handle.open(&NOTHING);
    tick().await;
    assert!(widget.is_shown_open());
    assert_eq!(told(&widget, "open"), [""; 0], "the document cannot hear it");
    document().body().unwrap().append_child(&widget.host).unwrap();
    widget.handle.close();
    tick().await;
    assert_eq!(told(&widget, "close"), [r#"{"by":"host"}"#]);
}

/// The details of the events of one name that the document heard of a widget.
fn told(widget: &Widget, name: &str) -> Vec<String> {
    let start = format!("{} {name}", widget.host.id());
    page::heard()
        .iter()
        .filter_map(|line| line.strip_prefix(&start))
        .filter(|rest| rest.is_empty() || rest.starts_with(' '))
        .map(|detail| detail.trim().to_owned())
        .collect()
}
