//! Songs heard by the real assistant, one for each verdict it can come to.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use discern::analysis::{Analyzer, Block, Progress};
use discern::assistant::{Audio, Brief, VerdictKind, hear};
use discern::audio_file::{self, AudioFile};
use discern::chain::Settings;
use discern::evaluation::inject::inject;
use discern::params::Judged;

/// Audio comes in pieces of this length, as a host gives it.
const PIECE_FRAMES: usize = 512;
/// Longest part that is played, seconds.
const LONGEST_S: f64 = 45.0;

/// A song with what was heard of it.
pub struct Song {
    /// The mix.
    pub audio: AudioFile,
    /// Verdict and moves.
    pub judged: Judged,
    /// Loudness along the song.
    pub blocks: Arc<Vec<Block>>,
    /// How much was heard.
    pub progress: Progress,
}

/// Where sound comes from.
#[derive(Clone, Copy)]
enum Sound {
    /// A file of the music folder.
    Music(&'static str),
    /// The song that the repository carries.
    Demo,
    /// No music at all.
    Tone,
}

/// What to hear: the sound, faults put into it, and the part that is heard.
struct Source {
    kind: VerdictKind,
    sound: Sound,
    faults: &'static [(&'static str, f64)],
    heard_s: f64,
}

const fn source(kind: VerdictKind, sound: Sound, faults: &'static [(&'static str, f64)]) -> Source {
    Source { kind, sound, faults, heard_s: LONGEST_S }
}

/// In the order of preference; the first with the verdict that it stands for is taken.
const SOURCES: [Source; 11] = [
    source(VerdictKind::LevelOnly, Sound::Music("unmastered/electronica_vocal_francium.flac"), &[]),
    source(VerdictKind::LevelOnly, Sound::Demo, &[]),
    source(VerdictKind::SmallMoves, Sound::Music("unmastered/hiphop_tuxrap.flac"), &[]),
    source(VerdictKind::SmallMoves, Sound::Demo, &[("imbalance", 3.0)]),
    source(VerdictKind::WorkNeeded, Sound::Music("unmastered/edm_onion.flac"), &[("bright", 10.0), ("imbalance", 3.0)]),
    source(VerdictKind::WorkNeeded, Sound::Demo, &[("wide_bass", 6.0), ("sibilance", 6.0), ("imbalance", 5.0)]),
    // No fault makes the demo mix this bad: without the music folder these pictures are left out.
    source(VerdictKind::SendBack, Sound::Music("unmastered/rock_instr_feelings.flac"), &[("dropout", 3.0)]),
    source(VerdictKind::SendBack, Sound::Demo, &[("dropout", 3.0)]),
    Source { kind: VerdictKind::NotEnoughHeard, sound: Sound::Demo, faults: &[], heard_s: 8.0 },
    source(VerdictKind::OutsideScope, Sound::Music("unmastered/speech_sonnet.flac"), &[]),
    source(VerdictKind::OutsideScope, Sound::Tone, &[]),
];

impl Source {
    /// The part that is heard, and how long the whole is.
    fn read(&self, music: &Path) -> Result<(AudioFile, f64)> {
        let mut audio = match self.sound {
            Sound::Music(file) => audio_file::read(&music.join(file))?,
            Sound::Demo => audio_file::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo_mix.flac"))?,
            Sound::Tone => tone(),
        };
        for (kind, amount) in self.faults {
            let faulty = inject(kind, &audio, *amount, 1).with_context(|| format!("{kind} cannot be there"))?;
            audio = faulty.audio;
        }
        let duration_s = audio.duration_s().min(LONGEST_S);
        let num_frames = (self.heard_s * f64::from(audio.sample_rate_hz)) as usize;
        audio.channels.iter_mut().for_each(|channel| channel.truncate(num_frames));
        Ok((audio, duration_s))
    }
}

/// Half a minute of 440 Hz.
fn tone() -> AudioFile {
    const RATE_HZ: u32 = 48_000;
    let step = std::f64::consts::TAU * 440.0 / f64::from(RATE_HZ);
    let samples: Vec<f32> = (0..RATE_HZ * 30).map(|frame| (0.2 * (f64::from(frame) * step).sin()) as f32).collect();
    AudioFile { sample_rate_hz: RATE_HZ, channels: vec![samples.clone(), samples], source: None }
}

/// The first song with this verdict, if any has it.
pub fn find(kind: VerdictKind, music: &Path) -> Option<Song> {
    SOURCES.iter().filter(|source| source.kind == kind).find_map(|source| {
        let (audio, duration_s) = source.read(music).ok()?;
        let song = judge(audio, duration_s);
        (song.judged.report.verdict.kind == kind).then_some(song)
    })
}

/// Heard from the beginning, as the plugin's analysis thread does it.
fn judge(audio: AudioFile, duration_s: f64) -> Song {
    let rate_hz = f64::from(audio.sample_rate_hz);
    let mut analyzer = Analyzer::new(rate_hz, audio.channels.len());
    analyzer.set_extent(Some((0.0, duration_s)));
    let pieces = audio.left().chunks(PIECE_FRAMES).zip(audio.right().chunks(PIECE_FRAMES));
    for (idx, (left, right)) in pieces.enumerate() {
        analyzer.set_position(Some((idx * PIECE_FRAMES) as f64 / rate_hz));
        analyzer.process(left, right);
    }
    analyzer.finish();
    let features = analyzer.features();
    let excerpts = analyzer.excerpts().to_vec();
    let report = hear(&features, &Brief::default(), &Settings::default(), Audio::Excerpts(&excerpts));
    let (blocks, progress) = (Arc::new(analyzer.map()), analyzer.progress());
    Song { audio, judged: Judged { features, report }, blocks, progress }
}
