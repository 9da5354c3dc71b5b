//! The running filter section: a state-variable filter and a first-order corrector, for a stereo pair.
//!
//! Structure: topology-preserving state-variable filter (Simper, *Linear trapezoidal integrated SVF*; Zavalishin,
//! *The Art of VA Filter Design*, chapter 4). It stays stable while its coefficients move, for all g, k > 0.

use wide::f64x2;

use super::ramp::KNOT_SAMPLES;

/// Coefficients of one running section.
///
/// With s = (z − 1) / (z + 1), the section is
/// (m0 s²/g² + (m0 k + m1) s/g + m0 + m2) / (s²/g² + k s/g + 1) · (1 + r s/p) / (1 + s/p).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coefficients {
    /// Frequency of the pole pair in the bilinear plane, tan(π f / fs); > 0.
    pub g: f64,
    /// Damping of the pole pair, 1/Q; > 0.
    pub k: f64,
    /// Share of the input in the output.
    pub m0: f64,
    /// Share of the band-pass.
    pub m1: f64,
    /// Share of the low-pass.
    pub m2: f64,
    /// The corrector's pole, as g/(1 + g) of its frequency in the bilinear plane; 0…1.
    pub corrector: f64,
    /// The corrector's gain far above its pole, its gain far below being 1; 1 means no corrector.
    pub corrector_gain: f64,
}

impl Coefficients {
    /// Passes everything exactly.
    pub const IDENTITY: Self = Self { g: 0.1, k: 1.0, m0: 1.0, m1: 0.0, m2: 0.0, corrector: 0.5, corrector_gain: 1.0 };

    fn as_array(&self) -> [f64; 7] {
        [self.g, self.k, self.m0, self.m1, self.m2, self.corrector, self.corrector_gain]
    }

    fn from_array([g, k, m0, m1, m2, corrector, corrector_gain]: [f64; 7]) -> Self {
        Self { g, k, m0, m1, m2, corrector, corrector_gain }
    }

    /// Magnitude at `frequency_hz` below half the sample rate, linear.
    pub fn magnitude(&self, frequency_hz: f64, sample_rate_hz: f64) -> f64 {
        let s = (std::f64::consts::PI * frequency_hz / sample_rate_hz).tan();
        let u = s / self.g;
        let numerator = (self.m0 + self.m2 - self.m0 * u * u).hypot((self.m0 * self.k + self.m1) * u);
        let denominator = (1.0 - u * u).hypot(self.k * u);
        let v = s * (1.0 - self.corrector) / self.corrector;
        numerator / denominator * 1f64.hypot(self.corrector_gain * v) / 1f64.hypot(v)
    }
}

/// What a resting section computes with, in both lanes, so that no frame needs more operations than it has freedoms.
///
/// It is [`Coefficients`] rewritten around the band-pass's step p, which is also the low-pass's:
/// t = x − low, p = pull · band + push · t, low += p, band = p − band, y = direct · t + across · p + below · low;
/// here `band` is g times the one of the moving form, which saves a product.
#[derive(Clone, Copy, Debug)]
struct Resting {
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
    has_corrector: bool,
    has_gain: bool,
}

