//! `cargo xtask`: the repository's tasks.

mod before_after;
mod bundle;
mod editor_host;
mod eq_tables;
mod evaluate;
#[cfg(target_os = "linux")]
mod first_listening;
mod frames;
mod fuzz;
mod hearing;
#[cfg(target_os = "linux")]
mod instance;
mod landing;
mod listening;
mod measurements;
mod peers;
mod playback;
mod screen;
mod screenshots;
mod session;
#[cfg(target_os = "linux")]
mod soak;
mod try_mix;
mod verify;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  bundle [CARGO OPTIONS]   build target/bundled/Discern.clap and Discern.vst3
  install [CARGO OPTIONS]  bundle, then copy both to your plugin folders
  try [MIX]                bundle, let the plugin master a song in a host; results in out/
  test                     all tests
  verify [CHECK...]        bundle, then check both formats, the editor and the audio thread in hosts
  fuzz blocks [--steps N] [--seed S]
                           random parameters, transport, blocks, states and rates on the built .clap
  fuzz states [--states N] [--seed S]
                           saved states that chance has changed, more than the tests load
  fuzz files [--files N] [--seed S]
                           sound files that chance has changed, more than the tests read
  soak [--hours N]         hours of playing, editing, loading and opening in minutes; what is held must not grow
  evaluate [DIR] [-o FILE] [--peers]
                           what the assistant is held to, over a music folder; writes docs/behaviour.md
  evaluate --faults|--sections [DIR]
                           what is found: faults injected into the songs of a music folder, songs joined from parts
  landing DIR [OPTIONS]    master every song of a folder, measure the results with other meters
  peers [TABLE...]         the limiter and other stages beside others, measured in one run
  hearing [DIR]            what is heard of a music folder beside other meters, and what hearing costs
  measurements [--figures] all tests and benches, or what the tests measure; writes docs/measurements.md
  flac [DIR]               FLAC files beside `flac -5`'s over a music folder; writes that part of docs/measurements.md
  before-after SONG... [--settings PRESET|FILE]...
                           what chains do to songs: levels, spectrum and crest at one loudness
  cost [CASE]              instructions per frame of a stage or the chain
  stack                    bundle, then print how much stack each call of a host takes
  files                    how fast the command line is with files of minutes and hours, and what memory it takes
  frames [--no-display]    what the editor costs a frame and at rest; writes docs/frame-cost.md
  screenshots [MUSIC]      draw the manual's pictures of the editor into docs/images
  eq-tables                fit the equalizer's sections to their prototypes again (minutes)
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
        "verify" => verify::run(args),
        "screenshots" => screenshots::take(args),
        // Started by verify in a process of their own: on a screen, or where an allocation may end it.
        "on-screen" if args.len() == 1 => verify::run_on_screen(&args[0]),
        "allocation-check" if args.len() == 1 => verify::run_allocation_check(&args[0]),
        "fuzz" => fuzz::run(args),
        "fuzz-blocks" => fuzz::run_blocks(args),
        #[cfg(target_os = "linux")]
        "soak" => soak::run(args),
        "frames" => frames::run(args),
        "eq-tables" => eq_tables::run(),
        "evaluate" => evaluate::run(args),
        "landing" => landing::run(args),
        "hearing" => hearing::run(args),
        "measurements" => measurements::run(args),
        "flac" => measurements::flac(args),
        "cost" => measurements::cost(args),
        #[cfg(target_os = "linux")]
        "files" if args.is_empty() => measurements::files(),
        "stack" if args.is_empty() => measurements::stack(),
        "before-after" => before_after::run(args),
        "peers" => peers::run(args),
        "test" => workspace::run("cargo", &["test", "--workspace"]),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("there is no task {command:?}\n\n{USAGE}"),
    }
}
