//! Hearing: findings on the demo mix and on faults put into it, sections, repeats, and what is level-invariant.

use std::sync::Arc;

use discern::analysis::{Analyzer, Features, Role, TEXTURE_S, Tag, Texture};
use discern::assistant::findings::{Finding, FindingKind, findings, measured};
use discern::assistant::{Audio, Brief, hear as judge};
use discern::chain::Settings;
use discern::dsp::random::Random;
use discern::dsp::signals::{pink_noise, sine, white_noise};

use crate::support;

/// Both channels of a song.
type Stereo = [Vec<f32>; 2];

fn demo() -> (Stereo, f64) {
    let mix = support::demo_mix();
    ([mix.left().to_vec(), mix.right().to_vec()], f64::from(mix.sample_rate_hz))
}

fn hear(song: &Stereo, rate_hz: f64) -> Features {
    let mut analyzer = Analyzer::new(rate_hz, 2);
    analyzer.set_extent(Some((0.0, song[0].len() as f64 / rate_hz)));
    for (left, right) in song[0].chunks(4096).zip(song[1].chunks(4096)) {
        analyzer.process(left, right);
    }
    analyzer.finish();
    analyzer.features()
}

/// The demo mix with something done to every frame; `n` counts frames.
fn spoiled(mut change: impl FnMut(usize, [f32; 2]) -> [f32; 2]) -> (Features, Vec<Finding>) {
    let (mut song, rate_hz) = demo();
    for n in 0..song[0].len() {
        [song[0][n], song[1][n]] = change(n, [song[0][n], song[1][n]]);
    }
    let features = hear(&song, rate_hz);
    let found = findings(&features);
    (features, found)
}

fn find(found: &[Finding], kind: FindingKind) -> Option<&Finding> {
    found.iter().find(|finding| finding.kind == kind)
}

#[test]
fn the_demo_mix_has_no_fault() {
    let (_, found) = spoiled(|_, frame| frame);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn faults_of_the_channels_are_told_apart() {
    type Change = fn([f32; 2]) -> [f32; 2];
    let cases: [(&str, FindingKind, Change); 6] = [
        ("right inverted", FindingKind::PhaseInverted, |[l, r]| [l, -r]),
        ("right silent", FindingKind::MissingChannel, |[l, _]| [l, 0.0]),
        ("both the same", FindingKind::IdenticalChannels, |[l, r]| [(l + r) / 2.0; 2]),
        ("hardly a side", FindingKind::Mono, |[l, r]| {
            let (mid, side) = ((l + r) / 2.0, (l - r) / 2000.0);
            [mid + side, mid - side]
        }),
        ("right 4 dB down", FindingKind::Imbalance, |[l, r]| [l, 0.63 * r]),
        ("side 12 dB up", FindingKind::TooWide, |[l, r]| {
            let (mid, side) = ((l + r) / 2.0, 2.0 * (l - r));
            [mid + side, mid - side]
        }),
    ];
    for (name, kind, change) in cases {
        let (_, found) = spoiled(|_, frame| change(frame));
        assert!(find(&found, kind).is_some(), "{name}: {found:?}");
        let plainer = [FindingKind::MissingChannel, FindingKind::IdenticalChannels, FindingKind::Mono];
        let others = found.iter().filter(|finding| plainer.contains(&finding.kind) && finding.kind != kind).count();
        assert_eq!(others, 0, "{name}: {found:?}");
    }
}

#[test]
fn added_noises_are_found() {
    let (song, rate_hz) = demo();
    let len = song[0].len();
    let rms = (song.iter().flatten().map(|&x| f64::from(x).powi(2)).sum::<f64>() / (2 * len) as f64).sqrt();
    let mut hum = vec![0.0; len];
    for harmonic in 1..=10 {
        let tone = sine(50.0 * f64::from(harmonic), 0.08 * rms, len, rate_hz);
        hum.iter_mut().zip(tone).for_each(|(sum, x)| *sum += x);
    }
    let hiss = white_noise(3, 0.3 * rms, len);
    let rumble = sine(14.0, 2.0 * rms, len, rate_hz);
    for (name, kind, added) in [
        ("hum", FindingKind::Hum, &hum),
        ("hiss", FindingKind::Noise, &hiss),
        ("rumble", FindingKind::SubRumble, &rumble),
        ("offset", FindingKind::DcOffset, &vec![0.1 * rms; len]),
    ] {
        let (_, found) = spoiled(|n, frame| frame.map(|x| x + added[n] as f32));
        assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [kind], "{name}: {found:?}");
    }
}

