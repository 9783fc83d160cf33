//! The tools on which counts depend: each generates or selects some of the instructions.

use std::fmt;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::Complaint;
use super::callgrind;
use super::server::Site;
use super::work::Work;

/// The tools of one machine, or of the baseline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tools {
    /// The version that the compiler prints.
    pub(crate) rustc: String,
    /// The C library, which has `malloc` and `memcpy`, with its version.
    pub(crate) libc: String,
    /// The version of valgrind, which translates the instructions, and simulates the processor.
    pub(crate) valgrind: String,
    /// The features of the processor on which the choice of code depends.
    pub(crate) processor: String,
    /// The interpreter in the server: version, build and compiler.
    pub(crate) python: String,
}

/// A tool that differs from the one of the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) tool: &'static str,
    pub(crate) here: String,
    pub(crate) baseline: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            tool,
            here,
            baseline,
        } = self;
        write!(f, "{tool}: found {here:?}, the baseline has {baseline:?}")
    }
}

impl Tools {
    /// The tools of this machine and of the server.
    pub(crate) fn find(site: &Site) -> Result<Self, Complaint> {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        Ok(Self {
            rustc: output_of(Command::new(rustc).arg("--version"))?,
            libc: output_of(Command::new("getconf").arg("GNU_LIBC_VERSION"))?,
            valgrind: callgrind::version()?,
            processor: processor(),
            python: site.interpreter()?,
        })
    }

    /// The differences from a baseline's tools that matter for a work.
    pub(crate) fn differences(&self, baseline: &Self, work: Work) -> Vec<Difference> {
        let python = work
            .enters_python()
            .then_some(("python", &self.python, &baseline.python));
        let all = [
            ("rustc", &self.rustc, &baseline.rustc),
            ("libc", &self.libc, &baseline.libc),
            ("valgrind", &self.valgrind, &baseline.valgrind),
            ("processor", &self.processor, &baseline.processor),
        ];
        all.into_iter()
            .chain(python)
            .filter(|(_, here, baseline)| here != baseline)
            .map(|(tool, here, baseline)| Difference {
                tool,
                here: here.clone(),
                baseline: baseline.clone(),
            })
            .collect()
    }
}

fn output_of(command: &mut Command) -> Result<String, Complaint> {
    let output = command.output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// callgrind simulates the same processor on every machine, except for features that it can only pass on.
fn processor() -> String {
    let architecture = std::env::consts::ARCH;
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return format!("{architecture} with AVX2");
    }
    architecture.to_owned()
}
