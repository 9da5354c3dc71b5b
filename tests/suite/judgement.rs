//! What the assistant does about faults that are known, because they were put in.

use std::f64::consts::TAU;
use std::sync::Arc;

use discern::analysis::{Analyzer, Features};
use discern::assistant::findings::{FindingKind, measured};
use discern::assistant::{
    Audio, Brief, Character, Destination, Move, MoveClass, Reference, Report, Restraint, Severity, VerdictKind, hear,
    hear_unless, judge_sound, remeasure, remeasure_unless,
};
use discern::chain::settings::find;
use discern::chain::{Chain, Settings, Stage};
use discern::dsp::cancel::Cancel;
use discern::report::delivery;

use crate::support::{demo_mix, noise};

/// Left and right at 48 kHz or the demo mix's rate.
#[derive(Clone)]
struct Song {
    rate_hz: f64,
    channels: [Vec<f32>; 2],
}

impl Song {
    /// Twenty seconds of the demo mix.
    fn demo() -> Self {
        let mix = demo_mix();
        let len = (20 * mix.sample_rate_hz as usize).min(mix.num_frames());
        let part = |channel: &[f32]| channel[..len].to_vec();
        Self { rate_hz: f64::from(mix.sample_rate_hz), channels: [part(mix.left()), part(mix.right())] }
    }

    fn features(&self) -> Features {
        let [left, right] = &self.channels;
        let mut analyzer = Analyzer::new(self.rate_hz, 2);
        analyzer.set_extent(Some((0.0, left.len() as f64 / self.rate_hz)));
        analyzer.process(left, right);
        analyzer.finish();
        analyzer.features()
    }

    fn judge(&self, brief: &Brief) -> Report {
        self.judge_with(brief, &Settings::default())
    }

    fn judge_with(&self, brief: &Brief, settings: &Settings) -> Report {
        let [left, right] = &self.channels;
        judge_sound(&self.features(), brief, settings, Audio::Song { left, right })
    }

    fn through(&self, settings: &Settings) -> Self {
        let mut chain = Chain::new(self.rate_hz, settings.latency_mode);
        chain.set(settings);
        let latency = chain.latency_samples();
        let mut channels = self.channels.clone().map(|channel| [channel, vec![0.0; latency]].concat());
        let [left, right] = &mut channels;
        chain.process(left, right);
        Self { rate_hz: self.rate_hz, channels: channels.map(|channel| channel[latency..].to_vec()) }
    }

    fn value(&self, kind: FindingKind) -> f64 {
        measured(&self.features())
            .iter()
            .find(|finding| finding.kind == kind)
            .map_or(f64::NAN, |finding| finding.evidence.value)
    }
}

fn settings(changes: &[(&str, f64)]) -> Settings {
    let mut settings = Settings::default();
    for (id, value) in changes {
        find(id).unwrap_or_else(|| panic!("{id} is a setting")).set(&mut settings, *value);
    }
    settings
}

fn accept(report: &Report) -> Settings {
    let needed = report.moves.iter().filter(|each| each.class == MoveClass::Needed);
    let changes: Vec<(&str, f64)> =
        needed.flat_map(|each| &each.settings).map(|(id, value)| (id.as_str(), *value)).collect();
    settings(&changes)
}

fn needed(report: &Report) -> Option<&Move> {
    report.moves.iter().find(|each| each.class == MoveClass::Needed)
}

/// Puts a fault in, hears, accepts, hears again: how much of it is undone, 0–1.
fn undone(kind: FindingKind, fault: &[(&str, f64)]) -> f64 {
    let clean = Song::demo();
    let faulty = clean.through(&settings(fault));
    let report = faulty.judge(&Brief::default());
    let first = needed(&report).unwrap_or_else(|| panic!("{} is Needed: {:?}", kind.key(), report.verdict));
    assert_eq!(first.finding, Some(kind), "{}", first.sentence);
    assert!(first.effect[0].before != first.effect[0].after, "{:?}", first.effect);
    let mended = faulty.through(&accept(&report));
    (faulty.value(kind) - mended.value(kind)) / (faulty.value(kind) - clean.value(kind))
}

#[test]
fn a_mix_without_faults_needs_no_sound() {
    let report = Song::demo().judge(&Brief::default());
    assert_eq!(report.verdict.kind, VerdictKind::LevelOnly, "{:?}", report.moves);
    assert!(needed(&report).is_none());
}

