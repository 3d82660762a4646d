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
        let answer =
            answer.map_err(|silence| made.broken("socket", "unreachable", words(&silence), &[], notes))?;
        let opened = begun.elapsed();
        let status = answer.status().as_u16();
        if status != 101 {
            let (check, what) = match status {
                401 if self.token.is_some() => ("token", "refused"),
                401 => ("token", "required"),
                403 => ("socket", "forbidden"),
                404 => ("socket", "not-found"),
                _ => ("socket", "no-upgrade"),
            };
            let evidence = format!("{status} instead of 101");
            let facts = [("status", &*status.to_string())];
            return Err(made.broken(check, what, evidence, &facts, notes));
        }
        let socket = answer.upgrade().await;
        let socket =
            socket.map_err(|error| made.broken("socket", "unreachable", error.to_string(), &[], notes))?;
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
                let facts = [("reason", &*reason), ("advice", advice)];
                Err(made.broken("join", "refused", reason.clone(), &facts, notes))
            }
            Joined::Silent => {
                let evidence = "no answer to the join".to_owned();
                Err(made.broken("join", "silent", evidence, &[], notes))
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
        self.admitted(notes);
        notes.pass("join", "joined");
        let profile = facts.profile.map_or("unknown", Profile::as_str);
        notes.pass("profile", profile);
        let names = facts.advertised();
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
            && facts.capabilities.unwrap_or_default().has(Capability::Erase)
        {
            let erase = self.caller.erase_chat(chat).with_token(self.token.as_ref());
            let _done_or_left = self.http.call(&erase).await;
        }
    }
}

impl Made {
    /// The socket does not serve. Where it was the last hope for a chat, there was no way to make one, and the rest follows.
    fn broken(
        &self,
        check: &'static str,
        what: &'static str,
        evidence: String,
        facts: &[(&str, &str)],
        notes: &mut Notes,
    ) -> Stop {
        if self.chat.is_none() {
            let evidence = "404, 405 or 501, and the socket makes none either";
            notes.found("create", "wrong-path", evidence, &[]);
        }
        notes.found(check, what, evidence, facts)
    }
}

/// More than this from creation to join is felt; our choice.
const SLOW: Duration = Duration::from_secs(3);
