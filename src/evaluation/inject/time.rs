//! Faults of the file's bounds: silence before and after the song.

use super::track::{Places, Track};

/// Digital silence before the song; amount: its length, seconds.
pub fn silence_head(track: &mut Track, amount: f64) -> Option<Places> {
    let length = track.samples(amount);
    track.channels.iter_mut().for_each(|channel| drop(channel.splice(..0, std::iter::repeat_n(0.0, length))));
    Some(vec![(0.0, track.seconds(length))])
}

/// Digital silence after the song; amount: its length, seconds.
pub fn silence_tail(track: &mut Track, amount: f64) -> Option<Places> {
    let end = track.num_frames();
    let length = track.samples(amount);
    track.channels.iter_mut().for_each(|channel| channel.resize(end + length, 0.0));
    Some(vec![(track.seconds(end), track.seconds(end + length))])
}
