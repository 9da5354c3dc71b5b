//! Every stage and the whole chain at every sample rate from 8 to 384 kHz: safe at both ends of every setting, and of use.

use discern::analysis::{Analyzer, LiveMeter, LiveSpectrumMeter, Scope};
use discern::assistant::findings::{FindingClass, FindingKind};
use discern::assistant::{Audio, Brief, Report, hear};
use discern::chain::settings::{BandChannel, BandShape, Choice, Kind, LatencyMode, MultibandSettings, Setting, table};
use discern::chain::{Chain, Settings};
use discern::dsp::sample_rate::SAMPLE_RATE_RANGE_HZ;
use discern::dsp::signals::{sine, white_noise};

use super::figures;

/// The ends of the range, what hosts offer, and two that nobody would think of.
pub const RATES_HZ: [f64; 14] = [
    8_000.0, 11_025.0, 12_000.0, 12_345.0, 16_000.0, 22_050.0, 32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0,
    176_400.0, 192_000.0, 384_000.0,
];

/// Runs `check` for every rate, side by side.
fn at_every_rate(check: impl Fn(f64) + Sync) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                // The longest first.
                while let Some(rate) =
                    RATES_HZ.iter().rev().nth(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
                {
                    check(*rate);
                }
            });
        }
    });
}

/// Every stage on, and as it is by default.
fn all_on(latency_mode: LatencyMode) -> Settings {
    let mut settings = Settings { latency_mode, ..Settings::default() };
    for setting in table().iter().filter(|setting| setting.kind == Kind::Toggle) {
        setting.set(&mut settings, f64::from(u8::from(setting.id != "bypass")));
    }
    settings.limiter.ceiling_dbtp = -1.0;
    settings
}

/// The ends of a setting's range, or all of its choices.
fn ends(setting: &Setting) -> Vec<f64> {
    match setting.kind {
        Kind::Number { min, max, .. } => vec![min, max],
        Kind::Toggle => vec![0.0, 1.0],
        Kind::Choice(names) => (0..names.len()).map(|idx| idx as f64).collect(),
    }
}

fn noise(amplitude: f64, num_frames: usize) -> [Vec<f32>; 2] {
    [1, 2].map(|seed| white_noise(seed, amplitude, num_frames).into_iter().map(|x| x as f32).collect())
}

/// Processes a copy, and holds it to what is always true of the output.
fn play(chain: &mut Chain, input: &[Vec<f32>; 2], settings: &Settings, what: &str) -> [Vec<f32>; 2] {
    let mut output = input.clone();
    let [left, right] = &mut output;
    chain.process(left, right);
    for sample in output.iter().flatten() {
        assert!(sample.is_finite(), "{what}: {sample}");
    }
    let is_limited = settings.limiter.enabled && settings.limiter.ceiling_dbtp <= 0.0 && !settings.bypass;
    if is_limited && settings.limiter.amount_percent > 0.0 && settings.amount_percent > 0.0 {
        let ceiling = 10f32.powf(settings.limiter.ceiling_dbtp as f32 / 20.0);
        let peak = output.iter().flatten().fold(0.0f32, |peak, x| peak.max(x.abs()));
        assert!(peak <= ceiling, "{what}: {peak} over {ceiling}");
    }
    output
}

#[test]
fn everything_at_once_at_either_end_is_safe() {
    at_every_rate(|rate| {
        for mode in LatencyMode::ALL {
            for round in 0..6 {
                let mut settings = all_on(*mode);
                for (idx, setting) in table().iter().enumerate().filter(|(_, setting)| setting.kind != Kind::Toggle) {
                    let ends = ends(setting);
                    let end = match round {
                        0 => 0,
                        1 => ends.len() - 1,
                        _ => (idx * 31 + round * 17 + idx / 7) % ends.len(),
                    };
                    setting.set(&mut settings, ends[end]);
                }
                settings.latency_mode = *mode;
                (settings.amount_percent, settings.limiter.amount_percent) = (100.0, 100.0);
                settings.limiter.ceiling_dbtp = settings.limiter.ceiling_dbtp.min(-0.1);
                let mut chain = Chain::new(rate, *mode);
                chain.set(&settings);
                let what = format!("{rate} Hz, {mode:?}, round {round}");
                let num_frames = (0.12 * rate) as usize + 2000;
                play(&mut chain, &noise(1.0, num_frames), &settings, &what);
                chain.reset();
                chain.set(&settings);
                play(&mut chain, &noise(8.0, 777), &settings, &what);
            }
        }
    });
}

