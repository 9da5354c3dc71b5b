//! One cycle of a host's life.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern::audio_file::AudioFile;
use discern_host::{Parameter, Random};

use crate::instance::{Instance, Sound, while_playing};
use crate::session::with_saved;
use crate::workspace::demo_mix;

const RATES_HZ: [f64; 4] = [44_100.0, 48_000.0, 48_000.0, 96_000.0];
const BLOCK_FRAMES: usize = 1024;
const NUM_STATES: usize = 6;
/// Between two deeds on the main thread.
const PAUSE: Duration = Duration::from_millis(150);
/// On average, s of audio.
const EDIT_S: f64 = 0.7;
const JUMP_S: f64 = 9.0;
const STOP_S: f64 = 15.0;
const PRESS_S: f64 = 25.0;
const RESET_S: f64 = 20.0;

/// Where and how.
pub struct Cycle<'a> {
    pub bundle: &'a Path,
    pub display: &'a str,
    pub song: &'a AudioFile,
    /// So much audio, s.
    pub audio_s: f64,
}

/// How often what was done.
#[derive(Default)]
pub struct Deeds {
    edits: AtomicUsize,
    jumps: AtomicUsize,
    presses: AtomicUsize,
    saves: usize,
    loads: usize,
    opens: usize,
    instances: usize,
}

impl Display for Deeds {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let [edits, jumps, presses] =
            [&self.edits, &self.jumps, &self.presses].map(|count| count.load(Ordering::Relaxed));
        let Self { saves, loads, opens, instances, .. } = self;
        write!(
            f,
            "{edits} edits, {jumps} jumps, {presses} presses of Listen, {saves} saves, {loads} loads, \
             {opens} opens, {instances} other instances"
        )
    }
}

impl Cycle<'_> {
    /// All of it; the editor is closed and the plugin inactive at its end.
    pub fn run<I: Instance>(
        &self,
        instance: &mut I,
        random: &mut Random,
        states: &mut Vec<Vec<u8>>,
        deeds: &mut Deeds,
    ) -> Result<()> {
        let sound = instance.activate(*random.choose(&RATES_HZ), BLOCK_FRAMES, random.once_in(8))?;
        let parameters = instance.parameters();
        let mut player = Player { random: Random::new(random.bits()), parameters, song: self.song };
        let Deeds { edits, jumps, presses, saves, loads, opens, .. } = deeds;
        let mut looked = Instant::now();
        let sound = while_playing(
            instance,
            sound,
            |sound| player.play(sound, self.audio_s, [edits, jumps, presses]),
            |instance| {
                if looked.elapsed() < PAUSE {
                    return Ok(());
                }
                looked = Instant::now();
                match random.below(12) {
                    0..4 => {
                        *saves += 1;
                        keep(states, instance.save()?, random)
                    }
                    4..7 => {
                        *loads += 1;
                        instance.restore(random.choose(states).as_slice())
                    }
                    7 if instance.window().is_none() => {
                        *opens += 1;
                        instance.open_editor(self.display)
                    }
                    8 | 9 => instance.close_editor(),
                    _ => Ok(()),
                }
            },
        )?;
        instance.close_editor()?;
        instance.deactivate(sound);
        let mut other = I::load(self.bundle)?;
        other.restore(random.choose(states).as_slice())?;
        let sound = other.activate(*random.choose(&RATES_HZ), BLOCK_FRAMES, false)?;
        other.open_editor(self.display)?;
        other.run(Duration::from_millis(200))?;
        other.close_editor()?;
        other.deactivate(sound);
        deeds.instances += 1;
        deeds.opens += 1;
        Ok(())
    }
}

/// Keeps a state to be loaded later, now and then with a reference in it that was never measured.
fn keep(states: &mut Vec<Vec<u8>>, state: Vec<u8>, random: &mut Random) -> Result<()> {
    let state = if random.once_in(4) {
        with_saved(&state, |saved| saved["references"] = serde_json::json!([{ "path": demo_mix() }]))?
    } else {
        state
    };
    if states.len() < NUM_STATES {
        states.push(state);
    } else {
        let idx = random.below(NUM_STATES);
        states[idx] = state;
    }
    Ok(())
}

struct Player<'a> {
    random: Random,
    parameters: Vec<u32>,
    song: &'a AudioFile,
}

impl Player<'_> {
    fn play(&mut self, sound: &mut impl Sound, audio_s: f64, [edits, jumps, presses]: [&AtomicUsize; 3]) -> Result<()> {
        let listen = Parameter::id_of("action.listen").get();
        let rate_hz = f64::from(self.song.sample_rate_hz);
        let num_frames = self.song.num_frames();
        let num_blocks = (audio_s * rate_hz / BLOCK_FRAMES as f64) as usize;
        let block_s = BLOCK_FRAMES as f64 / rate_hz;
        let (mut position, mut is_playing, mut is_pressed) = (0, true, false);
        let (mut left, mut right) = (vec![0.0; BLOCK_FRAMES], vec![0.0; BLOCK_FRAMES]);
        for _ in 0..num_blocks {
            if self.comes(EDIT_S, block_s) {
                edits.fetch_add(1, Ordering::Relaxed);
                for _ in 0..self.random.below(8) {
                    let id = *self.random.choose(&self.parameters);
                    sound.set(self.random.below(BLOCK_FRAMES), id, self.random.share());
                }
            }
            if self.comes(JUMP_S, block_s) {
                jumps.fetch_add(1, Ordering::Relaxed);
                position = self.random.below(num_frames);
            }
            if self.comes(STOP_S, block_s) {
                is_playing = !is_playing;
            }
            if is_pressed || self.comes(PRESS_S, block_s) {
                is_pressed = !is_pressed;
                presses.fetch_add(usize::from(is_pressed), Ordering::Relaxed);
                sound.set(0, listen, if is_pressed { 1.0 } else { 0.0 });
            }
            if self.comes(RESET_S, block_s) {
                sound.reset()?;
            }
            if position + BLOCK_FRAMES > num_frames {
                position = 0;
            }
            left.copy_from_slice(&self.song.left()[position..position + BLOCK_FRAMES]);
            right.copy_from_slice(&self.song.right()[position..position + BLOCK_FRAMES]);
            sound.locate(position as u64, is_playing);
            sound.process(&mut left, &mut right).context("a block")?;
            let is_number = left.iter().chain(&right).all(|sample| sample.is_finite());
            ensure!(is_number, "what comes out is no number");
            position += if is_playing { BLOCK_FRAMES } else { 0 };
        }
        Ok(())
    }

    /// Whether what happens every `mean_s` on average happens in this block.
    fn comes(&mut self, mean_s: f64, block_s: f64) -> bool {
        self.random.share() < block_s / mean_s
    }
}