#[test]
fn what_was_put_in_is_taken_out() {
    let bell = |hz: f64, gain_db: f64, q: f64| {
        [("equalizer.band_3.frequency_hz", hz), ("equalizer.band_3.gain_db", gain_db), ("equalizer.band_3.q", q)]
    };
    let harsh = undone(FindingKind::Harsh, &bell(3200.0, 17.0, 0.8));
    assert!((0.3..1.1).contains(&harsh), "{harsh}");
    let imbalance = undone(FindingKind::Imbalance, &[("stereo.balance_db", -4.5)]);
    assert!((0.9..1.1).contains(&imbalance), "{imbalance}");
    let polarity = undone(FindingKind::PhaseInverted, &[("input.invert_right", 1.0)]);
    assert!((0.9..1.1).contains(&polarity), "{polarity}");
}

#[test]
fn what_was_mended_by_hand_is_not_mended_twice() {
    let faulty = Song::demo().through(&settings(&[("stereo.balance_db", -4.5)]));
    let by_hand = settings(&[("stereo.balance_db", 4.5)]);
    let report = faulty.judge_with(&Brief::default(), &by_hand);
    assert!(report.findings.iter().any(|finding| finding.kind == FindingKind::Imbalance));
    assert!(report.moves.iter().all(|each| each.stage != Stage::Stereo), "{:?}", report.moves);
    // Half of it by hand: the other half is left.
    let report = faulty.judge_with(&Brief::default(), &settings(&[("stereo.balance_db", 1.5)]));
    let balance = report.moves.iter().find(|each| each.id == "stereo.balance").expect("3 dB are left");
    let value = balance.settings.iter().find(|(id, _)| id == "stereo.balance_db").map_or(0.0, |(_, value)| *value);
    assert!((4.0..5.0).contains(&value), "{value}");
}

#[test]
fn locks_and_restraint_are_obeyed() {
    let faulty = Song::demo().through(&settings(&[("stereo.balance_db", -4.5)]));
    let locked = faulty.judge(&Brief { locks: vec![Stage::Stereo], ..Brief::default() });
    assert!(locked.moves.iter().all(|each| each.stage != Stage::Stereo));
    let level = faulty.judge(&Brief { restraint: Restraint::Level, ..Brief::default() });
    assert!(level.moves.is_empty());
    assert!(level.findings.iter().any(|finding| finding.kind == FindingKind::Imbalance));
}

#[test]
fn more_of_a_wish_is_more_of_it_and_never_needed() {
    let song = Song::demo();
    let slope = |brighter: i8| {
        let brief = Brief { character: Character { brighter, ..Character::default() }, ..Brief::default() };
        let report = song.judge(&brief);
        let wish = report.moves.iter().find(|each| each.id == "equalizer.brighter");
        if let Some(wish) = wish {
            assert_eq!(wish.class, MoveClass::Could);
            assert!(wish.sentence.contains("You asked for"), "{}", wish.sentence);
        }
        wish.map_or(0.0, |wish| {
            wish.settings.iter().find(|(id, _)| id.ends_with("gain_db")).map_or(0.0, |(_, gain_db)| *gain_db)
        })
    };
    let gains: Vec<f64> = (-3..=3).map(slope).collect();
    assert!(gains.windows(2).all(|pair| pair[1] > pair[0]), "{gains:?}");
}

#[test]
fn a_reference_is_approached() {
    let song = Song::demo();
    let dark = song.through(&settings(&[
        ("equalizer.band_8.shape", 2.0),
        ("equalizer.band_8.frequency_hz", 4000.0),
        ("equalizer.band_8.gain_db", -6.0),
    ]));
    let reference = Arc::new(Reference::of("the song itself", &song.features()));
    let brief = Brief { references: vec![reference], ..Brief::default() };
    let report = dark.judge(&brief);
    let first = needed(&report).expect("six decibels of treble are missing");
    assert_eq!(first.id, "equalizer.reference");
    let slope = |song: &Song| song.features().spectrum.slope_db_per_octave().unwrap_or(0.0);
    let mended = dark.through(&accept(&report));
    let share = (slope(&mended) - slope(&dark)) / (slope(&song) - slope(&dark));
    assert!((0.7..1.2).contains(&share), "{share}");
}

