//! FLAC files of our own, read back by a decoder that is not: the same to the bit, and never larger than their samples.

use std::io::Cursor;

use discern::audio_file::{FlacEncoder, FlacSpec, MAX_FLAC_RATE_HZ, seek_table};
use proptest::prelude::*;
use symphonia::core::audio::{Audio, GenericAudioBufferRef};
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;

const BLOCK_LEN: usize = 4096;
const KINDS: [Kind; 12] = [
    Kind::Silence,
    Kind::Noise,
    Kind::Square,
    Kind::Alternating,
    Kind::Wasted,
    Kind::Tone,
    Kind::Impulses,
    Kind::NoiseThenSilence,
    Kind::Quiet,
    Kind::Opposite,
    Kind::Constant,
    Kind::Bursts,
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Silence,
    /// Over the whole range: nothing can be predicted.
    Noise,
    /// Full scale, 100 samples up, 100 down.
    Square,
    /// From end to end of the range with every sample: what predictors fear.
    Alternating,
    /// Noise whose lowest bits are unused.
    Wasted,
    /// What predictors are made for.
    Tone,
    /// One sample in a thousand.
    Impulses,
    NoiseThenSilence,
    /// The lowest two bits.
    Quiet,
    /// Every second channel the opposite of the one before.
    Opposite,
    Constant,
    /// Full scale for a few samples now and then, at ever other places.
    Bursts,
}

/// Even noise from a number.
fn hash(number: u64) -> i64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 32)) as i64
}

fn signal(kind: Kind, spec: FlacSpec, num_frames: usize, seed: u64) -> Vec<Vec<i32>> {
    let (min, max) = (-(1i64 << (spec.bits - 1)), (1i64 << (spec.bits - 1)) - 1);
    let noise = |place: u64| hash(place ^ seed << 40) >> (64 - spec.bits);
    let value = |channel: usize, frame: usize| -> i64 {
        let place = (frame * spec.num_channels + channel) as u64;
        let up = |is_up: bool| if is_up { max } else { min };
        match kind {
            Kind::Silence => 0,
            Kind::Noise => noise(place),
            Kind::Square => up((frame / 100).is_multiple_of(2)),
            Kind::Alternating => up((frame + channel).is_multiple_of(2)),
            Kind::Wasted => noise(place) >> 3 << 3,
            Kind::Tone => (max as f64 * (frame as f64 * (0.03 + 0.01 * channel as f64)).sin()) as i64,
            Kind::Impulses => {
                if hash(place) % 1000 == 0 {
                    noise(place)
                } else {
                    0
                }
            }
            Kind::NoiseThenSilence => {
                if frame < num_frames / 3 {
                    noise(place)
                } else {
                    0
                }
            }
            Kind::Quiet => hash(place) >> 62,
            Kind::Opposite => {
                let value = noise(frame as u64).max(min + 1);
                if channel.is_multiple_of(2) { value } else { -value }
            }
            Kind::Constant => noise(channel as u64),
            Kind::Bursts => {
                if hash(frame as u64 / 7) % 50 == 0 {
                    up(hash(place) % 2 == 0)
                } else {
                    hash(place) >> 61
                }
            }
        }
    };
    (0..spec.num_channels).map(|channel| (0..num_frames).map(|frame| value(channel, frame) as i32).collect()).collect()
}

fn encode(spec: FlacSpec, channels: &[Vec<i32>], division: usize, blocks: Vec<(u8, Vec<u8>)>) -> Vec<u8> {
    let mut encoder = FlacEncoder::new(Cursor::new(Vec::new()), spec, blocks).expect("a stream");
    let num_frames = channels[0].len();
    for start in (0..num_frames).step_by(division) {
        let end = num_frames.min(start + division);
        let part: Vec<&[i32]> = channels.iter().map(|channel| &channel[start..end]).collect();
        encoder.push(&part).expect("a block");
    }
    encoder.finish().expect("an end").into_inner()
}

