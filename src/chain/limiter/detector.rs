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
    short: ShortFamily,
    short_l1: f32,
    long: Option<(LongFamily, [f32; 5])>,
    signal: [History; 2],
    infos: DelayLine<ChunkInfo>,
}

impl<const CHUNK: usize> Detector<CHUNK> {
    /// For a signal that is remembered for `num_chunks`; the long family needs chunks of 16.
    pub fn new(sample_rate_hz: f64, has_long_family: bool, num_chunks: usize) -> Self {
        let short = ShortFamily::for_rate(sample_rate_hz);
        let long = has_long_family.then(|| {
            let family = LongFamily::new();
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
        for channel in 0..2 {
            self.signal[channel].push(&signal[channel]);
            info.peak[channel] = signal[channel].iter().fold(0.0, |max, x| if x.abs() > max { x.abs() } else { max });
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
        let mut info = *self.infos.get(age);
        // The lowest ceiling of all the chunks that are seen.
        let inverse_ceiling = (0..=2 * age).fold(0.0f32, |max, age| max.max(self.infos.get(age).inverse_ceiling));
        let limit = irrelevant / inverse_ceiling;
        let mut max = 0.0f32;
        for channel in 0..2 {
            let mut bound = self.short_bound(channel, age);
            if bound > limit {
                let first = (age + 1) * CHUNK + self.short.padding();
                let window = self.signal[channel].window(first, CHUNK + 2 * self.short.padding() + 1);
                bound = self.short.max_abs(window);
                max = max.max(bound);
            }
            info.short_bound[channel] = bound;
            info.long_bound[channel] = self.long_bound(channel, age, bound);
            if info.long_bound[channel] > limit {
                info.long_bound[channel] = self.long_peak(channel, age);
                max = max.max(info.long_bound[channel]);
            }
        }
        *self.infos.get_mut(age) = info;
        max * inverse_ceiling
    }

    /// Upper bound of the short family, without evaluating it.
    fn short_bound(&self, channel: usize, age: usize) -> f32 {
        let [after, centre, before] = [age - 1, age, age + 1].map(|age| self.infos.get(age));
        let peak = centre.peak[channel].max(before.peak[channel]).max(after.peak[channel]);
        let source_peak = centre.source_peak[channel].max(before.source_peak[channel]).max(after.source_peak[channel]);
        let low = centre.gain_range[0].min(before.gain_range[0]).min(after.gain_range[0]);
        let high = centre.gain_range[1].max(before.gain_range[1]).max(after.gain_range[1]);
        let moved = (high - low) * 0.5 * self.short_l1 * source_peak;
        (self.short_l1 * peak).min((high + low) * 0.5 * centre.short_bound[channel] + moved)
    }

    /// Upper bound of the long family, without evaluating it; 0 without one.
    fn long_bound(&self, channel: usize, age: usize, short_bound: f32) -> f32 {
        let Some((_, shares)) = &self.long else { return 0.0 };
        let centre = self.infos.get(age);
        let gain = (centre.gain_range[0] + centre.gain_range[1]) * 0.5;
        let mut bound = gain * centre.long_bound[channel];
        for chunk in 0..=2 * age {
            let info = self.infos.get(chunk);
            let moved = (info.gain_range[1] - gain).max(gain - info.gain_range[0]);
            bound += shares[chunk.abs_diff(age)] * moved * info.source_peak[channel];
        }
        bound.min(short_bound * (1.0 / SHORT_TO_LONG))
    }

    fn long_peak(&self, channel: usize, age: usize) -> f32 {
        let window = self.signal[channel].window((2 * age + 1) * CHUNK, LongFamily::WINDOW);
        let long = self.long.as_ref().zip(window.first_chunk());
        long.map_or(0.0, |((family, _), window)| family.max_abs(window))
    }

    /// As new.
    pub fn reset(&mut self) {
        self.signal.iter_mut().for_each(History::reset);
        self.infos.reset();
    }
}
