//! All nodes of a family at once: sites at and half-way between the nodes, and one large least-squares problem.

use std::f64::consts::{LN_10, PI};
use std::ops::{Range, RangeInclusive};

use discern::dsp::matched::shape::Shape;
use discern::dsp::matched::table::{Family, MAX_RATIO, NUM_VALUES, Values, gain_at, q_at, ratio_at};

use super::section::{BAR_RATIO, Point, Section, points};

type Block = [Values; NUM_VALUES];

/// Largest step of a move, nepers.
const MAX_STEP: f64 = 0.3;
/// Pull of all moves towards zero, for what the curves leave open.
const PULL: f64 = 1e-5;
/// Error from which the last steps count its fourth power, nepers: 0.01 dB.
const LARGE_ERROR: f64 = 0.01 * LN_10 / 20.0;
/// Most iterations of a solution by conjugate gradients.
const NUM_ITERATIONS: usize = 60;
/// Weight of what is never held to the bar: other qualities, and more gain.
const OUTER_WEIGHT: f64 = 0.1;
/// Share of the last layer's growth that the next one starts with.
const MOMENTUM: f64 = 0.7;

/// A point of the grid, or half-way between two, four or eight.
struct Site {
    /// Nodes and their weights.
    nodes: Vec<(usize, f64)>,
    start: Shape,
    points: Range<usize>,
    /// Whether the bar says anything of it.
    is_in_bar: bool,
}

/// The moves of a family and what they are to fit.
pub struct Field {
    family: Family,
    num_nodes: [usize; 3],
    moves: Vec<Values>,
    sites: Vec<Site>,
    points: Vec<Point>,
    /// First site of every half step along the first axis, and the end.
    layers: Vec<usize>,
    active_nodes: Range<usize>,
    active_sites: Range<usize>,
    /// Levenberg and Marquardt's.
    damping: f64,
}

/// The problem at the present moves: half the second derivatives for every site, the gradient for every node.
struct Linear {
    normals: Vec<Block>,
    gradient: Vec<Values>,
    /// A node's own part of the normal matrix, without damping.
    diagonal: Vec<Block>,
    cost: f64,
    ridge: f64,
}

impl Field {
    /// No moves yet; all layers are active.
    pub fn new(family: Family) -> Self {
        let num_nodes = family.num_nodes();
        let [num_places, num_qs, num_gains] = num_nodes.map(|num| 2 * num - 1);
        let mut field = Self {
            family,
            num_nodes,
            moves: vec![[0.0; NUM_VALUES]; num_nodes.iter().product()],
            sites: Vec::new(),
            points: Vec::new(),
            layers: Vec::new(),
            active_nodes: 0..0,
            active_sites: 0..0,
            damping: 1e-3,
        };
        for place in 0..num_places {
            field.layers.push(field.sites.len());
            for q in 0..num_qs {
                for gain in 0..num_gains {
                    field.add_site([place, q, gain]);
                }
            }
        }
        field.layers.push(field.sites.len());
        field.activate(0..=num_nodes[0] - 1);
        field
    }

