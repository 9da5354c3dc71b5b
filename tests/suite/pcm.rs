//! Uncompressed files with every kind of header that is about: the samples to the bit, or why not.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use discern::audio_file::{AudioFile, Limits, WordLength, read, read_through};
use discern::dsp::cancel::Cancel;

use crate::memory;

const RATE_HZ: u32 = 44_100;
const NUM_FRAMES: usize = 500;

/// A file of this name and content, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("discern-pcm-{}-{name}", std::process::id()));
        fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn opened(name: &str, bytes: &[u8]) -> anyhow::Result<AudioFile> {
    read(&Scratch::new(name, bytes).0)
}

fn refusal(name: &str, bytes: &[u8]) -> String {
    format!("{:#}", opened(name, bytes).expect_err(name).root_cause())
}

/// Two channels of numbers of this many bits, both ends among them.
fn integers(bits: u32) -> Vec<i64> {
    let (most, mut state) = (1i64 << (bits - 1), 0x1234_5678_9abc_def1u64);
    let mut numbers: Vec<i64> = (0..2 * NUM_FRAMES)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state as i64) >> (64 - bits)
        })
        .collect();
    (numbers[2], numbers[3], numbers[4]) = (-most, most - 1, 0);
    numbers
}

/// The lowest bytes of each number.
fn packed(numbers: &[i64], width: usize, is_big_endian: bool) -> Vec<u8> {
    let one = |number: &i64| {
        let mut bytes = number.to_le_bytes()[..width].to_vec();
        if is_big_endian {
            bytes.reverse();
        }
        bytes
    };
    numbers.iter().flat_map(one).collect()
}

/// What integers of this many bits are as samples.
fn scaled(numbers: &[i64], bits: u32) -> Vec<f32> {
    numbers.iter().map(|&number| (number as f64 / 2f64.powi(bits as i32 - 1)) as f32).collect()
}

/// Left and right in turn.
fn interleaved(audio: &AudioFile) -> Vec<f32> {
    audio.left().iter().zip(audio.right()).flat_map(|(left, right)| [*left, *right]).collect()
}

fn assert_same(name: &str, bytes: &[u8], expected: &[f32], source: WordLength) {
    let audio = opened(name, bytes).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    let bits = |samples: &[f32]| samples.iter().map(|sample| sample.to_bits()).collect::<Vec<_>>();
    assert_eq!((audio.sample_rate_hz, audio.channels.len(), audio.source), (RATE_HZ, 2, Some(source)), "{name}");
    assert_eq!(bits(&interleaved(&audio)), bits(expected), "{name}");
}

/// A chunk of RIFF, padded.
fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let padding: &[u8] = if content.len().is_multiple_of(2) { &[] } else { &[0] };
    [id, &(content.len() as u32).to_le_bytes()[..], content, padding].concat()
}

/// A chunk of AIFF, padded.
fn big_chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut bytes = chunk(id, content);
    bytes[4..8].reverse();
    bytes
}

/// The 16 bytes of a format chunk that all have.
fn format(tag: u16, bits: u16, block_bytes: u16) -> Vec<u8> {
    let (two, four) = (u16::to_le_bytes, u32::to_le_bytes);
    [&two(tag)[..], &two(2), &four(RATE_HZ), &four(RATE_HZ * u32::from(block_bytes)), &two(block_bytes), &two(bits)]
        .concat()
}

/// The 40 bytes of an extensible one.
fn extensible(tag: u16, (bits, valid_bits): (u16, u16), mask: u32) -> Vec<u8> {
    let mut bytes = format(0xfffe, bits, bits / 4);
    bytes.extend([22, valid_bits].map(u16::to_le_bytes).concat());
    bytes.extend(mask.to_le_bytes());
    bytes.extend(tag.to_le_bytes());
    bytes.extend(*b"\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71");
    bytes
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let content = [b"WAVE".to_vec(), chunks.concat()].concat();
    [b"RIFF", &(content.len() as u32).to_le_bytes()[..], &content].concat()
}

