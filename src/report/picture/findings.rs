//! What was found, under the song map: chips for the whole song, lanes for parts of it.

use super::axes::{CAPTION, Linear};
use super::chips::Chips;
use super::lanes::{Item, Lanes, Plot};
use super::marks;
use super::palette::{OK, T3};
use super::pen::Pen;
use crate::assistant::findings::{Finding, FindingClass, MAX_PLACES};
use crate::report::words;

/// What covers this share of the song or more, without being in places, is of the whole song.
const WHOLE_SHARE: f64 = 0.9;
/// Most rows of lanes; what finds none is listed with its times.
pub const MAX_ROWS: usize = 5;
/// Height of the line that says that there is nothing.
const LINE: f64 = 32.0;
/// Space before chips that follow lanes.
const SPACE: f64 = 6.0;
/// In the order of a legend.
const CLASSES: [FindingClass; 4] = [FindingClass::Needed, FindingClass::Could, FindingClass::Mixer, FindingClass::None];

/// Findings in their places.
pub struct Findings {
    whole: Chips,
    lanes: Lanes,
    also: Chips,
    is_judged: bool,
    left: f64,
    /// Classes of what was found, each once.
    classes: Vec<FindingClass>,
}

impl Findings {
    /// Places the findings along the song in at most `max_rows` lanes; `is_judged` says whether there was enough to
    /// look for them.
    pub fn place(findings: &[Finding], (axis, duration_s): (&Linear, f64), is_judged: bool, max_rows: usize) -> Self {
        let bounds = (axis.at(0.0), axis.at(duration_s));
        let (whole, parts): (Vec<&Finding>, Vec<&Finding>) =
            findings.iter().partition(|finding| is_of_whole(finding, duration_s));
        let items = parts.into_iter().map(|finding| item(finding, axis)).collect();
        let mut lanes = Lanes::place(items, bounds, Plot::Above, max_rows);
        let also = lanes.left_over.drain(..).map(|item| (item.class, item.long_text)).collect();
        let chip = |finding: &Finding| (finding.class, label(finding));
        Self {
            whole: Chips::place("Whole song", whole.into_iter().map(chip).collect(), bounds),
            lanes,
            also: Chips::place("In parts", also, bounds),
            is_judged,
            left: bounds.0,
            classes: CLASSES.into_iter().filter(|class| findings.iter().any(|each| each.class == *class)).collect(),
        }
    }

    /// Height of everything.
    pub fn height(&self) -> f64 {
        let nothing = if self.classes.is_empty() { LINE } else { 0.0 };
        self.chips_top() + self.also.height() + self.whole.height() + nothing
    }

    /// Classes of what was found, in the order of a legend.
    pub fn classes(&self) -> impl Iterator<Item = FindingClass> + '_ {
        self.classes.iter().copied()
    }

    fn chips_top(&self) -> f64 {
        self.lanes.height() + if self.has_parts() { SPACE } else { 0.0 }
    }

    /// Whether a part of the song is marked.
    pub fn has_parts(&self) -> bool {
        self.lanes.num_rows() > 0
    }

    /// Draws everything below `top`.
    pub fn draw(&self, pen: &Pen<'_>, top: f64) {
        self.lanes.draw(pen, top, Plot::Above);
        self.also.draw(pen, top + self.chips_top());
        self.whole.draw(pen, top + self.chips_top() + self.also.height());
        if self.classes.is_empty() {
            self.draw_nothing(pen, top + LINE / 2.0);
        }
    }

    fn draw_nothing(&self, pen: &Pen<'_>, y: f64) {
        if self.is_judged {
            let tick = [(-5.0, 0.4), (-1.6, 3.8), (5.2, -4.0)].map(|(dx, dy)| (self.left + 7.0 + dx, y + dy));
            pen.path(&tick, 2.0, OK);
            pen.left((self.left + marks::SIGN, y + 5.0), "Nothing departs from what is normal.", CAPTION, T3);
        } else {
            pen.left((self.left, y + 5.0), "Too little was heard to look for anything.", CAPTION, T3);
        }
    }
}

/// "Mud +3.1 dB".
pub fn label(finding: &Finding) -> String {
    format!("{} {}", words::kind(finding.kind), words::value(&finding.evidence))
}

fn is_of_whole(finding: &Finding, duration_s: f64) -> bool {
    let evidence = &finding.evidence;
    finding.places_s.is_empty() && evidence.to_s - evidence.from_s >= WHOLE_SHARE * duration_s
}

/// Along the song, with its times where a lane cannot show them.
fn item(finding: &Finding, axis: &Linear) -> Item {
    let evidence = &finding.evidence;
    let is_cut = finding.places_s.len() == MAX_PLACES;
    let places = if is_cut { format!(", first {MAX_PLACES} places") } else { String::new() };
    Item {
        class: finding.class,
        text: label(finding) + &places,
        long_text: format!(
            "{}, {}\u{2013}{}",
            label(finding),
            words::time(evidence.from_s, false),
            words::time(evidence.to_s, false)
        ),
        band: (axis.at(evidence.from_s), axis.at(evidence.to_s)),
        places: finding.places_s.iter().map(|place| (axis.at(place.0), axis.at(place.1))).collect(),
    }
}
