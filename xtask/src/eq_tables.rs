//! Generates the equalizer's table: how far poles and zeros move from the bilinear section to fit the analogue curve.

use std::f64::consts::PI;
use std::path::Path;

use anyhow::{Context, Result};
use discern::dsp::matched::Shape;
use discern::dsp::matched::table::{Family, MAX_RATIO, NUM_VALUES, Values, gain_at, q_at, ratio_at};
use discern::dsp::prototype::Prototype;

/// Pull of the moves towards those of the neighbouring nodes, in squared nepers per squared neper: what keeps the
/// table smooth where several sections fit alike. The first pass, then one sweep after another over all nodes, each
/// freer than the one before.
const FIRST_RIDGE: f64 = 3e-5;
const RIDGES: [f64; 10] = [1e-2, 1e-2, 3e-3, 3e-3, 1e-3, 1e-3, 3e-4, 3e-4, 1e-4, 1e-4];
/// Rounds of giving the worst frequencies more weight.
const NUM_ROUNDS: usize = 4;
/// Corner over sample rate up to which the bar holds at 44.1 kHz.
const BAR_RATIO: f64 = 16_000.0 / 44_100.0;
/// Weight of the fit from there to 20 kHz, where it is only audible.
const HIGH_WEIGHT: f64 = 0.3;
/// Weight above that, where only good behaviour matters.
const TOP_WEIGHT: f64 = 0.05;