#[test]
fn every_setting_goes_to_either_end_while_it_plays() {
    at_every_rate(|rate| {
        let modes = [LatencyMode::Standard, LatencyMode::Linear];
        // Every change makes a linear-phase design anew, which takes its time: all of them at the slow rates, and one in
        // seven at an ordinary rate and at the fastest.
        let is_sampled = [48_000.0, 384_000.0].contains(&rate);
        let is_linear_tried = rate < 20_000.0 || is_sampled;
        for mode in modes.into_iter().filter(|mode| *mode == LatencyMode::Standard || is_linear_tried) {
            let mut settings = all_on(mode);
            for band in &mut settings.equalizer.bands {
                (band.gain_db, band.range_db, band.threshold_db) = (1.5, -6.0, -40.0);
            }
            let mut chain = Chain::new(rate, mode);
            let input = noise(0.5, 320);
            let step = if mode == LatencyMode::Linear && is_sampled { 7 } else { 1 };
            for setting in table().iter().filter(|setting| setting.id != "latency_mode").step_by(step) {
                for value in ends(setting) {
                    let mut changed = settings;
                    setting.set(&mut changed, value);
                    chain.set(&changed);
                    // The ceiling glides, so that the old one may hold for a little.
                    let unheld = Settings { bypass: true, ..changed };
                    play(&mut chain, &input, &unheld, &format!("{rate} Hz, {mode:?}, {} = {value}", setting.id));
                }
            }
        }
    });
}

#[test]
fn neutral_is_a_delay_by_the_latency_that_it_tells() {
    at_every_rate(|rate| {
        for mode in LatencyMode::ALL {
            let mut chain = Chain::new(rate, *mode);
            let latency_samples = chain.latency_samples();
            let input = noise(0.9, latency_samples + 3000);
            let settings = Settings { latency_mode: *mode, ..Settings::default() };
            let output = play(&mut chain, &input, &settings, "neutral");
            for (output, input) in output.iter().zip(&input) {
                assert!(output[..latency_samples].iter().all(|x| *x == 0.0), "{rate} Hz, {mode:?}");
                assert!(output[latency_samples..] == input[..3000], "{rate} Hz, {mode:?}");
            }
            assert!(latency_samples as f64 / rate < 0.4, "{rate} Hz, {mode:?}: {latency_samples} samples");
        }
    });
    figures::holds("Chain", "neutral is a delay, bit for bit, 8 to 384 kHz, every latency mode", true);
}

/// Level of one frequency in the second half, dB of a full-scale sine.
fn level_db(samples: &[f32], frequency_hz: f64, rate: f64) -> f64 {
    let half = &samples[samples.len() / 2..];
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (n, x) in half.iter().enumerate() {
        let window = (std::f64::consts::PI * n as f64 / half.len() as f64).sin().powi(2);
        let phase = std::f64::consts::TAU * frequency_hz * n as f64 / rate;
        (re, im, sum) =
            (re + window * f64::from(*x) * phase.cos(), im + window * f64::from(*x) * phase.sin(), sum + window);
    }
    20.0 * (2.0 * (re * re + im * im).sqrt() / sum).log10()
}

/// What settings do to a 1 kHz tone of this level, dB.
fn gain_db(rate: f64, settings: &Settings, level: f64) -> f64 {
    let mut chain = Chain::new(rate, settings.latency_mode);
    chain.set(settings);
    let tone: Vec<f32> = sine(1000.0, level, (0.6 * rate) as usize + 2 * chain.latency_samples(), rate)
        .into_iter()
        .map(|x| x as f32)
        .collect();
    let output = play(&mut chain, &[tone.clone(), tone.clone()], settings, "tone");
    level_db(&output[0], 1000.0, rate) - level_db(&tone, 1000.0, rate)
}

/// Nothing is on.
fn all_off(latency_mode: LatencyMode) -> Settings {
    let mut settings = Settings { latency_mode, ..Settings::default() };
    for setting in table().iter().filter(|setting| setting.id.ends_with(".enabled")) {
        if setting.band().is_none() {
            setting.set(&mut settings, 0.0);
        }
    }
    settings
}

#[test]
fn a_bell_has_its_gain_and_what_lies_above_half_the_rate_does_nothing_below() {
    at_every_rate(|rate| {
        for mode in LatencyMode::ALL {
            let mut settings = all_off(*mode);
            settings.equalizer.enabled = true;
            let band = &mut settings.equalizer.bands[3];
            (band.enabled, band.shape, band.frequency_hz, band.gain_db, band.q) =
                (true, BandShape::Bell, 1000.0, 6.0, 1.0);
            let gain = gain_db(rate, &settings, 0.1);
            assert!((gain - 6.0).abs() < 0.1, "{rate} Hz, {mode:?}: {gain} dB");
            settings.equalizer.bands[3].frequency_hz = 20_000.0;
            settings.equalizer.bands[3].q = 8.0;
            let gain = gain_db(rate, &settings, 0.1);
            assert!(gain.abs() < 0.3, "{rate} Hz, {mode:?}: a bell at 20 kHz does {gain} dB at 1 kHz");
            settings.equalizer.bands[3].shape = BandShape::LowCut;
            settings.equalizer.bands[3].frequency_hz = 2000.0;
            let gain = gain_db(rate, &settings, 0.1);
            assert!(gain < -8.0, "{rate} Hz, {mode:?}: {gain} dB");
        }
    });
}

