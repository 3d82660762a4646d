//! Running other programs so that a person can follow: a heading, the command, its output, the time.

use std::env;
use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// Runs `command` under a heading and streams its output.
///
/// # Errors
/// The program is missing or ends badly; the message names the step and the command.
pub(crate) fn run(title: &str, command: &mut Command) -> Result<()> {
    let start = announce(title, command);
    let status = command
        .status()
        .with_context(|| format!("{title}: cannot start `{}`", line(command)))?;
    conclude(title, command, status, start)
}

/// Runs `command` as [`run`] does, and returns what it wrote to its standard output as well.
///
/// # Errors
/// As for [`run`].
pub(crate) fn run_and_read(title: &str, command: &mut Command) -> Result<String> {
    let start = announce(title, command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{title}: cannot start `{}`", line(command)))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes)? > 0 {
            let piece = String::from_utf8_lossy(&bytes).into_owned();
            print!("{piece}");
            text.push_str(&piece);
            bytes.clear();
        }
    }
    let status = child.wait()?;
    conclude(title, command, status, start)?;
    Ok(text)
}

/// Does `work` of our own under the same kind of heading.
pub(crate) fn work<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    println!("==> {title}");
    let result = work().with_context(|| title.to_owned())?;
    println!("    done in {:.1} s", start.elapsed().as_secs_f64());
    Ok(result)
}

/// Says in one line that a step is not needed this time.
pub(crate) fn reuse(what: impl Display) {
    println!("==> {what}");
}

/// Reads what a program prints, without showing it; `None` when it is missing or ends badly.
pub(crate) fn ask(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds a program on `PATH`.
pub(crate) fn find_on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|candidate| candidate.is_file())
}

/// `PATH` with `folder` in front.
pub(crate) fn path_with(folder: &Path) -> Result<std::ffi::OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&old));
    env::join_paths(folders).context("a folder of PATH contains the separator")
}

fn announce(title: &str, command: &Command) -> Instant {
    println!("==> {title}\n    $ {}", line(command));
    // The child writes to the same terminal by itself: what we said must come first.
    let _ = std::io::stdout().flush();
    Instant::now()
}

fn conclude(title: &str, command: &Command, status: ExitStatus, start: Instant) -> Result<()> {
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        bail!(
            "{title}: `{}` failed after {seconds:.1} s ({status})",
            line(command)
        );
    }
    println!("    done in {seconds:.1} s");
    Ok(())
}

/// The command as a person would type it: the program by its name only.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_by_the_name_of_its_program() {
        let mut command = Command::new("some/folder/cargo");
        command.args(["fmt", "--check"]);
        assert_eq!(line(&command), "cargo fmt --check");
    }

    #[test]
    fn a_missing_program_is_named_with_its_step() {
        let error = run("look", &mut Command::new("no-such-program-at-all")).unwrap_err();
        assert_eq!(error.to_string(), "look: cannot start `no-such-program-at-all`");
    }

    #[cfg(unix)]
    #[test]
    fn a_failing_command_is_named_with_its_step() {
        let error = run("fail", &mut Command::new("false")).unwrap_err();
        assert!(
            error.to_string().starts_with("fail: `false` failed after"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn output_is_read_while_it_is_shown() {
        let mut command = Command::new("echo");
        assert_eq!(run_and_read("say", command.arg("one")).unwrap(), "one\n");
    }
}
