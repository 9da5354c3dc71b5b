//! Bass that is not in the middle.

use crate::dsp::units::gain_from_db;

use super::filters::Cascade;
use super::levels::mean_power;
use super::track::{EVERYWHERE, Places, Track};

const BASS_HZ: f64 = 120.0;
/// Long enough that the copy is another waveform than the bass of the middle, seconds.
const DELAY_S: f64 = 0.011;

/// A delayed copy of the bass of mid in side; amount: side over mid of the whole song below 120 Hz, dB.
///
/// `None` where the bass is at least as wide already, and in a mono file.
pub fn wide_bass(track: &mut Track, amount: f64) -> Option<Places> {
    let (mid, mut side) = track.mid_side()?;
    let bass = Cascade::linkwitz_riley_low_pass(track.rate_hz, BASS_HZ);
    let mid_bass = bass.filtered(&mid);
    let delay = track.samples(DELAY_S).min(mid.len());
    let copy = [&vec![0.0; delay], &mid_bass[..mid.len() - delay]].concat();
    // The level is told through the same filter, which the copy has passed once already.
    let (side_told, copy_told) = (bass.filtered(&side), bass.filtered(&copy));
    let excess = mean_power(&side_told) - mean_power(&mid_bass) * gain_from_db(2.0 * amount);
    let gain = positive_root(mean_power(&copy_told), mean_product(&side_told, &copy_told), excess)?;
    side.iter_mut().zip(&copy).for_each(|(sample, copy)| *sample += gain * copy);
    track.set_mid_side(&mid, &side);
    EVERYWHERE
}

/// The positive x of a·x² + 2·b·x + c = 0 for a > 0 > c.
fn positive_root(a: f64, b: f64, c: f64) -> Option<f64> {
    (a > 0.0 && c < 0.0).then(|| ((b * b - a * c).sqrt() - b) / a)
}

fn mean_product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum::<f64>() / one.len() as f64
}
