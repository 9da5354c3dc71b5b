//! Draws the editor's states to PNG files without window or GPU: `editor_pictures FOLDER [SCALE [NAME]]`.

#[path = "editor_pictures/png_file.rs"]
mod png_file;
#[path = "editor_pictures/raster.rs"]
mod raster;

#[allow(dead_code)] // shared with the test suite, which uses the rest
#[path = "../tests/suite/editor/fixture.rs"]
mod fixture;

use std::path::Path;

use discern::assistant::VerdictKind;
use discern::bridge::{Hearing, Phase};
use discern::chain::Stage;
use discern::chain::makeup_match::StageLoudness;
use discern::chain::monitor::{BandSolo, Channels, MonitorState, Source};
use discern::editor::{DEFAULT_SIZE, MIN_SIZE, Screen, theme};
use egui::{Context, Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, ViewportId, pos2};

use fixture::{Fixture, hearing};
use raster::Raster;

/// A picture: a prepared session, a screen, where the pointer is.
struct Picture {
    name: &'static str,
    fixture: Fixture,
    screen: Screen,
    stage: Option<Stage>,
    pointer: Option<Pos2>,
    clicks: Option<Pos2>,
    presses: Option<Key>,
    plays: bool,
}

fn picture(name: &'static str, fixture: Fixture, stage: Option<Stage>) -> Picture {
    Picture { name, fixture, screen: Screen::default(), stage, pointer: None, clicks: None, presses: None, plays: true }
}

