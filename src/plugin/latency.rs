//! What the chain delays by, asked before there is one.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use crate::chain::Chain;
use crate::chain::settings::LatencyMode;

/// The rate that is taken while no host has said one.
const USUAL_RATE_HZ: f64 = 48_000.0;

/// Delay of the chain, samples, at the rate of the last activation. Builds one the first time, which takes milliseconds;
/// never from the audio thread.
pub fn forecast(sample_rate_hz: Option<f64>, mode: LatencyMode) -> usize {
    // By the rate's bits and the mode.
    static KNOWN: Mutex<BTreeMap<(u64, usize), usize>> = Mutex::new(BTreeMap::new());
    let sample_rate_hz = sample_rate_hz.unwrap_or(USUAL_RATE_HZ);
    let key = (sample_rate_hz.to_bits(), mode as usize);
    if let Some(known) = KNOWN.lock().get(&key) {
        return *known;
    }
    let latency_samples = Chain::new(sample_rate_hz, mode).latency_samples();
    KNOWN.lock().insert(key, latency_samples);
    latency_samples
}
