//! Verdict and moves, worked out on a thread of their own, so that the ring is emptied meanwhile.

use std::io;

use crate::analysis::Analyzer;
use crate::assistant::{Audio, hear_unless};
use crate::dsp::cancel::Cancel;
use crate::params::{Judged, SharedParams};

use super::sabotage::{Sabotage, Step};
use super::work::Work;

/// The judgement that is worked out, if one is.
pub struct Judging {
    running: Option<Work<Option<Judged>>>,
    cancel: Cancel,
    sabotage: Sabotage,
}

impl Judging {
    /// Works out nothing yet; ends with `cancel`.
    pub fn new(cancel: Cancel, sabotage: Sabotage) -> Self {
        Self { running: None, cancel, sabotage }
    }

    /// Begins to judge what was heard; from now on the song is only compared. What was worked out before is no longer wanted.
    ///
    /// # Errors
    /// If the machine has no thread left.
    pub fn begin(&mut self, song: &mut Analyzer, params: &SharedParams) -> io::Result<()> {
        self.running = None;
        let (features, excerpts) = (song.features(), song.excerpts().to_vec());
        song.watch();
        let (brief, settings) = (params.with_saved(|saved| saved.brief.clone()), params.settings());
        let sabotage = self.sabotage.clone();
        let work = move |cancel: &Cancel| {
            sabotage.at(Step::Judgement);
            let report = hear_unless(cancel, &features, &brief, &settings, Audio::Excerpts(&excerpts))?;
            Some(Judged { features, report })
        };
        self.running = Some(Work::begin("discern-judgement", &self.cancel, work)?);
        Ok(())
    }

    /// It is no longer wanted.
    pub fn forget(&mut self) {
        self.running = None;
    }

    /// What came of it, once; `Ok(None)` where it was cancelled, and what a panic said where there was one.
    pub fn take(&mut self) -> Option<Result<Option<Judged>, String>> {
        let result = self.running.as_ref()?.take()?;
        self.running = None;
        Some(result)
    }
}
