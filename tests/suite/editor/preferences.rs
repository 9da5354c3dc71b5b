//! The editor's own settings: scale and motion, and what closing the editor leaves behind.

use discern::assistant::VerdictKind;
use discern::editor::{DEFAULT_SIZE, MIN_SIZE, Session};
use discern::params::{Direction, DiscernParams};
use egui::vec2;
use nice_plug::prelude::Params;

use super::fixture::Fixture;
use super::{click, fixture, open_sized};

#[test]
fn scale_is_chosen_kept_and_no_larger_than_the_window_holds() {
    let mut harness = open_sized(Fixture::new(), None, DEFAULT_SIZE, 1.0);
    click(&mut harness, "Editor settings");
    click(&mut harness, "Scale, 125 %");
    harness.run_steps(60);
    // The window grows with it, and shows as much as before.
    assert!((harness.ctx.zoom_factor() - 1.25).abs() < 1e-3, "{}", harness.ctx.zoom_factor());
    let points = harness.ctx.content_rect().size();
    assert!((points - DEFAULT_SIZE).abs().max_elem() < 2.0, "{points}");
    // One that is made smaller holds its smallest layout at less.
    harness.set_size(vec2(1000.0, 592.0));
    harness.run_steps(60);
    assert!((harness.ctx.zoom_factor() - 1.25 * 592.0 / 600.0).abs() < 1e-2, "{}", harness.ctx.zoom_factor());
    let fields = fixture(&harness).params.serialize_fields();
    let loaded = DiscernParams::new();
    loaded.deserialize_fields(&fields);
    assert_eq!(loaded.with_saved(|saved| saved.editor_scale_percent), Some(125));
    assert!(fixture(&harness).host.take().is_empty(), "no parameter is set");

    // A window below the smallest layout is drawn smaller, once it has rested.
    let mut harness = open_sized(Fixture::new(), None, MIN_SIZE * 0.75, 1.0);
    harness.run_steps(60);
    assert!((harness.ctx.zoom_factor() - 0.75).abs() < 1e-3, "{}", harness.ctx.zoom_factor());
}

#[test]
fn motion_is_reduced_where_it_is_wished() {
    for size in [DEFAULT_SIZE, MIN_SIZE] {
        let mut harness = open_sized(Fixture::new(), None, size, 1.0);
        assert!(harness.ctx.global_style().animation_time > 0.0);
        click(&mut harness, "Editor settings");
        click(&mut harness, "Reduce motion");
        harness.run_steps(2);
        assert_eq!(harness.ctx.global_style().animation_time, 0.0);
        let fields = fixture(&harness).params.serialize_fields();
        assert!(fields["discern"].contains(r#""reduced_motion":true"#));
        click(&mut harness, "Reduce motion");
        harness.run_steps(2);
        assert!(harness.ctx.global_style().animation_time > 0.0);
    }
}

#[test]
fn steps_outlive_the_window() {
    let Fixture { params, host, audio, analysis, session } = Fixture::judged(VerdictKind::SmallMoves);
    let (end, context) = (session.end.clone(), session.context.clone());
    session.accept_needed();
    drop(session);
    let session = Session::new(params.clone(), end, context);
    let gain_db = || params.param("limiter.gain_db").map(|(setting, param)| setting.snap(param.value()));
    assert_eq!(gain_db(), Some(2.2));
    session.travel(Direction::Undo);
    assert_eq!(gain_db(), Some(0.0));
    assert!(params.with_saved(|saved| saved.decisions.is_empty()));
    session.travel(Direction::Redo);
    assert_eq!(gain_db(), Some(2.2));
    drop((session, host, audio, analysis));
}
