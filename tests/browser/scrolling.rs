//! A long transcript: only what is near the view is on the page, and nothing in view moves but by the reader's hand.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, Node};

use crate::{
    keeping, page, platform,
    rig::{NOTHING, Page, Widget, frame, get, tick, until},
};

#[wasm_bindgen_test]
async fn ten_thousand_messages_are_at_most_six_hundred_nodes() {
    let page = Page::open();
    let widget = with_history(&page, 0..10_000).await;
    assert_eq!(last(&widget), "Message 9999");
    assert!(is_at_end(&widget), "the reader sees the end");
    for part in [1.0, 0.7, 0.5, 0.2, 0.0] {
        scroll_to(&widget, part * length(&widget)).await;
        let nodes = nodes_in(&widget.root());
        assert!(nodes <= 600, "{nodes} nodes");
        assert!(is_covered(&widget), "rows are missing at {part}");
    }
    assert_eq!(page::faults(), [""; 0]);
}

#[wasm_bindgen_test]
async fn every_message_says_which_it_is_and_how_many_there_are() {
    let page = Page::open();
    let widget = with_history(&page, 0..500).await;
    let lines = widget.all(".line");
    let place = |line: &HtmlElement| {
        line.get_attribute("aria-posinset")
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    assert_eq!(place(lines.last().unwrap()), 500);
    for pair in lines.windows(2) {
        assert_eq!(place(&pair[0]) + 1, place(&pair[1]));
        assert_eq!(pair[0].get_attribute("aria-setsize").as_deref(), Some("500"));
    }
}

#[wasm_bindgen_test]
async fn home_and_end_lead_to_the_first_and_the_last_message() {
    let page = Page::open();
    let widget = with_history(&page, 0..10_000).await;
    assert!(press(&widget, "Home"), "the browser is not to scroll by itself");
    frame().await;
    assert_eq!(top_of(&line(&widget, "Message 0")) - top(&widget), 0.0);
    assert_eq!(top(&widget), 0.0);
    assert!(press(&widget, "End"));
    frame().await;
    assert_eq!(last(&widget), "Message 9999");
    assert!(is_at_end(&widget));
}

/// Every row is met on the way, in its order, and none jumps while it is in view.
#[wasm_bindgen_test]
async fn scrolling_through_the_list_moves_nothing_but_by_as_much() {
    let page = Page::open();
    let widget = with_history(&page, 0..400).await;
    for step in [-170.0, 170.0] {
        let mut turns = 0;
        loop {
            let seen = in_view(&widget);
            let before = top(&widget);
            scroll_to(&widget, before + step).await;
            if top(&widget) == before {
                break;
            }
            let after = in_view(&widget);
            let both = seen.iter().filter_map(|(name, place)| {
                let here = after.iter().find(|(other, _)| other == name)?;
                Some((name, here.1 - place))
            });
            for (name, moved) in both {
                assert!(
                    (moved + step).abs() <= 1.0 || at_an_end(&widget),
                    "{name} moved by {moved}"
                );
            }
            assert!(is_covered(&widget));
            turns += 1;
            assert!(turns < 2000, "the end is never reached");
        }
    }
    assert_eq!(last(&widget), "Message 399");
}

#[wasm_bindgen_test]
async fn earlier_messages_come_above_what_is_read_and_move_nothing() {
    let page = Page::open();
    keeping::returning();
    let stored: Vec<_> = (200..260).map(stored_message).collect();
    keeping::transcript(&stored.join(","));
    platform::begin(r#"["history"]"#);
    page::answer(MESSAGES, 200, &page_of(0..260));
    let widget = page.widget(r#"{"connect": "open"}"#);
    until("what was stored is shown", || last(&widget) == "Message 259").await;
    frame().await;
    scroll_to(&widget, 0.0).await;
    let read = line(&widget, "Message 201");
    let before = top_of(&read) - top(&widget);
    widget.handle.open(&NOTHING);
    until("all is known", || lines_in_all(&widget) == 260).await;
    frame().await;
    assert!(read.is_connected());
    assert!(
        (top_of(&read) - top(&widget) - before).abs() <= 1.0,
        "it stays in view"
    );
    assert!(top(&widget) > 1000.0, "there is room for what came");
}

#[wasm_bindgen_test]
async fn a_row_above_that_grows_or_shrinks_moves_nothing() {
    let page = Page::open();
    let widget = with_history(&page, 0..1000).await;
    scroll_to(&widget, length(&widget) / 2.0).await;
    let lines = widget.all(".line");
    let seen = lines
        .iter()
        .position(|line| top_of(line) >= top(&widget))
        .unwrap();
    let (above, read) = (&lines[seen - 3].first_element_child().unwrap(), &lines[seen]);
    let above: &HtmlElement = above.unchecked_ref();
    let before = top_of(read) - top(&widget);
    for padding in ["300px", "0.4px", "47.3px", "0"] {
        above.style().set_property("padding-bottom", padding).unwrap();
        frame().await;
        frame().await;
        let moved = top_of(read) - top(&widget) - before;
        assert!(moved.abs() <= 1.0, "{padding} moved what is read by {moved}");
    }
    assert_eq!(page::faults(), [""; 0], "the browser could tell of all of it");
}

#[wasm_bindgen_test]
async fn the_button_for_a_new_answer_leads_to_its_start() {
    let page = Page::open();
    let widget = with_history(&page, 0..300).await;
    scroll_to(&widget, 500.0).await;
    assert_eq!(widget.parts("new-answer").len(), 0, "nothing has come yet");
    let before = top(&widget);
    answer(&widget, "a", "The beginning\n\n", 60).await;
    assert_eq!(top(&widget), before, "nobody is pulled away");
    widget.part("new-answer").click();
    frame().await;
    let start = line(&widget, "The beginning");
    assert!(
        (top_of(&start) - top(&widget)).abs() <= 1.0,
        "its start is at the top"
    );
    assert!(!is_at_end(&widget));
    assert_eq!(widget.parts("new-answer").len(), 0);
    assert_eq!(widget.focused().as_deref(), Some("transcript"));
    tick().await;
}

#[wasm_bindgen_test]
async fn who_scrolls_up_without_a_hand_is_not_pulled_back_either() {
    let page = Page::open();
    let widget = with_history(&page, 0..300).await;
    assert!(is_at_end(&widget));
    answer(&widget, "a", "Short", 2).await;
    assert!(is_at_end(&widget), "the end is followed");
    // As a screen reader scrolls: no wheel, no key, no finger.
    let before = top(&widget) - 12.0;
    scroll_to(&widget, before).await;
    answer(&widget, "b", "Long", 60).await;
    assert_eq!(top(&widget), before);
    press(&widget, "End");
    frame().await;
    answer(&widget, "c", "Last", 60).await;
    assert!(is_at_end(&widget), "the end is followed again");
}

/// The browser moves the view up where it grows at the end, and that is nobody's hand.
#[wasm_bindgen_test]
async fn a_view_that_grows_keeps_its_end() {
    let page = Page::open();
    let widget = with_history(&page, 0..300).await;
    answer(&widget, "a", "Short", 2).await;
    assert!(is_at_end(&widget));
    let before = top(&widget);
    widget
        .part("disclosure")
        .style()
        .set_property("display", "none")
        .unwrap();
    frame().await;
    frame().await;
    assert!(top(&widget) < before, "the view has grown");
    answer(&widget, "b", "Long", 60).await;
    assert!(is_at_end(&widget), "the end is followed");
}

#[wasm_bindgen_test]
async fn a_row_with_the_focus_stays_on_the_page() {
    let page = Page::open();
    let widget = with_history(&page, 0..1000).await;
    let code = widget.all("pre").pop().expect("an answer with code");
    code.focus().unwrap();
    frame().await;
    scroll_to(&widget, 0.0).await;
    assert!(code.is_connected(), "it has the focus");
    assert!(
        widget
            .root()
            .active_element()
            .is_some_and(|focused| &focused == code.unchecked_ref::<Element>())
    );
    assert!(is_covered(&widget));
    code.blur().unwrap();
    scroll_to(&widget, 900.0).await;
    assert!(!code.is_connected());
}

#[wasm_bindgen_test]
async fn what_is_selected_stays_on_the_page_until_it_is_not() {
    let page = Page::open();
    let widget = with_history(&page, 0..1000).await;
    scroll_to(&widget, length(&widget) / 2.0).await;
    let lines = widget.all(".line");
    let (first, last) = (lines[2].clone(), lines[lines.len() - 3].clone());
    let between = lines.len() - 4;
    select(&first, &last);
    scroll_to(&widget, 0.0).await;
    assert!(first.is_connected() && last.is_connected());
    let kept = widget
        .all(".line")
        .iter()
        .filter(|line| lines.contains(line))
        .count();
    assert_eq!(kept, between, "with all between them, and no more");
    assert!(is_covered(&widget));
    let selection = web_sys::window().unwrap().get_selection().unwrap().unwrap();
    selection.remove_all_ranges().unwrap();
    scroll_to(&widget, 900.0).await;
    assert!(!first.is_connected() && !last.is_connected());
}

/// Messages the platform has, in one page.
const MESSAGES: &str = "/api/v1/chat/c1/messages";

/// A widget that shows these messages of the platform's history.
async fn with_history(page: &Page, numbers: std::ops::Range<u32>) -> Widget {
    platform::begin(r#"["history", "client_message_id"]"#);
    let (many, last_number) = (numbers.len(), numbers.end - 1);
    page::answer(MESSAGES, 200, &page_of(numbers));
    let widget = page.widget(r#"{"open": true, "connect": "load"}"#);
    until("history is shown", || {
        lines_in_all(&widget) == many && last(&widget) == format!("Message {last_number}")
    })
    .await;
    frame().await;
    frame().await;
    widget
}

fn page_of(numbers: std::ops::Range<u32>) -> String {
    let items: Vec<_> = numbers
        .map(|number| {
            let (role, id, text) = message(number);
            let sequence = number + 1;
            format!(r#"{{"id":"{id}","role":"{role}","content":"{text}","sequence_number":{sequence}}}"#)
        })
        .collect();
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}

fn stored_message(number: u32) -> String {
    let (role, id, text) = message(number);
    let (status, count) = if role == "user" {
        ("sent", number + 1)
    } else {
        ("complete", 2)
    };
    let now = js_sys::Date::now();
    format!(
        r#"{{"role":"{role}","content":"{text}","status":"{status}","id":"{id}","created":{now},"chunks":{count}}}"#
    )
}

/// A question or an answer, by turns; some of them long, some with code.
fn message(number: u32) -> (&'static str, String, String) {
    let role = if number.is_multiple_of(2) {
        "user"
    } else {
        "assistant"
    };
    let more = match number % 7 {
        3 if role == "assistant" => "\\n\\n```\\nlet x = 1\\n```".to_owned(),
        5 => format!("\\n\\n{}", "More of it. ".repeat(30)),
        _ => String::new(),
    };
    (role, format!("m{number}"), format!("Message {number}{more}"))
}

/// An answer comes, in several pieces, and is painted.
async fn answer(widget: &Widget, id: &str, text: &str, lines: usize) {
    let many = lines_in_all(widget);
    platform::says(&format!(
        r#"{{"type":"processing","data":{{"message_id":"{id}"}}}}"#
    ));
    until("the answer begins", || lines_in_all(widget) == many + 1).await;
    let text = text.replace('\n', "\\n");
    platform::says(&format!(
        r#"{{"type":"response_chunk","data":{{"message_id":"{id}","content":"{text}"}}}}"#
    ));
    for _ in 0..lines {
        platform::says(
            &format!(r#"{{"type":"response_chunk","data":{{"message_id":"{id}","content":"\n\nA line"}}}}"#)
                .replace('\n', "\\n"),
        );
        frame().await;
    }
    platform::says(&format!(
        r#"{{"type":"response_complete","data":{{"message_id":"{id}"}}}}"#
    ));
    frame().await;
    frame().await;
}

fn press(widget: &Widget, key: &str) -> bool {
    page::key(
        &widget.part("transcript"),
        "keydown",
        &format!(r#"{{"key": "{key}"}}"#),
    )
}

async fn scroll_to(widget: &Widget, top: f64) {
    Reflect::set(&widget.part("transcript"), &"scrollTop".into(), &top.into()).unwrap();
    // The browser tells of it in the next frame, and what that leads to is laid out in the same.
    frame().await;
    frame().await;
}

fn select(first: &Node, last: &Node) {
    let selection = web_sys::window().unwrap().get_selection().unwrap().unwrap();
    let set: Function = get(&selection, "setBaseAndExtent").unchecked_into();
    let ends = js_sys::Array::of4(first, &0.into(), last, &1.into());
    Reflect::apply(&set, &selection, &ends).unwrap();
}

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap()
}

fn top(widget: &Widget) -> f64 {
    number(&widget.part("transcript"), "scrollTop")
}

fn length(widget: &Widget) -> f64 {
    number(&widget.part("transcript"), "scrollHeight")
}

fn top_of(line: &HtmlElement) -> f64 {
    number(line, "offsetTop")
}

fn is_at_end(widget: &Widget) -> bool {
    length(widget) - top(widget) - number(&widget.part("transcript"), "clientHeight") < 2.0
}

fn at_an_end(widget: &Widget) -> bool {
    top(widget) == 0.0 || is_at_end(widget)
}

/// The last message on the page.
fn last(widget: &Widget) -> String {
    let text = widget.bubbles().pop().unwrap_or_default();
    words(&text).to_owned()
}

/// `Message 7` of a longer text.
fn words(text: &str) -> &str {
    let number = text.strip_prefix("Message ").unwrap_or_default();
    let end = number
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(number.len());
    &text[..text.len() - number.len() + end]
}

fn line(widget: &Widget, begin: &str) -> HtmlElement {
    // Above what was said there may stand the day.
    let is_it = |line: &HtmlElement| {
        let message = line.query_selector(".message").unwrap();
        let text = message.and_then(|message| message.text_content());
        text.is_some_and(|text| text.starts_with(begin))
    };
    widget
        .all(".line")
        .into_iter()
        .find(is_it)
        .expect("the line is on the page")
}

fn lines_in_all(widget: &Widget) -> usize {
    let size = widget
        .all(".line")
        .first()
        .and_then(|line| line.get_attribute("aria-setsize"));
    size.map_or(0, |size| size.parse().unwrap())
}

/// Which lines are in view, and where.
fn in_view(widget: &Widget) -> Vec<(String, f64)> {
    let (top, height) = (top(widget), number(&widget.part("transcript"), "clientHeight"));
    let places = widget.all(".line").into_iter().map(|line| {
        let place = line.get_attribute("aria-posinset").unwrap();
        (place, top_of(&line) - top, number(&line, "offsetHeight"))
    });
    let seen = places.filter(|(_, begin, tall)| begin + tall > 0.0 && *begin < height);
    seen.map(|(name, begin, _)| (name, begin)).collect()
}

/// Whether rows fill the view.
fn is_covered(widget: &Widget) -> bool {
    let height = number(&widget.part("transcript"), "clientHeight");
    let (mut begin, mut end) = (f64::MAX, f64::MIN);
    for line in widget.all(".line") {
        let place = top_of(&line) - top(widget);
        let below = place + number(&line, "offsetHeight");
        if below > 0.0 && place < height {
            begin = begin.min(place);
            end = end.max(below);
        }
    }
    begin <= 1.0 && end >= height - 17.0
}

fn nodes_in(node: &Node) -> usize {
    let children = node.child_nodes();
    (0..children.length())
        .filter_map(|at| children.get(at))
        .map(|child| 1 + nodes_in(&child))
        .sum()
}
