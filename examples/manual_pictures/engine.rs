//! What audio and analysis thread do for the editor, in step with the clock of the pictures instead of a host's.

use std::ops::Range;
use std::sync::Arc;

use discern::analysis::{Analyzer, LiveMeter, LiveSpectrumMeter, Scope};
use discern::bridge::{Hearing, Phase};
use discern::chain::makeup_match::StageLoudness;
use discern::chain::monitor::Monitor;
use discern::chain::{Activity, Chain, NUM_STAGES};
use discern::params::Follower;

use crate::fixture::Fixture;
use crate::songs::Song;

/// As long as the audio thread's pieces.
const BLOCK_FRAMES: usize = 1024;

/// What one block of audio tells the editor.
#[derive(Clone)]
struct Meters {
    mix_peak: [f32; 2],
    master_peak: [f32; 2],
    activity: Activity,
    stage_loudness: Option<StageLoudness>,
    match_db: (f32, f32),
}

/// All that the editor is told between two of its frames; can be told again to another editor.
#[derive(Clone)]
pub struct Moment {
    position_s: f64,
    blocks: Vec<Meters>,
    hearing: Hearing,
    stream: (f64, [usize; NUM_STAGES]),
}

impl Moment {
    /// Tells it.
    pub fn tell(&self, fixture: &Fixture) {
        let meters = fixture.audio.meters();
        meters.set_stream(self.stream.0, self.stream.1);
        meters.set_transport(Some(self.position_s), true);
        for block in &self.blocks {
            meters.hold_peaks(block.mix_peak, block.master_peak);
            meters.hold_activity(&block.activity);
            meters.set_stage_loudness(block.stage_loudness);
            meters.set_match(block.match_db.0, block.match_db.1);
        }
        fixture.analysis.publish(self.hearing.clone());
    }
}

/// A song that plays.
pub struct Engine {
    song: Arc<Song>,
    phase: Phase,
    settings: Follower,
    chain: Chain,
    monitor: Monitor,
    mix: LiveMeter,
    master: LiveMeter,
    spectra: LiveSpectrumMeter,
    scope: Scope,
    /// Hears while the assistant listens.
    listening: Option<Analyzer>,
    next_frame: usize,
}

impl Engine {
    /// At the beginning of the song.
    pub fn new(song: Arc<Song>, phase: Phase, fixture: &Fixture) -> Self {
        let rate_hz = f64::from(song.audio.sample_rate_hz);
        let settings = Follower::new(&fixture.params);
        let latency_mode = settings.settings().latency_mode;
        let mut chain = Chain::new(rate_hz, latency_mode);
        chain.set(settings.settings());
        let listening = (phase == Phase::Listening).then(|| {
            let mut analyzer = Analyzer::new(rate_hz, 2);
            analyzer.set_extent(Some((0.0, song.audio.duration_s())));
            analyzer
        });
        Self {
            phase,
            settings,
            chain,
            monitor: Monitor::new(rate_hz, latency_mode),
            mix: LiveMeter::new(rate_hz, 2),
            master: LiveMeter::new(rate_hz, 2),
            spectra: LiveSpectrumMeter::new(rate_hz),
            scope: Scope::new(rate_hz),
            listening,
            next_frame: 0,
            song,
        }
    }

    /// Plays on for so long; at the song's end it begins again.
    pub fn play(&mut self, fixture: &mut Fixture, seconds: f64) -> Moment {
        let mut left_over = (seconds * f64::from(self.song.audio.sample_rate_hz)).round() as usize;
        let mut blocks = Vec::new();
        while left_over > 0 {
            if self.next_frame >= self.song.audio.num_frames() {
                self.next_frame = 0;
            }
            let end = (self.next_frame + left_over.min(BLOCK_FRAMES)).min(self.song.audio.num_frames());
            blocks.push(self.block(fixture, self.next_frame..end));
            left_over -= end - self.next_frame;
            self.next_frame = end;
        }
        let stream = (f64::from(self.song.audio.sample_rate_hz), self.chain.stage_latencies_samples());
        Moment { position_s: self.seconds(self.next_frame), blocks, hearing: self.hearing(), stream }
    }

    fn seconds(&self, frame: usize) -> f64 {
        frame as f64 / f64::from(self.song.audio.sample_rate_hz)
    }

    fn block(&mut self, fixture: &mut Fixture, frames: Range<usize>) -> Meters {
        if self.settings.follow(&fixture.params) {
            self.chain.set(self.settings.settings());
        }
        self.chain.watch(fixture.audio.watched_stage());
        if let Some(state) = fixture.audio.new_monitor_state() {
            self.monitor.set(&state);
        }
        let start_s = self.seconds(frames.start);
        let mut left = self.song.audio.left()[frames.clone()].to_vec();
        let mut right = self.song.audio.right()[frames].to_vec();
        if let Some(analyzer) = &mut self.listening {
            analyzer.set_position(Some(start_s));
            analyzer.process(&left, &right);
        }
        let mix_peak = [peak(&left), peak(&right)];
        self.monitor.take_mix(self.settings.settings(), &left, &right);
        self.chain.process(&mut left, &mut right);
        let (mix_left, mix_right) = self.monitor.mix();
        self.mix.process(mix_left, mix_right);
        self.master.process(&left, &right);
        self.spectra.process([mix_left, mix_right], [&left, &right]);
        self.scope.process(&left, &right);
        let master_peak = [peak(&left), peak(&right)];
        let activity = *self.chain.activity();
        self.monitor.process(&mut left, &mut right);
        Meters {
            mix_peak,
            master_peak,
            activity,
            stage_loudness: self.chain.stage_loudness(),
            match_db: (self.monitor.match_db() as f32, self.monitor.seconds_to_match() as f32),
        }
    }

    fn hearing(&self) -> Hearing {
        let progress = self.listening.as_ref().map_or_else(|| self.song.progress, Analyzer::progress);
        let blocks = self.listening.as_ref().map_or_else(|| Arc::clone(&self.song.blocks), |ears| Arc::new(ears.map()));
        Hearing {
            phase: self.phase,
            mix: self.mix.levels(),
            master: self.master.levels(),
            spectrum: self.spectra.spectrum(),
            scope: Arc::new(self.scope.pairs()),
            heard_s: progress.heard_s,
            duration_s: progress.duration_s,
            share: progress.share,
            blocks,
            changed_at_s: progress.changed_at_s,
            ..Hearing::default()
        }
    }
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}
