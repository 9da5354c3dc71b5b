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
    acts: std::sync::Arc<parking_lot::Mutex<Acts>>,
}

/// What is to happen, and how often something did.
#[cfg(test)]
#[derive(Default)]
struct Acts {
    planned: std::collections::HashMap<Step, Act>,
    begun: std::collections::HashMap<Step, usize>,
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
        let act = {
            let mut acts = self.acts.lock();
            let act = acts.planned.get(&step).cloned();
            *acts.begun.entry(step).or_default() += usize::from(act.is_some());
            act
        };
        match act {
            None => {}
            Some(Act::Panic) => {
                self.acts.lock().planned.remove(&step);
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
        self.acts.lock().planned.insert(step, act);
    }

    /// How often something planned has begun at that step.
    #[cfg(test)]
    pub fn num_begun(&self, step: Step) -> usize {
        self.acts.lock().begun.get(&step).copied().unwrap_or(0)
    }
}
