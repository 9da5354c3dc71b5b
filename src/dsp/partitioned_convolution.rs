//! Convolution of a stereo signal with a long 2×2 response, in equal partitions, the work spread evenly over time.
//!
//! Uniformly partitioned overlap-save (Wefers, *Partitioned convolution algorithms for real-time auralization*, 2015,
//! chapter 5). A block is collected, transformed during the next one in [`NUM_STEPS`] steps of about equal cost, and
//! heard during the one after: a delay of two blocks, and no moment in which a whole block's work falls due.

mod zero_phase;

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex};
use wide::f64x2;

pub use zero_phase::{NUM_FOLDS, NUM_PARTITIONS, ZeroPhase};

/// Steps that a block's work is divided into.
pub const NUM_STEPS: usize = 16;
/// Steps that multiply spectra, after the two that transform the input.
const NUM_MULTIPLY_STEPS: usize = NUM_PARTITIONS / 2;

/// Which spectra of a [`Response`] lead from the inputs to the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// None: the response is a pure delay, which is better had from a delay line.
    Flat,
    /// One for left and right.
    Same,
    /// One for left, one for right.
    Apart,
    /// One straight, one across, the same both ways.
    Crossed,
    /// Left from left, left from right, right from left, right from right.
    Full,
}

impl Routing {
    /// Spectra in use.
    pub fn num_spectra(self) -> usize {
        match self {
            Self::Flat => 0,
            Self::Same => 1,
            Self::Apart | Self::Crossed => 2,
            Self::Full => 4,
        }
    }

    /// The spectrum on the way to each output from each input.
    fn paths(self) -> [[Option<usize>; 2]; 2] {
        match self {
            Self::Flat => [[None; 2]; 2],
            Self::Same => [[Some(0), None], [None, Some(0)]],
            Self::Apart => [[Some(0), None], [None, Some(1)]],
            Self::Crossed => [[Some(0), Some(1)], [Some(1), Some(0)]],
            Self::Full => [[Some(0), Some(1)], [Some(2), Some(3)]],
        }
    }
}

/// Spectra one after another, real and imaginary parts apart, which multiplies fastest.
#[derive(Clone, Debug)]
struct Spectra {
    re: Vec<f64>,
    im: Vec<f64>,
    num_bins: usize,
}

impl Spectra {
    fn new(num_spectra: usize, num_bins: usize) -> Self {
        let zeros = vec![0.0; num_spectra * num_bins];
        Self { re: zeros.clone(), im: zeros, num_bins }
    }

    fn get(&self, idx: usize) -> [&[f64]; 2] {
        [&self.re, &self.im].map(|part| &part[idx * self.num_bins..][..self.num_bins])
    }

    fn set(&mut self, idx: usize, spectrum: &[Complex<f64>]) {
        let start = idx * self.num_bins;
        let parts = self.re[start..].iter_mut().zip(&mut self.im[start..]);
        for ((re, im), bin) in parts.zip(spectrum) {
            (*re, *im) = (bin.re, bin.im);
        }
    }

    fn clear(&mut self) {
        self.re.fill(0.0);
        self.im.fill(0.0);
    }
}

/// A 2×2 finite impulse response as spectra of its partitions.
#[derive(Clone, Debug)]
pub struct Response {
    routing: Routing,
    spectra: [Spectra; 4],
}

impl Response {
    /// A flat response with room for any other, in partitions of `block_len` samples.
    pub fn new(block_len: usize) -> Self {
        let spectra = std::array::from_fn(|_| Spectra::new(NUM_PARTITIONS, block_len + 1));
        Self { routing: Routing::Flat, spectra }
    }

    /// Which spectra are in use.
    pub fn routing(&self) -> Routing {
        self.routing
    }

    /// Chooses which spectra are in use.
    pub fn set_routing(&mut self, routing: Routing) {
        self.routing = routing;
    }
}

/// Blocks of a stereo signal, one vector per channel.
type Blocks = [Vec<f64>; 2];

/// The running convolution with up to two responses at once, so that one can be faded into the other.
pub struct Convolver {
    block_len: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    scratch: Vec<Complex<f64>>,
    time: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    /// The block being collected, the one being transformed, the one before.
    filling: Blocks,
    current: Blocks,
    previous: Blocks,
    /// Spectra of the newest inputs, a ring.
    history: [Spectra; 2],
    newest: usize,
    sums: [[Spectra; 2]; 2],
    ready: [Blocks; 2],
    playing: [Blocks; 2],
}

