//! Opened and closed panels: a closed one starts no connection by itself (invariant I31, row L7).

use std::time::Duration;

use miptech_chat_session::{ClientMessageId, Connection, PageSignal, Status, StoreKey};

use crate::rig::Rig;

const DEDUP: &str = "\"client_message_id\"";
const SOON: Duration = Duration::from_millis(750);

fn chunk(text: &str) -> String {
    format!(r#"{{"type":"response_chunk","data":{{"message_id":"a1","content":"{text}"}}}}"#)
}

#[test]
fn a_closed_panel_lets_go_of_the_connection_and_an_open_one_has_it_again() {
    let mut rig = Rig::live("");
    let socket = rig.socket.unwrap();
    rig.act(|session, now| session.set_open(false, now));
    assert_eq!(rig.closes, [(socket, 4900)]);
    rig.expect(Connection::Idle);
    for signal in [
        PageSignal::Hidden,
        PageSignal::Visible,
        PageSignal::Online,
        PageSignal::Returned,
    ] {
        rig.page(signal);
        rig.advance(Duration::from_secs(120));
    }
    assert_eq!(rig.sockets.len(), 1, "it stays closed");
    rig.act(|session, now| session.set_open(true, now));
    rig.advance(SOON);
    rig.join("");
}

#[test]
fn a_panel_closed_in_the_middle_of_an_answer_stays_connected_for_it() {
    let mut rig = Rig::live("");
    rig.server(&chunk("Half"));
    rig.act(|session, now| session.set_open(false, now));
    rig.expect(Connection::Live);
    rig.server(r#"{"type":"response_complete","data":{"message_id":"a1","content":"Half and half"}}"#);
    rig.expect(Connection::Idle);
    rig.expect_lines(&[("Half and half", Status::Complete)]);
}

#[test]
fn a_closed_panel_that_loses_its_socket_does_not_fetch_it_back() {
    let mut rig = Rig::live(DEDUP);
    rig.say("hi").unwrap();
    rig.act(|session, now| session.set_open(false, now));
    rig.expect(Connection::Live);
    rig.drop_link();
    rig.advance(Duration::from_secs(600));
    assert_eq!(rig.sockets.len(), 1);
    rig.act(|session, now| session.set_open(true, now));
    rig.advance(SOON);
    rig.join(DEDUP);
    assert_eq!(rig.sent_texts(), ["hi", "hi"]);
}

#[test]
fn a_message_sent_from_a_closed_panel_is_an_errand() {
    let mut rig = Rig::new();
    rig.act(|session, now| session.set_open(false, now));
    rig.say("hi").unwrap();
    rig.go_live("");
    rig.acknowledge("u1");
    rig.expect_lines(&[("hi", Status::Sent)]);
    rig.expect(Connection::Idle);
    let id = ClientMessageId::parse("m-1").unwrap();
    assert_eq!(rig.kept(StoreKey::Message(id)), None);
}

#[test]
fn a_chat_the_host_page_asked_for_outlives_the_panel() {
    let mut rig = Rig::new();
    rig.act(|session, now| session.set_open(false, now));
    rig.start();
    rig.go_live("");
    rig.act(|session, now| session.set_open(true, now));
    rig.act(|session, now| session.set_open(false, now));
    rig.advance(Duration::from_secs(60));
    rig.expect(Connection::Live);
}
