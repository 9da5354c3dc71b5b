//! The section bench: songs joined from parts whose boundaries are known, and how many of them are found.

use std::fmt::Write;

use crate::analysis::Tag;
use crate::audio_file::AudioFile;
use crate::dsp::random::Random;

use super::music::Song;
use super::sound::hear;

/// Songs joined, parts of each, and their lengths, seconds.
const NUM_SONGS: u64 = 40;
const NUM_PARTS: usize = 6;
const PART_S: (f64, f64) = (10.0, 22.0);
/// Parts overlap by this, seconds.
const FADE_S: f64 = 0.05;
/// A boundary is found if one lies this near, seconds.
const NEAR_S: f64 = 2.0;
/// Precision and recall at least.
const BAR: f64 = 0.8;
/// Step between the verse and the chorus of an A B A B song, dB, and the share of songs whose loudest section is a chorus
/// at least (`dsp.md` section 8.5).
const STEP_DB: f64 = 3.0;
const LOUDEST_BAR: f64 = 0.9;

/// What was counted.
#[derive(Default)]
pub struct Sections {
    num_true: usize,
    num_hit: usize,
    num_claimed: usize,
    num_claimed_right: usize,
    num_songs: usize,
    num_loudest_right: usize,
}

/// Joins and measures. Parts come from songs of one rate: the most frequent.
pub fn run(songs: &[Song]) -> Sections {
    let rate_hz = 44_100;
    let pool: Vec<&AudioFile> = songs
        .iter()
        .filter(|song| song.class != "ood" && song.audio.sample_rate_hz == rate_hz && song.audio.channels.len() == 2)
        .map(|song| &song.audio)
        .collect();
    let mut sections = Sections::default();
    if pool.len() < 2 {
        return sections;
    }
    for seed in 0..NUM_SONGS {
        joined(&pool, seed, &mut sections);
        verses_and_choruses(&pool, seed, &mut sections);
    }
    sections
}

/// Parts of different songs, each as loud as it was.
fn joined(pool: &[&AudioFile], seed: u64, sections: &mut Sections) {
    let mut random = Random::new(seed, 3);
    let mut pick = |count: usize| (random.uniform() * count as f64) as usize % count;
    let mut builder = Builder::new(pool[0]);
    let mut last = usize::MAX;
    for _ in 0..NUM_PARTS {
        let mut idx = pick(pool.len());
        if idx == last {
            idx = (idx + 1) % pool.len();
        }
        last = idx;
        let length_s = PART_S.0 + (PART_S.1 - PART_S.0) * pick(1000) as f64 / 1000.0;
        let song_s = pool[idx].duration_s();
        let from_s = (song_s - length_s).max(0.0) * pick(1000) as f64 / 1000.0;
        builder.append(pool[idx], from_s, length_s.min(song_s), 1.0);
    }
    let (audio, boundaries_s) = builder.finish();
    let features = hear(&audio);
    let claimed_s: Vec<f64> = features.sections.iter().skip(1).map(|section| section.start_s).collect();
    let near = |a: f64, others: &[f64]| others.iter().any(|b| (a - b).abs() <= NEAR_S);
    sections.num_true += boundaries_s.len();
    sections.num_hit += boundaries_s.iter().filter(|at| near(**at, &claimed_s)).count();
    sections.num_claimed += claimed_s.len();
    sections.num_claimed_right += claimed_s.iter().filter(|at| near(**at, &boundaries_s)).count();
}

