//! Writes a song as WAV and as FLAC, and prints the FLAC's bytes, the seconds it took and the seconds it holds.
//!
//! `flac_speed SONG BITS OUT.wav OUT.flac`. At 24 bits the song is turned down by 1 dB, so that all of them are in use.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use discern::audio_file::{FlacEncoder, FlacSpec, read, seek_table};

/// Frames that are handed over at once.
const FRAMES_AT_ONCE: usize = 4096;
/// Each time is the least of so many.
const NUM_RUNS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [song, bits, wav, flac] = &args[..] else { return Err("SONG BITS OUT.wav OUT.flac".into()) };
    let bits: u16 = bits.parse()?;
    let song = read(Path::new(song))?;
    let num_channels = song.channels.len();
    let scale = f64::from(1u32 << (bits - 1));
    let gain = if bits > 16 { 0.891 } else { 1.0 };
    let integer = |sample: &f32| (f64::from(*sample) * gain * scale).round().clamp(-scale, scale - 1.0) as i32;
    let channels: Vec<Vec<i32>> = song.channels.iter().map(|channel| channel.iter().map(integer).collect()).collect();

    let mut writer = hound::WavWriter::create(
        wav,
        hound::WavSpec {
            channels: num_channels as u16,
            sample_rate: song.sample_rate_hz,
            bits_per_sample: bits,
            sample_format: hound::SampleFormat::Int,
        },
    )?;
    for frame_idx in 0..song.num_frames() {
        for channel in &channels {
            writer.write_sample(channel[frame_idx])?;
        }
    }
    writer.finalize()?;

    let spec = FlacSpec { sample_rate_hz: song.sample_rate_hz, num_channels, bits: u32::from(bits) };
    let mut least_s = f64::INFINITY;
    for _ in 0..NUM_RUNS {
        let start = Instant::now();
        let seek_table = seek_table(spec.sample_rate_hz, song.num_frames() as u64);
        let sink = BufWriter::new(File::create(flac)?);
        let mut encoder = FlacEncoder::new(sink, spec, seek_table.into_iter().collect())?;
        for start in (0..song.num_frames()).step_by(FRAMES_AT_ONCE) {
            let end = song.num_frames().min(start + FRAMES_AT_ONCE);
            encoder.push(&channels.iter().map(|channel| &channel[start..end]).collect::<Vec<_>>())?;
        }
        encoder.finish()?;
        least_s = least_s.min(start.elapsed().as_secs_f64());
    }
    println!("{} {least_s:.4} {:.2}", std::fs::metadata(flac)?.len(), song.duration_s());
    Ok(())
}
