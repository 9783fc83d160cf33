//! The servers that are compared. wireserve answers twice: with the work's own file, and with a fixed
//! response that never enters Python, the ceiling for what Python handlers can reach. nginx serves the
//! static files.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Complaint;
use super::nginx::Nginx;
use super::site::{self, Site};
use super::work::Work;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Contender {
    /// wireserve.
    Wireserve,
    /// wireserve's fixed response.
    Ceiling,
    /// The reference with Nagle's algorithm off, which the goals are about.
    Patched,
    /// The reference as it is.
    Shipped,
    /// nginx, with a worker process for each processor.
    Nginx,
}

impl Contender {
    pub(crate) const ALL: [Self; 5] = [
        Self::Wireserve,
        Self::Ceiling,
        Self::Patched,
        Self::Shipped,
        Self::Nginx,
    ];

    pub(crate) fn does(self, work: Work) -> bool {
        match self {
            Self::Wireserve => true,
            Self::Ceiling => work == Work::Trivial,
            Self::Patched | Self::Shipped => work.is_the_reference_s(),
            Self::Nginx => work.is_static(),
        }
    }

    fn target(self, work: Work) -> &'static str {
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
            Self::Ceiling => "wireserve without Python",
            Self::Patched => "reference, TCP_NODELAY",
            Self::Shipped => "reference as shipped",
            Self::Nginx => "nginx",
        })
    }
}

const CEILING_TARGET: &str = "/native";

/// All servers, as long as this value lives.
pub(crate) struct Servers {
    wireserve: Server,
    patched: Server,
    shipped: Server,
    nginx: Nginx,
    _site: Site,
}

impl Servers {
    pub(crate) fn start() -> Result<Self, Complaint> {
        let site = Site::make().map_err(|error| format!("cannot make the doc root: {error}"))?;
        let root = site.path();
        Ok(Self {
            wireserve: Server::start(wireserve(root), Stop::Kill)?,
            patched: Server::start(reference(root, &["--nodelay"])?, Stop::EndInput)?,
            shipped: Server::start(reference(root, &[])?, Stop::EndInput)?,
            nginx: Nginx::start(root)?,
            _site: site,
        })
    }

    pub(crate) fn url(&self, contender: Contender, work: Work) -> String {
        let address = self.address(contender);
        format!("http://{address}{}", contender.target(work))
    }

    /// Asks once, so that all do the same, and everybody has compiled what there is to compile.
    pub(crate) fn check(&self, contender: Contender, work: Work) -> Result<(), Complaint> {
        let answer = ask(self.address(contender), contender.target(work))
            .map_err(|error| format!("{contender}, {work}: {error}"))?;
        let expected = [b"\r\n\r\n", site::content(work).as_slice()].concat();
        if answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(&expected) {
            Ok(())
        } else {
            let shown = answer.len().min(SHOWN);
            let answer = answer[..shown].escape_ascii();
            Err(format!("{contender}, {work}: a wrong answer: {answer}"))
        }
    }

    fn address(&self, contender: Contender) -> SocketAddr {
        match contender {
            Contender::Wireserve | Contender::Ceiling => self.wireserve.address,
            Contender::Patched => self.patched.address,
            Contender::Shipped => self.shipped.address,
            Contender::Nginx => self.nginx.address(),
        }
    }
}

/// Bytes of a wrong answer that are shown.
const SHOWN: usize = 2000;

fn wireserve(root: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wireserve"));
    command
        .arg(root)
        .args(["--port", "0", "--log", "off"])
        .args(["--route", "GET", CEILING_TARGET, "200:hello"]);
    command
}

fn reference(root: &Path, arguments: &[&str]) -> Result<Command, Complaint> {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/python");
    if !python.exists() {
        return Err("the reference is not in target/venv; `./dev bench` installs it".to_owned());
    }
    let mut command = Command::new(python);
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/reference.py"))
        .arg(root)
        .args(arguments);
    Ok(command)
}

/// A whole answer, on a connection of its own.
fn ask(address: SocketAddr, target: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    write!(
        stream,
        "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// A server's process, stopped when dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    stop: Stop,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Kill,
    /// It ends with its standard input, and takes a process of its own (the stash) along.
    EndInput,
}

impl Server {
    /// Waits until it has said on standard output that it listens.
    fn start(mut command: Command, stop: Stop) -> Result<Self, Complaint> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot start {command:?}: {error}"))?;
        let address = child.stdout.take().and_then(ready_address);
        // Whoever says nothing is stopped too.
        let server = Self {
            child,
            address: address.unwrap_or_else(|| ([0, 0, 0, 0], 0).into()),
            stop,
        };
        match address {
            Some(_) => Ok(server),
            None => Err(format!("{command:?} did not say that it listens")),
        }
    }
}

/// The address in `... listening on http://HOST:PORT/`.
fn ready_address(stdout: impl Read) -> Option<SocketAddr> {
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).ok()?;
    let (_, url) = line.trim_end().rsplit_once(" listening on http://")?;
    url.trim_end_matches('/').parse().ok()
}

/// How long a server may take to stop by itself.
const STOP_WITHIN: Duration = Duration::from_secs(5);

impl Drop for Server {
    fn drop(&mut self) {
        if self.stop == Stop::EndInput {
            drop(self.child.stdin.take());
            let deadline = Instant::now() + STOP_WITHIN;
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(10));
            }
        }
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
