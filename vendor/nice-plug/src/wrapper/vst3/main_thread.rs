//! The way to the host's main thread: what the host is to be told, and tasks of the plugin and its
//! editor, from any thread.
//!
//! Windows and macOS have an event loop of the operating system's for that. On Linux the main thread
//! belongs to the host: it lends its run loop, if it has one to lend, through a view's frame or through
//! its context ([`MainLoop`]). What comes while there is none waits for the host's next call on the main
//! thread.

use crossbeam::queue::ArrayQueue;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
#[cfg(feature = "editor")]
use vst3::{ComPtr, Steinberg::Vst::IComponentHandler};
use vst3::Steinberg::Vst::{
    IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait,
    RestartFlags_,
};

use super::inner::{Task, WrapperInner};
#[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
use crate::event_loop::EventLoop;
use crate::event_loop::{MainThreadExecutor, TASK_QUEUE_CAPACITY};
use crate::wrapper::vst3::Vst3Plugin;

#[cfg(all(target_family = "unix", not(target_os = "macos")))]
pub(crate) use linux::MainLoop;
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
use linux::Waker;

/// What waits for the main thread.
pub(crate) struct MainThread<P: Vst3Plugin> {
    tasks: ArrayQueue<Task<P>>,
    /// Gestures and values from an editor whose window has a thread of its own. Nothing of these may be
    /// lost, so there is no limit; the audio thread never comes here.
    edits: parking_lot::Mutex<VecDeque<Edit>>,
    /// Flags for the next `IComponentHandler::restartComponent()`.
    restart_flags: AtomicI32,
    /// The state has changed and the host does not know.
    is_dirty: AtomicBool,
    /// The host calls back while it is told something, which must not begin the next task inside of this one.
    is_running: AtomicBool,
    #[cfg(all(target_family = "unix", not(target_os = "macos")))]
    wakers: parking_lot::Mutex<Vec<std::sync::Arc<Waker>>>,
    /// Which thread that is: the one that created the instance, or the one that the host opened a view or
    /// called from its run loop on since then.
    #[cfg(all(target_family = "unix", not(target_os = "macos")))]
    thread: std::sync::atomic::AtomicUsize,
}

/// Ends when it is dropped, by a panic too.
struct Running<'a>(&'a AtomicBool);

impl<'a> Running<'a> {
    fn begin(is_running: &'a AtomicBool) -> Option<Self> {
        (!is_running.swap(true, Ordering::SeqCst)).then_some(Self(is_running))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// A parameter is taken hold of, moved or let go in the editor.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edit {
    Begin(u32),
    Perform(u32, f32),
    End(u32),
}

#[cfg(feature = "editor")]
impl Edit {
    fn tell(self, handler: &ComPtr<IComponentHandler>) {
        unsafe {
            match self {
                Edit::Begin(hash) => handler.beginEdit(hash),
                Edit::Perform(hash, normalized) => handler.performEdit(hash, normalized as f64),
                Edit::End(hash) => handler.endEdit(hash),
            };
        }
    }
}

/// What the host is to be told of, without anything of the instance.
#[cfg(feature = "editor")]
pub(crate) struct Telling {
    handler: ComPtr<IComponentHandler>,
    edits: VecDeque<Edit>,
}

#[cfg(feature = "editor")]
impl Telling {
    pub fn tell(self) {
        for edit in self.edits {
            edit.tell(&self.handler);
        }
    }
}

impl<P: Vst3Plugin> MainThread<P> {
    pub fn new() -> Self {
        Self {
            tasks: ArrayQueue::new(TASK_QUEUE_CAPACITY),
            edits: Default::default(),
            restart_flags: AtomicI32::new(0),
            is_dirty: AtomicBool::new(false),
            is_running: AtomicBool::new(false),
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            wakers: Default::default(),
            #[cfg(all(target_family = "unix", not(target_os = "macos")))]
            thread: std::sync::atomic::AtomicUsize::new(linux::this_thread()),
        }
    }

