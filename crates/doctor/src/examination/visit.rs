//! What is asked over REST: whether the platform is ready, whether the page may ask, and a chat.

use std::time::{Duration, UNIX_EPOCH};

use miptech_chat_protocol::{
    body::{CreatedChat, Readiness},
    endpoint::{Probe, SlashForm},
    error::ErrorCode,
    fault::Fault,
    ids::{ChatId, SessionId, VisitorId},
    profile::Profile,
    request::{Caller, NewChat},
    token::Token,
};

use super::{
    Facts,
    given::now,
    notes::{Notes, Stop},
};
use crate::{
    http::{Answer, Http, Silence},
    permission::Permission,
};

/// Whoever asks, and how.
pub(super) struct Visit {
    pub(super) caller: Caller,
    pub(super) http: Http,
    pub(super) origin: Option<String>,
    pub(super) token: Option<Token>,
}

/// A chat that was made over REST, or is to be made by the socket.
pub(super) struct Made {
    pub(super) chat: Option<ChatId>,
    pub(super) took: Duration,
}

impl Visit {
    /// Walks the probes as the widget does, and until the platform is ready.
    pub(super) async fn readiness(&self, notes: &mut Notes) -> Result<(), Stop> {
        let mut answers = Vec::new();
        for probe in Probe::ORDER {
            let answer = self.http.call(&self.caller.readiness(probe)).await;
            let answer = answer.map_err(|silence| unreachable(&silence, notes))?;
            notes.pass("network", answer.evidence());
            match Readiness::read(probe, &answer.reply) {
                // Whoever answers one question with a page of their own answers every question so.
                Readiness::Ready if answers.iter().any(|other: &Answer| other.reply.is_success()) => {
                    answers.push(answer);
                }
                Readiness::Ready => {
                    notes.pass("health", self.caller.endpoints.readiness(probe));
                    notes.pass("warm-up", "the model services are ready");
                    clock(&answer, notes);
                    return Ok(());
                }
                Readiness::Warming => {
                    notes.pass("health", self.caller.endpoints.readiness(probe));
                    clock(&answer, notes);
                    self.warm_up(probe, notes).await;
                    return Ok(());
                }
                Readiness::Unclear => answers.push(answer),
            }
        }
        Err(self.unhealthy(&answers, notes).await)
    }

    async fn warm_up(&self, probe: Probe, notes: &mut Notes) {
        for _ in 1..PROBES {
            tokio::time::sleep(BETWEEN_PROBES).await;
            let answer = self.http.call(&self.caller.readiness(probe)).await;
            let is_ready = |answer: &Answer| Readiness::read(probe, &answer.reply) == Readiness::Ready;
            if answer.as_ref().is_ok_and(is_ready) {
                notes.pass("warm-up", "the model services became ready meanwhile");
                return;
            }
        }
        let evidence = format!(
            "asked {PROBES} times in {} s",
            (BETWEEN_PROBES * PROBES).as_secs()
        );
        notes.found("warm-up", "starting", evidence, &[]);
    }

    /// No probe is answered as a platform would.
    async fn unhealthy(&self, answers: &[Answer], notes: &mut Notes) -> Stop {
        let evidence: Vec<String> = answers.iter().map(Answer::evidence).collect();
        let evidence = evidence.join(", ");
        if answers.iter().any(|answer| answer.reply.status >= 500) {
            return notes.found("health", "failing", evidence, &[]);
        }
        // Never asked by the widget; here it tells a prefix that got lost from somebody else's server.
        let root = format!("{}/health", self.caller.endpoints.origin());
        let root = self.http.simple(&root).await;
        let is_there = |answer: &Answer| Readiness::read(Probe::Health, &answer.reply) != Readiness::Unclear;
        if root.as_ref().is_ok_and(is_there) {
            return notes.found("health", "prefix-missing", evidence, &[]);
        }
        notes.found("health", "not-the-platform", evidence, &[])
    }