#[test]
fn what_references_have_of_width_and_density_is_offered_not_needed() {
    let song = Song::demo();
    let made = song.through(&settings(&[
        ("stereo.band_3.width_percent", 200.0),
        ("stereo.band_4.width_percent", 200.0),
        ("glue.enabled", 1.0),
        ("glue.threshold_dbfs", -40.0),
        ("glue.ratio", 6.0),
        ("glue.attack_ms", 0.1),
    ]));
    let reference = Arc::new(Reference::of("the same, wide and pressed", &made.features()));
    let brief = Brief { references: vec![Arc::clone(&reference)], ..Brief::default() };
    let report = song.judge(&brief);
    let width = report.moves.iter().find(|each| each.id == "stereo.reference").expect("the reference is wider");
    assert_eq!(width.class, MoveClass::Could);
    assert!(width.sentence.contains("narrower"), "{}", width.sentence);
    assert!(width.settings.iter().any(|(id, value)| id == "stereo.band_3.width_percent" && *value > 110.0));
    assert_eq!(width.evidence[0].metric, "side_to_mid_db");
    // A song is what it is like: nothing is offered for what it has already.
    let own =
        Brief { references: vec![Arc::new(Reference::of("the song itself", &song.features()))], ..Brief::default() };
    assert!(song.judge(&own).moves.iter().all(|each| !each.id.ends_with(".reference")));
    let locked = song.judge(&Brief { locks: vec![Stage::Stereo], ..brief });
    assert!(locked.moves.iter().all(|each| each.stage != Stage::Stereo));
}

#[test]
fn level_changes_no_move() {
    let faulty = Song::demo().through(&settings(&[("stereo.balance_db", -4.5)]));
    let quiet = Song {
        channels: faulty.channels.clone().map(|channel| channel.iter().map(|sample| sample * 0.1).collect()),
        ..faulty.clone()
    };
    let (loud, quiet) = (faulty.judge(&Brief::default()), quiet.judge(&Brief::default()));
    assert_eq!(loud.moves.len(), quiet.moves.len());
    for (a, b) in loud.moves.iter().zip(&quiet.moves) {
        assert_eq!(a.id, b.id);
        for ((id, a), (_, b)) in a.settings.iter().zip(&b.settings) {
            let shift = if id.ends_with("_dbfs") { 20.0 } else { 0.0 };
            assert!((a - b - shift).abs() < 0.051, "{id}: {a} {b}");
        }
    }
}

#[test]
fn noise_tones_and_speech_are_not_judged() {
    let rate_hz = 48_000.0;
    let hiss = noise(3, 20 * 48_000, 0.2);
    let tone: Vec<f32> =
        (0..20 * 48_000).map(|n| (0.3 * (TAU * 440.0 * f64::from(n) / rate_hz).sin()) as f32).collect();
    for channel in [hiss, tone] {
        let song = Song { rate_hz, channels: [channel.clone(), channel] };
        let report = song.judge(&Brief::default());
        assert_eq!(report.verdict.kind, VerdictKind::OutsideScope);
        assert!(report.moves.is_empty());
    }
}

#[test]
fn sides_turned_up_are_not_taken_for_an_inverted_channel() {
    let mut wide = Song::demo();
    let [left, right] = &mut wide.channels;
    for (left, right) in left.iter_mut().zip(right) {
        let (mid, side) = (0.5 * (*left + *right), 6.0 * (*left - *right));
        (*left, *right) = (0.5 * (mid + side), 0.5 * (mid - side));
    }
    let report = wide.judge(&Brief::default());
    let first = needed(&report).expect("it is far too wide");
    assert_eq!(first.finding, Some(FindingKind::TooWide), "{}", first.sentence);
    assert!(report.findings.iter().all(|finding| finding.kind != FindingKind::PhaseInverted));
}

/// The demo mix with the right channel changed by a function of the frame and both samples.
fn with_right(change: impl Fn(usize, f32, f32) -> f32) -> Song {
    let mut song = Song::demo();
    let [left, right] = &mut song.channels;
    right.iter_mut().zip(left).enumerate().for_each(|(n, (right, left))| *right = change(n, *left, *right));
    song
}

