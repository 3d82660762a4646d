//! From message to message by arrow keys. The Tab key reaches one of them; a long one is read to its edge before the next.

use leptos::ev;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::list::List;
use crate::ui::{element::set, lines::Line};

/// The article in a line, where there is one.
fn article(line: &Line) -> Option<HtmlElement> {
    let article = line.element.query_selector(":scope > article").ok()??;
    Some(article.unchecked_into())
}

/// Lets the Tab key reach one message: that with the focus, else the last.
pub(in crate::ui) fn reach_one(lines: &[Line], focused: Option<&Element>) {
    let articles: Vec<HtmlElement> = lines.iter().filter_map(article).collect();
    let is_focused = |article: &&HtmlElement| focused.is_some_and(|focused| article.contains(Some(focused)));
    let reached = articles.iter().find(is_focused).or(articles.last());
    for article in &articles {
        set(
            article,
            "tabindex",
            if Some(article) == reached { "0" } else { "-1" },
        );
    }
}

/// Whether an arrow key that was pressed on a message led to its neighbour.
pub(in crate::ui) fn rove(list: &mut List, event: &ev::Event, is_down: bool) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let Some(target) = target.filter(|target| target.tag_name() == "ARTICLE") else {
        return false;
    };
    let (view, message) = (
        list.scroller().get_bounding_client_rect(),
        target.get_bounding_client_rect(),
    );
    let hidden = if is_down {
        message.bottom() - view.bottom()
    } else {
        view.top() - message.top()
    };
    // There is more of it to read: the key scrolls, as it would anywhere.
    if hidden > 1.0 {
        return false;
    }
    let Some(next) = list.neighbour(&target, is_down) else {
        return true;
    };
    list.leave_end();
    let article = list.bring(next).and_then(article);
    if let Some(article) = article {
        set(&target, "tabindex", "-1");
        set(&article, "tabindex", "0");
        let _gone_meanwhile = article.focus();
    }
    true
}
