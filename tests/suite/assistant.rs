//! The assistant by cases: what was heard and wanted against what it says, and what its moves really do.

use std::panic::AssertUnwindSafe;

use discern::analysis::{Analyzer, Excerpt, Features, Levels, measure_levels};
use discern::assistant::{Audio, Brief, Destination, Move, MoveClass, Report, VerdictKind, hear};
use discern::chain::settings::find;
use discern::chain::{Chain, Settings, Stage};
use serde::Deserialize;

use crate::support::{demo_mix, noise};

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    listening: Listening,
    song: SongSpec,
    #[serde(default)]
    brief: BriefSpec,
    #[serde(default)]
    settings: toml::Table,
    expect: Expected,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Listening {
    #[default]
    Song,
    Excerpts,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum SongKind {
    DemoMix,
    Master,
    Noise,
    Tone,
    Silence,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SongSpec {
    kind: SongKind,
    seconds: f64,
    #[serde(default)]
    gain_db: f64,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct BriefSpec {
    destination: Option<String>,
    loudness: Option<f64>,
    ceiling: Option<f64>,
    lock: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: String,
    needed: Option<bool>,
    could: Option<bool>,
    lands: Option<f64>,
    within: Option<f64>,
    ceiling: Option<f64>,
    max_reduction_db: Option<f64>,
    gain_db: Option<[f64; 2]>,
    #[serde(default)]
    says: Vec<String>,
}

/// Landing on a whole song; excerpts have the product's 0.3.
const WITHIN_LU: f64 = 0.05;

struct Song {
    rate_hz: f64,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Song {
    fn scaled(mut self, gain_db: f64) -> Self {
        let gain = 10f64.powf(gain_db / 20.0) as f32;
        self.left.iter_mut().chain(&mut self.right).for_each(|sample| *sample *= gain);
        self
    }

    fn features(&self) -> (Features, Vec<Excerpt>) {
        let mut analyzer = Analyzer::new(self.rate_hz, 2);
        analyzer.set_extent(Some((0.0, self.left.len() as f64 / self.rate_hz)));
        analyzer.process(&self.left, &self.right);
        analyzer.finish();
        (analyzer.features(), analyzer.excerpts().to_vec())
    }

    fn hear(&self, brief: &Brief, settings: &Settings, listening: Listening) -> Report {
        let (features, excerpts) = self.features();
        let audio = match listening {
            Listening::Song => Audio::Song { left: &self.left, right: &self.right },
            Listening::Excerpts => Audio::Excerpts(&excerpts),
        };
        hear(&features, brief, settings, audio)
    }

    /// What the chain makes of it, and the largest gain reduction.
    fn render(&self, settings: &Settings) -> (Song, f64) {
        let mut chain = Chain::new(self.rate_hz, settings.latency_mode);
        chain.set(settings);
        let latency = chain.latency_samples();
        let padded = |channel: &[f32]| [channel, &vec![0.0; latency]].concat();
        let (mut left, mut right) = (padded(&self.left), padded(&self.right));
        let mut reduction_db = 0.0f64;
        for (left, right) in left.chunks_mut(512).zip(right.chunks_mut(512)) {
            chain.process(left, right);
            reduction_db = reduction_db.max(chain.activity().limiter_reduction_db);
        }
        let song = Song { rate_hz: self.rate_hz, left: left.split_off(latency), right: right.split_off(latency) };
        (song, reduction_db)
    }

    fn levels(&self) -> Levels {
        measure_levels(self.rate_hz, &[&self.left, &self.right])
    }
}

fn song(spec: &SongSpec) -> Song {
    let mix = demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let num_frames = (spec.seconds * rate_hz) as usize;
    let excerpt =
        || Song { rate_hz, left: mix.left()[..num_frames].to_vec(), right: mix.right()[..num_frames].to_vec() };
    let both = |samples: Vec<f32>| Song { rate_hz, right: samples.clone(), left: samples };
    let song = match spec.kind {
        SongKind::DemoMix => excerpt(),
        SongKind::Master => {
            let mut settings = Settings::default();
            settings.limiter.gain_db = 9.0;
            settings.limiter.ceiling_dbtp = -1.0;
            excerpt().render(&settings).0
        }
        SongKind::Noise => Song { rate_hz, left: noise(1, num_frames, 1.0), right: noise(2, num_frames, 1.0) },
        SongKind::Tone => both((0..num_frames).map(|i| (i as f32 * 0.1).sin()).collect()),
        SongKind::Silence => both(vec![0.0; num_frames]),
    };
    song.scaled(spec.gain_db)
}

fn brief(spec: &BriefSpec) -> Brief {
    let destination = spec.destination.as_ref().map(|name| {
        *Destination::ALL.iter().find(|each| each.key() == name).unwrap_or_else(|| panic!("no destination {name}"))
    });
    Brief {
        destination: destination.unwrap_or_default(),
        loudness_lufs: spec.loudness,
        ceiling_dbtp: spec.ceiling,
        locks: Stage::ALL.into_iter().filter(|stage| spec.lock.iter().any(|name| name == stage.key())).collect(),
        ..Brief::default()
    }
}

fn apply(settings: &Settings, each: &Move) -> Settings {
    let mut settings = *settings;
    for (id, value) in &each.settings {
        find(id).expect("moves set settings that exist").set(&mut settings, *value);
    }
    settings
}

fn verdict_name(kind: VerdictKind) -> &'static str {
    kind.key()
}

fn check(case: &Case) {
    let name = &case.name;
    let song = song(&case.song);
    let mut settings = Settings::default();
    for (id, value) in &case.settings {
        let value = value.as_float().unwrap_or_else(|| panic!("{name}: {id} is to be a float"));
        find(id).unwrap_or_else(|| panic!("{name}: no setting {id}")).set(&mut settings, value);
    }
    let report = song.hear(&brief(&case.brief), &settings, case.listening);
    let of = |class: MoveClass| report.moves.iter().find(|each| each.class == class);
    let (needed, could) = (of(MoveClass::Needed), of(MoveClass::Could));
    let sentences: Vec<&str> = report.moves.iter().map(|each| each.sentence.as_str()).collect();
    let said = format!("{} {}", report.verdict.sentence, sentences.join(" "));

    let expect = &case.expect;
    assert_eq!(verdict_name(report.verdict.kind), expect.verdict, "{name}: {said}");
    if let Some(expected) = expect.needed {
        assert_eq!(needed.is_some(), expected, "{name}: {said}");
    }
    if let Some(expected) = expect.could {
        assert_eq!(could.is_some(), expected, "{name}: {said}");
    }
    for part in &expect.says {
        assert!(said.contains(part.as_str()), "{name}: {part:?} is not in {said:?}");
    }
    check_words(name, &said);

    let Some(each) = needed else { return };
    assert_eq!(each.settings.len(), 2, "{name}");
    let accepted = apply(&settings, each);
    let (master, reduction_db) = song.render(&accepted);
    let levels = master.levels();
    let (lufs, peak) = (levels.integrated_lufs.unwrap(), levels.true_peak_dbtp.unwrap());
    let promised = each.effect[0].after;
    if case.listening == Listening::Song {
        assert!((promised - lufs).abs() < 0.02, "{name}: promised {promised}, rendered {lufs}");
        let promised_peak = each.cost.iter().find(|cost| cost.metric == "true_peak_dbtp").unwrap().after;
        assert!((promised_peak - peak).abs() < 0.02, "{name}: promised {promised_peak} dBTP, rendered {peak}");
    }
    if let Some(target) = expect.lands {
        let within = expect.within.unwrap_or(WITHIN_LU);
        assert!((lufs - target).abs() <= within, "{name}: lands at {lufs:.3} for {target}");
    }
    if let Some(ceiling) = expect.ceiling {
        assert!(peak <= ceiling + 1e-4, "{name}: {peak:.4} dBTP over {ceiling}");
        assert_eq!(accepted.limiter.ceiling_dbtp, ceiling, "{name}");
    }
    if let Some(limit) = expect.max_reduction_db {
        assert!(reduction_db <= limit + 0.01, "{name}: {reduction_db} dB of limiting");
    }
    if let Some([low, high]) = expect.gain_db {
        assert!((low..=high).contains(&accepted.limiter.gain_db), "{name}: gain {}", accepted.limiter.gain_db);
    }
}

/// `DESIGN.md` section 7: plain words, the typographic minus, no praise.
fn check_words(name: &str, said: &str) {
    for word in ["better", "perfect", "fix", "boost", "magic", "smart", "!", "NaN", "inf"] {
        assert!(!said.contains(word), "{name}: {word:?} in {said:?}");
    }
    let has_hyphen_minus = said.as_bytes().windows(2).any(|pair| pair[0] == b'-' && pair[1].is_ascii_digit());
    assert!(!has_hyphen_minus, "{name}: {said:?}");
}

#[test]
fn every_case_is_judged_as_expected() {
    let cases: Cases = toml::from_str(include_str!("../cases/level.toml")).unwrap();
    assert!(cases.case.len() > 20);
    // Two at a time: rendering is most of the work, and cases are independent.
    let (even, odd): (Vec<_>, Vec<_>) = cases.case.iter().enumerate().partition(|(idx, _)| idx % 2 == 0);
    let failed = |cases: &[(usize, &Case)]| -> Vec<String> {
        let fails = |case: &Case| std::panic::catch_unwind(AssertUnwindSafe(|| check(case))).is_err();
        cases.iter().filter(|(_, case)| fails(case)).map(|(_, case)| case.name.clone()).collect()
    };
    let failed = std::thread::scope(|scope| {
        let others = scope.spawn(|| failed(&even));
        [failed(&odd), others.join().expect("failures are caught")].concat()
    });
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn level_invariance_twenty_decibels_shift_the_gain_and_nothing_else() {
    let spec = |gain_db| SongSpec { kind: SongKind::DemoMix, seconds: 12.0, gain_db };
    let brief = Brief { loudness_lufs: Some(-11.0), ..Brief::default() };
    let gain = |gain_db: f64| {
        let report = song(&spec(gain_db)).hear(&brief, &Settings::default(), Listening::Song);
        let settings = apply(&Settings::default(), &report.moves[0]);
        assert_eq!(settings.limiter.ceiling_dbtp, -1.0);
        settings.limiter.gain_db
    };
    let reference = gain(0.0);
    for shift in [-20.0, 20.0] {
        assert!((gain(shift) + shift - reference).abs() <= 0.05, "{shift}: {} for {reference}", gain(shift));
    }
}

#[test]
fn an_accepted_master_needs_nothing_when_heard_again() {
    let mix = song(&SongSpec { kind: SongKind::DemoMix, seconds: 14.0, gain_db: 0.0 });
    for destination in [Destination::Streaming, Destination::Loud, Destination::Broadcast, Destination::Podcast] {
        let brief = Brief { destination, ..Brief::default() };
        let report = mix.hear(&brief, &Settings::default(), Listening::Song);
        let Some(each) = report.moves.iter().find(|each| each.class == MoveClass::Needed) else {
            panic!("{destination:?}")
        };
        let accepted = apply(&Settings::default(), each);
        let again = mix.render(&accepted).0.hear(&brief, &Settings::default(), Listening::Song);
        assert!(again.moves.iter().all(|each| each.class != MoveClass::Needed), "{destination:?}: {again:?}");
        // And with the moves accepted in the chain, the same mix needs nothing more.
        let still = mix.hear(&brief, &accepted, Listening::Song);
        assert!(still.moves.iter().all(|each| each.class != MoveClass::Needed), "{destination:?}: {still:?}");
    }
}

#[test]
fn what_is_said_does_not_depend_on_the_number_of_listenings() {
    let mix = song(&SongSpec { kind: SongKind::DemoMix, seconds: 12.0, gain_db: 0.0 });
    let brief = Brief { loudness_lufs: Some(-10.0), ..Brief::default() };
    let hear = || mix.hear(&brief, &Settings::default(), Listening::Song);
    assert!(hear() == hear());
}
