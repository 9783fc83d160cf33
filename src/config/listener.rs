//! Listeners beside those of the schemes: on a port of their own, other things are done with those who
//! connect.

use serde::Deserialize;
use serde::de::Error as _;

use crate::exchange::Policy;
use crate::hosts::Port;

use super::routing::Target;

/// A listener of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Listener {
    /// Where it listens.
    pub port: Port,
    /// What it does.
    pub purpose: Purpose,
}

/// What is done with those who connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Their requests are read, and held to this: `{"port": 8001, "requests": "strict"}`.
    Requests(Policy),
    /// The target gets their connections before anything is read:
    /// `{"port": 8002, "connections": "first.wire"}`.
    Connections(Target),
}

/// A listener as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    port: u16,
    requests: Option<Policy>,
    connections: Option<Target>,
}

impl TryFrom<Written> for Listener {
    type Error = serde::de::value::Error;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let purpose = match (written.requests, written.connections) {
            (Some(policy), None) => Purpose::Requests(policy),
            (None, Some(target)) => Purpose::Connections(target),
            _ => {
                return Err(Self::Error::custom(
                    "a listener has one of requests and connections",
                ));
            }
        };
        if purpose == Purpose::Requests(Policy::Raw) {
            let reason = "raw is for routes; a listener that reads nothing has connections";
            return Err(Self::Error::custom(reason));
        }
        Ok(Self {
            port: written.port.into(),
            purpose,
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
        };
        for (json, expected) in [
            (
                r#"{"port": 0, "requests": "strict"}"#,
                listener(0, Purpose::Requests(Policy::Strict)),
            ),
            (
                r#"{"port": 1, "connections": "a.wire"}"#,
                listener(1, Purpose::Connections(Target::File("a.wire".into()))),
            ),
        ] {
            assert_eq!(serde_json::from_str::<Listener>(json).unwrap(), expected);
        }
        for (json, named) in [
            (r#"{"port": 1}"#, "one of requests and connections"),
            (r#"{"port": 1, "requests": "loose"}"#, "loose"),
            (r#"{"port": 1, "requests": "raw"}"#, "has connections"),
            (r#"{"port": 1, "conections": "a"}"#, "conections"),
        ] {
            let error = serde_json::from_str::<Listener>(json)
                .unwrap_err()
                .to_string();
            assert!(error.contains(named), "{json}: {error}");
        }
    }
}