impl Convolver {
    /// For responses of [`NUM_PARTITIONS`] · `block_len` samples.
    pub fn new(block_len: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(2 * block_len);
        let inverse = planner.plan_fft_inverse(2 * block_len);
        let num_bins = block_len + 1;
        let scratch_len = forward.get_scratch_len().max(inverse.get_scratch_len());
        let block = || -> Blocks { std::array::from_fn(|_| vec![0.0; block_len]) };
        let spectra = |num: usize| std::array::from_fn(|_| Spectra::new(num, num_bins));
        Self {
            block_len,
            scratch: vec![Complex::default(); scratch_len],
            time: vec![0.0; 2 * block_len],
            spectrum: vec![Complex::default(); num_bins],
            filling: block(),
            current: block(),
            previous: block(),
            history: spectra(NUM_PARTITIONS),
            newest: 0,
            sums: [spectra(1), spectra(1)],
            ready: [block(), block()],
            playing: [block(), block()],
            forward,
            inverse,
        }
    }

    /// Two blocks; what the responses delay comes on top.
    pub fn latency_samples(&self) -> usize {
        2 * self.block_len
    }

    /// Takes the frame at `offset` of the block being collected.
    #[inline]
    pub fn push(&mut self, offset: usize, frame: f64x2) {
        let [left, right] = frame.to_array();
        self.filling[0][offset] = left;
        self.filling[1][offset] = right;
    }

    /// The frame at `offset` of the block being heard, as response 0 or 1 makes it.
    #[inline]
    pub fn output(&self, response_idx: usize, offset: usize) -> f64x2 {
        let [left, right] = &self.playing[response_idx];
        f64x2::from([left[offset], right[offset]])
    }

    /// Between two blocks, after all steps of the last one: what was collected is transformed next, what was
    /// computed is heard.
    pub fn begin_block(&mut self) {
        std::mem::swap(&mut self.previous, &mut self.current);
        std::mem::swap(&mut self.current, &mut self.filling);
        std::mem::swap(&mut self.ready, &mut self.playing);
        self.newest = (self.newest + 1) % NUM_PARTITIONS;
    }

    /// One of the [`NUM_STEPS`] parts of a block's work, in rising order. A response that is `None` is not computed,
    /// nor is a flat one; the others stay the same for all steps of a block.
    pub fn step(&mut self, step_idx: usize, responses: [Option<&Response>; 2]) {
        const FIRST_INVERSE: usize = 2 + NUM_MULTIPLY_STEPS;
        let responses = responses.map(|response| response.filter(|response| response.routing != Routing::Flat));
        match step_idx {
            0 | 1 => self.transform_input(step_idx),
            2..FIRST_INVERSE => {
                for (response_idx, response) in responses.into_iter().enumerate() {
                    if let Some(response) = response {
                        self.multiply(response_idx, response, 2 * (step_idx - 2));
                    }
                }
            }
            _ => {
                let (response_idx, channel) = ((step_idx - FIRST_INVERSE) / 2, (step_idx - FIRST_INVERSE) % 2);
                if responses.get(response_idx).is_some_and(Option::is_some) {
                    self.transform_output(response_idx, channel);
                }
            }
        }
    }

    fn transform_input(&mut self, channel: usize) {
        let (before, now) = self.time.split_at_mut(self.block_len);
        before.copy_from_slice(&self.previous[channel]);
        now.copy_from_slice(&self.current[channel]);
        self.forward
            .process_with_scratch(&mut self.time, &mut self.spectrum, &mut self.scratch)
            .expect("buffers made by the plan");
        self.history[channel].set(self.newest, &self.spectrum);
    }

    /// Adds up what two partitions make, from `first` on.
    fn multiply(&mut self, response_idx: usize, response: &Response, first: usize) {
        let ages = [first, first + 1].map(|idx| (self.newest + NUM_PARTITIONS - idx) % NUM_PARTITIONS);
        for (sum, from) in self.sums[response_idx].iter_mut().zip(response.routing.paths()) {
            if first == 0 {
                sum.clear();
            }
            for (history, spectrum_idx) in self.history.iter().zip(from) {
                if let Some(spectrum_idx) = spectrum_idx {
                    let spectra = &response.spectra[spectrum_idx];
                    let factors = [0, 1].map(|idx| [history.get(ages[idx]), spectra.get(first + idx)]);
                    add_products(&mut sum.re, &mut sum.im, factors);
                }
            }
        }
    }

