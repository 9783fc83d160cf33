//! Whether certificates of the server's root are revoked, for clients that look it up by themselves: the root's list,
//! and an OCSP responder (RFC 6960 §A.1). Both are at the addresses that two of the faulty hosts' certificates name.

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::exchange::{Exchange, Handler, ServerContext};
use crate::fault::Fault;
use crate::site::Site;
use crate::text::percent;
use crate::tls::certificates::StoreError;
use crate::tls::faults::FaultyHosts;
use crate::tls::faults::addresses::{LIST_PATH, RESPONDER_PATH};

/// Answers with the list.
struct List(Arc<FaultyHosts>);

/// Answers requests of OCSP: the body of a POST, or the rest of a GET's path in base64.
struct Responder(Arc<FaultyHosts>);

impl Site {
    /// Answers clients that ask whether a certificate of these hosts is revoked: at `/.wireserve/revoked.crl` with the
    /// root's list (DER, RFC 5280 §5), at `/.wireserve/ocsp` as an OCSP responder (RFC 6960 §A.1). The certificates
    /// [`Checked`](crate::tls::faults::FaultyCertificate::Checked) and
    /// [`Revoked`](crate::tls::faults::FaultyCertificate::Revoked) name both once a server with such a site has
    /// started, at its [`Names::browser_host`](crate::hosts::Names::browser_host) and its first port for `http`. The
    /// first server that starts decides. Without a port for `http`, they name no address.
    ///
    /// ```
    /// # use std::io::{Read as _, Write as _};
    /// # use std::sync::Arc;
    /// # use std::time::SystemTime;
    /// # use wireserve::tls::Tls;
    /// # use wireserve::tls::certificates::{Stored, Subjects};
    /// # use wireserve::tls::faults::FaultyHosts;
    /// use wireserve::{Server, Site};
    ///
    /// # let (subjects, now) = (Subjects::new(["web.test"]), SystemTime::now());
    /// # let made = Stored::in_memory(&subjects, now)?;
    /// # let root = made.authority.ok_or("its key is not known")?;
    /// # let hosts = FaultyHosts::new(&root, made.pair.certified().clone(), &subjects, now)?;
    /// # let folder = tempfile::tempdir()?;
    /// let hosts = Arc::new(hosts); // See the example of `FaultyHosts`.
    /// let mut site = Site::new(folder.path());
    /// site.serve_revocation(&hosts);
    /// let server = Server::builder().site(site).tls(Tls::with_faulty_hosts(hosts)).start()?;
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /.wireserve/revoked.crl HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let mut answer = Vec::new();
    /// # client.read_to_end(&mut answer)?;
    /// # let answer = String::from_utf8_lossy(&answer);
    /// // A client that asks for /.wireserve/revoked.crl gets the list:
    /// assert!(answer.contains("\r\nContent-Type: application/pkix-crl\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn serve_revocation(&mut self, hosts: &Arc<FaultyHosts>) {
        let list: Arc<dyn Handler> = Arc::new(List(Arc::clone(hosts)));
        let responder: Arc<dyn Handler> = Arc::new(Responder(Arc::clone(hosts)));
        for (method, pattern, handler) in [
            ("GET", LIST_PATH, list),
            ("POST", RESPONDER_PATH, Arc::clone(&responder)),
            ("GET", GET_PATTERN, responder),
        ] {
            self.register(method.into(), pattern, handler)
                .expect("this pattern is valid");
        }
    }
}

/// A request in base64 follows the slash.
const GET_PATTERN: &str = "/.wireserve/ocsp/*";

impl Handler for List {
    /// The certificates name the first port in the clear, if there is one.
    fn start(&self, server: &Arc<ServerContext>) -> io::Result<()> {
        let names = server.hosts.names();
        let of_http = names.ports.iter().find(|(scheme, _)| scheme == "http");
        let port = of_http.and_then(|(_, ports)| ports.first());
        let Some((host, port)) = names.browser_host.as_ref().zip(port) else {
            return Ok(());
        };
        let host = match host.contains(':') {
            true => format!("[{host}]"),
            false => host.clone(),
        };
        let origin = format!("http://{host}:{port}");
        let named = self.0.name_addresses_at(&origin, SystemTime::now());
        named.map_err(io::Error::other)
    }

    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let list = self.0.revoked(SystemTime::now());
        answer(exchange, "application/pkix-crl", list)
    }
}

impl Handler for Responder {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let request = match exchange.request.method() {
            b"POST" => exchange.body.read_all()?,
            _ => {
                let path = exchange.request.path();
                let encoded = path.get(RESPONDER_PATH.len() + 1..).unwrap_or_default();
                // Not a request either if it is malformed.
                STANDARD
                    .decode(percent::decode(encoded))
                    .unwrap_or_default()
            }
        };
        let status = self.0.status(&request, SystemTime::now());
        answer(exchange, "application/ocsp-response", status)
    }
}

fn answer(
    exchange: &mut Exchange<'_>,
    media_type: &str,
    content: Result<Vec<u8>, StoreError>,
) -> Result<(), Fault> {
    let content = content.map_err(|error| Fault::new(500, error.to_string()))?;
    exchange.response.headers.set("Content-Type", media_type);
    exchange.response.content = content.into();
    Ok(())
}
