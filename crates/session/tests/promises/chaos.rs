//! Whatever happens, in whatever order: accounts, locks, tokens, every close code, every error frame (`faults.md` I7 to I20).

use std::time::Duration;

use miptech_chat_session::{
    ClientMessageId, Connection, HttpOutcome, Lock, Profile, Reason, Reply, SessionId, SignInForm,
    SocketEvent, Token, TokenSource,
};
use proptest::{collection::vec, prelude::*};

use crate::{
    browser::{Locks, Storage, credentials, signed_in_storage},
    rig::Rig,
};

/// What else the world may do: accounts, locks, tokens, other tabs, every close code and every error frame.
#[derive(Clone, Debug)]
enum Odd {
    Account { access: u8, refresh: u8 },
    Advance(u32),
    Binary,
    Cleared,
    Close(u16),
    Discard(u32),
    Frame(usize),
    HostToken(Option<u8>),
    Http { which: usize, answer: usize },
    LateSocket(usize),
    Lock(bool),
    NewConversation,
    Open,
    ReadProfile,
    RetryNow,
    Say,
    SessionId,
    SetToken(Option<u8>),
    SignIn,
    SignOut,
    Stop,
    Type(bool),
}

fn odd() -> impl Strategy<Value = Odd> {
    prop_oneof![
        1 => (0_u8..4, 0_u8..4).prop_map(|(access, refresh)| Odd::Account { access, refresh }),
        6 => (1_u32..90_000).prop_map(Odd::Advance),
        1 => Just(Odd::Binary),
        1 => Just(Odd::Cleared),
        4 => prop_oneof![
            prop::sample::select(vec![1000_u16, 1001, 1006, 1008, 1011, 1012, 4003, 4004, 4005, 4400, 4401, 4403, 4408, 4429]),
            1000_u16..5000,
        ].prop_map(Odd::Close),
        1 => (1_u32..30).prop_map(Odd::Discard),
        8 => (0..FRAMES.len()).prop_map(Odd::Frame),
        1 => prop::option::of(0_u8..3).prop_map(Odd::HostToken),
        12 => (0_usize..4, 0..ANSWERS.len()).prop_map(|(which, answer)| Odd::Http { which, answer }),
        1 => (0_usize..4).prop_map(Odd::LateSocket),
        2 => prop::bool::ANY.prop_map(Odd::Lock),
        1 => Just(Odd::NewConversation),
        5 => Just(Odd::Open),
        1 => Just(Odd::ReadProfile),
        1 => Just(Odd::RetryNow),
        3 => Just(Odd::Say),
        1 => Just(Odd::SessionId),
        1 => prop::option::of(0_u8..3).prop_map(Odd::SetToken),
        2 => Just(Odd::SignIn),
        1 => Just(Odd::SignOut),
        1 => Just(Odd::Stop),
        3 => prop::bool::ANY.prop_map(Odd::Type),
    ]
}

const FRAMES: [&str; 24] = [
    r#"{"type":"connection_ready","data":{"capabilities":["history","resume","stop","client_message_id","author"]}}"#,
    r#"{"type":"connection_ready"}"#,
    r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#,
    r#"{"type":"chat_joined","data":{"chat_id":"c1","success":false}}"#,
    r#"{"type":"chat_joined","tenant_id":"foreign","data":{}}"#,
    r#"{"type":"chat_created","chat_id":"c1"}"#,
    r#"{"type":"message_received","data":{"message_id":"u1","chat_id":"c1"}}"#,
    r#"{"type":"processing","data":{"message_id":"a1"}}"#,
    r#"{"type":"response_chunk","data":{"message_id":"a1","content":"x\ud83d"}}"#,
    r#"{"type":"response_complete","data":{"message_id":"a1"}}"#,
    r#"{"type":"ping","data":{"ts":1}}"#,
    r#"{"type":"pong"}"#,
    r#"{"type":"token_expired"}"#,
    r#"{"type":"authentication_required"}"#,
    r#"{"type":"unauthorized"}"#,
    r#"{"type":"rate_limit_exceeded","data":{"retry_after":3}}"#,
    r#"{"type":"error","data":{"code":"auth_required"}}"#,
    r#"{"type":"error","data":{"code":"invalid_token"}}"#,
    r#"{"type":"error","data":{"code":"tenant_mismatch"}}"#,
    r#"{"type":"error","data":{"code":"insufficient_scope"}}"#,
    r#"{"type":"error","data":{"code":"chat_not_found"}}"#,
    r#"{"type":"error","data":{"type":"message_validation_error","message":"No"}}"#,
    r#"{"type":"error","data":{"type":"ai_processing_error","message":"No"}}"#,
    "{",
];

