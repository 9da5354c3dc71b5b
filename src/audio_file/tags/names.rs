//! What the same tag is called in Vorbis comments, ID3v2.4, RIFF INFO and MP4.

/// Vorbis comment, ID3v2.4 frame, INFO chunk, MP4 atom; empty where a format has no name of its own for it.
const NAMES: &[(&str, &str, &str, &str)] = &[
    ("TITLE", "TIT2", "INAM", "©nam"),
    ("ARTIST", "TPE1", "IART", "©ART"),
    ("ALBUM", "TALB", "IPRD", "©alb"),
    ("ALBUMARTIST", "TPE2", "", "aART"),
    ("TRACKNUMBER", "TRCK", "ITRK", "trkn"),
    ("DISCNUMBER", "TPOS", "", "disk"),
    ("DATE", "TDRC", "ICRD", "©day"),
    ("ORIGINALDATE", "TDOR", "", ""),
    ("GENRE", "TCON", "IGNR", "©gen"),
    ("COMMENT", "COMM", "ICMT", "©cmt"),
    ("LYRICS", "USLT", "", "©lyr"),
    ("COMPOSER", "TCOM", "IMUS", "©wrt"),
    ("LYRICIST", "TEXT", "IWRI", ""),
    ("CONDUCTOR", "TPE3", "", "©con"),
    ("REMIXER", "TPE4", "", ""),
    ("COPYRIGHT", "TCOP", "ICOP", "cprt"),
    ("ISRC", "TSRC", "ISRC", "©isr"),
    ("LABEL", "TPUB", "", "©pub"),
    ("LANGUAGE", "TLAN", "ILNG", ""),
    ("BPM", "TBPM", "", "tmpo"),
    ("INITIALKEY", "TKEY", "", ""),
    ("MOOD", "TMOO", "", ""),
    ("MEDIA", "TMED", "IMED", ""),
    ("GROUPING", "TIT1", "", "©grp"),
    ("SUBTITLE", "TIT3", "", ""),
    ("COMPILATION", "TCMP", "", "cpil"),
    ("ENCODED-BY", "TENC", "ITCH", "©enc"),
    ("ENCODER", "TSSE", "ISFT", "©too"),
    ("ENGINEER", "", "IENG", ""),
    ("KEYWORDS", "", "IKEY", ""),
    ("SUBJECT", "", "ISBJ", ""),
    ("DESCRIPTION", "", "", "desc"),
    ("TITLESORT", "TSOT", "", "sonm"),
    ("ARTISTSORT", "TSOP", "", "soar"),
    ("ALBUMSORT", "TSOA", "", "soal"),
    ("ALBUMARTISTSORT", "TSO2", "", "soaa"),
    ("COMPOSERSORT", "TSOC", "", "soco"),
];

/// The ID3v2.4 frame of a comment.
pub fn id3(comment: &str) -> Option<&'static str> {
    NAMES.iter().find(|names| names.0 == comment && !names.1.is_empty()).map(|names| names.1)
}

/// The INFO chunk of a comment.
pub fn info(comment: &str) -> Option<&'static str> {
    NAMES.iter().find(|names| names.0 == comment && !names.2.is_empty()).map(|names| names.2)
}

/// The comment of an ID3v2 frame; older names of frames too.
pub fn of_id3(frame: &str) -> Option<&'static str> {
    let frame = match frame {
        "TYER" => "TDRC",
        "TORY" => "TDOR",
        newest => newest,
    };
    NAMES.iter().find(|names| names.1 == frame).map(|names| names.0)
}

/// The comment of an INFO chunk.
pub fn of_info(chunk: &str) -> Option<&'static str> {
    let chunk = if chunk == "IPRT" { "ITRK" } else { chunk };
    NAMES.iter().find(|names| names.2 == chunk).map(|names| names.0)
}

/// The comment of an MP4 atom: of a well-known one, or of one with a name of its own.
pub fn of_mp4(atom: &str) -> Option<String> {
    match atom.rsplit_once(':') {
        Some((_, name)) => comment(name),
        None => NAMES.iter().find(|names| names.3 == atom).map(|names| names.0.to_owned()),
    }
}

/// A name as a Vorbis comment may have it (RFC 9639, section 8.6): in capitals, printable ASCII without `=`.
pub fn comment(name: &str) -> Option<String> {
    let name: String =
        name.trim().to_ascii_uppercase().chars().filter(|&c| matches!(c, ' '..='}') && c != '=').collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for (name, frame, chunk, atom) in NAMES {
            assert_eq!(id3(name).map_or(Some(*name), of_id3), Some(*name), "{frame}");
            assert_eq!(info(name).map_or(Some(*name), of_info), Some(*name), "{chunk}");
            assert!(atom.is_empty() || of_mp4(atom).as_deref() == Some(*name), "{atom}");
        }
        assert_eq!(of_mp4("----:com.apple.iTunes:Isrc").as_deref(), Some("ISRC"));
        assert_eq!(comment("a=ü b").as_deref(), Some("A B"));
    }
}