/// Two parts of one song, the second brought to be louder by [`STEP_DB`], twice.
fn verses_and_choruses(pool: &[&AudioFile], seed: u64, sections: &mut Sections) {
    let song = pool[seed as usize % pool.len()];
    let half_s = song.duration_s() / 2.0;
    let length_s = half_s.min(16.0);
    let level = |from_s: f64| {
        let mut builder = Builder::new(song);
        builder.append(song, from_s, length_s, 1.0);
        hear(&builder.finish().0).levels.integrated_lufs
    };
    let (Some(verse), Some(chorus)) = (level(0.0), level(half_s)) else { return };
    let gain = 10f64.powf((verse + STEP_DB - chorus) / 20.0);
    let mut builder = Builder::new(song);
    for _ in 0..2 {
        builder.append(song, 0.0, length_s, 1.0);
        builder.append(song, half_s, length_s, gain);
    }
    let (audio, boundaries_s) = builder.finish();
    let features = hear(&audio);
    let loudest = features.sections.iter().find(|section| section.tags.contains(&Tag::Loudest));
    let is_chorus = loudest.is_some_and(|section| {
        let middle_s = (section.start_s + section.end_s) / 2.0;
        boundaries_s.iter().filter(|at| **at <= middle_s).count() % 2 == 1
    });
    sections.num_songs += 1;
    sections.num_loudest_right += usize::from(is_chorus);
}

/// Joins parts.
struct Builder {
    audio: AudioFile,
    boundaries_s: Vec<f64>,
}

impl Builder {
    fn new(like: &AudioFile) -> Self {
        Self { audio: AudioFile { channels: vec![Vec::new(), Vec::new()], ..like.clone() }, boundaries_s: Vec::new() }
    }

    fn append(&mut self, song: &AudioFile, from_s: f64, length_s: f64, gain: f64) {
        let rate_hz = f64::from(song.sample_rate_hz);
        let from = (from_s * rate_hz) as usize;
        let to = (from + (length_s * rate_hz) as usize).min(song.num_frames());
        let fade = ((FADE_S * rate_hz) as usize).min(self.audio.channels[0].len()).min(to - from);
        let start = self.audio.channels[0].len() - fade;
        if start > 0 {
            self.boundaries_s.push((start as f64 + fade as f64 / 2.0) / rate_hz);
        }
        for (channel, source) in self.audio.channels.iter_mut().zip(&song.channels) {
            for (idx, &sample) in source[from..to].iter().enumerate() {
                let sample = (f64::from(sample) * gain) as f32;
                if idx < fade {
                    let share = (idx as f32 + 0.5) / fade as f32;
                    let old = &mut channel[start + idx];
                    *old = *old * (1.0 - share) + sample * share;
                } else {
                    channel.push(sample);
                }
            }
        }
    }

    fn finish(self) -> (AudioFile, Vec<f64>) {
        (self.audio, self.boundaries_s)
    }
}

impl Sections {
    fn share(part: usize, of: usize) -> f64 {
        if of == 0 { 1.0 } else { part as f64 / of as f64 }
    }

    /// A paragraph.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "\n## Sections\n\n{NUM_SONGS} songs joined from {NUM_PARTS} parts of 10–22 s each, of different songs: {} of {} \
             boundaries found within {NEAR_S} s (recall {:.2}), {} of {} boundaries claimed are right (precision {:.2}). In {} \
             songs A B A B with a step of {STEP_DB} LU the loudest section is a B in {:.0} %.",
            self.num_hit,
            self.num_true,
            Self::share(self.num_hit, self.num_true),
            self.num_claimed_right,
            self.num_claimed,
            Self::share(self.num_claimed_right, self.num_claimed),
            self.num_songs,
            100.0 * Self::share(self.num_loudest_right, self.num_songs)
        );
        text
    }

    /// Bars missed.
    pub fn missed(&self) -> Vec<String> {
        let bars = [
            ("section boundaries found", Self::share(self.num_hit, self.num_true), BAR),
            ("section boundaries claimed that are right", Self::share(self.num_claimed_right, self.num_claimed), BAR),
            ("loudest sections", Self::share(self.num_loudest_right, self.num_songs), LOUDEST_BAR),
        ];
        bars.iter().filter(|bar| bar.1 < bar.2).map(|bar| format!("{}: {:.2}", bar.0, bar.1)).collect()
    }
}
