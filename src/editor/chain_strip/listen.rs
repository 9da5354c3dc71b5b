//! Solo and Delta of one stage: two buttons on its tile, while it is pointed at or has the focus.

use egui::{Id, Rect, Response, Ui, pos2, vec2};

use crate::chain::Stage;
use crate::chain::monitor::{MonitorState, Source};
use crate::editor::compare_bar;
use crate::editor::scene::Scene;
use crate::editor::session::Session;
use crate::editor::widgets::{Button, Kind, push};

/// Height of the buttons: the least that is hit well.
const HEIGHT: f32 = 22.0;

/// Where a tile remembers the ids of its buttons: of the last frame in which it had them.
fn remembered(tile: &Response) -> Id {
    tile.id.with("listen")
}

/// Whether a tile shows its buttons. `power` is the tile's other control: going backwards, the focus comes from there.
pub fn is_shown(ui: &Ui, tile: &Response, power: Id) -> bool {
    // What is dragged over the strip means something else.
    let is_pointed_at = ui.rect_contains_pointer(tile.rect) && ui.ctx().dragged_id().is_none();
    let buttons: Option<[Id; 2]> = ui.data(|data| data.get_temp(remembered(tile)));
    let focused = ui.memory(|memory| memory.focused());
    let is_inside = |id: Id| id == tile.id || id == power || buttons.is_some_and(|ids| ids.contains(&id));
    // Tab takes the focus from the tile before it gives it to the next control: that must be there to get it.
    is_pointed_at || tile.lost_focus() || focused.is_some_and(is_inside)
}

/// Draws the buttons over the lower part of the tile.
pub fn show(ui: &mut Ui, tile: &Response, stage: Stage, (session, scene): (&Session, &Scene)) {
    let is_alone = scene.monitor.solo == Some(stage);
    let is_delta = scene.monitor.source == Source::Delta;
    let (solo, delta) = (format!("Solo {}", stage.name()), format!("Delta {}", stage.name()));
    let buttons = [
        (
            Button::new("Solo", Kind::Flat)
                .named(&solo, "Hears what this stage alone makes of the mix, matched. Again for the whole chain.")
                .on(is_alone && !is_delta),
            Source::Master,
        ),
        (
            Button::new("Delta", Kind::Flat)
                .named(&delta, "Hears only what this stage alone changes of the mix. Again for the whole chain.")
                .on(is_alone && is_delta),
            Source::Delta,
        ),
    ];
    let place = tile.rect.shrink2(vec2(6.0, 0.0));
    let width = (place.width() - 4.0) / 2.0;
    let ids = buttons.map(|(button, source)| {
        let left = if source == Source::Delta { place.right() - width } else { place.left() };
        let rect = Rect::from_min_size(pos2(left, place.bottom() - HEIGHT - 2.0), vec2(width, HEIGHT));
        let response = push(ui, rect, button.sized(11.0));
        if response.clicked() {
            toggle(session, scene, (stage, source), button.is_on == Some(true));
        }
        response.id
    });
    ui.data_mut(|data| data.insert_temp(remembered(tile), ids));
}

/// One stage by itself or against the mix; or, where that is heard, the whole chain again.
fn toggle(session: &Session, scene: &Scene, (stage, source): (Stage, Source), is_on: bool) {
    if is_on || scene.monitor.solo != Some(stage) {
        compare_bar::toggle_solo(session, scene, stage);
    }
    if !is_on {
        let state = session.end.monitor_state();
        session.end.set_monitor_state(MonitorState { source, is_comparing: true, hear: None, ..state });
    }
}
