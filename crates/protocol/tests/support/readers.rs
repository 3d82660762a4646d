//! Every reader of this crate on one text, and what holds for whatever comes out.

use std::time::Duration;

use miptech_chat_protocol::{
    account::{SignedIn, Tokens, User},
    body::{CreatedChat, HistoryPage, Posted, Readiness},
    decode::{AnswerPart, Delta, ServerFrame, decode},
    endpoint::Probe,
    error::Stage,
    fault::Fault,
    request::Reply,
    token::Token,
};

/// All of them.
pub(crate) fn all(text: &str, status: u16) {
    frame(text);
    bodies(text, status);
    fault(text, status, None, None);
}

/// The decoder of frames.
pub(crate) fn frame(text: &str) {
    match decode(text) {
        Ok(ServerFrame::Fault { fault, .. } | ServerFrame::Unauthorized(fault)) => presentable(&fault, text),
        Ok(ServerFrame::Answer(frame)) => {
            if let AnswerPart::Chunk { delta, .. } = &frame.part {
                assert!(
                    delta.low.is_none_or(|unit| (0xdc00..0xe000).contains(&unit)),
                    "{text:?}"
                );
                assert!(
                    delta.high.is_none_or(|unit| (0xd800..0xdc00).contains(&unit)),
                    "{text:?}"
                );
                let _ = Delta::join(delta.high, delta.low);
            }
        }
        Ok(ServerFrame::ChatCreated(chat)) => {
            assert!(!matches!(chat.as_str(), "" | "null" | "undefined"), "{text:?}");
        }
        Ok(
            ServerFrame::Echo { .. }
            | ServerFrame::Established { .. }
            | ServerFrame::Indicator(_)
            | ServerFrame::Joined { .. }
            | ServerFrame::JoinRefused
            | ServerFrame::Left { .. }
            | ServerFrame::Ping { .. }
            | ServerFrame::Pong
            | ServerFrame::Progress { .. }
            | ServerFrame::Ready { .. }
            | ServerFrame::Received { .. }
            | ServerFrame::Unknown,
        )
        | Err(_) => {}
    }
}

/// The readers of REST bodies.
pub(crate) fn bodies(text: &str, status: u16) {
    let reply = reply(text, status);
    for probe in Probe::ORDER {
        let _ = Readiness::read(probe, &reply);
    }
    let faults = [
        CreatedChat::read(&reply).err(),
        HistoryPage::read(&reply).err(),
        Posted::read(&reply).err(),
        SignedIn::read(&reply).err(),
        Tokens::read(&reply).err(),
        User::read(&reply).err(),
    ];
    for fault in faults.into_iter().flatten() {
        presentable(&fault, text);
    }
    if let Some(user) = User::parse(text) {
        assert!(
            serde_json::from_str::<serde_json::Value>(&user.json).is_ok(),
            "{text:?}"
        );
    }
    if let Some(token) = Token::parse(text) {
        assert!(token.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
        let _ = token.claims();
    }
}

/// The parser of error bodies, for every stage.
pub(crate) fn fault(body: &str, status: u16, retry_after: Option<&str>, date: Option<&str>) {
    let reply = Reply {
        retry_after: retry_after.map(str::to_owned),
        date: date.map(str::to_owned),
        status_text: body.chars().rev().collect(),
        ..reply(body, status)
    };
    for stage in STAGES {
        let fault = Fault::from_reply(stage, &reply);
        assert_eq!(fault.status, Some(status), "{body:?}");
        presentable(&fault, body);
    }
}

/// What a visitor may see and a timer may be given.
fn presentable(fault: &Fault, source: &str) {
    assert!(fault.text.chars().count() <= 300, "{source:?}");
    assert!(!fault.text.chars().any(char::is_control), "{source:?}");
    assert!(
        fault.wait.is_none_or(|wait| wait <= Duration::from_secs(120)),
        "{source:?}"
    );
    assert!(
        !(fault.retryable && fault.code.as_str().starts_with("tenant/")),
        "{source:?}"
    );
}

fn reply(body: &str, status: u16) -> Reply {
    Reply {
        status,
        body: body.to_owned(),
        ..Reply::default()
    }
}

const STAGES: [Stage; 9] = [
    Stage::Answer,
    Stage::Auth,
    Stage::Create,
    Stage::History,
    Stage::Join,
    Stage::Probe,
    Stage::Refresh,
    Stage::Send,
    Stage::Socket,
];
