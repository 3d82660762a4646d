//! Draws a tree over the one that stands on the page: what is the same stays, what differs is made anew.
//!
//! Drawing for the first time and drawing again are one walk. Each call names the node that comes next; where the
//! node of that place is of the same kind, it goes on living, and a text that only grew is only appended to. What a
//! reader has selected in the rest therefore stays selected, and one change is one change of the document.
//!
//! Other hands may have been in here. A page translator replaces our text nodes; a node that is to change and stands no
//! longer where it was put makes its parent be drawn afresh, once (row H9).

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, Node, Text};

/// A node that was drawn, and what from.
pub(super) struct Drawn {
    node: Node,
    kind: Kind,
    /// A text's words, or what about an element was not said by its kind.
    detail: String,
    inner: Vec<Self>,
}

/// An element's name and class. Both are ours: nothing of an answer names anything.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Kind(pub(super) &'static str, pub(super) &'static str);

const TEXT: Kind = Kind("", "");

/// Goes through one parent's children.
pub(super) struct Pen<'a> {
    document: &'a Document,
    place: &'a Node,
    drawn: &'a mut Vec<Drawn>,
    next: usize,
    is_torn: bool,
}

/// Draws the children of an element.
type Fill<'a> = &'a mut dyn FnMut(&mut Pen<'_>);

impl<'a> Pen<'a> {
    pub(super) fn new(document: &'a Document, place: &'a Node, drawn: &'a mut Vec<Drawn>) -> Self {
        Self {
            document,
            place,
            drawn,
            next: 0,
            is_torn: false,
        }
    }

    /// The next child is this element. `dress` gives a new one its attributes; `detail` names all that they depend on.
    pub(super) fn element(&mut self, kind: Kind, detail: &str, dress: &dyn Fn(&Element), fill: Fill<'_>) {
        let stands = |drawn: &Drawn| drawn.kind == kind && drawn.detail == detail;
        let is_new = !self.drawn.get(self.next).is_some_and(stands);
        if is_new {
            self.cut();
            let Ok(element) = self.document.create_element(kind.0) else {
                return;
            };
            if !kind.1.is_empty() {
                element.set_class_name(kind.1);
            }
            dress(&element);
            self.keep(element.into(), kind, detail);
        }
        let Some(drawn) = self.drawn.get_mut(self.next) else {
            return;
        };
        self.next += 1;
        if !drawn.fill(self.document, fill) {
            drawn.node.set_text_content(None);
            drawn.inner.clear();
            drawn.fill(self.document, fill);
        }
        if is_new {
            let _accepted = self.place.append_child(&drawn.node);
        }
    }

    /// The next child is this text.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let known = self.drawn.get_mut(self.next).filter(|drawn| drawn.kind == TEXT);
        if let Some(drawn) = known {
            self.is_torn |= !drawn.rewrite(text, self.place);
        } else {
            self.cut();
            let node = self.document.create_text_node(text).into();
            let _accepted = self.place.append_child(&node);
            self.keep(node, TEXT, text);
        }
        self.next += 1;
    }

    /// There is no next child: what stands there goes.
    pub(super) fn cut(&mut self) {
        for gone in self.drawn.drain(self.next.min(self.drawn.len())..) {
            self.is_torn |= !gone.stands_in(self.place);
            // Text nodes take themselves off by the same name.
            gone.node.unchecked_ref::<Element>().remove();
        }
    }

    fn keep(&mut self, node: Node, kind: Kind, detail: &str) {
        self.drawn.push(Drawn {
            node,
            kind,
            detail: detail.to_owned(),
            inner: Vec::new(),
        });
    }
}

impl Drawn {
    /// Draws what is inside; `false` where somebody else has been there.
    fn fill(&mut self, document: &Document, fill: Fill<'_>) -> bool {
        let mut pen = Pen::new(document, &self.node, &mut self.inner);
        fill(&mut pen);
        pen.cut();
        !pen.is_torn
    }

    /// Makes a text node say something else; `false` where it is no longer on the page.
    fn rewrite(&mut self, text: &str, place: &Node) -> bool {
        if self.detail == text {
            return true;
        }
        if !self.stands_in(place) {
            return false;
        }
        let node = self.node.unchecked_ref::<Text>();
        if let Some(added) = text.strip_prefix(self.detail.as_str()) {
            let _never_refused = node.append_data(added);
            self.detail.push_str(added);
        } else {
            node.set_data(text);
            text.clone_into(&mut self.detail);
        }
        true
    }

    fn stands_in(&self, place: &Node) -> bool {
        self.node.parent_node().as_ref() == Some(place)
    }
}
