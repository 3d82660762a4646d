//! One type for every element of the views.
//!
//! Leptos gives each shape of element a type of its own, with code for each. A widget pays for that with every
//! visitor's download, so here the tag name, the attributes, the listeners and the children are values instead,
//! and the element draws them itself (`docs/decisions/0005-one-type-for-every-element.md`). What is alive in it is
//! Leptos: effects, ownership, mounting.

use std::borrow::Cow;

use leptos::{
    attr::any_attribute::AnyAttribute,
    prelude::*,
    reactive::effect::RenderEffect,
    tachys::{
        hydration::Cursor,
        no_attrs,
        renderer::Rndr,
        view::{Mountable, Position, PositionState, any_view::AnyViewState},
    },
};
use send_wrapper::SendWrapper;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, Node, ShadowRoot};

use super::live::Live;

/// The browser's element behind a view, once it is on the page.
pub(super) type ElementRef = Live<Option<HtmlElement>>;

/// A text that is ours, or one that was made.
pub(super) type Words = Cow<'static, str>;

/// Runs once the views stand, and again after a signal changed that it read, until its view goes.
pub(super) fn follow(run: impl FnMut() + 'static) {
    effect(Box::new(run));
}

/// An element under construction.
#[must_use = "an element is drawn only where its view is used"]
pub(super) struct El {
    name: &'static str,
    namespace: Option<&'static str>,
    /// What stands on the page already and is taken over where it is.
    standing: Option<Element>,
    parts: Vec<Part>,
}

/// One thing about an element, in the order in which it was asked for.
enum Part {
    Attribute(&'static str, Words),
    Bound(&'static str, Box<dyn Fn() -> Option<Words> + Send>),
    Child(AnyView),
    Listener(&'static str, SendWrapper<Box<dyn FnMut(Event)>>),
    LiveText(Box<dyn Fn() -> Words + Send>),
    Place(ElementRef),
    Text(Words),
}

/// Begins an element.
pub(super) fn el(name: &'static str) -> El {
    El {
        name,
        namespace: None,
        standing: None,
        parts: Vec::new(),
    }
}

/// Begins an element of a drawing.
pub(super) fn drawn(name: &'static str) -> El {
    El {
        namespace: Some("http://www.w3.org/2000/svg"),
        ..el(name)
    }
}

/// Begins a button that is words only.
pub(super) fn text_button(words: impl Into<Words>) -> El {
    el("button")
        .class("text-button")
        .set("type", "button")
        .text(words)
}

impl El {
    /// Takes an element over that stands on the page: nothing of what a person does with it breaks off.
    pub(super) fn in_place_of(self, standing: Option<Element>) -> Self {
        Self { standing, ..self }
    }

    /// Its classes in our sheet.
    pub(super) fn class(self, names: &'static str) -> Self {
        self.set("class", names)
    }

    /// Its name for `::part` and for tests.
    pub(super) fn part(self, name: &'static str) -> Self {
        self.set("part", name)
    }

    /// An attribute that never changes.
    pub(super) fn set(self, name: &'static str, value: impl Into<Words>) -> Self {
        self.with(Part::Attribute(name, value.into()))
    }

    /// An attribute that follows signals; absent while there is no value.
    pub(super) fn bind(self, name: &'static str, value: impl Fn() -> Option<Words> + Send + 'static) -> Self {
        self.with(Part::Bound(name, Box::new(value)))
    }

    /// A listener on this element.
    pub(super) fn on(self, event: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        self.with(Part::Listener(event, SendWrapper::new(Box::new(heard))))
    }

    /// Where to find the browser's element later.
    pub(super) fn at(self, place: ElementRef) -> Self {
        self.with(Part::Place(place))
    }

    /// A view inside.
    pub(super) fn child(self, view: AnyView) -> Self {
        self.with(Part::Child(view))
    }

    /// A view inside, where there is one.
    pub(super) fn maybe(mut self, view: Option<AnyView>) -> Self {
        self.parts.extend(view.map(Part::Child));
        self
    }

    /// Text inside.
    pub(super) fn text(self, words: impl Into<Words>) -> Self {
        self.with(Part::Text(words.into()))
    }

    /// Text inside that follows signals.
    pub(super) fn live_text(self, words: impl Fn() -> Words + Send + 'static) -> Self {
        self.with(Part::LiveText(Box::new(words)))
    }

    /// A view inside that comes and goes with signals.
    pub(super) fn slot(self, view: impl Fn() -> Option<AnyView> + Send + 'static) -> Self {
        self.child(slot(Box::new(view)))
    }

    /// The finished view.
    #[inline(never)]
    pub(super) fn view(self) -> AnyView {
        self.into_any()
    }

    // Out of line: the methods above only box what they are given.
    #[inline(never)]
    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }
}

#[inline(never)]
fn effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_| run());
}

