//! The library stays in memory once a thread of ours has begun: one that is left behind must not lose its code when the host lets
//! go of the last instance.
//!
//! On Linux it is linked so (`build.rs`).

/// Keeps the library in memory until the process ends. Costs something the first time only.
pub fn stay() {
    #[cfg(any(windows, target_os = "macos"))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(pin);
    }
}

// Reason for the exception: no crate of ours offers it, and the system's call takes plain values.
#[cfg(windows)]
#[allow(unsafe_code)]
fn pin() {
    use std::ffi::c_void;

    #[link(name = "kernel32")]
    unsafe extern "system" {
        fn GetModuleHandleExW(flags: u32, name_or_address: *const c_void, module: *mut *mut c_void) -> i32;
    }
    const PIN: u32 = 1;
    const FROM_ADDRESS: u32 = 4;
    let mut module = std::ptr::null_mut();
    // SAFETY: with `FROM_ADDRESS` the second argument is any address within the library, and the third is ours to be written.
    unsafe { GetModuleHandleExW(PIN | FROM_ADDRESS, stay as *const c_void, &mut module) };
}

// Reason for the exception: the loader is spoken to in C.
#[cfg(target_os = "macos")]
#[allow(unsafe_code)]
fn pin() {
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::uninit();
    // SAFETY: the first argument is an address within this library, the second is ours to be written; where `dladdr` succeeds it
    // has written the library's path, which `dlopen` reads.
    unsafe {
        if libc::dladdr(stay as *const libc::c_void, info.as_mut_ptr()) != 0 {
            libc::dlopen(info.assume_init().dli_fname, libc::RTLD_NOW | libc::RTLD_NODELETE);
        }
    }
}
