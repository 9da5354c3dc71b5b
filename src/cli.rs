//! The command line (`cli.md`): listen, master, evaluate, render, ranges, settings over the same layers as the plugin.

mod args;
mod aside;
mod dither;
mod evaluate;
mod landing;
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
mod used_bits;

use std::ffi::OsString;
use std::io::{ErrorKind as IoErrorKind, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

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
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            return print(&error.to_string());
        }
        Err(error) => {
            note(&one_line(&error.to_string(), &arguments));
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
        Ok(text) => print(&text),
        Err(error) => {
            note(&format!("{error:#}").replace('\n', " "));
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// Standard output may be closed by whoever reads it (`| head`); that is no failure. A full disk behind it is.
fn print(text: &str) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != IoErrorKind::BrokenPipe => {
            note(&format!("standard output: cannot be written ({error}); check the space left where it goes"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// One line on standard error.
fn note(message: &str) {
    let _ = writeln!(std::io::stderr(), "discern-cli: {message}");
}

/// The first paragraph of clap's message on one line, and where to read more.
fn one_line(message: &str, arguments: &[OsString]) -> String {
    let paragraph = message.split("\n\n").next().unwrap_or(message);
    let words: Vec<&str> = paragraph.trim_start_matches("error: ").split_whitespace().collect();
    let commands = Cli::command();
    let mut named = arguments.iter().skip(1).filter_map(|argument| argument.to_str());
    let command = named.find(|name| commands.find_subcommand(name).is_some());
    let help = command.map_or("discern-cli --help".to_owned(), |name| format!("discern-cli {name} --help"));
    format!("{}; see {help}", words.join(" ").trim_end_matches('.'))
}