fn wav(format: &[u8], data: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", format), chunk(b"data", data)])
}

/// A WAV of 16 bits with other sizes in its header.
fn wav_of_sizes(riff_size: u32, data_size: u32) -> Vec<u8> {
    let mut bytes = wav(&format(1, 16, 4), &packed(&integers(16), 2, false));
    bytes[4..8].copy_from_slice(&riff_size.to_le_bytes());
    bytes[40..44].copy_from_slice(&data_size.to_le_bytes());
    bytes
}

fn samples_16() -> Vec<f32> {
    scaled(&integers(16), 16)
}

#[test]
fn every_word_length_of_wav_is_read_to_the_bit() {
    let u8s: Vec<u8> = integers(8).iter().map(|&number| (number + 128) as u8).collect();
    assert_same("u8.wav", &wav(&format(1, 8, 2), &u8s), &scaled(&integers(8), 8), WordLength::Bits16);
    for (bits, source) in [(16, WordLength::Bits16), (24, WordLength::Bits24), (32, WordLength::Float32)] {
        let data = packed(&integers(bits), bits as usize / 8, false);
        let bytes = wav(&format(1, bits as u16, bits as u16 / 4), &data);
        assert_same(&format!("s{bits}.wav"), &bytes, &scaled(&integers(bits), bits), source);
    }
    // 20 bits stand at the upper end of three bytes, by an ordinary format chunk and an extensible one.
    let shifted: Vec<i64> = integers(20).iter().map(|number| number << 4).collect();
    let data = packed(&shifted, 3, false);
    for format in [format(1, 20, 6), extensible(1, (24, 20), 3)] {
        assert_same("s20.wav", &wav(&format, &data), &scaled(&integers(20), 20), WordLength::Bits24);
    }
    let floats: Vec<f32> = integers(32).iter().map(|&number| number as f32 / 1e9).collect();
    let data: Vec<u8> = floats.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_same("f32.wav", &wav(&format(3, 32, 8), &data), &floats, WordLength::Float32);
    let data: Vec<u8> = integers(32).iter().flat_map(|&number| (number as f64 / 1e9).to_le_bytes()).collect();
    let rounded: Vec<f32> = integers(32).iter().map(|&number| (number as f64 / 1e9) as f32).collect();
    assert_same("f64.wav", &wav(&format(3, 64, 16), &data), &rounded, WordLength::Float32);
    // The ends of both laws (ITU-T G.711), and the codes next to silence.
    for (tag, codes, numbers) in [
        (6, [0x2a, 0xaa, 0xd5, 0x55], [-32_256, 32_256, 8, -8]),
        (7, [0x00, 0x80, 0xff, 0xfe], [-32_124, 32_124, 0, 8]),
    ] {
        assert_same("law.wav", &wav(&format(tag, 8, 2), &codes), &scaled(&numbers, 16), WordLength::Bits16);
    }
}

#[test]
fn sizes_that_were_never_filled_in_reach_to_the_end() {
    let right = wav_of_sizes(0, 0).len() as u32 - 8;
    let data = 4 * NUM_FRAMES as u32;
    for (riff_size, data_size) in [
        (0, 0),
        (right, 0),
        (right, u32::MAX),
        (u32::MAX, u32::MAX),
        (u32::MAX, u32::MAX - 36),
        (36, 0),
        (0, data),
        (4, data),
        (right - 1000, data),
        (u32::MAX, data),
        // LAME, SoX, arecord.
        (0x8000_0023, 0x7fff_ffff),
        (0x7fff_f024, 0x7fff_f000),
        (0x8000_0024, 0x8000_0000),
        // A header that counts itself into the samples.
        (right, data + 44),
    ] {
        let name = format!("{riff_size:x}-{data_size:x}.wav");
        assert_same(&name, &wav_of_sizes(riff_size, data_size), &samples_16(), WordLength::Bits16);
    }
    // Really nothing in it.
    let empty =
        riff(&[chunk(b"fmt ", &format(1, 16, 4)), chunk(b"data", &[]), chunk(b"LIST", b"INFOIART\x04\0\0\0name")]);
    assert!(refusal("empty.wav", &empty).contains("holds no samples"));
}

