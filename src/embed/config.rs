//! Options from JavaScript to typed values: parsed once, trusted afterwards.

use std::{fmt, time::Duration};

use js_sys::{Function, JSON, Reflect};
use miptech_chat_session::{
    Caller, ChatError, ChatId, Endpoints, ErrorCode, Identity, Limits, Origin, Profile, Restored,
    SessionConfig, SessionId, SignInForm, Stage, StoreKey, TenantId, TokenKeys, TokenSource, TokenTransport,
    VisitorId,
};
use wasm_bindgen::{JsCast, JsValue};

use self::fields::{Fields, wrong};
use crate::{
    browser::{entropy, storage::Storage},
    ui::{Confirm, Language, Links, Options},
};

mod fields;

/// Everything the options say.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) session: SessionConfig,
    pub(super) live: Live,
    pub(super) connect: Connect,
    pub(super) token_keys: TokenKeys,
    /// The host page's own source of tokens.
    pub(super) get_token: Option<Function>,
}

/// What may change while the widget stands.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) views: Options,
    pub(super) look: Look,
    pub(super) limits: Limits,
    pub(super) context: Option<String>,
    pub(super) console: Console,
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
    /// Reads the options; unknown ones are ignored.
    pub(super) fn read(options: &JsValue, storage: &Storage) -> Result<Self, ConfigError> {
        let fields = fields(options)?;
        let live = Live::of(&fields, storage);
        let connect = match fields.one_of("connect", &["open", "send", "load"], "open, send or load") {
            "load" => Connect::Load,
            "send" => Connect::Send,
            _ => Connect::Open,
        };
        let profile = fields.one_of(
            "profile",
            &["auto", "two-step", "join-token", "realtime"],
            "auto, two-step, join-token or realtime",
        );
        let token_transport = match fields.one_of("tokenTransport", &["frame", "query"], "frame or query") {
            "query" => TokenTransport::Query,
            _ => TokenTransport::Frame,
        };
        let token_keys = token_keys(&fields);
        let get_token = fields.function("getToken");
        let tenant = tenant(&fields);
        let endpoints = endpoints(&fields);
        if let Some(error) = fields.error.take() {
            return Err(error);
        }
        let (tenant, endpoints) = (tenant?, endpoints?);
        let identity = identity(&tenant, &token_keys, storage);
        let restored = restored(&tenant, &token_keys, storage);
        let session = SessionConfig {
            caller: Caller { endpoints, tenant },
            identity,
            limits: live.limits,
            profile: Profile::parse(profile),
            token_transport,
            token_source: if get_token.is_some() {
                TokenSource::Host
            } else {
                TokenSource::BuiltIn
            },
            sign_in: sign_in(&fields),
            context: live.context.clone(),
            restored,
        };
        Ok(Self {
            session,
            live,
            connect,
            token_keys,
            get_token,
        })
    }
}

impl Live {
    /// Reads what may change from the options; the rest of them is not looked at.
    pub(super) fn read(options: &JsValue, storage: &Storage) -> Result<Self, ConfigError> {
        let fields = fields(options)?;
        let live = Self::of(&fields, storage);
        match fields.error.take() {
            Some(error) => Err(error),
            None => Ok(live),
        }
    }

