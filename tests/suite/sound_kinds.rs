//! Every kind of sound file that is read, from `tests/fixtures/audio`, beside what ffmpeg decodes of it; and what engineers
//! really have: joined, tagged, cut, streamed.

use std::fs;
use std::path::{Path, PathBuf};

use discern::audio_file::{Format, Limits, WordLength, read_through};
use discern::dsp::cancel::Cancel;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/audio")
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixtures().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A file and its sound, one plane per channel; or why there is none.
fn decode_file(path: &Path) -> Result<(Format, Vec<Vec<f32>>), String> {
    let mut channels: Vec<Vec<f32>> = Vec::new();
    let limits = Limits { max_s: 900.0, cancel: Cancel::default() };
    read_through(path, &limits, |_, planes| {
        channels.resize(planes.len(), Vec::new());
        channels.iter_mut().zip(planes).for_each(|(channel, plane)| channel.extend_from_slice(plane));
        Ok(())
    })
    .map(|format| (format, channels))
    .map_err(|error| error.root_cause().to_string())
}

/// The same of bytes under a name.
fn decode(name: &str, bytes: &[u8]) -> Result<(Format, Vec<Vec<f32>>), String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    decode_file(&path)
}

fn effective(part: &[f32]) -> f64 {
    (part.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / part.len().max(1) as f64).sqrt()
}

/// An ID3v2 tag of so many bytes with its header.
fn id3v2(num_bytes: usize) -> Vec<u8> {
    let size = num_bytes - 10;
    let mut tag = b"ID3\x03\0\0".to_vec();
    tag.extend([21, 14, 7, 0].map(|shift| (size >> shift & 0x7f) as u8));
    tag.resize(num_bytes, b'x');
    tag
}

fn id3v1() -> Vec<u8> {
    let mut tag = b"TAG".to_vec();
    tag.resize(128, b' ');
    tag
}

#[test]
fn every_kind_has_the_length_and_the_sound_that_ffmpeg_hears() {
    let table = String::from_utf8(fixture("decoded.tsv")).unwrap();
    let mut num_files = 0;
    for line in table.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, rate, num_channels, num_frames, values @ ..] = &fields[..] else { panic!("{line}") };
        let (format, channels) = decode_file(&fixtures().join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
        let read = [u64::from(format.sample_rate_hz), format.num_channels as u64, format.num_frames];
        assert_eq!(read, [rate, num_channels, num_frames].map(|text| text.parse::<u64>().unwrap()), "{name}");
        assert_eq!(format.truncated_s, None, "{name}");
        assert_eq!(channels.len(), format.num_channels);
        for (channel, expected) in channels.iter().zip(values.chunks(4)) {
            assert_eq!(channel.len() as u64, format.num_frames, "{name}");
            for (quarter, expected) in expected.iter().enumerate() {
                let [from, to] = [quarter, quarter + 1].map(|quarter| quarter * channel.len() / 4);
                let (heard, expected) = (1e5 * effective(&channel[from..to]), expected.parse::<f64>().unwrap());
                assert!((heard - expected).abs() < 3.0, "{name}: {heard} instead of {expected}");
            }
        }
        num_files += 1;
    }
    assert!(num_files > 30);
}

#[test]
fn codecs_and_word_lengths_are_named() {
    for (name, codec, source) in [
        ("lame_mono.mp3", "MP3", None),
        ("aac_stereo.m4a", "AAC", None),
        ("aac_stereo.aac", "AAC", None),
        ("alac_mono.m4a", "ALAC", Some(WordLength::Bits16)),
        ("opus_mono.opus", "Opus", None),
        ("vorbis.mka", "Vorbis", None),
        ("flac24.mka", "FLAC", Some(WordLength::Bits24)),
        ("flac_mono.flac", "FLAC", Some(WordLength::Bits16)),
        ("pcm24.mov", "PCM", Some(WordLength::Bits24)),
        ("pcm32f.mov", "PCM", Some(WordLength::Float32)),
    ] {
        let (format, _) = decode_file(&fixtures().join(name)).unwrap();
        assert_eq!((format.codec, format.source), (codec, source), "{name}");
    }
}

