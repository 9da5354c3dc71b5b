//! A song on its way through: heard, judged, rendered. Its file is read as often as it takes; of its sound no more is kept than
//! fits, however long it is.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};

use super::args::ReferenceSong;
use super::aside::hand_over;
use super::progress::Progress;
use super::used_bits::UsedBits;
use crate::analysis::{Analyzer, Features, ScaleWatch};
use crate::assistant::{Audio, Brief, OVERSCALED, Report, Stretch, hear, stretches};
use crate::audio_file::{Format, Limits, MAX_SONG_S, read_through};
use crate::chain::{Chain, Settings};
use crate::dsp::cancel::Cancel;
use crate::report::Source;

/// Songs of up to so many seconds are kept whole while they are judged, and no more samples, both channels counted, than those of
/// one at 48 kHz in stereo: 230 MB. Of longer ones parts are read again.
const MAX_WHOLE_S: f64 = 600.0;
const MAX_WHOLE_SAMPLES: f64 = MAX_WHOLE_S * 48_000.0 * 2.0;

/// A song that was heard from its file.
pub struct Song {
    path: PathBuf,
    /// What the file is.
    pub format: Format,
    /// What was heard.
    pub features: Features,
    /// Bits that its samples use, whatever the file has room for.
    pub used_bits: UsedBits,
    /// All of it, where that fits.
    whole: Option<Vec<Vec<f32>>>,
}

/// What becomes of a file as it streams by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It is heard and, where it fits, kept.
    Judge,
    /// It is heard.
    Measure,
    /// Only its length and its bits are counted.
    Count,
}

/// What hears a file as it streams by.
struct Ear {
    is_heard: bool,
    analyzer: Option<Analyzer>,
    used_bits: UsedBits,
    scale: Option<ScaleWatch>,
    whole: Option<Vec<Vec<f32>>>,
}

impl Ear {
    fn new(purpose: Use) -> Self {
        let whole = (purpose == Use::Judge).then(Vec::new);
        Self { is_heard: purpose != Use::Count, analyzer: None, used_bits: UsedBits::default(), scale: None, whole }
    }

    fn take(&mut self, rate_hz: u32, planes: &[Vec<f32>]) {
        if let (true, Some(left), Some(right)) = (self.is_heard, planes.first(), planes.last()) {
            let analyzer = self.analyzer.get_or_insert_with(|| Analyzer::new(f64::from(rate_hz), planes.len()));
            analyzer.process(left, right);
        }
        if let (Some(left), Some(right)) = (planes.first(), planes.last()) {
            self.scale.get_or_insert_with(|| ScaleWatch::new(f64::from(rate_hz))).hear(left, right);
        }
        planes.iter().for_each(|plane| self.used_bits.hear(plane));
        if let Some(whole) = &mut self.whole {
            whole.resize(planes.len(), Vec::new());
            whole.iter_mut().zip(planes).for_each(|(channel, plane)| channel.extend_from_slice(plane));
            let (num_frames, num_channels) = (whole[0].len() as f64, planes.len() as f64);
            if num_frames > MAX_WHOLE_S * f64::from(rate_hz) || num_frames * num_channels > MAX_WHOLE_SAMPLES {
                self.whole = None;
            }
        }
    }
}

impl Song {
    /// Hears a song that is to be judged.
    ///
    /// # Errors
    /// As [`read_through`], and if it stands above +60 dBFS throughout.
    pub fn hear(path: &Path) -> Result<Self> {
        Self::listen(path, "Listening", MAX_SONG_S, Use::Judge)
    }

    /// Hears a file of at most so many seconds that is only measured.
    ///
    /// # Errors
    /// As [`read_through`].
    pub fn measure(path: &Path, what: &'static str, max_s: f64) -> Result<Self> {
        Self::listen(path, what, max_s, Use::Measure)
    }

    /// Counts frames and bits of a file that is not heard.
    ///
    /// # Errors
    /// As [`read_through`], and if it stands above +60 dBFS throughout.
    pub fn count(path: &Path) -> Result<Self> {
        Self::listen(path, "Reading", MAX_SONG_S, Use::Count)
    }

