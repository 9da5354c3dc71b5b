//! The audio thread: settings in, samples out. Never allocates, locks, waits or calls the system.

use nice_plug::prelude::{ProcessMode, Transport};

use crate::bridge::{AudioEnd, FrameProducer, Place};
use crate::chain::Chain;
use crate::chain::monitor::{Looper, Monitor, MonitorState, SWITCH_S};
use crate::chain::settings::LatencyMode;
use crate::dsp::heap::on_heap;
use crate::params::{Follower, SharedParams};

use super::button::{Button, Settled};

/// Frames processed at once; longer blocks are cut. The samples do not depend on it.
const MAX_FRAMES: usize = 1024;

/// Farther from its start no song is, seconds.
const MAX_PLACE_S: f64 = 1e8;

/// Actions are deaf for this long after a state was loaded: a load is not a press.
const DEAF_AFTER_LOAD_S: f64 = 0.1;

/// All that the audio thread owns during one activation.
pub struct AudioThread {
    end: AudioEnd,
    frames: FrameProducer,
    params: SharedParams,
    settings: Follower,
    chain: Box<Chain>,
    monitor: Box<Monitor>,
    /// Outlasts a reset: a jump of the transport does not end a comparison.
    monitor_state: MonitorState,
    looper: Looper,
    sample_rate_hz: f64,
    /// Rendering faster than it could be heard, as the host said for this activation.
    is_offline: bool,
    is_restart_asked: bool,
    listen: Button,
    accept_needed: Button,
    settled: Settled,
    seen_loads: u32,
    deaf_frames: usize,
    right_of_mono: Box<[f32]>,
}

// See `chain.rs`.
const _: () = assert!(size_of::<AudioThread>() <= 8192);

/// All that is built for one activation, before the end that outlives it is handed over: what fails here costs no more
/// than this activation.
pub struct Prepared {
    frames: FrameProducer,
    params: SharedParams,
    settings: Follower,
    chain: Box<Chain>,
    monitor: Box<Monitor>,
    looper: Looper,
    sample_rate_hz: f64,
    is_offline: bool,
    right_of_mono: Box<[f32]>,
}

impl Prepared {
    /// Allocates everything for one activation.
    pub fn new(frames: FrameProducer, sample_rate_hz: f64, process_mode: ProcessMode, params: SharedParams) -> Self {
        let settings = Follower::new(&params);
        let latency_mode = settings.settings().latency_mode;
        let mut chain = on_heap(|| Chain::new(sample_rate_hz, latency_mode));
        chain.set(settings.settings());
        chain.finish_design();
        Self {
            frames,
            settings,
            chain,
            monitor: on_heap(|| Monitor::new(sample_rate_hz, latency_mode)),
            looper: Looper::new(SWITCH_S, sample_rate_hz),
            sample_rate_hz,
            is_offline: process_mode == ProcessMode::Offline,
            right_of_mono: vec![0.0; MAX_FRAMES].into(),
            params,
        }
    }
}

impl AudioThread {
    /// Begins an activation.
    pub fn new(mut end: AudioEnd, prepared: Prepared) -> Self {
        let Prepared {
            frames,
            params,
            settings,
            chain,
            mut monitor,
            mut looper,
            sample_rate_hz,
            is_offline,
            right_of_mono,
        } = prepared;
        end.meters().set_stream(sample_rate_hz, chain.stage_latencies_samples());
        end.begin_neutral();
        monitor.set_reference(end.references.current());
        looper.take(end.excerpts.current());
        Self {
            monitor,
            monitor_state: MonitorState::default(),
            looper,
            chain,
            sample_rate_hz,
            is_offline,
            is_restart_asked: false,
            listen: Button::new(&params.actions.listen, true),
            accept_needed: Button::new(&params.actions.accept_needed, false),
            settled: Settled::default(),
            seen_loads: params.num_loads(),
            deaf_frames: 0,
            right_of_mono,
            end,
            frames,
            params,
            settings,
        }
    }

    /// Gives back what outlives the activation.
    pub fn into_end(self) -> AudioEnd {
        self.end
    }

    /// Delay of this activation.
    pub fn latency_samples(&self) -> usize {
        self.chain.latency_samples()
    }

