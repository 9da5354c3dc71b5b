//! What a process holds: memory, open files, threads; and whether that grows.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

/// Threads that were told to end get so long.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(8);
const LOOK: Duration = Duration::from_millis(100);
/// It has settled once it is the same for so long.
const NUM_SAME: usize = 6;
/// Memory that the second half may hold more than the first, bytes: what the C library keeps in reserve comes and goes.
const MAX_GROWTH_BYTES: f64 = 24e6;
/// And by so much more for each hour.
const MAX_BYTES_PER_HOUR: f64 = 2e6;

/// What the process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// In memory, bytes.
    pub resident_bytes: i64,
    /// Open files, sockets and the like.
    pub num_files: usize,
    /// Threads.
    pub num_threads: usize,
}

impl Footprint {
    /// Now, as the kernel has it.
    pub fn now() -> Result<Self> {
        let status = std::fs::read_to_string("/proc/self/status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: i64 = line.trim().trim_end_matches(" kB").parse()?;
        let count = |folder: &str| Ok::<_, std::io::Error>(std::fs::read_dir(folder)?.count());
        Ok(Self {
            resident_bytes: kilobytes * 1024,
            num_files: count("/proc/self/fd")?,
            num_threads: count("/proc/self/task")?,
        })
    }
}

/// Footprints one after the other.
#[derive(Default)]
pub struct Scale(Vec<Footprint>);

impl Scale {
    /// Waits until files and threads stay as they are, and notes what there is.
    pub fn weigh_settled(&mut self) -> Result<()> {
        let start = Instant::now();
        let mut last = Footprint::now()?;
        let mut num_same = 0;
        while num_same < NUM_SAME && start.elapsed() < SETTLE_TIMEOUT {
            std::thread::sleep(LOOK);
            let now = Footprint::now()?;
            let is_same = (now.num_files, now.num_threads) == (last.num_files, last.num_threads);
            num_same = if is_same { num_same + 1 } else { 0 };
            last = now;
        }
        self.0.push(last);
        Ok(())
    }

    /// Says how it went, and fails if what is held grew; the first third is for warming up.
    pub fn ensure_flat(&self, cycle_s: f64) -> Result<()> {
        let warm = &self.0[self.0.len() / 3..];
        let (early, late) = warm.split_at(warm.len() / 2);
        let median = |of: &[Footprint]| {
            let mut bytes: Vec<i64> = of.iter().map(|it| it.resident_bytes).collect();
            bytes.sort_unstable();
            bytes[bytes.len() / 2] as f64
        };
        let most = |of: &[Footprint], what: fn(&Footprint) -> usize| of.iter().map(what).max().unwrap_or(0);
        let (files, threads) = (|it: &Footprint| it.num_files, |it: &Footprint| it.num_threads);
        let growth = median(late) - median(early);
        let hours = late.len() as f64 * cycle_s / 3600.0;
        println!(
            "   memory {:.0} MB after warming up, {:.0} MB at the end ({:+.1} MB an hour); files {} and {}, threads {} and {}",
            median(early) / 1e6,
            median(late) / 1e6,
            growth / hours / 1e6,
            most(early, files),
            most(late, files),
            most(early, threads),
            most(late, threads)
        );
        let held: Vec<String> = self
            .0
            .iter()
            .map(|it| format!("{} MB {} files {} threads", it.resident_bytes >> 20, it.num_files, it.num_threads))
            .collect();
        let told = || held.join("; ");
        ensure!(growth < MAX_GROWTH_BYTES + MAX_BYTES_PER_HOUR * hours, "memory grows: {}", told());
        ensure!(most(late, files) <= most(early, files), "open files become more: {}", told());
        ensure!(most(late, threads) <= most(early, threads), "threads become more: {}", told());
        Ok(())
    }
}
