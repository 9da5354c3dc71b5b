//! A session in Ardour with the .vst3 on its master bus: saved, loaded, exported ten times, by Ardour's own programs and its
//! dummy sound card. Needs Debian's package `ardour` (7 or newer).

mod preset;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use discern::audio_file;

use crate::first_listening::listen;
use crate::instance::{Instance, Vst3Instance};
use crate::session::saved_in;
use crate::workspace::{bundled, demo_mix, has_program, out, root};
use preset::{Preset, chunk_of, with_chunk};

const VERSIONS: [u32; 3] = [7, 8, 9];
const NUM_EXPORTS: usize = 10;
const RATE_HZ: u32 = 48_000;
/// Recorded from silence, s; the sound is put in its place afterwards.
const TAKE_S: u32 = 8;
const BLOCK_FRAMES: usize = 512;

/// All of it; sessions and exports stay in `out/verify/ardour`.
pub fn run() -> Result<()> {
    let ardour = Ardour::find()?;
    ardour.scan(&bundled("vst3"))?;
    ardour.make_session()?;
    let state = judged_state()?;
    ardour.check_reload(&state)?;
    ardour.check_exports()
}

/// What the plugin saves once it has judged the demo mix.
fn judged_state() -> Result<Vec<u8>> {
    let mix = audio_file::read(&demo_mix())?;
    let mut instance = Vst3Instance::load(&bundled("vst3"))?;
    let sound = instance.activate(f64::from(mix.sample_rate_hz), BLOCK_FRAMES, false)?;
    let sound = listen(&mut instance, sound, &mix, |_| Ok(()))?;
    instance.deactivate(sound);
    instance.save()
}

struct Ardour {
    version: u32,
    folder: PathBuf,
}

impl Ardour {
    fn find() -> Result<Self> {
        let has = |version: &u32| has_program(&format!("ardour{version}-export"), &["--version"]);
        let version = VERSIONS.into_iter().find(has);
        let version = version.context("there is no ardour7-export or newer; apt-get install ardour")?;
        let folder = out("verify/ardour")?;
        std::fs::remove_dir_all(&folder)?;
        Ok(Self { version, folder: out("verify/ardour")? })
    }

