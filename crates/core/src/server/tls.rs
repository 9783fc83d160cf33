//! HTTPS in the public API: the certificates of a server, and of listeners with other ones.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;

use serde_json::json;

use crate::hosts::{Port, port};
use crate::http::scheme::Scheme;
use crate::tls::{CertificateFiles, Configs, Tls};

use super::addresses::url;
use super::listening::Listening;
use super::{Builder, Server};

/// The certificates of a server that does not listen yet.
#[derive(Debug, Default)]
pub(super) struct TlsOptions {
    /// Those of the ports of `https` and its variants.
    of_schemes: Option<Tls>,
    /// Those of listeners, by their positions.
    of_listeners: BTreeMap<usize, Tls>,
}

/// The configurations of a server's listeners.
#[derive(Debug, Default)]
pub(super) struct TlsConfigs {
    of_schemes: Option<Configs>,
    of_listeners: BTreeMap<usize, Configs>,
}

impl TlsConfigs {
    /// Whether there are configurations for the ports of schemes.
    pub(super) fn has_schemes(&self) -> bool {
        self.of_schemes.is_some()
    }

    /// The configurations for the ports of a scheme.
    pub(super) fn for_scheme(&self, scheme: &str) -> Option<Configs> {
        match port::spoken(scheme) {
            Some(Scheme::Https) if port::is_for_websockets(scheme) => {
                self.of_schemes.clone().map(Configs::at_once)
            }
            Some(Scheme::Https) => self.of_schemes.clone(),
            Some(Scheme::Http) | None => None,
        }
    }

    /// Those of a listener without a scheme.
    pub(super) fn for_listener(&self, index: usize) -> Option<Configs> {
        self.of_listeners.get(&index).cloned()
    }
}

impl Builder {
    /// Serves HTTPS with these certificates, on the ports of `https` and of schemes that begin with
    /// `https-`, and WebSockets on those of `wss` if it serves them on those of `ws`. If no ports of `https` are [set](Builder::scheme), it is served on a free one.
    ///
    /// ```
    /// use wireserve::Server;
    /// use wireserve::tls::Tls;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    /// let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    /// let server = Server::builder()
    ///     .tls(Tls::from_pem(chain.as_bytes(), key.as_bytes())?)
    ///     .tls_ports([0])
    ///     .start()?;
    /// let address = server.tls_address().expect("it has certificates");
    /// assert_eq!(server.tls_url("/"), Some(format!("https://{address}/")));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls.of_schemes = Some(tls);
        self
    }

    /// Sets the ports of `https`, for which certificates are needed ([`Builder::tls`]); 0 asks for a free
    /// one.
    ///
    /// See the example of [`Builder::tls`].
    #[must_use]
    pub fn tls_ports(self, ports: impl Into<Vec<u16>>) -> Self {
        let ports = ports.into().into_iter().map(Port::from);
        self.scheme("https", ports.collect::<Vec<_>>())
    }

    /// Adds a listener like [`Builder::listener`] whose connections go through TLS.
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use wireserve::tls::certificates::{Stored, Subjects};
    /// use wireserve::tls::Tls;
    /// use wireserve::{Listening, Policy, Server};
    ///
    /// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
    /// let (tls, strict) = (Tls::with_certificates(made.pair.resolver()), Listening::Requests(Policy::Strict));
    /// let server = Server::builder().tls_listener(0, strict, tls).start()?;
    /// assert_eq!(server.tls_address(), server.addresses().get(1).copied());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tls_listener(mut self, port: impl Into<Port>, listening: Listening, tls: Tls) -> Self {
        self.tls.of_listeners.insert(self.listeners.len(), tls);
        self.listener(port, listening)
    }

    /// Shows these files to handlers, as a server with ports of `https` does.
    #[doc(hidden)]
    #[cfg(feature = "cli")]
    pub fn show_certificate(mut self, files: &CertificateFiles) -> Self {
        let shown = shown(files, false);
        self.names.settings.insert("ssl_config".to_owned(), shown);
        self
    }

    /// Makes the configurations, and fills in the port and the files that follow from the certificates.
    pub(super) fn prepare_tls(&mut self) -> io::Result<TlsConfigs> {
        let configs = |tls: &Tls| tls.configs().map_err(io::Error::other);
        let of_listeners = self.tls.of_listeners.iter();
        let of_listeners = of_listeners.map(|(&index, tls)| Ok((index, configs(tls)?.at_once())));
        let of_listeners = of_listeners.collect::<io::Result<_>>()?;
        let Some(tls) = &self.tls.of_schemes else {
            return Ok(TlsConfigs {
                of_schemes: None,
                of_listeners,
            });
        };
        let free = || vec![Port::Free];
        self.ports.entry("https".to_owned()).or_insert_with(free);
        if let Some(files) = tls.shown_files() {
            let shown = shown(files, tls.encrypts_after_connect());
            self.names.settings.insert("ssl_config".to_owned(), shown);
        }
        Ok(TlsConfigs {
            of_schemes: Some(configs(tls)?),
            of_listeners,
        })
    }
}

/// The files under the reference's names.
fn shown(files: &CertificateFiles, encrypt_after_connect: bool) -> serde_json::Value {
    json!({
        "key_path": files.key,
        "cert_path": files.certificate,
        "ca_cert_path": files.ca,
        "encrypt_after_connect": encrypt_after_connect,
    })
}

impl Server {
    /// The first address for HTTPS; `None` without certificates.
    ///
    /// See the example of [`Builder::tls`].
    pub fn tls_address(&self) -> Option<SocketAddr> {
        let mut places = self.places().iter();
        let https = places.find(|place| place.spoken == Scheme::Https)?;
        https.address.ip()
    }

    /// The URL of a path (or of a path and query) on the first address for HTTPS; `None` without
    /// certificates.
    ///
    /// See the example of [`Builder::tls`].
    pub fn tls_url(&self, path: &str) -> Option<String> {
        let address = self.tls_address()?;
        Some(url(address, Scheme::Https, path))
    }
}