#[test]
fn dynamics_work() {
    at_every_rate(|rate| {
        let mut glue = all_off(LatencyMode::Standard);
        (glue.glue.enabled, glue.glue.threshold_dbfs, glue.glue.ratio) = (true, -30.0, 4.0);
        let gain = gain_db(rate, &glue, 0.5);
        assert!((-24.0..-3.0).contains(&gain), "{rate} Hz: glue {gain} dB");

        let mut multiband = all_off(LatencyMode::Standard);
        multiband.multiband.enabled = true;
        let MultibandSettings { bands, .. } = &mut multiband.multiband;
        for band in bands {
            (band.enabled, band.threshold_dbfs, band.ratio, band.range_db) = (true, -40.0, 4.0, 12.0);
        }
        let gain = gain_db(rate, &multiband, 0.5);
        assert!((-15.0..-3.0).contains(&gain), "{rate} Hz: multiband {gain} dB");

        for mode in LatencyMode::ALL {
            let mut limiter = all_off(*mode);
            limiter.limiter.enabled = true;
            (limiter.limiter.gain_db, limiter.limiter.ceiling_dbtp) = (12.0, -1.0);
            let gain = gain_db(rate, &limiter, 0.7079);
            assert!((1.2..=2.2).contains(&gain), "{rate} Hz, {mode:?}: limiter {gain} dB");
            if *mode == LatencyMode::Tracking {
                continue;
            }
            let mut clipper = all_off(*mode);
            (clipper.clipper.enabled, clipper.clipper.ceiling_dbfs) = (true, -6.0);
            let gain = gain_db(rate, &clipper, 0.9);
            assert!((-5.0..-2.0).contains(&gain), "{rate} Hz, {mode:?}: clipper {gain} dB");
        }
    });
}

#[test]
fn a_resonance_is_tamed() {
    at_every_rate(|rate| {
        // Noise with a resonance of +14 dB and Q 20 at 1 kHz: a bell of the equalizer makes it.
        let mut ring = all_off(LatencyMode::Standard);
        ring.equalizer.enabled = true;
        let band = &mut ring.equalizer.bands[3];
        (band.enabled, band.shape, band.frequency_hz, band.gain_db, band.q) =
            (true, BandShape::Bell, 1000.0, 14.0, 20.0);
        let mut chain = Chain::new(rate, LatencyMode::Standard);
        chain.set(&ring);
        let ringing = play(&mut chain, &noise(0.1, (2.0 * rate) as usize), &ring, "noise");
        let mut tamed = all_off(LatencyMode::Standard);
        tamed.resonance.enabled = true;
        tamed.resonance.depth_db = 12.0;
        let mut chain = Chain::new(rate, LatencyMode::Standard);
        chain.set(&tamed);
        let mut deepest = 0.0f64;
        let [mut left, mut right] = ringing;
        for (left, right) in left.chunks_mut(512).zip(right.chunks_mut(512)) {
            chain.process(left, right);
            deepest = deepest.max(chain.activity().resonance_cut_db);
        }
        let place = |hz: f64| {
            (0..64)
                .min_by_key(|idx| ((discern::chain::resonance::curve_frequency_hz(*idx) / hz).ln().abs() * 1e6) as u64)
        };
        let curve = chain.activity().resonance_cuts_db;
        let around = place(1000.0).map_or(0.0, |at| curve[at - 1..=at + 1].iter().fold(0.0f32, |a, b| a.max(*b)));
        println!("{rate} Hz: {deepest:.1} dB at most, {around:.1} dB at the end");
        assert!(deepest > 5.0 && around > 3.0, "{rate} Hz: {deepest} dB, {around} dB");
    });
}

#[test]
fn the_range_is_the_one_that_is_tried() {
    assert_eq!((*SAMPLE_RATE_RANGE_HZ.start(), *SAMPLE_RATE_RANGE_HZ.end()), (RATES_HZ[0], RATES_HZ[13]));
}

/// The demo mix at another rate.
fn demo_mix_at(rate: f64) -> [Vec<f32>; 2] {
    let mix = crate::support::demo_mix();
    let own = f64::from(mix.sample_rate_hz);
    [mix.left(), mix.right()].map(|channel| discern::dsp::resample::resample(channel, own, rate))
}

