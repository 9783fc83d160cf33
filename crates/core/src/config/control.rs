//! The key `control`: the control interface.

use serde::Deserialize;

use crate::hosts::Port;
use crate::record::RecordLimits;

use super::ports::PortValue;

/// The control interface, on a port of 127.0.0.1, and what it keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Control {
    /// The port; without one, the interface is off.
    #[serde(deserialize_with = "port")]
    pub port: Option<Port>,
    /// At least 1: requests that are kept, and connections with their transcripts.
    pub requests: Option<usize>,
    /// At least 1: bytes of requests that are kept, and as many of transcripts.
    pub bytes: Option<usize>,
}

/// The settings of a control interface that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlSettings {
    /// The port.
    pub port: Port,
    /// Requests, and connections, that are kept.
    pub requests: usize,
    /// Bytes of requests, and again of transcripts, that are kept.
    pub bytes: usize,
}

impl Control {
    /// These keys, and those that only `base` has.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            port: self.port.or(base.port),
            requests: self.requests.or(base.requests),
            bytes: self.bytes.or(base.bytes),
        }
    }

    /// The settings, if the interface is on.
    ///
    /// # Errors
    /// The key that has a limit of 0, or a limit without a port.
    pub(super) fn resolve(self) -> Result<Option<ControlSettings>, &'static str> {
        let defaults = RecordLimits::default();
        let Some(port) = self.port else {
            return match self.requests.or(self.bytes) {
                Some(_) => {
                    Err("to keep what clients send, add `--control`, or a `port` to `control`")
                }
                None => Ok(None),
            };
        };
        let settings = ControlSettings {
            port,
            requests: self.requests.unwrap_or(defaults.requests),
            bytes: self.bytes.unwrap_or(defaults.bytes),
        };
        match settings {
            ControlSettings { requests: 0, .. } | ControlSettings { bytes: 0, .. } => {
                Err("expected at least 1 as `requests` and `bytes` of `control`, found 0")
            }
            settings => Ok(Some(settings)),
        }
    }
}

fn port<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Port>, D::Error> {
    PortValue::deserialize(deserializer).map(|value| Some(value.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_has_limits() {
        let control = |json: &str| serde_json::from_str::<Control>(json).unwrap().resolve();
        let on = control(r#"{"port": "auto", "requests": 5}"#)
            .unwrap()
            .unwrap();
        assert_eq!((on.port, on.requests, on.bytes), (Port::Free, 5, 64 << 20));
        assert_eq!(control("{}"), Ok(None));
        assert!(control(r#"{"bytes": 5}"#).is_err());
        assert!(control(r#"{"port": 0, "bytes": 0}"#).is_err());
        assert!(serde_json::from_str::<Control>(r#"{"port": 65536}"#).is_err());
    }
}
