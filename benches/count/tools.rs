//! What counts depend on beside our own code. Each makes or picks some of the instructions.

use std::fmt;
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::Complaint;
use super::callgrind;
use super::server::Site;
use super::work::Work;

/// One machine's, or the baseline's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tools {
    /// The compiler, as it says itself.
    pub(crate) rustc: String,
    /// The C library with its version. It has `malloc` and `memcpy`.
    pub(crate) libc: String,
    /// callgrind's. It says which processor there is, and translates the instructions.
    pub(crate) valgrind: String,
    /// What code for some processors alone asks about.
    pub(crate) processor: String,
    /// The interpreter in the server: version, build and compiler.
    pub(crate) python: String,
}

/// A tool that is another here than it was for the baseline.
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
        write!(f, "{tool} is {here:?} here, and was {baseline:?}")
    }
}

impl Tools {
    /// Those of this machine, and of the server.
    pub(crate) fn find(site: &Site) -> Result<Self, Complaint> {
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
        Ok(Self {
            rustc: said_by(Command::new(rustc).arg("--version"))?,
            libc: said_by(Command::new("getconf").arg("GNU_LIBC_VERSION"))?,
            valgrind: callgrind::version()?,
            processor: processor(),
            python: site.interpreter()?,
        })
    }

    /// What is different from a baseline's, and matters for a work.
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

fn said_by(command: &mut Command) -> Result<String, Complaint> {
    let output = command.output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?}: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// callgrind lets programs see the same processor everywhere, but for what it cannot do without the
/// real one.
fn processor() -> String {
    let architecture = std::env::consts::ARCH;
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return format!("{architecture} with AVX2");
    }
    architecture.to_owned()
}