    /// `at` in half steps of the grid.
    fn add_site(&mut self, at: [usize; 3]) {
        let family = self.family;
        let has_gain = matches!(family, Family::Bell | Family::Shelf);
        let is_first_order = matches!(family, Family::HighCut1 | Family::LowCut1);
        let gain_db = if has_gain { gain_at(at[2] as f64 / 2.0) } else { 0.0 };
        let ratio = ratio_at(family, at[0] as f64 / 2.0, gain_db);
        let q = if is_first_order { 0.5 } else { q_at(family, at[1] as f64 / 2.0) };
        // At 0 dB any section fits. Shelves are fitted a little beyond the last corner, to which no node belongs.
        if has_gain && at[2] == 0 || ratio > 1.1 * MAX_RATIO {
            return;
        }
        let mut nodes = vec![(0, 1.0)];
        for (at, num) in at.into_iter().zip(self.num_nodes) {
            let sides: &[(usize, f64)] = if at % 2 == 0 { &[(0, 1.0)] } else { &[(0, 0.5), (1, 0.5)] };
            let split = |(node, weight)| sides.iter().map(move |(up, part)| (node * num + at / 2 + up, weight * part));
            nodes = nodes.into_iter().flat_map(split).collect();
        }
        let is_near = is_first_order || (0.24..12.5).contains(&q) && gain_db < 21.5;
        let is_in_bar = is_near && (is_first_order || (0.2999..10.001).contains(&q)) && gain_db < 18.001;
        // Small gains count more than their errors: they are used more.
        let small = if has_gain { (6.0 / gain_db).max(1.0).sqrt() } else { 1.0 };
        let weight = if is_near { small } else { OUTER_WEIGHT * small };
        let first = self.points.len();
        let weighted = |point: Point| Point { weight: point.weight * weight as f32, ..point };
        self.points.extend(points(family, ratio, q, gain_db).map(weighted));
        self.sites.push(Site {
            nodes,
            start: Shape::start(family, ratio, q, gain_db).0,
            points: first..self.points.len(),
            is_in_bar: is_in_bar && ratio < 1.0001 * MAX_RATIO,
        });
    }

    /// Nodes along the first axis.
    pub fn num_layers(&self) -> usize {
        self.num_nodes[0]
    }

    /// The moves, in the table's order.
    pub fn into_moves(self) -> Vec<Values> {
        self.moves
    }

    /// Starts a layer from the one or two before it.
    pub fn extend(&mut self, layer: usize) {
        let num = self.num_nodes[1] * self.num_nodes[2];
        for idx in layer * num..(layer + 1) * num {
            if layer > 0 {
                let last = self.moves[idx - num];
                let before = if layer > 1 { self.moves[idx - 2 * num] } else { last };
                self.moves[idx] = std::array::from_fn(|i| last[i] + MOMENTUM * (last[i] - before[i]));
            }
        }
    }

    /// Only these layers move from now on, and only they and the one below are looked at.
    pub fn activate(&mut self, layers: RangeInclusive<usize>) {
        let num = self.num_nodes[1] * self.num_nodes[2];
        let (first, last) = (*layers.start(), *layers.end());
        self.active_nodes = first * num..(last + 1) * num;
        self.active_sites = self.layers[2 * first.saturating_sub(1)]..self.layers[2 * last + 1];
    }

    /// A step of Levenberg and Marquardt's; `evens_out` counts large errors by their fourth power.
    pub fn step(&mut self, ridge: f64, evens_out: bool) {
        let bend = if evens_out { LARGE_ERROR.powi(-2) } else { 0.0 };
        let linear = self.linearise(bend, ridge);
        for _ in 0..6 {
            let step = self.solve(&linear);
            let before = self.moves.clone();
            for (moves, step) in self.moves.iter_mut().zip(step) {
                (0..NUM_VALUES).for_each(|i| moves[i] += step[i].clamp(-MAX_STEP, MAX_STEP));
            }
            if self.cost(bend, ridge) < linear.cost {
                self.damping = (self.damping * 0.2).max(1e-7);
                return;
            }
            self.moves = before;
            self.damping = (self.damping * 10.0).min(1e4);
        }
    }

    /// Largest errors that the bar speaks of, at the nodes and half-way between them.
    pub fn errors_db(&self) -> [f64; 2] {
        let limit = (PI * BAR_RATIO).tan().powi(2) * 1.0001;
        let mut worst = [0.0; 2];
        for site in self.sites.iter().filter(|site| site.is_in_bar) {
            let section = self.section(site);
            let worst = &mut worst[usize::from(site.nodes.len() > 1)];
            for point in self.points[site.points.clone()].iter().filter(|point| f64::from(point.u) < limit) {
                let error = section.ln_power(f64::from(point.u)) - f64::from(point.target);
                *worst = (error.abs() * 10.0 / LN_10).max(*worst);
            }
        }
        worst
    }

    fn section(&self, site: &Site) -> Section {
        let mut shape = site.start;
        shape.apply(&interpolate(site, &self.moves));
        Section::new(self.family, &shape)
    }