    /// Whether the page may ask and read; gives the spelling of the path that is not sent elsewhere.
    pub(super) async fn permission(&self, notes: &mut Notes) -> Result<SlashForm, Stop> {
        let Some(origin) = self.origin.as_deref() else {
            notes.skip("cors", "no page's origin was given");
            return Ok(SlashForm::Bare);
        };
        let headers = match self.token {
            Some(_) => "authorization,content-type,x-tenant-id",
            None => "content-type,x-tenant-id",
        };
        let mut form = SlashForm::Bare;
        let mut asked = self.preflight(form, headers, origin, notes).await?;
        if let (Permission::Moved { status }, _) = asked {
            self.moved(form, status, notes);
            form = form.other();
            asked = self.preflight(form, headers, origin, notes).await?;
        }
        let (permission, evidence) = asked;
        match permission {
            Permission::Given => {
                // The second question is simple: whoever answers it with an error is not refusing an origin.
                let probe = self.caller.endpoints.readiness(Probe::Health);
                let simple = self.http.simple(&probe).await;
                match simple.map(|answer| (Permission::of(&answer, origin), answer.evidence())) {
                    Ok((Permission::OriginRefused, evidence)) => {
                        notes.found("cors", "origin-not-allowed", evidence, &[("origin", origin)]);
                    }
                    Ok(_) | Err(_) => notes.pass("cors", format!("{origin} may ask and read: {evidence}")),
                }
            }
            Permission::FailedBefore { status } | Permission::Moved { status } => {
                let status = status.to_string();
                notes.found("cors", "failed-before-headers", evidence, &[("status", &status)]);
            }
            Permission::HeaderRefused(header) => {
                notes.found("cors", "header-not-allowed", evidence, &[("header", &header)]);
            }
            Permission::OriginRefused => {
                notes.found("cors", "origin-not-allowed", evidence, &[("origin", origin)]);
            }
        }
        Ok(form)
    }

    async fn preflight(
        &self,
        form: SlashForm,
        headers: &str,
        origin: &str,
        notes: &mut Notes,
    ) -> Result<(Permission, String), Stop> {
        let url = self.caller.endpoints.create_chat(form);
        let answer = self.http.preflight(&url, headers).await;
        let answer = answer.map_err(|silence| unreachable(&silence, notes))?;
        Ok((
            Permission::of_preflight(&answer, origin, headers),
            answer.evidence(),
        ))
    }

    fn moved(&self, form: SlashForm, status: u16, notes: &mut Notes) {
        let (from, status) = (self.caller.endpoints.create_chat(form), status.to_string());
        let facts = [("from", &*from), ("status", &*status)];
        notes.found(
            "create",
            "slash-redirect",
            format!("{status} from {from}"),
            &facts,
        );
    }

    /// Makes a chat, under an id that no visitor has.
    pub(super) async fn create(
        &self,
        form: SlashForm,
        notes: &mut Notes,
        facts: &mut Facts,
    ) -> Result<Made, Stop> {
        let id = format!("doctor-{}", uuid::Uuid::new_v4());
        let (Some(session), Some(visitor)) = (SessionId::parse(&id), VisitorId::parse(&id)) else {
            return Err(notes.found("create", "failing", id, &[("status", "no id")]));
        };
        let chat = NewChat {
            session: &session,
            visitor: &visitor,
            context: None,
        };
        let mut answer = self.ask_for(form, &chat, notes).await?;
        if (300..400).contains(&answer.reply.status) {
            self.moved(form, answer.reply.status, notes);
            answer = self.ask_for(form.other(), &chat, notes).await?;
        }
        let evidence = answer.evidence();
        match CreatedChat::read(&answer.reply) {
            Ok(created) => {
                self.admitted(notes);
                notes.pass("create", evidence);
                facts.capabilities = created.capabilities;
                facts.profile = Some(Profile::TwoStep);
                Ok(Made {
                    chat: Some(created.chat),
                    took: answer.took,
                })
            }
            Err(fault) if matches!(fault.status, Some(404 | 405 | 501)) && names_nothing(&fault) => {
                // A platform whose socket makes the chat; the socket decides.
                notes.skip("create", format!("{evidence}; the socket may make the chat"));
                facts.profile = Some(Profile::Realtime);
                Ok(Made {
                    chat: None,
                    took: answer.took,
                })
            }
            Err(fault) => Err(self.not_created(&fault, &answer, notes)),
        }
    }

    async fn ask_for(&self, form: SlashForm, chat: &NewChat<'_>, notes: &mut Notes) -> Result<Answer, Stop> {
        let request = self
            .caller
            .create_chat(form, chat)
            .with_token(self.token.as_ref());
        let answer = self.http.call(&request).await;
        answer.map_err(|silence| unreachable(&silence, notes))
    }

    /// The platform lets this tenant in, with the token or without one.
    pub(super) fn admitted(&self, notes: &mut Notes) {
        notes.pass(
            "tenant",
            format!("{} is known and may be used", self.caller.tenant.as_str()),
        );
        match self.token {
            Some(_) => notes.pass("token", "taken"),
            None => notes.pass("token", "none was given, and none is demanded"),
        }
    }

