//! What can be done with the whole chat: a button in the header, and a menu that is worked by keyboard as menus are.

use leptos::{ev, prelude::*};
use miptech_chat_session::AuthState;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::{
    actions::{Deed, Wish},
    context::Ui,
    element::{El, ElementRef, el, focus, focused, listen, text_button},
    icons,
    live::Live,
    strings::LANGUAGES,
};

/// What stands under the button.
#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Items,
    Nothing,
    /// Whether the conversation is really to be erased.
    Question,
}

/// The menu of one widget.
#[derive(Clone)]
struct Menu {
    ui: Ui,
    shown: Live<Shown>,
    frame: ElementRef,
    opener: ElementRef,
    /// What the focus goes to when something is shown.
    first: ElementRef,
}

/// The button, and what it opens.
pub(super) fn menu(ui: &Ui) -> AnyView {
    let menu = Menu {
        ui: ui.clone(),
        shown: Live::new(Shown::Nothing),
        frame: ElementRef::default(),
        opener: ElementRef::default(),
        first: ElementRef::default(),
    };
    let shown = menu.shown;
    let toggle = {
        let menu = menu.clone();
        move |_| {
            if shown.get_untracked() == Shown::Nothing {
                menu.show(Shown::Items);
            } else {
                shown.set(Shown::Nothing);
            }
        }
    };
    let button = el("button")
        .part("menu")
        .class("icon-button menu-button")
        .set("type", "button")
        .set("aria-label", ui.strings().menu())
        .set("aria-haspopup", "menu")
        .bind("aria-expanded", move || {
            let is_open = shown.get() != Shown::Nothing;
            Some(if is_open { "true" } else { "false" }.into())
        })
        .at(menu.opener)
        .on("click", toggle)
        .child(icons::dots());
    let (keys, leaving, frame, drawn) = (menu.clone(), menu.clone(), menu.frame, menu);
    let framed = el("div")
        .class("menu-frame")
        .at(frame)
        .on("keydown", move |event| keys.pressed(&event))
        .on("focusout", move |event| leaving.left(&event))
        .child(button.view())
        .slot(move || {
            if shown.get() != Shown::Nothing {
                drawn.watch_page();
            }
            match shown.get() {
                Shown::Nothing => None,
                Shown::Items => Some(drawn.items()),
                Shown::Question => Some(drawn.question()),
            }
        })
        .view();
    // What the page puts beside it comes first.
    el("div")
        .class("header-end")
        .child(el("slot").set("name", "header").view())
        .child(framed)
        .view()
}

impl Menu {
    fn show(&self, shown: Shown) {
        self.shown.set(shown);
        focus(self.first);
    }

    /// Until it is closed: a press elsewhere on the page closes it, also where nothing takes the focus.
    fn watch_page(&self) {
        let page = web_sys::window().and_then(|window| window.document()?.document_element());
        let (shown, frame) = (self.shown, self.frame);
        page.iter().for_each(|page| {
            listen(page, "pointerdown", move |event| {
                let is_outside = |frame: HtmlElement| !event.composed_path().includes(&frame, 0);
                if frame.get_untracked().is_some_and(is_outside) {
                    shown.set(Shown::Nothing);
                }
            });
        });
    }

    /// What was chosen is done, and the focus goes where it is of use.
    fn close(&self, to: ElementRef) {
        self.shown.set(Shown::Nothing);
        focus(to);
    }

    fn items(&self) -> AnyView {
        let strings = self.ui.strings();
        let host = self.ui.host();
        let kept = |name: &str| host.as_ref().and_then(|host| host.get_attribute(name));
        let (ui, menu) = (self.ui.clone(), self.clone());
        let new = self
            .item("menuitem", strings.menu_new(), move || {
                ui.actions.new_conversation();
                menu.close(ui.input);
            })
            .at(self.first);
        let mut list = el("div")
            .class("menu")
            .set("role", "menu")
            .set("aria-label", strings.menu())
            .child(new.view());
        if self.ui.has("export") {
            list = list
                .child(self.wish(strings.menu_export_text(), Wish::Export, "markdown"))
                .child(self.wish(strings.menu_export_data(), Wish::Export, "json"));
        }
        let scheme = host.as_ref().map(|host| {
            host.style()
                .get_property_value("color-scheme")
                .unwrap_or_default()
        });
        if kept("data-theme").is_none_or(|theme| theme == "auto" || theme == "light" || theme == "dark") {
            let schemes = [
                (strings.theme_auto(), "auto", "light dark"),
                (strings.theme_light(), "light", "light"),
                (strings.theme_dark(), "dark", "dark"),
            ];
            let radios = schemes.map(|(name, value, meant)| {
                self.radio(name, Wish::Theme, value, scheme.as_deref() == Some(meant), None)
            });
            list = list.child(group(strings.menu_theme(), radios));
        }
        let languages = LANGUAGES
            .iter()
            .map(|(tag, name)| self.radio(name, Wish::Locale, tag, *tag == strings.tag, Some(tag)));
        list = list.child(group(strings.menu_language(), languages));
        for (name, state, wish) in [
            (strings.menu_sound(), "data-sound", Wish::Sound),
            (
                strings.menu_notifications(),
                "data-notifications",
                Wish::Notifications,
            ),
        ] {
            if let Some(state) = kept(state) {
                let (value, is_on) = if state == "on" {
                    ("off", true)
                } else {
                    ("on", false)
                };
                list = list.child(self.choice("menuitemcheckbox", name, wish, value, is_on).view());
            }
        }
        if kept("data-debug").is_some() {
            list = list.child(self.wish(strings.menu_diagnostics(), Wish::Diagnostics, ""));
        }
        if self.ui.model.auth_now() == AuthState::SignedIn {
            list = list.child(self.wish(strings.menu_sign_out(), Wish::SignOut, ""));
        }
        if self.ui.has("erase") {
            let menu = self.clone();
            let ask = move || menu.show(Shown::Question);
            let item = self.item("menuitem", strings.menu_erase(), ask);
            list = list.child(item.set("data-danger", "").view());
        }
        list.view()
    }

