//! Properties that the chain keeps for every setting, rate and division into blocks.

use discern::chain::settings::{
    BandShape, Choice, EqualizerSettings, InputSettings, Kind, LatencyMode, LimiterSettings, Settings, table,
};
use discern::chain::{Activity, Chain};
use discern::dsp::signals::{sine, white_noise};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::figures;
use super::spectrum::loudest_line_outside_db;

const RATE: f64 = 48_000.0;
use super::sample_rates::RATES_HZ;

/// What happens to a chain: settings that come at certain frames.
type Script<'a> = &'a [(usize, Settings)];

/// Renders a stereo signal in blocks whose lengths `blocks` repeats, cut where the script has something to say.
fn render(chain: &mut Chain, script: Script, input: &[Vec<f32>; 2], blocks: &[usize]) -> [Vec<f32>; 2] {
    let mut output = input.clone();
    let num_frames = input[0].len();
    let mut lengths = blocks.iter().cycle();
    let mut done = 0;
    while done < num_frames {
        script.iter().filter(|(frame, _)| *frame == done).for_each(|(_, settings)| chain.set(settings));
        let next_change = script.iter().map(|(frame, _)| *frame).filter(|frame| *frame > done).min();
        let end =
            (done + lengths.next().copied().unwrap_or(512)).min(num_frames).min(next_change.unwrap_or(num_frames));
        let [left, right] = &mut output;
        chain.process(&mut left[done..end], &mut right[done..end]);
        done = end;
    }
    output
}

fn once(settings: &Settings, input: &[Vec<f32>; 2], rate: f64) -> [Vec<f32>; 2] {
    render(&mut Chain::new(rate, settings.latency_mode), &[(0, *settings)], input, &[512])
}

fn noise(amplitude: f64, num_frames: usize) -> [Vec<f32>; 2] {
    [1, 2].map(|seed| white_noise(seed, amplitude, num_frames).into_iter().map(|x| x as f32).collect())
}

fn delayed(input: &[Vec<f32>; 2], by: usize) -> [Vec<f32>; 2] {
    input
        .clone()
        .map(|channel| std::iter::repeat_n(0.0, by).chain(channel.iter().copied()).take(channel.len()).collect())
}

