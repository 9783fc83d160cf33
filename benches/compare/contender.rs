//! The servers that are compared. wireserve is measured with the file of the work, by one process or several, and
//! with a fixed response that does not enter Python, as the upper limit for Python handlers. granian runs the trivial
//! handler, and nginx serves the static files.

use std::fmt;
use std::process::Command;

use super::Complaint;
use super::interpreted::{self, Nagle};
use super::nginx;
use super::options::Options;
use super::placement;
use super::server::{Ready, Recipe};
use super::site::{CertificateFiles, Site};
use super::work::Work;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Contender {
    /// wireserve.
    Wireserve,
    /// wireserve with Python on one processor, if the options request it.
    PythonCpu,
    /// wireserve with two worker processes, as many as granian has.
    Workers,
    /// wireserve's fixed response.
    Ceiling,
    /// wireserve without TLS, in the works that are through TLS otherwise.
    Plain,
    /// granian, with two worker processes.
    Granian,
    /// nginx, with a worker process for each processor.
    Nginx,
    /// The reference with Nagle's algorithm off, to which the goals refer.
    Patched,
    /// The reference, unmodified.
    Shipped,
}

impl Contender {
    pub(crate) const ALL: [Self; 9] = [
        Self::Wireserve,
        Self::PythonCpu,
        Self::Workers,
        Self::Ceiling,
        Self::Plain,
        Self::Granian,
        Self::Nginx,
        Self::Patched,
        Self::Shipped,
    ];

    /// Whether it can do a work, and the result is meaningful.
    pub(crate) fn does(self, work: Work, options: &Options) -> bool {
        use Work::*;
        match self {
            Self::Wireserve => true,
            Self::PythonCpu => {
                options.python_cpu
                    && matches!(work, Trivial16 | Trivial64 | Trivial256 | Stash | Writer)
            }
            Self::Workers => matches!(work, Trivial16 | Trivial64 | Trivial256 | NewConnection),
            Self::Ceiling => matches!(
                work,
                Trivial16 | Trivial64 | Trivial256 | Pinned | NewConnection
            ),
            Self::Plain => matches!(work, TlsTrivial),
            Self::Granian => matches!(
                work,
                Trivial16 | Trivial64 | Trivial256 | NewConnection | TlsTrivial
            ),
            Self::Nginx => matches!(
                work,
                Static | Large | LargeMany | TlsLarge | TlsLargeMany | TlsNewConnection
            ),
            // It closes the connection after a file without a length. Its growth with the number of
            // connections is not of interest.
            Self::Patched => {
                !work.is_through_tls()
                    && !matches!(
                        work,
                        Trivial1 | Trivial1024 | Trivial4096 | Large | LargeMany
                    )
            }
            // It stalls in all works alike.
            Self::Shipped => matches!(work, Trivial16 | Stash | Writer | NewConnection | Static),
        }
    }

    /// Whether its connections in this work go through TLS.
    pub(crate) fn is_through_tls(self, work: Work) -> bool {
        work.is_through_tls() && self != Self::Plain
    }

    pub(crate) fn recipe(self, work: Work, site: &Site) -> Result<Recipe, Complaint> {
        let tls = self.is_through_tls(work).then(|| site.certificate());
        match self {
            Self::Wireserve => {
                Ok(tls.map_or_else(|| wireserve(site, &[]), |tls| secured(site, tls)))
            }
            Self::Ceiling | Self::Plain => Ok(wireserve(site, &[])),
            Self::PythonCpu => Ok(wireserve(
                site,
                &["--python-cpu", &placement::last_processor()?],
            )),
            Self::Workers => Ok(wireserve(site, &["--workers", "2"])),
            Self::Granian => interpreted::granian(tls),
            Self::Nginx => nginx::recipe(&site.path(), tls),
            Self::Patched => Ok(interpreted::reference(&site.path(), Nagle::Off)),
            Self::Shipped => Ok(interpreted::reference(&site.path(), Nagle::On)),
        }
    }

    pub(crate) fn target(self, work: Work) -> &'static str {
        match self {
            Self::Ceiling => CEILING_TARGET,
            _ => work.target(),
        }
    }
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Wireserve => "wireserve",
            Self::PythonCpu => "wireserve, --python-cpu",
            Self::Workers => "wireserve, 2 workers",
            Self::Ceiling => "wireserve without Python",
            Self::Plain => "wireserve without TLS",
            Self::Granian => "granian, 2 workers",
            Self::Nginx => "nginx",
            Self::Patched => "reference, TCP_NODELAY",
            Self::Shipped => "reference as shipped",
        })
    }
}

const CEILING_TARGET: &str = "/native";

fn wireserve(site: &Site, arguments: &[&str]) -> Recipe {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wireserve"));
    command
        .arg(site.path())
        .args(["--port", "0", "--log", "off"])
        .args(["--route", "GET", CEILING_TARGET, "200:hello"])
        .args(arguments);
    Recipe {
        command,
        ready: Ready::PrintsAddresses(1),
        folder: None,
    }
}

/// The last listener is that of HTTPS.
fn secured(site: &Site, files: &CertificateFiles) -> Recipe {
    let mut recipe = wireserve(site, &["--tls-port", "0"]);
    recipe.command.arg("--cert").arg(&files.chain);
    recipe.command.arg("--key").arg(&files.key);
    recipe.ready = Ready::PrintsAddresses(2);
    recipe
}