    fn listen(path: &Path, what: &'static str, max_s: f64, purpose: Use) -> Result<Self> {
        let progress = Progress::new(what, 0);
        let mut ear = Ear::new(purpose);
        let format = read_aside(path, max_s, |rate_hz, planes| {
            ear.take(rate_hz, planes);
            progress.add(planes.first().map_or(0, Vec::len) as u64);
            Ok(())
        })?;
        let Ear { analyzer, used_bits, scale, whole, .. } = ear;
        if purpose != Use::Measure && scale.is_some_and(|watch| watch.is_overscaled()) {
            bail!("{}: {OVERSCALED}", path.display());
        }
        let features = analyzer.map_or_else(Features::default, |mut analyzer| {
            analyzer.set_extent(Some((0.0, format.duration_s())));
            analyzer.finish();
            analyzer.features()
        });
        Ok(Self { path: path.to_owned(), format, features, used_bits, whole })
    }

    /// Judges it, starting from default settings; its sound is let go.
    ///
    /// # Errors
    /// If it is long and its file can no longer be read.
    pub fn judge(&mut self, brief: &Brief) -> Result<Report> {
        let judged = |audio: Audio<'_>| {
            let _progress = Progress::new("Judging", 0);
            hear(&self.features, brief, &Settings::default(), audio)
        };
        Ok(match self.whole.take() {
            Some(whole) => {
                let (left, right) = (&whole[0], &whole[whole.len() - 1]);
                judged(Audio::Song { left, right })
            }
            None => judged(Audio::Stretches(&self.stretches()?)),
        })
    }

    /// The parts that the assistant asks for, read again.
    fn stretches(&self) -> Result<Vec<Stretch>> {
        let wanted = stretches(&self.features);
        let mut cut: Vec<Vec<Vec<f32>>> = Vec::new();
        let (mut idx, mut from) = (0, 0);
        self.read("Reading", |planes| {
            let to = from + planes[0].len();
            while let Some(range) = wanted.get(idx).filter(|range| range.start < to) {
                if cut.len() <= idx {
                    let num_frames = range.len();
                    cut.push(planes.iter().map(|_| Vec::with_capacity(num_frames)).collect());
                }
                let (start, end) = (range.start.max(from), range.end.min(to));
                for (channel, plane) in cut[idx].iter_mut().zip(planes) {
                    channel.extend_from_slice(&plane[start - from..end - from]);
                }
                if range.end > to {
                    break;
                }
                idx += 1;
            }
            from = to;
            Ok(())
        })?;
        Ok(wanted.into_iter().zip(cut).map(|(range, channels)| Stretch::new(range.start, channels)).collect())
    }

    /// Runs it through the chain: `take` gets what comes out, one slice per channel, as long in all as the song, the latency
    /// removed.
    ///
    /// # Errors
    /// If the file can no longer be read or was changed meanwhile, and what `take` refuses.
    pub fn render(&self, settings: &Settings, mut take: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        let mut line = Line::new(&self.format, settings);
        self.read("Rendering", |planes| take(&line.process(planes)))?;
        line.drain(take)
    }

    /// Whether the chain changes any sample. It is asked the chain itself, to the first that is another.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub fn is_changed_by(&self, settings: &Settings) -> Result<bool> {
        let mut line = Line::new(&self.format, settings);
        let mut is_changed = false;
        // What has gone in and not come out yet.
        let mut waiting: Vec<Vec<f32>> = vec![Vec::new(); self.format.num_channels];
        let mut compare = |waiting: &mut Vec<Vec<f32>>, out: &[&[f32]]| {
            for (waiting, out) in waiting.iter_mut().zip(out) {
                is_changed |= waiting.iter().zip(*out).any(|(before, after)| before != after);
                waiting.drain(..out.len().min(waiting.len()));
            }
            if is_changed {
                bail!("the rest need not be read");
            }
            Ok(())
        };
        let compared = self.read("Comparing", |planes| {
            waiting.iter_mut().zip(planes).for_each(|(waiting, plane)| waiting.extend_from_slice(plane));
            compare(&mut waiting, &line.process(planes))
        });
        let compared = compared.and_then(|()| line.drain(|out| compare(&mut waiting, out)));
        if is_changed { Ok(true) } else { compared.map(|()| false) }
    }

    /// Reads the file once more.
    fn read(&self, what: &'static str, mut take: impl FnMut(&[Vec<f32>]) -> Result<()>) -> Result<()> {
        let progress = Progress::new(what, self.format.num_frames);
        let changed = || anyhow!("{}: was changed while it was read; try again", self.path.display());
        let format = read_aside(&self.path, MAX_SONG_S, |_, planes| {
            if planes.len() != self.format.num_channels {
                return Err(changed());
            }
            take(planes)?;
            progress.add(planes[0].len() as u64);
            Ok(())
        })?;
        if format == self.format { Ok(()) } else { Err(changed()) }
    }

    /// The file as a report names it, with the references it was compared with.
    pub fn source(&self, references: Vec<ReferenceSong>) -> Source {
        Source {
            file: self.path.display().to_string(),
            sample_rate_hz: self.format.sample_rate_hz,
            channels: self.format.num_channels,
            duration_s: self.format.duration_s(),
            truncated_s: self.format.truncated_s,
            references: references.into_iter().map(|each| each.file).collect(),
        }
    }
}

