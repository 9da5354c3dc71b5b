//! Faults of tone: bells and shelves over the whole song.

use crate::dsp::random::Random;

use super::filters::Biquad;
use super::track::{EVERYWHERE, Places, Track};

const SHELF_Q: f64 = 0.7;
const RESONANCE_Q: f64 = 20.0;
const RESONANCES_HZ: [f64; 2] = [300.0, 6_000.0];

/// A bell at `hz`; amount: its gain, dB.
pub fn bell(track: &mut Track, hz: f64, q: f64, gain_db: f64) -> Option<Places> {
    filter(track, Biquad::bell(track.rate_hz, hz, q, gain_db))
}

/// A shelf above `hz`; amount: its gain, dB.
pub fn high_shelf(track: &mut Track, hz: f64, gain_db: f64) -> Option<Places> {
    filter(track, Biquad::high_shelf(track.rate_hz, hz, SHELF_Q, gain_db))
}

/// A shelf below `hz`; amount: its gain, dB.
pub fn low_shelf(track: &mut Track, hz: f64, gain_db: f64) -> Option<Places> {
    filter(track, Biquad::low_shelf(track.rate_hz, hz, SHELF_Q, gain_db))
}

/// A narrow bell somewhere; amount: its gain, dB.
pub fn resonance(track: &mut Track, gain_db: f64, seed: u64) -> Option<Places> {
    bell(track, resonance_hz(seed), RESONANCE_Q, gain_db)
}

/// Where the resonance of a seed is, Hz: any octave is as likely as any other.
pub fn resonance_hz(seed: u64) -> f64 {
    let [low_hz, high_hz] = RESONANCES_HZ;
    low_hz * (high_hz / low_hz).powf(Random::new(seed, 1).uniform())
}

fn filter(track: &mut Track, section: Biquad) -> Option<Places> {
    track.channels.iter_mut().for_each(|channel| section.run(channel));
    EVERYWHERE
}
