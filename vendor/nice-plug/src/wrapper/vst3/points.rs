//! The automation points of one block, in the order in which they are to be applied.

/// Points that are kept with their place in the block. Of a parameter's further ones only the last holds,
/// from the end of the block on.
pub(crate) const MAX_POINTS: usize = 32 * 1024;

/// One value of one parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Frame in the block.
    pub timing: u32,
    /// Among those of one frame, the order in which they came.
    order: u32,
    /// The parameter, as its place in the list of all.
    pub param_idx: u32,
    pub normalized: f32,
}

/// Allocates only when it is made.
pub(crate) struct Points {
    points: Vec<Point>,
    is_sorted: bool,
    /// Of each parameter the last of those that there was no room for.
    surplus: Vec<Option<(u32, f32)>>,
    has_surplus: bool,
}

impl Points {
    pub fn new(num_params: usize) -> Self {
        Self::with_room(num_params, MAX_POINTS)
    }

    fn with_room(num_params: usize, room: usize) -> Self {
        Self { points: Vec::with_capacity(room), is_sorted: true, surplus: vec![None; num_params], has_surplus: false }
    }

    pub fn clear(&mut self) {
        self.points.clear();
        self.is_sorted = true;
        if self.has_surplus {
            self.surplus.fill(None);
            self.has_surplus = false;
        }
    }

    /// Whether further points are kept with their place.
    pub fn has_room(&self) -> bool {
        self.points.len() < self.points.capacity()
    }

    pub fn push(&mut self, timing: u32, param_idx: u32, normalized: f32) {
        if self.has_room() {
            let order = self.points.len() as u32;
            self.is_sorted &= self.points.last().is_none_or(|last| last.timing <= timing);
            self.points.push(Point { timing, order, param_idx, normalized });
        } else if let Some(last) = self.surplus.get_mut(param_idx as usize)
            && last.is_none_or(|(last_timing, _)| last_timing <= timing)
        {
            *last = Some((timing, normalized));
            self.has_surplus = true;
        }
    }

    /// Puts the points in order. Hosts give them parameter by parameter, and not always in order.
    pub fn sort(&mut self) {
        if !self.is_sorted {
            self.points.sort_unstable_by_key(|point| (point.timing, point.order));
            self.is_sorted = true;
        }
    }

    /// All points with a place, in order once they are sorted.
    pub fn as_slice(&self) -> &[Point] {
        &self.points
    }

    /// Parameters and values from the end of the block on.
    pub fn surplus(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        let surplus = if self.has_surplus { &self.surplus[..] } else { &[] };
        surplus.iter().enumerate().filter_map(|(param_idx, last)| last.map(|(_, value)| (param_idx as u32, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_come_in_the_order_of_time_and_then_in_that_of_the_host() {
        let mut points = Points::new(3);
        for (timing, param_idx, value) in [(5, 0, 0.1), (9, 0, 0.2), (5, 1, 0.3), (0, 2, 0.4), (5, 0, 0.5)] {
            points.push(timing, param_idx, value);
        }
        points.sort();
        let sorted: Vec<_> =
            points.as_slice().iter().map(|point| (point.timing, point.param_idx, point.normalized)).collect();
        assert_eq!(sorted, [(0, 2, 0.4), (5, 0, 0.1), (5, 1, 0.3), (5, 0, 0.5), (9, 0, 0.2)]);
        assert_eq!(points.surplus().count(), 0);
        points.clear();
        assert!(points.as_slice().is_empty());
    }

    #[test]
    fn of_what_there_is_no_room_for_the_last_value_holds() {
        let mut points = Points::with_room(2, 4);
        let room = points.points.capacity();
        for turn in 0..room as u32 {
            points.push(turn, 0, 0.0);
        }
        points.push(7, 1, 0.2);
        points.push(6, 1, 0.1);
        points.push(7, 1, 0.3);
        points.push(1, 9, 0.3);
        assert_eq!(points.points.capacity(), room);
        assert_eq!(points.surplus().collect::<Vec<_>>(), [(1, 0.3)]);
        points.clear();
        assert_eq!(points.surplus().count(), 0);
    }
}
