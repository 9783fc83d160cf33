//! wireserve under callgrind, with one client on one connection, request by request.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::Complaint;
use super::callgrind::Output;

/// How long the server may take to answer, and to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the doc root is made. Its path is hashed, joined and copied for each request, so that it must
/// be as long on every machine.
const TEMPORARY: &str = "/tmp";

/// Debian 12's valgrind, 3.19, does not know `openat2`. What we do where the call is missing, which is a
/// quarter of a trivial request, would be counted. With this it is `openat`, for as many instructions.
const CONFIGURATION: &str =
    r#"{"follow_links_out": true, "routes": [["GET", "/fixed", "200:hello"]]}"#;

/// Says which interpreter is in the server.
const INTERPRETER: &str =
    "import sys\n\n\ndef main(request, response):\n    return sys.version.replace('\\n', '')\n";

/// What the server serves, removed when dropped.
pub(crate) struct Site(TempDir);

impl Site {
    /// The files that `./dev bench` serves, too.
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
        Ok(Self(folder))
    }

    /// Starts a server under callgrind, lets a client talk to it, and ends it.
    pub(crate) fn talk(
        &self,
        output: &Output,
        client: impl FnOnce(&mut Client) -> Result<(), Complaint>,
    ) -> Result<(), Complaint> {
        let server = Server::start(self.command(output.command()))?;
        client(&mut server.client()?)?;
        server.end()
    }

    /// `sys.version` of the interpreter in the server.
    pub(crate) fn interpreter(&self) -> Result<String, Complaint> {
        let server = Server::start(self.command(Command::new("env")))?;
        let version = server.client()?.ask("/interpreter.py")?;
        server.end()?;
        Ok(String::from_utf8_lossy(&version).into_owned())
    }

    /// The server, as the arguments of another program.
    fn command(&self, mut before: Command) -> Command {
        let folder = self.0.path();
        before
            .arg(env!("CARGO_BIN_EXE_wireserve"))
            .arg(folder)
            .args(["--port", "0", "--log", "off", "--config"])
            .arg(folder.join("config.json"))
            // Where Python's dictionaries have their keys depends on it, and how long a look takes.
            .env("PYTHONHASHSEED", "0")
            .env_remove("VIRTUAL_ENV");
        before
    }
}

/// A server's process, killed when dropped.
struct Server {
    child: Child,
    /// HOST:PORT.
    address: String,
}

impl Server {
    /// Waits until it has said on standard output that it listens.
    fn start(mut command: Command) -> Result<Self, Complaint> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        let read = BufReader::new(stdout).read_line(&mut line);
        let mut server = Self {
            child,
            address: String::new(),
        };
        match line.trim_end().rsplit_once(" listening on http://") {
            Some((_, address)) if read.is_ok() => {
                address
                    .trim_end_matches('/')
                    .clone_into(&mut server.address);
                Ok(server)
            }
            _ => Err(format!("{command:?} did not say that it listens")),
        }
    }

    fn client(&self) -> Result<Client, Complaint> {
        Client::connect(&self.address).map_err(|error| format!("cannot connect: {error}"))
    }

    /// Asks it to end, so that callgrind writes what it has counted.
    fn end(mut self) -> Result<(), Complaint> {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        asked.map_err(|error| format!("kill: {error}"))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
                other => return Err(format!("the server did not end well: {other:?}")),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// The content of the response, which must be a 200 with a length.
    pub(crate) fn ask(&mut self, target: &str) -> Result<Vec<u8>, Complaint> {
        self.try_ask(target)
            .map_err(|error| format!("{target}: {error}"))
    }

    fn try_ask(&mut self, target: &str) -> io::Result<Vec<u8>> {
        let request = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n");
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut head, mut length) = (String::new(), None);
        while !head.ends_with("\r\n\r\n") {
            let begin = head.len();
            if self.0.read_line(&mut head)? == 0 {
                break;
            }
            if let Some(value) = head[begin..].strip_prefix("Content-Length: ") {
                length = value.trim_end().parse().ok();
            }
        }
        match length {
            Some(length) if head.starts_with("HTTP/1.1 200 OK\r\n") => {
                let mut content = vec![0; length];
                self.0.read_exact(&mut content)?;
                Ok(content)
            }
            _ => Err(io::Error::other(format!("a wrong answer: {head:?}"))),
        }
    }
}