    /// The mode that this activation was made for.
    pub fn latency_mode(&self) -> LatencyMode {
        self.settings.settings().latency_mode
    }

    /// Whether a restart is still to be asked for; true once.
    pub fn ask_for_restart_once(&mut self) -> bool {
        !std::mem::replace(&mut self.is_restart_asked, true)
    }

    /// As new, with the present settings in force at once. What is listened to stays, and so does the match: hosts reset at
    /// every jump, and an engineer who compares jumps.
    pub fn reset(&mut self) {
        self.chain.reset();
        self.chain.set(self.settings.settings());
        self.monitor.interrupt();
        self.looper.reset();
    }

    /// Processes one block in place: one or two channels, any length.
    pub fn process(&mut self, channels: &mut [&mut [f32]], transport: &Transport) {
        // Equal lengths are the host's duty; what is longer than the shortest is left as it is.
        let num_frames = channels.iter().map(|channel| channel.len()).min().unwrap_or(0);
        self.settled.follow(transport, num_frames);
        self.read_outside(num_frames);
        self.follow_clips(transport.playing);
        let place = Place {
            // A tempo of 0 makes places of no number.
            position_s: transport
                .pos_seconds()
                .filter(|start| start.abs() < MAX_PLACE_S)
                .map(|start| start - self.latency_s()),
            // A host without a transport plays whenever it processes.
            is_playing: transport.playing || transport.pos_samples().is_none(),
        };
        self.end.meters().set_transport(transport.pos_seconds(), transport.playing);
        self.end.meters().set_loop(transport.loop_range_seconds());
        let mut start = 0;
        while start < num_frames {
            let end = num_frames.min(start + MAX_FRAMES);
            let position_s = place.position_s.map(|position| position + start as f64 / self.sample_rate_hz);
            let place = Place { position_s, ..place };
            match channels {
                [left, right, ..] => self.process_piece(place, &mut left[start..end], &mut right[start..end]),
                [only] => {
                    let only = &mut only[start..end];
                    let mut right = std::mem::take(&mut self.right_of_mono);
                    right[..only.len()].copy_from_slice(only);
                    self.process_piece(place, only, &mut right[..only.len()]);
                    self.right_of_mono = right;
                }
                [] => {}
            }
            start = end;
        }
    }

    /// Parameters, actions and monitor state: everything that comes from outside.
    fn read_outside(&mut self, num_frames: usize) {
        if self.settings.follow(&self.params) {
            self.chain.set(self.settings.settings());
        }
        self.chain.watch(self.end.watched_stage().filter(|_| !self.is_offline));
        if let Some(state) = self.end.new_monitor_state() {
            self.monitor_state = if self.is_offline { MonitorState::default() } else { state };
            self.monitor.set(&self.monitor_state);
        }
        let loads = self.params.num_loads();
        if std::mem::replace(&mut self.seen_loads, loads) != loads {
            self.deaf_frames = (DEAF_AFTER_LOAD_S * self.sample_rate_hz) as usize;
        }
        let is_deaf = self.deaf_frames > 0 || self.is_offline;
        self.deaf_frames = self.deaf_frames.saturating_sub(num_frames);
        let (actions, settled, rate_hz) = (&self.params.actions, &self.settled, self.sample_rate_hz);
        let listen = self.listen.is_pressed(&actions.listen, settled, num_frames, rate_hz);
        let accept_needed = self.accept_needed.is_pressed(&actions.accept_needed, settled, num_frames, rate_hz);
        if listen && !is_deaf {
            self.end.press_listen();
        }
        if accept_needed && !is_deaf {
            self.end.press_accept_needed();
        }
    }

    /// Recordings that come and go: one that is heard is faded out before another takes its place.
    fn follow_clips(&mut self, is_playing: bool) {
        if self.end.references.is_waiting() && self.monitor.leave_reference() && self.end.references.follow() {
            self.monitor.set_reference(self.end.references.current());
            self.end.references.give_back();
        }
        let is_waiting = self.end.excerpts.is_waiting();
        if is_waiting && self.looper.is_silent() && self.end.excerpts.follow() {
            self.looper.take(self.end.excerpts.current());
            self.end.excerpts.give_back();
        }
        // What the host plays goes before.
        let is_on = self.monitor_state.is_looping && !is_playing && !self.is_offline;
        self.looper.set(is_on && !self.end.excerpts.is_waiting());
    }

