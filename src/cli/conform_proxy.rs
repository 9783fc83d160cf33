//! The proxy under test on the command line of `wireserve conform` and `conform limits`: where it is, how it is
//! asked, and where our origin listens.

use std::net::{SocketAddr, ToSocketAddrs as _};

use clap::Args;

use crate::conform::case::halves::Form;
use crate::conform::proxy::forwarding::wait_until_forwarding;
use crate::conform::proxy::origin::Origin;
use crate::conform::proxy::run::Proxy;

use super::conform_client::STARTUP;
use super::error::CommandError;

/// The options for a proxy.
#[derive(Debug, Args)]
pub(super) struct ProxyOptions {
    /// Grades a proxy instead of a client: the suite asks through it, and answers as its origin
    #[arg(long, value_name = "URL", value_parser = address, conflicts_with = "client")]
    proxy: Option<SocketAddr>,

    /// The proxy is a forward proxy, which forwards anywhere; otherwise it forwards to --origin
    #[arg(long)]
    forward: bool,

    /// Where the suite listens as the origin of the proxy; for a forward proxy, on a free port by default
    #[arg(long, value_name = "HOST:PORT", value_parser = origin)]
    origin: Option<SocketAddr>,
}

impl ProxyOptions {
    /// Refuses options for a proxy without one. clap would not, since a client excludes a proxy.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        match (self.proxy, self.origin) {
            (None, Some(_)) => Err(CommandError::NoProxy("--origin")),
            (None, None) if self.forward => Err(CommandError::NoProxy("--forward")),
            _ => Ok(()),
        }
    }

    /// How the proxy is asked, if there is one.
    pub(super) fn form(&self) -> Option<Form> {
        self.proxy.map(|_| match self.forward {
            true => Form::Forward,
            false => Form::Reverse,
        })
    }

    /// The proxy, once it forwards requests, and the origin.
    pub(super) fn open(&self) -> Result<Option<(Proxy, Origin)>, CommandError> {
        let (Some(address), Some(form)) = (self.proxy, self.form()) else {
            return Ok(None);
        };
        let origin = match (self.origin, form) {
            (Some(origin), _) => origin,
            (None, Form::Forward) => SocketAddr::from(([127, 0, 0, 1], 0)),
            (None, Form::Reverse) => return Err(CommandError::NoOrigin),
        };
        let origin = Origin::start(origin).map_err(CommandError::Origin)?;
        let proxy = Proxy { address, form };
        let is_open = proxy.wait_until_open(STARTUP);
        is_open.map_err(|source| CommandError::Proxy { address, source })?;
        wait_until_forwarding(proxy, &origin, STARTUP).map_err(|answer| {
            CommandError::NotForwarding {
                address,
                origin: origin.address(),
                answer,
            }
        })?;
        Ok(Some((proxy, origin)))
    }

    /// What the proxy is called in reports.
    pub(super) fn name(&self) -> String {
        let kind = match self.forward {
            true => "forward proxy",
            false => "reverse proxy",
        };
        let address = self.proxy.map(|address| format!(" at {address}"));
        kind.to_owned() + &address.unwrap_or_default()
    }
}

/// Reads the URL of a proxy.
fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("expected http://HOST:PORT, found {text:?}");
    let rest = text.strip_prefix("http://").ok_or_else(wrong)?;
    origin(rest.trim_end_matches('/')).map_err(|_| wrong())
}

/// Reads an address.
fn origin(text: &str) -> Result<SocketAddr, String> {
    let addresses = text.to_socket_addrs();
    let first = addresses.ok().and_then(|mut addresses| addresses.next());
    first.ok_or_else(|| format!("expected HOST:PORT, found {text:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let expected = "127.0.0.1:8080".parse().unwrap();
        assert_eq!(address("http://127.0.0.1:8080"), Ok(expected));
        assert_eq!(address("http://127.0.0.1:8080/"), Ok(expected));
        for text in [
            "127.0.0.1:8080",
            "https://127.0.0.1:1",
            "http://127.0.0.1",
            "http://",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
        assert!(origin("127.0.0.1").is_err() && origin("127.0.0.1:0").is_ok());
    }
}
