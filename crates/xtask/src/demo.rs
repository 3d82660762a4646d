//! `cargo xtask demo`: builds everything and serves the demo page until Ctrl-C.

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use crate::{build, steps};

/// Builds the widget and the reference server, then becomes the server.
pub(crate) fn run(workspace: &Workspace, listen: SocketAddr) -> Result<()> {
    // A minute of building is better not spent on an address that cannot be had.
    check_free(listen)?;
    build::run(workspace)?;
    compile_server(workspace)?;
    let folder = workspace.target().join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;

    let mut server = Command::new(workspace.reference_server());
    server.current_dir(workspace.root());
    server.arg("--listen").arg(listen.to_string());
    server.arg("--database").arg(folder.join("platform.sqlite"));
    server.args(["--knowledge", "docs", "--pages", "www/demo", "--dist", "www/dist"]);
    check_free(listen)?;
    println!("\n    The demo is at  http://{listen}/\n    Ctrl-C ends it.\n");
    let _ = std::io::stdout().flush();
    become_server(server)
}

/// Compiles the reference server without optimisation: it is fast enough, and much sooner there.
pub(crate) fn compile_server(workspace: &Workspace) -> Result<()> {
    let mut command = workspace.cargo_build();
    steps::run(
        "compile the reference server",
        command.args(["-p", "reference-server"]),
    )
}

fn check_free(listen: SocketAddr) -> Result<()> {
    match TcpListener::bind(listen) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "port {} is taken by another program: end that one, \
                 or choose another address with `cargo xtask demo --listen 127.0.0.1:8001`",
                listen.port()
            )
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {listen}")),
    }
}

/// Replaces this process by the server, so that Ctrl-C and every other signal reach it directly.
#[cfg(unix)]
fn become_server(mut server: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(server.exec()).context("cannot start the reference server")
}

/// Waits for the server; the console sends Ctrl-C to both processes.
#[cfg(not(unix))]
fn become_server(mut server: Command) -> Result<()> {
    let status = server.status().context("cannot start the reference server")?;
    if !status.success() {
        bail!("the reference server ended ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_names_the_flag() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = check_free(taken.local_addr().unwrap()).unwrap_err().to_string();
        assert!(error.contains("--listen"), "{error}");
    }

    #[test]
    fn a_free_port_is_left_free() {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        check_free(address).unwrap();
        check_free(address).unwrap();
    }
}
