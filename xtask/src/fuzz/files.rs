//! Sound files that chance has changed, read: the test of the suite with other numbers.

use std::process::Command;

use anyhow::Result;

use crate::workspace;

/// Files of one run where nothing else is said: some minutes.
const NUM_FILES: u64 = 100_000;

pub fn run(args: &[String]) -> Result<()> {
    let num_files = super::number(args, "--files", NUM_FILES)?;
    let seed = super::number(args, "--seed", 2)?;
    println!("{num_files} files, seed {seed}");
    let mut command = Command::new("cargo");
    command.args(["test", "--workspace", "--test", "suite", "--", "--exact", "sound_fuzz::mutated_files_do_no_harm"]);
    command.envs([("DISCERN_FUZZ_FILES", num_files.to_string()), ("DISCERN_FUZZ_SEED", seed.to_string())]);
    workspace::run_command(&mut command)
}
