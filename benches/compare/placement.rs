//! The processors of a process: any, or one that the server and the load generator share. With a shared one, the
//! time of a request does not include the cost of waking another processor.
//!
//! The commands `taskset` and `setpriv` do this. They become the program that they start, so that the PID is
//! the program's. `setpriv` also has the kernel end the program if the bench is killed. The program gets a
//! separate process group: Ctrl-C in a terminal only reaches the bench, which stops its servers in order.

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
    /// The same command with this placement. Its process does not outlive the thread that starts it.
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

/// The last processor that this process may use; the first one handles most interrupts.
pub(crate) fn last_processor() -> Result<String, Complaint> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))
        .and_then(|list| list.trim().rsplit([',', '-']).next())
        .map(str::to_owned)
        .ok_or_else(|| {
            "/proc/self/status: expected a line `Cpus_allowed_list`, found none".to_owned()
        })
}
