//! A whole recording at another sample rate.

use super::window::kaiser_sinc;

/// Zero crossings of the kernel on each side.
const HALF_WIDTH: f64 = 32.0;
/// Kaiser shape: about 100 dB of rejection.
const BETA: f64 = 10.0;
/// The pass band ends here, as a share of the lower of the two Nyquist frequencies; the kernel's transition fills the rest.
const PASS: f64 = 0.91;
/// Steps of the kernel's table per zero crossing; between them it is interpolated, which is good for −100 dB.
const STEPS: usize = 512;

/// The samples at `to_hz`, by a windowed sinc (Smith, *Digital Audio Resampling*); as they are where the rates agree.
///
/// Flat to 0.8 of the lower Nyquist frequency, aliases and images below −80 dB. For recordings, not for streams.
pub fn resample(samples: &[f32], from_hz: f64, to_hz: f64) -> Vec<f32> {
    if from_hz == to_hz || samples.is_empty() {
        return samples.to_vec();
    }
    let ratio = to_hz / from_hz;
    // Cut-off in cycles per input sample, times two.
    let cutoff = PASS * ratio.min(1.0);
    let reach = HALF_WIDTH / cutoff;
    let table: Vec<f64> = (0..=HALF_WIDTH as usize * STEPS + 1)
        .map(|i| cutoff * kaiser_sinc(i as f64 / STEPS as f64, HALF_WIDTH, BETA))
        .collect();
    let weight = |distance: f64| {
        let at = distance.abs() * cutoff * STEPS as f64;
        let (idx, share) = (at as usize, at.fract());
        match table.get(idx..idx + 2) {
            Some(pair) => pair[0] + share * (pair[1] - pair[0]),
            None => 0.0,
        }
    };
    let num_frames = (samples.len() as f64 * ratio).round() as usize;
    (0..num_frames)
        .map(|frame| {
            let at = frame as f64 / ratio;
            let first = (at - reach).ceil().max(0.0) as usize;
            let last = ((at + reach).floor() as usize).min(samples.len() - 1);
            let near = samples.get(first..=last).unwrap_or_default().iter().enumerate();
            near.map(|(idx, sample)| f64::from(*sample) * weight((first + idx) as f64 - at)).sum::<f64>() as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::sine;

    fn tone(frequency_hz: f64, rate_hz: f64) -> Vec<f32> {
        sine(frequency_hz, 0.5, rate_hz as usize / 2, rate_hz).iter().map(|x| *x as f32).collect()
    }

    /// Largest difference in the middle, dB.
    fn error_db(a: &[f32], b: &[f32]) -> f64 {
        let middle = a.len() / 4..a.len() * 3 / 4;
        let worst = a[middle.clone()].iter().zip(&b[middle]).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
        20.0 * worst.log10()
    }

    #[test]
    fn tones_are_the_same_at_another_rate() {
        for (from_hz, to_hz) in
            [(44_100.0, 48_000.0), (48_000.0, 44_100.0), (96_000.0, 48_000.0), (44_100.0, 192_000.0)]
        {
            for frequency_hz in [100.0, 1000.0, 15_000.0] {
                let made = resample(&tone(frequency_hz, from_hz), from_hz, to_hz);
                let wanted = tone(frequency_hz, to_hz);
                assert!(made.len().abs_diff(wanted.len()) <= 1);
                let error_db = error_db(&made[..wanted.len().min(made.len())], &wanted);
                assert!(error_db < -75.0, "{frequency_hz} Hz, {from_hz} to {to_hz}: {error_db:.1} dB");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        let made = resample(&tone(30_000.0, 96_000.0), 96_000.0, 48_000.0);
        let worst = made[4000..20_000].iter().fold(0f32, |worst, x| worst.max(x.abs()));
        assert!(worst < 1e-4, "{worst}");
    }

    #[test]
    fn nothing_comes_of_nothing() {
        assert!(resample(&[], 44_100.0, 48_000.0).is_empty());
        assert_eq!(resample(&[1.0], 48_000.0, 48_000.0), [1.0]);
    }
}
