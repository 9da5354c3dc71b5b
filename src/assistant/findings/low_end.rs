//! What lies below the music? Rumble, offset, and a bass that is wide.

use super::{Finding, FindingKind, Song};
use crate::analysis::{STEREO_EDGES_HZ, Texture};

/// Third octaves of 40–80 Hz, by place.
const BASS: std::ops::RangeInclusive<usize> = 3..=6;
/// Below 20 Hz against 40–80 Hz (`dsp.md` section 8.4), dB.
const RUMBLE_DB: f64 = -10.0;
/// Offset against the root mean square, dB. `dsp.md` names −60 dBFS; against music at −25 dBFS that is this.
const DC_DB: f64 = -35.0;
/// Side over mid below 120 Hz, dB. `dsp.md` section 8.4 would act from −6 dB on, which every second orchestra passes, in stereo
/// recordings and in libraries (up to −1 dB in 57 finished songs); from here on a mono player loses half of the bass.
const WIDE_BASS_DB: f64 = 0.0;

/// All three.
pub fn measure(song: &Song<'_>) -> Vec<Finding> {
    [rumble(song), offset(song), wide_bass(song)].into_iter().flatten().collect()
}

fn bass_power(texture: &Texture) -> f64 {
    BASS.map(|band| texture.mid[band].power() + texture.side[band].power()).sum()
}

fn rumble(song: &Song<'_>) -> Option<Finding> {
    let sum = |power: fn(&Texture) -> f64| song.active.iter().map(|texture| power(texture)).sum::<f64>();
    // Music without a bass is no reason to call what is below it rumble: it is then held against a tenth of everything.
    let bass = sum(bass_power).max(0.03 * sum(Texture::power));
    let rumble = sum(|texture| texture.rumble.power());
    let value = 10.0 * (rumble / bass).max(1e-12).log10();
    let limit = 10f64.powf(RUMBLE_DB / 10.0) * bass / song.active.len() as f64;
    let finding = Finding::new(FindingKind::SubRumble, value, [-120.0, RUMBLE_DB]).in_band(6.0, 22.0);
    Some(finding.at(song, |texture| texture.rumble.power() > limit))
}

fn offset(song: &Song<'_>) -> Option<Finding> {
    let largest = song.features.stereo.dc_offset.iter().fold(0.0, |max: f64, dc| max.max(dc.abs()));
    // A power of 1 is that of a full-scale sine, whose mean square is one half.
    let power = song.active.iter().map(|texture| texture.power()).sum::<f64>() / song.active.len() as f64 / 2.0;
    let value = (20.0 * largest.log10() - 10.0 * power.log10()).clamp(-120.0, 120.0);
    Some(Finding::new(FindingKind::DcOffset, value, [-120.0, DC_DB]))
}

fn wide_bass(song: &Song<'_>) -> Option<Finding> {
    let value = song.features.bands.first()?.side_to_mid_db.unwrap_or(-120.0);
    let finding = Finding::new(FindingKind::WideBass, value, [-120.0, WIDE_BASS_DB])
        .in_band(STEREO_EDGES_HZ[0], STEREO_EDGES_HZ[1]);
    let limit = 10f64.powf(WIDE_BASS_DB / 10.0);
    Some(finding.at(song, |texture| texture.stereo[0].side.power() > limit * texture.stereo[0].mid.power()))
}
