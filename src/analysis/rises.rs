//! How much of the sound is strokes? Short rises against what lasts, and how far the level swings.

use super::short_frames::{NUM_RISE_BANDS, ShortFrame};

/// Frames in the median that stands for what lasts: 190 ms, longer than a stroke and shorter than a note.
const MEDIAN_FRAMES: usize = 19;
/// Bands this far under the loudest say nothing (dB as a power ratio).
const AUDIBLE: f64 = 1e-4;

/// Gathers one texture's worth of frames.
#[derive(Clone, Debug, Default)]
pub struct Rises {
    /// `(in rises, all)` per band.
    power: [(f64, f64); NUM_RISE_BANDS],
    levels_db: Vec<f32>,
    /// The same of every band.
    bands_db: [Vec<f32>; NUM_RISE_BANDS],
}

impl Rises {
    /// `(percussiveness 0–1, spread of the level in dB, mean spread of the bands in dB)` of what was gathered.
    pub fn measures(mut self) -> (f64, f64, f64) {
        let loudest = self.power.iter().map(|band| band.1).fold(0.0, f64::max);
        let is_audible = |all: f64| all > loudest * AUDIBLE;
        let num_audible = self.power.iter().filter(|band| is_audible(band.1)).count().max(1) as f64;
        let (mut percussiveness, mut band_spread_db) = (0.0, 0.0);
        for ((rises, all), levels_db) in self.power.iter().zip(&mut self.bands_db) {
            if is_audible(*all) {
                percussiveness += rises / all / num_audible;
                band_spread_db += spread_db(levels_db) / num_audible;
            }
        }
        (percussiveness, spread_db(&mut self.levels_db), band_spread_db)
    }

    /// Short frames gathered.
    pub fn num_frames(&self) -> usize {
        self.levels_db.len()
    }
}

/// 90th minus 10th percentile.
fn spread_db(levels_db: &mut [f32]) -> f64 {
    levels_db.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| levels_db.get(((levels_db.len().max(1) - 1) as f64 * share) as usize);
    at(0.9).zip(at(0.1)).map_or(0.0, |(high, low)| f64::from(high - low))
}

/// The newest frames, whose middle one is judged.
#[derive(Clone, Debug, Default)]
pub struct RiseWindow {
    frames: Vec<ShortFrame>,
}

impl RiseWindow {
    /// Takes a frame; the frame that now lies in the middle, if there are enough, with the one before it.
    pub fn push(&mut self, frame: &ShortFrame) -> Option<&ShortFrame> {
        if self.frames.len() == MEDIAN_FRAMES {
            self.frames.remove(0);
        }
        self.frames.push(*frame);
        (self.frames.len() == MEDIAN_FRAMES).then(|| &self.frames[MEDIAN_FRAMES / 2])
    }

    /// Adds the middle frame to a texture's sums. Rises are what passes the median of the window around it, band by band
    /// (harmonic-percussive separation by median filters, Fitzgerald, DAFx-10, along time only).
    pub fn add_middle(&self, rises: &mut Rises) {
        let middle = &self.frames[MEDIAN_FRAMES / 2];
        if middle.all <= 0.0 {
            return;
        }
        let mut column = [0.0; MEDIAN_FRAMES];
        for (band, sums) in rises.power.iter_mut().enumerate() {
            for (value, frame) in column.iter_mut().zip(&self.frames) {
                *value = frame.rise[band];
            }
            let power = middle.rise[band];
            rises.bands_db[band].push(10.0 * power.max(middle.all * 1e-12).log10());
            let (_, median, _) = column.select_nth_unstable_by(MEDIAN_FRAMES / 2, f32::total_cmp);
            sums.0 += f64::from((power - *median).max(0.0));
            sums.1 += f64::from(power);
        }
        rises.levels_db.push(10.0 * middle.all.log10());
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.frames.clear();
    }
}

/// Follows 5–9 kHz where they outweigh 300 Hz–4 kHz, for 40 ms at least.
#[derive(Clone, Debug, Default)]
pub struct Esses {
    recent: Vec<f32>,
}

impl Esses {
    /// Frames that an ess lasts at least: 40 ms (`dsp.md` section 8.4).
    const FRAMES: usize = 4;
    /// It outweighs the body from this ratio on (−3 dB).
    const OUTWEIGHS: f32 = 0.5;

    /// Takes a frame; the power that held for all of the last 40 ms, 0 if the body outweighed it meanwhile.
    pub fn push(&mut self, frame: &ShortFrame) -> f32 {
        if self.recent.len() == Self::FRAMES {
            self.recent.remove(0);
        }
        self.recent.push(if frame.ess > Self::OUTWEIGHS * frame.body { frame.ess } else { 0.0 });
        if self.recent.len() < Self::FRAMES {
            return 0.0;
        }
        self.recent.iter().copied().fold(f32::INFINITY, f32::min)
    }

    /// What follows does not continue what came before.
    pub fn break_stream(&mut self) {
        self.recent.clear();
    }
}
