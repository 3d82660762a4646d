//! Plain JavaScript objects, made field by field.
//!
//! A dozen small shapes, most of them for the host page, need no serialiser.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

/// A plain object under construction. A field without a value is left out.
///
/// The setter is kept out of line: copies of it in every shape weigh more than the calls.
#[must_use = "an object is seen only where it is handed over"]
pub(crate) struct Plain(Object);

impl Plain {
    pub(crate) fn new() -> Self {
        Self(Object::new())
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.value(name, &value.into())
    }

    pub(crate) fn maybe_text(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.value(name, &value.into())
    }

    pub(crate) fn number(self, name: &str, value: f64) -> Self {
        self.value(name, &value.into())
    }

    pub(crate) fn maybe_number(self, name: &str, value: Option<f64>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    pub(crate) fn count(self, name: &str, value: usize) -> Self {
        self.number(name, value as f64)
    }

    #[inline(never)]
    pub(crate) fn value(self, name: &str, value: &JsValue) -> Self {
        // Setting a field of a fresh plain object cannot fail.
        let _always_set = Reflect::set(&self.0, &name.into(), value);
        self
    }

    /// The finished object.
    pub(crate) fn end(self) -> JsValue {
        self.0.into()
    }
}
