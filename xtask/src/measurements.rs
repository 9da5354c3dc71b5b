//! `cargo xtask measurements`: every figure that the tests hold to a bar, and what the chain costs; writes
//! `docs/measurements.md`.

mod cost;
mod figures;
#[cfg(target_os = "linux")]
mod files;
mod flac;
#[cfg(target_os = "linux")]
mod stack;

use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::workspace::{root, step};

/// Samples that the limiter's ceiling is tried on (`dsp.md` section 10).
const FUZZ_SAMPLES: &str = "1e8";

/// Where the page's tables begin that take long and need valgrind.
const COSTLY: &str = "\n## Limiter on ";

/// Measures and writes the page; any failing test ends it. With `--figures` only what the tests and the stack's check measure,
/// in minutes; the other tables stay as they are.
///
/// # Errors
/// If a test fails, valgrind is missing or the page cannot be read or written.
pub fn run(args: &[String]) -> Result<()> {
    let path = root().join("docs/measurements.md");
    let old = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let costly = match args {
        [] => {
            cost::require_valgrind()?;
            None
        }
        [option] if option == "--figures" => {
            let start = old.find(COSTLY).with_context(|| format!("{} has no costly tables to keep", path.display()))?;
            Some(old[start..].to_owned())
        }
        _ => bail!("measurements takes only --figures, not {args:?}"),
    };
    let tests =
        step("all tests", || output(Command::new("cargo").args(["test", "--workspace", "--", "--show-output"])))?;
    let mut page = String::from(
        "# Measurements\n\nWritten by `cargo xtask measurements`. Each row is a figure that a test holds to its bar; of several \
         (rates, settings, signals) the worst is shown. The bars are those the tests assert.\n",
    );
    page += &figures::table(&tests)?;
    #[cfg(target_os = "linux")]
    {
        page += &step("stack", stack::table)?;
    }
    page += &step("formats", crate::verify::readers::table)?;
    page += &match costly {
        Some(costly) => costly,
        None => costly_tables()? + &step("FLAC", || flac::of_page(&old))?,
    };
    std::fs::write(&path, page).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

fn costly_tables() -> Result<String> {
    let fuzz = step("limiter on random programmes", || {
        output(
            Command::new("cargo")
                .args(["run", "--release", "--no-default-features", "--example", "limiter_fuzz"])
                .args(["--", FUZZ_SAMPLES]),
        )
    })?;
    let page = fuzz_table(&fuzz)? + &step("cost", cost::table)?;
    #[cfg(target_os = "linux")]
    let page = page + &step("files of minutes and hours", files::table)?;
    Ok(page)
}

/// `cargo xtask flac`: our FLAC files beside `flac -5`'s; writes that section of `docs/measurements.md`.
///
/// # Errors
/// If there is no music, `flac` is missing, a file is wrong, or the page cannot be written.
pub fn flac(args: &[String]) -> Result<()> {
    flac::run(args)
}

/// `cargo xtask cost`.
///
/// # Errors
/// If valgrind is missing or the bench cannot be built.
pub fn cost(args: &[String]) -> Result<()> {
    cost::run(args)
}

/// `cargo xtask files`: prints what the command line takes for files of minutes and hours.
///
/// # Errors
/// If the command line cannot be built or fails.
#[cfg(target_os = "linux")]
pub fn files() -> Result<()> {
    print!("{}", files::table()?);
    Ok(())
}

/// `cargo xtask stack`: prints the stack that each call of a host takes in the plugin as it is delivered.
///
/// # Errors
/// If the plugin cannot be built or refuses a call, and elsewhere than on Linux.
#[cfg(target_os = "linux")]
pub fn stack() -> Result<()> {
    print!("{}", stack::table()?);
    Ok(())
}

/// The same elsewhere: an error.
///
/// # Errors
/// Always.
#[cfg(not(target_os = "linux"))]
pub fn stack() -> Result<()> {
    bail!("the stack is measured on Linux")
}

/// What a command of this repository prints; an error with its output if it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.current_dir(root()).output().with_context(|| format!("{command:?} cannot be started"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{command:?} failed:\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(text)
}

/// Lines `MODE RATE: ANNEX_2 EBUR128 SEED` of the fuzzer as a table.
fn fuzz_table(text: &str) -> Result<String> {
    let mut table = format!(
        "\n## Limiter on {FUZZ_SAMPLES} random samples\n\nDrive 0–12 dB, all styles, ceilings −0.1, −1 and −3 dBTP; worst reading over the \
         ceiling, dB. The bar is 0.\n\n| mode and rate | Annex 2 | ebur128 |\n|---|---|---|\n"
    );
    let mut num_rows = 0;
    for line in text.lines().skip(1) {
        let Some((case, readings)) = line.split_once(": ") else { continue };
        let readings: Vec<&str> = readings.split_whitespace().take(2).collect();
        let [annex_2, ebur128] = readings[..] else { continue };
        let [annex_2, ebur128] = [annex_2, ebur128].map(|reading| reading.replace('-', "−"));
        let case: Vec<&str> = case.split_whitespace().collect();
        let mode = if case[0] == "0" { "tracking" } else { "standard" };
        writeln!(table, "| {mode}, {} Hz | {annex_2} | {ebur128} |", case[1])?;
        num_rows += 1;
    }
    if num_rows == 0 {
        bail!("the limiter's fuzzer printed no readings:\n{text}");
    }
    Ok(table)
}