/// Reads a file on a thread of its own: decoding takes as long as a third of what is done with it.
fn read_aside(path: &Path, max_s: f64, mut take: impl FnMut(u32, &[Vec<f32>]) -> Result<()>) -> Result<Format> {
    let limits = Limits { max_s, cancel: Cancel::default() };
    hand_over(
        |give| read_through(path, &limits, |rate_hz, planes| give((rate_hz, planes.to_vec()))),
        |(rate_hz, planes): (u32, Vec<Vec<f32>>)| take(rate_hz, &planes),
    )
}

/// The chain with its latency taken out.
struct Line {
    chain: Chain,
    /// Frames that are still to be left out at the start.
    num_early: usize,
    buffers: [Vec<f32>; 2],
    num_channels: usize,
}

/// Frames of silence that drive out what is left in the chain, at a time.
const CHUNK: usize = 1 << 12;

impl Line {
    fn new(format: &Format, settings: &Settings) -> Self {
        let mut chain = Chain::new(f64::from(format.sample_rate_hz), settings.latency_mode);
        chain.set(settings);
        let num_early = chain.latency_samples();
        Self { chain, num_early, buffers: [Vec::new(), Vec::new()], num_channels: format.num_channels }
    }

    fn process(&mut self, planes: &[Vec<f32>]) -> Out<'_> {
        let [left, right] = &mut self.buffers;
        left.clone_from(&planes[0]);
        right.clone_from(&planes[planes.len() - 1]);
        self.run()
    }

    fn run(&mut self) -> Out<'_> {
        let [left, right] = &mut self.buffers;
        self.chain.process(left, right);
        let early = self.num_early.min(left.len());
        self.num_early -= early;
        Out { channels: [&left[early..], &right[early..]], num_channels: self.num_channels }
    }

    /// What is left when the song has ended.
    fn drain(&mut self, mut take: impl FnMut(&[&[f32]]) -> Result<()>) -> Result<()> {
        let mut left_over = self.chain.latency_samples();
        while left_over > 0 {
            let num_frames = left_over.min(CHUNK);
            for buffer in &mut self.buffers {
                buffer.clear();
                buffer.resize(num_frames, 0.0);
            }
            take(&self.run())?;
            left_over -= num_frames;
        }
        Ok(())
    }
}

/// What came out of the chain: as many channels as went in.
struct Out<'a> {
    channels: [&'a [f32]; 2],
    num_channels: usize,
}

impl<'a> std::ops::Deref for Out<'a> {
    type Target = [&'a [f32]];

    fn deref(&self) -> &Self::Target {
        &self.channels[..self.num_channels]
    }
}
