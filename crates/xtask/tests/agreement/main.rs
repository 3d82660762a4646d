//! What is written in two places says the same in both.

mod documents;
mod sources;
mod unions;
