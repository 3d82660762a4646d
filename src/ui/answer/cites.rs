//! `[1]` and `[^1]` in running text: the numbers of an answer's sources.
//!
//! The sources of an answer often come after it, so every such mark is drawn as one from the start, in the letters it
//! was written in. Known sources make it a control; without any it is the text it always was.

use miptech_chat_session::Source;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::pen::{Kind, Pen};
use crate::ui::{element::set, sources::TITLE_CHARS, strings::Strings};

/// Draws a text with its marks.
pub(super) fn text(pen: &mut Pen<'_>, text: &str) {
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest
        .get(from..)
        .and_then(|text| text.find('['))
        .map(|at| from + at)
    {
        let Some((mark, number)) = rest.get(at..).and_then(mark) else {
            from = at + 1;
            continue;
        };
        let (before, after) = (rest.get(..at), rest.get(at + mark.len()..));
        pen.text(before.unwrap_or_default());
        let dress = |element: &Element| set(element, "data-source", number);
        pen.element(Kind("span", "cite"), number, &dress, &mut |pen| pen.text(mark));
        (rest, from) = (after.unwrap_or_default(), 0);
    }
    pen.text(rest);
}

/// The mark that the text begins with, and its number.
fn mark(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let inner = inner.strip_prefix('^').unwrap_or(inner);
    let (number, rest) = inner.split_once(']')?;
    let is_number = matches!(number.len(), 1 | 2)
        && !number.starts_with('0')
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((text.get(..text.len() - rest.len())?, number))
}

/// Tells every mark which source it names, once the sources are known; one that names none is shown as such.
pub(super) fn bind(place: &HtmlElement, sources: &[Source], strings: &Strings) {
    if sources.is_empty() {
        return;
    }
    let Ok(marks) = place.query_selector_all(".cite:not([role])") else {
        return;
    };
    for index in 0..marks.length() {
        let Some(mark) = marks.get(index).and_then(|mark| mark.dyn_into::<Element>().ok()) else {
            continue;
        };
        let number = number(&mark).unwrap_or_default();
        let source = sources.get(number.wrapping_sub(1));
        let title = source.map_or(strings.source_missing(), |source| source.title.as_str());
        let mut name = strings.source().to_owned();
        name.push(' ');
        name.push_str(&number.to_string());
        name.push_str(": ");
        name.extend(title.chars().take(TITLE_CHARS));
        set(&mark, "aria-label", &name);
        set(&mark, "title", &name);
        if source.is_some() {
            set(&mark, "role", "button");
            set(&mark, "tabindex", "0");
        } else {
            set(&mark, "role", "img");
        }
    }
}

/// The number of the source that a mark names.
pub(super) fn number(mark: &Element) -> Option<usize> {
    // As wide as every number that is read: each width brings a reader of its own.
    let number: u64 = mark.get_attribute("data-source")?.parse().ok()?;
    usize::try_from(number).ok()
}
