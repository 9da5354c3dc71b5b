//! What a file says beside its sound goes with it, within a format and across, but for its loudness.

use std::fs;
use std::path::{Path, PathBuf};

use discern::audio_file::{Container, Spec, WordLength, WriteOptions, Writer, read, tags};

type Chunks = Vec<([u8; 4], Vec<u8>)>;
type Blocks = Vec<(u8, Vec<u8>)>;

const NUM_FRAMES: u64 = 5000;
const COVER: &[u8] = b"\x89PNG\r\n\x1a\n\0\xff\0\xff\xe0 a cover \xff\xff\0";

fn chunk(id: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = [&id[..], &(content.len() as u32).to_le_bytes(), content].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn chunks(wav: &[u8]) -> Chunks {
    let (mut chunks, mut rest) = (Vec::new(), &wav[12..]);
    assert_eq!(u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize + 8, wav.len());
    while !rest.is_empty() {
        let size = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        chunks.push((rest[..4].try_into().unwrap(), rest[8..8 + size].to_vec()));
        rest = &rest[8 + size.next_multiple_of(2)..];
    }
    chunks
}

fn of<'a>(chunks: &'a Chunks, id: &[u8; 4], kind: &[u8]) -> &'a [u8] {
    let found = chunks.iter().find(|chunk| chunk.0 == *id && chunk.1.starts_with(kind));
    &found.unwrap_or_else(|| panic!("no {}", String::from_utf8_lossy(id))).1
}

fn blocks(flac: &[u8]) -> Blocks {
    let (mut blocks, mut rest) = (Vec::new(), &flac[4..]);
    loop {
        let size = u32::from_be_bytes([0, rest[1], rest[2], rest[3]]) as usize;
        blocks.push((rest[0] & 0x7f, rest[4..4 + size].to_vec()));
        let is_last = rest[0] & 0x80 != 0;
        rest = &rest[4 + size..];
        if is_last {
            return blocks;
        }
    }
}

