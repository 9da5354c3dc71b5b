//! The analyzer: hears a song in any order and block size and answers every question of this layer.

use super::capture::{Capture, Excerpt};
use super::character;
use super::coverage::{CELL_S, Coverage};
use super::edges::Edges;
use super::hum::HumWatch;
use super::levels::SongLevels;
use super::loudness::{LoudnessMeter, lufs_from_power};
use super::programme::ABSOLUTE_GATE_LUFS;
use super::scale::ScaleWatch;
use super::sections::{self, Section};
use super::song_map::SongMap;
use super::stereo::StereoSums;
use super::texture::{TEXTURE_S, Texture};
use super::true_peak::TruePeakMeter;
use super::{Block, Features, Levels};
use crate::dsp::sample::{is_sample, or_silence};
use crate::dsp::units::gain_from_db;
use std::sync::Arc;

/// Jumps smaller than this are rounding of the host's clock, seconds.
const JUMP_S: f64 = CELL_S / 2.0;
/// Samples sanitised at a time.
const CHUNK: usize = 1024;

/// How much of a song was heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Seconds heard, repeats not counted.
    pub heard_s: f64,
    /// Length of the song as far as known, seconds.
    pub duration_s: f64,
    /// Share of the song heard, 0–1; `None` while its length is unknown.
    pub share: Option<f64>,
    /// Frames lost on the way.
    pub num_dropped_frames: u64,
    /// Seconds of the song that were lost on the way and not heard since.
    pub missed_s: f64,
    /// Whether all of a marked extent was heard.
    pub is_complete: bool,
    /// Where the song was heard again and was another mix, seconds.
    pub changed_at_s: Option<f64>,
}

/// Hears a song and measures it.
///
/// The stream is cut into cells of 100 ms. Each cell belongs to a place in the song and counts the first time that
/// place is heard; what plays again is not measured twice. Where the position jumps, the
/// cell that the jump falls into is lost. Memory is bounded: about 170 bytes per 100 ms of song, 12 h at most, and eleven
/// excerpts of 3 s.
pub struct Analyzer {
    sample_rate_hz: f64,
    num_channels: usize,
    loudness: LoudnessMeter,
    peaks: TruePeakMeter,
    map: SongMap,
    hum: HumWatch,
    stereo: StereoSums,
    levels: SongLevels,
    coverage: Coverage,
    capture: Capture,
    /// Song position of the next frame, seconds; set by the host or running.
    position_s: f64,
    cell_idx: i64,
    next_cell_idx: Option<i64>,
    is_cell_counted: bool,
    is_watching: bool,
    is_at_cell_start: bool,
    cell_peaks: (f64, f64),
    partial_frames: usize,
    num_dropped_frames: u64,
    num_non_finite: u64,
    played_from_s: Option<f64>,
    scale: ScaleWatch,
}

/// A cell more or less is no part of the song that was not heard, seconds.
const PLAYED_BEYOND_S: f64 = 0.5;

impl Analyzer {
    /// An analyzer of one or two channels at 8 kHz or more.
    pub fn new(sample_rate_hz: f64, num_channels: usize) -> Self {
        Self {
            sample_rate_hz,
            num_channels,
            loudness: LoudnessMeter::new(sample_rate_hz, &[1.0, 1.0][..num_channels]),
            peaks: TruePeakMeter::new(num_channels),
            map: SongMap::new(sample_rate_hz, num_channels),
            hum: HumWatch::new(sample_rate_hz),
            stereo: StereoSums::default(),
            levels: SongLevels::new(num_channels),
            coverage: Coverage::default(),
            capture: Capture::new(sample_rate_hz, num_channels),
            position_s: 0.0,
            cell_idx: 0,
            next_cell_idx: None,
            is_cell_counted: false,
            is_watching: false,
            is_at_cell_start: true,
            cell_peaks: (0.0, 0.0),
            partial_frames: 0,
            num_dropped_frames: 0,
            num_non_finite: 0,
            played_from_s: None,
            scale: ScaleWatch::new(sample_rate_hz),
        }
    }

