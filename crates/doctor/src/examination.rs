//! The examination, in the order in which a page would come upon what is wrong. What cannot be looked at because of an
//! earlier failure says so.

mod given;
mod notes;
mod steps;
mod talk;
mod visit;

use miptech_chat_protocol::{
    capability::{Capabilities, Capability},
    ids::TenantId,
    profile::Profile,
};

use self::notes::Notes;
use crate::report::Report;

/// What is asked: a platform, as whom and for which page.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The option `apiUrl`.
    pub platform: String,
    /// The option `wsUrl`.
    pub sockets: Option<String>,
    /// The option `tenantId`.
    pub tenant: String,
    /// The page's origin; without one nothing is asked about permissions.
    pub origin: Option<String>,
    /// A token to ask with.
    pub token: Option<String>,
}

/// Asks the platform.
pub async fn examine(question: &Question) -> Report {
    let mut notes = Notes::default();
    let facts = steps::all(question, &mut notes).await;
    let capabilities = facts.advertised();
    Report {
        version: env!("CARGO_PKG_VERSION"),
        platform: facts.platform.unwrap_or_else(|| question.platform.clone()),
        tenant: facts
            .tenant
            .as_ref()
            .map_or(&*question.tenant, TenantId::as_str)
            .to_owned(),
        origin: question.origin.clone(),
        profile: facts.profile.map(Profile::as_str),
        capabilities,
        checks: notes.finish(),
    }
}

/// What was found out about the platform on the way.
#[derive(Debug, Default)]
struct Facts {
    platform: Option<String>,
    tenant: Option<TenantId>,
    profile: Option<Profile>,
    capabilities: Option<Capabilities>,
}

impl Facts {
    /// The names of what the platform advertises.
    fn advertised(&self) -> Vec<&'static str> {
        let advertised = self.capabilities.unwrap_or_default();
        let known = Capability::ALL.into_iter();
        known
            .filter(|one| advertised.has(*one))
            .map(Capability::as_str)
            .collect()
    }
}
