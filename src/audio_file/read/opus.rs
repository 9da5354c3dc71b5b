//! Opus (RFC 6716) by libopus, translated to Rust as it is, with its pointers kept in here.

use std::ptr::NonNull;

use unsafe_libopus::{OpusDecoder, opus_decode_float, opus_decoder_create, opus_decoder_destroy};

/// The rate that everything is decoded at, Hz.
const SAMPLE_RATE_HZ: i32 = 48_000;
/// Frames of the longest packet.
const MAX_FRAMES: usize = 5760;

/// A decoder with its state.
pub struct Opus {
    state: NonNull<OpusDecoder>,
    num_channels: usize,
    interleaved: Vec<f32>,
}

impl Opus {
    /// A decoder for one or two channels; `None` for another number.
    pub fn new(num_channels: usize) -> Option<Self> {
        if !(1..=2).contains(&num_channels) {
            return None;
        }
        let mut error = 0;
        // Reason for the exception: the only interface of the translated library. It takes a place for its error code and
        // gives a state of its own, which is not copied and ends with this value.
        #[allow(unsafe_code)]
        let state = unsafe { opus_decoder_create(SAMPLE_RATE_HZ, num_channels as i32, &raw mut error) };
        Some(Self { state: NonNull::new(state)?, num_channels, interleaved: vec![0.0; MAX_FRAMES * num_channels] })
    }

    /// Decodes a packet to interleaved frames, full scale ±1; `None` if it is damaged.
    pub fn decode(&mut self, packet: &[u8]) -> Option<&[f32]> {
        let num_bytes = i32::try_from(packet.len()).ok().filter(|&num_bytes| num_bytes > 0)?;
        let (state, out) = (self.state.as_ptr(), self.interleaved.as_mut_ptr());
        // Reason for the exception: as above. The packet has so many bytes, and there is room for the most frames that the
        // library gives when it is told that there is room for so many.
        #[allow(unsafe_code)]
        let num_frames =
            unsafe { opus_decode_float(&mut *state, packet.as_ptr(), num_bytes, out, MAX_FRAMES as i32, 0) };
        let num_frames = usize::try_from(num_frames).ok().filter(|&num_frames| num_frames > 0)?;
        self.interleaved.get(..num_frames * self.num_channels)
    }
}

impl Drop for Opus {
    fn drop(&mut self) {
        // Reason for the exception: as above; nothing else has the state.
        #[allow(unsafe_code)]
        unsafe {
            opus_decoder_destroy(self.state.as_ptr());
        }
    }
}
