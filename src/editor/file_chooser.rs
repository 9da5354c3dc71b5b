//! A list of folders and recordings to choose from, or a path to type: hosts offer no chooser of their own.

use std::path::{Path, PathBuf};

use egui::{Rect, ScrollArea, Sense, TextEdit, Ui, pos2, vec2};

use super::pen::Pen;
use super::theme::{REDUCTION, T1, T2, WELL, medium, regular};
use super::widgets::{Button, Kind, list_row, push};

/// Endings of files that can be read.
const ENDINGS: [&str; 8] = ["wav", "wave", "aif", "aiff", "flac", "mp3", "ogg", "oga"];
/// A folder with more than this is shown as far as this.
const MAX_ENTRIES: usize = 2000;
const LIST_HEIGHT: f32 = 260.0;

/// What is shown, while it is open.
#[derive(Default)]
pub struct FileChooser {
    folder: Option<PathBuf>,
    /// Folders first, each by name.
    entries: Vec<(PathBuf, bool)>,
    text: String,
    trouble: Option<String>,
}

impl FileChooser {
    /// Opens it at a folder; where it was last, or at home, without one.
    pub fn open(&mut self, folder: Option<&Path>) {
        let home = || std::env::home_dir().unwrap_or_else(|| PathBuf::from("/"));
        let folder = folder.filter(|folder| folder.is_dir()).map_or_else(home, Path::to_path_buf);
        self.go(folder);
    }

    /// Whether it is shown.
    pub fn is_open(&self) -> bool {
        self.folder.is_some()
    }

    /// Closes it.
    pub fn close(&mut self) {
        *self = Self::default();
    }

    fn go(&mut self, folder: PathBuf) {
        match list(&folder) {
            Ok(entries) => {
                (self.entries, self.trouble) = (entries, None);
                self.text = folder.display().to_string();
                self.folder = Some(folder);
            }
            Err(error) => {
                self.trouble = Some(format!("{}: {error}", folder.display()));
                // What was shown before stays, if anything was.
                self.folder.get_or_insert(folder);
            }
        }
    }

    /// Draws it; the file that was chosen.
    pub fn show(&mut self, ui: &mut Ui, width: f32) -> Option<PathBuf> {
        let folder = self.folder.clone()?;
        let mut chosen = self.path_field(ui, width);
        if let Some(trouble) = &self.trouble {
            let pen = Pen::of(ui);
            let galley = pen.paragraph(trouble, regular(11.0), (REDUCTION, REDUCTION), width - 8.0);
            let (area, _) = ui.allocate_exact_size(vec2(width, galley.size().y + 4.0), Sense::hover());
            pen.galley(area.min + vec2(4.0, 2.0), galley);
        }
        let mut next = None;
        ScrollArea::vertical().id_salt("files").max_height(LIST_HEIGHT).min_scrolled_height(LIST_HEIGHT).show(
            ui,
            |ui| {
                ui.set_width(width);
                if let Some(parent) = folder.parent()
                    && list_row(ui, "..", "folder above", false)
                {
                    next = Some(parent.to_path_buf());
                }
                for (path, is_folder) in &self.entries {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    if list_row(ui, &name, if *is_folder { "folder" } else { "" }, false) {
                        if *is_folder { next = Some(path.clone()) } else { chosen = Some(path.clone()) }
                    }
                }
                if self.entries.is_empty() {
                    let (row, _) = ui.allocate_exact_size(vec2(width, 26.0), Sense::hover());
                    Pen::of(ui).left(row.left() + 8.0, row.center().y + 4.2, "No recordings here", regular(12.0), T2);
                }
            },
        );
        if let Some(next) = next {
            self.go(next);
        }
        let (row, _) = ui.allocate_exact_size(vec2(width, 32.0), Sense::hover());
        let back = Button::new("Back to the brief", Kind::Line);
        if push(ui, Rect::from_min_max(row.min + vec2(0.0, 5.0), row.max), back).clicked() || chosen.is_some() {
            self.close();
        }
        chosen
    }

    /// The path as text; Enter goes there.
    fn path_field(&mut self, ui: &mut Ui, width: f32) -> Option<PathBuf> {
        let (field, _) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
        let pen = Pen::of(ui);
        pen.fill(field, 5.0, WELL);
        let entry = TextEdit::singleline(&mut self.text)
            .font(medium(12.0).font_id())
            .frame(egui::Frame::NONE)
            .align(egui::Align2::LEFT_CENTER);
        let inner = Rect::from_min_max(field.min + vec2(8.0, 4.0), pos2(field.right() - 8.0, field.bottom() - 4.0));
        let response = ui.place(inner, entry).accessible_name("Path of a recording or a folder");
        if response.has_focus() {
            pen.frame(field, 5.0, 1.5, T1);
        }
        if !response.lost_focus() || !ui.input(|input| input.key_pressed(egui::Key::Enter)) {
            return None;
        }
        let path = PathBuf::from(self.text.trim());
        if path.is_file() {
            return Some(path);
        }
        self.go(path);
        None
    }
}

/// Folders and recordings of a folder, hidden ones left out.
fn list(folder: &Path) -> std::io::Result<Vec<(PathBuf, bool)>> {
    let mut entries: Vec<(PathBuf, bool)> = std::fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            // Through links, as the reader will.
            let is_folder = path.is_dir();
            let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            (!is_hidden && (is_folder || ENDINGS.contains(&ending.as_str()))).then_some((path, is_folder))
        })
        .take(MAX_ENTRIES)
        .collect();
    entries.sort_by_key(|(path, is_folder)| (!is_folder, path.to_string_lossy().to_lowercase()));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_what_cannot_be_read_is_left_out() {
        let folder = std::env::temp_dir().join(format!("discern-chooser-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("b")).unwrap();
        std::fs::create_dir_all(folder.join(".hidden")).unwrap();
        for name in ["a.WAV", "notes.txt", "c.flac"] {
            std::fs::write(folder.join(name), "").unwrap();
        }
        let names: Vec<String> = list(&folder)
            .unwrap()
            .iter()
            .map(|(path, _)| path.file_name().unwrap_or_default().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["b", "a.WAV", "c.flac"]);
        let mut chooser = FileChooser::default();
        chooser.open(Some(&folder));
        assert!(chooser.is_open() && chooser.trouble.is_none());
        chooser.go(folder.join("not there"));
        assert!(chooser.trouble.is_some() && chooser.folder == Some(folder.clone()));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
