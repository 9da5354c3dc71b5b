//! Functions of the C library that an audio thread must not call, each noted and then called.

use std::ffi::{c_int, c_long, c_void};
use std::sync::atomic::AtomicUsize;

use libc::{clockid_t, off_t, pthread_cond_t, pthread_mutex_t, pthread_rwlock_t, size_t, ssize_t, timespec};

use crate::{note, real};

// The C library's own names for what it gives out memory with. Looking for them by `dlsym` would ask for memory.
unsafe extern "C" {
    fn __libc_malloc(size: size_t) -> *mut c_void;
    fn __libc_free(memory: *mut c_void);
    fn __libc_calloc(count: size_t, size: size_t) -> *mut c_void;
    fn __libc_realloc(memory: *mut c_void, size: size_t) -> *mut c_void;
    fn __libc_memalign(alignment: size_t, size: size_t) -> *mut c_void;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    note(c"malloc", size);
    unsafe { __libc_malloc(size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn free(memory: *mut c_void) {
    if !memory.is_null() {
        note(c"free", 0);
    }
    unsafe { __libc_free(memory) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: size_t, size: size_t) -> *mut c_void {
    note(c"calloc", count.saturating_mul(size));
    unsafe { __libc_calloc(count, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(memory: *mut c_void, size: size_t) -> *mut c_void {
    note(c"realloc", size);
    unsafe { __libc_realloc(memory, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: size_t, size: size_t) -> *mut c_void {
    note(c"memalign", size);
    unsafe { __libc_memalign(alignment, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    note(c"aligned_alloc", size);
    unsafe { __libc_memalign(alignment, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(memory: *mut *mut c_void, alignment: size_t, size: size_t) -> c_int {
    note(c"posix_memalign", size);
    unsafe {
        *memory = __libc_memalign(alignment, size);
        if (*memory).is_null() { libc::ENOMEM } else { 0 }
    }
}

/// A function that is noted, and then called under the same name in the library behind this one.
macro_rules! trap {
    ($(fn $name:ident($($arg:ident: $type:ty),*) -> $result:ty, $detail:expr;)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($arg: $type),*) -> $result {
            static REAL: AtomicUsize = AtomicUsize::new(0);
            const NAME: &core::ffi::CStr =
                match core::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                    Ok(name) => name,
                    Err(_) => panic!("a name without a zero inside"),
                };
            note(NAME, $detail as usize);
            let real: unsafe extern "C" fn($($type),*) -> $result =
                // The library's function of this name takes and gives what its manual says.
                unsafe { std::mem::transmute(real(&REAL, NAME)) };
            unsafe { real($($arg),*) }
        }
    )*};
}

trap! {
    fn pthread_mutex_lock(mutex: *mut pthread_mutex_t) -> c_int, 0;
    fn pthread_rwlock_rdlock(lock: *mut pthread_rwlock_t) -> c_int, 0;
    fn pthread_rwlock_wrlock(lock: *mut pthread_rwlock_t) -> c_int, 0;
    fn pthread_cond_signal(condition: *mut pthread_cond_t) -> c_int, 0;
    fn pthread_cond_broadcast(condition: *mut pthread_cond_t) -> c_int, 0;
    fn pthread_cond_wait(condition: *mut pthread_cond_t, mutex: *mut pthread_mutex_t) -> c_int, 0;
    fn sem_post(semaphore: *mut libc::sem_t) -> c_int, 0;
    fn sem_wait(semaphore: *mut libc::sem_t) -> c_int, 0;
    fn nanosleep(time: *const timespec, left: *mut timespec) -> c_int, 0;
    fn clock_nanosleep(clock: clockid_t, flags: c_int, time: *const timespec, left: *mut timespec) -> c_int, 0;
    fn usleep(time_us: libc::useconds_t) -> c_int, time_us;
    fn sched_yield() -> c_int, 0;
    fn read(file: c_int, bytes: *mut c_void, count: size_t) -> ssize_t, count;
    fn write(file: c_int, bytes: *const c_void, count: size_t) -> ssize_t, count;
    fn send(file: c_int, bytes: *const c_void, count: size_t, flags: c_int) -> ssize_t, count;
    fn recv(file: c_int, bytes: *mut c_void, count: size_t, flags: c_int) -> ssize_t, count;
    fn poll(files: *mut libc::pollfd, count: libc::nfds_t, timeout_ms: c_int) -> c_int, count;
    fn mmap(place: *mut c_void, size: size_t, access: c_int, flags: c_int, file: c_int, offset: off_t) -> *mut c_void, size;
    fn munmap(place: *mut c_void, size: size_t) -> c_int, size;
    // As C declares it, it takes as many as the call needs; six are always there to be handed on.
    fn syscall(number: c_long, a: c_long, b: c_long, c: c_long, d: c_long, e: c_long, f: c_long) -> c_long, number;
}
