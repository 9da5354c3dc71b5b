//! Runs the crate `truepeak` over a WAV file, for comparison: `truepeak-runner IN OUT GAIN_DB CEILING_DBTP`.
//! Its streaming limiter, default settings, latency taken off. Built by `cargo xtask peers` outside the workspace.

use truepeak::limiter::{Config, Limiter};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut reader = hound::WavReader::open(&args[1]).expect("a WAV file");
    let spec = reader.spec();
    let gain = 10f32.powf(args[3].parse::<f32>().expect("a gain in dB") / 20.0);
    let samples: Vec<f32> = reader.samples::<f32>().map(|x| x.expect("32-bit floats") * gain).collect();
    let column = |channel: usize| samples.iter().skip(channel).step_by(2).copied().collect::<Vec<f32>>();
    let (left, right) = (column(0), column(1));
    let config = Config { ceiling_dbtp: args[4].parse().expect("a ceiling"), ..Config::default() };
    let mut limiter = Limiter::new(spec.sample_rate, 2, &config).expect("a valid set-up");
    let mut output = vec![Vec::new(), Vec::new()];
    for (left, right) in left.chunks(512).zip(right.chunks(512)) {
        limiter.process(&[left, right], &mut output).expect("valid blocks");
    }
    limiter.flush(&mut output).expect("a tail");
    println!("{}", limiter.latency_samples());
    let mut writer = hound::WavWriter::create(&args[2], spec).expect("a file to write");
    let latency = limiter.latency_samples();
    for (left, right) in output[0][latency..].iter().zip(&output[1][latency..]).take(left.len()) {
        writer.write_sample(*left).and_then(|()| writer.write_sample(*right)).expect("room to write");
    }
    writer.finalize().expect("room to write");
}
