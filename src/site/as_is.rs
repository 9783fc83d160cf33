//! `.asis` files: a whole response, byte for byte, then the connection is closed (contract §7.3). HEAD
//! gets all of it too.

use std::fs;

use crate::exchange::{Ending, Exchange, Handler};
use crate::fault::Fault;

use super::files::Files;

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
        let path = self.0.find(exchange.request.path())?;
        if path.is_dir() {
            let message = format!("{} is a folder and cannot be sent as it is", path.display());
            return Err(Fault::new(500, message));
        }
        let bytes = fs::read(&path).map_err(|_| Fault::not_found())?;
        exchange.ending = Ending::Close;
        exchange.turn().mark_written();
        // A client that left is noticed when the connection is closed.
        let _ = exchange.turn().send(&bytes);
        Ok(())
    }
}
