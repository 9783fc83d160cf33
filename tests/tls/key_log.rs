//! `SSLKEYLOGFILE`: the server writes the secrets of its sessions, as the clients know them, in the format that
//! Wireshark reads.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};

use rustls::KeyLog;
use rustls::version::{TLS12, TLS13};

use crate::support::command::program;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::tls::{Certificate, TlsClient};

/// The secrets of a client, as lines of a key log.
#[derive(Debug, Default)]
struct Secrets(Mutex<Vec<String>>);

impl KeyLog for Secrets {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let line = format!("{label} {} {}", hex(client_random), hex(secret));
        self.0.lock().unwrap().push(line);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[test]
fn the_secrets_of_each_session_are_logged() {
    let certificate = Certificate::default();
    let site = folder(&[("a.txt", "here")]);
    let files = folder(&[
        ("host.pem", &certificate.chain),
        ("host.key", &certificate.key),
    ]);
    let log = files.path().join("keys.log");
    let mut command = Command::new(program());
    command
        .arg(site.path())
        .args(["--port", "0", "--tls-port", "0", "--log", "error"])
        .arg("--cert")
        .arg(files.path().join("host.pem"))
        .arg("--key")
        .arg(files.path().join("host.key"))
        .env("SSLKEYLOGFILE", &log);
    let server = Process::start_with_listeners(command, 2);
    for (version, labels) in [
        (&TLS12, &["CLIENT_RANDOM"][..]),
        (
            &TLS13,
            &[
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
                "SERVER_TRAFFIC_SECRET_0",
                "EXPORTER_SECRET",
            ],
        ),
    ] {
        let secrets = Arc::<Secrets>::default();
        let mut config = certificate.client_of(&[version]);
        config.key_log = Arc::clone(&secrets) as Arc<dyn KeyLog>;
        let mut client = TlsClient::connect(server.addresses()[1], config);
        assert_eq!(client.ask("GET", "/a.txt").text(), "here");
        let logged = fs::read_to_string(&log).expect("a key log");
        let known = secrets.0.lock().unwrap();
        for label in labels {
            let line = known.iter().find(|line| line.starts_with(label));
            let line = line.unwrap_or_else(|| panic!("{known:?}: {label}"));
            assert!(
                logged.lines().any(|one| one == line),
                "{line} is not in\n{logged}"
            );
        }
    }
}
