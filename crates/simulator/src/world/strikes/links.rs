//! Faults of the way: sockets that end, stall, or say what they should not.

use serde_json::json;

use crate::{
    plan::Fault,
    world::{Job, World, net::Down, screen::FOREIGN},
};

impl World {
    /// Something strikes a socket that is open.
    pub(super) fn on_link(&mut self, act: impl FnOnce(&mut Self, usize)) {
        let links = self.open_links();
        if let Some(socket) = self.rng.pick(&links) {
            act(self, socket);
        }
    }

    pub(super) fn close_link(&mut self, socket: usize) {
        let codes = [
            1000, 1001, 1002, 1005, 1007, 1008, 1009, 1011, 1012, 1013, 4003, 4005, 4006, 4400, 4401, 4408,
            4429, 4999,
        ];
        // A verdict that ends everything is rare, or nothing else would be seen.
        let verdicts = [(4403, ""), (4004, ""), (1008, "tenant_id required")];
        let verdict = self.rng.pick(&verdicts).filter(|_| self.rng.percent(4));
        let (code, reason) = verdict.unwrap_or_else(|| {
            let code = self.rng.pick(&codes).unwrap_or(1001);
            (code, if code == 1008 { "Rate limited" } else { "" })
        });
        self.drop_link(socket, self.latency_ms, code, reason);
    }

    pub(super) fn say_foreign(&mut self, socket: usize) {
        let text = format!("{FOREIGN} text of another chat");
        let frames = [
            json!({"type": "chat_response", "data": {"message": text, "chat_id": "other", "message_id": "x1"}}),
            json!({"type": "response_chunk",
                           "data": {"message_id": "x2", "chat_id": "other", "content": text, "index": 0}}),
            json!({"type": "chat_message", "chat_id": "other",
                           "message": {"id": "x3", "content": text, "role": "user"}}),
            json!({"type": "chat_joined", "data": {"chat_id": "other", "success": true}}),
            json!({"type": "message_received", "data": {"chat_id": "other", "message_id": "x4"}}),
            json!({"type": "chat_response", "tenant_id": "other-tenant",
                           "data": {"message": text, "chat_id": "other", "message_id": "x5"}}),
        ];
        let place = self.rng.below(frames.len());
        // A page that waits for its chat's name takes the first it is told (`platform.md` section 12.8): whose it is nobody
        // could see.
        let names_chat = matches!(place, 3 | 4);
        let page = self.links.get(socket).map(|link| link.page);
        let is_nameless = page.is_some_and(|page| self.page(page).session.chat().is_none());
        if let Some(frame) = frames.get(place).filter(|_| !names_chat || !is_nameless) {
            self.down(socket, Down::Text(frame.to_string(), Some(frame.clone())));
        }
    }

    pub(super) fn say_odd(&mut self, socket: usize) {
        let texts = [
            "",
            "null",
            "17",
            "[]",
            "{",
            "\u{feff}{}",
            r#"{"type":"no_such_type","data":{}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"typing_start"}"#,
            BARE_END,
        ];
        // One that names no answer ends the only one that is open (row P10), and is no odd one then but a lie.
        let is_lie = |text: &str| text == BARE_END && self.platform.is_answering();
        let text = self
            .rng
            .pick(&texts)
            .filter(|text| !is_lie(text))
            .unwrap_or_default();
        let down = if text.is_empty() {
            Down::Binary
        } else {
            Down::Text(text.to_owned(), None)
        };
        self.down(socket, down);
    }

    /// Bytes stop on one link, or on several one by one, and go on in another order.
    pub(super) fn stall(&mut self, fault: Fault) {
        let links = self.open_links();
        let count = if fault == Fault::Swizzle { links.len() } else { 1 };
        for _ in 0..count {
            let Some(socket) = self.rng.pick(&links) else {
                return;
            };
            let both = fault == Fault::Swizzle || self.rng.percent(40);
            if let Some(link) = self.links.get_mut(socket) {
                link.stalls_up |= both || fault == Fault::StallUp;
                link.stalls_down |= both || fault == Fault::StallDown;
            }
            let for_ms = if self.rng.percent(70) { 30_000 } else { 180_000 };
            let delay_ms = self.rng.between(1000, for_ms);
            self.later(delay_ms, Job::Heal { socket });
        }
    }
}

const BARE_END: &str = r#"{"type":"response_complete"}"#;
