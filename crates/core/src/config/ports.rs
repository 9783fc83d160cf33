//! The key `ports`: a list for the scheme `http`, or an object of lists by scheme (reference §7.7).
//! A port is a number; 0 and `"auto"` ask for a free one. `null` in a list is no port, as in WPT.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::hosts::{Port, port};

/// The schemes that may have ports: those that WPT's configuration has or had.
const SCHEMES: [&str; 15] = [
    "dns",
    "h2",
    "h3",
    "http",
    "http-local",
    "http-private",
    "http-public",
    "https",
    "https-local",
    "https-private",
    "https-public",
    "quic-transport",
    "webtransport-h3",
    "ws",
    "wss",
];

/// Ports by scheme.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports(BTreeMap<String, Vec<Port>>);

impl Ports {
    /// Ports for `http`; without any, the scheme is not configured.
    pub fn http(ports: impl IntoIterator<Item = impl Into<Port>>) -> Self {
        let ports: Vec<Port> = ports.into_iter().map(Into::into).collect();
        let http = (!ports.is_empty()).then(|| ("http".to_owned(), ports));
        Self(http.into_iter().collect())
    }

    /// The same with these ports for another scheme; an empty list changes nothing.
    #[must_use]
    pub fn with(mut self, scheme: &str, ports: impl IntoIterator<Item = impl Into<Port>>) -> Self {
        let ports: Vec<Port> = ports.into_iter().map(Into::into).collect();
        if !ports.is_empty() {
            self.0.insert(scheme.to_owned(), ports);
        }
        self
    }

    /// The ports of a scheme; empty if it is not configured.
    pub fn of(&self, scheme: &str) -> &[Port] {
        self.0.get(scheme).map_or(&[], Vec::as_slice)
    }

    /// Whether there are ports for WebSockets.
    pub fn has_websockets(&self) -> bool {
        let mut schemes = self.0.iter();
        schemes.any(|(scheme, ports)| port::is_for_websockets(scheme) && !ports.is_empty())
    }

    /// All schemes and their ports.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[Port])> {
        self.0
            .iter()
            .map(|(scheme, ports)| (scheme.as_str(), ports.as_slice()))
    }

    /// These ports, and those of `base` for all other schemes.
    #[must_use]
    pub(super) fn over(self, mut base: Self) -> Self {
        base.0.extend(self.0);
        base
    }
}

impl<'a> FromIterator<(&'a str, Vec<Port>)> for Ports {
    fn from_iter<I: IntoIterator<Item = (&'a str, Vec<Port>)>>(schemes: I) -> Self {
        let schemes = schemes.into_iter();
        Self(
            schemes
                .map(|(scheme, ports)| (scheme.to_owned(), ports))
                .collect(),
        )
    }
}

impl<'de> Deserialize<'de> for Ports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PortsVisitor)
    }
}

struct PortsVisitor;

impl<'de> Visitor<'de> for PortsVisitor {
    type Value = Ports;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of ports, or an object of such lists by scheme")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Ports, A::Error> {
        let mut ports = Vec::new();
        while let Some(port) = list.next_element::<Option<PortValue>>()? {
            ports.extend(port.map(|PortValue(port)| port));
        }
        Ok(Ports::http(ports))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Ports, A::Error> {
        let mut schemes = BTreeMap::new();
        while let Some(scheme) = object.next_key::<String>()? {
            if !SCHEMES.contains(&scheme.as_str()) {
                return Err(Error::unknown_field(&scheme, &SCHEMES));
            }
            let ports: Vec<Option<PortValue>> = object.next_value()?;
            let ports = ports.into_iter().flatten().map(|PortValue(port)| port);
            schemes.insert(scheme, ports.collect());
        }
        Ok(Ports(schemes))
    }
}

/// The JSON value of a port.
pub(super) struct PortValue(pub(super) Port);

impl<'de> Deserialize<'de> for PortValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PortVisitor).map(Self)
    }
}

struct PortVisitor;

impl Visitor<'_> for PortVisitor {
    type Value = Port;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a port from 0 to 65535, or \"auto\"")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Port, E> {
        match u16::try_from(number) {
            Ok(number) => Ok(number.into()),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Port, E> {
        match text {
            "auto" => Ok(Port::Free),
            text => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_objects() {
        let parse = |text| serde_json::from_str::<Ports>(text).unwrap();
        let list = parse(r#"[8000, 0, "auto"]"#);
        assert_eq!(
            list.of("http"),
            [Port::Number(8000), Port::Free, Port::Free]
        );
        assert_eq!(list, parse(r#"{"http": [8000, 0, 0]}"#));
        assert_eq!(parse("[]"), Ports::default());
        let object = parse(r#"{"http": [1], "https": [2, "auto"], "ws": []}"#);
        let over = object.over(parse(r#"{"http": [3], "h2": [4]}"#));
        let expected = parse(r#"{"h2": [4], "http": [1], "https": [2, 0], "ws": []}"#);
        assert_eq!(over, expected);
        assert_eq!(over.of("wss"), []);
        let with_null = parse(r#"{"http": [1, null], "dns": [], "h3": [null], "ws": [null, 2]}"#);
        assert_eq!(
            with_null,
            parse(r#"{"http": [1], "dns": [], "h3": [], "ws": [2]}"#)
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("[70000]", "70000"),
            ("[-1]", "-1"),
            (r#"["any"]"#, "any"),
            (r#"{"gopher": [70]}"#, "gopher"),
            (r#"{"http": 80}"#, "80"),
            ("80", "80"),
        ] {
            let error = serde_json::from_str::<Ports>(text).unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
