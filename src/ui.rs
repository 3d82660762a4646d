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
mod clipboard;
mod composer;
mod context;
mod element;
mod extras;
mod foot;
mod icons;
mod later;
mod launcher;
mod lines;
mod link;
mod live;
mod model;
mod narrator;
mod notice;
mod panel;
mod sign_in;
mod sources;
mod strings;
mod transcript;

pub(crate) use self::{
    actions::{Act, Actions},
    app::{Mounted, mount},
    context::Options,
    later::{came, is_whole},
    link::{Confirm, Links},
    model::{ChatModel, Row, SignIn},
    strings::Language,
};

/// The widget's whole sheet, made by `build.rs`; its first part is what the loader draws the launcher with.
pub(crate) const SHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/sheet.css"));
