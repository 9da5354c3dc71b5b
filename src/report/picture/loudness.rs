//! What the song map shows, from blocks of 100 ms: bars, short-term loudness, silence, and what was not heard.

use crate::analysis::{ABSOLUTE_GATE_LUFS, Block, lufs_from_power, power_from_lufs};

/// Length of a block, seconds.
const BLOCK_S: f64 = 0.1;
/// Blocks of a short-term window: 3 s (EBU Tech 3341).
const SHORT_TERM: usize = 30;
/// A file's end that is no whole block, and rounding, are no gap, seconds.
const LEAST_GAP_S: f64 = 0.25;

/// All that blocks say.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Loudness in bars.
    pub bars: Vec<Bar>,
    /// Loudness as lines: see [`short_term`].
    pub lines: Vec<Vec<(f64, f64)>>,
    /// What each point of the lines is the loudness of, seconds.
    pub window_s: f64,
    /// Where nothing was heard, seconds.
    pub unheard: Vec<(f64, f64)>,
    /// Where nothing was there to hear, seconds.
    pub silence: Vec<(f64, f64)>,
}

impl Heard {
    /// At most so many bars, and about so many points along the whole song.
    pub fn of(blocks: &[Block], duration_s: f64, (max_bars, max_points): (f64, f64)) -> Self {
        let stride = (duration_s / BLOCK_S / max_points).ceil().max(1.0) as usize;
        // Windows side by side leave no curve but a zigzag: fewer points, each of more.
        let stride = if stride > SHORT_TERM { 2 * stride } else { stride };
        Self {
            bars: bars(blocks, duration_s, max_bars as usize),
            lines: short_term(blocks, stride),
            window_s: SHORT_TERM.max(stride) as f64 * BLOCK_S,
            unheard: unheard(blocks, duration_s),
            silence: silence(blocks),
        }
    }

    /// Whether a bar is one block.
    pub fn is_single(&self) -> bool {
        self.bars.first().is_none_or(|bar| bar.to_s - bar.from_s < 1.5 * BLOCK_S)
    }
}

/// The blocks of one stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Start, seconds.
    pub from_s: f64,
    /// End, seconds.
    pub to_s: f64,
    /// Loudness of its blocks together, LUFS.
    pub mean_lufs: f64,
    /// Loudness of the loudest, LUFS.
    pub max_lufs: f64,
}

/// At most `max_bars` bars of equal length; none where nothing was heard, or nothing but silence.
fn bars(blocks: &[Block], duration_s: f64, max_bars: usize) -> Vec<Bar> {
    let num_bars = ((duration_s / BLOCK_S).ceil() as usize).clamp(1, max_bars.max(1));
    let bar_s = duration_s / num_bars as f64;
    let idx_of = |block: &Block| (((block.start_s + BLOCK_S / 2.0) / bar_s) as usize).min(num_bars - 1);
    let bar = |blocks: &[Block]| {
        let from_s = idx_of(&blocks[0]) as f64 * bar_s;
        let mean = blocks.iter().map(|block| block.power()).sum::<f64>() / blocks.len() as f64;
        let max = blocks.iter().map(|block| block.power()).fold(0.0, f64::max);
        let (mean_lufs, max_lufs) = (lufs_from_power(mean), lufs_from_power(max));
        Bar { from_s, to_s: from_s + bar_s, mean_lufs, max_lufs }
    };
    blocks.chunk_by(|a, b| idx_of(a) == idx_of(b)).map(bar).filter(|bar| bar.max_lufs > ABSOLUTE_GATE_LUFS).collect()
}

/// Loudness of 3 s around every so many blocks, or of as many blocks if that is longer; one run for each stretch
/// without pause: `(seconds, LUFS)`.
fn short_term(blocks: &[Block], stride: usize) -> Vec<Vec<(f64, f64)>> {
    let window = SHORT_TERM.max(stride);
    let gate = power_from_lufs(ABSOLUTE_GATE_LUFS);
    let mut runs = Vec::new();
    for stretch in stretches(blocks) {
        let mut run = Vec::new();
        for blocks in stretch.windows(window).step_by(stride) {
            let power = blocks.iter().map(|block| block.power()).sum::<f64>() / window as f64;
            if power > gate {
                run.push((blocks[0].start_s + window as f64 * BLOCK_S / 2.0, lufs_from_power(power)));
            } else {
                runs.push(std::mem::take(&mut run));
            }
        }
        runs.push(run);
    }
    runs.retain(|run| run.len() > 1);
    runs
}