#[test]
fn real_sizes_beyond_the_file_are_a_cut() {
    let whole = wav(&format(1, 16, 4), &packed(&integers(16), 2, false));
    let said = refusal("cut.wav", &whole[..1044]);
    assert!(said.contains("cut off") && said.contains("are missing"), "{said}");
    let said = refusal("cut.aiff", &aiff(b"AIFF", None, 16, &packed(&integers(16), 2, true))[..1000]);
    assert!(said.contains("cut off") && said.contains("are missing"), "{said}");
    let streamed = [b"RIFF\xff\xff\xff\xffWAVE".to_vec(), chunk(b"bext", &[0; 602])].concat();
    for (name, bytes) in [("bext.wav", &streamed[..300]), ("bare.caf", &b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20"[..])] {
        let said = refusal(name, bytes);
        assert!(said.contains("cut off inside its header"), "{name}: {said}");
    }
    for num_bytes in [8, 11, 12, 15, 20, 30, 38] {
        let said = refusal("head.wav", &whole[..num_bytes]);
        assert!(said.contains("is WAV") && said.contains("cut off inside its header"), "{num_bytes}: {said}");
    }
}

#[test]
fn format_chunks_of_any_length_are_read() {
    let data = packed(&integers(16), 2, false);
    for num_extra in [0, 2, 4, 12, 24, 60] {
        let mut format = format(1, 16, 4);
        format.extend(vec![2; num_extra]);
        assert_same(&format!("fmt{num_extra}.wav"), &wav(&format, &data), &samples_16(), WordLength::Bits16);
    }
    for (valid_bits, mask) in [(16, 3), (0, 3), (0, 0), (16, 0xffff_ffff), (16, 4), (99, 0x8000_0000)] {
        let bytes = wav(&extensible(1, (16, valid_bits), mask), &data);
        assert_same(&format!("ext{valid_bits}-{mask}.wav"), &bytes, &samples_16(), WordLength::Bits16);
    }
    // 24 bits at the upper end of 32, the rest being silent.
    let shifted: Vec<i64> = integers(24).iter().map(|number| number << 8).collect();
    let bytes = wav(&extensible(1, (32, 24), 3), &packed(&shifted, 4, false));
    assert_same("ext24in32.wav", &bytes, &scaled(&integers(24), 24), WordLength::Bits24);
    let floats: Vec<f32> = integers(16).iter().map(|&number| number as f32 / 1e4).collect();
    let float_data: Vec<u8> = floats.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_same("extf.wav", &wav(&extensible(3, (32, 0), 3), &float_data), &floats, WordLength::Float32);
    for num_fact in [4, 12] {
        let bytes =
            riff(&[chunk(b"fmt ", &format(3, 32, 8)), chunk(b"fact", &vec![9; num_fact]), chunk(b"data", &float_data)]);
        assert_same("fact.wav", &bytes, &floats, WordLength::Float32);
    }
}

#[test]
fn broken_and_foreign_chunks_do_not_hide_the_samples() {
    let (format, data) = (chunk(b"fmt ", &format(1, 16, 4)), chunk(b"data", &packed(&integers(16), 2, false)));
    let sized = |size: u32, content: &[u8]| [b"LIST", &size.to_le_bytes()[..], content].concat();
    let text = b"INFOINAM\x88\x13\0\0Title metadata data\0\0";
    let id3 = [b"ID3\x03\0\0\0\0\x01\x00".to_vec(), vec![7; 128]].concat();
    let kinds: &[(&str, Vec<u8>)] = &[
        ("list", riff(&[format.clone(), chunk(b"LIST", text), data.clone()])),
        ("huge", riff(&[format.clone(), sized(0x7123_4567, text), data.clone()])),
        ("ones", riff(&[format.clone(), sized(u32::MAX, text), data.clone()])),
        ("short", riff(&[format.clone(), sized(5, text), data.clone()])),
        ("into", riff(&[format.clone(), sized(700, text), data.clone()])),
        ("unpadded", riff(&[format.clone(), sized(13, b"INFOINAM\x01\0\0\0T"), data.clone()])),
        ("odd", riff(&[chunk(b"bext", &[1; 603]), format.clone(), chunk(b"iXML", b"<x/>\n"), data.clone()])),
        ("junk", riff(&[chunk(b"JUNK", &[0; 28]), chunk(b"junk", &[]), format.clone(), data.clone()])),
        ("behind", riff(&[format.clone(), data.clone(), sized(0x7fff_ffff, text)])),
        ("id3", riff(&[format.clone(), data.clone(), chunk(b"id3 ", &id3)])),
        ("garbage", [riff(&[format.clone(), data.clone()]), vec![0xa5; 999]].concat()),
        ("before", [id3.clone(), riff(&[format.clone(), data.clone()])].concat()),
        ("name", [&b"RIFF\0\0\0\0WAVX"[..], &format, &data].concat()),
    ];
    for (name, bytes) in kinds {
        assert_same(&format!("{name}.wav"), bytes, &samples_16(), WordLength::Bits16);
    }
}

#[test]
fn samples_in_too_many_bytes_are_found_or_refused() {
    let numbers = integers(24);
    let low: Vec<i64> = numbers.iter().map(|number| number << 8).collect();
    let expected = scaled(&numbers, 24);
    let at_upper_end = wav(&format(1, 24, 8), &packed(&low, 4, false));
    assert_same("upper.wav", &at_upper_end, &expected, WordLength::Bits24);
    let at_lower_end = wav(&format(1, 24, 8), &packed(&numbers, 4, false));
    assert_same("lower.wav", &at_lower_end, &expected, WordLength::Bits24);
    // Silence, and text behind it that is no sample.
    let text = chunk(b"LIST", b"INFOINAM\x04\0\0\0text");
    let silence = riff(&[chunk(b"fmt ", &format(1, 24, 8)), chunk(b"data", &[0; 8 * NUM_FRAMES]), text]);
    assert_same("silence.wav", &silence, &[0.0; 2 * NUM_FRAMES], WordLength::Bits24);
    // All four bytes hold something: neither.
    let noise = wav(&format(1, 24, 8), &packed(&integers(32), 4, false));
    let said = refusal("noise.wav", &noise);
    assert!(said.contains("24 bit in blocks of 8 bytes"), "{said}");
    // Frames as they should be, and a length of them that is none.
    for block_bytes in [0u16, 3, 5, 7, 24] {
        let mut bytes = wav(&format(1, 24, 6), &packed(&numbers, 3, false));
        bytes[32..34].copy_from_slice(&block_bytes.to_le_bytes());
        assert_same(&format!("block{block_bytes}.wav"), &bytes, &expected, WordLength::Bits24);
    }
}

#[test]
fn sixty_four_bit_forms_are_read() {
    let numbers = integers(16);
    let data = packed(&numbers, 2, false);
    let long = |size: u64, id: &[u8; 4]| {
        let sizes = [size + 80, size, NUM_FRAMES as u64].map(u64::to_le_bytes).concat();
        let content =
            [&b"WAVE"[..], &chunk(b"ds64", &[sizes, vec![0; 4]].concat()), &chunk(b"fmt ", &format(1, 16, 4))];
        [id, &[0xff; 4][..], &content.concat(), b"data\xff\xff\xff\xff", &data].concat()
    };
    for id in [b"RF64", b"BW64"] {
        for size in [data.len() as u64, 0, u64::MAX - 80] {
            assert_same("long.wav", &long(size, id), &samples_16(), WordLength::Bits16);
        }
        let said = refusal("cut.rf64", &long(2 * data.len() as u64, id));
        assert!(said.contains("are missing"), "{said}");
        // Something behind the samples is not heard.
        let bytes = [long(data.len() as u64, id), chunk(b"axml", &[7; 100])].concat();
        assert_same("behind.wav", &bytes, &samples_16(), WordLength::Bits16);
    }
    let tail = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
    let guid_chunk = |id: &[u8; 4], size: u64, content: &[u8]| {
        let padding = vec![0; content.len().next_multiple_of(8) - content.len()];
        [id, &tail[..], &size.to_le_bytes(), content, &padding].concat()
    };
    let wave64 = |size: u64, data_size: u64| {
        let riff = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
        let format = format(1, 16, 4);
        [
            &riff[..],
            &size.to_le_bytes(),
            b"wave",
            tail,
            &guid_chunk(b"fact", 32, &500u64.to_le_bytes()),
            &guid_chunk(b"bext", 29, b"odd\0\0"),
            &guid_chunk(b"fmt ", 40, &format),
            &guid_chunk(b"data", data_size, &data),
        ]
        .concat()
    };
    let right = 24 + data.len() as u64;
    for (size, data_size) in
        [(right + 160, right), (0, 24), (0, 0), (u64::MAX, u64::MAX), (i64::MAX as u64, i64::MAX as u64)]
    {
        for name in ["wave64.w64", "wave64.wav"] {
            assert_same(name, &wave64(size, data_size), &samples_16(), WordLength::Bits16);
        }
    }
    assert!(refusal("cut.w64", &wave64(9999, 9999)).contains("are missing"));
}

/// An AIFF or AIFC of two channels at 44.1 kHz.
fn aiff(form: &[u8; 4], codec: Option<&[u8; 4]>, bits: u16, data: &[u8]) -> Vec<u8> {
    let mut common = [&[0, 2][..], &(NUM_FRAMES as u32).to_be_bytes(), &bits.to_be_bytes()].concat();
    common.extend(*b"\x40\x0e\xac\x44\0\0\0\0\0\0");
    if let Some(codec) = codec {
        common.extend([&codec[..], b"\0\0"].concat());
    }
    let content = [&form[..], &big_chunk(b"COMM", &common), &big_chunk(b"SSND", &[&[0; 8], data].concat())].concat();
    [b"FORM", &(content.len() as u32).to_be_bytes()[..], &content].concat()
}

#[test]
fn every_form_of_aiff_is_read_to_the_bit() {
    for (bits, source) in
        [(8, WordLength::Bits16), (16, WordLength::Bits16), (24, WordLength::Bits24), (32, WordLength::Float32)]
    {
        let (numbers, width) = (integers(bits), bits as usize / 8);
        let (big, little) = (packed(&numbers, width, true), packed(&numbers, width, false));
        let expected = scaled(&numbers, bits);
        assert_same("a.aiff", &aiff(b"AIFF", None, bits as u16, &big), &expected, source);
        for codec in [b"NONE", b"twos"] {
            assert_same("a.aifc", &aiff(b"AIFC", Some(codec), bits as u16, &big), &expected, source);
        }
        assert_same("sowt.aifc", &aiff(b"AIFC", Some(b"sowt"), bits as u16, &little), &expected, source);
    }
    let u8s: Vec<u8> = integers(8).iter().map(|&number| (number + 128) as u8).collect();
    assert_same("raw.aifc", &aiff(b"AIFC", Some(b"raw "), 8, &u8s), &scaled(&integers(8), 8), WordLength::Bits16);
    for (codec, bits, source) in [(b"in24", 24, WordLength::Bits24), (b"in32", 32, WordLength::Float32)] {
        let data = packed(&integers(bits), bits as usize / 8, true);
        assert_same("in.aifc", &aiff(b"AIFC", Some(codec), 16, &data), &scaled(&integers(bits), bits), source);
    }
    let doubles: Vec<f64> = integers(32).iter().map(|&number| number as f64 / 1e9).collect();
    let floats: Vec<f32> = doubles.iter().map(|&sample| sample as f32).collect();
    let data: Vec<u8> = floats.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    let long_data: Vec<u8> = doubles.iter().flat_map(|sample| sample.to_be_bytes()).collect();
    for (codec, data) in [(b"fl32", &data), (b"FL32", &data), (b"fl64", &long_data), (b"FL64", &long_data)] {
        assert_same("fl.aifc", &aiff(b"AIFC", Some(codec), 32, data), &floats, WordLength::Float32);
    }
    // Format behind the samples, sizes that were never filled in, a chunk that leads nowhere.
    let data = packed(&integers(16), 2, true);
    let whole = aiff(b"AIFF", None, 16, &data);
    let (common, sound) = (&whole[12..38], &whole[38..]);
    assert_same("turned.aiff", &[&whole[..12], sound, common].concat(), &samples_16(), WordLength::Bits16);
    let mut streamed = whole.clone();
    streamed[4..8].fill(0);
    for size in [[0; 4], [0xff; 4], [0x7f, 0, 0, 8]] {
        streamed[42..46].copy_from_slice(&size);
        assert_same("streamed.aiff", &streamed, &samples_16(), WordLength::Bits16);
    }
    // A size that counts its own head.
    let mut counted = whole.clone();
    counted[42..46].copy_from_slice(&(data.len() as u32 + 16).to_be_bytes());
    assert_same("counted.aiff", &counted, &samples_16(), WordLength::Bits16);
    let broken = [&whole[..12], common, b"ANNO\x7a\0\0\0text", sound].concat();
    assert_same("broken.aiff", &broken, &samples_16(), WordLength::Bits16);
}

#[test]
fn caf_au_and_rifx_are_read_to_the_bit() {
    let numbers = integers(24);
    let expected = scaled(&numbers, 24);
    for (flags, is_big_endian) in [(0u32, true), (2, false)] {
        for (size, edits) in [((3 * numbers.len() + 4) as i64, 0u32), (-1, 1)] {
            let caf = [
                &b"caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20"[..],
                &f64::from(RATE_HZ).to_be_bytes(),
                b"lpcm",
                &[flags, 6, 1, 2, 24].map(u32::to_be_bytes).concat(),
                b"free\0\0\0\0\0\0\0\x03abcdata",
                &size.to_be_bytes(),
                &edits.to_be_bytes(),
                &packed(&numbers, 3, is_big_endian),
            ];
            assert_same("a.caf", &caf.concat(), &expected, WordLength::Bits24);
        }
    }
    let head = |size: u32| [28, size, 4, RATE_HZ, 2, 0].map(u32::to_be_bytes).concat();
    for size in [3 * numbers.len() as u32, u32::MAX] {
        let bytes = [b".snd".to_vec(), head(size), packed(&numbers, 3, true)].concat();
        assert_same("a.au", &bytes, &expected, WordLength::Bits24);
    }
    let mut rifx = wav(&format(1, 24, 6), &packed(&numbers, 3, true));
    rifx[3] = b'X';
    for (start, end) in [(4, 8), (16, 20), (20, 22), (22, 24), (24, 28), (28, 32), (32, 34), (34, 36), (40, 44)] {
        rifx[start..end].reverse();
    }
    assert_same("x.wav", &rifx, &expected, WordLength::Bits24);
}

#[test]
fn what_cannot_be_read_is_called_by_its_name() {
    let data = chunk(b"data", &[1; 400]);
    let with = |tag, bits| riff(&[chunk(b"fmt ", &format(tag, bits, 4)), data.clone()]);
    let mut no_channels = wav(&format(1, 16, 4), &[0; 400]);
    no_channels[22] = 0;
    let mut no_rate = wav(&format(1, 16, 4), &[0; 400]);
    no_rate[24..28].fill(0);
    for (bytes, why) in [
        (with(2, 4), "is WAV with Microsoft ADPCM inside; convert it to PCM"),
        (with(0x55, 0), "is WAV with MP3 inside; convert it to PCM"),
        (with(0x4321, 0), "is WAV with an unknown codec (number 0x4321) inside; convert it to PCM"),
        (with(3, 16), "is WAV with 16-bit float inside"),
        (with(1, 99), "is WAV, but its header is damaged: 99 bits per sample; export it again"),
        (no_channels, "is WAV, but its header is damaged: it has no channels; export it again"),
        (no_rate, "is WAV, but its header is damaged: it has no sample rate; export it again"),
        (
            riff(std::slice::from_ref(&data)),
            "is WAV, but its header is damaged: no format chunk before the samples; export it again",
        ),
        (riff(&[chunk(b"LIST", b"INFO")]), "is WAV, but its header is damaged: no format chunk; export it again"),
        (riff(&[chunk(b"fmt ", &format(1, 16, 4))]), "is WAV, but its header is damaged: no samples; export it again"),
        (riff(&[chunk(b"fmt ", &[1; 8]), data.clone()]), "its format chunk is too short"),
        (aiff(b"AIFC", Some(b"ima4"), 16, &[0; 99]), "is AIFC with IMA 4:1 ADPCM inside; convert it to PCM"),
    ] {
        let said = refusal("named.wav", &bytes);
        assert!(said.contains(why), "{said}, not {why}");
    }
}

#[test]
fn no_header_takes_long_or_much() {
    let numbers = integers(16);
    let (little, big) = (packed(&numbers, 2, false), packed(&numbers, 2, true));
    let text = chunk(b"LIST", b"INFOIART\x04\0\0\0name");
    let seeds = [
        wav(&format(1, 16, 4), &little),
        riff(&[text, chunk(b"fmt ", &extensible(1, (24, 24), 3)), chunk(b"fact", &[0; 4]), chunk(b"data", &little)]),
        wav(&format(1, 24, 8), &little),
        aiff(b"AIFC", Some(b"sowt"), 16, &little),
        aiff(b"AIFF", None, 24, &big),
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    let limits = Limits { max_s: 900.0, cancel: Cancel::default() };
    let (start, mut num_read) = (Instant::now(), 0);
    for idx in 0..2000 {
        let mut bytes = seeds[next(seeds.len())].clone();
        for _ in 0..=next(6) {
            let at = next(120);
            match next(5) {
                0 => bytes[at] = next(256) as u8,
                1 => bytes[at] ^= 1 << next(8),
                2 => bytes[at..at + 4].copy_from_slice(&[0, 1, 0xff, 0x7f].map(|byte| byte * (next(2) as u8))),
                3 => bytes.truncate(at.max(120) + next(2000)),
                _ => drop(bytes.splice(at..at, std::iter::repeat_n(next(256) as u8, next(9)))),
            }
        }
        let file = Scratch::new("fuzz.wav", &bytes);
        let (before, begun) = (memory::begin(), Instant::now());
        let result = read_through(&file.0, &limits, |_, planes| {
            num_read += planes[0].len();
            Ok(())
        });
        let said = result.err().map(|error| format!("{error:#}"));
        assert!(memory::peak_since(before) < 1 << 20, "{idx}: {} bytes, {said:?}", memory::peak_since(before));
        assert!(begun.elapsed() < Duration::from_secs(2), "{idx}: {:?}, {said:?}", begun.elapsed());
    }
    assert!(num_read > 100_000, "{num_read}");
    // A file of nothing but names of chunks, and one of empty chunks.
    for unit in [&b"data"[..], b"fmt ", b"data\0\0\0\0", b"fmt \x10\0\0\0", b"abcd\0\0\0\0", b"COMMSSND"] {
        for head in [&b"RIFF\0\0\0\0WAVE"[..], b"RF64\xff\xff\xff\xffWAVE", b"FORM\0\0\0\0AIFF"] {
            let file = Scratch::new("many.wav", &[head, &unit.repeat(500_000)].concat());
            let (before, begun) = (memory::begin(), Instant::now());
            let _ = read_through(&file.0, &limits, |_, _| Ok(()));
            assert!(memory::peak_since(before) < 1 << 20 && begun.elapsed() < SOON, "{unit:?}: {:?}", begun.elapsed());
        }
    }
    assert!(start.elapsed() < 6 * SOON);
}

/// A bound on a hang, not on speed.
const SOON: Duration = Duration::from_secs(20);