    fn of(fields: &Fields, storage: &Storage) -> Self {
        let limits = limits(fields);
        let sign_in = sign_in(fields);
        let views = Options {
            language: language(fields, storage),
            image_hosts: fields
                .object("images")
                .and_then(|images| hosts(fields, &images))
                .unwrap_or_default(),
            links: links(fields),
            message_units: limits.message_units,
            placeholder: fields.text("placeholder"),
            suggestions: fields.prompts("suggestions"),
            title: fields.text("title"),
            welcome: fields.text("welcome"),
            disclosure: fields
                .object("strings")
                .and_then(|words| words.text("disclosure")),
            disclosure_href: fields.text("disclosureHref"),
            is_inline: fields.any("target").is_some(),
            has_disclosure: fields.flag("disclosure").unwrap_or(true),
            has_sign_in: sign_in != SignInForm::Off,
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
        let console = if fields.flag("debug").unwrap_or(false) {
            Console::Debug
        } else {
            Console::Quiet
        };
        Self {
            views,
            look,
            limits,
            context: context(fields),
            console,
        }
    }
}

/// The storage the loader chose, or the page's own where it chose none. A storage is what has its four methods.
pub(super) fn storage(options: &JsValue) -> Storage {
    let chosen = Reflect::get(options, &"storage".into())
        .ok()
        .filter(JsValue::is_object);
    match chosen {
        Some(chosen) => Storage::over(Some(chosen.unchecked_into())),
        None => Storage::local(),
    }
}

/// The option `open`, which is no matter of the driver's or the views'.
pub(super) fn open(options: &JsValue) -> JsValue {
    let fields = fields(options).ok();
    fields.and_then(|fields| fields.any("open")).unwrap_or_default()
}

fn fields(options: &JsValue) -> Result<Fields, ConfigError> {
    Fields::of(options).ok_or_else(|| wrong("options", "an object", options))
}

fn sign_in(fields: &Fields) -> SignInForm {
    match fields.one_of("signIn", &["auto", "off", "required"], "auto, off or required") {
        "off" => SignInForm::Off,
        "required" => SignInForm::Required,
        _ => SignInForm::Auto,
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

/// Which links of answers are followed, and when the visitor is asked before.
fn links(fields: &Fields) -> Links {
    let Some(told) = fields.object("links") else {
        return Links::default();
    };
    let confirm = match told.one_of("confirm", &["auto", "always", "never"], "auto, always or never") {
        "always" => Confirm::Always,
        "never" => Confirm::Never,
        _ => Confirm::Auto,
    };
    Links {
        hosts: hosts(fields, &told),
        confirm,
    }
}

fn hosts(fields: &Fields, told: &Fields) -> Option<Vec<String>> {
    let hosts = told.texts("allowHosts");
    fields.adopt(told);
    hosts
}

fn limits(fields: &Fields) -> Limits {
    let mut limits = Limits::default();
    if let Some(told) = fields.object("limits") {
        let count = |field, most| Some(told.whole(field, 1, most)?.unsigned_abs() as usize);
        if let Some(units) = count("messageChars", 4000) {
            limits.message_units = units;
        }
        if let Some(messages) = count("outbox", 20) {
            limits.outbox = messages;
        }
        if let Some(millis) = count("answerSilenceMs", 600_000) {
            limits.answer_silence = Duration::from_millis(millis as u64);
        }
        fields.adopt(&told);
    }
    limits
}

/// The names of the account's keys; an empty name would be no key.
fn token_keys(fields: &Fields) -> TokenKeys {
    let mut keys = TokenKeys::default();
    if let Some(names) = fields.object("tokenKeys") {
        let slots = [
            ("access", &mut keys.access),
            ("refresh", &mut keys.refresh),
            ("user", &mut keys.user),
        ];
        for (field, slot) in slots {
            if let Some(name) = names.text(field).filter(|name| !name.is_empty()) {
                *slot = name;
            }
        }
        fields.adopt(&names);
    }
    keys
}

/// Facts of the page as the text of a JSON object: given as such, or by a function that is asked once.
fn context(fields: &Fields) -> Option<String> {
    let value = fields.any("context")?;
    let value = match value.dyn_ref::<Function>() {
        // A page that throws, or gives nothing, has no facts to tell.
        Some(facts) => facts
            .call0(&JsValue::UNDEFINED)
            .ok()
            .filter(|facts| !facts.is_undefined() && !facts.is_null())?,
        None => value,
    };
    let read = Fields::of(&value)
        .and_then(|_| JSON::stringify(&value).ok()?.as_string())
        .filter(|text| text.starts_with('{'));
    let text = fields.expect("context", "an object, or a function that gives one", &value, read)?;
    (text != "{}").then_some(text)
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

/// What an earlier page of this browser left; the session judges what it is worth.
fn restored(tenant: &TenantId, names: &TokenKeys, storage: &Storage) -> Restored {
    let read = |key: StoreKey| storage.read(&key.text(tenant, names));
    Restored {
        account: storage.account(tenant, names),
        chat: read(StoreKey::ChatId).as_deref().and_then(ChatId::parse),
        draft: read(StoreKey::Draft),
        memory: read(StoreKey::Memory),
        messages: storage.messages(tenant),
        transcript: read(StoreKey::Transcript),
        waits: storage.waits(tenant, names),
    }
}

/// The ids of this browser: the stored ones, or fresh ones that are stored with the first message.
fn identity(tenant: &TenantId, names: &TokenKeys, storage: &Storage) -> Identity {
    let session = storage
        .read(&StoreKey::SessionId.text(tenant, names))
        .as_deref()
        .and_then(SessionId::parse);
    let visitor = storage
        .read(&StoreKey::VisitorId.text(tenant, names))
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

/// The language of the pack the loader brought; without one English, or where no loader chose, what page and browser say.
fn language(fields: &Fields, storage: &Storage) -> Language {
    match fields.text("words") {
        Some(pack) => Language::of_pack(&pack),
        None => unchosen(fields, storage).unwrap_or_default(),
    }
}

/// The site's choice under `mip-language`, then the page's language, then the browser's.
#[cfg(feature = "alone")]
fn unchosen(fields: &Fields, storage: &Storage) -> Option<Language> {
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
    tags.into_iter().flatten().find_map(|tag| Language::of_tag(&tag))
}

#[cfg(not(feature = "alone"))]
fn unchosen(_: &Fields, _: &Storage) -> Option<Language> {
    None
}

const DEFAULT_TENANT: &str = "miptech-company";
const POSITIONS: [&str; 4] = ["bottom-right", "bottom-left", "top-right", "top-left"];
const Z_INDEX: i32 = 2_147_483_000;

/// Where the site keeps its visitor's language (`platform.md` section 14).
#[cfg(feature = "alone")]
const SITE_LANGUAGE: &str = "mip-language";
