//! Times in a song as a host's counter shows them: the one way that they are written anywhere.

/// Times are sums of small steps: what is this little below a full second is that second, seconds.
const SLACK_S: f64 = 1e-6;

/// Minutes and seconds, `1:07`: the second that runs, not the nearest one.
pub fn clock(seconds: f64) -> String {
    let whole = (seconds.max(0.0) + SLACK_S) as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// With the tenth that runs, `1:07.3`.
pub fn clock_tenths(seconds: f64) -> String {
    let tenths = ((seconds.max(0.0) + SLACK_S) * 10.0) as u64;
    format!("{}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_tell_the_second_that_runs() {
        assert_eq!([0.0, 67.04, 67.96, 59.999].map(clock), ["0:00", "1:07", "1:07", "0:59"]);
        assert_eq!(clock(10_800.0), "180:00");
        assert_eq!((clock(-3.0), clock(f64::NAN)), ("0:00".to_owned(), "0:00".to_owned()));
        assert_eq!([0.5, 67.96, 0.1 + 0.2].map(clock_tenths), ["0:00.5", "1:07.9", "0:00.3"]);
        // A hundred tenths are ten seconds, however they add up.
        let sum_s: f64 = (0..100).map(|_| 0.1).sum();
        assert_eq!((clock(sum_s), clock_tenths(sum_s)), ("0:10".to_owned(), "0:10.0".to_owned()));
    }
}
