//! Plain files, with media type and length, the connection kept. The reference sends neither length
//! nor keeps it (contract §0, §7.3).

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::exchange::{Content, Exchange, Handler};
use crate::fault::Fault;
use crate::pipes::{self, Context};

use super::files::Files;
use super::media_type;

/// Serves files.
pub struct FileHandler(Files);

impl FileHandler {
    /// Serves these.
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

impl Handler for FileHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let path = self.0.find(exchange.request.path())?;
        let (file, length) = open(&path).map_err(|_| Fault::not_found())?;
        let response = &mut exchange.response;
        response
            .headers
            .append("Content-Type", media_type::of(&path));
        response.content = Content::File(file, length);
        if let Some(pipeline) = pipes::asked(&path, exchange.request.query()) {
            let context = Context {
                request: &exchange.request,
                hosts: &Arc::clone(exchange.hosts()),
                mount: self.0.mount(),
            };
            pipeline.apply(&mut exchange.response, &context)?;
        }
        Ok(())
    }
}

/// Opens a regular file and says how long it is.
fn open(path: &Path) -> io::Result<(File, u64)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok((file, metadata.len()))
}
