//! What hearing costs: time and memory here, instructions through a profiler.
//!
//! `hearing` prints times real time and share of a core for every case; `hearing CASE RATE SECONDS` hears once and
//! prints nothing, for a profiler; `hearing cases` prints the names of the cases; `hearing file PATH` prints how long a
//! sound file is and how long it took to analyse, seconds, reading left out; `hearing memory RATE HOURS` prints by how
//! much listening for so long makes the process grow.

#[path = "hearing/ears.rs"]
mod ears;
#[path = "hearing/memory.rs"]
mod memory;

use std::hint::black_box;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Instant;

use discern::analysis::{Analyzer, Features};
use discern::assistant::findings::findings;
use discern::audio_file;

use ears::Ears;

/// A song from beginning to end with what is found in it; what the plugin's analysis thread does while it listens; what
/// it does otherwise.
const CASES: [&str; 3] = ["analyzer", "live", "meters"];
const RATES_HZ: [f64; 3] = [44_100.0, 48_000.0, 96_000.0];
/// Length of what is heard for the table, seconds.
const SONG_S: f64 = 240.0;
/// Runs of which the least time counts.
const NUM_RUNS: usize = 3;
/// Frames heard at a time, as from a host with blocks of that length.
const CHUNK: usize = 512;

/// Left and right.
type Stereo<'a> = [&'a [f32]; 2];

/// The demo mix again and again, whatever rate it is heard at, without its last part of a chunk.
struct Programme {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Programme {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo_mix.flac");
        let mix = audio_file::read(&path).unwrap_or_else(|error| panic!("{error:#}"));
        Self { left: mix.left().to_vec(), right: mix.right().to_vec() }
    }

    fn chunks(&self) -> impl Iterator<Item = Stereo<'_>> {
        let chunks = self.left.chunks_exact(CHUNK).zip(self.right.chunks_exact(CHUNK));
        chunks.map(|(left, right)| [left, right]).cycle()
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|each| each != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] => times(),
        ["cases"] => println!("{}", CASES.join(" ")),
        ["file", path] => file(Path::new(path)),
        ["memory", rate, hours] => memory::print(number(rate), number(hours)),
        [case, rate, seconds] if CASES.contains(&case) => {
            run(case, number(rate), number(seconds), &Programme::read());
        }
        _ => panic!("hearing takes nothing, cases, CASE RATE SECONDS, file PATH, or memory RATE HOURS"),
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// Seconds that this thread had a processor to itself, where the system tells: others use the machine too. Otherwise
/// seconds that passed.
fn busy_s() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let start = *START;
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |nanoseconds| nanoseconds * 1e-9)
}

fn times() {
    let programme = Programme::read();
    println!("{:<10} {:>7} {:>12} {:>10}", "case", "rate", "× real time", "% of core");
    for case in CASES {
        for rate_hz in RATES_HZ {
            let run = |_| run(case, rate_hz, SONG_S, &programme);
            let busy_s = (0..NUM_RUNS).map(run).fold(f64::INFINITY, f64::min);
            println!("{case:<10} {rate_hz:>7} {:>12.0} {:>10.2}", SONG_S / busy_s, 100.0 * busy_s / SONG_S);
        }
    }
}

/// Hears once; seconds of work.
fn run(case: &str, rate_hz: f64, seconds: f64, programme: &Programme) -> f64 {
    let start_s = busy_s();
    let chunks = programme.chunks().take((seconds * rate_hz) as usize / CHUNK);
    match case {
        "analyzer" => {
            black_box(analyze(rate_hz, 2, seconds, chunks));
        }
        _ => {
            let mut ears = Ears::new(rate_hz, case == "live");
            for (idx, chunk) in chunks.enumerate() {
                ears.hear((idx * CHUNK) as f64 / rate_hz, chunk);
            }
            black_box(ears.shown);
        }
    }
    busy_s() - start_s
}

/// A song from beginning to end; what was measured and how many findings it makes.
fn analyze<'a>(
    rate_hz: f64,
    num_channels: usize,
    seconds: f64,
    chunks: impl Iterator<Item = Stereo<'a>>,
) -> (Features, usize) {
    let mut analyzer = Analyzer::new(rate_hz, num_channels);
    analyzer.set_extent(Some((0.0, seconds)));
    let mut num_frames = 0;
    for [left, right] in chunks {
        analyzer.set_position(Some(num_frames as f64 / rate_hz));
        analyzer.process(left, right);
        num_frames += left.len();
    }
    analyzer.finish();
    let features = analyzer.features();
    let num_findings = findings(&features).len();
    (features, num_findings)
}

fn file(path: &Path) {
    let audio = audio_file::read(path).unwrap_or_else(|error| panic!("{error:#}"));
    let start_s = busy_s();
    let chunks = audio.left().chunks(CHUNK).zip(audio.right().chunks(CHUNK)).map(|(left, right)| [left, right]);
    black_box(analyze(f64::from(audio.sample_rate_hz), audio.channels.len(), audio.duration_s(), chunks));
    println!("{:.3} {:.4}", audio.duration_s(), busy_s() - start_s);
}
