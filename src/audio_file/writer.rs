//! Writes a file piece by piece.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::tags::Tags;
use super::write::{Container, WordLength, write};
use super::{AudioFile, MAX_FLAC_RATE_HZ};

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
    flac: Vec<Vec<f32>>,
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
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = Temporary(path.with_file_name(format!(".{name}.{}.part", std::process::id())));
        let is_float = spec.word_length == WordLength::Float32;
        let form = hound::WavSpec {
            channels: spec.num_channels as u16,
            sample_rate: spec.sample_rate_hz,
            bits_per_sample: spec.word_length.bits(),
            sample_format: if is_float { hound::SampleFormat::Float } else { hound::SampleFormat::Int },
        };
        let wav = match spec.container {
            Container::Wav => Some(hound::WavWriter::create(&temporary.0, form).with_context(|| failure(path))?),
            Container::Flac => None,
        };
        let flac = vec![Vec::new(); spec.num_channels];
        Ok(Self { spec: *spec, path: path.to_owned(), temporary, wav, flac, num_clipped: 0 })
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
        let Some(wav) = &mut self.wav else {
            self.flac.iter_mut().zip(channels).for_each(|(all, new)| all.extend_from_slice(new));
            return Ok(());
        };
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
        match self.wav.take() {
            Some(wav) => {
                wav.finalize().with_context(|| failure(&self.path))?;
                fs::rename(&self.temporary.0, &self.path).with_context(|| failure(&self.path))?;
            }
            None => {
                let channels = std::mem::take(&mut self.flac);
                let audio = AudioFile { sample_rate_hz: self.spec.sample_rate_hz, channels, source: None };
                write(&self.path, &audio, Container::Flac, self.spec.word_length)?;
            }
        }
        Ok(Written { num_clipped: self.num_clipped })
    }
}

fn failure(path: &Path) -> String {
    format!("{}: cannot be written; check the folder and the space left", path.display())
}