/// The comments of a FLAC file, sorted.
fn comments(flac: &[u8]) -> Vec<String> {
    let block = &blocks(flac).into_iter().find(|block| block.0 == 4).expect("comments").1;
    let number = |at: usize| u32::from_le_bytes(block[at..at + 4].try_into().unwrap()) as usize;
    let mut at = 4 + number(0);
    let mut comments = Vec::new();
    for _ in 0..number(at) {
        let length = number(at + 4);
        comments.push(String::from_utf8(block[at + 8..at + 8 + length].to_vec()).unwrap());
        at += 4 + length;
    }
    comments.sort();
    comments
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A frame of ID3v2.3.
fn frame(id: &str, content: &[u8]) -> Vec<u8> {
    [id.as_bytes(), &(content.len() as u32).to_be_bytes(), &[0; 2], content].concat()
}

fn id3(frames: &[Vec<u8>]) -> Vec<u8> {
    let body = frames.concat();
    let size = [body.len() >> 21, body.len() >> 14, body.len() >> 7, body.len()].map(|part| (part & 0x7f) as u8);
    [b"ID3\x03\0\0", &size[..], &body].concat()
}

fn frames() -> Vec<Vec<u8>> {
    vec![
        frame("TPE1", b"\0An Artist"),
        frame("TSRC", b"\0DEA001200001"),
        frame("TXXX", b"\0REPLAYGAIN_TRACK_GAIN\0-7.5 dB"),
        frame("COMM", b"\0engiTunNORM\0 000001"),
        frame("APIC", &[b"\0image/png\0\x03front\0", COVER].concat()),
        frame("PRIV", b"me\0secret"),
    ]
}

fn bext() -> Vec<u8> {
    let mut bext = vec![0; 602];
    bext[..6].copy_from_slice(b"A take");
    bext[256..262].copy_from_slice(b"A desk");
    bext[320..338].copy_from_slice(b"2026-11-3023:00:00");
    bext[338..346].copy_from_slice(&172_800_000_u64.to_le_bytes());
    bext[346] = 2;
    bext[348..412].fill(0x42);
    bext[412..422].copy_from_slice(&[0x12; 10]);
    bext.extend(b"A=PCM,F=48000,W=24,M=stereo\r\n");
    bext
}

fn cue() -> Vec<u8> {
    let mut cue = 2_u32.to_le_bytes().to_vec();
    for (id, frame) in [(7_u32, 0_u32), (9, 2400)] {
        cue.extend([id.to_le_bytes(), frame.to_le_bytes(), *b"data", [0; 4], [0; 4], frame.to_le_bytes()].concat());
    }
    cue
}

const IXML: &[u8] = b"<BWFXML><SCENE>12</SCENE><BWF_LOUDNESS_VALUE>-20</BWF_LOUDNESS_VALUE></BWFXML>";
const IXML_KEPT: &[u8] = b"<BWFXML><SCENE>12</SCENE></BWFXML>";

/// A WAV file with all that one can say.
fn rich_wav(folder: &Path) -> PathBuf {
    let path = folder.join("rich.wav");
    write(&path, Container::Wav, None);
    let plain = fs::read(&path).unwrap();
    let info = [b"INFO".to_vec(), chunk(b"INAM", b"A Song\0"), chunk(b"ICRD", b"2026\0")].concat();
    let labels =
        [b"adtl".to_vec(), chunk(b"labl", b"\x07\0\0\0Intro\0"), chunk(b"labl", b"\x09\0\0\0Verse\0")].concat();
    let body = [
        b"WAVE".to_vec(),
        chunk(b"JUNK", &[0; 28]),
        chunk(b"bext", &bext()),
        plain[12..].to_vec(),
        chunk(b"PEAK", &[1; 24]),
        chunk(b"iXML", IXML),
        chunk(b"cue ", &cue()),
        chunk(b"LIST", &labels),
        chunk(b"smpl", &[3; 60]),
        chunk(b"LIST", &info),
        chunk(b"abcd", b"of a program's own"),
        chunk(b"id3 ", &id3(&frames())),
    ]
    .concat();
    fs::write(&path, [b"RIFF", &(body.len() as u32).to_le_bytes()[..], &body].concat()).unwrap();
    path
}

/// Writes a file with the tags of another; what is said about them.
fn write(path: &Path, container: Container, source: Option<&Path>) -> Vec<String> {
    let spec = Spec {
        container,
        word_length: WordLength::Bits16,
        sample_rate_hz: 48_000,
        num_channels: 1,
        num_frames: NUM_FRAMES,
    };
    let options = WriteOptions { overwrite: true, tags: source.map(tags::read) };
    let mut writer = Writer::create(path, &spec, &options).unwrap();
    writer.push(&[&vec![0.25; NUM_FRAMES as usize]]).unwrap();
    let notes = writer.finish().unwrap().notes;
    assert_eq!(read(path).unwrap().channels, vec![vec![0.25; NUM_FRAMES as usize]]);
    notes
}

fn assert_no_loudness(path: &Path) {
    let bytes = fs::read(path).unwrap().to_ascii_uppercase();
    for name in [&b"REPLAYGAIN"[..], b"R128_", b"ITUNNORM", b"LOUDNESS", &[0x12; 10]] {
        assert!(!contains(&bytes, name), "{}: {}", path.display(), String::from_utf8_lossy(name));
    }
}

#[test]
fn wav_to_wav_keeps_chunks_bit_for_bit() {
    let dir = tempfile::tempdir().unwrap();
    let (source, out) = (rich_wav(dir.path()), dir.path().join("out.wav"));
    let notes = write(&out, Container::Wav, Some(&source));
    assert!(notes.len() == 1 && notes[0].starts_with("Left out: loudness"), "{notes:?}");
    assert_no_loudness(&out);
    let (before, after) = (chunks(&fs::read(&source).unwrap()), chunks(&fs::read(&out).unwrap()));
    for (id, kind) in [(b"cue ", &b""[..]), (b"LIST", b"adtl"), (b"LIST", b"INFO"), (b"smpl", b""), (b"abcd", b"")] {
        assert_eq!(of(&before, id, kind), of(&after, id, kind));
    }
    let mut silent = bext();
    silent[412..422].copy_from_slice(&[0xff, 0x7f].repeat(5));
    assert_eq!(of(&after, b"bext", b""), silent);
    assert_eq!(of(&after, b"iXML", b""), IXML_KEPT);
    let kept: Vec<Vec<u8>> =
        frames().into_iter().filter(|frame| !frame.starts_with(b"TXXX") && !frame.starts_with(b"COMM")).collect();
    assert_eq!(of(&after, b"id3 ", b""), id3(&kept));
    assert!(after.iter().all(|chunk| ![*b"JUNK", *b"PEAK"].contains(&chunk.0)));
}

#[test]
fn wav_to_flac_and_back_says_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (source, flac, back) = (rich_wav(dir.path()), dir.path().join("a.flac"), dir.path().join("back.wav"));
    let notes = write(&flac, Container::Flac, Some(&source));
    assert!(notes[1].contains("Cannot be carried into FLAC: the ID3 frame PRIV"), "{notes:?}");
    assert_no_loudness(&flac);
    let bytes = fs::read(&flac).unwrap();
    let comments = comments(&bytes);
    for comment in [
        "TITLE=A Song",
        "DATE=2026",
        "ARTIST=An Artist",
        "ISRC=DEA001200001",
        "TIME_REFERENCE=172800000",
        "ORIGINATOR=A desk",
        "DESCRIPTION=A take",
        "ORIGINATION_DATE=2026-11-30",
        "ORIGINATION_TIME=23:00:00",
        "CODING_HISTORY=A=PCM,F=48000,W=24,M=stereo",
    ] {
        assert!(comments.iter().any(|each| each == comment), "{comment}: {comments:?}");
    }
    let blocks = blocks(&bytes);
    let picture = &blocks.iter().find(|block| block.0 == 6).expect("a cover").1;
    assert!(picture.starts_with(&[0, 0, 0, 3]) && picture.ends_with(COVER));
    let sheet = &blocks.iter().find(|block| block.0 == 5).expect("a cue sheet").1;
    assert_eq!(sheet[395], 3, "two tracks and the end");
    assert_eq!(sheet[396 + 48..396 + 48 + 8], 2400_u64.to_be_bytes());
    // What libFLAC keeps of a WAV file: its header, each chunk, the header of the samples.
    let foreign: Vec<&[u8]> =
        blocks.iter().filter(|block| block.0 == 2 && block.1.starts_with(b"riff")).map(|block| &block.1[4..]).collect();
    assert!(foreign[0].starts_with(b"RIFF") && foreign[1].starts_with(b"fmt "));
    assert_eq!(*foreign.last().unwrap(), [b"data", &(2 * NUM_FRAMES as u32).to_le_bytes()[..]].concat());

    assert_eq!(write(&back, Container::Wav, Some(&flac)), [""; 0]);
    assert_no_loudness(&back);
    let (before, after) = (chunks(&fs::read(&source).unwrap()), chunks(&fs::read(&back).unwrap()));
    for (id, kind) in [(b"cue ", &b""[..]), (b"LIST", b"adtl"), (b"smpl", b""), (b"abcd", b"")] {
        assert_eq!(of(&before, id, kind), of(&after, id, kind));
    }
    assert_eq!(of(&after, b"bext", b"")[..412], bext()[..412]);
    assert_eq!(of(&after, b"bext", b"")[602..], bext()[602..]);
    assert_eq!(of(&after, b"iXML", b""), IXML_KEPT);
    let info = of(&after, b"LIST", b"INFO");
    assert!(
        [&b"INAM\x07\0\0\0A Song\0"[..], b"IART", b"ISRC\x0d\0\0\0DEA001200001\0"]
            .iter()
            .all(|part| contains(info, part))
    );
    let id3 = of(&after, b"id3 ", b"");
    assert!(contains(id3, b"TSRC") && contains(id3, b"APIC") && id3.ends_with(COVER));
}

