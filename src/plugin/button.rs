//! When a button among the host's parameters is pressed.
//!
//! From 0 to 1 is a press. But such a button always reads 0, and a host whose view follows what it reads never sends a 0
//! in between: there a further 1 must be a press too. Hosts send a further 1 for other reasons as well: they hold
//! automation by sending it with every block or at every node, and bring it up to date wherever the transport starts, stops or
//! jumps. So a further 1 presses only while the transport has stood for a moment, and only what is easily taken back.

use nice_plug::prelude::Transport;

use crate::params::Action;

/// A 1 that follows another one without a pause as long as this is held, seconds.
const PAUSE_S: f64 = 0.25;
/// A 1 so soon after the transport started, stopped or jumped is automation brought up to date, seconds.
const SETTLED_S: f64 = 0.5;
/// Hosts round the song's place, samples.
const ROUNDING: i64 = 2;

/// Presses of an action parameter that were seen. Those from before the activation count as seen.
pub struct Button {
    num_presses: u64,
    num_sends: u64,
    repeats: bool,
    /// Since the last 1, or since the activation.
    pause_frames: usize,
}

impl Button {
    /// As it is at the start of an activation. `repeats` says whether a further 1 may press it.
    pub fn new(action: &Action, repeats: bool) -> Self {
        let (num_presses, num_sends) = action.num_presses_and_sends();
        Self { num_presses, num_sends, repeats, pause_frames: 0 }
    }

    /// Called once for each block, before it. Real-time safe.
    pub fn is_pressed(&mut self, action: &Action, place: &Settled, num_frames: usize, sample_rate_hz: f64) -> bool {
        let (num_presses, num_sends) = action.num_presses_and_sends();
        let is_new = std::mem::replace(&mut self.num_presses, num_presses) != num_presses;
        let is_sent = std::mem::replace(&mut self.num_sends, num_sends) != num_sends;
        let has_paused = self.pause_frames as f64 >= PAUSE_S * sample_rate_hz;
        self.pause_frames = if is_sent { 0 } else { self.pause_frames }.saturating_add(num_frames);
        let has_stood = !place.was_playing && place.frames as f64 >= SETTLED_S * sample_rate_hz;
        is_new || is_sent && self.repeats && has_paused && has_stood
    }
}

/// For how long the transport has played on, or stood still.
#[derive(Default)]
pub struct Settled {
    frames: usize,
    was_playing: bool,
    /// Where the next block is if nothing happens.
    expected: Option<i64>,
}

impl Settled {
    /// Called once for each block, before it. Real-time safe.
    pub fn follow(&mut self, transport: &Transport, num_frames: usize) {
        let (position, is_playing) = (transport.pos_samples(), transport.playing);
        let is_steady = match (position, self.expected) {
            (Some(position), Some(expected)) => position.abs_diff(expected) <= ROUNDING.unsigned_abs(),
            (position, expected) => position == expected,
        };
        if !is_steady || is_playing != self.was_playing {
            self.frames = 0;
        }
        self.frames = self.frames.saturating_add(num_frames);
        self.was_playing = is_playing;
        let moved = if is_playing { num_frames as i64 } else { 0 };
        self.expected = position.map(|position| position.saturating_add(moved));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::{DiscernParams, SharedParams};

    const RATE_HZ: f64 = 48_000.0;
    const BLOCK: usize = 480;

    struct Host {
        params: SharedParams,
        button: Button,
        settled: Settled,
        position: Option<i64>,
        is_playing: bool,
    }

    impl Host {
        fn new() -> Self {
            let params = DiscernParams::new();
            let button = Button::new(&params.actions.listen, true);
            Self { params, button, settled: Settled::default(), position: Some(0), is_playing: false }
        }

        /// One block of 10 ms, in which the host sends these values. True if that pressed the button.
        fn block(&mut self, values: &[f32]) -> bool {
            values.iter().for_each(|value| self.params.actions.listen.send(*value > 0.5));
            let mut transport = Transport::new(RATE_HZ as f32);
            transport.playing = self.is_playing;
            transport.pos_samples = self.position;
            self.settled.follow(&transport, BLOCK);
            if self.is_playing {
                self.position = self.position.map(|position| position + BLOCK as i64);
            }
            self.button.is_pressed(&self.params.actions.listen, &self.settled, BLOCK, RATE_HZ)
        }

        fn rest(&mut self, seconds: f64) {
            for _ in 0..(seconds * RATE_HZ) as usize / BLOCK {
                assert!(!self.block(&[]));
            }
        }
    }

    #[test]
    fn from_0_to_1_is_a_press_and_holding_is_none() {
        let mut host = Host::new();
        assert!(host.block(&[1.0]));
        (0..200).for_each(|_| assert!(!host.block(&[1.0])));
        assert!(!host.block(&[0.0]));
        assert!(host.block(&[1.0]));
        assert!(host.block(&[0.0, 1.0]));
    }

    #[test]
    fn a_view_that_never_sends_0_can_press_again() {
        let mut host = Host::new();
        assert!(host.block(&[1.0]));
        for position in [host.position, None] {
            host.position = position;
            host.rest(1.0);
            assert!(host.block(&[1.0]));
            assert!(!host.block(&[1.0]), "twice in a moment is once");
        }
        host.button.repeats = false;
        host.rest(1.0);
        assert!(!host.block(&[1.0]), "not every button");
        assert!(host.block(&[0.0, 1.0]));
    }

    #[test]
    fn nodes_of_a_held_lane_press_nothing() {
        let mut host = Host::new();
        host.is_playing = true;
        host.rest(1.0);
        assert!(host.block(&[1.0]));
        host.rest(1.0);
        assert!(!host.block(&[1.0]), "a node in the middle");
        host.rest(1.0);
        assert!(!host.block(&[1.0]), "the falling edge");
        assert!(!host.block(&[0.0]));
        assert!(host.block(&[1.0]));
    }

    #[test]
    fn automation_that_is_brought_up_to_date_presses_nothing() {
        let mut host = Host::new();
        assert!(host.block(&[1.0]));
        host.rest(1.0);
        host.is_playing = true;
        assert!(!host.block(&[1.0]), "start");
        host.rest(1.0);
        host.position = Some(1_000_000);
        assert!(!host.block(&[1.0]), "jump");
        host.rest(1.0);
        host.is_playing = false;
        assert!(!host.block(&[]) && !host.block(&[1.0]), "stop");
        host.rest(1.0);
        host.position = Some(0);
        assert!(!host.block(&[1.0]), "jump while it stands");
        // An activation begins with what the host has.
        host.rest(1.0);
        host.button = Button::new(&host.params.actions.listen, true);
        assert!(!host.block(&[1.0]), "activation");
    }
}
