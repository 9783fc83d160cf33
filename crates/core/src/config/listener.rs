//! The key `listeners`: additional ports, with another policy for requests, or with a handler that
//! gets every connection before a request is read.

use serde::Deserialize;
use serde::de::Error as _;

use crate::exchange::Policy;
use crate::hosts::Port;

use super::Place;
use super::listener_tls::{ClientCertificateFiles, ListenerTls, TlsKeys};
use super::ports::PortValue;
use super::routing::RouteTarget;

/// A listener of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ListenerKeys")]
pub struct Listener {
    /// The port to listen on.
    pub port: Port,
    /// What it does.
    pub purpose: Purpose,
    /// Where its target is, if it comes from a file.
    pub place: Option<Place>,
    /// How its connections go through TLS; without, they are in the clear.
    pub tls: Option<ListenerTls>,
}

/// What a listener does with its connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reads requests under this policy: `{"port": 8001, "requests": "strict"}`.
    Requests(Policy),
    /// Gives every connection to the target before anything is read:
    /// `{"port": 8002, "connections": "first.wire"}`.
    Connections(RouteTarget),
}

/// The keys of a listener.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListenerKeys {
    port: PortValue,
    requests: Option<Policy>,
    connections: Option<RouteTarget>,
    tls: Option<bool>,
    certificate: Option<String>,
    handshake: Option<String>,
    client_certificates: Option<ClientCertificateFiles>,
}

impl TryFrom<ListenerKeys> for Listener {
    type Error = serde::de::value::Error;

    fn try_from(keys: ListenerKeys) -> Result<Self, Self::Error> {
        let tls = TlsKeys {
            tls: keys.tls,
            certificate: keys.certificate,
            handshake: keys.handshake,
            client_certificates: keys.client_certificates,
        };
        let tls = tls.read().map_err(Self::Error::custom)?;
        let purpose = match (keys.requests, keys.connections) {
            (None, None) if tls.is_some() => Purpose::Requests(Policy::default()),
            (Some(policy), None) => Purpose::Requests(policy),
            (None, Some(target)) => Purpose::Connections(target),
            _ => {
                return Err(Self::Error::custom(
                    "expected either `requests` or `connections`",
                ));
            }
        };
        if purpose == Purpose::Requests(Policy::Raw) {
            let reason =
                "`raw` is for routes: expected `lenient` or `strict`, or `connections` instead";
            return Err(Self::Error::custom(reason));
        }
        Ok(Self {
            port: keys.port.0,
            purpose,
            place: None,
            tls,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ListenerCertificate;

    #[test]
    fn listeners() {
        let listener = |port: u16, purpose| Listener {
            port: port.into(),
            purpose,
            place: None,
            tls: None,
        };
        let with_tls = |tls, listener| Listener {
            tls: Some(tls),
            ..listener
        };
        let with = |certificate, listener| {
            let tls = ListenerTls {
                certificate,
                ..ListenerTls::default()
            };
            with_tls(tls, listener)
        };
        for (json, expected) in [
            (
                r#"{"port": 0, "requests": "strict"}"#,
                listener(0, Purpose::Requests(Policy::Strict)),
            ),
            (
                r#"{"port": "auto", "requests": "lenient"}"#,
                listener(0, Purpose::Requests(Policy::Lenient)),
            ),
            (
                r#"{"port": 1, "connections": "a.wire"}"#,
                listener(1, Purpose::Connections(RouteTarget::File("a.wire".into()))),
            ),
            (
                r#"{"port": 1, "requests": "strict", "tls": true}"#,
                with(
                    ListenerCertificate::Server,
                    listener(1, Purpose::Requests(Policy::Strict)),
                ),
            ),
            (
                r#"{"port": 1, "certificate": "expired"}"#,
                with(
                    ListenerCertificate::Faulty("expired".to_owned()),
                    listener(1, Purpose::Requests(Policy::Lenient)),
                ),
            ),
            (
                r#"{"port": 1, "connections": "a.wire", "certificate": "by-name"}"#,
                with(
                    ListenerCertificate::ByName,
                    listener(1, Purpose::Connections(RouteTarget::File("a.wire".into()))),
                ),
            ),
            (
                r#"{"port": 1, "handshake": "stall"}"#,
                with_tls(
                    ListenerTls {
                        handshake: Some("stall".to_owned()),
                        ..ListenerTls::default()
                    },
                    listener(1, Purpose::Requests(Policy::Lenient)),
                ),
            ),
            (
                r#"{"port": 1, "client_certificates": {"require": "a.pem"}}"#,
                with_tls(
                    ListenerTls {
                        client_certificates: Some(ClientCertificateFiles::Require("a.pem".into())),
                        ..ListenerTls::default()
                    },
                    listener(1, Purpose::Requests(Policy::Lenient)),
                ),
            ),
        ] {
            assert_eq!(serde_json::from_str::<Listener>(json).unwrap(), expected);
        }
        for (json, named) in [
            (r#"{"port": 1}"#, "either `requests` or `connections`"),
            (r#"{"port": 1, "tls": false}"#, "either `requests`"),
            (
                r#"{"port": 1, "tls": false, "certificate": "expired"}"#,
                "`certificate` requires TLS: expected `tls` to be true",
            ),
            (
                r#"{"port": 1, "tls": false, "handshake": "stall"}"#,
                "`handshake` requires TLS",
            ),
            (
                r#"{"port": 1, "client_certificates": {"demand": "a.pem"}}"#,
                "expected `request` or `require`",
            ),
            (r#"{"port": 1, "requests": "loose"}"#, "loose"),
            (r#"{"port": 1, "requests": "raw"}"#, "`connections` instead"),
            (r#"{"port": 1, "conections": "a"}"#, "conections"),
            (
                r#"{"port": 65536, "requests": "strict"}"#,
                "expected a port from 0 to 65535, or \"auto\"",
            ),
        ] {
            let error = serde_json::from_str::<Listener>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(named), "{json}: {error}");
        }
    }
}
