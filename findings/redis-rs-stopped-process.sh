#!/usr/bin/env bash
# A program that is stopped and continued while it waits for a reply of Redis gets an error, although the reply comes.
#
# Expected: with a read timeout of ten seconds, a reply that takes one second is returned. A read that a signal interrupts
#   is tried again (std::io::ErrorKind::Interrupted), and so is one of a program that was stopped and continued by job
#   control, a debugger or a suspended machine (signal(7), "Interruption of system calls and library functions by stop
#   signals").
# Seen: the command fails with "Interrupted system call (os error 4)". Redis has run it; its reply is dropped when it
#   comes, and the next command on the connection gets its own.
# Package: redis 1.8.1 (crates.io). Date: 2026-12-01.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/src"
cat > "$tmp/Cargo.toml" <<'TOML'
[package]
name = "ask"
version = "0.1.0"
edition = "2021"

[dependencies]
redis = { version = "=1.8.1", default-features = false }
TOML
cat > "$tmp/src/main.rs" <<'RUST'
use std::time::Duration;

fn main() {
    let url = format!("redis://{}/", std::env::args().nth(1).unwrap());
    let mut connection = redis::Client::open(url).unwrap().get_connection().unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    for key in ["first", "second"] {
        match redis::cmd("GET").arg(key).query::<String>(&mut connection) {
            Ok(value) => println!("{key}: {value}"),
            Err(error) => println!("{key}: error: {error}"),
        }
    }
}
RUST
cargo build --quiet --manifest-path "$tmp/Cargo.toml" --target-dir "$tmp/target" || {
  echo 'cannot build with the package' >&2
  exit 2
}

cat > "$tmp/ask.py" <<'PY'
import os, signal, socket, subprocess, sys, threading, time


def serve(listener, is_asked):
    connection, _ = listener.accept()
    commands = connection.makefile('rb')
    while header := commands.readline():
        words = []
        for _ in range(int(header[1:])):
            commands.readline()
            words.append(commands.readline().strip())
        if words[0] != b'GET':
            connection.sendall(b'+OK\r\n')
            continue
        if words[1] == b'first':
            is_asked.set()
            time.sleep(1)
        connection.sendall(b'$2\r\nof\r\n')


def ask(stop):
    listener, is_asked = socket.create_server(('127.0.0.1', 0)), threading.Event()
    threading.Thread(target=serve, daemon=True, args=(listener, is_asked)).start()
    address = '127.0.0.1:%d' % listener.getsockname()[1]
    process = subprocess.Popen([sys.argv[1], address], stdout=subprocess.PIPE, text=True)
    assert is_asked.wait(30)
    time.sleep(0.2)
    if stop:
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGCONT)
    return process.communicate(timeout=30)[0].splitlines()


undisturbed, stopped = ask(False), ask(True)
print('undisturbed:', undisturbed)
print('stopped:    ', stopped)
interrupted = 'first: error: Interrupted system call (os error 4)'
sys.exit(undisturbed != ['first: of', 'second: of'] or stopped != [interrupted, 'second: of'])
PY
if python3 "$tmp/ask.py" "$tmp/target/debug/ask"; then
  echo 'redis: a stopped and continued program gets an error instead of the reply'
else
  echo 'redis no longer behaves as described' >&2
  exit 1
fi
