//! What Steinberg's validator tries that matters, on the built .vst3 in our own host.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use discern_host::Random;
use discern_vst3_host::{Audio, Plugin, Point};

const RATES_HZ: [f64; 9] = [8_000.0, 11_025.0, 22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0, 384_000.0];
const RATE_HZ: f64 = 48_000.0;
const MAX_FRAMES: usize = 1024;

type Promise = (&'static str, fn(&Path) -> Result<()>);

const PROMISES: [Promise; 7] = [
    ("every value has a text that says it", texts),
    ("a state has what was just set, at work or not", states_at_once),
    ("a state is the plugin, in another instance too", states),
    ("every rate", rates),
    ("the same samples for every division into blocks, automation included", blocks),
    ("suspended and resumed, it begins anew", resumed),
    ("instances come and go", instances),
];

/// All of them.
pub fn run(vst3: &Path) -> Result<()> {
    for (name, promise) in PROMISES {
        promise(vst3).with_context(|| format!(".vst3: {name}"))?;
    }
    println!("   .vst3: {} promises to hosts are kept", PROMISES.len());
    Ok(())
}

fn noise(random: &mut Random, num_frames: usize) -> Vec<Vec<f32>> {
    [(); 2].map(|()| (0..num_frames).map(|_| random.share() as f32 * 0.5 - 0.25).collect()).into()
}

/// All that comes out, in blocks of so many frames, with one parameter automated on its way.
fn render(audio: &mut Audio, automated: Option<u32>, mut size: impl FnMut() -> usize) -> Result<Vec<Vec<f32>>> {
    const NUM_FRAMES: usize = 16_000;
    const EVERY_FRAMES: usize = 777;
    let input = noise(&mut Random::new(5), NUM_FRAMES);
    let mut output = vec![Vec::new(); 2];
    let mut start = 0;
    while start < NUM_FRAMES {
        let end = NUM_FRAMES.min(start + size());
        for frame in (start..end).filter(|frame| frame % EVERY_FRAMES == 0) {
            if let Some(id) = automated {
                let value = (frame / EVERY_FRAMES) as f64 * 0.37 % 1.0;
                audio.bring(&[Point { id, frame: (frame - start) as i32, value }]);
            }
        }
        let mut block: Vec<Vec<f32>> = input.iter().map(|channel| channel[start..end].to_vec()).collect();
        audio.process(&mut block)?;
        for (output, block) in output.iter_mut().zip(block) {
            output.extend(block);
        }
        start = end;
    }
    ensure!(output.iter().flatten().all(|sample| sample.is_finite()), "what comes out is no number");
    Ok(output)
}

fn texts(vst3: &Path) -> Result<()> {
    let plugin = Plugin::load(vst3)?;
    for parameter in plugin.parameters() {
        for step in 0..=16 {
            let text = plugin.format(parameter.id, f64::from(step) / 16.0)?;
            let read = plugin.parse(parameter.id, &text).with_context(|| format!("{}: {text:?}", parameter.name))?;
            let again = plugin.format(parameter.id, read)?;
            ensure!(again == text, "{}: {text:?} is read as {again:?}", parameter.name);
        }
    }
    Ok(())
}

/// Shares for all parameters but the triggers.
fn random_shares(plugin: &Plugin, random: &mut Random) -> Vec<(u32, f64)> {
    let triggers = ["Listen", "Accept Needed"];
    let settings = plugin.parameters().iter().filter(|parameter| !triggers.contains(&parameter.name.as_str()));
    settings.map(|parameter| (parameter.id, random.share())).collect()
}

fn values(plugin: &Plugin) -> Vec<f64> {
    plugin.parameters().iter().map(|parameter| plugin.value(parameter.id)).collect()
}

fn states_at_once(vst3: &Path) -> Result<()> {
    for is_active in [false, true] {
        let mut plugin = Plugin::load(vst3)?;
        let audio = if is_active { Some(plugin.activate(RATE_HZ, 2, MAX_FRAMES)?) } else { None };
        for (id, share) in random_shares(&plugin, &mut Random::new(7)) {
            plugin.set(id, share)?;
        }
        let mut other = Plugin::load(vst3)?;
        other.restore(&plugin.save()?)?;
        ensure!(values(&plugin) == values(&other), "what was set is not in the state (active: {is_active})");
        drop(audio);
    }
    Ok(())
}

fn states(vst3: &Path) -> Result<()> {
    for seed in 1..4 {
        let mut plugin = Plugin::load(vst3)?;
        for (id, share) in random_shares(&plugin, &mut Random::new(seed)) {
            plugin.set(id, share)?;
        }
        let mut audio = plugin.activate(RATE_HZ, 2, MAX_FRAMES)?;
        audio.process(&mut noise(&mut Random::new(1), 64))?;
        audio.reset()?;
        let expected = render(&mut audio, None, || 512)?;
        let state = plugin.save()?;
        let mut other = Plugin::load(vst3)?;
        other.restore(&state)?;
        ensure!(values(&plugin) == values(&other), "other values after loading");
        ensure!(other.save()? == state, "a loaded state is saved differently");
        let mut sound = other.activate(RATE_HZ, 2, MAX_FRAMES)?;
        ensure!(render(&mut sound, None, || 512)? == expected, "other samples after loading");
        drop((audio, sound));
    }
    Ok(())
}

fn rates(vst3: &Path) -> Result<()> {
    let mut plugin = Plugin::load(vst3)?;
    for seed in 1..3 {
        for (id, share) in random_shares(&plugin, &mut Random::new(seed)) {
            plugin.set(id, share)?;
        }
        for rate_hz in RATES_HZ {
            let mut audio = plugin.activate(rate_hz, 2, MAX_FRAMES).with_context(|| format!("{rate_hz} Hz"))?;
            render(&mut audio, None, || MAX_FRAMES).with_context(|| format!("{rate_hz} Hz"))?;
        }
    }
    Ok(())
}

fn blocks(vst3: &Path) -> Result<()> {
    let mut plugin = Plugin::load(vst3)?;
    let gain = plugin.parameters().iter().find(|it| it.name.contains("Gain")).map(|it| it.id);
    let mut random = Random::new(9);
    let mut audio = plugin.activate(RATE_HZ, 2, MAX_FRAMES)?;
    let expected = render(&mut audio, gain, || MAX_FRAMES)?;
    for size in [32, 441] {
        audio.reset()?;
        ensure!(render(&mut audio, gain, || size)? == expected, "blocks of {size} give other samples");
    }
    audio.reset()?;
    ensure!(render(&mut audio, gain, || random.size(MAX_FRAMES))? == expected, "blocks of any size give other samples");
    Ok(())
}

fn resumed(vst3: &Path) -> Result<()> {
    let mut plugin = Plugin::load(vst3)?;
    for (id, share) in random_shares(&plugin, &mut Random::new(3)) {
        plugin.set(id, share)?;
    }
    let mut expected = None;
    for _ in 0..4 {
        let mut audio = plugin.activate(RATE_HZ, 2, MAX_FRAMES)?;
        audio.process(&mut noise(&mut Random::new(1), 64))?;
        audio.reset()?;
        let output = render(&mut audio, None, || 512)?;
        ensure!(*expected.get_or_insert_with(|| output.clone()) == output, "another activation gives other samples");
    }
    Ok(())
}

fn instances(vst3: &Path) -> Result<()> {
    let mut many = Vec::new();
    for idx in 0..8 {
        let mut plugin = Plugin::load(vst3)?;
        let audio = if idx % 2 == 0 { Some(plugin.activate(RATE_HZ, 2, MAX_FRAMES)?) } else { None };
        many.push((audio, plugin));
    }
    for idx in [3, 0, 4] {
        drop(many.remove(idx));
    }
    for (audio, plugin) in &mut many {
        if let Some(audio) = audio {
            audio.process(&mut noise(&mut Random::new(1), 512))?;
        }
        plugin.run(Duration::from_millis(1))?;
    }
    Ok(())
}
