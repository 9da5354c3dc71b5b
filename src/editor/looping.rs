//! A kept part of the song, round and round, while the host's transport stands.

use egui::{Id, Ui};

use crate::assistant::Move;
use crate::bridge::Request;
use crate::chain::monitor::MonitorState;

use super::scene::Scene;
use super::session::Session;

/// How long it is said that there is nothing to loop, seconds.
const SAID_S: f64 = 4.0;

/// Where in the song what a move rests on was found, seconds.
pub fn place_of(proposed: &Move) -> Option<(f64, f64)> {
    proposed.evidence.first().map(|evidence| (evidence.from_s, evidence.to_s))
}

/// What is looped now, seconds: nothing while the host plays.
pub fn place(scene: &Scene) -> Option<(f64, f64)> {
    scene.hearing.looped_s.filter(|_| scene.monitor.is_looping && !scene.is_playing)
}

/// The kept part that has a place in it, seconds; the loudest one without a place.
pub fn kept(scene: &Scene, place: Option<(f64, f64)>) -> Option<(f64, f64)> {
    match place {
        Some(place) => scene.hearing.kept_part(place),
        None => scene.hearing.kept_s.first().copied(),
    }
}

/// Why a place cannot be looped, if it cannot.
pub fn refusal(scene: &Scene, place: Option<(f64, f64)>) -> Option<&'static str> {
    match kept(scene, place) {
        Some(_) => None,
        None if scene.hearing.kept_s.is_empty() => Some("Nothing of the song is kept. Listen to it to loop a part."),
        None => Some("This part was not kept. Listen again to loop it."),
    }
}

/// Has the part chosen that was kept of a place, or else the loudest.
pub fn choose(session: &Session, scene: &Scene, place: Option<(f64, f64)>) {
    if let Some(part) = kept(scene, place).or_else(|| kept(scene, None)) {
        session.end.request(Request::ChooseExcerpt(part));
    }
}

/// Loops what was kept there, or ends it.
pub fn toggle(ui: &Ui, session: &Session, scene: &Scene, place: Option<(f64, f64)>) {
    if scene.monitor.is_looping {
        session.end.set_monitor_state(MonitorState { is_looping: false, ..scene.monitor });
    } else {
        begin(ui, session, scene, place);
    }
}

/// Loops what was kept there, or says that nothing was.
pub fn begin(ui: &Ui, session: &Session, scene: &Scene, place: Option<(f64, f64)>) {
    if let Some(why) = refusal(scene, place) {
        let until_s = ui.input(|input| input.time) + SAID_S;
        ui.data_mut(|data| data.insert_temp(said_id(), (until_s, why)));
        return;
    }
    choose(session, scene, place);
    session.end.set_monitor_state(MonitorState { is_looping: true, ..scene.monitor });
}

/// What is still to be said of a part that could not be looped.
pub fn said(ui: &Ui) -> Option<String> {
    let (until_s, why): (f64, &'static str) = ui.data(|data| data.get_temp(said_id()))?;
    let left_s = until_s - ui.input(|input| input.time);
    if left_s <= 0.0 {
        return None;
    }
    ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left_s));
    Some(why.to_owned())
}

fn said_id() -> Id {
    Id::unique("no loop")
}
