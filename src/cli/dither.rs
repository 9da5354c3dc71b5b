//! Dither follows the output: wherever it has fewer bits than the samples need.

use anyhow::Result;

use super::args::Assignment;
use super::song::Song;
use crate::audio_file::WordLength;
use crate::chain::Settings;
use crate::chain::settings::DitherBits;

/// Sets the dither for an output of this word length, unless it was switched off by hand. Samples that went through a chain
/// which changes them need more bits than any integer has; others those that they use.
///
/// # Errors
/// If the song has to be rendered to know, and can no longer be read.
pub fn follow(settings: &mut Settings, song: &Song, word_length: WordLength, by_hand: &[Assignment]) -> Result<()> {
    let bits = match word_length {
        WordLength::Bits16 => DitherBits::Bits16,
        WordLength::Bits24 => DitherBits::Bits24,
        WordLength::Float32 => return Ok(()),
    };
    let is_set = |id: &str| by_hand.iter().any(|assignment| assignment.id == id);
    if !is_set("dither.enabled") && !settings.dither.enabled {
        settings.dither.enabled = song.used_bits.bits() > bits.bits() || is_changed(settings, song)?;
        if settings.dither.enabled && !is_set("dither.bits") {
            settings.dither.bits = bits;
        }
    }
    // Where a file asks for dither, no finer one than the output's.
    if !is_set("dither.bits") && (is_set("dither.enabled") || settings.dither.bits.bits() > bits.bits()) {
        settings.dither.bits = bits;
    }
    // A chain that is bypassed takes its dither along; an idle one sounds the same and does not.
    if settings.dither.enabled && is_bypassed(settings) {
        *settings = Settings { dither: settings.dither, ..idle(settings) };
    }
    Ok(())
}

fn idle(settings: &Settings) -> Settings {
    Settings { latency_mode: settings.latency_mode, ..Settings::default() }
}

fn is_bypassed(settings: &Settings) -> bool {
    settings.bypass || settings.amount_percent <= 0.0
}

fn is_changed(settings: &Settings, song: &Song) -> Result<bool> {
    let mut others = *settings;
    others.dither = Settings::default().dither;
    Ok(others != idle(settings) && song.is_changed_by(&others)?)
}

/// Bits that the samples of the output are dithered to; `None` where they are not.
pub fn dithered_bits(settings: &Settings) -> Option<u32> {
    let is_on = settings.dither.enabled && !is_bypassed(settings);
    is_on.then(|| settings.dither.bits.bits())
}

/// What is to be said about it; nothing where there is nothing to say.
pub fn note(settings: &Settings, word_length: WordLength) -> Option<String> {
    let bits = dithered_bits(settings)?;
    if word_length != WordLength::Float32 && bits > u32::from(word_length.bits()) {
        let output = word_length.bits();
        return Some(format!(
            "Dithered to {bits} bit as set, and cut to {output}; leave out --set dither.bits to dither those."
        ));
    }
    Some(format!("Dithered to {bits} bit; --set dither.enabled=off leaves that out."))
}
