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
mod lost_focus;
mod menu;
mod model;
mod narrator;
mod notice;
mod panel;
mod reason;
mod segments;
mod sign_in;
mod sources;
mod strings;
mod suggestions;
mod transcript;

pub(crate) use self::{
    actions::{Act, Actions, Deed, Wish},
    app::{Mounted, mount},
    context::Options,
    later::{came, has_trace, is_whole},
    link::{Confirm, Links},
    model::{ChatModel, Row, SignIn},
    strings::Language,
};

/// The widget's sheet as far as its parts are there.
/// Where the loader draws launcher and panel, it has the sheet's first rules by itself. Made by `build.rs`.
pub(crate) fn sheet() -> String {
    let mut sheet = include_str!(concat!(env!("OUT_DIR"), "/first.css")).to_owned();
    if later::has_answers() {
        later::answers::add_sheet(&mut sheet);
    }
    if is_whole() {
        later::rest::add_sheet(&mut sheet);
    }
    sheet.push_str(include_str!(concat!(env!("OUT_DIR"), "/last.css")));
    sheet
}
