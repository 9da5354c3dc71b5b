//! Signals that are hard on a true-peak limiter, and meters to judge it by.

use ebur128::{EbuR128, Mode};
use std::f64::consts::PI;

/// A repeatable source of random numbers (xorshift64*, Vigna 2016).
pub struct Random(u64);

impl Random {
    /// Seeds must not be 0.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform in 0 … 1.
    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in `low` … `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// One of 0 … `count` − 1.
    pub fn below(&mut self, count: usize) -> usize {
        (self.uniform() * count as f64) as usize
    }
}

/// Number of kinds of [`fill`].
pub const NUM_KINDS: usize = 14;

/// Adds a stretch of one kind of signal, its samples within about ±1 before `amplitude`.
pub fn fill(kind: usize, samples: &mut [f64], amplitude: f64, rate: f64, random: &mut Random) {
    let phase = random.between(0.0, 2.0 * PI);
    let tone = |frequency: f64, phase: f64| move |n: usize| (2.0 * PI * frequency / rate * n as f64 + phase).sin();
    let num_samples = samples.len();
    let mut write = |signal: &mut dyn FnMut(usize) -> f64| {
        samples.iter_mut().enumerate().for_each(|(n, sample)| *sample += amplitude * signal(n));
    };
    match kind {
        0 => write(&mut |n| if n % 64 < 32 { 1.0 } else { -1.0 }),
        1 => write(&mut tone(rate / 4.0, PI / 4.0)),
        2 => write(&mut tone(997.0, phase)),
        3 => write(&mut tone(random.between(16e3, 20e3), phase)),
        4 => write(&mut |_| random.between(-1.0, 1.0)),
        5 => {
            // Pink: octave-spaced poles (Kellet's coefficients are not needed for a stress signal).
            let mut poles = [0.0; 8];
            write(&mut |_| {
                let white = random.between(-1.0, 1.0);
                poles
                    .iter_mut()
                    .enumerate()
                    .map(|(k, pole)| {
                        let a = 0.5f64.powi(k as i32);
                        *pole += (white - *pole) * a;
                        *pole * 0.35
                    })
                    .sum()
            });
        }
        6 => {
            let length = 1 + random.below(400);
            let start = random.below(2000);
            write(&mut |n| if (n + start) % 2400 < length { random.between(-1.0, 1.0) } else { 0.0 });
        }
        7 => {
            // Signs of a sinc: every sample at full scale pulls the point between two of them up.
            let offset = random.between(0.05, 0.95);
            let spacing = 40 + random.below(400);
            write(&mut |n| {
                let t = (n % spacing) as f64 - spacing as f64 / 2.0 + offset;
                (PI * t).sin().signum() * t.signum()
            });
        }
        8 => {
            let mut tones: [_; 6] = std::array::from_fn(|_| tone(random.between(30.0, 8e3), random.between(0.0, 6.0)));
            write(&mut |n| tones.iter_mut().map(|tone| tone(n)).sum::<f64>() / 3.0);
        }
        9 => write(&mut |n| (tone(180.0, phase)(n) * 3.0 + tone(2713.0, 1.0)(n)).clamp(-1.0, 1.0)),
        10 => {
            let spacing = 3 + random.below(900);
            write(&mut |n| {
                if n % spacing > 0 {
                    0.0
                } else if (n / spacing).is_multiple_of(2) {
                    1.0
                } else {
                    -1.0
                }
            });
        }
        11 => write(&mut |_| if random.uniform() < 0.5 { 1.0 } else { -1.0 }),
        12 => write(&mut tone(random.between(0.4, 0.4999) * rate, phase)),
        _ => {
            // A sweep from 0 Hz to up to half the sample rate.
            let slope = random.between(0.0, 0.5) * PI / num_samples as f64;
            write(&mut |n| (slope * (n * n) as f64 + phase).sin());
        }
    }
}

/// A stereo programme of random stretches of random kinds, 1 to 3 at a time, from 20 dB below to 26 dB above full scale.
pub fn programme(num_frames: usize, rate: f64, seed: u64) -> [Vec<f64>; 2] {
    let mut random = Random::new(seed);
    let mut channels = [vec![0.0; num_frames], vec![0.0; num_frames]];
    let mut start = 0;
    while start < num_frames {
        let end = (start + 100 + random.below(6000)).min(num_frames);
        for _ in 0..1 + random.below(3) {
            let kind = random.below(NUM_KINDS);
            let amplitude = 10f64.powf(random.between(-20.0, 26.0) / 20.0);
            let sides = random.below(3);
            for (side, channel) in channels.iter_mut().enumerate() {
                if sides == 2 || sides == side {
                    fill(kind, &mut channel[start..end], amplitude, rate, &mut random);
                }
            }
        }
        start = end;
    }
    channels
}

/// ITU-R BS.1770-5, annex 2, phases 0 and 1; the others are these backwards. Written out again, so that a slip in the limiter's
/// table cannot hide itself.
const PHASES: [[f64; 12]; 2] = [
    [
        0.001708984375,
        0.010986328125,
        -0.0196533203125,
        0.033203125,
        -0.0594482421875,
        0.1373291015625,
        0.97216796875,
        -0.102294921875,
        0.047607421875,
        -0.026611328125,
        0.014892578125,
        -0.00830078125,
    ],
    [
        -0.0291748046875,
        0.029296875,
        -0.0517578125,
        0.089111328125,
        -0.16650390625,
        0.465087890625,
        0.77978515625,
        -0.2003173828125,
        0.1015625,
        -0.0582275390625,
        0.0330810546875,
        -0.0189208984375,
    ],
];

/// Largest magnitude of the annex's filter and the samples themselves, in double precision.
pub fn annex_2_peak(samples: &[f32]) -> f64 {
    let largest = samples.iter().fold(0.0f64, |max, &x| max.max(f64::from(x).abs()));
    samples.windows(12).fold(largest, |max, window| {
        let mut sums = [0.0; 4];
        for (j, &x) in window.iter().enumerate() {
            let x = f64::from(x);
            sums[0] += PHASES[0][j] * x;
            sums[1] += PHASES[1][j] * x;
            sums[2] += PHASES[0][11 - j] * x;
            sums[3] += PHASES[1][11 - j] * x;
        }
        sums.into_iter().fold(max, |max, sum| max.max(sum.abs()))
    })
}

/// What the `ebur128` crate reads, the larger channel.
pub fn ebur128_peak(left: &[f32], right: &[f32], rate: f64) -> f64 {
    let mut meter = EbuR128::new(2, rate as u32, Mode::TRUE_PEAK).expect("a common rate");
    meter.add_frames_planar_f32(&[left, right]).expect("two channels");
    meter.true_peak(0).unwrap_or(0.0).max(meter.true_peak(1).unwrap_or(0.0))
}