#[inline(never)]
fn slot(view: Box<dyn Fn() -> Option<AnyView> + Send>) -> AnyView {
    view.into_any()
}

/// An element on the page, with what keeps it alive.
pub(super) struct Standing {
    element: Element,
    /// Whether it stood there before and is never moved: an element that is moved loses focus and composition.
    is_fixed: bool,
    _children: Vec<AnyViewState>,
    _effects: Vec<RenderEffect<Option<Words>>>,
    _listeners: Vec<Listener>,
}

/// Takes itself off its element when it goes.
struct Listener {
    element: Element,
    event: &'static str,
    heard: Closure<dyn FnMut(Event)>,
}

impl Listener {
    fn new(element: &Element, event: &'static str, heard: Box<dyn FnMut(Event)>) -> Self {
        let heard = Closure::wrap(heard);
        let _never_refused = element.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        Self {
            element: element.clone(),
            event,
            heard,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _never_refused = self
            .element
            .remove_event_listener_with_callback(self.event, self.heard.as_ref().unchecked_ref());
    }
}

/// Listens to an element of another view until this one goes.
pub(super) fn listen(element: &Element, event: &'static str, heard: impl FnMut(Event) + 'static) {
    let _until_the_view_goes = StoredValue::new_local(Listener::new(element, event, Box::new(heard)));
}

/// Whether the key belongs to an input method at work; some browsers tell that only by the key's code.
pub(super) fn composes(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == COMPOSING
}

const COMPOSING: u32 = 229;

/// Draws a value, or that there is none.
type Show = Box<dyn Fn(Option<&str>)>;

/// Calls `show` with what `value` gives, now and whenever it gives something else; never with nothing at first.
#[inline(never)]
fn shown(value: Box<dyn Fn() -> Option<Words>>, show: Show) -> RenderEffect<Option<Words>> {
    RenderEffect::new(move |before: Option<Option<Words>>| {
        let now = value();
        if before.unwrap_or_default() != now {
            show(now.as_deref());
        }
        now
    })
}

impl Render for El {
    type State = Standing;

