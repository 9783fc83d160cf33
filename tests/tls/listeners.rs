//! Listeners of a configuration file that speak TLS in their own ways: with a faulty handshake, or with certificates of
//! clients, or after CONNECT; and a warning about a private key that clients can download.

use std::io::Read;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::process::Command;

use tempfile::TempDir;

use crate::support::client::{Client, DEADLINE};
use crate::support::command::wireserve;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::tls::{Certificate, TlsClient, presenting};

/// A server with the listeners of a configuration file, all of which speak TLS.
struct Configured {
    _server: Process,
    /// Their addresses, and what distinguishes them.
    listeners: Vec<(SocketAddr, String)>,
    certificate: Certificate,
    /// Roots of client certificates are those of `clients.pem`.
    of_client: Certificate,
    _folder: TempDir,
}

impl Configured {
    fn start(listeners: &str, count: usize) -> Self {
        let certificate = Certificate::default();
        let of_client = Certificate::default();
        let config = format!(r#"{{"listeners": [{listeners}]}}"#);
        let folder = folder(&[
            ("site/hello.txt", "hello"),
            ("settings/site.json", &config),
            ("settings/clients.pem", &of_client.chain),
            ("host.pem", &certificate.chain),
            ("host.key", &certificate.key),
        ]);
        let mut command = wireserve();
        command.current_dir(folder.path());
        command.args(["site", "--port=0", "--config=settings/site.json"]);
        command.args(["--cert=host.pem", "--key=host.key", "--log=warn"]);
        let mut server = Process::spawn(&mut command);
        server.ready("127.0.0.1");
        Self {
            listeners: (0..count)
                .map(|_| server.ready_with_note("127.0.0.1"))
                .collect(),
            _server: server,
            certificate,
            of_client,
            _folder: folder,
        }
    }

    fn address(&self, listener: usize) -> SocketAddr {
        self.listeners[listener].0
    }

    fn notes(&self) -> Vec<&str> {
        let notes = self.listeners.iter();
        notes.map(|(_, note)| note.as_str()).collect()
    }

    /// The answer to a request, or why there was none.
    fn ask(&self, listener: usize, has_certificate: bool) -> Result<String, String> {
        let mut config = self.certificate.client();
        if has_certificate {
            config.client_auth_cert_resolver = presenting(&self.certificate, &self.of_client);
        }
        let mut client = TlsClient::try_connect(self.address(listener), config)?;
        // In TLS 1.3, the server may refuse a client that has finished its handshake.
        client.send(b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        let (bytes, _) = client.try_read_until_end()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(text.rsplit("\r\n").next().unwrap_or_default().to_owned())
    }
}

#[test]
fn handshakes_have_the_fault_of_their_listener() {
    let configured = Configured::start(
        r#"{"port": 0, "handshake": "stall"},
           {"port": 0, "handshake": "cut-after-50"},
           {"port": 0, "handshake": "alert-certificate-revoked", "certificate": "expired"}"#,
        3,
    );
    let all = |listener: usize, leaves: bool| {
        let address = configured.address(listener);
        let hello = TlsClient::unconnected(address, configured.certificate.client()).output();
        let mut socket = TcpStream::connect(address).expect("a listener");
        socket.set_read_timeout(Some(DEADLINE)).expect("a time");
        std::io::Write::write_all(&mut socket, &hello).expect("a listener");
        if leaves {
            socket.shutdown(Shutdown::Write).expect("a connection");
        }
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).expect("an end");
        bytes
    };
    assert_eq!(all(0, true), b"");
    let cut = all(1, false);
    assert_eq!(cut.len(), 50);
    assert!(cut.starts_with(b"\x16\x03\x03"), "a ServerHello: {cut:?}");
    assert_eq!(all(2, false), b"\x15\x03\x03\x00\x02\x02\x2c");
    let notes = [
        "(requests: lenient, handshake: stall)",
        "(requests: lenient, handshake: cut-after-50)",
        "(requests: lenient, certificate: expired, handshake: alert-certificate-revoked)",
    ];
    assert_eq!(configured.notes(), notes);
}

#[test]
fn clients_are_asked_for_certificates() {
    let configured = Configured::start(
        r#"{"port": 0, "tls": true},
           {"port": 0, "client_certificates": {"request": "clients.pem"}},
           {"port": 0, "client_certificates": {"require": "clients.pem"}}"#,
        3,
    );
    for (listener, has_certificate, is_served) in [
        (0, true, true),
        (1, false, true),
        (1, true, true),
        (2, false, false),
        (2, true, true),
    ] {
        let answer = configured.ask(listener, has_certificate);
        match is_served {
            true => assert_eq!(
                answer.as_deref(),
                Ok("hello"),
                "{listener} {has_certificate}"
            ),
            false => {
                let error = answer.expect_err("no answer");
                assert!(error.contains("CertificateRequired"), "{error}");
            }
        }
    }
    let notes = [
        "(requests: lenient)",
        "(requests: lenient, client_certificates: request)",
        "(requests: lenient, client_certificates: require)",
    ];
    assert_eq!(configured.notes(), notes);
}

#[test]
fn what_cannot_be_used_is_refused() {
    for (listener, named) in [
        (
            r#"{"port": 0, "handshake": "alert-typo"}"#,
            &["alert-NAME", "found \"alert-typo\""][..],
        ),
        (
            r#"{"port": 0, "client_certificates": {"require": "nothing.pem"}}"#,
            &[
                "cannot read the roots for client certificates from ",
                "nothing.pem",
            ],
        ),
        (
            r#"{"port": 0, "client_certificates": {"require": "empty.pem"}}"#,
            &["empty.pem", "no certificate in the PEM data"],
        ),
    ] {
        let config = format!(r#"{{"listeners": [{listener}]}}"#);
        let folder = folder(&[("site.json", &config), ("empty.pem", "")]);
        let mut command = wireserve();
        command.current_dir(folder.path());
        command.args(["--port=0", "--config=site.json"]);
        Process::spawn(&mut command).end().is_refusal(named);
    }
}

#[test]
fn a_key_that_clients_can_download_is_a_warning() {
    let certificate = Certificate::default();
    let files = folder(&[
        ("site/host.pem", &certificate.chain),
        ("site/host.key", &certificate.key),
        ("host.key", &certificate.key),
    ]);
    let logged = |key: &str| {
        let mut command: Command = wireserve();
        command.current_dir(files.path());
        command.args(["site", "--port=0", "--tls-port=0", "--cert=site/host.pem"]);
        command.arg(format!("--key={key}"));
        stopped(Process::start_with_listeners(command, 2))
    };
    let warning = logged("site/host.key");
    assert!(
        warning.contains(
            "host.key: the private key is in the doc root, where clients can download it"
        ),
        "{warning}"
    );
    let nothing = logged("host.key");
    assert!(!nothing.contains("doc root"), "{nothing}");
}

/// `ssl.encrypt_after_connect` applies to the ports of `https` and its variants alone.
#[test]
fn ports_may_encrypt_after_connect() {
    for (value, is_clear) in [("true", [true, true, false]), ("false", [false; 3])] {
        let config = format!(
            r#"{{"ssl": {{"encrypt_after_connect": {value}}}, "listeners": [{{"port": 0, "tls": true}}],
                "ports": {{"http": ["auto"], "https": ["auto"], "https-private": ["auto"]}}}}"#
        );
        let folder = folder(&[("site.json", &config)]);
        let mut command = wireserve();
        command.current_dir(folder.path());
        command.args(["--config=site.json", "--log=warn"]);
        let server = Process::start_with_listeners(command, 4);
        let found = server.addresses()[1..].iter().map(|&address| {
            let mut client = Client::connect(address);
            let answer = client.ask("GET", "/none");
            let is_told = answer.text().contains("This port speaks HTTPS");
            assert_eq!(
                (answer.status, is_told),
                if is_told { (400, true) } else { (404, false) }
            );
            !is_told
        });
        assert_eq!(found.collect::<Vec<_>>(), is_clear, "{value}");
        assert_eq!(stopped(server), "");
    }
}

/// All that a server has logged.
fn stopped(server: Process) -> String {
    server.signal("TERM");
    server.end().stderr
}
