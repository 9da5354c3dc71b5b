//! What is listened to after the chain.

/// Which stream is heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// The chain's output.
    #[default]
    Master,
    /// The delayed input.
    Mix,
    /// Master minus matched mix.
    Delta,
}

/// What the engineer listens to; the default is neutral.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MonitorState {
    /// Which stream is heard.
    pub source: Source,
    /// A comparison runs, so loudness is matched.
    pub is_comparing: bool,
    /// Master minus mix as predicted, LU: where matching starts.
    pub predicted_difference_lu: Option<f64>,
}
