//! When things were said, and by whom: a line where a day begins, one where a person takes over, and each message's time.

use js_sys::{Date, Object, Reflect};
use miptech_chat_session::Author;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

use crate::ui::{context::Ui, element::set, lines::Line, model::Row, narrator, strings::Strings};

/// Puts what belongs above the lines on the page above them, and takes away what does not any more.
///
/// `places` tells which of `rows` each line shows, and `anchor` is the first one in view.
pub(in crate::ui) fn mark(ui: &Ui, lines: &mut [Line], rows: &[Row], places: &[usize], anchor: usize) {
    let strings = ui.strings();
    let has_days = ui.has("timestamps");
    let today = has_days.then(|| day_of(Date::now()));
    for (line, place) in lines.iter().zip(places) {
        if line.row.is_break() {
            continue;
        }
        let before = rows.get(..*place).unwrap_or_default();
        let day = today.and_then(|today| {
            let day = day_of(line.row.created_ms() as f64);
            let former = before.iter().rfind(|row| !row.is_break());
            let is_first = former.is_none_or(|row| day_of(row.created_ms() as f64) != day);
            is_first.then(|| name_of_day(strings, &line.row, today - day))
        });
        if has_days {
            say_time(strings, line);
        }
        let is_above = *place < anchor;
        note(&line.element, "day", day.as_deref(), is_above);
        let handover = handover(strings, &line.row, before);
        note(&line.element, "handover", handover, is_above);
        let is_last = rows.len() - place <= AT_ONCE;
        if line.is_new && is_last && Date::now() - (line.row.created_ms() as f64) < JUST_NOW_MS {
            set(&line.element, "class", "line arriving");
            narrator::say(&line.element, handover.unwrap_or_default());
        }
    }
}

/// What is said where somebody else answers from here on.
fn handover(strings: &Strings, row: &Row, before: &[Row]) -> Option<&'static str> {
    let is_answer = |row: &&Row| matches!(row.author(), Author::Ai | Author::Human) && !row.is_break();
    let author = Some(row).filter(is_answer)?.author();
    let former = before.iter().rfind(is_answer).map_or(Author::Ai, Row::author);
    (former != author).then(|| match author {
        Author::Human => strings.person_joined(),
        Author::Ai | Author::System | Author::User => strings.assistant_back(),
    })
}

/// Sets the words of this kind above a message.
fn note(line: &HtmlElement, kind: &str, words: Option<&str>, is_above: bool) {
    let standing = line.query_selector(&[":scope > .", kind].concat()).ok().flatten();
    match (standing, words) {
        (None, None) => {}
        // What is read does not move up: it goes once it is above the view.
        (Some(standing), None) if is_above => standing.remove(),
        (Some(_), None) => {}
        (Some(standing), Some(words)) => {
            if standing.text_content().as_deref() != Some(words) {
                standing.set_text_content(Some(words));
            }
        }
        (None, Some(words)) => {
            let made = line
                .owner_document()
                .and_then(|page| page.create_element("p").ok());
            if let Some(made) = made {
                set(&made, "class", kind);
                made.set_text_content(Some(words));
                let article = line.query_selector(":scope > article").ok().flatten();
                let _accepted = line.insert_before(&made, article.as_deref());
            }
        }
    }
}

/// The number of a day on the visitor's calendar.
fn day_of(wall_ms: f64) -> i64 {
    let offset = Date::new(&wall_ms.into()).get_timezone_offset();
    ((wall_ms - offset * MINUTE_MS) / DAY_MS).floor() as i64
}

fn name_of_day(strings: &Strings, row: &Row, days_ago: i64) -> String {
    let parts: &[(&str, &str)] = match days_ago {
        0 => return strings.today().to_owned(),
        1 => return strings.yesterday().to_owned(),
        2..=300 => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
        _ => &[("day", "numeric"), ("month", "long"), ("year", "numeric")],
    };
    let date = Date::new(&(row.created_ms() as f64).into());
    date.to_locale_date_string(&region(strings), &shape(parts)).into()
}

/// When a message was said, as the visitor's clock and language have it; once, behind what was said.
fn say_time(strings: &Strings, line: &Line) {
    let bubble = line
        .element
        .query_selector(".bubble:not(:has(+ .time))")
        .ok()
        .flatten();
    let Some(bubble) = bubble else { return };
    let made = bubble
        .owner_document()
        .and_then(|page| page.create_element("time").ok());
    let Some(time) = made else { return };
    let date = Date::new(&(line.row.created_ms() as f64).into());
    let shape = shape(&[("hour", "numeric"), ("minute", "2-digit")]);
    let words: String = date
        .to_locale_time_string_with_options(&region(strings), &shape)
        .into();
    set(&time, "class", "time");
    set(&time, "datetime", &String::from(date.to_iso_string()));
    time.set_text_content(Some(&words));
    let _accepted = bubble.insert_adjacent_element("afterend", &time);
}

/// The language as it is written where the visitor is, where the browser says so.
fn region(strings: &Strings) -> String {
    let browser = web_sys::window().and_then(|window| window.navigator().language());
    let same = |tag: &String| tag.split('-').next() == Some(strings.tag);
    browser.filter(same).unwrap_or_else(|| strings.tag.to_owned())
}

fn shape(parts: &[(&str, &str)]) -> JsValue {
    let shape = Object::new();
    for (part, value) in parts {
        // Setting a field of a fresh plain object cannot fail.
        let _always_set = Reflect::set(&shape, &(*part).into(), &(*value).into());
    }
    shape.into()
}

/// A question and the answer that is awaited come in one go.
const AT_ONCE: usize = 2;
/// What is older came from storage, history or another tab's past: it was there, and does not arrive.
const JUST_NOW_MS: f64 = 2000.0;
const MINUTE_MS: f64 = 60_000.0;
const DAY_MS: f64 = 86_400_000.0;
