//! The wait-free ring that carries mix and master, with their place in the song, from audio to analysis thread.

use rtrb::{Consumer, Producer, RingBuffer, chunks::ChunkError};

/// Samples of one frame: mix left, right, master left, right.
const FRAME_WIDTH: usize = 4;

/// Frames in the longest piece that is written at once; longer blocks are cut.
const MAX_PIECE_FRAMES: usize = 1024;

/// Seconds of audio that fit. The analysis thread wakes every few milliseconds; this covers a machine that is busy.
const RING_S: f64 = 6.0;

/// Most frames that fit, so that high rates do not take tens of megabytes: 3.6 s at 96 kHz.
const MAX_RING_FRAMES: usize = 350_000;

/// Where a piece of audio belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Song position of its first frame in seconds, where the host tells one.
    pub position_s: Option<f64>,
    /// Whether the transport runs.
    pub is_playing: bool,
}

#[derive(Clone, Copy)]
struct Piece {
    num_frames: usize,
    place: Place,
    /// Frames lost right before this piece.
    num_dropped: u64,
}

/// The audio thread's side.
pub struct FrameProducer {
    samples: Producer<f32>,
    pieces: Producer<Piece>,
    sample_rate_hz: f64,
    num_dropped: u64,
}

/// The analysis thread's side.
pub struct FrameConsumer {
    samples: Consumer<f32>,
    pieces: Consumer<Piece>,
    mix: [Vec<f32>; 2],
    master: [Vec<f32>; 2],
}

/// One piece as read: aligned mix and master of equal length.
pub struct FramesRead<'a> {
    /// Where it belongs.
    pub place: Place,
    /// Frames lost right before it.
    pub num_dropped: u64,
    /// The mix, left and right.
    pub mix: [&'a [f32]; 2],
    /// The master, left and right.
    pub master: [&'a [f32]; 2],
}

/// A ring for one activation.
pub fn frames(sample_rate_hz: f64) -> (FrameProducer, FrameConsumer) {
    let num_frames = ((sample_rate_hz * RING_S) as usize).min(MAX_RING_FRAMES);
    let (sample_producer, sample_consumer) = RingBuffer::new(num_frames * FRAME_WIDTH);
    // Hosts use blocks down to 16 frames; a shorter average would drop, and be counted.
    let (piece_producer, piece_consumer) = RingBuffer::new(num_frames / 16);
    let buffer = || [Vec::with_capacity(MAX_PIECE_FRAMES), Vec::with_capacity(MAX_PIECE_FRAMES)];
    (
        FrameProducer { samples: sample_producer, pieces: piece_producer, sample_rate_hz, num_dropped: 0 },
        FrameConsumer { samples: sample_consumer, pieces: piece_consumer, mix: buffer(), master: buffer() },
    )
}

impl FrameProducer {
    /// Writes a block of any length; what does not fit is counted and reported with the next piece that does.
    pub fn write(&mut self, place: Place, mix: [&[f32]; 2], master: [&[f32]; 2]) {
        let num_frames = mix[0].len();
        let mut start = 0;
        while start < num_frames {
            let end = num_frames.min(start + MAX_PIECE_FRAMES);
            let position_s = place.position_s.map(|position| position + start as f64 / self.sample_rate_hz);
            self.write_piece(Place { position_s, ..place }, start..end, mix, master);
            start = end;
        }
    }

    fn write_piece(&mut self, place: Place, range: std::ops::Range<usize>, mix: [&[f32]; 2], master: [&[f32]; 2]) {
        let num_frames = range.len();
        if self.pieces.is_full() {
            self.num_dropped += num_frames as u64;
            return;
        }
        let Ok(chunk) = self.samples.write_chunk_uninit(num_frames * FRAME_WIDTH) else {
            self.num_dropped += num_frames as u64;
            return;
        };
        let interleaved = range.flat_map(|idx| [mix[0][idx], mix[1][idx], master[0][idx], master[1][idx]]);
        chunk.fill_from_iter(interleaved);
        let piece = Piece { num_frames, place, num_dropped: std::mem::take(&mut self.num_dropped) };
        // Room was seen above, and this is the only producer.
        self.pieces.push(piece).ok();
    }
}

impl FrameConsumer {
    /// The next piece, if there is one.
    pub fn read(&mut self) -> Option<FramesRead<'_>> {
        let piece = self.pieces.pop().ok()?;
        let chunk = match self.samples.read_chunk(piece.num_frames * FRAME_WIDTH) {
            Ok(chunk) => chunk,
            // Samples are written before their piece, so this cannot be; losing one piece would be its only harm.
            Err(ChunkError::TooFewSlots(_)) => return None,
        };
        for buffer in self.mix.iter_mut().chain(&mut self.master) {
            buffer.clear();
        }
        let mut samples = chunk.into_iter();
        for _ in 0..piece.num_frames {
            for buffer in self.mix.iter_mut().chain(&mut self.master) {
                buffer.extend(samples.next());
            }
        }
        Some(FramesRead {
            place: piece.place,
            num_dropped: piece.num_dropped,
            mix: [&self.mix[0], &self.mix[1]],
            master: [&self.master[0], &self.master[1]],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { position_s: Some(1.0), is_playing: true };

    #[test]
    fn long_blocks_arrive_in_order_and_in_place() {
        let (mut producer, mut consumer) = frames(48_000.0);
        let left: Vec<f32> = (0..3000).map(|idx| idx as f32).collect();
        let right: Vec<f32> = left.iter().map(|sample| -sample).collect();
        producer.write(PLACE, [&left, &right], [&right, &left]);
        let mut heard = Vec::new();
        while let Some(read) = consumer.read() {
            let expected_s = 1.0 + heard.len() as f64 / 48_000.0;
            assert_eq!(read.place.position_s, Some(expected_s));
            assert_eq!(read.mix[0], read.master[1]);
            heard.extend_from_slice(read.mix[0]);
        }
        assert_eq!(heard, left);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let (mut producer, mut consumer) = frames(1000.0);
        let block = vec![0.5; 1000];
        let pair: [&[f32]; 2] = [&block, &block];
        for _ in 0..10 {
            producer.write(PLACE, pair, pair);
        }
        let mut num_frames = 0;
        while let Some(read) = consumer.read() {
            num_frames += read.mix[0].len() as u64;
        }
        producer.write(PLACE, pair, pair);
        let read = consumer.read().expect("there is room again");
        assert_eq!(num_frames + read.num_dropped, 10_000);
    }
}
