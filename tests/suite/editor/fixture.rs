//! A host without a window, and states of a session that the editor shows.

use std::sync::Arc;

use discern::analysis::{Block, Features, Levels, LiveLevels, LiveSpectrum, Spectrum, Stereo};
use discern::assistant::{Brief, Change, Evidence, Move, MoveClass, Report, Verdict, VerdictKind};
use discern::bridge::{AnalysisEnd, AudioEnd, Hearing, Phase, connect};
use discern::chain::{Activity, Stage};
use discern::editor::Session;
use discern::params::{DiscernParams, Judged, SharedParams};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::PluginState;
use parking_lot::Mutex;

/// What the editor told the host about one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    Begin,
    Set(f32),
    End,
}

/// A host that takes parameter changes at once and remembers them.
#[derive(Default)]
pub struct Host {
    log: Mutex<Vec<(ParamPtr, Gesture)>>,
}

impl Host {
    /// What was told since the last call.
    pub fn take(&self) -> Vec<Gesture> {
        self.log.lock().drain(..).map(|(_, gesture)| gesture).collect()
    }
}

// Reason for the exception: the framework's trait has unsafe methods. The pointers come from parameters that the
// session keeps alive.
#[allow(unsafe_code)]
impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }

    unsafe fn raw_begin_set_parameter(&self, param: ParamPtr) {
        self.log.lock().push((param, Gesture::Begin));
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        unsafe { param._internal_set_normalized_value(normalized) };
        self.log.lock().push((param, Gesture::Set(normalized)));
    }

    unsafe fn raw_end_set_parameter(&self, param: ParamPtr) {
        self.log.lock().push((param, Gesture::End));
    }

    fn get_state(&self) -> PluginState {
        unimplemented!("the editor saves nothing itself")
    }

    fn set_state(&self, _state: PluginState) {}

    fn request_restart(&self) {}
}

/// A session, and what stands on the other side of it.
pub struct Fixture {
    pub params: SharedParams,
    pub host: Arc<Host>,
    pub audio: AudioEnd,
    pub analysis: AnalysisEnd,
    pub session: Session,
}

impl Fixture {
    /// A fresh instance with its editor open.
    pub fn new() -> Self {
        let params: SharedParams = DiscernParams::new();
        let host = Arc::new(Host::default());
        let (audio, analysis, end) = connect();
        let session = Session::new(Arc::clone(&params), end, GuiContext::new(host.clone()));
        audio.meters().set_stream(48_000.0, [0, 0, 0, 0, 0, 40, 0, 63, 608, 0]);
        Self { params, host, audio, analysis, session }
    }

    /// A fresh instance after a listening with this verdict.
    pub fn judged(kind: VerdictKind) -> Self {
        let fixture = Self::new();
        fixture.params.change_saved(|saved| saved.set_judged(judged(kind)));
        let share = if kind == VerdictKind::NotEnoughHeard { None } else { Some(0.96) };
        fixture.analysis.publish(hearing(Phase::Judged, share));
        fixture
    }

    /// Value of a setting.
    pub fn value(&self, id: &str) -> f64 {
        let (setting, param) = self.params.param(id).expect("a setting of the table");
        setting.snap(param.value())
    }

