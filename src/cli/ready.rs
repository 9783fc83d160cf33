//! Where the server listens, for people and for programs: a line on standard output for each listener, and all
//! of them in the file of `--ready-file`. Each line has the URL as its fourth word; in parentheses follow the kind
//! of the listener and what distinguishes it from others:
//!
//! ```text
//! wireserve listening on http://127.0.0.1:8000/ (port)
//! wireserve listening on http://127.0.0.1:8000/ (port, http://web-platform.test:8000/)
//! wireserve listening on http://127.0.0.1:41287/ (http-private, http://web-platform.test:41287/)
//! wireserve listening on https://127.0.0.1:8443/ (tls-port)
//! wireserve listening on https://127.0.0.1:8444/ (tls-port, client_certificates: require)
//! wireserve listening on ws://127.0.0.1:8003/ (ws-port)
//! wireserve listening on http://127.0.0.1:8001/ (requests: strict)
//! wireserve listening on http://127.0.0.1:8002/ (connections: greeting.wire)
//! wireserve listening on https://127.0.0.1:8003/ (requests: lenient, certificate: expired)
//! wireserve listening on https://127.0.0.1:8005/ (requests: lenient, handshake: stall)
//! wireserve listening on https://127.0.0.1:8006/ (requests: lenient, client_certificates: require)
//! wireserve listening on unix:/run/site.sock (unix)
//! wireserve listening on http://127.0.0.1:8004/?token=9f2c... (control)
//! ```

use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use serde::Serialize;

use crate::config::{
    ClientCertificateFiles, Listener, ListenerCertificate, ListenerTls, Purpose, Settings,
};
use crate::control::Control;
use crate::exchange::Policy;
use crate::http::address::Address;
use crate::http::scheme::Scheme;
use crate::server::Server;
use crate::server::addresses::Place;
use crate::server::opening::Origin;

/// What is percent-encoded in the URL of a Unix socket, so that it is one word.
const IN_SOCKET_URL: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

/// A listener that is ready. Its kind is the name of the option that asks for it, without dashes; or the scheme
/// of a port that only a configuration can ask for; or a key of `listeners`.
#[derive(Debug, Serialize)]
pub(super) struct ReadyListener {
    pub(super) kind: String,
    /// That of `url`, or of the URLs that a client sends to a Unix socket.
    pub(super) scheme: String,
    #[serde(flatten)]
    pub(super) place: ReadyPlace,
    pub(super) url: String,
    /// The same with the host of `browser_host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) named_url: Option<String>,
    /// What distinguishes it from others of its kind: a key of `listeners`, and the value.
    #[serde(flatten)]
    pub(super) purpose: Option<ReadyPurpose>,
    #[serde(flatten)]
    pub(super) tls: ReadyTls,
    /// What clients of the control interface need, which is also part of the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
}

/// What distinguishes the TLS of one of the `listeners`, or of all ports of HTTPS.
#[derive(Debug, Default, Serialize)]
pub(super) struct ReadyTls {
    /// The fault of its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<String>,
    /// The fault of its handshakes.
    #[serde(skip_serializing_if = "Option::is_none")]
    handshake: Option<String>,
    /// Whether it requests or requires certificates of clients.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_certificates: Option<&'static str>,
}

/// An address.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum ReadyPlace {
    Ip { host: String, port: u16 },
    Unix { path: String },
}

/// The purpose of one of the `listeners`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReadyPurpose {
    Requests(&'static str),
    Connections(String),
}

/// The listeners of a server that was started from these settings, in order, without the control interface.
pub(super) fn listeners(server: &Server, settings: &Settings) -> Vec<ReadyListener> {
    let places = server.places().iter();
    places
        .map(|place| ReadyListener::of(place, settings))
        .collect()
}

impl ReadyListener {
    fn of(place: &Place, settings: &Settings) -> Self {
        let configured = match &place.origin {
            Origin::Listener(index) => settings.listeners.get(*index),
            Origin::Scheme(_) | Origin::Unix => None,
        };
        let scheme = match &place.origin {
            Origin::Scheme(scheme) => scheme.split('-').next().unwrap_or("http"),
            Origin::Listener(_) | Origin::Unix => place.spoken.as_str(),
        };
        let browser_host = settings.names.browser_host.as_deref();
        // Listeners without a scheme are not among the ports that pages of the host use.
        let browser_host = browser_host.filter(|_| matches!(place.origin, Origin::Scheme(_)));
        let port = place.address.port();
        let url = url(scheme, &place.address);
        Self {
            kind: kind(&place.origin, configured),
            scheme: scheme.to_owned(),
            named_url: browser_host
                .zip(port)
                .map(|(host, port)| format!("{scheme}://{host}:{port}/")),
            url,
            place: ReadyPlace::of(&place.address),
            purpose: configured.map(|listener| purpose(&listener.purpose)),
            tls: match (&place.origin, configured) {
                (Origin::Scheme(_), _) if place.spoken == Scheme::Https => {
                    ReadyTls::of_ports(settings)
                }
                (_, configured) => configured
                    .and_then(|listener| listener.tls.as_ref())
                    .map(ReadyTls::of)
                    .unwrap_or_default(),
            },
            token: None,
        }
    }

