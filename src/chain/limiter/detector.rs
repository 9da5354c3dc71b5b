//! How far a stage's signal is over the ceiling, at the cost of looking only where that can matter.

use crate::dsp::delay::{DelayLine, History};
use crate::dsp::true_peak::{LongFamily, ShortFamily};

/// The short family shows at least this share of what the long one does, on anything but signals made to deceive it.
const SHORT_TO_LONG: f32 = 0.9;

/// What is known of a chunk of signal at the entrance of a stage.
#[derive(Clone, Copy, Debug)]
pub struct ChunkInfo {
    /// Largest sample per channel.
    pub peak: [f32; 2],
    /// The same before the gain of the stage before.
    pub source_peak: [f32; 2],
    /// No functional of the short family centred in this chunk exceeded this, before the gain of the stage before.
    pub short_bound: [f32; 2],
    /// The same of the long family.
    pub long_bound: [f32; 2],
    /// Smallest and largest gain that the stage before applied to this chunk.
    pub gain_range: [f32; 2],
    /// 1 / ceiling; 0 for none.
    pub inverse_ceiling: f32,
}

impl ChunkInfo {
    /// Silence of which nothing is known yet: music may begin in the middle of an interpolator's reach.
    pub const SILENCE: Self = Self {
        peak: [0.0; 2],
        source_peak: [0.0; 2],
        short_bound: [f32::INFINITY; 2],
        long_bound: [f32::INFINITY; 2],
        gain_range: [1.0; 2],
        inverse_ceiling: 0.0,
    };
}

/// The larger of two numbers that are not NaN: one instruction, unlike `f32::max`.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Largest magnitude, four at a time.
#[inline(always)]
fn largest_abs<const CHUNK: usize>(samples: &[f32; CHUNK]) -> f32 {
    let mut lanes = [0.0f32; 4];
    for four in samples.chunks_exact(4) {
        for (lane, sample) in lanes.iter_mut().zip(four) {
            *lane = larger(sample.abs(), *lane);
        }
    }
    larger(larger(lanes[0], lanes[1]), larger(lanes[2], lanes[3]))
}

/// Finds the largest over-ratio (peak / ceiling) of each chunk of a stereo stream.
///
/// Screens, from cheap to dear; all but the one marked are exact inequalities:
/// * a functional is at most its weights' L1 norm times the largest sample in reach;
/// * a functional `T` of `g·x` is at most `G·|T(x)| + Σ L1·|g − G|·|x|`, so a chunk whose peak is known from the stage before
///   needs looking at again only where the gain moved or the peak is at the ceiling;
/// * (not exact) the long family exceeds the short one by at most 1 / `SHORT_TO_LONG`.
#[derive(Clone, Debug)]
pub struct Detector<const CHUNK: usize> {
    reach: usize,
    short: Box<ShortFamily>,
    short_l1: f32,
    long: Option<(Box<LongFamily>, [f32; 5])>,
    signal: [History; 2],
    infos: DelayLine<ChunkInfo>,
}

impl<const CHUNK: usize> Detector<CHUNK> {
    /// For a signal that is remembered for `num_chunks`; the long family needs chunks of 16.
    pub fn new(sample_rate_hz: f64, has_long_family: bool, num_chunks: usize) -> Self {
        let short = Box::new(ShortFamily::for_rate(sample_rate_hz));
        let long = has_long_family.then(|| {
            let family = Box::new(LongFamily::new());
            // The parabola between grid points adds a little to what the grid shows.
            let shares = family.l1_by_chunk().map(|share| (share * 1.06) as f32);
            (family, shares)
        });
        let reach = if has_long_family { LongFamily::PADDING } else { short.padding() + 1 }.div_ceil(CHUNK);
        let num_kept = num_chunks.max(2 * reach + 1);
        Self {
            reach,
            short_l1: short.l1() as f32 * 1.000_01,
            short,
            long,
            signal: [History::new(num_kept * CHUNK), History::new(num_kept * CHUNK)],
            infos: DelayLine::new(num_kept + 1, ChunkInfo::SILENCE),
        }
    }

    /// Chunks on either side of a centre that its functionals see; also the delay of [`Self::over_ratio`].
    pub fn reach(&self) -> usize {
        self.reach
    }

