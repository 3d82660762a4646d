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
    pub(super) fn set(mut self, name: &'static str, value: impl Into<Words>) -> Self {
        let value: Words = value.into();
        self.attributes
            .push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// An attribute that follows signals; absent while there is no value.
    pub(super) fn bind(
        mut self,
        name: &'static str,
        value: impl Fn() -> Option<Words> + Send + 'static,
    ) -> Self {
        let value: Box<dyn Fn() -> Option<Words> + Send> = Box::new(value);
        self.attributes
            .push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// A listener on this element.
    pub(super) fn on(mut self, event: &'static str, heard: impl FnMut(Event) + 'static) -> Self {
        let heard: Box<dyn FnMut(Event)> = Box::new(heard);
        let event = ev::Custom::<Event>::new(event);
        self.attributes.push(on(event, heard).into_any_attr());
        self
    }

    /// Where to find the browser's element later.
    pub(super) fn at(mut self, place: ElementRef) -> Self {
        self.attributes.push(node_ref(place).into_any_attr());
        self
    }

    /// A view inside.
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
        let words: Words = words.into();
        self.child(words.into_any())
    }

    /// Text inside that follows signals.
    pub(super) fn live_text(self, words: impl Fn() -> Words + Send + 'static) -> Self {
        let words: Box<dyn Fn() -> Words + Send> = Box::new(words);
        self.child(words.into_any())
    }

    /// A view inside that comes and goes with signals.
    pub(super) fn slot(self, view: impl Fn() -> Option<AnyView> + Send + 'static) -> Self {
        let view: Box<dyn Fn() -> Option<AnyView> + Send> = Box::new(view);
        self.child(view.into_any())
    }

    /// The finished view.
    pub(super) fn view(self) -> AnyView {
        custom(self.name)
            .add_any_attr(self.attributes)
            .child(self.children)
            .into_any()
    }
}
