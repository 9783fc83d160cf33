//! A certificate with its private key, as a server uses them: read from PEM files, checked against
//! each other, and described.
//!
//! See the example of [`Pair`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ParsedCertificate, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{InconsistentKeys, RootCertStore};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Subjects;
use super::authority::Validity;
use crate::tls::provider;

/// A certificate, the intermediates that a client needs to verify it, and the private key.
///
/// ```
/// # use std::time::SystemTime;
/// # use wireserve::tls::certificates::{Store, Subjects};
/// use wireserve::tls::certificates::Pair;
/// use wireserve::tls::certificates::pair::{read_chain, validity};
///
/// # let folder = tempfile::tempdir()?;
/// # let (subjects, now) = (Subjects::new(["web.test"]), SystemTime::now());
/// # let stored = Store::in_folder(folder.path()).open(&subjects, now)?;
/// # let (root, files) = (stored.root, stored.files.ok_or("no files")?);
/// let pair = Pair::read(&files.certificate, &files.key)?;
/// assert!(pair.is_for("web.test") && !pair.is_for("other.test"));
/// assert!(pair.is_issued_by(&root) && pair.is_accepted(&root, &subjects, now));
/// assert_eq!(Some(pair.last()), read_chain(&files.certificate)?.last());
/// assert_eq!(pair.validity(), validity(pair.certificate()));
/// assert_eq!(pair.certified().cert[0], *pair.certificate());
/// assert!(pair.spki_hash().is_some_and(|hash| hash.len() == 44));
/// let tls = wireserve::tls::Tls::with_certificates(pair.resolver());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pair {
    certified: Arc<CertifiedKey>,
}

/// Why files are not a certificate and its key.
///
/// ```
/// use std::path::Path;
///
/// use wireserve::tls::certificates::{Pair, PairError};
///
/// let missing = Path::new("/nonexistent/a.pem");
/// let error = Pair::read(missing, missing).expect_err("there is no such file");
/// assert!(matches!(error, PairError::Unreadable { .. }));
/// assert_eq!(error.to_string(), "cannot read /nonexistent/a.pem");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PairError {
    /// A file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system reports.
        source: io::Error,
    },
    /// A file is not what was expected of it.
    #[error("{path}: expected {expected}, found {found}")]
    Unexpected {
        /// The file.
        path: PathBuf,
        /// What it should contain.
        expected: &'static str,
        /// What it contains.
        found: String,
    },
    /// The private key is of a kind that cannot be used.
    #[error("{path}: expected an RSA, ECDSA or Ed25519 key that TLS can use: {source}")]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// What rustls reports.
        source: rustls::Error,
    },
    /// The key belongs to another certificate.
    #[error(
        "expected the private key of the certificate in {certificate}, found another key in {key}"
    )]
    Mismatch {
        /// The file of the key.
        key: PathBuf,
        /// The file of the certificate.
        certificate: PathBuf,
    },
}

