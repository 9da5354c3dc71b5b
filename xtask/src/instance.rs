//! One instance of the built plugin whatever its format: its parameters, state and editor here, its sound on another thread.

mod clap;
mod vst3;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use discern_host::Around;

use crate::screen::Window;

pub use clap::ClapInstance;
pub use vst3::Vst3Instance;

/// The host's main thread.
pub trait Instance: Sized {
    /// The audio thread's side.
    type Sound: Sound;

    /// A fresh instance of what is in a bundle.
    fn load(bundle: &Path) -> Result<Self>;

    /// All parameters.
    fn parameters(&self) -> Vec<u32>;

    /// Ready to process stereo blocks of at most `max_frames`.
    fn activate(&mut self, sample_rate_hz: f64, max_frames: usize, is_offline: bool) -> Result<Self::Sound>;

    /// Ends what [`Self::activate`] began.
    fn deactivate(&mut self, sound: Self::Sound);

    /// The state as the host would store it in a project.
    fn save(&mut self) -> Result<Vec<u8>>;

    /// Gives the plugin a stored state.
    fn restore(&mut self, state: &[u8]) -> Result<()>;

    /// Opens the editor in a window of its own.
    fn open_editor(&mut self, display: &str) -> Result<()>;

    /// Closes it again.
    fn close_editor(&mut self) -> Result<()>;

    /// The editor's window while it is open.
    fn window(&self) -> Option<&Window>;

    /// The main loop for so long.
    fn run(&mut self, time: Duration) -> Result<()>;
}

/// The host's audio thread.
pub trait Sound: Send {
    /// Sets a parameter at a frame of the next block to a share of its range.
    fn set(&mut self, frame: usize, id: u32, share: f64);

    /// Where the next block is in the song, and whether the song runs.
    fn locate(&mut self, position_frames: u64, is_playing: bool);

    /// One block in place.
    fn process(&mut self, left: &mut [f32], right: &mut [f32]) -> Result<()>;

    /// Clears all that sounds on.
    fn reset(&mut self) -> Result<()>;

    /// Calls the first right before each call that the plugin gets here, and the second right after it.
    fn watch(&mut self, around: Around);
}

/// The main loop, with `look` every few milliseconds, while `play` has the sound on a thread of its own; gives the sound
/// back when `play` has ended.
pub fn while_playing<I: Instance>(
    instance: &mut I,
    mut sound: I::Sound,
    play: impl FnOnce(&mut I::Sound) -> Result<()> + Send,
    mut look: impl FnMut(&mut I) -> Result<()>,
) -> Result<I::Sound> {
    let (sound, looked) = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("sound".to_owned()).spawn_scoped(scope, move || {
            play(&mut sound)?;
            Ok::<_, anyhow::Error>(sound)
        })?;
        let mut looked = Ok(());
        while !thread.is_finished() {
            if looked.is_ok() {
                looked = instance.run(TICK).and_then(|()| look(instance));
            }
            // Whoever plays is to end by itself.
            std::thread::sleep(Duration::from_millis(1));
        }
        let played = thread.join().map_err(|_| anyhow::anyhow!("the audio thread panicked"))?;
        played.map(|sound| (sound, looked))
    })?;
    looked?;
    Ok(sound)
}

const TICK: Duration = Duration::from_millis(5);
