//! The limiter as a machine of chunks: settings that glide, the stages, and the audio that waits for their gain.

use super::detector::ChunkInfo;
use super::section::Chunk;
use super::stages::{CorrectionStage, MusicalStage};
use crate::chain::settings::{LatencyMode, LimiterStyle};
use crate::dsp::delay::DelayLine;

/// Settings take this long to change.
const GLIDE_S: f64 = 0.02;
/// The first stage aims this factor (0.0005 dB) below the ceiling, so that the smallest left-overs need no correction.
const MUSICAL_HEADROOM: f64 = 1.000_06;
/// The signal clips here (+300 dB), far from where squares overflow, in detection and output alike.
const LARGEST: f64 = 1e15;

/// What the stages and the output are steered by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Targets {
    /// Linear gain before the limiter.
    pub gain: f64,
    /// 1 / ceiling with all margins taken off it; 0 for no ceiling.
    pub inverse_ceiling: f64,
    /// Share of the limited signal in the output, 0 or 1.
    pub wet: f64,
    /// Curve of the gain.
    pub style: LimiterStyle,
}

/// A value that moves to its target without a corner, chunk by chunk: a straight line of half the time, averaged over
/// the other half. It arrives exactly, and on time also when the target moves on the way.
#[derive(Clone, Debug)]
struct Glide {
    line: f64,
    target: f64,
    chunks_left: usize,
    /// The newest values of the line, and which is the oldest.
    newest: Vec<f64>,
    oldest: usize,
    /// Chunks for which the line has rested.
    chunks_rested: usize,
    value: f64,
}

impl Glide {
    /// Rests at `value`; takes `num_chunks` from one value to another.
    fn new(value: f64, num_chunks: usize) -> Self {
        let num_newest = (num_chunks / 2).max(1);
        let newest = vec![value; num_newest];
        Self { line: value, target: value, chunks_left: 0, newest, oldest: 0, chunks_rested: num_newest, value }
    }

    fn aim(&mut self, target: f64) {
        if target != self.target {
            (self.target, self.chunks_left, self.chunks_rested) = (target, self.newest.len(), 0);
        }
    }

    fn jump(&mut self, value: f64) {
        (self.line, self.target, self.value) = (value, value, value);
        (self.chunks_left, self.chunks_rested, self.oldest) = (0, self.newest.len(), 0);
        self.newest.fill(value);
    }

    fn go(&mut self, target: f64, at_once: bool) {
        if at_once { self.jump(target) } else { self.aim(target) }
    }

    /// Values at the start and the end of the next chunk.
    fn advance(&mut self) -> [f64; 2] {
        let start = self.value;
        if self.chunks_rested < self.newest.len() {
            if self.chunks_left > 1 {
                self.line += (self.target - self.line) / self.chunks_left as f64;
                self.chunks_left -= 1;
            } else {
                (self.line, self.chunks_left) = (self.target, 0);
                self.chunks_rested += 1;
            }
            self.newest[self.oldest] = self.line;
            self.oldest = (self.oldest + 1) % self.newest.len();
            let is_there = self.chunks_rested == self.newest.len();
            let mean = self.newest.iter().sum::<f64>() / self.newest.len() as f64;
            self.value = if is_there { self.target } else { mean };
        }
        [start, self.value]
    }
}

/// Settings of one chunk as it came in; they travel with it.
#[derive(Clone, Copy, Debug)]
struct ChunkSettings {
    gain: [f64; 2],
    wet: [f64; 2],
}

/// Collects chunks, limits them, and hands out the chunks of before.
#[derive(Clone, Debug)]
pub struct Pipeline<const CHUNK: usize> {
    gain: Glide,
    inverse_ceiling: Glide,
    wet: Glide,
    musical: MusicalStage<CHUNK>,
    corrections: Vec<CorrectionStage<CHUNK>>,
    audio: DelayLine<[[f64; CHUNK]; 2]>,
    settings: DelayLine<ChunkSettings>,
    delay_chunks: usize,
    input: [[f64; CHUNK]; 2],
    output: [[f64; CHUNK]; 2],
    /// Smallest gain in `output`.
    output_gain: f64,
    num_filled: usize,
}

impl<const CHUNK: usize> Pipeline<CHUNK> {
    /// The stages of a mode.
    pub fn new(sample_rate_hz: f64, latency_mode: LatencyMode, initial: &Targets) -> Self {
        let is_tracking = latency_mode == LatencyMode::Tracking;
        let musical = MusicalStage::new(sample_rate_hz, latency_mode);
        let num_corrections = if is_tracking { 1 } else { 2 };
        let corrections = vec![CorrectionStage::new(sample_rate_hz, !is_tracking); num_corrections];
        let delay_chunks =
            musical.delay_chunks() + corrections.iter().map(CorrectionStage::delay_chunks).sum::<usize>();
        let glide_chunks = (GLIDE_S * sample_rate_hz / CHUNK as f64).ceil() as usize;
        let glide = |value| Glide::new(value, glide_chunks);
        Self {
            gain: glide(initial.gain),
            inverse_ceiling: glide(initial.inverse_ceiling),
            wet: glide(initial.wet),
            musical,
            corrections,
            audio: DelayLine::new(delay_chunks, [[0.0; CHUNK]; 2]),
            settings: DelayLine::new(delay_chunks, ChunkSettings { gain: [1.0; 2], wet: [0.0; 2] }),
            delay_chunks,
            input: [[0.0; CHUNK]; 2],
            output: [[0.0; CHUNK]; 2],
            output_gain: 1.0,
            num_filled: 0,
        }
    }

