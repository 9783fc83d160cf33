//! Certificates that clients must refuse, each for one reason, and good ones to compare them with.
//!
//! See the example of [`FaultyCertificate`].

use std::time::{Duration, SystemTime};

use rcgen::{
    CertificateRevocationList, CertificateRevocationListParams, CustomExtension,
    ExtendedKeyUsagePurpose, KeyIdMethod, RevocationReason, RevokedCertParams, SanType,
    SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::DOMAIN;
use super::addresses::Addresses;
use super::ocsp::{self, Status};
use crate::tls::certificates::authority::{self, Authority, DAY, Validity, new_key};
use crate::tls::certificates::{StoreError, Subjects};
use crate::tls::provider;

/// How long the certificates are valid, and how far away the times of those that are not.
pub(super) const DURATION: Duration = Duration::from_secs(30 * DAY.as_secs());

/// The serial number of the revoked certificate: "revoked". It is the same at each start, so that a list of
/// revoked certificates that was made before applies.
pub(super) const REVOKED: [u8; 7] = *b"revoked";

/// What is wrong with a certificate.
///
/// ```
/// use wireserve::tls::faults::{DOMAIN, FaultyCertificate};
///
/// let fault = FaultyCertificate::SelfSigned;
/// assert_eq!(fault.name(), "self-signed");
/// assert_eq!(fault.host(), format!("self-signed.{DOMAIN}"));
/// assert_eq!(FaultyCertificate::named("self-signed"), Some(fault));
/// // All but four must be refused:
/// use FaultyCertificate::{Checked, CompleteChain, Good, Stapled};
/// let good = [Good, CompleteChain, Stapled, Checked];
/// assert_eq!(FaultyCertificate::ALL.iter().filter(|fault| !good.contains(fault)).count(), 12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultyCertificate {
    /// Nothing.
    Good,
    /// Nothing: an intermediate issued it and is in the chain.
    CompleteChain,
    /// Nothing: an OCSP response that it is good is stapled to it.
    Stapled,
    /// Nothing: it names the addresses of the root's list and of an OCSP responder, by which it is good.
    Checked,
    /// It expired yesterday.
    Expired,
    /// It is valid in 30 days.
    NotYetValid,
    /// It is for another name below the domain.
    WrongHost,
    /// It is signed with its own key.
    SelfSigned,
    /// Its root, which is in the chain, is not the server's.
    UntrustedRoot,
    /// An intermediate issued it and is not in the chain.
    IncompleteChain,
    /// Its name is only the common name of its subject.
    NoSan,
    /// It may be used by clients only.
    NoServerAuth,
    /// A bit of the signature is wrong.
    BadSignature,
    /// The root's list of revoked certificates has it, and so does the OCSP response that is stapled to it. It names
    /// the addresses of both, too.
    Revoked,
    /// The OCSP response that is stapled to it expired yesterday.
    ExpiredStaple,
    /// It must have a stapled OCSP response (RFC 7633), and has none.
    MustStaple,
}

impl FaultyCertificate {
    /// All of them.
    ///
    /// See the example of [`FaultyCertificate`].
    pub const ALL: [Self; 16] = [
        Self::Good,
        Self::CompleteChain,
        Self::Stapled,
        Self::Checked,
        Self::Expired,
        Self::NotYetValid,
        Self::WrongHost,
        Self::SelfSigned,
        Self::UntrustedRoot,
        Self::IncompleteChain,
        Self::NoSan,
        Self::NoServerAuth,
        Self::BadSignature,
        Self::Revoked,
        Self::ExpiredStaple,
        Self::MustStaple,
    ];

