//! Whether a page may read what the platform answers, and whose fault it is where it may not.

use crate::http::Answer;

/// What a preflight says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Permission {
    /// The page may ask and read.
    Given,
    /// The answer was an error that came without a word about origins.
    FailedBefore { status: u16 },
    /// This header may not be sent.
    HeaderRefused(String),
    /// It sends somewhere else, which no browser follows here.
    Moved { status: u16 },
    /// It allows other origins, or none.
    OriginRefused,
}

impl Permission {
    /// Of a preflight for these headers, which are written in lower case and with commas between.
    pub(crate) fn of_preflight(answer: &Answer, origin: &str, headers: &str) -> Self {
        let status = answer.reply.status;
        if (300..400).contains(&status) {
            return Self::Moved { status };
        }
        let permission = Self::of(answer, origin);
        if permission != Self::Given {
            return permission;
        }
        let allowed = answer.header("access-control-allow-headers").unwrap_or_default();
        let allowed = allowed.to_ascii_lowercase();
        let is_allowed = |header: &str| allowed.split(',').any(|one| one.trim() == header);
        // The widget sends no cookies, so `*` is a wildcard, but for one.
        let is_any = |header: &str| is_allowed("*") && header != "authorization";
        headers
            .split(',')
            .find(|header| !is_allowed(header) && !is_any(header))
            .map_or(Self::Given, |header| Self::HeaderRefused(header.to_owned()))
    }

    /// Of any answer.
    pub(crate) fn of(answer: &Answer, origin: &str) -> Self {
        let status = answer.reply.status;
        match answer.header("access-control-allow-origin") {
            Some(allowed) if allowed == "*" || allowed.eq_ignore_ascii_case(origin) => Self::Given,
            None if status >= 500 => Self::FailedBefore { status },
            None | Some(_) => Self::OriginRefused,
        }
    }
}
