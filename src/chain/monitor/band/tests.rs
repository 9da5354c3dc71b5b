//! One band, as a listener meets it.

use super::*;
use crate::dsp::signals::{sine, white_noise};

const RATE: f64 = 48_000.0;
const FADE_S: f64 = 0.02;

fn single(samples: &[f64]) -> Vec<f32> {
    samples.iter().map(|x| *x as f32).collect()
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    let bands = &mut settings.equalizer.bands;
    (bands[2].shape, bands[2].frequency_hz, bands[2].q) = (BandShape::Bell, 1000.0, 2.0);
    (bands[3].shape, bands[3].frequency_hz) = (BandShape::HighShelf, 5000.0);
    (bands[4].shape, bands[4].frequency_hz) = (BandShape::LowCut, 100.0);
    settings.multiband.crossover_hz = [120.0, 1000.0, 6000.0];
    settings
}

/// Plays a stereo signal in blocks; `band` says what is heard from a frame on.
fn play(
    input: &[Vec<f32>; 2],
    block: usize,
    settings: &Settings,
    band: impl Fn(usize) -> Option<BandSolo>,
) -> [Vec<f32>; 2] {
    let mut listener = BandListener::new(FADE_S, RATE);
    let mut output = input.clone();
    let [left, right] = &mut output;
    for (idx, (left, right)) in left.chunks_mut(block).zip(right.chunks_mut(block)).enumerate() {
        listener.set(band(idx * block));
        listener.follow(settings);
        listener.process(left, right);
    }
    output
}

/// Gain of a tone on both channels, dB, once all has settled.
fn gain_db(band: BandSolo, frequency_hz: f64) -> f64 {
    let tone = single(&sine(frequency_hz, 0.5, 48_000, RATE));
    let [left, _] = play(&[tone.clone(), tone.clone()], 512, &settings(), |_| Some(band));
    let power = |samples: &[f32]| samples[24_000..].iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    10.0 * (power(&left) / power(&tone)).log10()
}

#[test]
fn everything_passes_bit_for_bit_before_and_after_a_band() {
    let input = [single(&white_noise(1, 1.0, 20_000)), single(&white_noise(2, 1.0, 20_000))];
    assert!(play(&input, 300, &settings(), |_| None) == input);
    let band = |n: usize| (4000..8000).contains(&n).then_some(BandSolo::Multiband(1));
    let output = play(&input, 100, &settings(), band);
    assert!(output[0][..4000] == input[0][..4000]);
    assert!(output[0][5000..7000] != input[0][5000..7000]);
    // The fade takes 20 ms and begins at a knot.
    let back = 8000 + 960 + KNOT_SAMPLES;
    assert!(output[1][back..] == input[1][back..]);
}

#[test]
fn the_region_that_a_band_works_on_is_heard() {
    for (band, inside_hz, edges_hz, outside_hz) in [
        // Edges of Q 2 around 1 kHz: −3 dB.
        (BandSolo::Equalizer(2), vec![1000.0], vec![780.776, 1280.776], vec![125.0, 8000.0]),
        (BandSolo::Equalizer(3), vec![15_000.0], vec![], vec![1250.0, 100.0]),
        (BandSolo::Equalizer(4), vec![30.0], vec![], vec![400.0, 10_000.0]),
        (BandSolo::Multiband(0), vec![40.0], vec![], vec![480.0, 5000.0]),
        (BandSolo::Multiband(2), vec![2400.0], vec![], vec![200.0, 18_000.0]),
    ] {
        for frequency_hz in inside_hz {
            assert!(gain_db(band, frequency_hz).abs() < 0.5, "{band:?}: {frequency_hz} Hz");
        }
        for frequency_hz in edges_hz {
            assert!((gain_db(band, frequency_hz) + 3.01).abs() < 0.1, "{band:?}: {frequency_hz} Hz");
        }
        for frequency_hz in outside_hz {
            assert!(gain_db(band, frequency_hz) < -20.0, "{band:?}: {frequency_hz} Hz");
        }
    }
}

