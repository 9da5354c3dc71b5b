//! Where everything is: two sets of sizes on one arrangement.

use egui::{Rect, Vec2, pos2, vec2};

/// Default size of the window, points.
pub const DEFAULT_SIZE: Vec2 = vec2(1180.0, 740.0);
/// Smallest size of the window, points.
pub const MIN_SIZE: Vec2 = vec2(920.0, 600.0);
/// No layout is larger: a side that no screen has, points.
const MOST: f32 = 32_768.0;
/// Below this width or height the compact set applies.
const COMPACT_BELOW: Vec2 = vec2(1100.0, 680.0);

/// Places of one frame, points.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Whether the compact set applies.
    pub is_compact: bool,
    /// Mark, brief, latency.
    pub top_bar: Rect,
    /// Seal, title, Listen.
    pub verdict: Rect,
    /// Loudness along the song.
    pub song_map: Rect,
    /// Tiles.
    pub chain: Rect,
    /// Title and buttons of the selected stage.
    pub stage_header: Rect,
    /// Plot and controls of the selected stage.
    pub stage: Rect,
    /// Cards.
    pub proposals: Rect,
    /// Loudness and levels.
    pub meters: Rect,
    /// MIX | MASTER.
    pub compare: Rect,
    /// Help.
    pub status: Rect,
    /// Where a cover goes: all but bars and meters.
    pub cover: Rect,
}

impl Layout {
    /// Divides a window of this size. One that is smaller than [`MIN_SIZE`] is divided as if it were not, since nothing
    /// can be laid out below that: what it does not hold lies beyond its right and lower edge.
    pub fn of(window: Rect) -> Self {
        let window = Rect::from_min_size(window.min, window.size().max(MIN_SIZE).min(Vec2::splat(MOST)));
        let is_compact = window.width() < COMPACT_BELOW.x || window.height() < COMPACT_BELOW.y;
        let (top, verdict, chain, meters, compare) = if is_compact {
            (36.0, vec2(262.0, 80.0), 46.0, 124.0, 56.0)
        } else {
            (40.0, vec2(340.0, 104.0), 62.0, 164.0, 64.0)
        };
        let extra = (window.width() - if is_compact { MIN_SIZE.x } else { DEFAULT_SIZE.x }).max(0.0);
        let proposals = if is_compact { 264.0 } else { 300.0 + ((extra - 160.0) / 2.0).clamp(0.0, 40.0) };
        let (left, right) = (window.left(), window.right());
        let bars_bottom = window.bottom() - 24.0;
        let body_bottom = bars_bottom - compare;
        let y1 = window.top() + top;
        let y2 = y1 + verdict.y + 2.0;
        let y3 = y2 + chain;
        let x2 = right - meters;
        let x1 = x2 - proposals;
        let between = |x0: f32, y0: f32, x1: f32, y1: f32| Rect::from_min_max(pos2(x0, y0), pos2(x1, y1));
        Self {
            is_compact,
            top_bar: between(left, window.top(), right, y1),
            verdict: between(left, y1, left + verdict.x, y2 - 2.0),
            song_map: between(left + verdict.x, y1, x2, y2 - 2.0),
            chain: between(left, y2, x2, y3),
            stage_header: between(left, y3, x1, y3 + 36.0),
            stage: between(left, y3 + 36.0, x1, body_bottom),
            proposals: between(x1, y3, x2, body_bottom),
            meters: between(x2, y1, right, body_bottom),
            compare: between(left, body_bottom, right, bars_bottom),
            status: between(left, bars_bottom, right, window.bottom()),
            cover: between(left, y1, x2, body_bottom),
        }
    }
}

/// `value` between two bounds that were worked out, and so may be out of order where room is short or nothing is known:
/// then the lower one, where `clamp` would panic.
pub fn between<T: PartialOrd>(value: T, low: T, high: T) -> T {
    let value = if value > high { high } else { value };
    if value < low { low } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_laid_out_below_the_least_size() {
        let least = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), MIN_SIZE));
        for size in [vec2(0.0, 0.0), vec2(1.0, 1.0), vec2(f32::NAN, -5.0), vec2(690.0, 450.0)] {
            let layout = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), size));
            assert_eq!((layout.stage, layout.status), (least.stage, least.status), "{size}");
        }
        let tall = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), vec2(10.0, 2000.0)));
        assert_eq!(tall.status, Rect::from_min_max(pos2(0.0, 1976.0), pos2(MIN_SIZE.x, 2000.0)));
        let vast = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), Vec2::splat(f32::INFINITY)));
        assert!(vast.stage.is_finite());
    }

    #[test]
    fn bounds_out_of_order_do_no_harm() {
        assert_eq!([between(3.0, 0.0, 2.0), between(-3.0, 0.0, 2.0), between(1.0, 0.0, 2.0)], [2.0, 0.0, 1.0]);
        assert_eq!(between(1.0, 5.0, 2.0), 5.0);
        assert_eq!(between(1.0, 0.0, f64::NAN), 1.0);
    }

    #[test]
    fn sizes_are_those_of_the_design() {
        let full = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), DEFAULT_SIZE));
        assert_eq!(full.stage, Rect::from_min_max(pos2(0.0, 244.0), pos2(716.0, 652.0)));
        assert_eq!(full.proposals, Rect::from_min_max(pos2(716.0, 208.0), pos2(1016.0, 652.0)));
        let compact = Layout::of(Rect::from_min_size(pos2(0.0, 0.0), MIN_SIZE));
        assert!(compact.is_compact);
        assert_eq!(compact.meters, Rect::from_min_max(pos2(796.0, 36.0), pos2(920.0, 520.0)));
        assert_eq!(compact.chain.top(), 118.0);
    }
}
