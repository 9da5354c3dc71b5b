//! The manual's pictures: every view and state of the editor with real songs, every number on them measured; needs neither
//! window nor GPU. `manual_pictures FOLDER [MUSIC [NAME...]]`.

#[path = "manual_pictures/engine.rs"]
mod engine;
#[path = "editor_pictures/png_file.rs"]
mod png_file;
#[path = "editor_pictures/raster.rs"]
mod raster;
#[path = "manual_pictures/songs.rs"]
mod songs;
#[path = "manual_pictures/states.rs"]
mod states;

#[allow(dead_code)] // shared with the test suite, which uses the rest
#[path = "../tests/suite/editor/fixture.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use discern::bridge::Phase;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE, Screen, theme};
use egui::{Context, Event, Pos2, RawInput, Rect, Vec2};

use engine::{Engine, Moment};
use fixture::Fixture;
use raster::Raster;
use songs::Song;
use states::{STATES, State};

/// Eleven seconds, more than any view remembers of what played.
const NUM_FRAMES: usize = 330;
const FRAMES_PER_S: f64 = 30.0;
/// Keys come this many frames apart, and early enough for a match to settle.
const FIRST_KEY: usize = 20;
const KEY_STEP: usize = 30;
/// All pictures together: they are part of the repository.
const MOST_BYTES: u64 = 6_000_000;

/// As it opens, as small as it gets, and (key states only) sharp: 200 % takes three times the bytes.
const SHAPES: [(Vec2, f32, &str); 3] =
    [(DEFAULT_SIZE, 1.0, ""), (MIN_SIZE, 1.0, "_920x600"), (DEFAULT_SIZE, 2.0, "_200")];

type Songs = BTreeMap<&'static str, Arc<Song>>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| "out/manual".to_owned()));
    let music = PathBuf::from(arguments.next().unwrap_or_else(|| "../shared/music".to_owned()));
    let names: Vec<String> = arguments.collect();
    std::fs::create_dir_all(&folder)?;
    let wanted: Vec<&State> =
        STATES.iter().filter(|state| names.is_empty() || names.iter().any(|name| name == state.name)).collect();
    let songs = hear_songs(&wanted, &music);
    let next = AtomicUsize::new(0);
    let drawn = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(state) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = draw_state(state, &songs, &folder);
                    drawn.lock().expect("no thread panicked").push(result);
                }
            });
        }
    });
    let mut num_bytes = 0;
    for files in drawn.into_inner()? {
        for path in files? {
            num_bytes += path.metadata()?.len();
        }
    }
    println!("{:.1} MB", num_bytes as f64 / 1e6);
    anyhow::ensure!(num_bytes <= MOST_BYTES, "the pictures take more than {} MB", MOST_BYTES / 1_000_000);
    Ok(())
}

/// Each song is read and judged once.
fn hear_songs(wanted: &[&State], music: &Path) -> Songs {
    let mut songs = Songs::new();
    for kind in wanted.iter().filter_map(|state| state.song) {
        if !songs.contains_key(kind.key())
            && let Some(song) = songs::find(kind, music)
        {
            println!("{}: {}", kind.key(), song.judged.report.verdict.sentence);
            songs.insert(kind.key(), Arc::new(song));
        }
    }
    songs
}

/// All shapes of a state: played once, told again to the others.
fn draw_state(state: &State, songs: &Songs, folder: &Path) -> Result<Vec<PathBuf>> {
    let song = state.song.and_then(|kind| songs.get(kind.key()));
    if state.song.is_some() && song.is_none() {
        println!("{} is left out: no song here has its verdict", state.name);
        return Ok(Vec::new());
    }
    let mut tape = Vec::new();
    let mut files = Vec::new();
    for (size, scale, suffix) in SHAPES {
        if scale > 1.0 && !state.is_large {
            continue;
        }
        let path = folder.join(format!("{}{suffix}.png", state.name));
        let picture = draw(state, song, &mut tape, size, scale);
        png_file::write(&picture, &path).with_context(|| format!("{} cannot be written", path.display()))?;
        println!("{}", path.display());
        files.push(path);
    }
    Ok(files)
}

fn prepared(state: &State, song: Option<&Arc<Song>>) -> Fixture {
    let fixture = Fixture::new();
    if let Some(song) = song.filter(|_| state.phase == Phase::Judged) {
        fixture.params.change_saved(|saved| saved.set_judged(song.judged.clone()));
    }
    (state.prepare)(&fixture);
    fixture
}

/// Plays the song to where the picture is taken, or tells what was played before.
fn draw(state: &State, song: Option<&Arc<Song>>, tape: &mut Vec<Moment>, size: Vec2, scale: f32) -> Raster {
    let mut fixture = prepared(state, song);
    let mut engine = song.filter(|_| tape.is_empty()).map(|song| {
        let mut engine = Engine::new(Arc::clone(song), state.phase, &fixture);
        let before_s = song.audio.duration_s() * state.share - NUM_FRAMES as f64 / FRAMES_PER_S;
        engine.play(&mut fixture, before_s.max(0.0)).tell(&fixture);
        fixture.session.end.meters().take_peaks();
        fixture.session.end.meters().take_activity();
        engine
    });
    let context = Context::default();
    theme::install(&context);
    context.set_pixels_per_point(scale);
    let mut screen = Screen::default();
    let mut raster = Raster::new((size * scale).round());
    for frame in 0..NUM_FRAMES {
        if let Some(engine) = &mut engine {
            tape.push(engine.play(&mut fixture, 1.0 / FRAMES_PER_S));
        }
        if let Some(moment) = tape.get(frame) {
            moment.tell(&fixture);
        }
        if frame == 1
            && let Some(stage) = state.stage
        {
            screen.select(stage);
        }
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            time: Some(frame as f64 / FRAMES_PER_S),
            events: pressed(state, frame),
            ..RawInput::default()
        };
        let output = context.run_ui(input, |ui| screen.ui(ui, &fixture.session));
        raster.textures(output.textures_delta);
        if frame == NUM_FRAMES - 1 {
            raster.paint(&context.tessellate(output.shapes, output.pixels_per_point), output.pixels_per_point);
        }
    }
    raster
}

/// The key that is due in this frame.
fn pressed(state: &State, frame: usize) -> Vec<Event> {
    let Some(since) = frame.checked_sub(FIRST_KEY).filter(|since| since % KEY_STEP == 0) else { return Vec::new() };
    let Some(&(key, modifiers)) = state.keys.get(since / KEY_STEP) else { return Vec::new() };
    let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
    vec![event(true), event(false)]
}
