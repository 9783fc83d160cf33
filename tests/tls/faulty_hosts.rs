//! `--bad-tls PORT`: hosts below tls.localhost whose certificates or handshakes are faulty. Each client reports
//! what its library has found, and accepts the good hosts. docs/tls.md has the same results.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::SystemTime;

use memchr::memmem;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};
use tempfile::TempDir;
use wireserve::tls::Tls;
use wireserve::tls::certificates::{Stored, Subjects};
use wireserve::tls::faults::{FaultyCertificate, FaultyHosts};
use wireserve::{Server, Site};

use crate::support::client::DEADLINE;
use crate::support::command::{get, site, wireserve};
use crate::support::process::{Ended, Process};

/// For each certificate: what curl ends with, the code of OpenSSL's verification or "ok", and what rustls
/// reports.
const CERTIFICATES: [(&str, &[i32], &str, &str); 16] = [
    ("good", &[0], "ok", "HTTP/1.1 200 OK"),
    ("complete-chain", &[0], "ok", "HTTP/1.1 200 OK"),
    ("stapled", &[0], "ok", "HTTP/1.1 200 OK"),
    ("checked", &[0], "ok", "HTTP/1.1 200 OK"),
    ("expired", &[60], "10", "certificate expired"),
    ("not-yet-valid", &[60], "9", "certificate not valid yet"),
    ("wrong-host", &[60], "62", "certificate not valid for name"),
    ("self-signed", &[60], "18", "UnknownIssuer"),
    ("untrusted-root", &[60], "19", "UnknownIssuer"),
    ("incomplete-chain", &[60], "20", "UnknownIssuer"),
    // curl takes the common name.
    ("no-san", &[0], "62", "certificate not valid for name"),
    ("no-server-auth", &[60], "26", "extended key usage"),
    // With older versions of OpenSSL, curl reports the error of the cryptography, not that of the verification.
    ("bad-signature", &[35, 60], "7", "BadSignature"),
    // curl and OpenSSL have the list of revoked certificates here.
    ("revoked", &[60], "23", "HTTP/1.1 200 OK"),
    // Only clients that ask for OCSP responses refuse these; see `STAPLES`.
    ("expired-staple", &[0], "ok", "HTTP/1.1 200 OK"),
    ("must-staple", &[0], "ok", "HTTP/1.1 200 OK"),
];

/// What curl ends with if it asks for an OCSP response, its reason, and what OpenSSL's command prints of the
/// response.
const STAPLES: [(&str, i32, &str, Option<&str>); 5] = [
    ("stapled", 0, "", Some("Cert Status: good")),
    (
        "revoked",
        91,
        "SSL certificate revocation reason: keyCompromise",
        Some("Cert Status: revoked"),
    ),
    (
        "expired-staple",
        91,
        "OCSP response has expired",
        Some("Cert Status: good"),
    ),
    ("must-staple", 91, "No OCSP response received", None),
    ("good", 91, "No OCSP response received", None),
];

const PYTHON: &str = r#"
import socket, ssl, sys

