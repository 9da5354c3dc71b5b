//! The stack that every call of a CLAP host takes, in the order of a plugin's life.

use anyhow::Result;
use clack_host::utils::ClapId;

use crate::{PaintedStack, Parameter, Plugin, on_painted_stack};

/// Frames of a block.
const BLOCK_FRAMES: u32 = 4096;
/// Blocks between two changes of every parameter.
const NUM_BLOCKS: usize = 4;

/// The most that each kind of call took.
#[derive(Clone, Debug, Default)]
pub struct StackPerCall {
    /// Name of the call, and bytes.
    pub calls: Vec<(&'static str, usize)>,
}

impl StackPerCall {
    fn note(&mut self, name: &'static str, bytes: usize) {
        match self.calls.iter_mut().find(|(other, _)| *other == name) {
            Some((_, most)) => *most = bytes.max(*most),
            None => self.calls.push((name, bytes)),
        }
    }

    /// Lives a plugin's whole life at each of these rates with every parameter at either end of its range, `state` loaded
    /// while it is active and while it is not. All of it on a thread with `stack_bytes`.
    ///
    /// # Errors
    /// If the plugin refuses a call.
    pub fn measure(
        stack_bytes: usize,
        load: impl Fn() -> Result<Plugin> + Sync,
        state: &[u8],
        rates_hz: &[f64],
    ) -> Result<Self> {
        on_painted_stack(stack_bytes, |stack| {
            let mut most = Self::default();
            for rate_hz in rates_hz {
                most.live(stack, &load, state, *rate_hz)?;
            }
            Ok(most)
        })
    }

    fn live(
        &mut self,
        stack: &PaintedStack,
        load: &impl Fn() -> Result<Plugin>,
        state: &[u8],
        rate_hz: f64,
    ) -> Result<()> {
        let mut take = |name, bytes| self.note(name, bytes);
        let (plugin, bytes) = stack.measure(load);
        take("create", bytes);
        let mut plugin = plugin?;
        let (loaded, bytes) = stack.measure(|| plugin.restore(state));
        take("load", bytes);
        loaded?;
        let parameters = plugin.parameters().to_vec();
        for round in 0..3 {
            let (set, bytes) = stack.measure(|| plugin.flush(&values(&parameters, round)));
            take("set parameters", bytes);
            set?;
            let (audio, bytes) = stack.measure(|| plugin.activate(rate_hz, BLOCK_FRAMES));
            take("activate", bytes);
            let mut audio = audio?;
            audio.transport.is_playing = true;
            for change in 0..3 {
                for (id, value) in values(&parameters, round + change) {
                    audio.set(id, value);
                }
                for block in 0..NUM_BLOCKS {
                    let mut channels = [0.9, 0.8].map(|level| noise(level, block));
                    let [left, right] = &mut channels;
                    let (processed, bytes) = stack.measure(|| audio.process(&mut [left, right]));
                    take("process", bytes);
                    processed?;
                }
                let ((), bytes) = stack.measure(|| audio.reset());
                take("reset", bytes);
            }
            let (loaded, bytes) = stack.measure(|| plugin.restore(state));
            take("load", bytes);
            loaded?;
            let (saved, bytes) = stack.measure(|| plugin.save());
            take("save", bytes);
            saved?;
            let ((), bytes) = stack.measure(|| plugin.deactivate(audio));
            take("deactivate", bytes);
        }
        let ((), bytes) = stack.measure(|| drop(plugin));
        take("destroy", bytes);
        Ok(())
    }
}

/// Every parameter but the bypass at the upper end of its range, in the middle, or at the lower one.
fn values(parameters: &[Parameter], round: usize) -> Vec<(ClapId, f64)> {
    let place = [1.0, 0.5, 0.0][round % 3];
    let value = |parameter: &Parameter| {
        let value = parameter.min + place * (parameter.max - parameter.min);
        // A stage that is off is no test of it.
        let is_switch = parameter.is_stepped && parameter.max - parameter.min == 1.0;
        let value = if is_switch { parameter.max } else { value };
        (parameter.id, if parameter.is_stepped { value.round() } else { value })
    };
    parameters.iter().filter(|parameter| !parameter.is_bypass).map(value).collect()
}

/// Loud noise that repeats.
fn noise(level: f32, seed: usize) -> Vec<f32> {
    let sample = |n: usize| ((n * 7919 + seed * 104_729) % 10_007) as f32 / 5003.5 - 1.0;
    (0..BLOCK_FRAMES as usize).map(|n| level * sample(n)).collect()
}
