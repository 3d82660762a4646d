//! One type for every element of the views.
//!
//! Leptos gives each shape of element a type of its own, with code for each. A widget pays for that with every
//! visitor's download, so here the tag name, the attributes, the listeners and the children are values instead
//! (`docs/decisions/0005-one-type-for-every-element.md`). Everything underneath is Leptos: effects, ownership, mounting.

use std::borrow::Cow;

use leptos::{
    attr::{any_attribute::AnyAttribute, custom::custom_attribute},
    ev,
    html::{Custom, custom},
    prelude::*,
    tachys::html::{event::on, node_ref::node_ref},
};
use web_sys::Event;

/// The browser's element behind a view, once it is on the page.
pub(super) type ElementRef = NodeRef<Custom<&'static str>>;

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
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Begins an element.
pub(super) fn el(name: &'static str) -> El {
    El {
        name,
        attributes: Vec::new(),
        children: Vec::new(),
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
        self.with_attribute(fixed(name, value.into()))
    }

    /// An attribute that follows signals; absent while there is no value.
    pub(super) fn bind(self, name: &'static str, value: impl Fn() -> Option<Words> + Send + 'static) -> Self {
        self.with_attribute(following(name, Box::new(value)))
    }

    /// A listener on this element.
    pub(super) fn on(self, event: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        self.with_attribute(listening(event, Box::new(heard)))
    }

    /// Where to find the browser's element later.
    pub(super) fn at(self, place: ElementRef) -> Self {
        self.with_attribute(node_ref(place).into_any_attr())
    }

    #[inline(never)]
    fn with_attribute(mut self, attribute: AnyAttribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// A view inside.
    #[inline(never)]
    pub(super) fn child(mut self, view: AnyView) -> Self {
        self.children.push(view);
        self
    }

    /// A view inside, where there is one.
    pub(super) fn maybe(mut self, view: Option<AnyView>) -> Self {
        self.children.extend(view);
        self
    }

    /// Text inside.
    pub(super) fn text(self, words: impl Into<Words>) -> Self {
        self.child(text(words.into()))
    }

    /// Text inside that follows signals.
    pub(super) fn live_text(self, words: impl Fn() -> Words + Send + 'static) -> Self {
        self.child(live_text(Box::new(words)))
    }

    /// A view inside that comes and goes with signals.
    pub(super) fn slot(self, view: impl Fn() -> Option<AnyView> + Send + 'static) -> Self {
        self.child(slot(Box::new(view)))
    }

    /// The finished view.
    #[inline(never)]
    pub(super) fn view(self) -> AnyView {
        custom(self.name)
            .add_any_attr(self.attributes)
            .child(self.children)
            .into_any()
    }
}

// One body for each kind of part, out of line: the methods above only box what they are given.

#[inline(never)]
fn effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_| run());
}

#[inline(never)]
fn fixed(name: &'static str, value: Words) -> AnyAttribute {
    custom_attribute(name, value).into_any_attr()
}

#[inline(never)]
fn following(name: &'static str, value: Box<dyn Fn() -> Option<Words> + Send>) -> AnyAttribute {
    custom_attribute(name, value).into_any_attr()
}

#[inline(never)]
fn listening(event: &'static str, heard: Box<dyn FnMut(Event)>) -> AnyAttribute {
    on(ev::Custom::<Event>::new(event), heard).into_any_attr()
}

#[inline(never)]
fn text(words: Words) -> AnyView {
    words.into_any()
}

#[inline(never)]
fn live_text(words: Box<dyn Fn() -> Words + Send>) -> AnyView {
    words.into_any()
}

#[inline(never)]
fn slot(view: Box<dyn Fn() -> Option<AnyView> + Send>) -> AnyView {
    view.into_any()
}
