//! Pictures of the real plugin in a window while it masters a song, at the usual and at the smallest size.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use discern::audio_file;
use discern_host::Plugin;

use crate::editor_host::EditorHost;
use crate::listening::Listening;
use crate::playback::{Pace, play};
use crate::session::{self, Session, settings_of_moves};
use crate::workspace::{bundled, demo_mix};

/// Width and height: as it opens, and as small as it gets.
const SIZES: [(u32, u32); 2] = [(1180, 740), (920, 600)];
/// Slow enough for meters to show something.
const PACE: Pace = Pace { block_sizes: &[512], speed: Some(4.0) };
const DRAW_TIMEOUT: Duration = Duration::from_secs(30);
const SETTLE: Duration = Duration::from_millis(700);

/// Pictures of an untouched, listening, judging and accepted editor into `folder`.
pub fn take(display: &str, folder: &Path) -> Result<()> {
    let mix = audio_file::read(&demo_mix())?;
    let mut session = Session::load(&bundled("clap"))?;
    let audio = session.activate(f64::from(mix.sample_rate_hz), mix.channels.len(), 512)?;
    let mut studio = Studio { editor: EditorHost::open(&mut session.plugin, display)?, folder };
    studio.editor.wait_drawn(&mut session.plugin, DRAW_TIMEOUT)?;
    studio.shoot(&mut session.plugin, "untouched")?;

    let mut listening = Listening::default();
    let mut num_looks = 0;
    let (audio, _) = play(&mut session.plugin, audio, &mix, PACE, |plugin, deck| {
        num_looks += 1;
        if num_looks == 1000 {
            studio.shoot(plugin, "listening")?;
        }
        listening.watch(plugin, deck)
    })?;
    studio.shoot(&mut session.plugin, "verdict")?;

    let report = session::report(&mut session.plugin)?.context("the report is gone")?;
    let mut events = Vec::new();
    for (id, value) in settings_of_moves(&report, "needed")? {
        events.push(session.host_value(&id, value)?);
    }
    let mut num_looks = 0;
    let (audio, _) = play(&mut session.plugin, audio, &mix, PACE, |plugin, deck| {
        num_looks += 1;
        match num_looks {
            1 => events.iter().try_for_each(|&(id, value)| deck.set(id, value))?,
            1000 => studio.shoot(plugin, "accepted")?,
            _ => {}
        }
        Ok(deck.is_song_over())
    })?;
    studio.editor.close(&mut session.plugin)?;
    session.plugin.deactivate(audio);
    Ok(())
}

struct Studio<'a> {
    editor: EditorHost,
    folder: &'a Path,
}

impl Studio<'_> {
    fn shoot(&mut self, plugin: &mut Plugin, name: &str) -> Result<()> {
        for (width, height) in SIZES {
            let (width, height) = self.editor.resize(plugin, width, height)?;
            let path = self.folder.join(format!("{name}_{width}x{height}.png"));
            self.editor.picture_after(plugin, SETTLE)?.save(&path)?;
            println!("   {}", path.display());
        }
        let (width, height) = SIZES[0];
        self.editor.resize(plugin, width, height)?;
        Ok(())
    }
}
