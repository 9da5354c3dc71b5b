//! Open moves after a hand moved something else: they stay, and what they do and cost is rendered anew.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use thread_priority::{ThreadPriority, set_current_thread_priority};

use crate::analysis::Analyzer;
use crate::assistant::{Audio, Move, Remeasured, remeasure};
use crate::params::SharedParams;

/// A hand that moves on is let alone.
const REST: Duration = Duration::from_secs(1);

/// What is to be rendered, and what is.
#[derive(Default)]
pub struct Remeasuring {
    edited: Option<Instant>,
    running: Option<JoinHandle<Vec<Remeasured>>>,
}

impl Remeasuring {
    /// A hand moved something.
    pub fn note_edit(&mut self) {
        self.edited = Some(Instant::now());
    }

    /// Other moves: nothing that was or is measured is of them. The thread that measures, if one does.
    pub fn forget(&mut self) -> Option<JoinHandle<Vec<Remeasured>>> {
        std::mem::take(self).running
    }

    /// Begins where a hand has come to rest, and keeps what was measured; true when there is something new to show.
    pub fn work(&mut self, song: Option<&Analyzer>, params: &SharedParams) -> bool {
        let mut is_new = false;
        if let Some(thread) = self.running.take_if(|thread| thread.is_finished())
            && let Ok(measured) = thread.join()
        {
            params.change_saved(|saved| saved.set_remeasured(measured));
            is_new = true;
        }
        if self.running.is_none() && self.edited.is_some_and(|edited| edited.elapsed() >= REST) {
            self.edited = None;
            self.running = song.and_then(|song| begin(song, params));
        }
        is_new
    }
}

fn begin(song: &Analyzer, params: &SharedParams) -> Option<JoinHandle<Vec<Remeasured>>> {
    let (judged, open) = params.with_saved(|saved| Some((saved.judged.clone()?, saved.open_moves())))?;
    let excerpts = song.excerpts().to_vec();
    if excerpts.is_empty() || open.is_empty() {
        return None;
    }
    let settings = params.settings();
    let work = move || {
        set_current_thread_priority(ThreadPriority::Min).ok();
        let moves: Vec<&Move> = judged.report.moves.iter().filter(|each| open.contains(&each.id)).collect();
        remeasure(&judged.features, &settings, Audio::Excerpts(&excerpts), &moves)
    };
    thread::Builder::new().name("discern-remeasure".to_owned()).spawn(work).ok()
}
