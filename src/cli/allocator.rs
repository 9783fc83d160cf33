//! What glibc's allocator keeps of the memory that requests have freed. Python allocates with it, too, so that
//! another allocator for Rust alone would not help.
//!
//! By default a process has eight arenas for each processor, and connections' threads are spread over all of
//! them. As soon as one large allocation is freed, each arena may keep 64 MiB. A few clients that send forms of
//! 8 MB can thus make the server keep hundreds of megabytes that nothing uses.
//!
//! The library leaves the allocator alone: its process belongs to others.

/// Limits what the allocator keeps. Call this before there are threads.
#[allow(unsafe_code)]
pub(super) fn keep_little() {
    for (parameter, value) in [
        (libc::M_ARENA_MAX, ARENAS),
        (libc::M_MMAP_THRESHOLD, SEPARATE),
        (libc::M_TRIM_THRESHOLD, KEPT),
    ] {
        // SAFETY: `mallopt` takes two numbers and changes only the allocator's parameters, under its lock. Each
        // is a documented parameter. A value that the allocator refuses changes nothing.
        unsafe { libc::mallopt(parameter, value) };
    }
}

/// Arenas, for all threads. The interpreter's lock lets one thread run at a time, and each thread keeps small
/// pieces for itself, so that more arenas make nothing faster.
const ARENAS: libc::c_int = 4;

/// Bytes from which an allocation is mapped separately and given back when it is freed. Content of usual size
/// stays below, since mapping costs a page fault for each 4 KiB.
const SEPARATE: libc::c_int = 4 << 20;

/// Bytes that each arena may keep at its end. With much less, a handler with content of 3 MB takes four times
/// as much processor time.
const KEPT: libc::c_int = 16 << 20;
