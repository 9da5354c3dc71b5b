//! References in the brief: which records the song is to be like, and which of them is heard.

use egui::{Rect, ScrollArea, Sense, Ui, pos2, vec2};

use crate::bridge::{ReferenceState, Request};
use crate::chain::monitor::Source;
use crate::params::{KeptReference, MAX_REFERENCES};

use super::compare_bar;
use super::file_chooser::FileChooser;
use super::icons::Icon;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, REDUCTION, T1, T2, T3, medium, regular};
use super::widgets::{Button, Kind, describe, push};
use super::words;

const ROW: f32 = 28.0;
/// Rows in sight; more are scrolled to.
const NUM_ROWS: usize = 3;
/// A name is drawn with so many letters at most: the whole path is in the status line.
const NUM_LETTERS: usize = 26;

/// The list, and the button that adds to it.
pub fn show(ui: &mut Ui, width: f32, session: &Session, scene: &Scene, chooser: &mut FileChooser) {
    if !scene.references.is_empty() {
        let height = ROW * scene.references.len().min(NUM_ROWS) as f32;
        ScrollArea::vertical().id_salt("references").max_height(height).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for kept in &scene.references {
                ui.push_id(&kept.path, |ui| row(ui, width, session, scene, kept));
            }
        });
    }
    let (area, _) = ui.allocate_exact_size(vec2(width, 32.0), Sense::hover());
    let add = Button::new("Add a reference", Kind::Line)
        .named("Add a reference", "A finished record that this song is to be like: its tone, width and density.")
        .enabled(scene.references.len() < MAX_REFERENCES);
    if push(ui, Rect::from_min_max(area.min + vec2(0.0, 5.0), area.max), add).clicked() {
        // Where another one lies that is known to be there; a path that a state brought is not looked at.
        let beside = chosen(scene).and_then(|kept| kept.path.parent());
        chooser.open(beside);
    }
}

/// Hears a reference, matched; or the master again where it is heard.
pub fn toggle(session: &Session, scene: &Scene) {
    if scene.monitor.source == Source::Reference {
        compare_bar::hear(session, scene, Source::Master);
        return;
    }
    if chosen(scene).is_none()
        && let Some(first) = scene.references.iter().find(|kept| !is_failed(scene, kept))
    {
        session.end.request(Request::ChooseReference(first.path.clone()));
    }
    if scene.references.iter().any(|kept| !is_failed(scene, kept)) {
        compare_bar::hear(session, scene, Source::Reference);
    }
}

fn is_failed(scene: &Scene, kept: &KeptReference) -> bool {
    matches!(state(scene, kept), Some(ReferenceState::Failed(_)))
}

/// Whether there is none that could be heard.
pub fn none_can_be_read(scene: &Scene) -> bool {
    scene.references.iter().all(|kept| is_failed(scene, kept))
}

/// The reference that is in memory to be heard.
pub fn chosen(scene: &Scene) -> Option<&KeptReference> {
    scene.references.iter().find(|kept| state(scene, kept).is_some_and(ReferenceState::is_ready))
}

fn state<'a>(scene: &'a Scene, kept: &KeptReference) -> Option<&'a ReferenceState> {
    scene.hearing.references.iter().find(|(path, _)| *path == kept.path).map(|(_, state)| state)
}

fn row(ui: &mut Ui, width: f32, session: &Session, scene: &Scene, kept: &KeptReference) {
    let (row, response) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let (name, state) = (kept.name(), state(scene, kept));
    // Two of one name are told apart by their folders.
    let is_twin = scene.references.iter().filter(|other| other.name() == name).count() > 1;
    let folder = kept.path.parent().and_then(|folder| folder.file_name()).unwrap_or_default().to_string_lossy();
    let name = if is_twin { format!("{name} ({folder})") } else { name };
    describe(ui, &response, || kept.path.display().to_string());
    let pen = Pen::of(ui);
    pen.fill(row.shrink2(vec2(0.0, 1.0)), 4.0, CANVAS);
    let is_heard = scene.monitor.source == Source::Reference && state.is_some_and(ReferenceState::is_ready);
    let square = |left: f32| Rect::from_min_size(pos2(left, row.top() + 3.0), vec2(26.0, ROW - 6.0));
    let (spoken, help) = match state {
        Some(ReferenceState::Unread) => {
            (format!("Hear {name}"), format!("Not read yet. Press to read {name}, measure it and hear it."))
        }
        _ => (format!("Hear {name}"), format!("Hears {name} as loud as mix and master. Key F.")),
    };
    let hear = Button::new("", Kind::Ghost).icon(Icon::Phones).named(&spoken, &help).on(is_heard);
    if push(ui, square(row.left() + 2.0), hear).clicked() {
        if is_heard {
            compare_bar::hear(session, scene, Source::Master);
        } else {
            session.end.request(Request::ChooseReference(kept.path.clone()));
            compare_bar::hear(session, scene, Source::Reference);
        }
    }
    let (spoken, help) =
        (format!("Remove {name}"), format!("Takes {name} out of the brief. The file stays where it is."));
    let remove = Button::new("", Kind::Ghost).icon(Icon::Cross).named(&spoken, &help);
    let cross = square(row.right() - 28.0);
    if push(ui, cross, remove).clicked() {
        if is_heard || (scene.monitor.source == Source::Reference && scene.references.len() == 1) {
            compare_bar::hear(session, scene, Source::Master);
        }
        session.end.request(Request::RemoveReference(kept.path.clone()));
    }
    let pen = Pen::of(ui);
    let baseline = row.center().y + 4.2;
    let (note, color) = match (state, kept.integrated_lufs, &kept.measured) {
        (Some(ReferenceState::Loading), ..) => ("reading".to_owned(), T2),
        (Some(ReferenceState::Failed(_)), ..) => ("cannot be read".to_owned(), REDUCTION),
        (Some(ReferenceState::Unread), ..) => ("not read yet".to_owned(), T2),
        (Some(ReferenceState::Cut { .. }), ..) => ("cut off".to_owned(), T2),
        (_, Some(lufs), _) => (format!("{} LUFS", words::number(lufs)), T3),
        (_, None, Some(_)) => ("measured".to_owned(), T3),
        (_, None, None) => ("waits for the engine".to_owned(), T3),
    };
    if let Some(ReferenceState::Failed(why) | ReferenceState::Cut { why, .. }) = state {
        describe(ui, &response, || format!("{}: {why}.", kept.path.display()));
    }
    let note_width = pen.right(cross.left() - 6.0, baseline, note, regular(11.0), color);
    let space = cross.left() - 12.0 - note_width - (row.left() + 34.0);
    let mut letters = NUM_LETTERS;
    while letters > 4 && pen.width(short(&name, letters), medium(12.0)) > space {
        letters -= 1;
    }
    pen.left(row.left() + 34.0, baseline, short(&name, letters), medium(12.0), T1);
}

/// A name with so many letters at most: its middle is left out, since songs of a series differ at their ends.
pub fn short(name: &str, letters: usize) -> String {
    let all: Vec<char> = name.chars().collect();
    if all.len() <= letters {
        return name.to_owned();
    }
    let (head, tail) = (letters / 2, letters - letters / 2 - 1);
    all[..head].iter().chain(&['…']).chain(&all[all.len() - tail..]).collect()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(short("Song", 8), "Song");
        assert_eq!(short("A very long name (master)", 9), "A ve…ter)");
        assert_eq!(short("", 4), "");
    }
}