    /// One block of music at `time_s`, as the audio thread would report it.
    pub fn play(&self, time_s: f64) {
        let meters = self.audio.meters();
        let beat = (time_s * 2.0).fract() as f32;
        let swell = 0.12 * (time_s as f32 * 1.9).sin();
        let level = (0.42 + swell) * (-2.2 * beat).exp() + 0.2;
        meters.set_transport(Some(67.0 + time_s), true);
        meters.hold_peaks([level, level * 0.93], [(level * 1.75).min(0.89), (level * 1.68).min(0.89)]);
        meters.hold_activity(&Activity {
            limiter_reduction_db: f64::from((20.0 * (level * 1.75 / 0.89).log10()).max(0.0)),
            equalizer_gains_db: [-1.2 * f64::from(level), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            resonance_cut_db: f64::from(2.4 + 5.0 * swell),
            resonance_cuts_db: std::array::from_fn(|idx| {
                let peak = |center: f32, cut_db: f32| cut_db * (-((idx as f32 - center) / 1.4).powi(2)).exp();
                peak(46.0, 2.4 + 5.0 * swell) + peak(31.0, 1.2)
            }),
            multiband_gains_db: [-2.1, -0.8, -0.2, -3.0].map(|gain_db| gain_db * f64::from(level + 0.3)),
            glue_reduction_db: f64::from(1.8 * level + 0.6),
            clipper_reduction_db: f64::from((1.4 * level - 0.3).max(0.0)),
            colour_added_dbfs: f64::from(-52.0 + 12.0 * level),
            num_non_finite: 0,
        });
        meters.set_match(-4.3, 0.0);
    }
}

/// A song of 3:51 in eight sections.
pub fn blocks(heard_s: f64) -> Vec<Block> {
    let sections = [
        (14.0, -24.0),
        (48.0, -19.0),
        (82.0, -14.5),
        (112.0, -18.5),
        (150.0, -14.0),
        (176.0, -20.0),
        (214.0, -13.4),
        (231.0, -23.0),
    ];
    (0..2310)
        .map(|idx| idx as f64 * 0.1)
        .filter(|start_s| *start_s < heard_s)
        .map(|start_s| {
            let level = sections.iter().find(|(end_s, _)| start_s < *end_s).map_or(-25.0, |(_, level)| *level);
            let lufs = level + 1.2 * (start_s * 1.9).sin() + 0.8 * (start_s * 5.3).cos();
            Block::new(start_s, 10f64.powf((lufs + 0.691) / 10.0), 0.7)
        })
        .collect()
}

/// What the analysis thread shows in a phase.
pub fn hearing(phase: Phase, share: Option<f64>) -> Hearing {
    let frequencies_hz: Vec<f32> = (0..300).map(|idx| 20.0 * 1000f32.powf(idx as f32 / 299.0)).collect();
    let trend = |hz: f32| {
        let octave = (hz / 1000.0).log2();
        let low = 4.4 * (-((hz / 72.0).log2() / 1.1).powi(2)).exp();
        let ripple = 0.9 * (octave * 9.0).sin() + 0.6 * (octave * 23.0 + 1.0).sin();
        low - 0.35 * octave - (38.0 / hz).log2().max(0.0) * 9.0 - (hz / 9500.0).log2().max(0.0) * 5.2 + ripple - 32.0
    };
    let bump = |hz: f32| 3.1 * (-((hz / 242.0).log2() / 0.62).powi(2)).exp();
    let mix_db: Vec<f32> = frequencies_hz.iter().map(|hz| trend(*hz) + bump(*hz)).collect();
    let master_db =
        frequencies_hz.iter().zip(&mix_db).map(|(hz, db)| db + 0.8 / (1.0 + (5000.0 / hz).powi(2)) + 0.4).collect();
    let loudness = |shift: f64| LiveLevels {
        momentary_lufs: Some(-14.1 + shift),
        short_term_lufs: Some(-14.9 + shift),
        integrated_lufs: Some(-16.2 + shift),
        loudness_range_lu: Some(6.1),
        true_peak_dbtp: Some(-3.4 + shift * 0.72),
        psr_db: Some(9.4),
        correlation: Some(0.62),
        ..LiveLevels::default()
    };
    let heard_s = 231.0 * share.unwrap_or(0.32);
    Hearing {
        phase,
        mix: loudness(0.0),
        master: loudness(4.3),
        spectrum: LiveSpectrum { frequencies_hz: Arc::new(frequencies_hz), mix_db, master_db },
        heard_s,
        duration_s: if share.is_some() { 231.0 } else { heard_s },
        share,
        blocks: Arc::new(blocks(heard_s)),
        num_dropped_frames: 0,
        changed_at_s: None,
    }
}

fn evidence(metric: &'static str, value: f64, (from_s, to_s): (f64, f64)) -> Evidence {
    Evidence { metric, value, expected: [-14.3, -13.7], low_hz: None, high_hz: None, from_s, to_s, share: 0.68 }
}

/// The level move of the first form.
pub fn level_move() -> Move {
    Move {
        id: "limiter.level".to_owned(),
        stage: Stage::Limiter,
        class: MoveClass::Needed,
        title: "+2.2 dB, ceiling \u{2212}1.0 dBTP".to_owned(),
        sentence:
            "Integrated \u{2212}16.2 LUFS, 2.2 LU below the \u{2212}14.0 LUFS asked for. True peak \u{2212}3.4 dBTP."
                .to_owned(),
        confidence: 0.9,
        withdraw_if: "the mix comes in between \u{2212}14.3 and \u{2212}13.7 LUFS".to_owned(),
        settings: vec![("limiter.gain_db".to_owned(), 2.2), ("limiter.ceiling_dbtp".to_owned(), -1.0)],
        evidence: vec![evidence("integrated_lufs", -16.2, (0.0, 231.0))],
        effect: vec![Change { metric: "integrated_lufs", before: -16.2, after: -14.0 }],
        cost: vec![Change { metric: "plr_db", before: 12.8, after: 12.6 }],
        finding: None,
        is_mitigation: false,
    }
}

fn tone_move() -> Move {
    Move {
        id: "equalizer.boom".to_owned(),
        stage: Stage::Equalizer,
        class: MoveClass::Needed,
        title: "\u{2212}1.2 dB at 240 Hz, Q 0.80".to_owned(),
        sentence: "Low mids 3.1 dB above this song\u{2019}s own trend, 68 % of the song (0:48\u{2013}1:52).".to_owned(),
        confidence: 0.8,
        withdraw_if: "the low mids lie within 1 dB of the trend".to_owned(),
        settings: vec![
            ("equalizer.band_3.frequency_hz".to_owned(), 240.0),
            ("equalizer.band_3.gain_db".to_owned(), -1.2),
            ("equalizer.band_3.q".to_owned(), 0.8),
        ],
        evidence: vec![evidence("plr_db", 3.1, (48.0, 112.0))],
        effect: vec![Change { metric: "plr_db", before: 12.8, after: 13.0 }],
        cost: Vec::new(),
        finding: None,
        is_mitigation: false,
    }
}

fn could_move() -> Move {
    let level = level_move();
    Move {
        id: "limiter.louder".to_owned(),
        class: MoveClass::Could,
        title: "A further +1.6 dB".to_owned(),
        sentence: "The music bears \u{2212}12.4 LUFS before its peaks lose 1 dB.".to_owned(),
        confidence: 0.5,
        settings: vec![("limiter.gain_db".to_owned(), 3.8)],
        ..level
    }
}

/// A finished listening with this verdict.
pub fn judged(kind: VerdictKind) -> Judged {
    let (sentence, moves) = match kind {
        VerdictKind::LevelOnly => (
            "The balance is in the range of good records; the level is 2.2 LU below the \u{2212}14.0 LUFS asked for.",
            vec![level_move(), could_move()],
        ),
        VerdictKind::NotEnoughHeard => ("I heard 8 s of music and need at least 20 s for a level.", Vec::new()),
        VerdictKind::OutsideScope => ("What I heard is a steady tone; I have no opinion on it.", Vec::new()),
        _ => ("One band stands out; the level is 2.2 LU low.", vec![tone_move(), level_move(), could_move()]),
    };
    let share = if kind == VerdictKind::NotEnoughHeard { None } else { Some(0.96) };
    let live = hearing(Phase::Judged, share);
    Judged {
        features: Features {
            sample_rate_hz: 48_000.0,
            num_channels: 2,
            duration_s: live.duration_s,
            heard_s: live.heard_s,
            active_s: live.heard_s,
            share,
            num_dropped_frames: 0,
            num_non_finite: 0,
            levels: Levels {
                integrated_lufs: Some(-16.2),
                max_short_term_lufs: Some(-13.4),
                max_momentary_lufs: Some(-12.1),
                loudness_range_lu: Some(6.1),
                true_peak_dbtp: Some(-3.4),
                sample_peak_dbfs: Some(-3.6),
                plr_db: Some(12.8),
                psr_min_db: Some(9.4),
                psr_p10_db: Some(10.1),
            },
            stereo: Stereo {
                correlation: Some(0.62),
                side_to_mid_db: Some(-9.8),
                balance_db: Some(0.1),
                mono_fold_down_lu: Some(-1.4),
                dc_offset: [1e-5, 2e-5],
            },
            spectrum: Spectrum::default(),
            blocks: live.blocks.to_vec(),
            ..Features::default()
        },
        report: Report {
            brief: Brief::default(),
            verdict: Verdict { kind, sentence: sentence.to_owned(), confidence: 0.9 },
            moves,
            findings: Vec::new(),
            for_the_mixer: Vec::new(),
        },
    }
}
