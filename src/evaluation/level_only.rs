//! The other side of the comparison: nothing but a limiter at −14 LUFS.

use crate::analysis::Features;
use crate::audio_file::AudioFile;
use crate::chain::Settings;

use super::sound::{amplified, hear, render};
use super::spectrum::Thirds;

const TARGET_LUFS: f64 = -14.0;
const CEILING_DBTP: f64 = -1.0;

/// The spectrum of a recording that was brought to −14 LUFS, its peaks limited.
pub fn thirds(audio: &AudioFile, features: &Features) -> Option<Thirds> {
    let gain_db = TARGET_LUFS - features.levels.playback_lufs?;
    let mut settings = Settings::default();
    settings.limiter.ceiling_dbtp = CEILING_DBTP;
    Some(Thirds::of(&hear(&render(&amplified(audio, gain_db), &settings))))
}
