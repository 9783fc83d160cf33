//! `.asis` files: each is a complete response, sent byte for byte, for HEAD, too. Then the
//! connection is closed (reference §7.3).

use std::fs::File;
use std::io::{self, Read as _};

use crate::exchange::{Exchange, Handler, Request};
use crate::fault::Fault;

use crate::site::files::Files;

/// Sends files as complete responses.
///
/// ```
/// # use std::io::Write;
/// use wireserve::Server;
/// use wireserve::handlers::{AsIsHandler, Files};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("old.http"), "HTTP/1.0 200 Fine\n\nold line ends")?;
/// let responses = AsIsHandler::new(Files::below(folder.path()));
/// let server = Server::builder().route("GET", "*.http", responses)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /old.http HTTP/1.1\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /old.http gets the file and nothing else:
/// assert_eq!(answer, "HTTP/1.0 200 Fine\n\nold line ends");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AsIsHandler(Files);

impl AsIsHandler {
    /// A handler for these files.
    ///
    /// See the example of [`AsIsHandler`].
    pub fn new(files: Files) -> Self {
        Self(files)
    }
}

impl Handler for AsIsHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let mut found = self.0.open(exchange.request.path())?;
        if found.is_folder() {
            let message = format!(
                "expected an as-is file, found the folder {}",
                found.path().display()
            );
            return Err(Fault::new(500, message));
        }
        let mut piece = read(&mut found.file).map_err(|_| Fault::not_found())?;
        exchange.close_connection();
        exchange.turn().mark_written();
        // A client that has disconnected is noticed when the connection is closed.
        while !piece.is_empty() {
            exchange.turn().look_for_status(&[&piece]);
            if exchange.turn().send(&piece).is_err() {
                break;
            }
            piece = read(&mut found.file).unwrap_or_else(|error| {
                log::error!("{}: {error}", found.name().display());
                Vec::new()
            });
        }
        Ok(())
    }

    fn serves(&self, request: &Request) -> bool {
        self.0.open(request.path()).is_ok()
    }
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    file.take(PIECE).read_to_end(&mut piece)?;
    Ok(piece)
}

/// Bytes to read and write at a time, as for plain files.
const PIECE: u64 = 256 * 1024;
