//! Draws the editor's states to PNG files without window or GPU: `editor_pictures FOLDER [SCALE]`.

#[path = "editor_pictures/raster.rs"]
mod raster;

#[allow(dead_code)] // shared with the test suite, which uses the rest
#[path = "../tests/suite/editor/fixture.rs"]
mod fixture;

use std::path::Path;

use discern::assistant::VerdictKind;
use discern::bridge::Phase;
use discern::chain::Stage;
use discern::chain::monitor::{MonitorState, Source};
use discern::editor::{DEFAULT_SIZE, MIN_SIZE, Screen, theme};
use egui::{Context, Event, Pos2, RawInput, Rect, Vec2, pos2};

use fixture::{Fixture, hearing};
use raster::Raster;

/// A picture: a prepared session, a screen, where the pointer is.
struct Picture {
    name: &'static str,
    fixture: Fixture,
    screen: Screen,
    pointer: Option<Pos2>,
    plays: bool,
}

fn picture(name: &'static str, fixture: Fixture, stage: Option<Stage>) -> Picture {
    let mut screen = Screen::default();
    if let Some(stage) = stage {
        screen.select(stage);
    }
    Picture { name, fixture, screen, pointer: None, plays: true }
}

fn pictures() -> Vec<Picture> {
    let fresh = Fixture::new();
    let listening = Fixture::new();
    listening.analysis.publish(hearing(Phase::Listening, Some(0.58)));
    let listening_unknown = Fixture::new();
    listening_unknown.analysis.publish(hearing(Phase::Listening, None));
    let limiter = Fixture::judged(VerdictKind::SmallMoves);
    limiter.session.set_once("limiter.gain_db", 4.3);
    limiter.session.set_once("limiter.ceiling_dbtp", -0.3);
    limiter.session.end.set_monitor_state(MonitorState {
        source: Source::Master,
        is_comparing: true,
        predicted_difference_lu: None,
    });
    let decided = Fixture::judged(VerdictKind::SmallMoves);
    decided.session.accept_needed();
    decided.session.set_once("equalizer.band_8.gain_db", 1.4);
    decided.session.set_once("equalizer.band_8.channel", 4.0);
    decided.session.set_once("equalizer.band_1.shape", 3.0);
    let mut accepted = picture("decided", decided, None);
    accepted.pointer = Some(pos2(430.0, 600.0));
    let mut idle = picture("idle", fresh, None);
    idle.plays = false;
    vec![
        idle,
        picture("listening", listening, None),
        picture("listening_unknown", listening_unknown, None),
        picture("finished", Fixture::judged(VerdictKind::LevelOnly), None),
        picture("not_enough_heard", Fixture::judged(VerdictKind::NotEnoughHeard), None),
        picture("small_moves", Fixture::judged(VerdictKind::SmallMoves), None),
        picture("limiter", limiter, Some(Stage::Limiter)),
        accepted,
        picture("input", Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Input)),
        picture("dither", Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Dither)),
    ]
}

/// Eleven seconds at 30 frames a second, the last one drawn.
fn draw(picture: &mut Picture, size: Vec2, scale: f32) -> Raster {
    let context = Context::default();
    theme::install(&context);
    context.set_pixels_per_point(scale);
    let mut raster = Raster::new((size * scale).round());
    const NUM_FRAMES: usize = 330;
    for frame in 0..NUM_FRAMES {
        let time_s = frame as f64 / 30.0;
        if picture.plays {
            picture.fixture.play(time_s);
        }
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, size)),
            time: Some(time_s),
            ..RawInput::default()
        };
        if let Some(pointer) = picture.pointer.filter(|_| frame > NUM_FRAMES - 5) {
            input.events.push(Event::PointerMoved(pointer));
        }
        let output = context.run_ui(input, |ui| picture.screen.ui(ui, &picture.fixture.session));
        raster.textures(output.textures_delta);
        if frame == NUM_FRAMES - 1 {
            raster.paint(&context.tessellate(output.shapes, output.pixels_per_point), output.pixels_per_point);
        }
    }
    raster
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "out/editor".to_owned());
    let scale: f32 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(2.0);
    std::fs::create_dir_all(&folder)?;
    for (size, suffix) in [(DEFAULT_SIZE, ""), (MIN_SIZE, "_compact")] {
        for mut picture in pictures() {
            let path = Path::new(&folder).join(format!("{}{suffix}.png", picture.name));
            draw(&mut picture, size, scale).write_png(&path)?;
            println!("{}", path.display());
        }
    }
    Ok(())
}
