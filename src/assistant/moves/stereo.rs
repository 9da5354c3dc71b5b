//! Width, balance and the bass's side: what the stereo stage mends.

use super::Remedy;
use crate::assistant::explain::{db_text, number_text};
use crate::assistant::findings::{Finding, FindingKind};
use crate::chain::{Settings, Stage};

/// Side over mid that a wide bass is brought to, dB: `dsp.md` section 8.3 gives it as the target below 120 Hz.
const BASS_AIM_DB: f64 = -12.0;

/// Takes the side of the lowest band down.
pub fn of_wide_bass(finding: &Finding, settings: &Settings) -> Vec<Remedy> {
    let width = settings.stereo.width_percent[0];
    let narrow = move |settings: &mut Settings, amount: f64| {
        settings.stereo.enabled = true;
        settings.stereo.width_percent[0] = (width * 10f64.powf(-amount / 20.0)).clamp(0.0, 200.0);
    };
    let remedy = Remedy::new("stereo.bass", Stage::Stereo, narrow);
    let title = move |amount: f64| format!("width below 120 Hz to {} %", (width * 10f64.powf(-amount / 20.0)).round());
    vec![remedy.amounts(finding.evidence.value - BASS_AIM_DB, 30.0, BASS_AIM_DB).titled(title)]
}

/// Brings 500 Hz and up to the near edge of width. Wider is taste.
pub fn of_width(finding: &Finding, settings: &Settings) -> Vec<Remedy> {
    let widths = settings.stereo.width_percent;
    let is_wide = finding.kind == FindingKind::TooWide;
    let [low, high] = finding.evidence.expected;
    let aim = if is_wide { high - 0.5 } else { low + 0.5 };
    let sign = if is_wide { -1.0 } else { 1.0 };
    let factor = move |amount: f64| 10f64.powf(sign * amount / 20.0);
    let turn = move |settings: &mut Settings, amount: f64| {
        settings.stereo.enabled = true;
        for (to, from) in settings.stereo.width_percent.iter_mut().zip(widths).skip(2) {
            *to = (from * factor(amount)).clamp(0.0, 200.0);
        }
    };
    let id = if is_wide { "stereo.narrower" } else { "stereo.wider" };
    let remedy = Remedy::new(id, Stage::Stereo, turn);
    let remedy = if is_wide { remedy } else { remedy.taste() };
    let title = move |amount: f64| format!("width above 500 Hz to {} %", (widths[2] * factor(amount)).round());
    vec![remedy.amounts((finding.evidence.value - aim).abs(), if is_wide { 9.0 } else { 5.0 }, aim).titled(title)]
}

/// Brings the middle back to the middle.
pub fn of_imbalance(finding: &Finding, settings: &Settings) -> Vec<Remedy> {
    let before = settings.stereo.balance_db;
    let sign = finding.evidence.value.signum();
    let turn = move |settings: &mut Settings, amount: f64| {
        settings.stereo.enabled = true;
        settings.stereo.balance_db = (before + sign * amount).clamp(-12.0, 12.0);
    };
    let remedy = Remedy::new("stereo.balance", Stage::Stereo, turn);
    let side = if sign > 0.0 { "right" } else { "left" };
    let title = move |amount: f64| format!("balance turned {} dB towards the {side}", number_text(amount));
    vec![remedy.amounts(finding.evidence.value.abs(), 12.0, 0.0).titled(title)]
}

/// Narrower where the channels work against each other; the cause stays in the mix.
pub fn of_phase(settings: &Settings) -> Vec<Remedy> {
    let widths = settings.stereo.width_percent;
    let turn = move |settings: &mut Settings, amount: f64| {
        settings.stereo.enabled = true;
        for (to, from) in settings.stereo.width_percent.iter_mut().zip(widths).take(3) {
            *to = (from * 10f64.powf(-amount / 20.0)).clamp(0.0, 200.0);
        }
    };
    let remedy = Remedy::new("stereo.phase", Stage::Stereo, turn).taste().mitigation();
    vec![remedy.amounts(3.0, 6.0, 0.05).titled(|amount| format!("side {} below 6 kHz", db_text(-amount)))]
}
