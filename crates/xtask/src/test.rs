//! `cargo xtask test`: every check in order, a table of seconds, and one closing line.
//!
//! The closing line is `N passed, M failed`, alone on the last line, and counts checks. The first failing
//! check ends the run.

use std::env;
use std::fs;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::workspace::{WASM_TARGET, Workspace};
use crate::{browser, build, bundle, demo, node, page_config, purity, simulate, size, steps, tidy, tools};

/// One check. The order of the variants is the order of a whole run: quick ones first.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Check {
    /// Formatting.
    Fmt,
    /// Lints, for the host and for wasm; warnings are errors.
    Clippy,
    /// Documentation without warnings.
    Docs,
    /// The walls and the house rules.
    Tidy,
    /// The tests that run without a browser.
    Host,
    /// A minute of random answers for the Markdown engine.
    Fuzz,
    /// The session core imports nothing.
    Purity,
    /// Two thousand simulated runs under every fault.
    Simulate,
    /// The widget's tests in headless Chromium.
    Browser,
    /// The whole build of www/dist.
    Build,
    /// The budgets.
    Size,
    /// The type tests of www.
    Types,
    /// The unit tests of www.
    Unit,
    /// The end-to-end tests against the reference server.
    E2e,
    /// The packed package in sites of every usual kind.
    Packages,
    /// The development page under Trunk.
    Trunk,
}

/// How a check that did not fail ended.
#[derive(Debug)]
enum Outcome {
    Passed,
    Skipped { reason: &'static str },
}

/// One row of the table.
#[derive(Debug)]
struct Row {
    check: Check,
    took: Duration,
    result: Result<Outcome>,
}

/// Runs the chosen checks, or all of them when none is chosen.
pub(crate) fn run(workspace: &Workspace, chosen: &[Check]) -> ExitCode {
    let mut rows = Vec::new();
    for check in in_order(chosen) {
        println!("\n---- {} ----", check.name());
        let start = Instant::now();
        let result = check.run(workspace);
        let failed = result.is_err();
        rows.push(Row {
            check,
            took: start.elapsed(),
            result,
        });
        if failed {
            break;
        }
    }
    // One stream, so that the closing line stays the last one when both are read together.
    print!("\n{}", summary(&rows));
    if rows.iter().all(|row| row.result.is_ok()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Check {
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    fn run(self, workspace: &Workspace) -> Result<Outcome> {
        match self {
            Self::Fmt => {
                let mut command = workspace.cargo();
                steps::run("check the formatting", command.args(["fmt", "--all", "--check"]))?;
            }
            Self::Clippy => clippy(workspace)?,
            Self::Docs => docs(workspace)?,
            Self::Tidy => tidy::run(workspace)?,
            Self::Host => {
                let mut command = workspace.cargo();
                command.args(["test", "--workspace", "--exclude", "miptech-chat", "--locked"]);
                steps::run("run the tests that need no browser", &mut command)?;
            }
            Self::Fuzz => fuzz(workspace)?,
            Self::Purity => {
                tools::ensure_wasm_target()?;
                purity::run(workspace)?;
            }
            Self::Simulate => simulate::seeds(workspace, simulate::Seeds::default())?,
            Self::Browser => browser::run_tests(workspace)?,
            Self::Build => build::run(workspace)?,
            Self::Size => size::run(workspace)?,
            Self::Types => {
                node::install(workspace)?;
                steps::run("check the types of www", &mut node::script(workspace, "types"))?;
            }
            Self::Unit => return unit(workspace),
            Self::E2e => in_chromium(
                workspace,
                "run the end-to-end tests against the reference server",
                "e2e",
            )?,
            Self::Packages => in_chromium(
                workspace,
                "use the packed package in sites of every usual kind",
                "packages",
            )?,
            Self::Trunk => return trunk(workspace),
        }
        Ok(Outcome::Passed)
    }
}

fn clippy(workspace: &Workspace) -> Result<()> {
    let mut host = workspace.cargo();
    host.args([
        "clippy",
        "--workspace",
        "--exclude",
        "miptech-chat",
        "--all-targets",
        "--locked",
    ]);
    steps::run(
        "lint everything that runs on the host",
        host.args(["--", "-D", "warnings"]),
    )?;

    tools::ensure_wasm_target()?;
    // The tests of the pure crates run on the host, where the step above has linted them.
    let downloads: [&[&str]; 2] = [
        &["-p", "miptech-chat", "--all-targets"],
        &[
            "-p",
            "miptech-chat-session",
            "-p",
            "miptech-chat-protocol",
            "-p",
            "miptech-chat-markdown",
            "--lib",
        ],
    ];
    for what in downloads {
        let mut wasm = workspace.cargo();
        wasm.args(["clippy", "--locked", "--target", WASM_TARGET])
            .args(what);
        steps::run(
            "lint what a visitor downloads",
            wasm.args(["--", "-D", "warnings"]),
        )?;
    }
    Ok(())
}

fn docs(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "doc",
        "--no-deps",
        "--document-private-items",
        "--workspace",
        "--exclude",
        "miptech-chat",
    ]);
    command.arg("--locked").env("RUSTDOCFLAGS", "-Dwarnings");
    steps::run("document every crate", &mut command)
}

/// Runs the targets one after the other in the profile that is quick and keeps the assertions.
fn fuzz(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "test",
        "-p",
        "miptech-chat-markdown",
        "--test",
        "fuzz",
        "--locked",
    ]);
    command.args(["--profile", "simulation", "--", "--test-threads", "1"]);
    // A third of a minute for each of the three.
    command.env("BOLERO_RANDOM_TEST_TIME_MS", "20000");
    steps::run("read random answers for a minute", &mut command)
}