    fn transform_output(&mut self, response_idx: usize, channel: usize) {
        let sum = &self.sums[response_idx][channel];
        for (bin, (re, im)) in self.spectrum.iter_mut().zip(sum.re.iter().zip(&sum.im)) {
            *bin = Complex::new(*re, *im);
        }
        // The first and the last bin are real, being products of real numbers; where they overflowed it says so.
        self.inverse.process_with_scratch(&mut self.spectrum, &mut self.time, &mut self.scratch).ok();
        self.ready[response_idx][channel].copy_from_slice(&self.time[self.block_len..]);
    }

    /// As new.
    pub fn reset(&mut self) {
        let blocks = [&mut self.filling, &mut self.current, &mut self.previous];
        blocks.into_iter().chain(&mut self.ready).chain(&mut self.playing).flatten().for_each(|block| block.fill(0.0));
        self.history.iter_mut().for_each(Spectra::clear);
        self.newest = 0;
    }
}

/// Adds two complex products per bin to a sum.
fn add_products(sum_re: &mut [f64], sum_im: &mut [f64], [first, second]: [[[&[f64]; 2]; 2]; 2]) {
    let [[a_re, a_im], [b_re, b_im]] = first;
    let [[c_re, c_im], [d_re, d_im]] = second;
    let len = sum_re.len();
    // One length for all lets the compiler drop the checks and take two bins at once.
    let sum_im = &mut sum_im[..len];
    let [a_re, a_im, b_re, b_im] = [a_re, a_im, b_re, b_im].map(|part| &part[..len]);
    let [c_re, c_im, d_re, d_im] = [c_re, c_im, d_re, d_im].map(|part| &part[..len]);
    for idx in 0..len {
        sum_re[idx] +=
            (a_re[idx] * b_re[idx] - a_im[idx] * b_im[idx]) + (c_re[idx] * d_re[idx] - c_im[idx] * d_im[idx]);
        sum_im[idx] +=
            (a_re[idx] * b_im[idx] + a_im[idx] * b_re[idx]) + (c_re[idx] * d_im[idx] + c_im[idx] * d_re[idx]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::signals::white_noise;

    #[test]
    fn equals_direct_convolution_for_every_routing() {
        const BLOCK: usize = 16;
        let num_taps = NUM_PARTITIONS * BLOCK;
        let taps: Vec<Vec<f64>> = (0..4).map(|seed| white_noise(seed, 1.0, num_taps)).collect();
        let input: Vec<Vec<f64>> = (9..11).map(|seed| white_noise(seed, 1.0, 40 * BLOCK)).collect();
        for routing in [Routing::Same, Routing::Apart, Routing::Crossed, Routing::Full] {
            let mut response = Response::new(BLOCK);
            response.set_routing(routing);
            let fft = RealFftPlanner::new().plan_fft_forward(2 * BLOCK);
            for (taps, spectrum) in taps.iter().zip(&mut response.spectra) {
                for (idx, taps) in taps.chunks(BLOCK).enumerate() {
                    let mut padded = vec![0.0; 2 * BLOCK];
                    padded.iter_mut().zip(taps).for_each(|(to, from)| *to = from / (2 * BLOCK) as f64);
                    let mut bins = fft.make_output_vec();
                    fft.process(&mut padded, &mut bins).expect("lengths");
                    spectrum.set(idx, &bins);
                }
            }
            let mut convolver = Convolver::new(BLOCK);
            let mut got = [vec![], vec![]];
            for (n, (l, r)) in input[0].iter().zip(&input[1]).enumerate() {
                if n % BLOCK == 0 {
                    convolver.begin_block();
                }
                convolver.step(n % BLOCK, [None, Some(&response)]);
                convolver.push(n % BLOCK, f64x2::from([*l, *r]));
                let [l, r] = convolver.output(1, n % BLOCK).to_array();
                got[0].push(l);
                got[1].push(r);
            }
            for (channel, paths) in routing.paths().into_iter().enumerate() {
                for (n, got) in got[channel].iter().enumerate() {
                    let mut want = 0.0;
                    for (input, path) in input.iter().zip(paths) {
                        let Some(path) = path else { continue };
                        want += (0..num_taps)
                            .filter(|tap| tap + convolver.latency_samples() <= n)
                            .map(|tap| taps[path][tap] * input[n - convolver.latency_samples() - tap])
                            .sum::<f64>();
                    }
                    assert!((got - want).abs() < 1e-11, "{routing:?} {n}: {got} {want}");
                }
            }
        }
    }
}
