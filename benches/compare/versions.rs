//! The versions of the compared programs, and the machine. Looking for them also shows, before anything is
//! measured, whether a program is not installed.

use std::fs;
use std::path::Path;

use super::Complaint;
use super::interpreted;
use super::nginx;
use super::wrk;

/// What a reader needs in order to judge the numbers.
pub(crate) struct Versions {
    /// The interpreter of the servers that run in Python.
    python: String,
    reference: String,
    granian: String,
    nginx: String,
    wrk: String,
}

impl Versions {
    pub(crate) fn find() -> Result<Self, Complaint> {
        let built = Path::new(env!("CARGO_BIN_EXE_wireserve"));
        if !built.exists() {
            return Err(format!(
                "expected the server at {}, found nothing",
                built.display()
            ));
        }
        let [python, reference, granian] = interpreted::versions()?;
        Ok(Self {
            python,
            reference,
            granian,
            nginx: nginx::version()?,
            wrk: wrk::version()?,
        })
    }

    /// The items of a list, one line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let Self {
            python,
            reference,
            granian,
            nginx,
            wrk,
        } = self;
        vec![
            format!(
                "wireserve {}, built with thin LTO; the reference, wptserve {reference}; granian \
                 {granian}; nginx {nginx}",
                env!("CARGO_PKG_VERSION")
            ),
            format!("CPython {python} for the reference and granian; load by wrk {wrk}"),
            machine(),
        ]
    }
}

fn machine() -> String {
    let processor = value("/proc/cpuinfo", "model name");
    let memory = value("/proc/meminfo", "MemTotal");
    let memory = memory.and_then(|size| size.strip_suffix(" kB")?.parse::<f64>().ok());
    let memory = memory.map(|kibibytes| format!("{:.0} GB of memory", kibibytes * 1024.0 / 1e9));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    let kernel = kernel.map(|release| format!("Linux {}", release.trim()));
    let parts: Vec<String> = [processor, memory, kernel].into_iter().flatten().collect();
    parts.join(", ")
}

/// The text after the label and a colon.
fn value(file: &str, label: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.trim() == label)?;
    Some(value.trim().to_owned())
}
