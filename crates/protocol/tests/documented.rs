//! `docs/PROTOCOL.md` against the code: its tables of close codes and of error codes.

#![cfg(not(target_arch = "wasm32"))]

use std::{collections::BTreeSet, fs, path::Path};

use miptech_chat_protocol::{close::CloseAction, error::ErrorCode};

#[test]
fn the_close_codes_are_documented_row_by_row() {
    let mut rest: BTreeSet<u16> = (0..=u16::MAX).collect();
    let mut named = BTreeSet::new();
    for row in table(["Code", "Action", "Floor", "Error code"]) {
        let [when, documented @ ..] = row;
        assert!(named.insert(when.clone()), "{when}: one row only");
        let (codes, condition) = when.split_once(", ").unwrap_or((&when, ""));
        for code in codes_of(codes, &rest) {
            rest.remove(&code);
            for reason in reasons_of(condition) {
                let action = cells(CloseAction::of(code, reason));
                assert_eq!(action, documented, "{when}: {code} {reason:?}");
            }
        }
    }
    assert_eq!(rest.first(), None, "every code has its row");
}

#[test]
fn the_error_codes_are_documented_each_once() {
    let mut expected: Vec<String> = arms("as_str").into_iter().map(|(_, code)| code).collect();
    expected.sort();
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

/// The documented codes, each with its help.
fn error_codes() -> Vec<(String, String)> {
    table(["Code", "Raised by", "Help"])
        .into_iter()
        .map(|[code, _, help]| (code.trim_matches('`').to_owned(), help))
        .collect()
}

/// The rows of the one table of `docs/PROTOCOL.md` with this head.
fn table<const N: usize>(head: [&str; N]) -> Vec<[String; N]> {
    let text = text_of("../../docs/PROTOCOL.md");
    let mut lines = text.lines().skip_while(|line| row(line) != head);
    assert!(lines.next().is_some(), "no table of {head:?}");
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        let cells: Vec<String> = row(line).into_iter().map(str::to_owned).collect();
        <[String; N]>::try_from(cells).unwrap_or_else(|cells| panic!("{N} cells: {cells:?}"))
    })
    .collect()
}

/// The cells of a line.
fn row(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// The codes a row is about; "any other" are those no row before it named.
fn codes_of(cell: &str, rest: &BTreeSet<u16>) -> Vec<u16> {
    let number = |text: &str| -> u16 { text.parse().unwrap_or_else(|_| panic!("{cell}: no code")) };
    let Some(range) = cell.strip_prefix("any other") else {
        return vec![number(cell)];
    };
    match range.trim().split_once('–') {
        Some((first, last)) => rest.range(number(first)..=number(last)).copied().collect(),
        None => rest.iter().copied().collect(),
    }
}

/// Reasons that fulfil the condition of a row.
fn reasons_of(condition: &str) -> &'static [&'static str] {
    match condition {
        "" => &["", "Rate limited", "tenant_id required"],
        "any other reason" => &["", "tenant_id required"],
        "reason contains \"rate\"" => &["Rate limited", "message rate"],
        _ => panic!("a condition without an example: {condition}"),
    }
}

/// An action as the table writes it.
fn cells(action: CloseAction) -> [String; 3] {
    let quoted = |code: ErrorCode| format!("`{}`", code.as_str());
    let none = || "–".to_owned();
    let (name, floor, code) = match action {
        CloseAction::Block(code) => ("Block", none(), quoted(code)),
        CloseAction::JoinAtOnce(code) => ("JoinAtOnce", none(), quoted(code)),
        CloseAction::Reconnect { floor } => ("Reconnect", format!("{} s", floor.as_secs_f64()), none()),
        CloseAction::ReconnectSlowly(code) => ("ReconnectSlowly", none(), quoted(code)),
        CloseAction::Rest => ("Rest", none(), none()),
        // The action carries no code; the session names this one.
        CloseAction::TryOnce => ("TryOnce", none(), quoted(ErrorCode::SocketRejected)),
    };
    [format!("`{name}`"), floor, code]
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

/// A file, by its path from this crate.
fn text_of(path: &str) -> String {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()))
}
