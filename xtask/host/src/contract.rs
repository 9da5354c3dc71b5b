//! What every host relies on, tried on a plugin one promise at a time: the tests that validators have, and that matter.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{Audio, ClapId, Plugin, Random};

/// Makes a fresh instance.
pub type Load<'a> = &'a dyn Fn() -> Result<Plugin>;

/// A promise: its name, and what tries it.
pub type Promise = (&'static str, fn(Load) -> Result<()>);

/// All of them, but for [`RANGE`].
pub const CONTRACT: [Promise; 12] = [
    ("the same samples for every division into blocks", blocks),
    ("a reset plugin is a new one", reset),
    ("any transport, or none", transports),
    ("a state is the plugin, in another instance too", states),
    ("a parameter is what it was set to, with or without sound", ways_of_setting),
    ("what is no parameter and no value changes nothing that it should not", strange_changes),
    ("every value has a text that says it", texts),
    ("what is no number does not stay", no_numbers),
    ("the end of the sound is silence", silence),
    ("activated as often as one likes", activations),
    ("the main thread works while sound runs", threads),
    ("many instances, for long or not", instances),
];

/// Every rate in the range, and none beyond it.
pub const RANGE: Promise = ("every rate in the range, none beyond it", rates);

const RATE_HZ: f64 = 48_000.0;
const MAX_FRAMES: usize = 1024;
const RATES_HZ: [f64; 14] = [
    8_000.0, 11_025.0, 12_345.0, 16_000.0, 22_050.0, 32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0,
    192_000.0, 352_800.0, 384_000.0,
];
/// Of these a plugin may say that it does not run there, and no more.
const STRANGE_RATES_HZ: [f64; 9] = [0.0, -0.0, -48_000.0, 1.0, 1999.0, 7999.0, 384_001.0, f64::NAN, f64::INFINITY];

fn noise(random: &mut Random, num_frames: usize) -> [Vec<f32>; 2] {
    [(); 2].map(|()| (0..num_frames).map(|_| random.share() as f32 * 0.5 - 0.25).collect())
}

/// In place, in blocks of so many frames.
fn process(audio: &mut Audio, channels: &mut [Vec<f32>; 2], mut size: impl FnMut() -> usize) -> Result<()> {
    let [left, right] = channels;
    let mut start = 0;
    while start < left.len() {
        let end = left.len().min(start + size());
        audio.process(&mut [&mut left[start..end], &mut right[start..end]])?;
        start = end;
    }
    ensure!(left.iter().chain(right.iter()).all(|sample| sample.is_finite()), "what comes out is no number");
    Ok(())
}

/// Values for all parameters that can be automated and are no triggers, anywhere in their ranges. The others belong to the
/// host's own hand.
fn random_values(plugin: &Plugin, random: &mut Random) -> Vec<(ClapId, f64)> {
    let parameters = plugin.parameters().iter().filter(|parameter| parameter.is_automatable && !parameter.is_bypass);
    let value = |parameter: &crate::Parameter, share: f64| {
        let value = parameter.min + share * (parameter.max - parameter.min);
        (parameter.id, if parameter.is_stepped { value.round() } else { value })
    };
    parameters.map(|parameter| value(parameter, random.share())).collect()
}

fn values(plugin: &mut Plugin) -> Result<Vec<f64>> {
    let ids: Vec<ClapId> = plugin.parameters().iter().map(|parameter| parameter.id).collect();
    ids.into_iter().map(|id| plugin.value(id)).collect()
}

/// What a plugin with these parameters makes of noise.
fn render(plugin: &mut Plugin, seed: u64, num_frames: usize, size: impl FnMut() -> usize) -> Result<[Vec<f32>; 2]> {
    let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
    let mut channels = noise(&mut Random::new(seed), num_frames);
    let done = process(&mut audio, &mut channels, size);
    plugin.deactivate(audio);
    done?;
    Ok(channels)
}

fn rates(load: Load) -> Result<()> {
    let mut random = Random::new(11);
    for rate_hz in RATES_HZ {
        let mut plugin = load()?;
        // As it comes, with everything at random, and with everything at the far end.
        for pass in 0..4 {
            let changes = match pass {
                0 => Vec::new(),
                1 | 2 => random_values(&plugin, &mut random),
                _ => plugin.parameters().iter().filter(|it| it.is_automatable).map(|it| (it.id, it.max)).collect(),
            };
            plugin.flush(&changes)?;
            let mut audio = plugin.activate(rate_hz, MAX_FRAMES as u32).with_context(|| format!("{rate_hz} Hz"))?;
            let done = process(&mut audio, &mut noise(&mut random, 8 * MAX_FRAMES), || MAX_FRAMES);
            plugin.deactivate(audio);
            done.with_context(|| format!("at {rate_hz} Hz"))?;
        }
    }
    for rate_hz in STRANGE_RATES_HZ {
        let mut plugin = load()?;
        if let Ok(audio) = plugin.activate(rate_hz, MAX_FRAMES as u32) {
            plugin.deactivate(audio);
            bail!("{rate_hz} Hz was taken");
        }
        // Nothing is the worse for it.
        let audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32).context("after a rate that was refused")?;
        plugin.deactivate(audio);
    }
    Ok(())
}

