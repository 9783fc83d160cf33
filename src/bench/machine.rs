//! How busy the machine is otherwise: the processor time that other processes used while something was measured, and
//! the time that a hypervisor took. Processes of this one's tree are not counted: the load, the server, and what
//! scripts start. Processes in other containers are invisible.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::num::NonZero;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use super::results::Machine;

/// The share of the processors' time that others may use on a quiet machine.
pub const QUIET: f64 = 0.03;

/// Ticks in a second, the unit of time in `/proc`: always 100 on Linux.
const TICKS: f64 = 100.0;

/// The parent of the kernel's threads, which work for all processes.
const KTHREADD: u32 = 2;

/// Adds up what others use while something is measured.
#[derive(Debug, Default)]
pub struct Watch {
    begun: Option<(Instant, Census)>,
    time: Duration,
    ticks: u64,
    by_name: HashMap<String, u64>,
}

/// The processes at one time, with their ticks, and the ticks that the hypervisor took.
#[derive(Clone, Debug, Default)]
struct Census {
    processes: HashMap<(u32, u64), Process>,
    stolen: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Process {
    pid: u32,
    /// In ticks since the machine started: PIDs are reused.
    began: u64,
    name: String,
    parent: u32,
    ticks: u64,
    /// Of children that have ended and been waited for.
    ticks_of_children: u64,
}

impl Watch {
    /// Something is measured from now on.
    pub fn begin(&mut self) {
        self.begun = Some((Instant::now(), Census::take()));
    }

    /// Until now.
    pub fn end(&mut self) {
        let Some((begun, before)) = self.begun.take() else {
            return;
        };
        let now = Census::take();
        self.time += begun.elapsed();
        let root = process::id();
        self.ticks += now.stolen.saturating_sub(before.stolen);
        // When a process ends, its time is added to its parent's, so only the sum shows the increase.
        self.ticks += now.sum(root).saturating_sub(before.sum(root));
        for (key, process) in now.others(root) {
            let earlier = before.processes.get(key).map_or(0, |process| process.ticks);
            let ticks = process.ticks.saturating_sub(earlier);
            *self.by_name.entry(process.name.clone()).or_default() += ticks;
        }
    }

    /// What was seen.
    pub fn machine(&self) -> Machine {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let possible = self.time.as_secs_f64() * processors as f64 * TICKS;
        let busiest = self.by_name.iter().max_by_key(|(_, ticks)| **ticks);
        let busiest = busiest.filter(|(_, ticks)| **ticks > 0);
        Machine {
            processors,
            model: model(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default()),
            others: match possible > 0.0 {
                true => (self.ticks as f64 / possible).min(1.0),
                false => 0.0,
            },
            busiest: busiest.map(|(name, _)| name.clone()),
        }
    }
}

impl Census {
    fn take() -> Self {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        let stat = |pid: u32| fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        let processes = pids.filter_map(|pid| Process::read(&stat(pid)?));
        Self {
            processes: processes
                .map(|process| ((process.pid, process.began), process))
                .collect(),
            stolen: stolen(&fs::read_to_string("/proc/stat").unwrap_or_default()),
        }
    }

    /// The ticks of all processes outside of a process's tree.
    fn sum(&self, root: u32) -> u64 {
        let others = self.others(root);
        others
            .map(|(_, one)| one.ticks + one.ticks_of_children)
            .sum()
    }

    /// The processes outside of a process's tree.
    fn others(&self, root: u32) -> impl Iterator<Item = (&(u32, u64), &Process)> {
        let mut own = HashSet::from([root]);
        loop {
            let children = self
                .processes
                .values()
                .filter(|one| own.contains(&one.parent));
            let children: Vec<u32> = children.map(|one| one.pid).collect();
            let before = own.len();
            own.extend(children);
            if own.len() == before {
                break;
            }
        }
        self.processes.iter().filter(move |(_, one)| {
            !own.contains(&one.pid) && one.pid != KTHREADD && one.parent != KTHREADD
        })
    }
}

impl Process {
    /// Reads a line of `/proc/PID/stat`.
    fn read(stat: &str) -> Option<Self> {
        // The name is in parentheses and may contain any characters, parentheses included.
        let (before, after) = stat.rsplit_once(')')?;
        let (pid, name) = before.split_once(" (")?;
        let fields: Vec<&str> = after.split_ascii_whitespace().collect();
        let field = |at: usize| fields.get(at)?.parse::<u64>().ok();
        Some(Self {
            pid: pid.parse().ok()?,
            began: field(19)?,
            name: name.to_owned(),
            parent: u32::try_from(field(1)?).ok()?,
            ticks: field(11)? + field(12)?,
            ticks_of_children: field(13)? + field(14)?,
        })
    }
}

/// The eighth number of the line `cpu` of `/proc/stat`.
fn stolen(stat: &str) -> u64 {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "));
    line.and_then(|line| line.split_ascii_whitespace().nth(7)?.parse().ok())
        .unwrap_or(0)
}

/// The name of the first processor in `/proc/cpuinfo`.
fn model(cpuinfo: &str) -> String {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(':'));
    name.map_or_else(String::new, |(_, name)| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let stat =
            "77 (a) S (1)) R 5 77 77 0 -1 4194304 90 0 0 0 11 22 33 44 20 0 1 0 9876 1 2 3\n";
        let process = Process::read(stat).unwrap();
        assert_eq!((process.pid, process.began, process.parent), (77, 9876, 5));
        assert_eq!((&*process.name, process.ticks), ("a) S (1)", 33));
        assert_eq!(process.ticks_of_children, 77);
        assert!(Process::read("77 (cut) R 5").is_none());
    }

    #[test]
    fn the_own_tree_and_the_kernel_are_not_others() {
        let process = |pid, parent| Process {
            pid,
            began: 1,
            name: pid.to_string(),
            parent,
            ticks: 1,
            ticks_of_children: 2,
        };
        let all = [(1, 0), (2, 0), (3, 2), (10, 1), (11, 10), (12, 11), (20, 1)];
        let census = Census {
            processes: all
                .into_iter()
                .map(|(pid, parent)| ((pid, 1), process(pid, parent)))
                .collect(),
            stolen: 0,
        };
        let mut others: Vec<_> = census.others(10).map(|(_, one)| one.pid).collect();
        others.sort_unstable();
        assert_eq!(others, [1, 20]);
        assert_eq!(census.sum(10), 6);
    }

    #[test]
    fn facts_of_the_machine() {
        assert_eq!(stolen("cpu  1 2 3 4 5 6 7 88 9 10\ncpu0 1 2\n"), 88);
        assert_eq!(stolen(""), 0);
        assert_eq!(
            model("processor\t: 0\nmodel name\t: Some CPU\n"),
            "Some CPU"
        );
        assert_eq!(model(""), "");
    }
}