/// Settings that give the dynamics something to do.
const WORKING: [(&str, f64); 9] = [
    ("glue.threshold_dbfs", -24.0),
    ("glue.ratio", 2.0),
    ("multiband.band_1.threshold_dbfs", -28.0),
    ("multiband.band_1.ratio", 2.1),
    ("multiband.band_2.threshold_dbfs", -26.0),
    ("multiband.band_2.ratio", 1.6),
    ("multiband.band_4.threshold_dbfs", -32.0),
    ("multiband.band_4.ratio", 2.5),
    ("stereo.band_2.width_percent", 80.0),
];

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
        ..MonitorState::default()
    });
    let decided = Fixture::judged(VerdictKind::SmallMoves);
    decided.session.accept_needed();
    decided.session.set_once("equalizer.band_8.gain_db", 1.4);
    decided.session.set_once("equalizer.band_8.channel", 4.0);
    decided.session.set_once("equalizer.band_1.shape", 3.0);
    let mut accepted = picture("decided", decided, Some(Stage::Equalizer));
    accepted.pointer = Some(pos2(430.0, 600.0));
    let mut destination = picture("destination", Fixture::new(), None);
    destination.clicks = Some(pos2(400.0, 20.0));
    let mut target = picture("target", Fixture::new(), None);
    target.clicks = Some(pos2(560.0, 20.0));
    let mut why = picture("why", Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer));
    why.clicks = Some(pos2(140.0, 120.0));
    let mut settings = picture("settings", Fixture::judged(VerdictKind::SmallMoves), None);
    settings.clicks = Some(pos2(1157.0, 20.0));
    let mut brief = picture("brief", Fixture::referred(), None);
    brief.clicks = Some(pos2(250.0, 20.0));
    let mut delta = picture("delta", Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Limiter));
    delta.fixture.audio.meters().set_match(-2.0, 2.2);
    delta.clicks = Some(pos2(60.0, 684.0));
    let mut idle = picture("idle", fresh, None);
    idle.plays = false;
    let stages = [Stage::Resonance, Stage::Multiband, Stage::Glue, Stage::Colour, Stage::Stereo, Stage::Clipper];
    let all_on = |stage: Stage| {
        let fixture = Fixture::judged(VerdictKind::SmallMoves);
        for stage in stages {
            fixture.session.set_once(&format!("{}.enabled", stage.key()), 1.0);
        }
        for (id, value) in WORKING {
            fixture.session.set_once(id, value);
        }
        fixture.session.set_once("stereo.mono_bass", 1.0);
        fixture.session.set_once("stereo.band_4.width_percent", 120.0);
        picture(stage.key(), fixture, Some(stage))
    };
    let dynamic = Fixture::judged(VerdictKind::SmallMoves);
    dynamic.session.set_once("equalizer.band_1.dynamic", 1.0);
    let band = Fixture::judged(VerdictKind::SmallMoves);
    band.session.end.set_monitor_state(MonitorState {
        band: Some(BandSolo::Equalizer(0)),
        channels: Channels::Mono,
        ..MonitorState::default()
    });
    band.audio.meters().set_stage_loudness(Some(StageLoudness {
        stage: Stage::Equalizer,
        difference_lu: Some(0.8),
        seconds_left: 0.0,
    }));
    let band_matched = Fixture::judged(VerdictKind::SmallMoves);
    band_matched.session.end.set_monitor_state(MonitorState {
        band: Some(BandSolo::Multiband(1)),
        is_comparing: true,
        ..MonitorState::default()
    });
    let mut hearing_move = picture("hearing_move", Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer));
    hearing_move.presses = Some(Key::H);
    let mut mitigation = picture("mitigation", Fixture::judged(VerdictKind::SendBack), Some(Stage::Resonance));
    mitigation.presses = Some(Key::CloseBracket);
    let tweaked = Fixture::judged(VerdictKind::WorkNeeded);
    tweaked.params.change_saved(|saved| saved.set_amount("equalizer.boom", 60.0));
    tweaked.session.set_once("stereo.enabled", 1.0);
    tweaked.session.set_once("stereo.balance_db", 0.8);
    tweaked.session.set_once("limiter.gain_db", 1.0);
    let held = Fixture::judged(VerdictKind::SmallMoves);
    for (id, value) in WORKING {
        held.session.set_once(id, value);
    }
    held.session.set_once("multiband.enabled", 1.0);
    held.session.set_once("multiband.band_4.enabled", 0.0);
    for (band, range_db) in [(1, 4.5), (2, 2.0), (3, 1.5)] {
        held.session.set_once(&format!("multiband.band_{band}.range_db"), range_db);
    }
    held.params.change_saved(|saved| {
        let mut judged = fixture::judged(VerdictKind::SmallMoves);
        judged.report.moves = vec![fixture::bass_move()];
        saved.set_judged(judged);
    });
    let song = Fixture::judged(VerdictKind::SmallMoves);
    song.session.set_once("limiter.ceiling_dbtp", -1.5);
    song.audio.meters().set_loop(Some((48.0, 112.0)));
    let pointed_at = Fixture::judged(VerdictKind::SmallMoves);
    let marked = Hearing { extent_s: Some((0.0, 205.0)), ..hearing(Phase::Judged, Some(0.99)) };
    pointed_at.analysis.publish(marked);
    let mut pointed_at = picture("tile_pointed_at", pointed_at, Some(Stage::Limiter));
    pointed_at.pointer = Some(pos2(160.0, 190.0));
    let silent = Fixture::new();
    let mut nothing = hearing(Phase::Idle, None);
    nothing.spectrum.mix_db.fill(discern::analysis::NO_SIGNAL_DB);
    nothing.spectrum.master_db.fill(discern::analysis::NO_SIGNAL_DB);
    silent.analysis.publish(nothing);
    let mut report_band = picture("report_band", Fixture::judged(VerdictKind::SendBack), None);
    report_band.clicks = Some(pos2(700.0, 400.0));
    let mut limiter_song = picture("limiter_song", song, Some(Stage::Limiter));
    limiter_song.clicks = Some(pos2(553.0, 226.0));
    let troubled = Fixture::judged(VerdictKind::WorkNeeded);
    troubled.params.troubles.note_fault("Analysis stopped: index out of bounds: the len is 4096 but the index is 4096");
    troubled
        .params
        .troubles
        .note_notice("Part of the saved session cannot be read and is kept as it is: the decisions");
    let missed = Fixture::new();
    missed.analysis.publish(Hearing { missed_s: 0.4, ..hearing(Phase::Listening, Some(0.58)) });
    let mut pictures: Vec<Picture> = stages.into_iter().map(all_on).collect();
    pictures.extend([
        picture("band_listened_to", band, Some(Stage::Equalizer)),
        picture("band_compared", band_matched, Some(Stage::Multiband)),
        picture("dynamic_band", dynamic, Some(Stage::Equalizer)),
        idle,
        destination,
        target,
        brief,
        settings,
        why,
        picture("report", Fixture::judged(VerdictKind::SendBack), None),
        delta,
        picture("listening", listening, None),
        picture("listening_unknown", listening_unknown, None),
        picture("finished", Fixture::judged(VerdictKind::LevelOnly), None),
        picture("not_enough_heard", Fixture::judged(VerdictKind::NotEnoughHeard), None),
        picture("small_moves", Fixture::judged(VerdictKind::SmallMoves), None),
        picture("work_needed", Fixture::judged(VerdictKind::WorkNeeded), Some(Stage::Equalizer)),
        picture("send_back", Fixture::judged(VerdictKind::SendBack), Some(Stage::Limiter)),
        picture("outside_scope", Fixture::judged(VerdictKind::OutsideScope), None),
        hearing_move,
        mitigation,
        picture("tweaked", tweaked, Some(Stage::Equalizer)),
        picture("limiter", limiter, Some(Stage::Limiter)),
        limiter_song,
        pointed_at,
        report_band,
        picture("silence", silent, Some(Stage::Equalizer)),
        picture("multiband_proposed", held, Some(Stage::Multiband)),
        accepted,
        picture("input", Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Input)),
        picture("troubled", troubled, Some(Stage::Equalizer)),
        picture("missed", missed, None),
        picture("dither", Fixture::judged(VerdictKind::SmallMoves), Some(Stage::Dither)),
    ]);
    pictures
}

