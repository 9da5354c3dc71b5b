//! How high do the peaks go? True peak by four-times interpolation, and sample peak.

use ebur128::{EbuR128, Mode};

/// Streaming peak meter of one or two channels.
///
/// The interpolator is that of the ebur128 crate: 4 × 12 taps, a Hann-windowed sinc, within +0.11 and −0.44 dB of the
/// true peak of any sine (ITU-R BS.1770-5, annex 2, asks for four-times oversampling of 48 kHz). The crate
/// oversamples less from 96 kHz and not at all from 192 kHz, where Tech 3341's cases 20–23 then fail; since its filter
/// knows frequencies only as fractions of the rate, the meter runs it as at 48 kHz, whatever the rate.
pub struct TruePeakMeter {
    ebur128: EbuR128,
    num_channels: usize,
}

const NOMINAL_RATE_HZ: u32 = 48_000;

impl TruePeakMeter {
    /// A meter of `num_channels`, 1 or 2.
    pub fn new(num_channels: usize) -> Self {
        let ebur128 = EbuR128::new(num_channels as u32, NOMINAL_RATE_HZ, Mode::TRUE_PEAK | Mode::SAMPLE_PEAK)
            .expect("one or two channels at 48 kHz are within what the crate takes");
        Self { ebur128, num_channels }
    }

    /// Hears one slice per channel, all of one length; `(true peak, sample peak)` among them, linear. The true peak
    /// is never below the sample peak.
    pub fn process(&mut self, channels: &[&[f32]]) -> (f64, f64) {
        if channels[0].is_empty() {
            return (0.0, 0.0);
        }
        self.ebur128.add_frames_planar_f32(channels).expect("as many channels as at construction");
        (0..self.num_channels as u32).fold((0.0, 0.0), |(true_peak, sample_peak): (f64, f64), channel| {
            let sample = self.ebur128.prev_sample_peak(channel).unwrap_or(0.0);
            let interpolated = self.ebur128.prev_true_peak(channel).unwrap_or(0.0);
            (true_peak.max(interpolated).max(sample), sample_peak.max(sample))
        })
    }

    /// As new.
    pub fn reset(&mut self) {
        self.ebur128.reset();
    }
}
