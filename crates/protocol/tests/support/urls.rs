//! Every URL of accepted bases, and what holds for each.

use miptech_chat_protocol::{
    endpoint::{AccountCall, Endpoints, Probe, SlashForm, SocketQuery},
    ids::{ChatId, MessageId, TenantId},
    token::Token,
};

/// Exactly one prefix, no empty path segment, and no query but our own.
pub(crate) fn check(endpoints: &Endpoints, bases: &str) {
    let (Some(chat), Some(message), Some(tenant), Some(token)) = (
        ChatId::parse("c/1?a=b#c"),
        MessageId::parse("a 1//"),
        TenantId::parse("miptech-company"),
        Token::parse("A.b?c/d"),
    ) else {
        panic!("the ids are ids")
    };
    let bare = SocketQuery {
        tenant: &tenant,
        chat: None,
        token: None,
        user: None,
    };
    let full = SocketQuery {
        chat: Some(&chat),
        token: Some(&token),
        user: Some("p/1?"),
        ..bare
    };
    let account = [
        AccountCall::Login,
        AccountCall::Logout,
        AccountCall::Me,
        AccountCall::Refresh,
        AccountCall::Register,
    ];
    let mut rest = vec![
        endpoints.readiness(Probe::Health),
        endpoints.create_chat(SlashForm::Bare),
        endpoints.create_chat(SlashForm::Trailing),
        endpoints.chat(&chat),
        endpoints.feedback(&chat, &message),
    ];
    rest.extend(account.map(|call| endpoints.account(call)));
    for url in rest {
        shape(&url, &["http://", "https://"], 1, 0, bases);
    }
    shape(
        &endpoints.messages(&chat, u64::MAX),
        &["http://", "https://"],
        1,
        1,
        bases,
    );
    for query in [bare, full] {
        let url = endpoints.socket(&query);
        shape(&url, &["ws://", "wss://"], 1, 1, bases);
        assert!(
            url.contains("/api/v1/ws/chat?tenant_id=miptech-company"),
            "{bases}: {url}"
        );
    }
    for probe in [Probe::Healthz, Probe::Readyz] {
        shape(&endpoints.readiness(probe), &["http://", "https://"], 0, 0, bases);
    }
    let origin = endpoints.origin();
    shape(&origin, &["http://", "https://"], 0, 0, bases);
    assert_eq!(origin.matches('/').count(), 2, "{bases}: {origin}");
}

fn shape(url: &str, schemes: &[&str], prefixes: usize, queries: usize, bases: &str) {
    let rest = schemes.iter().find_map(|scheme| url.strip_prefix(scheme));
    let rest = rest.unwrap_or_else(|| panic!("{bases}: {url}"));
    assert_eq!(rest.matches("/api/v1").count(), prefixes, "{bases}: {url}");
    assert_eq!(rest.matches('?').count(), queries, "{bases}: {url}");
    assert!(!rest.contains("//"), "{bases}: {url}");
    assert!(!rest.contains(['#', '@', '\\', ' ']), "{bases}: {url}");
    assert!(!rest.starts_with(['/', ':', '.']), "{bases}: {url}");
    assert!(!rest.chars().any(char::is_control), "{bases}: {url}");
}
