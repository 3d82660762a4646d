//! `/__faults`: rules that break calls and sockets until they are used up or cleared.
//!
//! A rule says what it is `on`, a method with the beginning of a path or `"socket"`, how many `times` it
//! fires, and what happens. A rule with a word nobody knows is refused, so that a test with a typing
//! mistake fails where the mistake is.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    is_sendable,
    plan::{CloseAfter, Doubling, Ordering, Plan},
};
use crate::{
    error::{ApiError, FieldError},
    hub::Outgoing,
    platform::Platform,
};

/// Where rules are posted, listed and cleared.
pub(crate) const PATH: &str = "/__faults";

/// What happens to a call.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CallRule {
    pub(super) status: Option<u16>,
    pub(super) body: Option<Value>,
    pub(super) headers: BTreeMap<String, String>,
    /// Whether the page that asked may read the answer; it may unless this is false.
    pub(super) cors: Option<bool>,
    pub(super) delay_ms: Option<u64>,
    pub(super) html: bool,
    pub(super) drop: bool,
    pub(super) redirect: Option<String>,
    /// The call takes effect; only its answer is lost.
    pub(super) apply: bool,
}

/// What happens to a socket.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SocketRule {
    /// It happens to all open sockets, once, instead of to those opened later.
    now: bool,
    drop_after: Option<u32>,
    duplicate: bool,
    reorder: bool,
    close: Option<CloseRule>,
    accept_then_close: Option<u16>,
    mute_pings: bool,
    no_ready: bool,
    silent_join: bool,
    no_ack: bool,
    refuse_upgrade: Option<u16>,
    send: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseRule {
    code: u16,
    reason: Option<String>,
    #[serde(default)]
    after: u32,
}

impl SocketRule {
    fn plan(&self) -> Plan {
        let mut muted = Vec::new();
        if self.mute_pings {
            muted.push("pong");
        }
        if self.no_ready {
            muted.push("connection_ready");
        }
        if self.silent_join {
            muted.extend(["chat_created", "chat_joined"]);
        }
        if self.no_ack {
            muted.push("message_received");
        }
        Plan {
            accept_then_close: self.accept_then_close,
            close: self.close.as_ref().map(|close| CloseAfter {
                code: close.code,
                reason: close.reason.clone(),
                after: close.after,
            }),
            drop_after: self.drop_after,
            muted,
            refuse_upgrade: self.refuse_upgrade,
            raw: self.send.iter().cloned().collect(),
            doubling: if self.duplicate {
                Doubling::Twice
            } else {
                Doubling::Once
            },
            ordering: if self.reorder {
                Ordering::Swapped
            } else {
                Ordering::AsDecided
            },
            ..Plan::default()
        }
    }
}

/// A rule that waits to fire.
#[derive(Clone, Debug)]
struct Waiting {
    /// As it was posted.
    text: Value,
    /// `None` fires for ever.
    left: Option<u32>,
    effect: Effect,
}

#[derive(Clone, Debug)]
enum Effect {
    Call {
        /// `None` is every method but that of preflights, which are the browser's and not the client's.
        method: Option<Method>,
        path: String,
        rule: CallRule,
    },
    Socket(Plan),
}

/// What one posted rule asks for.
enum Posted {
    /// It waits for its calls and sockets.
    Later(Waiting),
    /// It happens to the open sockets.
    Now(Plan),
}

/// The rules that wait, in the order they were posted.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    waiting: Mutex<Vec<Waiting>>,
}

impl Rules {
    /// Fires the first rule for a call.
    pub(super) fn for_call(&self, called: &Method, called_path: &str) -> Option<CallRule> {
        let mut waiting = self.waiting();
        let found = waiting.iter_mut().find_map(|waiting| match &waiting.effect {
            Effect::Call { method, path, rule }
                if method
                    .as_ref()
                    .map_or(*called != Method::OPTIONS, |method| method == called)
                    && called_path.starts_with(path) =>
            {
                let rule = rule.clone();
                use_up(&mut waiting.left);
                Some(rule)
            }
            Effect::Call { .. } | Effect::Socket(_) => None,
        });
        waiting.retain(|waiting| waiting.left != Some(0));
        found
    }