/// Status and body; none is a call that failed.
const ANSWERS: [Option<(u16, &str)>; 12] = [
    None,
    Some((200, r#"{"status":"healthy","chat_id":"c1","items":[],"id":"p1"}"#)),
    Some((200, r#"{"status":"healthy","chat_id":"c1","items":[],"id":"p1"}"#)),
    Some((
        200,
        r#"{"access_token":"A2","refresh_token":"R2","expires_in":30,"user":{"id":"p1"}}"#,
    )),
    Some((
        200,
        r#"{"access_token":"A3","refresh_token":"R3","user":{"id":"p2"}}"#,
    )),
    Some((200, "<html>")),
    Some((401, r#"{"code":"invalid_token","message":"Expired"}"#)),
    Some((401, "<html>")),
    Some((403, r#"{"code":"insufficient_scope","message":"No"}"#)),
    Some((404, r#"{"detail":"Not Found"}"#)),
    Some((429, r#"{"detail":"Slow","retry_after":7}"#)),
    Some((503, r#"{"code":"db_not_ready","message":"Starting"}"#)),
];

fn token(number: u8) -> Option<Token> {
    Token::parse(&format!("H{number}"))
}

fn happen(rig: &mut Rig, step: &Odd) {
    match step {
        Odd::Account { access, refresh } => {
            for (key, value) in [
                ("miptech_access_token", format!("A{access}")),
                ("miptech_refresh_token", format!("R{refresh}")),
            ] {
                rig.storage.borrow_mut().insert(key.to_owned(), value);
            }
            rig.storage_changed();
        }
        Odd::Advance(ms) => rig.advance(Duration::from_millis(u64::from(*ms))),
        Odd::Binary if rig.socket.is_some() => rig.socket_event(SocketEvent::Binary),
        Odd::Cleared => {
            rig.storage.borrow_mut().clear();
            rig.storage_changed();
        }
        Odd::Close(code) if rig.socket.is_some() => {
            let attempt = rig.socket.take().unwrap();
            rig.socket_event_of(
                attempt,
                SocketEvent::Closed {
                    code: *code,
                    reason: "",
                },
            );
        }
        Odd::Discard(number) => {
            let id = ClientMessageId::parse(&format!("m-{number}")).unwrap();
            rig.act(|session, now| session.discard(&id, now));
        }
        Odd::Frame(index) if rig.socket.is_some() => rig.server(FRAMES[*index]),
        Odd::HostToken(number) => rig.act(|session, now| session.handle_token(number.and_then(token), now)),
        Odd::Http { which, answer } => {
            if let Some((id, _)) = rig.calls.get(*which).cloned() {
                rig.calls.retain(|(open, _)| *open != id);
                let outcome = ANSWERS[*answer].map_or(HttpOutcome::Failed, |(status, body)| {
                    HttpOutcome::Reply(Reply {
                        status,
                        body: body.to_owned(),
                        ..Reply::default()
                    })
                });
                rig.act(|session, now| session.handle_http(id, outcome, now));
            }
        }
        Odd::LateSocket(index) => {
            if let Some((attempt, _, _)) = rig
                .sockets
                .get(*index)
                .filter(|(attempt, _, _)| Some(*attempt) != rig.socket)
            {
                rig.socket_event_of(*attempt, SocketEvent::Text(FRAMES[2]));
            }
        }
        Odd::Lock(is_held) => rig.answer_lock(if *is_held { Lock::Held } else { Lock::Absent }),
        Odd::NewConversation => rig.act(|session, now| session.new_conversation(now)),
        Odd::Open
            if rig.socket.is_some()
                && matches!(
                    rig.session.phase().connection,
                    Connection::Connecting | Connection::Reconnecting
                ) =>
        {
            rig.open()
        }
        Odd::ReadProfile => rig.act(|session, now| session.read_profile(now)),
        Odd::RetryNow => rig.act(|session, now| session.retry_now(now)),
        Odd::Say => drop(rig.say("text")),
        Odd::SessionId => {
            let id = SessionId::parse("uninvited_session").unwrap();
            rig.act(|session, now| session.handle_session_id(id, now));
        }
        Odd::SetToken(number) => rig.act(|session, now| session.set_token(number.and_then(token), now)),
        Odd::SignIn => drop(rig.act(|session, now| session.sign_in(&credentials(), now))),
        Odd::SignOut => rig.act(|session, now| session.sign_out(now)),
        Odd::Stop => rig.act(|session, now| session.stop_answer(now)),
        Odd::Type(has_text) => rig.act(|session, now| session.typed(*has_text, now)),
        Odd::Binary | Odd::Close(_) | Odd::Frame(_) | Odd::Open => {}
    }
}

/// The refresh token of every refresh that is open.
fn open_refreshes(rig: &Rig) -> Vec<&str> {
    let refreshes = rig
        .calls
        .iter()
        .filter(|(_, call)| call.url.ends_with("/auth/refresh"));
    refreshes.map(|(_, call)| call.body.as_deref().unwrap()).collect()
}

/// I8: the frames of one socket, as the platform may demand them.
fn check_frames(rig: &Rig) -> Result<(), TestCaseError> {
    for (attempt, _, _) in &rig.sockets {
        let types = rig.frame_types(*attempt);
        prop_assert!(
            types.first().is_none_or(|first| *first == "join_chat"),
            "{:?}",
            types
        );
        prop_assert!(
            types.iter().filter(|kind| **kind == "join_chat").count() <= 1,
            "{:?}",
            types
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_happens_no_invariant_breaks(
        seed: u64,
        profile in prop::sample::select(vec![None, Some(Profile::TwoStep), Some(Profile::JoinToken), Some(Profile::Realtime)]),
        locks in prop::sample::select(vec![Locks::Absent, Locks::Free, Locks::Taken]),
        host: bool,
        required: bool,
        restored: bool,
        steps in vec(odd(), 1..150),
    ) {
        let storage = if restored { signed_in_storage() } else { Storage::default() };
        let mut rig = Rig::with(seed, storage, |config| {
            config.profile = profile;
            config.token_source = if host { TokenSource::Host } else { TokenSource::BuiltIn };
            config.sign_in = if required { SignInForm::Required } else { SignInForm::Auto };
        });
        rig.locks = locks;
        rig.start();
        let (mut texts, mut is_hosts) = (0, host);
        for step in &steps {
            let was_live = rig.session.phase().connection == Connection::Live;
            happen(&mut rig, step);
            // I8: text, and that it is being typed, leave only on a socket that is live, before or after this step; time
            // alone may bring both.
            let speaks = |kind: &str| ["chat_message", "user_message", "typing_start", "typing_stop"].contains(&kind);
            let sent = rig.frames.iter().filter(|(_, frame)| frame["type"].as_str().is_some_and(speaks)).count();
            let is_live = rig.session.phase().connection == Connection::Live;
            prop_assert!(sent == texts || is_live || was_live || matches!(step, Odd::Advance(_)), "{:?}", step);
            texts = sent;
            // I15: never two refreshes with one token.
            let open = open_refreshes(&rig);
            prop_assert!(open.len() <= 1, "{:?}", open);
            // I17, and the three values together.
            is_hosts |= matches!(step, Odd::SetToken(Some(_)));
            if matches!(step, Odd::SignOut) {
                prop_assert!(!rig.session.is_signed_in());
                prop_assert!(is_hosts || rig.account() == [None, None, None], "{:?}", rig.account());
            }
            // I13: nothing is planned where only a person may act, but what is under way already.
            if rig.session.phase().connection == Connection::Blocked && rig.calls.is_empty() && rig.session.deadline().is_some_and(|due| due.reason == Reason::Connection) {
                prop_assert!(false, "{:?}", rig.session.deadline());
            }
        }
        check_frames(&rig)?;
        // I11 and I16, over the whole schedule.
        let sockets: Vec<u64> = rig.sockets.iter().map(|(_, at, _)| *at).collect();
        prop_assert!(sockets.windows(9).all(|nine| nine[8] - nine[0] >= 60_000), "{:?}", sockets);
        let refreshes: Vec<u64> = rig.call_log.iter().filter(|(_, call)| call.url.ends_with("/auth/refresh")).map(|(at, _)| *at).collect();
        // A wait for the lock may bring two nearer to each other than their beginnings were.
        prop_assert!(refreshes.windows(2).all(|two| two[1] - two[0] >= 24_000), "{:?}", refreshes);
        prop_assert!(refreshes.windows(4).all(|four| four[3] - four[0] >= 594_000), "{:?}", refreshes);
        // I20: no token in a URL.
        for (_, _, url) in &rig.sockets {
            prop_assert!(!url.contains("token"), "{}", url);
        }

        let now = rig.now();
        rig.session.end(now);
        rig.drain();
        prop_assert_eq!(rig.session.deadline(), None);
        prop_assert!(rig.calls.is_empty() && rig.socket.is_none());
        let done = (rig.call_log.len(), rig.sockets.len(), rig.frames.len(), rig.stored.len());
        for step in &steps {
            happen(&mut rig, step);
        }
        prop_assert_eq!((rig.call_log.len(), rig.sockets.len(), rig.frames.len(), rig.stored.len()), done);
        prop_assert_eq!(rig.session.deadline(), None);
    }
}
