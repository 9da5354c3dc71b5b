//! The views of Input and Dither: a few controls and what they do, in words.

use egui::{Color32, Rect, Ui, pos2, vec2};

use super::layout::Layout;
use super::pen::Pen;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CARD_BODY, PANEL, PLOT_BOTTOM, PLOT_TOP, SEAM, SOFT, T1, T2, T3, medium, regular};
use super::widgets::{knob, segments, slider, switch};
use super::words;

/// Height of the controls.
const CONTROLS: f32 = 106.0;

/// A ground with facts above, controls below; returns the controls' area.
fn ground(ui: &Ui, layout: &Layout, facts: &[(&str, String)], note: &str) -> Rect {
    let pen = Pen::of(ui);
    let area = layout.stage;
    let controls = area.with_min_y(area.bottom() - CONTROLS);
    let upper = area.with_max_y(controls.top());
    pen.gradient(upper, &[(0.0, PLOT_TOP), (1.0, PLOT_BOTTOM)]);
    let (left, mut y) = (upper.left() + 16.0, upper.top() + 30.0);
    for (name, value) in facts {
        pen.left(left, y, *name, regular(12.0), T3);
        pen.left(left + 148.0, y, value.clone(), medium(12.0), T1);
        y += 24.0;
    }
    let width = (upper.width() - 32.0).min(520.0);
    let galley = pen.paragraph(note, regular(12.0), (T2, CARD_BODY), width);
    pen.galley(pos2(left, y + 10.0), galley);
    pen.fill(controls, 0.0, PANEL);
    pen.horizontal(controls.left(), controls.right(), controls.top() + 0.5, SEAM);
    controls
}

/// Trim and repairs.
pub fn input(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene) {
    let features = scene.verdict().map(|(_, judged)| &judged.features);
    let mut facts = Vec::new();
    if let Some(features) = features {
        let dc = features.stereo.dc_offset.map(|offset| {
            let db = 20.0 * offset.abs().log10();
            if db < -120.0 { "none".to_owned() } else { format!("{} dBFS", words::number(db)) }
        });
        facts = vec![
            ("Channels", features.num_channels.to_string()),
            ("Sample peak", format!("{} dBFS", words::maybe(features.levels.sample_peak_dbfs))),
            ("Left to right", format!("{} dB", words::maybe(features.stereo.balance_db))),
            ("Offset left, right", dc.join(", ")),
            ("Samples not numbers", features.num_non_finite.to_string()),
        ];
    }
    let note = if facts.is_empty() { "What was measured of the input appears here after listening." } else { "" };
    let controls = ground(ui, layout, &facts, note);
    let at = |x: f32, y: f32| controls.min + vec2(x, y);
    let ghost = scene
        .proposed("input.gain_db")
        .and_then(|(_, value)| session.param("input.gain_db").map(|(_, param)| param.to_normalized(value)));
    knob(ui, session, "input.gain_db", ("Trim", at(56.0, 22.0)), ghost);
    knob(ui, session, "input.amount_percent", ("Amount", at(140.0, 22.0)), None);
    let pen = Pen::of(ui);
    pen.vertical(controls.left() + 194.5, controls.top() + 14.0, controls.bottom() - 14.0, SOFT);
    pen.left(at(210.0, 0.0).x, at(0.0, 32.0).y, "Polarity", regular(11.0), T3);
    let cell = |x: f32, width: f32| Rect::from_min_size(at(x, 41.0), vec2(width, 24.0));
    switch(ui, session, "input.invert_left", ("Left", cell(208.0, 62.0)), "Turns the left channel over.");
    switch(ui, session, "input.invert_right", ("Right", cell(276.0, 66.0)), "Turns the right channel over.");
    Pen::of(ui).left(at(356.0, 0.0).x, at(0.0, 32.0).y, "Repairs", regular(11.0), T3);
    switch(ui, session, "input.swap_channels", ("Swap", cell(354.0, 66.0)), "Exchanges left and right.");
    switch(ui, session, "input.dc_blocker", ("DC blocker", cell(426.0, 98.0)), "Removes a constant offset, 5 Hz.");
}

/// Word length.
pub fn dither(ui: &mut Ui, layout: &Layout, session: &Session, scene: &Scene) {
    let is_on = scene.settings.dither.enabled;
    let state = if is_on { words::label(scene.settings.dither.bits).to_owned() } else { "off".to_owned() };
    let note = "Dither belongs before an integer file, once, at its word length. The host does not tell me the format \
                of its export: turn dither on for a 16 or 24 bit file, leave it off for 32 bit float. The limiter\u{2019}s \
                ceiling holds after dither; digital silence stays silent.";
    let controls = ground(ui, layout, &[("Dither", state)], note);
    let at = |x: f32, y: f32| controls.min + vec2(x, y);
    let pen = Pen::of(ui);
    pen.left(at(18.0, 0.0).x, at(0.0, 32.0).y, "Dither", regular(11.0), T3);
    segments(ui, session, "dither.enabled", Rect::from_min_size(at(16.0, 41.0), vec2(86.0, 24.0)), &[0, 1]);
    Pen::of(ui).left(at(124.0, 0.0).x, at(0.0, 32.0).y, "Word length", regular(11.0), T3);
    segments(ui, session, "dither.bits", Rect::from_min_size(at(122.0, 41.0), vec2(192.0, 24.0)), &[0, 1, 2]);
    Pen::of(ui).left(at(336.0, 0.0).x, at(0.0, 32.0).y, "Noise shaping", regular(11.0), T3);
    let place = Rect::from_min_size(at(334.0, 41.0), vec2(236.0, 24.0).min(vec2(controls.width() - 346.0, 24.0)));
    segments(ui, session, "dither.noise_shaping", place, &[0, 1, 2, 3]);
}

/// Amount of a stage as a captioned slider.
pub fn amount(ui: &mut Ui, session: &Session, id: &str, area: Rect, color: Color32) {
    let track = Rect::from_min_max(pos2(area.left(), area.bottom() - 14.0), area.max);
    let text = slider(ui, session, id, track, (color, 0.5)).unwrap_or_default();
    let pen = Pen::of(ui);
    pen.left(area.left(), area.top() + 12.0, "Amount", regular(12.0), T3);
    pen.right(area.right(), area.top() + 12.0, text, medium(13.0), T1);
}
