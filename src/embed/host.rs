//! The host element: pinned against the page's styles, with a shadow root, one sheet and a key fence.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    CssStyleSheet, Element, Event, HtmlElement, HtmlTextAreaElement, ShadowRoot, ShadowRootInit,
    ShadowRootMode,
};

use super::config::Look;
use crate::ui::sheet;

/// The prepared host. Dropping it takes our nodes and listeners away; the element itself belongs to the caller.
pub(super) struct Host {
    element: HtmlElement,
    root: ShadowRoot,
    place: HtmlElement,
    is_drawn: bool,
    fence: Closure<dyn FnMut(Event)>,
}

impl Host {
    /// Prepares an element that belongs to the widget alone.
    ///
    /// A shadow root that is there already is used, and what the loader drew in it is taken over; a browser that can
    /// make none cannot run the widget's code either.
    pub(super) fn prepare(host: HtmlElement, look: &Look) -> Self {
        let is_drawn = host.has_attribute("data-miptech-chat");
        let init = ShadowRootInit::new(ShadowRootMode::Open);
        let root = host.shadow_root().unwrap_or_else(|| {
            // An element that takes no shadow root shows the widget unprotected rather than not at all.
            host.attach_shadow(&init)
                .unwrap_or_else(|_| host.clone().unchecked_into())
        });
        let drawn = root.query_selector(".widget").ok().flatten();
        let drawn = drawn.and_then(|widget| widget.parent_element());
        let place: HtmlElement = match drawn {
            Some(place) => place.unchecked_into(),
            None => {
                let document = host.owner_document();
                let place = document.and_then(|document| document.create_element("div").ok());
                let place = place.map_or_else(|| host.clone(), JsCast::unchecked_into);
                let _detached_meanwhile = root.append_child(&place);
                place
            }
        };
        let fence = Closure::<dyn FnMut(Event)>::new(|event: Event| event.stop_propagation());
        for name in KEY_EVENTS {
            let _never_refused = root.add_event_listener_with_callback(name, fence.as_ref().unchecked_ref());
        }
        let prepared = Self {
            element: host,
            root,
            place,
            is_drawn,
            fence,
        };
        prepared.pin(look);
        prepared
    }

    /// Stands as the page asks; where the loader drew the widget, the loader sees to that.
    pub(super) fn pin(&self, look: &Look) {
        if cfg!(feature = "alone") && !self.is_drawn {
            pin(&self.element, look);
        }
    }

    /// Puts the sheet of the views beside the loader's; what the loader drew has no place in it, so they follow at once.
    pub(super) fn dress(&self) {
        adopt_sheet(&self.root, &self.place);
    }

    /// What the visitor typed before this code ran.
    pub(super) fn typed(&self) -> Option<String> {
        let field = self.place.query_selector(".input").ok()??;
        let text = field.unchecked_into::<HtmlTextAreaElement>().value();
        (!text.is_empty()).then_some(text)
    }

    /// Whether the loader drew launcher and panel.
    pub(super) const fn is_drawn(&self) -> bool {
        self.is_drawn
    }

    /// What all of the widget stands in.
    pub(super) const fn root(&self) -> &ShadowRoot {
        &self.root
    }

    /// Where the views are mounted.
    pub(super) const fn place(&self) -> &HtmlElement {
        &self.place
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        for name in KEY_EVENTS {
            let _never_refused = self
                .root
                .remove_event_listener_with_callback(name, self.fence.as_ref().unchecked_ref());
        }
        self.place.remove();
    }
}

/// Important inline declarations win over any sheet of the page, `* { all: unset !important }` included (row H1).
fn pin(host: &HtmlElement, look: &Look) {
    let style = host.style();
    let z_index = look.z_index.to_string();
    let scheme = if look.theme == "auto" {
        "light dark"
    } else {
        look.theme
    };
    for (name, value) in [
        ("all", "initial"),
        ("display", "block"),
        ("position", "fixed"),
        ("color-scheme", scheme),
        ("z-index", &z_index),
    ] {
        let _known_property = style.set_property_with_priority(name, value, "important");
    }
    for (name, value) in [
        ("data-theme", look.theme),
        ("data-position", look.position),
        ("data-size", look.size),
    ] {
        let _valid_name = host.set_attribute(name, value);
    }
    let (block, inline) = match look.position.split_once('-') {
        Some((block, inline)) => (block, inline),
        None => ("bottom", "right"),
    };
    // Positions are logical: "right" is the end of the line, left in a right-to-left page.
    let inline = if inline == "left" {
        "inset-inline-start"
    } else {
        "inset-inline-end"
    };
    let block = if block == "top" {
        "inset-block-start"
    } else {
        "inset-block-end"
    };
    for name in [block, inline] {
        let _known_property = style.set_property_with_priority(name, OFFSET, "important");
    }
}

thread_local! {
    /// One sheet for every widget of the document.
    static CONSTRUCTED: Option<CssStyleSheet> = {
        let made = CssStyleSheet::new().ok();
        made.filter(|made| made.replace_sync(&sheet()).is_ok())
    };
    /// A `<style>` of each widget, only where the browser cannot construct sheets.
    static WRITTEN: RefCell<Vec<Element>> = const { RefCell::new(Vec::new()) };
}

fn adopt_sheet(root: &ShadowRoot, place: &HtmlElement) {
    CONSTRUCTED.with(|made| match made {
        Some(made) => {
            // An element that takes no shadow root has no sheets of its own either.
            if let Ok(adopted) = JsValue::from(root.adopted_style_sheets()).dyn_into::<Array>()
                && !adopted.includes(made, 0)
            {
                // What the loader adopted comes first, as it does in the whole sheet.
                root.set_adopted_style_sheets(&adopted.concat(&Array::of1(made)));
            }
        }
        None => {
            // The loader leaves an empty one, with the nonce by which a strict policy lets it in.
            let drawn = root.query_selector("style:empty").ok().flatten();
            let style = drawn.or_else(|| {
                let style = place.owner_document()?.create_element("style").ok()?;
                root.insert_before(&style, Some(place)).ok()?;
                Some(style)
            });
            style
                .iter()
                .for_each(|style| style.set_text_content(Some(&sheet())));
            WRITTEN.with_borrow_mut(|written| {
                written.retain(|style| style.is_connected());
                written.extend(style);
            });
        }
    });
}

/// More of the sheet is there.
pub(super) fn dress_again() {
    CONSTRUCTED.with(|made| {
        if let Some(made) = made {
            let _well_formed = made.replace_sync(&sheet());
        }
    });
    WRITTEN.with_borrow(|written| {
        written
            .iter()
            .for_each(|style| style.set_text_content(Some(&sheet())));
    });
}

/// Key events leave the shadow root as the host's own; a page with single-key shortcuts would act on them.
const KEY_EVENTS: [&str; 3] = ["keydown", "keyup", "keypress"];

/// How far from the corner the widget stands.
const OFFSET: &str = "16px";
