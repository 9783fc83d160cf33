//! A child process in a process group of its own, which ends with all that it has started. The groups that
//! are alive are listed, so that a signal that ends the suite ends them, too.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use rustix_futex_sync::Mutex;

/// The leaders of the groups that are alive.
static ALIVE: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// A process group.
#[derive(Debug)]
pub(super) struct Group(Pid);

impl Group {
    /// Starts a command in a group of its own, with all its streams as pipes.
    pub(super) fn start(program: &str, arguments: &[String]) -> io::Result<(Self, Child)> {
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| {
                io::Error::new(error.kind(), format!("cannot run {program}: {error}"))
            })?;
        let group = Self(Pid::from_child(&child));
        ALIVE.lock().insert(group.0.as_raw_nonzero().get());
        Ok((group, child))
    }

    /// Ends all its processes.
    pub(super) fn kill(&self) {
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}

/// Its leader has been waited for by now, or the group is killed here.
impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        ALIVE.lock().remove(&self.0.as_raw_nonzero().get());
    }
}

/// Ends all clients, since the suite ends.
pub fn kill_all() {
    for group in ALIVE
        .lock()
        .iter()
        .filter_map(|&group| Pid::from_raw(group))
    {
        let _ = kill_process_group(group, Signal::KILL);
    }
}