    /// A restart for a change of latency is no longer needed: an activation begins, after which the host
    /// asks for the latency anyway.
    pub fn forget_latency_change(&self) {
        self.restart_flags
            .fetch_and(!RestartFlags_::kLatencyChanged, Ordering::SeqCst);
    }
}

impl<P: Vst3Plugin> WrapperInner<P> {
    /// Executes the task at once if this is the main thread, and posts it there otherwise. If the task
    /// queue is full, then this will return false.
    #[must_use]
    pub fn schedule_gui(&self, task: Task<P>) -> bool {
        if self.is_main_thread() {
            self.execute(task, true);
            return true;
        }

        #[cfg(all(target_family = "unix", not(target_os = "macos")))]
        {
            let is_posted = self.main_thread.tasks.push(task).is_ok();
            self.wake_main_thread();
            is_posted
        }

        #[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
        {
            let event_loop = self.event_loop.borrow();
            event_loop.as_ref().unwrap().schedule_gui(task)
        }
    }

    /// The host is to be told of an edit, on the main thread and in order.
    ///
    /// Where the main thread can not be reached (a host on Linux that has no run loop) the host is told on
    /// this thread, since the edit would otherwise be lost on it for as long as the hand moves. What this
    /// thread is to tell is returned: the host may take its time, or destroy the instance meanwhile, so
    /// nothing of the instance is to be held then.
    #[cfg(feature = "editor")]
    #[must_use]
    pub fn tell_edit(&self, edit: Edit) -> Option<Telling> {
        self.main_thread.edits.lock().push_back(edit);
        if !self.is_main_thread() && self.can_wake_main_thread() {
            self.wake_main_thread();
            return None;
        }
        let edits = std::mem::take(&mut *self.main_thread.edits.lock());
        let handler = self.component_handler()?;
        Some(Telling { handler, edits })
    }

    #[cfg(feature = "editor")]
    pub fn tell_edits(&self) {
        loop {
            // The lock is not held while the host is told: it may call back.
            let edit = self.main_thread.edits.lock().pop_front();
            let Some(edit) = edit else { return };
            match self.component_handler() {
                Some(handler) => edit.tell(&handler),
                None => crate::nice_debug_assert_failure!("Component handler not yet set"),
            }
        }
    }

    /// The host is to be told that the latency has changed. From any thread, the audio thread included:
    /// nothing is allocated or locked, and on Linux nobody is woken.
    pub fn request_restart(&self) {
        self.request_restart_with(RestartFlags_::kLatencyChanged);
        #[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
        let _ = self.schedule_gui(Task::TellHost);
    }

    fn request_restart_with(&self, flags: i32) {
        self.main_thread
            .restart_flags
            .fetch_or(flags, Ordering::SeqCst);
    }

    /// The host is to be told that the parameters have other values. From any thread but the audio thread.
    #[cfg(feature = "editor")]
    pub fn tell_parameters_changed(&self) {
        self.request_restart_with(RestartFlags_::kParamValuesChanged);
        let _ = self.schedule_gui(Task::TellHost);
    }

    /// The host is to be told that the state is worth saving. From any thread but the audio thread; the
    /// host is told on the main thread, once for all calls until then.
    pub fn mark_dirty(&self) {
        if !self.main_thread.is_dirty.swap(true, Ordering::SeqCst)
            && !self.schedule_gui(Task::TellHost)
            && cfg!(not(all(target_family = "unix", not(target_os = "macos"))))
        {
            // The next call tries again. On Linux the main thread looks by itself.
            self.main_thread.is_dirty.store(false, Ordering::SeqCst);
        }
    }

    /// Everything that waits for the main thread. Does nothing on any other one, and nothing inside of itself.
    pub fn run_main_thread(&self) {
        if !self.is_main_thread() {
            return;
        }
        let Some(_running) = Running::begin(&self.main_thread.is_running) else {
            return;
        };
        #[cfg(feature = "editor")]
        self.tell_edits();
        // What tasks post in their turn waits for the next time.
        for _ in 0..self.main_thread.tasks.len() {
            match self.main_thread.tasks.pop() {
                Some(task) => self.guard("a task on the main thread", (), || {
                    self.execute(task, true)
                }),
                None => break,
            }
        }
        self.tell_host();
    }

