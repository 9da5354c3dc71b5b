//! Limits a WAV file: `limit IN OUT GAIN_DB CEILING_DBTP [clean|balanced|loud] [tracking|standard]`, 32-bit float out.

use discern::chain::limiter::Limiter;
use discern::chain::settings::{Choice, LatencyMode, LimiterSettings, LimiterStyle, Settings};

fn choice<T: Choice>(text: Option<&String>, default: T) -> T {
    let position = text.and_then(|text| T::NAMES.iter().position(|(key, _)| key == text));
    position.map_or(default, T::from_index)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let mut reader = hound::WavReader::open(&args[1])?;
    let spec = reader.spec();
    let samples: Vec<f64> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|x| x.map(f64::from)).collect::<Result<_, _>>()?,
        hound::SampleFormat::Int => {
            let scale = 0.5f64.powi(i32::from(spec.bits_per_sample) - 1);
            reader.samples::<i32>().map(|x| x.map(|x| f64::from(x) * scale)).collect::<Result<_, _>>()?
        }
    };
    let mut limiter = Limiter::new(f64::from(spec.sample_rate), choice(args.get(6), LatencyMode::Standard));
    let settings = LimiterSettings {
        gain_db: args[3].parse()?,
        ceiling_dbtp: args[4].parse()?,
        style: choice(args.get(5), LimiterStyle::Clean),
        ..Settings::default().limiter
    };
    limiter.set(&settings, 1.0, 0.0);
    let num_channels = usize::from(spec.channels);
    let latency = limiter.latency_samples();
    let column = |channel: usize| {
        let tail = std::iter::repeat_n(0.0, latency);
        samples.iter().skip(channel).step_by(num_channels).copied().chain(tail).collect::<Vec<f64>>()
    };
    let (mut left, mut right) = (column(0), column(num_channels - 1));
    for (left, right) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        limiter.process(left, right);
    }
    let spec = hound::WavSpec { bits_per_sample: 32, sample_format: hound::SampleFormat::Float, ..spec };
    let mut writer = hound::WavWriter::create(&args[2], spec)?;
    for (left, right) in left[latency..].iter().zip(&right[latency..]) {
        for &sample in [left, right].into_iter().take(num_channels) {
            writer.write_sample(sample as f32)?;
        }
    }
    writer.finalize()?;
    Ok(())
}
