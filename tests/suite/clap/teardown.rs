//! Instances that come and go while their work is queued.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::probe::{Notes, Probe};
use super::rig::{Events, Rig};

/// One test at a time: all instances of a process share one queue.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A block with so many pieces, each of which asks for a background task.
fn ask(rig: &Rig, gain: f64, num_tasks: u32) {
    let mut events = Events::default();
    for time in 0..num_tasks {
        // Alternating, so that each is a change.
        events.set(time, "gain", gain + f64::from(time % 2) * 1e-4 * (1.0 - gain));
    }
    let (mut left, mut right) = (vec![0.0; num_tasks as usize], vec![0.0; num_tasks as usize]);
    rig.process(&mut [&mut left, &mut right], &events);
}

fn wait_for(notes: &Arc<Notes>, num_tasks: u32) {
    let start = Instant::now();
    while notes.num_tasks_done.load(Ordering::SeqCst) < num_tasks {
        assert!(start.elapsed() < Duration::from_secs(30), "the tasks of an instance that lives are done");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn one_that_goes_takes_nothing_from_the_others() {
    let _alone = alone();
    let (survivor, survived) = Probe::rig();
    assert!(survivor.activate(48_000.0, 512));
    for round in 0..10 {
        let (gone, _) = Probe::rig();
        assert!(gone.activate(48_000.0, 512));
        // The worker is held while the other's tasks queue up, and then finds them without their instance.
        ask(&survivor, 0.2, 1);
        ask(&gone, 0.01, 200);
        drop(gone);
        ask(&survivor, 0.01, 1);
        wait_for(&survived, 2 * (round + 1));
    }
}

#[test]
fn a_full_queue_holds_nobody_up() {
    let _alone = alone();
    let (rig, _) = Probe::rig();
    assert!(rig.activate(48_000.0, 8192));
    ask(&rig, 0.5, 1);
    let start = Instant::now();
    ask(&rig, 0.01, 6000);
    drop(rig);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    // What is left of the tasks goes by, and the queue takes others again.
    let (next, notes) = Probe::rig();
    assert!(next.activate(48_000.0, 512));
    while notes.num_tasks_done.load(Ordering::SeqCst) == 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "the queue stays full");
        ask(&next, 0.01, 1);
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_task_that_fails_is_not_the_last() {
    let _alone = alone();
    let (rig, notes) = Probe::rig();
    assert!(rig.activate(48_000.0, 512));
    ask(&rig, 1.0, 1);
    ask(&rig, 0.01, 1);
    wait_for(&notes, 2);
}

#[test]
fn many_come_and_go_at_once() {
    let _alone = alone();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            thread::spawn(|| {
                for _ in 0..10 {
                    let (rig, _) = Probe::rig();
                    assert!(rig.activate(48_000.0, 512));
                    ask(&rig, 0.001, 40);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("no panic");
    }
}