#[test]
fn a_channel_that_is_inverted_throughout_is_turned_back() {
    let hiss = noise(5, 2_000_000, 0.001);
    let songs = [
        ("stereo", with_right(|_, _, right| -right)),
        ("exactly opposite", with_right(|_, left, _| -left)),
        ("a little quieter", with_right(|_, left, _| -0.99 * left)),
        ("6 dB quieter", with_right(|_, left, _| -0.5 * left)),
        ("with noise", with_right(|n, left, _| hiss[n] - left)),
    ];
    for (name, song) in songs {
        let features = song.features();
        assert!(!features.sections.is_empty() && features.textures.len() > 30, "{name}");
        let report = song.judge(&Brief::default());
        let first = needed(&report).unwrap_or_else(|| panic!("{name}: {:?}", report.verdict));
        assert_eq!(first.finding, Some(FindingKind::PhaseInverted), "{name}: {}", first.sentence);
        assert_eq!(first.settings, [("input.invert_right".to_owned(), 1.0)], "{name}");
        let check = |song: &Song| {
            let features = song.features();
            let checks = delivery(&features.levels, &features.stereo, 0, &Brief::default());
            *checks.iter().find(|check| check.check == "mono_fold_down").map(|check| &check.pass).unwrap()
        };
        assert!(!check(&song), "{name}: {:?}", features.stereo);
        let mended = song.through(&accept(&report));
        assert!(check(&mended) && mended.value(FindingKind::PhaseInverted) >= -0.1, "{name}");
    }
    let opposite = with_right(|_, left, _| -left).features().stereo;
    assert_eq!((opposite.side_to_mid_db, opposite.mono_fold_down_lu), (Some(120.0), Some(-120.0)));
}

#[test]
fn a_part_that_is_inverted_goes_back_with_its_place() {
    let rate = demo_mix().sample_rate_hz as usize;
    for (from_s, to_s) in [(4, 9), (0, 4), (14, 20)] {
        let inside = from_s * rate..to_s * rate;
        let song = with_right(|n, _, right| if inside.contains(&n) { -right } else { right });
        let report = song.judge(&Brief::default());
        assert_eq!(report.verdict.kind, VerdictKind::SendBack, "{:?}", report.verdict);
        assert!(report.moves.iter().all(|each| each.finding != Some(FindingKind::PhaseInverted)));
        let note = &report.for_the_mixer[0];
        assert_eq!((note.kind, note.severity), (FindingKind::PhaseInverted, Severity::High), "{}", note.sentence);
        assert!((note.from_s - from_s as f64).abs() <= 1.0 && (note.to_s - to_s as f64).abs() <= 1.0, "{note:?}");
    }
    // Less than some seconds are an effect.
    let song = with_right(|n, _, right| if (5 * rate..7 * rate).contains(&n) { -right } else { right });
    assert!(song.judge(&Brief::default()).for_the_mixer.iter().all(|note| note.severity < Severity::High));
}

#[test]
fn what_is_wide_while_the_middle_carries_the_song_is_not_inverted() {
    let rate = demo_mix().sample_rate_hz as usize;
    let inside = 5 * rate..13 * rate;
    let tone = |n: usize, hz: f64| (TAU * hz * n as f64 / rate as f64).sin() as f32;
    let pad = |n: usize| 0.1 * (tone(n, 220.0) + tone(n, 277.2) + tone(n, 329.6));
    let sides = |change: &dyn Fn(usize, f32, f32) -> f32| {
        let mut song = Song::demo();
        let [left, right] = &mut song.channels;
        for n in 0..left.len() {
            let (mid, side) = (0.5 * (left[n] + right[n]), 0.5 * (left[n] - right[n]));
            let side = change(n, mid, side);
            (left[n], right[n]) = (mid + side, mid - side);
        }
        song
    };
    let far = noise(9, 2_000_000, 0.3);
    let songs = [
        ("sides up by 6 dB", sides(&|_, _, side| 2.0 * side)),
        ("a part of them up by 9 dB", sides(&|n, _, side| if inside.contains(&n) { 2.8 * side } else { side })),
        ("a pad out of phase", sides(&|n, _, side| if inside.contains(&n) { side + pad(n) } else { side })),
        ("a wide hall", sides(&|n, _, side| if inside.contains(&n) { side + far[n] } else { side })),
    ];
    for (name, song) in songs {
        let report = song.judge(&Brief::default());
        let is_inverted = report.findings.iter().any(|finding| finding.kind == FindingKind::PhaseInverted);
        assert!(!is_inverted, "{name}: {:?}", report.verdict);
        assert!(
            report.for_the_mixer.iter().all(|note| note.severity < Severity::High),
            "{name}: {:?}",
            report.for_the_mixer
        );
    }
}