#[test]
fn a_song_is_heard_and_judged_at_either_end() {
    let own = f64::from(crate::support::demo_mix().sample_rate_hz);
    let heard = [8000.0, 16_000.0, own, 384_000.0].map(|rate| {
        let [left, right] = demo_mix_at(rate);
        let mut analyzer = Analyzer::new(rate, 2);
        for (left, right) in left.chunks(4096).zip(right.chunks(4096)) {
            analyzer.process(left, right);
        }
        analyzer.finish();
        let features = analyzer.features();
        let report =
            hear(&features, &Brief::default(), &Settings::default(), Audio::Song { left: &left, right: &right });
        let kinds: Vec<_> = report.moves.iter().map(|each| each.id.clone()).collect();
        println!("{rate} Hz: {:?}, {} thirds, {kinds:?}", features.levels, features.spectrum.frequencies_hz.len());
        println!("   {}", report.verdict.sentence);
        (rate, features, report)
    });
    let (_, own_features, own_report) = &heard[2];
    for (rate, features, report) in &heard {
        let [lufs, own_lufs] = [features, own_features].map(|each| each.levels.integrated_lufs.expect("music"));
        assert!((lufs - own_lufs).abs() < if *rate < own { 3.0 } else { 0.2 }, "{rate} Hz: {lufs} LUFS");
        let thirds = &features.spectrum;
        assert!(
            thirds.frequencies_hz.iter().all(|hz| hz * 1.12 <= rate / 2.0),
            "{rate} Hz: {:?}",
            thirds.frequencies_hz
        );
        for (idx, hz) in
            thirds.frequencies_hz.iter().enumerate().filter(|(_, hz)| (40.0..0.3 * rate.min(own)).contains(*hz))
        {
            let [here, there] = [thirds, &own_features.spectrum].map(|each| each.mid_db[idx].expect("music"));
            // A bass note at the edge of a band: frames are of 0.5 to 0.75 s, as powers of two fall.
            let bar_db = if *hz < 200.0 { 2.0 } else { 1.0 };
            assert!((here - there).abs() < bar_db, "{rate} Hz: {here} dB at {hz} Hz, {there} at its own rate");
        }
        // What a rate cannot carry is not there; it is no fault of the mix.
        let is_dull = |report: &Report| {
            report.findings.iter().any(|each| each.kind == FindingKind::Dull && each.class != FindingClass::None)
        };
        assert_eq!(is_dull(report), is_dull(own_report), "{rate} Hz");
        assert_eq!(report.verdict.kind, own_report.verdict.kind, "{rate} Hz: {}", report.verdict.sentence);
    }
}

#[test]
fn everything_that_listens_does_so_at_every_rate() {
    at_every_rate(|rate| {
        for num_channels in [1, 2] {
            let [left, right] = noise(0.5, (2.2 * rate) as usize);
            let (mut song, mut live) = (Analyzer::new(rate, num_channels), LiveMeter::new(rate, num_channels));
            let (mut spectra, mut scope) = (LiveSpectrumMeter::new(rate), Scope::new(rate));
            for (left, right) in left.chunks(777).zip(right.chunks(777)) {
                song.process(left, right);
                live.process(left, right);
                spectra.process([left, right], [left, right]);
                scope.process(left, right);
            }
            song.finish();
            let features = song.features();
            assert!(features.spectrum.frequencies_hz.iter().all(|hz| hz * 1.12 <= rate / 2.0), "{rate} Hz");
            assert!(features.levels.max_momentary_lufs.is_some_and(f64::is_finite), "{rate} Hz");
        }
    });
}

#[test]
fn curves_are_finite_beyond_half_the_rate() {
    for rate in RATES_HZ {
        let mut settings = all_on(LatencyMode::Standard);
        for (band, shape) in settings.equalizer.bands.iter_mut().zip(BandShape::ALL.iter().cycle()) {
            (band.enabled, band.shape, band.frequency_hz, band.gain_db) = (true, *shape, 20_000.0, 9.0);
        }
        settings.multiband.crossover_hz = [500.0, 9000.0, 20_000.0];
        for hz in [10.0, 1000.0, 3999.0, 4000.0, 8000.0, 20_000.0, 30_000.0] {
            let equalizer = discern::chain::equalizer::response_db(&settings.equalizer, BandChannel::Stereo, hz, rate);
            let gains_db = [3.0, -3.0, 6.0, -6.0];
            let multiband =
                discern::chain::multiband::response_db(&gains_db, settings.multiband.crossover_hz, &[hz], rate);
            assert!(equalizer.is_finite() && multiband[0].is_finite(), "{rate} Hz at {hz} Hz");
        }
    }
}
