//! Nothing on the audio thread that could make it late: both formats under the checker (`xtask/realtime_check`), with the
//! editor open and in use, a song heard, clips, comparisons, states loaded, storms of parameters, jumps, at every rate.

mod checker;
mod storm;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use discern::audio_file;
use discern_host::Random;

use crate::first_listening::listen;
use crate::instance::{ClapInstance, Instance, Sound, Vst3Instance, while_playing};
use crate::screen::{ESCAPE, Input};
use crate::session::with_saved;
use crate::workspace::{bundled, demo_mix, target};
use checker::Checker;
use storm::{MAX_FRAMES, Storm};

/// Blocks of random sizes in all.
const NUM_BLOCKS: usize = 50_000;
/// Hz; in the range of the plugin from end to end.
const RATES_HZ: [f64; 6] = [48_000.0, 8_000.0, 44_100.0, 96_000.0, 192_000.0, 384_000.0];
/// Between two things that are done on the main thread.
const PAUSE: Duration = Duration::from_millis(60);
/// What the editor does something on, as long as it does not load or save.
const KEYS: &[u8] = b"mdflsph]r[am";

/// Builds the checker, and starts this program with it on a screen.
pub fn run() -> Result<()> {
    crate::workspace::run("cargo", &["build", "--quiet", "-p", "discern-realtime-check"])?;
    let library = target().join("debug/libdiscern_realtime_check.so");
    ensure!(library.exists(), "the checker was not built: {}", library.display());
    super::on_screen_with("realtime", &[("LD_PRELOAD", OsString::from(library))])
}

/// What [`run`] starts.
pub fn watch(display: &str) -> Result<()> {
    let checker = Checker::new()?;
    checker.check_itself()?;
    watch_format::<ClapInstance>(&checker, bundled("clap"), display, 1).context(".clap")?;
    watch_format::<Vst3Instance>(&checker, bundled("vst3"), display, 2).context(".vst3")?;
    let num_watched = checker.num_entered();
    checker.verdict()?;
    ensure!(num_watched > NUM_BLOCKS as u64, "only {num_watched} calls were watched");
    println!(
        "   {num_watched} calls of process and reset, none of which allocates, frees, locks, waits or calls the system"
    );
    Ok(())
}

fn watch_format<I: Instance>(checker: &Checker, bundle: PathBuf, display: &str, seed: u64) -> Result<()> {
    let mut random = Random::new(seed);
    let mix = audio_file::read(&demo_mix())?;
    let input = Input::new(display)?;
    let mut instance = I::load(&bundle)?;
    instance.open_editor(display)?;
    let empty = instance.save()?;

    let mut sound = instance.activate(f64::from(mix.sample_rate_hz), MAX_FRAMES, false)?;
    sound.watch(checker.around());
    let sound = listen(&mut instance, sound, &mix, |_| Ok(()))?;
    instance.deactivate(sound);
    checker.look("a listening")?;

    let judged = instance.save()?;
    let with_reference = with_saved(&judged, |saved| {
        saved["references"] = serde_json::json!([{ "path": demo_mix() }]);
    })?;
    let states = [empty, judged, with_reference];
    let formats = 2;
    // Once more at the first rate, as an export.
    let phases = RATES_HZ.iter().map(|rate_hz| (*rate_hz, false)).chain([(RATES_HZ[0], true)]);
    let num_blocks = NUM_BLOCKS.div_ceil(formats * (RATES_HZ.len() + 1));
    for (rate_hz, is_offline) in phases {
        let start = Instant::now();
        let mut sound = instance.activate(rate_hz, MAX_FRAMES, is_offline)?;
        sound.watch(checker.around());
        let mut storm = Storm::new(random.bits(), instance.parameters(), &mix);
        let mut hand = Hand { random: &mut random, input: &input, states: &states, last: Instant::now(), num_deeds: 0 };
        let played =
            while_playing(&mut instance, sound, |sound| storm.play(sound, num_blocks), |it| hand.do_something(it));
        let num_deeds = hand.num_deeds;
        let what = format!("{rate_hz} Hz{}", if is_offline { ", offline" } else { "" });
        checker.look(&what)?;
        instance.deactivate(played.with_context(|| what.clone())?);
        println!("   {what}: {num_blocks} blocks, {num_deeds} deeds in {:.1} s", start.elapsed().as_secs_f64());
    }
    instance.close_editor()
}

/// What happens on the main thread meanwhile.
struct Hand<'a> {
    random: &'a mut Random,
    input: &'a Input,
    states: &'a [Vec<u8>],
    last: Instant,
    num_deeds: usize,
}

impl Hand<'_> {
    fn do_something<I: Instance>(&mut self, instance: &mut I) -> Result<()> {
        if self.last.elapsed() < PAUSE {
            return Ok(());
        }
        self.last = Instant::now();
        self.num_deeds += 1;
        let Some(window) = instance.window() else { bail!("the editor is closed") };
        match self.random.below(8) {
            0 => {
                let state = self.random.choose(self.states);
                instance.restore(state)
            }
            1 => instance.save().map(|_| ()),
            2 => {
                let (width, height) = window.size();
                let point = (self.random.below(width as usize) as i32, self.random.below(height as usize) as i32);
                self.input.move_to(window.on_screen(point))
            }
            _ => {
                window.focus()?;
                let key = *self.random.choose(KEYS);
                self.input.key(key.into())?;
                // Out of whatever was opened.
                if self.random.once_in(8) { self.input.key(ESCAPE) } else { Ok(()) }
            }
        }
    }
}