    /// The name, which is the first label of its host.
    ///
    /// See the example of [`FaultyCertificate`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::CompleteChain => "complete-chain",
            Self::Stapled => "stapled",
            Self::Checked => "checked",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::WrongHost => "wrong-host",
            Self::SelfSigned => "self-signed",
            Self::UntrustedRoot => "untrusted-root",
            Self::IncompleteChain => "incomplete-chain",
            Self::NoSan => "no-san",
            Self::NoServerAuth => "no-server-auth",
            Self::BadSignature => "bad-signature",
            Self::Revoked => "revoked",
            Self::ExpiredStaple => "expired-staple",
            Self::MustStaple => "must-staple",
        }
    }

    /// The fault with this name.
    ///
    /// See the example of [`FaultyCertificate`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// The name of its host.
    ///
    /// See the example of [`FaultyCertificate`].
    pub fn host(self) -> String {
        format!("{}.{DOMAIN}", self.name())
    }

    /// A certificate with this fault, for its host and for `subjects`, and its key. Those that name addresses do so
    /// once these are known.
    pub(super) fn make(
        self,
        root: &Authority,
        subjects: &Subjects,
        addresses: Option<&Addresses>,
        now: SystemTime,
    ) -> Result<CertifiedKey, StoreError> {
        let key = new_key()?;
        let host = self.host();
        let subjects = subjects.and([&host]);
        let validity = match self {
            Self::Expired => Validity {
                from: now - DURATION,
                until: now - DAY,
            },
            Self::NotYetValid => Validity {
                from: now + DURATION,
                until: now + 2 * DURATION,
            },
            _ => Validity::around(now, DURATION),
        };
        let mut params = authority::server_params(&subjects, validity)?;
        match self {
            Self::WrongHost => {
                let other = format!("another-host.{DOMAIN}");
                params.subject_alt_names = vec![SanType::DnsName(other.try_into()?)];
            }
            Self::NoSan => {
                params.subject_alt_names.clear();
                params.distinguished_name = authority::named(&host);
            }
            Self::NoServerAuth => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }
            Self::Revoked => params.serial_number = Some(SerialNumber::from_slice(&REVOKED)),
            Self::MustStaple => params.custom_extensions.push(must_staple()),
            _ => {}
        }
        if let (Self::Revoked | Self::Checked, Some(addresses)) = (self, addresses) {
            addresses.apply(&mut params);
        }
        let chain = match self {
            Self::SelfSigned => vec![params.self_signed(&key)?.der().clone()],
            Self::UntrustedRoot => {
                let other = Authority::root(&subjects, validity)?;
                vec![other.issue(&params, &key)?, other.certificate().clone()]
            }
            Self::IncompleteChain | Self::CompleteChain => {
                let intermediate = root.intermediate(&subjects, validity)?;
                let mut chain = vec![intermediate.issue(&params, &key)?];
                if self == Self::CompleteChain {
                    chain.push(intermediate.certificate().clone());
                }
                chain
            }
            Self::BadSignature => vec![with_bad_signature(&root.issue(&params, &key)?)],
            // Some clients look for the issuer of the response in the chain alone.
            Self::Stapled
            | Self::Checked
            | Self::Revoked
            | Self::ExpiredStaple
            | Self::MustStaple => {
                vec![root.issue(&params, &key)?, root.certificate().clone()]
            }
            _ => vec![root.issue(&params, &key)?],
        };
        let staple = match self {
            Self::Stapled => Some((Status::Good, validity)),
            Self::Revoked => Some((Status::Revoked, validity)),
            Self::ExpiredStaple => Some((
                Status::Good,
                Validity {
                    from: now - DURATION,
                    until: now - DAY,
                },
            )),
            _ => None,
        };
        let staple = staple.map(|(status, at)| ocsp::response(root, &chain[0], status, at));
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let mut made = CertifiedKey::from_der(chain, key, &provider())?;
        made.ocsp = staple.transpose()?;
        Ok(made)
    }
}

/// The extension "TLS feature" with `status_request` (RFC 7633 §4): the certificate is valid only together with
/// an OCSP response.
fn must_staple() -> CustomExtension {
    const TLS_FEATURE: &[u64] = &[1, 3, 6, 1, 5, 5, 7, 1, 24];
    const STATUS_REQUEST: u16 = 5;
    let features = yasna::construct_der(|writer| {
        writer.write_sequence(|writer| writer.next().write_u16(STATUS_REQUEST));
    });
    CustomExtension::from_oid_content(TLS_FEATURE, features)
}

