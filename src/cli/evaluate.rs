//! `evaluate`: what the assistant is held to, over a music folder.

use anyhow::Result;

use super::args::{EvaluateArgs, read_ranges};
use super::progress::Progress;
use crate::evaluation::{Files, Plan, Table, run as measure};

/// Measures and writes; which bars are missed, as text.
///
/// # Errors
/// If the folder cannot be read or the output not written.
pub fn run(arguments: &EvaluateArgs) -> Result<String> {
    let files = Files::check(&arguments.output, arguments.overwrite)?;
    let ranges = arguments.ranges.as_deref().map(read_ranges).transpose()?;
    let plan = Plan::new(&arguments.folder, &files.partial)?.with_ranges(ranges);
    let progress = Progress::new("Evaluating", plan.num_steps() as u64);
    let outcome = measure(&plan, &|steps| progress.add(steps as u64))?;
    drop(progress);
    let table = Table::new(outcome);
    files.write(&table, "discern-cli evaluate")?;
    plan.finish()?;
    let missed: String = table.missed().iter().map(|line| format!("  {line}\n")).collect();
    Ok(format!(
        "Wrote {} and {}.\n{} of {} bars missed{}\n{missed}",
        files.page.display(),
        files.json.display(),
        table.missed().len(),
        table.num_bars(),
        if missed.is_empty() { "." } else { ":" }
    ))
}
