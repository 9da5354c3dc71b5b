//! Each fault has the size that was asked for.

use crate::audio_file::AudioFile;
use crate::dsp::signals::{pink_noise, sine};
use crate::dsp::true_peak::TruePeakMeter;
use crate::dsp::units::{db_from_gain, db_from_power};

use super::filters::Cascade;
use super::levels::mean_power;
use super::{Injected, KINDS, inject};

const RATE_HZ: u32 = 44_100;
const NUM_FRAMES: usize = 12 * RATE_HZ as usize;

fn file(channels: &[&[f64]]) -> AudioFile {
    let single = |channel: &&[f64]| channel.iter().map(|sample| *sample as f32).collect();
    AudioFile { sample_rate_hz: RATE_HZ, channels: channels.iter().map(single).collect(), source: None }
}

/// Pink noise with a side of −9.5 dB.
fn song() -> AudioFile {
    let (mid, side) = (pink_noise(1, 0.1, NUM_FRAMES), pink_noise(2, 0.1 / 3.0, NUM_FRAMES));
    let channel = |sign: f64| mid.iter().zip(&side).map(|(mid, side)| mid + sign * side).collect::<Vec<f64>>();
    file(&[&channel(1.0), &channel(-1.0)])
}

fn injected(kind: &str, song: &AudioFile, amount: f64) -> Injected {
    inject(kind, song, amount, 3).expect("possible in this song")
}

/// One channel of what was added.
fn added(song: &AudioFile, with: &Injected) -> Vec<f64> {
    song.left().iter().zip(with.audio.left()).map(|(old, new)| f64::from(*new) - f64::from(*old)).collect()
}

fn level_db(samples: &[f64]) -> f64 {
    db_from_power(mean_power(samples))
}

fn doubles(samples: &[f32]) -> Vec<f64> {
    samples.iter().map(|sample| f64::from(*sample)).collect()
}

fn song_db(song: &AudioFile) -> f64 {
    let both = [doubles(song.left()), doubles(song.right())].concat();
    level_db(&both)
}

#[test]
fn every_kind_repeats_and_is_one_of_the_list() {
    let song = song();
    assert_eq!(KINDS.len(), 31);
    for kind in KINDS {
        // A size that every kind takes for its own.
        let amount = if *kind == "out_of_phase" { 0.3 } else { 2.0 };
        let (one, other) = (injected(kind, &song, amount), injected(kind, &song, amount));
        assert_eq!(one.audio, other.audio, "{kind}");
        assert!(one.audio != song, "{kind} did nothing");
        assert!(one.audio.channels.iter().flatten().all(|sample| sample.is_finite()), "{kind}");
        let duration_s = one.audio.duration_s();
        assert!(one.places_s.iter().all(|(begin, end)| 0.0 <= *begin && begin < end && *end <= duration_s), "{kind}");
        assert!(one.places_s.is_sorted(), "{kind}");
    }
    assert!(inject("out of tune", &song, 1.0, 1).is_none());
}

#[test]
fn mono_files_have_no_faults_of_stereo_and_silence_has_none() {
    let mono = file(&[&pink_noise(1, 0.1, NUM_FRAMES)]);
    let impossible: Vec<&str> = KINDS.iter().filter(|kind| inject(kind, &mono, 0.3, 1).is_none()).copied().collect();
    let of_stereo = ["wide_bass", "phase_inverted", "out_of_phase", "too_wide", "too_narrow", "mono"];
    assert_eq!(impossible, [&of_stereo[..], &["missing_channel", "identical_channels", "imbalance"]].concat());
    assert!(KINDS.iter().all(|kind| inject(kind, &file(&[&[0.0; 44_100]]), 6.0, 1).is_none()));
}

#[test]
fn filters_have_their_gain() {
    let cases = [
        ("boom", 100.0, 6.0),
        ("mud", 300.0, 6.0),
        ("boxy", 600.0, 6.0),
        ("harsh", 3_000.0, 6.0),
        ("bright", 6_500.0, 3.0),
        ("dull", 6_500.0, -3.0),
        ("thin", 250.0, -3.0),
        ("thin", 30.0, -6.0),
        ("resonance", super::tone::resonance_hz(3), 6.0),
    ];
    for (kind, hz, expected_db) in cases {
        let tone = file(&[&sine(hz, 0.1, NUM_FRAMES, f64::from(RATE_HZ))]);
        let settled = NUM_FRAMES / 2;
        let got = doubles(&injected(kind, &tone, 6.0).audio.left()[settled..]);
        let gain_db = level_db(&got) - level_db(&doubles(&tone.left()[settled..]));
        assert!((gain_db - expected_db).abs() < 0.05, "{kind} at {hz} Hz: {gain_db} dB");
    }
}

