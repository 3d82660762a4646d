//! Chromium and its driver: where they are, how they are installed, and the browser tests they run.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::workspace::{WASM_TARGET, Workspace};
use crate::{steps, tools};

/// One of the two programs browser tests need.
struct Program {
    name: &'static str,
    /// The variable that names it, which wins over everything else.
    variable: &'static str,
    /// Where Debian puts it.
    usual: &'static str,
    /// What it is called on `PATH`.
    names: &'static [&'static str],
}

const CHROMIUM: Program = Program {
    name: "Chromium",
    variable: "CHROMIUM",
    usual: "/usr/bin/chromium",
    names: &[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ],
};

const DRIVER: Program = Program {
    name: "chromedriver",
    variable: "CHROMEDRIVER",
    usual: "/usr/bin/chromedriver",
    names: &["chromedriver"],
};

/// Finds Chromium, or installs it where that can be done.
pub(crate) fn ensure_chromium() -> Result<PathBuf> {
    ensure(&CHROMIUM)
}

/// Runs the widget's own tests in headless Chromium.
///
/// # Errors
/// A program is missing, a test fails, or no test was run.
pub(crate) fn run_tests(workspace: &Workspace) -> Result<()> {
    let chromium = ensure(&CHROMIUM)?;
    let driver = ensure(&DRIVER)?;
    tools::ensure_wasm_target()?;
    let runner = tools::ensure_wasm_bindgen(workspace)?;
    let capabilities = write_capabilities(workspace, &chromium)?;

    let mut command = workspace.cargo();
    command.args([
        "test",
        "--locked",
        "-p",
        "miptech-chat",
        "--target",
        WASM_TARGET,
        "--test",
        "browser",
    ]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    command.env("CHROMEDRIVER", driver);
    command.env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", capabilities);
    // Without it a test that forgets `run_in_browser` would be run by Node.
    command.env("WASM_BINDGEN_USE_BROWSER", "1");
    default_env(&mut command, "WASM_BINDGEN_TEST_TIMEOUT", "300");
    default_env(&mut command, "WASM_BINDGEN_TEST_DRIVER_TIMEOUT", "60");
    let output = steps::run_and_read("run the browser tests in headless Chromium", &mut command)?;
    match tests_passed(&output) {
        Some(passed) if passed > 0 => Ok(()),
        Some(_) | None => bail!("the browser tests ended well without running a single test"),
    }
}

fn ensure(program: &Program) -> Result<PathBuf> {
    if let Some(found) = find(program)? {
        return Ok(found);
    }
    if is_debian_root() {
        let mut update = Command::new("apt-get");
        steps::run("refresh the list of Debian packages", update.arg("update"))?;
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive");
        install.args(["install", "-y", "chromium", "chromium-driver"]);
        steps::run("install Chromium and its driver", &mut install)?;
        if let Some(found) = find(program)? {
            return Ok(found);
        }
    }
    bail!(
        "{} is missing. Debian and Ubuntu: `apt-get install chromium chromium-driver` as root. Elsewhere install \
         Chromium or Chrome and the chromedriver of the same version, on PATH or named by \
         the environment variables CHROMIUM and CHROMEDRIVER",
        program.name
    )
}

fn find(program: &Program) -> Result<Option<PathBuf>> {
    if let Some(path) = env::var_os(program.variable).filter(|value| !value.is_empty()) {
        let path = PathBuf::from(path);
        if !path.is_file() {
            bail!(
                "{} names {}, which is not a file",
                program.variable,
                path.display()
            );
        }
        return Ok(Some(path));
    }
    let usual = Path::new(program.usual);
    if usual.is_file() {
        return Ok(Some(usual.to_path_buf()));
    }
    Ok(program.names.iter().find_map(|name| steps::find_on_path(name)))
}

fn is_debian_root() -> bool {
    Path::new("/etc/debian_version").is_file() && steps::ask("id", &["-u"]).as_deref() == Some("0")
}

/// Writes `webdriver.json` with the path of the Chromium found, since the driver may know another one.
fn write_capabilities(workspace: &Workspace, chromium: &Path) -> Result<PathBuf> {
    let text = fs::read_to_string(workspace.root().join("webdriver.json")).context("webdriver.json")?;
    let mut capabilities: Value = serde_json::from_str(&text).context("webdriver.json is not JSON")?;
    capabilities["goog:chromeOptions"]["binary"] = json!(chromium);
    let folder = workspace.memory();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let path = folder.join("webdriver.json");
    fs::write(&path, capabilities.to_string()).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn default_env(command: &mut Command, name: &str, value: &str) {
    if env::var_os(name).is_none() {
        command.env(name, value);
    }
}

/// The number in the closing line of the test runner, `test result: ok. 12 passed; …`.
fn tests_passed(output: &str) -> Option<u32> {
    let (_, rest) = output.rsplit_once("test result: ok. ")?;
    rest.split_once(" passed")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_tests_is_read_from_the_closing_line() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 0 ignored; 0 filtered out\n";
        assert_eq!(tests_passed(output), Some(3));
    }

    #[test]
    fn a_run_without_tests_has_no_closing_line() {
        assert_eq!(tests_passed("no tests to run!\n"), None);
    }

    #[test]
    fn a_failing_closing_line_is_no_success() {
        assert_eq!(tests_passed("test result: FAILED. 2 passed; 1 failed\n"), None);
    }
}
