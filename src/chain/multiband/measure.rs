//! Measures for the tests of the dynamics stages.

use std::f64::consts::TAU;
use std::ops::Range;

/// A stage under test.
pub trait Stage {
    /// Processes in place.
    fn run(&mut self, left: &mut [f64], right: &mut [f64]);
}

/// A stereo signal.
pub type Stereo = [Vec<f64>; 2];

/// Both channels alike.
pub fn both(signal: Vec<f64>) -> Stereo {
    [signal.clone(), signal]
}

/// What happens to a stage before a frame.
pub type Event<'a, S> = (usize, &'a mut dyn FnMut(&mut S));

/// What comes out for `input` in blocks whose lengths `blocks` repeats.
pub fn render<S: Stage>(stage: &mut S, input: &Stereo, blocks: &[usize], event: Option<Event<S>>) -> Stereo {
    let mut output = input.clone();
    let (mut done, num_frames) = (0, input[0].len());
    let mut lengths = blocks.iter().cycle();
    let (change_frame, mut change) = event.map_or((usize::MAX, None), |(frame, change)| (frame, Some(change)));
    while done < num_frames {
        if done == change_frame
            && let Some(change) = change.take()
        {
            change(stage);
        }
        let mut end = (done + lengths.next().copied().unwrap_or(512)).min(num_frames);
        if done < change_frame {
            end = end.min(change_frame);
        }
        let [left, right] = &mut output;
        stage.run(&mut left[done..end], &mut right[done..end]);
        done = end;
    }
    output
}

/// Amplitude of a sine in samples that hold a whole number of its periods.
pub fn amplitude(samples: &[f64], frequency_hz: f64, rate: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, x) in samples.iter().enumerate() {
        let (sin, cos) = (TAU * frequency_hz / rate * n as f64).sin_cos();
        (re, im) = (re + x * cos, im + x * sin);
    }
    2.0 * re.hypot(im) / samples.len() as f64
}

/// Harmonics 2–20 over the fundamental, dB, in samples that hold a whole number of its periods.
pub fn thd_db(samples: &[f64], frequency_hz: f64, rate: f64) -> f64 {
    let harmonics = (2..=20).map(|n| f64::from(n) * frequency_hz).filter(|frequency| *frequency < 0.45 * rate);
    let power: f64 = harmonics.map(|frequency| amplitude(samples, frequency, rate).powi(2)).sum();
    10.0 * (power / amplitude(samples, frequency_hz, rate).powi(2)).log10()
}

fn transform(samples: &mut [[f64; 2]]) {
    let num = samples.len();
    let bits = num.trailing_zeros();
    for n in 0..num {
        let mirrored = n.reverse_bits() >> (usize::BITS - bits);
        if mirrored > n {
            samples.swap(n, mirrored);
        }
    }
    let mut half = 1;
    while half < num {
        for k in 0..half {
            let (sin, cos) = (-std::f64::consts::PI * k as f64 / half as f64).sin_cos();
            for start in (k..num).step_by(2 * half) {
                let ([a, b], [c, d]) = (samples[start], samples[start + half]);
                let (re, im) = (c * cos - d * sin, c * sin + d * cos);
                samples[start] = [a + re, b + im];
                samples[start + half] = [a - re, b - im];
            }
        }
        half *= 2;
    }
}

/// Loudest line outside a range of frequencies, dBFS (a full-scale sine reads 0), of the newest power of two of
/// samples under a Blackman-Harris window.
pub fn loudest_line_outside_dbfs(samples: &[f64], rate: f64, inside: Range<f64>) -> f64 {
    let num = (samples.len() + 1).next_power_of_two() / 2;
    let window = |n: usize| {
        let phase = TAU * n as f64 / num as f64;
        0.35875 - 0.48829 * phase.cos() + 0.14128 * (2.0 * phase).cos() - 0.01168 * (3.0 * phase).cos()
    };
    let newest = &samples[samples.len() - num..];
    let mut lines: Vec<[f64; 2]> = newest.iter().enumerate().map(|(n, x)| [window(n) * x, 0.0]).collect();
    transform(&mut lines);
    let outside = (0..num / 2).filter(|bin| !inside.contains(&(*bin as f64 * rate / num as f64)));
    let loudest = outside.map(|bin| lines[bin][0].hypot(lines[bin][1])).fold(1e-30, f64::max);
    20.0 * (loudest * 2.0 / (num as f64 * 0.35875)).log10()
}

/// Samples from `start` until the gain has gone 63 % of its way from the one before to the one it comes to rest at, in
/// dB; gains are read where `input` is not near 0.
pub fn samples_to_63_percent(input: &[f64], output: &[f64], start: usize) -> f64 {
    let gains: Vec<(usize, f64)> = (0..input.len())
        .filter(|&n| input[n].abs() > 1e-6)
        .map(|n| (n, 20.0 * (output[n] / input[n]).abs().log10()))
        .collect();
    let first = gains.iter().rev().find(|(n, _)| *n < start).map_or(0.0, |(_, gain)| *gain);
    let last = gains.last().map_or(0.0, |(_, gain)| *gain);
    let goal = first + (1.0 - (-1f64).exp()) * (last - first);
    let has_passed = |gain: f64| if last > first { gain >= goal } else { gain <= goal };
    gains.iter().find(|(n, gain)| *n >= start && has_passed(*gain)).map_or(f64::NAN, |(n, _)| (n + 1 - start) as f64)
}