#[test]
fn what_is_added_has_its_level() {
    let song = song();
    for kind in ["hum", "noise", "dc_offset"] {
        let level_db = level_db(&added(&song, &injected(kind, &song, -30.0))) - song_db(&song);
        assert!((level_db + 30.0).abs() < 0.05, "{kind} {level_db} dB");
    }
}

#[test]
fn clicks_and_dropouts_are_where_they_are_said_to_be() {
    let song = song();
    let frames = |(begin, end): (f64, f64)| {
        let frame = |time_s: f64| (time_s * f64::from(RATE_HZ)).round() as usize;
        frame(begin)..frame(end)
    };
    let clicks = injected("clicks", &song, 6.0);
    let mut rest = added(&song, &clicks);
    assert_eq!(clicks.places_s.len(), 6);
    for place in clicks.places_s {
        let range = frames(place);
        let around = &song.left()[range.start - 441..range.start + 441];
        let around = around.iter().chain(&song.right()[range.start - 441..range.start + 441]);
        let local = around.fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!((db_from_gain(rest[range.start].abs() / f64::from(local)) - 6.0).abs() < 0.01);
        rest[range].fill(0.0);
    }
    assert!(rest.iter().all(|difference| *difference == 0.0));

    let dropouts = injected("dropout", &song, 20.0);
    assert_eq!(dropouts.places_s.len(), 3);
    for place in dropouts.places_s {
        let range = frames(place);
        assert_eq!(range.len(), 882);
        assert!(
            dropouts.audio.channels.iter().all(|channel| channel[range.clone()].iter().all(|sample| *sample == 0.0))
        );
    }
}

#[test]
fn images_have_their_width() {
    let song = song();
    let width_db = |audio: &AudioFile| {
        let of = |sign: f64| {
            let (left, right) = (doubles(audio.left()), doubles(audio.right()));
            let sum: Vec<f64> = left.iter().zip(right).map(|(left, right)| 0.5 * (left + sign * right)).collect();
            Cascade::band(f64::from(RATE_HZ), 500.0, 6_000.0, 4).filtered(&sum)
        };
        level_db(&of(-1.0)) - level_db(&of(1.0))
    };
    // Without a side there is nothing to scale, and one must be made.
    let centred = file(&[&doubles(song.left()), &doubles(song.left())]);
    for (kind, amount) in [("too_wide", 2.0), ("too_narrow", -18.0)] {
        for song in [&song, &centred] {
            let got_db = width_db(&injected(kind, song, amount).audio);
            assert!((got_db - amount).abs() < 0.01, "{kind} {got_db} dB");
        }
    }
    // Both noises of the song have one spectrum, so what holds for the whole holds in the band.
    let got_db = width_db(&injected("mono", &song, 0.0).audio);
    assert!((got_db + 60.0).abs() < 0.3, "mono {got_db} dB");
    assert!(injected("mono", &centred, 0.0).audio.left() != centred.left());
    let share = injected("out_of_phase", &song, 0.3);
    let inverted_s: f64 = share.places_s.iter().map(|(begin, end)| end - begin).sum();
    assert!((inverted_s / song.duration_s() - 0.3).abs() < 0.001);
}

#[test]
fn hidden_peaks_reach_their_true_peak_and_no_sample_does() {
    let song = song();
    let with = injected("intersample_peaks", &song, 2.0).audio;
    let sample_peak = with.left().iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    assert!(db_from_gain(f64::from(sample_peak)) < -0.09);
    let mut meter = TruePeakMeter::new();
    meter.process(with.left());
    let true_peak_dbtp = db_from_gain(meter.finish());
    assert!((true_peak_dbtp - 2.0).abs() < 0.2, "{true_peak_dbtp} dBTP");
}
