//! Points, rectangles and arcs in pixels of the picture.

/// x to the right, y down.
pub type Point = (f64, f64);

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Rect {
    /// By its edges.
    pub const fn new(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self { left, top, right, bottom }
    }

    /// Width.
    pub fn width(self) -> f64 {
        self.right - self.left
    }

    /// Height.
    pub fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// Middle.
    pub fn center(self) -> Point {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }
}

/// Points of a circle's arc, about one every 2 px.
pub fn arc_points(center: Point, radius: f64, (from, to): (f64, f64)) -> Vec<Point> {
    let num_steps = (((to - from).abs() * radius / 2.0).ceil() as usize).clamp(4, 400);
    let angle = |step: usize| from + (to - from) * step as f64 / num_steps as f64;
    (0..=num_steps).map(|step| (center.0 + radius * angle(step).sin(), center.1 - radius * angle(step).cos())).collect()
}
