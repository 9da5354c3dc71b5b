//! A listening as a person does it: press Listen, play the song, press again, wait for the verdict.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use discern_host::{Parameter, Plugin};

use crate::playback::Deck;
use crate::session;

/// The verdict is due within 2 s of the end of listening, effects within 15 s; slow machines get more.
const VERDICT_TIMEOUT: Duration = Duration::from_secs(90);
/// Between two values of a button, so that they fall into different blocks.
const PRESS: Duration = Duration::from_millis(60);

/// Where it has got to.
#[derive(Clone, Copy, Debug, Default)]
pub enum Listening {
    /// Listen is to be pressed.
    #[default]
    Before,
    /// The song plays.
    Playing,
    /// The song is over and the button released, since then.
    Released(Instant),
    /// Pressed again, since then.
    Waiting(Instant),
}

impl Listening {
    /// One look at it, for [`play`](crate::playback::play): true once the saved state has a report.
    pub fn watch(&mut self, plugin: &mut Plugin, deck: &Deck) -> Result<bool> {
        let listen = Parameter::id_of("action.listen");
        match *self {
            Self::Before => {
                deck.set(listen, 1.0)?;
                *self = Self::Playing;
            }
            Self::Playing if deck.is_song_over() => {
                deck.set(listen, 0.0)?;
                *self = Self::Released(Instant::now());
            }
            Self::Released(since) if since.elapsed() >= PRESS => {
                deck.set(listen, 1.0)?;
                *self = Self::Waiting(Instant::now());
            }
            Self::Waiting(since) => {
                if since.elapsed() >= PRESS && session::report(plugin)?.is_some() {
                    deck.set(listen, 0.0)?;
                    return Ok(true);
                }
                ensure!(since.elapsed() < VERDICT_TIMEOUT, "no verdict {} s after the song", VERDICT_TIMEOUT.as_secs());
            }
            Self::Playing | Self::Released(_) => {}
        }
        Ok(false)
    }
}