    fn build(self) -> Standing {
        let is_fixed = self.standing.is_some();
        let mut next = self.standing.as_ref().and_then(first_kept);
        let element = self
            .standing
            .unwrap_or_else(|| Rndr::create_element(self.name, self.namespace));
        let mut children = Vec::new();
        let mut effects = Vec::new();
        let mut listeners = Vec::new();
        for part in self.parts {
            match part {
                Part::Attribute(name, value) => Rndr::set_attribute(&element, name, &value),
                Part::Bound(name, value) => {
                    let element = element.clone();
                    let show = move |value: Option<&str>| match value {
                        Some(value) => Rndr::set_attribute(&element, name, value),
                        None => Rndr::remove_attribute(&element, name),
                    };
                    effects.push(shown(value, Box::new(show)));
                }
                Part::Child(view) => {
                    let mut child = view.build();
                    // What stands in its place is passed, and everything before it goes before it.
                    if next.is_some() && child.elements().first().map(AsRef::as_ref) == next.as_ref() {
                        next = next.and_then(|next| next.next_sibling());
                    } else {
                        child.mount(&element, next.as_ref());
                    }
                    children.push(child);
                }
                Part::Listener(event, heard) => {
                    listeners.push(Listener::new(&element, event, heard.take()));
                }
                Part::LiveText(words) => {
                    let text = Rndr::create_text_node("");
                    Rndr::insert_node(&element, &text, None);
                    let show = move |words: Option<&str>| text.set_data(words.unwrap_or_default());
                    effects.push(shown(Box::new(move || Some(words())), Box::new(show)));
                }
                Part::Place(place) => place.set(Some(element.clone().unchecked_into())),
                Part::Text(words) => Rndr::insert_node(&element, &Rndr::create_text_node(&words), None),
            }
        }
        Standing {
            element,
            is_fixed,
            _children: children,
            _effects: effects,
            _listeners: listeners,
        }
    }

    /// A slot that shows another element shows it from its beginning.
    fn rebuild(self, state: &mut Standing) {
        let mut next = self.build();
        state.insert_before_this(&mut next);
        state.unmount();
        *state = next;
    }
}

impl Mountable for Standing {
    fn unmount(&mut self) {
        if !self.element.has_attribute(KEPT_MARK) {
            self.element.remove();
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        if !self.is_fixed {
            Rndr::insert_node(parent, &self.element, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(parent) = self.element.parent_element() else {
            return false;
        };
        child.mount(&parent, Some(&self.element));
        true
    }

    fn elements(&self) -> Vec<Element> {
        vec![self.element.clone()]
    }
}

/// Sets an attribute of an element that no view draws.
pub(super) fn set(element: &Element, name: &str, value: &str) {
    // Names are ours and always valid, so the browser has nothing to refuse.
    let _always_set = element.set_attribute(name, value);
}

/// What has the focus in the shadow root that an element stands in.
#[inline(never)]
pub(super) fn focused(within: &Element) -> Option<Element> {
    let root: ShadowRoot = within.get_root_node().dyn_into().ok()?;
    root.active_element()
}

/// Moves the focus, once the browser has drawn what is to be focused.
pub(super) fn focus(place: ElementRef) {
    request_animation_frame(move || {
        if let Some(element) = place.try_get_untracked().flatten() {
            let _gone_meanwhile = element.focus();
        }
    });
}

/// Takes everything away that will not be taken over, and gives the first child that will.
fn first_kept(parent: &Element) -> Option<Node> {
    let mut first = None;
    let mut child = parent.last_child();
    while let Some(node) = child {
        child = node.previous_sibling();
        let is_kept = node
            .dyn_ref::<Element>()
            .is_some_and(|element| KEPT.contains(&element.class_name().as_str()));
        if is_kept {
            first = Some(node);
        } else {
            let _was_child = parent.remove_child(&node);
        }
    }
    first
}

/// Lets an element stay where it is although its view goes.
pub(super) fn keep(element: &Element) {
    set(element, KEPT_MARK, "");
}

/// Ends that.
pub(super) fn keep_no_longer(element: &Element) {
    let _valid_name = element.remove_attribute(KEPT_MARK);
}

const KEPT_MARK: &str = "data-kept";

/// The classes of what is taken over inside of another element that is.
const KEPT: [&str; 4] = ["composer", "input", "launcher", "panel"];

// Leptos asks these of every view; only a server calls them.

no_attrs!(El);

impl RenderHtml for El {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        _text: &mut String,
        _position: &mut Position,
        _escape: bool,
        _branches: bool,
        _attributes: Vec<AnyAttribute>,
    ) {
    }

    fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> Standing {
        self.build()
    }

    fn into_owned(self) -> Self {
        self
    }
}
