//! WebSockets in the public API: the handler for the ports of `ws` and `wss`.

use std::sync::Arc;

use crate::exchange::Handler;
use crate::hosts::{Port, port};

use super::Builder;
use super::listening::Listening;

impl Builder {
    /// Listens on the ports of `ws` as well ([`Builder::scheme`]), and with certificates on those of
    /// `wss`, where this handler answers every request; without such ports, on a free one for `ws`.
    /// `python::WebSocketHandler` runs the handlers of pywebsocket3; a
    /// [`WireScript`](crate::wire_script::WireScript) does the same for every client.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// use std::sync::Arc;
    ///
    /// use wireserve::{Server, WireScript};
    ///
    /// let greeting = WireScript::new().ws_accept().ws_frame("hello").ws_close();
    /// let server = Server::builder().ports([]).websockets(Arc::new(greeting)).start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")?;
    /// # let mut answer = Vec::new();
    /// # let mut byte = [0];
    /// # while !answer.ends_with(b"hello\x88\0") { client.read_exact(&mut byte)?; answer.push(byte[0]); }
    /// // A client that opens a WebSocket gets:
    /// assert!(answer.starts_with(b"HTTP/1.1 101 "));
    /// assert!(answer.ends_with(b"\r\n\r\n\x81\x05hello\x88\0"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn websockets(mut self, handler: Arc<dyn Handler>) -> Self {
        self.websockets = Some(handler);
        self
    }

    /// Fills in the port that follows from the handler.
    pub(super) fn prepare_websockets(&mut self) {
        let mut schemes = self.ports.keys();
        if self.websockets.is_some() && !schemes.any(|scheme| port::is_for_websockets(scheme)) {
            self.ports.insert("ws".to_owned(), vec![Port::Free]);
        }
    }
}

/// What the ports of a scheme do with their connections.
pub(super) fn listening(scheme: &str, websockets: Option<&Arc<dyn Handler>>) -> Listening {
    match websockets {
        Some(handler) if port::is_for_websockets(scheme) => Listening::Handler(Arc::clone(handler)),
        _ => Listening::default(),
    }
}
