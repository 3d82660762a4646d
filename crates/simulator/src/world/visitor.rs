//! What visitors do: they act on what the screen shows, in pages they see.

use miptech_chat_session::{Account, ClientMessageId, Connection, Credentials, PageSignal, Session, Status};

use super::{Job, World};
use crate::{
    history::{By, Click, Doom, Happening},
    rng::hash,
};

impl World {
    /// One deed, and the next one planned.
    pub(super) fn act(&mut self) {
        let pause_ms = self.rng.between(200, 2 * self.plan.act_every_ms);
        self.later(pause_ms, Job::Act);
        if self.is_calm || self.asleep.is_some() {
            return;
        }
        let pages = self.minded_pages();
        let Some(page) = self.rng.pick(&pages) else {
            return;
        };
        if !self.page(page).is_usable() {
            if self.rng.percent(30) {
                self.signal(page, PageSignal::Visible);
            }
            return;
        }
        if !self.page(page).is_panel_open {
            if self.rng.percent(70) {
                self.open_panel(page);
            }
            return;
        }
        // A touch of the widget is a sign of life.
        self.signal(page, PageSignal::Visible);
        if self.page(page).is_usable() {
            self.deed(page);
        }
    }

    fn deed(&mut self, page: usize) {
        // Whoever is asked to sign in mostly does.
        if self.page(page).screen.connection == Connection::SignedOut && self.rng.percent(40) {
            return self.sign_in(page);
        }
        if self.plan.occasions.chatters && self.occasion_rng.percent(5) {
            return self.chatter(page);
        }
        match self.rng.below(100) {
            0..44 => {
                let count = if self.rng.percent(15) { 3 } else { 1 };
                for _ in 0..count {
                    self.say(page);
                }
            }
            44..52 => self.draft(page),
            52..66 => self.decide(page),
            66..70 => self.click(page, Click::Stop, Session::stop_answer),
            70..75 => self.click(page, Click::Retry, Session::retry_now),
            75..77 => self.click(page, Click::Dismiss, Session::dismiss_notice),
            77..81 => {
                self.page(page).is_panel_open = false;
                self.click(page, Click::Close, |session, now| session.set_open(false, now));
            }
            81..83 => self.click(page, Click::NewConversation, Session::new_conversation),
            83..87 if self.page(page).screen.has_ended => {
                self.click(page, Click::NewConversation, Session::new_conversation);
            }
            87..91 if self.plan.accounts => self.sign_in(page),
            91..93 if self.plan.accounts => self.click(page, Click::SignOut, Session::sign_out),
            93 => self.duplicate(),
            94 => self.leave(page, Some(Doom::Closed)),
            95 => {
                self.turn(page, Session::mark_read);
            }
            _ => self.say(page),
        }
    }

    pub(super) fn open_panel(&mut self, page: usize) {
        self.page(page).is_panel_open = true;
        self.click(page, Click::Open, |session, now| session.set_open(true, now));
        // Opening is what brings the chat up.
        if self.page(page).is_alive() {
            self.turn(page, Session::start);
        }
    }

    pub(super) fn click(
        &mut self,
        page: usize,
        click: Click,
        act: impl FnOnce(&mut Session, miptech_chat_session::Now),
    ) {
        self.note(Some(page), Happening::Clicked(click));
        self.turn(page, act);
    }

    pub(super) fn say(&mut self, page: usize) {
        if !self.page(page).is_alive() {
            return;
        }
        self.typed += 1;
        let name = format!("m{}", self.typed);
        let Some(id) = ClientMessageId::parse(&name) else {
            return;
        };
        let text = match self.rng.below(10) {
            0 => format!("{name} {}", "long ".repeat(self.rng.below(600))),
            1 => format!("{name} gr\u{fc}\u{df}e \u{1f600} \u{202e}x"),
            _ => format!("{name} what about it?"),
        };
        let now = self.clocks();
        let (subject, chat) = (
            self.page(page).screen.user.clone(),
            self.page(page).screen.chat.clone(),
        );
        if self.page(page).session.send(id, &text, now).is_ok() {
            let (hash, typed) = (hash(text.trim()), name.clone());
            self.note(
                Some(page),
                Happening::Typed {
                    id: name,
                    hash,
                    subject,
                    chat,
                },
            );
            self.page(page).accepting = ClientMessageId::parse(&typed);
            self.deliver(page);
            self.page(page).accepting = None;
            if self.page(page).is_alive() && !self.page(page).screen.draft.is_empty() {
                self.write_draft(page, String::new());
            }
        } else {
            self.deliver(page);
        }
    }

    fn draft(&mut self, page: usize) {
        let text = format!("half a thought {}", self.rng.below(1000));
        self.write_draft(page, text);
    }

    fn write_draft(&mut self, page: usize, text: String) {
        self.note(Some(page), Happening::Drafted { hash: hash(&text) });
        self.page(page).screen.draft.clone_from(&text);
        self.turn(page, |session, now| session.set_draft(&text, now));
        if self.plan.manners.has_people && self.page(page).is_alive() {
            self.turn(page, |session, now| session.typed(!text.is_empty(), now));
        }
    }

    /// Decides about a message that waits for the visitor.
    fn decide(&mut self, page: usize) {
        let screen = &self.page(page).screen;
        let offers_check = screen.offers_check;
        let parked: Vec<(ClientMessageId, Status)> = screen
            .lines
            .iter()
            .filter(|line| line.by == By::Visitor)
            .filter(|line| {
                matches!(
                    line.status,
                    Status::Expired | Status::Failed | Status::Queued | Status::Unconfirmed
                )
            })
            .filter_map(|line| Some((line.id.clone()?, line.status)))
            .collect();
        let place = self.rng.below(parked.len());
        let Some((id, status)) = parked.get(place).cloned() else {
            return;
        };
        let name = id.as_str().to_owned();
        match self.rng.below(4) {
            0 if status == Status::Unconfirmed && offers_check => {
                self.note(Some(page), Happening::Checked { id: name });
                let _ = self.turn(page, |session, now| session.check(&id, now));
            }
            1 | 2 if status != Status::Queued => {
                self.note(Some(page), Happening::Again { id: name });
                let _ = self.turn(page, |session, now| session.retry(&id, now));
            }
            3 => {
                self.note(Some(page), Happening::Deleted { id: name });
                self.turn(page, |session, now| session.discard(&id, now));
            }
            _ => {}
        }
    }

    pub(super) fn sign_in(&mut self, page: usize) {
        let email = if self.rng.percent(70) {
            "ann@example.com"
        } else {
            "bob@example.com"
        };
        let credentials = Credentials {
            email: email.to_owned(),
            password: "secret-password".to_owned(),
            account: Account::Existing,
        };
        self.note(Some(page), Happening::Clicked(Click::SignIn));
        let _ = self.turn(page, |session, now| session.sign_in(&credentials, now));
    }

    /// Somebody was signed in on an earlier page.
    pub(super) fn sign_in_before(&mut self) {
        let (access, refresh) = self.platform.accounts.sign_in("ann");
        let values = [
            ("miptech_access_token", access),
            ("miptech_refresh_token", refresh),
            (
                "miptech_user",
                r#"{"id":"ann","email":"v@example.com"}"#.to_owned(),
            ),
        ];
        for (key, value) in values {
            self.storage.put(key, value);
        }
    }

    /// One more tab.
    fn duplicate(&mut self) {
        if self.tabs.len() < 6 {
            self.tabs.push(None);
            let tab = self.tabs.len() - 1;
            self.open_page(tab, true);
        }
    }
}
