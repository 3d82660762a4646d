//! The session core in many simulated browsers at once: whether a fleet of them does a platform harm.
//!
//! For development and tests only; nothing of it reaches a visitor.

pub mod fleet;
