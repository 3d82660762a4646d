//! The form in which a visitor signs in or makes an account, shown only where somebody demands it.

use leptos::{ev, prelude::*};
use miptech_chat_session::{Account, AuthState, Credentials, ErrorCode, Notice};
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::{
    actions::Deed,
    context::Ui,
    element::{ElementRef, Words, el, text_button},
    later::{self, Part, is_there},
    live::Live,
    model::SignIn,
};

/// The form, while a sign-in is demanded and may be asked for here.
pub(super) fn sign_in(ui: &Ui) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let ui = ui.clone();
    let auth = ui.model.auth();
    let is_there = is_there(Part::Rest);
    move || {
        let is_shown = ui.options.has_sign_in && auth.get() == AuthState::Required && is_there();
        is_shown.then(|| later::rest::sign_in_form(&ui))
    }
}

pub(super) fn form(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let is_new = Live::new(false);
    let state = ui.model.sign_in();
    let fields = [
        Field::new("name", strings.full_name(), "text"),
        Field::new("email", strings.email(), "email"),
        Field::new("password", strings.password(), "password"),
    ];
    let submit = {
        let ui = ui.clone();
        move |event: ev::Event| {
            event.prevent_default();
            let asked = if is_new.get_untracked() {
                &fields[..]
            } else {
                &fields[1..]
            };
            if state.with_untracked(|state| *state != SignIn::Busy) && all_filled(asked) {
                let [name, email, password] = fields.map(|field| field.value());
                let account = if is_new.get_untracked() {
                    Account::New { full_name: name }
                } else {
                    Account::Existing
                };
                ui.actions.perform(Deed::SignIn(&Credentials {
                    email,
                    password,
                    account,
                }));
            }
        }
    };
    let action = move |is_new: bool| {
        if is_new {
            strings.create_account()
        } else {
            strings.sign_in()
        }
    };
    let [name, email, password] = fields;
    let turn = text_button("")
        .live_text(move || action(!is_new.get()).into())
        .on("click", {
            let model = ui.model.clone();
            move |_| {
                is_new.update(|is_new| *is_new = !*is_new);
                // What was said to the other form is not about this one; a try under way still is.
                if state.with_untracked(|state| matches!(state, SignIn::Failed(_))) {
                    model.set_sign_in(SignIn::Rest);
                }
            }
        });
    el("form")
        .part("sign-in")
        .class("sign-in")
        .set("novalidate", "")
        .set("aria-labelledby", "sign-in-why")
        .on("submit", submit)
        .child(why(ui))
        .slot(move || {
            is_new
                .get()
                .then(|| name.view(strings.fill_in(), || "name".into()))
        })
        .child(email.view(strings.fill_in(), || "email".into()))
        .child(password.view(strings.fill_in(), move || {
            if is_new.get() {
                "new-password".into()
            } else {
                "current-password".into()
            }
        }))
        .slot(refusal(ui, is_new))
        .child(
            el("button")
                .class("primary")
                .set("type", "submit")
                .bind("aria-busy", move || {
                    state
                        .with(|state| *state == SignIn::Busy)
                        .then_some("true".into())
                })
                .live_text(move || action(is_new.get()).into())
                .view(),
        )
        .child(
            el("p")
                .class("turns")
                .child(turn.view())
                .slot(go_on_without(ui))
                .view(),
        )
        .view()
}

/// Why the form is there, in the words of the error that demanded it.
fn why(ui: &Ui) -> AnyView {
    let strings = ui.strings();
    let notice = ui.model.notice();
    let code = move || match notice.get() {
        Some(Notice::Blocked(error)) => error.code,
        _ => ErrorCode::AuthRequired,
    };
    el("p")
        .class("why")
        .set("id", "sign-in-why")
        .live_text(move || strings.error(code()).into())
        .view()
}

/// What the platform said to the last try; its own words are added where they tell which field is wrong.
fn refusal(ui: &Ui, is_new: Live<bool>) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let strings = ui.strings();
    let state = ui.model.sign_in();
    move || {
        let SignIn::Failed(error) = state.get() else {
            return None;
        };
        let is_of_account = is_new.get_untracked() && error.code == ErrorCode::AuthInvalidCredentials;
        let words = if is_of_account {
            strings.no_account()
        } else if error.retryable {
            // Nothing is tried again by itself here, whatever the words of the error say elsewhere.
            strings.no_sign_in()
        } else {
            strings.error(error.code)
        };
        let words = el("p").class("refusal").set("role", "alert").text(words);
        let own = is_of_account.then(|| el("span").class("own-words").text(error.text).view());
        Some(words.maybe(own).view())
    }
}

/// A session that ended may be followed by an anonymous one, where the platform takes it.
fn go_on_without(ui: &Ui) -> impl Fn() -> Option<AnyView> + Send + 'static + use<> {
    let ui = ui.clone();
    let notice = ui.model.notice();
    move || {
        let has_ended =
            matches!(notice.get(), Some(Notice::Blocked(error)) if error.code == ErrorCode::AuthExpired);
        has_ended.then(|| {
            let actions = ui.actions.clone();
            text_button(ui.strings().go_on_without())
                .on("click", move |_| actions.retry_now())
                .view()
        })
    }
}

/// One field: its label around it, and what is missing below.
#[derive(Clone, Copy)]
struct Field {
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    place: ElementRef,
    is_missing: Live<bool>,
}

impl Field {
    fn new(name: &'static str, label: &'static str, kind: &'static str) -> Self {
        Self {
            name,
            label,
            kind,
            place: ElementRef::default(),
            is_missing: Live::new(false),
        }
    }

    /// The text as typed or filled in by a password manager.
    fn value(self) -> String {
        let input = self
            .place
            .get_untracked()
            .and_then(|element| element.dyn_into::<HtmlInputElement>().ok());
        input.map(|input| input.value()).unwrap_or_default()
    }

    fn view(self, missing: &'static str, autocomplete: impl Fn() -> Words + Send + 'static) -> AnyView {
        let Self { is_missing, name, .. } = self;
        let words = move || {
            is_missing.get().then(|| {
                el("span")
                    .class("missing")
                    .set("id", format!("missing-{name}"))
                    .text(missing)
                    .view()
            })
        };
        let input = el("input")
            .class("field")
            .set("type", self.kind)
            .set("name", name)
            .bind("autocomplete", move || Some(autocomplete()))
            .set("aria-required", "true")
            .bind("aria-invalid", move || is_missing.get().then_some("true".into()))
            .bind("aria-describedby", move || {
                is_missing.get().then(|| format!("missing-{name}").into())
            })
            .at(self.place)
            .on("input", move |_| is_missing.set(false));
        el("div")
            .class("field-frame")
            .child(
                el("label")
                    .child(el("span").text(self.label).view())
                    .child(input.view())
                    .view(),
            )
            .slot(words)
            .view()
    }
}

/// Marks what is empty, and puts the caret into the first such field.
fn all_filled(fields: &[Field]) -> bool {
    let mut missing = fields.iter().filter(|field| {
        let is_missing = field.value().trim().is_empty();
        field.is_missing.set(is_missing);
        is_missing
    });
    let first = missing.next();
    // The rest is marked too.
    missing.for_each(drop);
    if let Some(input) = first.and_then(|field| field.place.get_untracked()) {
        let _gone_meanwhile = input.focus();
    }
    first.is_none()
}