/// Channels of integers, after the decoder's own check of the samples' sum.
fn decode(spec: FlacSpec, bytes: Vec<u8>) -> Vec<Vec<i32>> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), MediaSourceStreamOptions::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
        .expect("a FLAC file");
    let parameters = format.default_track(TrackType::Audio).unwrap().codec_params.clone().unwrap();
    let parameters = parameters.audio().unwrap().clone();
    assert_eq!(parameters.sample_rate, Some(spec.sample_rate_hz));
    assert_eq!(parameters.bits_per_sample, Some(spec.bits));
    let options = AudioDecoderOptions::default().verify(true);
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(&parameters, &options).expect("a decoder");
    let mut channels = vec![Vec::new(); spec.num_channels];
    while let Some(packet) = format.next_packet().expect("a packet") {
        let GenericAudioBufferRef::S32(buffer) = decoder.decode(&packet).expect("a block") else {
            panic!("no integers")
        };
        for (channel, plane) in channels.iter_mut().zip(buffer.iter_planes()) {
            // Samples come with their highest bit at the top.
            channel.extend(plane.iter().map(|sample| sample >> (32 - spec.bits)));
        }
    }
    assert_eq!(decoder.finalize().verify_ok, Some(true));
    channels
}

/// Head, and each block with its samples as they are: 16 bytes of header, two of check sum, a byte for each channel.
fn verbatim_len(spec: FlacSpec, num_frames: usize) -> usize {
    let num_blocks = num_frames.div_ceil(BLOCK_LEN);
    42 + num_blocks * (18 + 1 + spec.num_channels) + (num_frames * spec.num_channels * spec.bits as usize).div_ceil(8)
}

fn check(kind: Kind, spec: FlacSpec, num_frames: usize, division: usize, seed: u64) {
    let channels = signal(kind, spec, num_frames, seed);
    let bytes = encode(spec, &channels, division, Vec::new());
    let most = verbatim_len(spec, num_frames);
    assert!(bytes.len() <= most, "{kind:?} {spec:?} {num_frames}: {} bytes, {most} as they are", bytes.len());
    let decoded = decode(spec, bytes);
    assert!(decoded == channels, "{kind:?} {spec:?} {num_frames}: other samples");
}

fn rates() -> impl Strategy<Value = u32> {
    prop_oneof![
        prop::sample::select(vec![8000, 22_050, 44_100, 48_000, 96_000, 176_400, 192_000, 352_800, 384_000, 655_350]),
        1..=MAX_FLAC_RATE_HZ,
    ]
}

fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![
        1usize..40,
        1..3 * BLOCK_LEN,
        (1usize..4, -3i32..4).prop_map(|(blocks, more)| { (blocks * BLOCK_LEN).saturating_add_signed(more as isize) })
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_goes_in_comes_out(
        kind in prop::sample::select(&KINDS[..]),
        sample_rate_hz in rates(),
        num_channels in prop_oneof![Just(1usize), Just(2), 1..=8usize],
        bits in prop_oneof![Just(16u32), Just(24), 4..=32u32],
        num_frames in lengths(),
        division in prop_oneof![1usize..5, 1..10_000usize],
        seed in 0u64..1000,
    ) {
        check(kind, FlacSpec { sample_rate_hz, num_channels, bits }, num_frames, division, seed);
    }
}

#[test]
fn every_signal_in_every_word_length() {
    for kind in KINDS {
        for bits in 4..=32 {
            for num_channels in [1, 2] {
                let spec = FlacSpec { sample_rate_hz: 48_000, num_channels, bits };
                for num_frames in [1, 5, 16, 255, BLOCK_LEN, BLOCK_LEN + 1] {
                    check(kind, spec, num_frames, 1000, 1);
                }
            }
        }
    }
}

/// Noise of Gauss's distribution behind two resonances, in 24 bits, and the bits of a sample that nobody can do without.
fn resonant_noise(num_frames: usize) -> (Vec<i32>, f64) {
    const SIGMA: f64 = 20_000.0;
    let mut past = [0.0; 4];
    // Poles at 0.98 and 0.9, at 0.1 and 1.5 rad.
    let section = |radius: f64, angle: f64| [2.0 * radius * f64::cos(angle), -radius * radius];
    let ([a, b], [c, d]) = (section(0.98, 0.1), section(0.9, 1.5));
    let feedback = [a + c, b + d - a * c, -a * d - b * c, -b * d];
    let mut sample = |frame: usize| {
        let uniform: f64 = (0..12).map(|idx| hash(12 * frame as u64 + idx) as f64 / 2f64.powi(64)).sum();
        let value = SIGMA * uniform + feedback.iter().zip(past).map(|(weight, past)| weight * past).sum::<f64>();
        past = [value, past[0], past[1], past[2]];
        value.round() as i32
    };
    let samples = (0..num_frames).map(&mut sample).collect();
    (samples, 0.5 * (2.0 * std::f64::consts::PI * std::f64::consts::E * SIGMA * SIGMA).log2())
}

