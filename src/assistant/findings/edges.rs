//! How long does it take to begin and to end?

use super::{Finding, FindingKind, Song};

/// Silence before and after the music, seconds. Ours: discs leave 2 s between songs, and every third of twelve released ones
/// measured has more than one before its first sound.
const HEAD_S: f64 = 2.0;
const TAIL_S: f64 = 6.0;

/// Both, where the whole song was heard.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    let Some(edges) = song.features.edges.filter(|_| song.features.share == Some(1.0)) else { return Vec::new() };
    let first_s = song.features.blocks.first().map_or(0.0, |block| block.start_s);
    let last_s = song.features.blocks.last().map_or(0.0, |block| block.start_s + 0.1);
    vec![
        Finding::new(FindingKind::SilenceHead, edges.head_s, [0.0, HEAD_S])
            .in_places(song, vec![(first_s, first_s + edges.head_s)]),
        Finding::new(FindingKind::SilenceTail, edges.tail_s, [0.0, TAIL_S])
            .in_places(song, vec![(last_s - edges.tail_s, last_s)]),
    ]
}
