//! What visitors do: they act on what the screen shows, in pages they see.

use miptech_chat_session::{
    Account, ClientMessageId, Connection, Credentials, Input, PageSignal, Rare, Status,
};

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
            66..70 => self.click(page, Click::Stop, Input::StopAnswer),
            70..75 => self.click(page, Click::Retry, Input::RetryNow),
            75..77 => self.click(page, Click::Dismiss, Input::DismissNotice),
            77..81 => {
                self.page(page).is_panel_open = false;
                self.click(page, Click::Close, Input::SetOpen(false));
            }
            81..83 => self.click(page, Click::NewConversation, Input::NewConversation),
            83..87 if self.page(page).screen.has_ended => {
                self.click(page, Click::NewConversation, Input::NewConversation);
            }
            87..91 if self.plan.accounts => self.sign_in(page),
            91..93 if self.plan.accounts => self.click(page, Click::SignOut, Input::SignOut),
            93 => self.duplicate(),
            94 => self.leave(page, Some(Doom::Closed)),
            95 => {
                self.turn(page, Input::MarkRead);
            }
            _ => self.say(page),
        }
    }

    pub(super) fn open_panel(&mut self, page: usize) {
        self.page(page).is_panel_open = true;
        self.click(page, Click::Open, Input::SetOpen(true));
        // Opening is what brings the chat up.
        if self.page(page).is_alive() {
            self.turn(page, Input::Start);
        }
    }

    pub(super) fn click(&mut self, page: usize, click: Click, input: Input<'_>) {
        self.note(Some(page), Happening::Clicked(click));
        self.turn(page, input);
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
        let (subject, chat) = (
            self.page(page).screen.user.clone(),
            self.page(page).screen.chat.clone(),
        );
        if self.told(page, Input::Send { id, text: &text }).is_ok() {
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
        self.turn(page, Input::SetDraft(&text));
        if self.plan.manners.has_people && self.page(page).is_alive() {
            self.turn(
                page,
                Input::Rare(Rare::Typed {
                    has_text: !text.is_empty(),
                }),
            );
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
                self.turn(page, Input::Rare(Rare::Check(&id)));
            }
            1 | 2 if status != Status::Queued => {
                self.note(Some(page), Happening::Again { id: name });
                self.turn(page, Input::Retry(&id));
            }
            3 => {
                self.note(Some(page), Happening::Deleted { id: name });
                self.turn(page, Input::Rare(Rare::Discard(&id)));
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
        self.turn(page, Input::Rare(Rare::SignIn(&credentials)));
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
