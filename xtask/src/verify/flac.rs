//! FLAC files of ours in decoders of others: `flac -t` holds them to their own check sums, ffmpeg must give the very samples.

use std::fs::File;
use std::io::BufWriter;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use discern::audio_file::{self, FlacEncoder, FlacSpec, MAX_FLAC_RATE_HZ, seek_table};

use crate::workspace::{demo_mix, out, run_command};

/// Those that frames name by a code, in kHz, in Hz and in tens of Hz, and those that stand in the head alone.
const RATES_HZ: [u32; 14] = [
    1,
    8000,
    12_345,
    44_100,
    50_000,
    65_537,
    96_000,
    100_001,
    176_400,
    192_000,
    352_800,
    384_000,
    600_003,
    MAX_FLAC_RATE_HZ,
];
/// Two blocks and a shorter one.
const NUM_FRAMES: usize = 2 * 4096 + 777;
/// Samples that are pushed at once.
const DIVISION: usize = 1000;
/// Word lengths that ffmpeg is asked about: before its sixth version it knows no 32 bits, and it drops frames of less than
/// eleven bytes, which silence in 8 bits has.
const FFMPEG_BITS: RangeInclusive<u32> = 9..=24;

/// A sample of a channel (0 …) at a frame, full scale 2³¹.
type Signal = (&'static str, fn(usize, usize) -> i32);

const SIGNALS: [Signal; 8] = [
    ("silence", |_, _| 0),
    ("noise", noise),
    ("square", |_, frame| if (frame / 100).is_multiple_of(2) { i32::MAX } else { i32::MIN }),
    ("alternating", |channel, frame| if (frame + channel).is_multiple_of(2) { i32::MAX } else { i32::MIN }),
    ("tone", |channel, frame| (2.1e9 * (frame as f64 * (0.03 + 0.01 * channel as f64)).sin()) as i32),
    ("wasted bits", |channel, frame| noise(channel, frame) & !0x3fff_ffff),
    ("noise, then silence", |channel, frame| if frame < 3000 { noise(channel, frame) } else { 0 }),
    ("impulses", |channel, frame| if frame % 501 == 7 { noise(channel, frame) } else { 0 }),
];

fn noise(channel: usize, frame: usize) -> i32 {
    let mixed = ((frame * 8 + channel) as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 32) as i32
}

/// Signals in word lengths, channels and rates, then the demo mix as it is and turned down, in 16 and 24 bits.
pub fn run() -> Result<()> {
    let file = out("verify")?.join("signal.flac");
    let mut num_files = 0;
    let mut check = |what: &str, spec: FlacSpec, channels: &[Vec<i32>]| -> Result<()> {
        num_files += 1;
        check(&file, spec, channels).with_context(|| format!("{what}, {spec:?}"))
    };
    for (name, signal) in SIGNALS {
        for bits in [8, 12, 16, 20, 24, 32] {
            for num_channels in [1, 2, 6] {
                let spec = FlacSpec { sample_rate_hz: 48_000, num_channels, bits };
                for num_frames in [1, NUM_FRAMES] {
                    check(name, spec, &sampled(signal, spec, num_frames))?;
                }
            }
        }
        for sample_rate_hz in RATES_HZ {
            let spec = FlacSpec { sample_rate_hz, num_channels: 2, bits: 24 };
            check(name, spec, &sampled(signal, spec, NUM_FRAMES))?;
        }
    }
    let song = audio_file::read(&demo_mix())?;
    for (bits, gain) in [(16, 1.0), (24, 1.0), (24, 0.7)] {
        let scale = f64::from(1u32 << (bits - 1));
        let integer = |sample: &f32| (f64::from(*sample) * gain * scale).round().clamp(-scale, scale - 1.0) as i32;
        let channels: Vec<Vec<i32>> =
            song.channels.iter().map(|channel| channel.iter().map(integer).collect()).collect();
        let spec = FlacSpec { sample_rate_hz: song.sample_rate_hz, num_channels: channels.len(), bits };
        check("the demo mix", spec, &channels)?;
    }
    println!("   {num_files} files");
    Ok(())
}

fn sampled(signal: fn(usize, usize) -> i32, spec: FlacSpec, num_frames: usize) -> Vec<Vec<i32>> {
    let sample = |channel, frame| signal(channel, frame) >> (32 - spec.bits);
    (0..spec.num_channels).map(|channel| (0..num_frames).map(|frame| sample(channel, frame)).collect()).collect()
}

fn check(file: &Path, spec: FlacSpec, channels: &[Vec<i32>]) -> Result<()> {
    let num_frames = channels[0].len();
    let blocks = seek_table(spec.sample_rate_hz, num_frames as u64).into_iter().collect();
    let mut encoder = FlacEncoder::new(BufWriter::new(File::create(file)?), spec, blocks)?;
    for start in (0..num_frames).step_by(DIVISION) {
        let end = num_frames.min(start + DIVISION);
        encoder.push(&channels.iter().map(|channel| &channel[start..end]).collect::<Vec<_>>())?;
    }
    encoder.finish()?;
    run_command(Command::new("flac").args(["--test", "--silent", "--warnings-as-errors"]).arg(file))?;
    if !FFMPEG_BITS.contains(&spec.bits) {
        return Ok(());
    }
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-err_detect", "crccheck+bitstream+explode", "-i"]).arg(file);
    let decoded = ffmpeg.args(["-f", "s32le", "-"]).output().context("ffmpeg cannot be started")?;
    let said = String::from_utf8_lossy(&decoded.stderr);
    ensure!(decoded.status.success() && said.is_empty(), "ffmpeg says: {said}");
    // The highest bit of a sample stands at the top.
    let expected: Vec<u8> = (0..num_frames)
        .flat_map(|frame| channels.iter().flat_map(move |channel| (channel[frame] << (32 - spec.bits)).to_le_bytes()))
        .collect();
    ensure!(decoded.stdout == expected, "ffmpeg decodes other samples");
    Ok(())
}
