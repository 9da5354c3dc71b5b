//! What says how loud the source was: it says nothing of the master, so it is never copied.

/// Whether a tag of this name does, in any format.
pub fn is_loudness(name: &str) -> bool {
    let name = name.to_ascii_uppercase().replace([' ', '-'], "_");
    let begins = ["REPLAYGAIN_", "R128_", "MP3GAIN_", "ITUNNORM", "LOUDNESS_", "EBU_R128", "BWF_LOUDNESS_", "BWF_MAX_"];
    let is = [
        "LOUDNESS",
        "LOUDNESSVALUE",
        "LOUDNESSRANGE",
        "MAX_TRUE_PEAK_LEVEL",
        "MAX_MOMENTARY_LOUDNESS",
        "MAX_SHORT_TERM_LOUDNESS",
        "MAX_SHORTTERM_LOUDNESS",
        "MAXTRUEPEAKLEVEL",
        "MAXMOMENTARYLOUDNESS",
        "MAXSHORTTERMLOUDNESS",
        "INTEGRATED_LOUDNESS",
        "TRUE_PEAK",
        "RVA2",
        "RVAD",
        "XRVA",
        "RGAD",
        "NCON",
    ];
    begins.iter().any(|begin| name.starts_with(begin)) || is.contains(&name.as_str())
}

/// Whether it describes how the source was packed: padding of a codec, places in its stream.
pub fn is_packing(name: &str) -> bool {
    ["ITUNSMPB", "ITUNPGAP", "ITUNES_CDDB_1", "MLLT", "ASPI", "SEEK", "RBUF"]
        .contains(&name.to_ascii_uppercase().as_str())
}

/// Removes the elements of an XML text that say it, and makes its word length the new one.
pub fn without_loudness(xml: &str, bits: u16) -> String {
    let mut kept = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let (before, element) = rest.split_at(at);
        kept += before;
        let end = element.find('>').map_or(element.len(), |end| end + 1);
        let (tag, after) = element.split_at(end);
        let name = tag.trim_matches(['<', '>']).split([' ', '/', '\n', '\r', '\t']).next().unwrap_or_default();
        let closing = format!("</{name}>");
        match after.find(&closing) {
            Some(close) if is_loudness(name) => rest = &after[close + closing.len()..],
            Some(close) if name == "AUDIO_BIT_DEPTH" => {
                kept += tag;
                kept += &bits.to_string();
                rest = &after[close..];
            }
            _ => {
                kept += tag;
                rest = after;
            }
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_is_known_by_many_names() {
        for name in ["REPLAYGAIN_TRACK_GAIN", "replaygain_album_peak", "R128_TRACK_GAIN", "iTunNORM", "loudness_range"]
        {
            assert!(is_loudness(name), "{name}");
        }
        for name in ["TITLE", "COMMENT", "R12", "GAIN", "NORMAL", "TRUE PEAKS (ALBUM)"] {
            assert!(!is_loudness(name), "{name}");
        }
    }

    #[test]
    fn ixml_loses_loudness_alone() {
        let xml = "<BWFXML><SCENE>5</SCENE><BEXT><BWF_LOUDNESS_VALUE>-23</BWF_LOUDNESS_VALUE><BWF_TIME>7</BWF_TIME></BEXT>\
                   <LOUDNESS><LOUDNESS_VALUE>-9</LOUDNESS_VALUE></LOUDNESS>\
                   <SPEED><AUDIO_BIT_DEPTH>32</AUDIO_BIT_DEPTH></SPEED></BWFXML>\n";
        let kept = "<BWFXML><SCENE>5</SCENE><BEXT><BWF_TIME>7</BWF_TIME></BEXT>\
                    <SPEED><AUDIO_BIT_DEPTH>24</AUDIO_BIT_DEPTH></SPEED></BWFXML>\n";
        assert_eq!(without_loudness(xml, 24), kept);
        for odd in ["", "<", "a < b", "<LOUDNESS_VALUE>", "</LOUDNESS_VALUE>"] {
            assert_eq!(without_loudness(odd, 24), odd);
        }
    }
}
