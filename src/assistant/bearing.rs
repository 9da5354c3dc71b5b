//! How loud does the music bear to be? What the limiter costs in the loudest parts, against a budget.

use super::predict::Predictor;
use super::rendering::OutBlock;
use crate::chain::Settings;
use crate::chain::settings::{CEILING_OFF_DBTP, find};
use crate::dsp::units::{db_from_gain, db_from_power};

/// What the limiter takes from the loudest parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LimitingCost {
    /// Crest (true peak over K-weighted level) lost, mean over blocks of 100 ms, dB.
    pub crest_loss_db: f64,
    /// Share of the blocks whose gain is reduced by more than [`DEEP_REDUCTION_DB`].
    pub deep_share: f64,
}

/// The budget is ours: crest is what the studies of over-compression tie its audibility to (Ronan et al., JAES 2017),
/// and they find about 3 dB of it lost between the quiet and the loud decades (Deruty and Tardieu, JAES 2014). A third
/// of that in the loudest parts is the most that is proposed unasked.
pub const CREST_BUDGET_DB: f64 = 1.0;
/// Reduction that takes the edge off a drum.
pub const DEEP_REDUCTION_DB: f64 = 3.0;
/// Share of the loudest parts that may be reduced so deeply: single hits, not the groove.
pub const DEEP_BUDGET: f64 = 0.1;

impl LimitingCost {
    /// Whether the budget holds.
    pub fn is_within_budget(&self) -> bool {
        self.crest_loss_db <= CREST_BUDGET_DB && self.deep_share <= DEEP_BUDGET
    }
}

/// Measures the cost of limiting against the same chain without it.
pub struct Bearing<'a, 'b> {
    predictor: &'b Predictor<'a>,
    settings: Settings,
    free: Vec<Vec<OutBlock>>,
}

impl<'a, 'b> Bearing<'a, 'b> {
    /// With the other stages as in `settings`, whose ceiling is the one in question.
    pub fn new(predictor: &'b Predictor<'a>, settings: &Settings) -> Self {
        let mut free = *settings;
        free.limiter.gain_db = 0.0;
        set(&mut free, "limiter.ceiling_dbtp", CEILING_OFF_DBTP + 1.0);
        Self { predictor, settings: *settings, free: predictor.render_loudest(&free) }
    }

    /// What this limiter gain costs.
    pub fn cost(&self, gain_db: f64) -> LimitingCost {
        let mut settings = self.settings;
        settings.limiter.gain_db = gain_db;
        let limited = self.predictor.render_loudest(&settings);
        let crest_db = |block: &OutBlock| db_from_gain(block.peak) - db_from_power(block.power);
        let (mut loss_db, mut num_deep, mut num_blocks) = (0.0, 0.0, 0.0);
        for (free, limited) in self.free.iter().flatten().zip(limited.iter().flatten()) {
            if free.power > 0.0 && limited.power > 0.0 {
                num_blocks += 1.0;
                loss_db += crest_db(free) - crest_db(limited);
                num_deep += f64::from(u8::from(limited.reduction_db > DEEP_REDUCTION_DB));
            }
        }
        if num_blocks == 0.0 {
            return LimitingCost::default();
        }
        LimitingCost { crest_loss_db: loss_db / num_blocks, deep_share: num_deep / num_blocks }
    }

    /// The highest gain within the budget, dB, to 0.1 dB.
    pub fn highest_gain_db(&self) -> f64 {
        let peak_db = db_from_gain(self.free.iter().flatten().map(|block| block.peak).fold(0.0, f64::max));
        // Up to here nothing is limited; 12 dB of limiting is beyond every budget.
        let mut low = (self.settings.limiter.ceiling_dbtp - peak_db).clamp(-24.0, 24.0);
        let mut high = (low + 12.0).min(24.0);
        while high - low > 0.1 {
            let middle = (low + high) / 2.0;
            if self.cost(middle).is_within_budget() {
                low = middle;
            } else {
                high = middle;
            }
        }
        (low * 10.0).floor() / 10.0
    }
}

/// Sets a setting of the table, snapped.
pub fn set(settings: &mut Settings, id: &str, value: f64) {
    if let Some(setting) = find(id) {
        setting.set(settings, value);
    }
}
