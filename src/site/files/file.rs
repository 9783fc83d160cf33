//! Files, whole or in ranges, with the header fields of their `.headers` files. Responses have a
//! `Content-Length`, and the connection stays open; the reference sends plain files without one and
//! closes the connection (reference §1, §7.3). A file is sent while it is read, so that its size
//! costs no memory. `directory.rs` answers for folders.

use crate::exchange::{Content, Exchange, Handler, Request};
use crate::fault::Fault;
use crate::pipes::{self, Context};

use crate::site::files::content_of_range;
use crate::site::files::directory;
use crate::site::files::dot_headers;
use crate::site::files::media_type;
use crate::site::files::{Files, Found};

/// Serves files.
pub struct FileHandler(Files);

impl FileHandler {
    /// A handler for these files.
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

impl Handler for FileHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let found = self.0.open(exchange.request.path())?;
        if found.is_folder() {
            return directory::answer(exchange, &found);
        }
        self.add_fields(exchange, &found)?;
        let length = found.metadata.len();
        let request = &exchange.request;
        let requested = pipes::requested(found.name(), request.query());
        match request.head().first("Range") {
            None => exchange.response.content = Content::File(found.file, length),
            Some(range) => {
                content_of_range::set(&mut exchange.response, found.file, length, range)?;
            }
        }
        match requested {
            Some(pipeline) => pipeline.answer(exchange, self.0.mount()),
            None => Ok(()),
        }
    }

    fn serves(&self, request: &Request) -> bool {
        self.0.open(request.path()).is_ok()
    }
}

impl FileHandler {
    /// Adds the media type, unless a `.headers` file has one, then the fields of the `.headers`
    /// files.
    fn add_fields(&self, exchange: &mut Exchange<'_>, found: &Found) -> Result<(), Fault> {
        let context = Context {
            request: &exchange.request,
            hosts: exchange.hosts(),
            mount: self.0.mount(),
            turn: Some(exchange.turn()),
        };
        let fields = dot_headers::load(found.root(), found.name(), &context)?;
        let has = |wanted: &str| {
            let mut names = fields.iter().map(|(name, _)| name);
            names.any(|name| name.eq_ignore_ascii_case(wanted.as_bytes()))
        };
        let headers = &mut exchange.response.headers;
        if !has("Content-Type") {
            headers.append("Content-Type", media_type::of(found.name()));
        }
        for (name, value) in fields {
            headers.append(name, value);
        }
        Ok(())
    }
}
