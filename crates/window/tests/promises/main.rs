//! A list under a reader who scrolls, while rows come, go and turn out to be other than estimated.

mod page;

use miptech_chat_window::{UNIT, Window};
use proptest::prelude::*;

use page::Page;

/// What can happen to a list.
#[derive(Clone, Debug)]
enum Step {
    Scroll(i32),
    Jump(u16),
    Prepend(Vec<i32>),
    Append(Vec<i32>),
    Remove(u16),
    Resize(u16, i32),
    Keep(u16),
}

fn heights(most: usize) -> impl Strategy<Value = Vec<i32>> {
    prop::collection::vec(1..600 * UNIT, 0..most)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (-900 * UNIT..900 * UNIT).prop_map(Step::Scroll),
        1 => any::<u16>().prop_map(Step::Jump),
        1 => heights(60).prop_map(Step::Prepend),
        1 => heights(5).prop_map(Step::Append),
        1 => any::<u16>().prop_map(Step::Remove),
        2 => (any::<u16>(), 1..900 * UNIT).prop_map(|(row, height)| Step::Resize(row, height)),
        1 => any::<u16>().prop_map(Step::Keep),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// The promise of the crate: whatever becomes known of other rows, what is in view stays where it is.
    #[test]
    fn nothing_in_view_moves_but_by_scrolling(rows in heights(200), steps in prop::collection::vec(step(), 1..60)) {
        let mut page = Page::with(rows);
        for step in steps {
            let before = page.in_view();
            let moved = match step.clone() {
                Step::Scroll(by) => page.scroll(by),
                Step::Jump(to) => {
                    page.jump(to);
                    continue;
                }
                Step::Prepend(rows) => page.insert(0, rows),
                Step::Append(rows) => page.insert(page.rows(), rows),
                Step::Remove(at) => page.remove(at),
                Step::Resize(at, height) => page.resize(at, height),
                Step::Keep(at) => page.keep(at),
            };
            // Where the reader scrolled, all that was and is in view moved by so much; otherwise the row at the top of the
            // view stays, and what is below it moves with what grows there.
            let after = page.in_view();
            let is_scroll = matches!(step, Step::Scroll(_));
            let checked = before.iter().take(if is_scroll { before.len() } else { 1 });
            for (row, place) in checked.filter(|_| !page.is_cramped()) {
                let is_here = !is_scroll || after.iter().any(|(seen, _)| seen == row);
                let here = page.place_in_view(*row).filter(|_| is_here);
                prop_assert!(here.is_none_or(|here| here == place - moved), "{:?} moved row {} to {:?}", step, row, here);
            }
            page.check();
        }
    }

    #[test]
    fn rows_and_rooms_together_are_the_list(rows in heights(300), top in 0..100_000 * UNIT, kept in 0..300usize) {
        let mut window = Window::default();
        window.set_rows(rows.clone(), None);
        window.look(top, 500 * UNIT);
        window.level();
        let on_page = window.on_page(std::slice::from_ref(&(kept..kept + 1)));
        let mut spaces = window.spaces();
        let before: i32 = on_page.iter().map(|row| spaces.before(*row)).sum();
        let drawn: i32 = on_page.iter().filter_map(|row| rows.get(*row)).sum();
        prop_assert_eq!(before + drawn + spaces.behind(), rows.iter().sum::<i32>());
    }

    #[test]
    fn as_many_rows_are_on_the_page_as_the_view_and_its_surroundings_need(
        rows in prop::collection::vec(40 * UNIT..600 * UNIT, 1..3000),
        top in 0..1_000_000 * UNIT,
    ) {
        let mut window = Window::default();
        window.set_rows(rows, None);
        window.look(top, 600 * UNIT);
        // Sixteen of the lowest rows are in view, in part at least, and ten stand on either side.
        prop_assert!(window.on_page(&[]).len() <= 16 + 20);
    }
}

#[test]
fn an_empty_list_has_no_rows_and_no_room() {
    let mut window = Window::default();
    assert!(!window.look(0, 500 * UNIT));
    assert_eq!(window.level(), 0);
    assert_eq!(window.on_page(&[]), [0; 0]);
    assert_eq!(window.spaces().behind(), 0);
    window.go(7);
    assert_eq!(window.anchor(), 0);
}

#[test]
fn an_ordinary_conversation_is_on_the_page_as_a_whole() {
    let mut page = Page::with(vec![2000 * UNIT; 36]);
    page.jump(u16::MAX);
    assert_eq!(page.window.on_page(&[]).len(), 36);
    page.insert(36, vec![2000 * UNIT]);
    assert!(page.window.on_page(&[]).len() < 36);
}

#[test]
fn a_row_that_grows_at_the_end_moves_no_room() {
    let mut page = Page::with(vec![100 * UNIT; 1000]);
    page.jump(u16::MAX);
    let last = page.rows() - 1;
    assert!(
        !page.window.measured(last, 140 * UNIT),
        "nothing is to be put in its place"
    );
}

#[test]
fn the_estimates_of_many_rows_are_no_scrolling() {
    let mut page = Page::with(vec![100 * UNIT; 1000]);
    page.estimate(80 * UNIT);
    page.jump(u16::MAX / 2);
    let before = page.scrolled_by_us;
    for _ in 0..100 {
        page.scroll(-50 * UNIT);
    }
    assert_eq!(page.scrolled_by_us, before, "a gesture is not broken off");
}

#[test]
fn the_first_row_stands_at_the_very_top() {
    let mut page = Page::with(vec![100 * UNIT; 300]);
    page.estimate(130 * UNIT);
    page.jump(u16::MAX);
    while page.scroll(-200 * UNIT) != 0 {}
    assert_eq!(page.place_in_view(0), Some(0));
}

#[test]
fn a_reader_is_led_to_the_start_of_a_row_that_was_never_on_the_page() {
    let mut page = Page::with((0..1000).map(|row| (40 + row % 300) * UNIT).collect());
    page.estimate(90 * UNIT);
    page.go(700);
    assert_eq!(page.place_in_view(700), Some(0));
}
