//! Inside a paragraph: one pass over the text.
//!
//! The pass leaves flat pieces: text ranges, finished nodes, delimiter runs, and marks where a node opens or
//! closes. [`delimiter`] pairs the runs and [`build`] nests the pieces, so that no depth of input is ever a
//! depth of recursion.
//!
//! Every search that can fail is bounded by something found before (the last backtick run of a length, a
//! bracket stack, a floor for each kind of closer), which keeps hostile text linear.

use crate::{
    block::Ending,
    budget::{Budget, MAX_DEPTH},
    bytes::{self, between, byte, from},
    link_policy, speculate,
    tree::Inline,
};

mod build;
mod code;
pub(crate) mod definition;
mod delimiter;
mod entity;
mod link;

pub(crate) use definition::Definitions;
pub(crate) use entity::{may_become as may_become_entity, unescape};

use code::Backticks;
use delimiter::Run;
use link::{Part, Resource};

/// A step on the way from text to nodes.
enum Piece {
    /// A decoded character.
    Char(char),
    /// The end of the innermost open link.
    Close,
    Code(String),
    Image {
        src: String,
        alt: String,
    },
    LineBreak,
    /// The beginning of a link.
    Open(String),
    /// The run with this number.
    Run(usize),
    SoftBreak,
    /// A range of the source.
    Text(usize, usize),
}

/// A `[` or `![` that may begin a link or an image.
struct Bracket {
    is_image: bool,
    /// Its own piece.
    piece: usize,
    /// The number of the first run after it.
    run: usize,
    /// Where it stands in the source.
    at: usize,
}

struct Scanner<'a> {
    text: &'a str,
    ending: Ending,
    at: usize,
    /// Where the text begins that is not yet a piece.
    plain: usize,
    pieces: Vec<Piece>,
    runs: Vec<Run>,
    brackets: Vec<Bracket>,
    /// Brackets below this height stand around a link and cannot become one.
    dead: usize,
    backticks: Backticks,
    definitions: &'a mut Definitions,
    budget: &'a mut Budget,
    /// How many nodes the pieces may still become.
    room: usize,
    /// Set when a cap is reached: what follows stays as it is written.
    is_full: bool,
}

/// Parses running text that stands in `depth` containers.
pub(crate) fn parse(
    text: &str,
    depth: usize,
    ending: Ending,
    budget: &mut Budget,
    definitions: &mut Definitions,
) -> Vec<Inline> {
    bytes::touched(text.len());
    let text = match ending {
        // What is held back goes by the text as it came: after a space, an address is complete.
        Ending::Open => speculate::held(text),
        Ending::Final => text.trim_ascii_end(),
    };
    let mut scanner = Scanner {
        text,
        ending,
        at: 0,
        plain: 0,
        pieces: Vec::new(),
        runs: Vec::new(),
        brackets: Vec::new(),
        dead: 0,
        backticks: Backticks::of(text),
        definitions,
        room: budget.room(),
        budget,
        is_full: false,
    };
    scanner.scan();
    scanner.flush(text.len());
    scanner.close_open_end();
    let Scanner {
        pieces,
        runs,
        is_full,
        ..
    } = scanner;
    let (content, nodes) = build::nest(text, &pieces, &runs, depth);
    budget.spend(nodes);
    if is_full {
        budget.exhaust();
    }
    content
}

