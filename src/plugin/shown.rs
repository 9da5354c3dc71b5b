//! What the editor was last woken for.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bridge::{AnalysisEnd, Phase, ReferenceState};

/// All that can change on the screen without a hand or the host's parameters: while it stays, nothing is drawn.
#[derive(Default, PartialEq)]
pub struct Shown {
    phase: Phase,
    transport: (Option<f64>, bool),
    heard_s: f64,
    sample_rate_hz: f64,
    references: Arc<Vec<(PathBuf, ReferenceState)>>,
    looped_s: Option<(f64, f64)>,
}

impl Shown {
    /// As it is published now.
    pub fn now(end: &AnalysisEnd) -> Self {
        let (meters, published) = (end.meters(), end.published());
        Self {
            phase: published.phase,
            transport: meters.transport(),
            heard_s: published.heard_s,
            sample_rate_hz: meters.stream().0,
            references: Arc::clone(&published.references),
            looped_s: published.looped_s,
        }
    }
}
