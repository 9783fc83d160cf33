//! Hosts whose TLS is faulty on purpose, for tests of clients. A client chooses the fault by the name that it
//! asks for (SNI, RFC 6066 §3), below [`DOMAIN`]: a certificate that it must refuse ([`certificate`]), or a
//! handshake that does not come to its end ([`handshake`]).
//!
//! See the example of [`FaultyHosts`].

#[doc(hidden)]
pub mod addresses;
pub mod certificate;
pub mod handshake;
mod ocsp;
mod revocation;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use rcgen::KeyPair;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificates::authority::Authority;
use super::certificates::{StoreError, Subjects};

use addresses::Addresses;
pub use certificate::FaultyCertificate;
pub use handshake::HandshakeFault;

/// The domain of the faulty hosts. It leads to this machine (RFC 6761 §6.3), and a root for `localhost`
/// may issue certificates for names below it.
///
/// See the example of [`FaultyCertificate`].
pub const DOMAIN: &str = "tls.localhost";

/// The certificates of the faulty hosts.
///
/// ```
/// # use std::sync::Arc;
/// # use std::time::SystemTime;
/// # use wireserve::Server;
/// # use wireserve::tls::Tls;
/// # use wireserve::tls::certificates::{Stored, Subjects};
/// use wireserve::tls::faults::{FaultyCertificate, FaultyHosts};
///
/// let (subjects, now) = (Subjects::new(["web.test"]), SystemTime::now());
/// let made = Stored::in_memory(&subjects, now)?;
/// let root = made.authority.ok_or("its key is not known")?;
/// let hosts = FaultyHosts::new(&root, made.pair.certified().clone(), &subjects, now)?;
/// assert_eq!(hosts.with(FaultyCertificate::CompleteChain).cert.len(), 2);
/// let server = Server::builder().tls(Tls::with_faulty_hosts(Arc::new(hosts))).start()?;
/// // At this port, clients must refuse https://expired.tls.localhost:
/// assert!(server.tls_address().is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FaultyHosts {
    certificates: BTreeMap<FaultyCertificate, Arc<CertifiedKey>>,
    /// Those that name addresses, once these are known.
    with_addresses: OnceLock<BTreeMap<FaultyCertificate, Arc<CertifiedKey>>>,
    root: Authority,
    subjects: Subjects,
}

impl FaultyHosts {
    /// Makes the certificates: for the name below [`DOMAIN`] and for all `subjects`, so that they can be used
    /// for other names, too. `good` is the certificate without a fault.
    ///
    /// See the example of [`FaultyHosts`].
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn new(
        root: &Authority,
        good: Arc<CertifiedKey>,
        subjects: &Subjects,
        now: SystemTime,
    ) -> Result<Self, StoreError> {
        let mut certificates = BTreeMap::from([(FaultyCertificate::Good, good)]);
        for fault in FaultyCertificate::ALL {
            if fault != FaultyCertificate::Good {
                let made = fault.make(root, subjects, None, now)?;
                certificates.insert(fault, Arc::new(made));
            }
        }
        let key = KeyPair::from_pem(&root.key_pem())?;
        Ok(Self {
            certificates,
            with_addresses: OnceLock::new(),
            root: Authority::existing(root.certificate().clone(), key)?,
            subjects: subjects.clone(),
        })
    }

    /// Lets the certificates [`Checked`](FaultyCertificate::Checked) and [`Revoked`](FaultyCertificate::Revoked) name
    /// addresses at this origin, once it is known; only the first call counts.
    ///
    /// # Errors
    /// When the system has no randomness.
    #[doc(hidden)]
    pub fn name_addresses_at(&self, origin: &str, now: SystemTime) -> Result<(), StoreError> {
        let addresses = Addresses::at(origin);
        let mut made = BTreeMap::new();
        for fault in [FaultyCertificate::Checked, FaultyCertificate::Revoked] {
            let one = fault.make(&self.root, &self.subjects, Some(&addresses), now)?;
            made.insert(fault, Arc::new(one));
        }
        // Others may have been named already.
        let _ = self.with_addresses.set(made);
        Ok(())
    }

    /// The root's list of revoked certificates, in DER.
    ///
    /// # Errors
    /// When the system has no randomness.
    #[doc(hidden)]
    pub fn revoked(&self, now: SystemTime) -> Result<Vec<u8>, StoreError> {
        revocation::list(&self.root, now)
    }

    /// The answer to a request of OCSP.
    ///
    /// # Errors
    /// When the system has no randomness.
    #[doc(hidden)]
    pub fn status(&self, request: &[u8], now: SystemTime) -> Result<Vec<u8>, StoreError> {
        revocation::answer(&self.root, request, now)
    }

    /// The certificate with this fault.
    ///
    /// See the example of [`FaultyHosts`].
    pub fn with(&self, fault: FaultyCertificate) -> Arc<CertifiedKey> {
        let named = self.with_addresses.get().and_then(|made| made.get(&fault));
        Arc::clone(named.unwrap_or_else(|| &self.certificates[&fault]))
    }
}

impl ResolvesServerCert for FaultyHosts {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let fault = hello.server_name().and_then(label);
        let fault = fault.and_then(FaultyCertificate::named);
        // Names that are not below the domain get what a server without faults would send.
        Some(self.with(fault.unwrap_or(FaultyCertificate::Good)))
    }
}

impl fmt::Debug for FaultyHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultyHosts").finish_non_exhaustive()
    }
}

/// The fault of the handshake that this name asks for, if it asks for one. A name below the domain that asks
/// for nothing known is refused as RFC 6066 §3 describes.
///
/// See the example of [`HandshakeFault`].
pub fn handshake_fault(server_name: Option<&str>) -> Option<HandshakeFault> {
    let label = server_name.and_then(label)?;
    match FaultyCertificate::named(label) {
        Some(_) => None,
        None => Some(HandshakeFault::named(label).unwrap_or(HandshakeFault::UNRECOGNIZED)),
    }
}

/// What comes before the domain in a name below it.
fn label(name: &str) -> Option<&str> {
    name.strip_suffix(DOMAIN)?.strip_suffix('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_faults() {
        for (name, fault) in [
            (None, None),
            (Some("localhost"), None),
            (Some("tls.localhost"), None),
            (Some("a.test"), None),
            (Some("stall.a.test"), None),
            (Some("expired.tls.localhost"), None),
            (Some("stall.tls.localhost"), Some(HandshakeFault::Stall)),
            (
                Some("typo.tls.localhost"),
                Some(HandshakeFault::UNRECOGNIZED),
            ),
            (
                Some("www.good.tls.localhost"),
                Some(HandshakeFault::UNRECOGNIZED),
            ),
        ] {
            assert_eq!(handshake_fault(name), fault, "{name:?}");
        }
    }
}
