//! The form of a section at rest.

use wide::f64x2;

use super::Coefficients;

/// What a resting section computes with, in both lanes, so that no frame needs more operations than it has freedoms.
///
/// It is [`Coefficients`] rewritten around the band-pass's step p, which is also the low-pass's:
/// t = x − low, p = pull · band + push · t, low += p, band = p − band, y = direct · t + across · p + below · low;
/// here `band` is g times the one of the moving form, which saves a product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resting {
    pull: f64x2,
    push: f64x2,
    direct: f64x2,
    across: f64x2,
    /// Gain at 0 Hz; exactly 1 where it is 1 but for rounding.
    below: f64x2,
    /// Twice the corrector's pole.
    pole: f64x2,
    /// Share of what the corrector does not know yet in its output.
    fresh: f64x2,
    pub has_corrector: bool,
    /// Whether the gain at 0 Hz is another than 1.
    pub has_gain: bool,
}

impl Resting {
    pub fn new(coefficients: &Coefficients) -> Self {
        let Coefficients { g, k, m0, m1, m2, corrector, corrector_gain } = *coefficients;
        let a1 = 1.0 / (1.0 + g * (g + k));
        let below = m0 + m2;
        let has_gain = (below - 1.0).abs() > 4.0 * f64::EPSILON * (1.0 + m0.abs());
        let splat = f64x2::splat;
        Self {
            pull: splat(2.0 * a1),
            push: splat(2.0 * g * g * a1),
            direct: splat(m0),
            across: splat(0.5 * (m1 / g + m2)),
            below: splat(if has_gain { below } else { 1.0 }),
            pole: splat(2.0 * corrector),
            fresh: splat(corrector_gain + (1.0 - corrector_gain) * corrector),
            has_corrector: corrector_gain != 1.0,
            has_gain,
        }
    }

    /// The first lane from `first`, the second from `second`.
    pub fn lanes(first: &Self, second: &Self) -> Self {
        let lanes = |of: fn(&Self) -> f64x2| join(of(first), of(second));
        Self {
            pull: lanes(|it| it.pull),
            push: lanes(|it| it.push),
            direct: lanes(|it| it.direct),
            across: lanes(|it| it.across),
            below: lanes(|it| it.below),
            pole: lanes(|it| it.pole),
            fresh: lanes(|it| it.fresh),
            has_corrector: first.has_corrector,
            has_gain: first.has_gain || second.has_gain,
        }
    }

    /// Whether the input and the low-pass have no share in the output, and there is no corrector.
    pub fn is_band_pass(&self) -> bool {
        !self.has_corrector && self.direct == f64x2::ZERO && self.below == f64x2::ZERO
    }

    /// One frame of a section that is a band-pass.
    #[inline(always)]
    pub fn step_band_pass(&self, state: &mut State, x: f64x2) -> f64x2 {
        let p = self.pull * state.band + self.push * (x - state.low);
        state.low += p;
        state.band = p - state.band;
        self.across * p
    }

    /// One frame. Without a gain at 0 Hz the product by 1 is left out, which changes nothing.
    #[inline(always)]
    pub fn step<const HAS_CORRECTOR: bool, const HAS_GAIN: bool>(&self, state: &mut State, x: f64x2) -> f64x2 {
        let t = x - state.low;
        let p = self.pull * state.band + self.push * t;
        let below = if HAS_GAIN { self.below * state.low } else { state.low };
        let y = self.direct * t + self.across * p + below;
        state.low += p;
        state.band = p - state.band;
        if !HAS_CORRECTOR {
            return y;
        }
        let news = y - state.corrector;
        let y = self.fresh * news + state.corrector;
        state.corrector += self.pole * news;
        y
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// Times g while the section rests.
    pub band: f64x2,
    pub low: f64x2,
    pub corrector: f64x2,
}

impl State {
    pub const ZERO: Self = Self { band: f64x2::ZERO, low: f64x2::ZERO, corrector: f64x2::ZERO };

    /// The first lanes of both.
    pub fn join(first: &Self, second: &Self) -> Self {
        Self {
            band: join(first.band, second.band),
            low: join(first.low, second.low),
            corrector: join(first.corrector, second.corrector),
        }
    }

    /// One lane in both.
    pub fn spread(&self, lane: usize) -> Self {
        let spread = |lanes: f64x2| f64x2::splat(lanes.to_array()[lane]);
        Self { band: spread(self.band), low: spread(self.low), corrector: spread(self.corrector) }
    }
}

/// The first lanes of both.
#[inline(always)]
pub(super) fn join(first: f64x2, second: f64x2) -> f64x2 {
    f64x2::from([first.to_array()[0], second.to_array()[0]])
}
