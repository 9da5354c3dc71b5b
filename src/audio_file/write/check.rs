//! Reads again what was written, before it takes its name.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use anyhow::{Context, Result, ensure};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};

use super::digest::Digest;
use super::{Container, Spec, WordLength};

/// Decodes a whole file.
///
/// # Errors
/// If it cannot be read, or says anything else of itself than `spec`.
pub fn decode(mut file: File, spec: &Spec) -> Result<Digest> {
    file.rewind()?;
    match spec.container {
        Container::Wav => decode_wav(&mut BufReader::with_capacity(1 << 16, file), spec),
        Container::Flac => decode_flac(file, spec),
    }
}

/// Every chunk must lie where the one before says, and the last end with the file.
fn decode_wav(file: &mut (impl Read + Seek), spec: &Spec) -> Result<Digest> {
    let num_bytes = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let [form, riff_size, wave] = [bytes(file)?, bytes(file)?, bytes(file)?];
    let mut riff_size = u64::from(u32::from_le_bytes(riff_size));
    ensure!((form == *b"RIFF" || form == *b"RF64") && wave == *b"WAVE", "no WAV header");
    let is_large = form == *b"RF64";
    ensure!(!is_large || riff_size == u64::from(u32::MAX), "wrong sizes");
    let (mut large_data_size, mut is_described, mut digest) = (0, false, None);
    let mut at = 12;
    while at < num_bytes {
        let [id, size] = [bytes(file)?, bytes(file)?];
        let mut size = u64::from(u32::from_le_bytes(size));
        match &id {
            b"ds64" => {
                let sizes: [[u8; 8]; 3] = [bytes(file)?, bytes(file)?, bytes(file)?];
                let [riff, data, frames] = sizes.map(u64::from_le_bytes);
                ensure!(is_large && frames == spec.num_frames, "wrong large sizes");
                (riff_size, large_data_size) = (riff, data);
            }
            b"fmt " => {
                let fields: [u8; 16] = bytes(file)?;
                let short = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
                let rate_hz = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
                let is_float = spec.word_length == WordLength::Float32;
                ensure!(short(0) == if is_float { 3 } else { 1 } && short(14) == spec.word_length.bits(), "wrong form");
                ensure!(rate_hz == spec.sample_rate_hz && usize::from(short(2)) == spec.num_channels, "wrong format");
                is_described = true;
            }
            b"data" => {
                ensure!(is_described, "samples before their format");
                if is_large {
                    ensure!(size == u64::from(u32::MAX), "wrong sizes");
                    size = large_data_size;
                }
                digest = Some(wav_samples(file, size, spec.word_length)?);
            }
            _ => {}
        }
        at += 8 + size + size % 2;
        file.seek(SeekFrom::Start(at))?;
    }
    ensure!(at == num_bytes && riff_size + 8 == num_bytes, "wrong sizes");
    digest.context("no samples")
}

fn wav_samples(file: &mut impl Read, num_bytes: u64, word_length: WordLength) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut left = num_bytes;
    let mut block = vec![0; 3 * (1 << 14)]; // Whole samples of two, three and four bytes.
    while left > 0 {
        let length = block.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let block = &mut block[..length];
        file.read_exact(block)?;
        match word_length {
            WordLength::Bits16 => block
                .as_chunks::<2>()
                .0
                .iter()
                .for_each(|bytes| digest.add(i32::from(i16::from_le_bytes(*bytes)) as u32)),
            WordLength::Bits24 => {
                block.as_chunks::<3>().0.iter().for_each(|&[low, middle, high]| {
                    digest.add((i32::from_le_bytes([0, low, middle, high]) >> 8) as u32)
                })
            }
            WordLength::Float32 => {
                block.as_chunks::<4>().0.iter().for_each(|bytes| digest.add(u32::from_le_bytes(*bytes)));
            }
        }
        left -= length as u64;
    }
    Ok(digest)
}

