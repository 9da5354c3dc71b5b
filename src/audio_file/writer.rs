//! Writes a file piece by piece.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::tags::Tags;
use super::write::{Container, WordLength};
use super::{FlacEncoder, FlacSpec, MAX_FLAC_RATE_HZ, seek_table};

/// What is to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spec {
    /// File format.
    pub container: Container,
    /// How samples are stored.
    pub word_length: WordLength,
    /// Sample rate, Hz.
    pub sample_rate_hz: u32,
    /// 1 or 2.
    pub num_channels: usize,
    /// Frames that will be pushed.
    pub num_frames: u64,
}

/// How it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteOptions {
    /// Whether a file of that name may be replaced.
    pub overwrite: bool,
    /// What goes in beside the sound.
    pub tags: Option<Tags>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Written {
    /// Samples that were over full scale.
    pub num_clipped: u64,
}

/// A file in the making, which takes its name when it is finished.
pub struct Writer {
    spec: Spec,
    path: PathBuf,
    temporary: Temporary,
    wav: Option<hound::WavWriter<std::io::BufWriter<fs::File>>>,
    flac: Option<FlacEncoder<BufWriter<fs::File>>>,
    integers: Vec<Vec<i32>>,
    num_clipped: u64,
}

struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Writer {
    /// Begins a file.
    ///
    /// # Errors
    /// If it exists and may not be replaced, cannot be written, or the format cannot hold what is to come.
    pub fn create(path: &Path, spec: &Spec, options: &WriteOptions) -> Result<Self> {
        let shown = path.display();
        if path.exists() && !options.overwrite {
            bail!("{shown}: exists; use --overwrite to replace it");
        }
        if spec.container == Container::Flac && spec.sample_rate_hz > MAX_FLAC_RATE_HZ {
            let rate_hz = spec.sample_rate_hz;
            bail!("{shown}: FLAC is written up to {MAX_FLAC_RATE_HZ} Hz, and this is {rate_hz} Hz; write .wav");
        }
        let num_bytes = spec.num_frames * spec.num_channels as u64 * u64::from(spec.word_length.bits() / 8);
        if spec.container == Container::Wav && num_bytes > u64::from(u32::MAX) - 1024 {
            bail!("{shown}: longer than WAV can hold (4 GB); write .flac");
        }
        if spec.container == Container::Flac && spec.word_length == WordLength::Float32 {
            bail!("{shown}: FLAC holds integers only; use --bits 24 or write .wav");
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = Temporary(path.with_file_name(format!(".{name}.{}.part", std::process::id())));
        let is_float = spec.word_length == WordLength::Float32;
        let form = hound::WavSpec {
            channels: spec.num_channels as u16,
            sample_rate: spec.sample_rate_hz,
            bits_per_sample: spec.word_length.bits(),
            sample_format: if is_float { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
        };
        let (mut wav, mut flac) = (None, None);
        match spec.container {
            Container::Wav => wav = Some(hound::WavWriter::create(&temporary.0, form).with_context(|| failure(path))?),
            Container::Flac => flac = Some(encoder(&temporary.0, spec).with_context(|| failure(path))?),
        }
        let integers = vec![Vec::new(); spec.num_channels];
        Ok(Self { spec: *spec, path: path.to_owned(), temporary, wav, flac, integers, num_clipped: 0 })
    }

    /// Takes the next frames, one slice per channel.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn push(&mut self, channels: &[&[f32]]) -> Result<()> {
        let word_length = self.spec.word_length;
        if word_length != WordLength::Float32 {
            self.num_clipped += channels.iter().copied().flatten().filter(|sample| sample.abs() > 1.0).count() as u64;
        }
        if let Some(flac) = &mut self.flac {
            for (integers, channel) in self.integers.iter_mut().zip(channels) {
                integers.clear();
                integers.extend(channel.iter().map(|sample| word_length.integer(*sample)));
            }
            let integers: Vec<&[i32]> = self.integers.iter().map(Vec::as_slice).collect();
            return flac.push(&integers).with_context(|| failure(&self.path));
        }
        let Some(wav) = &mut self.wav else { return Ok(()) };
        for frame_idx in 0..channels[0].len() {
            for channel in channels {
                let written = match word_length {
                    WordLength::Float32 => wav.write_sample(channel[frame_idx]),
                    _ => wav.write_sample(word_length.integer(channel[frame_idx])),
                };
                written.with_context(|| failure(&self.path))?;
            }
        }
        Ok(())
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If it cannot be written; then nothing is left behind.
    pub fn finish(mut self) -> Result<Written> {
        if let Some(wav) = self.wav.take() {
            wav.finalize().with_context(|| failure(&self.path))?;
        }
        if let Some(flac) = self.flac.take() {
            flac.finish().and_then(|mut file| file.flush()).with_context(|| failure(&self.path))?;
        }
        fs::rename(&self.temporary.0, &self.path).with_context(|| failure(&self.path))?;
        Ok(Written { num_clipped: self.num_clipped })
    }
}

fn encoder(path: &Path, spec: &Spec) -> std::io::Result<FlacEncoder<BufWriter<fs::File>>> {
    let form = FlacSpec {
        sample_rate_hz: spec.sample_rate_hz,
        num_channels: spec.num_channels,
        bits: u32::from(spec.word_length.bits()),
    };
    let seek_table = seek_table(spec.sample_rate_hz, spec.num_frames);
    FlacEncoder::new(BufWriter::new(fs::File::create(path)?), form, seek_table.into_iter().collect())
}

fn failure(path: &Path) -> String {
    format!("{}: cannot be written; check the folder and the space left", path.display())
}