root, revoked, port, *names = sys.argv[1:]
for name in names:
    context = ssl.create_default_context(cafile=root)
    context.hostname_checks_common_name = False
    if name.startswith("revoked."):
        context.load_verify_locations(revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    try:
        with socket.create_connection(("127.0.0.1", int(port)), 30) as raw:
            with context.wrap_socket(raw, server_hostname=name):
                print(name, "ok")
    except ssl.SSLCertVerificationError as error:
        print(name, error.verify_code)
"#;

/// A server whose first listener speaks HTTP and whose second one speaks HTTPS.
struct Faulty {
    server: Process,
    /// The root that clients trust.
    root: PathBuf,
    /// The root's list of revoked certificates.
    revoked: PathBuf,
    _cache: TempDir,
    _folder: TempDir,
}

impl Faulty {
    fn start(arguments: &[&str]) -> Self {
        let cache = tempfile::tempdir().expect("a folder");
        let folder = site(&[(
            "listener.json",
            r#"{"listeners": [{"port": 0, "certificate": "expired"}]}"#,
        )]);
        let command = |arguments: &[&str]| {
            let mut command = wireserve();
            command.env("XDG_CACHE_HOME", cache.path());
            command.current_dir(folder.path()).args(arguments);
            command
        };
        let serving = command(&[&["--port", "0"], arguments].concat());
        let server = Process::start_with_listeners(serving, 2);
        let print = |part: &str| {
            let ended = Process::spawn(&mut command(&["cert", part])).end();
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
            ended.stdout.concat()
        };
        let root = PathBuf::from(print("--path").trim_end());
        let revoked = folder.path().join("revoked.pem");
        fs::write(&revoked, print("--crl")).expect("a file");
        Self {
            server,
            root,
            revoked,
            _cache: cache,
            _folder: folder,
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.addresses()[1]
    }

    /// What curl ends with: 0, or the code of an error.
    fn curl(&self, host: &str, options: &[&str]) -> i32 {
        self.curling(host, options).code.expect("no signal")
    }

    /// How curl ends.
    fn curling(&self, host: &str, options: &[&str]) -> Ended {
        let port = self.address().port();
        let mut command = Command::new("curl");
        command.args(["-sS", "--max-time", "30", "--cacert"]);
        command.arg(&self.root).arg("--resolve");
        command
            .arg(format!("{host}:{port}:127.0.0.1"))
            .args(options);
        command.arg(format!("https://{host}:{port}/hello.txt"));
        let ended = Process::spawn(&mut command).end();
        if ended.code == Some(0) {
            assert_eq!(ended.stdout.concat(), "hello", "{host}");
        }
        ended
    }

    /// What OpenSSL's command prints with these options.
    fn openssl(&self, host: &str, options: &[&str]) -> String {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-connect"]);
        command.arg(self.address().to_string());
        command.args(["-servername", host, "-CAfile"]);
        command.arg(&self.root).args(options);
        let mut showing = Process::spawn(&mut command);
        showing.end_input();
        showing.end().stdout.concat()
    }

    /// What OpenSSL reports for each host.
    fn python(&self, hosts: &[String]) -> BTreeMap<String, String> {
        let mut command = Command::new("python3");
        command
            .args(["-c", PYTHON])
            .arg(&self.root)
            .arg(&self.revoked);
        command.arg(self.address().port().to_string()).args(hosts);
        let ended = Process::spawn(&mut command).end();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let lines = ended.stdout.iter().map(|line| {
            let (name, result) = line.trim_end().split_once(' ').expect("a result");
            (name.to_owned(), result.to_owned())
        });
        lines.collect()
    }

    /// The status line of a response, or what rustls reports instead.
    fn rustls(&self, host: &str) -> String {
        let (mut client, mut socket) = self.connect(host);
        let mut stream = rustls::Stream::new(&mut client, &mut socket);
        let asked = stream.write_all(b"GET /hello.txt HTTP/1.1\r\nConnection: close\r\n\r\n");
        let mut answer = Vec::new();
        match asked.and_then(|()| stream.read_to_end(&mut answer)) {
            Ok(_) => {
                let answer = String::from_utf8_lossy(&answer);
                answer.lines().next().unwrap_or_default().to_owned()
            }
            Err(error) => error.to_string(),
        }
    }

    /// A client that has sent nothing.
    fn connect(&self, host: &str) -> (ClientConnection, TcpStream) {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_file(&self.root).expect("a certificate");
        roots.add(root).expect("a root");
        let config = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned()).expect("a name");
        let client = ClientConnection::new(Arc::new(config), name).expect("settings");
        let socket = TcpStream::connect(self.address()).expect("a listener");
        socket.set_read_timeout(Some(DEADLINE)).expect("a timeout");
        (client, socket)
    }

    /// A connection on which only the first message for a host below tls.localhost was sent.
    fn hello(&self, name: &str) -> TcpStream {
        let (mut client, mut socket) = self.connect(&format!("{name}.tls.localhost"));
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).expect("memory");
        socket.write_all(&bytes).expect("an open connection");
        socket
    }
}

#[test]
fn certificates_by_name() {
    let faulty = Faulty::start(&["--bad-tls", "0"]);
    let hosts = CERTIFICATES.map(|(name, ..)| format!("{name}.tls.localhost"));
    let python = faulty.python(&hosts);
    let revoked = faulty.revoked.to_str().expect("a path");
    for ((name, curl, openssl, rustls), host) in CERTIFICATES.into_iter().zip(&hosts) {
        let options = match name {
            "revoked" => &["--crlfile", revoked][..],
            _ => &[],
        };
        let code = faulty.curl(host, options);
        assert!(curl.contains(&code), "{name}: curl ends with {code}");
        assert_eq!(python[host], openssl, "{name}");
        let report = faulty.rustls(host);
        assert!(report.contains(rustls), "{name}: {report}");
    }
    // Without the list, clients do not know. Names that are not below the domain get the server's certificate.
    assert_eq!(faulty.curl("revoked.tls.localhost", &[]), 0);
    assert_eq!(faulty.curl("localhost", &[]), 0);
    assert_eq!(faulty.rustls("127.0.0.1"), "HTTP/1.1 200 OK");
}