    /// Song position of the next frame to come, seconds, or `None` where the host tells none: time then runs on from
    /// where it is, and the share of the song heard stays unknown unless an extent is marked. Call it before every
    /// chunk or only at jumps.
    pub fn set_position(&mut self, position_s: Option<f64>) {
        self.coverage.set_has_position(position_s.is_some());
        let Some(position_s) = position_s else { return };
        if (position_s - self.position_s).abs() > JUMP_S {
            self.break_stream();
        }
        // Within a stream time runs on by itself, so that small jumps in a row add up to one that is seen.
        if self.next_cell_idx.is_none() {
            self.position_s = position_s;
        }
    }

    /// The song reaches from `start_s` to `end_s`: a file's length, or what the engineer marked.
    pub fn set_extent(&mut self, extent_s: Option<(f64, f64)>) {
        self.coverage.mark(extent_s);
    }

    /// It played and sounded from here on into what is about to be heard, seconds: that is of the song, and was not heard.
    pub fn set_played_from(&mut self, played_from_s: Option<f64>) {
        self.played_from_s = played_from_s;
    }

    /// Hears the next frames; for a mono analyzer `right` is not looked at. What is no sample ([`crate::dsp::sample`]) is heard as 0 and
    /// counted.
    pub fn process(&mut self, left: &[f32], right: &[f32]) {
        let right = if self.num_channels == 2 { right } else { left };
        let (mut clean_l, mut clean_r) = ([0.0; CHUNK], [0.0; CHUNK]);
        for (left, right) in left.chunks(CHUNK).zip(right.chunks(CHUNK)) {
            self.scale.hear(left, right);
            if left.iter().chain(right).all(|sample| is_sample(*sample)) {
                self.hear(left, right);
                continue;
            }
            let num_before = self.num_non_finite;
            self.num_non_finite += sanitise(left, &mut clean_l) + sanitise(right, &mut clean_r);
            if self.num_channels == 1 {
                self.num_non_finite = num_before + (self.num_non_finite - num_before) / 2;
            }
            self.hear(&clean_l[..left.len()], &clean_r[..right.len()]);
        }
    }

    /// From now on nothing new is heard; places that were heard are compared with what they were.
    pub fn watch(&mut self) {
        self.map.set_watching(true);
        self.is_watching = true;
        self.break_stream();
    }

    /// The transport stopped.
    pub fn stop(&mut self) {
        self.coverage.stop();
    }

    /// The file ended: the last cell counts though it is shorter. Nothing is to be heard after it.
    pub fn finish(&mut self) {
        if self.is_cell_counted && !self.is_at_cell_start {
            self.levels.push_peaks(self.cell_peaks);
        }
    }

    /// Frames that were lost on the way here: what follows is further on by so many.
    pub fn add_dropped_frames(&mut self, num_frames: u64) {
        let lost_from_s = self.position_s;
        if num_frames > 0 {
            self.break_stream();
            self.position_s += num_frames as f64 / self.sample_rate_hz;
        }
        if !self.is_watching {
            self.num_dropped_frames += num_frames;
            self.coverage.miss(lost_from_s, self.position_s);
        }
    }

    /// A new song: forgets everything.
    pub fn reset(&mut self) {
        *self = Self::new(self.sample_rate_hz, self.num_channels);
    }

    /// What was kept of the sound: up to ten excerpts of 3 s, by role. Clones share the samples.
    pub fn excerpts(&self) -> &[Excerpt] {
        self.capture.excerpts()
    }

