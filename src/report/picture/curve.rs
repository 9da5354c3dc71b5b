//! Smooth curves through measured points that never leave the range between two neighbours.

/// Points along the curve: `num_steps` from each point to the next, and the last. Cubic with the slopes of Fritsch and
/// Butland, "A method for constructing local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5
/// (1984), equation 5 for equal distances: the harmonic mean of the slopes beside a point, 0 at an extremum.
pub fn smooth(points: &[(f64, f64)], num_steps: usize) -> Vec<(f64, f64)> {
    let rises: Vec<f64> = points.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).collect();
    let slope = |idx: usize| match (idx.checked_sub(1).and_then(|before| rises.get(before)), rises.get(idx)) {
        (Some(before), Some(after)) if before * after > 0.0 => 2.0 * before * after / (before + after),
        (Some(_), Some(_)) | (None, None) => 0.0,
        (Some(end), None) | (None, Some(end)) => *end,
    };
    let mut curve = Vec::with_capacity(points.len() * num_steps + 1);
    for (idx, pair) in points.windows(2).enumerate() {
        let (from, to) = (pair[0], pair[1]);
        let width = to.0 - from.0;
        let (leaving, arriving) = (slope(idx) * width, slope(idx + 1) * width);
        for step in 0..num_steps {
            let t = step as f64 / num_steps as f64;
            let s = 1.0 - t;
            let y = from.1 * s * s * (1.0 + 2.0 * t) + to.1 * t * t * (3.0 - 2.0 * t) + leaving * t * s * s
                - arriving * t * t * s;
            curve.push((from.0 + width * t, y));
        }
    }
    curve.extend(points.last());
    curve
}

/// The y of a curve at `x`, points in the order of x; `None` beside it.
pub fn at(points: &[(f64, f64)], x: f64) -> Option<f64> {
    let next = points.partition_point(|point| point.0 < x);
    let (from, to) = (points.get(next.checked_sub(1)?)?, points.get(next)?);
    Some(from.1 + (to.1 - from.1) * (x - from.0) / (to.0 - from.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_every_point_and_overshoots_none() {
        let levels = [-40.0, -12.0, -13.0, -30.0, -30.0, -5.0, -90.0];
        let points: Vec<(f64, f64)> = levels.iter().enumerate().map(|(idx, &db)| (idx as f64, db)).collect();
        let curve = smooth(&points, 8);
        assert_eq!(curve.len(), 6 * 8 + 1);
        for (idx, pair) in points.windows(2).enumerate() {
            let (low, high) = (pair[0].1.min(pair[1].1), pair[0].1.max(pair[1].1));
            assert_eq!(curve[idx * 8], pair[0]);
            assert!(curve[idx * 8..=idx * 8 + 8].iter().all(|point| point.1 >= low - 1e-9 && point.1 <= high + 1e-9));
        }
        assert_eq!(smooth(&points[..1], 8), points[..1]);
        assert!(smooth(&[], 8).is_empty());
        assert_eq!((at(&points, 0.5), at(&points, 7.0), at(&points, -1.0)), (Some(-26.0), None, None));
    }
}
