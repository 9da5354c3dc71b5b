//! A kept part of the song, round and round, while the host's transport stands.

use crate::assistant::Move;
use crate::bridge::Request;
use crate::chain::monitor::MonitorState;

use super::scene::Scene;
use super::session::Session;

/// Where in the song what a move rests on was found, seconds.
pub fn place_of(proposed: &Move) -> Option<(f64, f64)> {
    proposed.evidence.first().map(|evidence| (evidence.from_s, evidence.to_s))
}

/// What is looped now, seconds: nothing while the host plays.
pub fn place(scene: &Scene) -> Option<(f64, f64)> {
    scene.hearing.looped_s.filter(|_| scene.monitor.is_looping && !scene.is_playing)
}

/// Has the part chosen that was kept nearest to a place; the loudest of the song without one.
pub fn choose(session: &Session, scene: &Scene, place: Option<(f64, f64)>) {
    let loudest = || {
        let louder = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0);
        let blocks = scene.hearing.blocks.iter().map(|block| (block.power(), block.start_s));
        blocks.max_by(louder).map(|(_, start_s)| (start_s, start_s))
    };
    if let Some(place) = place.or_else(loudest) {
        session.end.request(Request::ChooseExcerpt(place));
    }
}

/// Loops what was kept there, or ends it.
pub fn toggle(session: &Session, scene: &Scene, place: Option<(f64, f64)>) {
    if scene.monitor.is_looping {
        session.end.set_monitor_state(MonitorState { is_looping: false, ..scene.monitor });
    } else {
        begin(session, scene, place);
    }
}

/// Loops what was kept there, if anything was.
pub fn begin(session: &Session, scene: &Scene, place: Option<(f64, f64)>) {
    if scene.hearing.has_excerpts {
        choose(session, scene, place);
        session.end.set_monitor_state(MonitorState { is_looping: true, ..scene.monitor });
    }
}
