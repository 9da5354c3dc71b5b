//! The command line (`cli.md`): listen, master, evaluate, render, ranges, settings over the same layers as the plugin.

mod args;
mod evaluate;
mod listen;
mod master;
mod output;
mod picture;
mod progress;
mod ranges;
mod render;
mod settings_list;
mod signals;
mod song;
mod text;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command};

/// Wrong usage found after parsing: exit code 2 rather than 1.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

fn usage(message: impl Into<String>) -> anyhow::Error {
    Usage(message.into()).into()
}

/// Runs one command. Exit code 0: done, 1: could not do it, 2: wrong usage; errors are one line on standard error.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    signals::listen();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            print(&error.to_string());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(&one_line(&error.to_string()));
            return ExitCode::from(2);
        }
    };
    let result = match cli.command {
        Command::Listen(arguments) => listen::run(&arguments),
        Command::Master(arguments) => master::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
        Command::Ranges(arguments) => ranges::run(&arguments),
        Command::Settings => Ok(settings_list::text()),
    };
    match result {
        Ok(text) => {
            print(&text);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("{error:#}").replace('\n', " "));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// Standard output may be closed by whoever reads it (`| head`); that is no failure.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "discern-cli: {message}");
}

/// The first paragraph of clap's message on one line.
fn one_line(message: &str) -> String {
    let paragraph = message.split("\n\n").next().unwrap_or(message);
    let words: Vec<&str> = paragraph.trim_start_matches("error: ").split_whitespace().collect();
    format!("{}; see discern-cli --help", words.join(" ").trim_end_matches('.'))
}