#[test]
fn what_can_be_predicted_takes_hardly_more_than_its_entropy() {
    let spec = FlacSpec { sample_rate_hz: 48_000, num_channels: 2, bits: 24 };
    let (left, entropy) = resonant_noise(20 * BLOCK_LEN);
    // The right channel is the left one, a hair quieter: the difference costs little.
    let right: Vec<i32> = left.iter().map(|sample| sample - sample / 1000).collect();
    let channels = [left, right];
    let bytes = encode(spec, &channels, 3000, Vec::new());
    let bits = 8.0 * bytes.len() as f64 / channels[0].len() as f64;
    let alone = 8.0 * encode(FlacSpec { num_channels: 1, ..spec }, &channels[..1], 3000, Vec::new()).len() as f64
        / channels[0].len() as f64;
    // Rice codes are made for Laplace's distribution and waste 0.15 bit on this one; coefficients take 0.05.
    assert!(alone < entropy + 0.22, "{alone:.2} bits, {entropy:.2} at least");
    assert!(bits < 1.75 * entropy, "{bits:.2} bits for both");
    assert!(decode(spec, bytes) == channels);
}

/// The metadata blocks: type, content and where that begins; and where the first block of samples does.
fn metadata(bytes: &[u8]) -> (Vec<(u8, &[u8])>, usize) {
    assert_eq!(&bytes[..4], b"fLaC");
    let (mut blocks, mut place) = (Vec::new(), 4);
    loop {
        let len = u32::from_be_bytes([0, bytes[place + 1], bytes[place + 2], bytes[place + 3]]) as usize;
        let (kind, is_last) = (bytes[place] & 0x7f, bytes[place] & 0x80 != 0);
        blocks.push((kind, &bytes[place + 4..][..len]));
        place += 4 + len;
        if is_last {
            return (blocks, place);
        }
    }
}