fn blocks(load: Load) -> Result<()> {
    for seed in [21, 22] {
        let mut random = Random::new(seed);
        let mut plugin = load()?;
        let changes = random_values(&plugin, &mut random);
        plugin.flush(&changes)?;
        let expected = render(&mut plugin, seed, 20_000, || MAX_FRAMES)?;
        for size in [1, 32, 441] {
            ensure!(render(&mut plugin, seed, 20_000, || size)? == expected, "blocks of {size} give other samples");
        }
        // Blocks of nothing among them.
        let any = render(&mut plugin, seed, 20_000, || random.size(MAX_FRAMES))?;
        ensure!(any == expected, "blocks of any size give other samples");
    }
    Ok(())
}

fn reset(load: Load) -> Result<()> {
    let mut random = Random::new(31);
    let mut plugin = load()?;
    let changes = random_values(&plugin, &mut random);
    plugin.flush(&changes)?;
    let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
    let mut first = noise(&mut Random::new(1), 20_000);
    process(&mut audio, &mut first, || 256)?;
    audio.reset();
    audio.reset();
    let mut second = noise(&mut Random::new(1), 20_000);
    process(&mut audio, &mut second, || 256)?;
    plugin.deactivate(audio);
    ensure!(first == second, "after a reset the same sound gives other samples");
    Ok(())
}

fn transports(load: Load) -> Result<()> {
    let mut random = Random::new(41);
    let mut plugin = load()?;
    let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
    for tempo_bpm in [120.0, 0.0, -120.0, 1e-300, 1e300, f64::NAN, f64::INFINITY] {
        for position_frames in [0, 1, 1 << 31, 1 << 40, u64::MAX >> 12] {
            audio.tells_transport = !random.once_in(4);
            audio.transport.is_playing = random.once_in(2);
            audio.transport.position_frames = position_frames;
            audio.transport.tempo_bpm = tempo_bpm;
            process(&mut audio, &mut noise(&mut random, 1000), || 100)
                .with_context(|| format!("{tempo_bpm} BPM at frame {position_frames}"))?;
        }
    }
    plugin.deactivate(audio);
    Ok(())
}

fn states(load: Load) -> Result<()> {
    for seed in 51..55 {
        let mut random = Random::new(seed);
        let mut first = load()?;
        let changes = random_values(&first, &mut random);
        first.flush(&changes)?;
        let state = first.save()?;
        let mut second = load()?;
        // A plugin that is at work loads it as well.
        let audio = if seed % 2 == 0 { Some(second.activate(RATE_HZ, MAX_FRAMES as u32)?) } else { None };
        second.restore(&state)?;
        if let Some(mut audio) = audio {
            process(&mut audio, &mut noise(&mut random, 2000), || 500)?;
            second.deactivate(audio);
        }
        ensure!(values(&mut first)? == values(&mut second)?, "other values after loading");
        ensure!(second.save()? == state, "a loaded state is saved differently");
        let expected = render(&mut first, seed, 20_000, || 512)?;
        ensure!(render(&mut second, seed, 20_000, || 512)? == expected, "other samples after loading");
    }
    let mut plugin = load()?;
    let state = plugin.save()?;
    ensure!(plugin.restore(b"").is_err(), "nothing is taken for a state");
    let mut random = Random::new(56);
    for _ in 0..20 {
        let rubbish: Vec<u8> = (0..random.below(10_000)).map(|_| random.bits() as u8).collect();
        ensure!(plugin.restore(&rubbish).is_err(), "rubbish is taken for a state");
    }
    ensure!(plugin.save()? == state, "what was refused left something behind");
    Ok(())
}

