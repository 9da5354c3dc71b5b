//! Did the level land where it was to? Where only parts of a song were rendered when it was solved for, the whole may lie
//! elsewhere; then the gain is corrected and the song rendered again.

use super::args::Assignment;
use crate::analysis::{LoudnessMeter, Programme};
use crate::assistant::{LANDING_TOLERANCE_LU, Move, Report, is_loudness, relevelled};
use crate::audio_file::Format;
use crate::chain::Settings;
use crate::chain::settings::find;
use crate::dsp::units::db_from_power;

/// Loudness of a recording as it streams by.
pub struct Loudness {
    meter: LoudnessMeter,
    programme: Programme,
}

impl Loudness {
    /// For recordings of this format.
    pub fn new(format: &Format) -> Self {
        let meter = LoudnessMeter::new(f64::from(format.sample_rate_hz), &[1.0, 1.0][..format.num_channels]);
        Self { meter, programme: Programme::default() }
    }

    /// The next frames, one slice per channel.
    pub fn process(&mut self, channels: &[&[f32]]) {
        let programme = &mut self.programme;
        self.meter.process(channels, |powers| programme.push(&powers));
    }

    /// Integrated loudness, LUFS; `None` if nothing passed the gates.
    pub fn integrated_lufs(&self) -> Option<f64> {
        self.programme.integrated_lufs()
    }
}

/// The gain that lands a song on its target, corrected by what was rendered.
pub struct Landing {
    target_lufs: f64,
    /// Loudness as it is judged beyond that of the file, LU.
    playback_lu: f64,
    /// Gain and loudness of what was rendered so far.
    tried: Vec<(f64, f64)>,
}

/// Times a song is rendered at most.
const MAX_RENDERINGS: usize = 4;
/// The setting that lands.
const GAIN: &str = "limiter.gain_db";

impl Landing {
    /// Where a level is to land that was accepted and that nothing set by hand overrules.
    pub fn new(report: &Report, accepted: &[&Move], by_hand: &[Assignment]) -> Option<Self> {
        let level = accepted.iter().find(|each| each.id == "limiter.level")?;
        let is_overruled = by_hand.iter().any(|each| !each.id.starts_with("dither.") && each.id != "latency_mode");
        // The louder one replaces it, and what falls short on purpose is not to be pushed.
        let is_replaced = accepted.iter().any(|each| each.id == "limiter.louder");
        let promised = level.effect.iter().find(|change| is_loudness(change.metric))?;
        // What is promised as mono plays, from two loudspeakers, is 3 LU more than the file measures.
        let playback_lu = if promised.metric == "playback_lufs" { db_from_power(2.0) } else { 0.0 };
        let target_lufs = report.brief.target_lufs()?;
        let is_met = (promised.after - target_lufs).abs() <= LANDING_TOLERANCE_LU;
        (is_met && !is_overruled && !is_replaced).then_some(Self { target_lufs, playback_lu, tried: Vec::new() })
    }

    /// Takes what was rendered with these settings; the settings to render with instead if that is off its target.
    pub fn corrected(&mut self, settings: &Settings, loudness_lufs: Option<f64>) -> Option<Settings> {
        let (loudness_lufs, gain) = (loudness_lufs? + self.playback_lu, find(GAIN)?);
        let error_lu = self.target_lufs - loudness_lufs;
        self.tried.push((gain.get(settings), loudness_lufs));
        if error_lu.abs() <= LANDING_TOLERANCE_LU || self.tried.len() >= MAX_RENDERINGS {
            return None;
        }
        // Louder by 1 LU per dB where nothing is limited, by less where the limiter works.
        let slope = match self.tried[..] {
            [.., (gain_0, lufs_0), (gain_1, lufs_1)] if gain_1 != gain_0 => (lufs_1 - lufs_0) / (gain_1 - gain_0),
            _ => 1.0,
        };
        let mut next = *settings;
        gain.set(&mut next, gain.get(settings) + error_lu / slope.clamp(0.1, 1.5));
        (gain.get(&next) != gain.get(settings)).then_some(next)
    }

    /// The report with the gain that was used in the end.
    pub fn noted(&self, report: Report) -> Report {
        match self.tried[..] {
            [_, .., (gain_db, loudness_lufs)] => relevelled(report, gain_db, loudness_lufs),
            _ => report,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gain_is_corrected_until_it_lands() {
        // A song whose limiter gives back half of every decibel.
        let measured = |settings: &Settings| Some(-20.0 + 0.5 * settings.limiter.gain_db);
        let mut landing = Landing { target_lufs: -16.0, playback_lu: 0.0, tried: Vec::new() };
        let mut settings = Settings::default();
        settings.limiter.gain_db = 4.0;
        while let Some(next) = landing.corrected(&settings, measured(&settings)) {
            settings = next;
        }
        assert!((measured(&settings).unwrap() + 16.0).abs() <= LANDING_TOLERANCE_LU, "{:?}", landing.tried);
        assert_eq!(landing.tried.len(), 3);
        assert_eq!(landing.tried.last().map(|tried| tried.0), Some(settings.limiter.gain_db));

        let mut landing = Landing { target_lufs: -16.0, playback_lu: 0.0, tried: Vec::new() };
        assert!(landing.corrected(&settings, Some(-16.2)).is_none(), "near enough");
        assert!(landing.corrected(&settings, None).is_none(), "silence lands nowhere");
        let mut landing = Landing { target_lufs: -16.0, playback_lu: 0.0, tried: Vec::new() };
        let mut num_renderings = 1;
        while let Some(next) = landing.corrected(&settings, Some(-30.0)) {
            settings = next;
            num_renderings += 1;
        }
        assert!(num_renderings <= MAX_RENDERINGS, "it ends where nothing helps");
    }
}
