//! Random steps of a host, as long as one likes: whatever hosts may do in whatever order, and what comes of it looked at.

use anyhow::{Context, Result, ensure};

use crate::{Audio, ClapId, Plugin, Random};

/// Rates that hosts have, and both ends of what the plugin takes.
const RATES_HZ: [f64; 13] = [
    8_000.0, 11_025.0, 12_345.0, 16_000.0, 22_050.0, 32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0,
    192_000.0, 384_000.0,
];
/// No plugin has to take these; it has to say so.
const STRANGE_RATES_HZ: [f64; 6] = [0.0, -48_000.0, 1.0, 1e9, f64::NAN, f64::INFINITY];
/// States are chosen from so many that were saved before.
const NUM_STATES: usize = 6;
/// More than that no state has.
const MAX_STATE_BYTES: usize = 1_000_000;
/// Frames of one step.
const MAX_FRAMES: usize = 8192;
/// In play at once at most.
const MAX_INSTANCES: usize = 3;

/// A host that does one thing after the other.
pub struct Steps<'a> {
    random: Random,
    load: &'a dyn Fn() -> Result<Plugin>,
    instances: Vec<Instance>,
    states: Vec<Vec<u8>>,
    say: &'a dyn Fn(&str),
}

struct Instance {
    plugin: Plugin,
    audio: Option<Audio>,
    max_frames: usize,
    num_channels: usize,
}

impl<'a> Steps<'a> {
    /// The steps that belong to `seed`, with plugins from `load`; `say` hears of each before it is done.
    pub fn new(seed: u64, load: &'a dyn Fn() -> Result<Plugin>, say: &'a dyn Fn(&str)) -> Self {
        Self { random: Random::new(seed), load, instances: Vec::new(), states: Vec::new(), say }
    }

    /// One step.
    ///
    /// # Errors
    /// If the plugin does what no plugin may do.
    pub fn step(&mut self) -> Result<()> {
        if self.instances.is_empty() || (self.instances.len() < MAX_INSTANCES && self.random.once_in(100)) {
            (self.say)("create");
            let plugin = (self.load)().context("create")?;
            self.instances.push(Instance { plugin, audio: None, max_frames: 0, num_channels: 2 });
        }
        let idx = self.random.below(self.instances.len());
        let Self { random, instances, states, say, .. } = self;
        let instance = &mut instances[idx];
        let is_active = instance.audio.is_some();
        let step = |name: &str| {
            say(name);
            name.to_owned()
        };
        let (name, result) = match random.below(100) {
            0..4 => (step("save"), instance.save(states, random)),
            4..8 => (step("load"), instance.restore(states, random)),
            8..10 => (step("load what was changed"), instance.restore_mutated(states, random)),
            10..14 => (step("texts"), instance.texts(random)),
            14..18 => (step("main loop"), instance.idle()),
            18..20 => {
                say("destroy");
                let instance = instances.swap_remove(idx);
                instance.destroy(random.once_in(2));
                return Ok(());
            }
            20..24 if is_active => (step("deactivate"), instance.deactivate()),
            20..24 => (step("activate at a strange rate"), instance.refuse(random)),
            24..28 if is_active => (step("reset"), instance.reset()),
            24..60 if !is_active => (step("activate"), instance.activate(random)),
            _ if is_active => (step("process"), instance.process(random)),
            _ => (step("flush"), instance.flush(random)),
        };
        result.context(name)
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        for instance in self.instances.drain(..) {
            instance.destroy(true);
        }
    }
}

impl Instance {
    /// Hosts that end in a hurry deactivate nothing.
    fn destroy(mut self, is_orderly: bool) {
        if is_orderly && let Some(audio) = self.audio.take() {
            self.plugin.deactivate(audio);
        }
        // The sound goes before the plugin.
        drop(self.audio.take());
    }

