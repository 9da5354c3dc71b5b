//! Every system call that a watched thread makes, by the kernel's help (`PR_SET_SYSCALL_USER_DISPATCH`): also those that go
//! through no function of the C library's, and those that its locks make once they have to wait.

use std::cell::Cell;

#[cfg(target_arch = "x86_64")]
pub use on_x86_64::install;

thread_local! {
    /// Read by the kernel at each system call of this thread: 0 lets it pass, 1 stops it.
    static SELECTOR: Cell<u8> = const { Cell::new(0) };
    static IS_PREPARED: Cell<bool> = const { Cell::new(false) };
}

/// Stops this thread at system calls from now on, or no longer; what it was.
pub fn set(is_stopping: bool) -> bool {
    SELECTOR.replace(is_stopping.into()) != 0
}

/// Tells the kernel where this thread's selector is; once for each thread.
pub fn prepare() {
    if !IS_PREPARED.replace(true) {
        #[cfg(target_arch = "x86_64")]
        on_x86_64::prepare(SELECTOR.with(Cell::as_ptr));
    }
}

/// The kernel can do it on other machines, but not in the same way.
#[cfg(not(target_arch = "x86_64"))]
pub fn install() -> bool {
    false
}

#[cfg(target_arch = "x86_64")]
mod on_x86_64 {
    use std::ffi::{c_int, c_void};
    use std::mem::MaybeUninit;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::set;

    const PR_SET_SYSCALL_USER_DISPATCH: c_int = 59;
    const PR_SYS_DISPATCH_ON: usize = 1;
    /// `syscall` has two bytes.
    const LENGTH_OF_CALL: i64 = 2;

    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);

    pub fn install() -> bool {
        unsafe {
            let mut action: libc::sigaction = MaybeUninit::zeroed().assume_init();
            action.sa_sigaction = on_stopped as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
            let is_set = libc::sigaction(libc::SIGSYS, &action, std::ptr::null_mut()) == 0;
            IS_INSTALLED.store(is_set, Ordering::Release);
        }
        let mut own = 0_u8;
        // Switched on for this thread and off again: whether the kernel has it.
        let can = prepare(&mut own);
        unsafe { libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0) };
        IS_INSTALLED.store(can, Ordering::Release);
        can
    }

    pub fn prepare(selector: *mut u8) -> bool {
        if !IS_INSTALLED.load(Ordering::Acquire) {
            return false;
        }
        unsafe { libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, selector) == 0 }
    }

    /// In place of a system call that was stopped: notes it and lets it happen.
    extern "C" fn on_stopped(_signal: c_int, _info: *mut libc::siginfo_t, context: *mut c_void) {
        // Also the way out of here is a system call. The next one of this block is let pass as well, to be noted neither.
        set(false);
        // Handed over by the kernel for this call. It has put the registers back as they were before.
        let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
        let number = registers[libc::REG_RAX as usize];
        if super::super::IS_WATCHED.replace(false) {
            crate::notes::add(c"system call".as_ptr(), number as usize);
            super::super::IS_WATCHED.set(true);
        }
        registers[libc::REG_RIP as usize] -= LENGTH_OF_CALL;
    }
}
