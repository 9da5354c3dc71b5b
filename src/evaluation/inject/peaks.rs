//! Faults of peaks: cut ones, and such as lie between the samples.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2};

use crate::dsp::random::Random;
use crate::dsp::units::gain_from_db;

use super::chance::frames;
use super::events::{is_loud, raised_cosine, some_places};
use super::track::{EVERYWHERE, Places, Track};

/// The level that is cut is told from the highest sample of all but this share.
const PEAK_SHARE: f64 = 1e-4;
/// Clipped songs are turned down by this, as they arrive in practice, dB.
const CLIPPED_DB: f64 = -0.7;

const NUM_BURSTS: usize = 20;
const BURST_S: f64 = 0.003;
const BURST_EDGE_S: f64 = 0.0005;
const BURST_GAP_S: f64 = 0.05;
/// Sample peak of a song with peaks between its samples, dBFS.
const SAMPLE_PEAK_DBFS: f64 = -0.1;
/// A tone of a quarter of the rate can hide no more than 3 dB between its samples, dBTP.
const MAX_HIDDEN_DBTP: f64 = 2.9;

/// Hard clipping of the whole song; amount: by how much the highest peaks are cut, dB.
pub fn clipping(track: &mut Track, amount: f64) -> Option<Places> {
    let mut magnitudes: Vec<f64> = track.channels.iter().flatten().map(|sample| sample.abs()).collect();
    let rank = ((1.0 - PEAK_SHARE) * (magnitudes.len() - 1) as f64) as usize;
    let (_, peak, _) = magnitudes.select_nth_unstable_by(rank, f64::total_cmp);
    let threshold = *peak * gain_from_db(-amount);
    track.channels.iter_mut().flatten().for_each(|sample| *sample = sample.clamp(-threshold, threshold));
    track.scale(gain_from_db(CLIPPED_DB));
    EVERYWHERE
}

/// Short tones whose peaks lie between the samples, in a song of a sample peak of −0.1 dBFS; amount: their true peak,
/// dBTP, up to 2.9.
///
/// A song that passes `amount` between its own samples goes on doing so.
pub fn intersample_peaks(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let chosen = frames(&mut Random::new(seed, 1), track, NUM_BURSTS, BURST_GAP_S, |frame| is_loud(track, frame));
    let sample_peak = gain_from_db(SAMPLE_PEAK_DBFS);
    track.scale(sample_peak / track.peak());
    // Of a quarter of the rate every other sample is the cosine, every other the sine of the phase.
    let amplitude = gain_from_db(amount.min(MAX_HIDDEN_DBTP));
    let phase = (sample_peak / amplitude).clamp(FRAC_1_SQRT_2, 1.0).acos();
    let window = raised_cosine(track.samples(BURST_S), track.samples(BURST_EDGE_S));
    let tone: Vec<f64> = (0..window.len()).map(|n| amplitude * (FRAC_PI_2 * n as f64 + phase).cos()).collect();
    for &start in &chosen {
        for channel in &mut track.channels {
            for ((sample, tone), gain) in channel[start..].iter_mut().zip(&tone).zip(&window) {
                *sample += gain * (tone - *sample);
            }
        }
    }
    some_places(chosen.iter().map(|start| (track.seconds(*start), track.seconds(start + window.len()))).collect())
}
