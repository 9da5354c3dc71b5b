//! A hand that knows nothing of the editor's layout: it looks for a knob by trying, drags it and types a value into it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::rig::{Rig, SETTLE};
use crate::screen::{ENTER, ESCAPE, Input};

/// Steps of one drag, pixels upwards.
const DRAG: [i32; 5] = [6, 14, 24, 34, 44];
const STEP: Duration = Duration::from_millis(40);
const DOUBLE_CLICK: Duration = Duration::from_millis(60);
/// What a busy machine may take to tell the host of something.
const PATIENCE: Duration = Duration::from_secs(3);
/// Share of the range that is typed.
const TYPED: f64 = 0.7;
/// A typed value is rounded to what the control shows.
const TYPED_TOLERANCE: f64 = 0.02;

/// A control that was found.
pub struct Knob {
    /// Of the window.
    point: (i32, i32),
    id: u32,
    /// Of the parameter.
    pub name: String,
}

/// Drags whatever control it finds among those of the selected stage; the host must see one whole gesture with several
/// values of one parameter.
pub fn drag_something(rig: &mut impl Rig, input: &Input) -> Result<Knob> {
    let (width, height) = rig.window().size();
    // The controls are above the compare bar and the status line, at the left; the middle of their row first.
    for up in [140, 125, 155, 170, 110] {
        for x in (360..width as i32 * 6 / 10).chain(20..360).step_by(24) {
            if let Some(knob) = drag(rig, input, (x, height as i32 - up))? {
                return Ok(knob);
            }
        }
    }
    bail!("nothing in the editor can be dragged")
}

fn drag(rig: &mut impl Rig, input: &Input, point: (i32, i32)) -> Result<Option<Knob>> {
    rig.take_changes();
    rig.take_gestures();
    input.move_to(rig.window().on_screen(point))?;
    rig.run(STEP)?;
    input.button(true)?;
    for up in DRAG {
        rig.run(STEP / 2)?;
        input.move_to(rig.window().on_screen((point.0, point.1 - up)))?;
    }
    rig.run(STEP)?;
    input.button(false)?;
    rig.run(2 * STEP)?;
    let mut gestures = rig.take_gestures();
    let start = Instant::now();
    while !gestures.len().is_multiple_of(2) && start.elapsed() < PATIENCE {
        rig.run(STEP)?;
        gestures.extend(rig.take_gestures());
    }
    let changes = rig.take_changes();
    let Some(&(id, _)) = changes.first() else { return Ok(None) };
    let is_one = changes.iter().all(|(other, _)| *other == id);
    if !is_one || changes.len() < 2 {
        return Ok(None);
    }
    ensure!(gestures == [(id, true), (id, false)], "a drag is told as the gestures {gestures:?}");
    let values: Vec<f64> = changes.iter().map(|(_, value)| *value).collect();
    ensure!(values.is_sorted(), "a drag upwards is told as the values {values:?}");
    let last = *values.last().context("no value")?;
    rig.run(STEP)?; // The host may have to bring the last value to the sound first.
    ensure!(rig.value(id)? == last, "the parameter is not what the host was told last");
    Ok(Some(Knob { point, id, name: rig.name(id)? }))
}

/// Double-clicks the control, types a value and Enter.
pub fn type_value(rig: &mut impl Rig, input: &Input, knob: &Knob) -> Result<()> {
    let text = rig.format(knob.id, TYPED)?;
    let typed: String = text.chars().take_while(|symbol| !symbol.is_alphabetic() && *symbol != ' ').collect();
    let typed = typed.trim_start_matches('+');
    rig.take_changes();
    input.move_to(rig.window().on_screen(knob.point))?;
    rig.run(STEP)?;
    for _ in 0..2 {
        input.button(true)?;
        rig.run(DOUBLE_CLICK / 2)?;
        input.button(false)?;
        rig.run(DOUBLE_CLICK / 2)?;
    }
    rig.run(4 * STEP)?;
    rig.window().focus()?;
    rig.run(STEP)?;
    for symbol in typed.chars() {
        input.key(u32::from(symbol))?;
        rig.run(STEP / 2)?;
    }
    input.key(ENTER)?;
    rig.run(4 * STEP)?;
    let start = Instant::now();
    let told = loop {
        let changes = rig.take_changes();
        let told = changes.into_iter().rev().find(|(id, _)| *id == knob.id);
        if told.is_some() || start.elapsed() > PATIENCE {
            break told;
        }
        rig.run(STEP)?;
    };
    let (_, value) = told.with_context(|| format!("typing {typed:?} for {} told the host nothing", knob.name))?;
    let expected = rig.parse(knob.id, typed)?;
    ensure!(
        (value - expected).abs() <= TYPED_TOLERANCE,
        "typing {typed:?} for {} made it {value} and not {expected}",
        knob.name
    );
    Ok(())
}

/// Opens the editor's own settings and clicks on a scale. Places are those of the usual layout, in points of the scale that
/// the editor has: `[now, then]`, percent.
pub fn choose_scale(rig: &mut impl Rig, input: &Input, [now, then]: [u32; 2]) -> Result<()> {
    const STEPS: [u32; 6] = [75, 100, 125, 150, 200, 250];
    const BUTTON: (f64, f64) = (23.0, 20.0);
    const FIRST_STEP: (f64, f64) = (274.0, 79.0);
    const STEP_WIDTH: f64 = 46.7;
    let idx = STEPS.iter().position(|step| *step == then).context("no such step")?;
    let step = (FIRST_STEP.0 - idx as f64 * STEP_WIDTH, FIRST_STEP.1);
    for (from_right, top) in [BUTTON, step] {
        let scale = f64::from(now) / 100.0;
        let (width, _) = rig.window().size();
        let point = ((f64::from(width) - from_right * scale) as i32, (top * scale) as i32);
        input.move_to(rig.window().on_screen(point))?;
        rig.run(2 * STEP)?;
        input.button(true)?;
        rig.run(STEP)?;
        input.button(false)?;
        rig.run(6 * STEP)?;
    }
    // The popover stays open over whatever is clicked in it.
    input.key(ESCAPE)?;
    rig.run(SETTLE)
}
