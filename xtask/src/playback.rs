//! A song played through the plugin on a thread of its own, as a host's audio thread does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use discern::audio_file::AudioFile;
use discern_host::{Audio, ClapId, Plugin};

/// How to play.
#[derive(Clone, Copy, Debug)]
pub struct Pace<'a> {
    /// Sizes of blocks, taken in turns, frames.
    pub block_sizes: &'a [usize],
    /// Times real time at most; `None` as fast as it goes.
    pub speed: Option<f64>,
}

/// What the main thread can ask of the audio thread.
enum Order {
    Set(ClapId, f64),
    Stop,
}

/// The main thread's line to a running audio thread.
pub struct Deck<'a> {
    orders: Sender<Order>,
    is_song_over: &'a AtomicBool,
}

impl Deck<'_> {
    /// Sets a parameter at the start of the next block.
    pub fn set(&self, id: ClapId, value: f64) -> Result<()> {
        self.orders.send(Order::Set(id, value)).ok().context("the audio thread has ended")
    }

    /// The song has been played to its end; from here the transport stands and silence goes in.
    pub fn is_song_over(&self) -> bool {
        self.is_song_over.load(Ordering::Acquire)
    }
}

/// Plays `song` once from its start, then silence with the transport stopped until `watch` says `true`. `watch` runs
/// on this thread every few milliseconds. Returns the plugin's audio side and what came out of it for the song, delay
/// removed.
pub fn play(
    plugin: &mut Plugin,
    audio: Audio,
    song: &AudioFile,
    pace: Pace,
    mut watch: impl FnMut(&mut Plugin, &Deck) -> Result<bool>,
) -> Result<(Audio, AudioFile)> {
    let latency_samples = plugin.latency_samples();
    let is_song_over = AtomicBool::new(false);
    let (orders, received) = channel();
    std::thread::scope(|scope| {
        let tape = Tape { audio, song, pace, latency_samples, is_song_over: &is_song_over };
        let thread = scope.spawn(move || tape.run(&received));
        let deck = Deck { orders, is_song_over: &is_song_over };
        let mut watched = Ok(false);
        while !thread.is_finished() && matches!(watched, Ok(false)) {
            plugin.idle();
            watched = watch(plugin, &deck);
            std::thread::sleep(Duration::from_millis(2));
        }
        deck.orders.send(Order::Stop).ok();
        let played = thread.join().expect("the audio thread does not panic");
        watched?;
        played
    })
}

/// Plays `song` once with nobody watching.
pub fn render(
    plugin: &mut Plugin,
    audio: Audio,
    song: &AudioFile,
    block_sizes: &[usize],
) -> Result<(Audio, AudioFile)> {
    play(plugin, audio, song, Pace { block_sizes, speed: None }, |_, deck| Ok(deck.is_song_over()))
}

struct Tape<'a> {
    audio: Audio,
    song: &'a AudioFile,
    pace: Pace<'a>,
    latency_samples: usize,
    is_song_over: &'a AtomicBool,
}

impl Tape<'_> {
    fn run(mut self, orders: &Receiver<Order>) -> Result<(Audio, AudioFile)> {
        let num_frames = self.song.num_frames();
        let num_channels = self.song.channels.len();
        let mut output = vec![Vec::with_capacity(num_frames + self.latency_samples); num_channels];
        let mut block = vec![Vec::new(); num_channels];
        let start = Instant::now();
        let mut position = 0;
        for &size in self.pace.block_sizes.iter().cycle() {
            let mut is_stopped = false;
            loop {
                match orders.try_recv() {
                    Ok(Order::Set(id, value)) => self.audio.set(id, value),
                    Err(TryRecvError::Empty) => break,
                    // Nobody is left to stop it otherwise.
                    Ok(Order::Stop) | Err(TryRecvError::Disconnected) => {
                        is_stopped = true;
                        break;
                    }
                }
            }
            if is_stopped {
                break;
            }
            let is_over = position >= num_frames + self.latency_samples;
            // Blocks end where the song ends, so that the transport stops exactly there.
            let size = if position < num_frames { size.min(num_frames - position) } else { size };
            self.audio.transport.is_playing = position < num_frames;
            for (block, channel) in block.iter_mut().zip(&self.song.channels) {
                block.clear();
                block.extend_from_slice(channel.get(position..(position + size).min(num_frames)).unwrap_or(&[]));
                block.resize(size, 0.0);
            }
            let mut channels: Vec<&mut [f32]> = block.iter_mut().map(Vec::as_mut_slice).collect();
            self.audio.process(&mut channels)?;
            if !is_over {
                for (output, block) in output.iter_mut().zip(&block) {
                    output.extend_from_slice(block);
                }
            }
            position += size;
            self.is_song_over.store(position >= num_frames + self.latency_samples, Ordering::Release);
            self.wait(start, position, num_frames);
        }
        for channel in &mut output {
            channel.drain(..self.latency_samples);
            channel.truncate(num_frames);
            ensure!(channel.len() == num_frames, "playing was stopped before the song's end");
        }
        Ok((self.audio, AudioFile { channels: output, ..self.song.clone() }))
    }

    /// Keeps to the speed during the song, and to real time after it.
    fn wait(&self, start: Instant, position: usize, num_frames: usize) {
        let rate = self.audio.sample_rate_hz();
        let Some(speed) = self.pace.speed else {
            if position > num_frames + self.latency_samples {
                std::thread::sleep(Duration::from_millis(1));
            }
            return;
        };
        let in_song = position.min(num_frames) as f64 / rate / speed;
        let after = position.saturating_sub(num_frames) as f64 / rate;
        let due = start + Duration::from_secs_f64(in_song + after);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}
