//! The same song and settings through .clap, .vst3 and command line: the same samples.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use discern::audio_file::{self, AudioFile};
use discern_host::Parameter;
use serde_json::{Map, json};

use super::clap::{busy_settings, render_clap, same_samples};
use super::tools::python;
use crate::session::Session;
use crate::workspace::{bundled, demo_mix, out, root, run_command, target};

/// With every stage at work, and untouched.
pub fn run() -> Result<()> {
    crate::workspace::run("cargo", &["build", "--quiet", "--release", "--bin", "discern-cli"])?;
    compare(&busy_settings())?;
    compare(&[])
}

fn compare(settings: &[(String, f64)]) -> Result<()> {
    let folder = out("verify")?;
    let song = audio_file::read(&demo_mix())?;
    let clap = render_clap(&bundled("clap"), &song, settings, &[512])?;
    let cli = render_cli(settings, &folder.join("cli.wav"))?;
    same_samples(".clap", &clap, "command line", &cli)?;
    let vst3 = render_vst3(&song, settings, &folder)?;
    same_samples(".clap", &clap, ".vst3", &vst3)
}

fn render_cli(settings: &[(String, f64)], output: &Path) -> Result<AudioFile> {
    let mut command = Command::new(target().join("release/discern-cli"));
    command.arg("render").arg(demo_mix()).arg("-o").arg(output).args(["--bits", "32f", "--overwrite"]);
    for (id, value) in settings {
        let setting = discern::chain::settings::find(id).with_context(|| format!("no setting {id}"))?;
        command.args(["--set", &format!("{id}={}", setting.format(*value))]);
    }
    run_command(command.stdout(std::process::Stdio::null()))?;
    audio_file::read(output)
}

/// pedalboard is told the very values that the .clap has, as shares of each parameter's range.
fn render_vst3(song: &AudioFile, settings: &[(String, f64)], folder: &Path) -> Result<AudioFile> {
    let mut session = Session::load(&bundled("clap"))?;
    let mut values = Map::new();
    for (id, value) in settings {
        let (host_id, value) = session.host_value(id, *value)?;
        let parameter = session.plugin.parameter(Parameter::id_of(id))?;
        ensure!(parameter.id == host_id, "one id, two parameters");
        values.insert(parameter.name.clone(), json!(parameter.normalized(value)));
    }
    let job = json!({
        "plugin": bundled("vst3"),
        "sample_rate_hz": song.sample_rate_hz,
        "channels": song.channels.len(),
        "values": values,
        "input": folder.join("vst3_input.f32"),
        "output": folder.join("vst3_output.f32"),
    });
    let job_file = folder.join("vst3_job.json");
    std::fs::write(&job_file, serde_json::to_string(&job)?)?;
    let bytes = |channel: &Vec<f32>| channel.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>();
    std::fs::write(folder.join("vst3_input.f32"), song.channels.iter().flat_map(bytes).collect::<Vec<u8>>())?;
    run_command(Command::new(python()).arg(root().join("tests/vst3/render.py")).arg(&job_file))?;
    let rendered = std::fs::read(folder.join("vst3_output.f32"))?;
    let samples: Vec<f32> =
        rendered.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect();
    let channels = samples.chunks(samples.len() / song.channels.len()).map(<[f32]>::to_vec).collect();
    Ok(AudioFile { channels, ..song.clone() })
}
