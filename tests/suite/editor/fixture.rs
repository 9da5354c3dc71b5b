//! A host without a window, and states of a session that the editor shows.

use std::path::PathBuf;
use std::sync::Arc;

use discern::analysis::{Block, Features, Levels, LiveLevels, LiveSpectrum, Section, Spectrum, Stereo, StereoMeasures};
use discern::assistant::findings::{Finding, FindingClass, FindingKind};
use discern::assistant::{Brief, Change, Evidence, MixerNote, Move, MoveClass, Report, Severity, Verdict, VerdictKind};
use discern::bridge::{AnalysisEnd, AudioEnd, Hearing, Phase, ReferenceState, connect};
use discern::chain::{Activity, Stage};
use discern::editor::Session;
use discern::params::{DiscernParams, Judged, KeptReference, SharedParams};
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

    /// The same with two references, the first of which can be heard, and with parts of the song kept.
    pub fn referred() -> Self {
        let fixture = Self::judged(VerdictKind::SmallMoves);
        let names = ["One.wav", "A very long name of the second record (2019 remaster).flac"];
        let paths = names.map(|name| PathBuf::from("/music").join(name));
        fixture.params.change_saved(|saved| {
            saved.change_references(|kept| kept.extend(paths.clone().map(KeptReference::new)));
            saved.references[0].integrated_lufs = Some(-9.4);
        });
        let states = vec![
            (paths[0].clone(), ReferenceState::Ready),
            (paths[1].clone(), ReferenceState::Failed("no such file; check the path".to_owned())),
        ];
        fixture.analysis.publish(Hearing {
            references: Arc::new(states),
            kept_s: Arc::new(vec![(64.0, 67.0), (114.0, 117.0), (12.0, 15.0)]),
            looped_s: Some((64.0, 67.0)),
            ..hearing(Phase::Judged, Some(0.96))
        });
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

/// End, loudness and label of the sections of a song of 3:51.
const SECTIONS: [(f64, f64, &str); 8] = [
    (14.0, -24.0, "A"),
    (48.0, -19.0, "B"),
    (82.0, -14.5, "C"),
    (112.0, -18.5, "B\u{2032}"),
    (150.0, -14.0, "C"),
    (176.0, -20.0, "D"),
    (214.0, -13.4, "C\u{2032}"),
    (231.0, -23.0, "A\u{2032}"),
];

/// The song's loudness as far as it was heard.
pub fn blocks(heard_s: f64) -> Vec<Block> {
    (0..2310)
        .map(|idx| idx as f64 * 0.1)
        .filter(|start_s| *start_s < heard_s)
        .map(|start_s| {
            let level = SECTIONS.iter().find(|(end_s, ..)| start_s < *end_s).map_or(-25.0, |(_, level, _)| *level);
            let lufs = level + 1.2 * (start_s * 1.9).sin() + 0.8 * (start_s * 5.3).cos();
            Block::new(start_s, 10f64.powf((lufs + 0.691) / 10.0), 0.7)
        })
        .collect()
}

fn sections() -> Vec<Section> {
    let starts_s = std::iter::once(0.0).chain(SECTIONS.iter().map(|(end_s, ..)| *end_s));
    let section = |((end_s, lufs, label), start_s): (&(f64, f64, &str), f64)| Section {
        start_s,
        end_s: *end_s,
        loudness_lufs: Some(*lufs),
        label: (*label).to_owned(),
        tags: Vec::new(),
    };
    SECTIONS.iter().zip(starts_s).map(section).collect()
}

/// A wide chord, as the vectorscope sees it.
fn scope() -> Vec<[f32; 2]> {
    let pair = |idx: u16| {
        let time = f32::from(idx) * 0.021;
        let mid = 0.34 * (7.0 * time).sin() + 0.2 * (17.3 * time).sin() + 0.08 * (61.0 * time).cos();
        let side = 0.13 * (11.0 * time + 0.7).sin() + 0.07 * (43.0 * time).sin();
        [mid + side, mid - side]
    };
    (0..512).map(pair).collect()
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
        held_true_peak_dbtp: Some(-3.4 + shift * 0.72),
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
        scope: Arc::new(scope()),
        heard_s,
        duration_s: if share.is_some() { 231.0 } else { heard_s },
        share,
        blocks: Arc::new(blocks(heard_s)),
        ..Hearing::default()
    }
}

fn evidence(metric: &'static str, value: f64, expected: [f64; 2], (from_s, to_s): (f64, f64), share: f64) -> Evidence {
    Evidence { metric, value, expected, low_hz: None, high_hz: None, from_s, to_s, share }
}