#[test]
fn a_mono_song_is_judged_as_it_plays() {
    let song = Song::demo();
    let mono: Vec<f32> =
        song.channels[0].iter().zip(&song.channels[1]).map(|(left, right)| 0.5 * (left + right)).collect();
    let heard = |num_channels: usize| {
        let mut analyzer = Analyzer::new(song.rate_hz, num_channels);
        analyzer.set_extent(Some((0.0, mono.len() as f64 / song.rate_hz)));
        analyzer.process(&mono, &mono);
        analyzer.finish();
        (analyzer.features(), analyzer.excerpts().to_vec())
    };
    let ((one, one_kept), (two, two_kept)) = (heard(1), heard(2));
    let [one_lufs, two_lufs] = [&one, &two].map(|features| features.levels.integrated_lufs.unwrap());
    assert!((two_lufs - one_lufs - 3.0103).abs() < 1e-3, "the file itself is measured by BS.1770");
    assert!((one.levels.playback_lufs.unwrap() - two_lufs).abs() < 1e-3);
    assert_eq!(two.levels.playback_lufs, two.levels.integrated_lufs);
    let near = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-3;
    assert!(near(one.levels.plr_db, two.levels.plr_db) && near(one.levels.psr_p10_db, two.levels.psr_p10_db));
    for &destination in Destination::ALL {
        let brief =
            Brief { destination, character: Character { denser: 1, ..Character::default() }, ..Brief::default() };
        let whole = Audio::Song { left: &mono, right: &mono };
        for (first, second) in [(whole, whole), (Audio::Excerpts(&one_kept), Audio::Excerpts(&two_kept))] {
            let settings = Settings::default();
            let (a, b) = (hear(&one, &brief, &settings, first), hear(&two, &brief, &settings, second));
            assert_eq!(a.verdict, b.verdict, "{destination:?}");
            let set = |report: &Report| -> Vec<_> {
                report.moves.iter().map(|each| (each.id.clone(), each.settings.clone())).collect()
            };
            assert_eq!(set(&a), set(&b), "{destination:?}");
            let checks = |features: &Features| delivery(&features.levels, &features.stereo, 0, &brief);
            let level = |features: &Features| {
                checks(features).into_iter().find(|check| check.check == "integrated_loudness").map(|check| check.pass)
            };
            assert_eq!(level(&one), level(&two), "{destination:?}");
        }
    }
}

#[test]
fn what_has_no_sound_is_no_reference() {
    let heard = |samples: &[f32]| {
        let mut analyzer = Analyzer::new(48_000.0, 2);
        analyzer.set_extent(Some((0.0, samples.len() as f64 / 48_000.0)));
        analyzer.process(samples, samples);
        analyzer.finish();
        Reference::refusal(&analyzer.features())
    };
    let sound = noise(3, 4 * 48_000, 0.1);
    let with = |samples: Vec<f32>| heard(&samples).unwrap_or_default();
    assert_eq!(heard(&sound), None);
    assert_eq!(heard(&sound[..3 * 48_000]), None);
    assert!(with(vec![0.0; 5 * 48_000]).starts_with("is silent; choose"));
    assert!(with(sound[..480].to_vec()).starts_with("lasts 0.01 s; choose"));
    assert!(with([&sound[..48_000], &[0.0; 5 * 48_000]].concat()).starts_with("has 1.0 s of sound; choose"));
    assert!(with(sound.iter().map(|x| (x * 32_767.0).round()).collect()).starts_with("stands above +60 dBFS"));
}

#[test]
fn what_is_far_over_its_edge_comes_before_what_is_barely_over() {
    let mut song = Song::demo();
    let rate = song.rate_hz as usize;
    // The start is three times as long as it may be.
    for channel in &mut song.channels {
        channel.splice(0..0, vec![0.0; 6 * rate]);
    }
    let report = song.judge(&Brief::default());
    assert_eq!(report.for_the_mixer[0].kind, FindingKind::SilenceHead, "{:?}", report.for_the_mixer);
    assert_eq!(report.for_the_mixer[0].severity, Severity::Medium);
}

