//! Options from JavaScript to typed values: parsed once, trusted afterwards.

use std::{cell::RefCell, fmt};

use js_sys::{Array, Object, Reflect};
use miptech_chat_session::{
    Caller, ChatError, Endpoints, ErrorCode, Identity, Limits, Origin, SessionConfig, SessionId, Stage,
    StoreKey, TenantId, VisitorId,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    browser::{entropy, storage::Storage},
    ui::{Language, Options},
};

/// Everything the options say.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) session: SessionConfig,
    pub(super) views: Options,
    pub(super) look: Look,
    pub(super) connect: Connect,
    pub(super) console: Console,
    pub(super) opens: bool,
}

/// How the widget stands on the page.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) theme: &'static str,
    pub(super) position: &'static str,
    pub(super) size: &'static str,
    pub(super) z_index: i32,
}

/// When the connection is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Connect {
    /// At once.
    Load,
    /// When the panel opens.
    Open,
    /// With the first message.
    Send,
}

/// How much is said in the browser's console.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Console {
    /// Phases and error codes; never text, ids or tokens.
    Debug,
    /// Configuration errors only.
    Quiet,
}

/// An option with a wrong value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ConfigError {
    pub(super) code: ErrorCode,
    field: &'static str,
    expected: &'static str,
    found: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected {} for option {}, got {}",
            self.expected, self.field, self.found
        )
    }
}

impl From<&ConfigError> for ChatError {
    fn from(error: &ConfigError) -> Self {
        Self {
            code: error.code,
            stage: Stage::Create,
            text: error.to_string(),
            retryable: false,
            status: None,
            close_code: None,
            request_id: None,
        }
    }
}

impl Config {
    /// Reads the options; unknown ones are named in the console and ignored.
    pub(super) fn read(options: &JsValue, storage: &Storage) -> Result<Self, ConfigError> {
        let fields = Fields::of(options).ok_or_else(|| wrong("options", "an object", options))?;
        fields.warn_of_unknown();
        let limits = Limits {
            message_units: message_units(&fields),
            ..Limits::default()
        };
        let views = Options {
            language: language(&fields, storage),
            message_units: limits.message_units,
            placeholder: fields.text("placeholder"),
            suggestions: fields.texts("suggestions"),
            title: fields.text("title"),
            welcome: fields.text("welcome"),
            has_disclosure: fields.flag("disclosure").unwrap_or(true),
        };
        let look = Look {
            theme: fields.one_of("theme", &["auto", "light", "dark"], "auto, light or dark"),
            position: fields.one_of(
                "position",
                &POSITIONS,
                "bottom-right, bottom-left, top-right or top-left",
            ),
            size: fields.one_of(
                "size",
                &["medium", "compact", "large"],
                "compact, medium or large",
            ),
            z_index: fields.whole("zIndex", 0, i32::MAX).unwrap_or(Z_INDEX),
        };
        let connect = match fields.one_of("connect", &["open", "send", "load"], "open, send or load") {
            "load" => Connect::Load,
            "send" => Connect::Send,
            _ => Connect::Open,
        };
        let console = if fields.flag("debug").unwrap_or(false) {
            Console::Debug
        } else {
            Console::Quiet
        };
        let opens = fields.flag("open").unwrap_or(false);
        let tenant = tenant(&fields);
        let endpoints = endpoints(&fields);
        if let Some(error) = fields.error.take() {
            return Err(error);
        }
        let (tenant, endpoints) = (tenant?, endpoints?);
        let identity = identity(&tenant, storage);
        let session = SessionConfig {
            caller: Caller { endpoints, tenant },
            identity,
            limits,
        };
        Ok(Self {
            session,
            views,
            look,
            connect,
            console,
            opens,
        })
    }
}

fn tenant(fields: &Fields) -> Result<TenantId, ConfigError> {
    let text = fields
        .text("tenantId")
        .unwrap_or_else(|| DEFAULT_TENANT.to_owned());
    TenantId::parse(&text).ok_or_else(|| ConfigError {
        code: if text.is_empty() {
            ErrorCode::ConfigTenantMissing
        } else {
            ErrorCode::ConfigInvalid
        },
        ..wrong(
            "tenantId",
            "3 to 50 of the characters A-Z a-z 0-9 _ -",
            &text.into(),
        )
    })
}

fn message_units(fields: &Fields) -> usize {
    let limits = fields.object("limits");
    let units = limits.and_then(|limits| {
        let units = limits.whole("messageChars", 1, 4000);
        fields.adopt(&limits);
        units
    });
    units
        .and_then(|units| usize::try_from(units).ok())
        .unwrap_or(4000)
}

fn endpoints(fields: &Fields) -> Result<Endpoints, ConfigError> {
    let (api, ws) = (fields.text("apiUrl"), fields.text("wsUrl"));
    let page = web_sys::window().and_then(|window| window.location().protocol().ok());
    let is_secure_page = page.as_deref() == Some("https:");
    for (field, base) in [("apiUrl", &api), ("wsUrl", &ws)] {
        let Some(base) = base else { continue };
        // Each base by itself, so that the error names the one that is wrong.
        let alone =
            Endpoints::new(Some(base), None).map_err(|error| wrong(field, error.expected(), &base.into()))?;
        if is_secure_page && alone.is_insecure() {
            let error = wrong(field, "an https:// or wss:// base on an https page", &base.into());
            return Err(ConfigError {
                code: ErrorCode::ConfigInsecureUrl,
                ..error
            });
        }
    }
    Endpoints::new(api.as_deref(), ws.as_deref())
        .map_err(|error| wrong("apiUrl", error.expected(), &JsValue::UNDEFINED))
}

