//! Where the socket makes the chat, tabs that begin one conversation end up in one (`faults.md` row N4, `platform.md`
//! section 12.8), and a text whose chat is not known to be ours is not shown.

use std::time::Duration;

use miptech_chat_session::{Connection, Lock, LockName, Profile, SessionConfig, Shelf, Status, StoreKey};

use crate::{
    browser::{Locks, Storage},
    rig::Rig,
};

fn by_socket(config: &mut SessionConfig) {
    config.profile = Some(Profile::Realtime);
}

/// A tab whose socket is open and whose join asked for a chat.
fn asking(seed: u64, storage: &Storage) -> Rig {
    let mut rig = Rig::with(seed, storage.clone(), by_socket);
    rig.start();
    rig.open();
    rig
}

fn created(rig: &mut Rig, chat: &str) {
    rig.server(&format!(r#"{{"type":"chat_created","chat_id":"{chat}"}}"#));
}

#[test]
fn a_tab_that_follows_a_conversation_joins_its_chat_instead_of_making_one() {
    let storage = Storage::default();
    let [mut first, mut second] = [asking(7, &storage), asking(8, &storage)];
    created(&mut first, "c1");
    created(&mut second, "c2");
    // The first message names the conversation for every tab.
    first.say("hello").unwrap();
    second.news(Shelf::Session);
    second.open();
    assert_eq!(second.last_join()["chat_id"], "c1");
}

#[test]
fn of_two_chats_made_for_one_conversation_the_first_kept_is_everybodys() {
    let storage = Storage::default();
    asking(7, &storage).say("hello").unwrap();
    let [mut first, mut second] = [asking(8, &storage), asking(9, &storage)];
    created(&mut first, "c1");
    assert_eq!(first.kept(StoreKey::ChatId).as_deref(), Some("c1"));
    created(&mut second, "c2");
    second.open();
    assert_eq!(second.last_join()["chat_id"], "c1");
    assert_eq!(second.kept(StoreKey::ChatId).as_deref(), Some("c1"));
}

#[test]
fn a_chat_is_not_kept_while_another_tabs_first_message_may_be_naming_one() {
    let storage = Storage::default();
    let mut first = asking(7, &storage);
    first.server(r#"{"type":"connection_ready"}"#);
    first.say("hello").unwrap();
    let mut second = asking(8, &storage);
    created(&mut second, "c2");
    assert_eq!(second.kept(StoreKey::ChatId), None);
    first.server(r#"{"type":"message_received","chat_id":"c1","data":{"message_id":"u1"}}"#);
    assert_eq!(first.kept(StoreKey::ChatId).as_deref(), Some("c1"));
    second.news(Shelf::Session);
    second.open();
    assert_eq!(second.last_join()["chat_id"], "c1");
}

#[test]
fn nothing_leaves_into_a_chat_another_tab_has_replaced() {
    let storage = Storage::default();
    let mut rig = asking(7, &storage);
    rig.outbox_locks = Locks::Taken;
    rig.say("hello").unwrap();
    created(&mut rig, "c1");
    let key = crate::browser::name(&StoreKey::ChatId);
    storage.borrow_mut().insert(key, "c9".to_owned());
    rig.act(|session, now| session.handle_lock(LockName::Outbox, Lock::Held, now));
    assert!(rig.sent_texts().is_empty());
    rig.open();
    assert_eq!(rig.last_join()["chat_id"], "c9");
}

#[test]
fn an_answer_that_names_a_chat_is_foreign_while_ours_has_no_name() {
    let mut rig = asking(7, &Storage::default());
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.expect(Connection::Live);
    rig.server(
        r#"{"type":"response_chunk","chat_id":"other","data":{"message_id":"x1","content":"secret"}}"#,
    );
    rig.server(r#"{"type":"chat_response","chat_id":"other","data":{"message_id":"x2","content":"secret"}}"#);
    rig.expect_lines(&[]);
    rig.say("hello").unwrap();
    rig.server(r#"{"type":"message_received","chat_id":"c1","data":{"message_id":"u1"}}"#);
    rig.server(r#"{"type":"response_complete","chat_id":"c1","data":{"message_id":"a1","content":"ours"}}"#);
    rig.expect_lines(&[("hello", Status::Sent), ("ours", Status::Complete)]);
}

#[test]
fn what_ended_everything_here_is_not_undone_by_another_tabs_new_conversation() {
    let mut rig = Rig::live("");
    rig.say("hello").unwrap();
    rig.close(4403, "");
    rig.expect(Connection::Blocked);
    let key = crate::browser::name(&StoreKey::SessionId);
    rig.storage
        .borrow_mut()
        .insert(key, "another_session_1".to_owned());
    rig.news(Shelf::Session);
    rig.advance(Duration::from_secs(300));
    rig.expect(Connection::Blocked);
    rig.act(|session, now| session.retry_now(now));
    assert_eq!(rig.session.phase().connection, Connection::Starting);
}

#[test]
fn a_chat_is_told_of_once_it_is_sure_to_be_everybodys() {
    let storage = Storage::default();
    asking(7, &storage).say("hello").unwrap();
    let mut rig = asking(8, &storage);
    let key = crate::browser::name(&StoreKey::ChatId);
    storage.borrow_mut().insert(key, "c9".to_owned());
    created(&mut rig, "c2");
    let told = rig
        .printed
        .iter()
        .filter(|line| line.contains("ConversationStarted"));
    let told: Vec<&String> = told.collect();
    assert!(told.len() == 1 && told[0].contains("c9"), "{told:?}");
}

#[test]
fn what_was_typed_into_another_chat_waits_for_the_visitors_word() {
    let storage = Storage::default();
    let mut earlier = Rig::with(7, storage.clone(), |_| {});
    earlier.start();
    earlier.go_live("");
    earlier.drop_link();
    earlier.say("to the first chat").unwrap();
    // The same session id, and the platform gives another chat for it.
    let mut rig = earlier.reload(Duration::from_secs(1));
    rig.start();
    rig.reply("/health", 200, r#"{"status":"healthy"}"#);
    rig.reply("/chat", 200, r#"{"chat_id":"c9"}"#);
    rig.open();
    rig.server(r#"{"type":"connection_ready"}"#);
    rig.server(r#"{"type":"chat_joined","data":{"chat_id":"c9","success":true}}"#);
    rig.expect(Connection::Live);
    assert!(rig.sent_texts().is_empty());
    rig.act(|session, now| session.new_conversation(now));
    assert_eq!(rig.sent_texts(), ["to the first chat"]);
}
