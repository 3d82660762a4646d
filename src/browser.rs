//! The browser, owned: each thing taken from it is given back when its value is dropped.
//!
//! This room decides nothing: it retries nothing, waits for nothing and knows no frame.

pub(crate) mod clock;
pub(crate) mod entropy;
pub(crate) mod http;
mod life;
pub(crate) mod news;
pub(crate) mod page;
pub(crate) mod plain;
pub(crate) mod socket;
pub(crate) mod storage;
pub(crate) mod tabs;
pub(crate) mod timer;