#[test]
fn lossless_containers_hold_the_same_samples() {
    let plain = |name: &str| decode_file(&fixtures().join(name)).unwrap().1;
    let (sixteen, fine) = (plain("flac_stereo.flac"), plain("flac24.flac"));
    assert_eq!(plain("alac_stereo.m4a"), sixteen);
    for (name, whole) in [
        ("alac.caf", &sixteen),
        ("alac.mka", &sixteen),
        ("pcm16.mka", &sixteen),
        ("flac24.mka", &fine),
        ("flac24.mp4", &fine),
        ("flac24.oga", &fine),
        ("pcm24.mov", &fine),
        ("pcm32f.mov", &fine),
    ] {
        for (channel, whole) in plain(name).iter().zip(whole) {
            assert_eq!(channel[..], whole[..channel.len()], "{name}");
        }
    }
    assert_eq!(plain("alac_mono.m4a"), plain("flac_mono.flac"));
}

#[test]
fn an_mp3_is_heard_whole_whatever_stands_around_it() {
    let mp3 = fixture("lame_stereo.mp3");
    let (format, sound) = decode("plain.mp3", &mp3).unwrap();
    let cover = id3v2(1_300_000);
    let behind = [&mp3[..], &id3v1()].concat();
    let mut noise = 1u32;
    let garbage: Vec<u8> = (0..5000)
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (noise >> 25) as u8
        })
        .collect();
    for (name, bytes) in [
        ("cover.mp3", [&cover[..], &mp3].concat()),
        ("two_tags.mp3", [&id3v2(400)[..], &id3v2(300), &[0; 2000], &mp3].concat()),
        ("behind.mp3", behind.clone()),
        ("garbage.mp3", [&garbage[..], &mp3].concat()),
        ("zeros.mp3", [&mp3[..], &[0; 700]].concat()),
        ("named.wav", mp3.clone()),
    ] {
        let (other, heard) = decode(name, &bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!((other, heard == sound), (format, true), "{name}");
    }
    // Joined ones: both parts, each trimmed by its own tag.
    for joined in [[&mp3[..], &mp3].concat(), [&behind[..], &id3v2(700), &mp3].concat()] {
        let (other, heard) = decode("joined.mp3", &joined).unwrap();
        assert_eq!((other.num_frames, other.truncated_s), (2 * format.num_frames, None));
        for (heard, sound) in heard.iter().zip(&sound) {
            assert!(heard[..sound.len()] == sound[..] && heard[sound.len()..] == sound[..]);
        }
    }
    // Without a tag nothing is trimmed: all packets of the second part, and what the first had before.
    let untagged = fixture("untagged.mp3");
    let (once, _) = decode("once.mp3", &untagged).unwrap();
    let (twice, _) = decode("twice.mp3", &[&untagged[..], &untagged].concat()).unwrap();
    assert_eq!((once.num_frames % 1152, twice.num_frames), (0, 2 * once.num_frames));
}

#[test]
fn a_damaged_mp3_is_heard_in_time() {
    let mp3 = fixture("lame_stereo.mp3");
    let (format, _) = decode("plain.mp3", &mp3).unwrap();
    // A frame that says that it is mono, one whose header is gone, one with other content.
    let frames: Vec<usize> = (600..mp3.len() - 4).filter(|&at| mp3[at..at + 2] == mp3[..2]).collect();
    let mono = mp3.clone().tap(|mp3| mp3[frames[1] + 3] |= 0xc0);
    let other = mp3.clone().tap(|mp3| mp3[frames[1] + 40..frames[1] + 140].fill(0x5a));
    for changed in [mono, other] {
        let (other, _) = decode("damaged.mp3", &changed).unwrap();
        assert_eq!((other.num_frames, other.num_channels), (format.num_frames, 2));
    }
    let hole = mp3.clone().tap(|mp3| mp3[frames[1]..frames[1] + 3].fill(0));
    let (other, _) = decode("hole.mp3", &hole).unwrap();
    assert!(format.num_frames - other.num_frames <= 2 * 1152 && other.num_channels == 2);
    // Far-off noise between frames is left out.
    let split = [&mp3[..frames[2]], &[0x33; 3000][..], &mp3[frames[2]..]].concat();
    assert_eq!(decode("split.mp3", &split).unwrap().0.num_frames, format.num_frames);
}

