//! What buttons and the editor ask of the analysis thread.

use crate::bridge::{Phase, Request};

use super::Worker;
use crate::plugin::ears::Ears;

impl Worker {
    /// Buttons and requests.
    pub(super) fn answer(&mut self) {
        if self.end.was_listen_pressed() {
            self.toggle_listening();
        }
        if self.end.was_accept_needed_pressed() {
            (self.accept_needed)();
        }
        while let Some(request) = self.end.next_request() {
            match request {
                Request::Listen => self.toggle_listening(),
                Request::ReleaseTruePeak => {
                    if let Some(ears) = &mut self.ears {
                        ears.master.release_true_peak();
                    }
                }
                Request::NewSong => self.forget(),
                Request::Extent(extent_s) => self.mark(extent_s),
                Request::Brief(brief) => {
                    self.params.change_saved(|saved| {
                        saved.brief = brief;
                        // A reference may have been measured since the editor read it.
                        saved.change_references(|_| ());
                    });
                    self.judge_again();
                }
                Request::Edited => self.remeasuring.note_edit(),
                Request::AddReference(path) => self.library.add(&self.params, path),
                Request::RemoveReference(path) => {
                    self.library.remove(&self.params, &path);
                    self.judge_again();
                }
                Request::ChooseReference(path) => {
                    if let Some(ears) = &self.ears {
                        self.library.choose(path, ears.stream.sample_rate_hz);
                    }
                }
                Request::ChooseExcerpt(place) => {
                    self.follow_undo();
                    // At rest without a verdict of it, what is kept is of another song.
                    let ears = self.ears.as_deref().filter(|_| self.phase != Phase::Idle);
                    if let Some(Ears { song, stream, .. }) = ears {
                        self.library.choose_excerpt(song.excerpts(), stream.sample_rate_hz, place);
                    }
                }
            }
        }
    }

    /// Takes what the engineer marked as the song. A listening that runs ends by itself once all of it was heard.
    fn mark(&mut self, extent_s: Option<(f64, f64)>) {
        self.extent_s = extent_s;
        if let Some(ears) = &mut self.ears {
            ears.song.set_extent(extent_s);
        }
        // How much was heard is part of the verdict.
        self.judge_again();
    }
}
