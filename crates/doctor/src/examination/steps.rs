//! The checks one after the other, as far as they go.

use miptech_chat_protocol::request::Caller;

use super::{
    Facts, Question,
    given::{address, options, secure, token},
    notes::{Notes, Stop},
    visit::Visit,
};
use crate::http::Http;

/// Runs them as far as they go.
pub(super) async fn all(question: &Question, notes: &mut Notes) -> Facts {
    let mut facts = Facts::default();
    if let Err(stop) = run(question, notes, &mut facts).await {
        notes.stop(&stop);
    }
    facts
}

async fn run(question: &Question, notes: &mut Notes, facts: &mut Facts) -> Result<(), Stop> {
    let (tenant, origin) = options(question, notes)?;
    facts.tenant = Some(tenant.clone());
    let endpoints = address(question, notes)?;
    facts.platform = Some(endpoints.origin());
    secure(&endpoints, origin.as_deref(), notes)?;
    let http = match Http::new(origin.clone()) {
        Ok(http) => http,
        Err(error) => return Err(notes.found("network", "broken", error.to_string(), &[])),
    };
    let visit = Visit {
        caller: Caller { endpoints, tenant },
        http,
        origin,
        token: None,
    };
    visit.readiness(notes).await?;
    let token = token(question, &visit.caller.tenant, notes)?;
    let visit = Visit { token, ..visit };
    let form = visit.permission(notes).await?;
    let created = visit.create(form, notes, facts).await?;
    visit.socket(created, notes, facts).await
}
