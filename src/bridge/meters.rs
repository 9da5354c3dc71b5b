//! Levels that the audio thread writes and the editor draws: one atomic number each.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use atomic_float::{AtomicF32, AtomicF64};

use crate::chain::makeup_match::StageLoudness;
use crate::chain::resonance::NUM_CURVE_POINTS;
use crate::chain::settings::{NUM_BANDS, NUM_SPLITS};
use crate::chain::{Activity, NUM_STAGES, Stage};

/// Levels of the running stream. Peaks hold the highest value until taken; the rest is the newest value.
#[derive(Debug, Default)]
pub struct Meters {
    mix_peak: [AtomicF32; 2],
    master_peak: [AtomicF32; 2],
    limiter_reduction_db: AtomicF32,
    glue_reduction_db: AtomicF32,
    clipper_reduction_db: AtomicF32,
    resonance_cut_db: AtomicF32,
    resonance_cuts_db: ResonanceCurve,
    colour_added: AtomicF32,
    equalizer_gains_db: [AtomicF32; NUM_BANDS],
    multiband_gains_db: [AtomicF32; NUM_SPLITS],
    match_db: AtomicF32,
    seconds_to_match: AtomicF32,
    stage_loudness: AtomicU64,
    sample_rate_hz: AtomicF64,
    stage_latencies_samples: [AtomicU64; NUM_STAGES],
    load_share: AtomicF32,
    position_s: AtomicF64,
    is_playing: AtomicBool,
    has_position: AtomicBool,
    loop_s: [AtomicF64; 2],
    num_non_finite: AtomicU64,
}

/// The resonance tamer's curve; written only while there is something to show, or to take back.
#[derive(Debug)]
struct ResonanceCurve {
    cuts_db: [AtomicF32; NUM_CURVE_POINTS],
    is_shown: AtomicBool,
}

impl Default for ResonanceCurve {
    fn default() -> Self {
        Self { cuts_db: std::array::from_fn(|_| AtomicF32::new(0.0)), is_shown: AtomicBool::new(false) }
    }
}

impl ResonanceCurve {
    fn store(&self, cuts_db: &[f32; NUM_CURVE_POINTS]) {
        for (meter, cut_db) in self.cuts_db.iter().zip(cuts_db) {
            meter.store(*cut_db, Relaxed);
        }
        self.is_shown.store(cuts_db.iter().any(|cut_db| *cut_db > 0.0), Relaxed);
    }

    fn load(&self) -> [f32; NUM_CURVE_POINTS] {
        std::array::from_fn(|idx| self.cuts_db[idx].load(Relaxed))
    }
}

impl Meters {
    /// Highest samples of one block, linear, left and right.
    pub fn hold_peaks(&self, mix: [f32; 2], master: [f32; 2]) {
        for channel in 0..2 {
            self.mix_peak[channel].fetch_max(mix[channel], Relaxed);
            self.master_peak[channel].fetch_max(master[channel], Relaxed);
        }
    }

    /// Peaks since the last call, linear: mix left, right, master left, right.
    pub fn take_peaks(&self) -> ([f32; 2], [f32; 2]) {
        let take = |pair: &[AtomicF32; 2]| [pair[0].swap(0.0, Relaxed), pair[1].swap(0.0, Relaxed)];
        (take(&self.mix_peak), take(&self.master_peak))
    }

    /// Whether peaks wait to be taken.
    pub fn has_peaks(&self) -> bool {
        self.mix_peak.iter().chain(&self.master_peak).any(|peak| peak.load(Relaxed) > 0.0)
    }

    /// What the chain did in one block.
    pub fn hold_activity(&self, activity: &Activity) {
        self.limiter_reduction_db.fetch_max(activity.limiter_reduction_db as f32, Relaxed);
        self.glue_reduction_db.fetch_max(activity.glue_reduction_db as f32, Relaxed);
        self.clipper_reduction_db.fetch_max(activity.clipper_reduction_db as f32, Relaxed);
        self.resonance_cut_db.fetch_max(activity.resonance_cut_db as f32, Relaxed);
        if activity.resonance_cut_db > 0.0 || self.resonance_cuts_db.is_shown.load(Relaxed) {
            self.resonance_cuts_db.store(&activity.resonance_cuts_db);
        }
        self.colour_added.fetch_max(10f64.powf(activity.colour_added_dbfs / 20.0) as f32, Relaxed);
        for (meter, gain_db) in self.equalizer_gains_db.iter().zip(activity.equalizer_gains_db) {
            meter.store(gain_db as f32, Relaxed);
        }
        for (meter, gain_db) in self.multiband_gains_db.iter().zip(activity.multiband_gains_db) {
            meter.store(gain_db as f32, Relaxed);
        }
        self.num_non_finite.store(activity.num_non_finite, Relaxed);
    }

    /// What the chain did since the last call; gains of bands are the newest.
    pub fn take_activity(&self) -> Activity {
        let take = |meter: &AtomicF32| f64::from(meter.swap(0.0, Relaxed));
        Activity {
            equalizer_gains_db: std::array::from_fn(|idx| f64::from(self.equalizer_gains_db[idx].load(Relaxed))),
            resonance_cut_db: take(&self.resonance_cut_db),
            resonance_cuts_db: self.resonance_cuts_db.load(),
            multiband_gains_db: std::array::from_fn(|idx| f64::from(self.multiband_gains_db[idx].load(Relaxed))),
            glue_reduction_db: take(&self.glue_reduction_db),
            colour_added_dbfs: 20.0 * take(&self.colour_added).log10(),
            clipper_reduction_db: take(&self.clipper_reduction_db),
            limiter_reduction_db: take(&self.limiter_reduction_db),
            num_non_finite: self.num_non_finite.load(Relaxed),
        }
    }

