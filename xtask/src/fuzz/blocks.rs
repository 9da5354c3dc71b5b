//! Random steps of hosts on the built .clap: parameters, transport, blocks, resets, states, rates, instances.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, bail, ensure};
use discern_host::{Plugin, Steps};

use super::number;
use crate::workspace::bundled;

const NUM_STEPS: u64 = 20_000;
/// Instances and what they kept begin anew after so many.
const NUM_STEPS_OF_A_LIFE: u64 = 500;
/// Told in a failure.
const NUM_LAST: usize = 20;
/// Resident memory may grow by so much from the first life on, bytes.
#[cfg(target_os = "linux")]
const MAX_GROWTH_BYTES: i64 = 300 << 20;

/// `--steps N` of them, those that belong to `--seed S`, in a process of their own, since they may end it.
pub fn run(args: &[String]) -> Result<()> {
    let steps = number(args, "--steps", NUM_STEPS)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let seed = number(args, "--seed", now)?;
    let start = Instant::now();
    let program = std::env::current_exe().context("this program has no path")?;
    let mut child = Command::new(program)
        .args(["fuzz-blocks", "--steps", &steps.to_string(), "--seed", &seed.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (said, erred) = (child.stdout.take(), child.stderr.take());
    let (said, erred) = (said.context("no pipe")?, erred.context("no pipe")?);
    // What panics inside of a host call is caught there, and logged.
    let panics = std::thread::spawn(move || {
        let lines = BufReader::new(erred).split(b'\n').map_while(Result::ok);
        let lines = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
        lines.filter(|line| line.contains("panicked") || line.starts_with("error")).collect::<Vec<_>>()
    });
    let mut last = VecDeque::new();
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        last.push_back(line);
        if last.len() > NUM_LAST {
            last.pop_front();
        }
    }
    let status = child.wait()?;
    let panics = panics.join().map_err(|_| anyhow!("the reader of its words panicked"))?;
    if !status.success() || !panics.is_empty() {
        let last: Vec<String> = last.into();
        bail!("--seed {seed}: {status}\n{}\nthe last steps:\n{}", panics.join("\n"), last.join("\n"));
    }
    println!("{steps} steps with --seed {seed} in {:.0} s, nothing failed", start.elapsed().as_secs_f64());
    Ok(())
}

/// What [`run`] starts: says each step before it is done.
pub fn run_here(args: &[String]) -> Result<()> {
    let (num_steps, seed) = (number(args, "--steps", NUM_STEPS)?, number(args, "--seed", 1)?);
    let clap = bundled("clap");
    ensure!(clap.exists(), "there is no {}: `cargo xtask bundle` first", clap.display());
    let load = || Plugin::load(&clap);
    let say = |step: &str| {
        // Nobody may be left to hear it.
        writeln!(std::io::stdout(), "{step}").ok();
    };
    let mut first_bytes = None;
    let mut left = num_steps;
    for life in 0.. {
        let steps_of_life = left.min(NUM_STEPS_OF_A_LIFE);
        say(&format!("life {life}"));
        let mut steps = Steps::new(seed.wrapping_add(life), &load, &say);
        for step in 0..steps_of_life {
            steps.step().with_context(|| format!("life {life}, step {step}"))?;
        }
        drop(steps);
        check_memory(&mut first_bytes)?;
        left -= steps_of_life;
        if left == 0 {
            break;
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn check_memory(first_bytes: &mut Option<i64>) -> Result<()> {
    let bytes = crate::soak::Footprint::now()?.resident_bytes;
    let growth = bytes - *first_bytes.get_or_insert(bytes);
    ensure!(growth < MAX_GROWTH_BYTES, "memory grew by {} MB", growth >> 20);
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn check_memory(_first_bytes: &mut Option<i64>) -> Result<()> {
    Ok(())
}
