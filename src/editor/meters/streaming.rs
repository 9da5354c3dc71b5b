//! What streaming platforms will do to the level of the master.

use egui::{Rect, Ui, pos2};

use crate::editor::pen::Pen;
use crate::editor::scene::Scene;
use crate::editor::theme::{SOFT, T1, T3, medium, regular};
use crate::editor::words;

use super::tell;

/// A platform: its name, the loudness that it plays at, whether it turns quiet songs up.
struct Platform {
    name: &'static str,
    target_lufs: f64,
    turns_up: bool,
}

const PLATFORMS: [Platform; 3] = [
    Platform { name: "Spotify", target_lufs: -14.0, turns_up: true },
    Platform { name: "Apple Music", target_lufs: -16.0, turns_up: true },
    Platform { name: "YouTube", target_lufs: -14.0, turns_up: false },
];
/// Where platforms stop turning up, dBTP.
const HEADROOM_DBTP: f64 = -1.0;
const ROW: f32 = 17.0;
/// Height of caption and rows.
pub const HEIGHT: f32 = 26.0 + ROW * PLATFORMS.len() as f32 + 10.0;

impl Platform {
    /// What it does to a master, dB.
    fn change_db(&self, integrated_lufs: f64, true_peak_dbtp: Option<f64>) -> f64 {
        let change_db = self.target_lufs - integrated_lufs;
        match (change_db > 0.0, self.turns_up) {
            (true, false) => 0.0,
            (true, true) => true_peak_dbtp.map_or(0.0, |peak| change_db.min((HEADROOM_DBTP - peak).max(0.0))),
            (false, _) => change_db,
        }
    }
}

/// Draws the rows from `top` down.
pub fn show(ui: &mut Ui, inner: Rect, top: f32, scene: &Scene) {
    let pen = Pen::of(ui);
    pen.horizontal(inner.left(), inner.right(), top, SOFT);
    pen.left(inner.left(), top + 17.0, "On streaming", regular(11.0), T3);
    let master = &scene.hearing.master;
    for (idx, platform) in PLATFORMS.iter().enumerate() {
        let baseline = top + 34.0 + idx as f32 * ROW;
        let change_db = master.integrated_lufs.map(|lufs| platform.change_db(lufs, master.true_peak_dbtp));
        let text = change_db.map_or_else(|| words::maybe(None), |db| format!("{} dB", shown(db)));
        let color = if change_db.is_some() { T1 } else { T3 };
        pen.left(inner.left(), baseline, platform.name, regular(12.0), T1);
        pen.right(inner.right(), baseline, text, medium(12.0), color);
        let rect = Rect::from_min_max(pos2(inner.left(), baseline - 12.5), pos2(inner.right(), baseline + 4.5));
        tell(ui, rect, platform.name, sentence(platform, change_db));
    }
}

/// All platforms in one sentence, for where there is no room for rows; none before there is a loudness.
pub fn in_words(scene: &Scene) -> Option<String> {
    let master = &scene.hearing.master;
    let lufs = master.integrated_lufs?;
    let say = |each: &Platform| format!("{} {} dB", each.name, shown(each.change_db(lufs, master.true_peak_dbtp)));
    Some(format!("On streaming: {}", PLATFORMS.each_ref().map(say).join(", ")))
}

fn shown(change_db: f64) -> String {
    if change_db.abs() < 0.05 { words::number(0.0) } else { words::signed(change_db) }
}

fn sentence(platform: &Platform, change_db: Option<f64>) -> String {
    let Platform { name, target_lufs, turns_up } = platform;
    let target = words::decimals(*target_lufs, 0);
    match change_db {
        None => format!("{name} plays at {target} LUFS; the master has no loudness yet"),
        Some(db) if db <= -0.05 => {
            format!("{name} turns this master down by {} dB, to {target} LUFS", words::number(-db))
        }
        Some(db) if db >= 0.05 => {
            format!("{name} turns this master up by {} dB, as far as its peaks let it", words::number(db))
        }
        Some(_) if *turns_up => format!("{name} plays this master as it is"),
        Some(_) => format!("{name} plays this master as it is; it turns nothing up"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_is_turned_down_and_quiet_up_to_its_peaks() {
        let [spotify, apple, youtube] = &PLATFORMS;
        assert!((spotify.change_db(-11.9, Some(-1.0)) + 2.1).abs() < 1e-9);
        assert!((apple.change_db(-11.9, Some(-1.0)) + 4.1).abs() < 1e-9);
        assert_eq!(youtube.change_db(-18.0, Some(-9.0)), 0.0);
        assert_eq!(spotify.change_db(-18.0, Some(-9.0)), 4.0);
        assert_eq!(spotify.change_db(-18.0, Some(-2.5)), 1.5);
        assert_eq!(spotify.change_db(-18.0, Some(-0.5)), 0.0);
    }
}
