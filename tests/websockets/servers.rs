//! The servers that the tests ask, and what a client receives from them.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::command;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::{repository, virtual_environment};

/// The handler that sends every message back.
pub const ECHO: &str = include_str!("handlers/echo_wsh.py");

/// The folder with the handlers.
pub fn handlers() -> PathBuf {
    repository().join("tests/websockets/handlers")
}

/// The interpreter with the reference and other libraries.
pub fn python() -> PathBuf {
    let python = virtual_environment().join("bin/python");
    assert!(
        python.exists(),
        "no libraries are installed in target/venv; ./dev test does that"
    );
    python
}

/// The command, with the packages of the virtual environment.
pub fn wireserve() -> Command {
    let mut command = command::wireserve();
    command.env("VIRTUAL_ENV", virtual_environment());
    command
}

/// A server with one HTTP port and one for WebSockets, over the handlers.
pub struct Server {
    pub process: Process,
    pub http: SocketAddr,
    pub ws: SocketAddr,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = wireserve();
        command.arg(handlers()).args(["--port=0", "--ws-port=0"]);
        Self::of(Process::start_with_listeners(
            command_with(command, arguments),
            2,
        ))
    }

    pub fn of(process: Process) -> Self {
        let &[http, ws] = process.addresses() else {
            panic!("{}", process.failure("expected two listeners"));
        };
        Self { process, http, ws }
    }

    /// A new client of the port for WebSockets, which has sent these bytes.
    pub fn client(&self, bytes: &[u8]) -> Client {
        client(self.ws, bytes)
    }
}

fn command_with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

/// pywebsocket3's own server.
pub fn reference() -> Process {
    let mut command = Command::new(python());
    command.arg(repository().join("tests/websockets/reference.py"));
    command.arg(handlers());
    Process::start(command)
}

/// A new client, which has sent these bytes.
pub fn client(address: SocketAddr, bytes: &[u8]) -> Client {
    let mut client = Client::connect(address);
    client.send(bytes);
    client
}

/// The installed library and what it needs.
fn library() -> PathBuf {
    let code = "import pywebsocket3; print(pywebsocket3.__path__[0])";
    let printed = Process::spawn(Command::new(python()).args(["-c", code])).end();
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    printed.stdout.concat().trim_end().into()
}

/// A checkout with an echo handler, that has the library in this folder, under this name.
pub fn checkout(place: &str, name: &str) -> TempDir {
    let handler = "websockets/handlers/echo_wsh.py";
    let folder = folder(&[
        (handler, ECHO),
        ("config.json", r#"{"check_subdomains": false}"#),
    ]);
    let to = folder.path().join(place).join(name);
    for entry in walk(&library()) {
        let file = to.join(entry.strip_prefix(library()).expect("below it"));
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let text = fs::read_to_string(&entry).expect("a source");
        fs::write(file, text.replace("pywebsocket3", name)).expect("a copy");
    }
    folder
}

/// The sources below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => walk(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect()
}
