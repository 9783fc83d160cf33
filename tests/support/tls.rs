//! A TLS client that sends the bytes of a test unchanged, and shows the records that its server sends: how much
//! plaintext each holds, and what ends them. It is built on rustls; the tests in `tests/tls/clients.rs` use
//! others.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion};
use socket2::SockRef;

use wireserve::tls::Tls;

use super::client::{Arrival, DEADLINE, request};
use super::response::{self, Extent, Response};

/// The name of the server in the certificates of tests.
pub const NAME: &str = "tls.test";

/// A certificate that was made for a test, which is its own root.
pub struct Certificate {
    pub chain: String,
    pub key: String,
    pub der: CertificateDer<'static>,
    pub key_der: PrivateKeyDer<'static>,
}

impl Default for Certificate {
    /// For [`NAME`], `localhost` and 127.0.0.1.
    fn default() -> Self {
        let names = [NAME, "localhost", "127.0.0.1"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        Self {
            chain: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
            der: made.cert.der().clone(),
            key_der: made.signing_key.into(),
        }
    }
}

impl Certificate {
    /// What a server needs.
    pub fn tls(&self) -> Tls {
        Tls::from_pem(self.chain.as_bytes(), self.key.as_bytes()).expect("a pair")
    }

    /// A client's settings: it trusts this certificate alone.
    pub fn client(&self) -> ClientConfig {
        self.client_of(&[&TLS13, &TLS12])
    }

    /// The same, for these versions of TLS.
    pub fn client_of(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_protocol_versions(versions)
            .expect("versions that ring supports")
            .with_root_certificates(self.roots())
            .with_no_client_auth()
    }

    /// The store of roots with this certificate.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).expect("a certificate");
        roots
    }
}

/// How a client that trusts the server presents its own certificate.
pub fn presenting(server: &Certificate, client: &Certificate) -> Arc<dyn ResolvesClientCert> {
    ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(server.roots())
        .with_client_auth_cert(vec![client.der.clone()], client.key_der.clone_key())
        .expect("a pair")
        .client_auth_cert_resolver
}

/// How the server has ended its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By close_notify.
    CloseNotify,
    /// By FIN, without close_notify.
    Fin,
    /// By FIN within a record.
    FinWithinRecord,
    /// By RST.
    Reset,
}

/// One TLS connection to a server.
pub struct TlsClient {
    pub stream: TcpStream,
    pub connection: ClientConnection,
    /// Ciphertext of a record that is not complete.
    partial: Vec<u8>,
    /// Plaintext that no read has returned yet.
    pending: Vec<u8>,
    /// The plaintext in each record so far, without records that have none.
    records: Vec<usize>,
    end: Option<End>,
}

impl TlsClient {
    /// A connection after its handshake.
    pub fn connect(address: SocketAddr, config: ClientConfig) -> Self {
        Self::try_connect(address, config).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, or why the handshake failed.
    pub fn try_connect(address: SocketAddr, config: ClientConfig) -> Result<Self, String> {
        let mut client = Self::unconnected(address, config);
        client.shake_hands()?;
        Ok(client)
    }

    /// A connection before its handshake.
    pub fn unconnected(address: SocketAddr, config: ClientConfig) -> Self {
        let stream = TcpStream::connect_timeout(&address, DEADLINE).expect("a listener");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream.set_write_timeout(Some(DEADLINE)).expect("a timeout");
        let name = ServerName::try_from(NAME).expect("a name");
        let mut connection = ClientConnection::new(Arc::new(config), name).expect("settings");
        // Otherwise a large write would be taken in part.
        connection.set_buffer_limit(None);
        Self {
            stream,
            connection,
            partial: Vec::new(),
            pending: Vec::new(),
            records: Vec::new(),
            end: None,
        }
    }

    /// Does the handshake.
    pub fn handshake(&mut self) {
        self.shake_hands().unwrap_or_else(|error| panic!("{error}"));
    }

    fn shake_hands(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + DEADLINE;
        self.flush();
        while self.connection.is_handshaking() {
            if let Some(end) = self.end {
                return Err(format!("the server ended the handshake: {end:?}"));
            }
            self.receive(deadline)?;
        }
        Ok(())
    }

    /// The ciphertext of these bytes, and of what is to be said before them, without sending it.
    pub fn encrypt(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.connection
            .writer()
            .write_all(bytes)
            .expect("a session");
        self.output()
    }

    /// The ciphertext that waits to be sent.
    pub fn output(&mut self) -> Vec<u8> {
        let mut ciphertext = Vec::new();
        while self.connection.wants_write() {
            self.connection.write_tls(&mut ciphertext).expect("memory");
        }
        ciphertext
    }

    /// Sends bytes through TLS.
    pub fn send(&mut self, bytes: &[u8]) {
        let ciphertext = self.encrypt(bytes);
        self.send_below(&ciphertext);
    }

    /// Sends bytes below TLS. It is no failure if the server has closed meanwhile; the next read shows that.
    pub fn send_below(&mut self, bytes: &[u8]) {
        match self.stream.write_all(bytes) {
            Ok(()) => {}
            Err(error) if is_end(error.kind()) => {}
            Err(error) => panic!("cannot send {} bytes: {error}", bytes.len()),
        }
    }

    fn flush(&mut self) {
        let output = self.output();
        self.send_below(&output);
    }

    /// Sends close_notify.
    pub fn close_notify(&mut self) {
        self.connection.send_close_notify();
        self.flush();
    }

    /// Sends FIN.
    pub fn fin(&self) {
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Ends the connection with RST.
    pub fn reset(self) {
        let socket = SockRef::from(&self.stream);
        socket.set_linger(Some(Duration::ZERO)).expect("an option");
    }

    /// Sends a request without a body, and reads the response to it.
    pub fn ask(&mut self, method: &str, target: &str) -> Response {
        self.send(&request(method, target));
        self.read_response(method)
    }

    /// Reads one final response, framed as the answer to `method`.
    pub fn read_response(&mut self, method: &str) -> Response {
        let deadline = Instant::now() + DEADLINE;
        loop {
            match (response::extent(&self.pending, method), self.end) {
                (Extent::Whole(length), _) => {
                    let bytes: Vec<_> = self.pending.drain(..length).collect();
                    return Response::parse(&bytes, method);
                }
                (Extent::UntilClose, Some(_)) => {
                    return Response::parse(&std::mem::take(&mut self.pending), method);
                }
                (Extent::Unfinished, Some(end)) => {
                    panic!("{end:?} within a response: {}", self.pending.escape_ascii());
                }
                (Extent::UntilClose | Extent::Unfinished, None) => self.wait(deadline),
            }
        }
    }

    /// Reads exactly `count` bytes.
    pub fn read_exact(&mut self, count: usize) -> Vec<u8> {
        let deadline = Instant::now() + DEADLINE;
        while self.pending.len() < count {
            let end = self.end;
            assert_eq!(end, None, "after {}", self.pending.escape_ascii());
            self.wait(deadline);
        }
        self.pending.drain(..count).collect()
    }

    /// Reads everything until the server has ended its side, and returns how.
    pub fn read_until_end(&mut self) -> (Vec<u8>, End) {
        self.try_read_until_end()
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same, or which alert the server has sent.
    pub fn try_read_until_end(&mut self) -> Result<(Vec<u8>, End), String> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(end) = self.end {
                return Ok((std::mem::take(&mut self.pending), end));
            }
            self.receive(deadline)?;
        }
    }

    /// How much plaintext was in each record with any, since the last call.
    pub fn records(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.records)
    }

