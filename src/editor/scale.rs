//! How large the editor is drawn: as the engineer chose, and never so large that its window cannot hold it.

use egui::{Context, Ui, Vec2, ViewportCommand};

use super::layout::{DEFAULT_SIZE, MIN_SIZE};
use super::session::Session;

/// Scales that are offered, percent.
pub const STEPS_PERCENT: [u16; 6] = [75, 100, 125, 150, 200, 250];
/// Least and greatest scale.
const LIMITS: (f32, f32) = (0.75, 2.5);
/// A window that a host makes too small for [`LIMITS`] is drawn smaller still, down to this: then it is cut off.
const LEAST_FORCED: f32 = 0.3;
/// A window that is being dragged is left alone until it has rested for so long, seconds.
const REST_S: f64 = 0.25;
/// A host has so long to enlarge the window that was asked for, seconds.
const PATIENCE_S: f64 = 0.75;
/// Differences that nobody sees.
const TOLERANCE: f32 = 0.005;
/// Sizes are rounded to whole pixels on several ways, points.
const ROUNDING: f32 = 3.0;

/// The smallest window: the smallest layout at the least scale, points.
pub const MIN_WINDOW: Vec2 = Vec2::new(MIN_SIZE.x * LIMITS.0, MIN_SIZE.y * LIMITS.0);
/// The largest: the usual layout at the greatest scale.
pub const MAX_WINDOW: Vec2 = Vec2::new(DEFAULT_SIZE.x * LIMITS.1, DEFAULT_SIZE.y * LIMITS.1);

/// The size of the window as it was seen last. Sizes are those of the window before any scale of ours.
#[derive(Default)]
pub struct Scale {
    window: Vec2,
    since_s: f64,
    percent: Option<u16>,
    /// The window that the host was asked for.
    wanted: Option<Vec2>,
    /// A change of scale begins with the next frame, and must leave the window as large as this.
    kept: Option<Vec2>,
}

impl Scale {
    /// Brings the scale to what was chosen, as far as the window holds the smallest layout at it. A scale that is chosen
    /// anew asks for a window in proportion.
    pub fn follow(&mut self, ui: &Ui, session: &Session) {
        let context = ui.ctx();
        let (now_s, zoom) = (ui.input(|input| input.time), context.zoom_factor());
        if let Some(window) = self.kept.take() {
            // The framework would change the window by the change of scale. Until this frame is done the window still
            // counts in points of the old scale, so that nothing can be learned from its size.
            resize(context, window);
            return;
        }
        let window = context.content_rect().size() * zoom;
        if (window - self.window).abs().max_elem() > 1.0 {
            // The first sight of a window is a rested one.
            self.since_s = if self.window == Vec2::ZERO { now_s - REST_S } else { now_s };
            self.window = window;
        }
        let percent = percent(session);
        let chosen = f32::from(percent) / 100.0;
        if self.percent.replace(percent).is_some_and(|before| before != percent) {
            let wanted = (window / zoom * chosen).max(MIN_WINDOW).min(MAX_WINDOW);
            if chosen < zoom {
                self.set(context, chosen, wanted);
                return;
            }
            // The window first: drawn larger before, it would overlap.
            resize(context, wanted);
            (self.wanted, self.since_s) = (Some(wanted), now_s);
        }
        let scale = fitting(chosen, window);
        if (scale - zoom).abs() < TOLERANCE {
            return;
        }
        let has_come = self.wanted.is_some_and(|wanted| (window - wanted).abs().max_elem() <= ROUNDING);
        let left_s = self.since_s + if self.wanted.is_some() { PATIENCE_S } else { REST_S } - now_s;
        if !has_come && left_s > 0.0 {
            context.request_repaint_after_secs(left_s as f32);
            return;
        }
        self.wanted = None;
        self.set(context, scale, window);
    }

    fn set(&mut self, context: &Context, scale: f32, window: Vec2) {
        context.set_zoom_factor(scale);
        context.request_repaint();
        self.kept = Some(window);
    }
}

/// Asks for a window of this size. The framework counts it in points of the present scale.
fn resize(context: &Context, window: Vec2) {
    context.send_viewport_cmd(ViewportCommand::InnerSize(window / context.zoom_factor()));
    context.request_repaint();
}

/// Keeps a scale that was chosen.
pub fn choose(session: &Session, percent: u16) {
    session.params.change_saved(|saved| saved.editor_scale_percent = (percent != 100).then_some(percent));
}

/// The chosen scale, percent.
pub fn percent(session: &Session) -> u16 {
    session.params.with_saved(|saved| saved.editor_scale_percent).unwrap_or(100)
}

/// The chosen scale, or as much of it as lets a window hold the smallest layout; never so little that nothing is seen.
pub fn fitting(chosen: f32, window: Vec2) -> f32 {
    chosen.clamp(LIMITS.0, LIMITS.1).min((window / MIN_SIZE).min_elem()).max(LEAST_FORCED)
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    #[test]
    fn scale_is_as_chosen_where_the_window_holds_it() {
        assert_eq!(fitting(1.0, DEFAULT_SIZE), 1.0);
        assert_eq!(fitting(1.5, DEFAULT_SIZE * 1.5), 1.5);
        assert_eq!(fitting(9.0, DEFAULT_SIZE * 9.0), 2.5);
    }

    #[test]
    fn small_window_is_drawn_smaller() {
        assert_eq!(fitting(1.0, MIN_SIZE * 0.75), 0.75);
        assert_eq!(fitting(2.0, MIN_SIZE * 1.25), 1.25);
        assert_eq!(fitting(1.0, MIN_SIZE * 0.5), 0.5, "what a host forces, all of it is to be seen");
        assert_eq!(fitting(1.0, vec2(10.0, 2000.0)), LEAST_FORCED);
        assert_eq!(fitting(f32::NAN, Vec2::ZERO), LEAST_FORCED);
    }
}
