//! Rate limits: calls by REST for each caller, messages for each socket.

use std::{collections::VecDeque, net::SocketAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::middleware::StateInformationMiddleware;
use tokio::time::Instant;
use tower_governor::{
    GovernorError, GovernorLayer, governor::GovernorConfigBuilder, key_extractor::KeyExtractor,
};

use crate::{clock, config::RestLimit, error, identity::Presented, platform::Platform, tenant::Tenant};

/// Limits a router to what one caller may ask of it; `None` only for a quota of zero, which has no type.
pub(crate) fn layer(limit: RestLimit) -> Option<GovernorLayer<Caller, StateInformationMiddleware, Body>> {
    let mut builder = GovernorConfigBuilder::default().key_extractor(Caller);
    let config = builder
        .period(MINUTE / limit.per_minute.get())
        .burst_size(limit.burst.get())
        .use_headers()
        .finish()?;
    Some(GovernorLayer::new(config).error_handler(move |error| refuse(error, limit)))
}

/// Who a call counts for: the user of its token, else its tenant and address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller;

impl KeyExtractor for Caller {
    type Key = String;

    fn extract<T>(&self, request: &axum::http::Request<T>) -> Result<Self::Key, GovernorError> {
        let extensions = request.extensions();
        if let Some(Presented::Good(identity)) = extensions.get::<Presented>() {
            return Ok(format!("user {}", identity.user_id));
        }
        let tenant = extensions.get::<Tenant>().map_or("", |tenant| tenant.0.as_str());
        let peer = extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(address)| address.ip().to_string());
        Ok(format!("{tenant} {}", peer.unwrap_or_default()))
    }
}

fn refuse(error: GovernorError, limit: RestLimit) -> Response {
    let wait_time = match error {
        GovernorError::TooManyRequests { wait_time, .. } => wait_time,
        GovernorError::UnableToExtractKey | GovernorError::Other { .. } => {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    // Its seconds are cut off, and whoever comes back that early is refused again.
    let retry_after = wait_time + 1;
    let details = serde_json::json!({
        "limit": limit.per_minute,
        "window": MINUTE.as_secs(),
        "retry_after": retry_after,
        "current_usage": limit.burst.get() + 1,
    });
    let body = error::envelope("RATE_LIMIT_EXCEEDED", "Rate limit exceeded", &details);
    let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, retry_after.into());
    headers.insert(LIMIT, limit.burst.get().into());
    headers.insert(REMAINING, 0.into());
    response
}

/// Adds the header the limiter does not know: when everything will be given back, in seconds since 1970.
pub(crate) async fn tell_reset(
    State(platform): State<Arc<Platform>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let (Some(limit), Some(remaining)) = (number(headers, &LIMIT), number(headers, &REMAINING)) {
        let one = MINUTE / platform.config.rest_limit.per_minute.get();
        let reset = clock::milliseconds().div_ceil(1000) + (one * limit.saturating_sub(remaining)).as_secs();
        if let Ok(value) = HeaderValue::from_str(&reset.to_string()) {
            headers.insert(RESET, value);
        }
    }
    response
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u32> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

/// What one socket may say: a number of messages in any minute.
#[derive(Debug)]
pub(crate) struct Allowance {
    limit: usize,
    spent: VecDeque<Instant>,
    /// How many messages came since the limit was reached.
    ignored: u32,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It is heard.
    Heard,
    /// It is refused; the wait is told in seconds.
    Refused { retry_after: u64 },
    /// It was one refused message too many.
    TooMany,
}

impl Allowance {
    pub(crate) fn new(per_minute: NonZeroU32) -> Self {
        Self {
            limit: usize::try_from(per_minute.get()).unwrap_or(usize::MAX),
            spent: VecDeque::new(),
            ignored: 0,
        }
    }

    /// Counts a message.
    pub(crate) fn spend(&mut self, now: Instant) -> Verdict {
        while self.spent.front().is_some_and(|spent| now - *spent >= MINUTE) {
            self.spent.pop_front();
        }
        if self.spent.len() < self.limit {
            self.spent.push_back(now);
            self.ignored = 0;
            return Verdict::Heard;
        }
        self.ignored += 1;
        if self.ignored > PATIENCE {
            return Verdict::TooMany;
        }
        let wait = self.spent.front().map_or(MINUTE, |first| MINUTE - (now - *first));
        Verdict::Refused {
            retry_after: wait.as_secs() + 1,
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// How many messages are refused before the socket is closed; a guess between a hiccup and a flood.
const PATIENCE: u32 = 5;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_gives_everything_back() {
        let mut allowance = Allowance::new(NonZeroU32::MIN);
        let start = Instant::now();
        assert_eq!(allowance.spend(start), Verdict::Heard);
        let soon = start + Duration::from_millis(100);
        assert_eq!(allowance.spend(soon), Verdict::Refused { retry_after: 60 });
        assert_eq!(allowance.spend(start + MINUTE), Verdict::Heard);
    }

    #[test]
    fn who_does_not_listen_is_one_too_many() {
        let mut allowance = Allowance::new(NonZeroU32::MIN);
        let start = Instant::now();
        assert_eq!(allowance.spend(start), Verdict::Heard);
        for _ in 0..PATIENCE {
            assert!(matches!(allowance.spend(start), Verdict::Refused { .. }));
        }
        assert_eq!(allowance.spend(start), Verdict::TooMany);
    }
}