    /// The control interface.
    pub(super) fn of_control(control: &Control) -> Self {
        Self {
            kind: "control".to_owned(),
            scheme: "http".to_owned(),
            place: ReadyPlace::of(&control.address().into()),
            url: control.url(),
            named_url: None,
            purpose: None,
            tls: ReadyTls::default(),
            token: Some(control.token().to_owned()),
        }
    }

    /// The line, without a line terminator.
    pub(super) fn line(&self) -> String {
        let kind = match &self.purpose {
            Some(ReadyPurpose::Requests(policy)) => format!("{}: {policy}", self.kind),
            Some(ReadyPurpose::Connections(target)) => format!("{}: {target}", self.kind),
            None => self.kind.clone(),
        };
        let notes = [Some(kind), self.named_url.clone()];
        let notes: Vec<_> = notes
            .into_iter()
            .flatten()
            .chain(self.tls.notes())
            .collect();
        format!("wireserve listening on {} ({})", self.url, notes.join(", "))
    }
}

impl ReadyTls {
    fn of(tls: &ListenerTls) -> Self {
        Self {
            certificate: match &tls.certificate {
                ListenerCertificate::Server => None,
                ListenerCertificate::Faulty(name) => Some(name.clone()),
                ListenerCertificate::ByName => Some(BY_NAME.to_owned()),
            },
            handshake: tls.handshake.clone(),
            client_certificates: key(tls.client_certificates.as_ref()),
        }
    }

    fn of_ports(settings: &Settings) -> Self {
        Self {
            client_certificates: key(settings.client_certificates.as_ref()),
            ..Self::default()
        }
    }

    fn notes(&self) -> impl Iterator<Item = String> {
        let certificate = self.certificate.as_deref();
        let certificate = certificate.map(|fault| match fault {
            BY_NAME => "certificate: by the host's name".to_owned(),
            fault => format!("certificate: {fault}"),
        });
        let handshake = self.handshake.as_deref();
        let handshake = handshake.map(|fault| format!("handshake: {fault}"));
        let clients = self.client_certificates;
        let clients = clients.map(|asked| format!("client_certificates: {asked}"));
        [certificate, handshake, clients].into_iter().flatten()
    }
}

fn key(files: Option<&ClientCertificateFiles>) -> Option<&'static str> {
    files.map(ClientCertificateFiles::key)
}

impl ReadyPlace {
    fn of(address: &Address) -> Self {
        match address {
            Address::Ip(address) => Self::Ip {
                host: address.ip().to_string(),
                port: address.port(),
            },
            Address::Unix(path) => Self::Unix {
                path: path.as_deref().map(shown).unwrap_or_default(),
            },
        }
    }
}

/// A path that is not UTF-8 is exact only in the URL.
fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn url(scheme: &str, address: &Address) -> String {
    match address {
        Address::Ip(address) => format!("{scheme}://{address}/"),
        Address::Unix(path) => {
            let path = path.as_deref().unwrap_or_else(|| Path::new(""));
            let path = percent_encode(path.as_os_str().as_encoded_bytes(), IN_SOCKET_URL);
            format!("unix:{path}")
        }
    }
}

fn kind(origin: &Origin, configured: Option<&Listener>) -> String {
    let kind = match origin {
        Origin::Scheme(scheme) => match scheme.as_str() {
            "http" => "port",
            "https" => "tls-port",
            "ws" => "ws-port",
            "wss" => "wss-port",
            other => other,
        },
        Origin::Listener(_) => match configured.map(|listener| &listener.purpose) {
            Some(Purpose::Connections(_)) => "connections",
            Some(Purpose::Requests(_)) | None => "requests",
        },
        Origin::Unix => "unix",
    };
    kind.to_owned()
}

fn purpose(purpose: &Purpose) -> ReadyPurpose {
    match purpose {
        Purpose::Requests(Policy::Lenient) => ReadyPurpose::Requests("lenient"),
        Purpose::Requests(Policy::Strict) => ReadyPurpose::Requests("strict"),
        Purpose::Requests(Policy::Raw) => ReadyPurpose::Requests("raw"),
        Purpose::Connections(target) => ReadyPurpose::Connections(target.to_string()),
    }
}

/// The value of the key `certificate` for a listener whose certificate depends on the server name.
const BY_NAME: &str = "by-name";