    /// As [`run_main_thread()`][Self::run_main_thread()], from a call in which hosts do not expect to be called
    /// back: only if there is no other way to the main thread.
    pub fn run_main_thread_if_unreachable(&self) {
        if self.is_main_thread() && !self.can_wake_main_thread() {
            self.run_main_thread();
        }
    }

    /// What the host has not been told yet. On the main thread.
    pub fn tell_host(&self) {
        let Some(handler) = self.component_handler() else {
            return;
        };
        let flags = self.main_thread.restart_flags.swap(0, Ordering::SeqCst);
        if flags != 0 {
            unsafe { handler.restartComponent(flags) };
        }
        if self.main_thread.is_dirty.swap(false, Ordering::SeqCst)
            && let Some(handler) = handler.cast::<IComponentHandler2>()
        {
            unsafe { handler.setDirty(1) };
        }
    }

    /// Whether a call on another thread can have the main thread do something soon.
    fn can_wake_main_thread(&self) -> bool {
        #[cfg(all(target_family = "unix", not(target_os = "macos")))]
        return !self.main_thread.wakers.lock().is_empty();
        #[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
        return true;
    }

    fn wake_main_thread(&self) {
        #[cfg(all(target_family = "unix", not(target_os = "macos")))]
        if let Some(waker) = self.main_thread.wakers.lock().last() {
            waker.wake();
        }
        #[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
        let _ = self.schedule_gui(Task::TellHost);
    }

    /// The host does now what it does on the main thread only.
    pub fn note_main_thread(&self) {
        #[cfg(all(target_family = "unix", not(target_os = "macos")))]
        self.main_thread
            .thread
            .store(linux::this_thread(), Ordering::Relaxed);
    }

    /// Real-time safe on Linux.
    pub fn is_main_thread(&self) -> bool {
        #[cfg(all(target_family = "unix", not(target_os = "macos")))]
        return self.main_thread.thread.load(Ordering::Relaxed) == linux::this_thread();

        #[cfg(not(all(target_family = "unix", not(target_os = "macos"))))]
        return self
            .event_loop
            .borrow()
            .as_ref()
            .is_some_and(|event_loop| event_loop.is_main_thread());
    }
}

#[cfg(all(target_family = "unix", not(target_os = "macos")))]
mod linux {
    use std::io::{Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Weak};
    use vst3::Steinberg::Linux::{
        FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler,
        ITimerHandlerTrait,
    };
    use vst3::Steinberg::kResultOk;
    use vst3::{Class, ComPtr, ComWrapper};

    use super::super::inner::WrapperInner;
    use crate::wrapper::util::guard::guard;
    use crate::wrapper::vst3::Vst3Plugin;

    /// Which thread this is. Does not allocate, which `std::thread::current()` may do when it is first called
    /// on a thread. The very next thread may have the `pthread_self()` of one that has ended, and be taken for
    /// the main thread; the kernel's numbers come around again only after tens of thousands of threads.
    pub(super) fn this_thread() -> usize {
        #[cfg(target_os = "linux")]
        return unsafe { libc::gettid() as usize };
        #[cfg(not(target_os = "linux"))]
        return unsafe { libc::pthread_self() as usize };
    }

    /// How often the main thread looks for what the audio thread left, which wakes nobody.
    const LOOK_INTERVAL_MS: u64 = 50;

    /// What the host's run loop waits for. In theory an eventfd would do, but Ardour does not respond to
    /// files that are not sockets.
    pub(super) struct Waker {
        read: UnixStream,
        write: UnixStream,
        /// A byte is on its way.
        is_notified: AtomicBool,
    }

    impl Waker {
        fn new() -> std::io::Result<Self> {
            let (read, write) = UnixStream::pair()?;
            read.set_nonblocking(true)?;
            write.set_nonblocking(true)?;
            Ok(Self {
                read,
                write,
                is_notified: AtomicBool::new(false),
            })
        }