    fn not_created(&self, fault: &Fault, answer: &Answer, notes: &mut Notes) -> Stop {
        let evidence = format!("{}: {}", answer.evidence(), fault.text);
        let status = answer.reply.status.to_string();
        // What a browser would show of it is another thing, and comes first there.
        if let Some(origin) = self.origin.as_deref()
            && matches!(Permission::of(answer, origin), Permission::FailedBefore { .. })
        {
            notes.found(
                "cors",
                "failed-before-headers",
                &*evidence,
                &[("status", &status)],
            );
        }
        self.refused(fault, evidence, &status, notes)
    }

    fn refused(&self, fault: &Fault, evidence: String, status: &str, notes: &mut Notes) -> Stop {
        let token = if self.token.is_some() {
            "refused"
        } else {
            "required"
        };
        let named = [
            (ErrorCode::AuthExpired, "token", token),
            (ErrorCode::AuthForbidden, "token", token),
            (ErrorCode::AuthRequired, "token", token),
            (ErrorCode::ChatInvalidRequest, "create", "fields"),
            (ErrorCode::NetworkCaptivePortal, "create", "not-the-platform"),
            (ErrorCode::PlatformStarting, "create", "database"),
            (ErrorCode::RateLimited, "create", "rate-limited"),
            (ErrorCode::TenantDenied, "tenant", "denied"),
            (ErrorCode::TenantMissingHeader, "tenant", "header-missing"),
            (ErrorCode::TenantNotFound, "tenant", "unknown"),
        ];
        let named = named.into_iter().find(|(code, ..)| *code == fault.code);
        let (check, what) = named.map_or(("create", "failing"), |(_, check, what)| (check, what));
        let wait = fault.busy.or(fault.wait).unwrap_or(RATE_LIMIT_WAIT);
        let facts = [
            ("fields", &*fault.text),
            ("seconds", &*wait.as_secs().to_string()),
            ("status", status),
            ("tenant", self.caller.tenant.as_str()),
        ];
        notes.found(check, what, evidence, &facts)
    }
}

/// Whether a refusal says nothing of tenant or sign-in.
fn names_nothing(fault: &Fault) -> bool {
    matches!(
        fault.code,
        ErrorCode::ChatCreateFailed | ErrorCode::NetworkCaptivePortal
    )
}

fn unreachable(silence: &Silence, notes: &mut Notes) -> Stop {
    let evidence = words(silence);
    match silence {
        Silence::Broken(_) => notes.found("network", "broken", evidence, &[]),
        Silence::Certificate(_) => notes.found("network", "certificate", evidence, &[]),
        Silence::NoName(_) => notes.found("network", "no-name", evidence, &[]),
        Silence::Refused(_) => notes.found("network", "refused", evidence, &[]),
        Silence::Timeout(within) => {
            let seconds = within.as_secs().to_string();
            notes.found("network", "timeout", evidence, &[("seconds", &seconds)])
        }
    }
}

pub(super) fn words(silence: &Silence) -> String {
    match silence {
        Silence::Broken(words)
        | Silence::Certificate(words)
        | Silence::NoName(words)
        | Silence::Refused(words) => words.clone(),
        Silence::Timeout(within) => format!("nothing within {} s", within.as_secs()),
    }
}

/// The platform's clock and this one.
fn clock(answer: &Answer, notes: &mut Notes) {
    let date = answer
        .reply
        .date
        .as_deref()
        .and_then(|date| httpdate::parse_http_date(date).ok());
    let Some(theirs) = date.and_then(|date| date.duration_since(UNIX_EPOCH).ok()) else {
        return notes.skip("clock", "the platform does not say what time it is");
    };
    let apart = now().abs_diff(theirs);
    let seconds = apart.as_secs().to_string();
    if apart > CLOCKS_APART {
        notes.found("clock", "apart", format!("{seconds} s"), &[("seconds", &seconds)]);
    } else {
        notes.pass("clock", format!("{seconds} s apart"));
    }
}

/// How often and how slowly readiness is asked for (`platform.md` section 4).
const PROBES: u32 = 5;
const BETWEEN_PROBES: Duration = Duration::from_millis(1700);

/// Clocks that are further apart than this break tokens of ten minutes; our choice.
const CLOCKS_APART: Duration = Duration::from_secs(120);

/// `platform.md` section 7.
const RATE_LIMIT_WAIT: Duration = Duration::from_secs(60);