impl Scanner<'_> {
    fn scan(&mut self) {
        while self.at < self.text.len() && !self.is_full {
            match byte(self.text, self.at) {
                b'\n' => self.line_end(),
                b'\\' => self.escape(),
                b'`' => self.code(),
                b'*' | b'_' | b'~' => self.run(),
                b'!' if byte(self.text, self.at + 1) == b'[' => self.open_bracket(2),
                b'[' => self.open_bracket(1),
                b']' => self.close_bracket(),
                b'<' => self.angle(),
                b'&' => self.reference(),
                b'h' | b'H' => self.bare(),
                _ => self.at += 1,
            }
        }
    }

    /// Makes a piece of the plain text up to `end`.
    fn flush(&mut self, end: usize) {
        if self.plain < end {
            self.pieces.push(Piece::Text(self.plain, end));
        }
        self.plain = end;
    }

    /// Adds a piece for the source from the cursor to `end` and goes on there, if there is room for it.
    fn add(&mut self, piece: Piece, end: usize) {
        if !matches!(piece, Piece::Char(_) | Piece::Text(..)) && !self.affords(0) {
            return;
        }
        self.flush(self.at);
        self.pieces.push(piece);
        self.at = end;
        self.plain = end;
    }

    /// Takes the room for a node, the text after it, and `more` nodes, or stops the reading.
    fn affords(&mut self, more: usize) -> bool {
        match self.room.checked_sub(2 + more) {
            Some(room) => self.room = room,
            None => self.is_full = true,
        }
        !self.is_full
    }

    /// Takes the room for a link, or stops the reading.
    fn affords_link(&mut self) -> bool {
        self.is_full = !(self.affords(0) && self.budget.spend_link());
        !self.is_full
    }

    fn line_end(&mut self) {
        let line = between(self.text, self.plain, self.at);
        let spaces = line.len() - line.trim_end_matches(' ').len();
        self.flush(self.at - spaces);
        let piece = if spaces >= 2 {
            Piece::LineBreak
        } else {
            Piece::SoftBreak
        };
        self.plain = self.at;
        self.add(piece, self.at + 1);
    }

    fn escape(&mut self) {
        let next = byte(self.text, self.at + 1);
        if next == b'\n' {
            self.add(Piece::LineBreak, self.at + 2);
        } else if next.is_ascii_punctuation() {
            self.flush(self.at);
            self.plain = self.at + 1;
            self.at += 2;
        } else {
            self.at += 1;
        }
    }

    fn code(&mut self) {
        let length = bytes::run(from(self.text, self.at), b'`');
        let start = self.at + length;
        match self.backticks.closer(self.text, start, length) {
            Some(end) => {
                let code = code::content(between(self.text, start, end));
                self.add(Piece::Code(code), end + length);
            }
            None if self.ending == Ending::Open => {
                let code = code::content(from(self.text, start));
                self.add(Piece::Code(code), self.text.len());
            }
            None => self.at = start,
        }
    }

    fn run(&mut self) {
        let marker = byte(self.text, self.at);
        let length = bytes::run(from(self.text, self.at), marker);
        let end = self.at + length;
        // A single tilde means "about" far more often than anything else.
        if marker == b'~' && length != 2 {
            self.at = end;
            return;
        }
        // Half of the pairs a run is part of are counted for each of the two.
        if !self.affords(length.min(MAX_DEPTH)) {
            return;
        }
        let before = between(self.text, 0, self.at).chars().next_back();
        let after = from(self.text, end).chars().next();
        let number = self.runs.len();
        self.runs.push(Run::new(marker, length, before, after));
        self.flush(self.at);
        self.pieces.push(Piece::Run(number));
        self.at = end;
        self.plain = end;
    }

    fn open_bracket(&mut self, length: usize) {
        let at = self.at;
        self.flush(at);
        let bracket = Bracket {
            is_image: length == 2,
            piece: self.pieces.len(),
            run: self.runs.len(),
            at,
        };
        self.brackets.push(bracket);
        self.add(Piece::Text(at, at + length), at + length);
    }

    fn close_bracket(&mut self) {
        let Some(bracket) = self.brackets.pop() else {
            self.at += 1;
            return;
        };
        let is_dead = self.brackets.len() < self.dead && !bracket.is_image;
        self.dead = self.dead.min(self.brackets.len());
        if is_dead {
            self.at += 1;
            return;
        }
        let resource = match link::resource(self.text, self.at + 1) {
            Resource::Absent => self.reference_from(&bracket),
            Resource::Unfinished if self.ending == Ending::Final => self.reference_from(&bracket),
            found @ (Resource::Complete { .. } | Resource::Unfinished) => found,
        };
        match resource {
            Resource::Complete { address, end } => {
                self.flush(self.at);
                let taken = if bracket.is_image {
                    self.image(&bracket, &address)
                } else {
                    self.link(&bracket, &address)
                };
                if taken {
                    self.at = end;
                    self.plain = end;
                }
            }
            Resource::Unfinished if self.ending == Ending::Open => {
                self.flush(self.at);
                self.hide(&bracket);
                self.at = self.text.len();
                self.plain = self.at;
            }
            Resource::Absent | Resource::Unfinished => self.at += 1,
        }
    }

    /// The definition that is meant by `[text][label]`, `[label][]` or `[label]`, whose first `]` is here.
    fn reference_from(&mut self, bracket: &Bracket) -> Resource {
        let mut end = self.at + 1;
        let mut label = "";
        if byte(self.text, end) == b'[' {
            match link::label(self.text, end) {
                Part::Complete { content, end: after } if content.is_empty() || !is_space(content) => {
                    (label, end) = (content, after);
                }
                Part::Unfinished if self.ending == Ending::Open => return Resource::Unfinished,
                Part::Absent | Part::Complete { .. } | Part::Unfinished => {}
            }
        }
        if label.is_empty()
            && let Part::Complete { content, end: after } =
                link::label(self.text, bracket.at + usize::from(bracket.is_image))
            && after == self.at + 1
        {
            label = content;
        }
        if is_space(label) {
            return Resource::Absent;
        }
        match self.definitions.find(label) {
            Some(address) => Resource::Complete { address, end },
            None => Resource::Absent,
        }
    }

    fn link(&mut self, bracket: &Bracket, address: &str) -> bool {
        let href = link_policy::clickable(address);
        if href.is_some() && !self.affords_link() {
            return false;
        }
        self.pair_from(bracket.run);
        self.dead = self.brackets.len();
        match href {
            Some(href) => {
                self.replace(bracket.piece, Piece::Open(href));
                self.pieces.push(Piece::Close);
            }
            None => self.replace(bracket.piece, Piece::Text(0, 0)),
        }
        true
    }

    fn image(&mut self, bracket: &Bracket, address: &str) -> bool {
        if !self.affords(0) {
            return false;
        }
        self.pair_from(bracket.run);
        let described = self.pieces.get(bracket.piece + 1..).unwrap_or_default();
        let alt = build::plain(self.text, described, &self.runs);
        self.pieces.truncate(bracket.piece);
        self.runs.truncate(bracket.run);
        self.pieces.push(Piece::Image {
            src: link_policy::picture(address),
            alt,
        });
        true
    }

    /// Pairs the runs from this one on among themselves, and with no others later.
    fn pair_from(&mut self, run: usize) {
        // A bracket's run number was the count when it was pushed, and nothing below it has been removed.
        let inner = self.runs.get_mut(run..).unwrap_or_default();
        delimiter::pair(inner);
        for run in inner {
            run.retire();
        }
    }

    fn angle(&mut self) {
        let Some((address, start, end)) = link::angle(self.text, self.at) else {
            self.at += 1;
            return;
        };
        match link_policy::clickable(&address) {
            Some(href) => self.address(href, (start, end - 1), end),
            None => self.add(Piece::Text(start, end - 1), end),
        }
    }

    fn bare(&mut self) {
        let Some((end, reach)) = link::bare(self.text, self.at, !self.brackets.is_empty()) else {
            self.at += 1;
            return;
        };
        let unfinished = self.ending == Ending::Open && reach == self.text.len();
        let start = self.at;
        match link_policy::clickable(between(self.text, start, end)) {
            Some(href) if !unfinished => self.address(href, (start, end), end),
            Some(_) | None => self.at = end,
        }
    }

    /// Adds a link whose text is its own address.
    fn address(&mut self, href: String, shown: (usize, usize), end: usize) {
        if self.affords_link() {
            self.flush(self.at);
            let text = Piece::Text(shown.0, shown.1);
            self.pieces.extend([Piece::Open(href), text, Piece::Close]);
            self.at = end;
            self.plain = end;
        }
    }

    fn reference(&mut self) {
        match entity::decode(from(self.text, self.at)) {
            Some((character, length)) => self.add(Piece::Char(character), self.at + length),
            None => self.at += 1,
        }
    }

    /// Pairs the remaining runs; where the text is still arriving, closes what is open.
    fn close_open_end(&mut self) {
        if self.ending == Ending::Open {
            for bracket in std::mem::take(&mut self.brackets) {
                // An exclamation followed by a bracket that stays open over a line end is no image any more.
                if !(bracket.is_image && from(self.text, bracket.at).contains('\n')) {
                    self.hide(&bracket);
                }
                if self.pieces.len() == bracket.piece {
                    break;
                }
            }
        }
        let open = delimiter::pair(&mut self.runs);
        if self.ending == Ending::Open {
            let closing = delimiter::close(&mut self.runs, &open);
            self.pieces.push(Piece::Run(self.runs.len()));
            self.runs.push(closing);
        }
    }

    /// Leaves a link's text standing without its bracket, and nothing of an image.
    fn hide(&mut self, bracket: &Bracket) {
        if bracket.is_image {
            self.pieces.truncate(bracket.piece);
            self.runs.truncate(bracket.run);
        } else {
            self.replace(bracket.piece, Piece::Text(0, 0));
        }
    }

    fn replace(&mut self, at: usize, piece: Piece) {
        if let Some(place) = self.pieces.get_mut(at) {
            *place = piece;
        }
    }
}

fn is_space(text: &str) -> bool {
    text.trim_ascii().is_empty()
}