    /// Takes the next chunk.
    pub fn push(&mut self, signal: &[[f32; CHUNK]; 2], mut info: ChunkInfo) {
        for (channel, signal) in signal.iter().enumerate() {
            self.signal[channel].push(signal);
            info.peak[channel] = largest_abs(signal);
        }
        self.infos.push(info);
    }

    /// One channel of the chunk `age` chunks ago.
    pub fn chunk(&self, channel: usize, age: usize) -> &[f32] {
        self.signal[channel].window((age + 1) * CHUNK, CHUNK)
    }

    /// What is known of the chunk `age` chunks ago; the bounds are this stage's own once it was judged.
    pub fn info(&self, age: usize) -> &ChunkInfo {
        self.infos.get(age)
    }

    /// Largest peak / ceiling over the family and both channels in the chunk [`Self::reach`] chunks ago; 0 when it is surely
    /// no larger than `irrelevant` (≥ 1).
    pub fn over_ratio(&mut self, irrelevant: f32) -> f32 {
        let age = self.reach;
        // The lowest ceiling of all the chunks that are seen.
        let inverse_ceiling = (0..=2 * age).fold(0.0f32, |max, age| larger(max, self.infos.get(age).inverse_ceiling));
        let limit = irrelevant / inverse_ceiling;
        let mut max = 0.0f32;
        for channel in 0..2 {
            let mut short = self.short_bound(channel, limit);
            if short > limit {
                let first = (age + 1) * CHUNK + self.short.padding();
                let window = self.signal[channel].window(first, CHUNK + 2 * self.short.padding() + 1);
                short = self.short.max_abs(window);
                max = larger(max, short);
            }
            let mut long = short * (1.0 / SHORT_TO_LONG);
            if long > limit && self.long.is_some() {
                long = self.long_bound(channel, long);
                if long > limit {
                    long = self.long_peak(channel);
                    max = larger(max, long);
                }
            }
            let info = self.infos.get_mut(age);
            (info.short_bound[channel], info.long_bound[channel]) = (short, long);
        }
        max * inverse_ceiling
    }

    /// Upper bound of the short family, without evaluating it; the simplest one that is at most `limit`.
    fn short_bound(&self, channel: usize, limit: f32) -> f32 {
        let [after, centre, before] = [self.reach - 1, self.reach, self.reach + 1].map(|age| self.infos.get(age));
        let largest_of = |peak: fn(&ChunkInfo) -> [f32; 2]| {
            larger(peak(centre)[channel], larger(peak(before)[channel], peak(after)[channel]))
        };
        let from_samples = self.short_l1 * largest_of(|info| info.peak);
        if from_samples <= limit {
            return from_samples;
        }
        let low = smaller(centre.gain_range[0], smaller(before.gain_range[0], after.gain_range[0]));
        let high = larger(centre.gain_range[1], larger(before.gain_range[1], after.gain_range[1]));
        let moved = (high - low) * 0.5 * self.short_l1 * largest_of(|info| info.source_peak);
        smaller(from_samples, (high + low) * 0.5 * centre.short_bound[channel] + moved)
    }

    /// Upper bound of the long family, without evaluating it, at most `from_short`.
    fn long_bound(&self, channel: usize, from_short: f32) -> f32 {
        let Some((_, shares)) = &self.long else { return from_short };
        let centre = self.infos.get(self.reach);
        let gain = (centre.gain_range[0] + centre.gain_range[1]) * 0.5;
        let mut bound = gain * centre.long_bound[channel];
        for age in 0..=2 * self.reach {
            let info = self.infos.get(age);
            let moved = larger(info.gain_range[1] - gain, gain - info.gain_range[0]);
            bound += shares[age.abs_diff(self.reach)] * moved * info.source_peak[channel];
        }
        smaller(bound, from_short)
    }

    fn long_peak(&self, channel: usize) -> f32 {
        let window = self.signal[channel].window((2 * self.reach + 1) * CHUNK, LongFamily::WINDOW);
        let long = self.long.as_ref().zip(window.first_chunk());
        long.map_or(0.0, |((family, _), window)| family.max_abs(window))
    }

    /// As new.
    pub fn reset(&mut self) {
        self.signal.iter_mut().for_each(History::reset);
        self.infos.reset();
    }
}
