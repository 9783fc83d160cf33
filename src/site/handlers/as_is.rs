//! `.asis` files: a whole response, byte for byte, then the connection is closed (reference §7.3). HEAD
//! gets all of it too.

use std::fs::File;
use std::io::{self, Read as _};

use crate::exchange::{Exchange, Handler};
use crate::fault::Fault;

use crate::site::files::Files;

/// Sends files as they are.
pub struct AsIsHandler(Files);

impl AsIsHandler {
    /// Sends these.
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

impl Handler for AsIsHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let mut found = self.0.open(exchange.request.path())?;
        if found.is_folder() {
            let message = format!(
                "{} is a folder and cannot be sent as it is",
                found.path().display()
            );
            return Err(Fault::new(500, message));
        }
        let mut piece = read(&mut found.file).map_err(|_| Fault::not_found())?;
        exchange.close_connection();
        exchange.turn().mark_written();
        // A client that left is noticed when the connection is closed.
        while !piece.is_empty() && exchange.turn().send(&piece).is_ok() {
            piece = read(&mut found.file).unwrap_or_else(|error| {
                log::error!("{}: {error}", found.name().display());
                Vec::new()
            });
        }
        Ok(())
    }
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    file.take(PIECE).read_to_end(&mut piece)?;
    Ok(piece)
}

/// Bytes read and written at once, as for plain files.
const PIECE: u64 = 256 * 1024;