/// Eleven seconds at 30 frames a second, the last one drawn.
fn draw(picture: &mut Picture, size: Vec2, scale: f32) -> Raster {
    let context = Context::default();
    theme::install(&context);
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
        input.viewports.entry(ViewportId::ROOT).or_default().native_pixels_per_point = Some(scale);
        if let Some(pointer) = picture.pointer.filter(|_| frame > NUM_FRAMES - 5) {
            input.events.push(Event::PointerMoved(pointer));
        }
        if frame == 1
            && let Some(stage) = picture.stage
        {
            picture.screen.select(stage);
        }
        if let Some(pos) = picture.clicks.filter(|_| (NUM_FRAMES - 20..NUM_FRAMES - 17).contains(&frame)) {
            let button = |pressed| Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            };
            let press = frame == NUM_FRAMES - 19;
            let event = if frame == NUM_FRAMES - 20 { Event::PointerMoved(pos) } else { button(press) };
            input.events.push(event);
        }
        if let Some(key) = picture.presses.filter(|_| frame == 30) {
            for pressed in [true, false] {
                input.events.push(Event::Key {
                    key,
                    physical_key: None,
                    pressed,
                    repeat: false,
                    modifiers: Modifiers::NONE,
                });
            }
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
    let wanted = arguments.next();
    for (size, suffix) in [(DEFAULT_SIZE, ""), (MIN_SIZE, "_compact")] {
        let all = pictures().into_iter();
        for mut picture in all.filter(|each| wanted.as_deref().is_none_or(|wanted| each.name == wanted)) {
            let path = Path::new(&folder).join(format!("{}{suffix}.png", picture.name));
            png_file::write(&draw(&mut picture, size, scale), &path)?;
            println!("{}", path.display());
        }
    }
    Ok(())
}
