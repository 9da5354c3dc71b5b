//! A jump of the host's in the middle of a comparison.

use super::*;

/// Plays with a jump of the host's after so many frames: chain and monitor begin anew.
fn play_with_jump(settings: &Settings, mix: &[f32], state: &MonitorState, jump: usize, block: usize) -> Vec<f32> {
    let mut monitor = Monitor::new(RATE, settings.latency_mode);
    let mut chain = Chain::new(RATE, settings.latency_mode);
    chain.set(settings);
    monitor.set(state);
    let mut output = Vec::new();
    for part in [&mix[..jump], &mix[jump..]] {
        for mix in part.chunks(block) {
            monitor.take_mix(settings, mix, mix);
            let (mut left, mut right) = (mix.to_vec(), mix.to_vec());
            chain.process(&mut left, &mut right);
            monitor.process(&mut left, &mut right);
            output.extend(left);
        }
        chain.reset();
        chain.set(settings);
        monitor.interrupt();
    }
    output
}

#[test]
fn a_jump_keeps_the_match_whatever_is_compared() {
    let mix = single(&pink_noise(5, 0.05, 8 * 48_000));
    let mut settings = Settings::default();
    settings.input.gain_db = 6.0;
    let jump = 5 * 48_000;
    let change = Change::new([("input.gain_db", -3.0)]);
    for state in [
        MonitorState { source: Source::Mix, ..MATCHED },
        MATCHED,
        MonitorState { source: Source::Delta, ..MATCHED },
        MonitorState { solo: Some(Stage::Input), source: Source::Delta, ..MATCHED },
        MonitorState { hear: change, ..MATCHED },
        MonitorState { hear: change, source: Source::Delta, ..MATCHED },
        MonitorState { band: Some(BandSolo::Multiband(1)), ..MATCHED },
    ] {
        let heard = play_with_jump(&settings, &mix, &state, jump, 480);
        let latency = Chain::new(RATE, LatencyMode::Standard).latency_samples();
        // As loud right after the jump as before it; of a plain gain the difference is nothing, before and after.
        let (before, after) = (&heard[jump - 24_000..jump], &heard[jump + latency + 100..jump + latency + 24_100]);
        if state.source == Source::Delta {
            assert!(
                after.iter().all(|x| x.abs() < 2e-3),
                "{state:?}: {:?}",
                after.iter().fold(0f32, |m, x| m.max(x.abs()))
            );
        } else {
            assert!((lufs(before) - lufs(after)).abs() < 0.7, "{state:?}: {} {}", lufs(before), lufs(after));
        }
        for block in [1000, 64] {
            assert!(play_with_jump(&settings, &mix, &state, jump, block) == heard, "{state:?} in blocks of {block}");
        }
    }
}
