//! A first listening in a host of either format: the song is played with *Listen* on, then silence until there is a verdict.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern::audio_file::AudioFile;
use discern_host::Parameter;

use crate::instance::{Instance, Sound, while_playing};
use crate::session::saved_in;

const BLOCK_FRAMES: usize = 512;
/// Times real time: faster, and the analysis would miss what it is to hear.
const SPEED: f64 = 20.0;
/// The verdict is due within seconds; a machine that has other things to do as well gets more.
const TIMEOUT: Duration = Duration::from_secs(90);
/// Between looks at the saved state.
const LOOK: Duration = Duration::from_millis(100);

/// Listens to `song`; the sound is given back once the saved state has a report. Every block is followed by `after_block`.
pub fn listen<I: Instance>(
    instance: &mut I,
    sound: I::Sound,
    song: &AudioFile,
    mut after_block: impl FnMut(&mut I::Sound) -> Result<()> + Send,
) -> Result<I::Sound> {
    let is_judged = AtomicBool::new(false);
    let began = Instant::now();
    let mut looked = Instant::now();
    let play = |sound: &mut I::Sound| {
        let mut blocks = Blocks { sound, song, began, position: 0 };
        blocks.press(&mut after_block)?;
        while blocks.position < song.num_frames() {
            blocks.play(&mut after_block)?;
        }
        blocks.press(&mut after_block)?;
        let pressed = Instant::now();
        while !is_judged.load(Ordering::Acquire) {
            ensure!(pressed.elapsed() < TIMEOUT, "no verdict {} s after the song", TIMEOUT.as_secs());
            blocks.play(&mut after_block)?;
        }
        Ok(())
    };
    while_playing(instance, sound, play, |instance| {
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            let is_there = !saved_in(&instance.save()?)?["report"].is_null();
            is_judged.store(is_there, Ordering::Release);
        }
        Ok(())
    })
    .context("a listening")
}

struct Blocks<'a, S> {
    sound: &'a mut S,
    song: &'a AudioFile,
    began: Instant,
    position: usize,
}

impl<S: Sound> Blocks<'_, S> {
    /// One block of the song, or of silence with the transport stopped.
    fn play(&mut self, after_block: &mut impl FnMut(&mut S) -> Result<()>) -> Result<()> {
        let num_frames = self.song.num_frames();
        let is_playing = self.position < num_frames;
        self.sound.locate(self.position.min(num_frames) as u64, is_playing);
        let end = (self.position + BLOCK_FRAMES).min(num_frames);
        let block = |channel: &[f32]| {
            let mut block = channel.get(self.position..end).unwrap_or(&[]).to_vec();
            block.resize(if is_playing { block.len() } else { BLOCK_FRAMES }, 0.0);
            block
        };
        let (mut left, mut right) = (block(self.song.left()), block(self.song.right()));
        self.sound.process(&mut left, &mut right)?;
        after_block(self.sound)?;
        self.position += left.len();
        let rate_hz = f64::from(self.song.sample_rate_hz);
        let speed = if is_playing { SPEED } else { SPEED / 4.0 };
        let due = self.began + Duration::from_secs_f64(self.position as f64 / rate_hz / speed);
        std::thread::sleep(due.saturating_duration_since(Instant::now()).min(Duration::from_millis(20)));
        Ok(())
    }

    /// *Listen* down and up again, in blocks of their own.
    fn press(&mut self, after_block: &mut impl FnMut(&mut S) -> Result<()>) -> Result<()> {
        let listen = Parameter::id_of("action.listen").get();
        for value in [1.0, 0.0] {
            self.sound.set(0, listen, value);
            self.play(after_block)?;
        }
        Ok(())
    }
}
