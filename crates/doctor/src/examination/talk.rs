//! The socket: whether it opens, and whether the chat is joined on it.

use std::time::{Duration, Instant};

use miptech_chat_protocol::{capability::Capability, endpoint::SocketQuery, ids::ChatId, profile::Profile};

use super::{
    Facts,
    notes::{Notes, Stop},
    visit::{Made, Visit, words},
};
use crate::joining::{Joined, Joining};

impl Visit {
    /// Opens the socket and joins.
    pub(super) async fn socket(&self, made: Made, notes: &mut Notes, facts: &mut Facts) -> Result<(), Stop> {
        let url = self.caller.endpoints.socket(&SocketQuery {
            tenant: &self.caller.tenant,
            chat: made.chat.as_ref(),
            token: None,
            user: None,
        });
        let begun = Instant::now();
        let answer = self.http.upgrade(&url).await;
        let answer = answer.map_err(|silence| {
            no_such_chat(made.chat.as_ref(), notes);
            notes.found("socket", "unreachable", words(&silence), &[])
        })?;
        let opened = begun.elapsed();
        let status = answer.status().as_u16();
        if status != 101 {
            no_such_chat(made.chat.as_ref(), notes);
            let text = status.to_string();
            let evidence = format!("{status} instead of 101");
            return Err(match status {
                401 if self.token.is_some() => notes.found("token", "refused", evidence, &[]),
                401 => notes.found("token", "required", evidence, &[]),
                403 => notes.found("socket", "forbidden", evidence, &[]),
                404 => notes.found("socket", "not-found", evidence, &[]),
                _ => notes.found("socket", "no-upgrade", evidence, &[("status", &text)]),
            });
        }
        let socket = answer.upgrade().await.map_err(|error| {
            no_such_chat(made.chat.as_ref(), notes);
            notes.found("socket", "unreachable", error.to_string(), &[])
        })?;
        notes.pass("socket", format!("101 in {} ms", opened.as_millis()));
        let joining = Joining {
            tenant: &self.caller.tenant,
            token: self.token.as_ref(),
            chat: made.chat.as_ref(),
        };
        match joining.join(socket).await {
            Joined::Live {
                chat,
                capabilities,
                took,
            } => {
                facts.capabilities = capabilities.or(facts.capabilities);
                self.live(&made, chat, opened + took, notes, facts).await;
                Ok(())
            }
            Joined::Refused { reason, advice } => {
                no_such_chat(made.chat.as_ref(), notes);
                let facts = [("reason", &*reason), ("advice", advice)];
                Err(notes.found("join", "refused", &*reason, &facts))
            }
            Joined::Silent => {
                no_such_chat(made.chat.as_ref(), notes);
                Err(notes.found("join", "silent", "no answer to the join", &[]))
            }
        }
    }

    async fn live(
        &self,
        made: &Made,
        chat: Option<ChatId>,
        socket: Duration,
        notes: &mut Notes,
        facts: &mut Facts,
    ) {
        notes.pass(
            "tenant",
            format!("{} is known and may be used", self.caller.tenant.as_str()),
        );
        self.token_is_fine(notes);
        notes.pass("join", "joined");
        let profile = facts.profile.map_or("unknown", Profile::as_str);
        notes.pass("profile", profile);
        let advertised = facts.capabilities.unwrap_or_default();
        let names = Capability::ALL.into_iter().filter(|one| advertised.has(*one));
        let names: Vec<&str> = names.map(Capability::as_str).collect();
        notes.pass(
            "capabilities",
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            },
        );
        let total = made.took + socket;
        let evidence = format!(
            "creation {} ms, socket and join {} ms",
            made.took.as_millis(),
            socket.as_millis()
        );
        if total > SLOW {
            let ms = total.as_millis().to_string();
            notes.found("latency", "slow", evidence, &[("ms", &ms)]);
        } else {
            notes.pass("latency", evidence);
        }
        // Nobody said anything in it. Where it cannot be erased it stays, empty.
        if let Some(chat) = made.chat.as_ref().or(chat.as_ref())
            && advertised.has(Capability::Erase)
        {
            let erase = self.caller.erase_chat(chat).with_token(self.token.as_ref());
            let _done_or_left = self.http.call(&erase).await;
        }
    }
}

/// Where the socket was the last hope for a chat, there was no way to make one.
fn no_such_chat(chat: Option<&ChatId>, notes: &mut Notes) {
    if chat.is_none() {
        notes.found(
            "create",
            "wrong-path",
            "404, 405 or 501, and the socket makes none either",
            &[],
        );
    }
}

/// More than this from creation to join is felt; our choice.
const SLOW: Duration = Duration::from_secs(3);
