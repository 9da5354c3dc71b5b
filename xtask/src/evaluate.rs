//! `cargo xtask evaluate`: what the assistant finds, over a music folder with a `manifest.tsv`.

mod faults;
mod inject;
mod music;
mod ruler;
mod sections;
mod strengths;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::workspace::root;

const USAGE: &str = "usage: cargo xtask evaluate [--faults] [--sections] [DIR] [--kinds KIND,KIND…] [-o FILE]";

/// Runs `[--faults] [--sections] [DIR] [--kinds KIND,…] [-o FILE]`; without a folder the one beside the repository.
///
/// # Errors
/// If the folder or a song in it cannot be read, or a bar is missed.
pub fn run(args: &[String]) -> Result<()> {
    let mut dir = root().join("../shared/music");
    let (mut is_faults, mut is_sections, mut kinds, mut output) = (false, false, None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--faults" => is_faults = true,
            "--sections" => is_sections = true,
            "--kinds" => {
                let names = args.next().context(USAGE)?;
                kinds = Some(names.split(',').map(str::to_owned).collect::<Vec<_>>());
            }
            "-o" => output = Some(PathBuf::from(args.next().context(USAGE)?)),
            other if other.starts_with('-') => bail!("{USAGE}"),
            other => dir = PathBuf::from(other),
        }
    }
    if !is_faults && !is_sections {
        bail!("{USAGE}");
    }
    if let Some(unknown) = kinds.iter().flatten().find(|kind| !inject::KINDS.contains(&kind.as_str())) {
        bail!("{unknown:?} is no kind of finding; there are {}", inject::KINDS.join(", "));
    }
    let songs = music::read_folder(&dir)?;
    let (mut text, mut missed) = (String::new(), Vec::new());
    if is_faults {
        let bench = faults::run(&songs, kinds.as_deref());
        text += &table::markdown(&bench);
        missed.extend(table::missed(&bench));
    }
    if is_sections {
        let sections = sections::run(&songs);
        text += &sections.markdown();
        missed.extend(sections.missed());
    }
    println!("{text}");
    if let Some(output) = output {
        std::fs::write(&output, &text).with_context(|| format!("{} cannot be written", output.display()))?;
    }
    if kinds.is_none() && !missed.is_empty() {
        bail!("{} bars missed:\n{}", missed.len(), missed.join("\n"));
    }
    Ok(())
}
