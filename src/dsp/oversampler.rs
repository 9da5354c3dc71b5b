//! Linear-phase oversampling by two or four, for what bends the waveform.

use std::f64::consts::PI;

use wide::f64x2;

use super::window::{kaiser, sinc};

/// Stop-band attenuation of every filter, dB.
const ATTENUATION_DB: f64 = 100.0;
/// Edges of the transition over the base rate: 20 and 24 kHz at 48 kHz. Nothing folds back below the upper one.
const PASS_EDGE: f64 = 20.0 / 48.0;
const STOP_EDGE: f64 = 0.5;

/// How many samples stand for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// Two.
    Two,
    /// Four.
    Four,
}

/// Raises the rate of a stereo pair, lets a function work there, and comes back.
///
/// The delay of the round trip is a whole number of samples at the base rate, so that the untouched signal can be
/// added to a processed residual exactly.
#[derive(Clone, Debug)]
pub struct Oversampler {
    factor: Factor,
    outer: Stage,
    inner: Stage,
    /// One sample at twice the rate, which makes the delay of the inner stage whole.
    held: f64x2,
}

impl Oversampler {
    /// Allocates the filters. The rate does not matter: everything scales with it.
    pub fn new(factor: Factor) -> Self {
        Self {
            factor,
            // At twice the rate the transition is the one wanted.
            outer: Stage::new(PASS_EDGE / 2.0, STOP_EDGE / 2.0),
            // At four times the rate only the images around twice the rate are left: a wide half-band.
            inner: Stage::new(STOP_EDGE / 4.0, 0.5 - STOP_EDGE / 4.0),
            held: f64x2::splat(0.0),
        }
    }

    /// Passes frames through `shape` at the raised rate, in place. Real-time safe.
    pub fn process(&mut self, frames: &mut [f64x2], mut shape: impl FnMut(f64x2) -> f64x2) {
        for frame in frames {
            let doubled = self.outer.up(*frame);
            let back = match self.factor {
                Factor::Two => doubled.map(&mut shape),
                Factor::Four => {
                    let [first, second] = doubled.map(|sample| {
                        let quadrupled = self.inner.up(sample).map(&mut shape);
                        self.inner.down(quadrupled)
                    });
                    [std::mem::replace(&mut self.held, second), first]
                }
            };
            *frame = self.outer.down(back);
        }
    }

    /// Delay of the round trip at the base rate.
    pub fn latency_samples(&self) -> usize {
        match self.factor {
            Factor::Two => self.outer.order / 2,
            Factor::Four => (self.outer.order + self.inner.order / 2).div_ceil(2),
        }
    }

    /// Back to the state of a new one.
    pub fn reset(&mut self) {
        self.outer.reset();
        self.inner.reset();
        self.held = f64x2::splat(0.0);
    }
}

/// Doubling and halving with the same filter.
#[derive(Clone, Debug)]
struct Stage {
    order: usize,
    /// The filter's even and odd taps.
    taps: [Vec<f64>; 2],
    up: History,
    down: [History; 2],
}

impl Stage {
    /// A low-pass with its edges given over the raised rate.
    fn new(pass_edge: f64, stop_edge: f64) -> Self {
        let taps = kaiser_low_pass(pass_edge, stop_edge);
        let order = taps.len() - 1;
        let phase = |first: usize| -> Vec<f64> { taps.iter().skip(first).step_by(2).copied().collect() };
        let phases = [phase(0), phase(1)];
        let length = phases[0].len();
        Self { order, taps: phases, up: History::new(length), down: [History::new(length), History::new(length + 1)] }
    }

    fn up(&mut self, sample: f64x2) -> [f64x2; 2] {
        let two = f64x2::splat(2.0);
        self.up.push(sample);
        [two * self.up.filter(&self.taps[0], 0), two * self.up.filter(&self.taps[1], 0)]
    }

    fn down(&mut self, samples: [f64x2; 2]) -> f64x2 {
        self.down[0].push(samples[0]);
        self.down[1].push(samples[1]);
        // The output belongs to the first of the two, so the second counts from the next pair on.
        self.down[0].filter(&self.taps[0], 0) + self.down[1].filter(&self.taps[1], 1)
    }

    fn reset(&mut self) {
        self.up.reset();
        self.down.iter_mut().for_each(History::reset);
    }
}

/// The last frames, newest first, always in one piece: every frame is stored twice, a length apart.
#[derive(Clone, Debug)]
struct History {
    frames: Vec<f64x2>,
    newest: usize,
}

impl History {
    fn new(length: usize) -> Self {
        Self { frames: vec![f64x2::splat(0.0); 2 * length], newest: 0 }
    }

    fn push(&mut self, frame: f64x2) {
        let length = self.frames.len() / 2;
        self.newest = if self.newest == 0 { length - 1 } else { self.newest - 1 };
        self.frames[self.newest] = frame;
        self.frames[self.newest + length] = frame;
    }

    fn filter(&self, taps: &[f64], delay: usize) -> f64x2 {
        let frames = &self.frames[self.newest + delay..][..taps.len()];
        // Two sums, so that an addition need not wait for the one before.
        let mut sums = [f64x2::splat(0.0); 2];
        for (frames, taps) in frames.chunks(2).zip(taps.chunks(2)) {
            for ((sum, frame), tap) in sums.iter_mut().zip(frames).zip(taps) {
                *sum += *frame * f64x2::splat(*tap);
            }
        }
        sums[0] + sums[1]
    }

