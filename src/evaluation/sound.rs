//! Hearing, judging and rendering a recording, as the plugin and the command line do.

use crate::analysis::{Analyzer, Features};
use crate::assistant::findings::{FindingKind, measured};
use crate::assistant::{Audio, Brief, Move, MoveClass, Report, judge_sound};
use crate::audio_file::AudioFile;
use crate::chain::settings::find;
use crate::chain::{Chain, Settings};
use crate::dsp::units::gain_from_db;

use super::spectrum::Thirds;

/// Frames per step of rendering.
const CHUNK: usize = 1 << 15;

/// A recording that was heard and judged.
pub struct Heard<'a> {
    /// The recording.
    pub audio: &'a AudioFile,
    /// What was asked for.
    pub brief: Brief,
    /// What it is.
    pub features: Features,
    /// What was said about it.
    pub report: Report,
}

impl<'a> Heard<'a> {
    /// Judged without solving for a level.
    pub fn of(audio: &'a AudioFile, brief: &Brief) -> Self {
        let features = hear(audio);
        let report = judge_sound(&features, brief, &Settings::default(), whole(audio));
        Self { audio, brief: brief.clone(), features, report }
    }

    /// The long-term spectrum.
    pub fn thirds(&self) -> Thirds {
        Thirds::of(&self.features)
    }

    /// What a kind of finding measures here, within its range or not.
    pub fn value(&self, kind: &str) -> Option<f64> {
        value(&self.features, kind)
    }

    /// The moves that must be made, but for the level.
    pub fn needed(&self) -> Vec<&Move> {
        needed(&self.report)
    }

    /// The recording with moves accepted.
    pub fn with(&self, moves: &[&Move]) -> AudioFile {
        if moves.is_empty() { self.audio.clone() } else { render(self.audio, &sound_settings(moves)) }
    }
}

/// The moves of a report that must be made, but for the level.
pub fn needed(report: &Report) -> Vec<&Move> {
    sound_moves(report).filter(|each| each.class == MoveClass::Needed).collect()
}

/// The moves of a report but for the level.
pub fn sound_moves(report: &Report) -> impl Iterator<Item = &Move> {
    report.moves.iter().filter(|each| !each.is_of_level())
}

/// What a kind of finding measures, within its range or not.
pub fn value(features: &Features, kind: &str) -> Option<f64> {
    let kind = FindingKind::from_key(kind)?;
    measured(features).into_iter().find(|finding| finding.kind == kind).map(|finding| finding.evidence.value)
}

/// All of a recording, as the assistant takes it.
pub fn whole(audio: &AudioFile) -> Audio<'_> {
    Audio::Song { left: audio.left(), right: audio.right() }
}

/// Hears a whole recording.
pub fn hear(audio: &AudioFile) -> Features {
    let mut analyzer = Analyzer::new(f64::from(audio.sample_rate_hz), audio.channels.len());
    analyzer.set_extent(Some((0.0, audio.duration_s())));
    analyzer.process(audio.left(), audio.right());
    analyzer.finish();
    analyzer.features()
}

/// Default settings with moves carried out.
pub fn settings(moves: &[&Move]) -> Settings {
    let mut settings = Settings::default();
    for (id, value) in moves.iter().flat_map(|each| &each.settings) {
        if let Some(setting) = find(id) {
            setting.set(&mut settings, *value);
        }
    }
    settings
}

/// The same without the limiter, which would act on faults that pass full scale.
fn sound_settings(moves: &[&Move]) -> Settings {
    let mut settings = settings(moves);
    settings.limiter.enabled = false;
    settings
}

/// Runs a recording through the chain: as long as it was, the latency removed.
pub fn render(audio: &AudioFile, settings: &Settings) -> AudioFile {
    let mut chain = Chain::new(f64::from(audio.sample_rate_hz), settings.latency_mode);
    chain.set(settings);
    let latency = chain.latency_samples();
    let padded = |channel: &[f32]| [channel, &vec![0.0; latency]].concat();
    let (mut left, mut right) = (padded(audio.left()), padded(audio.right()));
    for (left, right) in left.chunks_mut(CHUNK).zip(right.chunks_mut(CHUNK)) {
        chain.process(left, right);
    }
    let mut channels = vec![left.split_off(latency), right.split_off(latency)];
    channels.truncate(audio.channels.len());
    AudioFile { channels, ..*audio }
}

/// The recording at another level.
pub fn amplified(audio: &AudioFile, gain_db: f64) -> AudioFile {
    let gain = gain_from_db(gain_db);
    let amplify = |channel: &Vec<f32>| channel.iter().map(|&sample| (f64::from(sample) * gain) as f32).collect();
    AudioFile { channels: audio.channels.iter().map(amplify).collect(), ..*audio }
}

/// A part of a recording, seconds.
pub fn part(audio: &AudioFile, from_s: f64, to_s: f64) -> AudioFile {
    let frame = |time_s: f64| ((time_s * f64::from(audio.sample_rate_hz)) as usize).min(audio.num_frames());
    let range = frame(from_s)..frame(to_s);
    AudioFile { channels: audio.channels.iter().map(|channel| channel[range.clone()].to_vec()).collect(), ..*audio }
}
