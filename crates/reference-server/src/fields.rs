//! Reading JSON bodies: unknown fields are ignored, every wrong one is named.

use axum::{body::Bytes, extract::rejection::BytesRejection};
use serde_json::{Map, Value};

use crate::error::{ApiError, FieldError};

/// A JSON object, and what was found wrong in it so far.
#[derive(Debug)]
pub(crate) struct Fields {
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// Whether a field may be left out.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Presence {
    Optional,
    Required,
}

impl Fields {
    /// Reads a body.
    pub(crate) fn read(body: Result<Bytes, BytesRejection>) -> Result<Self, ApiError> {
        let body = body.map_err(|_| ApiError::BodyTooLarge)?;
        match serde_json::from_slice(&body) {
            Ok(Value::Object(fields)) => Ok(Self {
                fields,
                errors: Vec::new(),
            }),
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_))
            | Err(_) => Err(ApiError::Validation(vec![FieldError::malformed_body()])),
        }
    }

    /// The field as it is.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    /// A text; `null` counts as left out.
    pub(crate) fn text(&mut self, name: &'static str, presence: Presence) -> Option<String> {
        match self.fields.get(name) {
            None | Some(Value::Null) => {
                if presence == Presence::Required {
                    self.errors.push(FieldError::missing(name));
                }
                None
            }
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                self.complain(name, "str type expected", "type_error.str");
                None
            }
        }
    }

    /// A required text that is more than blanks, and no longer than any sensible one.
    pub(crate) fn words(&mut self, name: &'static str) -> Option<String> {
        let text = self.text(name, Presence::Required)?;
        if text.trim().is_empty() {
            let msg = "ensure this value has at least 1 characters";
            self.complain(name, msg, "value_error.any_str.min_length");
            return None;
        }
        if text.len() > WORDS_LIMIT_BYTES {
            let msg = format!("ensure this value has at most {WORDS_LIMIT_BYTES} characters");
            self.complain(name, msg, "value_error.any_str.max_length");
            return None;
        }
        Some(text)
    }

    /// Notes that a field is wrong.
    pub(crate) fn complain(&mut self, name: &'static str, msg: impl Into<String>, kind: &'static str) {
        self.errors.push(FieldError::in_body(name, msg, kind));
    }

    /// What was made of the fields, unless one of them was wrong.
    pub(crate) fn finish<T>(self, made: Option<T>) -> Result<T, ApiError> {
        match made {
            Some(made) if self.errors.is_empty() => Ok(made),
            Some(_) | None => Err(ApiError::Validation(self.errors)),
        }
    }
}

/// The longest name, address or password; our choice, so that nothing is hashed by the megabyte.
const WORDS_LIMIT_BYTES: usize = 1024;
