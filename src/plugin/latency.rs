//! What the chain delays by, asked before there is one.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use crate::chain::Chain;
use crate::chain::settings::LatencyMode;
use crate::dsp::sample_rate::is_sample_rate;

/// The rate that is taken while no host has said one.
const USUAL_RATE_HZ: f64 = 48_000.0;

/// Delay of the chain, samples, at the rate of the last activation. Builds one the first time, which takes milliseconds;
/// never from the audio thread. At a rate that no chain runs at the mix is passed on as it is.
pub fn forecast(sample_rate_hz: Option<f64>, mode: LatencyMode) -> usize {
    // By the rate's bits and the mode.
    static KNOWN: Mutex<BTreeMap<(u64, usize), usize>> = Mutex::new(BTreeMap::new());
    let sample_rate_hz = sample_rate_hz.unwrap_or(USUAL_RATE_HZ);
    if !is_sample_rate(sample_rate_hz) {
        return 0;
    }
    let key = (sample_rate_hz.to_bits(), mode as usize);
    if let Some(known) = KNOWN.lock().get(&key) {
        return *known;
    }
    let latency_samples = Chain::new(sample_rate_hz, mode).latency_samples();
    KNOWN.lock().insert(key, latency_samples);
    latency_samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_rate_that_a_chain_runs_at_has_a_delay() {
        assert!(forecast(None, LatencyMode::Standard) > 0);
        for sample_rate_hz in [0.0, 1.0, -48_000.0, 1e9, f64::NAN, f64::INFINITY] {
            assert_eq!(forecast(Some(sample_rate_hz), LatencyMode::Standard), 0, "{sample_rate_hz} Hz");
        }
    }
}
