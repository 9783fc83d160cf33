//! The lines that report where the server listens, one for each listener. Each begins with a URL of
//! its address; in parentheses follows what distinguishes it from the others:
//!
//! ```text
//! wireserve listening on http://127.0.0.1:8000/
//! wireserve listening on http://127.0.0.1:8000/ (http://web-platform.test:8000/)
//! wireserve listening on http://127.0.0.1:41287/ (http-private, http://web-platform.test:41287/)
//! wireserve listening on ws://127.0.0.1:8003/
//! wireserve listening on http://127.0.0.1:8001/ (requests: strict)
//! wireserve listening on http://127.0.0.1:8002/ (connections: greeting.wire)
//! wireserve listening on https://127.0.0.1:8003/ (certificate: expired)
//! wireserve listening on http://127.0.0.1:8004/?token=9f2c... (control)
//! ```

use std::net::SocketAddr;

use crate::config::{Listener, ListenerCertificate, Purpose, Settings};
use crate::control::Control;
use crate::exchange::Policy;
use crate::server::Server;

/// The lines of a server that was started from these settings, without line terminators.
pub(super) fn of(server: &Server, settings: &Settings) -> Vec<String> {
    let of_schemes = server.schemes().iter().map(Origin::Scheme);
    let origins = of_schemes.chain(settings.listeners.iter().map(Origin::Listener));
    let host = settings.names.browser_host.as_deref();
    let addresses = server.addresses().iter();
    addresses
        .zip(origins)
        .map(|(&address, origin)| line(address, &origin, host))
        .collect()
}

/// The line of the control interface, with its token.
pub(super) fn of_control(control: &Control) -> String {
    format!("wireserve listening on {} (control)", control.url())
}

/// Why a server listens on an address.
enum Origin<'s> {
    /// A port of a scheme.
    Scheme(&'s String),
    Listener(&'s Listener),
}

fn line(address: SocketAddr, origin: &Origin<'_>, host: Option<&str>) -> String {
    let url_scheme = match origin {
        Origin::Scheme(scheme) => scheme.split('-').next().unwrap_or("http"),
        Origin::Listener(listener) if listener.certificate.is_some() => "https",
        Origin::Listener(_) => "http",
    };
    let named = host.map(|host| format!("{url_scheme}://{host}:{}/", address.port()));
    let notes: Vec<String> = match origin {
        Origin::Scheme(scheme) if *scheme == url_scheme => named.into_iter().collect(),
        Origin::Scheme(scheme) => [(*scheme).clone()].into_iter().chain(named).collect(),
        Origin::Listener(listener) => {
            let certificate = listener.certificate.as_ref().and_then(certificate);
            let purpose = match (&listener.purpose, &certificate) {
                (Purpose::Requests(policy), Some(_)) if *policy == Policy::default() => None,
                (other, _) => Some(purpose(other)),
            };
            purpose.into_iter().chain(certificate).collect()
        }
    };
    let notes = match notes.as_slice() {
        [] => String::new(),
        notes => format!(" ({})", notes.join(", ")),
    };
    format!("wireserve listening on {url_scheme}://{address}/{notes}")
}

fn certificate(certificate: &ListenerCertificate) -> Option<String> {
    match certificate {
        ListenerCertificate::Server => None,
        ListenerCertificate::Faulty(name) => Some(format!("certificate: {name}")),
        ListenerCertificate::ByName => Some("certificate: by the host's name".to_owned()),
    }
}

fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Requests(policy) => {
            let policy = match policy {
                Policy::Lenient => "lenient",
                Policy::Strict => "strict",
                Policy::Raw => "raw",
            };
            format!("requests: {policy}")
        }
        Purpose::Connections(target) => format!("connections: {target}"),
    }
}