fn flac_comment_block(comments: &[&str]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat();
    let mut block = text("someone's encoder");
    block.extend((comments.len() as u32).to_le_bytes());
    comments.iter().for_each(|comment| block.extend(text(comment)));
    block
}

/// A FLAC file with blocks of its own in place of what was written.
fn rich_flac(folder: &Path) -> (PathBuf, Blocks) {
    let path = folder.join("rich.flac");
    write(&path, Container::Flac, None);
    let plain = fs::read(&path).unwrap();
    let mut sheet = vec![0; 396];
    sheet[..13].copy_from_slice(b"4006381333931");
    sheet[395] = 2;
    sheet.extend([&1000_u64.to_be_bytes()[..], &[1], b"DEA001200001", &[0; 14], &[1], &[0; 8], &[1, 0, 0, 0]].concat());
    sheet.extend([&NUM_FRAMES.to_be_bytes()[..], &[255], &[0; 27]].concat());
    let picture = [
        &3_u32.to_be_bytes()[..],
        &9_u32.to_be_bytes(),
        b"image/png",
        &0_u32.to_be_bytes(),
        &[600_u32, 600, 24, 0].map(u32::to_be_bytes).concat(),
        &(COVER.len() as u32).to_be_bytes(),
        COVER,
    ]
    .concat();
    let comments = [
        "Title=Ein Lied",
        "ARTIST=One",
        "ARTIST=Two",
        "isrc=DEA001200001",
        "REPLAYGAIN_TRACK_GAIN=-8 dB",
        "R128_ALBUM_GAIN=-300",
        "iTunNORM= 00",
        "TRACKNUMBER=3",
        "TRACKTOTAL=9",
        "My Own=text",
        "TIME_REFERENCE=4800",
    ];
    let said =
        vec![(4, flac_comment_block(&comments)), (5, sheet), (6, picture), (2, b"ATCHof another program".to_vec())];
    let block = |kind: u8, content: &[u8]| [&[kind][..], &(content.len() as u32).to_be_bytes()[1..], content].concat();
    let stream_info = &blocks(&plain)[0].1;
    let mut audio = &plain[4..];
    loop {
        let is_last = audio[0] & 0x80 != 0;
        audio = &audio[4 + u32::from_be_bytes([0, audio[1], audio[2], audio[3]]) as usize..];
        if is_last {
            break;
        }
    }
    let written = said.iter().map(|(kind, content)| block(*kind, content)).collect::<Vec<_>>().concat();
    // Some programs put an ID3 tag in front.
    let front = id3(&[frame("TALB", b"\0An Album"), frame("TPE1", b"\0Nobody")]);
    let padding = block(0x80 | 1, &[0; 100]);
    fs::write(&path, [&front, &b"fLaC"[..], &block(0, stream_info), &written, &padding, audio].concat()).unwrap();
    (path, said)
}

