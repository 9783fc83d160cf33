//! Ending the server together with the process that has started it, so that a test run that is killed leaves no
//! server: when that process ends (`--exit-with-parent`), or at the end of standard input
//! (`--exit-with-stdin`), which the parent keeps open. Both end it as SIGTERM does.
//!
//! The kernel can send a process a signal when its parent ends (prctl(2), `PR_SET_PDEATHSIG`), but it does so
//! when the parent's *thread* ends, and test runners start servers on threads that end. A descriptor of the
//! process (pidfd_open(2)) has no such surprise.

use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::thread::Builder;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, getpid, getppid, kill_process, pidfd_open};

use crate::forks;

/// What the server does not outlive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lifetime {
    /// Whether it ends with the parent process; with a PID, that of the parent.
    pub(super) parent: Option<Option<u32>>,
    /// Whether it ends with standard input.
    pub(super) stdin: bool,
}

/// The parent process.
#[derive(Debug)]
enum Parent {
    Running(OwnedFd),
    Ended,
}

impl Lifetime {
    /// Sends this process SIGTERM at the end of its lifetime, which may be now. Call this once the signal is
    /// handled.
    ///
    /// # Errors
    /// When the parent process cannot be waited for.
    pub(super) fn watch(self) -> io::Result<()> {
        if let Some(expected) = self.parent {
            match Parent::find(expected)? {
                Parent::Running(process) => in_background(move || {
                    wait_for_end(&process);
                    end("the parent process has ended");
                })?,
                Parent::Ended => end("the parent process has ended"),
            }
        }
        if self.stdin {
            in_background(|| {
                read_to_end();
                end("standard input has ended");
            })?;
        }
        Ok(())
    }
}

impl Parent {
    fn find(expected: Option<u32>) -> io::Result<Self> {
        let Some(parent) = getppid() else {
            return Err(io::Error::other(
                "it is in another PID namespace, out of sight",
            ));
        };
        let is_expected = |expected| Pid::as_raw(Some(parent)).cast_unsigned() == expected;
        if !expected.is_none_or(is_expected) {
            return Ok(Self::Ended);
        }
        match pidfd_open(parent, PidfdFlags::empty()) {
            // The process of that number is the parent if the parent still has the number.
            Ok(process) if getppid() == Some(parent) => Ok(Self::Running(process)),
            Ok(_) | Err(Errno::SRCH) => Ok(Self::Ended),
            Err(error) => Err(error.into()),
        }
    }
}

/// A process's descriptor becomes readable when the process ends.
fn wait_for_end(process: &OwnedFd) {
    while let Err(Errno::INTR) = poll(&mut [PollFd::new(process, PollFlags::IN)], None) {}
}

/// Whatever arrives is ignored.
fn read_to_end() {
    let mut input = io::stdin().lock();
    let mut ignored = [0; 4096];
    loop {
        match input.read(&mut ignored) {
            Ok(1..) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => return,
        }
    }
}

fn end(reason: &str) {
    log::info!("stopping: {reason}");
    if let Err(error) = kill_process(getpid(), Signal::TERM) {
        log::error!("cannot stop: {error}");
    }
}

fn in_background(job: impl FnOnce() + Send + 'static) -> io::Result<()> {
    forks::spawn(Builder::new(), job).map(drop)
}
