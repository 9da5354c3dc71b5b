//! What the brief asks for: character in small equal steps, so that more of a wish is always more of it.

use super::{Reason, Remedy, band, free_band, set_band};
use crate::analysis::Features;
use crate::assistant::Brief;
use crate::assistant::explain::db_text;
use crate::chain::settings::BandShape;
use crate::chain::{Settings, Stage};

/// Of one step, of three.
const BRIGHTER_DB: f64 = 0.7;
const FULLER_DB: f64 = 0.8;
const DENSER_DB: f64 = 1.0;
const WIDER_PERCENT: f64 = 6.0;

/// A remedy for each wish, with what is wished for in words.
pub fn of_brief(brief: &Brief, features: &Features, settings: &Settings) -> Vec<(Remedy, Reason)> {
    let mut wishes = Vec::new();
    let mut taken = *settings;
    let mut shelf = |id: &str, shape: BandShape, hz: f64, gain_db: f64| {
        let at = free_band(&taken, hz)?;
        let shelf = band(shape, hz, 0.7, gain_db);
        set_band(&mut taken, at, shelf);
        let turn = move |settings: &mut Settings, amount: f64| {
            let mut shelf = shelf;
            shelf.gain_db *= amount;
            set_band(settings, at, shelf);
        };
        let side = if shape == BandShape::HighShelf { "above 6 kHz" } else { "below 160 Hz" };
        let remedy = Remedy::new(id, Stage::Equalizer, turn).switch().taste();
        Some(remedy.titled(move |_| format!("{} {side}", db_text(gain_db))))
    };
    let wish = |steps: i8, words: [&'static str; 2]| Reason::Asked(words[usize::from(steps < 0)]);
    let character = brief.character;
    if character.brighter != 0 {
        let gain_db = f64::from(character.brighter) * BRIGHTER_DB;
        let remedy = shelf("equalizer.brighter", BandShape::HighShelf, 6000.0, gain_db);
        wishes.extend(remedy.map(|remedy| (remedy, wish(character.brighter, ["brighter", "darker"]))));
    }
    if character.fuller != 0 {
        let gain_db = f64::from(character.fuller) * FULLER_DB;
        let remedy = shelf("equalizer.fuller", BandShape::LowShelf, 160.0, gain_db);
        wishes.extend(remedy.map(|remedy| (remedy, wish(character.fuller, ["fuller", "leaner"]))));
    }
    if character.denser > 0 && !settings.glue.enabled {
        wishes.extend(denser(f64::from(character.denser), features).map(|remedy| (remedy, Reason::Asked("denser"))));
        if character.denser > 1 && !settings.colour.enabled {
            wishes.push((warmer(f64::from(character.denser)), Reason::Asked("denser")));
        }
    }
    if character.wider != 0 && features.num_channels == 2 && !features.are_channels_identical {
        let widths = settings.stereo.width_percent;
        let factor = 1.0 + f64::from(character.wider) * WIDER_PERCENT / 100.0;
        let turn = move |settings: &mut Settings, _: f64| {
            settings.stereo.enabled = true;
            for (to, from) in settings.stereo.width_percent.iter_mut().zip(widths).skip(1) {
                *to = (from * factor).clamp(0.0, 200.0);
            }
        };
        let title = move |_: f64| format!("width above 120 Hz to {} %", (widths[1] * factor).round());
        let remedy = Remedy::new("stereo.width", Stage::Stereo, turn).switch().taste().titled(title);
        wishes.push((remedy, wish(character.wider, ["wider", "narrower"])));
    }
    wishes
}

fn denser(steps: f64, features: &Features) -> Option<Remedy> {
    let loudest_lufs = features.levels.playback_short_term_lufs()?;
    let compress = move |settings: &mut Settings, _: f64| {
        settings.glue.enabled = true;
        settings.glue.ratio = 2.0;
        settings.glue.threshold_dbfs = (loudest_lufs - 2.0 * steps * DENSER_DB).clamp(-60.0, 0.0);
    };
    let remedy = Remedy::new("glue.denser", Stage::Glue, compress).switch().taste();
    Some(remedy.titled(move |_| format!("2:1, about {} on the loudest parts", db_text(-steps * DENSER_DB))))
}

fn warmer(steps: f64) -> Remedy {
    let drive_db = 2.0 * steps;
    let colour = move |settings: &mut Settings, _: f64| {
        settings.colour.enabled = true;
        settings.colour.drive_db = drive_db;
        settings.colour.mix_percent = 50.0;
    };
    let remedy = Remedy::new("colour.denser", Stage::Colour, colour).switch().taste();
    remedy.titled(move |_| format!("{} of drive, half mixed in", db_text(drive_db)))
}
