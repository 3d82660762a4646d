//! The sign-in form: there where a sign-in is demanded and may be asked for, and everything about it can be heard,
//! filled in by a password manager, and done with the keyboard.

use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{HtmlElement, HtmlInputElement};

use crate::{
    page,
    rig::{Page, Widget, storage, stored, text_of, tick, until, word},
};

#[wasm_bindgen_test]
async fn nobody_is_asked_to_sign_in_who_need_not() {
    let page = Page::open();
    let widget = page.widget(r#"{"connect": "load", "open": true}"#);
    tick().await;
    assert_eq!(widget.parts("sign-in").len(), 0);
    assert_eq!(word(&widget.handle.state(), "auth"), "anonymous");
}

#[wasm_bindgen_test]
async fn a_page_may_want_everybody_signed_in_before_the_chat() {
    let page = Page::open();
    let widget = page.widget(r#"{"signIn": "required", "connect": "load", "open": true}"#);
    tick().await;
    assert_eq!(widget.parts("sign-in").len(), 1);
    assert_eq!(
        widget.parts("notice").len(),
        0,
        "the form says by itself why it is there"
    );
    assert_eq!(
        text_of(&widget.all(".why")[0]),
        "This chat asks you to sign in first. Your text is kept."
    );
    assert_eq!(word(&widget.handle.state(), "auth"), "required");
    assert_eq!(word(&widget.handle.state(), "status"), "signed-out");
    assert_eq!(page::calls(), [""; 0], "the platform is not asked before");
    let told = page::heard();
    assert!(
        told.contains(&r#"one auth:change {"state":"required"}"#.to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&r#"one auth:required {"reason":"auth/required"}"#.to_owned()),
        "{told:?}"
    );
}

#[wasm_bindgen_test]
async fn a_platform_that_demands_a_sign_in_gets_the_form_unless_the_page_wants_none() {
    for (options, forms) in [
        (r#"{"connect": "load", "open": true, "profile": "two-step"}"#, 1),
        (
            r#"{"connect": "load", "open": true, "profile": "two-step", "signIn": "off"}"#,
            0,
        ),
    ] {
        let page = Page::open();
        demand_tokens();
        let widget = page.widget(options);
        until("a sign-in is demanded", || {
            word(&widget.handle.state(), "auth") == "required"
        })
        .await;
        tick().await;
        assert_eq!(widget.parts("sign-in").len(), forms, "{options}");
        assert_eq!(widget.parts("notice").len(), 1 - forms, "{options}");
        assert_eq!(word(&widget.handle.state(), "error.code"), "auth/required");
    }
}

#[wasm_bindgen_test]
async fn every_field_has_its_label_and_says_what_a_password_manager_may_fill_in() {
    let page = Page::open();
    let widget = demanding(&page, "{}").await;
    assert_eq!(
        fields(&widget),
        [
            ["Email", "email", "email", "email"],
            ["Password", "password", "password", "current-password"],
        ]
    );
    assert_eq!(buttons(&widget), ["Sign in", "Create account"]);
    widget.button("Create account").click();
    tick().await;
    assert_eq!(
        fields(&widget),
        [
            ["Full name", "name", "text", "name"],
            ["Email", "email", "email", "email"],
            ["Password", "password", "password", "new-password"],
        ]
    );
    assert_eq!(buttons(&widget), ["Create account", "Sign in"]);
}

#[wasm_bindgen_test]
async fn what_was_typed_stays_when_the_form_turns_to_registration() {
    let page = Page::open();
    let widget = demanding(&page, "{}").await;
    page::type_into(&field(&widget, "email"), "ada@example.com");
    widget.button("Create account").click();
    tick().await;
    assert_eq!(field(&widget, "email").value(), "ada@example.com");
}

#[wasm_bindgen_test]
async fn empty_fields_are_marked_and_the_first_of_them_gets_the_caret() {
    let page = Page::open();
    let widget = demanding(&page, "{}").await;
    submit(&widget);
    tick().await;
    for name in ["email", "password"] {
        let field = field(&widget, name);
        assert_eq!(
            field.get_attribute("aria-invalid").as_deref(),
            Some("true"),
            "{name}"
        );
        let id = field
            .get_attribute("aria-describedby")
            .expect("it says what is missing");
        let words = widget.root().get_element_by_id(&id).expect("the words are there");
        assert_eq!(words.text_content().as_deref(), Some("Fill this in."));
    }
    assert!(has_focus(&widget, "email"));
    assert_eq!(page::calls(), [""; 0]);

    page::type_into(&field(&widget, "email"), "ada@example.com");
    tick().await;
    assert!(!field(&widget, "email").has_attribute("aria-invalid"));
    assert!(field(&widget, "password").has_attribute("aria-invalid"));
    submit(&widget);
    assert!(has_focus(&widget, "password"), "the first that is still empty");
}

#[wasm_bindgen_test]
async fn a_sign_in_under_way_is_said_and_not_begun_twice() {
    let page = Page::open();
    let widget = demanding(&page, "{}").await;
    fill_in(&widget);
    submit(&widget);
    until("the platform is asked", || !page::calls().is_empty()).await;
    assert_eq!(
        primary(&widget).get_attribute("aria-busy").as_deref(),
        Some("true")
    );
    submit(&widget);
    tick().await;
    assert_eq!(page::calls(), [LOGIN]);
    assert_eq!(
        page::body_of("/api/v1/auth/login").as_deref(),
        Some(r#"{"email":"ada@example.com","password":"correct horse","tenant_id":"miptech-company"}"#)
    );
}

#[wasm_bindgen_test]
async fn a_refusal_is_read_out_and_nothing_typed_is_lost() {
    let page = Page::open();
    page::answer(
        "/api/v1/auth/login",
        401,
        r#"{"code":"invalid_credentials","message":"No such person"}"#,
    );
    let widget = demanding(&page, "{}").await;
    fill_in(&widget);
    submit(&widget);
    assert_eq!(reproach(&widget).await, "Email or password is wrong.");
    assert_eq!(field(&widget, "password").value(), "correct horse");
    assert!(!primary(&widget).has_attribute("aria-busy"));
    widget.button("Create account").click();
    tick().await;
    assert_eq!(
        widget.all("[role=alert]").len(),
        0,
        "what was said to the other form is not about this one"
    );
}

#[wasm_bindgen_test]
async fn a_refused_account_is_read_out_with_the_platforms_own_words() {
    let page = Page::open();
    page::answer(
        "/api/v1/auth/register",
        409,
        r#"{"code":"email_taken","message":"Somebody has this address"}"#,
    );
    let widget = demanding(&page, "{}").await;
    widget.button("Create account").click();
    tick().await;
    page::type_into(&field(&widget, "name"), "Ada Lovelace");
    fill_in(&widget);
    submit(&widget);
    let words = reproach(&widget).await;
    assert!(words.starts_with("The account could not be made."), "{words}");
    assert!(words.contains("Somebody has this address"), "{words}");
}

/// A platform that cannot be reached has refused nobody, and a sign-in is not repeated by itself.
#[wasm_bindgen_test]
async fn a_sign_in_that_fails_for_another_reason_asks_to_be_repeated() {
    let page = Page::open();
    page::refuse_calls();
    let widget = demanding(&page, "{}").await;
    fill_in(&widget);
    submit(&widget);
    let words = reproach(&widget).await;
    assert_eq!(words, "That did not get through. Please try again.");
}

#[wasm_bindgen_test]
async fn who_signed_in_sees_the_form_no_more_and_all_three_values_are_kept() {
    let page = Page::open();
    page::answer("/api/v1/auth/login", 200, SIGNED_IN);
    let widget = demanding(&page, "{}").await;
    fill_in(&widget);
    submit(&widget);
    until("the form is gone", || widget.parts("sign-in").is_empty()).await;
    assert!(widget.handle.is_authenticated());
    assert_eq!(stored("miptech_access_token").as_deref(), Some("A"));
    assert_eq!(stored("miptech_refresh_token").as_deref(), Some("R"));
    assert!(stored("miptech_user").is_some());
    assert!(page::heard().contains(&r#"one auth:change {"state":"signed-in"}"#.to_owned()));
    until("the chat goes on", || page::calls().len() > 1).await;
}

#[wasm_bindgen_test]
async fn an_account_is_made_with_the_full_name() {
    let page = Page::open();
    page::answer("/api/v1/auth/register", 201, SIGNED_IN);
    let widget = demanding(&page, "{}").await;
    widget.button("Create account").click();
    tick().await;
    page::type_into(&field(&widget, "name"), "Ada Lovelace");
    fill_in(&widget);
    submit(&widget);
    until("somebody is signed in", || widget.handle.is_authenticated()).await;
    let body = page::body_of("/api/v1/auth/register").expect("the account was asked for");
    assert!(body.contains(r#""full_name":"Ada Lovelace""#), "{body}");
    assert!(body.contains(r#""tenant_id":"miptech-company""#), "{body}");
}

#[wasm_bindgen_test]
async fn only_who_was_signed_in_may_go_on_without() {
    let page = Page::open();
    let widget = demanding(&page, "{}").await;
    assert!(!buttons(&widget).contains(&"Go on without signing in".to_owned()));
    drop(widget);

    demand_tokens();
    storage().set_item("miptech_access_token", "old").unwrap();
    let widget = page.widget(r#"{"connect": "load", "open": true, "profile": "two-step"}"#);
    until("the session ended", || !widget.parts("sign-in").is_empty()).await;
    assert_eq!(
        text_of(&widget.all(".why")[0]),
        "Your session ended. Your text is kept."
    );
    page::answer("/api/v1/chat", 200, r#"{"chat_id":"c1"}"#);
    widget.button("Go on without signing in").click();
    until("it goes on", || widget.parts("sign-in").is_empty()).await;
    assert_eq!(word(&widget.handle.state(), "auth"), "anonymous");
}

#[wasm_bindgen_test]
async fn no_event_and_no_attribute_holds_what_was_typed() {
    let page = Page::open();
    let widget = demanding(&page, r#"{"debug": true}"#).await;
    fill_in(&widget);
    submit(&widget);
    until("the platform is asked", || !page::calls().is_empty()).await;
    for line in page::heard() {
        assert!(!line.contains("correct horse"), "{line}");
    }
    let drawn = widget.root().inner_html();
    assert!(
        !drawn.contains("correct horse") && !drawn.contains("ada@"),
        "{drawn}"
    );
}

#[wasm_bindgen_test]
async fn the_form_speaks_italian() {
    let page = Page::open();
    page::answer("/api/v1/auth/login", 401, r#"{"code":"invalid_credentials"}"#);
    let widget = demanding(&page, r#"{"locale": "it"}"#).await;
    assert_eq!(
        text_of(&widget.all(".why")[0]),
        "Per usare questa chat devi accedere. Il testo resta qui."
    );
    assert_eq!(buttons(&widget), ["Accedi", "Crea account"]);
    submit(&widget);
    tick().await;
    assert_eq!(text_of(&widget.all(".missing")[0]), "Compila questo campo.");
    fill_in(&widget);
    submit(&widget);
    assert_eq!(reproach(&widget).await, "Email o password non corretta.");
}

/// A widget whose page wants everybody signed in, with the form on it.
async fn demanding(page: &Page, options: &str) -> Widget {
    let more = options.trim_start_matches('{').trim_end_matches('}');
    let comma = if more.is_empty() { "" } else { "," };
    let widget = page.widget(&format!(
        r#"{{"signIn": "required", "connect": "load", "open": true {comma} {more}}}"#
    ));
    until("the form is there", || widget.parts("sign-in").len() == 1).await;
    widget
}

/// A platform that makes no chat without a token, and renews none.
fn demand_tokens() {
    page::answer("/api/v1/health", 200, r#"{"status":"healthy"}"#);
    page::answer(
        "/api/v1/chat",
        401,
        r#"{"code":"auth_required","message":"Log in"}"#,
    );
}

/// Label, name, type and autocomplete of every field, from the top.
fn fields(widget: &Widget) -> Vec<[String; 4]> {
    let labels = widget.all("[part~=sign-in] label");
    let fields = labels.iter().map(|label| {
        let input = label
            .query_selector("input")
            .unwrap()
            .expect("a label holds its field");
        let attribute = |name| input.get_attribute(name).unwrap_or_default();
        [
            text_of(label),
            attribute("name"),
            attribute("type"),
            attribute("autocomplete"),
        ]
    });
    fields.collect()
}

fn buttons(widget: &Widget) -> Vec<String> {
    widget.all("[part~=sign-in] button").iter().map(text_of).collect()
}

fn field(widget: &Widget, name: &str) -> HtmlInputElement {
    let mut found = widget.all(&format!("[part~=sign-in] input[name={name}]"));
    assert_eq!(found.len(), 1, "fields with the name {name}");
    found.remove(0).unchecked_into()
}

fn primary(widget: &Widget) -> HtmlElement {
    widget.all("[part~=sign-in] button[type=submit]").remove(0)
}

fn fill_in(widget: &Widget) {
    page::type_into(&field(widget, "email"), "ada@example.com");
    page::type_into(&field(widget, "password"), "correct horse");
}

fn submit(widget: &Widget) {
    primary(widget).click();
}

/// What is read out about the last try.
async fn reproach(widget: &Widget) -> String {
    until("something is said", || !widget.all("[role=alert]").is_empty()).await;
    text_of(&widget.all("[role=alert]")[0])
}

fn has_focus(widget: &Widget, name: &str) -> bool {
    let focused = widget.root().active_element();
    focused
        .and_then(|element| element.get_attribute("name"))
        .as_deref()
        == Some(name)
}

const LOGIN: &str = "http://127.0.0.1:9/api/v1/auth/login";

const SIGNED_IN: &str =
    r#"{"access_token":"A","refresh_token":"R","user":{"id":"p1","email":"ada@example.com"}}"#;
