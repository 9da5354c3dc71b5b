//! Where a callout goes on the plot: beside its band if there is room, over nothing that can be taken hold of.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::editor::layout::between;

/// Between the band's edge and a callout beside it, and between the target and one above or below it.
const BESIDE: f32 = 24.0;
/// Heights that are tried beside the band, from the target; the first that is free is taken.
const HEIGHTS: [f32; 9] = [-34.0, 34.0, -66.0, 66.0, -98.0, 98.0, -130.0, 130.0, 0.0];
/// From the plot's edges.
const MARGIN: Vec2 = vec2(16.0, 4.0);
/// Length of the level piece of a leader.
const LEVEL: f32 = 10.0;

/// The place of a callout of this size about `target`, of which the band lies between `edges`: right, left, above, below, at
/// one height after the other. Where none is free, the one that covers least of `taken`.
pub fn place(plot: Rect, target: Pos2, ((left, right), size): ((f32, f32), Vec2), taken: &[Rect]) -> Rect {
    let room = plot.shrink2(MARGIN);
    let beside = HEIGHTS.into_iter().flat_map(|height| {
        let y = target.y + height;
        [right + BESIDE + size.x / 2.0, left - BESIDE - size.x / 2.0].map(|x| pos2(x, y))
    });
    let stacked = HEIGHTS.into_iter().filter(|height| *height != 0.0).map(|height| pos2(target.x, target.y + height));
    // Above and below a label may be pushed sideways to stay on the plot; beside the band that would lay it over the band.
    let stacked = stacked.map(|at| pos2(between(at.x, room.left() + size.x / 2.0, room.right() - size.x / 2.0), at.y));
    let places = beside.chain(stacked).map(|center| Rect::from_center_size(center, size));
    let inside: Vec<Rect> = places.filter(|place| room.contains_rect(*place)).collect();
    let covered = |place: &Rect| taken.iter().map(|each| overlap(place.expand(2.0), *each)).sum::<f32>();
    let free = inside.iter().find(|place| covered(place) == 0.0);
    let least = || inside.iter().min_by(|a, b| covered(a).total_cmp(&covered(b)));
    let fallback = Rect::from_center_size(room.center(), size);
    free.or_else(least).copied().unwrap_or(fallback)
}

fn overlap(first: Rect, second: Rect) -> f32 {
    let both = first.intersect(second);
    if both.is_positive() { both.area() } else { 0.0 }
}

/// From the target to the label: to its nearer side, the last piece level, or straight to one that lies above or below.
pub fn leader(target: Pos2, label: Rect) -> Vec<Pos2> {
    if label.left() > target.x + LEVEL {
        vec![target, label.left_center() - vec2(LEVEL, 0.0), label.left_center()]
    } else if label.right() < target.x - LEVEL {
        vec![target, label.right_center() + vec2(LEVEL, 0.0), label.right_center()]
    } else {
        let y = if label.center().y < target.y { label.bottom() } else { label.top() };
        vec![target, pos2(between(target.x, label.left() + LEVEL, label.right() - LEVEL), y)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(680.0, 280.0) };
    const SIZE: Vec2 = vec2(160.0, 24.0);

    #[test]
    fn a_callout_stands_beside_its_band_and_gives_way_to_nodes() {
        let target = pos2(200.0, 150.0);
        let first = place(PLOT, target, ((180.0, 230.0), SIZE), &[]);
        assert!(first.left() > 230.0 && first.center().y < target.y);
        assert_eq!(place(PLOT, target, ((180.0, 230.0), SIZE), &[]), first, "the same again");
        let node = Rect::from_center_size(first.center(), vec2(24.0, 24.0));
        let second = place(PLOT, target, ((180.0, 230.0), SIZE), &[node]);
        assert!(!second.intersects(node) && PLOT.contains_rect(second));
        // A band that fills the plot leaves room above it only.
        let above = place(PLOT, target, ((10.0, 670.0), SIZE), &[]);
        assert!(above.bottom() < target.y && PLOT.contains_rect(above));
    }

    #[test]
    fn a_plot_full_of_nodes_has_the_least_of_them_covered() {
        let target = pos2(340.0, 140.0);
        let taken: Vec<Rect> = (0..28 * 12)
            .map(|idx| pos2((idx % 28) as f32 * 24.0 + 12.0, (idx / 28) as f32 * 24.0 + 12.0))
            .filter(|at| at.x < 600.0)
            .map(|at| Rect::from_center_size(at, vec2(22.0, 22.0)))
            .collect();
        let placed = place(PLOT, target, ((320.0, 360.0), SIZE), &taken);
        assert!(PLOT.contains_rect(placed));
    }
}