    /// Delay from input to output.
    pub fn latency_samples(&self) -> usize {
        (self.delay_chunks + 1) * CHUNK
    }

    /// New targets, for audio that comes in from now on.
    pub fn set(&mut self, targets: &Targets, at_once: bool) {
        let values = [targets.gain, targets.inverse_ceiling, targets.wet];
        for (glide, value) in [&mut self.gain, &mut self.inverse_ceiling, &mut self.wet].into_iter().zip(values) {
            glide.go(value, at_once);
        }
        self.musical.set_style(targets.style, at_once);
    }

    /// Limits in place, whatever the length; gives the smallest gain.
    pub fn process(&mut self, left: &mut [f64], right: &mut [f64]) -> f64 {
        let mut min_gain = 1.0f64;
        let mut done = 0;
        while done < left.len() {
            let count = (left.len() - done).min(CHUNK - self.num_filled);
            let filled = self.num_filled..self.num_filled + count;
            for (channel, samples) in
                [&mut left[done..done + count], &mut right[done..done + count]].into_iter().enumerate()
            {
                self.input[channel][filled.clone()].copy_from_slice(samples);
                samples.copy_from_slice(&self.output[channel][filled.clone()]);
            }
            min_gain = min_gain.min(self.output_gain);
            self.num_filled += count;
            if self.num_filled == CHUNK {
                self.num_filled = 0;
                self.process_chunk();
            }
            done += count;
        }
        min_gain
    }

    fn process_chunk(&mut self) {
        let settings = ChunkSettings { gain: self.gain.advance(), wet: self.wet.advance() };
        let inverse_ceiling = self.inverse_ceiling.advance();
        let is_heard = settings.wet != [0.0; 2];
        let inverse_ceiling = if is_heard { inverse_ceiling[0].max(inverse_ceiling[1]) } else { 0.0 };
        self.audio.push(self.input);
        self.settings.push(settings);

        let gain: [f64; CHUNK] = line(settings.gain);
        let mut chunk = Chunk {
            signal: [[0.0; CHUNK]; 2],
            gain: [1.0; CHUNK],
            info: ChunkInfo { inverse_ceiling: (inverse_ceiling * MUSICAL_HEADROOM) as f32, ..ChunkInfo::SILENCE },
        };
        for (signal, input) in chunk.signal.iter_mut().zip(&self.input) {
            for i in 0..CHUNK {
                signal[i] = (input[i] * gain[i]).clamp(-LARGEST, LARGEST) as f32;
            }
        }
        chunk = self.musical.process(&chunk);
        chunk.info.inverse_ceiling *= (1.0 / MUSICAL_HEADROOM) as f32;
        for correction in &mut self.corrections {
            chunk = correction.process(&chunk);
        }
        self.write_output(&chunk.gain);
    }

    fn write_output(&mut self, limiter_gain: &[f64; CHUNK]) {
        let audio = self.audio.get(self.delay_chunks);
        let settings = self.settings.get(self.delay_chunks);
        self.output_gain = 1.0;
        if settings.wet == [0.0; 2] {
            self.output = *audio;
            return;
        }
        let gain: [f64; CHUNK] = line(settings.gain);
        let wet: [f64; CHUNK] = line(settings.wet);
        for (output, input) in self.output.iter_mut().zip(audio) {
            for i in 0..CHUNK {
                output[i] = (input[i] * gain[i]).clamp(-LARGEST, LARGEST) * limiter_gain[i];
            }
            if settings.wet != [1.0; 2] {
                for i in 0..CHUNK {
                    output[i] = input[i] + (output[i] - input[i]) * wet[i];
                }
            }
        }
        self.output_gain = limiter_gain.iter().fold(1.0, |min, &gain| if gain < min { gain } else { min });
    }

    /// As new.
    pub fn reset(&mut self, initial: &Targets) {
        self.set(initial, true);
        self.musical.reset();
        self.corrections.iter_mut().for_each(CorrectionStage::reset);
        self.audio.reset();
        self.settings.reset();
        (self.input, self.output) = ([[0.0; CHUNK]; 2], [[0.0; CHUNK]; 2]);
        (self.output_gain, self.num_filled) = (1.0, 0);
    }
}

/// A straight line from the first value (exactly) towards the second.
fn line<const CHUNK: usize>([start, end]: [f64; 2]) -> [f64; CHUNK] {
    let step = (end - start) / CHUNK as f64;
    std::array::from_fn(|i| start + step * i as f64)
}
