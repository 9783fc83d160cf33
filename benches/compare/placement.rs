//! Where a process runs: on any processor, or on one that the server and the load generator share.
//! Sharing one takes the cost of waking another processor out of the time of a single request.
//!
//! It is done by the commands `taskset` and `setpriv`, which become the program that they start, so
//! that a process identifier stays the program's. `setpriv` also has the kernel end the program if
//! the bench dies without saying so. The program gets a process group of its own: a terminal's Ctrl-C
//! is for the bench, which stops its servers in order.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::Complaint;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Placement {
    Anywhere,
    OneProcessor,
}

impl Placement {
    /// The same command in this place, not to outlive the thread that starts it.
    pub(crate) fn put(self, command: &Command) -> Result<Command, Complaint> {
        let mut put = Command::new("setpriv");
        put.args(["--pdeathsig", "TERM"]).process_group(0);
        if self == Self::OneProcessor {
            put.args(["taskset", "-c", &last_processor()?]);
        }
        put.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => put.env(name, value),
                None => put.env_remove(name),
            };
        }
        Ok(put)
    }
}

/// The last processor that we may use; the first has most of the interrupts.
pub(crate) fn last_processor() -> Result<String, Complaint> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .and_then(|list| list.trim().rsplit([',', '-']).next())
        .map(str::to_owned)
        .ok_or_else(|| "/proc/self/status does not say which processors we may use".to_owned())
}
