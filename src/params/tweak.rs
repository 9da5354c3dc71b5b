//! The amount of a move: how much of its differences is set.

use std::collections::BTreeMap;

use crate::assistant::Move;
use crate::chain::settings::{Kind, Setting, find};

/// A move as it was proposed, percent.
pub const FULL_PERCENT: f64 = 100.0;
/// The most of a move, percent.
pub const MAX_PERCENT: f64 = 150.0;
/// A hand-made change this close to what a move asks for, as a share of the difference, has done it.
const MET_SHARE: f64 = 0.1;
/// The same for what the ear hears as ratios: a twelfth of an octave.
const MET_RATIO: f64 = 1.0595;

/// Whether a setting says how much is done. Places, times and thresholds say where and when: they are as proposed at
/// any amount.
pub fn is_scaled(setting: &Setting) -> bool {
    let is_amount = matches!(setting.unit, "dB" | "%" | ":1" | "°") && !setting.id.contains("threshold");
    is_amount && matches!(setting.kind, Kind::Number { .. })
}

/// What a move sets at an amount: `before` says what a setting is without the move.
pub fn settings_at(
    proposed: &Move,
    percent: f64,
    before: impl Fn(&Setting) -> f64,
) -> impl Iterator<Item = (&'static Setting, f64)> {
    proposed.settings.iter().filter_map(move |(id, value)| {
        let setting = find(id)?;
        let value = if percent != FULL_PERCENT && is_scaled(setting) {
            let is_woken = is_woken(proposed, setting, &before);
            let from = neutral(setting).filter(|_| is_woken).unwrap_or_else(|| before(setting));
            from + percent / 100.0 * (value - from)
        } else {
            *value
        };
        Some((setting, setting.snap(value)))
    })
}

/// Whether a move turns on what a setting belongs to: its value from before did nothing.
fn is_woken(proposed: &Move, setting: &Setting, before: impl Fn(&Setting) -> f64) -> bool {
    proposed.settings.iter().filter(|(_, value)| *value >= 0.5).filter_map(|(id, _)| find(id)).any(|switch| {
        let governs = match switch.id.rsplit_once('.') {
            Some((owner, "enabled")) => setting.id.strip_prefix(owner).is_some_and(|rest| rest.starts_with('.')),
            Some((owner, "dynamic")) => setting.id.strip_prefix(owner) == Some(".range_db"),
            _ => false,
        };
        governs && before(switch) < 0.5
    })
}

/// The value at which a setting does nothing, where there is one.
fn neutral(setting: &Setting) -> Option<f64> {
    match setting.unit {
        "dB" | "°" => Some(0.0),
        ":1" => Some(1.0),
        _ => None,
    }
}

/// Whether settings that were moved by hand do what the move asks for, or nearly.
pub fn is_met(proposed: &Move, before: &BTreeMap<String, f64>, now: impl Fn(&Setting) -> f64) -> bool {
    settings_at(proposed, FULL_PERCENT, &now).all(|(setting, wanted)| {
        let (was, now) = (before.get(&setting.id).copied().unwrap_or(setting.default), now(setting));
        match setting.kind {
            Kind::Number { is_log: true, .. } => (now / wanted).max(wanted / now) <= MET_RATIO,
            Kind::Number { step, .. } => (now - wanted).abs() <= (MET_SHARE * (wanted - was).abs()).max(step),
            Kind::Toggle | Kind::Choice(_) => now == wanted,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::MoveClass;
    use crate::chain::{Settings, Stage};

    fn cut() -> Move {
        Move {
            id: "equalizer.mud".to_owned(),
            stage: Stage::Equalizer,
            class: MoveClass::Needed,
            title: String::new(),
            sentence: String::new(),
            confidence: 0.9,
            withdraw_if: String::new(),
            settings: [("frequency_hz", 240.0), ("gain_db", -2.0), ("q", 0.8), ("enabled", 1.0)]
                .map(|(name, value)| (format!("equalizer.band_3.{name}"), value))
                .to_vec(),
            evidence: Vec::new(),
            effect: Vec::new(),
            cost: Vec::new(),
            finding: None,
            is_mitigation: false,
        }
    }

    #[test]
    fn the_amount_scales_how_much_and_leaves_where() {
        let settings = Settings::default();
        let at = |percent: f64| -> BTreeMap<String, f64> {
            settings_at(&cut(), percent, |setting| setting.get(&settings))
                .map(|(setting, value)| (setting.id.clone(), value))
                .collect()
        };
        assert_eq!(at(100.0)["equalizer.band_3.gain_db"], -2.0);
        assert_eq!(at(60.0)["equalizer.band_3.gain_db"], -1.2);
        assert_eq!(at(150.0)["equalizer.band_3.gain_db"], -3.0);
        assert_eq!(at(60.0)["equalizer.band_3.frequency_hz"], 240.0);
        assert_eq!(at(60.0)["equalizer.band_3.q"], 0.8);
        assert_eq!(at(0.0)["equalizer.band_3.gain_db"], 0.0);
    }

    #[test]
    fn what_a_move_turns_on_grows_from_nothing() {
        let wake = |settings: &[(&str, f64)]| Move {
            settings: settings.iter().map(|(id, value)| ((*id).to_owned(), *value)).collect(),
            ..cut()
        };
        let half = |proposed: &Move, settings: &Settings, id: &str| {
            let mut all = settings_at(proposed, 50.0, |setting| setting.get(settings));
            all.find(|(setting, _)| setting.id == id).expect("is set").1
        };
        let mut settings = Settings::default();
        let resonance = wake(&[("resonance.enabled", 1.0), ("resonance.depth_db", 3.0)]);
        assert_eq!(half(&resonance, &settings, "resonance.depth_db"), 1.5);
        settings.resonance.enabled = true;
        assert_eq!(half(&resonance, &settings, "resonance.depth_db"), 4.5);
        let dynamic = wake(&[("equalizer.band_4.dynamic", 1.0), ("equalizer.band_4.range_db", -2.5)]);
        assert_eq!(half(&dynamic, &settings, "equalizer.band_4.range_db"), -1.25);
    }

    #[test]
    fn a_hand_that_comes_near_has_done_it() {
        let mut settings = Settings::default();
        let before: BTreeMap<String, f64> = BTreeMap::from([("equalizer.band_3.gain_db".to_owned(), 0.0)]);
        let is_met = |settings: &Settings| super::is_met(&cut(), &before, |setting| setting.get(settings));
        let band = &mut settings.equalizer.bands[2];
        (band.frequency_hz, band.q, band.gain_db) = (245.0, 0.82, -1.85);
        assert!(is_met(&settings));
        settings.equalizer.bands[2].gain_db = -1.5;
        assert!(!is_met(&settings));
    }
}
