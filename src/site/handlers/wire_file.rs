//! `.wire` files: wire scripts that a doc root serves like any other file, for every method. One that
//! cannot be read is a 500 that names line and reason, and not a step of it is played. `X.sub.wire` is a
//! template as well, whose values belong into strings: `"{{headers[host]}}"`.

use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;

use crate::exchange::{Exchange, Handler, Requirements};
use crate::fault::Fault;
use crate::pipes::Context;
use crate::pipes::template::{self, Escape};
use crate::wire_script::WireScript;

use crate::site::files::Files;

/// Bytes that a `.wire` file may have. It is read as a whole, and can ask for far more bytes than it has
/// (`"a" * 1000000`); a larger one is refused.
pub const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// Plays `.wire` files.
pub struct WireFileHandler(Files);

impl WireFileHandler {
    /// Plays these.
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

impl Handler for WireFileHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let found = self.0.open(exchange.request.path())?;
        let unreadable = |reason: &str| {
            let name = found.name().display();
            Fault::new(500, format!("{name}: {reason}"))
        };
        if found.is_folder() {
            return Err(unreadable("a folder cannot be played"));
        }
        let mut text = Vec::new();
        let read = (&found.file).take(MAX_SIZE + 1).read_to_end(&mut text);
        if read.map_err(|_| Fault::not_found())? as u64 > MAX_SIZE {
            return Err(unreadable("a wire script of more than 16 MiB"));
        }
        if memchr::memmem::find(found.name().as_os_str().as_bytes(), b".sub.").is_some() {
            let context = Context {
                request: &exchange.request,
                hosts: exchange.hosts(),
                mount: self.0.mount(),
            };
            text = template::fill(&text, Escape::Quoted, &context)?;
        }
        let script = WireScript::parse(&text).map_err(|error| unreadable(&error.to_string()))?;
        exchange.play(&script);
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}
