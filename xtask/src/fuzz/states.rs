//! Saved states that chance has changed, loaded, saved and loaded again: the test of the suite with other numbers.

use std::process::Command;

use anyhow::Result;

use crate::workspace;

/// States of one run where nothing else is said: some minutes.
const NUM_STATES: u64 = 100_000;

pub fn run(args: &[String]) -> Result<()> {
    let num_states = super::number(args, "--states", NUM_STATES)?;
    let seed = super::number(args, "--seed", 2)?;
    println!("{num_states} states, seed {seed}");
    let mut command = Command::new("cargo");
    command.args(["test", "--workspace", "--test", "suite", "--", "--exact", "states::mutated_states_do_no_harm"]);
    command.envs([("DISCERN_FUZZ_STATES", num_states.to_string()), ("DISCERN_FUZZ_SEED", seed.to_string())]);
    workspace::run_command(&mut command)
}
