//! What the visitor thinks of an answer reaches a platform that asks, and no other.

use miptech_chat_session::{Feedback, MessageId};

use crate::rig::Rig;

fn judged(rig: &mut Rig, value: Feedback, reason: Option<&str>) {
    let id = MessageId::parse("a1").unwrap();
    rig.act(|session, now| session.rate(&id, value, reason, now));
}

fn told(rig: &Rig) -> Vec<(&str, Option<&str>)> {
    let calls = rig.call_log.iter().map(|(_, call)| call);
    let told = calls.filter(|call| call.url.ends_with("/feedback"));
    told.map(|call| (call.url.as_str(), call.body.as_deref()))
        .collect()
}

#[test]
fn a_platform_that_asks_is_told_and_what_it_answers_changes_nothing() {
    let mut rig = Rig::live("\"feedback\"");
    assert!(rig.offers_feedback);
    let before = rig.session.phase();
    judged(&mut rig, Feedback::Up, None);
    judged(&mut rig, Feedback::Down, Some("too long"));
    let url = "http://localhost:8000/api/v1/chat/c1/messages/a1/feedback";
    assert_eq!(
        told(&rig),
        [
            (url, Some(r#"{"value":"up"}"#)),
            (url, Some(r#"{"value":"down","reason":"too long"}"#))
        ]
    );
    rig.reply("/feedback", 500, "");
    assert_eq!((rig.session.phase(), rig.notice.clone()), (before, None));
}

#[test]
fn a_platform_that_does_not_ask_is_not_told() {
    let mut rig = Rig::live("");
    assert!(!rig.offers_feedback);
    judged(&mut rig, Feedback::Up, None);
    assert!(told(&rig).is_empty());
}
