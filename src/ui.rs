//! What a person sees: Leptos views over one model.
//!
//! Views are written with the builder syntax. The `view!` macro turns static markup into a string for
//! `<template>.innerHTML`, which Trusted Types forbid; the builder creates every node by itself.
//!
//! This room knows neither the browser room nor the driver, no token and no URL of the platform.

mod actions;
mod answer;
mod app;
mod bubble;
mod composer;
mod context;
mod element;
mod icons;
mod launcher;
mod link;
mod model;
mod notice;
mod panel;
mod sources;
mod strings;
mod transcript;

pub(crate) use self::{
    actions::{Act, Actions},
    app::{Mounted, mount},
    context::Options,
    model::{ChatModel, Row},
    strings::Language,
};

/// The widget's whole sheet; the launcher's part is shared with the loader, which draws the launcher alone.
pub(crate) const SHEET: &str = concat!(
    include_str!("ui/launcher.css"),
    include_str!("ui/chat.css"),
    include_str!("ui/transcript.css"),
    include_str!("ui/answer.css"),
    include_str!("ui/devices.css"),
);