    fn reset(&mut self) {
        self.frames.fill(f64x2::splat(0.0));
        self.newest = 0;
    }
}

/// Windowed sinc of even order and unit gain at 0 Hz (Kaiser's formulas: Oppenheim and Schafer, *Discrete-Time Signal
/// Processing*, section 7.5.3). The order is twice an odd number, which makes the delay of a round trip whole.
fn kaiser_low_pass(pass_edge: f64, stop_edge: f64) -> Vec<f64> {
    let beta = 0.1102 * (ATTENUATION_DB - 8.7);
    let least = (ATTENUATION_DB - 7.95) / (2.285 * 2.0 * PI * (stop_edge - pass_edge));
    let order = (least / 2.0).ceil() as usize;
    let order = 2 * (order + usize::from(order.is_multiple_of(2)));
    let (cutoff, middle) = (pass_edge + stop_edge, order as f64 / 2.0);
    let mut taps: Vec<f64> = (0..=order)
        .map(|n| {
            let t = n as f64 - middle;
            cutoff * sinc(cutoff * t) * kaiser(t / (middle + 1e-9), beta)
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::sine;

    const RATE: f64 = 48_000.0;

    fn round_trip(factor: Factor, input: &[f64], shape: impl FnMut(f64x2) -> f64x2) -> Vec<f64> {
        let mut frames: Vec<f64x2> = input.iter().map(|x| f64x2::splat(*x)).collect();
        Oversampler::new(factor).process(&mut frames, shape);
        frames.iter().map(|frame| frame.to_array()[0]).collect()
    }

    /// Amplitude of a frequency in the samples after 4800.
    fn amplitude(samples: &[f64], frequency_hz: f64) -> f64 {
        let step = std::f64::consts::TAU * frequency_hz / RATE;
        let (mut re, mut im) = (0.0, 0.0);
        let settled = &samples[4800..];
        for (n, x) in settled.iter().enumerate() {
            // Hann window: lines next to a strong tone stay visible.
            let window = 1.0 - (std::f64::consts::TAU * (n as f64 + 0.5) / settled.len() as f64).cos();
            re += window * x * (step * n as f64).cos();
            im += window * x * (step * n as f64).sin();
        }
        2.0 * re.hypot(im) / settled.len() as f64
    }

    #[test]
    fn an_impulse_comes_back_whole_samples_later() {
        for (factor, latency) in [(Factor::Two, 77), (Factor::Four, 84)] {
            assert_eq!(Oversampler::new(factor).latency_samples(), latency);
            let mut input = vec![0.0; 400];
            input[10] = 1.0;
            let output = round_trip(factor, &input, |x| x);
            let centre = 10 + latency;
            assert!((0..80).all(|n| (output[centre + n] - output[centre - n]).abs() < 1e-12));
            assert!(output[centre] > 0.9);
        }
    }

    #[test]
    fn the_round_trip_is_flat_to_20_khz() {
        for factor in [Factor::Two, Factor::Four] {
            let latency = Oversampler::new(factor).latency_samples();
            for frequency_hz in [20.0, 1000.0, 10_000.0, 15_000.0, 18_000.0, 20_000.0] {
                let input = sine(frequency_hz, 1.0, 9600, RATE);
                let output = round_trip(factor, &input, |x| x);
                let worst = (4800..9600).map(|n| (output[n] - input[n - latency]).abs()).fold(0.0, f64::max);
                assert!(worst < 5e-5, "{factor:?} {frequency_hz}: {worst}");
            }
        }
    }

    #[test]
    fn images_and_aliases_are_100_db_down() {
        // A tone moved to 4 kHz short of a multiple of the raised rates would fold to 4 kHz if it were not removed.
        for (factor, rate) in [(Factor::Two, 2.0), (Factor::Four, 4.0)] {
            for target_hz in [24_000.0, 30_000.0, 44_000.0, 67_000.0, 92_000.0_f64] {
                if target_hz > rate * RATE / 2.0 {
                    continue;
                }
                let step = std::f64::consts::TAU * target_hz / (rate * RATE);
                let mut n = 0.0;
                let output = round_trip(factor, &vec![0.0; 14_400], |_| {
                    n += 1.0;
                    f64x2::splat((step * n).sin())
                });
                let peak = output[4800..].iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
                assert!(peak < 1.05e-5, "{factor:?} {target_hz}: {} dB", 20.0 * peak.log10());
            }
        }
        // Images of a base-band tone at the raised rate.
        for (factor, rate) in [(Factor::Two, 2.0), (Factor::Four, 4.0)] {
            let mut raised = Vec::new();
            round_trip(factor, &sine(9_000.0, 1.0, 14_400, RATE), |x| {
                raised.push(x.to_array()[0]);
                x
            });
            for image_hz in [39_000.0, 57_000.0, 87_000.0_f64] {
                if image_hz < rate * RATE / 2.0 {
                    let level = amplitude(&raised, image_hz / rate);
                    assert!(level < 1.05e-5, "{factor:?} {image_hz}: {} dB", 20.0 * level.log10());
                }
            }
        }
    }
}
