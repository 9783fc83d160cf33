//! Processes as `/proc` shows them: their parents, processor time and memory. A process is identified by its
//! PID and its start time, since PIDs are reused.

use std::collections::HashSet;
use std::fs;

/// Ticks in a second, the unit of time in `/proc`: always 100 on Linux.
pub(crate) const TICKS: f64 = 100.0;

/// All processes at one time.
pub(crate) struct Census(Vec<Process>);

#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub(crate) key: Key,
    pub(crate) name: String,
    state: State,
    parent: u32,
    /// Processor time, in user mode and in the kernel.
    pub(crate) ticks: u64,
    /// The same for children that have ended and been waited for, and for their children.
    pub(crate) ticks_of_children: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pid: u32,
    /// In ticks since the machine started.
    began: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Alive,
    /// Ended, but not yet waited for.
    Zombie,
}

impl Census {
    pub(crate) fn take() -> Self {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let stat = |pid: u32| fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        Self(pids.filter_map(|pid| Process::read(&stat(pid)?)).collect())
    }

    /// A process and all its descendants.
    pub(crate) fn tree(&self, root: u32) -> Vec<&Process> {
        let mut tree: Vec<_> = self.0.iter().filter(|one| one.key.pid == root).collect();
        let mut next = 0;
        while let Some(parent) = tree.get(next).map(|one| one.key.pid) {
            tree.extend(self.0.iter().filter(|one| one.parent == parent));
            next += 1;
        }
        tree
    }

    pub(crate) fn has_alive(&self, key: Key) -> bool {
        let mut all = self.0.iter();
        all.any(|one| one.key == key && one.state == State::Alive)
    }

    /// All processes outside of a process's tree. The kernel's threads are left out, since they work for all
    /// processes.
    pub(crate) fn others(&self, root: u32) -> Vec<&Process> {
        let own: HashSet<Key> = self.tree(root).iter().map(|one| one.key).collect();
        let of_the_kernel = |one: &Process| one.key.pid == KTHREADD || one.parent == KTHREADD;
        let others = self.0.iter();
        others
            .filter(|one| !own.contains(&one.key) && !of_the_kernel(one))
            .collect()
    }
}

/// The parent of the kernel's threads.
const KTHREADD: u32 = 2;

impl Process {
    /// Reads a line of `/proc/PID/stat`.
    pub(crate) fn read(stat: &str) -> Option<Self> {
        // The name is in parentheses and may contain any characters, parentheses included.
        let (before, after) = stat.rsplit_once(')')?;
        let (pid, name) = before.split_once(" (")?;
        let fields: Vec<&str> = after.split_ascii_whitespace().collect();
        let field = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            key: Key {
                pid: pid.parse().ok()?,
                began: field(19)?,
            },
            name: name.to_owned(),
            state: match *fields.first()? {
                "Z" | "X" => State::Zombie,
                _ => State::Alive,
            },
            parent: u32::try_from(field(1)?).ok()?,
            ticks: field(11)? + field(12)?,
            ticks_of_children: field(13)? + field(14)?,
        })
    }

    /// Resident memory.
    pub(crate) fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/status", self.key.pid));
        let status = status.unwrap_or_default();
        let bytes = |label: &str| {
            let size = status.lines().find_map(|line| line.strip_prefix(label));
            let size = size.and_then(|size| size.trim().strip_suffix(" kB")?.parse::<u64>().ok());
            size.map_or(0, |kibibytes| kibibytes * 1024)
        };
        Memory {
            now: bytes("VmRSS:"),
            peak: bytes("VmHWM:"),
        }
    }
}

/// Resident memory in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    /// The highest value so far.
    pub(crate) peak: u64,
}
