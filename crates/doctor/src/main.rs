//! The program: reads the command line, examines, and says what came of it.

use std::{path::PathBuf, process::ExitCode};

use clap::Parser;
use doctor::{Question, examine};

/// Why does the chat not work? Asks a platform what a page would ask it and names the check that fails.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the platform lives, e.g. <https://api.example.com>.
    platform: String,
    /// The tenant of the page.
    #[arg(long, default_value = "miptech-company")]
    tenant: String,
    /// The origin of the page, e.g. <https://www.example.com>; without it nothing is asked about permissions.
    #[arg(long)]
    origin: Option<String>,
    /// Where the sockets live, if elsewhere.
    #[arg(long)]
    ws_url: Option<String>,
    /// A file that holds a token and nothing else.
    #[arg(long)]
    token_file: Option<PathBuf>,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let token = match arguments
        .token_file
        .as_ref()
        .map(std::fs::read_to_string)
        .transpose()
    {
        Ok(token) => token.map(|token| token.trim().to_owned()),
        Err(error) => {
            eprintln!("the token file cannot be read: {error}");
            return ExitCode::from(2);
        }
    };
    let question = Question {
        platform: arguments.platform,
        sockets: arguments.ws_url,
        tenant: arguments.tenant,
        origin: arguments.origin,
        token,
    };
    let report = examine(&question).await;
    match serde_json::to_string_pretty(&report) {
        Ok(json) if arguments.json => println!("{json}"),
        Ok(_) | Err(_) => print!("{report}"),
    }
    if report.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
