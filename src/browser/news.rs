//! What other tabs of this browser write, and the telling of what is written here.
//!
//! Two ways, for neither is enough: storage events do not reach a second widget on the same page, and not every browser
//! has channels. News is the name of a key, never a value; who hears it reads for itself.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, Event, MessageEvent, StorageEvent};

use super::life::Life;

/// Hears and tells; dropping it ends both.
#[must_use = "dropping it ends the listening"]
pub(crate) struct News {
    name: String,
    heard: Closure<dyn Fn(Event)>,
    _life: Life,
    channel: RefCell<Option<BroadcastChannel>>,
}

impl News {
    /// Joins the channel of this name. `changed` gets each key another tab wrote; none where it cleared everything.
    pub(crate) fn new(name: String, changed: impl Fn(Option<&str>) + 'static) -> Self {
        let heard =
            Closure::<dyn Fn(Event)>::new(move |event: Event| match event.dyn_into::<StorageEvent>() {
                Ok(event) => changed(event.key().as_deref()),
                Err(event) => keys_in(&event).for_each(|key| changed(Some(&key))),
            });
        let life = Life::begin();
        if let Some(window) = web_sys::window() {
            life.hear(&window, "storage", &heard);
        }
        let news = Self {
            name,
            heard,
            _life: life,
            channel: RefCell::default(),
        };
        news.open();
        news
    }

    /// Joins the channel, anew where that was done. A browser without channels, or one that refuses, has storage events.
    pub(crate) fn open(&self) {
        self.close();
        let channel = BroadcastChannel::new(&self.name).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(self.heard.as_ref().unchecked_ref()));
        }
        self.channel.replace(channel);
    }

    /// Leaves the channel: a page that holds one is not kept for going back to.
    pub(crate) fn close(&self) {
        if let Some(channel) = self.channel.take() {
            channel.set_onmessage(None);
            channel.close();
        }
    }

    /// Tells the other tabs which keys were written.
    pub(crate) fn tell(&self, keys: &[String]) {
        if let Some(channel) = &*self.channel.borrow() {
            let keys: Array = keys.iter().map(JsValue::from).collect();
            // Names can always be copied; a channel that is closed has nobody to tell.
            let _closed_meanwhile = channel.post_message(&keys);
        }
    }
}

impl Drop for News {
    fn drop(&mut self) {
        self.close();
    }
}

/// The names in a message of the channel; whatever else somebody sent there says nothing.
fn keys_in(event: &Event) -> impl Iterator<Item = String> + use<> {
    let names = event
        .dyn_ref::<MessageEvent>()
        .and_then(|event| event.data().dyn_into::<Array>().ok())
        .unwrap_or_default();
    names.into_iter().filter_map(|name| name.as_string())
}