impl Pair {
    /// Reads a chain of certificates, which begins with the server's, and its key.
    ///
    /// See the example of [`Pair`].
    ///
    /// # Errors
    /// When a file cannot be read or has other contents, or the two do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, PairError> {
        let chain = read_chain(certificate)?;
        let text = read(key)?;
        let private = PrivateKeyDer::from_pem_slice(&text).map_err(|_| PairError::Unexpected {
            path: key.to_owned(),
            expected: "a private key in PEM (PKCS #8, PKCS #1 or SEC1), without a password",
            found: kinds(&text),
        })?;
        let private = (provider().key_provider).load_private_key(private);
        let private = private.map_err(|source| PairError::Unsupported {
            path: key.to_owned(),
            source,
        })?;
        let pair = Self {
            certified: Arc::new(CertifiedKey::new(chain, private)),
        };
        match pair.certified.keys_match() {
            // An unknown key is one that does not reveal its public half.
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(pair),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(PairError::Mismatch {
                    key: key.to_owned(),
                    certificate: certificate.to_owned(),
                })
            }
            Err(error) => Err(PairError::Unexpected {
                path: certificate.to_owned(),
                expected: "an X.509 certificate",
                found: error.to_string(),
            }),
        }
    }

    /// A chain and a key that belong together.
    pub(super) fn new(
        chain: Vec<CertificateDer<'static>>,
        key: &rcgen::KeyPair,
    ) -> Result<Self, rustls::Error> {
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let certified = CertifiedKey::from_der(chain, key, &provider())?;
        Ok(Self {
            certified: Arc::new(certified),
        })
    }

    /// As rustls uses them.
    ///
    /// See the example of [`Pair`].
    pub fn certified(&self) -> &Arc<CertifiedKey> {
        &self.certified
    }

    /// What chooses this certificate for every client.
    ///
    /// See the example of [`Pair`].
    pub fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.certified)))
    }

    /// The certificate, without intermediates.
    ///
    /// See the example of [`Pair`].
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certified.cert[0]
    }

    /// The last certificate of the chain: of the chains that include their root, that root.
    ///
    /// See the example of [`Pair`].
    pub fn last(&self) -> &CertificateDer<'static> {
        self.certified
            .cert
            .last()
            .unwrap_or_else(|| self.certificate())
    }

    /// The first and the last second in which the certificate is valid.
    ///
    /// See the example of [`Pair`].
    pub fn validity(&self) -> Option<Validity> {
        validity(self.certificate())
    }

    /// What Chromium's `--ignore-certificate-errors-spki-list` takes: the SHA-256 digest of the
    /// public key (its SubjectPublicKeyInfo) in Base64.
    ///
    /// See the example of [`Pair`].
    pub fn spki_hash(&self) -> Option<String> {
        let (_, certificate) = X509Certificate::from_der(self.certificate()).ok()?;
        let digest = Sha256::digest(certificate.public_key().raw);
        Some(BASE64_STANDARD.encode(digest))
    }

    /// Whether a client that trusts `root` accepts the certificate at this time, for all of these
    /// names.
    ///
    /// See the example of [`Pair`].
    pub fn is_accepted(
        &self,
        root: &CertificateDer<'static>,
        subjects: &Subjects,
        at: SystemTime,
    ) -> bool {
        let is_for = |name| self.verify_name(&name).is_ok();
        self.verify(root, at).is_ok() && subjects.server_names().all(is_for)
    }

    /// Whether the certificate is for this name or address.
    ///
    /// See the example of [`Pair`].
    pub fn is_for(&self, name: &str) -> bool {
        ServerName::try_from(name).is_ok_and(|name| self.verify_name(&name).is_ok())
    }

    /// Whether `root` issued the certificate, directly or through the intermediates of the chain.
    ///
    /// See the example of [`Pair`].
    pub fn is_issued_by(&self, root: &CertificateDer<'static>) -> bool {
        let validity = self.validity();
        validity.is_some_and(|validity| self.verify(root, validity.until).is_ok())
    }

    fn verify_name(&self, name: &ServerName<'_>) -> Result<(), rustls::Error> {
        let certificate = ParsedCertificate::try_from(self.certificate())?;
        verify_server_name(&certificate, name)
    }

    fn verify(&self, root: &CertificateDer<'static>, at: SystemTime) -> Result<(), rustls::Error> {
        let mut roots = RootCertStore::empty();
        roots.add(root.clone())?;
        let since = at.duration_since(SystemTime::UNIX_EPOCH);
        verify_server_cert_signed_by_trust_anchor(
            &ParsedCertificate::try_from(self.certificate())?,
            &roots,
            &self.certified.cert[1..],
            UnixTime::since_unix_epoch(since.unwrap_or(Duration::ZERO)),
            provider().signature_verification_algorithms.all,
        )
    }
}

/// The certificates of a PEM file, at least one.
///
/// See the example of [`Pair`].
///
/// # Errors
/// When the file cannot be read, or contains none or a malformed one.
pub fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, PairError> {
    let text = read(path)?;
    let unexpected = |found| PairError::Unexpected {
        path: path.to_owned(),
        expected: "a certificate in PEM",
        found,
    };
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<_, _>>()
        .map_err(|error| unexpected(error.to_string()))?;
    match chain.first().map(validity) {
        Some(Some(_)) => Ok(chain),
        Some(None) => Err(unexpected("one whose contents are malformed".to_owned())),
        None => Err(unexpected(kinds(&text))),
    }
}

