//! Watches a process from outside: its memory, processor time and sockets, and values that settle.

use std::fs;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::wait::eventually;

/// Waits until a value has not changed for `rest`, and returns it.
pub fn settled<T: PartialEq>(what: &str, rest: Duration, mut value: impl FnMut() -> T) -> T {
    let (mut last, mut since) = (value(), Instant::now());
    eventually(what, || {
        let now = value();
        if now != last {
            (last, since) = (now, Instant::now());
        }
        since.elapsed() >= rest
    });
    last
}

/// The peak memory of a process, in KiB.
pub fn peak_memory(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse().ok()).expect("VmHWM in kB")
}

/// How much the peak memory of a process exceeds `before`, in KiB. The kernel counts in batches for each thread,
/// so even a peak may be reported a little lower later.
pub fn grown_since(before: u64, process: u32) -> u64 {
    peak_memory(process).saturating_sub(before)
}

/// How many sockets a process has open: its listeners and connections.
pub fn open_sockets(process: u32) -> usize {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).expect("a running process");
    let is_socket = |descriptor: &fs::DirEntry| {
        let link = fs::read_link(descriptor.path());
        link.is_ok_and(|link| link.to_string_lossy().starts_with("socket:"))
    };
    descriptors.flatten().filter(is_socket).count()
}

/// Bytes that have arrived at a server on IPv4 and that it has not read.
pub fn unread_bytes(server: SocketAddr) -> usize {
    let port = format!(":{:04X}", server.port());
    let sockets = fs::read_to_string("/proc/net/tcp").expect("the sockets of IPv4");
    // Local and remote address, state, and the queues for sending and receiving.
    let received = sockets.lines().filter_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let is_local = fields.next()?.ends_with(&port);
        let queues = fields.nth(2)?;
        let (_, received) = queues.split_once(':')?;
        is_local.then(|| usize::from_str_radix(received, 16).expect("a number"))
    });
    received.sum()
}

/// The processor time that a process has used, in the kernel's ticks of 10 ms.
pub fn processor_time(process: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("a running process");
    // After the name, which may hold anything: the state and eleven numbers come first.
    let (_, numbers) = stat.rsplit_once(')').expect("a name");
    let ticks = numbers.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks
        .map(|ticks| ticks.parse::<u64>().expect("ticks"))
        .sum();
    Duration::from_millis(10 * ticks)
}

/// The threads of connections in a process of wireserve.
pub fn connection_threads(process: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).expect("a running process");
    let names = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names
        .filter(|name| name.starts_with("wireserve-conne"))
        .count()
}
