//! What average music loses to the glue compressor, from its settings alone.

use super::super::settings::{Detector, GlueSettings};
use super::{HIGHPASS_OFF_HZ, gain_curve};

/// Power of average music before mastering, in the detector's scale (mean power, a full-scale sine reading 0 dBFS).
///
/// Unmastered mixes lie at −15.9 LUFS (`dsp.md` section 8.2), which is −15.3 dB per channel in that scale; about half
/// a dB more without the K-weighting.
const POWER_DBFS: f64 = -15.0;
/// Standard deviation of the level of 20 ms within a song, dB: a loudness range of modern mixes and their beats.
const SPREAD_DB: f64 = 6.0;
/// How far peaks stand above the mean power in that scale, dB: a crest of 10 dB, a sine's own 3 dB left out.
const PEAK_DB: f64 = 7.0;
/// The key filter takes away what is below its corner; average music has equal power in every octave between these.
const POWER_SPAN_HZ: [f64; 2] = [40.0, 1280.0];

/// The gain that gives average music back the loudness it loses, dB, ≥ 0; 0 when nothing is done, without make-up.
///
/// The prior: levels of 20 ms are normally distributed in dB, so their share in the song's power is too, around the
/// mean power. The loss is that of the whole power when each level passes the static curve at rest. Link and mix do
/// not enter: it is the compressed signal that gets as loud as the other.
pub fn auto_makeup_db(settings: &GlueSettings) -> f64 {
    let [lowest, highest] = POWER_SPAN_HZ;
    let corner = settings.sidechain_highpass_hz;
    let lost = if corner > HIGHPASS_OFF_HZ { (corner / lowest).ln().max(0.0) / (highest / lowest).ln() } else { 0.0 };
    let detector_db = if settings.detector == Detector::Peak { PEAK_DB } else { 0.0 };
    let centre_db = POWER_DBFS + 10.0 * (1.0 - lost).log10() + detector_db;
    let curve = gain_curve(settings);
    let (mut before, mut after) = (0.0, 0.0);
    for n in -20..=20 {
        let deviation = f64::from(n) * 0.2;
        let weight = (-0.5 * deviation * deviation).exp();
        before += weight;
        after += weight * 10f64.powf(curve.gain_at_db(centre_db + SPREAD_DB * deviation) / 10.0);
    }
    10.0 * (before / after).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_is_taken_the_more_is_given_and_nothing_for_nothing() {
        let settings = GlueSettings::default();
        let at = |threshold_dbfs: f64, ratio: f64| auto_makeup_db(&GlueSettings { threshold_dbfs, ratio, ..settings });
        assert_eq!(at(-40.0, 1.0), 0.0);
        assert!(at(0.0, 4.0) < 0.2);
        assert!(at(-20.0, 2.0) > 1.0 && at(-20.0, 2.0) < 5.0, "{}", at(-20.0, 2.0));
        assert!(at(-30.0, 2.0) > at(-20.0, 2.0) && at(-20.0, 4.0) > at(-20.0, 2.0));
        let peak = GlueSettings { detector: Detector::Peak, ..settings };
        assert!(auto_makeup_db(&peak) > auto_makeup_db(&settings));
    }
}