fn big_endian(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[test]
fn the_head_says_what_the_stream_holds() {
    let spec = FlacSpec { sample_rate_hz: 96_000, num_channels: 2, bits: 24 };
    for (num_frames, num_blocks) in [(100, 1), (BLOCK_LEN, 1), (2 * BLOCK_LEN + 7, 3)] {
        let bytes = encode(spec, &signal(Kind::Tone, spec, num_frames, 1), 999, Vec::new());
        let (blocks, start) = metadata(&bytes);
        let [(0, info)] = blocks[..] else { panic!("{blocks:?}") };
        // The last block, which may be shorter, counts into neither.
        assert_eq!([big_endian(&info[..2]), big_endian(&info[2..4])], [BLOCK_LEN as u64; 2]);
        assert_eq!(big_endian(&info[10..18]) >> 44, 96_000);
        assert_eq!(big_endian(&info[10..18]) & ((1 << 36) - 1), num_frames as u64);
        let [least, most] = [big_endian(&info[4..7]), big_endian(&info[7..10])];
        let all = (bytes.len() - start) as u64;
        assert!(least > 0 && least <= most && most <= all && least * num_blocks <= all && all <= most * num_blocks);
    }
}

#[test]
fn a_stream_without_samples_is_one() {
    let spec = FlacSpec { sample_rate_hz: 44_100, num_channels: 1, bits: 16 };
    let bytes = encode(spec, &[Vec::new()], 1, Vec::new());
    assert_eq!((bytes.len(), metadata(&bytes).1), (42, 42));
    // The sum of nothing.
    assert_eq!(&bytes[26..], b"\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e");
}

#[test]
fn metadata_stands_between_the_head_and_the_samples() {
    let spec = FlacSpec { sample_rate_hz: 44_100, num_channels: 1, bits: 16 };
    let blocks = vec![(4, b"comment".to_vec()), (6, vec![7; 70_000]), (1, vec![0; 10])];
    let channels = signal(Kind::Tone, spec, 5000, 1);
    let bytes = encode(spec, &channels, 5000, blocks.clone());
    let found: Vec<(u8, Vec<u8>)> =
        metadata(&bytes).0.into_iter().skip(1).map(|(kind, content)| (kind, content.to_vec())).collect();
    assert_eq!(found, blocks);
    // The seek table of a stream that does not begin the sink counts from the stream's own first block.
    let mut sink = Cursor::new(vec![0xaa; 50]);
    sink.set_position(50);
    let spec = FlacSpec { sample_rate_hz: 100, ..spec };
    let mut encoder = FlacEncoder::new(sink, spec, vec![seek_table(100, 50_000).unwrap(), (1, vec![0; 10])]).unwrap();
    let channels = signal(Kind::Tone, spec, 50_000, 1);
    encoder.push(&[&channels[0]]).unwrap();
    let bytes = encoder.finish().unwrap().into_inner();
    let (blocks, start) = metadata(&bytes[50..]);
    assert_eq!((blocks[1].0, blocks[1].1.len()), (3, 50 * 18));
    // More points than blocks: each block is named once, what is left over is empty and stands last.
    let points: Vec<[u64; 3]> = blocks[1]
        .1
        .chunks(18)
        .map(|point| [big_endian(&point[..8]), big_endian(&point[8..16]), big_endian(&point[16..])])
        .collect();
    for (idx, [first, place, len]) in points[..13].iter().enumerate() {
        assert_eq!([*first, *len], [(idx * BLOCK_LEN) as u64, (50_000 - idx * BLOCK_LEN).min(BLOCK_LEN) as u64]);
        let block = &bytes[50 + start + *place as usize..];
        assert_eq!((&block[..2], usize::from(block[4])), (&[0xff, 0xf8][..], idx));
    }
    assert!(points[13..].iter().all(|point| *point == [u64::MAX, 0, 0]));
    assert_eq!(decode(spec, bytes[50..].to_vec()), channels);
}

#[test]
fn seek_points_are_ten_seconds_apart() {
    assert_eq!(seek_table(48_000, 480_000), None);
    let spec = FlacSpec { sample_rate_hz: 8000, num_channels: 1, bits: 16 };
    let (kind, room) = seek_table(8000, 320_000).unwrap();
    assert_eq!((kind, room.len()), (3, 4 * 18));
    let bytes = encode(spec, &signal(Kind::Tone, spec, 320_000, 1), 10_000, vec![(kind, room)]);
    let firsts: Vec<u64> = metadata(&bytes).0[1].1.chunks(18).map(|point| big_endian(&point[..8])).collect();
    // The block that holds the sample.
    assert_eq!(firsts, [0, 80_000, 160_000, 240_000].map(|sample| sample / BLOCK_LEN as u64 * BLOCK_LEN as u64));
}

#[test]
fn what_flac_cannot_hold_is_refused() {
    let spec = FlacSpec { sample_rate_hz: 48_000, num_channels: 2, bits: 16 };
    let begin = |spec, blocks| FlacEncoder::new(Cursor::new(Vec::new()), spec, blocks);
    for other in [
        FlacSpec { sample_rate_hz: 0, ..spec },
        FlacSpec { sample_rate_hz: MAX_FLAC_RATE_HZ + 1, ..spec },
        FlacSpec { num_channels: 0, ..spec },
        FlacSpec { num_channels: 9, ..spec },
        FlacSpec { bits: 3, ..spec },
        FlacSpec { bits: 33, ..spec },
    ] {
        assert!(begin(other, Vec::new()).is_err(), "{other:?}");
    }
    for block in [(0, vec![0; 34]), (127, Vec::new()), (4, vec![0; 1 << 24])] {
        assert!(begin(spec, vec![block]).is_err());
    }
    let pushed = |channels: &[&[i32]]| {
        let mut encoder = begin(spec, Vec::new()).unwrap();
        encoder.push(channels).and_then(|()| encoder.finish().map(drop))
    };
    assert!(pushed(&[&[1, 2]]).is_err());
    assert!(pushed(&[&[1, 2], &[1]]).is_err());
    assert!(pushed(&[&[32_768], &[0]]).is_err());
    assert!(pushed(&[&[0], &[-32_769]]).is_err());
    assert!(pushed(&[&[32_767], &[-32_768]]).is_ok());
}

#[test]
fn a_full_disk_is_said() {
    let spec = FlacSpec { sample_rate_hz: 48_000, num_channels: 1, bits: 16 };
    let channels = signal(Kind::Noise, spec, 3 * BLOCK_LEN, 1);
    let mut disk = [0; 10_000];
    let mut encoder = FlacEncoder::new(Cursor::new(&mut disk[..]), spec, Vec::new()).unwrap();
    assert!(encoder.push(&[&channels[0]]).is_err());
}
