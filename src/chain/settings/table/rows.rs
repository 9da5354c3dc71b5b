//! The rows of the table of settings, stage by stage.

use super::{Builder, DB, HZ, MS, PERCENT, Span};
use crate::chain::settings::{
    BandChannel, BandShape, Choice, CutSlope, Detector, Direction, DitherBits, LatencyMode, LimiterStyle, NUM_BANDS,
    NUM_SPLITS, NoiseShaping, Settings,
};

const AMOUNT: (f64, f64) = (0.0, 200.0);
const SHARE: (f64, f64) = (0.0, 100.0);
const MAKEUP: (f64, f64) = (-12.0, 12.0);
const AUDIBLE_HZ: (f64, f64) = (20.0, 20_000.0);

macro_rules! number {
    ($($field:tt)+) => {
        (|s: &Settings, _i: usize| s.$($field)+, |s: &mut Settings, _i: usize, v: f64| s.$($field)+ = v)
    };
}
macro_rules! toggle {
    ($($field:tt)+) => {
        (|s: &Settings, _i: usize| f64::from(u8::from(s.$($field)+)), |s: &mut Settings, _i: usize, v: f64| s.$($field)+ = v >= 0.5)
    };
}
macro_rules! choice {
    ($($field:tt)+) => {
        (|s: &Settings, _i: usize| s.$($field)+.index() as f64, |s: &mut Settings, _i: usize, v: f64| s.$($field)+ = Choice::from_index(v as usize))
    };
}
// A field of the i-th of several: of an array, or of the items of one.
macro_rules! each {
    (number $array:ident . $list:ident) => {
        (|s: &Settings, i: usize| s.$array.$list[i], |s: &mut Settings, i: usize, v: f64| s.$array.$list[i] = v)
    };
    (number $array:ident . $list:ident . $field:ident) => {
        (
            |s: &Settings, i: usize| s.$array.$list[i].$field,
            |s: &mut Settings, i: usize, v: f64| s.$array.$list[i].$field = v,
        )
    };
    (toggle $array:ident . $list:ident . $field:ident) => {
        (
            |s: &Settings, i: usize| f64::from(u8::from(s.$array.$list[i].$field)),
            |s: &mut Settings, i: usize, v: f64| s.$array.$list[i].$field = v >= 0.5,
        )
    };
    (choice $array:ident . $list:ident . $field:ident) => {
        (
            |s: &Settings, i: usize| s.$array.$list[i].$field.index() as f64,
            |s: &mut Settings, i: usize, v: f64| s.$array.$list[i].$field = Choice::from_index(v as usize),
        )
    };
}
impl Builder {
    pub fn chain(&mut self) {
        self.choice("latency_mode", "Latency mode", LatencyMode::NAMES, choice!(latency_mode));
        self.toggle("bypass", "Bypass", toggle!(bypass));
        self.number("chain.amount_percent", "Chain amount", "%", Span(AMOUNT, PERCENT), number!(amount_percent));
    }

