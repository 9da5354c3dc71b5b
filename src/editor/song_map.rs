//! The song map: sections, loudness along the song, evidence, findings, playhead, what was not heard.

mod end;
mod marks;

use egui::{Pos2, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::analysis::Block;
use crate::assistant::Evidence;
use crate::dsp::units::db_from_power;

use super::layout::{Layout, between};
use super::levels::Levels;
use super::looping;
use super::pen::Pen;
use super::proposals::ProposalsView;
use super::scene::Scene;
use super::session::Session;
use super::theme::{CANVAS, MASTER, MIX, PROPOSAL, ROW, T1, T2, T3, regular};
use super::widgets::describe;
use super::words;
use marks::Places;

/// Range of loudness that the bars span, LU below the loudest.
const RANGE_LU: f64 = 24.0;
/// Loudness over power of a K-weighted signal, dB (ITU-R BS.1770-5).
const LUFS_OFFSET: f64 = -0.691;
/// Share of the height up to the loudest bar: the master has room above it.
const LOUDEST_BAR: f32 = 0.8;
/// Short-term loudness is of the last 3 s: it stands for the middle of them, seconds.
const SHORT_TERM_LAG_S: f64 = 1.5;
/// Most times along the axis between its ends.
const MAX_TICKS: usize = 8;
/// Width and stride of a bar.
const BAR: (f32, f32) = (2.0, 3.0);

/// Draws the map; `open` is the number of the open card.
pub fn show(
    ui: &mut Ui,
    layout: &Layout,
    (session, scene, levels): (&Session, &Scene, &Levels),
    (open, view): (Option<usize>, &mut ProposalsView),
) {
    let area = layout.song_map;
    let pen = Pen::of(ui);
    pen.fill(area, 0.0, CANVAS);
    let (top, bottom) = if layout.is_compact { (30.0, 18.0) } else { (36.0, 22.0) };
    let plot = Rect::from_min_max(area.min + vec2(12.0, top), pos2(area.right() - 12.0, area.bottom() - bottom));
    pen.fill(plot, 2.0, ROW);
    let duration_s = scene.map_end_s();
    let spoken = spoken(scene, duration_s);
    // Pressed, but no stop of Tab: key L does the same for what is open.
    let response = ui.interact(area.shrink(4.0), ui.scope_id().with("song map"), Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    describe(ui, &response, || spoken.clone());
    if duration_s <= 0.0 {
        pen.center(plot.center().x, plot.center().y + 4.0, "The song appears here as I hear it.", regular(11.0), T3);
        return;
    }
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.double_clicked()) {
        let time_s = f64::from((pointer.x - plot.left()) / plot.width()).clamp(0.0, 1.0) * duration_s;
        looping::begin(ui, session, scene, Some((time_s, time_s)));
    }
    let x_of = |time_s: f64| plot.left() + (time_s / duration_s).clamp(0.0, 1.0) as f32 * plot.width();
    let loudness = bar_loudness(scene.blocks(), duration_s, (plot.width() / BAR.1) as usize);
    let bars = heights(&loudness, scene.blocks(), duration_s);
    let spans = spans(scene, open, duration_s);
    let places = Places {
        plot,
        duration_s,
        labels_y: area.top() + if layout.is_compact { 11.5 } else { 15.0 },
        ticks_y: area.top() + if layout.is_compact { 23.0 } else { 28.0 },
    };
    marks::sections(&pen, &places, scene);
    draw_bars(&pen, plot, &bars, |time_s| spans.iter().any(|span| (span.0..span.1).contains(&time_s)), duration_s);
    if scene.share().is_some() {
        draw_unheard(&pen, plot, &bars);
    }
    draw_master(&pen, plot, levels, loudest(&loudness), x_of);
    for span in &spans {
        let rule = Rect::from_min_max(pos2(x_of(span.0), plot.bottom() + 1.5), pos2(x_of(span.1), plot.bottom() + 3.5));
        pen.fill(rule, 0.0, PROPOSAL);
    }
    marks::findings(&pen, &places, scene);
    marks::evidence(ui, &places, scene, (open, view));
    marks::notes(ui, &places, scene, view);
    draw_axis(&pen, plot, area.bottom() - 6.0, duration_s);
    end::show(ui, &places, session, scene);
    let looped = looping::place(scene).or(scene.loop_s);
    if let Some((start_s, end_s)) = looped.filter(|(start_s, _)| *start_s < duration_s) {
        let edge = |time_s: f64| x_of(between(time_s, 0.0, duration_s));
        let looped = Rect::from_min_max(pos2(edge(start_s), plot.top()), pos2(edge(end_s), plot.bottom()));
        pen.frame(looped.expand2(vec2(0.0, 1.0)), 2.0, 1.25, T1);
    }
    if let Some(position_s) = scene.position_s.filter(|position_s| (0.0..=duration_s).contains(position_s)) {
        let x = x_of(position_s);
        pen.line(pos2(x, plot.top() - 3.0), pos2(x, plot.bottom() + 3.0), 1.25, T1);
        let y = plot.top() - 6.0;
        pen.polygon(vec![pos2(x - 3.5, y), pos2(x + 3.5, y), pos2(x, y + 5.0)], T1);
    }
}

/// Mean loudness of each bar's stretch on 0–1, `None` where nothing was heard.
pub fn bars(blocks: &[Block], duration_s: f64, num_bars: usize) -> Vec<Option<f32>> {
    heights(&bar_loudness(blocks, duration_s, num_bars), blocks, duration_s)
}

/// Mean loudness of each bar's stretch, LUFS.
fn bar_loudness(blocks: &[Block], duration_s: f64, num_bars: usize) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0f64, 0usize); num_bars.max(1)];
    for block in blocks {
        let idx = (block.start_s / duration_s * num_bars as f64) as usize;
        if let Some(sum) = sums.get_mut(idx) {
            *sum = (sum.0 + block.power(), sum.1 + 1);
        }
    }
    let mean = |&(power, count): &(f64, usize)| (count > 0).then(|| db_from_power(power / count as f64) + LUFS_OFFSET);
    sums.iter().map(mean).collect()
}