#[test]
fn unasked_a_level_keeps_the_contrast_between_sections() {
    // Squared, peaks stand twice as far over the level; the first half is 12 dB under the second.
    let demo = Song::demo();
    let half = demo.channels[0].len() / 2;
    let spread = |channel: Vec<f32>| -> Vec<f32> {
        let part = |at: usize| if at < half { 0.25 } else { 1.0 };
        channel.iter().enumerate().map(|(at, x)| part(at) * 0.5 * x * x.abs()).collect()
    };
    let song = Song { rate_hz: demo.rate_hz, channels: demo.channels.map(spread) };
    let [left, right] = &song.channels;
    let level = |brief: &Brief| hear(&song.features(), brief, &Settings::default(), Audio::Song { left, right });
    let contrast_lu = |song: &Song| {
        let features = song.features();
        let blocks = features.blocks.iter();
        let of = |is_second: bool| {
            let at = |start_s: f64| (start_s * song.rate_hz) as usize >= half;
            let powers = blocks.clone().filter(|block| at(block.start_s) == is_second).map(|block| block.power());
            10.0 * powers.sum::<f64>().log10()
        };
        of(true) - of(false)
    };
    let report = level(&Brief::default());
    let kept = contrast_lu(&song.through(&accept(&report))) / contrast_lu(&song);
    assert!(kept > 0.9, "{kept}: {}", report.verdict.sentence);
    let could = report.moves.iter().find(|each| each.id == "limiter.louder").expect("the rest is offered");
    assert!(could.sentence.contains("LU are left of"), "{}", could.sentence);
    let asked = level(&Brief { loudness_lufs: Some(-14.0), ..Brief::default() });
    let lands = song.through(&accept(&asked)).features().levels.integrated_lufs.unwrap_or(0.0);
    assert!((lands + 14.0).abs() < 0.3, "{lands}");
}

#[test]
fn what_no_mastering_mends_goes_back() {
    let mut song = Song::demo();
    song.channels[1].iter_mut().for_each(|sample| *sample = 0.0);
    let report = song.judge(&Brief::default());
    assert_eq!(report.verdict.kind, VerdictKind::SendBack);
    assert_eq!(report.for_the_mixer[0].kind, FindingKind::MissingChannel);
    assert!(report.moves.iter().all(|each| each.class == MoveClass::Could && each.is_mitigation));
}

#[test]
fn numbers_of_open_moves_follow_what_is_set() {
    let mut song = Song::demo().through(&settings(&[("stereo.balance_db", -4.5)]));
    // As quiet as a mix.
    song.channels.iter_mut().flatten().for_each(|x| *x *= 0.2);
    let (features, [left, right]) = (song.features(), &song.channels);
    let audio = Audio::Song { left, right };
    let report = hear(&features, &Brief::default(), &Settings::default(), audio);
    let open: Vec<&Move> = report.moves.iter().collect();
    assert!(open.iter().any(|each| each.finding.is_some()) && open.iter().any(|each| each.is_of_level()), "{open:?}");

    // With nothing else set the numbers are those that were proposed.
    let same = remeasure(&features, &Settings::default(), audio, &open);
    for (each, anew) in
        open.iter().flat_map(|each| same.iter().filter(|anew| anew.id == each.id).map(move |anew| (each, anew)))
    {
        for (old, new) in each.effect.iter().zip(&anew.effect) {
            assert!(
                (old.before - new.before).abs() < 0.35 && (old.after - new.after).abs() < 0.35,
                "{}: {old:?} {new:?}",
                each.id
            );
        }
    }
    assert_eq!(same.len(), open.len());

    // A hand takes a third of the fault out: less is left to do.
    let anew = remeasure(&features, &settings(&[("stereo.balance_db", 1.5)]), audio, &open);
    let imbalance = open.iter().find(|each| each.finding == Some(FindingKind::Imbalance)).expect("what was put in");
    let now = anew.iter().find(|each| each.id == imbalance.id).expect("measured");
    let (old, new) = (imbalance.effect[0], now.effect[0]);
    assert!((new.before.abs() - (old.before.abs() - 1.5)).abs() < 0.2, "{old:?} {new:?}");
    assert!((new.after - old.after).abs() < 0.2, "{old:?} {new:?}");
}

