//! Signals that are no music: noise, tones, silence, clicks.

use std::f64::consts::TAU;

use crate::assistant::{Brief, VerdictKind};
use crate::audio_file::AudioFile;
use crate::dsp::signals::{pink_noise, sine, white_noise};

use super::record::Foreign;
use super::sound::Heard;

const RATE_HZ: u32 = 44_100;
const SECONDS: usize = 20;
const NUM_FRAMES: usize = SECONDS * RATE_HZ as usize;
const LEVEL: f64 = 0.1;
/// The sweep, Hz.
const SWEEP_HZ: [f64; 2] = [20.0, 20_000.0];

/// All of them, heard and judged.
pub fn judge_all(brief: &Brief) -> Vec<Foreign> {
    signals().into_iter().map(|(name, channels)| judge(name, channels, brief)).collect()
}

fn judge(name: &str, [left, right]: [Vec<f64>; 2], brief: &Brief) -> Foreign {
    let single = |channel: Vec<f64>| channel.into_iter().map(|sample| sample as f32).collect();
    let audio = AudioFile { sample_rate_hz: RATE_HZ, channels: vec![single(left), single(right)], source: None };
    let kind = Heard::of(&audio, brief).report.verdict.kind;
    Foreign { name: name.to_owned(), verdict: kind.key().to_owned(), abstains: is_abstention(kind) }
}

/// Whether nothing is judged.
pub fn is_abstention(kind: VerdictKind) -> bool {
    matches!(kind, VerdictKind::OutsideScope | VerdictKind::NotEnoughHeard)
}

fn signals() -> Vec<(&'static str, [Vec<f64>; 2])> {
    let rate_hz = f64::from(RATE_HZ);
    let both = |channel: Vec<f64>| [channel.clone(), channel];
    let tone = |hz: f64| sine(hz, LEVEL, NUM_FRAMES, rate_hz);
    let two_tones = tone(220.0).iter().zip(tone(3_100.0)).map(|(low, high)| low + high).collect();
    let clicks = (0..NUM_FRAMES).map(|n| if n.is_multiple_of(RATE_HZ as usize / 4) { 0.5 } else { 0.0 }).collect();
    vec![
        ("white noise", [1, 2].map(|seed| white_noise(seed, LEVEL, NUM_FRAMES))),
        ("pink noise", [1, 2].map(|seed| pink_noise(seed, LEVEL, NUM_FRAMES))),
        ("brown noise", [1, 2].map(brown_noise)),
        ("sine of 1 kHz", both(tone(1_000.0))),
        ("two tones", both(two_tones)),
        ("sweep", both(sweep())),
        ("silence", both(vec![0.0; NUM_FRAMES])),
        ("clicks four times a second", both(clicks)),
    ]
}

/// Noise that falls by 6 dB per octave above a few Hz.
fn brown_noise(seed: u64) -> Vec<f64> {
    const LEAK: f64 = 0.999;
    let mut sum = 0.0;
    let step = |white: f64| {
        sum = LEAK * sum + white;
        sum
    };
    white_noise(seed, LEVEL / 10.0, NUM_FRAMES).into_iter().map(step).collect()
}

/// Every octave takes the same time.
fn sweep() -> Vec<f64> {
    let ratio = (SWEEP_HZ[1] / SWEEP_HZ[0]).ln() / SECONDS as f64;
    let phase = |time_s: f64| TAU * SWEEP_HZ[0] / ratio * ((ratio * time_s).exp() - 1.0);
    (0..NUM_FRAMES).map(|n| LEVEL * phase(n as f64 / f64::from(RATE_HZ)).sin()).collect()
}
