//! The interpolators of the meters that deliveries are checked with: ITU-R BS.1770-5 annex 2, and libebur128.

use super::folded::{Folded, fold, keep_max, load};
use std::f64::consts::PI;
use wide::f32x4;

/// ITU-R BS.1770-5, annex 2: the 48 taps of the example filter, phases 0 and 1; phases 3 and 2 are their mirror images.
const ANNEX_2_PHASES: [[f64; 12]; 2] = [
    [
        0.0017089843750,
        0.0109863281250,
        -0.0196533203125,
        0.0332031250000,
        -0.0594482421875,
        0.1373291015625,
        0.9721679687500,
        -0.1022949218750,
        0.0476074218750,
        -0.0266113281250,
        0.0148925781250,
        -0.0083007812500,
    ],
    [
        -0.0291748046875,
        0.0292968750000,
        -0.0517578125000,
        0.0891113281250,
        -0.1665039062500,
        0.4650878906250,
        0.7797851562500,
        -0.2003173828125,
        0.1015625000000,
        -0.0582275390625,
        0.0330810546875,
        -0.0189208984375,
    ],
];

/// Which interpolators a [`ShortFamily`] has besides annex 2; libebur128 and the `ebur128` crate choose theirs by sample rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ebur128 {
    /// Below 96 kHz: 4 phases of 12 taps.
    FourTimes,
    /// From 96 kHz: 2 phases of 24 taps.
    TwoTimes,
    /// From 192 kHz, and in the meter of annex 2 alone.
    None,
}

/// The samples themselves, annex 2 of BS.1770-5 and libebur128's interpolators, as one family of functionals.
#[derive(Clone, Debug)]
pub struct ShortFamily {
    annex_2: [Folded<6>; 2],
    ebur128: Ebur128,
    quarter: Folded<6>,
    half: Folded<6>,
    half_of_24: Folded<12>,
    l1: f64,
}

impl ShortFamily {
    /// Annex 2 and what libebur128 reads at this sample rate.
    pub fn for_rate(sample_rate_hz: f64) -> Self {
        Self::new(match sample_rate_hz {
            rate if rate < 96_000.0 => Ebur128::FourTimes,
            rate if rate < 192_000.0 => Ebur128::TwoTimes,
            _ => Ebur128::None,
        })
    }

    /// Annex 2 and the samples alone.
    pub fn annex_2() -> Self {
        Self::new(Ebur128::None)
    }

    fn new(ebur128: Ebur128) -> Self {
        // libebur128: a sinc of 49 points under a Hann window, cut into phases; `point` counts from the middle.
        let hann = |point: f64, factor: f64| {
            let x = point * PI / factor;
            0.5 * (1.0 + (point * PI / 24.0).cos()) * if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
        };
        let annex_2 = ANNEX_2_PHASES.map(|taps| Folded::new(|position| taps[(6 - position) as usize]));
        let quarter = Folded::new(|position| hann(4.0 * position as f64 - 1.0, 4.0));
        let half = Folded::new(|position| hann(4.0 * position as f64 - 2.0, 4.0));
        let half_of_24 = Folded::new(|position| hann(2.0 * position as f64 - 1.0, 2.0));
        let l1 = match ebur128 {
            Ebur128::FourTimes => quarter.l1.max(half.l1),
            Ebur128::TwoTimes => half_of_24.l1,
            Ebur128::None => 1.0,
        };
        let l1 = annex_2.iter().fold(l1, |max, phase| max.max(phase.l1));
        Self { annex_2, ebur128, quarter, half, half_of_24, l1 }
    }

    /// Samples that [`Self::max_abs`] needs before the first centre; after the last one it needs one more.
    pub fn padding(&self) -> usize {
        if self.ebur128 == Ebur128::TwoTimes { 11 } else { 5 }
    }

    /// No member exceeds this for samples within ±1: the largest sum of weights' magnitudes.
    pub fn l1(&self) -> f64 {
        self.l1
    }

    /// Largest magnitude over the family in the intervals between consecutive centres.
    ///
    /// `samples` holds [`Self::padding`] samples, the centres (a multiple of 4) and [`Self::padding`] + 1 more samples.
    pub fn max_abs(&self, samples: &[f32]) -> f32 {
        let end = samples.len() - self.padding() - 1;
        let mut max = f32x4::ZERO;
        for centre in (self.padding()..end).step_by(4) {
            max = keep_max(load(samples, centre), max);
            let (sums, differences) = fold::<6>(samples, centre);
            for phase in &self.annex_2 {
                max = (phase.even(&sums).abs() + phase.odd(&differences).abs()).fast_max(max);
            }
            if self.ebur128 == Ebur128::FourTimes {
                max = (self.quarter.even(&sums).abs() + self.quarter.odd(&differences).abs()).fast_max(max);
                max = keep_max(self.half.even(&sums), max);
            } else if self.ebur128 == Ebur128::TwoTimes {
                max = keep_max(self.half_of_24.even(&fold::<12>(samples, centre).0), max);
            }
        }
        max.to_array().into_iter().fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(len: usize) -> Vec<f32> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        };
        (0..len).map(|_| next()).collect()
    }

    #[test]
    fn annex_2_equals_its_convolution() {
        let samples = noise(64 + 11);
        let mut expected = 0.0f64;
        for centre in 5..69 {
            expected = expected.max(f64::from(samples[centre]).abs());
            for taps in ANNEX_2_PHASES {
                // The newest sample (centre + 6) meets the first tap, and the last tap in the mirrored phase.
                let at = |j: usize| f64::from(samples[centre + 6 - j]);
                expected = expected.max((0..12).map(|j| taps[j] * at(j)).sum::<f64>().abs());
                expected = expected.max((0..12).map(|j| taps[11 - j] * at(j)).sum::<f64>().abs());
            }
        }
        assert!((f64::from(ShortFamily::annex_2().max_abs(&samples)) / expected - 1.0).abs() < 1e-6);
    }

    #[test]
    fn l1_bounds_the_family() {
        for rate in [48_000.0, 96_000.0, 192_000.0] {
            let family = ShortFamily::for_rate(rate);
            assert!((2.0..2.6).contains(&family.l1()), "{}", family.l1());
            for seed in 0..50 {
                let samples: Vec<f32> =
                    noise(seed + 47)[seed..][..17 + 2 * family.padding()].iter().map(|x| x.signum()).collect();
                assert!(f64::from(family.max_abs(&samples)) <= family.l1() * 1.000_001);
            }
        }
    }
}
