//! What stays on the page although it is out of view: where the focus is, and what is selected.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node, ShadowRoot};

use crate::ui::{element::focused, lines::Line};

/// The first and the last row of whatever must not go.
pub(super) fn kept(list: &HtmlElement, lines: &[Line]) -> [Option<(u64, u64)>; 2] {
    let Ok(root) = list.get_root_node().dyn_into::<ShadowRoot>() else {
        return [None; 2];
    };
    let key = |line: &Line| line.row.key();
    let row_of = |node: &Node| {
        lines
            .iter()
            .find(|line| line.element.contains(Some(node)))
            .map(key)
    };
    let focused = focused(list).and_then(|element| row_of(&element));
    let selected = selection(&root).and_then(|(begin, end)| match (row_of(&begin), row_of(&end)) {
        (None, None) => None,
        // What begins or ends outside of the list takes all lines on that side.
        (begin, end) => begin
            .or(lines.first().map(key))
            .zip(end.or(lines.last().map(key))),
    });
    [focused.zip(focused), selected]
}

/// Where what is selected begins and ends, in the order of the page.
///
/// Inside a shadow root only `getComposedRanges` tells that in every engine; before it there was none for all, and nothing
/// is kept.
fn selection(root: &ShadowRoot) -> Option<(Node, Node)> {
    let selection = web_sys::window()?.get_selection().ok()??;
    let ranges = Reflect::get(&selection, &"getComposedRanges".into()).ok()?;
    let options = Object::new();
    Reflect::set(&options, &"shadowRoots".into(), &Array::of1(root)).ok()?;
    let ranges = ranges.dyn_ref::<Function>()?.call1(&selection, &options).ok()?;
    let range = ranges.unchecked_into::<Array>().get(0);
    let node = |name: &str| Reflect::get(&range, &name.into()).ok()?.dyn_into::<Node>().ok();
    let is_caret = Reflect::get(&range, &"collapsed".into()).ok()?.is_truthy();
    Some((node("startContainer")?, node("endContainer")?)).filter(|_| !is_caret)
}
