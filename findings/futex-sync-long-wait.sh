#!/usr/bin/env bash
# A wait of 2^63 - 1 seconds on a condition variable ends at once.
#
# Expected: `Condvar::wait_timeout` blocks until it is notified or the time is over, as that of the standard library, from
#   which it is derived. It may wake up spuriously, but not whenever it is called: a loop that checks a condition, as the
#   documentation advises, would otherwise be a busy one.
# Seen: with 2^63 - 1 seconds, each of a thousand waits returns within microseconds, and says that it has not timed out.
#   The end of the wait is passed to the system call as signed seconds, and is negative. With a year, and with
#   `Duration::MAX`, whose end overflows and which counts as no limit, it blocks; the standard library blocks with all
#   three.
# Package: rustix-futex-sync 0.4.0 (crates.io). Date: 2026-12-01.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/src"
cat > "$tmp/Cargo.toml" <<'TOML'
[package]
name = "wait"
version = "0.1.0"
edition = "2021"

[dependencies]
rustix-futex-sync = "=0.4.0"
TOML
cat > "$tmp/src/main.rs" <<'RUST'
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// How many of a thousand waits have returned, as not timed out, when another thread notifies after 0.3 s.
fn returned(wait: impl Fn() -> bool + Sync, notify: impl Fn() + Sync) -> usize {
    thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let began = std::time::Instant::now();
            let early = || wait() && began.elapsed() < Duration::from_millis(250);
            (0..1000).take_while(|_| early()).count()
        });
        while !waiting.is_finished() {
            thread::sleep(Duration::from_millis(300));
            notify();
        }
        waiting.join().unwrap()
    })
}

fn main() {
    let year = Duration::from_secs(31_536_000);
    for limit in [year, Duration::from_secs(i64::MAX as u64), Duration::MAX] {
        let (lock, changed) = (Mutex::new(()), Condvar::new());
        let wait = || !changed.wait_timeout(lock.lock().unwrap(), limit).unwrap().1.timed_out();
        let standard = returned(wait, || changed.notify_all());
        let lock = rustix_futex_sync::Mutex::new(());
        let changed = rustix_futex_sync::Condvar::new();
        let wait = || !changed.wait_timeout(lock.lock(), limit).1.timed_out();
        let crates = returned(wait, || changed.notify_all());
        println!("{} s: std {standard}, rustix-futex-sync {crates}", limit.as_secs());
    }
}
RUST
cargo build --quiet --manifest-path "$tmp/Cargo.toml" --target-dir "$tmp/target" || {
  echo 'cannot build with the package' >&2
  exit 2
}
seen=$(timeout 60 "$tmp/target/debug/wait") || true
echo "$seen"
expected='31536000 s: std 0, rustix-futex-sync 0
9223372036854775807 s: std 0, rustix-futex-sync 1000
18446744073709551615 s: std 0, rustix-futex-sync 0'
if [[ $seen == "$expected" ]]; then
  echo 'rustix-futex-sync: a very long wait ends at once, again and again'
else
  echo 'rustix-futex-sync no longer behaves as described' >&2
  exit 1
fi