/// The responses are correct otherwise: OpenSSL verifies them in curl.
#[test]
fn stapled_responses() {
    let faulty = Faulty::start(&["--bad-tls", "0"]);
    for (name, curl, reason, openssl) in STAPLES {
        let host = format!("{name}.tls.localhost");
        let asked = faulty.curling(&host, &["--cert-status"]);
        assert_eq!(asked.code, Some(curl), "{name}: {}", asked.stderr);
        assert!(asked.stderr.contains(reason), "{name}: {}", asked.stderr);
        for version in ["-tls1_2", "-tls1_3"] {
            let shown = faulty.openssl(&host, &["-status", version]);
            let is_shown = match openssl {
                Some(status) => shown.contains(status),
                // Versions say it in different words, or not at all.
                None => {
                    shown.contains("BEGIN CERTIFICATE") && !shown.contains("OCSP Response Status")
                }
            };
            assert!(is_shown, "{name} {version}: {shown}");
        }
    }
    // A client that does not ask gets none.
    let shown = faulty.openssl("revoked.tls.localhost", &[]);
    assert!(shown.contains("BEGIN CERTIFICATE") && !shown.contains("OCSP"));
}

/// Clients that look for themselves find the root's list and an OCSP responder at the addresses in the certificate.
#[test]
fn revocation_by_address() {
    let faulty = Faulty::start(&["--bad-tls", "0"]);
    let folder = tempfile::tempdir().expect("a folder");
    let origin = format!("http://{}", faulty.server.addresses()[0]);
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        command.current_dir(folder.path()).args(arguments);
        Process::spawn(&mut command).end()
    };
    let root = faulty.root.to_str().expect("a path in UTF-8");
    for (name, status, verified) in [
        ("checked", "good", "OK"),
        ("revoked", "revoked", "error 23"),
    ] {
        let host = format!("{name}.tls.localhost");
        // The client's own look: `s_client` fetches the list.
        let looking = ["-crl_check", "-crl_download", "-verify_return_error"];
        let shown = faulty.openssl(&host, &looking);
        let is_accepted = shown.contains("Verify return code: 0 (ok)");
        assert_eq!(is_accepted, name == "checked", "{shown}");

        let shown = faulty.openssl(&host, &[]);
        let begin = shown.find("-----BEGIN CERTIFICATE").expect("a certificate");
        let end = "-----END CERTIFICATE-----\n";
        let length = shown[begin..].find(end).expect("its end") + end.len();
        let file = format!("{name}.pem");
        fs::write(folder.path().join(&file), &shown[begin..begin + length]).expect("a file");

        let download = ["-crl_check", "-crl_download", "-CAfile", root, &file];
        let ended = openssl(&[&["verify"], &download[..]].concat());
        let all = ended.stdout.concat() + &ended.stderr;
        assert!(all.contains(verified), "{name}: {all}");

        let printed = openssl(&["x509", "-noout", "-ocsp_uri", "-in", &file]);
        let responder = printed.stdout.concat().trim_end().to_owned();
        assert_eq!(responder, format!("{origin}/.wireserve/ocsp"));
        let asking = [
            "-issuer",
            root,
            "-CAfile",
            root,
            "-cert",
            &file,
            "-no_nonce",
        ];
        for digest in ["-sha1", "-sha256"] {
            let ended = openssl(&[&["ocsp", digest], &asking[..], &["-url", &responder]].concat());
            let all = ended.stdout.concat() + &ended.stderr;
            assert!(all.contains("Response verify OK"), "{all}");
            assert!(all.contains(&format!("{file}: {status}")), "{all}");
        }
        // With GET, the request is in the path.
        openssl(&[&["ocsp"], &asking[..], &["-reqout", "request.der"]].concat());
        let encoded = openssl(&["base64", "-A", "-in", "request.der"])
            .stdout
            .concat();
        let mut command = Command::new("curl");
        command.current_dir(folder.path());
        command.args(["-sS", "-o", "response.der", "-w", "%{content_type}"]);
        command.arg(format!("{responder}/{}", encoded.replace('/', "%2F")));
        let ended = Process::spawn(&mut command).end();
        assert_eq!(ended.stdout.concat(), "application/ocsp-response");
        let read = [&["ocsp"], &asking[..], &["-respin", "response.der"]].concat();
        let ended = openssl(&read);
        let all = ended.stdout.concat() + &ended.stderr;
        assert!(all.contains(&format!("{file}: {status}")), "{all}");
    }
}