    /// Fires every rule for a socket.
    pub(crate) fn for_socket(&self) -> Plan {
        let mut waiting = self.waiting();
        let mut plan = Plan::default();
        for waiting in waiting.iter_mut() {
            match &waiting.effect {
                Effect::Call { .. } => {}
                Effect::Socket(more) => {
                    plan.add(more.clone());
                    use_up(&mut waiting.left);
                }
            }
        }
        waiting.retain(|waiting| waiting.left != Some(0));
        plan
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn use_up(left: &mut Option<u32>) {
    if let Some(left) = left {
        *left = left.saturating_sub(1);
    }
}

/// Takes a rule or a list of them with `POST`, lists those that wait with `GET`, clears with `DELETE`.
///
/// Only programs on the same machine may: there is no other protection.
pub(crate) async fn endpoint(
    State(platform): State<Arc<Platform>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    method: Method,
    body: Bytes,
) -> Response {
    if !platform.config.faults || !peer.ip().to_canonical().is_loopback() {
        return ApiError::PathNotFound.into_response();
    }
    if method == Method::DELETE {
        platform.rules.waiting().clear();
        platform.hub.tell_open(&Outgoing::Behave);
        return StatusCode::NO_CONTENT.into_response();
    }
    if method == Method::POST {
        match read(&body) {
            Ok(posted) => posted.into_iter().for_each(|posted| put(&platform, posted)),
            Err(error) => {
                return ApiError::Validation(vec![FieldError::in_rule(error)]).into_response();
            }
        }
    } else if method != Method::GET {
        return ApiError::MethodNotAllowed.into_response();
    }
    let waiting = platform.rules.waiting();
    let rules: Vec<Value> = waiting
        .iter()
        .map(|waiting| json!({"rule": waiting.text, "left": waiting.left}))
        .collect();
    Json(json!({"waiting": rules})).into_response()
}

fn put(platform: &Platform, posted: Posted) {
    match posted {
        Posted::Later(waiting) => platform.rules.waiting().push(waiting),
        Posted::Now(mut plan) => {
            for raw in std::mem::take(&mut plan.raw) {
                platform.hub.tell_joined(&Outgoing::Raw(raw.into()));
            }
            if plan != Plan::default() {
                platform.hub.tell_open(&Outgoing::Misbehave(Box::new(plan)));
            }
        }
    }
}

fn read(body: &[u8]) -> Result<Vec<Posted>, String> {
    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let rules = match body {
        Value::Array(rules) => rules,
        rule @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            vec![rule]
        }
    };
    rules.into_iter().map(read_rule).collect()
}

fn read_rule(text: Value) -> Result<Posted, String> {
    let Value::Object(mut fields) = text.clone() else {
        return Err("a rule is an object".to_owned());
    };
    let Some(Value::String(on)) = fields.remove("on") else {
        return Err("\"on\" is missing: a method with a path, or \"socket\"".to_owned());
    };
    let left = match fields.remove("times") {
        None | Some(Value::Null) => None,
        Some(times) => Some(
            times
                .as_u64()
                .and_then(|times| u32::try_from(times).ok())
                .filter(|times| *times > 0)
                .ok_or("\"times\" is a number above 0, or null")?,
        ),
    };
    let effect = if on == "socket" {
        let rule: SocketRule = parse(fields)?;
        let plan = rule.plan();
        let codes = [
            plan.accept_then_close,
            plan.close.as_ref().map(|close| close.code),
        ];
        if let Some(code) = codes.into_iter().flatten().find(|code| !is_sendable(*code)) {
            return Err(format!("{code} cannot be sent in a close frame"));
        }
        if let Some(status) = plan.refuse_upgrade {
            check_status(status)?;
        }
        if rule.now {
            return Ok(Posted::Now(plan));
        }
        Effect::Socket(plan)
    } else {
        let (method, path) = on
            .split_once(' ')
            .ok_or("\"on\" is a method, a space and the beginning of a path, or \"socket\"")?;
        let rule: CallRule = parse(fields)?;
        rule.status.map_or(Ok(()), check_status)?;
        Effect::Call {
            method: match method {
                "*" => None,
                name => Some(name.parse().map_err(|_| format!("{name:?} is no method"))?),
            },
            path: path.trim().to_owned(),
            rule,
        }
    };
    Ok(Posted::Later(Waiting { text, left, effect }))
}

fn parse<T: serde::de::DeserializeOwned>(fields: serde_json::Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())
}

fn check_status(status: u16) -> Result<(), String> {
    match StatusCode::from_u16(status) {
        Ok(status) if !status.is_informational() => Ok(()),
        Ok(_) | Err(_) => Err(format!("{status} is no status to answer with")),
    }
}