#[test]
fn an_mp3_without_a_tag_is_not_measured_by_its_first_frames() {
    // Sparse frames first, dense ones after: an extrapolated length would be several times too short or too long.
    let mut stream = Vec::new();
    for (count, rate_code, size) in [(40, 1, 104), (200, 14, 1044)] {
        for _ in 0..count {
            let mut frame = vec![0; size];
            frame[..4].copy_from_slice(&[0xff, 0xfb, rate_code << 4, 0xc4]);
            stream.extend(frame);
        }
    }
    let (format, _) = decode("vbr.mp3", &stream).unwrap();
    assert_eq!((format.num_frames, format.num_channels), (240 * 1152, 1));
}

#[test]
fn flac_is_heard_whole_whatever_stands_around_it() {
    let flac = fixture("flac_stereo.flac");
    let (format, sound) = decode("plain.flac", &flac).unwrap();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut flac = flac.clone();
        change(&mut flac);
        flac
    };
    for (name, bytes) in [
        ("id3v2.flac", [&id3v2(5000)[..], &flac].concat()),
        ("id3v1.flac", [&flac[..], &id3v1()].concat()),
        ("zeros.flac", [&flac[..], &[0; 300]].concat()),
        // Smallest block 0, blocks of both sizes 0, no length and no checksum.
        ("min0.flac", changed(&|flac| flac[8..10].fill(0))),
        ("blocks0.flac", changed(&|flac| flac[8..12].fill(0))),
        ("streamed.flac", changed(&|flac| flac[22..42].fill(0)).tap(|flac| flac[21] &= 0xf0)),
        (
            "streamed_id3v1.flac",
            [&changed(&|flac| flac[22..42].fill(0)).tap(|flac| flac[21] &= 0xf0)[..], &id3v1()].concat(),
        ),
    ] {
        let (other, heard) = decode(name, &bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(other == format && heard == sound, "{name}: {other:?}");
    }
}

#[test]
fn joined_flacs_are_heard_to_the_end() {
    let (first, second) = (fixture("flac_stereo.flac"), fixture("flac24.flac"));
    let (_, sound) = decode("first.flac", &first).unwrap();
    let (_, other) = decode("second.flac", &second).unwrap();
    for joined in [[&first[..], &second].concat(), [&first[..], &id3v1(), &id3v2(99), &second].concat()] {
        let (format, heard) = decode("joined.flac", &joined).unwrap();
        assert_eq!((format.num_frames, format.truncated_s), (2 * sound[0].len() as u64, None));
        assert!(heard[1] == [&sound[1][..], &other[1]].concat());
    }
    let why = decode("mixed.flac", &[&first[..], &fixture("flac_mono.flac")].concat()).unwrap_err();
    assert!(why.contains("changes its format"), "{why}");
}