#[test]
fn flac_to_flac_keeps_blocks_bit_for_bit() {
    let dir = tempfile::tempdir().unwrap();
    let (source, said) = rich_flac(dir.path());
    let out = dir.path().join("out.flac");
    let notes = write(&out, Container::Flac, Some(&source));
    assert!(notes.len() == 1 && notes[0].starts_with("Left out: loudness"), "{notes:?}");
    assert_no_loudness(&out);
    let bytes = fs::read(&out).unwrap();
    let kept = blocks(&bytes);
    for block in &said[1..] {
        assert!(kept.contains(block), "block {}", block.0);
    }
    let expected = [
        "ALBUM=An Album",
        "ARTIST=One",
        "ARTIST=Two",
        "ISRC=DEA001200001",
        "MY OWN=text",
        "TIME_REFERENCE=4800",
        "TITLE=Ein Lied",
        "TRACKNUMBER=3",
        "TRACKTOTAL=9",
    ];
    assert_eq!(comments(&bytes), expected);
}

#[test]
fn flac_to_wav_speaks_in_chunks() {
    let dir = tempfile::tempdir().unwrap();
    let (source, _) = rich_flac(dir.path());
    let (out, back) = (dir.path().join("out.wav"), dir.path().join("back.flac"));
    let notes = write(&out, Container::Wav, Some(&source));
    assert!(notes[1].contains("Cannot be carried into WAV: the FLAC block \"ATCH\""), "{notes:?}");
    assert_no_loudness(&out);
    let chunks = chunks(&fs::read(&out).unwrap());
    assert_eq!(of(&chunks, b"bext", b"")[338..346], 4800_u64.to_le_bytes());
    assert_eq!(of(&chunks, b"cue ", b"")[24..28], 1000_u32.to_le_bytes());
    assert!(contains(of(&chunks, b"LIST", b"adtl"), b"Track 1"));
    assert!(contains(of(&chunks, b"LIST", b"INFO"), b"INAM\x09\0\0\0Ein Lied\0"));
    let id3 = of(&chunks, b"id3 ", b"");
    assert!(
        [&b"TRCK\0\0\0\x04\0\0\x033/9"[..], b"One\0Two", b"MY OWN\0text", b"TSRC"]
            .iter()
            .all(|part| contains(id3, part))
    );
    assert!(id3.ends_with(COVER));

    write(&back, Container::Flac, Some(&out));
    let bytes = fs::read(&back).unwrap();
    let kept = comments(&bytes);
    for comment in
        ["ARTIST=One", "ARTIST=Two", "ISRC=DEA001200001", "MY OWN=text", "TIME_REFERENCE=4800", "TRACKTOTAL=9"]
    {
        assert!(kept.iter().any(|each| each == comment), "{comment}: {kept:?}");
    }
    assert!(blocks(&bytes).iter().any(|block| block.0 == 6 && block.1.ends_with(COVER)));
}

