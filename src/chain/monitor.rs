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

/// Frames that one call may bring.
const MAX_FRAMES: usize = 1024;

/// Holds the mix beside the master, aligned with it.
pub struct Monitor {
    latency_samples: usize,
    /// The last `latency_samples` frames of the mix, then those of the present call.
    delayed: [Vec<f32>; 2],
    num_frames: usize,
}

impl Monitor {
    /// For a chain of this latency.
    pub fn new(_sample_rate_hz: f64, latency_samples: usize) -> Self {
        let buffer = || vec![0.0; latency_samples + MAX_FRAMES];
        Self { latency_samples, delayed: [buffer(), buffer()], num_frames: 0 }
    }

    /// What is listened to from now on.
    pub fn set(&mut self, _state: &MonitorState) {}

    /// As new.
    pub fn reset(&mut self) {
        self.delayed.iter_mut().for_each(|buffer| buffer.fill(0.0));
        self.num_frames = 0;
    }

    /// Takes the mix before the chain; at most 1024 frames.
    pub fn take_mix(&mut self, left: &[f32], right: &[f32]) {
        for (buffer, input) in self.delayed.iter_mut().zip([left, right]) {
            buffer.copy_within(self.num_frames..self.num_frames + self.latency_samples, 0);
            buffer[self.latency_samples..self.latency_samples + input.len()].copy_from_slice(input);
        }
        self.num_frames = left.len();
    }

    /// The mix of the last call, aligned with the master.
    pub fn mix(&self) -> [&[f32]; 2] {
        [&self.delayed[0][..self.num_frames], &self.delayed[1][..self.num_frames]]
    }

    /// Plays what is listened to, in place of the master.
    pub fn process(&mut self, _left: &mut [f32], _right: &mut [f32]) {}

    /// How much the louder side is turned down, dB.
    pub fn match_db(&self) -> f64 {
        0.0
    }

    /// Seconds of playing until the match is trusted.
    pub fn seconds_to_match(&self) -> f64 {
        0.0
    }
}
