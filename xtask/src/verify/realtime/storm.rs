//! Blocks of every size with everything that can change between and within them.

use std::time::Duration;

use anyhow::{Result, ensure};
use discern::audio_file::AudioFile;
use discern_host::Random;

use crate::instance::Sound;

pub const MAX_FRAMES: usize = 4096;
/// Changes in one block now and then: more than there are parameters.
const NUM_CHANGES: usize = 2000;

const BREATH: Duration = Duration::from_millis(1);

/// A host's audio thread gone wild.
pub struct Storm<'a> {
    random: Random,
    parameters: Vec<u32>,
    song: &'a AudioFile,
    position_frames: u64,
    is_playing: bool,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl<'a> Storm<'a> {
    pub fn new(seed: u64, parameters: Vec<u32>, song: &'a AudioFile) -> Self {
        let (left, right) = (Vec::with_capacity(MAX_FRAMES), Vec::with_capacity(MAX_FRAMES));
        Self { random: Random::new(seed), parameters, song, position_frames: 0, is_playing: true, left, right }
    }

    /// So many blocks; what comes out of each is a number.
    pub fn play(&mut self, sound: &mut impl Sound, num_blocks: usize) -> Result<()> {
        for block_idx in 0..num_blocks {
            let num_frames = self.random.size(MAX_FRAMES);
            self.change(sound, num_frames);
            self.fill(num_frames);
            if self.random.once_in(64) {
                self.position_frames = self.random.below(10 * self.song.num_frames()) as u64;
            }
            if self.random.once_in(100) {
                self.is_playing = !self.is_playing;
            }
            if self.random.once_in(200) {
                sound.reset()?;
            }
            sound.locate(self.position_frames, self.is_playing);
            sound.process(&mut self.left, &mut self.right)?;
            let is_number = |sample: &f32| sample.is_finite();
            ensure!(
                self.left.iter().all(is_number) && self.right.iter().all(is_number),
                "what comes out of block {block_idx} ({num_frames} frames) is no number"
            );
            self.position_frames += if self.is_playing { num_frames as u64 } else { 0 };
            // Time for the main thread, the editor and the analysis to get in the way.
            std::thread::sleep(BREATH);
        }
        Ok(())
    }

    fn change(&mut self, sound: &mut impl Sound, num_frames: usize) {
        let num_changes = match self.random.below(400) {
            0 => NUM_CHANGES,
            1..40 => self.random.below(40),
            _ => return,
        };
        let mut frames: Vec<usize> = (0..num_changes).map(|_| self.random.below(num_frames.max(1))).collect();
        frames.sort_unstable();
        for frame in frames {
            let id = *self.random.choose(&self.parameters);
            // The ends of ranges as often as what is in between.
            let share = [0.0, 1.0, self.random.share(), self.random.share()][self.random.below(4)];
            sound.set(frame, id, share);
        }
    }

    /// The song, mostly; noise, silence, what is nearly nothing and what is no number now and then.
    fn fill(&mut self, num_frames: usize) {
        let kind = self.random.below(20);
        let from = self.position_frames as usize % (self.song.num_frames() - MAX_FRAMES);
        for (block, channel) in [(&mut self.left, self.song.left()), (&mut self.right, self.song.right())] {
            block.clear();
            match kind {
                0 => block.resize(num_frames, 0.0),
                1 => block.resize(num_frames, 1e-40),
                2 => block.extend((0..num_frames).map(|_| self.random.share() as f32 * 4.0 - 2.0)),
                _ => block.extend_from_slice(&channel[from..from + num_frames]),
            }
            if kind == 3 && num_frames > 0 {
                let frame = self.random.below(num_frames);
                block[frame] = *self.random.choose(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX]);
            }
        }
    }
}