    /// How much of the song was heard so far; cheap.
    pub fn progress(&self) -> Progress {
        // An unfinished cell is of the song if it sounds.
        let is_counted = self.coverage.is_marked() || self.cell_peaks.1 > gain_from_db(ABSOLUTE_GATE_LUFS);
        let partial_s = if is_counted { self.partial_frames as f64 / self.sample_rate_hz } else { 0.0 };
        let heard_s = self.coverage.heard_s() + partial_s;
        let own = self.coverage.extent_s();
        let missed_start_s = own.map_or(0.0, |(start_s, _)| self.missed_start_s(start_s));
        let extent_s = own.map_or(heard_s, |(start_s, end_s)| end_s - start_s) + missed_start_s;
        let share = self.coverage.share(partial_s).map(|share| share * (1.0 - missed_start_s / extent_s.max(CELL_S)));
        Progress {
            heard_s,
            duration_s: extent_s.max(heard_s),
            share,
            num_dropped_frames: self.num_dropped_frames,
            missed_s: self.coverage.missed_s(),
            is_complete: self.coverage.is_marked() && share == Some(1.0),
            changed_at_s: self.map.changed_at_s(),
        }
    }

    /// Seconds that played before the start of what was heard, and were not heard.
    fn missed_start_s(&self, start_s: f64) -> f64 {
        let missed_s = self.played_from_s.map_or(0.0, |from_s| start_s - from_s);
        let is_missed = !self.coverage.is_marked() && missed_s > PLAYED_BEYOND_S;
        // A silent start that was heard since is no start.
        let heard_s = self.played_from_s.map_or(0.0, |from_s| self.coverage.heard_within_s(from_s, start_s));
        if is_missed && heard_s < missed_s / 2.0 { missed_s } else { 0.0 }
    }

    /// Loudness along the song, in song order, to be looked at: 100 ms each, of long songs several together.
    pub fn map(&self) -> Vec<Block> {
        self.coverage.map()
    }

    /// Everything measured so far.
    pub fn features(&self) -> Features {
        let progress = self.progress();
        let mut textures = self.map.textures();
        if let Some((start_s, end_s)) = self.coverage.sounding_s() {
            textures.retain(|texture| texture.start_s() + TEXTURE_S > start_s && texture.start_s() < end_s);
        }
        let active = character::active(&textures);
        let blocks = self.coverage.blocks();
        Features {
            sample_rate_hz: self.sample_rate_hz,
            num_channels: self.num_channels,
            duration_s: progress.duration_s,
            heard_s: progress.heard_s,
            active_s: self.coverage.active_s(),
            share: progress.share,
            num_dropped_frames: progress.num_dropped_frames,
            num_non_finite: self.num_non_finite,
            is_overscaled: self.scale.is_overscaled(),
            levels: self.levels.levels(),
            stereo: self.stereo.measures(self.num_channels),
            spectrum: character::long_term(&active, self.sample_rate_hz),
            bands: if self.num_channels == 2 { character::stereo_bands(&active) } else { Vec::new() },
            crest_db: character::crest_db(&active),
            percussiveness: character::percussiveness(&active),
            level_spread_db: character::level_spread_db(&active),
            hum: self.hum.hum(),
            edges: Edges::of(&blocks, self.coverage.extent_s()),
            are_channels_identical: self.num_channels == 2 && self.stereo.are_identical(),
            sections: self.sections(&textures),
            defects: Arc::new(self.map.defects().clone()),
            changed_at_s: self.map.changed_at_s(),
            textures: textures.into(),
            blocks,
        }
    }

    /// The sections; the last one reaches to the end of the song, of which the map lacks what is shorter than a frame.
    fn sections(&self, textures: &[Arc<Texture>]) -> Vec<Section> {
        let mut sections = sections::sections(textures);
        let end_s = self.coverage.extent_s().map_or(0.0, |(_, end_s)| end_s);
        if let Some(last) = sections.last_mut().filter(|last| (0.0..1.0).contains(&(end_s - last.end_s))) {
            last.end_s = end_s;
        }
        sections
    }

    fn hear(&mut self, left: &[f32], right: &[f32]) {
        let mut from = 0;
        while from < left.len() {
            if self.is_at_cell_start {
                self.begin_cell();
            }
            let to_end = self.loudness.frames_to_block_end();
            let to = left.len().min(from + to_end);
            self.hear_part(&left[from..to], &right[from..to]);
            self.is_at_cell_start = to - from == to_end;
            self.position_s += (to - from) as f64 / self.sample_rate_hz;
            from = to;
        }
    }

