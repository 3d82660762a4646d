//! Leaving: no node, listener, timer, observer or call of the widget is left, and the handle is quiet for good.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Array;
use miptech_chat::{ChatHandle, mount};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, HtmlElement};

use crate::{
    page,
    rig::{
        NOTHING, Page, Says, document, elapse_until, fields, frame, get, microtasks, object, settings,
        settled, tick, until, word,
    },
    snapshots::AT_REST,
};

#[wasm_bindgen_test]
async fn destroying_leaves_nothing_of_ours() {
    let page = Page::open();
    page::watch();
    let widget = page.widget(r#"{"connect": "load", "suggestions": ["Prices?"]}"#);
    widget.handle.open(&NOTHING);
    widget.type_text("Hello").await;
    widget.press(r#"{"key": "Enter"}"#);
    frame().await;
    let alive = page::alive_now();
    for what in [
        "call",
        "listener click",
        "listener keydown",
        "channel",
        "listener pagehide",
        "listener pointerdown",
        "listener storage",
        "listener visibilitychange",
        "timeout",
        "ResizeObserver",
    ] {
        assert!(
            alive.iter().any(|known| known == what),
            "{what} is counted: {alive:?}"
        );
    }
    let root = widget.root();
    widget.handle.destroy();
    tick().await;
    assert_eq!(root.child_nodes().length(), 0);
    assert_eq!(page::alive_now(), [""; 0]);
}

#[wasm_bindgen_test]
async fn destroying_between_two_tries_leaves_no_timer() {
    let page = Page::open();
    page::watch();
    page::refuse_calls();
    page::stop_clock();
    let widget = page.widget(r#"{"connect": "load", "open": true}"#);
    elapse_until("the visitor sees the seconds go by", || {
        !widget.all(".countdown").is_empty()
    })
    .await;
    for what in ["interval", "timeout"] {
        assert!(page::alive_now().iter().any(|known| known == what), "{what}");
    }
    let calls = page::calls().len();
    widget.handle.destroy();
    tick().await;
    assert_eq!(page::alive_now(), [""; 0]);
    assert_eq!(page::calls().len(), calls);
}

#[wasm_bindgen_test]
async fn mounting_and_leaving_many_times_adds_up_to_nothing() {
    let page = Page::open();
    page::watch();
    let host = page.host("one");
    for _ in 0..20 {
        let handle = mount(host.clone(), &settings(r#"{"connect": "load", "open": true}"#));
        tick().await;
        handle.destroy();
    }
    frame().await;
    assert_eq!(host.shadow_root().unwrap().child_nodes().length(), 0);
    assert_eq!(page::alive_now(), [""; 0]);
    assert_eq!(page::faults(), [""; 0]);
}

/// The browser collects a handle that the page threw away; the visitor must not lose the chat by that.
#[wasm_bindgen_test]
async fn a_widget_outlives_a_handle_that_nobody_kept() {
    let page = Page::open();
    let host = page.host("one");
    // It stays for good, so it is of a tenant of its own: what the other tests store is no news to it.
    drop(mount(host.clone(), &settings(r#"{"tenantId": "outliving"}"#)));
    tick().await;
    part(&host, "launcher").click();
    tick().await;
    assert_eq!(
        part(&host, "launcher").get_attribute("aria-expanded").as_deref(),
        Some("true")
    );
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn destroying_twice_is_as_good_as_once() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.destroy();
    widget.handle.destroy();
    tick().await;
    widget.handle.destroy();
    assert_eq!(widget.root().child_nodes().length(), 0);
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_handle_of_nothing_is_quiet() {
    let page = Page::open();
    let widget = page.widget(r#"{"connect": "load", "open": true}"#);
    let _pending = widget.handle.say_as("Hello", "c-1");
    tick().await;
    widget.handle.destroy();
    tick().await;
    let (heard, calls) = (page::heard(), page::calls());

    let handle = &widget.handle;
    handle.open(&NOTHING);
    handle.open(&"visitor".into());
    handle.toggle();
    handle.close();
    handle.retry(&"c-1".into());
    handle.retry(&"".into());
    handle.set_draft(&"Hello".into());
    handle.focus_composer();
    handle.stop();
    handle.new_conversation();
    handle.set_token(&"token".into());
    handle.logout();
    assert!(!handle.is_open());
    assert_eq!(page::json(&handle.state()).unwrap(), AT_REST);
    let messages: Array = handle.messages().dyn_into().expect("an array");
    assert_eq!(messages.length(), 0);
    frame().await;

    assert_eq!(page::heard(), heard);
    assert_eq!(page::calls(), calls);
    assert_eq!(page::faults(), [""; 0]);
    assert_eq!(widget.root().child_nodes().length(), 0);
}

#[wasm_bindgen_test]
async fn sending_afterwards_resolves_to_a_refusal() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.destroy();
    for (options, shape) in [
        (
            object(&[("clientId", "c-1".into())]),
            vec!["clientId", "error", "ok"],
        ),
        (NOTHING, vec!["error", "ok"]),
    ] {
        let result = settled(widget.handle.send(&"Hello".into(), &options)).await;
        assert_eq!(fields(&result), shape);
        assert_eq!(get(&result, "ok"), false);
        assert!(word(&result, "error.code").starts_with("message/"));
    }
}

#[wasm_bindgen_test]
async fn what_an_account_is_asked_for_afterwards_resolves_too() {
    let page = Page::open();
    let widget = page.widget("{}");
    widget.handle.destroy();
    let handle = &widget.handle;
    for promise in [
        handle.sign_in(&"a@b.example".into(), &"secret".into()),
        handle.register(&object(&[("email", "a@b.example".into())])),
    ] {
        let result = settled(promise).await;
        assert_eq!(fields(&result), ["error", "ok"]);
        assert_eq!(get(&result, "ok"), false);
    }
    assert!(settled(handle.profile()).await.is_null());
    assert!(!handle.is_authenticated());
}

#[wasm_bindgen_test]
async fn a_sign_in_that_still_waits_ends() {
    let page = Page::open();
    page::watch();
    let widget = page.widget("{}");
    let promise = widget.handle.sign_in(&"a@b.example".into(), &"secret".into());
    until("the platform is asked", || !page::calls().is_empty()).await;
    widget.handle.destroy();
    assert_eq!(get(&settled(promise).await, "ok"), false);
    assert_eq!(page::alive_now(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_promise_that_still_waits_ends() {
    let page = Page::open();
    let widget = page.widget("{}");
    let promises = ["c-1", "c-2"].map(|id| (id, widget.handle.say_as("Hello", id)));
    widget.handle.destroy();
    for (id, promise) in promises {
        let result = settled(promise).await;
        assert_eq!(get(&result, "ok"), false);
        assert_eq!(word(&result, "clientId"), id);
        assert_eq!(word(&result, "error.code"), "message/unconfirmed");
    }
}

#[wasm_bindgen_test]
async fn the_widget_may_be_destroyed_from_inside_any_of_its_events() {
    for name in ["ready", "open", "state", "connection:change"] {
        let page = Page::open();
        page::watch();
        let host = page.host("one");
        let ending = Meddler::behind(&host, &format!("miptech-chat:{name}"), ChatHandle::destroy);
        ending.bind(mount(
            host.clone(),
            &settings(r#"{"connect": "open", "open": true}"#),
        ));
        until("it has ended", || ending.has_acted()).await;
        frame().await;
        assert_eq!(host.shadow_root().unwrap().child_nodes().length(), 0, "{name}");
        assert_eq!(page::faults(), [""; 0], "{name}");
        drop(ending);
        assert_eq!(page::alive_now(), [""; 0], "{name}");
    }
}

/// The page's own listener runs first, so that ours are taken away while their event is under way.
#[wasm_bindgen_test]
async fn the_widget_may_be_destroyed_by_the_page_on_the_way_of_an_event_to_it() {
    for (name, act) in [
        (
            "click",
            (|host: &HtmlElement| part(host, "launcher").click()) as fn(&HtmlElement),
        ),
        ("keydown", |host| {
            page::key(&part(host, "input"), "keydown", r#"{"key": "Enter"}"#);
        }),
        ("input", |host| page::type_into(&part(host, "input"), "Hello")),
    ] {
        let page = Page::open();
        let host = page.host("one");
        let ending = Meddler::ahead(&host, name, ChatHandle::destroy);
        ending.bind(mount(host.clone(), &settings(r#"{"open": true}"#)));
        tick().await;
        act(&host);
        assert!(ending.has_acted(), "{name}");
        frame().await;
        assert_eq!(host.shadow_root().unwrap().child_nodes().length(), 0, "{name}");
        assert_eq!(page::faults(), [""; 0], "{name}");
    }
}

#[wasm_bindgen_test]
async fn every_method_may_be_called_from_inside_any_event() {
    for name in ["ready", "open", "close", "connection:change"] {
        let page = Page::open();
        let host = page.host("one");
        let meddler = Meddler::behind(&host, &format!("miptech-chat:{name}"), |handle| {
            // Once, since each opening tells of another one.
            if get(&handle.state(), "messages") == 0.0 {
                let _pending = handle.say("Hello");
                use_every_method(handle);
            }
        });
        meddler.bind(mount(
            host.clone(),
            &settings(r#"{"connect": "open", "open": true}"#),
        ));
        tick().await;
        part(&host, "close").click();
        until("it was called", || meddler.has_acted()).await;
        frame().await;
        assert_eq!(page::faults(), [""; 0], "{name}");
    }
}

/// The browser tells of the focus at once, in the middle of what moves it.
#[wasm_bindgen_test]
async fn the_widget_may_be_destroyed_while_it_takes_the_focus() {
    let page = Page::open();
    page::watch();
    let host = page.host("one");
    let ending = Meddler::behind(&host, "focusin", ChatHandle::destroy);
    ending.bind(mount(host.clone(), &settings("{}")));
    part(&host, "launcher").click();
    until("it took the focus", || ending.has_acted()).await;
    frame().await;
    assert_eq!(host.shadow_root().unwrap().child_nodes().length(), 0);
    assert_eq!(page::faults(), [""; 0]);
    drop(ending);
    assert_eq!(page::alive_now(), [""; 0]);
}

/// A browser may tell of a lost focus in the middle of the removal.
#[wasm_bindgen_test]
async fn every_method_may_be_called_while_the_widget_loses_the_focus_by_leaving() {
    for act in [use_every_method as fn(&ChatHandle), ChatHandle::destroy] {
        for name in ["focusout", "blur"] {
            let page = Page::open();
            let host = page.host("one");
            let meddler = Meddler::ahead(&host, name, act);
            meddler.bind(mount(host.clone(), &settings(r#"{"open": true}"#)));
            tick().await;
            part(&host, "input").focus().unwrap();
            meddler.with_handle(ChatHandle::destroy);
            frame().await;
            assert_eq!(page::faults(), [""; 0], "{name}");
            assert_eq!(host.shadow_root().unwrap().child_nodes().length(), 0);
        }
    }
}

#[wasm_bindgen_test]
async fn a_move_of_the_focus_that_was_under_way_does_not_happen() {
    let page = Page::open();
    let field: HtmlElement = page.add("input").unchecked_into();
    field.focus().unwrap();
    page::watch();
    let widget = page.widget("{}");
    widget.handle.open(&NOTHING);
    microtasks().await;
    assert!(
        page::alive_now().iter().any(|known| known == "frame"),
        "the focus waits for the next frame"
    );
    widget.handle.destroy();
    frame().await;
    frame().await;
    assert_eq!(document().active_element().as_ref(), Some(field.as_ref()));
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn a_host_taken_off_the_page_can_still_be_left() {
    let page = Page::open();
    page::watch();
    let widget = page.widget(r#"{"connect": "load", "open": true}"#);
    tick().await;
    widget.host.remove();
    frame().await;
    widget.handle.destroy();
    frame().await;
    assert_eq!(page::alive_now(), [""; 0]);
    assert_eq!(page::faults(), [""; 0]);
}

/// A listener of the page that does something to the widget.
struct Meddler {
    handle: Rc<RefCell<Option<ChatHandle>>>,
    times: Rc<Cell<u32>>,
    listener: Closure<dyn Fn(Event)>,
    target: HtmlElement,
    name: String,
    is_first: bool,
}

impl Meddler {
    /// Hears an event that the widget told or that came out of it.
    fn behind(target: &HtmlElement, name: &str, act: fn(&ChatHandle)) -> Self {
        Self::new(target, name, false, act)
    }

    /// Hears an event before the widget does.
    fn ahead(target: &HtmlElement, name: &str, act: fn(&ChatHandle)) -> Self {
        Self::new(target, name, true, act)
    }

    fn new(target: &HtmlElement, name: &str, is_first: bool, act: fn(&ChatHandle)) -> Self {
        let handle: Rc<RefCell<Option<ChatHandle>>> = Rc::default();
        let times = Rc::new(Cell::new(0));
        let (known, counter) = (handle.clone(), times.clone());
        let listener = Closure::<dyn Fn(Event)>::new(move |_| {
            counter.set(counter.get() + 1);
            known.borrow().iter().for_each(act);
        });
        target
            .add_event_listener_with_callback_and_bool(name, listener.as_ref().unchecked_ref(), is_first)
            .unwrap();
        Self {
            handle,
            times,
            listener,
            target: target.clone(),
            name: name.to_owned(),
            is_first,
        }
    }

    fn bind(&self, handle: ChatHandle) {
        *self.handle.borrow_mut() = Some(handle);
    }

    fn with_handle(&self, act: fn(&ChatHandle)) {
        self.handle.borrow().iter().for_each(act);
    }

    fn has_acted(&self) -> bool {
        self.times.get() > 0
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        self.with_handle(ChatHandle::destroy);
        let _removed = self.target.remove_event_listener_with_callback_and_bool(
            &self.name,
            self.listener.as_ref().unchecked_ref(),
            self.is_first,
        );
    }
}

/// Everything a page can ask of a handle, in one go.
fn use_every_method(handle: &ChatHandle) {
    handle.open(&NOTHING);
    handle.toggle();
    handle.close();
    handle.set_draft(&"Hello".into());
    handle.focus_composer();
    handle.retry(&"c-1".into());
    handle.stop();
    handle.set_token(&"token".into());
    handle.set_token(&JsValue::NULL);
    handle.logout();
    handle.new_conversation();
    let _pending = handle.say("");
    let _pending = handle.sign_in(&"a@b.example".into(), &"secret".into());
    let _pending = handle.profile();
    let _snapshots = (handle.state(), handle.messages(), handle.is_authenticated());
}

fn part(host: &HtmlElement, name: &str) -> HtmlElement {
    let found = host
        .shadow_root()
        .unwrap()
        .query_selector(&format!("[part~={name}]"))
        .unwrap();
    found.expect("the part is there").unchecked_into()
}