#[test]
fn damage_is_found_in_its_place() {
    let rate = support::demo_mix().sample_rate_hz as usize;
    let at = |n: usize, seconds: f64| n as f64 - seconds * rate as f64;
    let (_, found) = spoiled(|n, frame| {
        let is_click = [5.0, 11.3, 20.7].iter().any(|&s| (0.0..2.0).contains(&at(n, s)));
        frame.map(|x| if is_click { x + 0.9 } else { x })
    });
    let clicks = find(&found, FindingKind::Clicks).expect("clicks");
    let places: Vec<f64> = clicks.places_s.iter().map(|place| (place.0 * 10.0).round() / 10.0).collect();
    assert_eq!(places, [5.0, 11.3, 20.7], "{clicks:?}");

    let (_, found) = spoiled(|n, frame| frame.map(|x| if (0.0..400.0).contains(&at(n, 12.0)) { 0.0 } else { x }));
    let dropout = find(&found, FindingKind::Dropout).expect("a dropout");
    assert!((dropout.evidence.from_s - 12.0).abs() < 0.05, "{dropout:?}");

    let (_, found) = spoiled(|n, frame| frame.map(|x| if at(n, 15.0) > 0.0 { x.clamp(-0.3, 0.3) } else { x * 0.3 }));
    let clipping = find(&found, FindingKind::Clipping).expect("clipping");
    assert!((clipping.evidence.from_s - 15.0).abs() < 2.0, "{:?}", clipping.evidence);
}

#[test]
fn silence_at_the_ends_is_found() {
    let ([left, right], rate_hz) = demo();
    let silence = |seconds: f64| vec![0.0; (seconds * rate_hz) as usize];
    let padded = |channel: &[f32]| [&silence(3.0)[..], channel, &silence(8.0)].concat();
    let features = hear(&[padded(&left), padded(&right)], rate_hz);
    let found = findings(&features);
    let head = find(&found, FindingKind::SilenceHead).expect("a head");
    assert!((head.evidence.value - 3.0).abs() < 0.15 && head.evidence.from_s == 0.0, "{head:?}");
    let tail = find(&found, FindingKind::SilenceTail).expect("a tail");
    assert!((tail.evidence.value - 8.0).abs() < 0.4, "{tail:?}");
}

#[test]
fn findings_do_not_depend_on_level() {
    let (song, rate_hz) = demo();
    let values = |db: f64| {
        let gain = 10f64.powf(db / 20.0) as f32;
        let scaled = song.each_ref().map(|channel| channel.iter().map(|x| x * gain).collect());
        measured(&hear(&scaled, rate_hz))
    };
    let loud = values(0.0);
    assert!(loud.len() >= 28, "{}", loud.len());
    for db in [-6.0, -13.7, -24.0] {
        for (loud, quiet) in loud.iter().zip(values(db)) {
            assert_eq!(loud.kind, quiet.kind);
            // How high the peaks go between samples is a level.
            let change = if loud.kind == FindingKind::IntersamplePeaks { db } else { 0.0 };
            let difference = quiet.evidence.value - loud.evidence.value - change;
            assert!(difference.abs() < 0.1, "{:?} at {db} dB: {difference}", loud.kind);
        }
    }
}

