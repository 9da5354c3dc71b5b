//! Where is the recording damaged? Clicks, dropouts and flat tops, as a list of bounded length.

use super::instants::{InstantEvent, InstantKind};

/// Most that are kept of each kind; what comes after is counted.
const MAX_KEPT: usize = 20_000;
/// The same click in both channels is one, seconds.
const SAME_S: f64 = 0.004;

/// A place and how bad it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Defect {
    /// Seconds into the song.
    pub at_s: f32,
    /// Of a click: dB over what is around it; of a dropout: ms; of a flat top: its level, linear.
    pub size: f32,
    /// Of a click: its curvature; of a dropout: root mean square around it; of a flat top: its level. Linear.
    pub level: f32,
}

/// All that were found, in the order they were heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defects {
    /// Impulses.
    pub clicks: Vec<Defect>,
    /// Gaps.
    pub dropouts: Vec<Defect>,
    /// Clipped peaks.
    pub flat_tops: Vec<Defect>,
    /// How many of them there were beyond what is kept.
    pub num_beyond: u64,
}

impl Defects {
    /// Takes a click or a dropout.
    pub fn add_instant(&mut self, at_s: f64, event: &InstantEvent) {
        let kept = match event.kind {
            InstantKind::Click => &mut self.clicks,
            InstantKind::Dropout => &mut self.dropouts,
        };
        let defect = Defect { at_s: at_s as f32, size: event.size, level: event.level };
        // Channels are heard one after the other, a piece at a time: the twin lies among the last few.
        let twin = kept.iter_mut().rev().take(16).find(|other| (f64::from(other.at_s) - at_s).abs() < SAME_S);
        match twin {
            Some(twin) if event.kind == InstantKind::Click => {
                if defect.size > twin.size {
                    *twin = defect;
                }
            }
            // A gap in one channel alone is no gap; one in both is marked by the second.
            Some(twin) => twin.size = twin.size.max(defect.size),
            None => keep(kept, defect, &mut self.num_beyond),
        }
    }

    /// Takes a flat top of this level.
    pub fn add_flat_top(&mut self, at_s: f64, level: f32) {
        keep(&mut self.flat_tops, Defect { at_s: at_s as f32, size: level, level }, &mut self.num_beyond);
    }
}

fn keep(kept: &mut Vec<Defect>, defect: Defect, num_beyond: &mut u64) {
    if kept.len() < MAX_KEPT {
        kept.push(defect);
    } else {
        *num_beyond += 1;
    }
}