/// The last byte belongs to the signature.
fn with_bad_signature(certificate: &CertificateDer<'_>) -> CertificateDer<'static> {
    let mut bytes = certificate.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    bytes.into()
}

/// The root's list of revoked certificates (RFC 5280 §5): that of [`FaultyCertificate::Revoked`].
///
/// ```
/// # use std::time::SystemTime;
/// # use wireserve::tls::certificates::{Stored, Subjects};
/// use wireserve::tls::faults::certificate::revocation_list;
///
/// # let made = Stored::in_memory(&Subjects::new(["web.test"]), SystemTime::now())?;
/// let root = made.authority.ok_or("its key is not known")?;
/// let list = revocation_list(&root, SystemTime::now())?;
/// assert!(list.pem()?.starts_with("-----BEGIN X509 CRL-----"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the system has no randomness.
pub fn revocation_list(
    root: &Authority,
    now: SystemTime,
) -> Result<CertificateRevocationList, StoreError> {
    let validity = Validity::around(now, DURATION);
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH);
    let params = CertificateRevocationListParams {
        this_update: validity.from.into(),
        next_update: validity.until.into(),
        crl_number: seconds.unwrap_or_default().as_secs().into(),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from_slice(&REVOKED),
            revocation_time: validity.from.into(),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(params.signed_by(root.issuer())?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier as _;
    use rustls::pki_types::{ServerName, UnixTime};
    use rustls::{CertificateError, Error, RootCertStore};

    use super::*;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + 20_000 * DAY
    }

    /// The verdict of rustls on each certificate, for its host and for an address.
    #[test]
    fn each_is_refused_for_one_reason() {
        let subjects = Subjects::new(["a.test"]);
        let root = Authority::root(&subjects, Validity::around(now(), 60 * DAY)).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(root.certificate().clone()).unwrap();
        let list = revocation_list(&root, now()).unwrap();
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(provider()))
                .with_crls([list.der().clone()])
                .allow_unknown_revocation_status()
                .build()
                .unwrap();
        for fault in FaultyCertificate::ALL {
            let made = fault.make(&root, &subjects, None, now()).unwrap();
            made.keys_match().unwrap();
            let host = fault.host();
            for name in [host.as_str(), "127.0.0.1", "a.test"] {
                let since = now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
                let verdict = verifier.verify_server_cert(
                    &made.cert[0],
                    &made.cert[1..],
                    &ServerName::try_from(name).unwrap(),
                    &[],
                    UnixTime::since_unix_epoch(since),
                );
                let reason = match verdict {
                    Ok(_) => "accepted",
                    Err(Error::InvalidCertificate(error)) => match error {
                        CertificateError::ExpiredContext { .. } => "expired",
                        CertificateError::NotValidYetContext { .. } => "not valid yet",
                        CertificateError::NotValidForNameContext { .. } => "another name",
                        CertificateError::UnknownIssuer => "unknown issuer",
                        CertificateError::InvalidPurposeContext { .. } => "another purpose",
                        CertificateError::BadSignature => "bad signature",
                        CertificateError::Revoked => "revoked",
                        error => panic!("{host}: {error:?}"),
                    },
                    Err(error) => panic!("{host}: {error:?}"),
                };
                let expected = match fault {
                    FaultyCertificate::Good
                    | FaultyCertificate::CompleteChain
                    | FaultyCertificate::Checked
                    | FaultyCertificate::Stapled
                    // rustls does not look at OCSP responses.
                    | FaultyCertificate::ExpiredStaple
                    | FaultyCertificate::MustStaple => "accepted",
                    FaultyCertificate::Expired => "expired",
                    FaultyCertificate::NotYetValid => "not valid yet",
                    FaultyCertificate::WrongHost | FaultyCertificate::NoSan => "another name",
                    FaultyCertificate::SelfSigned
                    | FaultyCertificate::UntrustedRoot
                    | FaultyCertificate::IncompleteChain => "unknown issuer",
                    FaultyCertificate::NoServerAuth => "another purpose",
                    FaultyCertificate::BadSignature => "bad signature",
                    FaultyCertificate::Revoked => "revoked",
                };
                assert_eq!(reason, expected, "{host} for {name}");
            }
            assert_eq!(FaultyCertificate::named(fault.name()), Some(fault));
        }
        assert_eq!(FaultyCertificate::named("nothing"), None);
    }
}