    pub fn input(&mut self) {
        self.group = "Input";
        self.toggle("input.enabled", "On", toggle!(input.enabled));
        self.number("input.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(input.amount_percent));
        self.number("input.gain_db", "Gain", "dB", Span((-24.0, 24.0), DB), number!(input.gain_db));
        self.toggle("input.invert_left", "Invert left", toggle!(input.invert_left));
        self.toggle("input.invert_right", "Invert right", toggle!(input.invert_right));
        self.toggle("input.dc_blocker", "DC blocker", toggle!(input.dc_blocker));
        self.toggle("input.swap_channels", "Swap channels", toggle!(input.swap_channels));
    }

    pub fn equalizer(&mut self) {
        self.group = "EQ";
        self.toggle("equalizer.enabled", "On", toggle!(equalizer.enabled));
        self.number(
            "equalizer.amount_percent",
            "Amount",
            "%",
            Span(AMOUNT, PERCENT),
            number!(equalizer.amount_percent),
        );
        self.number("equalizer.makeup_db", "Make-up", "dB", Span(MAKEUP, DB), number!(equalizer.makeup_db));
        self.toggle("equalizer.auto_makeup", "Automatic make-up", toggle!(equalizer.auto_makeup));
        for band_idx in 0..NUM_BANDS {
            self.band_idx = band_idx;
            let id = |parameter: &str| format!("equalizer.band_{}.{parameter}", band_idx + 1);
            let name = |parameter: &str| format!("Band {} {parameter}", band_idx + 1);
            self.toggle(&id("enabled"), &name("on"), each!(toggle equalizer.bands.enabled));
            self.choice(&id("shape"), &name("shape"), BandShape::NAMES, each!(choice equalizer.bands.shape));
            self.ratio(
                &id("frequency_hz"),
                &name("frequency"),
                "Hz",
                Span((10.0, 20_000.0), (0.1, 1)),
                each!(number equalizer.bands.frequency_hz),
            );
            self.number(
                &id("gain_db"),
                &name("gain"),
                "dB",
                Span((-18.0, 18.0), DB),
                each!(number equalizer.bands.gain_db),
            );
            self.ratio(&id("q"), &name("Q"), "", Span((0.1, 30.0), (0.001, 3)), each!(number equalizer.bands.q));
            self.choice(
                &id("slope_db_per_octave"),
                &name("slope"),
                CutSlope::NAMES,
                each!(choice equalizer.bands.slope),
            );
            self.choice(&id("channel"), &name("channel"), BandChannel::NAMES, each!(choice equalizer.bands.channel));
            self.toggle(&id("dynamic"), &name("dynamic"), each!(toggle equalizer.bands.dynamic));
            let span = Span((-40.0, 20.0), (0.1, 1));
            self.number(
                &id("threshold_db"),
                &name("threshold"),
                "dB",
                span,
                each!(number equalizer.bands.threshold_db),
            );
            let span = Span((-18.0, 18.0), DB);
            self.number(&id("range_db"), &name("range"), "dB", span, each!(number equalizer.bands.range_db));
            let span = Span((1.0, 500.0), (0.1, 1));
            self.ratio(&id("attack_ms"), &name("attack"), "ms", span, each!(number equalizer.bands.attack_ms));
            let span = Span((10.0, 2000.0), (1.0, 0));
            self.ratio(&id("release_ms"), &name("release"), "ms", span, each!(number equalizer.bands.release_ms));
        }
        self.band_idx = 0;
    }

    pub fn resonance(&mut self) {
        self.group = "Resonance";
        self.toggle("resonance.enabled", "On", toggle!(resonance.enabled));
        self.number(
            "resonance.amount_percent",
            "Amount",
            "%",
            Span(AMOUNT, PERCENT),
            number!(resonance.amount_percent),
        );
        self.number("resonance.depth_db", "Depth", "dB", Span((0.0, 12.0), DB), number!(resonance.depth_db));
        self.number(
            "resonance.threshold_db",
            "Threshold",
            "dB",
            Span((2.0, 12.0), DB),
            number!(resonance.threshold_db),
        );
        let span = Span((0.0, 100.0), PERCENT);
        self.number("resonance.sharpness_percent", "Sharpness", "%", span, number!(resonance.sharpness_percent));
        self.ratio("resonance.low_hz", "Low limit", "Hz", Span(AUDIBLE_HZ, HZ), number!(resonance.low_hz));
        self.ratio("resonance.high_hz", "High limit", "Hz", Span(AUDIBLE_HZ, HZ), number!(resonance.high_hz));
        self.ratio("resonance.attack_ms", "Attack", "ms", Span((2.0, 50.0), MS), number!(resonance.attack_ms));
        self.ratio(
            "resonance.release_ms",
            "Release",
            "ms",
            Span((20.0, 500.0), (1.0, 0)),
            number!(resonance.release_ms),
        );
    }

    pub fn multiband(&mut self) {
        self.group = "Multiband";
        self.toggle("multiband.enabled", "On", toggle!(multiband.enabled));
        self.number(
            "multiband.amount_percent",
            "Amount",
            "%",
            Span(AMOUNT, PERCENT),
            number!(multiband.amount_percent),
        );
        for idx in 0..NUM_SPLITS - 1 {
            self.band_idx = idx;
            let (id, name) = (format!("multiband.crossover_{}_hz", idx + 1), format!("Crossover {}", idx + 1));
            self.ratio(&id, &name, "Hz", Span(AUDIBLE_HZ, HZ), each!(number multiband.crossover_hz));
        }
        self.band_idx = 0;
        self.number(
            "multiband.link_percent",
            "Stereo link",
            "%",
            Span(SHARE, PERCENT),
            number!(multiband.link_percent),
        );
        for idx in 0..NUM_SPLITS {
            self.band_idx = idx;
            let id = |parameter: &str| format!("multiband.band_{}.{parameter}", idx + 1);
            let name = |parameter: &str| format!("Band {} {parameter}", idx + 1);
            self.toggle(&id("enabled"), &name("on"), each!(toggle multiband.bands.enabled));
            let names = Direction::NAMES;
            self.choice(&id("direction"), &name("direction"), names, each!(choice multiband.bands.direction));
            let span = Span((-60.0, 0.0), (0.1, 1));
            self.number(
                &id("threshold_dbfs"),
                &name("threshold"),
                "dBFS",
                span,
                each!(number multiband.bands.threshold_dbfs),
            );
            self.ratio(&id("ratio"), &name("ratio"), ":1", Span((1.0, 20.0), DB), each!(number multiband.bands.ratio));
            self.number(
                &id("knee_db"),
                &name("knee"),
                "dB",
                Span((0.0, 24.0), DB),
                each!(number multiband.bands.knee_db),
            );
            self.ratio(
                &id("attack_ms"),
                &name("attack"),
                "ms",
                Span((0.5, 200.0), MS),
                each!(number multiband.bands.attack_ms),
            );
            let span = Span((10.0, 2000.0), (1.0, 0));
            self.ratio(&id("release_ms"), &name("release"), "ms", span, each!(number multiband.bands.release_ms));
            self.number(
                &id("range_db"),
                &name("range"),
                "dB",
                Span((0.0, 18.0), DB),
                each!(number multiband.bands.range_db),
            );
            self.number(
                &id("makeup_db"),
                &name("make-up"),
                "dB",
                Span(MAKEUP, DB),
                each!(number multiband.bands.makeup_db),
            );
        }
        self.band_idx = 0;
    }

    pub fn glue(&mut self) {
        self.group = "Glue";
        self.toggle("glue.enabled", "On", toggle!(glue.enabled));
        self.number("glue.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(glue.amount_percent));
        let span = Span((-60.0, 0.0), (0.1, 1));
        self.number("glue.threshold_dbfs", "Threshold", "dBFS", span, number!(glue.threshold_dbfs));
        self.ratio("glue.ratio", "Ratio", ":1", Span((1.0, 20.0), DB), number!(glue.ratio));
        self.number("glue.knee_db", "Knee", "dB", Span((0.0, 24.0), DB), number!(glue.knee_db));
        self.ratio("glue.attack_ms", "Attack", "ms", Span((0.1, 200.0), MS), number!(glue.attack_ms));
        self.ratio("glue.release_ms", "Release", "ms", Span((10.0, 2000.0), (1.0, 0)), number!(glue.release_ms));
        self.toggle("glue.auto_release", "Automatic release", toggle!(glue.auto_release));
        self.choice("glue.detector", "Detector", Detector::NAMES, choice!(glue.detector));
        let span = Span((20.0, 500.0), HZ);
        self.ratio(
            "glue.sidechain_highpass_hz",
            "Side-chain high-pass",
            "Hz",
            span,
            number!(glue.sidechain_highpass_hz),
        );
        self.number("glue.link_percent", "Stereo link", "%", Span(SHARE, PERCENT), number!(glue.link_percent));
        self.number("glue.mix_percent", "Mix", "%", Span(SHARE, PERCENT), number!(glue.mix_percent));
        self.number("glue.makeup_db", "Make-up", "dB", Span(MAKEUP, DB), number!(glue.makeup_db));
        self.toggle("glue.auto_makeup", "Automatic make-up", toggle!(glue.auto_makeup));
    }

    pub fn colour(&mut self) {
        self.group = "Colour";
        self.toggle("colour.enabled", "On", toggle!(colour.enabled));
        self.number("colour.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(colour.amount_percent));
        self.number("colour.drive_db", "Drive", "dB", Span((0.0, 24.0), DB), number!(colour.drive_db));
        let span = Span(SHARE, PERCENT);
        self.number("colour.character_percent", "Character", "%", span, number!(colour.character_percent));
        self.number("colour.mix_percent", "Mix", "%", Span(SHARE, PERCENT), number!(colour.mix_percent));
        self.number("colour.makeup_db", "Make-up", "dB", Span(MAKEUP, DB), number!(colour.makeup_db));
    }

    pub fn stereo(&mut self) {
        self.group = "Stereo";
        self.toggle("stereo.enabled", "On", toggle!(stereo.enabled));
        self.number("stereo.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(stereo.amount_percent));
        for idx in 0..NUM_SPLITS - 1 {
            self.band_idx = idx;
            let (id, name) = (format!("stereo.crossover_{}_hz", idx + 1), format!("Crossover {}", idx + 1));
            self.ratio(&id, &name, "Hz", Span(AUDIBLE_HZ, HZ), each!(number stereo.crossover_hz));
        }
        self.band_idx = 0;
        self.toggle("stereo.mono_bass", "Mono bass", toggle!(stereo.mono_bass));
        self.ratio(
            "stereo.mono_bass_hz",
            "Mono bass corner",
            "Hz",
            Span((20.0, 500.0), HZ),
            number!(stereo.mono_bass_hz),
        );
        self.number("stereo.balance_db", "Balance", "dB", Span((-12.0, 12.0), DB), number!(stereo.balance_db));
        self.number(
            "stereo.rotation_deg",
            "Rotation",
            "°",
            Span((-45.0, 45.0), (0.1, 1)),
            number!(stereo.rotation_deg),
        );
        for idx in 0..NUM_SPLITS {
            self.band_idx = idx;
            let (id, name) = (format!("stereo.band_{}.width_percent", idx + 1), format!("Band {} width", idx + 1));
            self.number(&id, &name, "%", Span(AMOUNT, PERCENT), each!(number stereo.width_percent));
        }
        self.band_idx = 0;
    }

    pub fn clipper(&mut self) {
        self.group = "Clipper";
        self.toggle("clipper.enabled", "On", toggle!(clipper.enabled));
        self.number("clipper.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(clipper.amount_percent));
        self.number("clipper.gain_db", "Gain", "dB", Span((-12.0, 12.0), DB), number!(clipper.gain_db));
        self.number("clipper.ceiling_dbfs", "Ceiling", "dBFS", Span((-12.0, 0.0), DB), number!(clipper.ceiling_dbfs));
        self.number("clipper.knee_db", "Knee", "dB", Span((0.0, 6.0), DB), number!(clipper.knee_db));
    }

    pub fn limiter(&mut self) {
        self.group = "Limiter";
        self.toggle("limiter.enabled", "On", toggle!(limiter.enabled));
        self.number("limiter.amount_percent", "Amount", "%", Span(AMOUNT, PERCENT), number!(limiter.amount_percent));
        self.number("limiter.gain_db", "Gain", "dB", Span((-24.0, 24.0), DB), number!(limiter.gain_db));
        self.number("limiter.ceiling_dbtp", "Ceiling", "dBTP", Span((-24.0, 0.1), DB), number!(limiter.ceiling_dbtp));
        self.choice("limiter.style", "Style", LimiterStyle::NAMES, choice!(limiter.style));
    }

    pub fn dither(&mut self) {
        self.group = "Dither";
        self.toggle("dither.enabled", "On", toggle!(dither.enabled));
        self.choice("dither.bits", "Word length", DitherBits::NAMES, choice!(dither.bits));
        let names = NoiseShaping::NAMES;
        self.choice("dither.noise_shaping", "Noise shaping", names, choice!(dither.noise_shaping));
    }
}
