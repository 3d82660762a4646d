//! Values beyond this page; every call may throw, and then the page goes on without them.

/// The page's `localStorage`, where the browser grants it.
pub(crate) struct Storage(Option<web_sys::Storage>);

impl Storage {
    /// Asks the browser; a sandboxed frame or blocked cookies give a storage that keeps nothing.
    pub(crate) fn local() -> Self {
        Self(web_sys::window().and_then(|window| window.local_storage().ok().flatten()))
    }

    /// The value under a key.
    pub(crate) fn read(&self, key: &str) -> Option<String> {
        self.0.as_ref()?.get_item(key).ok().flatten()
    }

    /// Keeps a value; a full or forbidden storage keeps nothing, and the page goes on.
    pub(crate) fn write(&self, key: &str, value: &str) {
        if let Some(storage) = &self.0 {
            let _full_or_forbidden = storage.set_item(key, value);
        }
    }
}
