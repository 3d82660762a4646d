//! What a session was told, written down line by line, so that a report of a fault can be told to another session again.
//!
//! A line is a JSON array of texts: both clocks, the name of the input, and what came with it. Neither a token nor what
//! anybody said is in it: of words only their shape is left ([`Veil`]), of tokens what they say they allow.

mod read;
mod veil;
mod write;

pub use self::{
    read::{Fields, begun, tell},
    veil::Veil,
    write::{begin, line},
};
