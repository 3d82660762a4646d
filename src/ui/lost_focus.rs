//! A control that goes while it has the focus leaves the focus nowhere: whoever works by keyboard would begin anew at the
//! top of the page. Here it goes on to the text field, and after a touch, which wants no keyboard, to the panel.

use std::{cell::RefCell, rc::Rc};

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

use super::{
    context::Ui,
    element::{focused, listen},
    transcript::is_touch,
};

/// What has the focus in the panel, and whether a finger put it there.
#[derive(Default)]
struct Held {
    element: Option<Element>,
    is_by_touch: bool,
}

/// Watches the panel as long as the view lives that asks for it.
pub(super) fn watch(ui: &Ui) {
    let Some(panel) = ui.standing(".panel") else {
        return;
    };
    let held = Rc::new(RefCell::new(Held::default()));
    let (came, pressed, typed, left) = (held.clone(), held.clone(), held.clone(), held.clone());
    listen(&panel, "focusin", move |event| {
        came.borrow_mut().element = event.target().and_then(|target| target.dyn_into().ok());
    });
    listen(&panel, "pointerdown", move |event| {
        pressed.borrow_mut().is_by_touch = is_touch(&event);
    });
    listen(&panel, "keydown", move |_| typed.borrow_mut().is_by_touch = false);
    // Whoever leaves for the page is not fetched back when the control they left goes by itself.
    let frame = panel.clone();
    listen(&panel, "focusout", move |_| {
        let (left, frame) = (left.clone(), frame.clone());
        request_animation_frame(move || {
            let here = focused(&frame);
            let is_left = |element: &mut Element| element.is_connected() && here.as_ref() != Some(element);
            drop(left.borrow_mut().element.take_if(is_left));
        });
    });
    let (input, observed) = (ui.input, panel.clone());
    let changed = Closure::<dyn FnMut()>::new(move || {
        let is_gone = |element: &mut Element| !element.is_connected();
        if held.borrow_mut().element.take_if(is_gone).is_none() {
            return;
        }
        // A frame later whoever took the control away has put the focus where it belongs, or has not.
        let (panel, held) = (panel.clone(), held.clone());
        request_animation_frame(move || {
            if has_no_focus(&panel) {
                let field = input.try_get_untracked().flatten();
                let panel = panel.unchecked_into::<HtmlElement>();
                let field = field.filter(|_| !held.borrow().is_by_touch);
                let _gone_meanwhile = field.unwrap_or(panel).focus();
            }
        });
    });
    let what = MutationObserverInit::new();
    what.set_child_list(true);
    what.set_subtree(true);
    if let Ok(observer) = MutationObserver::new(changed.as_ref().unchecked_ref()) {
        let _always_taken = observer.observe_with_options(&observed, &what);
        let ends = StoredValue::new_local((observer, changed));
        on_cleanup(move || {
            let _gone_with_the_view = ends.try_with_value(|(observer, _)| observer.disconnect());
        });
    }
}

/// Whether the page's focus is nowhere at all: on another control, ours or the page's, it stays.
fn has_no_focus(panel: &Element) -> bool {
    let page = panel.owner_document();
    let body = page.as_ref().and_then(|page| page.body());
    let active = page.as_ref().and_then(|page| page.active_element());
    focused(panel).is_none() && active == body.map(Into::into)
}
