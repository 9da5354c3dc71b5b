//! Faults that happen now and then: esses, clicks and dropouts.

use std::f64::consts::PI;

use crate::dsp::random::Random;
use crate::dsp::units::gain_from_db;

use super::chance::{between, frames, gaussian, sign};
use super::filters::Cascade;
use super::levels::mean_power;
use super::track::{Places, Track};

const ESS_HZ: [f64; 2] = [5_000.0, 9_000.0];
const ESS_S: f64 = 0.09;
const ESS_EDGE_S: f64 = 0.015;
const ESSES_PER_S: f64 = 1.2;
/// Shortest and longest pause between esses, in mean pauses.
const ESS_JITTER: [f64; 2] = [0.6, 1.4];
/// What an ess is compared with, seconds around its middle.
const ESS_SURROUNDINGS_S: f64 = 0.4;
/// Noise before an ess in which its filters come to rest, seconds.
const ESS_SETTLING_S: f64 = 0.02;

const CLICKS_PER_MINUTE: f64 = 30.0;
const MIN_CLICKS: f64 = 6.0;
const CLICK_GAP_S: f64 = 0.4;
/// What a click is compared with, seconds around it.
const CLICK_SURROUNDINGS_S: f64 = 0.02;
/// What a sample of a click leaves of the one before it.
const CLICK_DECAY: f64 = 0.5;

const DROPOUTS_PER_MINUTE: [f64; 2] = [3.0, 6.0];
const MIN_DROPOUTS: f64 = 3.0;
const DROPOUT_GAP_S: f64 = 1.0;
const DROPOUT_EDGE_S: f64 = 0.0001;

/// Window and level below the song's that make a place loud, seconds and dB.
const LOUD: (f64, f64) = (0.1, -10.0);

/// Bursts of noise like the letter s, the same in all channels; amount: their RMS re the song's around them, dB.
pub fn sibilance(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let mut random = Random::new(seed, 1);
    let (length, settling) = (track.samples(ESS_S), track.samples(ESS_SETTLING_S));
    let filter = Cascade::band(track.rate_hz, ESS_HZ[0], ESS_HZ[1], 4);
    let window = raised_cosine(length, track.samples(ESS_EDGE_S));
    let pause_s = |random: &mut Random| between(random, ESS_JITTER[0], ESS_JITTER[1]) / ESSES_PER_S;
    let (mut places, mut time_s) = (Vec::new(), pause_s(&mut random));
    while time_s + ESS_S < track.duration_s() {
        let start = track.samples(time_s);
        let middle = start + length / 2;
        if track.levels.is_sounding(middle) {
            let mut ess = filter.filtered(&gaussian(&mut random, settling + length)).split_off(settling);
            ess.iter_mut().zip(&window).for_each(|(sample, gain)| *sample *= gain);
            let gain = track.rms_around(middle, ESS_SURROUNDINGS_S) * gain_from_db(amount) / mean_power(&ess).sqrt();
            ess.iter_mut().for_each(|sample| *sample *= gain);
            track.add(start, &ess);
            places.push((track.seconds(start), track.seconds(start + length)));
        }
        time_s += pause_s(&mut random);
    }
    some_places(places)
}

/// Impulses of 1 to 3 samples, the same in all channels; amount: their peak re the song's around them, dB.
pub fn clicks(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let mut random = Random::new(seed, 1);
    let num = (CLICKS_PER_MINUTE * track.duration_s() / 60.0).round().max(MIN_CLICKS) as usize;
    let chosen = frames(&mut random, track, num, CLICK_GAP_S, |frame| track.levels.is_sounding(frame));
    let mut places = Vec::new();
    for start in chosen {
        let peak = sign(&mut random) * track.peak_around(start, CLICK_SURROUNDINGS_S) * gain_from_db(amount);
        let length = between(&mut random, 1.0, 4.0) as usize;
        let click: Vec<f64> = (0..length as i32).map(|n| peak * CLICK_DECAY.powi(n)).collect();
        track.add(start, &click);
        places.push((track.seconds(start), track.seconds(start + length)));
    }
    some_places(places)
}

/// Digital zeros in loud parts, in all channels; amount: their length, milliseconds.
pub fn dropouts(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let mut random = Random::new(seed, 1);
    let per_minute = between(&mut random, DROPOUTS_PER_MINUTE[0], DROPOUTS_PER_MINUTE[1]);
    let num = (per_minute * track.duration_s() / 60.0).round().max(MIN_DROPOUTS) as usize;
    let (length, edge) = (track.samples(amount / 1e3).max(1), track.samples(DROPOUT_EDGE_S));
    let gap_s = DROPOUT_GAP_S + amount / 1e3;
    let chosen = frames(&mut random, track, num, gap_s, |start| is_loud(track, start + length / 2));
    for &start in &chosen {
        for channel in &mut track.channels {
            channel[start..start + length].fill(0.0);
            for n in 1..=edge {
                let gain = n as f64 / (edge + 1) as f64;
                channel[start - n] *= gain;
                channel[start + length - 1 + n] *= gain;
            }
        }
    }
    some_places(chosen.iter().map(|start| (track.seconds(*start), track.seconds(start + length))).collect())
}

/// Whether the song is not far below its level around a frame.
pub fn is_loud(track: &Track, frame: usize) -> bool {
    let (width_s, floor_db) = LOUD;
    track.rms_around(frame, width_s) >= track.levels.rms * gain_from_db(floor_db)
}

/// A fault that found no place is none.
pub fn some_places(places: Places) -> Option<Places> {
    (!places.is_empty()).then_some(places)
}

/// A window of 1 with edges of half a cosine.
pub fn raised_cosine(length: usize, edge: usize) -> Vec<f64> {
    let rise = |n: usize| 0.5 - 0.5 * (PI * (n as f64 + 0.5) / edge as f64).cos();
    (0..length).map(|n| n.min(length - 1 - n)).map(|n| if n < edge { rise(n) } else { 1.0 }).collect()
}
