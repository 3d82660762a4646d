//! The options object, read field by field: the only place that looks into one.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Reflect};
use miptech_chat_session::ErrorCode;
use wasm_bindgen::{JsCast, JsValue};

use super::ConfigError;

/// The own properties of an options object; what its prototype says does not count (row H17).
///
/// The first value of a wrong type is kept as the error of the whole reading.
/// The methods are kept out of line: they are called for twenty options, and copies of them weigh kilobytes.
pub(super) struct Fields {
    object: Object,
    pub(super) error: RefCell<Option<ConfigError>>,
}

impl Fields {
    pub(super) fn of(value: &JsValue) -> Option<Self> {
        let object = if value.is_undefined() || value.is_null() {
            Object::new()
        } else {
            value
                .dyn_ref::<Object>()
                .filter(|_| !Array::is_array(value) && !value.is_function())?
                .clone()
        };
        Some(Self {
            object,
            error: RefCell::default(),
        })
    }

    #[inline(never)]
    fn own(&self, field: &str) -> Option<JsValue> {
        let key = JsValue::from_str(field);
        let value = Object::has_own(&self.object, &key)
            .then(|| Reflect::get(&self.object, &key).ok())
            .flatten()?;
        (!value.is_undefined() && !value.is_null()).then_some(value)
    }

    /// Keeps the error where the value is not what was expected.
    pub(super) fn expect<T>(
        &self,
        field: &'static str,
        expected: &'static str,
        value: &JsValue,
        read: Option<T>,
    ) -> Option<T> {
        if read.is_none() {
            self.error
                .borrow_mut()
                .get_or_insert_with(|| wrong(field, expected, value));
        }
        read
    }

    pub(super) fn adopt(&self, inner: &Self) {
        if let Some(error) = inner.error.take() {
            self.error.borrow_mut().get_or_insert(error);
        }
    }

    #[inline(never)]
    pub(super) fn text(&self, field: &'static str) -> Option<String> {
        let value = self.own(field)?;
        self.expect(field, "a string", &value, value.as_string())
    }

    #[inline(never)]
    pub(super) fn flag(&self, field: &'static str) -> Option<bool> {
        let value = self.own(field)?;
        self.expect(field, "true or false", &value, value.as_bool())
    }

    #[inline(never)]
    pub(super) fn whole(&self, field: &'static str, least: i32, most: i32) -> Option<i32> {
        let value = self.own(field)?;
        let number = value
            .as_f64()
            .map(|number| (number, number as i32))
            .filter(|(number, whole)| f64::from(*whole) == *number);
        let whole = number
            .map(|(_, whole)| whole)
            .filter(|whole| (least..=most).contains(whole));
        self.expect(field, "a whole number in range", &value, whole)
    }

    #[inline(never)]
    pub(super) fn object(&self, field: &'static str) -> Option<Self> {
        let value = self.own(field)?;
        self.expect(field, "an object", &value, Self::of(&value))
    }

    /// A value of any type; the caller judges it.
    pub(super) fn any(&self, field: &str) -> Option<JsValue> {
        self.own(field)
    }

    #[inline(never)]
    pub(super) fn function(&self, field: &'static str) -> Option<Function> {
        let value = self.own(field)?;
        let function = value.dyn_ref::<Function>().cloned();
        self.expect(field, "a function", &value, function)
    }

    /// Texts, or objects of a label and a text.
    #[inline(never)]
    pub(super) fn prompts(&self, field: &'static str) -> Vec<(String, String)> {
        let Some(value) = self.own(field) else {
            return Vec::new();
        };
        let prompt = |item: JsValue| match item.as_string() {
            Some(text) => Some((text.clone(), text)),
            None => {
                let item = Self::of(&item)?;
                Some((item.text("label")?, item.text("text")?))
            }
        };
        let list = value
            .dyn_ref::<Array>()
            .and_then(|list| list.iter().map(prompt).collect());
        self.expect(
            field,
            "an array of strings or of objects of label and text",
            &value,
            list,
        )
        .unwrap_or_default()
    }

    pub(super) fn texts(&self, field: &'static str) -> Option<Vec<String>> {
        let value = self.own(field)?;
        let list = value
            .dyn_ref::<Array>()
            .and_then(|list| list.iter().map(|item| item.as_string()).collect());
        self.expect(field, "an array of strings", &value, list)
    }

    #[inline(never)]
    pub(super) fn one_of(
        &self,
        field: &'static str,
        allowed: &[&'static str],
        expected: &'static str,
    ) -> &'static str {
        let first = allowed.first().copied().unwrap_or_default();
        let Some(text) = self.text(field) else {
            return first;
        };
        let known = allowed.iter().find(|known| **known == text).copied();
        self.expect(field, expected, &text.into(), known).unwrap_or(first)
    }
}

pub(super) fn wrong(field: &'static str, expected: &'static str, found: &JsValue) -> ConfigError {
    let found = match found.as_string() {
        Some(text) => shown(&text),
        None => found.js_typeof().as_string().unwrap_or_default(),
    };
    ConfigError {
        code: ErrorCode::ConfigInvalid,
        field,
        expected,
        found,
    }
}

/// A value of the host page in one line of ours: short, quoted, without control characters.
fn shown(text: &str) -> String {
    let line: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    format!("\"{line}\"")
}