#[test]
fn sections_begin_where_the_music_changes() {
    let rate_hz = 44_100.0;
    let len = 12 * 44_100;
    let noise = |seed: u64, rms: f64| pink_noise(seed, rms, len);
    let quiet = noise(1, 0.03);
    let loud = noise(2, 0.15);
    let tones: Vec<f64> =
        sine(440.0, 0.1, len, rate_hz).iter().zip(sine(660.0, 0.1, len, rate_hz)).map(|(a, b)| a + b).collect();
    let parts = [&quiet, &loud, &tones, &loud];
    let mono: Vec<f32> = parts.iter().flat_map(|part| part.iter().map(|&x| x as f32)).collect();
    let features = hear(&[mono.clone(), mono], rate_hz);
    let starts: Vec<f64> = features.sections.iter().map(|section| section.start_s).collect();
    assert_eq!(starts.len(), 4, "{:?}", features.sections);
    for (start_s, expected_s) in starts.iter().zip([0.0, 12.0, 24.0, 36.0]) {
        assert!((start_s - expected_s).abs() <= 1.0, "{starts:?}");
    }
    let label = |idx: usize| features.sections[idx].label.as_str();
    assert_eq!(label(1), label(3), "{:?}", features.sections);
    assert!(label(0) != label(1) && label(2) != label(1));
    assert!(features.sections[0].tags.contains(&Tag::Quietest));
    let loudest = features.sections.iter().position(|section| section.tags.contains(&Tag::Loudest));
    assert!([Some(1), Some(3)].contains(&loudest));
}

/// Plays a part of the demo mix at its place, changed by `gain`.
fn play(analyzer: &mut Analyzer, from_s: f64, to_s: f64, gain: f32) {
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let frames = (from_s * rate_hz) as usize..((to_s * rate_hz) as usize).min(mix.num_frames());
    analyzer.set_position(Some(from_s));
    let scaled = |channel: &[f32]| channel[frames.clone()].iter().map(|x| x * gain).collect::<Vec<f32>>();
    analyzer.process(&scaled(mix.left()), &scaled(mix.right()));
}

#[test]
fn a_place_heard_again_is_a_repeat_or_another_mix() {
    let mut analyzer = Analyzer::new(f64::from(support::demo_mix().sample_rate_hz), 2);
    play(&mut analyzer, 0.0, 20.0, 1.0);
    // A host tells a position to a few hundredths of a second.
    play(&mut analyzer, 4.03, 18.0, 1.0);
    assert_eq!(analyzer.features().changed_at_s, None);
    let before = analyzer.features();
    analyzer.watch();
    play(&mut analyzer, 2.0, 14.0, 1.0);
    assert_eq!(analyzer.progress().changed_at_s, None);
    play(&mut analyzer, 20.0, 28.0, 1.0);
    assert_eq!(analyzer.features().textures.len(), before.textures.len(), "watching keeps nothing new");
    play(&mut analyzer, 2.0, 14.0, 0.8);
    let changed_s = analyzer.progress().changed_at_s.expect("another mix");
    assert!((2.0..14.0).contains(&changed_s), "{changed_s}");
    assert_eq!(analyzer.features().levels, before.levels);
}

/// Plays a part of the demo mix in the host's blocks, some of which are lost on the way: each with this chance.
fn play_with_losses(analyzer: &mut Analyzer, (from_s, to_s): (f64, f64), gain: f32, chance: f64, random: &mut Random) {
    const BLOCK: usize = 1024;
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let mut num_lost = 0;
    for start in ((from_s * rate_hz) as usize..(to_s * rate_hz) as usize).step_by(BLOCK) {
        if random.uniform() < chance {
            num_lost += BLOCK as u64;
            continue;
        }
        let frames = start..(start + BLOCK).min(mix.num_frames());
        let scaled = |channel: &[f32]| channel[frames.clone()].iter().map(|x| x * gain).collect::<Vec<f32>>();
        analyzer.add_dropped_frames(std::mem::take(&mut num_lost));
        analyzer.set_position(Some(start as f64 / rate_hz));
        analyzer.process(&scaled(mix.left()), &scaled(mix.right()));
    }
}

