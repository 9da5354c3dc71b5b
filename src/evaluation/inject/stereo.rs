//! Faults of the stereo image; none of them can exist in a mono file.

use crate::dsp::random::Random;
use crate::dsp::units::gain_from_db;

use super::chance::{between, gaussian};
use super::filters::Cascade;
use super::levels::mean_power;
use super::track::{EVERYWHERE, Places, Track};

/// Where the width of an image is told, Hz.
const WIDTH_HZ: [f64; 2] = [500.0, 6_000.0];
/// Below this there is no side that could be made wider, dB re mid.
const NO_SIDE_DB: f64 = -40.0;
/// A side that is made from mid begins here, so that bass stays in the middle, Hz.
const MADE_SIDE_HZ: f64 = 150.0;
/// Delays, seconds, and gain of the all-passes that make it (M. Schroeder 1962).
const ALL_PASS_DELAYS_S: [f64; 4] = [0.001_9, 0.004_7, 0.008_3, 0.012_7];
const ALL_PASS_GAIN: f64 = 0.6;

const MONO_DB: f64 = -60.0;
/// A side below this is none that could be scaled, dB re mid.
const SILENT_SIDE_DB: f64 = -120.0;
/// From here on a missing channel is digital silence, dB.
const GONE_DB: f64 = -120.0;

const CROSSFADE_S: f64 = 0.05;
/// Of so many draws, the passages that have most of the song's sound in them are inverted.
const NUM_DRAWS: usize = 16;

/// The right channel by a gain: −1 inverts it, less than 1 shifts the image to the left.
pub fn right_times(track: &mut Track, gain: f64) -> Option<Places> {
    let [_, right] = track.channels.as_mut_slice() else { return None };
    right.iter_mut().for_each(|sample| *sample *= gain);
    EVERYWHERE
}

/// The right channel nearly or quite gone; amount: its gain, dB, digital silence from −120 on.
pub fn missing_channel(track: &mut Track, amount: f64) -> Option<Places> {
    right_times(track, if amount <= GONE_DB { 0.0 } else { gain_from_db(amount) })
}

/// Both channels mid.
pub fn identical_channels(track: &mut Track) -> Option<Places> {
    let (mid, _) = track.mid_side()?;
    track.channels = vec![mid.clone(), mid];
    EVERYWHERE
}

/// Side 60 dB below mid, noise where there is none.
pub fn mono(track: &mut Track, seed: u64) -> Option<Places> {
    let (mid, mut side) = track.mid_side()?;
    let wanted = mean_power(&mid) * gain_from_db(2.0 * MONO_DB);
    if mean_power(&side) <= mean_power(&mid) * gain_from_db(2.0 * SILENT_SIDE_DB) {
        side = gaussian(&mut Random::new(seed, 1), mid.len());
    }
    let gain = (wanted / mean_power(&side)).sqrt();
    side.iter_mut().for_each(|sample| *sample *= gain);
    track.set_mid_side(&mid, &side);
    EVERYWHERE
}

/// Another gain of side; amount: side over mid of the whole song in 500 to 6000 Hz, dB.
///
/// Where there is no side, one is made of mid. `None` where there is no mid.
pub fn width(track: &mut Track, amount: f64) -> Option<Places> {
    let (mid, mut side) = track.mid_side()?;
    let band = Cascade::band(track.rate_hz, WIDTH_HZ[0], WIDTH_HZ[1], 4);
    let power = |signal: &[f64]| mean_power(&band.filtered(signal));
    let mid_power = power(&mid);
    if mid_power <= 0.0 {
        return None;
    }
    if power(&side) < mid_power * gain_from_db(2.0 * NO_SIDE_DB) {
        side = decorrelated(track, &mid);
    }
    let gain = (mid_power * gain_from_db(2.0 * amount) / power(&side)).sqrt();
    side.iter_mut().for_each(|sample| *sample *= gain);
    track.set_mid_side(&mid, &side);
    EVERYWHERE
}

/// The right channel inverted in one or two passages; amount: their share of the song, 0 to 0.5.
///
/// `None` if that is no longer than the crossfades at their ends.
pub fn out_of_phase(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let mut random = Random::new(seed, 1);
    let passages = (0..NUM_DRAWS)
        .map(|_| passages(&mut random, amount, track.num_frames()))
        .max_by(|one, other| sounding_share(track, one).total_cmp(&sounding_share(track, other)))?;
    let half = 0.5 * track.samples(CROSSFADE_S) as f64;
    let [_, right] = track.channels.as_mut_slice() else { return None };
    if amount * (right.len() as f64) < 4.0 * half {
        return None;
    }
    for &(start, end) in &passages {
        for (n, sample) in right.iter_mut().enumerate() {
            let inside = (n as f64 + 0.5 - start as f64).min(end as f64 - n as f64 - 0.5);
            *sample *= -(inside / half).clamp(-1.0, 1.0);
        }
    }
    Some(passages.iter().map(|(start, end)| (track.seconds(*start), track.seconds(*end))).collect())
}

/// One or two ranges of frames in rising order that together are a share of the song, and do not touch.
fn passages(random: &mut Random, share: f64, num_frames: usize) -> Vec<(usize, usize)> {
    let inverted = (share.clamp(0.0, 0.5) * num_frames as f64) as usize;
    let rest = num_frames - inverted;
    let of =
        |random: &mut Random, whole: usize, low: f64, high: f64| (between(random, low, high) * whole as f64) as usize;
    if random.uniform() < 0.5 {
        let start = of(random, rest, 0.0, 1.0);
        return vec![(start, start + inverted)];
    }
    let first = of(random, inverted, 0.4, 0.6);
    let start = of(random, rest, 0.0, 0.5);
    let next = start + first + of(random, rest, 0.2, 0.5);
    vec![(start, start + first), (next, next + inverted - first)]
}

fn sounding_share(track: &Track, passages: &[(usize, usize)]) -> f64 {
    passages.iter().map(|(start, end)| track.levels.sounding_share(*start, *end)).fold(1.0, f64::min)
}

/// A copy of the same spectrum that shares no waveform with the original.
fn decorrelated(track: &Track, mid: &[f64]) -> Vec<f64> {
    let mut copy = Cascade::high_pass(track.rate_hz, MADE_SIDE_HZ, 4).filtered(mid);
    for delay_s in ALL_PASS_DELAYS_S {
        let mut line = vec![0.0; track.samples(delay_s)];
        let length = line.len();
        for (n, sample) in copy.iter_mut().enumerate() {
            let delayed = line[n % length];
            let fed = *sample + ALL_PASS_GAIN * delayed;
            line[n % length] = fed;
            *sample = delayed - ALL_PASS_GAIN * fed;
        }
    }
    copy
}