fn loudest(loudness: &[Option<f64>]) -> f64 {
    loudness.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn heights(loudness: &[Option<f64>], blocks: &[Block], duration_s: f64) -> Vec<Option<f32>> {
    let loudest = loudest(loudness);
    let height = |lu: f64| ((lu - loudest + RANGE_LU) / RANGE_LU).clamp(0.0, 1.0) as f32;
    let mut heights: Vec<Option<f32>> =
        loudness.iter().map(|lu| lu.map(|lu| if loudest.is_finite() { height(lu) } else { 0.0 })).collect();
    fill_pinholes(&mut heights, blocks, duration_s);
    heights
}

/// A saved map has one block a second: bars between two of them were heard as well.
fn fill_pinholes(heights: &mut [Option<f32>], blocks: &[Block], duration_s: f64) {
    let step_s = blocks.windows(2).map(|pair| pair[1].start_s - pair[0].start_s).fold(f64::INFINITY, f64::min);
    let reach = (step_s / duration_s * heights.len() as f64).ceil();
    if !reach.is_finite() || reach > heights.len() as f64 {
        return;
    }
    let mut last: Option<(usize, f32)> = None;
    for (idx, slot) in heights.iter_mut().enumerate() {
        match (&slot, last) {
            (Some(height), _) => last = Some((idx, *height)),
            (None, Some((at, height))) if idx - at < reach as usize => *slot = Some(height),
            _ => {}
        }
    }
}

fn draw_bars(pen: &Pen, plot: Rect, bars: &[Option<f32>], is_evidence: impl Fn(f64) -> bool, duration_s: f64) {
    for (idx, height) in bars.iter().enumerate() {
        let Some(height) = height else { continue };
        let time_s = (idx as f64 + 0.5) / bars.len() as f64 * duration_s;
        let x = plot.left() + idx as f32 * BAR.1;
        let height = bar_height(plot, *height);
        let bar = Rect::from_min_max(pos2(x, plot.bottom() - height), pos2(x + BAR.0, plot.bottom()));
        let color = if is_evidence(time_s) { PROPOSAL.gamma_multiply(0.78) } else { MIX.gamma_multiply(0.42) };
        pen.fill(bar, 0.0, color);
    }
}

fn bar_height(plot: Rect, share: f32) -> f32 {
    2.0 + LOUDEST_BAR * share * (plot.height() - 4.0)
}

/// Short-term loudness of the master, on the bars' scale, where it was played; what was not played is not known.
fn draw_master(pen: &Pen, plot: Rect, levels: &Levels, loudest_lufs: f64, x_of: impl Fn(f64) -> f32) {
    if !loudest_lufs.is_finite() {
        return;
    }
    let mut run: Vec<Pos2> = Vec::new();
    let draw = |run: &mut Vec<Pos2>| {
        if run.len() > 1 {
            pen.path(std::mem::take(run), 1.25, MASTER);
        }
        run.clear();
    };
    for slice in &levels.played.song {
        let Some((slice, lufs)) = slice.and_then(|slice| Some((slice, slice.loudness_lufs?))) else {
            draw(&mut run);
            continue;
        };
        let share = ((lufs - loudest_lufs + RANGE_LU) / RANGE_LU).max(0.0) as f32;
        let y = (plot.bottom() - bar_height(plot, share)).max(plot.top() + 1.0);
        run.push(pos2(x_of((slice.time_s + 0.5 - SHORT_TERM_LAG_S).max(0.0)).min(plot.right()), y));
    }
    draw(&mut run);
}

fn draw_unheard(pen: &Pen, plot: Rect, bars: &[Option<f32>]) {
    let x_of = |idx: usize| plot.left() + plot.width() * idx as f32 / bars.len() as f32;
    let mut idx = 0;
    while idx < bars.len() {
        let start = idx;
        while idx < bars.len() && bars[idx].is_none() {
            idx += 1;
        }
        if idx > start + 1 {
            let gap = Rect::from_min_max(pos2(x_of(start) + 1.0, plot.top()), pos2(x_of(idx) - 1.0, plot.bottom()));
            pen.hatch(gap, 5.0, T3.gamma_multiply(0.4));
            if gap.width() > 70.0 {
                let label = Rect::from_center_size(gap.center(), vec2(62.0, 16.0));
                pen.fill(label, 4.0, ROW);
                pen.center(gap.center().x, gap.center().y + 4.0, "not heard", regular(11.0), T2);
            }
        }
        idx += 1;
    }
}

/// Where the open move's evidence holds, if that is a part of the song.
fn spans(scene: &Scene, open: Option<usize>, duration_s: f64) -> Vec<(f64, f64)> {
    let evidence = scene.moves().filter(|(number, _)| Some(*number) == open).flat_map(|(_, each)| &each.evidence);
    evidence.filter(|each| is_local(each, duration_s)).map(|each| (each.from_s, each.to_s)).collect()
}

fn is_local(evidence: &Evidence, duration_s: f64) -> bool {
    evidence.to_s - evidence.from_s < 0.9 * duration_s
}

fn draw_axis(pen: &Pen, plot: Rect, baseline: f32, duration_s: f64) {
    let end = words::time(duration_s);
    pen.left(plot.left(), baseline, words::time(0.0), regular(11.0), T3);
    pen.right(plot.right(), baseline, end, regular(11.0), T3);
    for time_s in ticks_s(duration_s) {
        let x = plot.left() + (time_s / duration_s) as f32 * plot.width();
        if x < plot.right() - 46.0 && x > plot.left() + 40.0 {
            pen.center(x, baseline, words::time(time_s), regular(11.0), T3);
        }
    }
}

/// Round times within a song, seconds; at most [`MAX_TICKS`], however long it is.
fn ticks_s(duration_s: f64) -> impl Iterator<Item = f64> {
    let steps_s = [5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
    let fits = |step_s: &f64| duration_s / step_s <= MAX_TICKS as f64;
    let hours = || (duration_s / 3600.0 / MAX_TICKS as f64).ceil() * 3600.0;
    let step_s = steps_s.into_iter().find(fits).unwrap_or_else(hours);
    (1..=MAX_TICKS).map(move |idx| idx as f64 * step_s).take_while(move |time_s| *time_s < duration_s)
}

fn spoken(scene: &Scene, duration_s: f64) -> String {
    if duration_s <= 0.0 {
        return "Song map, nothing heard yet".to_owned();
    }
    let heard = super::verdict_bar::heard(scene);
    let looped =
        scene.loop_s.map_or_else(String::new, |(start_s, end_s)| format!(", looping {}", words::place(start_s, end_s)));
    match scene.position_s {
        Some(position_s) => {
            format!("Song map, {heard}, position {} of {}{looped}", words::time(position_s), words::time(duration_s))
        }
        None => format!("Song map, {heard}{looped}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(start_s: f64, power: f64) -> Block {
        Block::new(start_s, power, 0.0)
    }

    #[test]
    fn bars_show_what_was_heard_and_no_more() {
        let blocks: Vec<Block> = (0..50).map(|idx| block(f64::from(idx) * 0.1, 0.1)).collect();
        let bars = bars(&blocks, 10.0, 10);
        assert!(bars[..5].iter().all(|bar| *bar == Some(1.0)));
        assert!(bars[5..].iter().all(Option::is_none));
    }

    #[test]
    fn an_axis_has_few_ticks_however_long_the_song() {
        assert_eq!(ticks_s(231.0).collect::<Vec<_>>(), [30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0]);
        for duration_s in [0.0, 1e-9, 32.0, 3.0 * 3600.0, 86_400.0, 1e17, 1e300, f64::INFINITY, f64::NAN] {
            let ticks: Vec<f64> = ticks_s(duration_s).collect();
            assert!(ticks.len() <= MAX_TICKS, "{duration_s}");
        }
        assert!(ticks_s(3.0 * 3600.0).count() >= 4);
    }

    #[test]
    fn map_of_one_second_steps_has_no_pinholes() {
        let blocks: Vec<Block> = (0..60).map(|idx| block(f64::from(idx), 0.1)).collect();
        assert!(bars(&blocks, 60.0, 200).iter().all(Option::is_some));
    }
}
