//! What the editor was last woken for.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bridge::{AnalysisEnd, Phase, ReferenceState};
use crate::chain::Settings;
use crate::params::DiscernParams;

/// All that can change on the screen without a hand: while it stays, nothing is drawn. The host's automation is part of
/// it: the framework does not tell the editor of it, since that would have to begin on the audio thread.
#[derive(Default, PartialEq)]
pub struct Shown {
    settings: Settings,
    phase: Phase,
    transport: (Option<f64>, bool),
    heard_s: f64,
    sample_rate_hz: f64,
    references: Arc<Vec<(PathBuf, ReferenceState)>>,
    looped_s: Option<(f64, f64)>,
}

impl Shown {
    /// As it is published now.
    pub fn now(end: &AnalysisEnd, params: &DiscernParams) -> Self {
        let (meters, published) = (end.meters(), end.published());
        Self {
            settings: params.settings(),
            phase: published.phase,
            transport: meters.transport(),
            heard_s: published.heard_s,
            sample_rate_hz: meters.stream().0,
            references: Arc::clone(&published.references),
            looped_s: published.looped_s,
        }
    }
}
