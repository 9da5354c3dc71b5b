//! Open moves after a hand moved something else: they stay, and what they do and cost is rendered anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::analysis::Analyzer;
use crate::assistant::{Audio, Move, Remeasured, remeasure_unless};
use crate::dsp::cancel::Cancel;
use crate::params::{Judged, SharedParams};

use super::sabotage::{Sabotage, Step};
use super::work::Work;

/// A hand that moves on is let alone.
const REST: Duration = Duration::from_secs(1);

/// Moves that are rendered now.
struct Running {
    work: Work<Option<Vec<Remeasured>>>,
    /// Whose moves they are.
    judged: Arc<Judged>,
}

/// What is to be rendered, and what is.
pub struct Remeasuring {
    edited: Option<Instant>,
    running: Option<Running>,
    cancel: Cancel,
    sabotage: Sabotage,
}

impl Remeasuring {
    /// Renders nothing yet; ends with `cancel`.
    pub fn new(cancel: Cancel, sabotage: Sabotage) -> Self {
        Self { edited: None, running: None, cancel, sabotage }
    }

    /// A hand moved something.
    pub fn note_edit(&mut self) {
        self.edited = Some(Instant::now());
    }

    /// Other moves: nothing that was or is measured is of them.
    pub fn forget(&mut self) {
        (self.edited, self.running) = (None, None);
    }

    /// Begins where a hand has come to rest, and keeps what was measured; true when there is something new to show.
    pub fn work(&mut self, song: Option<&Analyzer>, params: &SharedParams) -> bool {
        let result = self.running.as_ref().and_then(|running| running.work.take());
        let is_new = result.is_some();
        if let Some((result, running)) = result.zip(self.running.take_if(|_| is_new)) {
            // Moves of another song may have the same ids.
            let is_present = |judged: &Arc<Judged>| Arc::ptr_eq(judged, &running.judged);
            match result {
                Ok(measured) => params.change_saved(|saved| {
                    if saved.judged.as_ref().is_some_and(is_present) {
                        saved.set_remeasured(measured.unwrap_or_default());
                    }
                }),
                Err(why) => params.troubles.note_fault(format!("Measuring the open moves anew stopped: {why}")),
            }
        }
        if self.running.is_none() && self.edited.is_some_and(|edited| edited.elapsed() >= REST) {
            self.edited = None;
            self.running = song.and_then(|song| self.begin(song, params));
        }
        is_new
    }

    fn begin(&self, song: &Analyzer, params: &SharedParams) -> Option<Running> {
        let settings = params.settings();
        let (judged, open) = params.with_saved(|saved| Some((saved.judged.clone()?, saved.open_moves(&settings))))?;
        let excerpts = song.excerpts().to_vec();
        if excerpts.is_empty() || open.is_empty() {
            return None;
        }
        let (heard, sabotage) = (Arc::clone(&judged), self.sabotage.clone());
        let work = move |cancel: &Cancel| {
            sabotage.at(Step::Remeasuring);
            let moves: Vec<&Move> = heard.report.moves.iter().filter(|each| open.contains(&each.id)).collect();
            remeasure_unless(cancel, &heard.features, &settings, Audio::Excerpts(&excerpts), &moves)
        };
        let work = Work::begin("discern-remeasure", &self.cancel, work).ok()?;
        Some(Running { work, judged })
    }
}
