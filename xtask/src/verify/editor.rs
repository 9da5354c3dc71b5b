//! The way from an accepted move through an open editor to the host's parameters.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern::audio_file;
use discern_host::{Parameter, Plugin};

use super::clap::check_landing;
use crate::editor_host::{EditorHost, idle};
use crate::listening::Listening;
use crate::playback::{Deck, Pace, play, render};
use crate::session::{self, Session, settings_of_moves};

const DRAW_TIMEOUT: Duration = Duration::from_secs(30);
const ACCEPT_TIMEOUT: Duration = Duration::from_secs(30);
/// A button that is pressed before anything can come of it gets this long to do nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// The action parameter Accept Needed: pending while no editor was ever open, carried out once one is.
pub fn run(clap: &Path, mix: &Path, display: &str) -> Result<()> {
    let mix = audio_file::read(mix)?;
    let mut session = Session::load(clap)?;
    let audio = session.activate(f64::from(mix.sample_rate_hz), mix.channels.len(), 512)?;
    let mut accepting =
        Accepting { display, listening: Listening::default(), step: Step::Listening, needed: Vec::new() };
    let pace = Pace { block_sizes: &[512], speed: Some(20.0) };
    let (mut audio, _) = play(&mut session.plugin, audio, &mix, pace, |plugin, deck| accepting.watch(plugin, deck))?;
    let needed = std::mem::take(&mut accepting.needed);
    session.check(&needed).context("Accept Needed did not set the parameters")?;
    let told = audio.take_changes();
    for (id, _) in &needed {
        let host_id = Parameter::id_of(id);
        ensure!(told.iter().any(|(changed, _)| *changed == host_id), "the host was not told that {id} changed");
    }
    audio.transport.position_frames = 0;
    audio.reset();
    let (audio, master) = render(&mut session.plugin, audio, &mix, &[512])?;
    if let Step::Accepted(editor) = std::mem::replace(&mut accepting.step, Step::Listening) {
        editor.close(&mut session.plugin)?;
    }
    session.plugin.deactivate(audio);
    check_landing(&needed, &master)
}

struct Accepting<'a> {
    display: &'a str,
    listening: Listening,
    step: Step,
    needed: Vec<(String, f64)>,
}

enum Step {
    Listening,
    /// Accept Needed was pressed without an editor.
    Pressed(Instant),
    /// The editor was opened.
    Open(EditorHost, Instant),
    Accepted(EditorHost),
}

impl Accepting<'_> {
    fn watch(&mut self, plugin: &mut Plugin, deck: &Deck) -> Result<bool> {
        let accept = Parameter::id_of("action.accept_needed");
        match &self.step {
            Step::Listening => {
                if self.listening.watch(plugin, deck)? {
                    let report = session::report(plugin)?.context("the report is gone")?;
                    self.needed = settings_of_moves(&report, "needed")?;
                    ensure!(!self.needed.is_empty(), "nothing was Needed for the demo mix, so nothing was tried");
                    deck.set(accept, 1.0)?;
                    self.step = Step::Pressed(Instant::now());
                }
            }
            Step::Pressed(since) if since.elapsed() >= PATIENCE => {
                ensure!(session::saved(plugin)?["accept_pending"] == true, "Accept without an editor is not pending");
                ensure!(!self.has_arrived(plugin)?, "parameters changed without an editor: the check is out of date");
                deck.set(accept, 0.0)?;
                let editor = EditorHost::open(plugin, self.display)?;
                editor.wait_drawn(plugin, DRAW_TIMEOUT)?;
                self.step = Step::Open(editor, Instant::now());
            }
            Step::Open(_, since) => {
                let is_late = since.elapsed() > ACCEPT_TIMEOUT;
                if self.has_arrived(plugin)? {
                    let Step::Open(editor, _) = std::mem::replace(&mut self.step, Step::Listening) else {
                        return Ok(false);
                    };
                    self.step = Step::Accepted(editor);
                    // The host hears of it in the blocks to come.
                    idle(plugin, PATIENCE);
                    return Ok(true);
                }
                ensure!(!is_late, "Accept Needed changed nothing within {} s", ACCEPT_TIMEOUT.as_secs());
            }
            Step::Pressed(_) | Step::Accepted(_) => {}
        }
        Ok(false)
    }

    fn has_arrived(&self, plugin: &mut Plugin) -> Result<bool> {
        for (id, value) in &self.needed {
            if session::setting(plugin, id)? != *value {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