#[test]
fn what_was_lost_on_the_way_is_no_change_of_the_mix() {
    let rate_hz = f64::from(support::demo_mix().sample_rate_hz);
    for seed in 0..8 {
        let mut random = Random::new(seed, 1);
        // Up to one block in twenty: half of the textures lack something.
        let chance = [0.0, 0.003, 0.01, 0.05][seed as usize % 4];
        let mut analyzer = Analyzer::new(rate_hz, 2);
        for _ in 0..3 {
            play_with_losses(&mut analyzer, (0.0, 31.0), 1.0, chance, &mut random);
        }
        let num_lost = analyzer.progress().num_dropped_frames;
        assert_eq!(num_lost > 0, chance > 0.0);
        assert_eq!(analyzer.progress().changed_at_s, None, "seed {seed}");
        analyzer.watch();
        play_with_losses(&mut analyzer, (1.0, 31.0), 1.0, chance, &mut random);
        assert_eq!(analyzer.progress().changed_at_s, None, "seed {seed}, watching");
        assert_eq!(analyzer.progress().num_dropped_frames, num_lost, "only a listening misses anything");
        if chance < 0.02 {
            play_with_losses(&mut analyzer, (0.0, 31.0), 0.8, chance, &mut random);
            assert!(analyzer.progress().changed_at_s.is_some(), "seed {seed}: another mix");
        }
    }
}

#[test]
fn small_jumps_of_the_host_add_up_to_one_that_is_seen() {
    // A host that leaves out 20 ms now and then and tells its position: what is heard again lies where it lay.
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let mut analyzer = Analyzer::new(rate_hz, 2);
    let skip = (0.02 * rate_hz) as usize;
    for pass in 0..2 {
        let (mut start, mut idx) = (0, 0);
        while start + 4096 < mix.num_frames() {
            analyzer.set_position(Some(start as f64 / rate_hz));
            analyzer.process(&mix.left()[start..start + 4096], &mix.right()[start..start + 4096]);
            idx += 1;
            start += 4096 + if pass == 1 && idx % 8 == 0 { skip } else { 0 };
        }
    }
    assert_eq!(analyzer.progress().changed_at_s, None);
}

#[test]
fn silence_after_the_end_is_not_of_the_song() {
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    let song_s = mix.num_frames() as f64 / rate_hz;
    let floor = |seed: u64, seconds: f64, rms: f64| -> Vec<f32> {
        white_noise(seed, rms, (seconds * rate_hz) as usize).iter().map(|x| *x as f32).collect()
    };
    // Digital silence, dither, a converter's noise.
    for rms in [0.0, 1e-5, 5e-5] {
        let mut analyzer = Analyzer::new(rate_hz, 2);
        analyzer.set_position(Some(0.0));
        analyzer.process(&floor(1, 2.0, rms), &floor(2, 2.0, rms));
        analyzer.process(mix.left(), mix.right());
        analyzer.process(&floor(3, 6.03, rms), &floor(4, 6.03, rms));
        let (progress, features) = (analyzer.progress(), analyzer.features());
        for seconds in [progress.heard_s, progress.duration_s, features.heard_s, features.duration_s] {
            assert!((seconds - song_s).abs() < 0.5, "{seconds} s of {song_s} s, floor {rms}");
        }
        assert_eq!(progress.share, Some(1.0), "four seconds of silence are an end");
        let (first, last) = (features.blocks[0].start_s, features.blocks[features.blocks.len() - 1].start_s);
        assert!((first - 2.0).abs() < 0.3 && (last - 2.0 - song_s).abs() < 0.5, "{first} {last}");
        let sections = &features.sections;
        assert!(sections[0].start_s > 1.4 && sections[sections.len() - 1].end_s < song_s + 2.6, "{sections:?}");
        assert!(analyzer.map().last().is_some_and(|block| block.start_s < song_s + 2.1));
        // What somebody marked is the song.
        analyzer.set_extent(Some((0.0, 40.0)));
        assert!((analyzer.progress().duration_s - 40.0).abs() < 0.1);
        assert!(analyzer.progress().share.is_some_and(|share| share > 0.99));
    }
    // A fade and a rest are of it.
    let mut analyzer = Analyzer::new(rate_hz, 2);
    let music = |seconds: f64| mix.left()[..(seconds * rate_hz) as usize].to_vec();
    let num = 8.0 * rate_hz;
    let fade: Vec<f32> =
        music(8.0).iter().enumerate().map(|(idx, x)| x * 10f32.powf(-2.0 * idx as f32 / num as f32)).collect();
    for part in [music(5.0), vec![0.0; (3.0 * rate_hz) as usize], fade, vec![0.0; (5.0 * rate_hz) as usize]] {
        analyzer.process(&part, &part);
    }
    let heard_s = analyzer.progress().heard_s;
    assert!((heard_s - 16.0).abs() < 0.5, "{heard_s}");
}