/// Changes a value on its way.
trait Tap: Sized {
    fn tap(mut self, change: impl Fn(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

impl Tap for Vec<u8> {}

#[test]
fn a_lossless_file_that_is_damaged_inside_is_refused_with_its_place() {
    let mut flac = fixture("flac_stereo.flac");
    let middle = flac.len() * 2 / 3;
    flac[middle] ^= 0x10;
    let why = decode("damaged.flac", &flac).unwrap_err();
    assert!(why.starts_with("is FLAC, but damaged after 0.1 s") && why.contains("checksum"), "{why}");
}

#[test]
fn chained_ogg_is_heard_to_its_end() {
    for name in ["vorbis_stereo.ogg", "opus_mono.opus", "flac24.oga"] {
        let ogg = fixture(name);
        let (format, sound) = decode(name, &ogg).unwrap();
        let (chained, heard) = decode(name, &[&ogg[..], &ogg].concat()).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!((chained.num_frames, chained.truncated_s), (2 * format.num_frames, None), "{name}");
        let from = sound[0].len();
        assert!(heard[0][..from] == sound[0][..] && heard[0][from..] == sound[0][..], "{name}");
    }
    let both = [fixture("vorbis_stereo.ogg"), fixture("vorbis_mono.ogg")].concat();
    let why = decode("mixed.ogg", &both).unwrap_err();
    assert!(why.contains("changes its format"), "{why}");
}

#[test]
fn what_was_cut_off_is_heard_and_says_how_much_is_missing() {
    for (name, share, says_length) in [
        ("lame_stereo.mp3", 0.6, true),
        ("flac_stereo.flac", 0.6, true),
        ("vorbis_stereo.ogg", 0.99, false),
        ("opus_mono.opus", 0.9, false),
        ("pcm16.mka", 0.6, true),
    ] {
        let whole = fixture(name);
        let (format, _) = decode(name, &whole).unwrap();
        let cut = &whole[..(whole.len() as f64 * share) as usize];
        let result = decode(name, cut);
        let Ok((cut, _)) = result else {
            // Short ones may lose their only page.
            let why = result.unwrap_err();
            assert!(why.contains("cut off") && !says_length, "{name}: {why}");
            continue;
        };
        let missing_s = cut.truncated_s.unwrap_or_else(|| panic!("{name}: not noticed"));
        let (heard_s, whole_s) = (cut.duration_s(), format.duration_s());
        assert!(
            heard_s <= whole_s && (!says_length || (heard_s + missing_s - whole_s).abs() < 0.03),
            "{name}: {cut:?}"
        );
        let said = cut.truncation().unwrap();
        assert!(said.contains("was cut off after"), "{said}");
    }
    // An index in front of the sound, as it is streamed; the whole one has it behind.
    let fragments = fixture("aac_fragments.mp4");
    let (cut, _) = decode("cut.mp4", &fragments[..fragments.len() * 2 / 3]).unwrap();
    assert!(cut.truncated_s.is_some() && cut.num_frames > 2000);
    let m4a = fixture("aac_stereo.m4a");
    let why = decode("cut.m4a", &m4a[..m4a.len() / 2]).unwrap_err();
    assert!(why.contains("is MP4, but was cut off before its index"), "{why}");
}

#[test]
fn what_is_not_read_is_named() {
    for (name, bytes, expected) in [
        ("ac3.mka", fixture("ac3.mka"), "is Matroska with AC-3 inside; convert it to WAV or FLAC"),
        ("ac3.mp4", fixture("ac3.mp4"), "is MP4 with AC-3 inside; convert it to WAV or FLAC"),
        ("song.wv", fixture("wavpack.wv"), "is WavPack, which cannot be read; convert it to WAV or FLAC"),
        ("song.wma", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c".to_vec(), "is Windows Media"),
        ("song.ape", b"MAC \x96\x0f\0\0".to_vec(), "is Monkey's Audio"),
        ("song.mp3", vec![0xf5; 5000], "is named like MP3, but is none or damaged"),
        ("song.mp3", id3v2(3000), "holds nothing but a tag"),
        ("song.mp3", id3v2(3000)[..2000].to_vec(), "was cut off in its tag"),
        ("song.txt", vec![0xf5; 5000], "is not audio in WAV"),
        ("song.wav", vec![b'x'; 5000], "is not audio but text"),
        ("song.flac", b"fLaC\0\0\0\x22".to_vec(), "is FLAC, but was cut off in its header"),
        ("song.ogg", fixture("vorbis_mono.ogg")[..20].to_vec(), "is Ogg, but was cut off in its header"),
    ] {
        let why = decode(name, &bytes).unwrap_err();
        assert!(why.starts_with(expected), "{name}: {why}");
    }
}

#[test]
fn half_of_a_band_is_not_played_for_the_whole() {
    // AAC-LC in 44.1 kHz and stereo, which becomes HE-AAC, HE-AAC v2 and xHE-AAC by its configuration.
    let m4a = fixture("aac_stereo.m4a");
    let place = m4a.windows(3).position(|window| window == [5, 0x12, 0x10]).unwrap() + 1;
    for (first, name) in [(0x2a, "HE-AAC"), (0xea, "HE-AAC v2"), (0x0a, "AAC Main"), (0x22, "AAC-LTP")] {
        let changed = m4a.clone().tap(|m4a| m4a[place] = first);
        let why = decode("he.m4a", &changed).unwrap_err();
        assert_eq!(why, format!("is MP4 with {name} inside; convert it to WAV or FLAC"));
    }
}

#[test]
fn values_beyond_numbers_do_no_harm() {
    let mut movie = fixture("pcm32f.mov");
    let place = movie.windows(4).position(|window| window == b"mdat").unwrap() + 4;
    for (idx, value) in [f32::NAN, f32::INFINITY, -3.4e38, 1e-40].into_iter().enumerate() {
        movie[place + 4 * idx..place + 4 * idx + 4].copy_from_slice(&value.to_le_bytes());
    }
    let (format, channels) = decode("odd.mov", &movie).unwrap();
    assert!(format.num_frames == 2205 && channels[0][0].is_nan() && channels[1][1] == 1e-40);
}
