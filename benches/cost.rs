//! What each stage and the whole chain cost: times here, instructions through `cargo xtask cost`.
//!
//! `cost` prints seconds per second of audio for every case; `cost CASE RATE BLOCK SIGNAL FRAMES` processes once and
//! prints nothing, for a profiler; `cost cases` prints the names of the cases; `cost blocks CASE RATE BLOCK SIGNAL` prints the worst block and the worst window over
//! the median.

use std::path::Path;
use std::time::Instant;

use discern::audio_file;
use discern::chain::settings::{Direction, LatencyMode};
use discern::chain::{Chain, Settings};
use discern::dsp::signals::pink_noise;

const CASES: [&str; 15] = [
    "idle",
    "equalizer",
    "dynamic_equalizer",
    "linear_equalizer",
    "resonance",
    "multiband",
    "glue",
    "colour",
    "stereo",
    "clipper",
    "hot_clipper",
    "limiter",
    "dither",
    "eq_glue_limiter",
    "all",
];
/// Runs of which each block's least time counts.
const NUM_RUNS: usize = 12;
/// The demo mix again and again, whatever rate it is played at; pink noise; nothing; nearly nothing.
const SIGNALS: [&str; 4] = ["programme", "noise", "silence", "denormals"];

/// Settings of a case: what it names does work, the rest is off.
fn settings(case: &str) -> Settings {
    let mut settings = Settings::default();
    let is = |names: &[&str]| names.contains(&case) || case == "all";
    settings.equalizer.enabled = is(&["equalizer", "dynamic_equalizer", "linear_equalizer", "eq_glue_limiter"]);
    for (idx, band) in settings.equalizer.bands.iter_mut().enumerate() {
        band.gain_db = if idx % 2 == 0 { 2.0 } else { -2.0 };
        band.dynamic = case == "dynamic_equalizer" || (case == "all" && idx < 4);
        band.threshold_db = -40.0;
    }
    settings.resonance.enabled = is(&["resonance"]);
    settings.resonance.threshold_db = 2.0;
    settings.multiband.enabled = is(&["multiband"]);
    for band in &mut settings.multiband.bands {
        band.threshold_dbfs = -40.0;
        band.direction = Direction::Down;
    }
    settings.glue.enabled = is(&["glue", "eq_glue_limiter"]);
    settings.glue.threshold_dbfs = -30.0;
    settings.colour.enabled = is(&["colour"]);
    settings.stereo.enabled = is(&["stereo"]);
    settings.stereo.width_percent = [50.0, 90.0, 110.0, 120.0];
    settings.stereo.mono_bass = true;
    settings.clipper.enabled = is(&["clipper", "hot_clipper"]);
    settings.clipper.gain_db = if case == "hot_clipper" { 12.0 } else { 0.0 };
    settings.clipper.ceiling_dbfs = -9.0;
    settings.limiter.enabled = is(&["limiter", "eq_glue_limiter"]);
    settings.limiter.gain_db = 9.0;
    settings.limiter.ceiling_dbtp = -1.0;
    settings.dither.enabled = is(&["dither"]);
    settings
}

fn signal(name: &str, num_frames: usize) -> [Vec<f32>; 2] {
    let single = |seed: u64| -> Vec<f32> {
        match name {
            "noise" => pink_noise(seed, 0.12, num_frames).iter().map(|x| *x as f32).collect(),
            "silence" => vec![0.0; num_frames],
            "denormals" => (0..num_frames).map(|idx| if idx % 2 == 0 { 1e-40 } else { -1e-40 }).collect(),
            _ => panic!("{name} is no signal"),
        }
    };
    if name == "programme" { programme(num_frames) } else { [single(1), single(2)] }
}

fn programme(num_frames: usize) -> [Vec<f32>; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo_mix.flac");
    let mix = audio_file::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    [mix.left(), mix.right()].map(|channel| channel.iter().copied().cycle().take(num_frames).collect())
}

/// Processes in blocks; seconds of each block.
fn run(case: &str, rate_hz: f64, block: usize, signal_name: &str, num_frames: usize) -> Vec<f64> {
    let is_linear = case == "linear_equalizer";
    let mut chain = Chain::new(rate_hz, if is_linear { LatencyMode::Linear } else { LatencyMode::Standard });
    chain.set(&settings(case));
    let [mut left, mut right] = signal(signal_name, num_frames);
    left.chunks_mut(block)
        .zip(right.chunks_mut(block))
        .map(|(l, r)| {
            let start = Instant::now();
            chain.process(l, r);
            start.elapsed().as_secs_f64()
        })
        .collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|each| each != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["cases"] => println!("{}", CASES.join(" ")),
        ["blocks", case, rate, block, signal] => blocks(case, number(rate), number(block) as usize, signal),
        [case, rate, block, signal, frames] => {
            run(case, number(rate), number(block) as usize, signal, number(frames) as usize);
        }
        _ => times(),
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// The worst of the windows of 512 frames (or one block) over their median, the first second left out.
///
/// The machine interrupts now and then, but hardly ever the same window in every run.
fn blocks(case: &str, rate_hz: f64, block: usize, signal: &str) {
    let mut least = run(case, rate_hz, block, signal, 20 * rate_hz as usize);
    for _ in 1..NUM_RUNS {
        let again = run(case, rate_hz, block, signal, 20 * rate_hz as usize);
        least.iter_mut().zip(again).for_each(|(least, seconds)| *least = least.min(seconds));
    }
    let over_median = |num_blocks: usize| {
        let windows = least[least.len() / 20..].chunks_exact(num_blocks);
        let mut windows: Vec<f64> = windows.map(|window| window.iter().sum()).collect();
        windows.sort_by(f64::total_cmp);
        windows[windows.len() - 1] / windows[windows.len() / 2]
    };
    let num_blocks = (512 / block).max(1);
    println!("{case}: worst block {:.2}, worst window {:.2} of the median", over_median(1), over_median(num_blocks));
}

fn times() {
    println!("{:<18} {:>7} {:>6} {:<10} {:>9}", "case", "rate", "block", "signal", "% of core");
    for case in CASES {
        for (rate_hz, block, signals) in [
            (48_000.0, 64, &SIGNALS[..]),
            (48_000.0, 32, &SIGNALS[..1]),
            (48_000.0, 4096, &SIGNALS[..1]),
            (44_100.0, 512, &SIGNALS[..1]),
            (96_000.0, 512, &SIGNALS[..1]),
            (192_000.0, 512, &SIGNALS[..1]),
        ] {
            for signal in signals {
                let num_frames = 4 * rate_hz as usize;
                let share: f64 = run(case, rate_hz, block, signal, num_frames).iter().sum::<f64>() / 4.0;
                println!("{case:<18} {rate_hz:>7} {block:>6} {signal:<10} {:>9.2}", 100.0 * share);
            }
        }
    }
}