fn ways_of_setting(load: Load) -> Result<()> {
    let mut random = Random::new(61);
    let (mut silent, mut sounding, mut empty) = (load()?, load()?, load()?);
    let changes = random_values(&silent, &mut random);
    silent.flush(&changes)?;
    for (plugin, num_frames) in [(&mut sounding, 64), (&mut empty, 0)] {
        let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
        for (id, value) in &changes {
            audio.set(*id, *value);
        }
        let [mut left, mut right] = noise(&mut random, num_frames);
        audio.process(&mut [&mut left, &mut right])?;
        plugin.deactivate(audio);
    }
    let expected = values(&mut silent)?;
    ensure!(values(&mut sounding)? == expected, "other values when set with a block");
    ensure!(values(&mut empty)? == expected, "other values when set with a block of nothing");
    // And what a plugin keeps is what it was told, as far as it has steps.
    for (id, value) in changes {
        let parameter = silent.parameter(id)?.clone();
        let told = silent.format(id, value)?;
        let kept = silent.value(id)?;
        ensure!(silent.format(id, kept)? == told, "{} was set to {told} and is {kept}", parameter.name);
    }
    Ok(())
}

fn strange_changes(load: Load) -> Result<()> {
    let mut random = Random::new(71);
    let mut plugin = load()?;
    let known: Vec<ClapId> = plugin.parameters().iter().map(|parameter| parameter.id).collect();
    let before = values(&mut plugin)?;
    let strangers: Vec<_> = [0, 1, 77, u32::MAX - 1]
        .into_iter()
        .map(ClapId::new)
        .filter(|id| !known.contains(id))
        .map(|id| (id, 1.0))
        .collect();
    plugin.flush(&strangers)?;
    ensure!(values(&mut plugin)? == before, "what is no parameter changed one");
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
        let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
        for id in &known {
            audio.set(*id, value);
        }
        process(&mut audio, &mut noise(&mut random, 2000), || 500).with_context(|| format!("all set to {value}"))?;
        plugin.deactivate(audio);
        for parameter in plugin.parameters().to_vec() {
            let kept = plugin.value(parameter.id)?;
            let is_inside = (parameter.min..=parameter.max).contains(&kept);
            ensure!(is_inside, "{} was set to {value} and is {kept}", parameter.name);
        }
    }
    Ok(())
}

fn texts(load: Load) -> Result<()> {
    const NUM_STEPS: usize = 16;
    let mut plugin = load()?;
    for parameter in plugin.parameters().to_vec() {
        for step in 0..=NUM_STEPS {
            let value = parameter.min + (parameter.max - parameter.min) * step as f64 / NUM_STEPS as f64;
            let value = if parameter.is_stepped { value.round() } else { value };
            let name = &parameter.name;
            let text = plugin.format(parameter.id, value).with_context(|| name.clone())?;
            let read = plugin.parse(parameter.id, &text).with_context(|| format!("{name}: {text:?}"))?;
            ensure!((parameter.min..=parameter.max).contains(&read), "{name}: {text:?} is read as {read}");
            let again = plugin.format(parameter.id, read)?;
            ensure!(again == text, "{name}: {text:?} is read as {again:?}");
        }
    }
    Ok(())
}

