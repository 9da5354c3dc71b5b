//! What each style of the limiter sounds like: windows and times.

use crate::chain::settings::LimiterStyle;

/// Shape of the gain curve of one style.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Lengths of the three boxes that round the gain curve, in samples of a 48 kHz stream.
    pub box_samples: [usize; 3],
    /// How long a peak keeps the gain down after it. Half a period of the lowest note or more, and that note's waves find a
    /// gain that stands still: no distortion.
    pub hold_s: f64,
    /// Time constant of the first part of the recovery, down to the slow one's level.
    pub fast_release_s: f64,
    /// Time constant of the recovery from lasting reduction.
    pub slow_release_s: f64,
    /// How fast lasting reduction counts as lasting.
    pub slow_attack_s: f64,
}

impl Shape {
    /// The shape for the modes with time to look ahead, chunks of 16. Found by measurement (`cargo xtask peers`): no more
    /// distortion, at the least loss of loudness, than the bars of `product.md` section 2 and `dsp.md` section 10 allow.
    pub fn standard(style: LimiterStyle) -> Self {
        match style {
            LimiterStyle::Clean => Self {
                box_samples: [48, 48, 48],
                hold_s: 0.0125,
                fast_release_s: 0.001,
                slow_release_s: 0.015,
                slow_attack_s: 0.02,
            },
            LimiterStyle::Balanced => Self {
                box_samples: [32, 32, 32],
                hold_s: 0.0075,
                fast_release_s: 0.001,
                slow_release_s: 0.015,
                slow_attack_s: 0.02,
            },
            LimiterStyle::Loud => Self {
                box_samples: [16, 32, 32],
                hold_s: 0.0035,
                fast_release_s: 0.001,
                slow_release_s: 0.015,
                slow_attack_s: 0.02,
            },
        }
    }

    /// The shape for tracking, chunks of 8: the same holds and times, 32 samples to look ahead.
    pub fn tracking(style: LimiterStyle) -> Self {
        Self { box_samples: [8, 8, 16], ..Self::standard(style) }
    }

    /// Lengths of the boxes at `sample_rate_hz`: the same milliseconds, in whole chunks of `chunk` samples.
    pub fn box_chunks(&self, sample_rate_hz: f64, chunk: usize) -> [usize; 3] {
        let chunks_per_sample = sample_rate_hz / 48_000.0 / chunk as f64;
        self.box_samples.map(|samples| ((samples as f64 * chunks_per_sample).round() as usize).max(1))
    }
}
