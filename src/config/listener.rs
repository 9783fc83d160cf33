//! The key `listeners`: additional ports, with another policy for requests, or with a handler that
//! gets every connection before a request is read.

use serde::Deserialize;
use serde::de::Error as _;

use crate::exchange::Policy;
use crate::hosts::Port;

use super::Place;
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
    /// The certificate with which its connections go through TLS; without, they are in the clear.
    pub certificate: Option<ListenerCertificate>,
}

/// The certificate of a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenerCertificate {
    /// The server's: `{"port": 8443, "requests": "strict", "tls": true}`.
    Server,
    /// One with this fault: `{"port": 8445, "certificate": "expired"}`.
    Faulty(String),
    /// The one with the fault that the client's server name asks for, or a faulty handshake:
    /// `{"port": 8446, "certificate": "by-name"}`.
    ByName,
}

/// The value of `certificate` for [`ListenerCertificate::ByName`].
const BY_NAME: &str = "by-name";

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
}

impl TryFrom<ListenerKeys> for Listener {
    type Error = serde::de::value::Error;

    fn try_from(keys: ListenerKeys) -> Result<Self, Self::Error> {
        let certificate = match (keys.tls, keys.certificate) {
            (Some(false), Some(_)) => {
                let reason = "a `certificate` requires TLS: expected `tls` to be true, or absent";
                return Err(Self::Error::custom(reason));
            }
            (_, Some(name)) if name == BY_NAME => Some(ListenerCertificate::ByName),
            (_, Some(name)) => Some(ListenerCertificate::Faulty(name)),
            (Some(true), None) => Some(ListenerCertificate::Server),
            (Some(false) | None, None) => None,
        };
        let purpose = match (keys.requests, keys.connections) {
            (None, None) if certificate.is_some() => Purpose::Requests(Policy::default()),
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
            certificate,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners() {
        let listener = |port: u16, purpose| Listener {
            port: port.into(),
            purpose,
            place: None,
            certificate: None,
        };
        let with = |certificate, listener| Listener {
            certificate: Some(certificate),
            ..listener
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
        ] {
            assert_eq!(serde_json::from_str::<Listener>(json).unwrap(), expected);
        }
        for (json, named) in [
            (r#"{"port": 1}"#, "either `requests` or `connections`"),
            (r#"{"port": 1, "tls": false}"#, "either `requests`"),
            (
                r#"{"port": 1, "tls": false, "certificate": "expired"}"#,
                "expected `tls` to be true",
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
