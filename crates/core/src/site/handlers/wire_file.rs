//! `.wire` files: wire scripts in a doc root, which answer requests of every method. A file that cannot
//! be parsed is answered with a 500 that names line and reason, and no step of it is played.
//! `X.sub.wire` is also a template, whose values belong in strings: `"{{headers[host]}}"`.

use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;

use crate::exchange::{Exchange, Handler, Requirements};
use crate::fault::Fault;
use crate::pipes::Context;
use crate::pipes::template::{self, Escape};
use crate::wire_script::{Folder, WireScript};

use crate::site::files::script_folder::ScriptFolder;
use crate::site::files::{Files, Found};

/// The largest `.wire` file, in bytes. Larger files are refused, since the file is read into memory. The
/// script may send far more bytes (`"a" * 1000000`).
pub const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// Plays `.wire` files.
///
/// ```
/// # use std::io::Write;
/// use wireserve::Server;
/// use wireserve::handlers::{Files, WireFileHandler};
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("short.wire");
/// std::fs::write(&file, "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nshort\"\nclose\n")?;
/// let short = WireFileHandler::new(Files::single(file, folder.path()));
/// let server = Server::builder().route("*", "/short", short)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /short HTTP/1.1\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /short gets 5 of 9 bytes:
/// assert!(answer.ends_with("\r\nContent-Length: 9\r\n\r\nshort"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WireFileHandler(Files);

impl WireFileHandler {
    /// Plays these files.
    ///
    /// See the example of [`WireFileHandler`].
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

/// Parses a file and plays nothing. A template is only read, since its text depends on the request.
///
/// # Errors
/// What was expected and what was found; in a script that cannot be parsed, with the line.
pub fn check(found: &Found) -> Result<(), String> {
    let text = read(found).map_err(|error| error.to_string())?;
    if is_template(found) {
        return Ok(());
    }
    WireScript::parse(&text)
        .map(drop)
        .map_err(|error| error.to_string())
}

fn is_template(found: &Found) -> bool {
    memchr::memmem::find(found.name().as_os_str().as_bytes(), b".sub.").is_some()
}

fn read(found: &Found) -> io::Result<Vec<u8>> {
    if found.is_folder() {
        return Err(io::Error::other("expected a file, found a folder"));
    }
    let mut text = Vec::new();
    let size = (&found.file).take(MAX_SIZE + 1).read_to_end(&mut text)?;
    if size as u64 > MAX_SIZE {
        return Err(io::Error::other(
            "expected at most 16 MiB, found a larger file",
        ));
    }
    Ok(text)
}

impl Handler for WireFileHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let found = self.0.open(exchange.request.path())?;
        let of_file = |status, reason: &str| {
            let name = found.name().display();
            Fault::new(status, format!("{name}: {reason}"))
        };
        let cannot_play = |reason: &str| of_file(500, reason);
        let mut text = read(&found).map_err(|error| cannot_play(&error.to_string()))?;
        if is_template(&found) {
            let context = Context {
                request: &exchange.request,
                hosts: exchange.hosts(),
                mount: self.0.mount(),
                missing: crate::pipes::Missing::Refused,
                turn: Some(exchange.turn()),
            };
            text = template::fill(&text, Escape::Quoted, &context).map_err(|error| {
                let fault = Fault::from(error);
                of_file(fault.status, &fault.message)
            })?;
        }
        let mut script =
            WireScript::parse(&text).map_err(|error| cannot_play(&error.to_string()))?;
        if script.has_files() {
            let folder = ScriptFolder::of(&found.path(), self.0.mount());
            script = script.with_folder(&(Arc::new(folder) as Arc<dyn Folder>));
            script
                .check_files()
                .map_err(|reason| cannot_play(&reason))?;
        }
        exchange.play(&script);
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}
