//! A connection through TLS for the asynchronous load generator: rustls, on a stream of tokio.

use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::tls::NAME;

/// Room for what arrives at once: the largest record, and a header.
const ROOM: usize = 16 * 1024 + 512;

pub(crate) struct TlsStream {
    stream: TcpStream,
    session: ClientConnection,
}

impl TlsStream {
    /// Does the handshake.
    pub(crate) async fn connect(stream: TcpStream, config: &Arc<ClientConfig>) -> io::Result<Self> {
        let name = ServerName::try_from(NAME).map_err(io::Error::other)?;
        let session = ClientConnection::new(Arc::clone(config), name).map_err(io::Error::other)?;
        let mut tls = Self { stream, session };
        while tls.session.is_handshaking() {
            tls.flush().await?;
            if tls.session.is_handshaking() && tls.receive().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(tls)
    }

    /// Sends these bytes, with what the handshake has left to send.
    pub(crate) async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.session.writer().write_all(bytes)?;
        self.flush().await
    }

    /// Reads until close_notify or FIN, and appends what was read.
    pub(crate) async fn read_to_end(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        loop {
            match self.session.reader().read_to_end(bytes) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if self.receive().await? == 0 {
                return Ok(());
            }
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        let mut ciphertext = Vec::new();
        while self.session.wants_write() {
            self.session.write_tls(&mut ciphertext)?;
        }
        self.stream.write_all(&ciphertext).await
    }

    /// Reads once from the socket; the number of bytes.
    async fn receive(&mut self) -> io::Result<usize> {
        let mut room = [0; ROOM];
        let count = self.stream.read(&mut room).await?;
        let mut ciphertext = &room[..count];
        while !ciphertext.is_empty() {
            let taken = self.session.read_tls(&mut ciphertext)?;
            let processed = self.session.process_new_packets();
            processed.map_err(io::Error::other)?;
            if taken == 0 {
                // Bytes after close_notify mean nothing.
                break;
            }
        }
        Ok(count)
    }
}
