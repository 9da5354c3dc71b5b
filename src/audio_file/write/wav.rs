//! The chunks of a WAV file around its samples: RIFF, or RF64 (EBU Tech 3306) where 32 bits cannot say how long it is.

use super::{Spec, WordLength};

/// Four letters and what is in the chunk.
pub type Chunk = ([u8; 4], Vec<u8>);

/// What stands before the samples and what after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// From the first byte of the file to the first sample.
    pub head: Vec<u8>,
    /// From the last sample to the last byte.
    pub tail: Vec<u8>,
}

/// Bytes of all samples.
pub fn num_data_bytes(spec: &Spec) -> u64 {
    spec.num_frames * u64::from(num_frame_bytes(spec))
}

/// Bytes of one sample of each channel.
fn num_frame_bytes(spec: &Spec) -> u32 {
    spec.num_channels as u32 * u32::from(spec.word_length.bits() / 8)
}

/// The frame around `spec.num_frames` frames, with other chunks before and after them.
pub fn frame(spec: &Spec, before: &[Chunk], after: &[Chunk]) -> Frame {
    let num_data = num_data_bytes(spec);
    let mut tail = vec![0; (num_data % 2) as usize];
    after.iter().for_each(|(id, content)| push_chunk(&mut tail, *id, content));

    let mut middle = Vec::new();
    push_chunk(&mut middle, *b"fmt ", &format(spec));
    if spec.word_length == WordLength::Float32 {
        let num_frames = u32::try_from(spec.num_frames).unwrap_or(u32::MAX);
        push_chunk(&mut middle, *b"fact", &num_frames.to_le_bytes());
    }
    before.iter().for_each(|(id, content)| push_chunk(&mut middle, *id, content));

    let num_riff = 4 + middle.len() as u64 + 8 + num_data + tail.len() as u64;
    let is_small = num_riff <= u64::from(u32::MAX);
    let size = |size: u64| if is_small { size as u32 } else { u32::MAX };
    let mut head = if is_small { b"RIFF".to_vec() } else { b"RF64".to_vec() };
    head.extend(size(num_riff).to_le_bytes());
    head.extend(b"WAVE");
    if !is_small {
        let num_ds64 = 8 + 28;
        let sizes = [num_riff + num_ds64, num_data, spec.num_frames].map(u64::to_le_bytes).concat();
        push_chunk(&mut head, *b"ds64", &[sizes, vec![0; 4]].concat());
    }
    head.extend(middle);
    head.extend(b"data");
    head.extend(size(num_data).to_le_bytes());
    Frame { head, tail }
}

/// Plain `WAVE_FORMAT_PCM` or `WAVE_FORMAT_IEEE_FLOAT`: everybody reads these, at 24 bit as well.
fn format(spec: &Spec) -> Vec<u8> {
    let is_float = spec.word_length == WordLength::Float32;
    let num_frame_bytes = num_frame_bytes(spec);
    let mut format = if is_float { vec![3, 0] } else { vec![1, 0] };
    format.extend((spec.num_channels as u16).to_le_bytes());
    format.extend(spec.sample_rate_hz.to_le_bytes());
    format.extend((spec.sample_rate_hz * num_frame_bytes).to_le_bytes());
    format.extend((num_frame_bytes as u16).to_le_bytes());
    format.extend(spec.word_length.bits().to_le_bytes());
    if is_float {
        format.extend([0, 0]); // No more to come, which all but PCM must say.
    }
    format
}

/// Adds a chunk with its header and the byte that makes it even.
pub fn push_chunk(to: &mut Vec<u8>, id: [u8; 4], content: &[u8]) {
    to.extend(id);
    to.extend((content.len() as u32).to_le_bytes());
    to.extend(content);
    if content.len() % 2 == 1 {
        to.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio_file::Container;

    fn spec(num_frames: u64, word_length: WordLength) -> Spec {
        Spec { container: Container::Wav, word_length, sample_rate_hz: 48_000, num_channels: 2, num_frames }
    }

    #[test]
    fn a_small_file_is_plain_riff_with_samples_at_byte_44() {
        let frame = frame(&spec(3, WordLength::Bits24), &[], &[]);
        assert_eq!(frame.head.len(), 44);
        assert_eq!(&frame.head[..12], b"RIFF\x36\0\0\0WAVE");
        assert_eq!(&frame.head[36..], b"data\x12\0\0\0");
        assert!(frame.tail.is_empty());
    }

    #[test]
    fn sizes_over_32_bits_make_it_rf64_and_not_a_byte_sooner() {
        // Two channels of 16 bits: four bytes a frame; 36 bytes of header are counted.
        let most = (u64::from(u32::MAX) - 36) / 4;
        let plain = frame(&spec(most, WordLength::Bits16), &[], &[]);
        assert_eq!(&plain.head[..4], b"RIFF");
        assert_eq!(plain.head[40..44], ((most * 4) as u32).to_le_bytes());

        for (num_frames, word_length) in [(most + 1, WordLength::Bits16), (9_000_000_000, WordLength::Float32)] {
            let spec = spec(num_frames, word_length);
            let large = frame(&spec, &[(*b"cue ", vec![1, 2, 3])], &[(*b"id3 ", vec![5; 7])]);
            assert_eq!(&large.head[..20], b"RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0");
            let number = |at: usize| u64::from_le_bytes(large.head[at..at + 8].try_into().unwrap());
            let num_bytes = large.head.len() as u64 + num_data_bytes(&spec) + large.tail.len() as u64;
            assert_eq!([number(20), number(28), number(36)], [num_bytes - 8, num_data_bytes(&spec), num_frames]);
            assert_eq!(&large.head[large.head.len() - 8..], b"data\xff\xff\xff\xff");
        }
    }
}