    /// The monitor's match gain (how much the louder side is turned down, dB; negative: the master) and the seconds
    /// of playing still needed before it is trusted.
    pub fn set_match(&self, match_db: f32, seconds_to_match: f32) {
        self.match_db.store(match_db, Relaxed);
        self.seconds_to_match.store(seconds_to_match, Relaxed);
    }

    /// See [`Self::set_match`].
    pub fn match_db(&self) -> (f32, f32) {
        (self.match_db.load(Relaxed), self.seconds_to_match.load(Relaxed))
    }

    /// What was measured of the watched stage; one number, so that it is never that of another stage.
    pub fn set_stage_loudness(&self, loudness: Option<StageLoudness>) {
        let pack = |loudness: StageLoudness| {
            let difference = loudness.difference_lu.map_or(f32::NAN, |lu| lu as f32).to_bits();
            let tenths = (loudness.seconds_left * 10.0).ceil().clamp(0.0, 255.0) as u64;
            (loudness.stage as u64 + 1) << 40 | tenths << 32 | u64::from(difference)
        };
        self.stage_loudness.store(loudness.map_or(0, pack), Relaxed);
    }

    /// See [`Self::set_stage_loudness`]; the seconds in tenths.
    pub fn stage_loudness(&self) -> Option<StageLoudness> {
        let packed = self.stage_loudness.load(Relaxed);
        let stage = *Stage::ALL.get(((packed >> 40) as usize).checked_sub(1)?)?;
        let difference_lu = Some(f64::from(f32::from_bits(packed as u32))).filter(|lu| !lu.is_nan());
        Some(StageLoudness { stage, difference_lu, seconds_left: f64::from((packed >> 32) as u8) / 10.0 })
    }

    /// Rate of this activation, and the latency of each stage.
    pub fn set_stream(&self, sample_rate_hz: f64, stage_latencies_samples: [usize; NUM_STAGES]) {
        self.sample_rate_hz.store(sample_rate_hz, Relaxed);
        for (meter, samples) in self.stage_latencies_samples.iter().zip(stage_latencies_samples) {
            meter.store(samples as u64, Relaxed);
        }
    }

    /// Sample rate in Hz (0 before the first activation), and the latency of each stage in samples.
    pub fn stream(&self) -> (f64, [u64; NUM_STAGES]) {
        let samples = |idx: usize| self.stage_latencies_samples[idx].load(Relaxed);
        (self.sample_rate_hz.load(Relaxed), std::array::from_fn(samples))
    }

    /// Song position in seconds where the host tells one, and whether the transport runs.
    pub fn set_transport(&self, position_s: Option<f64>, is_playing: bool) {
        self.position_s.store(position_s.unwrap_or(0.0), Relaxed);
        self.has_position.store(position_s.is_some(), Relaxed);
        self.is_playing.store(is_playing, Relaxed);
    }

    /// See [`Self::set_transport`].
    pub fn transport(&self) -> (Option<f64>, bool) {
        let position_s = self.has_position.load(Relaxed).then(|| self.position_s.load(Relaxed));
        (position_s, self.is_playing.load(Relaxed))
    }

    /// The stretch of the song that the host plays round and round, seconds, where it tells of one.
    pub fn set_loop(&self, loop_s: Option<(f64, f64)>) {
        let (start_s, end_s) = loop_s.unwrap_or_default();
        self.loop_s[0].store(start_s, Relaxed);
        self.loop_s[1].store(end_s, Relaxed);
    }

    /// See [`Self::set_loop`].
    pub fn loop_s(&self) -> Option<(f64, f64)> {
        let (start_s, end_s) = (self.loop_s[0].load(Relaxed), self.loop_s[1].load(Relaxed));
        (end_s > start_s).then_some((start_s, end_s))
    }

    /// Share of real time that the analysis thread takes, 0–1.
    pub fn set_load_share(&self, share: f32) {
        self.load_share.store(share, Relaxed);
    }

    /// See [`Self::set_load_share`].
    pub fn load_share(&self) -> f32 {
        self.load_share.load(Relaxed)
    }

    /// Input samples that were not numbers.
    pub fn num_non_finite(&self) -> u64 {
        self.num_non_finite.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_told_and_taken_back() {
        let meters = Meters::default();
        assert_eq!(meters.loop_s(), None);
        meters.set_loop(Some((48.0, 82.0)));
        assert_eq!(meters.loop_s(), Some((48.0, 82.0)));
        meters.set_loop(None);
        assert_eq!(meters.loop_s(), None);
    }

    #[test]
    fn stage_loudness_arrives_as_it_was_sent() {
        let meters = Meters::default();
        assert_eq!(meters.stage_loudness(), None);
        for (stage, difference_lu, seconds_left) in
            [(Stage::Input, None, 3.0), (Stage::Glue, Some(-1.5), 0.0), (Stage::Dither, Some(0.25), 1.2)]
        {
            let sent = Some(StageLoudness { stage, difference_lu, seconds_left });
            meters.set_stage_loudness(sent);
            assert_eq!(meters.stage_loudness(), sent);
        }
        meters.set_stage_loudness(None);
        assert_eq!(meters.stage_loudness(), None);
    }
}