    /// Once more, since it cannot be taken back; the way out has the focus.
    fn question(&self) -> AnyView {
        let strings = self.ui.strings();
        let (erasing, leaving) = (self.clone(), self.clone());
        let erase = move |_| {
            erasing.ui.actions.perform(Deed::Wish(Wish::Erase, ""));
            erasing.close(erasing.ui.input);
        };
        el("div")
            .class("menu")
            .set("role", "alertdialog")
            .set("aria-label", strings.menu_erase())
            .set("aria-describedby", "erase")
            .child(
                el("p")
                    .class("menu-words")
                    .set("id", "erase")
                    .text(strings.erase_ask())
                    .view(),
            )
            .child(
                el("div")
                    .class("menu-actions")
                    .child(
                        text_button(strings.cancel())
                            .at(self.first)
                            .on("click", move |_| leaving.close(leaving.opener))
                            .view(),
                    )
                    .child(
                        text_button(strings.erase_yes())
                            .set("data-danger", "")
                            .on("click", erase)
                            .view(),
                    )
                    .view(),
            )
            .view()
    }

    fn item(&self, role: &'static str, words: &'static str, chosen: impl FnMut() + 'static) -> El {
        let mut chosen = chosen;
        el("button")
            .class("menu-item")
            .set("type", "button")
            .set("role", role)
            .set("tabindex", "-1")
            .on("click", move |_| chosen())
            .text(words)
    }

    fn wish(&self, words: &'static str, wish: Wish, value: &'static str) -> AnyView {
        let menu = self.clone();
        let chosen = move || {
            menu.ui.actions.perform(Deed::Wish(wish, value));
            menu.close(menu.opener);
        };
        self.item("menuitem", words, chosen).view()
    }

    fn choice(
        &self,
        role: &'static str,
        words: &'static str,
        wish: Wish,
        value: &'static str,
        is_on: bool,
    ) -> El {
        let menu = self.clone();
        let chosen = move || {
            menu.ui.actions.perform(Deed::Wish(wish, value));
            // Other words and colours are drawn anew, and the button with them; the panel stays.
            menu.shown.set(Shown::Nothing);
            if let Some(panel) = menu.ui.standing(".panel") {
                let _gone_meanwhile = panel.unchecked_into::<HtmlElement>().focus();
            }
        };
        self.item(role, words, chosen)
            .set("aria-checked", if is_on { "true" } else { "false" })
    }

    fn radio(
        &self,
        words: &'static str,
        wish: Wish,
        value: &'static str,
        is_on: bool,
        language: Option<&'static str>,
    ) -> AnyView {
        let radio = self.choice("menuitemradio", words, wish, value, is_on);
        match language {
            Some(tag) => radio.set("lang", tag).view(),
            None => radio.view(),
        }
    }

    fn pressed(&self, event: &ev::Event) {
        let Some(pressed) = event
            .dyn_ref::<ev::KeyboardEvent>()
            .filter(|_| self.shown.get_untracked() != Shown::Nothing)
        else {
            return;
        };
        let by = match pressed.key().as_str() {
            // It closes the menu, and not the whole panel.
            "Escape" => {
                event.stop_propagation();
                return self.close(self.opener);
            }
            "ArrowDown" => Move::By(1),
            "ArrowUp" => Move::By(-1),
            "Home" => Move::To(0),
            "End" => Move::To(-1),
            _ => return,
        };
        if self.shown.get_untracked() == Shown::Items {
            event.prevent_default();
            self.move_focus(by);
        }
    }

    fn move_focus(&self, by: Move) {
        let Some(frame) = self.frame.get_untracked() else {
            return;
        };
        let Ok(items) = frame.query_selector_all("[role^=menuitem]") else {
            return;
        };
        let count = items.length() as i32;
        let item = |at: i32| items.item(at.rem_euclid(count.max(1)).unsigned_abs());
        let focused = focused(&frame);
        let here = (0..count).find(|at| {
            let focused = focused.as_ref().map(AsRef::<Node>::as_ref);
            item(*at).as_ref() == focused
        });
        let next = match (by, here) {
            (Move::To(at), _) => at,
            (Move::By(by), Some(here)) => here + by,
            // From the button downwards to the first, upwards to the last.
            (Move::By(by), None) => by.min(0),
        };
        if let Some(item) = item(next) {
            let _gone_meanwhile = item.unchecked_into::<HtmlElement>().focus();
        }
    }

    /// A menu that lost the focus is in the way.
    fn left(&self, event: &ev::Event) {
        let to = event
            .dyn_ref::<ev::FocusEvent>()
            .and_then(|event| event.related_target())
            .and_then(|to| to.dyn_into::<Node>().ok());
        let frame = self.frame.get_untracked();
        let is_inside = frame.is_some_and(|frame| frame.contains(to.as_ref()));
        // What is shown next takes the focus by itself, and while that is under way nothing has it.
        if to.is_some() && !is_inside {
            self.shown.set(Shown::Nothing);
        }
    }
}

#[derive(Clone, Copy)]
enum Move {
    By(i32),
    To(i32),
}

fn group(name: &'static str, items: impl IntoIterator<Item = AnyView>) -> AnyView {
    let group = el("div")
        .class("menu-group")
        .set("role", "group")
        .set("aria-label", name)
        .child(
            el("div")
                .class("menu-name")
                .set("aria-hidden", "true")
                .text(name)
                .view(),
        );
    items.into_iter().fold(group, El::child).view()
}