#[test]
fn a_mix_that_is_far_too_hot_is_turned_down_where_its_level_is_kept() {
    let mut song = Song::demo();
    song.channels.iter_mut().flatten().for_each(|x| *x *= 6.0);
    let features = song.features();
    let [left, right] = &song.channels;
    let (lufs, peak_dbtp) = (features.levels.integrated_lufs, features.levels.true_peak_dbtp);
    assert!(lufs > Some(-8.0) && peak_dbtp > Some(6.0), "{lufs:?} {peak_dbtp:?}");
    for destination in [Destination::Keep, Destination::Streaming, Destination::Loud] {
        let brief = Brief { destination, ..Brief::default() };
        let report = hear(&features, &brief, &Settings::default(), Audio::Song { left, right });
        let level = report.moves.iter().find(|each| each.id == "limiter.level").expect("it is over its ceiling");
        let gain_db = level.settings.iter().find(|(id, _)| id == "limiter.gain_db").map_or(0.0, |(_, value)| *value);
        assert!(gain_db < -3.0, "{destination:?}: {gain_db} dB. {}", level.sentence);
        let reduction =
            level.cost.iter().find(|change| change.metric == "limiter_reduction_db").expect("what it takes");
        assert!(reduction.after < 6.0, "{destination:?}: {} dB. {}", reduction.after, level.sentence);
        let after = song.through(&accept(&report)).features().levels;
        let target_lufs = brief.target_lufs().unwrap_or(-70.0);
        // What limiting loses of it is no reason to miss it.
        assert!(after.integrated_lufs > Some(target_lufs - 0.4), "{destination:?}: {:?}", after.integrated_lufs);
        if destination == Destination::Streaming {
            assert!(level.sentence.contains("Lowered by"), "{}", level.sentence);
        }
        assert!(after.true_peak_dbtp < Some(brief.ceiling() + 0.1), "{destination:?}: {:?}", after.true_peak_dbtp);
    }
    // What is only a little over is held as it was.
    let mut song = Song::demo();
    let by = 10f64.powf((0.5 - song.features().levels.true_peak_dbtp.unwrap_or(0.0)) / 20.0);
    song.channels.iter_mut().flatten().for_each(|x| *x *= by as f32);
    let [left, right] = &song.channels;
    let brief = Brief { destination: Destination::Keep, ..Brief::default() };
    let report = hear(&song.features(), &brief, &Settings::default(), Audio::Song { left, right });
    for level in report.moves.iter().filter(|each| each.id == "limiter.level") {
        let gain_db = level.settings.iter().find(|(id, _)| id == "limiter.gain_db").map_or(0.0, |(_, value)| *value);
        assert!(gain_db >= 0.0, "{gain_db} dB. {}", level.sentence);
    }
}

#[test]
fn a_judgement_that_nobody_wants_ends_at_once() {
    let song = Song::demo().through(&settings(&[("equalizer.band_1.gain_db", 9.0)]));
    let features = song.features();
    let [left, right] = &song.channels;
    let audio = Audio::Song { left, right };
    let (brief, chain) = (Brief::default(), Settings::default());
    let report = hear(&features, &brief, &chain, audio);
    // Before it begins, and at any moment of it.
    for after_ms in [0, 1, 5, 20, 60, 150, 400, 1000] {
        let (cancel, seen) = (Cancel::default(), Cancel::default());
        let stop = cancel.clone();
        let is_over = seen.clone();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(after_ms));
            stop.cancel();
            (std::time::Instant::now(), is_over.is_cancelled())
        });
        let heard = hear_unless(&cancel, &features, &brief, &chain, audio);
        let ended = std::time::Instant::now();
        seen.cancel();
        let (stopped, was_over) = stopper.join().unwrap();
        if was_over {
            assert_eq!(heard.as_ref(), Some(&report));
            continue;
        }
        assert!(heard.is_none());
        let late = ended.saturating_duration_since(stopped);
        println!("stopped after {after_ms} ms, ended {:.1} ms later", late.as_secs_f64() * 1e3);
        // A bound on work that goes on; a few milliseconds on a machine that has nothing else to do.
        assert!(late < std::time::Duration::from_millis(500), "after {after_ms} ms: {late:?}");
    }
    let cancel = Cancel::default();
    let moves: Vec<&Move> = report.moves.iter().collect();
    assert!(remeasure_unless(&cancel, &features, &chain, audio, &moves).is_some());
    cancel.cancel();
    assert!(remeasure_unless(&cancel, &features, &chain, audio, &moves).is_none());
}
