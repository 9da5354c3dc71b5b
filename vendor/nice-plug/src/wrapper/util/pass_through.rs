//! The input, delayed by the latency that the host was told: what is heard when processing has failed.

/// One delay line per channel for one activation. The last block that was [fed][Self::feed()] can be
/// [written][Self::write()] in its place; both work in place and allocate nothing.
pub(crate) struct PassThrough {
    latency: usize,
    /// As long as the latency and the longest block together; the same for all channels.
    lines: Vec<Box<[f32]>>,
    /// Where the next sample of input goes.
    end: usize,
    /// Frames fed last.
    num_fed: usize,
}

impl PassThrough {
    /// Lines for so many channels, in samples and frames. Allocates.
    pub fn new(num_channels: usize, latency: usize, max_frames: usize) -> Self {
        let line = || vec![0.0; latency + max_frames.max(1)].into_boxed_slice();
        Self { latency, lines: (0..num_channels).map(|_| line()).collect(), end: 0, num_fed: 0 }
    }

    /// Frames that one call of [`Self::feed()`] takes at most; a longer block has to be cut.
    pub fn max_frames(&self) -> usize {
        self.lines.first().map_or(usize::MAX, |line| line.len() - self.latency)
    }

    /// Forgets what it was fed: silence comes first again. Real-time safe.
    pub fn reset(&mut self) {
        for line in &mut self.lines {
            line.fill(0.0);
        }
        self.end = 0;
        self.num_fed = 0;
    }

    /// Takes a block's input, before it is processed. Channels that are missing, and channels shorter than the others,
    /// count as silent; more than there are lines are left out. Real-time safe.
    pub fn feed<C: AsRef<[f32]>>(&mut self, channels: &[C]) {
        let longest = channels.iter().take(self.lines.len()).map(|channel| channel.as_ref().len()).max().unwrap_or(0);
        let num_frames = longest.min(self.max_frames());
        for (idx, line) in self.lines.iter_mut().enumerate() {
            let input = channels.get(idx).map_or(&[][..], |channel| channel.as_ref());
            let input = &input[..input.len().min(num_frames)];
            let first = input.len().min(line.len() - self.end);
            line[self.end..self.end + first].copy_from_slice(&input[..first]);
            line[..input.len() - first].copy_from_slice(&input[first..]);
            for missing in input.len()..num_frames {
                let place = (self.end + missing) % line.len();
                line[place] = 0.0;
            }
        }
        self.end = self.lines.first().map_or(0, |line| (self.end + num_frames) % line.len());
        self.num_fed = num_frames;
    }

    /// Writes the delayed input for the block that was fed last, whatever stands there. Channels without a line get
    /// silence, and so does what is longer than what was fed. Real-time safe.
    pub fn write<C: AsMut<[f32]>>(&self, channels: &mut [C]) {
        for (idx, output) in channels.iter_mut().enumerate() {
            let output = output.as_mut();
            let Some(line) = self.lines.get(idx) else {
                output.fill(0.0);
                continue;
            };
            let num_frames = output.len().min(self.num_fed);
            // Shorter than the line, so this goes around at most once.
            let start = (self.end + line.len() - self.num_fed + line.len() - self.latency) % line.len();
            let first = num_frames.min(line.len() - start);
            output[..first].copy_from_slice(&line[start..start + first]);
            output[first..num_frames].copy_from_slice(&line[..num_frames - first]);
            output[num_frames..].fill(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sample `frame` of channel `channel`: never the same twice.
    fn sample(channel: usize, frame: usize) -> f32 {
        (1 + frame + 100_000 * channel) as f32
    }

    fn block(num_channels: usize, start: usize, len: usize) -> Vec<Vec<f32>> {
        (0..num_channels).map(|channel| (start..start + len).map(|frame| sample(channel, frame)).collect()).collect()
    }

    #[test]
    fn it_is_a_delay_whatever_the_blocks_and_whenever_it_is_asked() {
        for latency in [0, 1, 63, 64, 608] {
            let mut pass_through = PassThrough::new(2, latency, 64);
            let mut start = 0;
            for (turn, len) in [64, 1, 0, 7, 63, 64, 64, 64, 33, 2].iter().cycle().take(100).enumerate() {
                let mut channels = block(2, start, *len);
                pass_through.feed(&channels);
                // It must not matter which blocks are written, nor what processing left there.
                if turn % 3 != 0 {
                    channels.iter_mut().for_each(|channel| channel.fill(f32::NAN));
                    pass_through.write(&mut channels);
                    for (idx, channel) in channels.iter().enumerate() {
                        for (frame, written) in channel.iter().enumerate() {
                            let played = (start + frame).checked_sub(latency).map_or(0.0, |frame| sample(idx, frame));
                            assert_eq!(*written, played, "latency {latency}, turn {turn}, channel {idx}");
                        }
                    }
                }
                start += len;
            }
        }
    }

    #[test]
    fn channels_may_be_missing_short_or_too_many() {
        let mut pass_through = PassThrough::new(2, 0, 8);
        pass_through.feed(&[vec![1.0; 8]]);
        let mut channels = vec![vec![9.0; 8]; 3];
        pass_through.write(&mut channels);
        assert_eq!(channels, [vec![1.0; 8], vec![0.0; 8], vec![0.0; 8]]);
        pass_through.feed(&[vec![2.0; 4], vec![2.0; 3], vec![2.0; 8]]);
        pass_through.write(&mut channels[..2]);
        assert_eq!(channels[0], [2.0, 2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(channels[1], [2.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        pass_through.feed::<Vec<f32>>(&[]);
        pass_through.write::<Vec<f32>>(&mut []);
    }

    #[test]
    fn longer_than_announced_is_cut_and_nothing_is_announced() {
        let mut pass_through = PassThrough::new(1, 2, 4);
        assert_eq!(pass_through.max_frames(), 4);
        let mut channels = block(1, 0, 6);
        pass_through.feed(&channels);
        pass_through.write(&mut channels);
        assert_eq!(channels[0], [0.0, 0.0, 1.0, 2.0, 0.0, 0.0]);
        let mut nothing = PassThrough::new(0, 5, 0);
        nothing.feed(&block(2, 0, 3));
        nothing.write(&mut channels);
        assert_eq!(channels[0], [0.0; 6]);
        let mut single = PassThrough::new(1, 1, 0);
        single.feed(&block(1, 0, 1));
        single.feed(&block(1, 1, 1));
        single.write(&mut channels);
        assert_eq!(channels[0][0], 1.0);
    }

    #[test]
    fn a_reset_one_is_a_new_one() {
        let mut pass_through = PassThrough::new(1, 3, 4);
        pass_through.feed(&block(1, 0, 4));
        pass_through.reset();
        let mut channels = block(1, 4, 4);
        pass_through.feed(&channels);
        pass_through.write(&mut channels);
        assert_eq!(channels[0], [0.0, 0.0, 0.0, 5.0]);
    }
}
