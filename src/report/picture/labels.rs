//! Where labels go so that none overlaps another and none leaves its bounds.

/// Least distance between two labels of a row.
const GAP: f64 = 14.0;

/// The first row with room for each extent `(from, to)`, in the order given; `None` if `max_rows` are full there.
pub fn rows(extents: &[(f64, f64)], max_rows: usize) -> Vec<Option<usize>> {
    let mut taken: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut row_for = |&(from, to): &(f64, f64)| {
        let is_free = |row: &Vec<(f64, f64)>| row.iter().all(|other| to + GAP <= other.0 || other.1 + GAP <= from);
        let row = taken.iter().position(is_free).unwrap_or(taken.len());
        if row >= max_rows {
            return None;
        }
        taken.resize_with(taken.len().max(row + 1), Vec::new);
        taken[row].push((from, to));
        Some(row)
    };
    extents.iter().map(&mut row_for).collect()
}

/// Places of things of these widths set one after the other in lines: `(left, line)`, lines counted from 0.
pub fn flow(widths: &[f64], (left, right): (f64, f64), gap: f64) -> Vec<(f64, usize)> {
    let (mut x, mut line) = (left, 0);
    let mut place = |&width: &f64| {
        if x > left && x + width > right {
            (x, line) = (left, line + 1);
        }
        let place = (x, line);
        x += width + gap;
        place
    };
    widths.iter().map(&mut place).collect()
}

/// The left edge nearest to `left` at which something of this width stays within bounds.
pub fn keep_inside(left: f64, width: f64, bounds: (f64, f64)) -> f64 {
    left.min(bounds.1 - width).max(bounds.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_a_row_never_overlap() {
        let extents: Vec<(f64, f64)> =
            (0..60).map(|idx| (f64::from(idx * 37 % 900), f64::from(idx * 37 % 900 + 40 + idx * 13 % 200))).collect();
        let rows = rows(&extents, 8);
        for (idx, row) in rows.iter().enumerate() {
            for other in 0..idx {
                let apart = extents[idx].0 >= extents[other].1 || extents[other].0 >= extents[idx].1;
                assert!(row.is_none() || rows[other] != *row || apart, "{idx} {other}");
            }
        }
        assert!(rows.iter().flatten().all(|&row| row < 8));
    }

    #[test]
    fn lines_break_before_they_are_full() {
        assert_eq!(flow(&[40.0, 40.0, 40.0], (0.0, 100.0), 10.0), [(0.0, 0), (50.0, 0), (0.0, 1)]);
        assert_eq!(flow(&[400.0, 40.0], (0.0, 100.0), 10.0), [(0.0, 0), (0.0, 1)]);
        assert_eq!(keep_inside(90.0, 20.0, (0.0, 100.0)), 80.0);
        assert_eq!(keep_inside(-5.0, 20.0, (0.0, 100.0)), 0.0);
    }
}
