//! A wasm module that drives the whole core. `cargo xtask test purity` builds it and demands zero imports:
//! a core that asked anybody for time, entropy or a log line would show here.

#![allow(unsafe_code, reason = "an export needs a name the linker keeps")]

use std::time::Duration;

use miptech_chat_session::{
    Attempt, Caller, ClientMessageId, Effect, Endpoints, HttpOutcome, Identity, Instant, Limits, Now, Origin,
    Output, Reply, RequestId, Restored, Session, SessionConfig, SessionId, SignInForm, SocketEvent, TenantId,
    TokenSource, TokenTransport, VisitorId,
};

/// Runs a conversation from the probe to an answer and gives how many outputs it made.
#[unsafe(no_mangle)]
pub extern "C" fn drive(seed: u64) -> u32 {
    conversation(seed).unwrap_or(0)
}

fn conversation(seed: u64) -> Option<u32> {
    let caller = Caller {
        endpoints: Endpoints::new(None, None).ok()?,
        tenant: TenantId::parse("miptech-company")?,
    };
    let identity = Identity {
        session: SessionId::parse("test_session_123")?,
        visitor: VisitorId::parse("test_visitor_123")?,
        origin: Origin::Fresh,
    };
    let mut session = Session::new(
        SessionConfig {
            caller,
            identity,
            limits: Limits::default(),
            profile: None,
            token_transport: TokenTransport::Frame,
            token_source: TokenSource::BuiltIn,
            sign_in: SignInForm::Auto,
            context: None,
            restored: Restored::default(),
        },
        seed,
        World::default().now(0),
    );
    let mut world = World::default();
    session
        .send(ClientMessageId::parse("m-1")?, "hello", world.now(0))
        .ok()?;
    world.drain(&mut session);
    for body in [r#"{"status":"healthy"}"#, r#"{"chat_id":"c1"}"#] {
        let reply = Reply {
            status: 200,
            body: body.to_owned(),
            ..Reply::default()
        };
        session.handle_http(world.call?, HttpOutcome::Reply(reply), world.now(1));
        world.drain(&mut session);
    }
    let frames = [
        r#"{"type":"connection_ready"}"#,
        r#"{"type":"chat_joined","data":{"chat_id":"c1"}}"#,
        r#"{"type":"message_received","data":{"message_id":"u1"}}"#,
        r#"{"type":"response_chunk","data":{"message_id":"a1","content":"Ci"}}"#,
        r#"{"type":"response_complete","data":{"message_id":"a1","content":"Ciao"}}"#,
    ];
    session.handle_socket(world.socket?, SocketEvent::Opened, world.now(2));
    for frame in frames {
        session.handle_socket(world.socket?, SocketEvent::Text(frame), world.now(3));
        world.drain(&mut session);
    }
    session.handle_socket(
        world.socket?,
        SocketEvent::Closed {
            code: 1006,
            reason: "",
        },
        world.now(4),
    );
    session.handle_timeout(world.now(60));
    world.drain(&mut session);
    Some(world.outputs)
}

#[derive(Default)]
struct World {
    outputs: u32,
    call: Option<RequestId>,
    socket: Option<Attempt>,
}

impl World {
    const fn now(&self, seconds: u64) -> Now {
        Now {
            mono: Instant::from_start(Duration::from_secs(seconds)),
            wall_ms: 1_754_060_400_123 + seconds * 1000,
        }
    }

    fn drain(&mut self, session: &mut Session) {
        while let Some(output) = session.poll_output() {
            self.outputs += 1;
            match output {
                Output::Effect(Effect::Http { id, .. }) => self.call = Some(id),
                Output::Effect(Effect::OpenSocket { attempt, .. }) => self.socket = Some(attempt),
                Output::Effect(_) | Output::Event(_) => {}
            }
        }
    }
}