        pub fn wake(&self) {
            if !self.is_notified.swap(true, Ordering::SeqCst) {
                // A full socket wakes as well.
                let _ = (&self.write).write(&[1]);
            }
        }

        /// To be called before looking for work: what is posted after the look wakes again.
        fn take(&self) {
            let mut bytes = [0; 32];
            while matches!((&self.read).read(&mut bytes), Ok(1..)) {}
            self.is_notified.store(false, Ordering::SeqCst);
        }
    }

    /// The object that the host's run loop calls. It holds nothing of the plugin, so that a host which
    /// keeps it too long keeps nothing else.
    struct Handler<P: Vst3Plugin> {
        inner: Weak<WrapperInner<P>>,
        waker: Arc<Waker>,
    }

    impl<P: Vst3Plugin> Class for Handler<P> {
        type Interfaces = (IEventHandler, ITimerHandler);
    }

    impl<P: Vst3Plugin> Handler<P> {
        fn run(&self) {
            if let Some(inner) = self.inner.upgrade() {
                inner.note_main_thread();
                inner.run_main_thread();
            }
        }
    }

    impl<P: Vst3Plugin> IEventHandlerTrait for Handler<P> {
        unsafe fn onFDIsSet(&self, _fd: FileDescriptor) {
            guard("IEventHandler::onFDIsSet", None, || {
                self.waker.take();
                self.run();
            });
        }
    }

    impl<P: Vst3Plugin> ITimerHandlerTrait for Handler<P> {
        unsafe fn onTimer(&self) {
            guard("ITimerHandler::onTimer", None, || self.run());
        }
    }

    /// The host's run loop, lent. Dropping it takes everything back that was registered with it.
    pub(crate) struct MainLoop<P: Vst3Plugin> {
        inner: Weak<WrapperInner<P>>,
        run_loop: ComPtr<IRunLoop>,
        handler: ComWrapper<Handler<P>>,
        has_timer: bool,
    }

    impl<P: Vst3Plugin> MainLoop<P> {
        /// On the main thread. `None` if the host or the operating system refuse.
        pub fn new(inner: &Arc<WrapperInner<P>>, run_loop: ComPtr<IRunLoop>) -> Option<Self> {
            let waker = Arc::new(Waker::new().ok()?);
            let handler = ComWrapper::new(Handler {
                inner: Arc::downgrade(inner),
                waker: Arc::clone(&waker),
            });
            // The host counts its own references.
            let event_handler = handler.as_com_ref::<IEventHandler>()?.as_ptr();
            let file = waker.read.as_raw_fd();
            if unsafe { run_loop.registerEventHandler(event_handler, file) } != kResultOk {
                return None;
            }
            let timer_handler = handler.as_com_ref::<ITimerHandler>()?.as_ptr();
            let has_timer =
                unsafe { run_loop.registerTimer(timer_handler, LOOK_INTERVAL_MS) } == kResultOk;
            inner.main_thread.wakers.lock().push(Arc::clone(&waker));
            // For what came before there was anybody to wake.
            waker.wake();
            Some(Self {
                inner: Arc::downgrade(inner),
                run_loop,
                handler,
                has_timer,
            })
        }
    }

    impl<P: Vst3Plugin> Drop for MainLoop<P> {
        fn drop(&mut self) {
            if let Some(inner) = self.inner.upgrade() {
                let mut wakers = inner.main_thread.wakers.lock();
                wakers.retain(|waker| !Arc::ptr_eq(waker, &self.handler.waker));
            }
            unsafe {
                if self.has_timer
                    && let Some(handler) = self.handler.as_com_ref::<ITimerHandler>()
                {
                    self.run_loop.unregisterTimer(handler.as_ptr());
                }
                if let Some(handler) = self.handler.as_com_ref::<IEventHandler>() {
                    self.run_loop.unregisterEventHandler(handler.as_ptr());
                }
            }
        }
    }
}
