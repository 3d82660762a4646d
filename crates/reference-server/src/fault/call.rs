//! Breaking calls: the middleware that replaces, delays or loses an answer as a rule says.

use std::{io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use futures_util::stream;
use serde_json::Value;

use super::{HOTSPOT_PAGE, rules::CallRule};
use crate::platform::Platform;

/// Marks an answer that never leaves, so that the log does not tell a status nobody saw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost;

/// Breaks the calls that a rule is for.
pub(crate) async fn meddle(State(platform): State<Arc<Platform>>, request: Request, next: Next) -> Response {
    if !platform.config.faults {
        return next.run(request).await;
    }
    let rule = platform.rules.for_call(request.method(), request.uri().path());
    let mut response = match rule {
        Some(rule) => broken(&platform, rule, request, next).await,
        None => next.run(request).await,
    };
    // A browser silently repeats a call that fails on a connection used before. With a new one for
    // every call, a lost answer is a lost answer.
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn broken(platform: &Platform, rule: CallRule, request: Request, next: Next) -> Response {
    if let Some(delay_ms) = rule.delay_ms {
        platform.pause(Duration::from_millis(delay_ms)).await;
    }
    let asked = request.headers().clone();
    let replaced = rule.drop || rule.html || rule.status.is_some() || rule.redirect.is_some();
    let mut response = if !replaced {
        next.run(request).await
    } else {
        if rule.apply {
            next.run(request).await;
        }
        let mut response = if rule.drop { lost() } else { replacement(&rule) };
        platform.origins.permit(&asked, response.headers_mut());
        response
    };
    if rule.cors == Some(false) {
        conceal(response.headers_mut());
    }
    add(&rule, response.headers_mut());
    response
}

fn replacement(rule: &CallRule) -> Response {
    let usual = if rule.redirect.is_some() {
        StatusCode::TEMPORARY_REDIRECT
    } else {
        StatusCode::OK
    };
    let status = rule.status.and_then(|status| StatusCode::from_u16(status).ok());
    let (kind, body) = match &rule.body {
        None if rule.html => ("text/html", HOTSPOT_PAGE.to_owned()),
        Some(Value::String(text)) if rule.html => ("text/html", text.clone()),
        Some(Value::String(text)) => ("text/plain; charset=utf-8", text.clone()),
        Some(
            value @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)),
        ) => ("application/json", value.to_string()),
        None => ("text/plain; charset=utf-8", String::new()),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status.unwrap_or(usual);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Some(Ok(target)) = rule.redirect.as_deref().map(HeaderValue::from_str) {
        headers.insert(header::LOCATION, target);
    }
    response
}

/// An answer whose body fails before its head is written: the connection ends without a byte.
fn lost() -> Response {
    let failure = stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    let mut response = Response::new(Body::from_stream(failure));
    response.extensions_mut().insert(Lost);
    response
}

fn conceal(headers: &mut HeaderMap) {
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| name.as_str().starts_with("access-control-"))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

fn add(rule: &CallRule, headers: &mut HeaderMap) {
    for (name, value) in &rule.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
}
