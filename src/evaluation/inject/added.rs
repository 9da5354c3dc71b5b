//! Faults that lie under the whole song: rumble, offset, hum and noise.

use std::f64::consts::{SQRT_2, TAU};

use crate::dsp::random::Random;
use crate::dsp::units::gain_from_db;

use super::chance::{gaussian, sign};
use super::filters::Cascade;
use super::levels::mean_power;
use super::track::{EVERYWHERE, Places, Track};

const RUMBLE_HZ: [f64; 2] = [8.0, 20.0];
/// The part of the song that rumble is compared with, Hz.
const BASS_HZ: [f64; 2] = [40.0, 80.0];
/// Filters of a few Hz take this long to come to rest, seconds.
const SETTLING_S: f64 = 1.0;
/// Multiples of the mains and their levels, dB.
const HARMONICS: [(f64, f64); 8] =
    [(1.0, 0.0), (2.0, -6.0), (3.0, -3.0), (4.0, -10.0), (5.0, -6.0), (6.0, -12.0), (8.0, -15.0), (10.0, -18.0)];

/// Noise of 8 to 20 Hz, the same in all channels; amount: its RMS re the song's 40 to 80 Hz, dB.
pub fn sub_rumble(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let rate_hz = track.rate_hz;
    let bass = Cascade::band(rate_hz, BASS_HZ[0], BASS_HZ[1], 8);
    let song: Vec<Vec<f64>> = track.channels.iter().map(|channel| bass.filtered(channel)).collect();
    let settling = track.samples(SETTLING_S);
    let shape = Cascade::high_pass(rate_hz, RUMBLE_HZ[0], 2).then(Cascade::low_pass(rate_hz, RUMBLE_HZ[1], 8));
    let rumble = shape.filtered(&gaussian(&mut Random::new(seed, 1), settling + track.num_frames()));
    add_at(track, &rumble[settling..], track.levels.rms_of(&song) * gain_from_db(amount))
}

/// A constant in all channels, of either sign; amount: re song, dB.
pub fn dc_offset(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let offset = sign(&mut Random::new(seed, 1)) * track.levels.rms * gain_from_db(amount);
    track.channels.iter_mut().flatten().for_each(|sample| *sample += offset);
    EVERYWHERE
}

/// Mains hum of 50 Hz (even seeds) or 60 Hz, the same in all channels; amount: its RMS re song, dB.
pub fn hum(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let mains_hz = if seed.is_multiple_of(2) { 50.0 } else { 60.0 };
    let mut random = Random::new(seed, 1);
    let partials = HARMONICS.map(|(multiple, level_db)| {
        (TAU * multiple * mains_hz / track.rate_hz, TAU * random.uniform(), SQRT_2 * gain_from_db(level_db))
    });
    let total = partials.iter().map(|(_, _, amplitude)| 0.5 * amplitude * amplitude).sum::<f64>().sqrt();
    let gain = track.levels.rms * gain_from_db(amount) / total;
    let at = |n: usize| {
        partials.iter().map(|(step, phase, amplitude)| amplitude * (step * n as f64 + phase).sin()).sum::<f64>()
    };
    let hum: Vec<f64> = (0..track.num_frames()).map(|n| gain * at(n)).collect();
    track.add(0, &hum);
    EVERYWHERE
}

/// White noise, another one in each channel; amount: its RMS re song, dB.
pub fn noise(track: &mut Track, amount: f64, seed: u64) -> Option<Places> {
    let rms = track.levels.rms * gain_from_db(amount);
    for (channel, stream) in track.channels.iter_mut().zip(1..) {
        let noise = gaussian(&mut Random::new(seed, stream), channel.len());
        channel.iter_mut().zip(noise).for_each(|(sample, noise)| *sample += rms * noise);
    }
    EVERYWHERE
}

fn add_at(track: &mut Track, signal: &[f64], rms: f64) -> Option<Places> {
    let gain = rms / mean_power(signal).sqrt();
    let signal: Vec<f64> = signal.iter().map(|sample| gain * sample).collect();
    track.add(0, &signal);
    EVERYWHERE
}