#[test]
fn however_long_the_silence_after_the_end_the_judgement_is_the_same() {
    let mix = support::demo_mix();
    let rate_hz = f64::from(mix.sample_rate_hz);
    // An offset of the sound, and a song that ends in the middle of an excerpt.
    let num_frames = (24.6 * rate_hz) as usize;
    let song =
        [mix.left(), mix.right()].map(|channel| channel[..num_frames].iter().map(|x| x + 0.01).collect::<Vec<_>>());
    let judged = |silence_s: f64| {
        let mut analyzer = Analyzer::new(rate_hz, 2);
        analyzer.set_position(Some(0.0));
        analyzer.process(&song[0], &song[1]);
        let silence = vec![0.0; (silence_s * rate_hz) as usize];
        analyzer.process(&silence, &silence);
        analyzer.stop();
        let features = analyzer.features();
        let report = judge(&features, &Brief::default(), &Settings::default(), Audio::Excerpts(analyzer.excerpts()));
        let starts_s: Vec<f64> = analyzer.excerpts().iter().map(|excerpt| excerpt.start_s).collect();
        let moves: Vec<_> = report.moves.into_iter().map(|each| (each.id, each.settings, each.sentence)).collect();
        (starts_s, features.stereo, report.verdict, moves)
    };
    let short = judged(0.6);
    for silence_s in [2.0, 6.0, 14.0] {
        let long = judged(silence_s);
        assert_eq!(long.0, short.0, "{silence_s} s: other excerpts");
        for channel in 0..2 {
            assert!((long.1.dc_offset[channel] - short.1.dc_offset[channel]).abs() < 1e-6, "{silence_s} s");
        }
        assert_eq!((&long.2, &long.3), (&short.2, &short.3), "{silence_s} s");
    }
}

#[test]
fn what_played_on_into_a_listening_is_of_the_song_and_was_not_heard() {
    let mut analyzer = Analyzer::new(f64::from(support::demo_mix().sample_rate_hz), 2);
    analyzer.set_played_from(Some(0.0));
    play(&mut analyzer, 10.0, 30.0, 1.0);
    analyzer.stop();
    let progress = analyzer.progress();
    assert!(progress.share.is_some_and(|share| (share - 2.0 / 3.0).abs() < 0.02), "{progress:?}");
    assert!((progress.duration_s - 30.0).abs() < 0.2, "{progress:?}");
    // Two parts: what is missing is what was not heard.
    play(&mut analyzer, 0.0, 10.0, 1.0);
    analyzer.stop();
    assert_eq!(analyzer.progress().share, Some(1.0));
    // A start that has been muted since.
    let mut analyzer = Analyzer::new(f64::from(support::demo_mix().sample_rate_hz), 2);
    analyzer.set_played_from(Some(0.0));
    play(&mut analyzer, 10.0, 30.0, 1.0);
    play(&mut analyzer, 0.0, 10.0, 0.0);
    analyzer.stop();
    assert_eq!(analyzer.progress().share, Some(1.0));
}