/// The first and the last second in which a certificate is valid; none if it is malformed.
///
/// See the example of [`Pair`].
pub fn validity(certificate: &CertificateDer<'_>) -> Option<Validity> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let validity = certificate.validity();
    Some(Validity {
        from: validity.not_before.to_datetime().into(),
        until: validity.not_after.to_datetime().into(),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, PairError> {
    fs::read(path).map_err(|source| PairError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// The kinds of PEM blocks in a file, for messages.
fn kinds(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let kinds: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
        .map(|kind| format!("`{kind}`"))
        .collect();
    match kinds.as_slice() {
        [] if text.trim().is_empty() => "an empty file".to_owned(),
        [] => "no line that begins with `-----BEGIN`".to_owned(),
        kinds => kinds.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::certificates::authority::{self, Authority, DAY, new_key};

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 20_000 * DAY
    }

    fn pair(root: &Authority, names: &[&str], validity: Validity) -> Pair {
        let key = new_key().unwrap();
        let params = authority::server_params(&Subjects::new(names), validity).unwrap();
        let certificate = root.issue(&params, &key).unwrap();
        Pair::new(vec![certificate], &key).unwrap()
    }

    #[test]
    fn what_clients_accept() {
        let names = ["a.test", "www.a.test", "192.0.2.1"];
        let subjects = Subjects::new(names);
        let validity = Validity::around(now(), 30 * DAY);
        let root = Authority::root(&subjects, validity).unwrap();
        let other = Authority::root(&subjects, validity).unwrap();
        let pair = |names: &[&str]| pair(&root, names, validity);
        let good = pair(&names);
        let accepted = |pair: &Pair, root: &Authority, days: f64| {
            let at = now() + DAY.mul_f64(days.abs());
            let at = if days < 0.0 {
                now() - (at.duration_since(now()).unwrap())
            } else {
                at
            };
            pair.is_accepted(root.certificate(), &subjects, at)
        };
        assert!(accepted(&good, &root, 0.0));
        assert!(accepted(&good, &root, -0.9));
        assert!(accepted(&good, &root, 29.9));
        assert!(!accepted(&good, &root, -1.1));
        assert!(!accepted(&good, &root, 30.1));
        assert!(!accepted(&good, &other, 0.0));
        assert!(!accepted(&pair(&["a.test", "192.0.2.1"]), &root, 0.0));
        assert!(!accepted(&pair(&["a.test", "www.a.test"]), &root, 0.0));
        // The root is confined to its hosts.
        assert!(!accepted(
            &pair(&["a.test", "www.a.test", "192.0.2.1", "b.test"]),
            &root,
            0.0
        ));
        let below = ["a.test", "www.a.test", "192.0.2.1", "x.y.a.test"];
        assert!(accepted(&pair(&below), &root, 0.0));
        assert_eq!(good.validity(), Some(validity));
        assert!(good.is_issued_by(root.certificate()) && !good.is_issued_by(other.certificate()));
        assert!(good.is_for("a.test") && good.is_for("127.0.0.1") && !good.is_for("b.test"));
    }

    #[test]
    fn files_that_are_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let subjects = Subjects::new(["a.test"]);
        let validity = Validity::around(now(), DAY);
        let root = Authority::root(&subjects, validity).unwrap();
        let other = Authority::root(&subjects, validity).unwrap();
        let certificate = file("a.pem", &super::super::pem(&[root.certificate().clone()]));
        let key = file("a.key", &root.key_pem());
        let other_key = file("b.key", &other.key_pem());
        let empty = file("empty", " \n");
        let text = file(
            "text",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----\n",
        );
        let broken = file(
            "broken",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        );
        let missing = folder.path().join("missing");

        let read = Pair::read(&certificate, &key).unwrap();
        assert_eq!(read.certificate(), root.certificate());
        assert_eq!(read.spki_hash().unwrap().len(), 44);
        for (certificate, key, expected) in [
            (&missing, &key, &["cannot read", "missing"][..]),
            (&certificate, &missing, &["cannot read", "missing"]),
            (
                &empty,
                &key,
                &["empty: expected a certificate in PEM, found an empty file"],
            ),
            (
                &key,
                &key,
                &["a.key: expected a certificate in PEM, found `PRIVATE KEY`"],
            ),
            (
                &broken,
                &key,
                &["broken: expected a certificate", "malformed"],
            ),
            (
                &certificate,
                &certificate,
                &["a.pem: expected a private key", "found `CERTIFICATE`"],
            ),
            (
                &certificate,
                &text,
                &["without a password, found `ENCRYPTED PRIVATE KEY`"],
            ),
            (
                &certificate,
                &other_key,
                &[
                    "expected the private key of the certificate in",
                    "a.pem, found another key in",
                    "b.key",
                ],
            ),
        ] {
            let error = Pair::read(certificate, key).unwrap_err().to_string();
            for part in expected {
                assert!(error.contains(part), "{part}: {error}");
            }
        }
    }
}
