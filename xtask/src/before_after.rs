//! `cargo xtask before-after`: what a chain does to songs, in figures, both sides at one loudness.

use std::path::Path;

use anyhow::{Context, Result, bail};
use discern::analysis::Features;
use discern::audio_file::{self, AudioFile};
use discern::chain::Settings;
use discern::dsp::crossover::{BandSplitter, NUM_BANDS};
use discern::evaluation::{hear, render};
use discern::report::{Preset, find_preset, presets, read_settings};
use wide::f64x2;

const CROSSOVERS_HZ: [f64; 3] = [120.0, 1000.0, 6000.0];
/// Crest factors are means over windows of this length, of those that are no pause.
const WINDOW_S: f64 = 0.4;
const PAUSE_DBFS: f64 = -60.0;
/// Differences of the spectrum below this are not worth a line, dB.
const WORTH_DB: f64 = 0.05;

/// Measures: `SONG... [--settings PRESET|FILE]...`; every preset if none is named.
///
/// # Errors
/// If a file cannot be read or a preset is not known.
pub fn run(args: &[String]) -> Result<()> {
    let (mut songs, mut chains) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--settings" {
            let name = args.next().context("--settings wants a preset or a file")?;
            chains.push((name.clone(), settings_of(name)?));
        } else {
            songs.push(arg);
        }
    }
    if songs.is_empty() {
        bail!("usage: cargo xtask before-after SONG... [--settings PRESET|FILE]...");
    }
    if chains.is_empty() {
        let named = |preset: &Preset| (preset.key.to_owned(), preset.settings);
        chains = presets().iter().map(named).collect();
    }
    for song in songs {
        let mix = audio_file::read(Path::new(song))?;
        println!("{song}");
        let before = Figures::of(&mix);
        println!("  {:<20} {}", "mix", before.levels());
        for (name, settings) in &chains {
            let after = Figures::of(&render(&mix, settings));
            println!("  {name:<20} {}", after.levels());
            println!("  {:<20} {}", "", after.against(&before));
        }
    }
    Ok(())
}

fn settings_of(name: &str) -> Result<Settings> {
    if let Some(preset) = find_preset(name) {
        return Ok(preset.settings);
    }
    let text = std::fs::read_to_string(name).with_context(|| format!("{name} is neither a preset nor a file"))?;
    read_settings(&text).with_context(|| name.to_owned())
}

struct Figures {
    features: Features,
    crest_db: [f64; NUM_BANDS],
}

impl Figures {
    fn of(song: &AudioFile) -> Self {
        Self { features: hear(song), crest_db: crest_db(song) }
    }

    fn levels(&self) -> String {
        let levels = &self.features.levels;
        let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        let crest: Vec<String> = self.crest_db.iter().map(|crest_db| format!("{crest_db:.1}")).collect();
        format!(
            "{} LUFS, LRA {}, {} dBTP, PLR {}; side/mid {} dB; crest of low, low mid, high mid, high {}",
            number(levels.integrated_lufs),
            number(levels.loudness_range_lu),
            number(levels.true_peak_dbtp),
            number(levels.plr_db),
            number(self.features.stereo.side_to_mid_db),
            crest.join(" ")
        )
    }

    /// Differences of the third-octave spectrum of mid and side, at equal integrated loudness.
    fn against(&self, before: &Self) -> String {
        let gain_db =
            self.features.levels.integrated_lufs.unwrap_or(0.0) - before.features.levels.integrated_lufs.unwrap_or(0.0);
        let (new, old) = (&self.features.spectrum, &before.features.spectrum);
        let line = |name: &str, new: &[Option<f64>], old: &[Option<f64>]| {
            let differences = new.iter().zip(old).zip(&self.features.spectrum.frequencies_hz);
            let shown: Vec<String> = differences
                .filter_map(|((new, old), hz)| Some((*hz, (*new)? - (*old)? - gain_db)))
                .filter(|(_, db)| db.abs() >= WORTH_DB)
                .map(|(hz, db)| format!("{hz:.0}:{db:+.1}"))
                .collect();
            format!("{name} {}", if shown.is_empty() { "unchanged".to_owned() } else { shown.join(" ") })
        };
        format!("{}; {}", line("mid", &new.mid_db, &old.mid_db), line("side", &new.side_db, &old.side_db))
    }
}

/// Peak over RMS per band of both channels, mean over windows in decibels.
fn crest_db(song: &AudioFile) -> [f64; NUM_BANDS] {
    let rate = f64::from(song.sample_rate_hz);
    let mut splitter = BandSplitter::new(rate);
    splitter.set(CROSSOVERS_HZ, 1.5);
    let window = (WINDOW_S * rate) as usize;
    let (mut sums, mut counts) = ([0.0; NUM_BANDS], [0usize; NUM_BANDS]);
    let (mut peaks, mut powers) = ([0.0f64; NUM_BANDS], [0.0; NUM_BANDS]);
    for (n, (left, right)) in song.left().iter().zip(song.right()).enumerate() {
        let bands = splitter.process(f64x2::from([f64::from(*left), f64::from(*right)]));
        for (idx, band) in bands.into_iter().enumerate() {
            let [l, r] = band.to_array();
            peaks[idx] = peaks[idx].max(l.abs()).max(r.abs());
            powers[idx] += 0.5 * (l * l + r * r);
        }
        if (n + 1) % window == 0 {
            for idx in 0..NUM_BANDS {
                let power_db = 10.0 * (powers[idx] / window as f64).log10();
                if power_db > PAUSE_DBFS {
                    sums[idx] += 20.0 * peaks[idx].log10() - power_db;
                    counts[idx] += 1;
                }
            }
            (peaks, powers) = ([0.0; NUM_BANDS], [0.0; NUM_BANDS]);
        }
    }
    std::array::from_fn(|idx| sums[idx] / counts[idx].max(1) as f64)
}
