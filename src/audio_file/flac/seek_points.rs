//! Where players find a place in the stream (RFC 9639, section 8.5).

/// The type of the metadata block.
pub(super) const KIND: u8 = 3;
/// Bytes of a point.
const POINT_BYTES: usize = 18;
/// Seconds between points.
const INTERVAL_S: u64 = 10;
/// A point that is none yet.
const EMPTY: u64 = u64::MAX;

/// A block with room for the points of a stream; `None` for a stream that one point would do for.
pub(super) fn room(sample_rate_hz: u32, num_frames: u64) -> Option<(u8, Vec<u8>)> {
    let interval = u64::from(sample_rate_hz) * INTERVAL_S;
    // More would be longer than a metadata block may be: ten seconds times this are two years.
    let num_points = num_frames.div_ceil(interval.max(1)).min(900_000) as usize;
    let table = SeekTable::new(0, num_points * POINT_BYTES, sample_rate_hz);
    (num_points > 1).then(|| (KIND, table.bytes()))
}

/// Points that are set while the stream is written.
#[derive(Debug)]
pub(super) struct SeekTable {
    place: u64,
    num_points: usize,
    interval: u64,
    /// Of each block that a point is for: its first sample, its place in the stream, and its length.
    points: Vec<(u64, u64, usize)>,
}

impl SeekTable {
    /// For a block of `num_bytes` at `place` in the sink.
    pub(super) fn new(place: u64, num_bytes: usize, sample_rate_hz: u32) -> Self {
        let interval = u64::from(sample_rate_hz) * INTERVAL_S;
        Self { place, num_points: num_bytes / POINT_BYTES, interval, points: Vec::new() }
    }

    /// Where in the sink the points belong.
    pub(super) fn place(&self) -> u64 {
        self.place
    }

    /// Tells of a block of `len` samples: its first sample, and how many bytes of blocks stand before it.
    pub(super) fn note(&mut self, first: u64, num_bytes_before: u64, len: usize) {
        let next = self.points.len() as u64 * self.interval;
        if self.points.len() < self.num_points && next < first + len as u64 {
            self.points.push((first, num_bytes_before, len));
        }
    }

    /// The block's content: what was not reached stays empty, at the end.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let points = self.points.iter().copied().chain(std::iter::repeat((EMPTY, 0, 0)));
        points
            .take(self.num_points)
            .flat_map(|(first, before, len)| {
                first.to_be_bytes().into_iter().chain(before.to_be_bytes()).chain((len as u16).to_be_bytes())
            })
            .collect()
    }
}
