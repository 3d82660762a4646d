//! What the environment says about the platform, as a script beside a page: `config.js`.
//!
//! WebAssembly reads no environment, so somebody has to when a page is built or served. `cargo xtask demo` does it for
//! the demo, a hook of Trunk for the development page; both pages mount the widget with what stands there.

use std::collections::BTreeMap;
use std::env::{self, VarError};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Serialize;

/// The name of the script beside the page.
pub(crate) const FILE: &str = "config.js";

/// Options of the widget. What is not set is absent, so that the page's and the widget's defaults hold.
#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    #[serde(skip_serializing_if = "Option::is_none")]
    api_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    debug: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    /// The names of storage keys, by what they hold; never a token.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    token_keys: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ws_url: Option<String>,
}

/// Writes the script into the folder named, else into the one a hook of Trunk is told of.
///
/// # Errors
/// There is no folder, and those of [`write()`].
pub(crate) fn run(folder: Option<PathBuf>) -> Result<()> {
    let folder = folder
        .or_else(|| env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from))
        .context("name the folder of the page: `cargo xtask page-config <FOLDER>`")?;
    write(&folder)
}

/// Writes the script into `folder`, in place of the one that stands there.
///
/// # Errors
/// A variable is no text, or says something else than it may; the script cannot be written.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let options = Options::read(|name| match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => bail!("{name} is not UTF-8"),
    })?;
    let path = folder.join(FILE);
    fs::write(&path, script(&options)?).with_context(|| format!("cannot write {}", path.display()))
}

impl Options {
    /// Reads the variables; an empty one is as good as none.
    fn read(variable: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        let text = |name: &str| Ok::<_, anyhow::Error>(variable(name)?.filter(|value| !value.is_empty()));
        let mut token_keys = BTreeMap::new();
        for (slot, name) in [
            ("access", "MIPTECH_JWT_ACCESS_TOKEN_KEY"),
            ("refresh", "MIPTECH_JWT_REFRESH_TOKEN_KEY"),
        ] {
            token_keys.extend(text(name)?.map(|key| (slot, key)));
        }
        Ok(Self {
            api_url: text("MIPTECH_API_URL")?,
            debug: text("MIPTECH_DEBUG")?.map(|value| flag(&value)).transpose()?,
            tenant_id: text("MIPTECH_TENANT_ID")?,
            token_keys,
            ws_url: text("MIPTECH_WS_URL")?,
        })
    }
}

fn flag(value: &str) -> Result<bool> {
    match value {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        other => bail!("MIPTECH_DEBUG is `true` or `false`, not `{other}`"),
    }
}

/// The script. Its values are JSON with nothing in them that ends a script element, should somebody inline it.
fn script(options: &Options) -> Result<String> {
    let json = serde_json::to_string(options).context("the options are no JSON")?;
    let json = json
        .replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029");
    Ok(format!("window.MIPTechChatConfig = {json}\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn written(variables: &[(&str, &str)]) -> Result<String> {
        script(&Options::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            Ok(found.map(|(_, value)| (*value).to_owned()))
        })?)
    }

    fn options(variables: &[(&str, &str)]) -> Value {
        let script = written(variables).unwrap();
        let value = script.strip_prefix("window.MIPTechChatConfig = ").unwrap();
        serde_json::from_str(value).unwrap()
    }

    #[test]
    fn every_variable_becomes_its_option() {
        let options = options(&[
            ("MIPTECH_API_URL", "https://api.example"),
            ("MIPTECH_WS_URL", "wss://ws.example"),
            ("MIPTECH_TENANT_ID", "shop"),
            ("MIPTECH_JWT_ACCESS_TOKEN_KEY", "shop_access"),
            ("MIPTECH_JWT_REFRESH_TOKEN_KEY", "shop_refresh"),
            ("MIPTECH_DEBUG", "true"),
            ("MIPTECH_OTHER", "ignored"),
        ]);
        assert_eq!(
            options,
            json!({
                "apiUrl": "https://api.example",
                "debug": true,
                "tenantId": "shop",
                "tokenKeys": { "access": "shop_access", "refresh": "shop_refresh" },
                "wsUrl": "wss://ws.example",
            })
        );
    }

    #[test]
    fn what_is_unset_or_empty_is_absent() {
        assert_eq!(options(&[]), json!({}));
        assert_eq!(
            options(&[("MIPTECH_API_URL", ""), ("MIPTECH_DEBUG", "")]),
            json!({})
        );
        assert_eq!(
            options(&[("MIPTECH_JWT_REFRESH_TOKEN_KEY", "r")]),
            json!({ "tokenKeys": { "refresh": "r" } })
        );
    }

    #[test]
    fn a_flag_is_true_or_false() {
        for (value, flag) in [("true", true), ("1", true), ("false", false), ("0", false)] {
            assert_eq!(options(&[("MIPTECH_DEBUG", value)]), json!({ "debug": flag }));
        }
        let error = written(&[("MIPTECH_DEBUG", "maybe")]).unwrap_err().to_string();
        assert!(
            error.contains("MIPTECH_DEBUG") && error.contains("maybe"),
            "{error}"
        );
    }

    #[test]
    fn no_value_ends_the_script_or_the_text_it_stands_in() {
        let evil = "</script><script>alert(1)//\"'`${x}\\\n\u{2028}\u{2029}<!--";
        let script = written(&[("MIPTECH_TENANT_ID", evil)]).unwrap();
        assert_eq!(script.lines().count(), 1, "{script}");
        for character in ['<', '\u{2028}', '\u{2029}'] {
            assert!(!script.contains(character), "{script}");
        }
        assert_eq!(
            options(&[("MIPTECH_TENANT_ID", evil)]),
            json!({ "tenantId": evil })
        );
    }
}
