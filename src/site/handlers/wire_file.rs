//! `.wire` files: wire scripts in a doc root, which answer requests of every method. A file that cannot
//! be parsed is answered with a 500 that names line and reason, and no step of it is played.
//! `X.sub.wire` is also a template, whose values belong in strings: `"{{headers[host]}}"`.

use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;

use crate::exchange::{Exchange, Handler, Requirements};
use crate::fault::Fault;
use crate::pipes::Context;
use crate::pipes::template::{self, Escape};
use crate::wire_script::WireScript;

use crate::site::files::Files;

/// The largest `.wire` file, in bytes. Larger files are refused, since the file is read into memory. The
/// script may send far more bytes (`"a" * 1000000`).
pub const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// Plays `.wire` files.
pub struct WireFileHandler(Files);

impl WireFileHandler {
    /// Plays these files.
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

impl Handler for WireFileHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let found = self.0.open(exchange.request.path())?;
        let cannot_play = |reason: &str| {
            let name = found.name().display();
            Fault::new(500, format!("{name}: {reason}"))
        };
        if found.is_folder() {
            return Err(cannot_play("expected a file, found a folder"));
        }
        let mut text = Vec::new();
        let read = (&found.file).take(MAX_SIZE + 1).read_to_end(&mut text);
        if read.map_err(|_| Fault::not_found())? as u64 > MAX_SIZE {
            return Err(cannot_play("expected at most 16 MiB, found a larger file"));
        }
        if memchr::memmem::find(found.name().as_os_str().as_bytes(), b".sub.").is_some() {
            let context = Context {
                request: &exchange.request,
                hosts: exchange.hosts(),
                mount: self.0.mount(),
                turn: Some(exchange.turn()),
            };
            text = template::fill(&text, Escape::Quoted, &context)?;
        }
        let script = WireScript::parse(&text).map_err(|error| cannot_play(&error.to_string()))?;
        exchange.play(&script);
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}
