//! The servers that run in Python, from the virtual environment that `./dev bench` sets up: the
//! reference, and granian with two worker processes for a WSGI application.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Complaint;
use super::server::{self, Ready, Recipe};
use super::site::CertificateFiles;

/// Nagle's algorithm on the reference's sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nagle {
    On,
    Off,
}

pub(crate) fn reference(root: &Path, nagle: Nagle) -> Recipe {
    let mut command = python();
    command.arg(here().join("reference.py")).arg(root);
    if nagle == Nagle::Off {
        command.arg("--nodelay");
    }
    Recipe {
        command,
        ready: Ready::PrintsAddresses(1),
        folder: None,
    }
}

pub(crate) fn granian(tls: Option<&CertificateFiles>) -> Result<Recipe, Complaint> {
    let address = server::free_address().map_err(|error| format!("granian: {error}"))?;
    let mut command = python();
    command
        .args(["-B", "-m", "granian", "--interface", "wsgi", "--no-log"])
        .args(["--workers", "2", "--host", "127.0.0.1", "--port"])
        .arg(address.port().to_string())
        .arg("--working-dir")
        .arg(here())
        .arg("application:application");
    if let Some(files) = tls {
        command.arg("--ssl-certificate").arg(&files.chain);
        command.arg("--ssl-keyfile").arg(&files.key);
    }
    Ok(Recipe {
        command,
        ready: Ready::At(address),
        folder: None,
    })
}

/// The versions of the interpreter, the reference and granian.
pub(crate) fn versions() -> Result<[String; 3], Complaint> {
    let output = python().args(["-c", VERSIONS]).output();
    let printed = match output {
        Ok(output) if output.status.success() => output.stdout,
        _ => Vec::new(),
    };
    let printed = String::from_utf8_lossy(&printed);
    let versions: Vec<String> = printed.lines().map(str::to_owned).collect();
    versions.try_into().map_err(|_| {
        "target/venv lacks the reference or granian; `./dev bench` installs what is missing"
            .to_owned()
    })
}

const VERSIONS: &str = r"
from importlib.metadata import version
from platform import python_version
print(python_version(), version('wptserve'), version('granian'), sep='\n')
";

/// The virtual environment's interpreter.
fn python() -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/python"))
}

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare")
}
