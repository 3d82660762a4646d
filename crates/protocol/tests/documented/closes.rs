//! The table of close codes: every number a socket can close with has its row.

use std::collections::BTreeSet;

use miptech_chat_protocol::{close::CloseAction, error::ErrorCode};

use crate::table;

#[test]
fn the_close_codes_are_documented_row_by_row() {
    let mut unnamed: BTreeSet<u16> = (0..=u16::MAX).collect();
    let mut unseen: BTreeSet<(u16, &str)> = unnamed
        .iter()
        .flat_map(|code| REASONS.map(|reason| (*code, reason)))
        .collect();
    let mut named = BTreeSet::new();
    for [when, documented @ ..] in table(["Code", "Action", "Floor", "Error code"]) {
        assert!(named.insert(when.clone()), "{when}: one row only");
        let (codes, condition) = when.split_once(", ").unwrap_or((&when, ""));
        for code in codes_of(codes, &unnamed) {
            unnamed.remove(&code);
            for reason in REASONS.into_iter().filter(|reason| fits(condition, reason)) {
                unseen.remove(&(code, reason));
                let action = cells(CloseAction::of(code, reason));
                assert_eq!(action, documented, "{when}: {code} {reason:?}");
            }
        }
    }
    assert_eq!(
        unseen.first(),
        None,
        "every code has its row, whatever the reason"
    );
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

/// Whether a reason fulfils the condition of a row.
fn fits(condition: &str, reason: &str) -> bool {
    let is_rate = reason.to_lowercase().contains("rate");
    match condition {
        "" => true,
        "any other reason" => !is_rate,
        "reason contains \"rate\"" => is_rate,
        _ => panic!("{condition}: a condition without an example"),
    }
}

/// Reasons a platform gives.
const REASONS: [&str; 4] = ["", "Rate limited", "message rate", "tenant_id required"];

/// An action as the table writes it.
fn cells(action: CloseAction) -> [String; 3] {
    let quoted = |code: ErrorCode| format!("`{}`", code.as_str());
    let none = || "–".to_owned();
    let (name, floor, code) = match action {
        // These three carry no code; the session names these.
        CloseAction::NewChat => ("NewChat", none(), quoted(ErrorCode::ChatGone)),
        CloseAction::RenewToken => ("RenewToken", none(), quoted(ErrorCode::AuthExpired)),
        CloseAction::TryOnce => ("TryOnce", none(), quoted(ErrorCode::SocketRejected)),
        CloseAction::Block(code) => ("Block", none(), quoted(code)),
        CloseAction::JoinAtOnce(code) => ("JoinAtOnce", none(), quoted(code)),
        CloseAction::Reconnect { floor } => ("Reconnect", format!("{} s", floor.as_secs_f64()), none()),
        CloseAction::ReconnectSlowly(code) => ("ReconnectSlowly", none(), quoted(code)),
        CloseAction::Rest => ("Rest", none(), none()),
    };
    [format!("`{name}`"), floor, code]
}
