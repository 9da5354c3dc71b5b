//! *Hear*: the master with one move that waits, against the master without it, matched.

use crate::assistant::{Move, is_loudness};
use crate::chain::monitor::{Change, MonitorState, Source};

use super::compare_bar;
use super::looping;
use super::scene::Scene;
use super::session::Session;
use crate::params::MoveState;

/// Number of the move that is heard.
pub fn heard_number(scene: &Scene) -> Option<usize> {
    let heard = scene.heard.as_ref()?;
    scene.moves().find(|(_, each)| each.id == *heard).map(|(number, _)| number)
}

/// Whether this move is heard.
pub fn is_heard(scene: &Scene, proposed: &Move) -> bool {
    scene.heard.as_ref() == Some(&proposed.id)
}

/// Hears a move that waits, or ends it.
pub fn toggle(session: &Session, scene: &Scene, proposed: &Move) {
    if is_heard(scene, proposed) {
        compare_bar::leave(session);
        return;
    }
    let Some(hear) = change(scene, proposed).filter(|_| scene.state_of(proposed) == MoveState::Open) else { return };
    session.set_heard(Some(&proposed.id));
    // While the transport stands, a part of the song that was kept is what it is heard on.
    let is_looping = scene.monitor.is_looping || (!scene.is_playing && looping::kept(scene, None).is_some());
    if is_looping && !scene.monitor.is_looping {
        looping::choose(session, scene, looping::place_of(proposed));
    }
    session.end.set_monitor_state(MonitorState {
        is_looping,
        source: Source::Master,
        is_comparing: true,
        predicted_difference_lu: predicted(scene, proposed),
        solo: None,
        hear: Some(hear),
        ..scene.monitor
    });
}

/// Keeps what is heard in step with the move: its amount may change, and one that is decided is no longer heard.
pub fn follow(session: &Session, scene: &Scene) {
    if scene.monitor.hear.is_none() {
        return;
    }
    let heard = scene.open_moves().map(|(_, each)| each).find(|each| is_heard(scene, each));
    match heard.map(|each| change(scene, each)) {
        None => compare_bar::leave(session),
        Some(hear) if hear != scene.monitor.hear => {
            session.end.set_monitor_state(MonitorState { hear, ..scene.monitor });
        }
        Some(_) => {}
    }
}

fn change(scene: &Scene, proposed: &Move) -> Option<Change> {
    Change::new(scene.settings_of(proposed).map(|(setting, value)| (setting.id.as_str(), value)))
}

/// What the move does to loudness as rendered, LU; in proportion where its amount is another.
fn predicted(scene: &Scene, proposed: &Move) -> Option<f64> {
    let (effect, cost) = scene.outcome(proposed);
    let rendered = effect.iter().chain(&cost).find(|change| is_loudness(change.metric))?;
    Some((rendered.after - rendered.before) * scene.amount(proposed) / 100.0)
}
