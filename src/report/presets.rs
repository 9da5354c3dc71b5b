//! The chains that come with Discern: starting points by purpose, as readable files.

use std::sync::LazyLock;

use super::read_settings;
use crate::chain::Settings;

/// A named chain.
pub struct Preset {
    /// Name in files and on the command line.
    pub key: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub purpose: &'static str,
    /// All settings; what the file does not name has its default.
    pub settings: Settings,
}

/// Key and text of every file: the first comment line is its name, the second its purpose.
const FILES: [(&str, &str); 13] = [
    ("ceiling_only", include_str!("../../assets/presets/ceiling_only.toml")),
    ("gentle_glue", include_str!("../../assets/presets/gentle_glue.toml")),
    ("parallel_density", include_str!("../../assets/presets/parallel_density.toml")),
    ("firm_low_end", include_str!("../../assets/presets/firm_low_end.toml")),
    ("smooth_upper_mids", include_str!("../../assets/presets/smooth_upper_mids.toml")),
    ("softer_esses", include_str!("../../assets/presets/softer_esses.toml")),
    ("open_top", include_str!("../../assets/presets/open_top.toml")),
    ("warm_body", include_str!("../../assets/presets/warm_body.toml")),
    ("wider_sides", include_str!("../../assets/presets/wider_sides.toml")),
    ("loud_clean", include_str!("../../assets/presets/loud_clean.toml")),
    ("loud_clipped", include_str!("../../assets/presets/loud_clipped.toml")),
    ("for_vinyl", include_str!("../../assets/presets/for_vinyl.toml")),
    ("speech", include_str!("../../assets/presets/speech.toml")),
];

/// The presets in the order they are offered.
pub fn presets() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> =
        LazyLock::new(|| FILES.iter().filter_map(|(key, text)| parse(key, text)).collect());
    &PRESETS
}

/// The preset with this key.
pub fn find_preset(key: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.key == key)
}

fn parse(key: &'static str, text: &'static str) -> Option<Preset> {
    let mut comments = text.lines().map_while(|line| line.strip_prefix("# "));
    let (name, purpose) = (comments.next()?, comments.next()?);
    Some(Preset { key, name, purpose, settings: read_settings(text).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_chain_that_does_something_under_a_ceiling() {
        assert_eq!(presets().len(), FILES.len());
        for (key, text) in FILES {
            let settings = read_settings(text).unwrap_or_else(|error| panic!("{key}: {error:#}"));
            assert_ne!(settings, Settings::default(), "{key}");
            assert!(settings.limiter.ceiling().is_some(), "{key} holds no ceiling");
        }
    }
}