    fn begin_cell(&mut self) {
        // After a jump the host's position says which cell this is; from there on cells are counted, so that rounding
        // never skips or repeats one.
        self.cell_idx = self.next_cell_idx.unwrap_or_else(|| (self.position_s / CELL_S).round() as i64);
        self.next_cell_idx = Some(self.cell_idx + 1);
        self.is_cell_counted = !self.is_watching && self.coverage.is_new(self.cell_idx);
        self.cell_peaks = (0.0, 0.0);
        self.partial_frames = 0;
        if self.is_cell_counted {
            self.capture.begin_cell(self.cell_idx);
        } else {
            self.capture.break_stream();
        }
    }

    fn hear_part(&mut self, left: &[f32], right: &[f32]) {
        let channels = [left, right];
        let channels = &channels[..self.num_channels];
        let peaks = self.peaks.process(channels);
        self.cell_peaks = (self.cell_peaks.0.max(peaks.0), self.cell_peaks.1.max(peaks.1));
        // Right after a jump the place is not known to the cell yet.
        if self.next_cell_idx.is_some() {
            self.map.process(self.position_s, left, right);
        }
        if self.is_cell_counted {
            self.hum.process(left, right);
            self.partial_frames += left.len();
            self.stereo.add(left, right);
            self.capture.process(left, right);
        }
        let mut block = None;
        self.loudness.process(channels, |powers| block = Some(powers));
        let Some(powers) = block else { return };
        self.map.hear_loudness(powers.block);
        self.levels.hear_peak(self.cell_peaks.0);
        if self.is_cell_counted {
            self.levels.push(&powers, self.cell_peaks);
            self.stereo.add_weighted(&powers);
            self.coverage.insert(self.cell_idx, powers.block, self.cell_peaks.1);
            let is_sound = lufs_from_power(powers.block) > ABSOLUTE_GATE_LUFS;
            self.capture.end_cell(self.cell_idx, self.loudness.short_term_lufs(), is_sound);
            self.partial_frames = 0;
        }
    }

    /// What comes now does not follow what came: the transport stopped between.
    pub fn interrupt(&mut self) {
        self.break_stream();
    }

    /// The stream does not go on where it was: no window may reach across.
    fn break_stream(&mut self) {
        self.is_cell_counted = false;
        self.partial_frames = 0;
        self.loudness.break_stream();
        self.levels.break_stream();
        self.stereo.break_stream();
        self.map.break_stream();
        self.hum.break_stream();
        self.capture.break_stream();
        self.next_cell_idx = None;
    }
}

/// Measures a whole recording: loudness and peaks only.
pub fn measure_levels(sample_rate_hz: f64, channels: &[&[f32]]) -> Levels {
    let mut loudness = LoudnessMeter::new(sample_rate_hz, &[1.0, 1.0][..channels.len()]);
    let mut peaks = TruePeakMeter::new(channels.len());
    let mut levels = SongLevels::new(channels.len());
    let mut from = 0;
    let num_frames = channels[0].len();
    while from < num_frames {
        let to = num_frames.min(from + loudness.frames_to_block_end());
        let part: Vec<&[f32]> = channels.iter().map(|channel| &channel[from..to]).collect();
        let block_peaks = peaks.process(&part);
        let mut block = None;
        loudness.process(&part, |powers| block = Some(powers));
        match block {
            Some(powers) => {
                levels.hear_peak(block_peaks.0);
                levels.push(&powers, block_peaks);
            }
            None => levels.push_peaks(block_peaks),
        }
        from = to;
    }
    levels.levels()
}

fn sanitise(from: &[f32], to: &mut [f32]) -> u64 {
    let mut num_non_finite = 0;
    for (to, &from) in to.iter_mut().zip(from) {
        num_non_finite += u64::from(!is_sample(from));
        *to = or_silence(from);
    }
    num_non_finite
}
