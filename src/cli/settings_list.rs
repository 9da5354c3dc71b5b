//! `settings`: every setting of the chain.

use crate::chain::settings::table;

/// One line per setting: name, range with unit, default.
pub fn text() -> String {
    let row = |id: &str, unit: &str, range: &str, default: &str| {
        format!("{id:<38} {unit:<5} {range:<58} {default}").trim_end().to_owned() + "\n"
    };
    let mut text = row("SETTING", "UNIT", "RANGE", "DEFAULT");
    for setting in table() {
        let unit = if setting.unit.is_empty() { "-" } else { setting.unit };
        let range = setting.range_text();
        let range = range.strip_suffix(setting.unit).map_or(range.as_str(), str::trim_end);
        text += &row(&setting.id, unit, range, &setting.format(setting.default));
    }
    text
}