impl Resting {
    fn new(coefficients: &Coefficients) -> Self {
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
    fn lanes(first: &Self, second: &Self) -> Self {
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

    /// One frame. Without a gain at 0 Hz the product by 1 is left out, which changes nothing.
    #[inline(always)]
    fn step<const HAS_CORRECTOR: bool, const HAS_GAIN: bool>(&self, state: &mut State, x: f64x2) -> f64x2 {
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
struct State {
    /// Times g while the section rests.
    band: f64x2,
    low: f64x2,
    corrector: f64x2,
}

impl State {
    const ZERO: Self = Self { band: f64x2::ZERO, low: f64x2::ZERO, corrector: f64x2::ZERO };

    /// The first lanes of both.
    fn join(first: &Self, second: &Self) -> Self {
        Self {
            band: join(first.band, second.band),
            low: join(first.low, second.low),
            corrector: join(first.corrector, second.corrector),
        }
    }

    /// One lane in both.
    fn spread(&self, lane: usize) -> Self {
        let spread = |lanes: f64x2| f64x2::splat(lanes.to_array()[lane]);
        Self { band: spread(self.band), low: spread(self.low), corrector: spread(self.corrector) }
    }
}

/// A section with its state, moving linearly between the coefficients of two knots.
#[derive(Clone, Debug)]
pub struct Section {
    now: Coefficients,
    next: Coefficients,
    step: [f64; 7],
    is_moving: bool,
    resting: Resting,
    state: State,
}

impl Section {
    /// A section at rest.
    pub fn new(coefficients: Coefficients) -> Self {
        Self {
            now: coefficients,
            next: coefficients,
            step: [0.0; 7],
            is_moving: false,
            resting: Resting::new(&coefficients),
            state: State::ZERO,
        }
    }

    /// At a knot: arrives where the last knot aimed, and aims at `next`, to be reached at the next knot.
    pub fn aim(&mut self, next: Coefficients) {
        let was_moving = self.is_moving;
        self.now = self.next;
        self.next = next;
        self.is_moving = self.now != next;
        if self.is_moving {
            let (from, to) = (self.now.as_array(), next.as_array());
            self.step = std::array::from_fn(|i| (to[i] - from[i]) / KNOT_SAMPLES as f64);
            if !was_moving {
                self.state.band /= f64x2::splat(self.now.g);
            }
        } else if was_moving {
            self.state.band *= f64x2::splat(next.g);
            self.resting = Resting::new(&next);
            if !self.resting.has_corrector {
                self.state.corrector = f64x2::ZERO;
            }
        }
    }

    /// Forgets what it heard and is where it was going.
    pub fn rest(&mut self) {
        *self = Self::new(self.next);
    }

    /// Ends a decay before it becomes denormal; called at knots.
    pub fn settle(&mut self) {
        let State { band, low, corrector } = &mut self.state;
        for state in [band, low, corrector] {
            let tiny = state.abs().simd_lt(f64x2::splat(1e-150));
            *state = !tiny & *state;
        }
    }

    /// Filters frames in place. Between two calls of [`Self::aim`] lie [`KNOT_SAMPLES`] frames if the section moves.
    pub fn process(&mut self, frames: &mut [f64x2]) {
        if self.is_moving {
            self.process_moving(frames);
        } else if self.resting.has_corrector {
            self.process_resting::<true>(frames);
        } else {
            self.process_resting::<false>(frames);
        }
    }

    /// Adds the squares of what [`Self::process`] would make of at most [`KNOT_SAMPLES`] frames, one by one, to `sum`.
    pub fn add_squares(&mut self, frames: &[f64x2], sum: &mut f64x2) {
        let mut total = *sum;
        if self.is_moving || self.resting.has_corrector {
            let mut buffer = [f64x2::ZERO; KNOT_SAMPLES];
            let filtered = &mut buffer[..frames.len()];
            filtered.copy_from_slice(frames);
            self.process(filtered);
            filtered.iter().for_each(|y| total += *y * *y);
        } else {
            let (resting, mut state) = (&self.resting, self.state);
            for frame in frames {
                let y = resting.step::<false, true>(&mut state, *frame);
                total += y * y;
            }
            self.state = state;
        }
        *sum = total;
    }

    /// Filters a signal that is the same in both lanes through one section and then another. It gives what two calls of
    /// [`Self::process`] would; while both rest, each has a lane to itself and the second is a frame behind the first.
    pub fn process_in_a_row(first: &mut Self, second: &mut Self, frames: &mut [f64x2]) {
        let is_alike = first.resting.has_corrector == second.resting.has_corrector;
        if first.is_moving || second.is_moving || !is_alike || frames.is_empty() {
            first.process(frames);
            second.process(frames);
        } else if first.resting.has_corrector {
            process_lanes::<true>(first, second, frames);
        } else {
            process_lanes::<false>(first, second, frames);
        }
    }

    fn process_resting<const HAS_CORRECTOR: bool>(&mut self, frames: &mut [f64x2]) {
        let (resting, mut state) = (&self.resting, self.state);
        for frame in frames {
            *frame = resting.step::<HAS_CORRECTOR, true>(&mut state, *frame);
        }
        self.state = state;
    }

    fn process_moving(&mut self, frames: &mut [f64x2]) {
        let one = f64x2::ONE;
        let State { mut band, mut low, mut corrector } = self.state;
        let [mut g, mut k, mut m0, mut m1, mut m2, mut pole, mut gain] = self.now.as_array().map(f64x2::splat);
        let step = self.step.map(f64x2::splat);
        for frame in frames {
            g += step[0];
            k += step[1];
            m0 += step[2];
            m1 += step[3];
            m2 += step[4];
            pole += step[5];
            gain += step[6];
            let x = *frame;
            let a1 = one / (one + g * (g + k));
            let v1 = a1 * (band + g * (x - low));
            let w = g * v1;
            let v2 = low + w;
            band = v1 + v1 - band;
            low = v2 + w;
            let y = m0 * x + (m1 * v1 + m2 * v2);
            let v = (y - corrector) * pole;
            let below = v + corrector;
            corrector = below + v;
            *frame = gain * (y - below) + below;
        }
        self.state = State { band, low, corrector };
        let moved = [g, k, m0, m1, m2, pole, gain];
        self.now = Coefficients::from_array(moved.map(|lanes| lanes.to_array()[0]));
    }
}

/// Filters a signal through many sections, two at a time where they rest: the second works on a frame while the first
/// is busy with the next. It gives what one [`Section::process`] after the other would.
#[derive(Debug, Default)]
pub struct Row<'a> {
    waiting: Option<&'a mut Section>,
}

impl<'a> Row<'a> {
    /// The next section; all that came before it have the same `frames`.
    pub fn process(&mut self, section: &'a mut Section, frames: &mut [f64x2]) {
        if section.is_moving || !section.resting.has_corrector {
            self.finish(frames);
            section.process(frames);
        } else if let Some(first) = self.waiting.take() {
            if first.resting.has_gain || section.resting.has_gain {
                process_pair::<true>(first, section, frames);
            } else {
                process_pair::<false>(first, section, frames);
            }
        } else {
            self.waiting = Some(section);
        }
    }

    /// Does what is left to do; until then `frames` are not what they will be.
    pub fn finish(&mut self, frames: &mut [f64x2]) {
        if let Some(section) = self.waiting.take() {
            section.process(frames);
        }
    }
}

/// Two resting sections with correctors, one after the other.
fn process_pair<const HAS_GAIN: bool>(first: &mut Section, second: &mut Section, frames: &mut [f64x2]) {
    let (mut of_first, mut of_second) = (first.state, second.state);
    for frame in frames {
        let between = first.resting.step::<true, HAS_GAIN>(&mut of_first, *frame);
        *frame = second.resting.step::<true, HAS_GAIN>(&mut of_second, between);
    }
    (first.state, second.state) = (of_first, of_second);
}

/// One lane for each of two resting sections.
fn process_lanes<const HAS_CORRECTOR: bool>(first: &mut Section, second: &mut Section, frames: &mut [f64x2]) {
    let resting = Resting::lanes(&first.resting, &second.resting);
    let step = |state: &mut State, x| resting.step::<HAS_CORRECTOR, true>(state, x);
    // The second has nothing to filter yet, and in the end the first has nothing any more.
    let mut state = State::join(&first.state, &second.state);
    let mut y = step(&mut state, frames[0]);
    state = State::join(&state, &second.state);
    for idx in 1..frames.len() {
        y = step(&mut state, join(frames[idx], y));
        frames[idx - 1] = f64x2::splat(y.to_array()[1]);
    }
    first.state = state.spread(0);
    y = step(&mut state, join(y, y));
    frames[frames.len() - 1] = f64x2::splat(y.to_array()[1]);
    second.state = state.spread(1);
}

/// The first lanes of both.
#[inline(always)]
fn join(first: f64x2, second: f64x2) -> f64x2 {
    f64x2::from([first.to_array()[0], second.to_array()[0]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::white_noise;

    #[test]
    fn two_in_a_row_are_one_after_the_other() {
        let bell = Coefficients { g: 0.2, k: 0.9, m0: 1.0, m1: 0.4, m2: 0.1, ..Coefficients::IDENTITY };
        let shelf = Coefficients { corrector: 0.3, corrector_gain: 1.4, m0: 0.7, ..bell };
        for [a, b] in [[bell, bell], [shelf, shelf], [bell, shelf], [shelf, Coefficients { g: 0.01, ..shelf }]] {
            let noise = white_noise(3, 1.0, 72);
            let mut at = 0;
            let [mut first, mut second, mut third, mut fourth] = [a, b, a, b].map(Section::new);
            for len in [16, 1, 2, 16, 0, 5, 16] {
                let frames: Vec<f64x2> = noise[at..at + len].iter().copied().map(f64x2::splat).collect();
                at += len;
                let (mut together, mut apart) = (frames.clone(), frames);
                Section::process_in_a_row(&mut first, &mut second, &mut together);
                third.process(&mut apart);
                fourth.process(&mut apart);
                assert_eq!(together, apart);
            }
        }
    }

    /// A bell, a raised shelf, a cut and a band-pass without corrector.
    fn examples() -> [Coefficients; 4] {
        let bell = Coefficients { g: 0.2, k: 0.9, m0: 1.1, m1: 0.4, m2: -0.1, corrector: 0.7, corrector_gain: 1.2 };
        let shelf = Coefficients { corrector: 0.3, corrector_gain: 1.4, m0: 0.7, m2: 0.8, ..bell };
        let cut = Coefficients { g: 0.002, m1: -0.9, m2: -1.1, ..bell };
        [bell, shelf, cut, Coefficients { m0: 0.0, m1: 0.9, m2: 0.0, corrector_gain: 1.0, ..bell }]
    }

    fn stereo_noise(num_frames: usize) -> Vec<f64x2> {
        let [left, right] = [1, 2].map(|seed| white_noise(seed, 1.0, num_frames));
        left.into_iter().zip(right).map(|(l, r)| f64x2::from([l, r])).collect()
    }

    #[test]
    fn a_row_is_one_after_the_other() {
        let [bell, shelf, cut, plain] = examples();
        let row = [bell, bell, shelf, cut, bell, plain, cut];
        let (mut together, mut apart) = (row.map(Section::new), row.map(Section::new));
        let noise = stereo_noise(72);
        let mut at = 0;
        for len in [16, 1, 2, 16, 0, 5, 16] {
            let mut frames = noise[at..at + len].to_vec();
            at += len;
            let mut want = frames.clone();
            apart.iter_mut().for_each(|section| section.process(&mut want));
            let mut row = Row::default();
            together.iter_mut().for_each(|section| row.process(section, &mut frames));
            row.finish(&mut frames);
            assert_eq!(frames, want);
        }
    }

    #[test]
    fn both_forms_are_the_same_filter() {
        // A step too small to be heard makes a section take the moving form; it comes and goes.
        for coefficients in examples() {
            let nudged = Coefficients { m1: coefficients.m1 + 1e-15, ..coefficients };
            let (mut resting, mut moving) = (Section::new(coefficients), Section::new(coefficients));
            for (knot, frames) in stereo_noise(9600).chunks(KNOT_SAMPLES).enumerate() {
                moving.aim(if knot % 5 < 3 && knot % 2 == 0 { nudged } else { coefficients });
                let (mut got, mut want) = (frames.to_vec(), frames.to_vec());
                moving.process(&mut got);
                resting.process(&mut want);
                for (got, want) in got.iter().zip(&want) {
                    assert!((*got - *want).abs().to_array().iter().all(|x| *x < 1e-12), "{coefficients:?} {knot}");
                }
            }
        }
    }

    #[test]
    fn squares_are_those_of_what_comes_out() {
        for coefficients in examples() {
            let (mut heard, mut filtered) = (Section::new(coefficients), Section::new(coefficients));
            let (mut got, mut want) = (f64x2::ZERO, f64x2::ZERO);
            for frames in stereo_noise(100).chunks_mut(KNOT_SAMPLES) {
                heard.add_squares(frames, &mut got);
                filtered.process(frames);
                frames.iter().for_each(|y| want += *y * *y);
            }
            assert_eq!(got, want);
        }
    }
}
