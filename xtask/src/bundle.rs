//! The plugin as hosts load it: built, bundled and copied to where hosts look.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace::{bundled, root, target};

const PACKAGE: &str = "discern";

/// Builds `Discern.clap` and `Discern.vst3`; `args` are cargo's, release unless they choose a profile.
pub fn run(args: &[String]) -> Result<()> {
    let mut args = args.to_vec();
    if !args.iter().any(|arg| arg == "--release" || arg == "--debug" || arg.starts_with("--profile")) {
        args.push("--release".to_owned());
    }
    args.retain(|arg| arg != "--debug");
    args.push("--lib".to_owned());
    std::env::set_current_dir(root()).context("the repository is gone")?;
    nice_plug_xtask::build(&[PACKAGE.to_owned()], &args)?;
    nice_plug_xtask::bundle(&target(), PACKAGE, &args, false)
}

/// Builds and copies both bundles to the user's plugin folders.
pub fn install(args: &[String]) -> Result<()> {
    run(args)?;
    for (extension, folder) in [("clap", clap_folder()?), ("vst3", vst3_folder()?)] {
        let from = bundled(extension);
        let to = folder.join(format!("Discern.{extension}"));
        replace(&from, &to).with_context(|| format!("{} cannot be installed", to.display()))?;
        println!("installed {}", to.display());
    }
    Ok(())
}

fn home(variable: &str) -> Result<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).with_context(|| format!("{variable} is not set"))
}

fn clap_folder() -> Result<PathBuf> {
    if cfg!(target_os = "macos") {
        Ok(home("HOME")?.join("Library/Audio/Plug-Ins/CLAP"))
    } else if cfg!(target_os = "windows") {
        Ok(home("LOCALAPPDATA")?.join("Programs/Common/CLAP"))
    } else {
        Ok(home("HOME")?.join(".clap"))
    }
}

fn vst3_folder() -> Result<PathBuf> {
    if cfg!(target_os = "macos") {
        Ok(home("HOME")?.join("Library/Audio/Plug-Ins/VST3"))
    } else if cfg!(target_os = "windows") {
        Ok(home("LOCALAPPDATA")?.join("Programs/Common/VST3"))
    } else {
        Ok(home("HOME")?.join(".vst3"))
    }
}

/// Copies a file or folder into place of what is there: the new one is complete before the old one goes, so a host
/// that has the old one open keeps it.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().context("no folder to install to")?;
    std::fs::create_dir_all(folder)?;
    let fresh = to.with_extension("new");
    remove(&fresh)?;
    copy(from, &fresh)?;
    remove(to)?;
    std::fs::rename(&fresh, to)?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        std::fs::remove_dir_all(path)?;
    } else if path.exists() {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.exists() {
        bail!("{} was not built", from.display());
    }
    if !from.is_dir() {
        std::fs::copy(from, to)?;
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
