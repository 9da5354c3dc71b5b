//! Generates the equalizer's table: how far poles and zeros move from where they start to fit the analogue curve.
//!
//! All nodes of a family are fitted together, to the curves that are interpolated between them. The table grows from
//! low corners, where the bilinear section is right, upwards: what a resonance becomes on its way through half the
//! sample rate is followed step by step, so that neighbouring nodes hold the same solution of several that fit alike.

mod field;
mod section;

use std::path::Path;

use anyhow::{Context, Result};
use discern::dsp::matched::table::{Family, Values};
use field::Field;

/// Pull towards straight lines through neighbouring nodes, in squared nepers per squared second difference: while
/// growing, and at the end.
const FIRST_RIDGE: f64 = 1e-3;
const LAST_RIDGE: f64 = 1e-5;
/// Steps for each layer while growing, over which each is fitted along with the two before it.
const NUM_LAYER_STEPS: usize = 4;
const NUM_BACK: usize = 2;
/// Steps over the whole table: least squares, then towards the smallest largest error.
const NUM_EVEN_STEPS: usize = 8;
const NUM_LAST_STEPS: usize = 16;

/// Writes `src/dsp/matched/table.f32` from scratch; the same bytes every time on one kind of machine.
///
/// # Errors
/// When the file cannot be written.
pub fn run() -> Result<()> {
    let mut bytes = Vec::new();
    for family in Family::ALL {
        for value in fit(family).into_iter().flatten() {
            bytes.extend((value as f32).to_le_bytes());
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/dsp/matched/table.f32");
    std::fs::write(&path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
    println!("wrote {} bytes", bytes.len());
    Ok(())
}

/// The moves of every node, in the table's order.
fn fit(family: Family) -> Vec<Values> {
    let mut field = Field::new(family);
    let last = field.num_layers() - 1;
    for layer in 0..=last {
        field.extend(layer);
        field.activate(layer.saturating_sub(NUM_BACK)..=layer);
        for _ in 0..NUM_LAYER_STEPS {
            field.step(FIRST_RIDGE, false);
        }
    }
    field.activate(0..=last);
    for step in 0..NUM_EVEN_STEPS + NUM_LAST_STEPS {
        let part = (step as f64 / (NUM_EVEN_STEPS - 1) as f64).min(1.0);
        field.step(FIRST_RIDGE * (LAST_RIDGE / FIRST_RIDGE).powf(part), step >= NUM_EVEN_STEPS);
    }
    let [at, between] = field.errors_db();
    println!("{family:?}: within {at:.4} dB at the nodes, {between:.4} dB half-way, for q 0.3-10 and 18 dB");
    field.into_moves()
}