fn no_numbers(load: Load) -> Result<()> {
    let mut plugin = load()?;
    let mut random = Random::new(91);
    let changes = random_values(&plugin, &mut random);
    plugin.flush(&changes)?;
    let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN_POSITIVE / 2.0] {
        let mut channels = noise(&mut random, 2048);
        channels[0][700] = bad;
        channels[1][701..900].fill(bad);
        process(&mut audio, &mut channels, || 512).with_context(|| format!("{bad} goes in"))?;
    }
    audio.reset();
    let mut healed = noise(&mut Random::new(1), 10_000);
    process(&mut audio, &mut healed, || 512)?;
    plugin.deactivate(audio);
    ensure!(healed == render(&mut plugin, 1, 10_000, || 512)?, "something of it stays after a reset");
    Ok(())
}

fn silence(load: Load) -> Result<()> {
    let mut plugin = load()?;
    let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
    process(&mut audio, &mut noise(&mut Random::new(1), 10_000), || 512)?;
    let Some(tail_frames) = audio.tail_frames() else { bail!("the sound never ends") };
    let mut channels = [vec![0.0; tail_frames as usize + 10_000], vec![0.0; tail_frames as usize + 10_000]];
    process(&mut audio, &mut channels, || 512)?;
    let rest = channels.iter().flat_map(|channel| &channel[tail_frames as usize..]);
    ensure!(rest.copied().all(|sample| sample.abs() < 1e-6), "there is sound after the tail that was told");
    plugin.deactivate(audio);
    Ok(())
}

fn activations(load: Load) -> Result<()> {
    let mut plugin = load()?;
    let mut random = Random::new(111);
    for round in 0..12 {
        plugin.set_num_channels(1 + round % 2)?;
        let max_frames = [1, 17, 512, 8192][round % 4];
        let audio = plugin.activate(*random.choose(&RATES_HZ[6..12]), max_frames)?;
        let mut audio = audio;
        let mut channels = vec![vec![0.1; max_frames as usize]; 1 + round % 2];
        let mut slices: Vec<&mut [f32]> = channels.iter_mut().map(Vec::as_mut_slice).collect();
        if round % 3 > 0 {
            audio.process(&mut slices)?;
        }
        plugin.deactivate(audio);
        plugin.idle();
    }
    Ok(())
}

fn threads(load: Load) -> Result<()> {
    let mut plugin = load()?;
    let mut random = Random::new(121);
    let mut audio = plugin.activate(RATE_HZ, MAX_FRAMES as u32)?;
    let is_over = AtomicBool::new(false);
    let (audio, looked) = std::thread::scope(|scope| {
        let sound = scope.spawn(|| {
            let mut random = Random::new(122);
            while !is_over.load(Ordering::Acquire) {
                process(&mut audio, &mut noise(&mut random, 2048), || 256)?;
            }
            Ok::<_, anyhow::Error>(audio)
        });
        let until = Instant::now() + Duration::from_millis(500);
        let mut look = || -> Result<()> {
            let state = plugin.save()?;
            while Instant::now() < until {
                values(&mut plugin)?;
                plugin.idle();
                let saved = plugin.save()?;
                plugin.restore(if random.once_in(2) { &state } else { &saved })?;
                plugin.latency_samples();
            }
            Ok(())
        };
        let looked = look();
        is_over.store(true, Ordering::Release);
        (sound.join().expect("what fails is told"), looked)
    });
    plugin.deactivate(audio?);
    looked
}

fn instances(load: Load) -> Result<()> {
    let mut many = Vec::new();
    for idx in 0..12 {
        let mut plugin = load()?;
        let audio = if idx % 3 > 0 { Some(plugin.activate(RATE_HZ, MAX_FRAMES as u32)?) } else { None };
        many.push((plugin, audio));
    }
    // Not in the order in which they came.
    for idx in [5, 0, 3, 3, 7, 1, 0] {
        let (mut plugin, audio) = many.remove(idx);
        if let Some(audio) = audio {
            plugin.deactivate(audio);
        }
    }
    for (plugin, audio) in &mut many {
        if let Some(audio) = audio {
            process(audio, &mut noise(&mut Random::new(1), 2000), || 500)?;
        }
        plugin.save()?;
    }
    for (mut plugin, audio) in many {
        if let Some(audio) = audio {
            plugin.deactivate(audio);
        }
    }
    for _ in 0..50 {
        drop(load()?);
    }
    Ok(())
}