#[test]
fn a_marked_extent_is_complete_when_it_was_heard() {
    let mut analyzer = Analyzer::new(f64::from(support::demo_mix().sample_rate_hz), 2);
    analyzer.set_extent(Some((5.0, 15.0)));
    play(&mut analyzer, 5.0, 12.0, 1.0);
    assert!(!analyzer.progress().is_complete);
    play(&mut analyzer, 11.5, 15.3, 1.0);
    assert!(analyzer.progress().is_complete, "{:?}", analyzer.progress());
}

#[test]
fn excerpts_cover_the_roles_and_textures_the_song() {
    let (song, rate_hz) = demo();
    let mut analyzer = Analyzer::new(rate_hz, 2);
    analyzer.process(&song[0], &song[1]);
    let roles: Vec<Role> = analyzer.excerpts().iter().map(|excerpt| excerpt.role).collect();
    assert!([Role::Loudest, Role::Typical, Role::Quietest].iter().all(|role| roles.contains(role)), "{roles:?}");
    let features = analyzer.features();
    let length_s = song[0].len() as f64 / rate_hz;
    assert!((features.textures.len() as f64 * TEXTURE_S - length_s).abs() < 1.1, "{}", features.textures.len());
    // 3 h of half seconds are to fit beside ring and excerpts in 64 MiB.
    assert!(size_of::<Texture>() <= 640, "{}", size_of::<Texture>());
    assert!(features.textures.windows(2).all(|pair| pair[1].idx == pair[0].idx + 1));
}

#[test]
fn anything_can_be_heard() {
    let noise: Vec<f32> = white_noise(1, 0.5, 200_000).iter().map(|&x| x as f32).collect();
    let silence = vec![0.0; 200_000];
    let mut broken = noise.clone();
    broken[100] = f32::NAN;
    broken[5000] = f32::INFINITY;
    broken[9000] = 1e30;
    for samples in [&noise[..0], &noise[..1], &noise[..3000], &noise, &silence, &broken] {
        for rate_hz in [8000.0, 44_100.0, 192_000.0] {
            for num_channels in [1, 2] {
                let mut analyzer = Analyzer::new(rate_hz, num_channels);
                analyzer.set_extent(Some((0.0, samples.len() as f64 / rate_hz)));
                analyzer.process(samples, samples);
                analyzer.finish();
                let features = analyzer.features();
                for finding in measured(&features) {
                    let evidence = finding.evidence;
                    let numbers = [evidence.value, evidence.from_s, evidence.to_s, evidence.share];
                    assert!(numbers.iter().all(|number| number.is_finite()), "{:?} {evidence:?}", finding.kind);
                }
            }
        }
    }
    let features = hear(&[silence.clone(), silence], 44_100.0);
    assert!(findings(&features).is_empty() && features.sections.is_empty());
    assert_eq!(features.textures, Arc::from([]));
}

#[test]
fn what_is_beyond_all_sound_is_silence_and_counted() {
    let (song, rate_hz) = demo();
    let clean = hear(&song, rate_hz);
    for value in [3.4e38, -3.4e38, 2e6, f32::NAN, f32::INFINITY] {
        let mut broken = song.clone();
        broken[0][100_000] = value;
        broken[1][200_000] = value;
        let features = hear(&broken, rate_hz);
        assert_eq!(features.num_non_finite, 2, "{value}");
        let difference = features.levels.integrated_lufs.unwrap() - clean.levels.integrated_lufs.unwrap();
        assert!(difference.abs() < 0.01 && features.sections == clean.sections && !features.is_overscaled, "{value}");
    }
    assert_eq!(clean.num_non_finite, 0);
}
