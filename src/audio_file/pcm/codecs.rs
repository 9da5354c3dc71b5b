//! Names of what else can be in a container of ours.

/// What a format number of WAV and Wave64 stands for (RFC 2361 and Microsoft's mmreg.h).
pub(super) fn of_wave_tag(tag: u16) -> String {
    let name = match tag {
        0x0002 => "Microsoft ADPCM",
        0x0011 => "IMA ADPCM",
        0x0014 | 0x0040 | 0x0064 => "G.726 ADPCM",
        0x0031 => "GSM 6.10",
        0x0042 | 0x0111 => "G.723",
        0x0050 => "MPEG layer 2",
        0x0055 => "MP3",
        0x0065 | 0x028f => "G.722",
        0x0092 | 0x2000 => "AC-3",
        0x00ff | 0x1600 | 0x1602 | 0x1610 | 0x706d | 0xa106 => "AAC",
        0x0160..=0x0163 => "Windows Media Audio",
        0x0270 => "ATRAC3",
        0x2001 => "DTS",
        0x5756 => "WavPack",
        0x566f | 0x674f..=0x6751 | 0x676f..=0x6771 => "Vorbis",
        0x704f => "Opus",
        0x6c61 => "ALAC",
        0xf1ac => "FLAC",
        _ => return format!("an unknown codec (number {tag:#06x})"),
    };
    name.to_owned()
}

/// What a codec's four letters stand for in AIFC.
pub(super) fn of_aifc(letters: [u8; 4]) -> String {
    let name = match &letters {
        b"ima4" => "IMA 4:1 ADPCM",
        b"MAC3" => "MACE 3:1",
        b"MAC6" => "MACE 6:1",
        b"GSM " | b"agsm" => "GSM 6.10",
        b"G722" => "G.722",
        b"QDM2" | b"QDMC" => "QDesign Music",
        b"Qclp" | b"QCLP" => "PureVoice",
        b".mp3" => "MP3",
        b"ADP4" => "DVI ADPCM",
        b"SDX2" => "SDX2",
        _ => return format!("an unknown codec ({})", letters.escape_ascii()),
    };
    name.to_owned()
}