fn unit(workspace: &Workspace) -> Result<Outcome> {
    if !node::has_script(workspace, "test")? {
        return Ok(Outcome::Skipped {
            reason: "www/package.json has no script `test`",
        });
    }
    node::install(workspace)?;
    steps::run("run the unit tests of www", &mut node::script(workspace, "test"))?;
    Ok(Outcome::Passed)
}

/// Runs a script of `www` whose tests drive Chromium and the reference server.
fn in_chromium(workspace: &Workspace, what: &str, script: &str) -> Result<()> {
    bundle::find(&workspace.dist(), ".wasm").with_context(|| format!("`{script}` needs a build"))?;
    let chromium = browser::ensure_chromium()?;
    node::install(workspace)?;
    demo::compile_server(workspace)?;
    let replay = simulate::compile_replay(workspace)?;
    let mut command = node::script(workspace, script);
    command
        .env("REFERENCE_SERVER", workspace.reference_server())
        .env("CHROMIUM", chromium)
        .env("REPLAY", replay)
        .env("PACKAGES_FOLDER", workspace.target().join("packages"));
    steps::run(what, &mut command)
}

fn trunk(workspace: &Workspace) -> Result<Outcome> {
    let Some(trunk) = tools::find_trunk(workspace)? else {
        return Ok(Outcome::Skipped {
            reason: "Trunk is not installed; CI=true installs it",
        });
    };
    tools::ensure_wasm_target()?;
    tools::ensure_wasm_bindgen(workspace)?;
    let mut command = Command::new(trunk);
    command
        .arg("build")
        .current_dir(workspace.root())
        .env("CARGO_TARGET_DIR", workspace.target());
    command.env("PATH", steps::path_with(&tools::folder(workspace))?);
    // Trunk 0.21.14 refuses the usual `NO_COLOR=1` (trunk-rs/trunk#1065); drop this with the next release.
    if env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    // Looked for below: the page has to know what the environment says.
    let tenant = "set-by-the-trunk-check";
    command.env("MIPTECH_TENANT_ID", tenant);
    steps::run("build the development page with Trunk", &mut command)?;
    let config = workspace.root().join("target/trunk").join(page_config::FILE);
    let written = fs::read_to_string(&config).with_context(|| format!("cannot read {}", config.display()))?;
    if !written.contains(tenant) {
        bail!("the development page does not know what the environment says: {written}");
    }
    Ok(Outcome::Passed)
}

/// The chosen checks in the order of a whole run, each once; all of them when none is chosen.
fn in_order(chosen: &[Check]) -> Vec<Check> {
    let all = Check::value_variants().iter().copied();
    all.filter(|check| chosen.is_empty() || chosen.contains(check))
        .collect()
}

fn summary(rows: &[Row]) -> String {
    let mut text = String::new();
    let mut passed = 0;
    let mut failed = 0;
    for row in rows {
        let seconds = row.took.as_secs_f64();
        let word = match &row.result {
            Ok(Outcome::Passed) => {
                passed += 1;
                "passed".to_owned()
            }
            Ok(Outcome::Skipped { reason }) => format!("skipped: {reason}"),
            Err(error) => {
                failed += 1;
                format!("FAILED: {error:#}")
            }
        };
        text.push_str(&format!("{:<10}{seconds:>8.1} s  {word}\n", row.check.name()));
    }
    text.push_str(&format!("{passed} passed, {failed} failed\n"));
    text
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn row(check: Check, result: Result<Outcome>) -> Row {
        Row {
            check,
            took: Duration::from_millis(1234),
            result,
        }
    }

    #[test]
    fn the_last_line_counts_the_checks() {
        let rows = [
            row(Check::Fmt, Ok(Outcome::Passed)),
            row(Check::E2e, Ok(Outcome::Passed)),
        ];
        assert_eq!(summary(&rows).lines().last(), Some("2 passed, 0 failed"));
    }

    #[test]
    fn a_failure_is_shown_and_counted() {
        let rows = [
            row(Check::Fmt, Ok(Outcome::Passed)),
            row(Check::Clippy, Err(anyhow!("too long"))),
        ];
        let text = summary(&rows);
        assert!(text.contains("FAILED: too long"), "{text}");
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed"));
    }

    #[test]
    fn a_skipped_check_counts_as_neither() {
        let rows = [row(Check::Trunk, Ok(Outcome::Skipped { reason: "not there" }))];
        let text = summary(&rows);
        assert!(text.contains("skipped: not there"), "{text}");
        assert_eq!(text.lines().last(), Some("0 passed, 0 failed"));
    }

    #[test]
    fn chosen_checks_run_once_and_in_the_order_of_a_whole_run() {
        assert_eq!(
            in_order(&[Check::Tidy, Check::Fmt, Check::Tidy]),
            [Check::Fmt, Check::Tidy]
        );
        assert_eq!(in_order(&[]).len(), Check::value_variants().len());
    }

    #[test]
    fn checks_are_named_as_they_are_typed() {
        assert_eq!(Check::E2e.name(), "e2e");
        assert_eq!(Check::Fmt.name(), "fmt");
    }
}