/// A move that waits to be filled in.
fn blank(id: &str, stage: Stage, class: MoveClass, settings: &[(&str, f64)]) -> Move {
    Move {
        id: id.to_owned(),
        stage,
        class,
        title: String::new(),
        sentence: String::new(),
        confidence: 0.8,
        withdraw_if: String::new(),
        settings: settings.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect(),
        evidence: Vec::new(),
        effect: Vec::new(),
        cost: Vec::new(),
        finding: None,
        is_mitigation: false,
    }
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
        evidence: vec![evidence("integrated_lufs", -16.2, [-14.3, -13.7], (0.0, 231.0), 1.0)],
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
        evidence: vec![Evidence {
            low_hz: Some(158.0),
            high_hz: Some(372.0),
            ..evidence("band_excess_db", 3.1, [-2.6, 1.8], (48.0, 112.0), 0.68)
        }],
        effect: vec![Change { metric: "band_excess_db", before: 3.1, after: 1.9 }],
        cost: vec![Change { metric: "plr_db", before: 12.8, after: 12.6 }],
        finding: Some(FindingKind::Mud),
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

/// A bass that is uneven: the lowest band is held.
pub fn bass_move() -> Move {
    Move {
        title: "Low band \u{2212}24.5 dBFS at 2.1:1".to_owned(),
        sentence: "Bass notes differ by 5.2 dB between choruses; this song\u{2019}s kick differs by 2.1 dB.".to_owned(),
        confidence: 0.6,
        withdraw_if: "they come within 3.4 dB".to_owned(),
        ..blank(
            "multiband.bass",
            Stage::Multiband,
            MoveClass::Could,
            &[
                ("multiband.enabled", 1.0),
                ("multiband.crossover_1_hz", 150.0),
                ("multiband.band_1.threshold_dbfs", -24.5),
                ("multiband.band_1.ratio", 2.6),
                ("multiband.band_1.range_db", 3.5),
            ],
        )
    }
}

/// A band that is harsh where the song is loud.
fn harsh_move() -> Move {
    Move {
        title: "Dynamic, to \u{2212}2.5 dB at 3.4 kHz".to_owned(),
        sentence: "3.4 kHz stands 4.2 dB above what the choruses let expect; the verses are in range.".to_owned(),
        confidence: 0.6,
        withdraw_if: "the choruses keep below 2.4 dB there".to_owned(),
        evidence: vec![Evidence {
            low_hz: Some(2500.0),
            high_hz: Some(5000.0),
            ..evidence("band_excess_db", 4.2, [-3.0, 2.4], (112.0, 150.0), 0.41)
        }],
        effect: vec![Change { metric: "band_excess_db", before: 4.2, after: 2.3 }],
        cost: vec![Change { metric: "psr_min_db", before: 9.4, after: 9.2 }],
        finding: Some(FindingKind::Harsh),
        ..blank(
            "equalizer.harsh",
            Stage::Equalizer,
            MoveClass::Needed,
            &[
                ("equalizer.band_4.enabled", 1.0),
                ("equalizer.band_4.frequency_hz", 3400.0),
                ("equalizer.band_4.q", 1.6),
                ("equalizer.band_4.dynamic", 1.0),
                ("equalizer.band_4.range_db", -2.5),
            ],
        )
    }
}

fn resonance_move() -> Move {
    Move {
        title: "Tame 412 Hz, to \u{2212}3.0 dB".to_owned(),
        sentence: "A partial at 412 Hz rings 7.4 dB above the spectrum around it.".to_owned(),
        confidence: 0.5,
        withdraw_if: "it moves with the notes".to_owned(),
        evidence: vec![evidence("prominence_db", 7.4, [0.0, 6.0], (62.0, 150.0), 0.33)],
        effect: vec![Change { metric: "prominence_db", before: 7.4, after: 4.8 }],
        finding: Some(FindingKind::Resonance),
        is_mitigation: true,
        ..blank(
            "resonance.resonance",
            Stage::Resonance,
            MoveClass::Could,
            &[("resonance.enabled", 1.0), ("resonance.depth_db", 3.0), ("resonance.low_hz", 380.0)],
        )
    }
}

fn balance_move() -> Move {
    Move {
        title: "Balance +0.8 dB to the right".to_owned(),
        sentence: "Left is 1.6 dB louder than right, the whole song through.".to_owned(),
        confidence: 0.9,
        withdraw_if: "the sides come within 0.8 dB".to_owned(),
        evidence: vec![evidence("balance_db", 1.6, [-0.8, 0.8], (0.0, 231.0), 0.97)],
        effect: vec![Change { metric: "balance_db", before: 1.6, after: 0.0 }],
        finding: Some(FindingKind::Imbalance),
        ..blank(
            "stereo.balance",
            Stage::Stereo,
            MoveClass::Needed,
            &[("stereo.enabled", 1.0), ("stereo.balance_db", 0.8)],
        )
    }
}

fn note(kind: FindingKind, severity: Severity, (from_s, to_s): (f64, f64), sentence: &str) -> MixerNote {
    MixerNote { kind, severity, from_s, to_s, sentence: sentence.to_owned() }
}

/// What a mix with this verdict is sent back with.
fn notes(kind: VerdictKind) -> Vec<MixerNote> {
    let sibilance = note(
        FindingKind::Sibilance,
        Severity::Medium,
        (176.0, 214.0),
        "Vocal s up to 9.4 dB above the voice around it, 23 words. Easier on the vocal track than here.",
    );
    let tail =
        note(FindingKind::Noise, Severity::Low, (226.4, 231.0), "Noise 41 dB under the music after the last note.");
    match kind {
        VerdictKind::WorkNeeded => vec![sibilance, tail],
        VerdictKind::SendBack => vec![
            note(
                FindingKind::Clipping,
                Severity::High,
                (48.0, 214.0),
                "214 flat-topped peaks, most on snare hits. Print again with the bus peaking near \u{2212}3 dBFS.",
            ),
            note(
                FindingKind::PhaseInverted,
                Severity::High,
                (112.0, 150.0),
                "3.8 dB of the low end is lost in mono between 52 and 64 Hz. Check the polarity of bass and kick.",
            ),
            sibilance,
            tail,
        ],
        _ => Vec::new(),
    }
}

fn findings(kind: VerdictKind) -> Vec<Finding> {
    if kind != VerdictKind::SendBack {
        return Vec::new();
    }
    let clipping = Finding {
        kind: FindingKind::Clipping,
        class: FindingClass::Mixer,
        evidence: evidence("flat_tops_per_minute", 55.6, [0.0, 1.0], (48.0, 214.0), 0.02),
        places_s: (0..30).map(|idx| 48.0 + 5.5 * f64::from(idx)).map(|at_s| (at_s, at_s + 0.3)).collect(),
    };
    let cancelling = Finding {
        kind: FindingKind::PhaseInverted,
        class: FindingClass::Mixer,
        evidence: Evidence {
            low_hz: Some(40.0),
            high_hz: Some(120.0),
            ..evidence("correlation", -0.31, [-0.1, 1.0], (112.0, 150.0), 0.16)
        },
        places_s: Vec::new(),
    };
    vec![clipping, cancelling]
}

/// Third octaves of the mix.
fn thirds() -> Spectrum {
    let frequencies_hz: Vec<f64> = (0..31).map(|idx| 20.0 * 2f64.powf(f64::from(idx) / 3.0)).collect();
    let mid_db = frequencies_hz
        .iter()
        .map(|hz| -12.0 - 3.2 * (hz / 90.0).log2().abs() - 1.4 * (hz / 240.0).ln().sin())
        .map(Some)
        .collect();
    Spectrum { frequencies_hz, mid_db, side_db: vec![None; 31] }
}

/// Stereo of the mix, band by band.
fn stereo_bands() -> Vec<StereoMeasures> {
    let bands = [
        (20.0, 120.0, 0.97, -19.0),
        (120.0, 500.0, 0.81, -11.0),
        (500.0, 2000.0, 0.66, -9.0),
        (2000.0, 6000.0, 0.48, -7.5),
        (6000.0, 16_000.0, 0.21, -4.2),
    ];
    let measures = |(low_hz, high_hz, correlation, side_to_mid_db)| StereoMeasures {
        low_hz,
        high_hz,
        correlation: Some(correlation),
        side_to_mid_db: Some(side_to_mid_db),
        balance_db: Some(0.0),
    };
    bands.map(measures).to_vec()
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
        VerdictKind::WorkNeeded => (
            "Three things stand out, each mendable here; the level is 2.2 LU low.",
            vec![tone_move(), harsh_move(), balance_move(), level_move(), resonance_move(), could_move()],
        ),
        VerdictKind::SendBack => (
            "Clipping is printed in the mix and its low end cancels in mono; neither can be mended here.",
            vec![Move { class: MoveClass::Could, ..level_move() }, resonance_move()],
        ),
        VerdictKind::SmallMoves => {
            ("One band stands out; the level is 2.2 LU low.", vec![tone_move(), level_move(), could_move()])
        }
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
                playback_lufs: Some(-16.2),
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
            spectrum: thirds(),
            bands: stereo_bands(),
            blocks: live.blocks.to_vec(),
            sections: sections(),
            ..Features::default()
        },
        report: Report {
            brief: Brief::default(),
            verdict: Verdict { kind, sentence: sentence.to_owned(), confidence: 0.9 },
            moves,
            findings: findings(kind),
            for_the_mixer: notes(kind),
        },
    }
}
