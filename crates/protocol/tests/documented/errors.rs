//! The tables of error codes, of their help, and of the names the platform gives to errors.

use miptech_chat_protocol::{
    error::{ErrorCode, Stage},
    fault::Fault,
    request::Reply,
};

use crate::{table, text_of};

#[test]
fn the_error_codes_are_documented_each_once() {
    let mut expected: Vec<String> = arms("as_str").into_iter().map(|(_, code)| code).collect();
    expected.sort();
    let mut all = ErrorCode::ALL.map(ErrorCode::as_str);
    all.sort_unstable();
    assert_eq!(all.as_slice(), expected);
    let mut documented: Vec<String> = error_codes().into_iter().map(|(code, _)| code).collect();
    documented.sort();
    assert_eq!(documented, expected);
}

#[test]
fn the_help_is_documented_word_for_word() {
    let (codes, helps) = (arms("as_str"), arms("help"));
    for (code, documented) in error_codes() {
        let variant = codes.iter().find(|(_, text)| *text == code).map(|(name, _)| name);
        let help = helps.iter().find(|(name, _)| Some(name) == variant);
        assert_eq!(help.map(|(_, text)| text), Some(&documented), "{code}");
    }
}

#[test]
fn what_is_read_from_the_source_is_what_runs() {
    for (name, code) in [
        ("AnswerInterrupted", ErrorCode::AnswerInterrupted),
        ("NetworkUnreachableOrCors", ErrorCode::NetworkUnreachableOrCors),
        ("TenantMissingHeader", ErrorCode::TenantMissingHeader),
        ("TenantNotFound", ErrorCode::TenantNotFound),
    ] {
        for (function, text) in [("as_str", code.as_str()), ("help", code.help())] {
            let arm = (name.to_owned(), text.to_owned());
            assert!(arms(function).contains(&arm), "{function}: {arm:?}");
        }
    }
}

#[test]
fn the_names_of_errors_are_documented_each_once() {
    let mut documented = Vec::new();
    for [names, code] in table(["Name, in any case", "Error code"]) {
        for name in names.split(", ").map(|name| name.trim_matches('`')) {
            for name in [name.to_owned(), name.to_uppercase()] {
                let reply = Reply {
                    // A status that says nothing by itself.
                    status: 418,
                    body: format!(r#"{{"code":"{name}"}}"#),
                    ..Reply::default()
                };
                let fault = Fault::from_reply(Stage::Send, &reply);
                assert_eq!(format!("`{}`", fault.code.as_str()), code, "{name}");
            }
            documented.push(name.to_owned());
        }
    }
    documented.sort();
    let source = text_of("src/fault.rs");
    let body = source
        .split_once("fn code_by_name(")
        .and_then(|(_, after)| after.split_once("_ => return None"));
    let Some((body, _)) = body else {
        panic!("no function code_by_name")
    };
    let mut implemented: Vec<String> = body.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    implemented.sort();
    assert_eq!(documented, implemented);
}

/// The documented codes, each with its help.
fn error_codes() -> Vec<(String, String)> {
    table(["Code", "Raised by", "Help"])
        .into_iter()
        .map(|[code, _, help]| (code.trim_matches('`').to_owned(), help))
        .collect()
}

/// The variant and the text of every arm of a function of [`ErrorCode`].
fn arms(function: &str) -> Vec<(String, String)> {
    let source = text_of("src/error.rs");
    let body = source
        .split_once(&format!("const fn {function}(self)"))
        .and_then(|(_, after)| after.split_once("\n    }\n"));
    let Some((body, _)) = body else {
        panic!("no function {function}")
    };
    let arms = body
        .split("Self::")
        .skip(1)
        .filter_map(|arm| arm.split_once(" =>"));
    arms.map(|(variant, rest)| (variant.to_owned(), literal(rest)))
        .collect()
}

/// The first text literal.
fn literal(source: &str) -> String {
    let mut chars = source.chars().skip_while(|c| *c != '"').skip(1).peekable();
    let mut text = String::new();
    while let Some(c) = chars.next().filter(|c| *c != '"') {
        if c != '\\' {
            text.push(c);
            continue;
        }
        // A line break is swallowed with the white space behind it, a quotation mark stands for itself.
        let escaped = chars.next();
        if escaped == Some('\n') {
            while chars.next_if(|c| c.is_whitespace()).is_some() {}
        }
        text.extend(escaped.filter(|c| *c != '\n'));
    }
    text
}