/// In Rust, a site has both addresses; the certificates name them once the server has started.
#[test]
fn revocation_by_address_of_a_site() {
    for ports in [&[0][..], &[]] {
        let (subjects, now) = (Subjects::new(["web.test"]), SystemTime::now());
        let made = Stored::in_memory(&subjects, now).expect("certificates");
        let (root, good) = (made.authority.expect("a root"), made.pair);
        let hosts = FaultyHosts::new(&root, Arc::clone(good.certified()), &subjects, now);
        let hosts = Arc::new(hosts.expect("randomness"));
        let folder = site(&[]);
        let mut site = Site::new(folder.path());
        site.serve_revocation(&hosts);
        let server = Server::builder().site(site).ports(ports).tls_ports([0]);
        let server = server.tls(Tls::with_faulty_hosts(Arc::clone(&hosts)));

        let paths = [
            ("/.wireserve/revoked.crl", "application/pkix-crl"),
            ("/.wireserve/ocsp", "application/ocsp-response"),
        ];
        let name = |address: &str| {
            [FaultyCertificate::Checked, FaultyCertificate::Revoked].map(|fault| {
                let certificate = &hosts.with(fault).cert[0];
                memmem::find(certificate, address.as_bytes()).is_some()
            })
        };
        for (path, _) in paths {
            assert_eq!(name(path), [false; 2], "before the start");
        }
        let server = server.start().expect("free ports");
        for (path, media_type) in paths {
            assert_eq!(name(path), [!ports.is_empty(); 2], "{path}");
            if ports.is_empty() {
                continue;
            }
            let address = server.address();
            assert_eq!(name(&format!("http://{address}{path}")), [true; 2]);
            let target = match path {
                "/.wireserve/ocsp" => "/.wireserve/ocsp/", // a GET has its request after the slash
                path => path,
            };
            let answer = get(address, target);
            assert_eq!(answer.header("content-type"), Some(media_type.as_bytes()));
        }
    }
}

/// For clients that cannot resolve names: a fault for all names of a listener.
#[test]
fn certificates_of_listeners() {
    for arguments in [
        &["--tls-port", "0", "--certificate", "expired"][..],
        &["--config", "listener.json"],
    ] {
        let faulty = Faulty::start(arguments);
        for name in ["127.0.0.1", "localhost", "expired.tls.localhost"] {
            let report = faulty.rustls(name);
            assert!(report.contains("certificate expired"), "{name}: {report}");
        }
    }
}

#[test]
fn handshakes_by_name() {
    let faulty = Faulty::start(&["--bad-tls", "0"]);
    for (name, expected) in [
        ("alert-handshake-failure", "HandshakeFailure"),
        ("alert-42", "BadCertificate"),
        ("alert-certificate-expired", "CertificateExpired"),
        ("nothing-known", "Unrecogn"),
        ("cut-after-0", "end of file"),
        ("cut-after-100", "end of file"),
        // More than the handshake has; the certificate is the server's.
        ("cut-after-100000", "certificate not valid for name"),
    ] {
        let report = faulty.rustls(&format!("{name}.tls.localhost"));
        assert!(report.contains(expected), "{name}: {report}");
    }
}

#[test]
fn bytes_of_faulty_handshakes() {
    let faulty = Faulty::start(&["--bad-tls", "0"]);
    let all = |mut socket: TcpStream| {
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).expect("an end");
        bytes
    };
    // A ServerHello begins like this.
    for (name, expected, count) in [
        ("cut-after-0", &b""[..], 0),
        ("cut-after-1", b"\x16", 1),
        ("cut-after-97", b"\x16\x03\x03", 97),
        ("alert-unknown-ca", b"\x15\x03\x03\x00\x02\x02\x30", 7),
    ] {
        let bytes = all(faulty.hello(name));
        assert!(bytes.starts_with(expected), "{name}: {bytes:?}");
        assert_eq!(bytes.len(), count, "{name}");
    }
    // Nothing comes until the client leaves.
    let stalled = faulty.hello("stall");
    stalled
        .shutdown(Shutdown::Write)
        .expect("an open connection");
    assert_eq!(all(stalled), b"");
}

#[test]
fn unknown_faults_are_refused() {
    let folder = site(&[]);
    let mut command = wireserve();
    command.current_dir(folder.path());
    command.args(["--port=0", "--tls-port=0", "--certificate", "expird"]);
    Process::spawn(&mut command).end().is_refusal(&[
        "expected the name of a certificate's fault (good, complete-chain, stapled, checked, expired,",
        "found \"expird\"",
    ]);
}
