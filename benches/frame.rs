//! What one frame of the editor costs: the screen's own work, and what egui makes of it, for every stage's view of a song
//! that plays with every stage at work; prints a table. `frame [MUSIC]`.

#[path = "../examples/manual_pictures/engine.rs"]
mod engine;
#[path = "../examples/manual_pictures/songs.rs"]
mod songs;
#[allow(dead_code)] // shared with the manual's pictures, which use the rest
#[path = "../examples/manual_pictures/states.rs"]
mod states;

#[allow(dead_code)] // shared with the test suite, which uses the rest
#[path = "../tests/suite/editor/fixture.rs"]
mod fixture;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use discern::assistant::VerdictKind;
use discern::bridge::Phase;
use discern::editor::{DEFAULT_SIZE, Screen, theme};
use egui::{Context, Pos2, RawInput, Rect};

use engine::Engine;
use fixture::Fixture;
use songs::Song;
use states::{STATES, State};

const FRAMES_PER_S: f64 = 30.0;
/// Frames until every history is full, and frames that are measured.
const NUM_WARM: usize = 330;
const NUM_MEASURED: usize = 300;
/// Most that tessellation may take in the median.
const TESSELLATION_BAR: Duration = Duration::from_millis(2);

/// Times of many frames.
#[derive(Default)]
struct Times {
    screen: Vec<Duration>,
    tessellation: Vec<Duration>,
}

fn main() {
    let music = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let music = music.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/music"), PathBuf::from);
    let Some(song) = songs::find(VerdictKind::SmallMoves, &music).map(Arc::new) else {
        println!("no song here needs small moves");
        return;
    };
    println!("| view | ui median | ui worst | tessellation median | tessellation worst |");
    println!("|---|---|---|---|---|");
    let mut rows: Vec<(&str, Times)> = STATES
        .iter()
        .filter(|state| state.stage.is_some() && state.keys.is_empty())
        .map(|state| (state.name, measure(state, &song)))
        .collect();
    rows.sort_by_key(|(_, times)| std::cmp::Reverse(median(&times.screen) + median(&times.tessellation)));
    for (name, times) in &rows {
        let ms = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        println!(
            "| {name} | {} | {} | {} | {} |",
            ms(median(&times.screen)),
            ms(worst(&times.screen)),
            ms(median(&times.tessellation)),
            ms(worst(&times.tessellation))
        );
    }
    let slowest = rows.iter().map(|(_, times)| median(&times.tessellation)).max().unwrap_or_default();
    assert!(slowest <= TESSELLATION_BAR, "tessellation takes {slowest:?}");
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn worst(times: &[Duration]) -> Duration {
    times.iter().max().copied().unwrap_or_default()
}

fn measure(state: &State, song: &Arc<Song>) -> Times {
    let mut fixture = Fixture::new();
    fixture.params.change_saved(|saved| saved.set_judged(song.judged.clone()));
    (state.prepare)(&fixture);
    let mut engine = Engine::new(Arc::clone(song), Phase::Judged, &fixture);
    let context = Context::default();
    theme::install(&context);
    let mut screen = Screen::default();
    let mut times = Times::default();
    for frame in 0..NUM_WARM + NUM_MEASURED {
        engine.play(&mut fixture, 1.0 / FRAMES_PER_S).tell(&fixture);
        if frame == 1
            && let Some(stage) = state.stage
        {
            screen.select(stage);
        }
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, DEFAULT_SIZE)),
            time: Some(frame as f64 / FRAMES_PER_S),
            ..RawInput::default()
        };
        let start = Instant::now();
        let output = context.run_ui(input, |ui| screen.ui(ui, &fixture.session));
        let screen_time = start.elapsed();
        let start = Instant::now();
        std::hint::black_box(context.tessellate(output.shapes, output.pixels_per_point));
        if frame >= NUM_WARM {
            times.screen.push(screen_time);
            times.tessellation.push(start.elapsed());
        }
    }
    times
}
