//! What `benches/cost.rs` costs: instructions by callgrind, which repeat to the last, and times, which do not.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::output;
use crate::workspace::{build_bench, has_program, out, processor};

const SIGNALS: [&str; 3] = ["programme", "silence", "denormals"];
/// Frames of the shorter and the longer run; their difference leaves out what is done once.
const FRAMES: [usize; 2] = [24_000, 72_000];
/// Rates and blocks at which the whole chain is measured besides 48 kHz in blocks of 64.
const OTHERS: [(u32, u32); 7] =
    [(48_000, 32), (48_000, 512), (48_000, 4096), (44_100, 64), (96_000, 64), (176_400, 64), (192_000, 64)];

/// An error that says how to get it if valgrind is missing.
pub fn require_valgrind() -> Result<()> {
    if !has_program("valgrind", &["--version"]) {
        bail!("valgrind counts the instructions; `apt-get install valgrind` as root, or your system's way");
    }
    Ok(())
}

/// Prints the instructions per frame of one case: `cargo xtask cost CASE [RATE BLOCK SIGNAL]`, or of all.
pub fn run(args: &[String]) -> Result<()> {
    require_valgrind()?;
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (case, rate, block, signal) = match words[..] {
        [] => {
            print!("{}", table()?);
            return Ok(());
        }
        [case] => (case, "48000", "64", "programme"),
        [case, rate, block, signal] => (case, rate, block, signal),
        _ => bail!("cost takes nothing, CASE, or CASE RATE BLOCK SIGNAL"),
    };
    let bench = build_bench("cost")?;
    println!("{:.0} instructions per frame", instructions(&bench, case, rate.parse()?, block.parse()?, signal)?);
    Ok(())
}

/// Both tables of the page.
pub fn table() -> Result<String> {
    let bench = build_bench("cost")?;
    let cases = output(Command::new(&bench).arg("cases"))?;
    let cases: Vec<&str> = cases.split_whitespace().collect();
    let mut page = String::from(
        "\n## Cost in instructions\n\nInstructions per stereo frame, counted by callgrind. 48 kHz, blocks of 64 frames; what a case names \
         works on the programme, the rest of the chain is off.\n\n| case | programme | silence | denormals |\n|---|---|---|---|\n",
    );
    for case in &cases {
        write!(page, "| {} |", case.replace('_', " "))?;
        for signal in SIGNALS {
            let count = instructions(&bench, case, 48_000, 64, signal)?;
            println!("   {case} {signal}: {count:.0}");
            write!(page, " {count:.0} |")?;
        }
        page.push('\n');
    }
    page += "\nThe whole chain on the programme at other rates and blocks:\n\n| rate | block | instructions |\n|---|---|---|\n";
    for (rate, block) in OTHERS {
        let count = instructions(&bench, "all", rate, block, "programme")?;
        writeln!(page, "| {rate} | {block} | {count:.0} |")?;
    }
    write!(
        page,
        "\n## Cost in time\n\nShare of one core of this machine ({}), which is not idle and not alone: read it as an order of \
         magnitude.\n\n```\n{}```\n\nThe worst block of 64 frames and the worst window of 512 over the median, in 20 s of programme, each block at its \
         least time of twelve runs:\n\n```\n",
        processor(),
        output(&mut Command::new(&bench))?
    )?;
    for case in ["equalizer", "resonance", "limiter", "all"] {
        page += &output(Command::new(&bench).args(["blocks", case, "48000", "64", "programme"]))?;
    }
    page += "```\n";
    Ok(page)
}

/// Instructions per frame.
fn instructions(bench: &Path, case: &str, rate: u32, block: u32, signal: &str) -> Result<f64> {
    let folder = out("cost")?;
    let mut counts = [0.0; 2];
    for (count, frames) in counts.iter_mut().zip(FRAMES) {
        let mut command = Command::new("valgrind");
        command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", folder.join("callgrind.out").display()));
        command.arg(bench).args([case, &rate.to_string(), &block.to_string(), signal, &frames.to_string()]);
        let run = command.output().context("valgrind cannot be started")?;
        let text = String::from_utf8_lossy(&run.stderr);
        // `==PID== Collected : 123456`.
        let collected = text.lines().find_map(|line| line.split("Collected : ").nth(1)?.trim().parse::<f64>().ok());
        *count = collected.with_context(|| format!("callgrind counted nothing:\n{text}"))?;
    }
    Ok((counts[1] - counts[0]) / (FRAMES[1] - FRAMES[0]) as f64)
}
