//! A fresh page for a test, and one widget on it as a visitor and a host page see it.

use js_sys::{JSON, Object, Promise, Reflect};
use miptech_chat::{ChatHandle, mount};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement, ShadowRoot, Storage};

use crate::page;

/// A page without a widget; dropping it gives everything back that it replaced.
pub(crate) struct Page {
    stage: Element,
}

/// One widget on the page; dropping it destroys it and removes its host.
pub(crate) struct Widget {
    pub(crate) handle: ChatHandle,
    pub(crate) host: HtmlElement,
}

/// What a page sends by a handle, as a rule.
pub(crate) trait Says {
    /// Sends a text.
    fn say(&self, text: &str) -> Promise;
    /// Sends a text under an id of the page.
    fn say_as(&self, text: &str, client_id: &str) -> Promise;
}

impl Says for ChatHandle {
    fn say(&self, text: &str) -> Promise {
        self.send(&text.into(), &NOTHING)
    }

    fn say_as(&self, text: &str, client_id: &str) -> Promise {
        self.send(&text.into(), &object(&[("clientId", client_id.into())]))
    }
}

impl Page {
    pub(crate) fn open() -> Self {
        Self { stage: page::open() }
    }

    /// Mounts a widget with options in JSON; `connect` is `send` unless they say otherwise.
    pub(crate) fn widget(&self, options: &str) -> Widget {
        self.named("one", options)
    }

    /// The same, on a host element with an id of its own, by which events are told apart.
    pub(crate) fn named(&self, id: &str, options: &str) -> Widget {
        self.mount_on(self.host(id), &settings(options))
    }

    /// Mounts a widget with the very options given.
    pub(crate) fn mount_on(&self, host: HtmlElement, options: &JsValue) -> Widget {
        let handle = mount(host.clone(), options);
        Widget { handle, host }
    }

    /// A host element without a widget.
    pub(crate) fn host(&self, id: &str) -> HtmlElement {
        let host: HtmlElement = self.add("div").unchecked_into();
        host.set_id(id);
        host
    }

    /// An element of the host page.
    pub(crate) fn add(&self, name: &str) -> Element {
        let element = document().create_element(name).unwrap();
        self.stage.append_child(&element).unwrap();
        element
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        page::close();
    }
}

impl Widget {
    pub(crate) fn root(&self) -> ShadowRoot {
        self.host.shadow_root().expect("the host has an open shadow root")
    }

    /// The one element with this part name.
    pub(crate) fn part(&self, name: &str) -> HtmlElement {
        let mut found = self.parts(name);
        assert_eq!(found.len(), 1, "elements with part {name}");
        found.remove(0)
    }

    pub(crate) fn parts(&self, name: &str) -> Vec<HtmlElement> {
        self.all(&format!("[part~={name}]"))
    }

    /// All elements in the shadow root that match, in document order.
    pub(crate) fn all(&self, selector: &str) -> Vec<HtmlElement> {
        let found = self.root().query_selector_all(selector).unwrap();
        (0..found.length())
            .map(|index| found.item(index).unwrap().unchecked_into())
            .collect()
    }

    pub(crate) fn input(&self) -> HtmlTextAreaElement {
        self.part("input").dyn_into().expect("the input is a text area")
    }

    /// Types a text in place of what stood in the composer.
    pub(crate) async fn type_text(&self, text: &str) {
        page::type_into(&self.input(), text);
        tick().await;
    }

    /// Presses a key in the composer; gives whether the browser's own reaction was prevented.
    pub(crate) fn press(&self, init: &str) -> bool {
        page::key(&self.input(), "keydown", init)
    }

    /// The one button with these words.
    pub(crate) fn button(&self, words: &str) -> HtmlElement {
        let mut found = self.all("button");
        found.retain(|button| text_of(button) == words);
        assert_eq!(found.len(), 1, "buttons with the words {words}");
        found.remove(0)
    }

    /// What stands in the bubbles, oldest first.
    pub(crate) fn bubbles(&self) -> Vec<String> {
        self.parts("bubble").iter().map(text_of).collect()
    }

    /// The part of the element that has the focus inside the shadow root.
    pub(crate) fn focused(&self) -> Option<String> {
        self.root().active_element()?.get_attribute("part")
    }

