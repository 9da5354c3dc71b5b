//! *Match*: what a stage does to loudness, measured, and the make-up that takes it back.

use wide::f64x2;

use super::loudness_window::{BLOCK_S, LoudnessWindow};
use super::{Settings, Stage};
use crate::dsp::k_weighting::KWeighting;

/// Blocks that are left out after a change of settings: what glides arrives within 0.2 s.
const NUM_SETTLING: usize = 3;

/// What was measured of one stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageLoudness {
    /// Which.
    pub stage: Stage,
    /// Its output minus its input, K-weighted, over the last 10 s of music since its settings changed, LU; `None`
    /// before any music.
    pub difference_lu: Option<f64>,
    /// Seconds of music still missing before that is trusted; 0 when it is.
    pub seconds_left: f64,
}

/// Id of the make-up of a stage that has one for all of its signal.
pub fn makeup_id(stage: Stage) -> Option<&'static str> {
    match stage {
        Stage::Equalizer => Some("equalizer.makeup_db"),
        Stage::Glue => Some("glue.makeup_db"),
        Stage::Colour => Some("colour.makeup_db"),
        _ => None,
    }
}

/// The make-up, dB, with which a stage that made its signal `difference_lu` louder leaves the loudness as it is.
///
/// `None` where make-up cannot do it: for stages without one, at an amount or a mix of 0. With parallel compression the
/// reduction is taken as steady, so a second press comes nearer.
pub fn matched_makeup_db(settings: &Settings, stage: Stage, difference_lu: f64) -> Option<f64> {
    let (makeup_db, amount_percent, mix) = match stage {
        Stage::Equalizer => (settings.equalizer.makeup_db, settings.equalizer.amount_percent, 1.0),
        Stage::Glue => (settings.glue.makeup_db, settings.glue.amount_percent, settings.glue.mix_percent / 100.0),
        Stage::Colour => (settings.colour.makeup_db, settings.colour.amount_percent, 1.0),
        _ => return None,
    };
    let amount = (amount_percent * settings.amount_percent / 1e4).clamp(0.0, 2.0);
    let made = 10f64.powf(difference_lu / 20.0);
    // What is made is 1 − mix + mix · wet, and the wet gain should be 1.
    let wet = (made - (1.0 - mix)) / mix;
    let is_possible = amount > 0.0 && mix > 0.0 && wet > 0.0;
    is_possible.then(|| makeup_db - 20.0 * wet.log10() / amount)
}

/// Measures the watched stage; costs nothing while none is.
pub struct StageMeter {
    watched: Option<Stage>,
    /// Input and output.
    sides: [Side; 2],
    /// A block of the input whose output is still on its way.
    waiting: Option<f64>,
    num_settling: usize,
    window: LoudnessWindow,
    /// What the window says, worked out once a block.
    difference_lu: Option<f64>,
    block_samples: usize,
}

/// One side of the stage: the running block.
#[derive(Clone)]
struct Side {
    filter: KWeighting,
    /// Left and right apart, so that the rounding does not depend on how the block came in.
    sum: f64x2,
    num_summed: usize,
    /// Samples to leave out first: the output's delay, so that blocks are of the same music.
    num_skipped: usize,
}

impl Side {
    /// Takes samples up to the end of a block at most; returns how many, and the mean square of a complete block.
    fn take(&mut self, left: &[f64], right: &[f64], block_samples: usize) -> (usize, Option<f64>) {
        if self.num_skipped > 0 {
            let num_skipped = self.num_skipped.min(left.len());
            self.num_skipped -= num_skipped;
            return (num_skipped, None);
        }
        let num_frames = left.len().min(block_samples - self.num_summed);
        for (l, r) in left.iter().zip(right).take(num_frames) {
            let weighted = self.filter.process(f64x2::from([*l, *r]));
            self.sum += weighted * weighted;
        }
        self.num_summed += num_frames;
        if self.num_summed < block_samples {
            return (num_frames, None);
        }
        self.filter.settle();
        self.num_summed = 0;
        let sum = std::mem::replace(&mut self.sum, f64x2::splat(0.0));
        (num_frames, Some(sum.reduce_add() / block_samples as f64))
    }
}

impl StageMeter {
    /// Watches nothing.
    pub fn new(sample_rate_hz: f64) -> Self {
        let filter = KWeighting::new(sample_rate_hz);
        let side = Side { filter, sum: f64x2::splat(0.0), num_summed: 0, num_skipped: 0 };
        Self {
            watched: None,
            sides: [side.clone(), side],
            waiting: None,
            num_settling: NUM_SETTLING,
            window: LoudnessWindow::new(),
            difference_lu: None,
            block_samples: (BLOCK_S * sample_rate_hz).round() as usize,
        }
    }

    /// Chooses the stage, which delays by `latency_samples` (less than 0.1 s), or none.
    pub fn watch(&mut self, stage: Option<Stage>, latency_samples: usize) {
        if self.watched != stage {
            self.watched = stage;
            self.sides[1].num_skipped = latency_samples;
            self.sides[0].num_skipped = 0;
            for side in &mut self.sides {
                side.filter.reset();
                (side.sum, side.num_summed) = (f64x2::splat(0.0), 0);
            }
            self.waiting = None;
            self.forget();
        }
    }

    /// The settings change: what was measured of the watched stage holds no longer if it is concerned.
    pub fn note_change(&mut self, before: &Settings, after: &Settings) {
        let is_concerned = match self.watched {
            Some(Stage::Equalizer) => before.equalizer != after.equalizer,
            Some(Stage::Glue) => before.glue != after.glue,
            Some(Stage::Colour) => before.colour != after.colour,
            _ => false,
        };
        if is_concerned || before.amount_percent != after.amount_percent {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.window.clear();
        self.difference_lu = None;
        self.num_settling = NUM_SETTLING;
    }

    /// Hears the input of a stage, right before it processes. Real-time safe.
    pub fn enter(&mut self, stage: Stage, left: &[f64], right: &[f64]) {
        if self.watched == Some(stage) {
            let mut done = 0;
            while done < left.len() {
                let (taken, block) = self.sides[0].take(&left[done..], &right[done..], self.block_samples);
                self.waiting = block.or(self.waiting);
                done += taken;
            }
        }
    }

    /// Hears the output of the same stage, right after. Real-time safe.
    pub fn leave(&mut self, stage: Stage, left: &[f64], right: &[f64]) {
        if self.watched == Some(stage) {
            let mut done = 0;
            while done < left.len() {
                let (taken, block) = self.sides[1].take(&left[done..], &right[done..], self.block_samples);
                if let (Some(after), Some(before)) = (block, self.waiting) {
                    self.waiting = None;
                    if self.num_settling == 0 {
                        self.window.push([before, after]);
                        self.difference_lu = self.window.difference_lu();
                    }
                    self.num_settling = self.num_settling.saturating_sub(1);
                }
                done += taken;
            }
        }
    }

    /// What was measured of the watched stage.
    pub fn loudness(&self) -> Option<StageLoudness> {
        let measured = |stage| StageLoudness {
            stage,
            difference_lu: self.difference_lu,
            seconds_left: self.window.seconds_to_trust(),
        };
        self.watched.map(measured)
    }

    /// Watches nothing.
    pub fn reset(&mut self) {
        self.watch(None, 0);
    }
}

#[cfg(test)]
mod tests;
