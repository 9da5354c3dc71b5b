//! Sound files that are none, or that would take more than they are worth: refused at once, without much memory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use discern::audio_file::{Limits, read, read_through};
use discern::dsp::cancel::Cancel;

/// A bound on a hang, not on speed.
const SOON: Duration = Duration::from_secs(20);

/// A WAV header of 16 bits and two channels that says how much follows.
fn wav_header(rate_hz: u32, num_data_bytes: u32) -> Vec<u8> {
    let mut header = b"RIFF".to_vec();
    header.extend(num_data_bytes.saturating_add(36).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(16u32.to_le_bytes());
    header.extend([1u16, 2].map(u16::to_le_bytes).concat());
    header.extend([rate_hz, rate_hz.wrapping_mul(4)].map(u32::to_le_bytes).concat());
    header.extend([4u16, 16].map(u16::to_le_bytes).concat());
    header.extend(b"data");
    header.extend(num_data_bytes.to_le_bytes());
    header
}

/// Reflected polynomials would do as well; FLAC wants these two, most significant bit first.
fn crc(bytes: &[u8], polynomial: u32, bits: u32) -> u32 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << (bits - 8)), |crc, _| {
            let shifted = crc << 1;
            (if crc >> (bits - 1) & 1 == 1 { shifted ^ polynomial } else { shifted }) & ((1 << bits) - 1)
        })
    })
}

/// A FLAC of `num_blocks` blocks of 65 535 frames of silence, each 14 bytes long or so; it does not say how long it is.
fn silent_flac(rate_hz: u32, num_blocks: u32) -> Vec<u8> {
    let mut flac = b"fLaC\x80\x00\x00\x22".to_vec();
    flac.extend([0xff; 4]);
    flac.extend([0; 6]);
    // 20 bits of rate, two channels, 16 bits, no length.
    flac.extend(((u64::from(rate_hz) << 44) | (1 << 41) | (15 << 36)).to_be_bytes());
    flac.extend([0; 16]);
    for idx in 0..num_blocks {
        // Block size in 16 bits after the number, rate as in the header, mid and side apart, 16 bits.
        let mut frame = vec![0xff, 0xf8, 0x70, 0x18];
        match idx {
            0..0x80 => frame.push(idx as u8),
            0x80..0x800 => frame.extend([0xc0 | (idx >> 6) as u8, 0x80 | (idx & 0x3f) as u8]),
            _ => frame.extend([0xe0 | (idx >> 12) as u8, 0x80 | (idx >> 6 & 0x3f) as u8, 0x80 | (idx & 0x3f) as u8]),
        }
        frame.extend(65_534u16.to_be_bytes());
        frame.push(crc(&frame, 0x07, 8) as u8);
        // Two constant subframes of 0.
        frame.extend([0; 6]);
        frame.extend((crc(&frame, 0x8005, 16) as u16).to_be_bytes());
        flac.extend(frame);
    }
    flac
}

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("discern-files-{}-{name}", std::process::id()));
    fs::write(&path, bytes).unwrap();
    path
}

/// Why it is refused, and after how many frames.
fn refusal(path: &Path, max_s: f64) -> (String, usize) {
    let (start, mut num_frames) = (Instant::now(), 0);
    let result = read_through(path, &Limits { max_s, cancel: Cancel::default() }, |_, planes| {
        num_frames += planes[0].len();
        Ok(())
    });
    assert!(start.elapsed() < SOON, "{}: {:?}", path.display(), start.elapsed());
    let why = result.map(|format| format.num_frames).expect_err("refused");
    (format!("{:#}", why.root_cause()), num_frames)
}

#[test]
fn rates_and_lengths_beyond_music_are_refused_before_anything_is_decoded() {
    for (name, bytes, why) in [
        ("rate.flac", silent_flac(655_350, 30), "655350 Hz"),
        ("rate.wav", [wav_header(4_000_000_000, 4000), vec![0; 4000]].concat(), "4000000000 Hz"),
        ("slow.wav", [wav_header(4000, 4000), vec![0; 4000]].concat(), "4000 Hz"),
        ("long.wav", [wav_header(48_000, 0xf000_0000), vec![0; 4000]].concat(), "longer than 15 minutes"),
    ] {
        let path = file(name, &bytes);
        let (said, num_frames) = refusal(&path, 900.0);
        assert!(said.contains(why) && num_frames == 0, "{name}: {said}, {num_frames}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn what_unpacks_without_end_is_left_early() {
    // Seven hours in 300 kB, which it does not say.
    let path = file("bomb.flac", &silent_flac(48_000, 20_000));
    let (said, num_frames) = refusal(&path, 900.0);
    assert!(said.contains("15 minutes") || said.contains("hours of silence"), "{said}");
    assert!(num_frames <= 900 * 48_000);
    let start = Instant::now();
    let said = format!("{:#}", read(&path).expect_err("refused"));
    assert!(said.contains("hours of silence") && start.elapsed() < SOON, "{said}");
    fs::remove_file(path).unwrap();
    // A minute of silence is a file as any other.
    let path = file("silence.flac", &silent_flac(48_000, 44));
    assert_eq!(read(&path).unwrap().num_frames(), 44 * 65_535);
    fs::remove_file(path).unwrap();
}

#[test]
fn a_file_with_holes_is_refused_at_once() {
    let path = file("holes.wav", &wav_header(48_000, u32::MAX));
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(100_000_000_000).unwrap();
    for max_s in [900.0, 4.0 * 3600.0] {
        let (said, num_frames) = refusal(&path, max_s);
        assert!(said.contains("larger than") && num_frames == 0, "{said}");
    }
    fs::remove_file(path).unwrap();
}

#[test]
fn whoever_no_longer_wants_a_file_does_not_wait_for_it() {
    let path = file("cancelled.flac", &silent_flac(48_000, 400));
    let cancel = Cancel::default();
    let limits = Limits { max_s: 900.0, cancel: cancel.clone() };
    let mut num_packets = 0;
    let result = read_through(&path, &limits, |_, _| {
        num_packets += 1;
        cancel.cancel();
        Ok(())
    });
    assert!(result.is_err() && num_packets == 1, "{num_packets} packets");
    fs::remove_file(path).unwrap();
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_opened() {
    let folder = std::env::temp_dir().join(format!("discern-pipes-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (pipe, link, socket) = (folder.join("pipe.wav"), folder.join("link.wav"), folder.join("socket.wav"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for path in [pipe, link, socket, folder.clone(), PathBuf::from("/dev/zero"), PathBuf::new(), folder.join("none")] {
        let (said, num_frames) = refusal(&path, 900.0);
        let is_told = ["pipe", "folder", "no such file", "no file"].iter().any(|word| said.contains(word));
        assert!(is_told && num_frames == 0, "{}: {said}", path.display());
    }
    fs::remove_dir_all(folder).unwrap();
}