fn bytes<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// By a decoder that is not of the encoder's hand, and that checks the MD5 too.
fn decode_flac(file: File, spec: &Spec) -> Result<Digest> {
    let stream = MediaSourceStream::new(Box::new(file), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::formats::FlacReader::try_new(stream, FormatOptions::default())?;
    use symphonia::core::formats::FormatReader;
    let track = format.default_track(TrackType::Audio).context("no audio")?;
    ensure!(track.num_frames == Some(spec.num_frames), "wrong length");
    let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).context("no audio")?.clone();
    let bits = u32::from(spec.word_length.bits());
    ensure!(
        parameters.sample_rate == Some(spec.sample_rate_hz)
            && parameters.bits_per_sample == Some(bits)
            && parameters.channels.as_ref().is_some_and(|channels| channels.count() == spec.num_channels),
        "wrong format"
    );
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default().verify(true))?;
    let mut digest = Digest::default();
    let mut samples: Vec<i32> = Vec::new();
    while let Some(packet) = format.next_packet()? {
        decoder.decode(&packet)?.copy_to_vec_interleaved(&mut samples);
        samples.iter().for_each(|sample| digest.add((sample >> (32 - bits)) as u32));
    }
    ensure!(decoder.finalize().verify_ok == Some(true), "wrong checksum");
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::audio_file::write::wav;

    const SPEC: Spec = Spec {
        container: Container::Wav,
        word_length: WordLength::Bits24,
        sample_rate_hz: 44_100,
        num_channels: 1,
        num_frames: 3,
    };
    const SAMPLES: [u8; 9] = [1, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0x80];

    fn file() -> Vec<u8> {
        let wav::Frame { head, tail } = wav::frame(&SPEC, &[(*b"cue ", vec![0; 4])], &[(*b"id3 ", vec![1; 5])]);
        [head, SAMPLES.to_vec(), tail].concat()
    }

    /// The same with its sizes where files over 4 GB have them.
    fn large_file() -> Vec<u8> {
        let mut file = file();
        let num_bytes = file.len() as u64 + 36;
        file[..4].copy_from_slice(b"RF64");
        file[4..8].fill(0xff);
        let data = file.windows(4).position(|id| id == b"data").unwrap();
        file[data + 4..data + 8].fill(0xff);
        let sizes = [num_bytes - 8, 9, 3].map(u64::to_le_bytes).concat();
        let chunk = [&b"ds64\x1c\0\0\0"[..], &sizes, &[0; 4]].concat();
        file.splice(12..12, chunk);
        file
    }

    #[test]
    fn small_and_large_files_are_decoded() {
        let mut digest = Digest::default();
        [1, -1, -8_388_608].iter().for_each(|sample: &i32| digest.add(*sample as u32));
        for file in [file(), large_file()] {
            assert_eq!(decode_wav(&mut Cursor::new(file), &SPEC).unwrap(), digest);
        }
    }

    #[test]
    fn a_wrong_byte_never_passes() {
        for whole in [file(), large_file()] {
            let right = decode_wav(&mut Cursor::new(&whole), &SPEC).unwrap();
            // All but the byte and bit rates, and what is in chunks of others.
            let data = whole.windows(4).position(|id| id == b"data").unwrap();
            let fmt = whole.windows(4).position(|id| id == b"fmt ").unwrap();
            for at in (0..fmt + 16).chain(fmt + 22..fmt + 24).chain(data..data + 17) {
                let mut file = whole.clone();
                file[at] ^= 1;
                let found = decode_wav(&mut Cursor::new(file), &SPEC);
                let is_reserved = whole.starts_with(b"RF64") && (44..48).contains(&at);
                assert!(is_reserved || found.map_or(true, |found| found != right), "byte {at}");
            }
            let short = decode_wav(&mut Cursor::new(&whole[..whole.len() - 1]), &SPEC);
            assert!(short.is_err());
        }
    }
}