#[test]
fn mp3_and_aiff_sources_are_heard_out_too() {
    let dir = tempfile::tempdir().unwrap();
    let (mp3, aiff, out) = (dir.path().join("a.mp3"), dir.path().join("a.aiff"), dir.path().join("out.flac"));
    let item = |key: &str, value: &str| {
        [&(value.len() as u32).to_le_bytes()[..], &[0; 4], key.as_bytes(), b"\0", value.as_bytes()].concat()
    };
    let items = [item("Genre", "Noise"), item("Artist", "Not asked"), item("replaygain_album_peak", "0.9")].concat();
    let size = (items.len() as u32 + 32).to_le_bytes();
    let ape = [&items, &b"APETAGEX"[..], &2000_u32.to_le_bytes(), &size, &3_u32.to_le_bytes(), &[0; 12]].concat();
    let mut old = [&b"TAGNot asked"[..], &[0; 128]].concat();
    old.truncate(128);
    old[125..].copy_from_slice(&[0, 5, 255]);
    fs::write(&mp3, [id3(&frames()), vec![0; 500], ape, old].concat()).unwrap();
    write(&out, Container::Flac, Some(&mp3));
    assert_no_loudness(&out);
    let expected = ["ARTIST=An Artist", "GENRE=Noise", "ISRC=DEA001200001", "TITLE=Not asked", "TRACKNUMBER=5"];
    assert_eq!(comments(&fs::read(&out).unwrap()), expected);
    assert!(blocks(&fs::read(&out).unwrap()).iter().any(|block| block.0 == 6 && block.1.ends_with(COVER)));

    let chunk = |id: &[u8; 4], content: &[u8]| {
        let mut chunk = [&id[..], &(content.len() as u32).to_be_bytes(), content].concat();
        chunk.resize(chunk.len().next_multiple_of(2), 0);
        chunk
    };
    let mark = b"\0\x01\0\x01\0\0\x09\x60\x05Verse".to_vec();
    let body = [
        b"AIFF".to_vec(),
        chunk(b"NAME", b"A Song"),
        chunk(b"SSND", &[0; 31]),
        chunk(b"MARK", &mark),
        chunk(b"ID3 ", &id3(&frames())),
    ]
    .concat();
    fs::write(&aiff, [b"FORM", &(body.len() as u32).to_be_bytes()[..], &body].concat()).unwrap();
    let out = dir.path().join("out.wav");
    write(&out, Container::Wav, Some(&aiff));
    assert_no_loudness(&out);
    let chunks = chunks(&fs::read(&out).unwrap());
    assert_eq!(of(&chunks, b"cue ", b"")[24..28], 2400_u32.to_le_bytes());
    assert!(contains(of(&chunks, b"LIST", b"adtl"), b"Verse\0"));
    assert!(contains(of(&chunks, b"LIST", b"INFO"), b"A Song"));
    let id3 = of(&chunks, b"id3 ", b"");
    assert!(contains(id3, COVER) && contains(id3, b"secret"));
}

#[test]
fn without_tags_nothing_but_the_sound_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (wav, flac) = (dir.path().join("a.wav"), dir.path().join("a.flac"));
    write(&wav, Container::Wav, None);
    assert_eq!(fs::metadata(&wav).unwrap().len(), 44 + 2 * NUM_FRAMES);
    write(&flac, Container::Flac, None);
    assert!(blocks(&fs::read(&flac).unwrap()).iter().all(|block| ![2, 4, 5, 6].contains(&block.0)));
    // A source that says nothing adds nothing either.
    write(&dir.path().join("b.wav"), Container::Wav, Some(&wav));
    assert_eq!(fs::read(dir.path().join("b.wav")).unwrap(), fs::read(&wav).unwrap());
}

#[test]
fn damaged_tags_cost_no_master() {
    let dir = tempfile::tempdir().unwrap();
    let (mutant, out) = (dir.path().join("mutant"), dir.path().join("out.wav"));
    let mut seed = 1_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    for source in [rich_wav(dir.path()), rich_flac(dir.path()).0] {
        let bytes = fs::read(&source).unwrap();
        for round in 0..120 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + round % 8 {
                let at = random(bytes.len());
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff, random(256) as u8][random(6)];
            }
            bytes.truncate(bytes.len() - random(2) * random(bytes.len()));
            fs::write(&mutant, &bytes).unwrap();
            write(&out, if round % 2 == 0 { Container::Wav } else { Container::Flac }, Some(&mutant));
        }
    }
}