/// Writes `src/dsp/matched/table.f32` from scratch; the same bytes every time.
///
/// # Errors
/// When the file cannot be written.
pub fn run() -> Result<()> {
    let mut bytes = Vec::new();
    std::thread::scope(|scope| {
        let threads = Family::ALL.map(|family| scope.spawn(move || fit_family(family)));
        for thread in threads {
            for value in thread.join().into_iter().flatten().flatten() {
                bytes.extend((value as f32).to_le_bytes());
            }
        }
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/dsp/matched/table.f32");
    std::fs::write(&path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {} bytes", bytes.len());
    Ok(())
}

/// The moves of every node, in the table's order.
fn fit_family(family: Family) -> Vec<Values> {
    let num_nodes = family.num_nodes();
    let mut nodes: Vec<Node> = Vec::new();
    for ratio_idx in 0..num_nodes[0] {
        for q_idx in 0..num_nodes[1] {
            for gain_idx in 0..num_nodes[2] {
                let (ratio, q) = (ratio_at(ratio_idx as f64), q_at(family, q_idx as f64));
                // From low corners, where the bilinear section is right, upwards; each starts from the one below.
                let below = nodes.len().checked_sub(num_nodes[1] * num_nodes[2]);
                let start = below.map_or([0.0; NUM_VALUES], |below| nodes[below].moves);
                nodes.push(Node::new(Task::new(family, ratio, q, gain_at(gain_idx as f64)), &start));
            }
        }
    }
    for ridge in RIDGES {
        for idx in 0..nodes.len() {
            let anchor = neighbourhood(&nodes, idx, num_nodes);
            nodes[idx].refit(&anchor, ridge);
        }
        let worst = nodes.iter().filter_map(Node::error_db).fold(0.0, f64::max);
        println!("{family:?}, ridge {ridge}: within {worst:.4} dB at the nodes of q 0.3-10, 18 dB");
    }
    if num_nodes[2] > 1 {
        // At 0 dB poles and zeros coincide.
        for Node { moves, .. } in nodes.iter_mut().step_by(num_nodes[2]) {
            for [pole, zero] in [[0, 2], [1, 3], [4, 5]] {
                let mean = 0.5 * (moves[pole] + moves[zero]);
                (moves[pole], moves[zero]) = (mean, mean);
            }
        }
    }
    nodes.iter().map(|node| node.moves).collect()
}

/// What the neighbours of a node along all axes let expect of it: the mean between two, the line through two at an end.
fn neighbourhood(nodes: &[Node], idx: usize, num_nodes: [usize; 3]) -> Values {
    let strides = [num_nodes[1] * num_nodes[2], num_nodes[2], 1];
    let mut sum = [0.0; NUM_VALUES];
    let mut num_axes = 0.0;
    for axis in 0..3 {
        let (place, last) = (idx / strides[axis] % num_nodes[axis], num_nodes[axis] - 1);
        if last < 2 {
            continue;
        }
        let at = |steps: isize| nodes[idx.wrapping_add_signed(steps * strides[axis] as isize)].moves;
        let (a, b, weights) = match place {
            0 => (at(1), at(2), [2.0, -1.0]),
            place if place == last => (at(-1), at(-2), [2.0, -1.0]),
            _ => (at(-1), at(1), [0.5, 0.5]),
        };
        (0..NUM_VALUES).for_each(|i| sum[i] += weights[0] * a[i] + weights[1] * b[i]);
        num_axes += 1.0;
    }
    sum.map(|sum| sum / num_axes)
}

/// A node of the table on its way.
struct Node {
    task: Task,
    moves: Values,
    weights: Vec<f64>,
}

impl Node {
    fn new(task: Task, start: &Values) -> Self {
        let weights: Vec<f64> = task.points.iter().map(|point| point.weight).collect();
        let (moves, _) = task.minimise(start, start, FIRST_RIDGE, &weights);
        let mut node = Self { task, moves, weights };
        for _ in 0..NUM_ROUNDS {
            node.weigh();
            node.moves = node.task.minimise(&node.moves, start, FIRST_RIDGE, &node.weights).0;
        }
        node
    }

    /// Fits again, from here and from what the neighbours expect; the better one stays.
    fn refit(&mut self, anchor: &Values, ridge: f64) {
        let (here, here_cost) = self.task.minimise(&self.moves, anchor, ridge, &self.weights);
        let (there, there_cost) = self.task.minimise(anchor, anchor, ridge, &self.weights);
        self.moves = if there_cost < here_cost { there } else { here };
    }

    /// Gives the worst frequencies more weight, towards the smallest largest error.
    fn weigh(&mut self) {
        let points = &self.task.points;
        let error = |p: &Point| (self.task.model(&self.moves, p.s).0 - p.target).abs() * p.weight;
        let errors: Vec<f64> = points.iter().map(error).collect();
        let worst = errors.iter().fold(1e-12, |worst: f64, error| worst.max(*error));
        for (weight, error) in self.weights.iter_mut().zip(&errors) {
            *weight *= 0.5 + error / worst;
        }
        let mean = self.weights.iter().sum::<f64>() / points.iter().map(|p| p.weight).sum::<f64>();
        self.weights.iter_mut().for_each(|weight| *weight /= mean);
    }

    /// Largest error up to 16 kHz at 44.1 kHz, if the bar says anything of this node.
    fn error_db(&self) -> Option<f64> {
        let task = &self.task;
        let error = |p: &Point| (task.model(&self.moves, p.s).0 - p.target).abs() * 20.0 / std::f64::consts::LN_10;
        let is_heard = |p: &&Point| p.s < (PI * BAR_RATIO).tan();
        ((0.3..=10.0).contains(&task.q) && task.gain_db <= 18.0)
            .then(|| task.points.iter().filter(is_heard).map(error).fold(0.0, f64::max))
    }
}

/// One section to fit.
struct Task {
    family: Family,
    q: f64,
    gain_db: f64,
    start: Shape,
    points: Vec<Point>,
}

/// A frequency at which the section is compared with its prototype.
struct Point {
    /// tan(π f / fs).
    s: f64,
    /// ln of the prototype's magnitude.
    target: f64,
    weight: f64,
}

impl Task {
    fn new(family: Family, ratio: f64, q: f64, gain_db: f64) -> Self {
        // The limit towards 0 dB, where every section fits: a small gain, its error weighed like that of 6 dB.
        let gain_db = gain_db.max(0.1);
        let q = if matches!(family, Family::HighCut1 | Family::LowCut1) { 0.5 } else { q };
        let prototype = match family {
            Family::Bell => Prototype::Bell { gain_db, q },
            Family::Shelf => Prototype::HighShelf { gain_db, q },
            Family::HighCut => Prototype::HighCut { q },
            Family::LowCut => Prototype::LowCut { q },
            Family::Notch => Prototype::Notch { q },
            Family::HighCut1 => Prototype::HighCut1,
            Family::LowCut1 => Prototype::LowCut1,
        };
        let has_gain = matches!(family, Family::Bell | Family::Shelf);
        let scale = if has_gain { (6.0 / gain_db).max(1.0) } else { 1.0 };
        let points = frequencies(family, ratio, q, gain_db)
            .into_iter()
            .map(|f| Point {
                s: (PI * f).tan(),
                target: prototype.magnitude(f / ratio).ln(),
                weight: scale * region_weight(f),
            })
            .collect();
        let start = Shape::bilinear(family, ratio, q, if has_gain { gain_db } else { 0.0 });
        Self { family, q, gain_db, start, points }
    }

    /// Levenberg-Marquardt on the log magnitude; the moves and their cost.
    fn minimise(&self, start: &Values, anchor: &Values, ridge: f64, weights: &[f64]) -> (Values, f64) {
        let mut moves = *start;
        let mut damping = 1e-2;
        let mut cost = self.cost(&moves, anchor, ridge, weights);
        for _ in 0..60 {
            let (normal, gradient) = self.linearise(&moves, anchor, ridge, weights);
            let mut damped = normal;
            (0..NUM_VALUES).for_each(|i| damped[i][i] += damping * (normal[i][i] + 1e-9));
            let step = solve(damped, gradient);
            let next: Values = std::array::from_fn(|i| moves[i] - step[i].clamp(-0.5, 0.5));
            let next_cost = self.cost(&next, anchor, ridge, weights);
            if next_cost < cost {
                let gained = (cost - next_cost) / cost;
                (moves, cost, damping) = (next, next_cost, (damping * 0.3).max(1e-12));
                if gained < 1e-9 {
                    break;
                }
            } else if damping > 1e6 {
                break;
            } else {
                damping *= 4.0;
            }
        }
        (moves, cost)
    }

    fn cost(&self, moves: &Values, anchor: &Values, ridge: f64, weights: &[f64]) -> f64 {
        let fit: f64 = self
            .points
            .iter()
            .zip(weights)
            .map(|(point, weight)| (weight * (self.model(moves, point.s).0 - point.target)).powi(2))
            .sum();
        fit + ridge * moves.iter().zip(anchor).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
    }

    /// Normal matrix and gradient.
    fn linearise(
        &self,
        moves: &Values,
        anchor: &Values,
        ridge: f64,
        weights: &[f64],
    ) -> ([Values; NUM_VALUES], Values) {
        let mut normal = [[0.0; NUM_VALUES]; NUM_VALUES];
        let mut gradient: Values = std::array::from_fn(|i| ridge * (moves[i] - anchor[i]));
        for (i, row) in normal.iter_mut().enumerate() {
            row[i] = ridge;
        }
        for (point, weight) in self.points.iter().zip(weights) {
            let (value, slopes) = self.model(moves, point.s);
            let weight = weight * weight;
            for i in 0..NUM_VALUES {
                gradient[i] += weight * slopes[i] * (value - point.target);
                for j in 0..NUM_VALUES {
                    normal[i][j] += weight * slopes[i] * slopes[j];
                }
            }
        }
        (normal, gradient)
    }

    /// ln magnitude at s and its slope for every move.
    fn model(&self, moves: &Values, s: f64) -> (f64, Values) {
        let mut shape = self.start;
        shape.add(moves);
        let (pole, pole_slopes) = pair(s, shape.ln_pole, shape.ln_pole_damping);
        let (fix_pole, fix_pole_slope) = single(s, shape.ln_corrector_pole);
        let (fix_zero, fix_zero_slope) = single(s, shape.ln_corrector_zero);
        let mut slopes = [-pole_slopes[0], -pole_slopes[1], 0.0, 0.0, -fix_pole_slope, fix_zero_slope];
        let zero = match self.family {
            Family::Bell | Family::Shelf | Family::HighCut | Family::HighCut1 => {
                let (zero, zero_slopes) = pair(s, shape.ln_zero, shape.ln_zero_damping);
                (slopes[2], slopes[3]) = (zero_slopes[0], zero_slopes[1]);
                zero
            }
            Family::LowCut => {
                slopes[2] = -2.0;
                2.0 * (s.ln() - shape.ln_zero)
            }
            // Stays where it is: exactly on the frequency.
            Family::Notch => (1.0 - (s / shape.ln_zero.exp()).powi(2)).abs().ln(),
            Family::LowCut1 => {
                slopes[2] = -1.0;
                s.ln() - shape.ln_zero
            }
        };
        match self.family {
            Family::HighCut1 => {
                (slopes[4], slopes[5]) = (0.0, 0.0);
                (zero - pole, slopes)
            }
            Family::LowCut1 => {
                slopes[4] = 0.0;
                (zero + fix_zero - pole, slopes)
            }
            _ => (zero - pole + fix_zero - fix_pole, slopes),
        }
    }
}

fn region_weight(f: f64) -> f64 {
    match f {
        f if f > MAX_RATIO + 1e-9 => TOP_WEIGHT,
        f if f > BAR_RATIO => HIGH_WEIGHT,
        _ => 1.0,
    }
}

/// Frequencies over sample rate to compare at: dense around the resonances, over the whole axis, a few near the top.
fn frequencies(family: Family, ratio: f64, q: f64, gain_db: f64) -> Vec<f64> {
    let spread = if family == Family::Shelf { 10f64.powf(gain_db / 80.0) } else { 1.0 };
    let low = (ratio / 64.0).min(0.01);
    let mut frequencies: Vec<f64> = (0..48).map(|i| low * (MAX_RATIO / low).powf(f64::from(i) / 47.0)).collect();
    frequencies.extend((1..=24).map(|i| f64::from(i) / 24.0 * MAX_RATIO));
    frequencies.extend([0.465, 0.478, 0.488, 0.495, 0.499]);
    for centre in [ratio * spread, ratio / spread] {
        for i in -12..=12 {
            let width = 0.05 * 120f64.powf(f64::from(i32::abs(i)) / 12.0) * f64::from(i.signum());
            frequencies.push(centre * (width / (2.0 * q)).asinh().exp());
        }
    }
    let is_notch_bottom = |f: f64| family == Family::Notch && (f / ratio).ln().abs() < 0.02 / q;
    frequencies.retain(|f| *f < 0.4991 && !is_notch_bottom(*f));
    frequencies
}

/// ln |1 + damping · js/w − s²/w²| and its slopes for ln w and ln damping.
fn pair(s: f64, ln_w: f64, ln_damping: f64) -> (f64, [f64; 2]) {
    let u = (s / ln_w.exp()).powi(2);
    let d = (2.0 * ln_damping).exp();
    let power = (1.0 - u).powi(2) + d * u;
    (0.5 * power.ln(), [(2.0 * u * (1.0 - u) - d * u) / power, d * u / power])
}

/// ln |1 + js/w| and its slope for ln w.
fn single(s: f64, ln_w: f64) -> (f64, f64) {
    let u = (s / ln_w.exp()).powi(2);
    (0.5 * u.ln_1p(), -u / (1.0 + u))
}

/// Gaussian elimination with pivots; `matrix` is positive definite.
fn solve(mut matrix: [Values; NUM_VALUES], mut right: Values) -> Values {
    for column in 0..NUM_VALUES {
        let pivot = (column..NUM_VALUES)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))
            .unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let (above, below) = matrix.split_at_mut(column + 1);
        let pivot_row = &above[column];
        for (offset, row) in below.iter_mut().enumerate() {
            let factor = row[column] / pivot_row[column];
            for (value, pivot) in row[column..].iter_mut().zip(&pivot_row[column..]) {
                *value -= factor * pivot;
            }
            right[column + 1 + offset] -= factor * right[column];
        }
    }
    for row in (0..NUM_VALUES).rev() {
        let known: f64 = (row + 1..NUM_VALUES).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}