    /// The plaintext that has arrived and that no read has returned yet.
    pub fn pending(&self) -> &[u8] {
        &self.pending
    }

    /// How the server has ended its side, if it has.
    pub fn ended(&self) -> Option<End> {
        self.end
    }

    /// Waits at most `within` for more plaintext or for the end.
    pub fn arrival(&mut self, within: Duration) -> Arrival {
        let deadline = Instant::now() + within;
        let before = self.pending.len();
        loop {
            if self.pending.len() > before {
                return Arrival::Bytes;
            }
            if self.end.is_some() {
                return Arrival::End;
            }
            let received = self.receive_once(deadline);
            if !received.unwrap_or_else(|error| panic!("{error}")) {
                return Arrival::Nothing;
            }
        }
    }

    fn wait(&mut self, deadline: Instant) {
        self.receive(deadline)
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Reads from the socket once, and decrypts the records that are complete.
    fn receive(&mut self, deadline: Instant) -> Result<(), String> {
        if self.receive_once(deadline)? {
            return Ok(());
        }
        let so_far = self.pending.escape_ascii();
        Err(format!("nothing within {DEADLINE:?}; so far: {so_far}"))
    }

    /// The same; `false` if nothing has come until the deadline.
    fn receive_once(&mut self, deadline: Instant) -> Result<bool, String> {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = left.max(Duration::from_millis(1));
        self.stream.set_read_timeout(Some(left)).expect("a timeout");
        let mut buffer = [0; 64 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) if self.partial.is_empty() => self.end = Some(End::Fin),
            Ok(0) => self.end = Some(End::FinWithinRecord),
            Ok(count) => self.partial.extend_from_slice(&buffer[..count]),
            Err(error) if is_end(error.kind()) => self.end = Some(End::Reset),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(false);
            }
            Err(error) => return Err(format!("cannot read: {error}")),
        }
        while let Some(length) = record_length(&self.partial) {
            let record: Vec<_> = self.partial.drain(..length).collect();
            self.decrypt(&record)?;
        }
        Ok(true)
    }

    fn decrypt(&mut self, mut record: &[u8]) -> Result<(), String> {
        let before = self.pending.len();
        while !record.is_empty() {
            let taken = self.connection.read_tls(&mut record).expect("memory");
            let processed = self.connection.process_new_packets();
            // Also an alert, if the record was malformed.
            self.flush();
            processed.map_err(|error| error.to_string())?;
            match self.connection.reader().read_to_end(&mut self.pending) {
                Ok(_) => self.end = Some(End::CloseNotify),
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
            if taken == 0 {
                break;
            }
        }
        let length = self.pending.len() - before;
        if length > 0 {
            self.records.push(length);
        }
        Ok(())
    }
}

/// The length of the first record if it is complete.
fn record_length(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<5>()?;
    let length = 5 + usize::from(u16::from_be_bytes([header[3], header[4]]));
    (bytes.len() >= length).then_some(length)
}

/// Errors that mean that the peer is gone.
fn is_end(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe
    )
}
