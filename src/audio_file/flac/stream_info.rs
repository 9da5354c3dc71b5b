//! The stream's head (RFC 9639, section 8.2): counted while writing, written at the end.

use super::FlacSpec;

/// What is counted.
#[derive(Debug)]
pub(super) struct StreamInfo {
    spec: FlacSpec,
    block_len: usize,
    num_blocks: u64,
    num_frames: u64,
    num_bytes: u64,
    /// The smallest and the largest frame, bytes.
    frame_bytes: Option<(usize, usize)>,
}

impl StreamInfo {
    pub(super) fn new(spec: FlacSpec, block_len: usize) -> Self {
        Self { spec, block_len, num_blocks: 0, num_frames: 0, num_bytes: 0, frame_bytes: None }
    }

    /// Blocks so far.
    pub(super) fn num_blocks(&self) -> u64 {
        self.num_blocks
    }

    /// Frames, that is samples of each channel, so far.
    pub(super) fn num_frames(&self) -> u64 {
        self.num_frames
    }

    /// Bytes of all blocks so far.
    pub(super) fn num_bytes(&self) -> u64 {
        self.num_bytes
    }

    /// Counts a block of `len` samples that was written in `num_bytes`.
    pub(super) fn note(&mut self, len: usize, num_bytes: usize) {
        self.num_blocks += 1;
        self.num_frames += len as u64;
        self.num_bytes += num_bytes as u64;
        let (min, max) = self.frame_bytes.unwrap_or((num_bytes, num_bytes));
        self.frame_bytes = Some((min.min(num_bytes), max.max(num_bytes)));
    }

    /// The block's content.
    pub(super) fn bytes(&self, md5: &[u8; 16]) -> [u8; 34] {
        let mut bytes = [0; 34];
        // Both of one size: the last block, which may be shorter, does not count.
        let block_len = (self.block_len as u16).to_be_bytes();
        bytes[..2].copy_from_slice(&block_len);
        bytes[2..4].copy_from_slice(&block_len);
        let (min, max) = self.frame_bytes.unwrap_or_default();
        bytes[4..7].copy_from_slice(&(min as u32).to_be_bytes()[1..]);
        bytes[7..10].copy_from_slice(&(max as u32).to_be_bytes()[1..]);
        // A length of more than 36 bits is one that is not known.
        let num_frames = if self.num_frames >> 36 == 0 { self.num_frames } else { 0 };
        let format = u64::from(self.spec.sample_rate_hz) << 44
            | (self.spec.num_channels as u64 - 1) << 41
            | u64::from(self.spec.bits - 1) << 36
            | num_frames;
        bytes[10..18].copy_from_slice(&format.to_be_bytes());
        bytes[18..].copy_from_slice(md5);
        bytes
    }
}