/// Where nothing was heard: `(from, to)` in seconds.
fn unheard(blocks: &[Block], duration_s: f64) -> Vec<(f64, f64)> {
    let mut gaps = Vec::new();
    let mut heard_s = 0.0;
    for stretch in stretches(blocks) {
        gaps.push((heard_s, stretch[0].start_s));
        heard_s = stretch[stretch.len() - 1].start_s + BLOCK_S;
    }
    gaps.push((heard_s, duration_s));
    gaps.retain(|gap| gap.1 - gap.0 > LEAST_GAP_S);
    gaps
}

/// Where what was heard stays below the absolute gate of BS.1770: `(from, to)` in seconds.
fn silence(blocks: &[Block]) -> Vec<(f64, f64)> {
    let gate = power_from_lufs(ABSOLUTE_GATE_LUFS);
    let is_silent = |block: &Block| block.power() <= gate;
    let same = |a: &Block, b: &Block| is_silent(a) == is_silent(b) && follows(a, b);
    let silent = blocks.chunk_by(same).filter(|blocks| is_silent(&blocks[0]));
    silent.map(|blocks| (blocks[0].start_s, blocks[blocks.len() - 1].start_s + BLOCK_S)).collect()
}

/// Blocks without a gap between them.
fn stretches(blocks: &[Block]) -> impl Iterator<Item = &[Block]> {
    blocks.chunk_by(follows)
}

fn follows(a: &Block, b: &Block) -> bool {
    b.start_s - a.start_s < BLOCK_S + LEAST_GAP_S
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(from: usize, to: usize, lufs: f64) -> Vec<Block> {
        let power = if lufs.is_finite() { power_from_lufs(lufs) } else { 0.0 };
        (from..to).map(|idx| Block::new(idx as f64 * BLOCK_S, power, 0.0)).collect()
    }

    #[test]
    fn bars_and_windows_read_the_loudness_of_their_blocks() {
        let blocks = blocks(0, 1000, -20.0);
        for max_bars in [7, 300, 5000] {
            let bars = bars(&blocks, 100.0, max_bars);
            assert!(bars.iter().all(|bar| (bar.mean_lufs + 20.0).abs() < 1e-5 && (bar.max_lufs + 20.0).abs() < 1e-5));
            assert!(bars.windows(2).all(|pair| (pair[0].to_s - pair[1].from_s).abs() < 1e-6), "{max_bars}");
            assert!(bars.len() == max_bars.min(1000), "{max_bars}");
        }
        let runs = short_term(&blocks, 2);
        assert_eq!((runs.len(), runs[0].len()), (1, 486));
        assert!((runs[0][0].0 - 1.5).abs() < 1e-9 && runs[0].iter().all(|point| (point.1 + 20.0).abs() < 1e-5));
        assert!(short_term(&blocks[..29], 1).is_empty());
    }

    #[test]
    fn gaps_and_silence_are_told_apart() {
        let mut song = blocks(100, 200, -20.0);
        song.extend(blocks(200, 250, f64::NEG_INFINITY));
        song.extend(blocks(300, 400, -20.0));
        let near = |spans: Vec<(f64, f64)>, expected: &[(f64, f64)]| {
            assert_eq!(spans.len(), expected.len(), "{spans:?}");
            for (span, expected) in spans.iter().zip(expected) {
                assert!((span.0 - expected.0).abs() < 1e-9 && (span.1 - expected.1).abs() < 1e-9, "{spans:?}");
            }
        };
        near(unheard(&song, 40.05), &[(0.0, 10.0), (25.0, 30.0)]);
        near(silence(&song), &[(20.0, 25.0)]);
        near(unheard(&[], 3.0), &[(0.0, 3.0)]);
        assert!(bars(&[], 0.0, 100).is_empty() && silence(&[]).is_empty());
    }
}
