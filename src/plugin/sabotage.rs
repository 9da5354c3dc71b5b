//! Where tests have our threads held up or broken; outside of tests there is nothing to it.

/// What our threads do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A turn of the analysis thread.
    Analysis,
    /// Working out a verdict.
    Judgement,
    /// Rendering open moves anew.
    Remeasuring,
    /// Reading a reference.
    Reading,
}

/// What a test has in mind for one instance; clones are the same.
#[derive(Clone, Default)]
pub struct Sabotage {
    #[cfg(test)]
    acts: std::sync::Arc<parking_lot::Mutex<std::collections::HashMap<Step, Act>>>,
}

/// What happens at a step.
#[cfg(test)]
#[derive(Clone)]
pub enum Act {
    /// A panic, once.
    Panic,
    /// Stuck, deaf to any wish to stop, until this is cancelled.
    Hold(crate::dsp::cancel::Cancel),
}

impl Sabotage {
    /// Called at the beginning of each step.
    #[cfg(not(test))]
    pub fn at(&self, _step: Step) {}

    /// Called at the beginning of each step.
    #[cfg(test)]
    pub fn at(&self, step: Step) {
        let act = self.acts.lock().get(&step).cloned();
        match act {
            None => {}
            Some(Act::Panic) => {
                self.acts.lock().remove(&step);
                panic!("sabotaged {step:?}");
            }
            Some(Act::Hold(until)) => {
                while !until.is_cancelled() {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            }
        }
    }

    /// From now on this happens at that step.
    #[cfg(test)]
    pub fn plan(&self, step: Step, act: Act) {
        self.acts.lock().insert(step, act);
    }
}
