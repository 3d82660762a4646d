//! The platform's answers: made piece by piece, sent to whoever joined the chat, kept in history when they are whole.

use serde_json::{Value, json};

use super::{Chore, Growing, Out, Platform, Said, Socket};

/// What answers consist of: repeats, so that nobody may drop them, and characters of many bytes.
const WORDS: [&str; 8] = [
    "ha,",
    "ha,",
    "**bold** ",
    "so ",
    "\u{1f600}",
    "gr\u{fc}\u{df}e ",
    "\n\n",
    "- item\n",
];

impl Platform {
    /// An answer begins.
    pub(super) fn answer(&mut self, chat: usize, out: &mut Vec<Out>) {
        if std::mem::take(&mut self.moods.fails_next) {
            let frame =
                json!({"type": "error", "data": {"type": "ai_processing_error", "message": self.words()}});
            return self.say_to_all(chat, &frame, out);
        }
        let id = self.fresh("a");
        let count = 1 + self
            .rng
            .below(if self.rng.clone().percent(10) { 120 } else { 25 });
        let mut pieces = vec![format!("{id} ")];
        for _ in 0..count {
            pieces.extend(self.rng.pick(&WORDS).map(str::to_owned));
        }
        let chat_id = self
            .chats
            .get(chat)
            .map(|chat| chat.id.clone())
            .unwrap_or_default();
        self.say_to_all(
            chat,
            &json!({"type": "processing", "data": {"chat_id": chat_id}}),
            out,
        );
        if self.manners.is_wordy && pieces.len().is_multiple_of(4) {
            // Row M15.
            pieces.push("word ".repeat(28 * 1024));
        }
        if self.manners.streams {
            let frame = json!({"type": "response_start", "data": {"message_id": id, "chat_id": chat_id}});
            self.say_to_all(chat, &frame, out);
        } else {
            pieces = vec![pieces.concat()];
        }
        self.growing.push(Growing {
            chat,
            id,
            pieces,
            next: 0,
            is_over: false,
        });
        let delay_ms = self.rng.between(100, 1500);
        let answer = self.growing.len() - 1;
        out.push(Out::Later {
            delay_ms,
            chore: Chore::Chunk { answer },
        });
    }

    /// The next piece, or the end.
    pub(super) fn grow(&mut self, answer: usize) -> Vec<Out> {
        let mut out = Vec::new();
        let pause = self.rng.between(30, 500);
        let Some(growing) = self.growing.get_mut(answer).filter(|growing| !growing.is_over) else {
            return out;
        };
        let (chat, index) = (growing.chat, growing.next);
        if growing.next >= growing.pieces.len() || !self.manners.streams {
            growing.is_over = true;
            self.complete(answer, false, &mut out);
            return out;
        }
        growing.next += 1;
        let frame = self.chunk(answer, index);
        self.say_to_all(chat, &frame, &mut out);
        out.push(Out::Later {
            delay_ms: pause,
            chore: Chore::Chunk { answer },
        });
        out
    }

    fn chunk(&self, answer: usize, index: usize) -> Value {
        let Some(growing) = self.growing.get(answer) else {
            return Value::Null;
        };
        let mut data = json!({"message_id": growing.id, "content": growing.pieces.get(index)});
        if self.manners.resume {
            data["index"] = json!(index);
        }
        json!({"type": "response_chunk", "data": data})
    }

    /// Keeps an answer in history and tells that it is whole.
    fn complete(&mut self, answer: usize, is_stopped: bool, out: &mut Vec<Out>) {
        let Some(growing) = self.growing.get_mut(answer) else {
            return;
        };
        growing.is_over = true;
        let said = if is_stopped {
            growing.next
        } else {
            growing.pieces.len()
        };
        growing.pieces.truncate(said);
        growing.next = said;
        let (chat, id, text) = (growing.chat, growing.id.clone(), growing.pieces.concat());
        out.push(Self::fact_of(&id, &text));
        let seq = self.next_seq(chat);
        if let Some(chat) = self.chats.get_mut(chat) {
            chat.said.push(Said {
                id,
                is_visitor: false,
                text,
                client: None,
                seq,
            });
        }
        let frame = self.completion(answer, is_stopped);
        self.say_to_all(chat, &frame, out);
        if self.manners.repeats_late && said > 0 && self.manners.streams {
            // Row P14.
            let late = self.chunk(answer, said - 1);
            for socket in self.audience(chat) {
                self.say(socket, 300, late.clone(), out);
            }
        }
    }

    fn completion(&mut self, answer: usize, is_stopped: bool) -> Value {
        let stamp = self.stamp();
        let Some(growing) = self.growing.get(answer) else {
            return Value::Null;
        };
        let mut data = json!({"message_id": growing.id, "created_at": stamp});
        if self.manners.repeats_text || !self.manners.streams || is_stopped {
            data["content"] = json!(growing.pieces.concat());
        } else if self.manners.counts_pieces {
            data["total_chunks"] = json!(growing.pieces.len());
        }
        if is_stopped {
            data["stopped"] = json!(true);
        }
        json!({"type": "response_complete", "data": data})
    }

    /// What a page missed of an answer is said again.
    pub(super) fn resume(&mut self, socket: Socket, wish: &Value, out: &mut Vec<Out>) {
        let wanted = wish["message_id"].as_str().filter(|_| self.manners.resume);
        let found = wanted.and_then(|id| self.growing.iter().position(|growing| growing.id == id));
        let Some(answer) = found else { return };
        let from = wish["next_index"]
            .as_u64()
            .and_then(|index| usize::try_from(index).ok())
            .unwrap_or_default();
        let Some((said, is_over, count)) = self
            .growing
            .get(answer)
            .map(|growing| (growing.next, growing.is_over, growing.pieces.len()))
        else {
            return;
        };
        for index in from..said {
            let frame = self.chunk(answer, index);
            self.say(socket, 0, frame, out);
        }
        // What a restart took away is not finished by itself.
        if is_over && said == count {
            let mut frame = self.completion(answer, false);
            if let Some(growing) = self.growing.get(answer) {
                frame["data"]["content"] = json!(growing.pieces.concat());
            }
            self.say(socket, 0, frame, out);
        }
    }

    pub(super) fn stop(&mut self, data: &Value) -> Vec<Out> {
        let mut out = Vec::new();
        let wanted = data["message_id"].as_str().filter(|_| self.manners.stop);
        let is_it = |growing: &Growing| Some(growing.id.as_str()) == wanted && !growing.is_over;
        if let Some(answer) = self.growing.iter().position(is_it) {
            self.complete(answer, true, &mut out);
        }
        out
    }
}
