//! Prints what a trace changed: `cargo xtask replay FILE`.

use std::{env, fs, process::ExitCode};

use miptech_chat_simulator::replay::replay;

fn main() -> ExitCode {
    let Some(place) = env::args().nth(1) else {
        eprintln!("expected the file of a trace");
        return ExitCode::FAILURE;
    };
    let text = match fs::read_to_string(&place) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{place}: {error}");
            return ExitCode::FAILURE;
        }
    };
    match replay(&text) {
        Ok(changes) => {
            for (at_ms, change) in changes {
                println!("{:>10.3} s  {change}", at_ms as f64 / 1000.0);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{place}: {error}");
            ExitCode::FAILURE
        }
    }
}