    fn cost(&self, bend: f64, ridge: f64) -> f64 {
        let mut cost = self.straighten(&self.moves, ridge, None);
        for site in &self.sites[self.active_sites.clone()] {
            let section = self.section(site);
            for point in &self.points[site.points.clone()] {
                let error = section.ln_power(f64::from(point.u)) - f64::from(point.target);
                let power = (0.5 * error * f64::from(point.weight)).powi(2);
                cost += 0.5 * power + 0.25 * bend * power * power;
            }
        }
        cost
    }

    fn linearise(&self, bend: f64, ridge: f64) -> Linear {
        let mut normals = Vec::with_capacity(self.active_sites.len());
        let mut gradient = vec![[0.0; NUM_VALUES]; self.moves.len()];
        let mut diagonal = vec![[[0.0; NUM_VALUES]; NUM_VALUES]; self.moves.len()];
        let mut cost = self.straighten(&self.moves, ridge, Some(&mut gradient));
        for site in &self.sites[self.active_sites.clone()] {
            let section = self.section(site);
            let mut normal = [[0.0; NUM_VALUES]; NUM_VALUES];
            let mut slope = [0.0; NUM_VALUES];
            for point in &self.points[site.points.clone()] {
                let u = f64::from(point.u);
                let slopes = section.slopes(u);
                let weight = 0.5 * f64::from(point.weight);
                let error = weight * (section.ln_power(u) - f64::from(point.target));
                let bent = bend * error * error;
                cost += error * error * (0.5 + 0.25 * bent);
                for i in 0..NUM_VALUES {
                    slope[i] += weight * error * (1.0 + bent) * slopes[i];
                    for k in 0..=i {
                        normal[i][k] += weight * weight * (1.0 + 3.0 * bent) * slopes[i] * slopes[k];
                    }
                }
            }
            let normal: Block = std::array::from_fn(|i| std::array::from_fn(|k| normal[i.max(k)][i.min(k)]));
            for (node, weight) in &site.nodes {
                for i in 0..NUM_VALUES {
                    gradient[*node][i] += weight * slope[i];
                    (0..NUM_VALUES).for_each(|k| diagonal[*node][i][k] += weight * weight * normal[i][k]);
                }
            }
            normals.push(normal);
        }
        // Second differences along three axes, and the pull.
        for block in &mut diagonal {
            (0..NUM_VALUES).for_each(|i| block[i][i] += 6.0 * ridge + PULL);
        }
        Linear { normals, gradient, diagonal, cost, ridge }
    }

    /// Cost of second differences and of moves at all; adds their gradient.
    fn straighten(&self, moves: &[Values], ridge: f64, mut gradient: Option<&mut [Values]>) -> f64 {
        let strides = [self.num_nodes[1] * self.num_nodes[2], self.num_nodes[2], 1];
        let mut cost = 0.0;
        for node in 0..self.active_nodes.end {
            for (stride, num) in strides.into_iter().zip(self.num_nodes) {
                let place = node / stride % num;
                if place == 0 || place + 1 == num || !self.active_nodes.contains(&(node + stride)) {
                    continue;
                }
                for i in 0..NUM_VALUES {
                    let bend = moves[node - stride][i] - 2.0 * moves[node][i] + moves[node + stride][i];
                    cost += 0.5 * ridge * bend * bend;
                    if let Some(gradient) = gradient.as_deref_mut() {
                        gradient[node - stride][i] += ridge * bend;
                        gradient[node][i] -= 2.0 * ridge * bend;
                        gradient[node + stride][i] += ridge * bend;
                    }
                }
            }
        }
        for node in self.active_nodes.clone() {
            for i in 0..NUM_VALUES {
                cost += 0.5 * PULL * moves[node][i].powi(2);
                if let Some(gradient) = gradient.as_deref_mut() {
                    gradient[node][i] += PULL * moves[node][i];
                }
            }
        }
        cost
    }