#[test]
fn only_the_channels_of_the_band_are_heard() {
    let tone = single(&sine(1000.0, 0.5, 24_000, RATE));
    let silence = vec![0.0; tone.len()];
    let peak = |samples: &[f32]| samples[12_000..].iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    for (channel, from_left, from_right) in [
        (BandChannel::Left, 0.5, 0.0),
        (BandChannel::Right, 0.0, 0.5),
        (BandChannel::Mid, 0.25, 0.25),
        (BandChannel::Side, 0.25, 0.25),
    ] {
        let mut settings = settings();
        settings.equalizer.bands[2].channel = channel;
        for (input, expected) in [([&tone, &silence], from_left), ([&silence, &tone], from_right)] {
            let input = input.map(Clone::clone);
            let output = play(&input, 480, &settings, |_| Some(BandSolo::Equalizer(2)));
            // Once it is faded in.
            assert!(output[0][2000..] == output[1][2000..], "{channel:?}");
            assert!((peak(&output[0]) - expected).abs() < 0.01, "{channel:?}: {}", peak(&output[0]));
        }
    }
    let mut settings = settings();
    settings.equalizer.bands[2].channel = BandChannel::Side;
    let output = play(&[tone.clone(), tone], 480, &settings, |_| Some(BandSolo::Equalizer(2)));
    assert!(peak(&output[0]) < 1e-6, "there is no side in mono");
}

#[test]
fn going_from_band_to_band_does_not_click() {
    let tone = single(&sine(1000.0, 0.5, 3 * 48_000, RATE));
    let band = |n: usize| match n / 24_000 {
        1 => Some(BandSolo::Multiband(1)),
        2 => Some(BandSolo::Multiband(2)),
        3 => Some(BandSolo::Equalizer(2)),
        4 => Some(BandSolo::Equalizer(3)),
        _ => None,
    };
    let [heard, _] = play(&[tone.clone(), tone.clone()], 96, &settings(), band);
    let bend = |samples: &[f32]| samples.windows(3).map(|x| (x[2] - 2.0 * x[1] + x[0]).abs()).fold(0.0, f32::max);
    assert!(bend(&heard) < 1.05 * bend(&tone), "{} {}", bend(&heard), bend(&tone));
}

#[test]
fn a_band_that_is_moved_glides() {
    let tone = single(&sine(1000.0, 0.5, 2 * 48_000, RATE));
    let mut listener = BandListener::new(FADE_S, RATE);
    let mut output = [tone.clone(), tone.clone()];
    let [left, right] = &mut output;
    let mut settings = settings();
    for (idx, (left, right)) in left.chunks_mut(96).zip(right.chunks_mut(96)).enumerate() {
        if idx == 500 {
            (settings.equalizer.bands[2].frequency_hz, settings.equalizer.bands[2].q) = (4000.0, 6.0);
            settings.multiband.crossover_hz[1] = 2000.0;
        }
        listener.set(Some(BandSolo::Equalizer(2)));
        listener.follow(&settings);
        listener.process(left, right);
    }
    let bend = |samples: &[f32]| samples.windows(3).map(|x| (x[2] - 2.0 * x[1] + x[0]).abs()).fold(0.0, f32::max);
    assert!(bend(&output[0]) < 1.02 * bend(&tone), "{} {}", bend(&output[0]), bend(&tone));
    let last = output[0][90_000..].iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
    assert!(last < 0.01, "{last}");
}

#[test]
fn blocks_of_any_length_give_the_same_samples_and_reset_is_new() {
    let input = [single(&white_noise(3, 0.5, 16_800)), single(&white_noise(4, 0.5, 16_800))];
    // Changes come where every division has a border, also while a fade runs.
    let band = |n: usize| match n / 840 {
        2..=5 => Some(BandSolo::Equalizer(2)),
        6 => Some(BandSolo::Multiband(0)),
        7..=12 => Some(BandSolo::Multiband(3)),
        _ => None,
    };
    let reference = play(&input, 840, &settings(), band);
    for block in [1, 7, 60, 420] {
        assert!(play(&input, block, &settings(), band) == reference, "{block}");
    }
    let mut listener = BandListener::new(FADE_S, RATE);
    let mut run = || {
        let mut output = input.clone();
        listener.set(Some(BandSolo::Multiband(1)));
        listener.follow(&settings());
        let [left, right] = &mut output;
        listener.process(left, right);
        listener.reset();
        output
    };
    assert!(run() == run());
}