/// The ids of this browser: the stored ones, or fresh ones that are stored with the first message.
fn identity(tenant: &TenantId, storage: &Storage) -> Identity {
    let session = storage
        .read(&StoreKey::SessionId.text(tenant))
        .as_deref()
        .and_then(SessionId::parse);
    let visitor = storage
        .read(&StoreKey::VisitorId.text(tenant))
        .as_deref()
        .and_then(VisitorId::parse);
    let origin = if session.is_some() && visitor.is_some() {
        Origin::Stored
    } else {
        Origin::Fresh
    };
    Identity {
        session: session.unwrap_or_else(|| fresh(SessionId::parse)),
        visitor: visitor.unwrap_or_else(|| fresh(VisitorId::parse)),
        origin,
    }
}

fn fresh<T>(parse: fn(&str) -> Option<T>) -> T {
    loop {
        // A UUID always fits the pattern of both ids, so the first turn is the last.
        if let Some(id) = parse(&entropy::uuid()) {
            return id;
        }
    }
}

/// The site's choice under `mip-language`, then the page's language, then the browser's.
fn language(fields: &Fields, storage: &Storage) -> Language {
    let told = fields.text("locale").filter(|tag| tag != "auto");
    let window = web_sys::window();
    let page = || {
        window
            .as_ref()?
            .document()?
            .document_element()?
            .get_attribute("lang")
    };
    let browser = || window.as_ref()?.navigator().language();
    let tags = [told, storage.read(SITE_LANGUAGE), page(), browser()];
    tags.into_iter()
        .flatten()
        .find_map(|tag| Language::of_tag(&tag))
        .unwrap_or_default()
}

/// The own properties of an options object; what its prototype says does not count (row H17).
///
/// The first value of a wrong type is kept as the error of the whole reading.
/// The methods are kept out of line: they are called for twenty options, and copies of them weigh kilobytes.
struct Fields {
    object: Object,
    error: RefCell<Option<ConfigError>>,
}

impl Fields {
    fn of(value: &JsValue) -> Option<Self> {
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
    fn expect<T>(
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

    fn adopt(&self, inner: &Self) {
        if let Some(error) = inner.error.take() {
            self.error.borrow_mut().get_or_insert(error);
        }
    }

    #[inline(never)]
    fn text(&self, field: &'static str) -> Option<String> {
        let value = self.own(field)?;
        self.expect(field, "a string", &value, value.as_string())
    }

    #[inline(never)]
    fn flag(&self, field: &'static str) -> Option<bool> {
        let value = self.own(field)?;
        self.expect(field, "true or false", &value, value.as_bool())
    }

    #[inline(never)]
    fn whole(&self, field: &'static str, least: i32, most: i32) -> Option<i32> {
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
    fn object(&self, field: &'static str) -> Option<Self> {
        let value = self.own(field)?;
        self.expect(field, "an object", &value, Self::of(&value))
    }

    #[inline(never)]
    fn texts(&self, field: &'static str) -> Vec<String> {
        let Some(value) = self.own(field) else {
            return Vec::new();
        };
        let list = value
            .dyn_ref::<Array>()
            .and_then(|list| list.iter().map(|item| item.as_string()).collect());
        self.expect(field, "an array of strings", &value, list)
            .unwrap_or_default()
    }

    #[inline(never)]
    fn one_of(&self, field: &'static str, allowed: &[&'static str], expected: &'static str) -> &'static str {
        let first = allowed.first().copied().unwrap_or_default();
        let Some(text) = self.text(field) else {
            return first;
        };
        let known = allowed.iter().find(|known| **known == text).copied();
        self.expect(field, expected, &text.into(), known).unwrap_or(first)
    }

    fn warn_of_unknown(&self) {
        for key in Object::keys(&self.object)
            .iter()
            .filter_map(|key| key.as_string())
        {
            if !KNOWN.contains(&key.as_str()) {
                let nearest = KNOWN
                    .iter()
                    .min_by_key(|known| distance(&key, known))
                    .copied()
                    .unwrap_or_default();
                let line = format!(
                    "miptech-chat: option {} is unknown; the nearest known one is {nearest}",
                    shown(&key)
                );
                web_sys::console::warn_1(&line.into());
            }
        }
    }
}

fn wrong(field: &'static str, expected: &'static str, found: &JsValue) -> ConfigError {
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

/// How many letters must be changed to make one word of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (slot, known) in row.iter_mut().skip(1).zip(&other) {
            let above = *slot;
            left = (diagonal + usize::from(letter != *known))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            *slot = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

const DEFAULT_TENANT: &str = "miptech-company";
const POSITIONS: [&str; 4] = ["bottom-right", "bottom-left", "top-right", "top-left"];
const Z_INDEX: i32 = 2_147_483_000;

/// Where the site keeps its visitor's language (`platform.md` section 14).
const SITE_LANGUAGE: &str = "mip-language";

/// What is read here, and what the JavaScript side reads for itself (`id`, `load`, `on`).
const KNOWN: [&str; 20] = [
    "apiUrl",
    "connect",
    "debug",
    "disclosure",
    "id",
    "limits",
    "load",
    "locale",
    "on",
    "open",
    "placeholder",
    "position",
    "size",
    "suggestions",
    "tenantId",
    "theme",
    "title",
    "welcome",
    "wsUrl",
    "zIndex",
];