    pub(crate) fn is_shown_open(&self) -> bool {
        self.part("launcher").get_attribute("aria-expanded").as_deref() == Some("true")
    }
}

impl Drop for Widget {
    fn drop(&mut self) {
        self.handle.destroy();
        self.host.remove();
    }
}

/// Options in JSON as an object, with a platform nobody listens for and no call before the first message.
pub(crate) fn settings(options: &str) -> JsValue {
    let settings = JSON::parse(options).expect("the test writes JSON");
    for (name, value) in [("apiUrl", "http://127.0.0.1:9"), ("connect", "send")] {
        if get(&settings, name).is_undefined() {
            Reflect::set(&settings, &name.into(), &value.into()).unwrap();
        }
    }
    settings
}

/// The same, with what JSON cannot say.
pub(crate) fn settings_with(options: &str, name: &str, value: &JsValue) -> JsValue {
    let settings = settings(options);
    Reflect::set(&settings, &name.into(), value).unwrap();
    settings
}

pub(crate) fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), value).unwrap();
    }
    object.into()
}

/// The page's storage.
pub(crate) fn storage() -> Storage {
    web_sys::window().unwrap().local_storage().unwrap().unwrap()
}

/// What stands under a key of the page's storage.
pub(crate) fn stored(key: &str) -> Option<String> {
    storage().get_item(key).unwrap()
}

/// Everything that was under way has been done.
pub(crate) async fn tick() {
    JsFuture::from(page::macrotask()).await.unwrap();
}

/// The browser has drawn, and what waited for that has been done.
pub(crate) async fn frame() {
    JsFuture::from(page::frame()).await.unwrap();
    tick().await;
}

/// What was asked for in microtasks has been done, and the browser has not yet drawn.
pub(crate) async fn microtasks() {
    for _ in 0..100 {
        JsFuture::from(Promise::resolve(&JsValue::UNDEFINED))
            .await
            .unwrap();
    }
}

/// With a stopped clock, lets time pass from timer to timer until a condition holds.
pub(crate) async fn elapse_until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..TIMERS {
        if holds() {
            return;
        }
        page::next_timer();
        tick().await;
    }
    panic!("in vain let time pass until {what}");
}

/// Waits for a condition, a macrotask at a time.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..TURNS {
        if holds() {
            return;
        }
        tick().await;
    }
    panic!("in vain waited until {what}");
}

/// What a promise of ours came to; ours never reject.
pub(crate) async fn settled(promise: Promise) -> JsValue {
    for _ in 0..TURNS {
        let seen = JsFuture::from(page::peek(&promise))
            .await
            .expect("no promise of the handle rejects");
        if !is_word_for_pending(&seen) {
            return seen;
        }
    }
    panic!("in vain waited for a promise to settle");
}

/// Whether a promise is still open.
pub(crate) async fn is_pending(promise: &Promise) -> bool {
    let seen = JsFuture::from(page::peek(promise)).await.unwrap();
    is_word_for_pending(&seen)
}

fn is_word_for_pending(seen: &JsValue) -> bool {
    seen.as_string().as_deref() == Some("pending")
}

/// A property of an object, or of one inside it: `connection.state`.
pub(crate) fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, name| {
        Reflect::get(&object, &name.into()).unwrap_or(JsValue::UNDEFINED)
    })
}

/// The same, where it is a text.
pub(crate) fn word(object: &JsValue, path: &str) -> String {
    get(object, path)
        .as_string()
        .unwrap_or_else(|| panic!("{path} is no text in {:?}", page::json(object)))
}

/// The names of an object's own properties, sorted.
pub(crate) fn fields(object: &JsValue) -> Vec<String> {
    let mut names: Vec<_> = Object::keys(object.unchecked_ref::<Object>())
        .iter()
        .filter_map(|name| name.as_string())
        .collect();
    names.sort();
    names
}

pub(crate) fn text_of(element: &HtmlElement) -> String {
    element.text_content().unwrap_or_default()
}

pub(crate) fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// What a page leaves out.
pub(crate) const NOTHING: JsValue = JsValue::UNDEFINED;

/// Far more turns than anything here takes; a turn is a macrotask of at least a millisecond.
const TURNS: u32 = 3000;

/// Far more timers than any retry here takes.
const TIMERS: u32 = 200;
