//! The open editor's share of a core and its frame rate, playing, at rest and hidden.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern::audio_file::{self, AudioFile};
use discern_host::{Audio, Plugin};

use crate::editor_host::{EditorHost, idle};
use crate::screen::Damage;
use crate::session::Session;
use crate::workspace::{bundled, demo_mix};

const MEASURED: Duration = Duration::from_secs(10);
/// Meters fall for a while after the music ends.
const COME_TO_REST: Duration = Duration::from_secs(8);
const DRAW_TIMEOUT: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(5);
/// Most that an editor at rest or hidden may take of a core. A window that is not mapped shows no drawing to the X server,
/// so that for a hidden one this is what tells.
const REST_SHARE: f64 = 0.01;

/// What was measured in one state.
struct Share {
    editor: f64,
    analysis: f64,
    frames_per_s: f64,
}

/// A table of all states.
pub fn measure(display: &str) -> Result<String> {
    let song = audio_file::read(&demo_mix())?;
    let mut session = Session::load(&bundled("clap"))?;
    let editor = EditorHost::open(&mut session.plugin, display)?;
    editor.wait_drawn(&mut session.plugin, DRAW_TIMEOUT)?;
    let damage = Damage::watch(display, editor.window().id())?;
    idle(&mut session.plugin, Duration::from_secs(3));
    let fresh = share(&damage, || {
        idle(&mut session.plugin, TICK);
        Ok(())
    })?;
    let audio = session.activate(f64::from(song.sample_rate_hz), song.channels.len(), 4096)?;
    let mut tape = Tape::new(audio, &song);
    let playing = share(&damage, || tape.tick(&mut session.plugin, true))?;
    let start = Instant::now();
    while start.elapsed() < COME_TO_REST {
        tape.tick(&mut session.plugin, false)?;
    }
    let resting = share(&damage, || tape.tick(&mut session.plugin, false))?;
    session.plugin.hide_editor()?;
    tape.tick(&mut session.plugin, true)?;
    idle(&mut session.plugin, Duration::from_millis(500));
    damage.take()?;
    let hidden = share(&damage, || tape.tick(&mut session.plugin, true))?;
    session.plugin.show_editor()?;
    editor.close(&mut session.plugin)?;
    session.plugin.deactivate(tape.audio);

    let mut table =
        "| state | editor, share of a core | frames a second | analysis thread |\n|---|---|---|---|\n".to_owned();
    let states = [
        ("open, no audio yet", &fresh),
        ("a song plays", &playing),
        ("transport stopped", &resting),
        ("hidden while a song plays", &hidden),
    ];
    for (name, share) in states {
        table += &format!(
            "| {name} | {:.1} % | {:.1} | {:.1} % |\n",
            share.editor * 100.0,
            share.frames_per_s,
            share.analysis * 100.0
        );
    }
    for (name, share) in [states[0], states[2]] {
        ensure!(
            share.editor <= REST_SHARE,
            "{name}, the editor takes {:.1} % of a core\n{table}",
            share.editor * 100.0
        );
    }
    ensure!(hidden.frames_per_s == 0.0, "hidden, the editor draws\n{table}");
    Ok(table)
}

/// Runs the main loop for a while and looks what the other threads took meanwhile.
fn share(damage: &Damage, mut tick: impl FnMut() -> Result<()>) -> Result<Share> {
    damage.take()?;
    let before = thread_times()?;
    let start = Instant::now();
    let mut num_frames = 0;
    while start.elapsed() < MEASURED {
        tick()?;
        num_frames += damage.take()?;
    }
    let after = thread_times()?;
    let elapsed_s = start.elapsed().as_secs_f64();
    Ok(Share {
        editor: (after.0 - before.0) / elapsed_s,
        analysis: (after.1 - before.1) / elapsed_s,
        frames_per_s: f64::from(num_frames) / elapsed_s,
    })
}

/// Seconds that the editor's threads and those of the analysis have run; the main thread is the host's.
fn thread_times() -> Result<(f64, f64)> {
    let main = std::process::id().to_string();
    let (mut editor_s, mut analysis_s) = (0.0, 0.0);
    for task in fs::read_dir("/proc/self/task").context("/proc is needed")? {
        let task = task?;
        // A thread may end while it is looked at.
        let Ok(name) = fs::read_to_string(task.path().join("comm")) else { continue };
        let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else { continue };
        let run_ns: f64 = text.split_whitespace().next().unwrap_or("0").parse()?;
        if name.starts_with("discern-") {
            analysis_s += run_ns * 1e-9;
        } else if task.file_name() != *main {
            editor_s += run_ns * 1e-9;
        }
    }
    Ok((editor_s, analysis_s))
}

/// The song in real time, over and over; or silence with the transport stopped.
struct Tape<'a> {
    audio: Audio,
    song: &'a AudioFile,
    start: Instant,
    num_done: usize,
}

impl<'a> Tape<'a> {
    fn new(audio: Audio, song: &'a AudioFile) -> Self {
        Self { audio, song, start: Instant::now(), num_done: 0 }
    }

    fn tick(&mut self, plugin: &mut Plugin, is_playing: bool) -> Result<()> {
        idle(plugin, TICK);
        let due = (self.start.elapsed().as_secs_f64() * f64::from(self.song.sample_rate_hz)) as usize;
        // After a pause nothing is caught up on.
        let num_frames = (due - self.num_done).min(4096);
        self.num_done = due;
        let at = self.audio.transport.position_frames as usize;
        if at + num_frames > self.song.num_frames() {
            self.audio.transport.position_frames = 0;
            return Ok(());
        }
        let mut block: Vec<Vec<f32>> =
            self.song.channels.iter().map(|channel| channel[at..at + num_frames].to_vec()).collect();
        if !is_playing {
            block.iter_mut().for_each(|channel| channel.fill(0.0));
        }
        self.audio.transport.is_playing = is_playing;
        let mut slices: Vec<&mut [f32]> = block.iter_mut().map(Vec::as_mut_slice).collect();
        self.audio.process(&mut slices)?;
        Ok(())
    }
}