/// Any settings at all but the latency mode.
fn any_settings() -> impl Strategy<Value = Settings> {
    proptest::collection::vec(0.0..1.0f64, table().len()).prop_map(|places| {
        let mut settings = Settings::default();
        for (setting, place) in table().iter().zip(places) {
            let value = match setting.kind {
                Kind::Number { min, max, is_log: true, .. } => min * (max / min).powf(place),
                Kind::Number { min, max, .. } => min + (max - min) * place,
                Kind::Toggle => f64::from(u8::from(place >= 0.3)),
                Kind::Choice(names) => (place * names.len() as f64).floor(),
            };
            setting.set(&mut settings, value);
        }
        Settings { bypass: false, latency_mode: LatencyMode::Standard, ..settings }
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_division_into_blocks_gives_the_same_samples(
        first in any_settings(),
        second in any_settings(),
        random in proptest::collection::vec(1..3000usize, 8),
        rate_idx in 0..RATES_HZ.len(),
    ) {
        let rate = RATES_HZ[rate_idx];
        let input = noise(0.5, 9000);
        let script = [(0, first), (3001, second), (4000, first), (6007, Settings { bypass: true, ..second })];
        let run = |blocks: &[usize]| render(&mut Chain::new(rate, LatencyMode::Standard), &script, &input, blocks);
        let reference = run(&[4096]);
        for blocks in [&[1][..], &[7], &[64], &[512], &random] {
            prop_assert!(run(blocks) == reference, "{:?} at {}", blocks, rate);
        }
        figures::holds("Chain", "blocks of 1, 7, 64, 512, 4096 and random, any settings, all rates: the same samples", true);
    }

    #[test]
    fn reset_makes_a_new_chain(before in any_settings(), after in any_settings()) {
        let input = noise(0.5, 6000);
        let mut used = Chain::new(RATE, LatencyMode::Standard);
        render(&mut used, &[(0, before), (2000, after)], &input, &[512]);
        used.reset();
        prop_assert_eq!(*used.activity(), Activity::default());
        let again = render(&mut used, &[(0, after)], &input, &[512]);
        prop_assert!(again == once(&after, &input, RATE));
        figures::holds("Chain", "reset equals new, any settings", true);
    }

    #[test]
    fn the_output_is_finite_for_anything(settings in any_settings(), mode in 0..3usize) {
        let settings = Settings { latency_mode: LatencyMode::from_index(mode), ..settings };
        let mut input = noise(1.0, 8000);
        for (idx, sample) in input[0].iter_mut().enumerate() {
            *sample = match idx / 500 % 8 {
                0 => f32::NAN,
                1 => *sample * 1e5,
                2 => f32::INFINITY,
                3 => *sample * 1e-40,
                4 => f32::NEG_INFINITY,
                5 => f32::MAX,
                6 => f32::MIN_POSITIVE / 2.0,
                _ => *sample,
            };
        }
        let mut chain = Chain::new(RATE, settings.latency_mode);
        let output = render(&mut chain, &[(0, settings)], &input, &[512]);
        prop_assert!(output.iter().flatten().all(|x| x.is_finite()));
        prop_assert_eq!(chain.activity().num_non_finite, 4000);
        figures::holds("Chain", "finite for NaN, infinities, denormals and +100 dB, any settings and mode", true);
    }

    #[test]
    fn silence_stays_silent(settings in any_settings()) {
        let mut settings = settings;
        settings.dither.enabled = false;
        let output = once(&settings, &[vec![0.0; 6000], vec![0.0; 6000]], RATE);
        prop_assert!(output.iter().flatten().all(|x| *x == 0.0));
    }

    #[test]
    fn bypass_and_chain_amount_0_are_the_delayed_input(settings in any_settings()) {
        let input = noise(2.0, 6000);
        for settings in [Settings { bypass: true, ..settings }, Settings { amount_percent: 0.0, ..settings }] {
            let mut chain = Chain::new(RATE, LatencyMode::Standard);
            let latency = chain.latency_samples();
            prop_assert!(render(&mut chain, &[(0, settings)], &input, &[512]) == delayed(&input, latency));
            // Switched while playing: exact once the crossfade is over.
            let mut chain = Chain::new(RATE, LatencyMode::Standard);
            let playing = Settings { bypass: false, amount_percent: 100.0, ..settings };
            let output = render(&mut chain, &[(0, playing), (2000, settings)], &input, &[512]);
            let want = delayed(&input, latency);
            prop_assert!((0..2).all(|channel| output[channel][3000..] == want[channel][3000..]));
        }
    }
}

#[test]
fn a_fresh_chain_passes_anything_bit_for_bit() {
    for mode in LatencyMode::ALL {
        for rate in RATES_HZ {
            // Up to +12 dBFS: no ceiling is set.
            let input = noise(4.0, 12_000);
            let settings = Settings { latency_mode: *mode, ..Settings::default() };
            let mut chain = Chain::new(rate, *mode);
            let latency = chain.latency_samples();
            assert!(
                render(&mut chain, &[(0, settings)], &input, &[441]) == delayed(&input, latency),
                "{rate} {mode:?}"
            );
            figures::holds("Chain", "freshly inserted, all rates and modes: the delayed input bit for bit", true);
        }
    }
}

#[test]
fn every_stage_on_with_nothing_to_do_is_nothing() {
    let mut settings = Settings::default();
    settings.equalizer.bands.iter_mut().for_each(|band| (band.gain_db, band.dynamic) = (0.0, false));
    settings.resonance.enabled = true;
    settings.multiband.enabled = true;
    settings.multiband.bands.iter_mut().for_each(|band| band.threshold_dbfs = 0.0);
    (settings.glue.enabled, settings.glue.threshold_dbfs, settings.glue.knee_db) = (true, 0.0, 0.0);
    (settings.colour.enabled, settings.colour.drive_db) = (true, 0.0);
    settings.stereo.enabled = true;
    (settings.clipper.enabled, settings.clipper.ceiling_dbfs) = (true, 0.0);
    settings.limiter.ceiling_dbtp = -1.0;
    for mode in LatencyMode::ALL {
        for rate in RATES_HZ {
            let settings = Settings { latency_mode: *mode, ..settings };
            let input = noise(0.1, 3 * rate as usize / 2);
            let mut chain = Chain::new(rate, *mode);
            let output = render(&mut chain, &[(0, settings)], &input, &[64]);
            let want = delayed(&input, chain.latency_samples());
            println!("{rate} {mode:?}");
            if *mode == LatencyMode::Linear {
                let pairs = output.iter().flatten().zip(want.iter().flatten());
                let most = pairs.map(|(y, x)| f64::from((y - x).abs())).fold(1e-30, f64::max);
                let test = "every stage on with nothing to do, linear phase: off the delayed input";
                figures::at_most("Chain", test, -120.0, "dBFS", 20.0 * most.log10());
            } else {
                let test = "every stage on with nothing to do, all rates, standard and tracking: bit for bit";
                figures::holds("Chain", test, output == want);
            }
        }
    }
}

#[test]
fn stages_at_amount_0_or_off_are_nothing() {
    let input = noise(0.9, 8000);
    let mut busy = Settings::default();
    busy.input.gain_db = 6.0;
    busy.input.invert_left = true;
    busy.input.dc_blocker = true;
    busy.equalizer.bands[3].gain_db = -7.0;
    busy.equalizer.bands[0].shape = BandShape::LowCut;
    busy.limiter.gain_db = 4.0;
    let off = Settings {
        input: InputSettings { enabled: false, ..busy.input },
        equalizer: EqualizerSettings { enabled: false, ..busy.equalizer },
        limiter: LimiterSettings { enabled: false, ..busy.limiter },
        ..busy
    };
    let mut zero = busy;
    zero.input.amount_percent = 0.0;
    zero.equalizer.amount_percent = 0.0;
    zero.limiter.amount_percent = 0.0;
    for settings in [off, zero] {
        let mut chain = Chain::new(RATE, LatencyMode::Standard);
        let want = delayed(&input, chain.latency_samples());
        assert!(render(&mut chain, &[(0, settings)], &input, &[512]) == want);
        let mut chain = Chain::new(RATE, LatencyMode::Standard);
        let output = render(&mut chain, &[(0, busy), (2000, settings)], &input, &[512]);
        assert!((0..2).all(|channel| output[channel][5000..] == want[channel][5000..]));
        assert_ne!(output[0][1999], want[0][1999]);
    }
}

#[test]
fn the_latency_is_what_is_measured_and_depends_on_rate_and_mode_alone() {
    for mode in LatencyMode::ALL {
        for rate in RATES_HZ {
            let mut settings = Settings { latency_mode: *mode, ..Settings::default() };
            settings.input.gain_db = -6.0;
            settings.equalizer.bands[4].gain_db = 3.0;
            settings.limiter.ceiling_dbtp = -1.0;
            let mut chain = Chain::new(rate, *mode);
            let latency = chain.latency_samples();
            let num_frames = latency + 8000;
            let mut input = [vec![0.0; num_frames], vec![0.0; num_frames]];
            input[0][100] = 0.5;
            let output = render(&mut chain, &[(0, settings)], &input, &[512]);
            let peak = (0..num_frames).max_by(|a, b| output[0][*a].abs().total_cmp(&output[0][*b].abs()));
            assert_eq!(peak, Some(100 + latency), "{rate} {mode:?}");
            assert_eq!(chain.latency_samples(), latency);
            let limit_s = if *mode == LatencyMode::Tracking { 0.003 } else { 0.018 };
            if rate < 44_100.0 {
                // Filters of so many taps take longer at low rates.
                assert!(*mode == LatencyMode::Linear || latency as f64 <= 44_100.0 * limit_s, "{rate} {mode:?}");
            } else if *mode != LatencyMode::Linear {
                let test = format!("latency, {mode:?}, any rate").to_lowercase();
                figures::at_most("Chain", &test, 1000.0 * limit_s, "ms", 1000.0 * latency as f64 / rate);
            }
        }
    }
}

#[test]
fn toggles_do_not_click() {
    // Energy away from a 1 kHz tone of −6 dBFS while something is toggled twice.
    let tone: Vec<f32> = sine(1000.0, 0.5, 65_536, RATE).into_iter().map(|x| x as f32).collect();
    // Right is quieter, so that a swap is audible.
    let input = [tone.clone(), tone.iter().map(|x| 0.5 * x).collect()];
    let base = Settings::default();
    type Toggle = (&'static str, fn(&mut Settings));
    let toggles: [Toggle; 7] = [
        ("bypass", |s| s.bypass = true),
        ("invert", |s| s.input.invert_left = true),
        ("swap", |s| s.input.swap_channels = true),
        ("dc blocker", |s| s.input.dc_blocker = true),
        ("input", |s| s.input.enabled = false),
        ("equalizer", |s| s.equalizer.enabled = false),
        ("band", |s| s.equalizer.bands[4].enabled = false),
    ];
    for (name, toggle) in toggles {
        let mut before = base;
        before.input.gain_db = -6.0;
        before.equalizer.bands[4].gain_db = 6.0;
        let mut after = before;
        toggle(&mut after);
        let mut chain = Chain::new(RATE, LatencyMode::Standard);
        let output = render(&mut chain, &[(0, before), (30_000, after), (40_000, before)], &input, &[64]);
        // The figure of `dsp.md` section 10 is for the bypass; turning polarity over moves the tone twice as far.
        let around = if name == "bypass" { 950.0..1050.0 } else { 800.0..1200.0 };
        let click_dbfs = loudest_line_outside_db(&output[0], RATE, around);
        let test = if name == "bypass" { "bypass on a 1 kHz tone: click" } else { "toggles on a 1 kHz tone: click" };
        figures::at_most("Chain", test, -70.0, "dBFS", click_dbfs);
    }
}

#[test]
fn settings_are_formatted_parsed_and_snapped_consistently() {
    let mut ids: Vec<&str> = table().iter().map(|setting| setting.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), table().len());
    for setting in table() {
        let places = (0..=200).map(|idx| f64::from(idx) / 200.0);
        let values: Vec<f64> = match setting.kind {
            Kind::Number { min, max, .. } => places.map(|place| min + (max - min) * place).collect(),
            Kind::Toggle => vec![0.0, 1.0],
            Kind::Choice(names) => (0..names.len()).map(|idx| idx as f64).collect(),
        };
        for value in values {
            let snapped = setting.snap(value);
            assert_eq!(setting.snap(snapped), snapped, "{}", setting.id);
            // Through a host's f32 and back it is the same setting.
            assert_eq!(setting.snap(f64::from(snapped as f32)), snapped, "{}", setting.id);
            assert_eq!(setting.parse(&setting.format(snapped)), Ok(snapped), "{}", setting.id);
            let mut settings = Settings::default();
            setting.set(&mut settings, value);
            assert_eq!(setting.get(&settings), snapped, "{}", setting.id);
        }
        assert_eq!(setting.get(&Settings::default()), setting.snap(setting.default), "{}", setting.id);
    }
}

#[test]
fn one_sample_beyond_all_sound_mutes_nothing() {
    let input: [Vec<f32>; 2] = [1, 2].map(|seed| white_noise(seed, 0.1, 48_000).iter().map(|x| *x as f32).collect());
    let mut settings = Settings::default();
    settings.limiter.gain_db = 6.0;
    settings.limiter.ceiling_dbtp = -1.0;
    let clean = once(&settings, &input, RATE);
    for value in [f32::MAX, -3.4e38, 1e7, f32::NAN] {
        let mut broken = input.clone();
        broken[0][10_000] = value;
        let mut chain = Chain::new(RATE, settings.latency_mode);
        let output = render(&mut chain, &[(0, settings)], &broken, &[512]);
        assert_eq!(chain.activity().num_non_finite, 1);
        let energy = |audio: &[Vec<f32>; 2]| audio[0][11_000..].iter().map(|x| f64::from(x * x)).sum::<f64>();
        assert!((energy(&output) / energy(&clean) - 1.0).abs() < 0.01, "{value}");
    }
}