    fn process_piece(&mut self, place: Place, left: &mut [f32], right: &mut [f32]) {
        // A part of the song that is played again is not heard for the first time.
        let place = if self.looper.process(left, right) { Place { is_playing: false, ..place } } else { place };
        let mix_peak = [peak(left), peak(right)];
        self.monitor.take_mix(self.settings.settings(), left, right);
        self.chain.process(left, right);
        // Rendering offline is not listening: the analysis would be outrun, and the engineer does not hear it.
        if !self.is_offline {
            let (mix_left, mix_right) = self.monitor.mix();
            self.frames.write(place, [mix_left, mix_right], [left, right]);
        }
        let meters = self.end.meters();
        meters.hold_peaks(mix_peak, [peak(left), peak(right)]);
        meters.hold_activity(self.chain.activity());
        meters.set_stage_loudness(self.chain.stage_loudness());
        self.monitor.process(left, right);
        meters.set_match(self.monitor.match_db() as f32, self.monitor.seconds_to_match() as f32);
    }

    fn latency_s(&self) -> f64 {
        self.chain.latency_samples() as f64 / self.sample_rate_hz
    }
}

/// Highest absolute sample; infinity and NaN are the chain's to count.
///
/// Bit patterns of positive floats sort as the floats do, and whole numbers are never slow the way subnormal floats
/// are.
fn peak(samples: &[f32]) -> f32 {
    let peak = f32::from_bits(samples.iter().fold(0, |peak, sample| peak.max(sample.to_bits() & i32::MAX as u32)));
    if peak.is_finite() { peak } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bridge::{AnalysisEnd, ClipKind, EditorEnd, FrameConsumer, connect, frames};
    use crate::chain::monitor::{Clip, Source};
    use crate::params::DiscernParams;

    const RATE: f64 = 48_000.0;

    fn activated(end: AudioEnd, frames: FrameProducer, process_mode: ProcessMode) -> AudioThread {
        AudioThread::new(end, Prepared::new(frames, RATE, process_mode, DiscernParams::new()))
    }

    fn thread() -> (AudioThread, FrameConsumer, AnalysisEnd, EditorEnd) {
        let (audio, analysis, editor) = connect();
        let (producer, consumer) = frames(RATE);
        let thread = activated(audio, producer, ProcessMode::Realtime);
        (thread, consumer, analysis, editor)
    }

    fn clip(level: f32) -> Option<Arc<Clip>> {
        Clip::new(RATE, vec![level; 96_000], vec![level; 96_000], true).map(Arc::new)
    }

    /// The last sample of half a second of silence.
    fn play(thread: &mut AudioThread, is_playing: bool) -> f32 {
        let mut transport = Transport::new(RATE as f32);
        transport.playing = is_playing;
        let (mut left, mut right) = (vec![0.0; 24_000], vec![0.0; 24_000]);
        for (left, right) in left.chunks_mut(500).zip(right.chunks_mut(500)) {
            thread.process(&mut [left, right], &transport);
        }
        left[23_999]
    }

    #[test]
    fn a_kept_part_is_heard_while_the_transport_stands_and_is_not_listened_to() {
        let (mut thread, mut frames, mut analysis, editor) = thread();
        assert!(analysis.send_clip(ClipKind::Excerpt, clip(0.25)));
        editor.set_monitor_state(MonitorState { is_looping: true, ..MonitorState::default() });
        assert_eq!(play(&mut thread, false), 0.25);
        let mut num_read = 0;
        while let Some(read) = frames.read() {
            num_read += 1;
            assert!(!read.place.is_playing || read.mix[0].iter().all(|x| *x == 0.0));
        }
        assert!(num_read > 0);
        assert_eq!(play(&mut thread, true), 0.0);
        assert_eq!(play(&mut thread, false), 0.25);
        // Another one is faded to.
        assert!(analysis.send_clip(ClipKind::Excerpt, clip(0.125)));
        assert_eq!(play(&mut thread, false), 0.125);
        editor.set_monitor_state(MonitorState::default());
        assert_eq!(play(&mut thread, false), 0.0);
    }

    #[test]
    fn a_reference_comes_goes_and_outlasts_an_activation() {
        let (mut thread, _frames, mut analysis, editor) = thread();
        let state = MonitorState { source: Source::Reference, is_comparing: true, ..MonitorState::default() };
        editor.set_monitor_state(state);
        assert_eq!(play(&mut thread, true), 0.0);
        let clip = Clip::new(RATE, vec![0.01; 480_000], vec![0.01; 480_000], true).map(Arc::new);
        assert!(analysis.send_clip(ClipKind::Reference, clip.clone()));
        assert_eq!(play(&mut thread, true), 0.01);
        let end = thread.into_end();
        let (producer, _consumer) = frames(RATE);
        let mut thread = activated(end, producer, ProcessMode::Realtime);
        // A comparison ends with its activation, and the editor knows.
        assert!(editor.monitor_state().is_neutral());
        assert_eq!(play(&mut thread, true), 0.0);
        editor.set_monitor_state(state);
        assert_eq!(play(&mut thread, true), 0.01);
        assert!(analysis.send_clip(ClipKind::Reference, None));
        assert_eq!(play(&mut thread, true), 0.0);
        analysis.free_clips();
        assert_eq!(clip.as_ref().map(Arc::strong_count), Some(1));
    }

    #[test]
    fn an_export_is_not_listened_to() {
        let (audio, _analysis, editor) = connect();
        let (producer, mut consumer) = frames(RATE);
        let mut thread = activated(audio, producer, ProcessMode::Offline);
        editor.set_monitor_state(MonitorState { is_comparing: true, ..MonitorState::default() });
        play(&mut thread, true);
        assert!(consumer.read().is_none());
    }

    #[test]
    fn a_jump_of_the_host_keeps_the_comparison_and_its_match() {
        let (mut thread, _frames, _analysis, editor) = thread();
        let play_noise = |thread: &mut AudioThread, num_blocks: u32| {
            let mut transport = Transport::new(RATE as f32);
            transport.playing = true;
            let mut last = 0.0;
            for block in 0..num_blocks {
                let mut left: Vec<f32> =
                    (0..480).map(|n| 0.1 * ((n * 37 + block * 11) % 100) as f32 / 50.0 - 0.1).collect();
                let mut right = left.clone();
                thread.process(&mut [&mut left, &mut right], &transport);
                last = left.iter().map(|x| x * x).sum::<f32>();
            }
            last
        };
        editor.set_monitor_state(MonitorState { source: Source::Mix, is_comparing: true, ..MonitorState::default() });
        play_noise(&mut thread, 500);
        assert_eq!(thread.monitor.seconds_to_match(), 0.0);
        let match_db = thread.monitor.match_db();
        thread.reset();
        assert_eq!(thread.monitor.seconds_to_match(), 0.0, "what was measured is forgotten");
        assert_eq!(thread.monitor.match_db(), match_db);
        play_noise(&mut thread, 10);
        assert!((thread.monitor.match_db() - match_db).abs() < 0.1);
    }

    #[test]
    fn blocks_of_any_shape_are_safe() {
        let (mut thread, _frames, _analysis, _editor) = thread();
        let transport = Transport::new(RATE as f32);
        thread.process(&mut [], &transport);
        thread.process(&mut [&mut [], &mut []], &transport);
        thread.process(&mut [&mut []], &transport);
        let (mut left, mut right, mut third) = (vec![0.1; 700], vec![0.1; 300], vec![0.5; 900]);
        thread.process(&mut [&mut left, &mut right], &transport);
        thread.process(&mut [&mut right, &mut left], &transport);
        thread.process(&mut [&mut left, &mut right, &mut third], &transport);
        thread.process(&mut [&mut left, &mut []], &transport);
        assert!(third.iter().all(|x| *x == 0.5), "a channel that is not ours");
        assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        thread.reset();
        thread.process(&mut [&mut left], &transport);
    }
}
