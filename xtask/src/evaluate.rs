//! `cargo xtask evaluate`: what the assistant is held to, over a music folder with a `manifest.tsv`; and what it finds there.

mod peers;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use discern::assistant::Ranges;
use discern::evaluation::{Files, Plan, Table, fault_bench, fault_table, inject, music, run as measure, section_bench};

use crate::workspace::root;

const USAGE: &str = "usage: cargo xtask evaluate [DIR] [-o FILE] [--peers] [--ranges FILE]\n       \
    cargo xtask evaluate --faults|--sections [DIR] [--kinds KIND,KIND…] [-o FILE]";

struct Options {
    dir: PathBuf,
    is_faults: bool,
    is_sections: bool,
    is_peers: bool,
    kinds: Option<Vec<String>>,
    output: Option<PathBuf>,
    ranges: Option<PathBuf>,
}

/// Runs `[DIR] [-o FILE] [--peers] [--ranges FILE]` or `--faults|--sections [DIR] [--kinds KIND,…] [-o FILE]`; without a folder the one beside
/// the repository, without a file `docs/behaviour.md`.
///
/// # Errors
/// If the folder or a song in it cannot be read, or a bar is missed.
pub fn run(args: &[String]) -> Result<()> {
    let options = parse(args)?;
    if options.is_faults || options.is_sections { benches(&options) } else { behaviour(&options) }
}

fn parse(args: &[String]) -> Result<Options> {
    let mut options = Options {
        dir: root().join("../shared/music"),
        is_faults: false,
        is_sections: false,
        is_peers: false,
        kinds: None,
        output: None,
        ranges: None,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--faults" => options.is_faults = true,
            "--sections" => options.is_sections = true,
            "--peers" => options.is_peers = true,
            "--kinds" => {
                let names = args.next().context(USAGE)?;
                options.kinds = Some(names.split(',').map(str::to_owned).collect());
            }
            "--ranges" => options.ranges = Some(PathBuf::from(args.next().context(USAGE)?)),
            "-o" => options.output = Some(PathBuf::from(args.next().context(USAGE)?)),
            other if other.starts_with('-') => bail!("{USAGE}"),
            other => options.dir = PathBuf::from(other),
        }
    }
    let is_bench = options.is_faults || options.is_sections;
    if (options.kinds.is_some() && !options.is_faults) || ((options.is_peers || options.ranges.is_some()) && is_bench) {
        bail!("{USAGE}");
    }
    if let Some(unknown) = options.kinds.iter().flatten().find(|kind| !inject::KINDS.contains(&kind.as_str())) {
        bail!("{unknown:?} is no kind of finding; there are {}", inject::KINDS.join(", "));
    }
    Ok(options)
}

/// The table; the page of the manual is replaced.
fn behaviour(options: &Options) -> Result<()> {
    let output = options.output.clone().unwrap_or_else(|| root().join("docs/behaviour.md"));
    let files = Files::check(&output, true)?;
    let ranges = options.ranges.as_deref().map(read_ranges).transpose()?;
    let plan = Plan::new(&options.dir, &files.partial)?.with_ranges(ranges);
    let table = Table::new(measure(&plan, &progress(plan.num_steps()))?);
    let table = if options.is_peers { with_peers(table, &plan)? } else { table };
    files.write(&table, "cargo xtask evaluate")?;
    plan.finish()?;
    println!("wrote {} and {}", files.page.display(), files.json.display());
    fail_if_missed(&table.missed())
}

fn read_ranges(path: &Path) -> Result<Arc<Ranges>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Ranges::read(&text).with_context(|| path.display().to_string()).map(Arc::new)
}

/// Says how far it is, on a terminal only.
fn progress(num_steps: usize) -> impl Fn(usize) + Sync {
    let num_done = AtomicUsize::new(0);
    move |steps| {
        let num_done = num_done.fetch_add(steps, Ordering::Relaxed) + steps;
        if std::io::stderr().is_terminal() {
            eprint!("\r{:>3} %", 100 * num_done / num_steps.max(1));
        }
    }
}

fn with_peers(mut table: Table, plan: &Plan) -> Result<Table> {
    table.baselines.extend(peers::measure(plan)?);
    Ok(table)
}

/// What is found of injected faults, and of the sections of joined songs.
fn benches(options: &Options) -> Result<()> {
    let songs = music::read_folder(&options.dir)?;
    let (mut text, mut missed) = (String::new(), Vec::new());
    if options.is_faults {
        let bench = fault_bench::run(&songs, options.kinds.as_deref());
        text += &fault_table::markdown(&bench);
        missed.extend(fault_table::missed(&bench));
    }
    if options.is_sections {
        let sections = section_bench::run(&songs);
        text += &sections.markdown();
        missed.extend(sections.missed());
    }
    println!("{text}");
    if let Some(output) = &options.output {
        write(output, &text)?;
    }
    if options.kinds.is_none() { fail_if_missed(&missed) } else { Ok(()) }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn fail_if_missed(missed: &[String]) -> Result<()> {
    if !missed.is_empty() {
        bail!("{} bars missed:\n{}", missed.len(), missed.join("\n"));
    }
    Ok(())
}
