//! The static curve of a compressor: what a level does to the gain once everything has settled.

use wide::f64x2;

/// A bend at a threshold, downward (less gain above it), upward (more gain below it) or something between the two.
///
/// Giannoulis, Massberg, Reiss, *Digital Dynamic Range Compressor Design*, JAES 60(6) 2012, equation 4; upward is the
/// same curve turned over at the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainCurve {
    /// Middle of the bend, dB.
    pub threshold_db: f64,
    /// Change of gain per change of level beyond the bend, 0 (nothing happens) – 1 (the output stands still).
    pub slope: f64,
    /// Width of the bend, dB, ≥ 0.
    pub knee_db: f64,
    /// Largest change of gain, dB, ≥ 0.
    pub range_db: f64,
    /// 1 for downward, −1 for upward; values between blend without a jump.
    pub sign: f64,
}

/// Slope of a ratio ≥ 1 (input change over output change).
pub fn slope_from_ratio(ratio: f64) -> f64 {
    1.0 - 1.0 / ratio.max(1.0)
}

impl GainCurve {
    /// Ready for use on every sample.
    #[inline(always)]
    pub fn prepare(&self) -> PreparedCurve {
        PreparedCurve {
            threshold: f64x2::splat(self.threshold_db),
            half_slope: f64x2::splat(0.5 * self.slope),
            half_knee: f64x2::splat(0.5 * self.knee_db),
            knee: f64x2::splat(self.knee_db),
            // A knee of nothing divides by almost nothing what is exactly nothing.
            inverse_knee: f64x2::splat(1.0 / self.knee_db.max(1e-9)),
            range: f64x2::splat(self.range_db),
            sign: f64x2::splat(self.sign),
        }
    }

    /// Change of gain for a level, both in finite dB. Falls with the level; 0 with slope 0.
    pub fn gain_at_db(&self, level_db: f64) -> f64 {
        self.prepare().gain_db(f64x2::splat(level_db)).to_array()[0]
    }
}

/// A [`GainCurve`] with what does not depend on the level worked out.
#[derive(Clone, Copy, Debug)]
pub struct PreparedCurve {
    threshold: f64x2,
    half_slope: f64x2,
    half_knee: f64x2,
    knee: f64x2,
    inverse_knee: f64x2,
    range: f64x2,
    sign: f64x2,
}

impl PreparedCurve {
    /// Change of level beyond the threshold that does not reach the output, before the range; ≥ 0.
    #[inline(always)]
    fn change_db(&self, over: f64x2) -> f64x2 {
        // Once above the bend, the part inside adds half a knee and the part beyond what is missing.
        let above_start = (over + self.half_knee).fast_max(f64x2::splat(0.0));
        let inside = above_start.fast_min(self.knee);
        let beyond = above_start - inside;
        self.half_slope * (inside * inside * self.inverse_knee + (beyond + beyond))
    }

    /// [`GainCurve::gain_at_db`] for a pair of levels.
    #[inline(always)]
    pub fn gain_db(&self, level_db: f64x2) -> f64x2 {
        -self.sign * self.change_db(self.sign * (level_db - self.threshold)).fast_min(self.range)
    }

    /// The reduction of a downward curve without a range, ≥ 0, for a pair of levels.
    #[inline(always)]
    pub fn reduction_db(&self, level_db: f64x2) -> f64x2 {
        self.change_db(level_db - self.threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: GainCurve =
        GainCurve { threshold_db: -20.0, slope: 0.75, knee_db: 10.0, range_db: f64::MAX, sign: 1.0 };

    #[test]
    fn follows_the_formula_of_the_paper() {
        for n in -800..100 {
            let (x, t, w, r) = (f64::from(n) * 0.1, -20.0, 10.0, 4.0);
            let over: f64 = x - t;
            let y = if 2.0 * over < -w {
                x
            } else if 2.0 * over.abs() <= w {
                x + (1.0 / r - 1.0) * (over + w / 2.0).powi(2) / (2.0 * w)
            } else {
                t + over / r
            };
            assert!((DOWN.gain_at_db(x) - (y - x)).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn a_hard_bend_is_hard() {
        let hard = GainCurve { knee_db: 0.0, slope: slope_from_ratio(2.0), ..DOWN };
        assert_eq!(hard.gain_at_db(-20.0), 0.0);
        assert!((hard.gain_at_db(-14.0) + 3.0).abs() < 1e-8);
    }

    #[test]
    fn upward_is_downward_turned_over_and_the_range_holds() {
        let up = GainCurve { sign: -1.0, range_db: 6.0, ..DOWN };
        for n in -300..300 {
            let distance = f64::from(n) * 0.1;
            let want = (-DOWN.gain_at_db(-20.0 - distance)).min(6.0);
            assert!((up.gain_at_db(-20.0 + distance) - want).abs() < 1e-12);
        }
        assert_eq!(up.gain_at_db(-300.0), 6.0);
    }

    #[test]
    fn between_up_and_down_nothing_jumps_and_ratio_1_is_nothing() {
        let mut last = GainCurve { sign: -1.0, ..DOWN }.gain_at_db(-30.0);
        for n in -999..=1000 {
            let gain = GainCurve { sign: f64::from(n) * 0.001, ..DOWN }.gain_at_db(-30.0);
            assert!((gain - last).abs() < 0.02);
            last = gain;
        }
        assert_eq!(GainCurve { slope: slope_from_ratio(1.0), ..DOWN }.gain_at_db(0.0), 0.0);
    }
}
