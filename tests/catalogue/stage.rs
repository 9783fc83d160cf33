//! A separate server for one case, which plays it from its file, so that the state of the server depends on that
//! case alone.

use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest as _, Sha1};
use wireserve::handlers::{Files, FixedHandler, WireFileHandler};
use wireserve::{Exchange, Fault, Handler, Listening, Method, Server, Site, WireScript};

use crate::support::wait;

use super::plan::{Plan, WEBSOCKET_ACCEPT};
use super::witness::{self, Gap};
use super::{ACCEPT, Case, PORT, folder};

/// What a WebSocket server appends to the client's key (RFC 6455 §1.3).
const WEBSOCKET_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A server that plays one case, and the plan of the case.
pub struct Stage {
    server: Server,
    /// The listener that plays the case.
    address: SocketAddr,
    plan: Plan,
}

impl Stage {
    /// Plays the case from its file, or with a Rust handler if the file is a Python script.
    pub fn of(case: &Case) -> Self {
        let mut site = Site::new(folder());
        if let Some(answer) = websocket(&case.id) {
            register(&mut site, "GET", case, Arc::new(answer));
        }
        // CONNECT names no file.
        let file = Files::single(folder().join(case.file()), folder());
        Self::open(case, site, Arc::new(WireFileHandler::new(file)))
    }

    /// Plays the case with a handler.
    pub fn by(case: &Case, handler: impl Handler + 'static) -> Self {
        let handler: Arc<dyn Handler> = Arc::new(handler);
        let mut site = Site::bare(folder());
        register(&mut site, "*", case, Arc::clone(&handler));
        Self::open(case, site, handler)
    }

    /// `handler` gets CONNECT requests, or all connections.
    fn open(case: &Case, mut site: Site, handler: Arc<dyn Handler>) -> Self {
        let after = Arc::new(FixedHandler::text(200, "after"));
        site.register(Method::Get, "/after", after)
            .and_then(|()| site.register(Method::from("CONNECT"), "*", Arc::clone(&handler)))
            .expect("good patterns");
        let builder = match case.is_unasked() {
            true => Server::builder().listener(0, Listening::Connections(handler)),
            false => Server::builder(),
        };
        let server = builder.site(site).start().expect("a server");
        let port = server.address().port().to_string();
        let values = [(PORT, port.as_bytes()), (ACCEPT, WEBSOCKET_ACCEPT)];
        Self {
            address: *server.addresses().last().expect("an address"),
            plan: Plan::of(case, &format!("/{}", case.file()), &values),
            server,
        }
    }

    /// The plan of the case.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Plays the case once, and waits until the server has noticed that the client disconnected.
    pub fn play(&self) -> Vec<Gap> {
        let gaps = witness::see(self.address, &self.plan, || self.server.connections() == 1);
        wait::eventually("no connections", || self.server.connections() == 0);
        gaps
    }
}

fn register(site: &mut Site, method: &str, case: &Case, handler: Arc<dyn Handler>) {
    site.register(Method::from(method), &format!("/{}", case.file()), handler)
        .expect("a plain name");
}

/// A handler that accepts a WebSocket handshake, for the cases that do.
fn websocket(case: &str) -> Option<impl Handler + 'static> {
    let (fields, frame): (_, &[u8]) = match case {
        "UP-06" => (
            [
                "UPGRADE: WebSocket",
                "cONNECTION: keep-alive, uPGRADE",
                "sec-websocket-ACCEPT",
            ],
            b"",
        ),
        "UP-07" => (
            [
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Accept",
            ],
            b"\x81\x05hello",
        ),
        _ => return None,
    };
    let fields = fields.join("\r\n");
    Some(move |exchange: &mut Exchange<'_>| {
        let key = exchange.request.head().first("Sec-WebSocket-Key");
        let key = key.ok_or_else(|| Fault::new(400, "no key"))?;
        let accept = BASE64.encode(Sha1::digest([key, WEBSOCKET_GUID].concat()));
        let head = format!("HTTP/1.1 101 Switching Protocols\r\n{fields}: {accept}\r\n\r\n");
        exchange.play(
            &WireScript::new()
                .send([head.as_bytes(), frame].concat())
                .hold(),
        );
        Ok(())
    })
}
