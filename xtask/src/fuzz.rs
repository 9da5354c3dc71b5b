//! `cargo xtask fuzz`: chance for as long as one likes; the tests take a few of the same steps every time.

mod blocks;
mod files;
mod states;

use anyhow::{Context, Result, bail};

/// What to try.
pub fn run(args: &[String]) -> Result<()> {
    match args.split_first() {
        Some((what, args)) if what == "blocks" => blocks::run(args),
        Some((what, args)) if what == "states" => states::run(args),
        Some((what, args)) if what == "files" => files::run(args),
        _ => bail!(
            "usage: cargo xtask fuzz blocks [--steps N] [--seed S], fuzz states [--states N] [--seed S], or fuzz files \
             [--files N] [--seed S]"
        ),
    }
}

/// What [`run`] starts in a process of its own.
pub fn run_blocks(args: &[String]) -> Result<()> {
    blocks::run_here(args)
}

/// The number after `name`, or `default`.
fn number(args: &[String], name: &str, default: u64) -> Result<u64> {
    let Some(idx) = args.iter().position(|arg| arg == name) else { return Ok(default) };
    let text = args.get(idx + 1).with_context(|| format!("{name} needs a number"))?;
    text.parse().with_context(|| format!("{name} {text} is not a number"))
}
