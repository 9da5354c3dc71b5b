//! Work on a thread of its own that hands over what it makes, piece by piece and in order.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread::{Builder, scope};

use anyhow::{Context, Result, anyhow};

/// Pieces that may wait to be taken.
const MAX_WAITING: usize = 4;

/// Runs `make` beside `take`, which gets each piece that it gives; what `make` has in the end.
///
/// # Errors
/// What `take` refuses, else what `make` fails of, and if no thread can be started.
pub fn hand_over<T: Send, R: Send>(
    make: impl FnOnce(&dyn Fn(T) -> Result<()>) -> Result<R> + Send,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<R> {
    let (sender, receiver) = sync_channel(MAX_WAITING);
    scope(|scope| {
        let maker = Builder::new()
            .spawn_scoped(scope, move || make(&|piece| sender.send(piece).map_err(|_| anyhow!("is no longer wanted"))))
            .context("no thread can be started; close other programs")?;
        let mut taken = Ok(());
        for piece in receiver {
            taken = take(piece);
            if taken.is_err() {
                // The receiver goes with the loop, so the maker ends at the next piece.
                break;
            }
        }
        let made = maker.join().unwrap_or_else(|panic| resume_unwind(panic));
        taken.and(made)
    })
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn hands_over_in_order_and_ends_when_nobody_takes() {
        let count = |last: usize| {
            move |give: &dyn Fn(usize) -> Result<()>| {
                (0..last).try_for_each(give)?;
                Ok(last)
            }
        };
        let mut all = Vec::new();
        let made = hand_over(count(100), |piece| {
            all.push(piece);
            Ok(())
        });
        assert_eq!((made.unwrap(), all), (100, (0..100).collect::<Vec<_>>()));
        let refused = hand_over(count(usize::MAX), |piece| if piece == 10 { bail!("enough") } else { Ok(()) });
        assert_eq!(refused.unwrap_err().to_string(), "enough");
        let failed: Result<()> = hand_over(|_: &dyn Fn(u8) -> Result<()>| bail!("broken"), |_| Ok(()));
        assert_eq!(failed.unwrap_err().to_string(), "broken");
    }
}
