//! *Match*: writes the make-up that takes back what a stage was measured to do to loudness.

use egui::{Rect, Ui};

use crate::chain::Stage;
use crate::chain::makeup_match::{makeup_id, matched_makeup_db};

use super::chain_strip::is_on;
use super::scene::Scene;
use super::session::Session;
use super::widgets::{Button, Kind, push};
use super::words;

/// Draws the button; it can be pressed once 3 s of music were measured with the present settings.
pub fn show(ui: &mut Ui, rect: Rect, (session, scene): (&Session, &Scene), stage: Stage, label: &str) {
    let Some(id) = makeup_id(stage) else { return };
    let measured = scene.stage_loudness.filter(|measured| measured.stage == stage);
    let seconds_left = measured.map_or(3.0, |measured| measured.seconds_left);
    let difference_lu = measured.and_then(|measured| measured.difference_lu).filter(|_| seconds_left == 0.0);
    let wanted_db = difference_lu.and_then(|difference| matched_makeup_db(&scene.settings, stage, difference));
    let name = format!("Match {} make-up", stage.name());
    let help = match (difference_lu, wanted_db) {
        _ if !is_on(stage, scene) => format!("{} is off: there is nothing to match.", stage.name()),
        (Some(difference), Some(_)) => format!(
            "Sets make-up so that {} leaves loudness as it is. It measured {} LU over the last 10 s.",
            stage.name(),
            words::signed(difference)
        ),
        (Some(_), None) => "Make-up alone cannot bring the loudness back at this amount and mix.".to_owned(),
        (None, _) => format!(
            "Match needs 3 s of music with the present settings: {} s to go.",
            words::decimals(seconds_left.ceil(), 0)
        ),
    };
    let is_enabled = wanted_db.is_some() && is_on(stage, scene);
    let button = Button::new(label, Kind::Neutral).named(&name, &help).enabled(is_enabled);
    if push(ui, rect, button).clicked()
        && let Some(makeup_db) = wanted_db
    {
        session.set_once(id, makeup_db);
    }
}