    fn id(&self, random: &mut Random) -> ClapId {
        match random.below(200) {
            0 => ClapId::new(random.bits() as u32 >> 2),
            _ => random.choose(self.plugin.parameters()).id,
        }
    }

    /// Any value of a range, its ends as often, and now and then one that no host may send.
    fn value(&self, id: ClapId, random: &mut Random) -> f64 {
        let (min, max) = self.plugin.parameter(id).map_or((0.0, 1.0), |parameter| (parameter.min, parameter.max));
        match random.below(40) {
            0 => *random.choose(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300, -0.0]),
            1..9 => min,
            9..17 => max,
            _ => min + random.share() * (max - min),
        }
    }

    fn activate(&mut self, random: &mut Random) -> Result<()> {
        let rate_hz = *random.choose(&RATES_HZ);
        self.num_channels = if random.once_in(4) { 1 } else { 2 };
        self.plugin.set_num_channels(self.num_channels)?;
        self.plugin.set_offline(random.once_in(4))?;
        self.max_frames = random.size(MAX_FRAMES).max(1);
        let audio = self.plugin.activate(rate_hz, self.max_frames as u32);
        self.audio = Some(audio.with_context(|| format!("{rate_hz} Hz, {} frames at most", self.max_frames))?);
        Ok(())
    }

    fn refuse(&mut self, random: &mut Random) -> Result<()> {
        let rate_hz = *random.choose(&STRANGE_RATES_HZ);
        ensure!(self.plugin.activate(rate_hz, 512).is_err(), "{rate_hz} Hz was taken");
        Ok(())
    }

    fn deactivate(&mut self) -> Result<()> {
        if let Some(audio) = self.audio.take() {
            self.plugin.deactivate(audio);
        }
        Ok(())
    }

    fn reset(&mut self) -> Result<()> {
        if let Some(audio) = &mut self.audio {
            audio.reset();
        }
        Ok(())
    }

    fn idle(&mut self) -> Result<()> {
        self.plugin.idle();
        Ok(())
    }

    fn flush(&mut self, random: &mut Random) -> Result<()> {
        let changes: Vec<_> = (0..random.below(30))
            .map(|_| {
                let id = self.id(random);
                (id, self.value(id, random))
            })
            .collect();
        self.plugin.flush(&changes)?;
        for (id, _) in changes {
            self.check_value(id)?;
        }
        Ok(())
    }

    fn check_value(&mut self, id: ClapId) -> Result<()> {
        let Ok(parameter) = self.plugin.parameter(id).cloned() else { return Ok(()) };
        let value = self.plugin.value(id)?;
        let is_inside = (parameter.min..=parameter.max).contains(&value);
        ensure!(is_inside, "{} is {value}, out of {} to {}", parameter.name, parameter.min, parameter.max);
        Ok(())
    }

    fn texts(&mut self, random: &mut Random) -> Result<()> {
        let id = self.id(random);
        let value = self.value(id, random);
        let Ok(parameter) = self.plugin.parameter(id).cloned() else { return Ok(()) };
        if (parameter.min..=parameter.max).contains(&value) {
            let text = self.plugin.format(id, value).with_context(|| parameter.name.clone())?;
            let read = self.plugin.parse(id, &text).with_context(|| parameter.name.clone())?;
            ensure!((parameter.min..=parameter.max).contains(&read), "{}: {text:?} is read as {read}", parameter.name);
            ensure!(self.plugin.format(id, read)? == text, "{}: {text:?} is read as another value", parameter.name);
        }
        for text in ["", " ", "dB", "--3", "1e999", "nan", "∞", "-", "a very long text that means nothing at all"] {
            if let Ok(read) = self.plugin.parse(id, text) {
                ensure!(read.is_finite(), "{}: {text:?} is read as {read}", parameter.name);
            }
        }
        Ok(())
    }

    fn save(&mut self, states: &mut Vec<Vec<u8>>, random: &mut Random) -> Result<()> {
        let state = self.plugin.save()?;
        ensure!(state.len() <= MAX_STATE_BYTES, "a state of {} bytes", state.len());
        if states.len() < NUM_STATES {
            states.push(state);
        } else {
            let idx = random.below(NUM_STATES);
            states[idx] = state;
        }
        Ok(())
    }

    fn restore(&mut self, states: &[Vec<u8>], random: &mut Random) -> Result<()> {
        if states.is_empty() { Ok(()) } else { self.plugin.restore(random.choose(states).as_slice()) }
    }

    /// A state that lost or changed something on its way; whether it is taken is the plugin's to say.
    fn restore_mutated(&mut self, states: &[Vec<u8>], random: &mut Random) -> Result<()> {
        if states.is_empty() {
            return Ok(());
        }
        let mut state = random.choose(states).clone();
        for _ in 0..1 + random.below(8) {
            if state.is_empty() {
                break;
            }
            let idx = random.below(state.len());
            match random.below(4) {
                0 => state.truncate(idx),
                1 => state.insert(idx, random.bits() as u8),
                2 => drop(state.remove(idx)),
                _ => state[idx] = *random.choose(b"0919eE-.,\"{}[]:nt\0\xff"),
            }
        }
        self.plugin.restore(&state).ok();
        // Whatever was taken of it: it can be saved, and read again.
        let saved = self.plugin.save()?;
        self.plugin.restore(&saved)
    }

    fn process(&mut self, random: &mut Random) -> Result<()> {
        let num_frames = random.size(self.max_frames);
        let num_changes = if random.once_in(4) { random.below(20) } else { 0 };
        let mut frames: Vec<u32> = (0..num_changes).map(|_| random.below(num_frames.max(1)) as u32).collect();
        frames.sort_unstable();
        let changes: Vec<_> = frames
            .into_iter()
            .map(|frame| {
                let id = self.id(random);
                (frame, id, self.value(id, random))
            })
            .collect();
        let Some(audio) = &mut self.audio else { return Ok(()) };
        for (frame, id, value) in changes {
            audio.set_at(frame, id, value);
        }
        audio.tells_transport = !random.once_in(10);
        if random.once_in(8) {
            audio.transport.is_playing = random.once_in(2);
            let anywhere = random.bits() >> 20;
            audio.transport.position_frames = *random.choose(&[0, 1, 480_000, 1 << 31, 1 << 40, anywhere]);
            audio.transport.tempo_bpm = *random.choose(&[120.0, 0.0, 1e-9, 999.0, -1.0, f64::NAN]);
        }
        let mut channels = Vec::new();
        let kind = random.below(12);
        for _ in 0..self.num_channels {
            channels.push(sound(kind, num_frames, random));
        }
        let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        audio.process(&mut slices)?;
        let is_number = channels.iter().flatten().all(|sample| sample.is_finite());
        ensure!(is_number, "{num_frames} frames of kind {kind}: what comes out is no number");
        Ok(())
    }
}

/// A block of some kind of sound, of what is no sound, and of what is no number.
fn sound(kind: usize, num_frames: usize, random: &mut Random) -> Vec<f32> {
    let mut noise = |level: f32| (0..num_frames).map(|_| (random.share() as f32 * 2.0 - 1.0) * level).collect();
    match kind {
        0 => vec![0.0; num_frames],
        1 => vec![1e-40; num_frames],
        2 => vec![-0.5; num_frames],
        3 => noise(1e-7),
        4 => noise(30.0),
        5 => noise(1e30),
        6 => (0..num_frames).map(|frame| if frame % 2 == 0 { 1.0 } else { -1.0 }).collect(),
        7 => {
            let mut noise: Vec<f32> = noise(0.3);
            if num_frames > 0 {
                let frame = random.below(num_frames);
                noise[frame] =
                    *random.choose(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE]);
            }
            noise
        }
        _ => noise(0.3),
    }
}