    /// With a home of its own, so that nobody's settings and plugins matter.
    fn run(&self, program: &str, args: &[&str]) -> Result<Output> {
        let home = self.folder.join("home");
        let mut command = Command::new(program);
        let library = format!("/usr/lib/ardour{}", self.version);
        command.args(args).current_dir(root()).env("HOME", &home).env_remove("DISPLAY");
        for variable in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env_remove(variable);
        }
        command
            .env("LD_LIBRARY_PATH", &library)
            .env("ARDOUR_DATA_PATH", format!("/usr/share/ardour{}", self.version))
            .env("ARDOUR_CONFIG_PATH", format!("/etc/ardour{}", self.version))
            .env("ARDOUR_DLL_PATH", &library);
        let output = command.output().with_context(|| format!("{program} cannot be started"))?;
        let text = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).join("\n");
        // A signal ends it without a code.
        ensure!(output.status.code().is_some(), "{program} died ({}):\n{text}", output.status);
        ensure!(output.status.success(), "{program} failed ({}):\n{text}", output.status);
        Ok(output)
    }

    /// Puts the bundle where Ardour looks, and lets it look.
    fn scan(&self, vst3: &Path) -> Result<()> {
        let plugins = self.folder.join("home/.vst3");
        let bundle = plugins.join("Discern.vst3");
        let binaries = Path::new("Contents").join(format!("{}-linux", std::env::consts::ARCH));
        std::fs::create_dir_all(bundle.join(&binaries))?;
        let library = binaries.join("Discern.so");
        std::fs::copy(vst3.join(&library), bundle.join(&library))?;
        // What it finds in the second in which the bundle was written it takes for outdated.
        std::thread::sleep(Duration::from_secs(2));
        let scanner = format!("/usr/lib/ardour{}/ardour-vst3-scanner", self.version);
        let output = self.run(&scanner, &["-v", "-f", &bundle.to_string_lossy()])?;
        let text = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).join("\n");
        ensure!(text.contains("Found Plugin: Discern"), "Ardour's scanner does not find the plugin:\n{text}");
        println!("   Ardour {} finds the plugin", self.version);
        Ok(())
    }

    /// Runs a script in Ardour's own Lua, with its dummy sound card.
    fn script(&self, name: &str, body: &str) -> Result<String> {
        let path = self.folder.join(name).with_extension("lua");
        let session = self.session();
        let text = format!(
            "AudioEngine:set_backend(\"None (Dummy)\", \"\", \"\"):set_device_name(\"Silence\")\n\
             folder = {:?}\n{body}\nclose_session()\nquit()\n",
            session.to_string_lossy()
        );
        std::fs::write(&path, text)?;
        let output = self.run(&format!("ardour{}-lua", self.version), &[&path.to_string_lossy()])?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(text.contains("all done"), "{name}: the script did not get to its end:\n{text}");
        Ok(text)
    }

    fn session(&self) -> PathBuf {
        self.folder.join("session")
    }

    fn session_file(&self) -> PathBuf {
        self.session().join("session.ardour")
    }

    /// A track with the demo mix, and the plugin on the master bus.
    fn make_session(&self) -> Result<()> {
        let record = format!(
            r#"
s = create_session(folder, "session", {RATE_HZ})
Session = s
local tracks = s:new_audio_track(2, 2, nil, 1, "mix", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local plugin = ARDOUR.LuaAPI.new_plugin(s, "Discern", ARDOUR.PluginType.VST3, "")
assert(not plugin:isnil())
assert(s:master_out():add_processor_by_index(plugin, 0, nil, true) == 0)
for track in tracks:iter() do
  track:to_track():rec_enable_control():set_value(1, PBD.GroupControlDisposition.NoGroup)
end
s:maybe_enable_record()
s:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
os.execute("sleep {TAKE_S}")
s:request_stop(false, false, ARDOUR.TransportRequestSource.TRS_UI)
os.execute("sleep 1")
for track in tracks:iter() do
  track:to_track():rec_enable_control():set_value(0, PBD.GroupControlDisposition.NoGroup)
end
s:save_state("")
print("all done")
"#
        );
        self.script("make", &record)?;
        let mix = audio_file::read(&demo_mix())?;
        for (letter, channel) in [('L', mix.left()), ('R', mix.right())] {
            self.fill_take(letter, channel)?;
        }
        println!("   a session with a track of {TAKE_S} s and the plugin on its master bus");
        Ok(())
    }

    /// Puts sound into what was recorded, frame for frame.
    fn fill_take(&self, letter: char, channel: &[f32]) -> Result<()> {
        let folder = self.session().join("interchange/session/audiofiles");
        let mut files = std::fs::read_dir(&folder)?.filter_map(|entry| Some(entry.ok()?.path()));
        let ends = format!("%{letter}.wav");
        let path = files.find(|path| path.to_string_lossy().ends_with(&ends)).context("nothing was recorded")?;
        let num_frames = hound::WavReader::open(&path)?.duration() as usize;
        ensure!(num_frames > RATE_HZ as usize, "only {num_frames} frames were recorded");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: RATE_HZ,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(&path, spec)?;
        for sample in channel.iter().cycle().take(num_frames) {
            writer.write_sample(*sample)?;
        }
        Ok(writer.finalize()?)
    }

    /// The plugin's state as the session file has it.
    fn state(&self) -> Result<Vec<u8>> {
        let preset = Preset::read(&chunk_of(&std::fs::read_to_string(self.session_file())?)?)?;
        Ok(preset.component)
    }

    /// A judged state in the session: what was said of the song outlasts loading and saving.
    fn check_reload(&self, judged: &[u8]) -> Result<()> {
        let text = std::fs::read_to_string(self.session_file())?;
        let mut preset = Preset::read(&chunk_of(&text)?)?;
        preset.component = judged.to_vec();
        std::fs::write(self.session_file(), with_chunk(&text, &preset.write())?)?;
        let mut last = None;
        for round in 1..=2 {
            self.script(
                "reload",
                "s = load_session(folder, \"session\")\nassert(s)\ns:save_state(\"\")\nprint(\"all done\")",
            )?;
            let state = self.state()?;
            let (was, is) = (saved_in(judged)?, saved_in(&state)?);
            for part in ["report", "brief", "decisions", "references"] {
                ensure!(was[part] == is[part], "after reload {round} {part} is {}, not {}", is[part], was[part]);
            }
            ensure!(!is["report"]["verdict"].is_null(), "there is no verdict in {}", is["report"]);
            if let Some(last) = last.replace(state.clone()) {
                ensure!(last == state, "loaded and saved again, the state has other bytes");
            }
        }
        println!("   verdict, moves and report are there after saving and loading");
        Ok(())
    }

    fn check_exports(&self) -> Result<()> {
        let mut first: Option<Vec<f32>> = None;
        for idx in 1..=NUM_EXPORTS {
            let path = self.folder.join(format!("export_{idx}.wav"));
            let (folder, file) = (self.session(), path.to_string_lossy().into_owned());
            let program = format!("ardour{}-export", self.version);
            self.run(&program, &["-b", "float", "-o", &file, &folder.to_string_lossy(), "session"])
                .with_context(|| format!("export {idx} of {NUM_EXPORTS}"))?;
            let samples: Vec<f32> = hound::WavReader::open(&path)?.samples().collect::<Result<_, _>>()?;
            ensure!(samples.iter().any(|sample| sample.abs() > 0.01), "export {idx} is silent");
            match &first {
                None => first = Some(samples),
                Some(first) if *first != samples => {
                    let place = first.iter().zip(&samples).position(|(one, other)| one != other);
                    bail!("export {idx} differs from the first, from sample {place:?} on");
                }
                Some(_) => {}
            }
        }
        println!("   exported {NUM_EXPORTS} times, the same samples");
        Ok(())
    }
}
