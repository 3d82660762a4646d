//! What is judged before anything is asked: the options, the address, the token.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use miptech_chat_protocol::{endpoint::Endpoints, ids::TenantId, token::Token};

use super::{
    Question,
    notes::{Notes, Stop},
};

pub(super) fn options(question: &Question, notes: &mut Notes) -> Result<(TenantId, Option<String>), Stop> {
    let Some(tenant) = TenantId::parse(&question.tenant) else {
        return Err(notes.found("options", "tenant-shape", format!("`{}`", question.tenant), &[]));
    };
    let parsed = question
        .origin
        .as_deref()
        .map(|origin| Endpoints::new(Some(origin), None));
    let origin = match parsed.transpose() {
        Ok(origin) => origin.map(|origin| origin.origin()),
        Err(_) => {
            let given = question.origin.as_deref().unwrap_or_default();
            return Err(notes.found("options", "origin-shape", format!("`{given}`"), &[]));
        }
    };
    notes.pass("options", format!("tenant {}", tenant.as_str()));
    Ok((tenant, origin))
}

pub(super) fn address(question: &Question, notes: &mut Notes) -> Result<Endpoints, Stop> {
    let (platform, sockets) = (&*question.platform, question.sockets.as_deref());
    match Endpoints::new(Some(platform), sockets) {
        Ok(endpoints) => {
            if platform.matches("/api/v1").count() > 1 {
                notes.found("address", "doubled-prefix", format!("`{platform}`"), &[]);
            }
            notes.pass("address", endpoints.origin());
            Ok(endpoints)
        }
        Err(error) => {
            let facts = [("expected", error.expected())];
            Err(notes.found("address", "no-base", format!("`{platform}`"), &facts))
        }
    }
}

pub(super) fn secure(endpoints: &Endpoints, origin: Option<&str>, notes: &mut Notes) -> Result<(), Stop> {
    let is_encrypted = origin.is_some_and(|origin| origin.starts_with("https:"));
    if is_encrypted && endpoints.is_insecure() {
        let evidence = format!("{} from {}", endpoints.origin(), origin.unwrap_or_default());
        return Err(notes.found("secure", "unencrypted", evidence, &[]));
    }
    match origin {
        Some(_) => notes.pass("secure", "the browser does not mix encrypted and other"),
        None => notes.skip("secure", "no page's origin was given"),
    }
    Ok(())
}

pub(super) fn token(
    question: &Question,
    tenant: &TenantId,
    notes: &mut Notes,
) -> Result<Option<Token>, Stop> {
    let Some(text) = question.token.as_deref() else {
        return Ok(None);
    };
    let Some(token) = Token::parse(text) else {
        return Err(notes.found("token", "unreadable", format!("{} bytes", text.len()), &[]));
    };
    let grant = token.grant();
    if let Some(claimed) = grant
        .tenant
        .as_deref()
        .filter(|claimed| !tenant.is_named_by(claimed))
    {
        let facts = [("claimed", claimed), ("tenant", tenant.as_str())];
        return Err(notes.found("token", "other-tenant", "the claim `tenant_id`", &facts));
    }
    if let Some(scope) = grant.missing_scope() {
        return Err(notes.found("token", "scope-missing", "the claim `scope`", &[("scope", scope)]));
    }
    let expires = grant.expires_ms.map(Duration::from_millis);
    if let Some(late) = expires
        .and_then(|end| now().checked_sub(end))
        .filter(|late| !late.is_zero())
    {
        let seconds = late.as_secs().to_string();
        return Err(notes.found("token", "expired", "the claim `exp`", &[("seconds", &seconds)]));
    }
    Ok(Some(token))
}

pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
