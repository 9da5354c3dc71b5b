//! What a fresh instance starts with: nothing happens until something is set, and what is switched on does something.

use super::*;

impl Default for Settings {
    fn default() -> Self {
        Self {
            latency_mode: LatencyMode::Standard,
            bypass: false,
            amount_percent: 100.0,
            input: InputSettings::default(),
            equalizer: EqualizerSettings::default(),
            resonance: ResonanceSettings::default(),
            multiband: MultibandSettings::default(),
            glue: GlueSettings::default(),
            colour: ColourSettings::default(),
            stereo: StereoSettings::default(),
            clipper: ClipperSettings::default(),
            limiter: LimiterSettings::default(),
            dither: DitherSettings::default(),
        }
    }
}

impl Default for InputSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            amount_percent: 100.0,
            gain_db: 0.0,
            invert_left: false,
            invert_right: false,
            dc_blocker: false,
            swap_channels: false,
        }
    }
}

impl Default for EqualizerSettings {
    fn default() -> Self {
        const FREQUENCIES_HZ: [f64; NUM_BANDS] = [30.0, 80.0, 200.0, 500.0, 1200.0, 3000.0, 7000.0, 14_000.0];
        let band = |frequency_hz| BandSettings {
            enabled: true,
            shape: BandShape::Bell,
            frequency_hz,
            gain_db: 0.0,
            q: 0.7,
            slope: CutSlope::Db12,
            channel: BandChannel::Stereo,
            dynamic: false,
            threshold_db: -12.0,
            range_db: -3.0,
            attack_ms: 20.0,
            release_ms: 200.0,
        };
        Self {
            enabled: true,
            amount_percent: 100.0,
            makeup_db: 0.0,
            auto_makeup: false,
            bands: FREQUENCIES_HZ.map(band),
        }
    }
}

impl Default for ResonanceSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            amount_percent: 100.0,
            depth_db: 6.0,
            threshold_db: 6.0,
            sharpness_percent: 50.0,
            low_hz: 100.0,
            high_hz: 16_000.0,
            attack_ms: 10.0,
            release_ms: 100.0,
        }
    }
}

impl Default for MultibandSettings {
    fn default() -> Self {
        // From low to high: slower below, where a period is long; faster above, where esses are short.
        let band = |threshold_dbfs, attack_ms, release_ms| DynamicsSettings {
            enabled: true,
            direction: Direction::Down,
            threshold_dbfs,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms,
            release_ms,
            range_db: 6.0,
            makeup_db: 0.0,
        };
        Self {
            enabled: false,
            amount_percent: 100.0,
            crossover_hz: [120.0, 1000.0, 6000.0],
            link_percent: 100.0,
            bands: [
                band(-14.0, 50.0, 300.0),
                band(-16.0, 30.0, 200.0),
                band(-20.0, 20.0, 150.0),
                band(-26.0, 10.0, 100.0),
            ],
        }
    }
}

impl Default for GlueSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            amount_percent: 100.0,
            threshold_dbfs: -16.0,
            ratio: 2.0,
            knee_db: 6.0,
            attack_ms: 30.0,
            release_ms: 100.0,
            auto_release: true,
            detector: Detector::Rms,
            sidechain_highpass_hz: 90.0,
            link_percent: 100.0,
            mix_percent: 100.0,
            makeup_db: 0.0,
            auto_makeup: false,
        }
    }
}

impl Default for ColourSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            amount_percent: 100.0,
            drive_db: 6.0,
            character_percent: 50.0,
            mix_percent: 100.0,
            makeup_db: 0.0,
        }
    }
}

impl Default for StereoSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            amount_percent: 100.0,
            crossover_hz: [120.0, 500.0, 6000.0],
            width_percent: [100.0; NUM_SPLITS],
            mono_bass: false,
            mono_bass_hz: 120.0,
            balance_db: 0.0,
            rotation_deg: 0.0,
        }
    }
}

impl Default for ClipperSettings {
    fn default() -> Self {
        Self { enabled: false, amount_percent: 100.0, gain_db: 0.0, ceiling_dbfs: -1.0, knee_db: 2.0 }
    }
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self { enabled: true, amount_percent: 100.0, gain_db: 0.0, ceiling_dbtp: 0.1, style: LimiterStyle::Clean }
    }
}

impl Default for DitherSettings {
    fn default() -> Self {
        Self { enabled: false, bits: DitherBits::Bits24, noise_shaping: NoiseShaping::Flat }
    }
}
