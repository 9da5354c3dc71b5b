//! What validators try: those of others on the built bundles where they are found, and the promises of our own in any case.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use discern_host::{CONTRACT, Plugin, RANGE};

use crate::workspace::bundled;

/// A validator of others: what it is for, its name as a program, where its path may be given, and where to get it.
struct Validator {
    format: &'static str,
    name: &'static str,
    variable: &'static str,
    source: &'static str,
    args: &'static [&'static str],
}

const VALIDATORS: [Validator; 2] = [
    Validator {
        format: "clap",
        name: "clap-validator",
        variable: "CLAP_VALIDATOR",
        source: "https://github.com/free-audio/clap-validator",
        args: &["validate", "--only-failed"],
    },
    Validator {
        format: "vst3",
        name: "vst3-validator",
        variable: "VST3_VALIDATOR",
        source: "https://github.com/steinbergmedia/vst3sdk (target `validator`)",
        args: &["-e"],
    },
];

/// Our own, then those that are there.
pub fn run() -> Result<()> {
    keep_promises(&bundled("clap"))?;
    super::on_linux::vst3_promises(&bundled("vst3"))?;
    for validator in VALIDATORS {
        validator.run(&bundled(validator.format))?;
    }
    Ok(())
}

fn keep_promises(clap: &Path) -> Result<()> {
    let load = || Plugin::load(clap);
    let promises = CONTRACT.into_iter().chain([RANGE]);
    let mut num_kept = 0;
    for (name, promise) in promises {
        promise(&load).with_context(|| format!(".clap: {name}"))?;
        num_kept += 1;
    }
    println!("   .clap: {num_kept} promises to hosts are kept");
    Ok(())
}

impl Validator {
    fn run(&self, bundle: &Path) -> Result<()> {
        let Some(program) = self.find() else {
            println!("   {} is not here: {}; its path goes into {}", self.name, self.source, self.variable);
            return Ok(());
        };
        let output = Command::new(&program).args(self.args).arg(bundle).output();
        let output = output.with_context(|| format!("{} cannot be started", program.display()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> = text.lines().filter(|line| is_error(line)).collect();
        ensure!(output.status.success() && errors.is_empty(), "{} ({}):\n{text}", self.name, output.status);
        let last = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
        println!("   {}: {last}", self.name);
        Ok(())
    }

    fn find(&self) -> Option<PathBuf> {
        let given = std::env::var_os(self.variable).map(PathBuf::from);
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&folders).map(|folder| folder.join(self.name)).find(|path| path.is_file());
        given.or(found)
    }
}

/// Steinberg's says so of what is wrong and not forbidden, and ends well all the same.
fn is_error(line: &str) -> bool {
    let line = line.to_lowercase();
    line.contains("error") || line.contains("[failed]") || line.contains("panicked")
}