    /// The damped step: conjugate gradients, preconditioned by the blocks of the nodes.
    fn solve(&self, linear: &Linear) -> Vec<Values> {
        let damped = |block: &Block| {
            let mut block = *block;
            (0..NUM_VALUES).for_each(|i| block[i][i] *= 1.0 + self.damping + 1e-9);
            invert(block)
        };
        let inverses: Vec<Block> = linear.diagonal.iter().map(damped).collect();
        let precondition = |rest: &[Values]| {
            let mut out: Vec<Values> = inverses.iter().zip(rest).map(|(block, rest)| multiply(block, rest)).collect();
            self.constrain(&mut out);
            out
        };
        let mut rest: Vec<Values> = linear.gradient.iter().map(|slope| slope.map(|x| -x)).collect();
        self.constrain(&mut rest);
        let mut step = vec![[0.0; NUM_VALUES]; rest.len()];
        let mut direction = precondition(&rest);
        let mut power = dot(&rest, &direction);
        let first_power = power;
        for _ in 0..NUM_ITERATIONS {
            let image = self.transform(linear, &direction);
            let length = power / dot(&direction, &image);
            add(&mut step, length, &direction);
            add(&mut rest, -length, &image);
            let next = precondition(&rest);
            let next_power = dot(&rest, &next);
            if next_power <= 1e-10 * first_power {
                break;
            }
            let share = next_power / power;
            power = next_power;
            for (direction, next) in direction.iter_mut().zip(next) {
                *direction = std::array::from_fn(|i| next[i] + share * direction[i]);
            }
        }
        step
    }

    /// The damped normal matrix times `x`.
    fn transform(&self, linear: &Linear, x: &[Values]) -> Vec<Values> {
        let damp = |(x, block): (&Values, &Block)| std::array::from_fn(|i| self.damping * block[i][i] * x[i]);
        let mut image: Vec<Values> = x.iter().zip(&linear.diagonal).map(damp).collect();
        for (site, normal) in self.sites[self.active_sites.clone()].iter().zip(&linear.normals) {
            let product = multiply(normal, &interpolate(site, x));
            for (node, weight) in &site.nodes {
                (0..NUM_VALUES).for_each(|i| image[*node][i] += weight * product[i]);
            }
        }
        self.straighten(x, linear.ridge, Some(&mut image));
        self.constrain(&mut image);
        image
    }

    /// Only active nodes move, and at 0 dB poles and zeros alike.
    fn constrain(&self, x: &mut [Values]) {
        x[..self.active_nodes.start].fill([0.0; NUM_VALUES]);
        x[self.active_nodes.end..].fill([0.0; NUM_VALUES]);
        if self.num_nodes[2] > 1 {
            for values in x.iter_mut().step_by(self.num_nodes[2]) {
                for [pole, zero] in [[0, 2], [1, 3], [4, 5]] {
                    let mean = 0.5 * (values[pole] + values[zero]);
                    (values[pole], values[zero]) = (mean, mean);
                }
            }
        }
    }
}

fn interpolate(site: &Site, x: &[Values]) -> Values {
    let mut sum = [0.0; NUM_VALUES];
    for (node, weight) in &site.nodes {
        (0..NUM_VALUES).for_each(|i| sum[i] += weight * x[*node][i]);
    }
    sum
}

fn dot(a: &[Values], b: &[Values]) -> f64 {
    a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [Values], factor: f64, from: &[Values]) {
    for (to, from) in to.as_flattened_mut().iter_mut().zip(from.as_flattened()) {
        *to += factor * from;
    }
}

fn multiply(block: &Block, x: &Values) -> Values {
    block.map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum())
}

/// Gauss and Jordan's, without pivots; `block` is positive definite.
fn invert(mut block: Block) -> Block {
    let mut inverse: Block = std::array::from_fn(|i| std::array::from_fn(|k| f64::from(i == k)));
    for column in 0..NUM_VALUES {
        let pivot = 1.0 / block[column][column];
        block[column] = block[column].map(|x| x * pivot);
        inverse[column] = inverse[column].map(|x| x * pivot);
        for row in (0..NUM_VALUES).filter(|row| *row != column) {
            let factor = block[row][column];
            for k in 0..NUM_VALUES {
                block[row][k] -= factor * block[column][k];
                inverse[row][k] -= factor * inverse[column][k];
            }
        }
    }
    inverse
}
