//! Faults of dynamics: too little of them, and too much.

use crate::chain::settings::LimiterStyle;
use crate::chain::{Chain, Settings};
use crate::dsp::units::{db_from_gain, db_from_power, gain_from_db};

use super::track::{EVERYWHERE, Places, Track};

const CEILING_DBTP: f64 = -0.3;

const RMS_WINDOW_S: f64 = 0.005;
const ATTACK_S: f64 = 0.001;
const RELEASE_S: f64 = 0.060;
const RATIO: f64 = 10.0;
const KNEE_DB: f64 = 6.0;

/// Gains of expansion are told this often and over this window, seconds.
const EXPANSION_HOP_S: f64 = 0.01;
const EXPANSION_WINDOW_S: f64 = 3.0;
/// Level changes of so many decibels are made larger by as many as the amount.
const EXPANSION_PER_DB: f64 = 10.0;
/// Passages that are turned down: begin and end, shares of the song.
const LOWERED: [(f64, f64); 2] = [(0.0, 0.25), (0.55, 0.70)];
const RAMP_S: f64 = 1.0;
/// Under anything that counts, so that silence has a level, dB.
const FLOOR_DB: f64 = -200.0;

/// Discern's limiter at −0.3 dBTP in style *loud*; amount: by how much the song's sample peak is over that, dB.
pub fn over_limited(track: &mut Track, amount: f64) -> Option<Places> {
    // Before the chain, since the limiter's own gain ends at 24 dB.
    track.scale(gain_from_db(CEILING_DBTP + amount) / track.peak());
    let mut settings = Settings::default();
    settings.limiter.ceiling_dbtp = CEILING_DBTP;
    settings.limiter.style = LimiterStyle::Loud;
    let mut chain = Chain::new(track.rate_hz, settings.latency_mode);
    chain.set(&settings);
    let latency = chain.latency_samples();
    let padded = |channel: &Vec<f64>| -> Vec<f32> {
        channel.iter().map(|sample| *sample as f32).chain(std::iter::repeat_n(0.0, latency)).collect()
    };
    let last = track.channels.len() - 1;
    let (mut left, mut right) = (padded(&track.channels[0]), padded(&track.channels[last]));
    chain.process(&mut left, &mut right);
    for (channel, limited) in track.channels.iter_mut().zip([left, right]) {
        *channel = limited[latency..].iter().map(|sample| f64::from(*sample)).collect();
    }
    EVERYWHERE
}

/// A fast compressor of 10:1 at the song's level, its peaks not over the old ones; amount: by how much its threshold is
/// below the song's RMS, dB.
pub fn over_compressed(track: &mut Track, amount: f64) -> Option<Places> {
    let old_peak = track.peak();
    let threshold_db = db_from_gain(track.levels.rms) - amount;
    let glide = |seconds: f64| (-1.0 / (seconds * track.rate_hz)).exp();
    let (attack, release) = (glide(ATTACK_S), glide(RELEASE_S));
    let mut gain_db = 0.0;
    // Centred, so that the compressor hears an attack half a window ahead; behind it, it would raise the crest factor.
    let gains: Vec<f64> = centred_means(&frame_powers(track), track.samples(RMS_WINDOW_S))
        .into_iter()
        .map(|power| {
            let wanted_db = compressed_db(db_from_power(power).max(FLOOR_DB) - threshold_db);
            let glide = if wanted_db < gain_db { attack } else { release };
            gain_db = wanted_db + glide * (gain_db - wanted_db);
            gain_from_db(gain_db)
        })
        .collect();
    track.scale_each(&gains);
    track.scale(track.levels.rms / track.levels.rms_of(&track.channels));
    track.scale((old_peak / track.peak()).min(1.0));
    EVERYWHERE
}

/// Slow expansion, and two passages turned down; amount: the expansion of 10 dB and the step of the passages, dB.
pub fn too_dynamic(track: &mut Track, amount: f64) -> Option<Places> {
    let hop = track.samples(EXPANSION_HOP_S);
    let song_db = db_from_gain(track.levels.rms);
    let mean = |powers: &[f64]| powers.iter().sum::<f64>() / powers.len() as f64;
    let hops: Vec<f64> = frame_powers(track).chunks(hop).map(mean).collect();
    let expansion_db: Vec<f64> = centred_means(&hops, (EXPANSION_WINDOW_S / EXPANSION_HOP_S) as usize)
        .into_iter()
        .map(|power| {
            let over_db = db_from_power(power).max(FLOOR_DB) - song_db;
            (amount / EXPANSION_PER_DB * over_db).clamp(-amount, 0.5 * amount)
        })
        .collect();
    let gains: Vec<f64> = (0..track.num_frames())
        .map(|n| {
            let lowered_db = -amount * lowered(track.seconds(n), track.duration_s());
            gain_from_db(between_hops(&expansion_db, n, hop) + lowered_db)
        })
        .collect();
    track.scale_each(&gains);
    EVERYWHERE
}

/// Static curve: gain for a level over the threshold, dB.
fn compressed_db(over_db: f64) -> f64 {
    let slope = 1.0 / RATIO - 1.0;
    let into_knee_db = over_db + 0.5 * KNEE_DB;
    if into_knee_db <= 0.0 {
        0.0
    } else if into_knee_db < KNEE_DB {
        slope * into_knee_db * into_knee_db / (2.0 * KNEE_DB)
    } else {
        slope * over_db
    }
}

/// Mean power of the channels, frame by frame.
fn frame_powers(track: &Track) -> Vec<f64> {
    let frame = |n: usize| track.channels.iter().map(|channel| channel[n] * channel[n]).sum::<f64>();
    (0..track.num_frames()).map(|n| frame(n) / track.channels.len() as f64).collect()
}

/// Means over windows of `length` values centred on each, over what there is of them at both ends.
fn centred_means(values: &[f64], length: usize) -> Vec<f64> {
    let mut sums = vec![0.0];
    sums.extend(values.iter().scan(0.0, |sum, value| {
        *sum += value;
        Some(*sum)
    }));
    let window = |idx: usize| (idx.saturating_sub(length / 2), (idx + length.div_ceil(2)).min(values.len()));
    let mean = |(start, end): (usize, usize)| (sums[end] - sums[start]).max(0.0) / (end - start) as f64;
    (0..values.len()).map(window).map(mean).collect()
}

/// Linear between the middles of hops.
fn between_hops(values: &[f64], frame: usize, hop: usize) -> f64 {
    let place = ((frame as f64 + 0.5) / hop as f64 - 0.5).clamp(0.0, (values.len() - 1) as f64);
    let below = place as usize;
    let above = (below + 1).min(values.len() - 1);
    values[below] + (place - below as f64) * (values[above] - values[below])
}

/// 1 in the passages that are turned down, 0 outside, ramps of 1 s centred on their bounds.
fn lowered(time_s: f64, duration_s: f64) -> f64 {
    let past = |share: f64| {
        let bound_s = share * duration_s;
        // The song begins low, it does not ramp down.
        if share == 0.0 { 1.0 } else { ((time_s - bound_s) / RAMP_S + 0.5).clamp(0.0, 1.0) }
    };
    LOWERED.iter().map(|(begin, end)| past(*begin) - past(*end)).sum()
}
