//! `cargo xtask`: the repository's tasks.

mod bundle;
mod editor_host;
mod listening;
mod playback;
mod screen;
mod session;
mod try_mix;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  bundle [CARGO OPTIONS]   build target/bundled/Discern.clap and Discern.vst3
  install [CARGO OPTIONS]  bundle, then copy both to your plugin folders
  try [MIX]                bundle, let the plugin master a song in a host; results in out/
  test                     all tests
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let Some((command, args)) = args.split_first() else { bail!("{USAGE}") };
    match command.as_str() {
        "bundle" => bundle::run(args),
        "install" => bundle::install(args),
        "try" => try_mix::run(args),
        "try-toy" => {let o=try_mix::try_plugin(args[0].as_ref(), discern::audio_file::read(args[1].as_ref())?)?; println!("{} {:?} {:?}",o.report,try_mix::levels(&o.mix),try_mix::levels(&o.master)); Ok(())}
        "test" => workspace::run("cargo", &["test", "--workspace"]),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("there is no task {command:?}\n\n{USAGE}"),
    }
}
