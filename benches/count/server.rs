//! wireserve under callgrind, with one client that sends one request after the other.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustls::version::TLS13;
use tempfile::TempDir;

use super::Complaint;
use super::callgrind::Output;
use super::work::Work;
use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::tls::{Certificate, TlsClient};

/// How long the server may take to end.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// Where the doc root is made. Its path is hashed, joined and copied for each request, so its length must
/// be the same on every machine.
const TEMPORARY: &str = "/tmp";

/// Debian 12's valgrind, 3.19, does not support `openat2`. The server's replacement for the missing call
/// takes a quarter of a trivial request's instructions. With this option the server uses `openat`, for as
/// many instructions as `openat2`.
const CONFIGURATION: &str =
    r#"{"follow_links_out": true, "routes": [["GET", "/fixed", "200:hello"]]}"#;

/// A script that returns the version of the server's interpreter.
const INTERPRETER: &str =
    "import sys\n\n\ndef main(request, response):\n    return sys.version.replace('\\n', '')\n";

/// The doc root, removed when dropped.
pub(crate) struct Site {
    folder: TempDir,
    certificate: Certificate,
}

impl Site {
    /// The files that `./dev bench` serves as well.
    pub(crate) fn make() -> Result<Self, Complaint> {
        Self::try_make().map_err(|error| format!("cannot make a doc root: {error}"))
    }

    fn try_make() -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("wireserve-count-")
            .tempdir_in(TEMPORARY)?;
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/site");
        for entry in fs::read_dir(kept)? {
            let entry = entry?;
            fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
        fs::write(folder.path().join("interpreter.py"), INTERPRETER)?;
        fs::write(folder.path().join("config.json"), CONFIGURATION)?;
        let certificate = Certificate::default();
        fs::write(folder.path().join("host.pem"), &certificate.chain)?;
        fs::write(folder.path().join("host.key"), &certificate.key)?;
        Ok(Self {
            folder,
            certificate,
        })
    }

    /// Starts a server under callgrind, lets a client talk to it, and ends it.
    pub(crate) fn talk(
        &self,
        work: Work,
        output: &Output,
        client: impl FnOnce(&mut Connection) -> Result<(), Complaint>,
    ) -> Result<(), Complaint> {
        let mut command = self.command(output.command());
        let server = if work.is_through_tls() {
            let folder = self.folder.path();
            command.args(["--tls-port", "0", "--cert"]);
            command.arg(folder.join("host.pem"));
            command.arg("--key").arg(folder.join("host.key"));
            let server = Process::try_start(&mut command, 2)?;
            let config = self.certificate.client_of(&[&TLS13]);
            let through_tls = TlsClient::try_connect(server.addresses()[1], config)?;
            client(&mut Connection::Tls(Box::new(through_tls)))?;
            server
        } else {
            let server = Process::try_start(&mut command, 1)?;
            client(&mut Connection::Plain(Client::try_connect(server.addr())?))?;
            server
        };
        end(server)
    }

    /// `sys.version` of the interpreter in the server.
    pub(crate) fn interpreter(&self) -> Result<String, Complaint> {
        let server = Process::try_start(&mut self.command(Command::new("env")), 1)?;
        let mut connection = Connection::Plain(Client::try_connect(server.addr())?);
        let version = connection.ask("/interpreter.py")?;
        end(server)?;
        Ok(String::from_utf8_lossy(&version).into_owned())
    }

    /// The server, as arguments of another program.
    fn command(&self, mut before: Command) -> Command {
        let folder = self.folder.path();
        before
            .arg(env!("CARGO_BIN_EXE_wireserve"))
            .arg(folder)
            .args(["--port", "0", "--log", "off", "--config"])
            .arg(folder.join("config.json"))
            // The places of keys in Python's dictionaries depend on it, and so the cost of a look-up.
            .env("PYTHONHASHSEED", "0")
            .env_remove("VIRTUAL_ENV");
        before
    }
}

/// One connection, on which all requests are sent.
pub(crate) enum Connection {
    Plain(Client),
    Tls(Box<TlsClient>),
}

impl Connection {
    /// The content of the response, which must be a 200 with a length.
    pub(crate) fn ask(&mut self, target: &str) -> Result<Vec<u8>, Complaint> {
        // The baseline was counted with these bytes.
        let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n");
        let response = match self {
            Self::Plain(client) => {
                client.send(request.as_bytes());
                let response = client.try_read_response("GET");
                response.map_err(|error| format!("{target}: {error}"))?
            }
            Self::Tls(client) => {
                client.send(request.as_bytes());
                client.read_response("GET")
            }
        };
        let has_length = response.header("Content-Length").is_some();
        if response.head.starts_with(b"HTTP/1.1 200 OK\r\n") && has_length {
            Ok(response.body)
        } else {
            let head = response.head.escape_ascii();
            Err(format!(
                "{target}: expected a 200 with a length, found {head}"
            ))
        }
    }
}

/// Ends the server, so that callgrind writes its counts.
fn end(mut server: Process) -> Result<(), Complaint> {
    server.signal("TERM");
    match server.wait(ENDS_WITHIN) {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(server.failure(&format!("ended with {status}"))),
        None => Err(server.failure(&format!("did not end within {ENDS_WITHIN:?}"))),
    }
}
